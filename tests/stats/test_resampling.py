from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare, poisson

from uplift.stats.resampling import (
    MOST_ROWS,
    CompactArm,
    bootstrap_sums,
    bootstrap_uplift,
    poisson_one,
    ratio_of_sums,
)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def revenue(generator, n, share=0.05, lift=1.0):
    return np.where(generator.random(n) < share, generator.lognormal(4, 0.8, n) * lift, 0.0)


def log_se(control, treatment) -> float:
    return math.sqrt(sum(a.var(ddof=1) / a.size / a.mean() ** 2 for a in (control, treatment)))


def test_the_fast_draws_are_poisson() -> None:
    drawn = poisson_one((100, 50_000), rng()).ravel()
    seen = np.bincount(drawn, minlength=9)
    expected = poisson.pmf(np.arange(9), 1) * drawn.size
    expected[8] = drawn.size - expected[:8].sum()
    assert chisquare([*seen[:8], seen[8:].sum()], expected).pvalue > 0.001
    assert poisson_one((1, 3), rng()).shape == (1, 3)


def test_values_that_no_whole_code_can_hold_are_drawn_too() -> None:
    # P(8) = 9.1e-6 is less than one code in 65,536: it only comes from the codes left over.
    drawn = poisson_one((200, 100_000), rng(1))
    assert (drawn >= 8).mean() == pytest.approx(poisson.sf(7, 1), rel=0.25)  # 204 expected, s.e. 7%


@given(st.lists(st.sampled_from([0.0, 0.0, 1.0, 2.5, -1.0]), min_size=0, max_size=60))
def test_compacting_loses_no_sum(values) -> None:
    arm = CompactArm.from_contacts(values)
    assert arm.totals == pytest.approx([len(values), sum(values)])
    assert arm.zeros == values.count(0.0)
    assert len(arm.rows) == len(set(values) - {0.0})


def test_a_contact_with_any_value_is_no_zero() -> None:
    arm = CompactArm.from_contacts([[0.0, 0.0], [0.0, 1.0], [5.0, 1.0], [0.0, 1.0]])
    assert arm.zeros == 1
    assert sorted(arm.counts) == [1, 2]
    assert arm.totals == pytest.approx([4, 5, 3])


def test_replicates_have_the_moments_of_the_poisson_bootstrap() -> None:
    y = revenue(rng(2), 20_000)
    x = np.column_stack([y, y > 0])
    sums = bootstrap_sums(CompactArm.from_contacts(x), replicates=8_000, rng=rng(3))
    rows = np.column_stack([np.ones(len(y)), x])
    mean, cov = rows.sum(axis=0), rows.T @ rows
    error = np.sqrt(np.diag(cov) / 8_000)
    assert (np.abs(sums.mean(axis=0) - mean) < 4 * error).all()
    found = np.cov(sums.T)
    # A covariance of normal pairs has standard error √((σ_ij² + σ_ii σ_jj)/B).
    spread = np.sqrt((cov**2 + np.outer(np.diag(cov), np.diag(cov))) / 8_000)
    assert (np.abs(found - cov) < 4.5 * spread).all()


def test_single_precision_within_a_block_costs_less_than_a_millionth() -> None:
    values = rng(4).lognormal(10, 1, 50_000)
    arm = CompactArm.from_contacts(values)
    sums = bootstrap_sums(arm, replicates=3, rng=rng(5))
    # The same draws, added up in double precision.
    again, exact = rng(5), np.zeros((3, 2))
    for start in range(0, 50_000, 8_192):
        block = arm.rows[start : start + 8_192]
        exact += poisson_one((3, len(block)), again).astype(float) @ block
    np.testing.assert_allclose(sums, exact, rtol=1e-6)


@pytest.mark.parametrize("share", [0.03, 0.4])
def test_the_spread_is_that_of_the_delta_method(share) -> None:
    control, treatment = revenue(rng(5), 4_000, share), revenue(rng(6), 36_000, share, 1.1)
    found = bootstrap_uplift(CompactArm.from_contacts(control), CompactArm.from_contacts(treatment), rng=rng(7))
    assert found.uplift == pytest.approx(treatment.mean() / control.mean() - 1)
    # 2,000 replicates: 1.6% Monte Carlo error, and the log of a skewed mean is not quite linear.
    assert found.log_se == pytest.approx(log_se(control, treatment), rel=0.06)
    assert found.undefined == 0


def test_a_ratio_is_resampled_by_contact() -> None:
    generator = rng(8)
    orders = generator.poisson(0.3, 20_000)
    spent = orders * generator.lognormal(4, 0.5, 20_000)
    rows = np.column_stack([spent, orders])
    c, t = rows[:5_000], rows[5_000:]
    found = bootstrap_uplift(
        CompactArm.from_contacts(c), CompactArm.from_contacts(t), rng=rng(9), statistic=ratio_of_sums
    )

    def linear_variance(x) -> float:
        r = x[:, 0].sum() / x[:, 1].sum()
        return float(np.var((x[:, 0] - r * x[:, 1]) / x[:, 1].mean(), ddof=1)) / len(x) / r**2

    assert found.log_se == pytest.approx(math.sqrt(linear_variance(c) + linear_variance(t)), rel=0.06)


