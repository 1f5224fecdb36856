"""Power of one comparison: how likely the read-out's own test finds an effect that is there.

A comparison knows its arms by name and answers two things: the power at a critical value q, and the chance to reject
once the noise of the control arm is known (several arms share one control, so `several.py` integrates over it). Power
counts rejections in the direction of the effect only; «significant, but the wrong way round» is no success.
Formulas, assumptions and measured accuracy: docs/methods/power.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, Protocol

from uplift.stats.roots import root_between

Test = Literal["score", "log", "fieller", "delta"]

NORMAL = NormalDist()
LARGE_DF = 2000.0
"""From here on Student's t is read as normal: the quantile differs by less than 0.07 %."""
_WIDEST = 6.5  # standard errors of the control's noise that are integrated


class Comparison(Protocol):
    """One treatment arm against the control, with a true effect."""

    @property
    def df(self) -> float | None:
        """Degrees of freedom of the test; None reads the normal distribution."""

    @property
    def steepness(self) -> float:
        """Standard error of the control's part over that of the treatment's: how fast `chance` falls with noise."""

    def chance(self, q: float, control_noise: float) -> float:
        """P(rejection in the effect's direction) when the control lies `control_noise` standard errors off."""

    def power(self, q: float) -> float:
        """P(rejection in the effect's direction) at the critical value q."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A statistic that the effect moves by `effect` > 0; the test rejects beyond q × `se_null`.

    Under the effect its variance is `control_se`² + `treatment_se`². A score or pooled test has another standard
    error under «no effect» than under the effect, so `se_null` stands on its own; in a Wald test both are equal.
    """

    effect: float
    se_null: float
    control_se: float
    treatment_se: float
    df: float | None = None
    falls: bool = False  # the treatment lies below the control

    @property
    def se(self) -> float:
        """Standard error under the effect."""
        return math.hypot(self.control_se, self.treatment_se)

    @property
    def steepness(self) -> float:
        """How fast the chance falls with the control's noise."""
        return self.control_se / self.treatment_se

    def chance(self, q: float, control_noise: float) -> float:
        """P(rejection) given the control; finite df add the noise of the estimated standard error (q²/2df)."""
        noise = -control_noise if self.falls else control_noise
        spread = self.treatment_se
        if self.df is not None:
            spread = math.hypot(spread, q * self.se_null / math.sqrt(2 * self.df))
        return upper_tail((q * self.se_null + self.control_se * noise - self.effect) / spread)

    def power(self, q: float) -> float:
        """P(rejection in the effect's direction)."""
        if self.df is None:
            return upper_tail((q * self.se_null - self.effect) / self.se)
        return 1 - _noncentral_t(q * self.se_null / self.se, df=self.df, shift=self.effect / self.se)

    def wrong_way(self, q: float) -> float:
        """P(rejection against the effect's direction): published two-sided powers add it."""
        if self.df is None:
            return upper_tail((q * self.se_null + self.effect) / self.se)
        return _noncentral_t(-q * self.se_null / self.se, df=self.df, shift=self.effect / self.se)


@dataclass(frozen=True, slots=True)
class LogRatio:
    """A ratio of means read on another scale than its logarithm: the absolute interval (fieller) or delta.

    log(m_t/m_c) is normal around log(1 + uplift) with the arms' relative standard errors; the standard deviation
    follows the mean (multiplicative effects), so each test is a threshold on the log ratio: see `_bar`.
    """

    uplift: float
    control_se: float
    treatment_se: float
    test: Literal["fieller", "delta"]
    df: float | None = None

    @property
    def steepness(self) -> float:
        """How fast the chance falls with the control's noise."""
        return self.control_se / self.treatment_se

    def chance(self, q: float, control_noise: float) -> float:
        """P(rejection) given the control's log deviation."""
        falls = self.uplift < 0
        missing = self._bar(q) - abs(math.log1p(self.uplift))
        noise = self.control_se * (-control_noise if falls else control_noise)
        return upper_tail((missing + noise) / self.treatment_se)

    def power(self, q: float) -> float:
        """P(rejection in the effect's direction)."""
        missing = self._bar(q) - abs(math.log1p(self.uplift))
        return upper_tail(missing / math.hypot(self.control_se, self.treatment_se))

    def _bar(self, q: float) -> float:
        """|log ratio| at which the test starts to reject; infinite where it never does."""
        s, up = math.hypot(self.control_se, self.treatment_se), self.uplift > 0
        if self.test == "delta":  # |r − 1| ≥ q·s·r
            r = 1 - q * s if up else 1 + q * s
            return (-math.log(r) if up else math.log(r)) if r > 0 else math.inf
        # (r − 1)² = q²(s_t²r² + s_c²), a quadratic in r
        a, c = 1 - (q * self.treatment_se) ** 2, 1 - (q * self.control_se) ** 2
        if 1 - a * c < 0 or (a <= 0 if up else c <= 0):
            return math.inf
        root = 1 + math.sqrt(1 - a * c)
        return math.log(root / a) if up else math.log(root / c)


