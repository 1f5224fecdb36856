from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from uplift.errors import StatisticsError
from uplift.stats.multiplicity import adjusted_p_values, benjamini_hochberg, hierarchy, holm

NAMES = {
    "bonferroni": "bonferroni",
    "sidak": "sidak",
    "holm": "holm",
    "holm_sidak": "holm-sidak",
    "hochberg": "simes-hochberg",
    "hommel": "hommel",
    "bh": "fdr_bh",
    "by": "fdr_by",
}
p_values = st.lists(st.floats(0, 0.9999), min_size=1, max_size=8)  # statsmodels warns at 1
with_gaps = st.lists(st.none() | st.floats(0, 1), min_size=1, max_size=8)


@pytest.mark.parametrize("ours", NAMES)
def test_the_ten_reference_p_values_come_out(golden, ours) -> None:
    case = golden("multiplicity-10p")
    assert adjusted_p_values(case["input"]["p"], ours) == pytest.approx(
        case["expected"][NAMES[ours]], abs=case["tolerance"]
    )


@settings(max_examples=60)
@given(p_values, st.sampled_from(sorted(NAMES)))
def test_adjusted_p_values_are_those_of_statsmodels(p, ours) -> None:
    expected = multipletests(np.array(p), method=NAMES[ours])[1]
    assert adjusted_p_values(p, ours) == pytest.approx(list(expected), abs=1e-12)


@given(with_gaps, st.sampled_from([0.01, 0.05, 0.1]))
def test_rejection_level_and_adjusted_p_value_are_one_statement(p, alpha) -> None:
    for decided in (holm(p, alpha=alpha), benjamini_hochberg(p, alpha=alpha)):
        for d in decided:
            if d.p_value is None:
                assert (d.adjusted, d.rejected) == (None, False)
            else:
                assert d.rejected == (d.p_value < d.level) == (d.adjusted < alpha)


@given(p_values, st.randoms())
def test_the_order_of_the_hypotheses_does_not_matter(p, random) -> None:
    where = list(range(len(p)))
    random.shuffle(where)
    plain, shuffled = holm(p, alpha=0.05), holm([p[k] for k in where], alpha=0.05)
    assert [d.adjusted for d in shuffled] == [plain[k].adjusted for k in where]
    assert [d.rejected for d in shuffled] == [plain[k].rejected for k in where]


def test_holm_shows_each_interval_at_the_level_at_which_it_was_decided() -> None:
    decided = holm([0.02, 0.001, 0.9, 0.03], alpha=0.05)
    assert [d.rejected for d in decided] == [False, True, False, False]
    # 0.001 was compared with 0.05/4; 0.02 is not below 0.05/3, and there the procedure stops for all that are left.
    assert [d.level for d in decided] == pytest.approx([0.05 / 3, 0.05 / 4, 0.05 / 3, 0.05 / 3])


def test_a_single_hypothesis_is_tested_at_alpha() -> None:
    (only,) = holm([0.03], alpha=0.05)
    assert (only.rejected, only.level, only.adjusted) == (True, 0.05, 0.03)


def test_a_refused_comparison_stays_in_the_family() -> None:
    decided = holm([0.02, None], alpha=0.05)
    assert [d.rejected for d in decided] == [True, False]
    assert decided[0].level == 0.025
    assert not holm([0.03, None], alpha=0.05)[0].rejected


def test_an_empty_family_has_no_decisions() -> None:
    assert holm([], alpha=0.05) == benjamini_hochberg([], alpha=0.05) == ()


def test_false_coverage_intervals_are_shown_at_the_share_that_was_selected() -> None:
    decided = benjamini_hochberg([0.001, 0.02, 0.02, 0.5, 0.9], alpha=0.05)
    assert [d.rejected for d in decided] == [True, True, True, False, False]
    assert [d.level for d in decided] == pytest.approx([3 * 0.05 / 5] * 5)
    assert {d.level for d in benjamini_hochberg([0.3, 0.5], alpha=0.05)} == {0.025}


def test_secondary_metrics_prove_something_only_behind_an_open_gate() -> None:
    won, half = holm([0.001, 0.002], alpha=0.05), holm([0.001, 0.9], alpha=0.05)
    assert hierarchy(won, [0.01, 0.2], alpha=0.05).confirmatory
    behind = hierarchy(half, [0.01, 0.2], alpha=0.05)
    assert not behind.confirmatory
    assert [d.level for d in behind.secondary] == pytest.approx([0.025, 0.05])
    assert not hierarchy((), [0.01], alpha=0.05).confirmatory


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan, math.inf])
def test_what_is_no_p_value_is_refused(p) -> None:
    with pytest.raises(StatisticsError, match="UP645"):
        holm([0.5, p], alpha=0.05)


@pytest.mark.slow
def test_families_err_as_promised() -> None:
    """8,000 families of five correlated tests, two of them with an effect; tolerance three Monte Carlo errors."""
    rng = np.random.default_rng(3)
    replications, alpha = 8_000, 0.05
    shift = np.array([3.0, 2.5, 0, 0, 0])
    z = shift + 0.6 * rng.standard_normal((replications, 1)) + 0.8 * rng.standard_normal((replications, 5))
    p = 2 * norm.sf(np.abs(z))
    false_any = false_share = missed_share = both = 0.0
    for row, means in zip(p, z, strict=True):
        by_holm = holm(list(row), alpha=alpha)
        false_any += any(d.rejected for d in by_holm[2:])
        both += hierarchy(by_holm[:2], [row[2]], alpha=alpha).confirmatory and row[2] < alpha
        by_bh = benjamini_hochberg(list(row), alpha=alpha)
        chosen = np.array([d.rejected for d in by_bh])
        if chosen.any():
            false_share += chosen[2:].sum() / chosen.sum()
            half = norm.isf(by_bh[0].level / 2)
            missed_share += (np.abs(means - shift) > half)[chosen].mean()
    bound = alpha + 3 * math.sqrt(alpha * (1 - alpha) / replications)
    assert false_any / replications <= bound
    assert false_share / replications <= bound
    assert missed_share / replications <= bound  # false coverage of the selected intervals
    assert both / replications <= bound
