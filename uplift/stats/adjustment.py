"""Less noise from what was known before: regression on covariates from before the assignment (CUPED).

Each arm's value is moved to where it would be if both arms had the same covariate means:
A_g = m_g − β_g·(x̄_g − x̄), with slopes per arm (Lin 2013, Annals of Applied Statistics 7, 295–318), so that adjusting
never hurts in large samples, also at 10/90. The relative uplift is A_t/A_c − 1: both values adjusted, none raw. A ratio
metric is regressed in its linearised form (y − R x)/x̄ on all covariates at once (the augmentation view, Deng et al.
2023). Only what was known before the assignment may be a covariate: opens, clicks and anything else that the treatment
can move would take the effect away with the noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Literal

import numpy as np
from scipy.special import chdtrc

from uplift.errors import Problem, StatisticsError
from uplift.results import ArmValue, Interval, Kind, Uplift
from uplift.stats.arms import arm_value, estimate_of
from uplift.stats.decision import Inversion, Level, read
from uplift.stats.delta import delta_test
from uplift.stats.estimates import Estimate, degrees_of_freedom, difference_variance
from uplift.stats.evidence import Evidence, evidence_for, weigh
from uplift.stats.fieller import fieller_test
from uplift.stats.log_ratio import log_test
from uplift.stats.moments import Floats, Moments

Stratum = tuple[Moments, Moments]  # control, treatment
Slopes = tuple[tuple[float, ...], tuple[float, ...]]  # of the control, of the treatment: per covariate
# Covariates that differ between arms more than once in ten thousand randomisations were not known before.
_IMBALANCE = 1e-4


@dataclass(frozen=True, slots=True)
class Adjusted:
    """An adjusted comparison, and what the adjustment was worth.

    `slopes` are per covariate, control then treatment, in units of the metric per unit of the covariate. `explained`
    (ρ²) is the share of the variance of ln r that the covariates took away, `gain` = 1/(1 − ρ²) the factor by which
    the sample seems to have grown. Both are None when there is no interval.
    """

    uplift: Uplift
    covariates: tuple[str, ...]
    slopes: tuple[tuple[float, ...], tuple[float, ...]]
    explained: float | None
    gain: float | None
    balance_p: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two values that were estimated together: with the covariance that a common adjustment gives them."""

    control: Estimate
    treatment: Estimate
    covariance: float

    def log_variance(self) -> float:
        """Variance of ln(m_t/m_c)."""
        ratio = self.treatment.value / self.control.value
        return difference_variance(self.control, self.treatment, ratio, self.covariance) / self.treatment.value**2


def compare_adjusted(
    metric: str,
    kind: Kind,
    *,
    control: Moments,
    treatment: Moments,
    control_arm: str = "control",
    treatment_arm: str = "treatment",
    slopes: Literal["per arm", "pooled"] | Slopes = "per arm",
    interval: str = "auto",
    alpha: float = 0.05,
    sides: Literal[1, 2] = 2,
    alternative: Literal["up", "down"] = "up",
    evidence: Evidence | None = None,
) -> Adjusted:
    """Compare adjusted values: columns after the metric's own (one, for a ratio two) are the covariates.

    Every kind is decided on the log scale, with the degrees of freedom of the unadjusted metric (its skewness is what
    limits them); `interval="delta"` gives the symmetric form; where a value is not told from zero the difference
    decides, as in `compare`. Arms show adjusted values.

    A covariate that doesn't vary (the audience fixes it) or repeats the others is refused with StatisticsError
    (UP650, UP651). Covariates that differ between the arms beyond chance were moved by the treatment: no verdict
    (UP652).
    """
    return compare_adjusted_in_strata(
        metric,
        kind,
        strata=[(control, treatment)],
        control_arm=control_arm,
        treatment_arm=treatment_arm,
        slopes=slopes,
        interval=interval,
        alpha=alpha,
        sides=sides,
        alternative=alternative,
        evidence=evidence,
    )


