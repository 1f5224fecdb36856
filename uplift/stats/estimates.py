"""What one arm says: a value, its sampling variance, and how far that variance itself can be trusted.

A share, a mean and a ratio of sums all become one `Estimate`; every interval on a mean (log, Hall, Fieller, delta)
reads nothing else. A ratio R = Σy / Σx is the mean of the linearised contact values z = (y − R x) / x̄ (Cochran 1977,
6.4): the contact is the unit, so several orders of one contact are not taken for independent ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from uplift.errors import Problem, StatisticsError
from uplift.stats.decision import NORMAL
from uplift.stats.moments import Floats, Moments


@dataclass(frozen=True, slots=True)
class Estimate:
    """An arm's value with `variance` = Var(value), `third` = its third central moment (μ₃/n²) and `noise`.

    `noise` is Var(variance), from the fourth moment of the contact values; 0 where the variance follows from the value
    (a share), which leaves the normal distribution. Both are None where orders three and four are absent.
    """

    n: int
    value: float
    variance: float
    third: float | None = None
    noise: float | None = None

    @property
    def welch_noise(self) -> float:
        """Var(variance) for normal contact values: what Welch's degrees of freedom assume."""
        return 2 * self.variance**2 / (self.n - 1)

    @property
    def sd(self) -> float:
        """Standard deviation of the (linearised) contact values."""
        return math.sqrt(self.variance * self.n)

    @property
    def apart_from_zero(self) -> bool:
        """Positive by 1.96 standard errors: what the log scale needs.

        Not a matter of alpha: a p-value must not depend on the level that it is compared with.
        """
        return self.value > 0 and self.relative_noise(1.959963984540054) < 1

    def relative_noise(self, critical: float) -> float:
        """Fieller's g: the squared ratio of the interval's half-width to the value; from 1 on it reaches zero."""
        return math.inf if self.value == 0 else critical * critical * self.variance / self.value**2


def share_of(events: float, n: int) -> Estimate:
    """A share with the binomial variance p(1 − p)/n."""
    p = events / n
    return Estimate(n, p, p * (1 - p) / n, p * (1 - p) * (1 - 2 * p) / n**2, 0.0)


def mean_of(moments: Moments) -> Estimate:
    """The mean of the first column."""
    return _linear(moments, np.ones(1), float(moments.mean[0]))


def ratio_of(moments: Moments) -> Estimate:
    """The first column's sum over the second's: order value, opens per mail.

    Raises StatisticsError UP616 where the denominator's mean isn't positive.
    """
    y, x = float(moments.mean[0]), float(moments.mean[1])
    if not x > 0:
        raise StatisticsError(
            Problem(
                "UP616",
                f"the denominator of the ratio is {x:g} on average",
                fix="a ratio needs a denominator that is counted in both arms; check its source and filter",
            )
        )
    return _linear(moments, np.array([1.0, -y / x]) / x, y / x)


def _linear(moments: Moments, weights: Floats, value: float) -> Estimate:
    """The mean of Σ weights · columns, over the leading columns."""
    n, k = moments.n, len(weights)
    if n < 2:
        return Estimate(n, value, 0.0)  # one contact varies from nobody
    products = np.multiply.outer(weights, weights) * moments.second[:k, :k]
    total = float(products.sum())
    # Contacts that all have the same ratio leave nothing but rounding.
    squares = total if total > 1e-13 * float(np.abs(products).sum()) else 0.0
    variance = squares / (n - 1) / n
    if moments.third is None or moments.fourth is None or len(moments.third) < k:
        return Estimate(n, value, variance)
    third, fourth = moments.third[:k, :k, :k], moments.fourth[:k, :k, :k, :k]
    for _ in range(3):
        third = third @ weights
        fourth = fourth @ weights
    fourth = fourth @ weights
    # Var(s²) = (μ₄ − σ⁴ (n−3)/(n−1)) / n, exact for the unbiased s²; with normal values it is Welch's 2σ⁴/(n−1).
    sigma4 = (squares / (n - 1)) ** 2
    noise = max(float(fourth) / n - sigma4 * (n - 3) / (n - 1), 0.0) / n**3
    return Estimate(n, value, variance, float(third) / n**3, noise)


def difference_variance(control: Estimate, treatment: Estimate, theta: float, covariance: float = 0.0) -> float:
    """Variance of m_t − θ m_c."""
    return treatment.variance - 2 * theta * covariance + theta**2 * control.variance


def degrees_of_freedom(control: Estimate, treatment: Estimate, *, theta: float, adjusted: bool = True) -> float:
    """Degrees of freedom of V(θ) = V_t + θ² V_c by matching moments: 2 V² / Var(V).

    `adjusted` takes Var of each variance from the fourth moment (skewed, zero-inflated revenue has far fewer degrees
    of freedom than contacts), otherwise, or where it is absent, from normal theory (Welch 1938, Satterthwaite 1946).
    θ = 1 is the scale of the difference, θ = m_t/m_c the log scale: there the terms weigh 1/m⁴.
    """
    v = difference_variance(control, treatment, theta)
    noise = _noise(treatment, adjusted) + theta**4 * _noise(control, adjusted)
    return 2 * v * v / noise if noise > 0 else NORMAL


def own_degrees_of_freedom(estimate: Estimate) -> float:
    """Degrees of freedom of one arm's own variance."""
    noise = _noise(estimate, adjusted=True)
    return 2 * estimate.variance**2 / noise if noise > 0 else NORMAL


def _noise(estimate: Estimate, adjusted: bool) -> float:
    return estimate.noise if adjusted and estimate.noise is not None else estimate.welch_noise
