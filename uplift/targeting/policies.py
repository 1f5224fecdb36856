"""A model's policy against what one could do without it: nothing, one arm for all, risk, RFM, one simple rule, chance.

Each is judged by the doubly robust scores of contacts whose own outcomes did not shape it, and against the best single
policy: differences are paired, so what two policies do alike cancels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uplift.results.targeting import Estimate, PolicyReading
from uplift.targeting.contracts import TargetingData
from uplift.targeting.gains import best_arm
from uplift.targeting.influence import Floats, Integers, Statistic
from uplift.targeting.learner import Learned
from uplift.targeting.policy_tree import policy_tree
from uplift.targeting.policy_value import aipw, as_matrix
from uplift.targeting.ranks import inclusion, ranked, within_folds
from uplift.targeting.simple_scores import rfm_score

TOP = 0.3
Policy = Integers | Floats


@dataclass(frozen=True, slots=True)
class Compared:
    """All policies of one outcome, the best single arm (None: nothing is best), and what the model adds to it."""

    readings: tuple[PolicyReading, ...]
    best: str | None
    gain: Estimate


def compare(data: TargetingData, learned: Learned, *, top: float = TOP, confidence: float = 0.95) -> Compared:
    """Every policy of one outcome with its honest value and its difference to the best single one."""
    n, arms = data.n, len(data.arms)
    policies: dict[str, Policy] = {"none": np.zeros(n, dtype=np.int64)}
    policies |= {f"all:{name}": np.full(n, k) for k, name in enumerate(data.arms) if k}
    values = {name: aipw(learned.gamma, policy, weights=data.weights) for name, policy in policies.items()}
    best_single = max(values, key=lambda name: values[name].value)
    arm = max(range(1, arms), key=lambda k: values[f"all:{data.arms[k]}"].value)
    predicted = np.column_stack([model.predict(data.features.matrix) for model in learned.rankers])
    plug_in = values["none"].value + float(np.maximum(predicted.max(axis=1), 0.0).mean())
    policies["model"] = best_arm(learned.ranking.effects).chosen()
    policies["rule"] = _held_out_rule(data, learned)
    folds = learned.ranking.folds
    effect = learned.ranking.effects[:, arm - 1]
    policies["top:model"] = _top(within_folds(effect, folds), top, arm, arms)
    policies["top:risk"] = _top(within_folds(learned.ranking.mu[:, 0], folds), top, arm, arms)
    rfm = rfm_score(data.features)
    if rfm is not None:
        policies["top:rfm"] = _top(rfm, top, arm, arms)
    policies["top:random"] = _top(np.zeros(n), top, arm, arms)
    values |= {n: aipw(learned.gamma, p, weights=data.weights) for n, p in policies.items() if n not in values}
    reference = values[best_single]
    readings = tuple(
        PolicyReading(
            policy=name,
            shares=_shares(data, as_matrix(policy, arms)),
            value=_estimate(values[name], data, confidence),
            difference=None if name == best_single else _estimate(values[name] - reference, data, confidence),
            plug_in=plug_in if name == "model" else None,
        )
        for name, policy in policies.items()
    )
    gain = _estimate(values["model"] - reference, data, confidence)
    return Compared(readings, None if best_single == "none" else best_single.removeprefix("all:"), gain)


def _estimate(statistic: Statistic, data: TargetingData, confidence: float) -> Estimate:
    return statistic.estimate(clusters=data.cluster, confidence=confidence)


def _held_out_rule(data: TargetingData, learned: Learned) -> Integers:
    """The arm of each contact by a policy tree from the other folds."""
    arm = np.zeros(data.n, dtype=np.int64)
    folds = learned.scores.folds
    for fold in np.unique(folds):
        seen, held = folds != fold, folds == fold
        tree = policy_tree(data.only(seen).features, learned.gamma[seen])
        arm[held] = tree.arms(data.features.matrix[held])
    return arm


def _top(score: Floats, share: float, arm: int, arms: int) -> Floats:
    """The arm for the best-ranked share, control for the rest; a tie at the boundary is drawn by lot."""
    ranks = ranked(score)
    inside = ranks.back(inclusion(ranks, share))
    matrix = np.zeros((len(score), arms))
    matrix[:, arm], matrix[:, 0] = inside, 1 - inside
    return matrix


def _shares(data: TargetingData, matrix: NDArray[np.float64]) -> tuple[tuple[str, float], ...]:
    mean = matrix.mean(axis=0) if data.weights is None else np.average(matrix, axis=0, weights=data.weights)
    return tuple((name, float(share)) for name, share in zip(data.arms, mean, strict=True))