def compare_adjusted_in_strata(
    metric: str,
    kind: Kind,
    *,
    strata: Sequence[Stratum],
    control_arm: str = "control",
    treatment_arm: str = "treatment",
    slopes: Literal["per arm", "pooled"] | Slopes = "per arm",
    interval: str = "auto",
    alpha: float = 0.05,
    sides: Literal[1, 2] = 2,
    alternative: Literal["up", "down"] = "up",
    evidence: Evidence | None = None,
) -> Adjusted:
    """The same within strata (and weight epochs): each stratum is (control, treatment).

    An arm's slopes are common to its strata: those that make the variance of its weighted value smallest. Every stratum
    is adjusted to its own covariate means, and the strata are weighted to their common composition w_k = N_k/N
    (post-stratification). Every stratum needs two contacts in either arm (StatisticsError UP653). `slopes` that are
    given are taken as they are: the adjustment then takes off what another metric's would.
    """
    if kind == "quantile":
        raise ValueError("a quantile has no linear adjustment")
    core = 2 if kind == "ratio" else 1
    control, treatment = (reduce(add, arm) for arm in zip(*strata, strict=True))
    names = control.columns[core:]
    if not names:
        raise ValueError("no covariate: the columns after the metric's own are the covariates")
    if len(strata) > 1 and min(m.n for stratum in strata for m in stratum) < 2:
        raise StatisticsError(
            Problem(
                "UP653",
                "a stratum has fewer than two contacts in an arm",
                fix="merge small strata before the analysis, by a rule that knows no outcome",
            )
        )
    level = Level(alpha, sides, alternative)
    raw_c, raw_t = estimate_of(kind, control), estimate_of(kind, treatment)
    shown_c = arm_value(kind, control, control_arm, raw_c)
    shown_t = arm_value(kind, treatment, treatment_arm, raw_t)
    if raw_c is None or raw_t is None:
        code = "UP610" if control.n == 0 or treatment.n == 0 else "UP616"
        nothing = read(
            None, metric=metric, kind=kind, control=shown_c, treatment=shown_t, level=level, method="log", refusal=code
        )
        return Adjusted(nothing, names, ((), ()), None, None, math.nan)
    refusal, cautions = weigh(shown_c, shown_t, evidence or evidence_for(kind))
    arms = _linearised([c for c, _ in strata], strata, core), _linearised([t for _, t in strata], strata, core)
    for arm in arms:
        _refuse_covariates(arm, names)
    if slopes == "per arm":
        betas = arms[0].slopes, arms[1].slopes
    elif slopes == "pooled":
        pooled = arms[0].products.sum(axis=0) + arms[1].products.sum(axis=0)
        betas = (_solved(pooled[1:, 1:], pooled[1:, 0]),) * 2
    else:
        betas = np.asarray(slopes[0], dtype=np.float64), np.asarray(slopes[1], dtype=np.float64)
    balance_p = _balance(arms)
    if balance_p < _IMBALANCE:
        refusal = "UP652"
    pair = _pair(arms, betas)
    unadjusted = _pair(arms, (np.zeros(len(names)),) * 2, free=0)
    _refuse_prophets(pair, unadjusted, names)
    raw = Pair(raw_c, raw_t, 0.0)
    inversion, notes = inverted_pair(pair, raw, level, interval)
    both_positive = min(e.value for e in (pair.control, pair.treatment, raw.control, raw.treatment)) > 0
    explained = None
    if inversion is not None and both_positive:
        explained = 1 - pair.log_variance() / unadjusted.log_variance()
    uplift = read(
        inversion,
        metric=metric,
        kind=kind,
        control=_shown(shown_c, pair.control, raw_c),
        treatment=_shown(shown_t, pair.treatment, raw_t),
        level=level,
        method="log",
        refusal=refusal,
        cautions=(*cautions, *notes),
    )
    found = tuple(map(float, betas[0])), tuple(map(float, betas[1]))
    return Adjusted(uplift, names, found, explained, None if explained is None else 1 / (1 - explained), balance_p)


def explained_variance(arm: Moments, *, core: int) -> float:
    """The share of a metric's variance among the contacts of one arm that its covariates explain: adjusted R², ≥ 0.

    `core` columns (of a ratio, and of clusters, two) are the metric's own. With slopes per arm this is what the
    adjustment takes off the variance of the log ratio (`Adjusted.explained`). Covariates that don't vary or repeat
    each other are refused like there: StatisticsError UP650, UP651. NaN for a metric that doesn't vary itself, and for
    a ratio without a denominator.

    >>> rows = [[0.0, 1.0], [1.0, 2.0], [2.0, 2.0], [3.0, 4.0], [5.0, 4.0]]
    >>> round(explained_variance(Moments.from_rows(rows, ("value", "past")), core=1), 3)
    0.772
    """
    if arm.n == 0 or (core == 2 and arm.mean[1] == 0):
        return math.nan
    whole = _linearised([arm], [(arm, arm)], core)
    _refuse_covariates(whole, arm.columns[core:])
    products = whole.products[0]
    if not products[0, 0] > 0:
        return math.nan
    slopes = _solved(products[1:, 1:], products[1:, 0])
    unexplained = 1 - float(products[0, 1:] @ slopes) / float(products[0, 0])
    return max(0.0, 1 - unexplained * (arm.n - 1) / (arm.n - 1 - len(slopes)))


