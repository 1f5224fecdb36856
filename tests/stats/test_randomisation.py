from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom, kstest, permutation_test, ttest_ind

from uplift.stats.randomisation import randomisation_test
from uplift.stats.resampling import CompactArm


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def arm(values) -> CompactArm:
    return CompactArm.from_contacts(values)


def test_for_shares_it_is_the_hypergeometric_test() -> None:
    control, treatment = np.repeat([1.0, 0.0], [8, 192]), np.repeat([1.0, 0.0], [20, 230])
    found = randomisation_test(arm(control), arm(treatment), rng=rng(), replicates=10_000)
    exact = 2 * min(hypergeom.sf(19, 450, 28, 250), hypergeom.cdf(20, 450, 28, 250))
    assert found.p_value == pytest.approx(exact, abs=3 * 2 * math.sqrt(exact / 2 / 10_000))


@pytest.mark.slow
def test_for_amounts_it_is_scipy_s_permutation_test() -> None:
    x, y = rng(1).exponential(1, 12), rng(2).exponential(2, 9)

    def welch(a, b, axis):
        return ttest_ind(b, a, axis=axis, equal_var=False).statistic

    exact = permutation_test((x, y), welch, n_resamples=300_000, vectorized=True)  # all 293,930 divisions
    found = randomisation_test(arm(x), arm(y), rng=rng(3), replicates=40_000)
    assert found.statistic == pytest.approx(float(exact.statistic))
    assert found.p_value == pytest.approx(exact.pvalue, abs=3 * 2 * math.sqrt(exact.pvalue / 2 / 40_000))


def test_the_statistic_is_welch_s_also_far_from_zero() -> None:
    x, y = rng(4).normal(1e8, 0.6, 500), rng(5).normal(1e8 + 0.05, 0.6, 700)
    found = randomisation_test(arm(x), arm(y), rng=rng(6), replicates=500)
    assert found.statistic == pytest.approx(ttest_ind(y, x, equal_var=False).statistic, rel=1e-6)


def test_large_samples_agree_with_the_t_test() -> None:
    x, y = rng(7).gamma(2, size=3_000), rng(8).gamma(2, size=3_000) * 1.03
    found = randomisation_test(arm(x), arm(y), rng=rng(9), replicates=5_000)
    expected = ttest_ind(y, x, equal_var=False).pvalue
    assert found.p_value == pytest.approx(expected, abs=0.03)  # Monte Carlo error up to 0.007


@given(st.integers(0, 1_000))
@settings(max_examples=8)
def test_swapping_the_arms_turns_the_sign_and_keeps_the_p_value(seed) -> None:
    x, y = np.round(rng(seed).exponential(1, 40)), np.round(rng(seed + 1).exponential(1.5, 60))
    a = randomisation_test(arm(x), arm(y), rng=rng(1), replicates=2_000)
    b = randomisation_test(arm(y), arm(x), rng=rng(2), replicates=2_000)
    assert b.statistic == pytest.approx(-a.statistic, abs=1e-12)
    assert b.p_value == pytest.approx(a.p_value, abs=0.12)


@given(st.floats(0.01, 1000))
@settings(max_examples=30)
def test_the_unit_of_money_does_not_matter(unit) -> None:
    x, y = rng(1).exponential(1, 50), rng(2).exponential(1.3, 80)
    plain = randomisation_test(arm(x), arm(y), rng=rng(3), replicates=200)
    scaled = randomisation_test(arm(unit * x), arm(unit * y), rng=rng(3), replicates=200)
    assert scaled.statistic == pytest.approx(plain.statistic, rel=1e-9)
    assert scaled.p_value == plain.p_value


def test_a_ratio_is_tested_by_contact() -> None:
    generator = rng(10)
    orders = generator.poisson(0.5, 3_000)
    rows = np.column_stack([orders * generator.lognormal(4, 0.4, 3_000), orders])
    same = randomisation_test(arm(rows[:1_000]), arm(rows[1_000:]), rng=rng(11), metric="ratio")
    dearer = rows[1_000:] * [1.2, 1.0]
    higher = randomisation_test(arm(rows[:1_000]), arm(dearer), rng=rng(11), metric="ratio")
    more_orders = rows[1_000:] * [2.0, 2.0]
    unmoved = randomisation_test(arm(rows[:1_000]), arm(more_orders), rng=rng(11), metric="ratio")
    assert same.p_value > 0.05
    assert higher.p_value < 0.01
    assert unmoved.p_value > 0.05  # twice the orders and twice the revenue: the order value is the same


def test_one_and_the_same_value_everywhere_differs_nowhere() -> None:
    found = randomisation_test(arm(np.ones(30)), arm(np.ones(50)), rng=rng(), replicates=100)
    assert (found.statistic, found.p_value) == (0.0, 1.0)


def test_without_any_event_or_contact_there_is_no_answer() -> None:
    zeros = arm(np.zeros(40))
    assert randomisation_test(zeros, zeros, rng=rng()).p_value is None
    assert randomisation_test(arm(np.ones(1)), arm(np.ones(30)), rng=rng()).p_value is None
    assert (
        randomisation_test(arm(np.ones((5, 2)) * [1, 0]), arm(np.zeros((5, 2))), rng=rng(), metric="ratio").p_value
        is None
    )


def test_buckets_are_refused() -> None:
    buckets = CompactArm.from_buckets([10, 12], [3.0, 4.0])
    with pytest.raises(ValueError, match="one row per contact"):
        randomisation_test(buckets, buckets, rng=rng())


@pytest.mark.slow
def test_p_values_are_uniform_when_nobody_changed() -> None:
    """250 A/A tests at 10/90 with 499 re-draws: Kolmogorov–Smirnov at 0.1%."""
    generator, found = rng(12), []
    for _ in range(250):
        y = np.where(generator.random(2_000) < 0.1, generator.lognormal(3, 1, 2_000), 0.0)
        found.append(randomisation_test(arm(y[:200]), arm(y[200:]), rng=generator, replicates=499).p_value)
    assert kstest(found, "uniform").pvalue > 0.001


@pytest.mark.slow
@pytest.mark.parametrize(("share", "seconds"), [(0.03, 6), (0.1, 12)])
def test_two_thousand_re_draws_of_a_million_contacts_take_seconds(share, seconds) -> None:
    generator = rng(13)
    y = np.where(generator.random(1_000_000) < share, generator.lognormal(4, 0.8, 1_000_000), 0.0)
    c, t = arm(y[:100_000]), arm(y[100_000:])
    started = time.process_time()
    randomisation_test(c, t, rng=generator)
    assert time.process_time() - started < seconds
