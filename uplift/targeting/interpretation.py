"""What the effect model goes by, and what kinds of contacts it sees."""

from __future__ import annotations

import numpy as np

from uplift.results.targeting import Importance, ResponseShares
from uplift.targeting.contracts import Features
from uplift.targeting.effect_models import EffectModel
from uplift.targeting.influence import Floats

MOST_ROWS = 20_000
BAND = 0.1  # effects within a tenth of the mean effect's size around zero count as none


def importance(model: EffectModel, features: Features, *, seed: int = 1) -> tuple[Importance, ...]:
    """Each feature's part of what changes in the predictions when features are shuffled one by one, largest first.

    The change is the mean squared difference; parts sum to one. Empty for a constant.
    """
    rng = np.random.default_rng(seed)
    matrix = features.matrix
    if len(matrix) > MOST_ROWS:
        matrix = matrix[np.sort(rng.choice(len(matrix), MOST_ROWS, replace=False))]
    predicted = model.predict(matrix)
    variance = float(predicted.var())
    if variance <= 1e-20 * max(float(np.mean(predicted**2)), 1e-300):
        return ()
    found = []
    for j, name in enumerate(features.names):
        shuffled = matrix.copy()
        shuffled[:, j] = matrix[rng.permutation(len(matrix)), j]
        change = float(np.mean((model.predict(shuffled) - predicted) ** 2))
        found.append((name, change))
    total = sum(change for _, change in found)
    shares = [Importance(name, change / total) for name, change in found if total > 0]
    return tuple(sorted(shares, key=lambda i: (-i.share, i.feature)))


def response_shares(effect: Floats, risk: Floats) -> ResponseShares:
    """Persuadables to sleeping dogs, as shares: a description of the model's averages, never a fact about a person."""
    band = BAND * abs(float(effect.mean()))
    up, down = effect > band, effect < -band
    rest = ~up & ~down
    sure = rest & (risk > risk.mean())
    return ResponseShares(
        persuadables=float(up.mean()),
        sure_things=float(sure.mean()),
        lost_causes=float((rest & ~sure).mean()),
        sleeping_dogs=float(down.mean()),
    )