def inverted_pair(
    pair: Pair, raw: Pair, level: Level, interval: str = "auto"
) -> tuple[Inversion | None, tuple[str, ...]]:
    """The test for values that were adjusted together, with the degrees of freedom of the unadjusted ones."""
    variances = pair.control.variance, pair.treatment.variance, raw.control.variance, raw.treatment.variance
    if not min(variances) > 0:
        return None, ()
    rough = () if raw.control.noise is not None and raw.treatment.noise is not None else ("UP609",)
    c, t, covariance = pair.control, pair.treatment, pair.covariance
    if interval == "delta" and c.value > 0:
        df = degrees_of_freedom(raw.control, raw.treatment, theta=1.0, adjusted=False)
        return delta_test(c, t, level, covariance=covariance, df=df), ()
    if interval != "fieller" and all(e.apart_from_zero for e in (c, t, raw.control, raw.treatment)):
        df = degrees_of_freedom(raw.control, raw.treatment, theta=raw.treatment.value / raw.control.value)
        return log_test(c, t, level, covariance=covariance, df=df), rough
    df = degrees_of_freedom(raw.control, raw.treatment, theta=1.0)
    notes = rough if interval == "fieller" else ("UP613", *rough)
    return fieller_test(c, t, level, covariance=covariance, df=df), notes


@dataclass(frozen=True, slots=True)
class _Arm:
    """One arm in its strata: the (linearised) metric first, then the covariates.

    `weights` are the strata's shares of all contacts, `within` each stratum's value less the arm's. `products` are
    sums about the stratum's means, order 1 + p; `second` adds them with the weight that they have in the variance of
    the arm's value: w_k²/((n_k − 1) n_k).
    """

    value: float
    weights: Floats
    sizes: Floats
    within: Floats
    means: Floats  # of the covariates, (strata, p)
    products: Floats  # (strata, 1 + p, 1 + p)

    @property
    def n(self) -> int:
        return int(self.sizes.sum())

    @property
    def second(self) -> Floats:
        shares: Floats = self.weights**2 / ((self.sizes - 1) * self.sizes)
        return np.asarray(np.einsum("k,kij->ij", shares, self.products))

    @property
    def slopes(self) -> Floats:
        second = self.second
        return _solved(second[1:, 1:], second[1:, 0])


def _solved(squares: Floats, products: Floats) -> Floats:
    return np.asarray(np.linalg.solve(squares, products), dtype=np.float64)


def _linearised(arm: Sequence[Moments], strata: Sequence[Stratum], core: int) -> _Arm:
    sizes = np.array([c.n + t.n for c, t in strata], dtype=np.float64)
    shares = sizes / sizes.sum()
    means = np.array([m.mean for m in arm])
    if core == 1:
        value = float(shares @ means[:, 0])
        weights, within = np.ones(1), means[:, 0] - value
    else:
        below = float(shares @ means[:, 1])
        value = float(shares @ means[:, 0]) / below
        weights = np.array([1.0, -value]) / below
        within = means[:, :2] @ weights
    k = means.shape[1]
    linear = np.zeros((k - core + 1, k))
    linear[0, :core] = weights
    linear[1:, core:] = np.eye(k - core)
    products = np.array([linear @ m.second @ linear.T for m in arm])
    own = np.array([m.n for m in arm], dtype=np.float64)
    return _Arm(value, shares, own, within, means[:, core:], products)


def _refuse_covariates(arm: _Arm, names: tuple[str, ...]) -> None:
    second = arm.products.sum(axis=0)
    spread = np.diag(second)[1:]
    centre = np.abs(arm.means).max(axis=0)
    for name, squares, size in zip(names, spread, centre, strict=True):
        if not squares > 1e-12 * arm.n * max(size**2, np.finfo(float).tiny):
            raise StatisticsError(
                Problem(
                    "UP650",
                    f"the covariate {name!r} has the same value for every contact of an arm",
                    fix="leave it out: what the audience fixes can't explain anything",
                )
            )
    correlation = second[1:, 1:] / np.sqrt(np.outer(spread, spread))
    if arm.n - len(arm.sizes) <= len(names) + 1 or np.linalg.cond(correlation) > 1e10:
        raise StatisticsError(
            Problem(
                "UP651",
                f"the covariates {', '.join(names)} repeat each other, or outnumber the contacts",
                fix="keep one of each group that says the same",
            )
        )


