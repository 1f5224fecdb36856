"""What a forecast of revenue found: segments, total, interval, and how the same forecast did in the past."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ForecastSegment:
    """Expected revenue of a group in minor units: `more` and `one` purchase day so far, `new`: not customers yet."""

    name: str
    contacts: int | None
    revenue: int


@dataclass(frozen=True, slots=True)
class PastQuarter:
    """A quarter that is over: what was told on its first day, what came, and what the quarter before had brought."""

    start: datetime.date
    told: int
    actual: int
    before: int

    @property
    def error(self) -> float | None:
        """The relative error of the forecast; None where nothing came."""
        return self.told / self.actual - 1 if self.actual else None

    @property
    def naive_error(self) -> float | None:
        """The relative error of «as much as in the quarter before»."""
        return self.before / self.actual - 1 if self.actual else None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Revenue of the coming days in whole minor units (10**-decimals); the interval is absent where nothing shows it.

    `season` is the factor of the same quarter in two earlier years, None where two years are not there.
    """

    start: datetime.date
    days: int
    decimals: int
    segments: tuple[ForecastSegment, ...]
    low: float | None
    high: float | None
    confidence: float
    season: float | None
    past: tuple[PastQuarter, ...]

    @property
    def total(self) -> int:
        """The sum of the segments, to the cent."""
        return sum(segment.revenue for segment in self.segments)
