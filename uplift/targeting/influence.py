"""A number together with what each row contributes to it: from there come standard errors, clusters and differences.

An estimator that is smooth in the data is, to first order, its value plus the mean of the rows' influences. Hence its
variance is that of the mean influence, rows of one cluster add up before they are squared, and the difference of two
numbers from the same rows has the difference of their influences: paired by construction.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from uplift.errors import Problem, StatisticsError
from uplift.results.effects import Interval
from uplift.results.targeting import Estimate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Statistic:
    """A value and the influence of each row on it (row order of the input, mean zero)."""

    value: float
    influence: Floats

    def __sub__(self, other: Statistic) -> Statistic:
        return Statistic(self.value - other.value, self.influence - other.influence)

    def __add__(self, other: Statistic) -> Statistic:
        return Statistic(self.value + other.value, self.influence + other.influence)

    def scaled(self, factor: float) -> Statistic:
        """The statistic times a constant."""
        return Statistic(self.value * factor, self.influence * factor)

    def standard_error(self, clusters: Integers | None = None) -> float:
        """Root of the variance of the mean influence; `clusters` are codes 0, 1, …

        Raises StatisticsError (UP702) with fewer than two rows or clusters.
        """
        n = len(self.influence)
        parts = self.influence
        if clusters is not None:
            summed = np.bincount(clusters, weights=self.influence)
            parts = np.asarray(summed[np.bincount(clusters) > 0], dtype=np.float64)
        count = len(parts)
        if count < 2:
            raise StatisticsError(
                Problem("UP702", "a standard error needs two contacts (or clusters) at least", fix="use more contacts")
            )
        return math.sqrt(_exact_sum(parts * parts) * count / (count - 1)) / n

    def estimate(self, *, clusters: Integers | None = None, confidence: float = 0.95) -> Estimate:
        """Value, standard error and normal interval."""
        error = self.standard_error(clusters)
        half = float(ndtri(0.5 + confidence / 2)) * error
        return Estimate(self.value, error, Interval(self.value - half, self.value + half))


def mean_of(values: Floats, weights: Floats | None = None) -> Statistic:
    """The (weighted) mean."""
    if weights is None:
        value = _exact_sum(values) / len(values)
        return Statistic(value, values - value)
    total = _exact_sum(weights)
    value = _exact_sum(weights * values) / total
    return Statistic(value, weights * (values - value) * (len(values) / total))


def ratio_of(numerator: Statistic, denominator: Statistic) -> Statistic:
    """The quotient of two statistics, by the delta method."""
    value = numerator.value / denominator.value
    return Statistic(value, (numerator.influence - value * denominator.influence) / denominator.value)


def codes_of(labels: NDArray[np.generic]) -> Integers:
    """Labels as codes 0, 1, …"""
    return np.asarray(np.unique(labels, return_inverse=True)[1], dtype=np.int64).reshape(-1)


def _exact_sum(values: Floats) -> float:
    """A sum that does not depend on the order of the rows: sorted first, then added pairwise."""
    return float(np.sort(values).sum())