def _refuse_prophets(pair: Pair, unadjusted: Pair, names: tuple[str, ...]) -> None:
    """UP651 where the covariates leave nothing of the metric: then no test is left either, only rounding."""
    before = difference_variance(unadjusted.control, unadjusted.treatment, 1.0, unadjusted.covariance)
    after = difference_variance(pair.control, pair.treatment, 1.0, pair.covariance)
    if before > 0 and not after > 1e-10 * before:
        raise StatisticsError(
            Problem(
                "UP651",
                f"the covariates {', '.join(names)} say the metric itself: nothing is left to compare",
                fix="look where they come from: nothing that was known before tells so much",
            )
        )


def _pair(arms: tuple[_Arm, _Arm], betas: tuple[Floats, Floats], *, free: int | None = None) -> Pair:
    """Both adjusted values with variances and covariance.

    The common mean x̄ of a stratum holds contacts of both arms, so each adjusted value is a sum over both: with
    f = n_t/N, A_t = m_t − (1−f) β_t·(x̄_t − x̄_c) and A_c = m_c + f β_c·(x̄_t − x̄_c). For the log ratio the two covariate
    terms join to one common slope in either arm, which is why only that combination matters. The sampled composition
    of several strata adds Σ w_k d_k d_k'/N, shared by both arms (see `post_stratified`).
    """
    p = len(betas[0]) if free is None else free
    control, treatment = arms
    w = control.weights
    f = treatment.sizes / (control.sizes + treatment.sizes)
    gap = treatment.means - control.means
    moved = (f * (gap @ betas[0]), -(1 - f) * (gap @ betas[1]))
    values = control.value + float(w @ moved[0]), treatment.value + float(w @ moved[1])
    covariance = np.zeros((2, 2))
    for k, share in enumerate(f):
        b_c, b_t = share * betas[0], (1 - share) * betas[1]
        # Rows: what A_c and A_t weigh (metric, covariates) of the control's and the treatment's contacts with.
        in_control = np.array([[1.0, *-b_c], [0.0, *b_t]])
        in_treatment = np.array([[0.0, *b_c], [1.0, *-b_t]])
        for weights, arm in ((in_control, control), (in_treatment, treatment)):
            n = arm.sizes[k]
            residual = arm.n - len(w)
            squares = weights @ arm.products[k] @ weights.T / (n - 1) / n
            covariance += w[k] ** 2 * squares * (residual / (residual - p))
    deviations = np.array([arm.within + shift - w @ shift for arm, shift in zip(arms, moved, strict=True)])
    covariance += (deviations * w) @ deviations.T / (control.n + treatment.n)
    (v_c, both), (_, v_t) = covariance.tolist()
    return Pair(Estimate(control.n, values[0], v_c), Estimate(treatment.n, values[1], v_t), both)


def _balance(arms: tuple[_Arm, _Arm]) -> float:
    """The p-value of «all covariates have the same mean in both arms» (Hotelling's test, in its large-sample form)."""
    control, treatment = arms
    gap = control.weights @ (treatment.means - control.means)
    spread = control.second[1:, 1:] + treatment.second[1:, 1:]
    return float(chdtrc(len(gap), float(gap @ _solved(spread, gap))))


def _shown(arm: ArmValue, adjusted: Estimate, raw: Estimate) -> ArmValue:
    """The arm with its adjusted value; its interval keeps the width in standard errors of the raw one."""
    interval = None
    if arm.interval is not None and raw.variance > 0:
        scale = math.sqrt(adjusted.variance / raw.variance)
        low, high = arm.interval.low, arm.interval.high
        if low is not None and high is not None:
            interval = Interval(adjusted.value - (raw.value - low) * scale, adjusted.value + (high - raw.value) * scale)
    sd = math.sqrt(adjusted.variance * adjusted.n)
    return ArmValue(arm.arm, arm.n, arm.nonzero, adjusted.value, arm.total, sd, interval)
