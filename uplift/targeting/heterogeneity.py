"""Do effects differ between contacts at all, in a way that a model can see? A p-value by sequential validation.

Contacts are parted into K parts. A model that has learned from parts 1 … k − 1 ranks the contacts of part k, and its
AUTOC there is divided by its standard error. Given the past each of these ratios has mean zero at most where the model
ranks no better than chance, and unit variance; so their sum over the root of their number is standard normal (Wager
2024, arXiv 2405.05534). Pooling cross-fitted folds instead looks the same and is not exactly valid: there every model
has learned from the contacts on which the others are judged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from uplift.targeting.contracts import TargetingData
from uplift.targeting.folds import folds_of
from uplift.targeting.learner import Settings, learn
from uplift.targeting.linear import encoding_of
from uplift.targeting.nuisance import Rows, later_outcomes
from uplift.targeting.rate import autoc
from uplift.targeting.scores import arm_scores, effect_scores

PARTS = 5


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """The test for one treatment: one-sided p-value, and the ratio of each part. None where no model ranked anybody."""

    treatment: str
    p_value: float | None
    z: float | None
    ratios: tuple[float, ...]


def heterogeneity(
    data: TargetingData, outcome: str, settings: Settings | None = None, *, parts: int = PARTS
) -> tuple[Heterogeneity, ...]:
    """The test for every treatment of one outcome.

    A part on which the model predicts the same effect for all says nothing and is left out; that is known before its
    outcomes are looked at.
    """
    settings = settings or Settings()
    part = folds_of(data, folds=parts, seed=settings.seed + 1)
    found: list[list[float]] = [[] for _ in data.treatments]
    for k in range(1, parts):
        past, now = data.only(part < k), data.only(part == k)
        learned = learn(past, outcome, settings_for_past(settings, past.n))
        rows = Rows(past.arm, past.outcomes[outcome].values, learned.scores.folds, len(past.arms), past.weights)
        mu = later_outcomes(encoding_of(past.features), past.features, rows, now.features)
        gamma = arm_scores(now.outcomes[outcome].values, now.arm, now.propensity, mu)
        for ratios, number, ranker in zip(found, range(1, len(data.arms)), learned.rankers, strict=True):
            priority = ranker.predict(now.features.matrix)
            if np.ptp(priority) <= 1e-12 * max(float(np.abs(priority).max()), 1e-300):
                continue
            statistic = autoc(effect_scores(gamma, number), priority, weights=now.weights)
            error = statistic.standard_error(now.cluster)
            if error > 0:
                ratios.append(statistic.value / error)
    return tuple(_combined(name, ratios) for name, ratios in zip(data.treatments, found, strict=True))


def settings_for_past(settings: Settings, contacts: int) -> Settings:
    """The same learner without the constant, which ranks nobody, and with outcome models that are quick to fit."""
    candidates = tuple(c for c in settings.candidates if c != "constant")
    return replace(
        settings,
        folds=min(settings.folds_for(contacts), 3),
        outcomes="ridge",
        candidates=candidates or settings.candidates,
    )


def _combined(treatment: str, ratios: list[float]) -> Heterogeneity:
    if not ratios:
        return Heterogeneity(treatment, None, None, ())
    z = math.fsum(ratios) / math.sqrt(len(ratios))
    return Heterogeneity(treatment, float(ndtr(-z)), z, tuple(ratios))
