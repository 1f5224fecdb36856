"""How likely each contact buys with each incentive: a logistic model that holds what arms have in common.

    logit P(buy | x, arm) = b₀ + b·x + a_arm + d_arm·x

The first two terms are learned from everybody. a_arm has a normal prior (from earlier programmes, or wide); the
deviations d_arm are pulled to zero as hard as the data suggest: their spread is the one with the largest evidence
(Laplace approximation, MacKay 1992). So a small arm borrows from the others instead of dreaming. The posterior is
normal around its mode; it is found by Newton's method on some thirty numbers, however many contacts there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtri

from uplift.errors import Problem
from uplift.targeting.allocation_problem import TargetingError
from uplift.targeting.incentives import Prior

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

WIDE = 10.0  # prior spread of intercept and common slopes
ARM = 1.0  # prior spread of an arm nobody knows, on the logit
SPREADS = (0.02, 0.05, 0.1, 0.2, 0.4)
STEPS, STILL = 50, 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class PurchaseModel:
    """The fitted model: features' centres and scales, mode and covariance of the coefficients, chosen spread."""

    arms: tuple[str, ...]
    centre: Floats
    scale: Floats
    mode: Floats
    covariance: Floats
    spread: float


@dataclass(frozen=True, slots=True, eq=False)
class Purchases:
    """P(purchase) per contact and arm: the mean, and the bounds of an interval of the given level."""

    mean: Floats
    low: Floats
    high: Floats


def fit_purchases(
    features: Floats,
    arm: Integers,
    bought: NDArray[np.bool_],
    arms: tuple[str, ...],
    *,
    priors: Mapping[str, Prior] | None = None,
) -> PurchaseModel:
    """Fit on randomised contacts; `arm` holds indices into `arms`, the control first.

    Raises TargetingError (UP760) when an arm has no contacts, or nobody or everybody bought.
    """
    empty = [name for index, name in enumerate(arms) if not (arm == index).any()]
    if empty or bought.all() or not bought.any():
        what = f"arm '{empty[0]}' has no contacts" if empty else "everybody bought, or nobody"
        raise TargetingError(Problem("UP760", what, "wait for more contacts, or leave the arm out"))
    centre = features.mean(axis=0)
    scale = features.std(axis=0)
    scale[scale == 0] = 1.0
    x = np.c_[np.ones(len(features)), (features - centre) / scale]
    best: tuple[float, Floats, Floats, float] | None = None
    start: Floats | None = None
    for spread in SPREADS:
        mean, precision = _priors(arms, x.shape[1], spread, priors or {})
        mode, hessian, fit = _newton(x, arm, bought, len(arms), mean, precision, start)
        start = mode
        evidence = fit - 0.5 * float(precision @ (mode - mean) ** 2)
        evidence += 0.5 * float(np.log(precision).sum()) - 0.5 * float(np.linalg.slogdet(hessian)[1])
        if best is None or evidence > best[0]:
            best = (evidence, mode, hessian, spread)
    assert best is not None
    return PurchaseModel(arms, centre, scale, best[1], np.asarray(np.linalg.inv(best[2]), dtype=np.float64), best[3])


def purchases(model: PurchaseModel, features: Floats, *, confidence: float = 0.9) -> Purchases:
    """P(purchase) of any contacts under each arm, also of contacts that were in no test."""
    x = np.c_[np.ones(len(features)), (features - model.centre) / model.scale]
    d, z = x.shape[1], float(ndtri(0.5 + confidence / 2))
    columns = []
    for index in range(len(model.arms)):
        own = _columns(index, d)
        covariance = model.covariance[np.ix_(own, own)]
        design = np.c_[x, x] if index else x
        logit = design @ model.mode[own]
        sd = np.sqrt(np.einsum("ij,jk,ik->i", design, covariance, design))
        # The mean of a logistic of a normal, with the probit in its place (MacKay 1992, eq. 30).
        columns.append((expit(logit / np.sqrt(1 + np.pi * sd**2 / 8)), expit(logit - z * sd), expit(logit + z * sd)))
    mean, low, high = (np.column_stack(parts) for parts in zip(*columns, strict=True))
    return Purchases(mean, low, high)


def _columns(index: int, d: int) -> Integers:
    """Where the coefficients of an arm stand: the common ones, and its own."""
    own = np.arange(d) + d * index
    return np.r_[np.arange(d), own] if index else own


def _priors(arms: tuple[str, ...], d: int, spread: float, priors: Mapping[str, Prior]) -> tuple[Floats, Floats]:
    mean, precision = np.zeros(d * len(arms)), np.full(d * len(arms), spread**-2.0)
    precision[:d] = WIDE**-2.0
    for index, name in enumerate(arms[1:], start=1):
        prior = priors.get(name)
        mean[d * index] = prior.mean if prior else 0.0
        precision[d * index] = prior.precision if prior and prior.weight else ARM**-2.0
    return mean, precision


def _newton(
    x: Floats,
    arm: Integers,
    bought: NDArray[np.bool_],
    arms: int,
    mean: Floats,
    precision: Floats,
    start: Floats | None,
) -> tuple[Floats, Floats, float]:
    """Mode, curvature at the mode, and log-likelihood there."""
    d = x.shape[1]
    mode = mean.copy() if start is None else start.copy()
    if start is None:
        mode[0] = np.log(bought.mean() / (1 - bought.mean()))
    parts = [(index, x[arm == index], bought[arm == index].astype(np.float64)) for index in range(arms)]
    for _ in range(STEPS):
        gradient = -precision * (mode - mean)
        hessian = np.diag(precision)
        fit = 0.0
        for index, rows, y in parts:
            own = _columns(index, d)
            design_mode = mode[:d] + (mode[d * index : d * (index + 1)] if index else 0.0)
            logit = rows @ design_mode
            chance = expit(logit)
            fit += float((y * logit - np.logaddexp(0, logit)).sum())
            slope = rows.T @ (y - chance)
            curve = rows.T @ (rows * (chance * (1 - chance))[:, None])
            copies = len(own) // d
            gradient[own] += np.tile(slope, copies)
            hessian[np.ix_(own, own)] += np.tile(curve, (copies, copies))
        step = np.linalg.solve(hessian, gradient)
        largest = float(np.abs(step).max())
        mode = mode + step * min(1.0, 5.0 / max(largest, 1e-300))
        if largest < STILL:
            break
    return mode, hessian, fit
