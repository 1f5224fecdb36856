"""Several arms against one control: Dunnett's single-step test with simultaneous intervals, for any allocation.

All comparisons share the noise of the control. With v_0 the variance of the control's estimate and v_i that of arm i
(on the scale of the test, such as the log), Z_i = √(1 − λ_i²) X_i + λ_i Y with independent standard normal X_i and Y
and λ_i = √(v_0 / (v_0 + v_i)), so that corr(Z_i, Z_j) = λ_i λ_j. Given Y the comparisons are independent, and every
joint probability is one integral over Y, whatever the number of arms.

Dunnett (1955), JASA 50, 1096–1121; Hochberg & Tamhane (1987), Multiple Comparison Procedures, 5.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainccinv, gammaincinv, gammaln, ndtr, ndtri, roots_legendre, stdtrit

from uplift.errors import Problem, StatisticsError
from uplift.stats.decision import NORMAL
from uplift.stats.multiplicity import Decided
from uplift.stats.roots import root_between

Floats = NDArray[np.float64]
Sides = Literal[1, 2]

_TAIL = 8.5
_NODES = 16
_MOST_PANELS = 2000


def control_loadings(control_variance: float, treatment_variances: Sequence[float | None]) -> tuple[float, ...]:
    """λ of each comparison: how much of its noise is the control's.

    Variances of the arms' estimates on the scale of the test: (1 − p)/(n p) for the log of a share, s²/(n m²) for
    the log of a mean, or just 1/n. None (an arm without data) gives 0: the bound for independent comparisons, which
    is on the safe side.

    >>> [round(x, 4) for x in control_loadings(1 / 1000, [1 / 1000, 1 / 4000])]
    [0.7071, 0.8944]
    """
    for v in (control_variance, *treatment_variances):
        if v is not None and not (v > 0 and math.isfinite(v)):
            raise StatisticsError(
                Problem("UP645", f"{v} is not a variance", fix="give variances above 0, None for an arm without data")
            )
    return tuple(
        0.0 if v is None else math.sqrt(control_variance / (control_variance + v)) for v in treatment_variances
    )


def any_beyond(
    bound: float,
    *,
    loadings: Sequence[float],
    sides: Sides = 2,
    df: float = NORMAL,
    shifts: Sequence[float] | None = None,
) -> float:
    """P(max |Z_i| > bound), or P(max Z_i > bound) for one side: the error of the family, or its power.

    `shifts` are the means of the Z_i (effect over its standard error); then this is the probability of finding at
    least one arm. With `df` the Z_i share one variance estimate (a multivariate t).
    """
    loading = np.asarray(loadings, dtype=np.float64)
    mean = np.zeros(loading.size) if shifts is None else np.asarray(shifts, dtype=np.float64)
    y, weight = _normal_rule(loading)
    spread = np.sqrt(1 - loading**2)
    centre = mean[:, None] + loading[:, None] * y[None, :]

    def beyond(c: float) -> float:
        tail = ndtr((centre - c) / spread[:, None])
        if sides == 2:
            tail = tail + ndtr((-c - centre) / spread[:, None])
        with np.errstate(divide="ignore"):
            none_beyond = np.log1p(-np.minimum(tail, 1.0)).sum(axis=0)
        return float(weight @ -np.expm1(none_beyond))

    return beyond(bound) if df > 1e9 else _over_scale(beyond, bound, df)


def dunnett_critical(*, loadings: Sequence[float], alpha: float, sides: Sides = 2, df: float = NORMAL) -> float:
    """The bound that the largest statistic exceeds with probability α when no arm differs from control.

    >>> equal = [0.5**0.5] * 3
    >>> round(dunnett_critical(loadings=equal, alpha=0.05), 2)  # Dunnett (1964), Table: 2.35
    2.35
    """
    alone, bonferroni = (_quantile(alpha / (sides * m), df) for m in (1, len(loadings)))
    if len(loadings) == 1:
        return alone

    def excess(c: float) -> float:
        return math.log(any_beyond(c, loadings=loadings, sides=sides, df=df) / alpha)

    return root_between(excess, alone, bonferroni + 1e-9, within=1e-10)


def dunnett_p_values(
    statistics: Sequence[float | None], *, loadings: Sequence[float], sides: Sides = 2, df: float = NORMAL
) -> tuple[float | None, ...]:
    """Adjusted p-values of z- or t-statistics: the chance of a largest one at least as far out."""
    if len(statistics) != len(loadings):
        raise ValueError(f"{len(statistics)} statistics but {len(loadings)} loadings")
    return tuple(
        None if z is None else any_beyond(abs(z) if sides == 2 else z, loadings=loadings, sides=sides, df=df)
        for z in statistics
    )


def dunnett(
    p_values: Sequence[float | None], *, loadings: Sequence[float], alpha: float, sides: Sides = 2
) -> tuple[Decided, ...]:
    """Single-step Dunnett on the p-values of the metric's own tests, two- or one-sided as `sides` says.

    Each p-value is turned into its normal deviate, so that score, log and Hall tests keep their own distribution.
    All hypotheses get the same level 2Φ(−c): the intervals inverted at it cover simultaneously with probability
    1 − α, and their bounds may be compared across the arms (`best.low`).
    """
    critical = dunnett_critical(loadings=loadings, alpha=alpha, sides=sides)
    level = sides * float(ndtr(-critical))
    deviates = [None if p is None else _deviate(p, sides) for p in p_values]
    adjusted = dunnett_p_values(deviates, loadings=loadings, sides=sides)
    return tuple(Decided(p, a, p is not None and p < level, level) for p, a in zip(p_values, adjusted, strict=True))


def _deviate(p: float, sides: Sides) -> float:
    if not 0 <= p <= 1:
        raise StatisticsError(Problem("UP645", f"{p} is not a p-value", fix="give a number from 0 to 1, or None"))
    return float(-ndtri(max(p, 1e-300) / sides))


def _quantile(tail: float, df: float) -> float:
    return float(-ndtri(tail)) if df > 1e9 else float(-stdtrit(df, tail))


def _normal_rule(loading: Floats) -> tuple[Floats, Floats]:
    """Nodes and weights for an expectation over the control's noise, fine enough for the steepest comparison."""
    steepest = float(np.min(np.sqrt(1 - loading**2) / np.maximum(loading, 1e-3)))
    panels = min(_MOST_PANELS, math.ceil(_TAIL / min(1.0, steepest)))
    x, w = roots_legendre(_NODES)
    width = 2 * _TAIL / panels
    y = (-_TAIL + width * (np.arange(panels)[:, None] + (x + 1) / 2)).ravel()
    return y, np.tile(w * width / 2, panels) * np.exp(-0.5 * y * y) / math.sqrt(2 * math.pi)


def _over_scale(probability: Callable[[float], float], bound: float, df: float) -> float:
    """The expectation of probability(bound · S) over S = √(χ²_df / df)."""
    low, high = (math.sqrt(2 * float(q) / df) for q in (gammaincinv(df / 2, 1e-16), gammainccinv(df / 2, 1e-16)))
    x, w = roots_legendre(64)
    s = low + (high - low) * (x + 1) / 2
    log_density = (
        math.log(2) + df / 2 * math.log(df / 2) - float(gammaln(df / 2)) + (df - 1) * np.log(s) - df * s * s / 2
    )
    weights = w * (high - low) / 2 * np.exp(log_density)
    return float(sum(weight * probability(bound * scale) for weight, scale in zip(weights, s, strict=True)))
