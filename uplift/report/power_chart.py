"""A curve of power: how the chance to find the effect grows, with what is required and where the design stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uplift.report.axis import Span, axis_for
from uplift.report.canvas import WIDTH, blank
from uplift.report.svg import MARK, Caption, drawing

_LEFT, _RIGHT, _TOP, _BOTTOM, _ROOM = 46.0, 22.0, 14.0, 46.0, 190.0


@dataclass(frozen=True, slots=True)
class Curve:
    """Places with their power (None: no verdict there), the design's own place and the words of the axes.

    `ticks` are places on the horizontal axis with their labels; `power_ticks` powers with theirs.
    """

    points: tuple[tuple[float, float | None], ...]
    planned: tuple[float, float | None]
    required: float
    ticks: tuple[tuple[float, str], ...]
    power_ticks: tuple[tuple[float, str], ...]
    axis: str
    planned_text: str


def round_ticks(highest: float) -> tuple[float, ...]:
    """Round places from zero to the last one that is not beyond `highest`.

    >>> round_ticks(24)
    (0.0, 10.0, 20.0)
    """
    return tuple(tick for tick in axis_for([Span(highest, None, None)]).ticks if tick <= highest * (1 + 1e-9))


def curve(content: Curve, caption: Caption) -> str:
    """The chart as inline SVG.

    >>> points = ((1, 0.2), (2, 0.5), (3, 0.7))
    >>> content = Curve(points, (2, 0.5), 0.8, ((0, "0"), (3, "3")), ((0, "0%"), (0.8, "80%")), "weeks", "50%")
    >>> curve(content, Caption("a", "Power", "50% after two weeks")).count("<path")
    4
    """
    from matplotlib.patches import Ellipse

    canvas = blank(_TOP + _ROOM + _BOTTOM, left=_LEFT, right=_RIGHT, top=_TOP, bottom=_BOTTOM)
    last = max(at for at, _ in content.points)
    px, py = last / (WIDTH - _LEFT - _RIGHT), 1 / _ROOM
    canvas.ax.set_xlim(0, last)
    canvas.ax.set_ylim(0, 1)
    for power, label in content.power_ticks:
        if power != content.required:
            canvas.line([0, last], [power, power], "grid" if power else "base")
        canvas.write(-8 * px, power - 4 * py, label, "tick", ends=True)
    canvas.line([0, last], [content.required, content.required], "required")
    for at, label in content.ticks:
        canvas.write(at, -18 * py, label, "tick", centred=True)
    canvas.write(last / 2, -38 * py, content.axis, "label", centred=True)
    for part in _parts(content.points):
        canvas.line([at for at, _ in part], [power for _, power in part], "curve")
    here, found = content.planned
    if found is not None:  # a marker would be a <use>
        canvas.ax.add_patch(Ellipse((here, found), 9 * px, 9 * py, zorder=3, gid=f"{MARK}planned"))
        foot = found - (20 if found > 0.85 else 14) * py
        if foot - 4 * py < content.required < foot + 14 * py:  # the dashed line would run through the figures
            foot = content.required - 18 * py
        canvas.write(here + 9 * px, foot, content.planned_text, "value")
    return drawing(canvas.figure, caption, texts=canvas.texts, classes="chart narrow")


def _parts(points: Sequence[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """The stretches of the curve between places without a verdict."""
    parts: list[list[tuple[float, float]]] = [[]]
    for at, power in points:
        if power is not None:
            parts[-1].append((at, power))
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if len(part) > 1]
