"""One comparison seen closer: by segment, cumulated over days, by week since assignment, by who was reached."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from uplift.results.effects import Interval, Uplift


@dataclass(frozen=True, slots=True)
class SegmentValue:
    """One group of a segment column; `value` is None for the pooled groups below the privacy threshold.

    `uplift` is decided by Holm over all declared groups. `shrunken` is the relative uplift pulled towards the other
    groups' (empirical Bayes), None where that cannot be estimated.
    """

    value: str | None
    uplift: Uplift
    shrunken: float | None = None
    shrunken_interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Segments:
    """One treatment's uplift by the groups of one column, with the test of whether the groups differ at all.

    `exploratory`: the column was declared after the lock, so it suggests and never decides.
    """

    by: str
    treatment: str
    values: tuple[SegmentValue, ...]
    p_interaction: float | None
    p_interaction_adjusted: float | None  # Holm over the declared columns
    exploratory: bool = False


@dataclass(frozen=True, slots=True)
class CourseDay:
    """The uplift as it would have been read on the evening of one day: what had happened since assignment by then.

    `interval` is for that day alone (pointwise); `sequential_interval` holds for all days at once.
    """

    day: datetime.date
    control_n: int
    treatment_n: int
    control: float | None
    treatment: float | None
    relative: float | None
    interval: Interval | None
    sequential_interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class CourseWeek:
    """The uplift of one week since assignment (1: days 0 to 6), of the contacts whose week is over."""

    week: int
    control_n: int
    treatment_n: int
    control: float | None
    treatment: float | None
    relative: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Course:
    """One treatment's uplift over time: novelty, purchases pulled forward, and looks that are not to be taken."""

    treatment: str
    days: tuple[CourseDay, ...] = ()
    weeks: tuple[CourseWeek, ...] = ()


@dataclass(frozen=True, slots=True)
class Covariates:
    """What the adjustment by facts from before the assignment (CUPED) brought to one comparison.

    `r_squared` is the share of the variance that the covariates explain; `effective_sample` is by which factor the
    sample would have to grow for the same precision without them (1 / (1 − r²)).
    """

    treatment: str
    names: tuple[str, ...]
    r_squared: float | None
    effective_sample: float | None
    unadjusted: Uplift


@dataclass(frozen=True, slots=True)
class Reached:
    """The effect among those who could be reached (complier effect, Angrist, Imbens & Rubin 1996)."""

    treatment: str
    share: float  # of the treatment's contacts that were reached
    baseline: float | None
    relative: float | None
    relative_interval: Interval | None
    absolute: float | None
    absolute_interval: Interval | None


@dataclass(frozen=True, slots=True)
class Triggered:
    """The effect on all contacts, read from those in whom the treatment could make a difference (Deng & Hu 2015).

    `share` of all contacts met the trigger: `control_n` and `treatment_n` of them. `relative` and `absolute` are
    diluted back: they speak of everybody, like the uplift, and leave out the noise of those whom nothing could change.
    """

    treatment: str
    share: float
    control_n: int
    treatment_n: int
    relative: float | None
    relative_interval: Interval | None
    absolute: float | None
    absolute_interval: Interval | None


@dataclass(frozen=True, slots=True)
class LookReading:
    """One planned look at the primary metric of a group-sequential design, in the order of the plan.

    `information` is the share of the planned information; `bound` the |z| that a verdict needs; `interval` the
    repeated confidence interval of the relative uplift. A look that was not due yet has None everywhere.
    """

    label: str
    day: datetime.date
    information: float | None = None
    z: float | None = None
    bound: float | None = None
    interval: Interval | None = None
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Looks:
    """The group-sequential reading of the primary metric for one treatment.

    `estimate`, `interval` and `p_value` after stopping are median-unbiased (stage-wise ordering).
    """

    treatment: str
    spending: str
    outcome: Literal["efficacy", "futility", "continue", "finished"]
    stopped_at: int | None  # index in `looks`
    looks: tuple[LookReading, ...]
    estimate: float | None = None
    interval: Interval | None = None
    p_value: float | None = None
