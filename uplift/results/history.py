"""The memory of a programme: its earlier runs, what they say together, and this run in their light."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from uplift.results.effects import Interval


@dataclass(frozen=True, slots=True)
class ProgrammeRun:
    """One run of the programme: relative uplift of the metric with its own 95 % interval."""

    experiment: str
    title: str
    version: str | None
    start: datetime.date
    as_of: datetime.date
    relative: float
    interval: Interval
    log_ratio: float
    standard_error: float
    current: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """All runs of one treatment in one programme, pooled with random effects (relative uplifts).

    `shrunken` is this run's uplift pulled towards the other runs' (leave-one-out prior, none below five runs);
    `chance_better`, `loss_if_shipped` and `loss_if_stopped` are the Bayesian reading with that prior. `refusal` is a
    finding code that says why there is none.
    """

    programme: str
    metric: str
    runs: tuple[ProgrammeRun, ...]
    pooled: float | None = None
    pooled_interval: Interval | None = None
    prediction_interval: Interval | None = None
    between_runs_sd: float | None = None  # on the log scale
    shrunken: float | None = None
    shrunken_interval: Interval | None = None
    chance_better: float | None = None
    loss_if_shipped: float | None = None
    loss_if_stopped: float | None = None
    refusal: str | None = None
    treatment: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimReading:
    """A sentence that somebody says about the test, and the findings that it raises (none: the result backs it)."""

    text: str
    metric: str | None
    value: float | None
    findings: tuple[str, ...]  # finding codes, in order of weight
