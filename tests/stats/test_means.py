"""Means and ratios: log, Hall, Fieller and delta, against references, scipy and hand calculations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from uplift.errors import StatisticsError
from uplift.results import Interval
from uplift.stats.decision import Level
from uplift.stats.delta import delta_test
from uplift.stats.estimates import Estimate, degrees_of_freedom, mean_of, ratio_of, share_of
from uplift.stats.fieller import fieller_interval, fieller_test
from uplift.stats.hall import hall_statistic, hall_test, steadied
from uplift.stats.log_ratio import log_test, logarithmic_mean
from uplift.stats.moments import Moments

LEVEL = Level()
Q = LEVEL.critical()


def bounds(interval: Interval | None) -> tuple[float | None, float | None]:
    assert interval is not None
    return interval.low, interval.high


def arm(users, variant: int, *columns: str) -> Moments:
    rows = np.column_stack([users[column] for column in columns])
    return Moments.from_rows(rows[users["variant"] == variant], columns)


@pytest.mark.parametrize("metric", ["revenue", "orders"])
def test_means_equal_the_references(golden, users, metric):
    c, t = (mean_of(arm(users, variant, metric)) for variant in (0, 1))
    case = golden(f"mean-{metric}-welch")
    welch = fieller_test(c, t, LEVEL, adjusted=False)
    want, tolerance = case["expected"], case["tolerance"]
    assert t.value - c.value == pytest.approx(want["abs_diff"], abs=tolerance)
    assert bounds(welch.absolute) == pytest.approx(want["ci"], abs=tolerance)
    assert (welch.statistic, welch.df) == pytest.approx((want["t"], want["df"]), rel=1e-10)
    assert LEVEL.p_value(welch.statistic, welch.df) == pytest.approx(want["p_value"], abs=tolerance)

    case = golden(f"mean-{metric}-rel-log-t")
    log = log_test(c, t, LEVEL, adjusted=False)
    assert bounds(log.relative) == pytest.approx(case["expected"]["ci"], abs=case["tolerance"])
    assert log.df == pytest.approx(case["expected"]["df"], rel=1e-9)

    case = golden(f"mean-{metric}-rel-delta-t")
    delta = delta_test(c, t, LEVEL)
    assert bounds(delta.relative) == pytest.approx(case["expected"]["ci"], abs=case["tolerance"])

    case = golden(f"mean-{metric}-rel-fieller-welch")
    fixed = fieller_interval(c, t, critical=LEVEL.critical(welch.df))
    assert bounds(fixed) == pytest.approx(case["expected"]["ci_fixed_df"], abs=case["tolerance"])
    for side, want in enumerate(case["expected"]["ci"]):  # degrees of freedom at each bound instead of at θ = 1
        theta = 1 + bounds(fixed)[side]
        for _ in range(5):
            df = degrees_of_freedom(c, t, theta=theta, adjusted=False)
            theta = 1 + bounds(fieller_interval(c, t, critical=LEVEL.critical(df)))[side]
        assert theta - 1 == pytest.approx(want, abs=case["tolerance"])


def test_the_log_scale_is_poisson_regression_with_robust_errors(golden, users):
    case = golden("mean-revenue-poisson-QMLE")
    c, t = (mean_of(arm(users, variant, "revenue")) for variant in (0, 1))
    log = log_test(c, t, LEVEL)
    ratio = t.value / c.value
    assert ratio - 1 == pytest.approx(case["expected"]["rel_uplift"], abs=case["tolerance"])
    # HC1 scales by n/(n − 2) over both arms, ours by n/(n − 1) per arm.
    assert math.log(ratio) / log.statistic == pytest.approx(case["expected"]["se_beta_hc1"], rel=5e-4)


def test_order_value_equals_the_references(golden, users):
    c, t = (ratio_of(arm(users, variant, "revenue", "orders")) for variant in (0, 1))
    case = golden("aov-abs-delta")
    want, tolerance = case["expected"], case["tolerance"]
    welch = fieller_test(c, t, LEVEL, adjusted=False)
    assert (c.value, t.value) == pytest.approx((want["control"], want["treatment"]), abs=tolerance)
    assert math.sqrt(c.variance + t.variance) == pytest.approx(want["se"], abs=tolerance)
    assert bounds(welch.absolute) == pytest.approx(want["ci"], abs=tolerance)
    assert LEVEL.p_value(welch.statistic, welch.df) == pytest.approx(want["p_value"], abs=tolerance)

    case = golden("aov-rel-log-t")
    assert bounds(log_test(c, t, LEVEL, adjusted=False).relative) == pytest.approx(
        case["expected"]["ci"], abs=case["tolerance"]
    )
    case = golden("aov-rel-fieller-z")
    assert bounds(fieller_interval(c, t, critical=Q)) == pytest.approx(case["expected"]["ci"], abs=case["tolerance"])
    assert c.relative_noise(Q) == pytest.approx(case["expected"]["g"], abs=case["tolerance"])

    case = golden("aov-order-level-ANTIPATTERN")
    for test in (log_test, hall_test, delta_test, fieller_test):
        low, high = bounds(test(c, t, LEVEL).relative)
        naive_low, naive_high = case["expected"]["ci_rel"]
        assert low < naive_low - 0.02
        assert high > naive_high + 0.02


def test_order_value_is_order_level_regression_clustered_by_contact(golden, users):
    case = golden("aov-cluster-equivalence")
    c, t = (ratio_of(arm(users, variant, "revenue", "orders")) for variant in (0, 1))
    assert t.value - c.value == pytest.approx(case["expected"]["beta"], rel=1e-10)
    se = math.sqrt(c.variance + t.variance)
    assert se == pytest.approx(case["expected"]["se_crv1"], rel=1e-3)
    assert se > 1.4 * case["expected"]["se_naive_hc2"]


@pytest.mark.parametrize("scenario", ["P1", "P2", "P3"])
def test_shares_by_the_other_methods_equal_the_references(golden, scenario):
    case = golden(f"prop-{scenario}-rel-log(Katz)")
    c, t = (share_of(case["input"][arm]["x"], case["input"][arm]["n"]) for arm in ("control", "treatment"))
    log = log_test(c, t, LEVEL)
    assert bounds(log.relative) == pytest.approx(case["expected"]["ci"], abs=case["tolerance"])
    case = golden(f"prop-{scenario}-rel-fieller-z")
    assert bounds(fieller_interval(c, t, critical=Q)) == pytest.approx(case["expected"]["ci"], abs=case["tolerance"])
    assert c.relative_noise(Q) == pytest.approx(case["expected"]["g"], abs=case["tolerance"])
    case = golden(f"prop-{scenario}-rel-delta-t")
    delta = delta_test(c, t, LEVEL)
    assert bounds(delta.relative) == pytest.approx(case["expected"]["ci"], abs=case["tolerance"])
    assert delta.df == pytest.approx(case["expected"]["df"], rel=1e-6)
    assert LEVEL.p_value(delta.statistic, delta.df) == pytest.approx(case["expected"]["p_value"], abs=case["tolerance"])


def test_fieller_without_adjustment_is_scipys_welch_test():
    rng = np.random.default_rng(3)
    a, b = rng.normal(5, 2, 40), rng.normal(6, 1, 90)
    found = fieller_test(mean_of(Moments.from_rows(a)), mean_of(Moments.from_rows(b)), LEVEL, adjusted=False)
    theirs = stats.ttest_ind(b, a, equal_var=False)
    interval = theirs.confidence_interval()
    assert (found.statistic, found.df) == pytest.approx((theirs.statistic, theirs.df))
    assert LEVEL.p_value(found.statistic, found.df) == pytest.approx(theirs.pvalue)
    assert bounds(found.absolute) == pytest.approx((interval.low, interval.high))


def test_a_mean_by_hand():
    moments = Moments.from_rows([0.0, 0.0, 3.0, 9.0])  # mean 3, deviations −3 −3 0 6
    estimate = mean_of(moments)
    assert (estimate.value, estimate.variance) == (3.0, 54 / 3 / 4)
    assert estimate.third == pytest.approx((216 - 54) / 4 / 16)
    mu4, sigma4 = (81 + 81 + 1296) / 4, 18.0**2
    assert estimate.noise == pytest.approx((mu4 - sigma4 * (4 - 3) / (4 - 1)) / 64)


def test_a_ratio_is_the_mean_of_its_linearised_contacts():
    rng = np.random.default_rng(5)
    x = rng.poisson(0.4, 300).astype(float)
    y = x * rng.lognormal(3, 0.5, 300)
    ratio = ratio_of(Moments.from_rows(np.column_stack([y, x])))
    linear = mean_of(Moments.from_rows((y - y.sum() / x.sum() * x) / x.mean()))
    assert ratio.value == pytest.approx(y.sum() / x.sum())
    assert (ratio.variance, ratio.third, ratio.noise) == pytest.approx((linear.variance, linear.third, linear.noise))


def test_a_ratio_without_orders_is_refused_and_one_without_spread_has_no_variance():
    with pytest.raises(StatisticsError, match="UP616"):
        ratio_of(Moments.from_rows(np.zeros((5, 2))))
    orders = np.array([0.0, 1, 2, 3, 1])
    assert ratio_of(Moments.from_rows(np.column_stack([49.9 * orders, orders]))).variance == 0.0


def test_degrees_of_freedom_are_welchs_for_normal_values_and_few_for_skewed_ones():
    n, sigma2 = 50, 4.0
    normal = Estimate(n, 10.0, sigma2 / n, 0.0, (3 * sigma2**2 - sigma2**2 * (n - 3) / (n - 1)) / n**3)
    for theta in (0.5, 1.0, 2.0):
        adjusted = degrees_of_freedom(normal, normal, theta=theta)
        assert adjusted == pytest.approx(degrees_of_freedom(normal, normal, theta=theta, adjusted=False))
    rng = np.random.default_rng(2)
    revenue = rng.lognormal(4, 0.8, 10_000) * (rng.random(10_000) < 0.03)
    skewed = mean_of(Moments.from_rows(revenue))
    assert 15 < degrees_of_freedom(skewed, skewed, theta=1.0) < 400
    assert degrees_of_freedom(skewed, skewed, theta=1.0, adjusted=False) == pytest.approx(19_998)


def test_halls_statistic_by_hand():
    c, t = Estimate(100, 10.0, 1.0, 0.3, 0.01), Estimate(100, 13.0, 2.0, 0.9, 0.02)
    v, theta = 2 + 1.21, 1.1
    big_t = (13 - 11) / math.sqrt(v)
    a = (0.9 - theta**3 * 0.3) / v**1.5
    by_hand = big_t + a * big_t**2 / 3 + a**2 * big_t**3 / 27 + a / 6
    assert hall_statistic(c, t, theta) == pytest.approx(by_hand)
    symmetric = Estimate(100, 10.0, 1.0, 0.0, 0.01)
    assert hall_statistic(symmetric, symmetric, 1.3) == pytest.approx(-3 / math.sqrt(1 + 1.69))


def test_without_skewness_hall_is_fieller():
    c, t = Estimate(400, 10.0, 1.0, 0.0, 0.0), Estimate(400, 12.0, 1.5, 0.0, 0.0)
    assert bounds(hall_test(c, t, LEVEL).relative) == pytest.approx(
        bounds(fieller_test(c, t, LEVEL).relative), rel=1e-9
    )


values = st.floats(0.1, 1e6)
noises = st.floats(0.005, 0.25)


@st.composite
def estimates(draw):
    value, noise = draw(values), draw(noises)
    skew, kurtosis = draw(st.floats(-0.9, 0.9)), draw(st.floats(0.001, 0.5))
    v = (value * noise) ** 2
    return Estimate(draw(st.integers(30, 10**7)), value, v, skew * v**1.5, kurtosis * v**2)


def test_what_a_sample_hides_is_put_back_by_hand_and_only_where_it_is_skewed():
    even = Estimate(100, 5.0, 0.25, 0.0, 0.001)
    assert steadied(even) == even
    skewed = Estimate(100, 5.0, 0.25, 0.025, 0.001)  # A = 0.025 / 0.5³ = 0.2
    found = steadied(skewed)
    assert found.third == pytest.approx(0.025 * 1.12)
    assert found.noise == pytest.approx(0.001 * 1.32)
    assert (found.value, found.variance) == (5.0, 0.25)
    wild = steadied(Estimate(100, 5.0, 0.25, 0.25, 0.001))  # A = 2, counted as 1/2
    assert wild.third == pytest.approx(0.25 * 1.75)


def test_putting_back_what_is_hidden_knows_no_unit_and_no_sign():
    one, cents = Estimate(50, 2.0, 0.09, 0.004, 1e-4), Estimate(50, 200.0, 900.0, 4_000.0, 1e4)
    assert steadied(cents).third == pytest.approx(1e6 * steadied(one).third)
    mirrored = Estimate(50, 2.0, 0.09, -0.004, 1e-4)
    assert steadied(mirrored).third == -steadied(one).third
    assert steadied(mirrored).noise == steadied(one).noise


@given(estimates(), estimates())
def test_every_bound_of_halls_interval_is_a_root_or_an_edge(c, t):
    found = hall_test(c, t, LEVEL)
    critical = LEVEL.critical(found.df)
    low, high = bounds(found.relative)
    c, t = steadied(c), steadied(t)
    if low > -1:
        assert hall_statistic(c, t, 1 + low) == pytest.approx(critical, rel=1e-5)
    if high is not None and high < 1e9:
        assert hall_statistic(c, t, 1 + high) == pytest.approx(-critical, rel=1e-5)


@given(estimates(), estimates())
def test_every_bound_of_fiellers_interval_is_a_root(c, t):
    found = fieller_interval(c, t, critical=Q)
    assume(found is not None)
    for bound, sign in zip(bounds(found), (1, -1), strict=True):
        theta = 1 + bound
        statistic = (t.value - theta * c.value) / math.sqrt(t.variance + theta**2 * c.variance)
        assert statistic == pytest.approx(sign * Q, rel=1e-5, abs=1e-6)


@given(estimates(), estimates())
def test_swapping_arms_inverts_the_log_and_fieller_intervals(c, t):
    low, high = bounds(log_test(c, t, LEVEL).relative)
    swapped = bounds(log_test(t, c, LEVEL).relative)
    assert (1 / (1 + swapped[1]), 1 / (1 + swapped[0])) == pytest.approx((1 + low, 1 + high), rel=1e-9)
    a, b = fieller_interval(c, t, critical=1.0), fieller_interval(t, c, critical=1.0)
    assert (1 / (1 + b.high), 1 / (1 + b.low)) == pytest.approx((1 + a.low, 1 + a.high), rel=1e-9)


def test_an_unbounded_fieller_set_is_absent_never_inverted():
    noisy, clear = Estimate(50, 1.0, 1.0), Estimate(50, 12.0, 1.0)
    assert fieller_interval(noisy, clear, critical=Q) is None
    found = fieller_test(noisy, clear, LEVEL)
    assert found.relative is None
    assert found.absolute.low > 0
    negative = fieller_test(Estimate(50, -1.0, 0.01), Estimate(50, 0.1, 0.01), LEVEL)
    assert negative.relative is None
    assert bounds(negative.absolute) == pytest.approx((1.1 - 0.2807, 1.1 + 0.2807), abs=1e-3)


def test_fieller_reaches_below_minus_one_hundred_per_cent_for_a_negative_treatment():
    found = fieller_test(Estimate(500, 10.0, 0.25), Estimate(500, -2.0, 0.25), LEVEL)
    assert found.relative.low < -1.2 < found.relative.high < -1


def test_the_logarithmic_mean_lies_between_the_means():
    for ratio in (1e-6, 0.5, 1 - 1e-12, 1.0, 1 + 1e-9, 3.0, 1e6):
        mean = logarithmic_mean(2.0, ratio)
        geometric, arithmetic = 2 * math.sqrt(ratio), (1 + ratio)
        assert geometric * (1 - 1e-12) <= mean <= arithmetic * (1 + 1e-12)
        if ratio != 1:
            assert mean * math.log(ratio) == pytest.approx(2 * (ratio - 1), rel=1e-3 if abs(ratio - 1) < 1e-6 else 1e-9)


def test_a_one_sided_interval_is_open_on_the_other_side_and_minus_one_is_its_floor():
    c, t = Estimate(500, 10.0, 0.25, 0.01, 1e-4), Estimate(500, 11.0, 0.25, 0.01, 1e-4)
    up, down = Level(0.05, 1, "up"), Level(0.05, 1, "down")
    for test in (log_test, hall_test):
        assert test(c, t, up).relative.high is None
        assert bounds(test(c, t, down).relative)[0] == -1
        assert test(c, t, down).absolute.low is None
    two = Level(0.10)
    for test in (log_test, hall_test, fieller_test, delta_test):
        assert test(c, t, up).relative.low == pytest.approx(test(c, t, two).relative.low, rel=1e-12)
        assert test(c, t, down).relative.high == pytest.approx(test(c, t, two).relative.high, rel=1e-12)


@pytest.mark.parametrize("alpha", [0.0, 0.5, -0.1, float("nan")])
def test_an_error_level_that_is_none_is_refused(alpha):
    with pytest.raises(StatisticsError, match="UP617"):
        Level(alpha)
