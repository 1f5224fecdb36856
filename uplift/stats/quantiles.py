"""Quantiles, such as the 90th percentile of revenue: from three order statistics per arm.

The sample quantile's interval is read off the sorted values: the ranks of the outer interval enclose the quantile with
at least the nominal probability (Deng, Knoblich & Lu 2018, Applying the delta method in metric analytics, section 4).
Its width, divided by 2·1.96, is the standard error; two arms are then compared like any two values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from uplift.errors import Problem, StatisticsError
from uplift.results import ArmValue, Interval, Uplift
from uplift.stats.decision import Inversion, Level, read
from uplift.stats.delta import delta_test
from uplift.stats.estimates import Estimate
from uplift.stats.fieller import fieller_test
from uplift.stats.log_ratio import log_test

_OUTER = Level(0.05).critical()  # the outer interval is read at 95 %, whatever alpha decides the comparison


@dataclass(frozen=True, slots=True)
class Quantile:
    """One arm's quantile: its level (0.9), contacts, value, and the values at both ranks of the outer interval."""

    level: float
    n: int
    value: float
    low: float
    high: float


def outer_ranks(n: int, level: float) -> tuple[int, int] | None:
    """Ranks (from 1) of the sorted values that enclose the quantile with 95 %; None where they fall off the sample.

    >>> outer_ranks(1_000, 0.9)
    (881, 919)
    """
    if not 0 < level < 1:
        raise StatisticsError(
            Problem("UP615", f"a quantile of {level}", fix="give a share between 0 and 1, such as 0.9")
        )
    half = _OUTER * math.sqrt(n * level * (1 - level))
    low, high = math.floor(n * level - half), math.ceil(n * level + half)
    return (low, high) if low >= 1 and high <= n else None


def value_rank(n: int, level: float) -> int:
    """The rank (from 1) of the quantile itself: the smallest value with at least n·level values at or below it."""
    return max(1, math.ceil(n * level))


def estimate_of_quantile(quantile: Quantile) -> Estimate:
    """The quantile with its variance from the width of the outer interval."""
    n = quantile.n
    variance = ((quantile.high - quantile.low) / (2 * _OUTER)) ** 2 * (n - 1) / n
    return Estimate(n, quantile.value, variance)


def compare_quantiles(
    metric: str,
    *,
    control: Quantile,
    treatment: Quantile,
    control_arm: str = "control",
    treatment_arm: str = "treatment",
    interval: str = "auto",
    alpha: float = 0.05,
    sides: Literal[1, 2] = 2,
    alternative: Literal["up", "down"] = "up",
) -> Uplift:
    """Compare the same quantile of two arms, on the log scale where both are positive.

    `fieller` or `delta` as asked for; other names are taken as `auto`. Refused (UP654) where the sample is too small
    for its outer interval, (UP611) where all values around the quantile are equal: a p90 of zero says nothing.
    """
    if control.level != treatment.level:
        raise ValueError(f"quantiles {control.level} and {treatment.level} are not comparable")
    level = Level(alpha, sides, alternative)
    refusal = None
    for arm in (control, treatment):
        if not (arm.n >= 0 and (arm.n == 0 or arm.low <= arm.value <= arm.high)):
            found = f"a quantile of {arm.value} with bounds {arm.low} and {arm.high} among {arm.n}"
            raise StatisticsError(Problem("UP615", found, fix="the bounds enclose the quantile"))
        if arm.n == 0:
            refusal = "UP610"
        elif outer_ranks(arm.n, arm.level) is None:
            refusal = refusal or "UP654"
    inversion: Inversion | None = None
    notes: tuple[str, ...] = ()
    if refusal is None:
        inversion, notes = _inverted(estimate_of_quantile(control), estimate_of_quantile(treatment), level, interval)
    return read(
        inversion,
        metric=metric,
        kind="quantile",
        control=_shown(control, control_arm),
        treatment=_shown(treatment, treatment_arm),
        level=level,
        method="log",
        refusal=refusal,
        cautions=notes,
    )


def _inverted(c: Estimate, t: Estimate, level: Level, interval: str) -> tuple[Inversion | None, tuple[str, ...]]:
    if not min(c.variance, t.variance) > 0:
        return None, ()
    if interval == "fieller":
        return fieller_test(c, t, level, adjusted=False), ()
    if interval == "delta" and c.value > 0:
        return delta_test(c, t, level), ()
    if c.apart_from_zero and t.apart_from_zero:
        return log_test(c, t, level, adjusted=False), ()
    return fieller_test(c, t, level, adjusted=False), ("UP613",)


def _shown(quantile: Quantile, arm: str) -> ArmValue:
    if quantile.n == 0:
        return ArmValue(arm, 0, 0, None)
    known = outer_ranks(quantile.n, quantile.level) is not None
    return ArmValue(
        arm, quantile.n, quantile.n, quantile.value, interval=Interval(quantile.low, quantile.high) if known else None
    )
