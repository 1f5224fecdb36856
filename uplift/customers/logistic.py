"""Logistic regression by Newton's method, with a touch of ridge so that separable data end in finite coefficients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uplift.errors import Problem, StatisticsError

Floats = NDArray[np.float64]
RIDGE = 1e-4  # per row, on standardised features: far below the standard error of any coefficient
STEPS = 50


@dataclass(frozen=True, slots=True)
class Logistic:
    """A fitted model: log odds = intercept + Σ coefficient·(x − mean)/spread."""

    names: tuple[str, ...]
    intercept: float
    coefficients: Floats
    mean: Floats
    spread: Floats

    def probabilities(self, features: Floats) -> Floats:
        """The probability for each row."""
        return np.asarray(_expit(self.intercept + self.contributions(features).sum(axis=1)))

    def contributions(self, features: Floats) -> Floats:
        """What each feature adds to the log odds of a row, compared with the average contact."""
        return np.asarray((features - self.mean) / self.spread * self.coefficients)


def fit(features: Floats, happened: NDArray[np.bool_], names: tuple[str, ...]) -> Logistic:
    """The most likely coefficients. Raises StatisticsError (UP668) when it happened to nobody or to everybody."""
    y = happened.astype(np.float64)
    if not 0 < y.sum() < len(y):
        what = "nobody" if y.sum() == 0 else "everybody"
        message = f"it happened to {what} of {len(y):,} contacts: there is nothing to learn"
        raise StatisticsError(Problem("UP668", message, fix="give the model a longer or a larger history"))
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread = np.where(spread > 1e-12, spread, 1.0)
    design = np.column_stack([np.ones(len(y)), (features - mean) / spread])
    ridge = np.full(design.shape[1], RIDGE * len(y))
    ridge[0] = 0.0
    beta = np.zeros(design.shape[1])
    beta[0] = np.log(y.mean() / (1 - y.mean()))
    for _ in range(STEPS):
        p = _expit(design @ beta)
        slope = design.T @ (y - p) - ridge * beta
        curvature = (design * (p * (1 - p))[:, None]).T @ design + np.diag(ridge)
        step = np.linalg.solve(curvature, slope)
        beta += step / max(1.0, float(np.abs(step).max()) / 2)  # no leap beyond two units of log odds
        if np.abs(step).max() < 1e-9:
            break
    return Logistic(names, float(beta[0]), beta[1:], mean, spread)


def _expit(x: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(x))


def auc(scores: Floats, happened: NDArray[np.bool_]) -> float | None:
    """The probability that a contact to whom it happened has the higher score (ties count half); None without both.

    >>> auc(np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, False, True, True]))
    0.875
    """
    from scipy.stats import rankdata

    hits = int(happened.sum())
    misses = len(happened) - hits
    if not hits or not misses:
        return None
    ranks = rankdata(scores)[happened].sum()
    return float((ranks - hits * (hits + 1) / 2) / (hits * misses))


def top_share(scores: Floats, happened: NDArray[np.bool_], share: float = 0.2) -> float | None:
    """The share of those to whom it happened among the highest scores; None when it happened to nobody."""
    if not happened.any():
        return None
    best = np.argsort(-scores, kind="stable")[: round(share * len(scores))]
    return float(happened[best].sum() / happened.sum())
