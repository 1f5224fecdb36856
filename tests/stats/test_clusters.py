"""Clusters are units: cluster totals give what cluster-robust regression gives."""

from __future__ import annotations

import math

import numpy as np
import pytest

from uplift.stats.clusters import compare_clusters, compare_clusters_in_strata, design_effect
from uplift.stats.decision import Level
from uplift.stats.effects import compare
from uplift.stats.estimates import share_of
from uplift.stats.moments import Moments
from uplift.stats.strata import compare_strata


def households(rng, count, rate, *, alike=0.3, most=5):
    """0/1 per contact and the household of each; members share a beta-distributed rate with intra-class correlation."""
    sizes = rng.integers(1, most + 1, count)
    a = (1 - alike) / alike
    rates = rng.beta(rate * a, (1 - rate) * a, count)
    household = np.repeat(np.arange(count), sizes)
    return (rng.random(len(household)) < rates[household]).astype(float), household


def totals(values, household) -> Moments:
    return Moments.from_rows(
        np.column_stack([np.bincount(household, weights=values), np.bincount(household)]), ("total", "contacts")
    )


def test_the_standard_error_is_that_of_cluster_robust_least_squares():
    import statsmodels.api as sm

    rng = np.random.default_rng(1)
    (y_c, h_c), (y_t, h_t) = households(rng, 2_000, 0.05), households(rng, 8_000, 0.06)
    x = sm.add_constant(np.repeat([0.0, 1.0], [len(y_c), len(y_t)]))
    groups = np.concatenate([h_c, h_t + 10_000])
    fit = sm.OLS(np.concatenate([y_c, y_t]), x).fit(cov_type="cluster", cov_kwds={"groups": groups})
    found = compare_clusters(
        "m", "proportion", control=totals(y_c, h_c), treatment=totals(y_t, h_t), interval="fieller"
    )
    se = found.absolute_interval.half_width / Level().critical(found.df)
    assert found.absolute == pytest.approx(fit.params[1], rel=1e-10)
    assert se == pytest.approx(fit.bse[1], rel=1e-3)


def test_the_reference_for_order_value_is_within_one_per_mille(golden, users):
    case = golden("aov-cluster-equivalence")
    c, t = (
        Moments.from_rows(np.column_stack([users["revenue"], users["orders"]])[users["variant"] == v], ("y", "x"))
        for v in (0, 1)
    )
    found = compare_clusters("order value", "ratio", control=c, treatment=t, interval="fieller")
    se = found.absolute_interval.half_width / Level().critical(found.df)
    assert se == pytest.approx(case["expected"]["se_crv1"], rel=1e-3)


def test_clusters_of_one_contact_are_contacts():
    rng = np.random.default_rng(2)
    c, t = rng.lognormal(3, 1, 500), rng.lognormal(3.1, 1, 900)
    alone = [totals(values, np.arange(len(values))) for values in (c, t)]
    a = compare_clusters("m", "mean", control=alone[0], treatment=alone[1])
    b = compare("m", "mean", control=Moments.from_rows(c), treatment=Moments.from_rows(t))
    assert (a.relative, a.p_value, a.method) == pytest.approx((b.relative, b.p_value, b.method))
    assert (a.relative_interval.low, a.relative_interval.high) == pytest.approx(
        (b.relative_interval.low, b.relative_interval.high)
    )
    assert (a.kind, a.control.n) == ("mean", 500)


def test_arms_show_contacts_and_values_per_contact():
    rng = np.random.default_rng(3)
    y, h = households(rng, 3_000, 0.1)
    found = compare_clusters("m", "proportion", control=totals(y, h), treatment=totals(y, h))
    assert found.control.n == len(y)
    assert found.control.value == pytest.approx(y.mean())
    assert found.control.nonzero == int((np.bincount(h, weights=y) > 0).sum())
    assert found.method == "log"


def test_the_design_effect_of_equal_clusters_is_one_plus_m_minus_one_times_icc():
    rng = np.random.default_rng(4)
    size, alike, rate, count = 4, 0.2, 0.1, 60_000
    a = (1 - alike) / alike
    rates = rng.beta(rate * a, (1 - rate) * a, count)
    y = rng.binomial(size, rates)
    clusters = Moments.from_rows(np.column_stack([y, np.full(count, size)]), ("total", "contacts"))
    found = design_effect(clusters, share_of(int(y.sum()), size * count))
    assert found == pytest.approx(1 + (size - 1) * alike, rel=0.02)


def test_in_strata_clusters_of_one_contact_are_contacts():
    rng = np.random.default_rng(7)
    rows = [[rng.lognormal(m, 1, n) for n in (400, 900)] for m in (3.0, 3.5)]
    alone = [tuple(totals(y, np.arange(len(y))) for y in pair) for pair in rows]
    a = compare_clusters_in_strata("m", "mean", strata=alone)
    b = compare_strata("m", "mean", strata=[tuple(map(Moments.from_rows, pair)) for pair in rows])
    assert (a.relative, a.absolute) == pytest.approx((b.relative, b.absolute), rel=1e-12)
    assert (a.p_value, a.kind, a.control.n) == (pytest.approx(b.p_value, rel=1e-3), "mean", 800)


def test_in_strata_households_of_changed_weights_leave_no_effect_where_there_is_none():
    """10 % control at a low rate, then 50 % at a high one: pooled it looks like harm, within epochs it is nothing."""
    rng = np.random.default_rng(8)
    low, high = households(rng, 1_000, 0.05), households(rng, 3_000, 0.15)
    many = [np.tile(low[0], 9), np.concatenate([low[1] + 1_000 * i for i in range(9)])]
    strata = [(totals(*low), totals(*many)), (totals(*high), totals(*high))]
    pooled = compare_clusters("m", "proportion", control=totals_of(strata, 0), treatment=totals_of(strata, 1))
    within = compare_clusters_in_strata("m", "proportion", strata=strata)
    assert pooled.direction == "down"
    assert within.relative == pytest.approx(0.0, abs=1e-12)
    assert (within.direction, within.control.n) == ("open", len(low[0]) + len(high[0]))


def totals_of(strata, arm) -> Moments:
    return strata[0][arm] + strata[1][arm]


def test_few_clusters_with_events_are_refused():
    rng = np.random.default_rng(5)
    y, h = households(rng, 200, 0.03)
    found = compare_clusters("m", "proportion", control=totals(y, h), treatment=totals(y, h))
    assert found.refusal == "UP604"
    with pytest.raises(ValueError, match="no cluster totals"):
        compare_clusters("m", "quantile", control=totals(y, h), treatment=totals(y, h))


@pytest.mark.slow
def test_clustered_intervals_cover_as_often_as_they_say_and_naive_ones_do_not():
    rng = np.random.default_rng(6)
    rounds, missed, naive_missed = 1_000, 0, 0
    for _ in range(rounds):
        (y_c, h_c), (y_t, h_t) = households(rng, 800, 0.08), households(rng, 3_200, 0.08)
        interval = compare_clusters("m", "proportion", control=totals(y_c, h_c), treatment=totals(y_t, h_t))
        missed += interval.direction in ("up", "down")
        naive = compare("m", "proportion", control=Moments.from_rows(y_c), treatment=Moments.from_rows(y_t))
        naive_missed += naive.direction in ("up", "down")
    assert missed / rounds == pytest.approx(0.05, abs=3 * math.sqrt(0.05 * 0.95 / rounds))
    assert naive_missed / rounds > 0.08
