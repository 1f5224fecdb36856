"""Charts: matplotlib draws them, the page's style sheet colours them (light, dark, print)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from uplift.report.canvas import WIDTH, Canvas, blank
from uplift.report.chart import Chart
from uplift.report.svg import MARK, Caption
from uplift.words.names import shortened

_STANDING = 3  # more arms than this lie down, so that their names stay readable


@dataclass(frozen=True, slots=True)
class Bar:
    """One arm: a value with the interval of its own, and the words around it. All texts are short."""

    label: str
    value: float
    text: str
    low: float | None
    high: float | None
    control: bool
    notes: tuple[str, ...] = ()  # below the label: contacts, uplift

    @property
    def tip(self) -> float:
        """Where the drawing of this arm ends upwards."""
        return max(0.0, self.value, self.high if self.high is not None else self.value)


def bars(arms: Sequence[Bar], caption: Caption, *, chip: str | None = None) -> Chart:
    """Treatment against control as bars from zero, with whiskers; `chip` stands above (the relative uplift).

    >>> control = Bar("Control", 2.87, "€2.87", 2.68, 3.06, control=True)
    >>> treatment = Bar("Treatment", 3.14, "€3.14", 3.07, 3.21, control=False)
    >>> bars([control, treatment], Caption("a", "Revenue", "€2.87, €3.14")).svg.count("<path")
    11
    """
    canvas = _standing(arms, chip) if len(arms) <= _STANDING else _lying(arms, chip)
    return Chart(canvas, caption)


def _standing(arms: Sequence[Bar], chip: str | None) -> Canvas:
    room = 170.0
    labels = [_lines(arm.label, 22 if len(arms) < 3 else 14) for arm in arms]
    below = max(len(label) for label in labels)
    top, bottom = (36.0 if chip else 10.0), 8.0 + 16.0 * (below + max(len(arm.notes) for arm in arms))
    canvas = blank(top + room + bottom, left=16, right=16, top=top, bottom=bottom)
    low, high = _reach(arms)
    high += (high - low) * 0.14  # for the value above the highest whisker
    px = (high - low) / room
    canvas.ax.set_xlim(-0.62, len(arms) - 0.38)
    canvas.ax.set_ylim(low, high)
    for x, arm in enumerate(arms):
        canvas.ax.bar(x, arm.value, width=0.56)[0].set_gid(_bar(arm))
        if arm.low is not None and arm.high is not None:
            for role in ("halo", "antenna"):
                canvas.line([x, x], [arm.low, arm.high], role)
            for end in (arm.low, arm.high):
                canvas.line([x - 0.05, x + 0.05], [end, end], "antenna")
        canvas.write(x, arm.tip + 7 * px, arm.text, "value", centred=True)
        for line, text in enumerate(labels[x]):
            canvas.write(x, low - (18 + 16 * line) * px, text, "label", centred=True)
        for line, note in enumerate(arm.notes, start=below):
            canvas.write(x, low - (18 + 16 * line) * px, note, "tick", centred=True)
    canvas.line([-0.62, len(arms) - 0.38], [0, 0], "base")
    if chip:
        canvas.write_above(chip, height=top + room + bottom)
    return canvas


def _lying(arms: Sequence[Bar], chip: str | None) -> Canvas:
    step, left, right = 56.0, 8.0, 76.0
    top = 36.0 if chip else 4.0
    canvas = blank(top + step * len(arms), left=left, right=right, top=top, bottom=0)
    low, high = _reach(arms)
    px = (high - low) / (WIDTH - left - right)
    canvas.ax.set_xlim(low, high)
    canvas.ax.set_ylim(step * len(arms), 0)
    for row, arm in enumerate(arms):
        y = row * step + 34
        canvas.write(low + 6 * px, y - 18, " · ".join((arm.label, *arm.notes)), "tick")
        canvas.ax.barh(y, arm.value, height=24)[0].set_gid(_bar(arm))
        if arm.low is not None and arm.high is not None:
            for role in ("halo", "antenna"):
                canvas.line([arm.low, arm.high], [y, y], role)
            for end in (arm.low, arm.high):
                canvas.line([end, end], [y - 5, y + 5], "antenna")
        canvas.write(arm.tip + 7 * px, y + 5, arm.text, "value")
    canvas.line([0, 0], [0, step * len(arms)], "base")
    if chip:
        canvas.write_above(chip, height=top + step * len(arms))
    return canvas


def _lines(label: str, room: int) -> list[str]:
    """The label on at most two lines; what does not fit is cut with an ellipsis."""
    lines = wrap(label, room) or [""]
    return lines if len(lines) <= 2 else [lines[0], shortened(" ".join(lines[1:]), room)]


def _bar(arm: Bar) -> str:
    return f"{MARK}bar {'control' if arm.control else 'treatment'}"


def _reach(arms: Sequence[Bar]) -> tuple[float, float]:
    """The ends of the value axis: zero is always in it."""
    ends = [v for arm in arms for v in (arm.value, arm.low, arm.high) if v is not None]
    low, high = min(0.0, *ends), max(0.0, *ends)
    return (low, high) if high > low else (0.0, 1.0)
