"""Every how many days does a customer buy? His own gaps, pulled towards the shop's as far as they are few.

The mean of a customer's own gaps is worse than the shop's median for everybody when histories are short. The logarithm
of a gap scatters with variance σ² around a customer's own level, and these levels with variance τ² around the shop's
(empirical Bayes for a normal mean; Efron & Morris 1975). A customer's estimate is the weighted mean of his level and
the shop's, with weight k·τ²/(k·τ² + σ²) on his own for k gaps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from uplift.customers.snapshots import Snapshot
from uplift.errors import Problem, StatisticsError

Floats = NDArray[np.float64]
FEWEST = 30  # customers with two gaps or more, for the variance within customers


@dataclass(frozen=True, slots=True)
class Cycle:
    """The shop's rhythm: mean log gap (days), its variance within (σ²) and between (τ²) customers, and the 90 % gap."""

    level: float
    within: float
    between: float
    long_gap: float  # nine of ten gaps in this shop are shorter, in days


def fit(gaps: ArrayLike, sum_of_logs: ArrayLike, sum_of_squares: ArrayLike, *, long_gap: float) -> Cycle:
    """The shop's rhythm from each customer's number of gaps and the sums of their logarithms and squares.

    σ² is pooled within customers; τ² is the method of moments of DerSimonian & Laird (1986), never below zero.
    Raises StatisticsError (UP663) with fewer than 30 customers who have two gaps.
    """
    k, total, squares = (np.asarray(values, dtype=np.float64) for values in (gaps, sum_of_logs, sum_of_squares))
    some = k > 0
    k, total, squares = k[some], total[some], squares[some]
    if (k > 1).sum() < FEWEST:
        message = f"only {int((k > 1).sum())} customers bought on three days or more; {FEWEST} are needed"
        raise StatisticsError(Problem("UP663", message, fix="a purchase cycle needs a longer history"))
    own = total / k
    within = float((squares - k * own**2).clip(min=0).sum() / (k - 1).sum())
    if within <= 0:  # everybody buys by the clock: any own gap is the truth
        within = 1e-9
    precision = k / within
    mean = float(np.average(own, weights=precision))
    spread = float((precision * (own - mean) ** 2).sum())
    room = float(precision.sum() - (precision**2).sum() / precision.sum())
    between = max(0.0, (spread - (len(k) - 1)) / room)
    level = float(np.average(own, weights=1 / (between + within / k)))
    return Cycle(level, within, between, long_gap)


def days_between(cycle: Cycle, gaps: ArrayLike, sum_of_logs: ArrayLike) -> Floats:
    """The typical (median) gap of each customer in days; the shop's for those without a gap."""
    k, total = np.asarray(gaps, dtype=np.float64), np.asarray(sum_of_logs, dtype=np.float64)
    weight = k * cycle.between / (k * cycle.between + cycle.within)
    own = np.where(k > 0, total / np.maximum(k, 1), cycle.level)
    return np.asarray(np.exp(weight * own + (1 - weight) * cycle.level))


def rhythm_of(buyers: Snapshot) -> Cycle | None:
    """The shop's rhythm as it was known on a day; None while too few have bought three times."""
    repeated = buyers.where(buyers.gaps > 0)
    if not len(repeated):
        return None
    typical = np.exp(repeated.log_gaps / repeated.gaps)
    long_gap = float(np.quantile(typical, 0.9))
    try:
        return fit(repeated.gaps, repeated.log_gaps, repeated.log_gaps_squared, long_gap=long_gap)
    except StatisticsError:
        return None
