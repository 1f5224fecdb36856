"""Several arms against one control, against simulation, tables and laws."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from uplift.design.power import NORMAL, Shares, Shift, compare_means, power_of
from uplift.design.several import Correction, Family, dunnett_level, power_of_any, power_of_each


def family(
    control: float,
    treatments: tuple[float, ...],
    n_control: int,
    n_treatments: tuple[int, ...],
    *,
    correction: Correction = "holm",
    hypotheses: int | None = None,
) -> Family:
    return Family(
        comparisons=tuple(Shares(control, t, n_control, n) for t, n in zip(treatments, n_treatments, strict=True)),
        loadings=tuple(math.sqrt(n / (n + n_control)) for n in n_treatments),
        alpha=0.05,
        sides=2,
        correction=correction,
        hypotheses=hypotheses or len(treatments),
    )


# Two-sided 5 % critical values of Dunnett's test with infinite degrees of freedom and equal arms (Dunnett 1964).
@pytest.mark.parametrize(("arms", "value"), [(1, 1.96), (2, 2.21), (3, 2.35), (4, 2.44), (5, 2.51), (6, 2.57)])
def test_dunnetts_critical_values_are_those_of_the_table(arms: int, value: float) -> None:
    level = dunnett_level((math.sqrt(0.5),) * arms, 0.05)
    assert NORMAL.inv_cdf(1 - level / 2) == pytest.approx(value, abs=0.0051)


# One-sided values of the same table (Dunnett 1955, infinite degrees of freedom).
@pytest.mark.parametrize(("arms", "value"), [(2, 1.92), (3, 2.06), (4, 2.16)])
def test_dunnetts_one_sided_critical_values_are_those_of_the_table(arms: int, value: float) -> None:
    level = dunnett_level((math.sqrt(0.5),) * arms, 0.05, 1)
    assert NORMAL.inv_cdf(1 - level) == pytest.approx(value, abs=0.0051)


@given(st.lists(st.floats(0.05, 0.98), min_size=2, max_size=5), st.sampled_from([0.05, 0.01]), st.sampled_from([1, 2]))
def test_planning_and_read_out_use_the_same_dunnett(loadings: list[float], alpha: float, sides: Literal[1, 2]) -> None:
    from uplift.stats.dunnett import dunnett_critical

    planned = NORMAL.inv_cdf(1 - dunnett_level(tuple(loadings), alpha, sides) / sides)
    assert planned == pytest.approx(dunnett_critical(loadings=loadings, alpha=alpha, sides=sides), abs=1e-5)


@given(st.lists(st.floats(0.05, 0.98), min_size=2, max_size=5))
def test_dunnett_lies_between_bonferroni_and_no_correction(loadings: list[float]) -> None:
    level = dunnett_level(tuple(loadings), 0.05)
    assert 0.05 / len(loadings) <= level <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize(
    ("control", "treatments", "n_control", "n_treatments"),
    [
        (0.042, (0.045,) * 3, 110_000, (70_000,) * 3),
        (0.042, (0.045, 0.0455, 0.0445), 30_000, (70_000, 90_000, 110_000)),
        (0.1, (0.11, 0.12), 5_000, (5_000, 3_000)),
        (0.1, (0.115,) * 5, 4_000, (8_000, 7_000, 6_000, 9_000, 10_000)),
        (0.03, (0.024, 0.023), 4_000, (40_000, 36_000)),
    ],
)
def test_power_under_holm_is_that_of_simulated_experiments(
    control: float, treatments: tuple[float, ...], n_control: int, n_treatments: tuple[int, ...]
) -> None:
    runs, rng = 40_000, np.random.default_rng(20261122)
    xc = rng.binomial(n_control, control, runs) / n_control
    sign = 1 if treatments[0] > control else -1
    p_values = []
    for share, n in zip(treatments, n_treatments, strict=True):
        xt = rng.binomial(n, share, runs) / n
        pooled = (n * xt + n_control * xc) / (n + n_control)
        z = (xt - xc) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / n_control))
        p_values.append(2 * norm.sf(sign * z))  # the wrong way round: above one, never rejected
    p = np.array(p_values).T
    arms = p.shape[1]
    steps = np.cumprod(np.sort(p, axis=1) <= 0.05 / (arms - np.arange(arms)), axis=1).sum(axis=1)
    rejected = p.argsort(axis=1).argsort(axis=1) < steps[:, None]

    arms_at_effect = family(control, treatments, n_control, n_treatments)
    noise = 3.5 * math.sqrt(0.25 / runs)  # 3.5 Monte Carlo errors at most
    assert power_of_each(arms_at_effect) == pytest.approx(rejected.mean(axis=0), abs=noise + 0.003)
    assert power_of_any(arms_at_effect) == pytest.approx((steps > 0).mean(), abs=noise + 0.003)


def test_independent_arms_multiply_by_hand() -> None:
    """With a control that is known exactly the arms are independent: two arms at 60 % and 70 %, tested at 5 % each."""
    arms = tuple(Shift(1.959964 + NORMAL.inv_cdf(p), 1.0, 1e-9, 1.0) for p in (0.6, 0.7))
    uncorrected = Family(arms, (0.0, 0.0), 0.05, 2, "none", 2)
    assert power_of_each(uncorrected) == pytest.approx((0.6, 0.7), abs=1e-6)
    assert power_of_any(uncorrected) == pytest.approx(1 - 0.4 * 0.3, abs=1e-6)


def test_holm_of_two_independent_arms_by_hand() -> None:
    """H_k is rejected when p_k ≤ α/2, or when the other is and p_k ≤ α."""
    arms = tuple(Shift(shift, 1.0, 1e-9, 1.0) for shift in (2.5, 3.0))
    first, second = [[NORMAL.cdf(s - NORMAL.inv_cdf(1 - a / 2)) for s in (2.5, 3.0)] for a in (0.025, 0.05)]
    expected = (
        first[0] + (second[0] - first[0]) * first[1],
        first[1] + (second[1] - first[1]) * first[0],
    )
    assert power_of_each(Family(arms, (0.0, 0.0), 0.05, 2, "holm", 2)) == pytest.approx(expected, abs=1e-6)


@given(st.integers(2, 4), st.integers(2_000, 50_000), st.integers(2_000, 50_000))
def test_holm_finds_at_least_what_bonferroni_finds(arms: int, n_control: int, n: int) -> None:
    holm = family(0.1, (0.11,) * arms, n_control, (n,) * arms)
    alone = power_of(holm.comparisons[0], alpha=0.05 / arms)
    without = power_of(holm.comparisons[0], alpha=0.05)
    assert alone - 0.004 <= power_of_each(holm)[0] <= without + 0.004


@given(st.sampled_from(["holm", "dunnett", "none"]), st.integers(2_000, 50_000))
def test_the_order_of_the_arms_does_not_matter(correction: Correction, n_control: int) -> None:
    one = family(0.1, (0.11, 0.115, 0.12), n_control, (5_000, 9_000, 4_000), correction=correction)
    other = family(0.1, (0.12, 0.11, 0.115), n_control, (4_000, 5_000, 9_000), correction=correction)
    first, second = power_of_each(one), power_of_each(other)
    assert (first[2], first[0], first[1]) == pytest.approx(second, rel=1e-9)
    assert power_of_any(one) == pytest.approx(power_of_any(other), rel=1e-9)


def test_at_least_one_is_found_more_often_than_the_best_arm_alone() -> None:
    arms = family(0.1, (0.11, 0.115, 0.12), 8_000, (5_000, 9_000, 4_000), correction="none")
    assert power_of_any(arms) > max(power_of_each(arms))


def test_all_pairs_are_charged_for() -> None:
    vs_control = family(0.1, (0.115,) * 3, 8_000, (8_000,) * 3)
    all_pairs = family(0.1, (0.115,) * 3, 8_000, (8_000,) * 3, hypotheses=6)
    assert power_of_each(all_pairs)[0] < power_of_each(vs_control)[0]
    assert all_pairs.level == pytest.approx(0.05 / 6)


def test_more_than_six_arms_are_counted_by_holms_first_step() -> None:
    arms = family(0.1, (0.115,) * 7, 8_000, (8_000,) * 7)
    assert power_of_each(arms)[0] == pytest.approx(power_of(arms.comparisons[0], alpha=0.05 / 7))


def test_small_families_of_means_use_students_t() -> None:
    comparisons = tuple(compare_means(uplift=0.4, cv=1.0, n_control=60, n_treatment=60, df=118.0) for _ in range(2))
    normal = tuple(compare_means(uplift=0.4, cv=1.0, n_control=60, n_treatment=60) for _ in range(2))
    loadings = (math.sqrt(0.5),) * 2
    small = power_of_each(Family(comparisons, loadings, 0.05, 2, "holm", 2))[0]
    large = power_of_each(Family(normal, loadings, 0.05, 2, "holm", 2))[0]
    assert large - 0.02 < small < large
