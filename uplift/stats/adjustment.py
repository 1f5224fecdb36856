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
from dataclasses import dataclass
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
    slopes: Literal["per arm", "pooled"] = "per arm",
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
    if kind == "quantile":
        raise ValueError("a quantile has no linear adjustment")
    core = 2 if kind == "ratio" else 1
    names = control.columns[core:]
    if not names:
        raise ValueError("no covariate: the columns after the metric's own are the covariates")
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
    arms = _regressed(control, core, names), _regressed(treatment, core, names)
    if slopes == "pooled":
        common = _solved(arms[0].squares + arms[1].squares, arms[0].products + arms[1].products)
        betas = common, common
    else:
        betas = arms[0].slopes, arms[1].slopes
    balance_p = _balance(control, treatment, core)
    if balance_p < _IMBALANCE:
        refusal = "UP652"
    pair = _pair(arms, betas, (control.n, treatment.n))
    raw = Pair(raw_c, raw_t, 0.0)
    inversion, notes = inverted_pair(pair, raw, level, interval)
    both_positive = min(e.value for e in (pair.control, pair.treatment, raw.control, raw.treatment)) > 0
    explained = None
    if inversion is not None and both_positive:
        explained = 1 - pair.log_variance() / raw.log_variance()
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
class _Regressed:
    """One arm's regression of the (linearised) metric on the covariates."""

    value: float
    n: int
    mean: Floats  # of the covariates
    second: Floats  # of (metric, covariates) about their means, order 1 + p

    @property
    def products(self) -> Floats:
        return self.second[1:, 0]

    @property
    def squares(self) -> Floats:
        return self.second[1:, 1:]

    @property
    def slopes(self) -> Floats:
        return _solved(self.squares, self.products)


def _solved(squares: Floats, products: Floats) -> Floats:
    return np.asarray(np.linalg.solve(squares, products), dtype=np.float64)


def _regressed(moments: Moments, core: int, names: tuple[str, ...]) -> _Regressed:
    if core == 1:
        value, weights = float(moments.mean[0]), np.ones(1)
    else:
        y, x = moments.mean[:2]
        value, weights = float(y / x), np.array([1.0, -y / x]) / x
    linear = np.zeros((len(moments.mean) - core + 1, len(moments.mean)))
    linear[0, :core] = weights
    linear[1:, core:] = np.eye(len(names))
    second = linear @ moments.second @ linear.T
    spread, mean = np.diag(second)[1:], moments.mean[core:]
    for name, squares, centre in zip(names, spread, mean, strict=True):
        if not squares > 1e-12 * moments.n * max(centre**2, np.finfo(float).tiny):
            raise StatisticsError(
                Problem(
                    "UP650",
                    f"the covariate {name!r} has the same value for every contact of an arm",
                    fix="leave it out: what the audience fixes can't explain anything",
                )
            )
    correlation = second[1:, 1:] / np.sqrt(np.outer(spread, spread))
    if moments.n <= len(names) + 2 or np.linalg.cond(correlation) > 1e10:
        raise StatisticsError(
            Problem(
                "UP651",
                f"the covariates {', '.join(names)} repeat each other, or outnumber the contacts",
                fix="keep one of each group that says the same",
            )
        )
    return _Regressed(value, moments.n, mean, second)


def _pair(arms: tuple[_Regressed, _Regressed], betas: tuple[Floats, Floats], n: tuple[int, int]) -> Pair:
    """Both adjusted values with variances and covariance.

    The common mean x̄ holds contacts of both arms, so each adjusted value is a sum over both: with f = n_t/N,
    A_t = m_t − (1−f) β_t·(x̄_t − x̄_c) and A_c = m_c + f β_c·(x̄_t − x̄_c). For the log ratio the two covariate terms
    join to one common slope in either arm, which is why only that combination matters.
    """
    share = n[1] / (n[0] + n[1])
    gap = arms[1].mean - arms[0].mean
    b_c, b_t = share * betas[0], (1 - share) * betas[1]
    values = arms[0].value + float(b_c @ gap), arms[1].value - float(b_t @ gap)
    # Rows: what A_c and A_t weigh (metric, covariates) of the control's and the treatment's contacts with.
    in_control = np.array([[1.0, *-b_c], [0.0, *b_t]])
    in_treatment = np.array([[0.0, *b_c], [1.0, *-b_t]])
    p = len(gap)
    covariance = sum(
        weights @ arm.second @ weights.T / (arm.n - 1 - p) / arm.n
        for weights, arm in ((in_control, arms[0]), (in_treatment, arms[1]))
    )
    (v_c, both), (_, v_t) = np.asarray(covariance).tolist()
    return Pair(Estimate(n[0], values[0], v_c), Estimate(n[1], values[1], v_t), both)


def _balance(control: Moments, treatment: Moments, core: int) -> float:
    """The p-value of «all covariates have the same mean in both arms» (Hotelling's test, in its large-sample form)."""
    gap = treatment.mean[core:] - control.mean[core:]
    spread = sum(m.second[core:, core:] / (m.n - 1) / m.n for m in (control, treatment))
    return float(chdtrc(len(gap), float(gap @ _solved(np.asarray(spread), gap))))


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
