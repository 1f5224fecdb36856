"""Exact coverage for two shares: every likely pair of counts is enumerated, nothing is drawn."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit
from scipy.stats import binom

from benchmarks.calibration.rows import ALPHA, Cell, CoverageRow, Misses
from uplift.stats.decision import Level
from uplift.stats.proportions import ratio_z

Floats = NDArray[np.float64]
Q = Level(ALPHA).critical()
_LEFT_OUT = 1e-12  # probability beyond the enumerated counts, per arm and side

# Contacts in control and treatment, control rate, lift: 50/50 to 5/95 (and one large control), from ten expected
# control converters on.
DESIGNS = (
    (500, 500, 0.03, 0.5),
    (1_000, 1_000, 0.01, 0.0),
    (10_000, 10_000, 0.03, 0.1),
    (2_000, 2_000, 0.2, -0.1),
    (1_000, 3_000, 0.02, -0.2),
    (2_000, 8_000, 0.05, 0.1),
    (11_250, 45_000, 0.05, 0.25),
    (1_000, 9_000, 0.01, 0.1),
    (1_000, 9_000, 0.03, 0.0),
    (1_000, 9_000, 0.03, 0.1),
    (1_000, 9_000, 0.03, 0.5),
    (1_000, 9_000, 0.03, 1.0),
    (250, 2_250, 0.08, 0.2),
    (5_000, 45_000, 0.03, 0.1),
    (500, 9_500, 0.02, 0.0),
    (1_000, 19_000, 0.03, 0.1),
    (2_500, 47_500, 0.03, 0.2),
    (9_000, 1_000, 0.03, 0.1),
)


def cells() -> list[Cell]:
    return [Cell(_name(*d), partial(_row, *d)) for d in DESIGNS]


def _name(n_c: int, n_t: int, rate: float, lift: float) -> str:
    return f"score {n_c}/{n_t} {rate:.0%} {lift:+.0%}"


def _row(n_c: int, n_t: int, rate: float, lift: float, *_: object) -> CoverageRow:
    x_c, x_t = _likely(n_c, rate), _likely(n_t, rate * (1 + lift))
    weight = np.outer(binom.pmf(x_c, n_c, rate), binom.pmf(x_t, n_t, rate * (1 + lift)))
    results = []
    for method, (above, below) in _missing(x_c[:, None], n_c, x_t[None, :], n_t, 1 + lift).items():
        results.append(Misses(method, float(weight[above].sum()), float(weight[below].sum())))
    return CoverageRow(
        _name(n_c, n_t, rate, lift),
        "score",
        f"{n_c:,} / {n_t:,} ({n_c / (n_c + n_t):.0%} control)",
        f"{rate:.0%} convert, uplift {lift:+.0%}",
        True,
        0,
        0.0,
        tuple(results),
    )


def _likely(n: int, p: float) -> NDArray[np.int64]:
    low, high = binom.ppf(_LEFT_OUT, n, p), binom.isf(_LEFT_OUT, n, p)
    return np.arange(int(max(low - 1, 0)), int(min(high + 1, n)) + 1)


def _missing(
    x_c: NDArray[np.int64], n_c: int, x_t: NDArray[np.int64], n_t: int, theta: float
) -> dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """For each method, where its interval lies wholly above and wholly below the truth.

    Where a method has no interval (no event in an arm) it misses nothing.
    """
    p_c, p_t = x_c / n_c, x_t / n_t
    v_c, v_t = p_c * (1 - p_c) / n_c, p_t * (1 - p_t) / n_t
    with np.errstate(divide="ignore", invalid="ignore"):
        score = ratio_z(x_c, n_c, x_t, n_t, theta)
        log = (np.log(p_t / p_c) - np.log(theta)) / np.sqrt(v_t / p_t**2 + v_c / p_c**2)
        # Welch's t on contact rows: variances with n − 1.
        w_c, w_t = v_c * n_c / (n_c - 1), v_t * n_t / (n_t - 1)
        df = (w_t + w_c) ** 2 / (w_t**2 / (n_t - 1) + w_c**2 / (n_c - 1))
        critical = -stdtrit(df, ALPHA / 2)
        ratio = p_t / p_c
        delta = (ratio - theta) / np.sqrt(w_t / p_c**2 + ratio**2 * w_c / p_c**2) / critical
        naive = (ratio - theta) / (np.sqrt(w_t + w_c) / p_c) / critical
        # Fieller with Welch's degrees of freedom: at θ = 1 it is Welch's test.
        fieller = np.where(
            p_c > critical * np.sqrt(w_c), (p_t - theta * p_c) / np.sqrt(w_t + theta**2 * w_c) / critical, 0.0
        )
        log = np.where((x_c > 0) & (x_t > 0), log, 0.0)
        delta, naive = (np.where(x_c > 0, s, 0.0) for s in (delta, naive))
    return {
        "score": (score > Q, score < -Q),
        "log (Katz)": (log > Q, log < -Q),
        "delta": (delta > 1, delta < -1),
        "Fieller/Welch": (fieller > 1, fieller < -1),
        "naive": (naive > 1, naive < -1),
    }
