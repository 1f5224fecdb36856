"""Sample ratio mismatch: against references and scipy, and what must never pass."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from uplift.errors import StatisticsError
from uplift.stats.srm import (
    split_bayes_factor,
    srm_check,
    srm_sequence,
    srm_sequence_check,
    srm_test,
)


@pytest.mark.parametrize(
    ("case", "field"),
    [
        ("srm-2arm", "p_chi2"),
        ("srm-holdout", "p_chi2"),
        ("srm-3arm-weighted", "p_chi2"),
        ("srm-exact-small", "p_binom"),
    ],
)
def test_p_values_equal_the_references(golden, case, field):
    reference = golden(case)
    found = srm_test(reference["input"]["observed"], reference["input"]["expected"])
    assert found.p_value == pytest.approx(reference["expected"][field], abs=reference["tolerance"])


def test_an_arm_of_weight_zero_costs_no_degree_of_freedom():
    found = srm_test([5100, 4900, 0], [0.5, 0.5, 0.0])
    assert found.df == 1
    assert found.p_value == pytest.approx(stats.chisquare([5100, 4900]).pvalue)


def test_a_contact_in_an_arm_of_weight_zero_refutes_the_design():
    assert srm_test([500, 500, 1], [0.5, 0.5, 0.0]).p_value == 0.0
    assert srm_check({"a": 500, "b": 500, "c": 1}, {"a": 1, "b": 1, "c": 0}).status == "fail"


def test_small_counts_are_tested_exactly():
    rng = np.random.default_rng(4)
    for _ in range(50):
        n, share = int(rng.integers(1, 999)), float(rng.uniform(0.02, 0.98))
        count = int(rng.binomial(n, share))
        assert srm_test([count, n - count], [share, 1 - share]).p_value == pytest.approx(
            stats.binomtest(count, n, share).pvalue, rel=1e-8
        )


def test_several_small_arms_never_reject_more_often_than_alpha():
    weights, n, alpha = (0.02, 0.49, 0.49), 120, 0.05
    assert n * weights[0] < 5
    rejected = 0.0
    for a in range(n + 1):
        for b in range(n + 1 - a):
            counts = (a, b, n - a - b)
            probability = stats.multinomial.pmf(counts, n, weights)
            if probability > 1e-12:
                rejected += probability * (srm_test(counts, weights).p_value < alpha)
    assert 0 < rejected <= alpha
    assert srm_test((15, 52, 53), weights).p_value < 0.001


def test_only_the_proportions_of_the_weights_matter():
    assert srm_test([1012, 8788], [1, 9]).p_value == pytest.approx(srm_test([1012, 8788], [0.1, 0.9]).p_value)


def test_the_check_names_what_it_counted():
    check = srm_check({"control": 1_150, "mail": 8_850}, {"control": 0.1, "mail": 0.9})
    facts = dict(check.facts)
    assert (check.code, check.status) == ("UP601", "fail")
    assert facts["p"] < 1e-6
    assert (facts["observed control"], facts["expected control"]) == (1_150, pytest.approx(1_000))
    assert srm_check({"control": 1_012, "mail": 8_788}, {"control": 0.1, "mail": 0.9}).status == "ok"


@pytest.mark.parametrize(
    ("observed", "weights"),
    [([0, 0], [0.5, 0.5]), ([-1, 5], [0.5, 0.5]), ([1, 5], [-0.5, 1.5]), ([5, 0], [0, 0]), ([7, 0], [1, 0])],
)
def test_counts_that_no_experiment_can_have_are_refused(observed, weights):
    with pytest.raises(StatisticsError, match="UP615"):
        srm_test(observed, weights)


def test_the_sequential_test_equals_the_reference(golden):
    reference = golden("srm-sequential-1150:8850@.1/.9")
    concentration = reference["input"]["dirichlet_concentration"]
    factor = math.exp(split_bayes_factor([1150, 8850], [0.1, 0.9], concentration=concentration))
    want = reference["expected"]
    assert factor == pytest.approx(want["bayes_factor"], rel=reference["tolerance"])
    assert srm_sequence([[1150, 8850]], [0.1, 0.9])[-1] == pytest.approx(want["p_anytime"], rel=reference["tolerance"])


def test_the_sequential_p_value_never_rises_again():
    p_values = srm_sequence([[100, 900], [260, 1_740], [400, 3_600], [500, 4_500]], [0.1, 0.9])
    assert all(a >= b for a, b in itertools.pairwise(p_values))


def test_daily_looks_raise_false_alarms_less_often_than_alpha():
    rng = np.random.default_rng(9)
    alpha, runs = 0.05, 2_000
    alarms = 0
    for _ in range(runs):
        control = rng.binomial(500, 0.1, 28).cumsum()
        days = np.column_stack([control, 500 * np.arange(1, 29) - control])
        alarms += srm_sequence([list(map(int, day)) for day in days], [0.1, 0.9])[-1] < alpha
    assert alarms / runs <= alpha + 3 * math.sqrt(alpha * (1 - alpha) / runs)


def test_the_sequential_check_says_on_which_day_it_failed():
    days = [[100, 900], [1_150, 8_850], [2_100, 17_900]]
    check = srm_sequence_check(days, [0.1, 0.9])
    assert (check.code, check.status, dict(check.facts)["first_day"]) == ("UP618", "fail", 2)
    assert srm_sequence_check([[100, 900]], [0.1, 0.9]).status == "ok"
    with pytest.raises(StatisticsError, match="UP615"):
        srm_sequence_check([], [0.1, 0.9])
