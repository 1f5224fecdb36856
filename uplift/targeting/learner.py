"""The default learner: doubly robust, cross-fitted, with the probabilities that the design knows.

Kennedy (2023): outcome models per arm give a doubly robust score of each contact's effect (see `scores`); a second,
small and strongly regularised stage regresses the scores on the features. Three candidates compete for that stage:
the same effect for all, a ridge regression, boosted trees. The race is run on held-out contacts by the squared
distance from their scores, and the simplest candidate within one standard error of the best wins.

Known probabilities are what makes this safe: whatever the outcome models say, the scores are right on average. So
nothing that an experiment already knows is estimated here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from uplift.targeting.boosting import Bins
from uplift.targeting.contracts import Features, Scores, TargetingData
from uplift.targeting.effect_models import CANDIDATES, Candidate, EffectModel
from uplift.targeting.effect_stage import EffectStage
from uplift.targeting.folds import folds_of
from uplift.targeting.influence import Floats, Integers
from uplift.targeting.linear import Encoding, encoding_of
from uplift.targeting.nuisance import Rows, boosted_outcomes, linear_outcomes
from uplift.targeting.race import Race, run_race
from uplift.targeting.scores import arm_scores, effect_scores

Outcomes = Literal["boosted", "ridge"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How the learner works. `folds` None: five, three from 50,000 contacts on, two from 500,000 on.

    `outcomes` is what predicts the outcome under each arm; `candidates` compete for the effect.
    """

    seed: int = 1
    threads: int | None = None
    folds: int | None = None
    outcomes: Outcomes = "boosted"
    candidates: tuple[Candidate, ...] = CANDIDATES

    def folds_for(self, contacts: int) -> int:
        """How many folds so many contacts are parted into."""
        if self.folds is not None:
            return self.folds
        return 5 if contacts < 50_000 else 3 if contacts < 500_000 else 2

    @property
    def needs_trees(self) -> bool:
        """Whether LightGBM is needed at all."""
        return self.outcomes == "boosted" or "boosted" in self.candidates


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned about one outcome.

    `scores` holds the winners' held-out effects, `ranking` those of the best candidate that is not constant (the same
    where a constant did not win). `models` and `rankers` are fitted on everybody, for contacts to come. `gamma` are the
    doubly robust scores (contacts × arms) that all evaluation reads.
    """

    scores: Scores
    ranking: Scores
    gamma: Floats
    races: tuple[Race, ...]
    models: tuple[EffectModel, ...]
    rankers: tuple[EffectModel, ...]
    settings: Settings

    def race(self, treatment: str) -> Race:
        """The race for one treatment."""
        return self.races[self.scores.treatments.index(treatment)]


def learn(data: TargetingData, outcome: str, settings: Settings | None = None) -> Learned:
    """Fit and cross-fit the default learner for one outcome, for every treatment against control.

    Raises StatisticsError (UP707 an arm without contacts, UP706 impossible probabilities), ProjectError (UP711 when
    LightGBM is needed and missing).
    """
    settings = settings or Settings()
    count = settings.folds_for(data.n)
    folds = folds_of(data, folds=count, seed=settings.seed)
    rows = Rows(data.arm, data.outcomes[outcome].values, folds, len(data.arms), data.weights)
    rows.require_arms(data.arms)
    bins = Bins(data.features, seed=settings.seed, threads=settings.threads) if settings.needs_trees else None
    encoding = encoding_of(data.features)
    mu = outcomes_under_arms(data.features, rows, settings, bins, encoding, folds=range(count))
    gamma = arm_scores(rows.outcome, data.arm, data.propensity, mu)
    stage = EffectStage(data.features, folds, count, bins, encoding, data.weights)
    held, races, models, rankers = [], [], [], []
    for k in range(1, len(data.arms)):
        pseudo = effect_scores(gamma, k)
        effects = {candidate: stage.held_out(candidate, pseudo) for candidate in settings.candidates}
        race = run_race(pseudo, effects, clusters=data.cluster, weights=data.weights)
        races.append(race)
        models.append(stage.fit(race.winner, pseudo))
        rankers.append(models[-1] if race.ranker == race.winner else stage.fit(race.ranker, pseudo))
        held.append((effects[race.winner], effects[race.ranker]))
    scores = _scores(data, outcome, "/".join(dict.fromkeys(r.winner for r in races)), [w for w, _ in held], mu, folds)
    names = "/".join(dict.fromkeys(r.ranker for r in races))
    ranking = _scores(data, outcome, names, [r for _, r in held], mu, folds)
    return Learned(scores, ranking, gamma, tuple(races), tuple(models), tuple(rankers), settings)


def outcomes_under_arms(
    features: Features,
    rows: Rows,
    settings: Settings,
    bins: Bins | None,
    encoding: Encoding,
    *,
    folds: Sequence[int],
) -> Floats:
    """μ for the contacts of the given folds, by models of all other folds."""
    if settings.outcomes == "ridge" or bins is None:
        return linear_outcomes(encoding, features, rows, folds=folds)
    return boosted_outcomes(bins, rows, folds=folds)


def _scores(
    data: TargetingData, outcome: str, model: str, effects: Sequence[Floats], mu: Floats, folds: Integers
) -> Scores:
    return Scores(model, outcome, data.treatments, np.column_stack(effects), mu, folds)
