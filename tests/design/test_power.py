"""Power of one comparison, against published cases, exact enumeration and laws."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.design.enumeration import exact_mde, exact_power
from tests.design.golden import golden_case
from uplift.design.power import (
    NORMAL,
    Shares,
    Shift,
    Test,
    best_control_share,
    compare_means,
    critical,
    first_reaching,
    growth_needed,
    pooled_shares,
    power_of,
    upper_tail,
)

TESTS: tuple[Test, ...] = ("score", "log", "fieller", "delta")
shares = st.floats(0.01, 0.6)
lifts = st.sampled_from([-0.3, -0.1, 0.1, 0.3])
contacts = st.integers(2_000, 200_000)


def smallest_lift(test: Test, *, control: float, n_control: int, n_treatment: int, sign: int = 1) -> float:
    def at(lift: float) -> float:
        return power_of(Shares(control, control * (1 + sign * lift), n_control, n_treatment, test), alpha=0.05)

    found = first_reaching(at, power=0.8, low=1e-6, high=min(2.9, 0.99 / control - 1) if sign > 0 else 0.99)
    assert found is not None
    return found


# published cases


def test_closed_form_agrees_with_statsmodels_for_a_holdout(shared: Path) -> None:
    given_, expected, tolerance = golden_case(shared, "power-prop-holdout")
    shift = pooled_shares(
        control=given_["p_control"],
        treatment=given_["p_control"] * (1 + given_["rel_lift"]),
        n_control=given_["n_control"],
        n_treatment=given_["n_treatment"],
    )
    q = critical(given_["alpha"], sides=2)
    assert shift.power(q) + shift.wrong_way(q) == pytest.approx(expected["power"], abs=tolerance)


@pytest.mark.parametrize("name", ["n-prop-3pct-10pctlift-eq", "n-prop-3pct-10pctlift-t1c9"])
def test_sample_size_of_shares_agrees_with_statsmodels(shared: Path, name: str) -> None:
    given_, expected, tolerance = golden_case(shared, name)
    one = pooled_shares(
        control=given_["p_control"],
        treatment=given_["p_control"] * (1 + given_["rel_lift"]),
        n_control=given_["n_control_over_n_treatment"],
        n_treatment=1,
    )
    n_treatment = growth_needed(one, alpha=given_["alpha"], power=given_["power"])
    assert n_treatment == pytest.approx(expected["n_treatment"], rel=tolerance)
    assert n_treatment * given_["n_control_over_n_treatment"] == pytest.approx(expected["n_control"], rel=tolerance)


@pytest.mark.parametrize(("test", "key"), [("score", "mde80_pooled_z"), ("log", "mde80_log"), ("delta", "mde80_delta")])
def test_smallest_effect_agrees_with_published_enumeration(shared: Path, test: Test, key: str) -> None:
    given_, expected, tolerance = golden_case(shared, "power-exact-enumeration")
    found = smallest_lift(
        test, control=given_["p_control"], n_control=given_["n_control"], n_treatment=given_["n_treatment"]
    )
    assert found == pytest.approx(expected[key], abs=tolerance)


def test_closed_form_mde_agrees_with_published_enumeration(shared: Path) -> None:
    given_, expected, tolerance = golden_case(shared, "power-exact-enumeration")

    def at(lift: float) -> float:
        p = given_["p_control"]
        n_control, n_treatment = given_["n_control"], given_["n_treatment"]
        shift = pooled_shares(control=p, treatment=p * (1 + lift), n_control=n_control, n_treatment=n_treatment)
        return power_of(shift, alpha=given_["alpha"])

    found = first_reaching(at, power=0.8, low=0.01, high=1)
    assert found == pytest.approx(expected["mde80_pooled_z"], abs=tolerance)


def test_means_read_with_students_t_agree_with_statsmodels(shared: Path) -> None:
    given_, expected, tolerance = golden_case(shared, "n-t-d0.1")
    d, alpha = given_["effect_size"], given_["alpha"]

    def t_test(effect: float, n_control: float, n_treatment: float) -> Shift:
        se_c, se_t = 1 / math.sqrt(n_control), 1 / math.sqrt(n_treatment)
        return Shift(effect, math.hypot(se_c, se_t), se_c, se_t, df=n_control + n_treatment - 2)

    def both_tails(shift: Shift, sides: int = 2) -> float:
        q = critical(alpha, sides=sides, df=shift.df)
        return shift.power(q) + (shift.wrong_way(q) if sides == 2 else 0)

    def size(ratio: float = 1.0, sides: int = 2) -> float:
        found = first_reaching(
            lambda n: both_tails(t_test(d, n, n * ratio), sides), power=given_["power"], low=10, high=5000
        )
        assert found is not None
        return found

    assert size() == pytest.approx(expected["n_per_arm_t"], rel=tolerance)
    assert size(sides=1) == pytest.approx(expected["n_one_sided_t"], rel=tolerance)
    assert size(ratio=9) == pytest.approx(expected["n1_ratio9_t"], rel=tolerance)
    assert both_tails(t_test(d, 1000, 1000)) == pytest.approx(expected["power_n1000"], rel=tolerance)
    mde = first_reaching(lambda e: both_tails(t_test(e, 1000, 9000)), power=given_["power"], low=0.01, high=1)
    assert mde == pytest.approx(expected["mde_n1000_ratio9"], rel=tolerance)
    normal = first_reaching(
        lambda n: both_tails(replace(t_test(d, n, n), df=None)), power=given_["power"], low=10, high=5000
    )
    assert normal == pytest.approx(expected["n_per_arm_z"], rel=tolerance)


def test_total_size_for_a_difference_of_means_at_one_to_nine(shared: Path) -> None:
    given_, expected, _ = golden_case(shared, "n-mean-ratio9-z")
    ratio, cv = given_["ratio_treat_over_control"], given_["sd"] / given_["mean"]
    one = Shift(given_["rel_effect"], cv * math.sqrt(1 + 1 / ratio), cv, cv / math.sqrt(ratio))
    n_control = growth_needed(one, alpha=0.05, power=given_["power"])
    # The peer rounds each arm up: up to one contact per arm more.
    assert expected["n_total"] - 2 <= n_control * (1 + ratio) <= expected["n_total"]


def test_smallest_relative_effect_of_the_quadratic_rule(shared: Path) -> None:
    """The rule keeps the standard deviation when the mean grows and reads r − 1 with the delta method."""
    given_, expected, tolerance = golden_case(shared, "mde-relative-growthbook-quadratic")
    cv, n = math.sqrt(given_["var"]) / given_["mu"], given_["n_per_arm"]

    def at(lift: float) -> float:
        se = cv / math.sqrt(n)
        total = math.hypot(se, se * (1 + lift))
        return power_of(Shift(lift, total, se * (1 + lift), se), alpha=given_["alpha"])

    found = first_reaching(at, power=given_["power"], low=0.01, high=2, within=1e-12)
    assert found == pytest.approx(expected["rel_mde"], rel=tolerance)


# hand calculations


def test_power_of_means_on_the_log_scale_by_hand() -> None:
    """Order values of the published holdout: CV .73, 563 against 2,813 buyers, +9.2 %: s = .73·√(1/563 + 1/2813)."""
    s = 0.73 * math.sqrt(1 / 563 + 1 / 2813)
    expected = NORMAL.cdf(math.log(1.092) / s - 1.959964)
    comparison = compare_means(uplift=0.092, cv=0.73, n_control=563, n_treatment=2813)
    assert power_of(comparison, alpha=0.05) == pytest.approx(expected, abs=1e-7)
    assert 0.72 < expected < 0.76


def test_delta_finds_less_than_log_and_fieller_more_for_an_increase_in_a_holdout() -> None:
    powers = [
        power_of(compare_means(uplift=0.0941, cv=0.73, n_control=527, n_treatment=2108, test=test), alpha=0.05)
        for test in ("delta", "log", "fieller")
    ]
    # 20,000 simulations with gamma order values gave .697, .721 and .733 (±.003).
    assert powers == pytest.approx([0.697, 0.721, 0.733], abs=0.011)
    assert powers == sorted(powers)


def test_delta_can_hardly_prove_a_win_in_a_tiny_holdout() -> None:
    """1,000 against 9,000 contacts, 3 %, +50 %: delta's upper rejection region is nearly empty without an effect."""
    by_test = {test: power_of(Shares(0.03, 0.045, 1000, 9000, test), alpha=0.05) for test in TESTS}
    assert by_test["delta"] < 0.40 < 0.60 < by_test["score"]
    assert power_of(Shares(0.03, 0.03000001, 1000, 9000, "delta"), alpha=0.05) < 0.003


