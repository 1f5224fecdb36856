"""Qini numbers as other libraries define them, for comparison with older reports. Not for decisions.

scikit-uplift divides the area over random by that of a ranking which knows every contact's outcome; causalml averages
the points of a curve that it draws as a straight line wherever an arm is still empty, and depends on the order of
equal scores. Here equal scores are merged first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uplift.errors import Problem, StatisticsError
from uplift.targeting.curves import Curve, qini_curve, uplift_curve
from uplift.targeting.influence import Floats


def scikit_uplift_qini(outcome: Floats, treated: NDArray[np.bool_], score: Floats) -> float:
    """scikit-uplift's `qini_auc_score` (binary outcomes)."""
    _binary(outcome)
    best = np.where(treated, outcome, -outcome)
    return _normalised(qini_curve(outcome, treated, score), qini_curve(outcome, treated, best))


def scikit_uplift_auuc(outcome: Floats, treated: NDArray[np.bool_], score: Floats) -> float:
    """scikit-uplift's `uplift_auc_score` (binary outcomes)."""
    _binary(outcome)
    responders = int(np.sum((outcome == 1) & ~treated))
    silent = int(np.sum((outcome == 0) & treated))
    tie = outcome if responders > silent else treated.astype(np.float64)
    best = 2.0 * (outcome == treated) + tie
    return _normalised(uplift_curve(outcome, treated, score), uplift_curve(outcome, treated, best))


@dataclass(frozen=True, slots=True)
class CausalmlCurve:
    """causalml's cumulated curve at 0, 1, … n contacts, and its score (mean of the points, for Qini minus random)."""

    value: Floats
    score: float


def causalml_qini(outcome: Floats, treated: NDArray[np.bool_], score: Floats) -> CausalmlCurve:
    """causalml's `get_qini` and `qini_score(normalize=False)` for scores without ties."""
    treated_n, control_n, treated_y, control_y = _cumulated(outcome, treated, score)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = treated_y - control_y * treated_n / control_n
    value = _bridged(value)
    diagonal = np.linspace(0.0, value[-1], len(value))
    return CausalmlCurve(value, float(np.mean(value) - np.mean(diagonal)))


def causalml_auuc(outcome: Floats, treated: NDArray[np.bool_], score: Floats) -> CausalmlCurve:
    """causalml's `get_cumgain` and `auuc_score(normalize=False)` for scores without ties."""
    treated_n, control_n, treated_y, control_y = _cumulated(outcome, treated, score)
    with np.errstate(invalid="ignore", divide="ignore"):
        lift = treated_y / treated_n - control_y / control_n
    value = _bridged(lift) * np.arange(len(outcome) + 1)
    return CausalmlCurve(value, float(np.mean(value)))


def _cumulated(outcome: Floats, treated: NDArray[np.bool_], score: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    if len(np.unique(score)) < len(score):
        raise StatisticsError(
            Problem(
                "UP710",
                "causalml's number depends on the order of the rows when scores are equal",
                fix="quote AUTOC or QINI instead; they don't",
            )
        )
    order = np.argsort(-score)
    t, y = treated[order].astype(np.float64), outcome[order]
    return np.cumsum(t), np.cumsum(1 - t), np.cumsum(t * y), np.cumsum((1 - t) * y)


def _bridged(value: Floats) -> Floats:
    """Undefined points on a straight line between their neighbours, from 0 contacts on."""
    value = np.concatenate([[0.0], value])
    places = np.arange(len(value))
    known = np.isfinite(value)
    return np.asarray(np.interp(places, places[known], value[known]))


def _normalised(curve: Curve, best: Curve) -> float:
    return curve.area_over_random / best.area_over_random


def _binary(outcome: Floats) -> None:
    if not np.isin(outcome, (0.0, 1.0)).all():
        raise StatisticsError(
            Problem("UP710", "scikit-uplift's area is defined for outcomes 0 and 1 only", fix="quote QINI instead")
        )
