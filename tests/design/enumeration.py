"""Exact power of two-sample tests of shares: every pair of counts, weighted by its binomial probability.

Independent of the formulas under test: nothing but the tests' definitions and scipy's binomial distribution.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

Z95 = 1.959963984540054


def statistic(test: str, xt: NDArray[np.float64], xc: NDArray[np.float64], nt: int, nc: int) -> NDArray[np.float64]:
    """The test statistic of treatment count xt against control count xc."""
    a, b = xt / nt, xc / nc
    with np.errstate(all="ignore"):
        if test == "score":
            p = (xt + xc) / (nt + nc)
            return (a - b) / np.sqrt(p * (1 - p) * (1 / nt + 1 / nc))
        if test == "log":
            return np.log(a / b) / np.sqrt((1 - a) / xt + (1 - b) / xc)
        if test == "delta":
            return (a / b - 1) / np.sqrt(a * (1 - a) / nt / b**2 + a**2 * b * (1 - b) / nc / b**4)
        return (a - b) / np.sqrt(a * (1 - a) / nt + b * (1 - b) / nc)


def exact_power(test: str, *, control: float, treatment: float, n_control: int, n_treatment: int) -> float:
    """P(two-sided 5 % test rejects in the effect's direction)."""
    sd = math.sqrt(n_control * control * (1 - control))
    low, high = max(0, int(n_control * control - 9 * sd - 3)), min(n_control, int(n_control * control + 9 * sd + 4))
    counts = np.arange(low, high).astype(np.float64)
    weights = binom.pmf(counts, n_control, control)
    rises = treatment > control
    below, above = np.zeros(len(counts)), np.full(len(counts), float(n_treatment))
    for _ in range(math.ceil(math.log2(n_treatment)) + 2):  # the smallest treatment count beyond the critical value
        middle = np.floor((below + above) / 2)
        z = statistic(test, middle, counts, n_treatment, n_control)
        z = np.where(np.isnan(z), np.where(middle / n_treatment > counts / n_control, np.inf, -np.inf), z)
        beyond = z >= Z95 if rises else z > -Z95
        above, below = np.where(beyond, middle, above), np.where(beyond, below, middle)
    tail = binom.sf(above - 1, n_treatment, treatment) if rises else binom.cdf(above - 1, n_treatment, treatment)
    return float((weights * tail).sum())


def exact_mde(
    test: str, *, control: float, n_control: int, n_treatment: int, sign: int = 1, power: float = 0.8
) -> float:
    """The smallest relative effect that has the power, by bisection on the exact power."""
    low, high = 1e-4, min(3.0, 0.999 / control - 1) if sign > 0 else 0.999
    for _ in range(40):
        middle = (low + high) / 2
        found = exact_power(
            test, control=control, treatment=control * (1 + sign * middle), n_control=n_control, n_treatment=n_treatment
        )
        low, high = (low, middle) if found >= power else (middle, high)
    return high
