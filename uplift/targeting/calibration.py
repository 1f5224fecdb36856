"""Are predicted effects right in size? The BLP slope and the average effects of sorted groups (GATES).

Chernozhukov, Demirer, Duflo & Fernández-Val (2025, Econometrica) with doubly robust scores for the outcome: the best
linear predictor of the effect given the score has slope 1 for a calibrated model and 0 for one that knows nothing; the
groups' effects rise with the score when the ranking is right.
"""

from __future__ import annotations

import numpy as np

from uplift.errors import Problem, StatisticsError
from uplift.results.targeting import GroupEffect
from uplift.targeting.influence import Floats, Integers, Statistic, mean_of, ratio_of
from uplift.targeting.ranks import share_above


def blp_slope(
    effects: Floats, predicted: Floats, *, folds: Integers | None = None, weights: Floats | None = None
) -> Statistic:
    """Slope of the effect scores on the predicted effects; with `folds` both are centred within each fold.

    The influence is that of least squares with heteroscedastic errors. Raises StatisticsError (UP709) when the
    predictions don't vary: a constant has no slope.
    """
    weight = np.ones(len(effects)) if weights is None else weights
    y, x = _centred(effects, folds, weight), _centred(predicted, folds, weight)
    spread = float(np.mean(weight * x * x))
    scale = float(np.mean(weight * predicted * predicted))
    if not spread > 1e-20 * max(scale, 1e-300):
        raise StatisticsError(Problem("UP709", "the predicted effects are all the same", fix="a constant ranks nobody"))
    slope = float(np.mean(weight * x * y)) / spread
    return Statistic(slope, weight * x * (y - slope * x) / spread)


def gates(
    effects: Floats,
    predicted: Floats,
    *,
    groups: int = 5,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    rank_by: Floats | None = None,
) -> tuple[GroupEffect, ...]:
    """Mean predicted and observed effect of the contacts in `groups` equal parts, smallest predictions first.

    Equal predictions stay in one group, so groups can differ in size and some can be empty (then they are absent).
    `rank_by` sorts by something else, e.g. the rank within folds.
    """
    place = share_above(-(predicted if rank_by is None else rank_by))
    number = np.minimum((place * groups).astype(np.int64), groups - 1)
    weight = np.ones(len(effects)) if weights is None else weights
    found = []
    for group in range(groups):
        inside = (number == group) * weight
        if np.count_nonzero(inside) < 2:
            continue
        share = mean_of(inside)
        observed = ratio_of(mean_of(inside * effects), share).estimate(clusters=clusters)
        mean = float(np.sum(inside * predicted) / np.sum(inside))
        found.append(GroupEffect(group + 1, int(np.count_nonzero(inside)), mean, observed))
    return tuple(found)


def _centred(values: Floats, folds: Integers | None, weight: Floats) -> Floats:
    code = np.zeros(len(values), dtype=np.int64) if folds is None else folds
    totals = np.bincount(code, weights=weight * values)
    masses = np.bincount(code, weights=weight)
    means = np.divide(totals, masses, out=np.zeros(len(totals)), where=masses > 0)
    return np.asarray(values - means[code])
