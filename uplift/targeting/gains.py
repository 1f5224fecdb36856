"""Several arms at once: who gets which arm first, and what that brings.

Contacts are ranked by their best predicted effect; each gets that arm. The honest value of a choice comes from the
doubly robust scores of the arm that is chosen, so there is no curve that compares only contacts for whom the choice
happened to agree with the draw (the selection that pairwise «best treatment» curves suffer from).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from uplift.results.targeting import CurvePoint
from uplift.targeting.influence import Floats, Integers
from uplift.targeting.rate import gain_curve

SHARES = tuple(round(0.05 * i, 2) for i in range(1, 21))


@dataclass(frozen=True, slots=True)
class BestArm:
    """Per contact: the treatment with the largest predicted effect (an arm index from 1), and that effect."""

    arm: Integers
    effect: Floats

    def chosen(self) -> Integers:
        """The arm index where the effect is positive, control (0) elsewhere."""
        return np.where(self.effect > 0, self.arm, 0)


def best_arm(predicted: Floats) -> BestArm:
    """The best treatment of each contact, from predicted effects (contacts × treatments); the first of equals."""
    best = np.argmax(predicted, axis=1)
    return BestArm(best.astype(np.int64) + 1, np.asarray(predicted[np.arange(len(best)), best]))


def best_arm_curve(
    scores: Floats,
    predicted: Floats,
    *,
    shares: Sequence[float] = SHARES,
    weights: Floats | None = None,
    clusters: Integers | None = None,
    priority: Floats | None = None,
) -> tuple[CurvePoint, ...]:
    """The gain when the best-ranked share gets its best arm (`scores`: doubly robust scores, contacts × arms)."""
    best = best_arm(predicted)
    effects = scores[np.arange(len(scores)), best.arm] - scores[:, 0]
    return gain_curve(
        effects, best.effect if priority is None else priority, shares=shares, weights=weights, clusters=clusters
    )


def single_arm_curves(
    scores: Floats,
    predicted: Floats,
    *,
    shares: Sequence[float] = SHARES,
    weights: Floats | None = None,
    clusters: Integers | None = None,
) -> tuple[tuple[CurvePoint, ...], ...]:
    """One gain curve per treatment: the best-ranked share for this arm gets it, everybody else nothing."""
    return tuple(
        gain_curve(scores[:, k] - scores[:, 0], predicted[:, k - 1], shares=shares, weights=weights, clusters=clusters)
        for k in range(1, scores.shape[1])
    )
