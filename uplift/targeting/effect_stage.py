"""The second stage of the learner: effects regressed on features, held out or on everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from uplift.targeting.boosting import Bins, Growth
from uplift.targeting.contracts import Features
from uplift.targeting.effect_models import BoostedEffect, Candidate, ConstantEffect, EffectModel, RidgeEffect
from uplift.targeting.influence import Floats, Integers, mean_of
from uplift.targeting.linear import Encoding, Gram, added, best_penalty, grams_by_fold


@dataclass(frozen=True, slots=True)
class EffectStage:
    """What the second stage reads, whatever the candidate; `bins` only where trees take part."""

    features: Features
    folds: Integers
    count: int
    bins: Bins | None
    encoding: Encoding
    weights: Floats | None

    def held_out(self, candidate: Candidate, pseudo: Floats) -> Floats:
        """Each contact's effect by the fit on all other folds."""
        found = np.empty(len(pseudo))
        grams = self._grams(pseudo) if candidate == "ridge" else ((), ())
        for fold in range(self.count):
            held = np.flatnonzero(self.folds == fold)
            model = self._ridge(*grams, without=fold) if candidate == "ridge" else self._fit(candidate, pseudo, fold)
            found[held] = model.predict(self.features.matrix[held])
        return found

    def fit(self, candidate: Candidate, pseudo: Floats) -> EffectModel:
        """The fit on everybody."""
        return self._ridge(*self._grams(pseudo)) if candidate == "ridge" else self._fit(candidate, pseudo, None)

    def _fit(self, candidate: Candidate, pseudo: Floats, without: int | None) -> EffectModel:
        rows = np.arange(len(pseudo)) if without is None else np.flatnonzero(self.folds != without)
        own = None if self.weights is None else self.weights[rows]
        if candidate == "constant":
            return ConstantEffect(mean_of(pseudo[rows], own).value)
        if self.bins is None:
            raise AssertionError("boosted trees need bins")
        return BoostedEffect(self.bins.fit(rows, pseudo[rows], effect_growth(len(rows)), weights=own))

    def _grams(self, pseudo: Floats) -> tuple[tuple[Gram, ...], tuple[Floats, ...]]:
        grams = grams_by_fold(
            self.encoding, self.features.matrix, pseudo[:, None], self.folds, count=self.count, weights=self.weights
        )
        weight = 1.0 if self.weights is None else self.weights
        sums = np.bincount(self.folds, weights=weight * pseudo**2, minlength=self.count)
        return grams, tuple(np.array([total]) for total in sums)

    def _ridge(
        self, grams: tuple[Gram, ...], squares: tuple[Floats, ...], *, without: int | None = None
    ) -> RidgeEffect:
        """A ridge whose penalty was chosen without the fold that is held out."""
        used = [fold for fold in range(len(grams)) if fold != without]
        seen = [grams[fold] for fold in used]
        penalty = best_penalty(seen, [squares[fold] for fold in used]) if len(used) > 1 else 1.0
        return RidgeEffect(self.encoding, added(seen).solve(penalty))


def effect_growth(contacts: int) -> Growth:
    """Trees for effects: few and large leaves, for a signal that is a small part of the noise of outcomes."""
    return Growth(trees=40, leaves=4, rate=0.06, smallest_leaf=min(max(contacts // 40, 50), 800), penalty=20.0)