def test_pooled_and_unpooled_tests_differ_as_simulated() -> None:
    """60,000 contacts at 10/90, 9 % → 10 %: 40,000 simulations gave 70.2 % and 72.2 % (standard error 0.23 points)."""
    assert power_of(Shares(0.09, 0.10, 6000, 54000, "score"), alpha=0.05) == pytest.approx(0.702, abs=0.007)
    assert power_of(Shares(0.09, 0.10, 6000, 54000, "fieller"), alpha=0.05) == pytest.approx(0.722, abs=0.007)


def test_the_rule_of_the_smaller_arm_is_off_by_a_quarter() -> None:
    """«Use the smaller of the two sample sizes» says 46 % where the truth is 70 %."""
    assert power_of(Shares(0.09, 0.10, 6000, 6000), alpha=0.05) == pytest.approx(0.46, abs=0.02)


def test_best_control_share_is_where_the_variance_is_smallest() -> None:
    for arms in (1, 2, 3, 4):

        def variance(control: float, arms: int = arms) -> float:
            return 1 / control + arms / (1 - control)

        best = best_control_share(arms)
        assert variance(best) < min(variance(best - 0.01), variance(best + 0.01))


# laws


@given(shares, lifts, contacts, contacts, st.sampled_from(TESTS))
def test_more_contacts_give_more_power(p: float, lift: float, n_c: int, n_t: int, test: Test) -> None:
    now = power_of(Shares(p, p * (1 + lift), n_c, n_t, test), alpha=0.05)
    for more in (Shares(p, p * (1 + lift), 2 * n_c, n_t, test), Shares(p, p * (1 + lift), 2 * n_c, 2 * n_t, test)):
        assert power_of(more, alpha=0.05) >= now - 1e-3