@dataclass(frozen=True, slots=True)
class Shares:
    """Two shares and their contacts, read by any of the tests; contacts are effective ones (after a design effect).

    Every test's standard error moves with the estimates, and in a holdout that movement matters: first-order formulas
    of the unpooled tests are off by several points. So the power is integrated over the control's share (normal with
    a Cornish–Fisher term for its skewness), with the exact critical share of the treatment at each node.
    """

    control: float
    treatment: float
    n_control: float
    n_treatment: float
    test: Test = "score"
    df: float | None = None

    @property
    def steepness(self) -> float:
        """How fast the chance falls with the control's noise."""
        return self._control_sd / self._treatment_sd

    @property
    def _control_sd(self) -> float:
        return math.sqrt(self.control * (1 - self.control) / self.n_control)

    @property
    def _treatment_sd(self) -> float:
        return math.sqrt(self.treatment * (1 - self.treatment) / self.n_treatment)

    def chance(self, q: float, control_noise: float) -> float:
        """P(rejection) given the control's share; a control without converters or without others decides nothing."""
        return self._chance_at(q)(control_noise)

    def power(self, q: float) -> float:
        """P(rejection in the effect's direction)."""
        return over_control_noise(self._chance_at(q), steepness=self.steepness)

    def _chance_at(self, q: float) -> Callable[[float], float]:
        """`chance` at one critical value, by the noise: what is the same at every node is computed once."""
        p, treatment, sd = self.control, self.treatment, self._control_sd
        bend = (1 - 2 * p) / (self.n_control * sd) / 6  # a sixth of the skewness
        up = treatment > p
        critical = _critical_share(self.test, self.n_control, self.n_treatment, q, up=up)
        scale = (1 if up else -1) / (self._treatment_sd * math.sqrt(2))

        def chance(x: float) -> float:
            seen = p + sd * (x + bend * (x * x - 1))
            return 0.5 * math.erfc((critical(seen) - treatment) * scale) if 0 < seen < 1 else 0.0

        return chance


def pooled_shares(*, control: float, treatment: float, n_control: float, n_treatment: float) -> Shift:
    """The closed form for the score (pooled z) test: pooled variance under «no effect», unpooled under the effect.

    Fleiss, Levin & Paik (2003), eq. 4.14 and 4.19, for any split; what statsmodels computes. `Shares` is closer to
    exact enumeration in small holdouts (0.1 instead of 0.5 points); this one has a sample size in closed form.
    """
    pooled = (n_control * control + n_treatment * treatment) / (n_control + n_treatment)
    return Shift(
        effect=abs(treatment - control),
        se_null=math.sqrt(pooled * (1 - pooled) * (1 / n_control + 1 / n_treatment)),
        control_se=math.sqrt(control * (1 - control) / n_control),
        treatment_se=math.sqrt(treatment * (1 - treatment) / n_treatment),
        falls=treatment < control,
    )


def compare_means(
    *,
    uplift: float,
    cv: float,
    n_control: float,
    n_treatment: float,
    test: Test = "log",
    df: float | None = None,
) -> Shift | LogRatio:
    """Two means, counts or ratios (then `cv` is that of the linearised values per contact) and a relative effect.

    The effect is multiplicative: mean and standard deviation grow alike, so both arms keep the coefficient of
    variation `cv`, and Var(log ratio) = cv²(1/n_t + 1/n_c).
    """
    control_se, treatment_se = cv / math.sqrt(n_control), cv / math.sqrt(n_treatment)
    if test == "fieller" or test == "delta":
        return LogRatio(uplift, control_se, treatment_se, test, df)
    se = math.hypot(control_se, treatment_se)
    return Shift(abs(math.log1p(uplift)), se, control_se, treatment_se, df, falls=uplift < 0)


def critical(alpha: float, *, sides: int, df: float | None = None) -> float:
    """The critical value: the quantile of the normal distribution, or of Student's t for finite df.

    >>> round(critical(0.05, sides=2), 6)
    1.959964
    """
    if df is None:
        return NORMAL.inv_cdf(1 - alpha / sides)
    from scipy.special import stdtrit

    return float(stdtrit(df, 1 - alpha / sides))


def power_of(comparison: Comparison, *, alpha: float, sides: int = 2) -> float:
    """Power of a single comparison."""
    return comparison.power(critical(alpha, sides=sides, df=comparison.df))


def growth_needed(shift: Shift, *, alpha: float, sides: int = 2, power: float) -> float:
    """The factor by which all arms of a normal comparison must grow to reach the power, in closed form.

    With one contact per treatment arm it is the sample size itself.

    >>> one = pooled_shares(control=0.03, treatment=0.033, n_control=1, n_treatment=1)
    >>> round(growth_needed(one, alpha=0.05, power=0.8))
    53210
    """
    q, z = critical(alpha, sides=sides), NORMAL.inv_cdf(power)
    return ((q * shift.se_null + z * shift.se) / shift.effect) ** 2


def first_reaching(
    power_at: Callable[[float], float], *, power: float, low: float, high: float, within: float = 1e-9
) -> float | None:
    """The smallest x in [low, high] with power_at(x) ≥ power, for an increasing power_at; None where there is none."""
    if power_at(low) >= power:
        return low
    if power_at(high) < power:
        return None
    return root_between(lambda x: power_at(x) - power, low, high, within=within)


