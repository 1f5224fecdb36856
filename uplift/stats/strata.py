"""Comparisons within strata, put together: stratified Miettinen–Nurminen for shares, post-stratification for the rest.

Moments add only within a stratum. Across strata estimators combine: every stratum is compared with itself, so a
difference in composition between the arms (or weights that changed between strata) does not become an effect.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from operator import add
from typing import Literal

import numpy as np

from uplift.errors import Problem, StatisticsError
from uplift.results import ArmValue, Interval, Kind, Uplift
from uplift.stats.adjustment import Pair, inverted_pair
from uplift.stats.arms import arm_value, estimate_of, events_of
from uplift.stats.decision import NORMAL, Inversion, Level, accepted, read
from uplift.stats.estimates import Estimate
from uplift.stats.evidence import Evidence, evidence_for, weigh
from uplift.stats.moments import Moments
from uplift.stats.proportions import check_counts, constrained_by_difference, constrained_by_ratio
from uplift.stats.roots import root_outward

Counts = tuple[int, int, int, int]  # events and contacts of the control, events and contacts of the treatment
Stratum = tuple[Moments, Moments]  # control, treatment
_ROUNDS = 100
_LOG_LIMIT = 60.0


def compare_strata(
    metric: str,
    kind: Kind,
    *,
    strata: Sequence[Stratum],
    control_arm: str = "control",
    treatment_arm: str = "treatment",
    interval: str = "auto",
    alpha: float = 0.05,
    sides: Literal[1, 2] = 2,
    alternative: Literal["up", "down"] = "up",
    evidence: Evidence | None = None,
) -> Uplift:
    """Compare a treatment with the control within strata; each stratum is (control, treatment).

    A proportion under `auto` or `score` is decided by the stratified Miettinen–Nurminen test. Everything else is
    post-stratified: arms are weighted to the strata's common composition and compared on the log scale (`delta`:
    symmetric). So is a proportion (with the caution UP613) where strata of very different allocation contradict each
    other so much that no common ratio fits them: the weights of the test depend on the ratio that is tested, and its
    interval would not hold the estimate. Arms show the weighted values. Every stratum needs contacts in both arms
    (StatisticsError UP653).
    """
    if kind == "quantile":
        raise ValueError("quantiles are not combined over strata")
    if not strata:
        raise ValueError("no stratum")
    level = Level(alpha, sides, alternative)
    for number, (c, t) in enumerate(strata, start=1):
        if min(c.n, t.n) < 2:
            raise StatisticsError(
                Problem(
                    "UP653",
                    f"stratum {number} has {c.n} control and {t.n} treatment contacts",
                    fix="merge small strata before the analysis, by a rule that knows no outcome",
                )
            )
    pooled = reduce(add, (c for c, _ in strata)), reduce(add, (t for _, t in strata))
    raw = estimate_of(kind, pooled[0]), estimate_of(kind, pooled[1])
    shown = arm_value(kind, pooled[0], control_arm, raw[0]), arm_value(kind, pooled[1], treatment_arm, raw[1])
    refusal, cautions = weigh(*shown, evidence or evidence_for(kind))
    if raw[0] is None or raw[1] is None:
        return read(
            None,
            metric=metric,
            kind=kind,
            control=shown[0],
            treatment=shown[1],
            level=level,
            method="log",
            refusal="UP616",
        )
    notes: tuple[str, ...] = ()
    scored = kind == "proportion" and interval in ("auto", "score")
    if scored:
        counts = [(events_of(c), c.n, events_of(t), t.n) for c, t in strata]
        inversion = stratified_score_test(counts, level)
        values = weighted_shares(counts)
        scored = inversion is None or _contain(inversion, *values)
    if not scored:
        pair = post_stratified(kind, strata)
        inversion, notes = inverted_pair(pair, Pair(raw[0], raw[1], 0.0), level, interval)
        values = pair.control.value, pair.treatment.value
        if kind == "proportion" and interval in ("auto", "score"):
            notes = (*notes, "UP613")
    control, treatment = (
        ArmValue(a.arm, a.n, a.nonzero, value, a.total, a.sd) for a, value in zip(shown, values, strict=True)
    )
    return read(
        inversion,
        metric=metric,
        kind=kind,
        control=control,
        treatment=treatment,
        level=level,
        method="score" if kind == "proportion" else "log",
        refusal=refusal,
        cautions=(*cautions, *notes),
    )


def _contain(inversion: Inversion, control: float, treatment: float) -> bool:
    """Whether both intervals hold the estimates that belong to them."""
    if control > 0 and inversion.relative is not None and inversion.relative.excludes(treatment / control - 1):
        return False
    return not inversion.absolute.excludes(treatment - control)


def post_stratified(kind: Kind, strata: Sequence[Stratum]) -> Pair:
    """Both arms weighted to the common composition w_k = N_k/N, with variances and covariance.

    V = Σ w_k² V_k plus what the sampled composition adds, Σ w_k (m_k − m)²/N: it is shared by both arms and leaves the
    ratio where the effect is proportional in all strata (Miratrix, Sekhon & Yu 2013, for the difference). A ratio
    metric weights numerator and denominator, and is linearised around the weighted ratio.
    """
    sizes = np.array([c.n + t.n for c, t in strata], dtype=np.float64)
    total = float(sizes.sum())
    w = sizes / total
    values, variances, deviations = [], [], []
    for arm in zip(*strata, strict=True):
        mean = np.array([m.mean for m in arm])
        if kind == "ratio":
            denominator = float(w @ mean[:, 1])
            value = float(w @ mean[:, 0]) / denominator
            weights = np.array([1.0, -value]) / denominator
            within = mean[:, :2] @ weights
        else:
            value, weights = float(w @ mean[:, 0]), np.ones(1)
            within = mean[:, 0] - value
        k = len(weights)
        spread = np.array([weights @ m.second[:k, :k] @ weights / (m.n - 1) / m.n for m in arm])
        values.append(value)
        variances.append(float(w**2 @ spread))
        deviations.append(within)
    composition = np.array([[float(w @ (a * b)) / total for a in deviations] for b in deviations])
    n = [sum(m.n for m in arm) for arm in zip(*strata, strict=True)]
    control, treatment = (Estimate(n[g], values[g], variances[g] + float(composition[g, g])) for g in (0, 1))
    return Pair(control, treatment, float(composition[0, 1]))


def weighted_shares(strata: Sequence[Counts]) -> tuple[float, float]:
    """Both arms' shares under Mantel–Haenszel weights n_c n_t/N: their ratio is the Mantel–Haenszel risk ratio.

    They are the weights of the stratified test at «no difference», so the estimate points where the test points.
    """
    weights = [n_c * n_t / (n_c + n_t) for _, n_c, _, n_t in strata]
    total = math.fsum(weights)
    control = math.fsum(w * x_c / n_c for w, (x_c, n_c, _, _) in zip(weights, strata, strict=True))
    treatment = math.fsum(w * x_t / n_t for w, (_, _, x_t, n_t) in zip(weights, strata, strict=True))
    return control / total, treatment / total


def stratified_ratio_z(strata: Sequence[Counts], theta: float) -> float:
    """Σ w_k (p̂_tk − θ p̂_ck) / √Σ w_k² V_k(θ), with the weights of Miettinen & Nurminen (1985) for the ratio.

    w_k = 1/[(1 − R_t)/(1 − R_c)/n_tk + θ/n_ck], where R are the constrained rates averaged with these very weights
    (iterated). At θ = 1 it is the Cochran–Mantel–Haenszel statistic. NaN where no stratum has information.
    """
    rates = [constrained_by_ratio(x_c, n_c, x_t, n_t, theta) for x_c, n_c, x_t, n_t in strata]

    def weight(odds: tuple[float, float, float, float], n_c: int, n_t: int) -> float:
        _, q_c, _, q_t = odds
        return 1 / ((q_t / q_c if q_c > 0 else 1.0) / n_t + theta / n_c)

    weights = _settled(strata, rates, weight)
    variance = (
        p_t * q_t / s[3] + theta**2 * p_c * q_c / s[1] for (p_c, q_c, p_t, q_t), s in zip(rates, strata, strict=True)
    )
    return _standardised(
        strata, weights, list(variance), [x_t / n_t - theta * x_c / n_c for x_c, n_c, x_t, n_t in strata]
    )


def stratified_difference_z(strata: Sequence[Counts], delta: float) -> float:
    """The same for p_t − p_c = Δ in every stratum: w_k = 1/[R_t(1 − R_t)/(R_c(1 − R_c))/n_tk + 1/n_ck]."""
    rates = []
    for x_c, n_c, x_t, n_t in strata:
        p_c = constrained_by_difference(x_c, n_c, x_t, n_t, delta)
        p_t = min(max(p_c + delta, 0.0), 1.0)
        rates.append((p_c, 1 - p_c, p_t, 1 - p_t))

    def weight(odds: tuple[float, float, float, float], n_c: int, n_t: int) -> float:
        p_c, q_c, p_t, q_t = odds
        return 1 / ((p_t * q_t / (p_c * q_c) if p_c * q_c > 0 else 1.0) / n_t + 1 / n_c)

    weights = _settled(strata, rates, weight)
    variance = [p_t * q_t / s[3] + p_c * q_c / s[1] for (p_c, q_c, p_t, q_t), s in zip(rates, strata, strict=True)]
    return _standardised(strata, weights, variance, [x_t / n_t - x_c / n_c - delta for x_c, n_c, x_t, n_t in strata])


Rates = tuple[float, float, float, float]  # p_c, 1 − p_c, p_t, 1 − p_t


def _settled(
    strata: Sequence[Counts], rates: Sequence[Rates], weight: Callable[[Rates, int, int], float]
) -> list[float]:
    """Weights that depend on average rates that depend on the weights: iterated from Mantel–Haenszel."""
    weights = [n_c * n_t / (n_c + n_t) for _, n_c, _, n_t in strata]
    for _ in range(_ROUNDS):
        total = math.fsum(weights)
        p_c, q_c, p_t, q_t = (
            math.fsum(w * r[i] for w, r in zip(weights, rates, strict=True)) / total for i in range(4)
        )
        new = [weight((p_c, q_c, p_t, q_t), n_c, n_t) for _, n_c, _, n_t in strata]
        if all(abs(a - b) <= 1e-12 * a for a, b in zip(weights, new, strict=True)):
            return new
        weights = new
    return weights


def _standardised(
    strata: Sequence[Counts], weights: Sequence[float], variances: Sequence[float], effects: Sequence[float]
) -> float:
    top = math.fsum(w * d for w, d in zip(weights, effects, strict=True))
    sizes = [n_c + n_t for _, n_c, _, n_t in strata]
    variance = math.fsum(w * w * v * n / (n - 1) for w, v, n in zip(weights, variances, sizes, strict=True))
    if variance > 0:
        return top / math.sqrt(variance)
    return math.copysign(math.inf, top) if top else math.nan


def stratified_score_test(strata: Sequence[Counts], level: Level) -> Inversion | None:
    """The stratified Miettinen–Nurminen test of equal shares with both its intervals; None without information."""
    for x_c, n_c, x_t, n_t in strata:
        check_counts(x_c, n_c)
        check_counts(x_t, n_t)
    statistic = stratified_ratio_z(strata, 1.0)
    if math.isnan(statistic):
        return None
    critical = level.critical()
    ratio = _ratio_bounds(strata, critical)
    difference = _difference_bounds(strata, critical)
    return Inversion(
        "score",
        statistic,
        NORMAL,
        level.sided(ratio.low, ratio.high, floor=-1.0, ceiling=None),
        level.sided(difference.low, difference.high, floor=-1.0, ceiling=1.0),
    )


def _ratio_bounds(strata: Sequence[Counts], critical: float) -> Interval:
    (events_c, n_c, events_t, n_t), (p_c, p_t) = map(sum, zip(*strata, strict=True)), weighted_shares(strata)

    def z(log_theta: float) -> float:
        value = stratified_ratio_z(strata, math.exp(log_theta))
        return 0.0 if math.isnan(value) else value

    # An arm without events has its estimate at the edge: half an event, then look for where nothing is rejected.
    estimate = math.log((p_t or 0.5 / n_t) / (p_c or 0.5 / n_c))
    if abs(start := z(estimate)) > critical:
        towards = math.copysign(1.0, start)
        fitting = root_outward(z, estimate, towards, stop=towards * _LOG_LIMIT)
        estimate = towards * _LOG_LIMIT if fitting is None else fitting
    low, high = accepted(
        z,
        estimate=estimate,
        null=0.0,
        critical=critical,
        stride=critical * math.sqrt(1 / (events_c + 0.5) + 1 / (events_t + 0.5)) / 2,
        lowest=-_LOG_LIMIT,
        highest=_LOG_LIMIT,
    )
    return Interval(
        math.expm1(low) if low is not None and events_t else -1.0,
        math.expm1(high) if high is not None and events_c else None,
    )


def _difference_bounds(strata: Sequence[Counts], critical: float) -> Interval:
    p_c, p_t = weighted_shares(strata)
    n = sum(n_c * n_t / (n_c + n_t) for _, n_c, _, n_t in strata)
    middle = min(max((p_c + p_t) / 2, 0.5 / n), 1 - 0.5 / n)

    def z(delta: float) -> float:
        if abs(delta) >= 1:
            return -math.copysign(math.inf, delta)
        value = stratified_difference_z(strata, delta)
        return 0.0 if math.isnan(value) else value

    edge = 1 - 1e-12
    low, high = accepted(
        z,
        estimate=min(max(p_t - p_c, -edge), edge),
        null=0.0,
        critical=critical,
        stride=critical * math.sqrt(middle * (1 - middle) / n) / 2,
        lowest=-1.0,
        highest=1.0,
    )
    return Interval(
        -1.0 if low is None or p_t - p_c == -1 else low,
        1.0 if high is None or p_t - p_c == 1 else high,
    )
