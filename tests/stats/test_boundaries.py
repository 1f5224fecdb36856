from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from uplift.errors import StatisticsError
from uplift.stats.boundaries import (
    NEVER,
    crossing_probabilities,
    spending_boundaries,
    wang_tsiatis_boundaries,
)
from uplift.stats.spending import Spending, spending_function

OBF = Spending("obrien_fleming")


def equal(K: int) -> list[float]:
    return [k / K for k in range(1, K + 1)]


@pytest.mark.parametrize("name", ["gs-pocock2", "gs-pocock4", "gs-pocock5", "gs-obf2", "gs-obf3", "gs-obf4", "gs-obf5"])
def test_classical_constants_are_those_of_jennison_and_turnbull(golden, name) -> None:
    case = golden(name)
    shape = 0.5 if case["input"]["kind"] == "pocock" else 0.0
    bounds = wang_tsiatis_boundaries(equal(case["input"]["K"]), alpha=case["input"]["alpha"], shape=shape)
    assert bounds[-1].upper == pytest.approx(case["expected"]["constant"], abs=case["tolerance"])
    assert [b.upper for b in bounds] == pytest.approx(case["expected"]["bounds_z"], abs=case["tolerance"])
    assert bounds[-1].spent == pytest.approx(0.05, abs=1e-9)


# Jennison & Turnbull (2000), Tables 2.1 and 2.3: C_P(K, α) and C_B(K, α), two-sided, three decimals.
TABLE = {
    (0.5, 0.05): {2: 2.178, 3: 2.289, 4: 2.361, 5: 2.413, 6: 2.453, 8: 2.512, 10: 2.555, 15: 2.626, 20: 2.672},
    (0.5, 0.01): {2: 2.772, 3: 2.873, 4: 2.939, 5: 2.986, 10: 3.117},
    (0.5, 0.10): {2: 1.875, 3: 1.992, 4: 2.067, 5: 2.122, 10: 2.270},
    (0.0, 0.05): {2: 1.977, 3: 2.004, 4: 2.024, 5: 2.040, 6: 2.053, 8: 2.072, 10: 2.087, 15: 2.110, 20: 2.126},
    (0.0, 0.01): {2: 2.580, 3: 2.595, 4: 2.609, 5: 2.621, 10: 2.660},
    (0.0, 0.10): {2: 1.678, 3: 1.710, 4: 1.733, 5: 1.751, 10: 1.801},
}


@pytest.mark.parametrize(("shape", "alpha"), TABLE)
def test_the_printed_tables_come_out(shape, alpha) -> None:
    for K, constant in TABLE[shape, alpha].items():
        assert wang_tsiatis_boundaries(equal(K), alpha=alpha, shape=shape)[-1].upper == pytest.approx(
            constant, abs=6e-4
        )


SPENDING_CASES = {
    "gs-ldof2": "obrien_fleming",
    "gs-ldof3": "obrien_fleming",
    "gs-ldof5": "obrien_fleming",
    "gs-ldpocock5": "pocock",
    "gs-hsd-4-K5": "hsd(-4)",
    "gs-ldof-unequal-info": "obrien_fleming",
}


@pytest.mark.parametrize("name", SPENDING_CASES)
def test_spending_bounds_are_those_of_ldbounds_and_gsdesign(golden, name) -> None:
    case = golden(name)
    fractions = case["input"]["t"] if isinstance(case["input"].get("t"), list) else equal(case["input"]["K"])
    bounds = spending_boundaries(spending_function(SPENDING_CASES[name]), fractions, alpha=case["input"]["alpha"])
    assert [b.upper for b in bounds] == pytest.approx(case["expected"]["bounds_z"], abs=case["tolerance"])
    if "cum_alpha" in case["expected"]:
        assert [b.spent for b in bounds] == pytest.approx(case["expected"]["cum_alpha"], abs=case["tolerance"])


# rpact's unit tests (test-f_design_group_sequential.R), one-sided designs, all digits that are printed there.
RPACT = [
    ("hsd(0)", [0.2, 0.4, 1], 0.03, [2.5121443, 2.4228747, 2.0280392]),
    ("obrien_fleming", [0.4, 0.75, 1], 0.13, [2.1280732, 1.4368565, 1.2468994]),
]


@pytest.mark.parametrize(("text", "fractions", "alpha", "expected"), RPACT)
def test_one_sided_spending_bounds_are_those_of_rpact(text, fractions, alpha, expected) -> None:
    bounds = spending_boundaries(spending_function(text), fractions, alpha=alpha, sides=1)
    assert [b.upper for b in bounds] == pytest.approx(expected, abs=1e-6)
    assert {b.lower for b in bounds} == {-NEVER}


def test_a_plan_that_ends_early_has_spent_less(golden) -> None:
    # rpact: getDesignGroupSequential(informationRates = c(0.4, 0.7), typeOfDesign = "asP"), α = 0.025 one-sided
    bounds = spending_boundaries(Spending("pocock"), [0.4, 0.7], alpha=0.025, sides=1, planned=1.0, final=False)
    assert [b.spent for b in bounds] == pytest.approx([0.013078429, 0.0197432], abs=1e-8)
    assert [b.upper for b in bounds] == pytest.approx([2.223875, 2.3050796], abs=1e-6)


def test_peeking_at_1_96_errs_as_armitage_mcpherson_and_rowe_found(golden) -> None:
    case = golden("gs-peeking-inflation")
    for K, fwer in zip(case["input"]["K"], case["expected"]["fwer"], strict=True):
        z = [case["input"]["z"]] * K
        found = crossing_probabilities(range(1, K + 1), upper=z, lower=[-b for b in z])
        assert sum(found.up) + sum(found.down) == pytest.approx(fwer, abs=case["tolerance"])


