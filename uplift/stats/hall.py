"""Hall's (1992) transform: the t-statistic with its skewness taken out, for very unequal arms.

For θ, T = (m_t − θ m_c)/√V with V = V_t + θ² V_c has skewness A = (μ₃t/n_t² − θ³ μ₃c/n_c²)/V^{3/2}. Then

    g(T) = T + A T²/3 + A² T³/27 + A/6

is nearly symmetric (Hall 1992, Journal of the Royal Statistical Society B 54, 221–228); it increases in T, because
g' = (1 + A T/3)². All θ with |g(T(θ))| ≤ t form the interval.

Samples of skewed values understate their own skewness: among 150 lognormal baskets with σ = 1 it comes out as 3.6 on
average instead of 6.2, and the noise of the variance is understated with it. The share that is missing grows with the
square of an arm's own A, so `steadied` puts back 3 A² of the third moment and 8 A² of the noise.
"""

from __future__ import annotations

import math
from dataclasses import replace

from uplift.results import Interval
from uplift.stats.decision import Inversion, Level, accepted
from uplift.stats.estimates import Estimate, degrees_of_freedom
from uplift.stats.log_ratio import both_scales

_LOG_LIMIT = 60.0  # a ratio of e±60 is as good as 0 or ∞
_MISSING_SKEWNESS, _MISSING_NOISE = 3.0, 8.0  # by simulation: docs/methods/hall.md
_MOST_SKEWED = 0.25  # A² beyond which a handful of contacts decide and nothing can be put back


def hall_statistic(control: Estimate, treatment: Estimate, theta: float) -> float:
    """g(T(θ)); both estimates need their third moment."""
    if control.third is None or treatment.third is None:
        raise ValueError("Hall's transform needs third moments")
    variance = treatment.variance + theta**2 * control.variance
    t = (treatment.value - theta * control.value) / math.sqrt(variance)
    a = (treatment.third - theta**3 * control.third) / (variance * math.sqrt(variance))
    return t + a * t * t / 3 + a * a * t**3 / 27 + a / 6


def steadied(estimate: Estimate) -> Estimate:
    """The estimate with as much third moment and noise as its sample probably hides; nothing changes without skewness.

    With A = μ₃/(n² V^{3/2}) of this arm alone, A² at most 1/4: third × (1 + 3 A²), noise × (1 + 8 A²).
    """
    if estimate.third is None or estimate.noise is None or not estimate.variance > 0:
        return estimate
    squared = min(estimate.third**2 / estimate.variance**3, _MOST_SKEWED)
    return replace(
        estimate,
        third=estimate.third * (1 + _MISSING_SKEWNESS * squared),
        noise=estimate.noise * (1 + _MISSING_NOISE * squared),
    )


def hall_test(control: Estimate, treatment: Estimate, level: Level) -> Inversion:
    """Invert g(T(θ)) against Student's t with kurtosis-adjusted degrees of freedom on the log scale.

    Both values must be positive and vary. The test of no difference is the statistic at θ = 1. A bound is None (above)
    or −1 (below) when no θ up to infinity or down to zero is rejected. The absolute interval follows through the
    logarithmic mean, as in `log_test`.
    """
    control, treatment = steadied(control), steadied(treatment)
    ratio = treatment.value / control.value
    df = degrees_of_freedom(control, treatment, theta=ratio)
    critical = level.critical(df)
    statistic = hall_statistic(control, treatment, 1.0)
    error = math.sqrt(treatment.variance / treatment.value**2 + control.variance / control.value**2)
    centre = math.log(ratio)

    low, high = accepted(
        lambda log_theta: hall_statistic(control, treatment, math.exp(log_theta)),
        estimate=centre,
        null=0.0,
        critical=critical,
        stride=critical * error / 2,
        lowest=centre - _LOG_LIMIT,
        highest=centre + _LOG_LIMIT,
    )
    relative = Interval(-1.0 if low is None else math.expm1(low), None if high is None else math.expm1(high))
    return Inversion("hall", statistic, df, *both_scales(relative, control.value, ratio, level))
