"""How likely each arm was for each contact when it was drawn: from the weights that were in force, never estimated.

An experiment knows its probabilities. A model of them can only be worse, and with several arms a subtly wrong one
turns risk into effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from uplift.errors import DataError, Problem
from uplift.spec.study import Study
from uplift.stats.srm import srm_check_of_epochs
from uplift.store import Run
from uplift.targeting.influence import Floats, Integers

Shares = Mapping[str, float]
STEPS = 1_000_000


def weights_of_epochs(study: Study, runs: Sequence[Run]) -> dict[int, Shares]:
    """The shares of the arms in each weight epoch, as the draws wrote them down; the YAML's where nothing was drawn."""
    found: dict[int, Shares] = {}
    for run in runs:
        epoch, ranges = run.facts.get("weight_epoch"), run.facts.get("ranges")
        if isinstance(epoch, int) and isinstance(ranges, list):
            found[epoch] = {arm: (high - low) / STEPS for arm, low, high in ranges}
    if not found:
        found[1] = {name: float(arm.weight) for name, arm in study.experiment.arms.items()}
    return found


def propensities(arms: Sequence[str], epochs: Integers, weights: Mapping[int, Shares]) -> Floats:
    """P(arm) per contact and arm, given that the contact got one of these arms.

    Strata are drawn with the weights of their epoch, so the epoch is all that matters. Raises DataError (UP713) for an
    epoch whose weights nobody wrote down.
    """
    chance = np.empty((len(epochs), len(arms)))
    for epoch in np.unique(epochs):
        shares = weights.get(int(epoch))
        if shares is None or not all(arm in shares for arm in arms):
            raise DataError(
                Problem(
                    "UP713",
                    f"nobody wrote down the weights of weight epoch {int(epoch)}",
                    fix="restore the catalog of the state folder, or leave the contacts of that epoch out",
                )
            )
        own = np.array([shares[arm] for arm in arms])
        chance[epochs == epoch] = own / own.sum()
    return chance


def require_right_split(arms: Sequence[str], arm: Integers, epochs: Integers, weights: Mapping[int, Shares]) -> None:
    """Raise DataError (UP601) when the arms have not the sizes of their weights: then nothing can be learned."""
    parts = []
    for epoch in np.unique(epochs):
        counts = np.bincount(arm[epochs == epoch], minlength=len(arms))
        shares = weights[int(epoch)]
        parts.append((dict(zip(arms, map(int, counts), strict=True)), {name: shares[name] for name in arms}))
    check = srm_check_of_epochs(parts)
    if check.status == "fail":
        sizes = zip(arms, np.bincount(arm, minlength=len(arms)), strict=True)
        counted = ", ".join(f"{name} {n:,}" for name, n in sizes)
        raise DataError(
            Problem(
                "UP601",
                f"sample ratio mismatch: {counted} do not fit the weights; who is in which arm is not by chance alone",
                fix="find out why contacts are missing in one arm before anything is learned from them",
            )
        )
