"""CUPED with slopes per arm: against least squares, on both scales, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uplift.errors import StatisticsError
from uplift.stats.adjustment import compare_adjusted
from uplift.stats.effects import compare
from uplift.stats.evidence import Evidence
from uplift.stats.moments import Moments

ANY = Evidence(0, 0, 0)


def arms(users, *columns: str, core: int = 1) -> dict[str, Moments]:
    rows = np.column_stack([users[column] for column in columns])
    return {
        arm: Moments.from_rows(rows[users["variant"] == variant], columns, core=core)
        for arm, variant in (("control", 0), ("treatment", 1))
    }


def standard_error(adjusted) -> float:
    """Of the difference, from an adjusted comparison under `fieller`."""
    from uplift.stats.decision import Level

    interval = adjusted.uplift.absolute_interval
    return interval.half_width / Level().critical(adjusted.uplift.df)


def test_per_arm_slopes_give_lins_estimate(golden, users):
    case = golden("lin-hc2-revenue")
    found = compare_adjusted("revenue", "mean", **arms(users, "revenue", "pre_revenue"), interval="fieller")
    assert found.uplift.absolute == pytest.approx(case["expected"]["beta"], abs=case["tolerance"])
    assert found.uplift.control.value == pytest.approx(case["expected"]["mu_c"], abs=case["tolerance"])
    # HC2 also weighs in how residuals and the covariate happen to go together, which second moments don't hold.
    assert standard_error(found) == pytest.approx(case["expected"]["se_hc2"], rel=0.03)


def test_a_pooled_slope_gives_the_analysis_of_covariance(golden, users):
    case = golden("ancova-hc2-revenue")
    found = compare_adjusted(
        "revenue", "mean", **arms(users, "revenue", "pre_revenue"), interval="fieller", slopes="pooled"
    )
    assert found.uplift.absolute == pytest.approx(case["expected"]["beta"], abs=1e-9)
    assert standard_error(found) == pytest.approx(case["expected"]["se_hc2"], rel=case["tolerance"])


def test_the_relative_uplift_divides_by_the_adjusted_control(golden, users):
    case = golden("cuped-revenue-rel-unadjusted-denominator")["expected"]
    moments = arms(users, "revenue", "pre_revenue")
    both = moments["control"] + moments["treatment"]
    theta = both.second[0, 1] / both.second[1, 1]
    gap = moments["treatment"].mean - moments["control"].mean
    assert (gap[0] - theta * gap[1]) / moments["control"].mean[0] == pytest.approx(case["rel_uplift"], abs=1e-9)
    for slopes in ("per arm", "pooled"):
        u = compare_adjusted("revenue", "mean", **moments, slopes=slopes).uplift
        assert u.relative == pytest.approx(u.treatment.value / u.control.value - 1)
        assert u.relative < case["rel_uplift"] - 0.005
        assert u.absolute_interval.excludes(0) == u.relative_interval.excludes(0)


def test_the_slopes_are_those_of_least_squares(users):
    import statsmodels.api as sm

    columns = ("revenue", "pre_revenue", "pre_orders")
    found = compare_adjusted("revenue", "mean", **arms(users, *columns))
    for variant, slopes in enumerate(found.slopes):
        rows = users["variant"] == variant
        x = sm.add_constant(np.column_stack([users[c][rows] for c in columns[1:]]))
        assert slopes == pytest.approx(sm.OLS(users["revenue"][rows], x).fit().params[1:], rel=1e-8)


def _rows(rng, n, effect, *, noise=1.0):
    before = rng.gamma(2.0, 10.0, n)
    return np.column_stack([effect * before * rng.lognormal(0, noise, n), before])


def test_adjustment_is_worth_what_the_correlation_says():
    rng = np.random.default_rng(1)
    c, t = _rows(rng, 4_000, 1.0, noise=0.2), _rows(rng, 36_000, 1.1, noise=0.2)
    moments = {
        "control": Moments.from_rows(c, ("y", "x"), core=1),
        "treatment": Moments.from_rows(t, ("y", "x"), core=1),
    }
    found = compare_adjusted("y", "mean", **moments)
    correlation = np.corrcoef(c.T)[0, 1]
    assert found.explained == pytest.approx(correlation**2, abs=0.02)
    assert found.gain == pytest.approx(1 / (1 - found.explained))
    plain = compare("y", "mean", **moments)
    shorter = found.uplift.relative_interval.half_width / plain.relative_interval.half_width
    assert shorter == pytest.approx(math.sqrt(1 - found.explained), rel=0.02)
    assert found.uplift.df == pytest.approx(plain.df)
    assert found.uplift.relative == pytest.approx(0.1, abs=2 * found.uplift.relative_interval.half_width)


def test_a_covariate_that_explains_nothing_costs_next_to_nothing():
    rng = np.random.default_rng(2)
    wider = []
    for _ in range(200):
        rows = [np.column_stack([rng.lognormal(0, 1, n), rng.normal(0, 1, n)]) for n in (500, 4_500)]
        c, t = (Moments.from_rows(r, ("y", "x"), core=1) for r in rows)
        adjusted = compare_adjusted("y", "mean", control=c, treatment=t).uplift.relative_interval.half_width
        wider.append(adjusted / compare("y", "mean", control=c, treatment=t).relative_interval.half_width)
    assert np.mean(wider) < 1.003


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1_000), st.floats(-1e4, 1e4))
def test_the_unit_and_origin_of_a_covariate_do_not_matter(seed, unit, origin):
    rng = np.random.default_rng(seed)
    rows = [_rows(rng, n, 1.0) for n in (60, 200)]
    moved = [r * (1, unit) + (0, origin) for r in rows]
    a, b = (
        compare_adjusted("y", "mean", control=one, treatment=two, evidence=ANY).uplift
        for one, two in ([Moments.from_rows(r, ("y", "x"), core=1) for r in pair] for pair in (rows, moved))
    )
    assert a.relative == pytest.approx(b.relative, rel=1e-6, abs=1e-9)
    assert a.p_value == pytest.approx(b.p_value, rel=1e-4)


def test_a_ratio_is_adjusted_by_several_covariates_at_once():
    """Order value with revenue and orders of the pre-period: simulated so that both carry information."""
    rng = np.random.default_rng(3)

    def rows(n, effect):
        price, rate = rng.lognormal(3.5, 0.5, n), rng.gamma(1.0, 1.0, n)
        before, after = rng.poisson(3 * rate), rng.poisson(3 * rate)
        revenue = effect * after * price * rng.lognormal(0, 0.1, n)
        return np.column_stack([revenue, after, before * price, before])

    columns = ("revenue", "orders", "pre_revenue", "pre_orders")
    c, t = (Moments.from_rows(rows(n, e), columns, core=2) for n, e in ((3_000, 1.0), (9_000, 1.05)))
    found = compare_adjusted("order value", "ratio", control=c, treatment=t)
    plain = compare("order value", "ratio", control=c, treatment=t)
    assert found.covariates == ("pre_revenue", "pre_orders")
    assert found.explained > 0.4
    assert found.uplift.relative_interval.half_width < 0.8 * plain.relative_interval.half_width
    assert found.uplift.relative_interval.low < 0.05 < found.uplift.relative_interval.high


def test_a_constant_covariate_is_refused_by_name():
    rng = np.random.default_rng(4)
    y = rng.lognormal(0, 1, 300)
    fixed = Moments.from_rows(np.column_stack([y, np.full(300, 7.3)]), ("y", "segment"), core=1)
    varied = Moments.from_rows(np.column_stack([y, rng.normal(0, 1, 300)]), ("y", "segment"), core=1)
    for c, t in ((fixed, varied), (varied, fixed)):
        with pytest.raises(StatisticsError, match=r"UP650 the covariate 'segment'"):
            compare_adjusted("y", "mean", control=c, treatment=t)


def test_covariates_that_repeat_each_other_are_refused():
    rng = np.random.default_rng(5)
    x = rng.normal(0, 1, (300, 1))
    rows = np.column_stack([rng.lognormal(0, 1, 300), x, 2 * x - 1])
    moments = Moments.from_rows(rows, ("y", "a", "b"), core=1)
    with pytest.raises(StatisticsError, match="UP651"):
        compare_adjusted("y", "mean", control=moments, treatment=moments)


def test_a_covariate_that_the_treatment_has_moved_gives_no_verdict():
    rng = np.random.default_rng(6)
    n = 3_000
    opens = [rng.poisson(rate, n) for rate in (1.0, 1.4)]
    rows = [np.column_stack([rng.gamma(2, 1 + 0.2 * o), o]) for o in opens]
    c, t = (Moments.from_rows(r, ("y", "opens"), core=1) for r in rows)
    found = compare_adjusted("y", "mean", control=c, treatment=t)
    assert found.balance_p < 1e-4
    assert (found.uplift.direction, found.uplift.refusal) == ("refused", "UP652")


def test_balanced_covariates_are_refused_once_in_ten_thousand():
    rng = np.random.default_rng(7)
    p = []
    for _ in range(1_500):
        rows = [np.column_stack([rng.lognormal(0, 1, n), rng.normal(0, 1, (n, 2))]) for n in (200, 800)]
        c, t = (Moments.from_rows(r, ("y", "a", "b"), core=1) for r in rows)
        p.append(compare_adjusted("y", "mean", control=c, treatment=t).balance_p)
    p = np.array(p)
    assert (p < 1e-4).sum() <= 3
    assert np.mean(p < 0.05) == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / len(p)))


def test_empty_arms_and_values_without_variation_are_absent():
    rng = np.random.default_rng(8)
    rows = np.column_stack([rng.lognormal(0, 1, 300), rng.normal(0, 1, 300)])
    some, nobody = Moments.from_rows(rows, ("y", "x"), core=1), Moments.from_rows(np.empty((0, 2)), ("y", "x"), core=1)
    found = compare_adjusted("y", "mean", control=nobody, treatment=some)
    assert (found.uplift.refusal, found.uplift.p_value, found.explained) == ("UP610", None, None)
    flat = Moments.from_rows(rows * (0, 1) + (5, 0), ("y", "x"), core=1)
    found = compare_adjusted("y", "mean", control=flat, treatment=some)
    assert (found.uplift.refusal, found.uplift.p_value) == ("UP611", None)
    with pytest.raises(ValueError, match="no covariate"):
        compare_adjusted("y", "mean", control=Moments.from_rows(rows[:, 0]), treatment=Moments.from_rows(rows[:, 0]))


def test_a_value_that_is_not_told_from_zero_leaves_the_difference():
    rng = np.random.default_rng(9)
    x = rng.normal(0, 1, (2, 800))
    c, t = (
        Moments.from_rows(np.column_stack([shift + xs + rng.normal(0, 1, 800), xs]), ("y", "x"), core=1)
        for shift, xs in zip((-0.2, 0.3), x, strict=True)
    )
    u = compare_adjusted("margin", "mean", control=c, treatment=t).uplift
    assert (u.method, u.relative, u.direction) == ("fieller", None, "up")
    assert "UP613" in u.cautions
    assert u.absolute_interval.low > 0


@pytest.mark.slow
def test_adjusted_intervals_cover_as_often_as_they_say():
    """Holdout of 3,000 against 12,000; 5 % buy, baskets lognormal (σ = 0.6) and kept from the pre-period."""
    rng = np.random.default_rng(10)
    effect, missed_above, missed_below, rounds = 1.1, 0, 0, 1_000
    for _ in range(rounds):
        parts = []
        for n, lift in ((3_000, 1.0), (12_000, effect)):
            taste = rng.gamma(0.5, 2.0, n)
            bought = rng.random(n) < np.minimum(0.05 * taste, 1)
            basket = rng.lognormal(3.5, 0.6, n)  # of one contact, before and after
            parts.append(np.column_stack([lift * bought * basket, rng.poisson(0.5 * taste) * basket]))
        c, t = (Moments.from_rows(rows, ("y", "x"), core=1) for rows in parts)
        interval = compare_adjusted("y", "mean", control=c, treatment=t).uplift.relative_interval
        missed_above += interval.low > effect - 1
        missed_below += interval.high < effect - 1
    error = math.sqrt(0.05 * 0.95 / rounds)
    assert (missed_above + missed_below) / rounds == pytest.approx(0.05, abs=3 * error)
    assert max(missed_above, missed_below) / rounds <= 0.033 + 3 * math.sqrt(0.033 / rounds)
