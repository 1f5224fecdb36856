"""Strata, clusters and quantiles: estimators that combine instead of moments that add."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uplift.errors import StatisticsError
from uplift.stats.decision import Level
from uplift.stats.effects import compare
from uplift.stats.evidence import Evidence
from uplift.stats.moments import Moments
from uplift.stats.proportions import difference_interval, ratio_interval
from uplift.stats.strata import (
    compare_strata,
    stratified_difference_z,
    stratified_ratio_z,
    stratified_score_test,
    weighted_shares,
)

ANY = Evidence(0, 0, 0)
LEVEL = Level()

# Compression stockings against deep vein thrombosis, nine trials (Roderick et al. 2005): control and treatment.
STOCKINGS = [
    (37, 103, 15, 97),
    (5, 10, 0, 8),
    (23, 48, 11, 50),
    (16, 110, 4, 110),
    (7, 32, 7, 65),
    (8, 25, 8, 25),
    (17, 126, 5, 126),
    (4, 92, 0, 104),
    (16, 81, 7, 80),
]


def share(events: int, n: int) -> Moments:
    p = events / n
    return Moments(n, ("y",), np.array([p]), np.array([[events * (1 - p)]]), None, None, events)


def test_at_no_difference_it_is_the_cochran_mantel_haenszel_test():
    from statsmodels.stats.contingency_tables import StratifiedTable

    tables = [np.array([[x_t, n_t - x_t], [x_c, n_c - x_c]]) for x_c, n_c, x_t, n_t in STOCKINGS]
    theirs = StratifiedTable(tables)
    z = stratified_ratio_z(STOCKINGS, 1.0)
    assert z**2 == pytest.approx(theirs.test_null_odds(correction=False).statistic, rel=1e-12)
    assert stratified_difference_z(STOCKINGS, 0.0) == pytest.approx(z, rel=1e-10)
    p_c, p_t = weighted_shares(STOCKINGS)
    assert p_t / p_c == pytest.approx(theirs.riskratio_pooled, rel=1e-12)
    # Published for these trials with Mantel–Haenszel weights: shares 8.58 % and 21.0 %, score −6.5.
    assert (round(p_t, 4), round(p_c, 4), round(z, 1)) == (0.0858, 0.21, -6.5)


def test_every_bound_is_a_root():
    found = stratified_score_test(STOCKINGS, LEVEL)
    q = LEVEL.critical()
    for bound, sign in ((found.relative.low, 1), (found.relative.high, -1)):
        assert stratified_ratio_z(STOCKINGS, 1 + bound) == pytest.approx(sign * q, rel=1e-8)
    for bound, sign in ((found.absolute.low, 1), (found.absolute.high, -1)):
        assert stratified_difference_z(STOCKINGS, bound) == pytest.approx(sign * q, rel=1e-8)


def test_the_weights_are_those_of_miettinen_and_nurminen():
    """By hand for two strata: weights iterated in the open, on constrained rates from a numeric maximum."""
    from scipy.optimize import minimize_scalar

    strata, theta = [(12, 100, 30, 150), (5, 80, 9, 60)], 1.3
    rates = []
    for x_c, n_c, x_t, n_t in strata:

        def cost(p, x_c=x_c, n_c=n_c, x_t=x_t, n_t=n_t):
            return -(
                x_c * np.log(p)
                + (n_c - x_c) * np.log1p(-p)
                + x_t * np.log(theta * p)
                + (n_t - x_t) * np.log1p(-theta * p)
            )

        p_c = minimize_scalar(cost, bounds=(1e-9, 1 / theta - 1e-9), method="bounded", options={"xatol": 1e-13}).x
        rates.append((p_c, theta * p_c))
    w = np.array([100 * 150 / 250, 80 * 60 / 140])
    for _ in range(50):
        r_c, r_t = (float(w @ np.array([r[i] for r in rates]) / w.sum()) for i in (0, 1))
        w = np.array([1 / ((1 - r_t) / (1 - r_c) / n_t + theta / n_c) for _, n_c, _, n_t in strata])
    top = sum(wk * (x_t / n_t - theta * x_c / n_c) for wk, (x_c, n_c, x_t, n_t) in zip(w, strata, strict=True))
    variance = sum(
        wk**2 * (p_t * (1 - p_t) / n_t + theta**2 * p_c * (1 - p_c) / n_c) * (n_c + n_t) / (n_c + n_t - 1)
        for wk, (p_c, p_t), (_, n_c, _, n_t) in zip(w, rates, strata, strict=True)
    )
    assert stratified_ratio_z(strata, theta) == pytest.approx(top / math.sqrt(variance), rel=1e-6)


counts = st.integers(2, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts)
def test_one_stratum_is_the_unstratified_test(c, t):
    found = stratified_score_test([(*c, *t)], LEVEL)
    if found is None:
        assert c[0] + t[0] in (0, c[1] + t[1])
        return
    ratio = ratio_interval(c, t, critical=LEVEL.critical())
    assert found.relative.low == pytest.approx(ratio.low, rel=1e-7, abs=1e-9)
    assert (found.relative.high is None) == (ratio.high is None)
    if ratio.high is not None:
        assert found.relative.high == pytest.approx(ratio.high, rel=1e-7, abs=1e-9)
    difference = difference_interval(c, t, critical=LEVEL.critical())
    assert (found.absolute.low, found.absolute.high) == pytest.approx((difference.low, difference.high), abs=1e-8)


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=5), st.sampled_from(["score", "log", "fieller"]))
def test_stratified_interval_p_value_and_direction_never_contradict_each_other(strata, interval):
    u = compare_strata(
        "m", "proportion", strata=[(share(*c), share(*t)) for c, t in strata], interval=interval, evidence=ANY
    )
    if u.p_value is None:
        assert u.direction == "refused"
        return
    for bounds in (u.relative_interval, u.absolute_interval):
        if bounds is not None:
            assert bounds.excludes(0.0) == (u.p_value < 0.05) == (u.direction in ("up", "down"))
    if u.direction in ("up", "down"):
        assert (u.absolute > 0) == (u.direction == "up")


def test_stratification_undoes_a_difference_in_composition():
    """Good customers are over-represented in the treatment; within strata nothing happened (Simpson's paradox)."""
    strata = [(share(900, 3_000), share(1_800, 6_000)), (share(300, 6_000), share(150, 3_000))]
    naive = compare("m", "proportion", control=strata[0][0] + strata[1][0], treatment=strata[0][1] + strata[1][1])
    assert naive.direction == "up"
    for interval in ("auto", "log", "delta"):
        within = compare_strata("m", "proportion", strata=strata, interval=interval)
        assert within.direction == "open"
        assert within.relative == pytest.approx(0.0, abs=1e-12)


def stratified(users, *columns):
    rows = np.column_stack([users[column] for column in columns])
    return [
        tuple(Moments.from_rows(rows[(users["variant"] == v) & (users["stratum"] == s)], columns) for v in (0, 1))
        for s in (0, 1)
    ]


def test_post_stratification_equals_the_reference(golden, users):
    case = golden("poststrat-revenue")
    u = compare_strata("revenue", "mean", strata=stratified(users, "revenue"), interval="delta")
    want = case["expected"]
    assert u.absolute == pytest.approx(want["abs_diff"], abs=case["tolerance"])
    assert u.relative == pytest.approx(want["rel"], abs=case["tolerance"])
    assert (u.relative_interval.low, u.relative_interval.high) == pytest.approx(want["rel_ci"], abs=case["tolerance"])


def test_post_stratified_difference_equals_the_reference(golden, users):
    from uplift.stats.arms import estimate_of
    from uplift.stats.estimates import degrees_of_freedom
    from uplift.stats.fieller import fieller_test
    from uplift.stats.strata import post_stratified

    case = golden("poststrat-revenue")
    strata = stratified(users, "revenue")
    pair = post_stratified("mean", strata)
    raw = [estimate_of("mean", strata[0][arm] + strata[1][arm]) for arm in (0, 1)]
    df = degrees_of_freedom(*raw, theta=1.0, adjusted=False)
    found = fieller_test(pair.control, pair.treatment, LEVEL, covariance=pair.covariance, df=df)
    assert (found.absolute.low, found.absolute.high) == pytest.approx(case["expected"]["ci"], abs=case["tolerance"])


def test_post_stratification_narrows_what_strata_explain(users):
    rng = np.random.default_rng(1)
    strata = []
    for level in (1.0, 5.0, 25.0):
        strata.append(tuple(Moments.from_rows(rng.gamma(4, level, n)) for n in (500, 2_000)))
    plain = compare("m", "mean", control=_sum(strata, 0), treatment=_sum(strata, 1))
    within = compare_strata("m", "mean", strata=strata)
    assert within.method == "log"
    assert within.relative_interval.half_width < 0.7 * plain.relative_interval.half_width


def _sum(strata, arm):
    first, *rest = (s[arm] for s in strata)
    for part in rest:
        first = first + part
    return first


def test_a_ratio_is_weighted_in_numerator_and_denominator(users):
    strata = stratified(users, "revenue", "orders")
    u = compare_strata("order value", "ratio", strata=strata)
    sizes = np.array([c.n + t.n for c, t in strata])
    for arm, value in ((0, u.control.value), (1, u.treatment.value)):
        means = np.array([s[arm].mean for s in strata])
        assert value == pytest.approx((sizes @ means[:, 0]) / (sizes @ means[:, 1]))
    plain = compare("order value", "ratio", control=_sum(strata, 0), treatment=_sum(strata, 1))
    assert u.relative_interval.half_width == pytest.approx(plain.relative_interval.half_width, rel=0.1)


def test_a_stratum_without_contacts_is_refused():
    empty = Moments.from_rows(np.empty((0, 1)))
    with pytest.raises(StatisticsError, match="UP653 stratum 2 has 0 control"):
        compare_strata("m", "mean", strata=[(share(5, 50), share(9, 50)), (empty, share(9, 50))])


def test_few_converters_refuse_as_they_do_without_strata():
    strata = [(share(3, 100), share(40, 900)), (share(4, 100), share(41, 900))]
    u = compare_strata("m", "proportion", strata=strata)
    assert (u.direction, u.refusal) == ("refused", "UP604")
    nothing = compare_strata("m", "proportion", strata=[(share(0, 100), share(0, 900))])
    assert (nothing.p_value, nothing.relative) == (None, None)


@pytest.mark.slow
def test_the_stratified_score_interval_covers_as_often_as_it_says():
    """Three strata of a 10/90 holdout with rates from 1 % to 8 %, common ratio 1.1, about 60 control converters."""
    rng = np.random.default_rng(2)
    theta, rounds = 1.1, 20_000
    sizes, rates = ((1_500, 13_500), (500, 4_500), (300, 2_700)), (0.01, 0.03, 0.08)
    q, above, below = LEVEL.critical(), 0, 0
    for _ in range(rounds):
        strata = [
            (int(rng.binomial(n_c, p)), n_c, int(rng.binomial(n_t, theta * p)), n_t)
            for (n_c, n_t), p in zip(sizes, rates, strict=True)
        ]
        z = stratified_ratio_z(strata, theta)
        above, below = above + (z > q), below + (z < -q)
    error = math.sqrt(0.05 * 0.95 / rounds)
    assert 0.945 - 3 * error <= 1 - (above + below) / rounds <= 0.955 + 3 * error
    assert max(above, below) / rounds <= 0.033 + 3 * math.sqrt(0.033 / rounds)
