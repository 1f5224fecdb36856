"""The symmetric «9,41 % (±7,62 %)»: the delta method on the ratio itself, with Welch's t.

se² = V_t/m_c² + m_t² V_c/m_c⁴. Readers know this form and published results use it. In a small holdout it can hardly
prove a win (one-sided error 0.1 % instead of 2.5 %), which is why it never decides unless asked for.
"""

from __future__ import annotations

import math

from uplift.results import Interval
from uplift.stats.decision import Inversion, Level
from uplift.stats.estimates import Estimate, degrees_of_freedom, difference_variance


def delta_test(
    control: Estimate, treatment: Estimate, level: Level, *, covariance: float = 0.0, df: float | None = None
) -> Inversion:
    """Invert (r − 1)/se against Student's t with Welch's degrees of freedom (n − 1 per arm, of the two variances).

    The control's value must be positive. `covariance` and `df` as in `log_test`. The absolute interval is the relative
    one times the control's value: one test on both scales.
    """
    m_c, ratio = control.value, treatment.value / control.value
    error = math.sqrt(difference_variance(control, treatment, ratio, covariance)) / m_c
    if df is None:
        df = degrees_of_freedom(control, treatment, theta=1.0, adjusted=False)
    uplift, half = ratio - 1, level.critical(df) * error
    low, high = uplift - half, uplift + half
    relative = level.sided(low, high, floor=None, ceiling=None)
    absolute = Interval(*(None if bound is None else bound * m_c for bound in (relative.low, relative.high)))
    return Inversion("delta", uplift / error, df, relative, absolute)
