"""Quantiles: the outer interval, against the reference and by exact enumeration."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from uplift.errors import StatisticsError
from uplift.stats.decision import Level
from uplift.stats.delta import delta_test
from uplift.stats.fieller import fieller_test
from uplift.stats.quantiles import Quantile, compare_quantiles, estimate_of_quantile, outer_ranks, value_rank


def quantile_of(values: np.ndarray, level: float) -> Quantile:
    n, ordered = len(values), np.sort(values)
    low, high = outer_ranks(n, level) or (1, n)
    return Quantile(level, n, ordered[value_rank(n, level) - 1], ordered[low - 1], ordered[high - 1])


def test_the_ninetieth_percentile_equals_the_reference(golden):
    case = golden("quantile-p90")
    arms = {}
    for arm in ("control", "treatment"):
        given = case["input"][arm]
        arms[arm] = Quantile(case["input"]["nu"], given["n"], given["q"], given["q_lo"], given["q_hi"])
    c, t = (estimate_of_quantile(q) for q in arms.values())
    difference = fieller_test(c, t, Level(), adjusted=False)
    want = case["expected"]
    assert (difference.absolute.low, difference.absolute.high) == pytest.approx(want["ci"], abs=case["tolerance"])
    relative = delta_test(c, t, Level()).relative
    assert (relative.low, relative.high) == pytest.approx(want["rel_ci"], abs=case["tolerance"])
    shown = compare_quantiles("p90", **arms, interval="delta")
    assert (shown.absolute, shown.relative) == pytest.approx((want["abs_diff"], want["rel"]))
    assert (shown.relative_interval.low, shown.relative_interval.high) == pytest.approx(
        want["rel_ci"], abs=case["tolerance"]
    )


@pytest.mark.parametrize("n", [50, 200, 1_000, 20_000])
@pytest.mark.parametrize("level", [0.25, 0.5, 0.9])
def test_the_outer_ranks_enclose_the_quantile_with_at_least_95_per_cent(n, level):
    low, high = outer_ranks(n, level)
    # X_(low) ≤ q < X_(high): between low and high − 1 of n values lie at or below the quantile.
    covered = binom.cdf(high - 1, n, level) - binom.cdf(low - 1, n, level)
    assert 0.95 <= covered <= 0.95 + 6 / math.sqrt(n)


def test_a_sample_too_small_for_its_quantile_is_refused():
    assert outer_ranks(30, 0.99) is None
    rng = np.random.default_rng(1)
    small, large = quantile_of(rng.lognormal(0, 1, 30), 0.99), quantile_of(rng.lognormal(0, 1, 3_000), 0.99)
    for c, t in ((small, large), (large, small)):
        found = compare_quantiles("p99", control=c, treatment=t)
        assert (found.direction, found.refusal, found.p_value) == ("refused", "UP654", None)
        assert found.relative is not None


def test_equal_values_around_the_quantile_say_nothing():
    rng = np.random.default_rng(2)
    zeros = np.concatenate([np.zeros(950), rng.lognormal(3, 1, 50)])
    some = quantile_of(rng.lognormal(3, 1, 1_000), 0.9)
    found = compare_quantiles("p90", control=quantile_of(zeros, 0.9), treatment=some)
    assert (found.direction, found.refusal, found.relative) == ("refused", "UP611", None)


def test_nobody_and_impossible_bounds():
    some = Quantile(0.9, 1_000, 7.0, 6.5, 7.6)
    empty = Quantile(0.9, 0, math.nan, math.nan, math.nan)
    found = compare_quantiles("p90", control=empty, treatment=some)
    assert (found.refusal, found.control.value, found.relative) == ("UP610", None, None)
    with pytest.raises(StatisticsError, match="UP615"):
        compare_quantiles("p90", control=Quantile(0.9, 1_000, 7.0, 7.5, 7.6), treatment=some)
    with pytest.raises(StatisticsError, match="UP615"):
        outer_ranks(1_000, 90)
    with pytest.raises(ValueError, match="not comparable"):
        compare_quantiles("p90", control=Quantile(0.5, 1_000, 7.0, 6.5, 7.6), treatment=some)


def test_both_scales_say_the_same():
    rng = np.random.default_rng(3)
    for _ in range(300):
        c, t = (quantile_of(rng.lognormal(3 + shift, 1, 400), 0.75) for shift in (0, rng.normal(0, 0.1)))
        for interval in ("auto", "fieller", "delta"):
            u = compare_quantiles("p75", control=c, treatment=t, interval=interval)
            assert u.relative_interval.excludes(0) == u.absolute_interval.excludes(0) == (u.p_value < 0.05)
            assert (u.direction == "open") == (u.p_value >= 0.05)


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(1_000, 9_000), (3_000, 3_000)])
def test_quantile_intervals_cover_at_least_as_often_as_they_say(sizes):
    rng = np.random.default_rng(4)
    rounds, missed = 4_000, 0
    for _ in range(rounds):
        c, t = (quantile_of(rng.lognormal(3, 1, n), 0.9) for n in sizes)
        missed += compare_quantiles("p90", control=c, treatment=t).direction != "open"
    assert missed / rounds <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / rounds)
    assert missed / rounds >= 0.02
