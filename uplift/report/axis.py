"""The common axis of the scorecard's drawings: from relative uplifts to positions in a row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 300.0
MARGIN = 24.0
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MOST_TICKS = 5
_TIMES = 2.5  # how much further than the primary metric's the other intervals may stretch the axis
_NARROWEST = 0.001


@dataclass(frozen=True, slots=True)
class Span:
    """An estimate with its interval on the relative scale; a missing bound is unbounded."""

    estimate: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """Positions of one interval in its row; a cut end reaches further than the axis."""

    dot: float
    start: float
    end: float
    cut_start: bool
    cut_end: bool
    dot_shown: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear axis with zero in it."""

    low: float
    high: float
    step: float

    @property
    def ticks(self) -> tuple[float, ...]:
        """Round values from end to end."""
        count = round((self.high - self.low) / self.step)
        return tuple(round(self.low + i * self.step, 12) for i in range(count + 1))

    def at(self, value: float) -> float:
        """The position of a value, kept inside the drawing."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)

    def draw(self, span: Span) -> Drawing:
        """Where dot and line of an interval go."""
        cut_start = span.low is None or span.low < self.low
        cut_end = span.high is None or span.high > self.high
        return Drawing(
            dot=self.at(span.estimate),
            start=self.at(self.low if span.low is None else span.low),
            end=self.at(self.high if span.high is None else span.high),
            cut_start=cut_start,
            cut_end=cut_end,
            dot_shown=self.low <= span.estimate <= self.high,
        )


def axis_for(spans: Sequence[Span], *, always: Sequence[Span] = ()) -> Axis:
    """An axis that holds `always` wholly and the others as far as they leave room for it: what reaches further is cut.

    >>> axis_for([Span(0.0941, 0.0179, 0.1703), Span(-0.03, -0.055, -0.005)]).ticks
    (-0.1, 0.0, 0.1, 0.2)
    """
    kept = _ends(always or spans)
    reach = _TIMES * max((abs(end) for end in kept), default=0.0) or _NARROWEST
    ends = [0.0, *kept, *(min(max(end, -reach), reach) for end in _ends(spans))]
    low, high = min(ends), max(ends)
    if high - low < _NARROWEST:
        low, high = low - _NARROWEST / 2, high + _NARROWEST / 2
    step = _step((high - low) / (_MOST_TICKS - 1))
    return Axis(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step)


def _ends(spans: Sequence[Span]) -> list[float]:
    return [end for span in spans for end in (span.estimate, span.low, span.high) if end is not None]


def _step(least: float) -> float:
    """The smallest round number that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * factor for factor in _STEPS if power * factor >= least * (1 - 1e-9))