def test_buckets_give_the_same_spread_as_contacts() -> None:
    control, treatment = revenue(rng(10), 20_000, 0.1), revenue(rng(11), 60_000, 0.1)

    def buckets(values):
        where = rng(12).integers(0, 1_000, values.size)
        return CompactArm.from_buckets(np.bincount(where, minlength=1_000), np.bincount(where, values, 1_000))

    binned = bootstrap_uplift(buckets(control), buckets(treatment), rng=rng(13))
    single = bootstrap_uplift(CompactArm.from_contacts(control), CompactArm.from_contacts(treatment), rng=rng(13))
    assert binned.uplift == pytest.approx(single.uplift)
    assert binned.log_se == pytest.approx(single.log_se, rel=0.12)  # 1,000 buckets: 2.2% more, each way


@given(st.integers(0, 10_000), st.floats(0.7, 1.5))
@settings(max_examples=60)
def test_interval_and_p_value_never_contradict_each_other(seed, lift) -> None:
    c, t = revenue(rng(seed), 300, 0.2), revenue(rng(seed + 1), 500, 0.2, lift)
    for replicates in (100, 399):
        found = bootstrap_uplift(
            CompactArm.from_contacts(c), CompactArm.from_contacts(t), rng=rng(seed), replicates=replicates
        )
        assert (found.p_value < 0.05) == found.interval.excludes(0)


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others() -> None:
    c, t = CompactArm.from_contacts(revenue(rng(1), 500)), CompactArm.from_contacts(revenue(rng(2), 900))
    assert bootstrap_uplift(c, t, rng=rng(3)) == bootstrap_uplift(c, t, rng=rng(3))
    assert bootstrap_uplift(c, t, rng=rng(3)) != bootstrap_uplift(c, t, rng=rng(4))


def test_an_arm_without_events_leaves_the_answer_absent() -> None:
    nothing, some = CompactArm.from_contacts(np.zeros(50)), CompactArm.from_contacts(np.ones(50))
    both = bootstrap_uplift(nothing, nothing, rng=rng())
    assert (both.uplift, both.interval, both.p_value, both.log_se, both.undefined) == (None, None, None, None, 2_000)
    empty_control = bootstrap_uplift(nothing, some, rng=rng())
    assert empty_control.uplift is None
    assert empty_control.interval.low is None
    assert empty_control.log_se is None


def test_too_few_replicates_give_no_interval() -> None:
    some = CompactArm.from_contacts(np.arange(20.0))
    found = bootstrap_uplift(some, some, rng=rng(), replicates=20)
    assert (found.interval, found.p_value) == (None, None)
    assert found.uplift == 0


def test_very_many_values_are_bundled_without_changing_the_spread() -> None:
    values = rng(14).lognormal(0, 1, MOST_ROWS + 50_000)
    values[:40_000] = 0.0
    arm = CompactArm.from_contacts(values)
    whole = bootstrap_sums(arm, replicates=2_000, rng=rng(15))
    assert len(arm.rows) > MOST_ROWS
    mean = whole[:, 1] / whole[:, 0]
    assert mean.std() == pytest.approx(values.std() / math.sqrt(values.size), rel=0.055)  # 1.6% three times and a bit
    assert mean.mean() == pytest.approx(values.mean(), abs=4 * values.std() / math.sqrt(values.size * 2_000))


@pytest.mark.parametrize("share", [0.03, 1.0])
def test_a_million_contacts_take_little_memory(share) -> None:
    values = revenue(rng(16), 1_000_000, share)
    c, t = CompactArm.from_contacts(values[:100_000]), CompactArm.from_contacts(values[100_000:])
    tracemalloc.start()
    bootstrap_uplift(c, t, rng=rng(17), replicates=64)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 150e6


@pytest.mark.slow
def test_coverage_with_sixty_control_buyers() -> None:
    """600 experiments at 10/90, 400 replicates. A percentile interval of a skewed mean covers 92 to 95%."""
    generator, inside = rng(18), 0
    for _ in range(600):
        c, t = revenue(generator, 2_000, 0.03), revenue(generator, 18_000, 0.03, 1.2)
        found = bootstrap_uplift(
            CompactArm.from_contacts(c), CompactArm.from_contacts(t), rng=generator, replicates=400
        )
        inside += found.interval.low <= 0.2 <= found.interval.high
    assert inside / 600 == pytest.approx(0.935, abs=0.015 + 3 * math.sqrt(0.06 * 0.94 / 600))
