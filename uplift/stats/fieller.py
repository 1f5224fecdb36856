"""Fieller's (1954) interval for a ratio: exact for normal means, also where a mean may be zero or negative.

T(θ) = (m_t − θ m_c)/√(V_t + θ² V_c); all θ with |T(θ)| ≤ q solve a quadratic. T(1) is the unequal-variance t-test of
the difference, so the interval excludes no difference exactly when that test rejects. With g = q² V_c/m_c² ≥ 1 the
control can't be told from zero and the set is unbounded: then the relative uplift is undefined, and only the
difference speaks.
"""

from __future__ import annotations

import math

from uplift.results import Interval
from uplift.stats.decision import Inversion, Level
from uplift.stats.estimates import Estimate, degrees_of_freedom, difference_variance


def fieller_interval(
    control: Estimate, treatment: Estimate, *, critical: float, covariance: float = 0.0
) -> Interval | None:
    """All uplifts θ − 1 that |T(θ)| ≤ critical accepts; None when that set is unbounded (g ≥ 1)."""
    a = control.value**2 - critical**2 * control.variance
    if a <= 0:
        return None
    b = control.value * treatment.value - critical**2 * covariance
    c = treatment.value**2 - critical**2 * treatment.variance
    root = math.sqrt(max(b * b - a * c, 0.0))
    # The root of larger size first, the other through their product c/a: no digits cancel.
    far = (b + math.copysign(root, b)) / a
    near = c / (a * far) if far else 0.0
    return Interval(min(far, near) - 1, max(far, near) - 1)


def fieller_test(
    control: Estimate,
    treatment: Estimate,
    level: Level,
    *,
    adjusted: bool = True,
    covariance: float = 0.0,
    df: float | None = None,
) -> Inversion:
    """Invert T(θ) against Student's t with degrees of freedom on the scale of the difference (θ = 1).

    `covariance` and `df` as in `log_test`. With `adjusted=False` the absolute interval is Welch's. `relative` is None
    when g ≥ 1 or the control's value isn't positive; the difference, its interval and the test remain.
    """
    difference = treatment.value - control.value
    error = math.sqrt(difference_variance(control, treatment, 1.0, covariance))
    if df is None:
        df = degrees_of_freedom(control, treatment, theta=1.0, adjusted=adjusted)
    critical = level.critical(df)
    relative = None
    if control.value > 0:
        relative = fieller_interval(control, treatment, critical=critical, covariance=covariance)
    if relative is not None:
        relative = level.sided(relative.low, relative.high, floor=None, ceiling=None)
    half = critical * error
    absolute = level.sided(difference - half, difference + half, floor=None, ceiling=None)
    return Inversion("fieller", difference / error, df, relative, absolute)
