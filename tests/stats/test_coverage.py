"""Simulated coverage of revenue per contact and order value: what the default interval promises, by design.

Contacts buy with probability 3 %; baskets are lognormal; a buyer places 1 + Poisson(0.3) orders. Intervals are held
against the true uplift; only runs with a verdict count, and their share is asserted too.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from uplift.stats.effects import compare
from uplift.stats.moments import Moments

RATE, ROUNDS = 0.03, 2_000


def arm(rng: np.random.Generator, n: int, lift: float, sigma: float) -> Moments:
    """Moments of (revenue, orders): those of the buyers, plus contacts who show zero for both."""
    buyers = int(rng.binomial(n, RATE))
    orders = 1 + rng.poisson(0.3, buyers)
    revenue = lift * orders * rng.lognormal(3.5, sigma, buyers)
    bought = Moments.from_rows(np.column_stack([revenue, orders]), ("revenue", "orders"))
    nothing = Moments(n - buyers, ("revenue", "orders"), np.zeros(2), *(np.zeros((2,) * k) for k in (2, 3, 4)), 0)
    return bought + nothing


def misses(
    kind: str, sizes: tuple[int, int], lift: float, sigma: float, interval: str, seed: int
) -> tuple[float, float, int]:
    """Shares of intervals wholly above and wholly below the truth, and the runs that had a verdict."""
    rng = np.random.default_rng(seed)
    above = below = runs = 0
    ratio = max(sizes) / min(sizes)
    for _ in range(ROUNDS):
        c, t = arm(rng, sizes[0], 1.0, sigma), arm(rng, sizes[1], lift, sigma)
        u = compare("m", kind, control=c, treatment=t, interval=interval, design_ratio=ratio)
        if u.direction == "refused":
            continue
        runs += 1
        above += u.relative_interval.low > lift - 1
        below += u.relative_interval.high < lift - 1
    return above / runs, below / runs, runs


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["mean", "ratio"])
@pytest.mark.parametrize(
    ("sizes", "lift", "sigma"),
    [
        ((5_000, 45_000), 1.0, 0.6),
        ((10_000, 90_000), 1.2, 0.6),
        ((5_000, 5_000), 1.1, 0.6),
        ((10_000, 10_000), 1.0, 1.0),
    ],
)
def test_the_default_interval_covers_from_150_control_buyers_on(kind, sizes, lift, sigma):
    above, below, runs = misses(kind, sizes, lift, sigma, "auto", seed=1)
    assert runs == ROUNDS
    error = math.sqrt(0.05 * 0.95 / runs)
    assert 0.945 - 3 * error <= 1 - above - below <= 0.955 + 3 * error, (above, below)
    assert max(above, below) <= 0.033 + 3 * math.sqrt(0.033 / runs), (above, below)


@pytest.mark.slow
def test_welch_declares_uplift_far_too_often_in_a_small_holdout_and_the_default_does_not():
    sizes = (1_000, 9_000)
    ours, _, runs = misses("mean", sizes, 1.0, 0.6, "auto", seed=2)
    assert runs < ROUNDS, "about half of these tests have too few buyers for a verdict"
    delta_above, delta_below, _ = misses("mean", sizes, 1.0, 0.6, "delta", seed=2)
    assert ours <= 0.033 + 3 * math.sqrt(0.033 / runs)
    assert delta_above < 0.01, "the symmetric interval can hardly prove a win"
    assert delta_below > 0.035
