"""A chart of lines, bands and dots on plain axes: the course of an uplift, looks, curves of targeting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from uplift.report.canvas import WIDTH, blank
from uplift.report.chart import Chart
from uplift.report.svg import MARK, Caption

_LEFT, _RIGHT, _TOP, _ROOM = 54.0, 22.0, 14.0, 190.0

Place = tuple[float, float]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """Places in order; None parts them. `role` is the class that the style sheet draws it with."""

    places: tuple[Place | None, ...]
    role: str


@dataclass(frozen=True, slots=True)
class Band:
    """An area between two lines: (x, low, high), open bounds reach the edge."""

    places: tuple[tuple[float, float | None, float | None], ...]


@dataclass(frozen=True, slots=True)
class Dot:
    """A value with its interval; `role` is better, worse or open."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    role: str = "open"
    text: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A label at a place, for a line that is named where it runs; it ends there or begins there."""

    x: float
    y: float
    text: str
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """What a chart holds; both axes have their range and labelled ticks.

    Areas that reach further are cut at the edge, lines end there.
    """

    x_range: Place
    y_range: Place
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    axis: str
    bands: tuple[Band, ...] = ()
    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    words: tuple[Word, ...] = ()


def plot(content: Plot, caption: Caption) -> Chart:
    """The chart.

    >>> line = Line(((0, 0.5), (1, 0.7), (2, 5)), "line")
    >>> flat = Plot((0, 2), (-1, 1), ((0, "0"), (2, "2")), ((0, "0"),), "days", lines=(line,))
    >>> plot(flat, Caption("a", "Course", "0.5")).svg.count("<path")
    2
    """
    from matplotlib.patches import Ellipse

    bottom = 46.0 if content.axis else 26.0
    canvas = blank(_TOP + _ROOM + bottom, left=_LEFT, right=_RIGHT, top=_TOP, bottom=bottom)
    (first, last), (low, high) = content.x_range, content.y_range
    px, py = (last - first) / (WIDTH - _LEFT - _RIGHT), (high - low) / _ROOM
    canvas.ax.set_xlim(first, last)
    canvas.ax.set_ylim(low, high)

    def kept(y: float) -> float:
        return min(max(y, low), high)

    for at, label in content.y_ticks:
        canvas.line([first, last], [at, at], "base" if at == 0 else "grid")
        canvas.write(first - 8 * px, at - 4 * py, label, "tick", ends=True)
    for at, label in content.x_ticks:
        canvas.write(at, low - 18 * py, label, "tick", centred=True)
    if content.axis:
        canvas.write((first + last) / 2, low - 38 * py, content.axis, "label", centred=True)
    for band in content.bands:
        for part in _runs([None if a is None and b is None else (x, a, b) for x, a, b in band.places]):
            xs = [x for x, _, _ in part]
            lows = [kept(low if a is None else a) for _, a, _ in part]
            highs = [kept(high if b is None else b) for _, _, b in part]
            canvas.ax.fill([*xs, *xs[::-1]], [*lows, *highs[::-1]], gid=f"{MARK}area")
    for line in content.lines:
        inside = [place if place is None or low <= place[1] <= high else None for place in line.places]
        for run in _runs(inside):
            canvas.line([x for x, _ in run], [y for _, y in run], line.role)
    for dot in content.dots:
        if dot.low is not None or dot.high is not None:
            ends = [kept(low if dot.low is None else dot.low), kept(high if dot.high is None else dot.high)]
            canvas.line([dot.x, dot.x], ends, f"whisker {dot.role}")
        if low <= dot.y <= high:  # a marker would be a <use>
            canvas.ax.add_patch(Ellipse((dot.x, dot.y), 10 * px, 10 * py, zorder=3, gid=f"{MARK}dot {dot.role}"))
        if dot.text:
            canvas.write(dot.x, kept(dot.y) + 10 * py, dot.text, "tick", centred=True)
    for word in content.words:
        canvas.write(word.x, kept(word.y), word.text, "label", ends=word.ends)
    return Chart(canvas, caption)


def _runs(places: Sequence[T | None]) -> list[list[T]]:
    """The stretches between missing places; a single place is none."""
    runs: list[list[T]] = [[]]
    for place in places:
        if place is not None:
            runs[-1].append(place)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]
