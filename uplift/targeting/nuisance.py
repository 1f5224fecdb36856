"""What a contact would do under each arm, by models that have not seen the contact: the μ of doubly robust scores.

They only make scores more precise; with known probabilities a bad μ costs width, never truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from uplift.errors import Problem, StatisticsError
from uplift.targeting.boosting import Bins, Growth
from uplift.targeting.contracts import Features
from uplift.targeting.influence import Floats, Integers
from uplift.targeting.linear import Encoding, added, best_penalty, gram_of

FEWEST = 10  # contacts of an arm outside a fold, below which its mean is all that can be said


@dataclass(frozen=True, slots=True)
class Rows:
    """The columns that a nuisance model reads: arm, outcome and fold of each contact."""

    arm: Integers
    outcome: Floats
    folds: Integers
    arms: int
    weights: Floats | None = None

    def require_arms(self, names: Sequence[str]) -> None:
        """Raise StatisticsError (UP707) for an arm that some fold's model would have to do without."""
        for k, name in enumerate(names):
            own = np.unique(self.folds[self.arm == k])
            if len(own) < 2:
                raise StatisticsError(
                    Problem(
                        "UP707",
                        f"arm '{name}' has {int((self.arm == k).sum())} contacts: too few to hold some of them out",
                        fix="leave the arm out or wait for its contacts",
                    )
                )


def boosted_outcomes(bins: Bins, rows: Rows, *, folds: Sequence[int]) -> Floats:
    """μ of each contact under each arm (contacts × arms), by trees per arm and fold."""
    mu = np.empty((len(rows.arm), rows.arms))
    for fold in folds:
        held = np.flatnonzero(rows.folds == fold)
        for k in range(rows.arms):
            seen = np.flatnonzero((rows.folds != fold) & (rows.arm == k))
            own = None if rows.weights is None else rows.weights[seen]
            if len(seen) < FEWEST:
                mu[held, k] = np.average(rows.outcome[seen], weights=own)
                continue
            trees = bins.fit(seen, rows.outcome[seen], outcome_growth(len(seen)), weights=own)
            mu[held, k] = trees.predict(bins.features.matrix[held])
    return mu


def linear_outcomes(encoding: Encoding, features: Features, rows: Rows, *, folds: Sequence[int]) -> Floats:
    """μ of each contact under each arm, by ridge regressions per arm and fold from Gram matrices."""
    mu = np.empty((len(rows.arm), rows.arms))
    everyone = range(int(rows.folds.max()) + 1)
    for k in range(rows.arms):
        grams, squares = [], []
        for fold in everyone:
            seen = np.flatnonzero((rows.folds == fold) & (rows.arm == k))
            y = rows.outcome[seen][:, None]
            own = None if rows.weights is None else rows.weights[seen]
            grams.append(gram_of(encoding, features.matrix[seen], y, weights=own))
            squares.append((y * y * (1.0 if own is None else own[:, None])).sum(axis=0))
        for fold in folds:
            held = rows.folds == fold
            others = [f for f in everyone if f != fold]
            seen_sums = [grams[f] for f in others]
            penalty = best_penalty(seen_sums, [squares[f] for f in others]) if len(others) > 1 else 1.0
            line = added(seen_sums).solve(penalty)
            mu[held, k] = line.predict(encoding.encode(features.matrix[held]))[:, 0]
    return mu


def later_outcomes(encoding: Encoding, past: Features, rows: Rows, later: Features) -> Floats:
    """μ of contacts to come under each arm, by ridge regressions on those who came before."""
    mu = np.empty((len(later.matrix), rows.arms))
    z = encoding.encode(later.matrix)
    for k in range(rows.arms):
        seen = np.flatnonzero(rows.arm == k)
        y = rows.outcome[seen][:, None]
        own = None if rows.weights is None else rows.weights[seen]
        parts = rows.folds[seen]
        used = np.unique(parts)
        by_fold = [(seen[parts == fold], np.flatnonzero(parts == fold)) for fold in used]
        grams = [gram_of(encoding, past.matrix[r], y[p], weights=None if own is None else own[p]) for r, p in by_fold]
        squares = [(y[p] ** 2 * (1.0 if own is None else own[p][:, None])).sum(axis=0) for _, p in by_fold]
        penalty = best_penalty(grams, squares) if len(grams) > 1 else 1.0
        mu[:, k] = added(grams).solve(penalty).predict(z)[:, 0]
    return mu


def outcome_growth(contacts: int) -> Growth:
    """Trees for outcomes: a leaf holds a fortieth of the contacts, 20 to 300."""
    return Growth(trees=80, leaves=8, rate=0.06, smallest_leaf=min(max(contacts // 40, 20), 300), penalty=5.0)
