"""Qini and uplift curves from outcomes and arms, and the uplift of the best-ranked share.

The definitions are Radcliffe's (2007), with equal scores merged into one step. Nothing is divided by the total effect:
such a «normalised» area explodes when the effect is small and loses its sign.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uplift.errors import Problem, StatisticsError
from uplift.results.targeting import Estimate
from uplift.targeting.influence import Floats, Integers, Statistic
from uplift.targeting.ranks import inclusion, ranked


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of a curve: `n` contacts from the top (0 first), and the value there."""

    n: Floats
    value: Floats

    @property
    def area(self) -> float:
        """Area under the curve (trapezoids)."""
        return float(np.trapezoid(self.value, self.n))

    @property
    def area_over_random(self) -> float:
        """Area between the curve and the straight line to its last point; negative when the ranking is harmful."""
        return self.area - float(self.value[-1] * self.n[-1]) / 2


@dataclass(frozen=True, slots=True)
class _Counts:
    """Cumulated (weighted) contacts and outcomes of both arms at the end of each tie, from 0 on."""

    n: Floats
    treated: Floats
    control: Floats
    outcome_treated: Floats
    outcome_control: Floats


def qini_curve(outcome: Floats, treated: NDArray[np.bool_], score: Floats, *, weights: Floats | None = None) -> Curve:
    """Incremental outcome among the best-ranked k, scaled to the treated: Y_t(k) − Y_c(k)·N_t(k)/N_c(k).

    Where no control contact has been met yet the second term is absent.

    >>> c = qini_curve(np.array([1.0, 0.0, 1.0]), np.array([True, True, False]), np.array([3.0, 2.0, 1.0]))
    >>> c.value.tolist()
    [0.0, 1.0, 1.0, -1.0]
    """
    c = _counts(outcome, treated, score, weights)
    return Curve(c.n, c.outcome_treated - c.treated * _mean(c.outcome_control, c.control))


def uplift_curve(outcome: Floats, treated: NDArray[np.bool_], score: Floats, *, weights: Floats | None = None) -> Curve:
    """Contacts times difference in means among the best-ranked k: k·(Y_t/N_t − Y_c/N_c); an absent arm adds nothing."""
    c = _counts(outcome, treated, score, weights)
    return Curve(c.n, c.n * (_mean(c.outcome_treated, c.treated) - _mean(c.outcome_control, c.control)))


def uplift_at(
    share: float,
    outcome: Floats,
    treated: NDArray[np.bool_],
    score: Floats,
    *,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    within_arms: bool = False,
) -> Estimate:
    """The difference in means among the best-ranked `share` of all contacts (or, `within_arms`, of each arm).

    The tie at the boundary counts in part. The interval holds for a score that does not come from these contacts, and
    for this boundary. Raises StatisticsError: UP703 a share outside (0, 1], UP704 an arm without contacts up there.
    """
    _checked(outcome, treated, score, weights)
    if not 0 < share <= 1:
        raise StatisticsError(Problem("UP703", f"a share of {share} is no share", fix="give a number in (0, 1]"))
    if within_arms:
        top = np.zeros(len(score))
        for rows in (treated, ~treated):
            if rows.any():
                own = ranked(score[rows])
                top[rows] = own.back(inclusion(own, share))
    else:
        ranks = ranked(score)
        top = ranks.back(inclusion(ranks, share))
    weight = top if weights is None else top * weights
    above = _mean_in(outcome, weight * treated, share, "treated")
    below = _mean_in(outcome, weight * ~treated, share, "control")
    return (above - below).estimate(clusters=clusters)


def _mean_in(outcome: Floats, weight: Floats, share: float, arm: str) -> Statistic:
    total = float(np.sort(weight).sum())
    if total <= 0:
        raise StatisticsError(
            Problem(
                "UP704",
                f"there are no {arm} contacts among the best-ranked {share:.0%}",
                fix="choose a larger share or use more contacts",
            )
        )
    mean = float(np.sort(weight * outcome).sum()) / total
    return Statistic(mean, weight * (outcome - mean) * (len(outcome) / total))


def _checked(outcome: Floats, treated: NDArray[np.bool_], score: Floats, weights: Floats | None) -> None:
    lengths = {len(outcome), len(treated), len(score), *(() if weights is None else (len(weights),))}
    if len(lengths) > 1:
        raise StatisticsError(
            Problem("UP705", f"columns of different lengths: {sorted(lengths)}", fix="give one value per contact")
        )
    if not np.isfinite(outcome).all():
        raise StatisticsError(
            Problem("UP705", "an outcome is missing or infinite", fix="leave such contacts out, alike in all arms")
        )
    if weights is not None and (not np.isfinite(weights).all() or (weights < 0).any()):
        raise StatisticsError(Problem("UP705", "a weight is negative or missing", fix="give weights of at least 0"))


def _counts(outcome: Floats, treated: NDArray[np.bool_], score: Floats, weights: Floats | None) -> _Counts:
    treated = np.asarray(treated, dtype=bool)
    outcome = np.asarray(outcome, dtype=np.float64)
    _checked(outcome, treated, score, weights)
    ranks = ranked(score, outcome, treated, weights)
    weight = np.ones(ranks.n) if weights is None else np.asarray(weights, dtype=np.float64)[ranks.order]
    y, t = outcome[ranks.order], treated[ranks.order]

    def cumulated(values: Floats) -> Floats:
        return np.concatenate([[0.0], np.cumsum(values)[ranks.ends - 1]])

    return _Counts(
        cumulated(weight),
        cumulated(weight * t),
        cumulated(weight * ~t),
        cumulated(weight * t * y),
        cumulated(weight * ~t * y),
    )


def _mean(total: Floats, count: Floats) -> Floats:
    """The mean, and nothing (0 in the sum) where nobody is."""
    return np.divide(total, count, out=np.zeros(len(total)), where=count > 0)


def per_treated(curve: Curve, treated: NDArray[np.bool_]) -> float:
    """The Qini area over random per treated contact and contact: comparable between tests of different size."""
    return curve.area_over_random / (float(curve.n[-1]) * int(np.sum(treated)))
