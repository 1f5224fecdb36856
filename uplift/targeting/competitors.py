"""Other people's models in the race: causalml's learners, any scikit-learn-like regressor, or a file of scores.

They supply effects; they are never the judge. Each is fitted on the folds that do not hold a contact, and its effects
are held against the same doubly robust scores as the default learner's, paired contact by contact.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from uplift.errors import DataError, Problem
from uplift.results.targeting import Estimate
from uplift.targeting.contracts import Scores, TargetingData
from uplift.targeting.influence import Floats, Integers, mean_of
from uplift.targeting.learner import Learned
from uplift.targeting.linear import encoding_of
from uplift.targeting.ranks import within_folds
from uplift.targeting.rate import autoc
from uplift.targeting.scores import dr_loss, effect_scores


class Competitor(Protocol):
    """Fits on some contacts, predicts others' effects."""

    def held_out(self, data: TargetingData, outcome: str, learned: Learned, seen: Integers, held: Integers) -> Floats:
        """Effects (held contacts × treatments), learned from the contacts `seen` only."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a competitor did for one treatment, against the default learner.

    `excess` is its held-out loss minus the winner's (negative: better), `autoc` how well it ranks, `autoc_difference`
    its AUTOC minus that of the default ranking; both differences are paired.
    """

    name: str
    treatment: str
    excess: Estimate
    autoc: Estimate
    autoc_difference: Estimate


def compete(
    data: TargetingData, learned: Learned, competitors: Mapping[str, Competitor]
) -> tuple[tuple[Scores, ...], tuple[Standing, ...]]:
    """Cross-fit each competitor on the learner's own folds; its held-out scores, and how it stands per treatment."""
    folds, outcome = learned.scores.folds, learned.scores.outcome
    all_scores, standings = [], []
    for name, competitor in competitors.items():
        effects = np.empty((data.n, len(data.treatments)))
        for fold in np.unique(folds):
            seen, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            effects[held] = competitor.held_out(data, outcome, learned, seen, held)
        if not np.isfinite(effects).all():
            message = f"{name} has no finite effect for {int((~np.isfinite(effects)).any(axis=1).sum()):,} contacts"
            raise DataError(Problem("UP729", message, fix="give every contact a score"))
        scores = Scores(name, outcome, data.treatments, effects, learned.scores.mu, folds)
        all_scores.append(scores)
        standings += [_standing(data, learned, scores, k) for k in range(1, len(data.arms))]
    return tuple(all_scores), tuple(standings)


def _standing(data: TargetingData, learned: Learned, scores: Scores, k: int) -> Standing:
    pseudo, treatment = effect_scores(learned.gamma, k), data.arms[k]
    own, winner = scores.effect(treatment), learned.scores.effect(treatment)
    excess = mean_of(dr_loss(pseudo, own), data.weights) - mean_of(dr_loss(pseudo, winner), data.weights)
    rate = autoc(pseudo, within_folds(own, scores.folds), weights=data.weights)
    reference = autoc(pseudo, within_folds(learned.ranking.effect(treatment), scores.folds), weights=data.weights)
    return Standing(
        scores.model,
        treatment,
        excess.estimate(clusters=data.cluster),
        rate.estimate(clusters=data.cluster),
        (rate - reference).estimate(clusters=data.cluster),
    )


@dataclass(frozen=True, slots=True)
class Regressor:
    """Any estimator with fit(X, y) and predict(X) as the second stage: it regresses doubly robust scores on features.

    `estimator` is copied for every fit. Categories are columns of 0 and 1, missing values are the mean and flagged.
    """

    estimator: Any

    def held_out(self, data: TargetingData, outcome: str, learned: Learned, seen: Integers, held: Integers) -> Floats:  # noqa: ARG002
        """See `Competitor`."""
        encoding = encoding_of(data.features)
        x = encoding.encode(data.features.matrix)
        columns = []
        for k in range(1, len(data.arms)):
            model = copy.deepcopy(self.estimator)
            model.fit(x[seen], effect_scores(learned.gamma, k)[seen])
            columns.append(np.asarray(model.predict(x[held]), dtype=np.float64).reshape(-1))
        return np.column_stack(columns)


@dataclass(frozen=True, slots=True)
class ScoreColumn:
    """Scores that somebody else made, by contact id: one column for all treatments.

    They must not come from a model that saw these contacts' outcomes. Raises DataError (UP729) for contacts without a
    score, or with two.
    """

    ids: NDArray[np.str_]
    scores: Floats

    def held_out(self, data: TargetingData, outcome: str, learned: Learned, seen: Integers, held: Integers) -> Floats:  # noqa: ARG002
        """See `Competitor`."""
        own = self.ids.astype(np.str_)
        order = np.argsort(own)
        placed = own[order]
        if (placed[1:] == placed[:-1]).any():
            raise DataError(Problem("UP729", "a contact has two scores", fix="give one row per contact"))
        wanted = data.ids[held]
        place = np.minimum(np.searchsorted(placed, wanted), max(len(placed) - 1, 0))
        missing = int((placed[place] != wanted).sum()) if len(placed) else len(wanted)
        if missing:
            message = f"{missing:,} contacts of the experiment have no score"
            raise DataError(Problem("UP729", message, fix="score every assigned contact, or leave the file out"))
        score = self.scores[order][place]
        return np.repeat(score[:, None], len(data.treatments), axis=1)