@given(shares, st.floats(0.02, 0.5), contacts, contacts, st.sampled_from(TESTS))
def test_larger_effects_give_more_power(p: float, lift: float, n_c: int, n_t: int, test: Test) -> None:
    smaller = power_of(Shares(p, p * (1 + lift), n_c, n_t, test), alpha=0.05)
    larger = power_of(Shares(p, p * (1 + 1.2 * lift), n_c, n_t, test), alpha=0.05)
    assert larger >= smaller - 1e-6


@given(shares, lifts, contacts, contacts)
def test_which_arm_is_called_control_does_not_matter_to_the_score_test(p: float, lift: float, a: int, b: int) -> None:
    """Swapping the arms with all their numbers is the same experiment; 0.1 points: the arms are integrated unlike."""
    other = p * (1 + lift)
    one = power_of(Shares(p, other, a, b), alpha=0.05)
    swapped = power_of(Shares(other, p, b, a), alpha=0.05)
    assert swapped == pytest.approx(one, abs=0.005)


@given(shares, lifts, contacts, contacts)
def test_closed_form_is_symmetric_in_the_arms(p: float, lift: float, a: int, b: int) -> None:
    other = p * (1 + lift)
    one = power_of(pooled_shares(control=p, treatment=other, n_control=a, n_treatment=b), alpha=0.05)
    swapped = power_of(pooled_shares(control=other, treatment=p, n_control=b, n_treatment=a), alpha=0.05)
    assert swapped == pytest.approx(one, rel=1e-12)


@given(shares, st.sampled_from([0.05, 0.1]), st.integers(20_000, 100_000), st.floats(0.05, 0.4))
def test_halves_are_the_best_split_for_one_treatment(p: float, lift: float, n: int, control: float) -> None:
    def at(share: float) -> float:
        return power_of(Shares(p, p * (1 + lift), n * share, n * (1 - share)), alpha=0.05)

    # The best split of shares lies within a few points of one half: the arms' variances differ a little.
    assert at(0.5) >= at(control) - 0.003
    assert at(0.5) >= at(1 - control) - 0.003