def best_control_share(treatments: int) -> float:
    """The control's share at which K equal treatment arms against one control have the most power: √K/(√K+K).

    >>> [round(best_control_share(k), 2) for k in (1, 2, 3, 4)]
    [0.5, 0.41, 0.37, 0.33]
    """
    return math.sqrt(treatments) / (math.sqrt(treatments) + treatments)


def household_design_effect(*, mean_size: float, size_cv: float, icc: float) -> float:
    """Variance inflation of contacts randomised in clusters: 1 + ((CV² + 1)·m̄ − 1)·ICC (Eldridge et al. 2006).

    >>> round(household_design_effect(mean_size=340_000 / 242_000, size_cv=0.6, icc=0.12), 2)
    1.11
    """
    return max(1.0, 1 + ((size_cv**2 + 1) * mean_size - 1) * icc)


def over_control_noise(chance: Callable[[float], float], *, steepness: float) -> float:
    """∫ chance(x) φ(x) dx over the control's standardised noise.

    The trapezoidal rule on a normal weight errs by exp(−2π²/(h²(1 + s²))) for a normal cdf of slope s, which is what
    `chance` is or resembles; the step h keeps that below 1e-11 however much the control's noise dominates. Where
    `chance` is a product over K arms, s is √K times theirs.
    """
    step = 0.85 / math.sqrt(1 + steepness**2)
    nodes = math.ceil(_WIDEST / step)
    total = math.fsum(math.exp(-((i * step) ** 2) / 2) * chance(i * step) for i in range(-nodes, nodes + 1))
    return min(1.0, total * step / math.sqrt(2 * math.pi))


def upper_tail(z: float) -> float:
    """P(Z > z), without losing digits far out."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def _critical_share(
    test: Test, n_control: float, n_treatment: float, q: float, *, up: bool
) -> Callable[[float], float]:
    """The treatment share at which the test starts to reject, by the control's; beyond 1 or below 0: never."""
    sign = 1.0 if up else -1.0
    sqrt = math.sqrt
    if test == "score":  # (a − b)² = k·p̄(1 − p̄) with p̄ = wa + ub
        n = n_control + n_treatment
        k, w, u = q * q * n / (n_control * n_treatment), n_treatment / n, n_control / n
        square, kw = 1 + k * w * w, k * w

        def critical(b: float) -> float:
            v = u * b
            half = b + kw * (1 - 2 * v) / 2
            return (half + sign * sqrt(max(0.0, half * half - square * (b * b - k * v * (1 - v))))) / square

    elif test == "fieller":  # (a − b)² = k·a(1 − a) + q²b(1 − b)/n_c
        k = q * q / n_treatment
        square = 1 + k

        def critical(b: float) -> float:
            half, constant = b + k / 2, b * b - q * q * b * (1 - b) / n_control
            return (half + sign * sqrt(max(0.0, half * half - square * constant))) / square

    elif test == "delta":  # with r = a/b: (r − 1)² = q²(r(1−rb)/(n_t b) + r²(1−b)/(n_c b))

        def critical(b: float) -> float:
            square = 1 + q * q / n_treatment - q * q * (1 - b) / (n_control * b)
            half = 1 + q * q / (2 * n_treatment * b)
            root = sqrt(max(0.0, half * half - square))
            if not up:
                return b / (half + root)
            return b * (half + root) / square if square > 0 else math.inf

    else:

        def critical(b: float) -> float:
            return _critical_share_of_log(b, n_control, n_treatment, q, up=up)

    return critical


def _critical_share_of_log(control: float, n_control: float, n_treatment: float, q: float, *, up: bool) -> float:
    """log(a/b) = ±q·√((1−a)/(n_t a) + (1−b)/(n_c b)), by Newton's method on log a."""
    sign = 1.0 if up else -1.0
    start = math.log(control)
    x = start + sign * q * math.sqrt((1 / control - 1) * (1 / n_control + 1 / n_treatment))
    for _ in range(40):
        a = math.exp(x)
        variance = (1 / a - 1) / n_treatment + (1 / control - 1) / n_control
        if variance <= 0:  # a ≥ 1: the arm cannot be that good
            return math.inf
        se = math.sqrt(variance)
        slope = 1 + sign * q / (2 * se * n_treatment * a)
        if slope <= 0:  # fewer converters only make the interval wider: no share is low enough
            return -math.inf
        step = (x - start - sign * q * se) / slope
        x -= step
        if abs(step) < 1e-9:
            return math.exp(x)
        if x < -100:
            return -math.inf
    return math.exp(x)


def _noncentral_t(t: float, *, df: float, shift: float) -> float:
    """P(T ≤ t); the normal approximation stands in where scipy's series gives nan, far out in the tails."""
    from scipy.special import nctdtr

    found = float(nctdtr(df, shift, t))
    return upper_tail((shift - t) / math.sqrt(1 + t * t / (2 * df))) if math.isnan(found) else found