def test_crossing_probabilities_are_those_of_a_multivariate_normal() -> None:
    information, upper, lower, drift = [1.0, 1.7, 4.0], [2.2, 2.0, 1.9], [-1.0, -0.2, 1.9], 0.6
    i = np.array(information)
    cov = np.sqrt(np.minimum.outer(i, i) / np.maximum.outer(i, i))
    mean = drift * np.sqrt(i)

    def box(low: list[float], high: list[float]) -> float:
        k = len(low)
        law = multivariate_normal(mean[:k], cov[:k, :k], maxpts=200_000, abseps=1e-9, releps=1e-9, seed=1)
        return float(law.cdf(high, lower_limit=low))

    found = crossing_probabilities(information, upper=upper, lower=lower, drift=drift)
    for k in range(3):
        assert found.up[k] == pytest.approx(box([*lower[:k], upper[k]], [*upper[:k], 60]), abs=2e-7)
        assert found.down[k] == pytest.approx(box([*lower[:k], -60], [*upper[:k], lower[k]]), abs=2e-7)


looks = st.lists(st.floats(0.02, 1.0), min_size=1, max_size=7).map(lambda steps: list(np.cumsum(steps)))
spendings = st.sampled_from(
    [OBF, Spending("pocock"), Spending("hsd", -4.0), Spending("hsd", 2.0), Spending("power", 2.0)]
)


@settings(max_examples=40)
@given(looks, spendings, st.sampled_from([0.01, 0.05, 0.1]), st.sampled_from([1, 2]), st.floats(0.3, 3.0))
def test_however_the_information_arrives_the_error_is_what_was_spent(information, spending, alpha, sides, plan) -> None:
    bounds = spending_boundaries(spending, information, alpha=alpha, sides=sides, planned=plan * information[-1])
    found = crossing_probabilities(information, upper=[b.upper for b in bounds], lower=[b.lower for b in bounds])
    assert sum(found.up) + sum(found.down) == pytest.approx(alpha, abs=1e-9)
    assert bounds[-1].spent == pytest.approx(alpha, abs=1e-12)


@given(looks, spendings)
def test_later_looks_do_not_move_earlier_bounds(information, spending) -> None:
    whole = spending_boundaries(spending, information, alpha=0.05)
    for k in range(1, len(information)):
        part = spending_boundaries(spending, information[:k], alpha=0.05, planned=information[-1], final=False)
        assert [b.upper for b in part] == pytest.approx([b.upper for b in whole[:k]], abs=1e-9)


@given(st.floats(1e-3, 1e6))
def test_the_unit_of_information_does_not_matter(unit) -> None:
    plain = spending_boundaries(OBF, [1, 2, 4], alpha=0.05)
    scaled = spending_boundaries(OBF, [unit, 2 * unit, 4 * unit], alpha=0.05)
    assert [b.upper for b in plain] == pytest.approx([b.upper for b in scaled], abs=1e-9)


def test_a_single_look_is_the_fixed_test() -> None:
    (bound,) = spending_boundaries(OBF, [7.0], alpha=0.05)
    assert bound.upper == pytest.approx(1.959963985, abs=1e-9)
    assert bound.nominal_alpha == pytest.approx(0.05, abs=1e-12)


def test_over_running_and_under_running_ends_spend_exactly_what_is_left() -> None:
    for end in (0.7, 1.0, 1.6):
        bounds = spending_boundaries(OBF, [0.3, 0.6, end], alpha=0.05, planned=1.0, final=True)
        assert bounds[-1].spent == pytest.approx(0.05)
    # The more new information the end brings, the less it repeats the looks before, and the higher its bound.
    ends = [spending_boundaries(OBF, [0.3, 0.6, e], alpha=0.05, planned=1.0)[-1].upper for e in (0.7, 1.0, 1.6)]
    assert ends == sorted(ends)


def test_a_look_beyond_the_plan_spends_everything_and_leaves_no_bound_for_later() -> None:
    bounds = spending_boundaries(OBF, [0.5, 1.1, 1.5], alpha=0.05, planned=1.0, final=False)
    assert bounds[1].spent == pytest.approx(0.05)
    assert bounds[2].upper == math.inf
    assert bounds[2].nominal_alpha == 0


def test_a_very_early_look_cannot_cross_anything_reachable() -> None:
    first = spending_boundaries(OBF, [0.001, 1.0], alpha=0.05)[0]
    assert first.upper > 38
    assert first.nominal_alpha == 0


def test_many_looks_are_as_exact_as_few() -> None:
    bounds = spending_boundaries(OBF, range(1, 101), alpha=0.05)
    found = crossing_probabilities(range(1, 101), upper=[b.upper for b in bounds], lower=[b.lower for b in bounds])
    assert sum(found.up) + sum(found.down) == pytest.approx(0.05, abs=1e-9)
    assert bounds[-1].upper < 2.2  # one hundred looks cost little when the spending is O'Brien & Fleming's


@pytest.mark.parametrize(
    "information", [[], [0.0], [-1.0], [1.0, 1.0], [2.0, 1.0], [1.0, 1.0005], [math.nan], [math.inf]]
)
def test_looks_without_new_information_are_refused(information) -> None:
    with pytest.raises(StatisticsError, match="UP641"):
        spending_boundaries(OBF, information, alpha=0.05)