@given(st.floats(0.2, 5.0), st.floats(0.02, 0.5), contacts, contacts)
def test_one_sided_tests_find_more(cv: float, uplift: float, a: int, b: int) -> None:
    comparison = compare_means(uplift=uplift, cv=cv, n_control=a, n_treatment=b)
    assert power_of(comparison, alpha=0.05, sides=1) >= power_of(comparison, alpha=0.05, sides=2)


@given(shares, lifts, contacts, contacts, st.sampled_from(TESTS))
def test_power_is_a_probability(p: float, lift: float, a: int, b: int, test: Test) -> None:
    assert 0 <= power_of(Shares(p, p * (1 + lift), a, b, test), alpha=0.05) <= 1


def test_no_effect_is_found_as_often_as_alpha_allows() -> None:
    shift = pooled_shares(control=0.05, treatment=0.05, n_control=5000, n_treatment=45000)
    q = critical(0.05, sides=2)
    assert shift.power(q) + shift.wrong_way(q) == pytest.approx(0.05, abs=1e-12)


def test_given_the_control_the_chances_average_to_the_power() -> None:
    from uplift.design.power import over_control_noise

    shift = pooled_shares(control=0.03, treatment=0.035, n_control=5000, n_treatment=95000)
    q = critical(0.05, sides=2)
    averaged = over_control_noise(lambda x: shift.chance(q, x), steepness=shift.steepness)
    assert averaged == pytest.approx(shift.power(q), abs=1e-10)


def test_an_effect_that_nothing_can_reach_has_no_smallest_size() -> None:
    assert first_reaching(lambda x: 0.5 * x, power=0.8, low=0, high=1) is None


def test_upper_tail_keeps_its_digits_far_out() -> None:
    assert upper_tail(10) == pytest.approx(7.619853e-24, rel=1e-6)


# exact enumeration

DESIGNS = [
    (0.03, 10_000, 90_000),
    (0.03, 1_000, 9_000),
    (0.03, 500, 9_500),
    (0.01, 1_000, 19_000),
    (0.09, 3_000, 57_000),
    (0.03, 5_000, 5_000),
    (0.09, 9_000, 1_000),
    (0.30, 500, 9_500),
    (0.09, 300, 5_700),
    (0.05, 2_500, 7_500),
]


@pytest.mark.slow
@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize(("p", "n_control", "n_treatment"), DESIGNS)
@pytest.mark.parametrize("sign", [1, -1])
def test_smallest_effect_is_within_one_per_cent_of_exact_enumeration(
    test: Test, p: float, n_control: int, n_treatment: int, sign: int
) -> None:
    exact = exact_mde(test, control=p, n_control=n_control, n_treatment=n_treatment, sign=sign)
    found = smallest_lift(test, control=p, n_control=n_control, n_treatment=n_treatment, sign=sign)
    assert found == pytest.approx(exact, rel=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("p", "n_control", "n_treatment"), DESIGNS)
def test_closed_form_is_within_one_per_cent_of_exact_enumeration(
    p: float, n_control: int, n_treatment: int, sign: int
) -> None:
    exact = exact_mde("score", control=p, n_control=n_control, n_treatment=n_treatment, sign=sign)

    def at(lift: float) -> float:
        treatment = p * (1 + sign * lift)
        shift = pooled_shares(control=p, treatment=treatment, n_control=n_control, n_treatment=n_treatment)
        return power_of(shift, alpha=0.05)

    assert first_reaching(at, power=0.8, low=1e-6, high=0.99 if sign < 0 else 2.3) == pytest.approx(exact, rel=0.01)


@pytest.mark.parametrize("test", TESTS)
def test_power_is_within_half_a_point_of_exact_enumeration(test: Test) -> None:
    for p, n_control, n_treatment in DESIGNS[1:4]:
        for lift in (0.6, -0.45):
            treatment = p * (1 + lift)
            exact = exact_power(test, control=p, treatment=treatment, n_control=n_control, n_treatment=n_treatment)
            found = power_of(Shares(p, treatment, n_control, n_treatment, test), alpha=0.05)
            assert found == pytest.approx(exact, abs=0.005)
