"""Power of Hall's transform: a mean per contact in very unequal arms, where skewness moves the read-out's bar."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from uplift.design.power import LARGE_DF, over_control_noise, upper_tail

_LEAST_VARIANCE = 0.05  # of the expected one: an estimate can't fall further, however far the control's mean lies off
_FLAT = 1e-9
HIDDEN_SKEWNESS, HIDDEN_NOISE, MOST_SKEWED = 3.0, 8.0, 0.25
"""What the read-out adds for what its samples hide (`uplift.stats.hall.steadied`, too heavy to import here)."""


@dataclass(frozen=True, slots=True)
class HallRatio:
    """Two means with a multiplicative effect, read by Hall's transform (`uplift.stats.hall`).

    `cv` and `skewness` are those of the values per contact, in both arms. A skewed mean and its own standard error
    move together (their correlation is skewness/√n), so a control whose few large baskets are missing looks both low
    and precise; Hall's transform asks for more there. Given the control's noise x, the test rejects where

        m_t − m_c ≥ τ(A) √(V_t + V_c),   V_c ∝ 1 + skewness·x/√n_c,

    with τ the inverse of Hall's cubic at the critical value and A the skewness of the statistic; the treatment's part
    is taken to first order, with an Edgeworth term.

    The degrees of freedom of the read-out follow the sample's kurtosis, and that moves with the mean as well. A
    decrease is proven by a control that lies high, where the large baskets are: the full kurtosis counts, for the
    quantile and as noise of the variance beyond what the mean tells, (kurtosis − 1 − skewness²)/n. An increase is
    proven by a control without them, whose degrees of freedom are many. `kurtosis` is 3 for a normal distribution;
    where it is not known, the smallest one that this skewness allows stands in (Pearson 1916: skewness² + 1).
    Against simulation: docs/calibration/power.md.
    """

    uplift: float
    cv: float
    skewness: float
    n_control: float
    n_treatment: float
    kurtosis: float | None = None

    @property
    def df(self) -> float | None:
        """Kurtosis-adjusted degrees of freedom on the log scale, as the read-out has them; None where t is normal."""
        if self.uplift > 0:
            return None
        a, b = 1 / self.n_control, 1 / self.n_treatment
        hidden_a, hidden_b = (1 + HIDDEN_NOISE * self._hidden(n) for n in (self.n_control, self.n_treatment))
        noise = (self._kurtosis - 1) * (a**3 * hidden_a + b**3 * hidden_b)
        found = 2 * (a + b) ** 2 / noise if noise > 0 else LARGE_DF
        return None if found >= LARGE_DF else max(found, 1.0)

    @property
    def _kurtosis(self) -> float:
        least = self.skewness**2 + 1
        return least if self.kurtosis is None else max(self.kurtosis, least)

    def _hidden(self, n: float) -> float:
        """The squared skewness of an arm's mean, as far as the read-out makes up for it."""
        return min(self.skewness**2 / n, MOST_SKEWED)

    @property
    def steepness(self) -> float:
        """How fast the chance falls with the control's noise, with room for the moving bar."""
        return 1.5 * math.sqrt(self.n_treatment / self.n_control) / (1 + self.uplift)

    def chance(self, q: float, control_noise: float) -> float:
        """P(rejection in the effect's direction) when the control lies `control_noise` standard errors off."""
        return self._chance_at(q)(control_noise)

    def power(self, q: float) -> float:
        """P(rejection in the effect's direction) at the critical value q."""
        return over_control_noise(self._chance_at(q), steepness=self.steepness)

    def _chance_at(self, q: float) -> Callable[[float], float]:
        ratio, sign = 1 + self.uplift, 1.0 if self.uplift > 0 else -1.0
        root_c, root_t = math.sqrt(self.n_control), math.sqrt(self.n_treatment)
        se_c, se_t = self.cv / root_c, ratio * self.cv / root_t
        third_c, third_t = self.skewness * se_c**3 / root_c, self.skewness * se_t**3 / root_t
        third_c *= 1 + HIDDEN_SKEWNESS * self._hidden(self.n_control)
        third_t *= 1 + HIDDEN_SKEWNESS * self._hidden(self.n_treatment)
        bend_c, bend_t = self.skewness / root_c / 6, self.skewness / root_t / 6
        unexplained = 0.0 if self.uplift > 0 else self._kurtosis - 1 - self.skewness**2

        def chance(x: float) -> float:
            seen = 1 + se_c * (x + bend_c * (x * x - 1))
            if seen <= 0:
                return 0.0
            swing = max(1 + 6 * bend_c * x, _LEAST_VARIANCE)
            variance = swing * se_c**2 + se_t**2
            se = math.sqrt(variance)
            bar = _bar(sign * q, (third_t - third_c * swing**1.5) / (variance * se))
            slope = se_t - bar * se_t**2 * 3 * bend_t / se  # the treatment's own noise moves its standard error too
            blur = unexplained * ((swing * se_c**2) ** 2 / self.n_control + se_t**4 / self.n_treatment)
            z = (seen - ratio + bar * se) / math.hypot(slope, bar * math.sqrt(blur) / (2 * se))
            tail = upper_tail(z) + bend_t * (z * z - 1) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
            return min(1.0, max(0.0, tail if sign > 0 else 1 - tail))

        return chance


def _bar(q: float, skewness: float) -> float:
    """The t-statistic at which Hall's cubic reaches q: the inverse of ((1 + A t/3)³ − 1)/A + A/6."""
    if abs(skewness) < _FLAT:
        return q
    return 3 / skewness * (math.cbrt(1 + skewness * (q - skewness / 6)) - 1)
