"""Effects at the right level before money is attached to them.

A ranking needs no level; an incentive does: a model that says 8 € where the truth is 4 € buys twice the vouchers. Per
treatment the mean becomes the doubly robust average effect, and the spread is multiplied by the slope of the best
linear predictor (Chernozhukov et al. 2025) where that is below 1: what a model claims beyond it is noise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from uplift.targeting.influence import Floats


@dataclass(frozen=True, slots=True)
class Level:
    """How a model's prediction becomes an effect: `effect` + `slope` × (prediction − `predicted`)."""

    predicted: float  # mean of the predictions on the test's contacts
    effect: float  # their average effect
    slope: float  # between 0 and 1

    def of(self, predictions: Floats) -> Floats:
        """The calibrated effects."""
        return np.asarray(self.effect + self.slope * (predictions - self.predicted))


def levels_of(effects: Floats, gamma: Floats, slopes: Sequence[float | None]) -> tuple[Level, ...]:
    """The level of each treatment, from held-out predictions (contacts × treatments) and doubly robust scores."""
    average = (gamma[:, 1:] - gamma[:, :1]).mean(axis=0)
    return tuple(
        Level(float(mean), float(level), _between(slope))
        for mean, level, slope in zip(effects.mean(axis=0), average, slopes, strict=True)
    )


def calibrated(effects: Floats, levels: Sequence[Level]) -> Floats:
    """Every treatment's predictions at their level (contacts × treatments)."""
    return np.column_stack([level.of(column) for level, column in zip(levels, effects.T, strict=True)])


def _between(slope: float | None) -> float:
    return 1.0 if slope is None or not math.isfinite(slope) else min(max(slope, 0.0), 1.0)
