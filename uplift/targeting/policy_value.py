"""What a policy is worth: the mean outcome per contact if everybody had got the arm that it gives them.

A policy is an arm per contact (indices, control 0) or a contact × arm matrix of probabilities. Three estimators from
one experiment with known probabilities e: IPW weighs the contacts that happened to be in the policy's arm; SNIPS
divides by the weights' own sum; AIPW takes the mean of the doubly robust scores and is the one to quote. Differences of
two policies are paired: what both do alike cancels. Intervals hold for policies that were not made from these contacts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from uplift.errors import Problem, StatisticsError
from uplift.targeting.contracts import PolicyMethod, PolicyValue
from uplift.targeting.influence import Floats, Integers, Statistic, mean_of, ratio_of


def as_matrix(policy: Integers | Floats, arms: int) -> Floats:
    """The policy as a contact × arm matrix of probabilities. Raises StatisticsError (UP708) when it is none."""
    if np.ndim(policy) == 1:
        chosen = np.asarray(policy, dtype=np.int64)
        if not len(chosen) or chosen.min() < 0 or chosen.max() >= arms or (chosen != policy).any():
            raise _no_policy(f"arms must be numbers from 0 to {arms - 1}")
        return np.eye(arms)[chosen]
    matrix = np.asarray(policy, dtype=np.float64)
    if matrix.shape[1] != arms or (matrix < 0).any() or not np.allclose(matrix.sum(axis=1), 1.0, atol=1e-9):
        raise _no_policy(f"a row must hold {arms} probabilities that sum to one")
    return matrix


def aipw(scores: Floats, policy: Integers | Floats, *, weights: Floats | None = None) -> Statistic:
    """Mean of the policy's doubly robust scores (`scores`: contacts × arms, from `arm_scores`)."""
    return mean_of((as_matrix(policy, scores.shape[1]) * scores).sum(axis=1), weights)


def ipw(
    outcome: Floats, arm: Integers, propensity: Floats, policy: Integers | Floats, *, weights: Floats | None = None
) -> Statistic:
    """Mean of Y·π(W)/e(W) (Horvitz & Thompson)."""
    return mean_of(outcome * _ratio(arm, propensity, policy), weights)


def snips(
    outcome: Floats, arm: Integers, propensity: Floats, policy: Integers | Floats, *, weights: Floats | None = None
) -> Statistic:
    """Σ Y·π(W)/e(W) over Σ π(W)/e(W) (Swaminathan & Joachims 2015). UP707 when nobody is in the policy's arm."""
    ratio = _ratio(arm, propensity, policy)
    if not ratio.any():
        raise StatisticsError(
            Problem(
                "UP707", "no contact was in the arm that the policy gives it", fix="the test can't judge this policy"
            )
        )
    return ratio_of(mean_of(outcome * ratio, weights), mean_of(ratio, weights))


def policy_value(
    name: str,
    statistic: Statistic,
    policy: Integers | Floats,
    arms: Sequence[str],
    *,
    method: PolicyMethod = "aipw",
    clusters: Integers | None = None,
    weights: Floats | None = None,
    confidence: float = 0.95,
) -> PolicyValue:
    """A policy's value in the form that is handed on: with its interval, and the share of contacts per arm."""
    matrix = as_matrix(policy, len(arms))
    shares = matrix.mean(axis=0) if weights is None else (matrix * weights[:, None]).sum(axis=0) / weights.sum()
    found = statistic.estimate(clusters=clusters, confidence=confidence)
    given = tuple((arm, float(share)) for arm, share in zip(arms, shares, strict=True))
    return PolicyValue(name, found.value, found.standard_error, found.interval, method, given)


def _ratio(arm: Integers, propensity: Floats, policy: Integers | Floats) -> Floats:
    n, arms = len(arm), np.shape(propensity)[-1]
    chance = np.broadcast_to(np.atleast_2d(propensity), (n, arms))[np.arange(n), arm]
    return np.asarray(as_matrix(policy, arms)[np.arange(n), arm] / chance)


def _no_policy(why: str) -> StatisticsError:
    return StatisticsError(Problem("UP708", f"this is not a policy: {why}", fix="give one arm per contact"))
