"""Doubly robust scores: what each contact says about every arm, though it was in one arm only.

Γ_k = μ_k(x) + 1{W = k}·(Y − μ_k(x)) / e_k(x). With known probabilities e the mean of Γ_k is the mean outcome under
arm k whatever μ is; a good μ only makes it more precise (Robins, Rotnitzky & Zhao 1994; Athey & Wager 2021).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from uplift.errors import Problem, StatisticsError
from uplift.targeting.influence import Floats, Integers


def arm_scores(outcome: Floats, arm: Integers, propensity: Floats, mu: Floats | None = None) -> Floats:
    """Γ as a contact × arm matrix; `propensity` is contacts × arms or one row for all; without `mu` it is 0 (IPW).

    Raises StatisticsError (UP706) for a probability that is not in (0, 1] where its arm was drawn, UP707 for an arm
    without contacts.
    """
    outcome = np.asarray(outcome, dtype=np.float64)
    n = len(outcome)
    chance = np.broadcast_to(np.atleast_2d(np.asarray(propensity, dtype=np.float64)), (n, np.shape(propensity)[-1]))
    arms = chance.shape[1]
    drawn = chance[np.arange(n), arm]
    if not (np.isfinite(drawn) & (drawn > 0) & (drawn <= 1)).all():
        raise StatisticsError(
            Problem(
                "UP706",
                "a contact is in an arm that it could not be drawn into: its probability is not in (0, 1]",
                fix="give the probabilities of the design, one per contact and arm",
            )
        )
    empty = [k for k in range(arms) if not (arm == k).any()]
    if empty:
        raise StatisticsError(
            Problem("UP707", f"arm number {empty[0]} has no contacts", fix="leave the arm out or wait for its contacts")
        )
    scores = np.zeros((n, arms)) if mu is None else np.array(mu, dtype=np.float64, copy=True)
    rows = np.arange(n)
    scores[rows, arm] += (outcome - scores[rows, arm]) / drawn
    return scores


def effect_scores(scores: Floats, arm: int) -> Floats:
    """The doubly robust score of the effect of one arm against control (column 0)."""
    return np.asarray(scores[:, arm] - scores[:, 0])


def transformed_outcome(outcome: Floats, treated: NDArray[np.bool_], chance: Floats | float) -> Floats:
    """Y·(W − p) / (p(1 − p)): unbiased for the effect, and noisier than the doubly robust score (Athey & Imbens).

    >>> transformed_outcome(np.array([1.0, 1.0]), np.array([True, False]), 0.25).round(4).tolist()
    [4.0, -1.3333]
    """
    return np.asarray(outcome * (treated - np.asarray(chance)) / (chance * (1 - np.asarray(chance))))


def dr_loss(pseudo: Floats, effect: Floats) -> Floats:
    """The squared distance of each contact's effect score from its estimated effect: smaller mean, better estimate."""
    return np.asarray((pseudo - effect) ** 2)


def r_loss(outcome_residual: Floats, treatment_residual: Floats, effect: Floats) -> float:
    """Nie & Wager's (2021) R-loss: mean of (Y − m − (W − e)·τ)².

    >>> r_loss(np.array([1.0, -1.0, 0.5]), np.array([0.5, -0.5, 0.5]), np.array([1.0, 1.0, 0.0]))
    0.25
    """
    return float(np.mean((outcome_residual - treatment_residual * effect) ** 2))
