"""What `uplift score` found out about the customers as a whole: figures for the terminal, the report and JSON."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

Frequency = Literal["any", "one", "more"]
State = Literal["inactive", "churn", "convert", "steady"]
FREQUENCIES: tuple[Frequency, ...] = ("any", "more", "one")
STATES: tuple[State, ...] = ("inactive", "churn", "convert")
SCHEMA = "uplift.customers/1"


@dataclass(frozen=True, slots=True)
class Range:
    """Between which values something lies, with this confidence."""

    low: float
    high: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """One month in which the model was tried: trained on the month before, asked for this one, compared with it.

    `auc` is the probability that a contact to whom it happened had the higher score than one to whom it did not
    (None where nobody or everybody did); `predicted` and `observed` are counts.
    """

    month: datetime.date
    contacts: int
    observed: int
    predicted: float
    auc: float | None
    top_fifth: float | None  # share of those to whom it happened among the fifth with the highest scores

    @property
    def ratio(self) -> float | None:
        """Predicted over observed; None where nothing was observed."""
        return self.predicted / self.observed if self.observed else None


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a prediction may be used, and the figures that say so: `reason` is a word that `words` explains.

    Reasons: `months` (too short a history), `events` (too few to judge), `auc`, `ratio`; None where it passed.
    """

    passed: bool
    reason: str | None
    worst_auc: float | None
    worst_ratio: float | None
    backtests: tuple[Backtest, ...]


@dataclass(frozen=True, slots=True)
class CellFigures:
    """One cell of the lifecycle grid: who bought how often × what the next 30 days will bring."""

    frequency: Frequency
    state: State
    contacts: int
    value: int  # expected revenue over the horizon, in minor units
    gate: Gate


@dataclass(frozen=True, slots=True)
class Move:
    """Contacts that were in one segment a month ago and are in another now, with their revenue in between."""

    before: str
    now: str
    contacts: int
    revenue: int  # minor units


def matrix_of(moves: tuple[Move, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Rows and columns of the matrix of moves: the segments of now, before them also those that nobody is in now."""
    now = sorted({move.now for move in moves})
    return (*now, *sorted({move.before for move in moves} - set(now))), tuple(now)


@dataclass(frozen=True, slots=True)
class SegmentFigures:
    """A group of contacts and what to expect of it over the horizon; `value` in minor units."""

    name: str
    contacts: int
    purchases: float
    value: int
    range: Range | None  # of the value, from the uncertainty of the parameters alone


@dataclass(frozen=True, slots=True)
class Parameter:
    """A fitted parameter with its interval; the interval is None where the data push it to an edge."""

    name: str
    value: float
    range: Range | None


@dataclass(frozen=True, slots=True)
class CustomersResult:
    """All of it. Money in whole minor units (10**-decimals of the currency); no path and no clock."""

    as_of: datetime.date
    model: str
    currency: str
    decimals: int
    horizon_days: int
    discount: float
    first_day: datetime.date
    contacts: int
    buyers: int
    purchases: int
    left_out: tuple[tuple[str, int], ...]
    parameters: tuple[Parameter, ...]
    typical_cycle_days: float | None
    mean_basket: float | None
    segments: tuple[SegmentFigures, ...]
    lifecycle: tuple[CellFigures, ...]
    leads: Gate | None
    moves: tuple[Move, ...]
    overall: Gate | None
    schema: str = SCHEMA

    @property
    def value(self) -> int:
        """Expected revenue of all contacts over the horizon: the sum of the segments, to the cent."""
        return sum(segment.value for segment in self.segments)


@dataclass(frozen=True, slots=True)
class CustomersReading:
    """What was known of all customers when an experiment began; `chosen`: these scores chose its audience."""

    figures: CustomersResult
    chosen: bool
    smallest_group: int  # contacts; the project shows no smaller group
