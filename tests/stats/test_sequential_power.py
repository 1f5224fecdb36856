from __future__ import annotations

import pytest
from scipy.stats import norm

from uplift.stats.boundaries import crossing_probabilities, spending_boundaries, wang_tsiatis_boundaries
from uplift.stats.sequential_power import futility_bounds, plan_for_boundaries, plan_sequential, sequential_power
from uplift.stats.spending import Spending, spending_function


def equal(K: int) -> list[float]:
    return [k / K for k in range(1, K + 1)]


# Jennison & Turnbull (2000), Tables 2.2 and 2.4: inflation factors R(K, α=0.05, β), two-sided.
@pytest.mark.parametrize(
    ("shape", "power", "K", "factor"),
    [
        (0.5, 0.8, 2, 1.110),
        (0.5, 0.8, 4, 1.202),
        (0.5, 0.8, 5, 1.229),
        (0.5, 0.9, 5, 1.207),
        (0.0, 0.8, 2, 1.008),
        (0.0, 0.8, 5, 1.028),
        (0.0, 0.9, 5, 1.026),
        (0.0, 0.8, 10, 1.040),
    ],
)
def test_inflation_factors_are_those_of_jennison_and_turnbull(shape, power, K, factor) -> None:
    bounds = wang_tsiatis_boundaries(equal(K), alpha=0.05, shape=shape)
    assert plan_for_boundaries(bounds, alpha=0.05, power=power).inflation == pytest.approx(factor, abs=6e-4)


@pytest.mark.parametrize(
    ("text", "K", "factor"),
    [
        ("obrien_fleming", 2, 1.004),
        ("obrien_fleming", 3, 1.013),
        ("obrien_fleming", 5, 1.025),
        ("pocock", 2, 1.123),
        ("pocock", 3, 1.171),
        ("pocock", 5, 1.213),
    ],
)
def test_inflation_of_spending_designs(text, K, factor) -> None:
    plan = plan_sequential(spending_function(text), equal(K), alpha=0.05, power=0.8)
    assert plan.inflation == pytest.approx(factor, abs=6e-4)


def test_power_by_look_and_inflation_are_those_of_rpact() -> None:
    # test-f_design_group_sequential.R, x1/y1: asHSD with γ = 0, α = 0.03 one-sided, β = 0.14
    plan = plan_sequential(Spending("hsd", 0.0), [0.2, 0.4, 1], alpha=0.03, power=0.86, sides=1)
    assert plan.reached == pytest.approx([0.12783451, 0.34055165, 0.86], abs=1e-7)
    assert plan.inflation == pytest.approx(1.0788327, abs=1e-6)
    assert plan.drift**2 == pytest.approx(9.4594101, abs=1e-5)


def test_nonbinding_futility_is_that_of_rpact() -> None:
    # ibid., x7a: asOF with bsKD(2.5), α = 0.13, β = 0.41, non-binding
    bounds = spending_boundaries(Spending("obrien_fleming"), [0.4, 0.75, 1], alpha=0.13, sides=1)
    plan = plan_for_boundaries(bounds, alpha=0.13, power=0.59, sides=1, futility=Spending("power", 2.5))
    assert plan.futility == pytest.approx([-0.83725762, 0.35992547], abs=1e-6)
    assert plan.reached == pytest.approx([0.10903632, 0.42541278, 0.59], abs=1e-7)


def test_nonbinding_futility_is_that_of_gsdesign() -> None:
    # gsDesign's default design (k = 3, test.type = 4, HSD −4 and −2, α = 0.025, β = 0.1), as its snapshots print it
    bounds = spending_boundaries(Spending("hsd", -4.0), equal(3), alpha=0.025, sides=1)
    plan = plan_for_boundaries(bounds, alpha=0.025, power=0.9, sides=1, futility=Spending("hsd", -2.0))
    assert [b.upper for b in bounds] == pytest.approx([3.0107, 2.5465, 1.9992], abs=6e-5)
    assert plan.futility == pytest.approx([-0.2387, 0.9411], abs=1e-4)
    assert plan.reached == pytest.approx([0.1412, 0.5815, 0.9], abs=6e-5)


def test_expected_information_is_that_of_gsdesign() -> None:
    # ibid., test.type = 1, k = 5: E{N} as a share of the fixed sample size: 1.0197 without effect, 0.7366 with it
    plan = plan_sequential(Spending("hsd", -4.0), equal(5), alpha=0.025, power=0.9, sides=1)
    assert plan.inflation == pytest.approx(1.023, abs=6e-4)
    assert plan.expected_fraction * plan.inflation == pytest.approx(0.7366, abs=6e-5)
    assert plan.expected_fraction_without_effect * plan.inflation == pytest.approx(1.0197, abs=6e-5)


def test_one_look_needs_no_more_than_a_fixed_design() -> None:
    plan = plan_sequential(Spending("pocock"), [1.0], alpha=0.05, power=0.8, futility=True)
    assert plan.inflation == pytest.approx(1, abs=1e-8)
    assert plan.futility == ()
    assert plan.expected_fraction == pytest.approx(1)


def test_power_without_effect_is_half_of_alpha() -> None:
    bounds = spending_boundaries(Spending("obrien_fleming"), equal(4), alpha=0.05)
    assert sequential_power(bounds, drift=0.0) == pytest.approx(0.025, abs=1e-10)


def test_ignoring_futility_costs_no_error_and_heeding_it_only_lowers_it() -> None:
    spending = Spending("obrien_fleming")
    plan = plan_sequential(spending, equal(4), alpha=0.05, power=0.8, futility=True)
    heeded = sequential_power(plan.boundaries, drift=0.0, futility=plan.futility)
    ignored = sequential_power(plan.boundaries, drift=0.0)
    assert heeded < ignored == pytest.approx(0.025, abs=1e-10)


def test_a_futile_plan_misses_the_effect_exactly_as_often_as_was_spent() -> None:
    spending, beta = Spending("hsd", -2.0), 0.2
    bounds = spending_boundaries(Spending("obrien_fleming"), equal(4), alpha=0.05, sides=1)
    futile = futility_bounds(bounds, effect=3.0, beta=beta, spending=spending)
    found = crossing_probabilities(
        equal(4), upper=[b.upper for b in bounds], lower=[*futile, bounds[-1].upper], drift=3.0
    )
    for k in range(3):
        assert sum(found.down[: k + 1]) == pytest.approx(spending.spent((k + 1) / 4, beta), abs=1e-9)


def test_the_drift_of_a_plan_has_the_power_that_was_asked_for() -> None:
    for power in (0.6, 0.8, 0.95):
        plan = plan_sequential(Spending("pocock"), [0.3, 0.5, 1.0], alpha=0.05, power=power)
        assert sequential_power(plan.boundaries, drift=plan.drift) == pytest.approx(power, abs=1e-8)
        assert plan.inflation == pytest.approx((plan.drift / (norm.ppf(0.975) + norm.ppf(power))) ** 2)
