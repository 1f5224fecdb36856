"""The paper of a chart: a figure of phone width that remembers its words, so that they stay real text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from uplift.report.svg import MARK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 360.0  # px: a phone's width, so that text keeps its size there


@dataclass(frozen=True, slots=True)
class Canvas:
    """A figure of phone width, one unit a CSS pixel, with bare axes inside the margins."""

    figure: Figure
    ax: Axes
    texts: list[str] = field(default_factory=list)

    def write(self, x: float, y: float, text: str, role: str, *, centred: bool = False, ends: bool = False) -> None:
        """Words that begin at a place of the axes, are centred there or end there."""
        side = "center" if centred else "right" if ends else "left"
        self.ax.text(x, y, self._kept(text), ha=side, gid=MARK + role)

    def write_above(self, text: str, *, height: float) -> None:
        """The chip above everything."""
        self.figure.text(0.5, 1 - 18 / height, self._kept(text), ha="center", gid=f"{MARK}chip")

    def line(self, x: Sequence[float], y: Sequence[float], role: str) -> None:
        """A line through places of the axes."""
        self.ax.plot(x, y, gid=MARK + role)

    def _kept(self, text: str) -> str:
        self.texts.append(text)
        return str(len(self.texts) - 1)


def blank(height: float, *, left: float, right: float, top: float, bottom: float, width: float = WIDTH) -> Canvas:
    """An empty canvas of this height with margins, all in CSS pixels."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    box = (left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height)
    ax = figure.add_axes(box)
    ax.set_axis_off()
    return Canvas(figure, ax)
