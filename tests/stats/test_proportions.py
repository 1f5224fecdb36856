"""The score statistic and its inversion: against references, by brute force, and at the edges."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from uplift.errors import StatisticsError
from uplift.stats.decision import Level
from uplift.stats.proportions import (
    difference_interval,
    difference_z,
    ratio_interval,
    ratio_z,
    score_test,
    wilson_interval,
)

Q = 1.959963984540054


@pytest.mark.parametrize("scenario", ["P1", "P2", "P3"])
def test_the_ratio_interval_equals_the_references(golden, scenario):
    case = golden(f"prop-{scenario}-rel-score")
    c, t = ((case["input"][arm]["x"], case["input"][arm]["n"]) for arm in ("control", "treatment"))
    for field, corrected in (("ci_miettinen_nurminen", True), ("ci_koopman", False)):
        found = ratio_interval(c, t, critical=Q, corrected=corrected)
        assert (found.low, found.high) == pytest.approx(case["expected"][field], abs=case["tolerance"])
    naive = golden(f"prop-{scenario}-rel-naive-ANTIPATTERN")["expected"]["ci"]
    assert abs(found.low - naive[0]) > 1e-4
    assert abs(found.high - naive[1]) > 1e-2


@pytest.mark.parametrize("scenario", ["P1", "P2", "P3"])
def test_without_the_correction_the_test_of_equal_shares_is_the_pooled_z_test(golden, scenario):
    case = golden(f"prop-{scenario}-ztest-pooled")
    c, t = case["input"]["control"], case["input"]["treatment"]
    z = float(ratio_z(c["x"], c["n"], t["x"], t["n"], 1.0, corrected=False))
    assert z == pytest.approx(case["expected"]["z"], abs=case["tolerance"])
    assert Level().p_value(z) == pytest.approx(case["expected"]["p_value"], abs=case["tolerance"])
    n = c["n"] + t["n"]
    corrected = score_test((c["x"], c["n"]), (t["x"], t["n"]), Level())
    assert corrected is not None
    assert corrected.statistic == pytest.approx(z * math.sqrt((n - 1) / n), rel=1e-12)


def test_non_inferiority_on_the_ratio_equals_the_reference(golden):
    case = golden("prop-P1-noninferiority-10pct")
    (x_c, n_c), (x_t, n_t) = case["input"]["control"], case["input"]["treatment"]
    margin = case["input"]["null_ratio"]
    z = float(ratio_z(x_c, n_c, x_t, n_t, margin))
    assert z == pytest.approx(case["expected"]["z_score"], abs=case["tolerance"])
    koopman = float(ratio_z(x_c, n_c, x_t, n_t, margin, corrected=False))
    assert koopman == pytest.approx(case["expected"]["z_score_koopman"], abs=case["tolerance"])
    level = Level(0.05, sides=1)
    assert level.p_value(z) == pytest.approx(case["expected"]["p_score"], abs=case["tolerance"])


# Newcombe (1998), Statistics in Medicine 17, 873–890, table II, method 6 (Miettinen–Nurminen).
@pytest.mark.parametrize(
    ("treatment", "control", "published"),
    [
        ((56, 70), (48, 80), (0.0528, 0.3382)),
        ((9, 10), (3, 10), (0.1700, 0.8406)),
        ((6, 7), (2, 7), (0.0342, 0.8534)),
        ((5, 56), (0, 29), (-0.0326, 0.1933)),
        ((0, 10), (0, 20), (-0.1658, 0.2844)),
        ((0, 10), (0, 10), (-0.2879, 0.2879)),
        ((10, 10), (0, 20), (0.7156, 1.0)),
        ((10, 10), (0, 10), (0.6636, 1.0)),
    ],
)
def test_the_difference_interval_equals_the_published_table(treatment, control, published):
    found = difference_interval(control, treatment, critical=Q)
    assert (round(found.low, 4), round(found.high, 4)) == published


def test_the_reference_for_the_difference_has_events_where_the_equation_has_contacts(golden):
    """The peer's bounds follow from its own cubic; ours solve the likelihood equation, exactly."""
    case = golden("prop-P1-diff-cis")
    (x_c, n_c), (x_t, n_t) = case["input"]["control"], case["input"]["treatment"]
    ours = difference_interval((x_c, n_c), (x_t, n_t), critical=Q)
    assert (ours.low, ours.high) == pytest.approx(case["expected"]["score_mn"], abs=5e-6)
    for bound in case["expected"]["score_mn"]:
        assert abs(_z_with_the_peers_cubic(x_c, n_c, x_t, n_t, bound)) == pytest.approx(Q, abs=1e-6)
    for bound in (ours.low, ours.high):
        assert abs(_z_by_exact_likelihood(x_c, n_c, x_t, n_t, Fraction(bound))) == pytest.approx(Q, abs=1e-9)
    assert (ours.low, ours.high) == pytest.approx(case["expected"]["newcombe"], abs=2e-5)


def _z_with_the_peers_cubic(x_c, n_c, x_t, n_t, d):
    n, x = n_c + n_t, x_c + x_t
    l3, l2 = n, (n_t + 2 * n_c) * d - n - x
    l1, l0 = (x_c * d - n - 2 * x_c) * d + x, x_c * d * (1 - d)  # x_c · d: Miettinen & Nurminen have n_c · d
    q = (l2 / (3 * l3)) ** 3 - l1 * l2 / (6 * l3**2) + l0 / (2 * l3)
    p = math.copysign(math.sqrt((l2 / (3 * l3)) ** 2 - l1 / (3 * l3)), q)
    p_c = 2 * p * math.cos((math.pi + math.acos(q / p**3)) / 3) - l2 / (3 * l3)
    p_t = p_c + d
    variance = (p_t * (1 - p_t) / n_t + p_c * (1 - p_c) / n_c) * n / (n - 1)
    return (x_t / n_t - x_c / n_c - d) / math.sqrt(variance)


def _z_by_exact_likelihood(x_c, n_c, x_t, n_t, d: Fraction) -> float:
    """Bisection on the likelihood equation in rational arithmetic: no rounding anywhere before the square root."""
    low, high = max(Fraction(0), -d), min(Fraction(1), 1 - d)
    for _ in range(60):
        p = (low + high) / 2
        slope = x_c / p - (n_c - x_c) / (1 - p) + x_t / (p + d) - (n_t - x_t) / (1 - p - d)
        low, high = (p, high) if slope > 0 else (low, p)
        p = Fraction(float(p))
    n = n_c + n_t
    variance = ((p + d) * (1 - p - d) / n_t + p * (1 - p) / n_c) * Fraction(n, n - 1)
    return float(Fraction(x_t, n_t) - Fraction(x_c, n_c) - d) / math.sqrt(variance)


def test_the_ratio_interval_equals_statsmodels_on_random_counts():
    from statsmodels.stats.proportion import confint_proportions_2indep

    rng = np.random.default_rng(11)
    for _ in range(60):
        n_c, n_t = (int(n) for n in np.exp(rng.uniform(np.log(50), np.log(50_000), 2)))
        x_c, x_t = int(rng.integers(5, n_c // 3)), int(rng.integers(5, n_t // 3))
        for corrected in (True, False):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                theirs = confint_proportions_2indep(
                    x_t, n_t, x_c, n_c, compare="ratio", method="score", correction=corrected
                )
            ours = ratio_interval((x_c, n_c), (x_t, n_t), critical=Q, corrected=corrected)
            assert (ours.low + 1, ours.high + 1) == pytest.approx(theirs, rel=1e-8)


counts = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
large = st.integers(1, 10_000_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
arms = st.tuples(counts, counts) | st.tuples(large, large)
criticals = st.sampled_from([0.7, 1.2815515655446004, Q, 3.2905267314919255])


@given(arms, criticals)
def test_every_bound_of_the_ratio_is_a_root_or_an_edge(pair, critical):
    (c, t) = pair
    found = ratio_interval(c, t, critical=critical)
    if t[0] == 0:
        assert found.low == -1
    else:
        assert float(ratio_z(*c, *t, 1 + found.low)) == pytest.approx(critical, rel=1e-6)
    if c[0] == 0:
        assert found.high is None
    else:
        assert float(ratio_z(*c, *t, 1 + found.high)) == pytest.approx(-critical, rel=1e-6)


@given(arms, criticals)
def test_every_bound_of_the_difference_is_a_root_or_an_edge(pair, critical):
    (c, t) = pair
    found = difference_interval(c, t, critical=critical)
    assert -1 <= found.low <= found.high <= 1
    if found.low > -1 + 1e-9 and found.high < 1 - 1e-9:
        z = difference_z(c[0], c[1], t[0], t[1], [found.low, found.high])
        # A bound within rounding of an edge moves z; the bound itself is what has to be right.
        assert z == pytest.approx([critical, -critical], rel=1e-4)


@given(arms, criticals)
def test_swapping_arms_inverts_the_ratio_and_mirrors_the_difference(pair, critical):
    c, t = pair
    ratio, swapped = ratio_interval(c, t, critical=critical), ratio_interval(t, c, critical=critical)
    if c[0]:
        assert 1 + swapped.low == pytest.approx(1 / (1 + ratio.high), rel=1e-9)
    if t[0]:
        assert 1 + swapped.high == pytest.approx(1 / (1 + ratio.low), rel=1e-9)
    difference, mirrored = difference_interval(c, t, critical=critical), difference_interval(t, c, critical=critical)
    assert (-mirrored.high, -mirrored.low) == pytest.approx((difference.low, difference.high), abs=1e-9)


def test_the_statistics_fall_in_theta_and_in_delta_for_every_small_table():
    theta, delta = np.exp(np.linspace(-6, 6, 241)), np.linspace(-0.999, 0.999, 201)
    for n_c, n_t in ((1, 1), (3, 8), (10, 4)):
        for x_c in range(n_c + 1):
            for x_t in range(n_t + 1):
                if x_c + x_t:
                    z = ratio_z(x_c, n_c, x_t, n_t, theta)
                    assert np.all(np.diff(z[np.isfinite(z)]) < 1e-9)
                z = difference_z(x_c, n_c, x_t, n_t, delta)
                assert np.all(np.diff(z[np.isfinite(z)]) < 1e-9)


def test_the_constrained_rates_maximise_the_likelihood():
    from scipy.optimize import minimize_scalar

    x_c, n_c, x_t, n_t, d = 8, 200, 20, 250, 0.09

    def cost(p):
        return -(x_c * np.log(p) + (n_c - x_c) * np.log1p(-p) + x_t * np.log(p + d) + (n_t - x_t) * np.log1p(-p - d))

    p_c = minimize_scalar(cost, bounds=(1e-9, 0.5), method="bounded", options={"xatol": 1e-12}).x
    p_t = p_c + d
    n = n_c + n_t
    z = (x_t / n_t - x_c / n_c - d) / math.sqrt((p_t * (1 - p_t) / n_t + p_c * (1 - p_c) / n_c) * n / (n - 1))
    assert float(difference_z(x_c, n_c, x_t, n_t, d)) == pytest.approx(z, rel=1e-7)


@pytest.mark.parametrize("n", [10**4, 10**6, 10**9])
def test_rare_events_keep_their_digits(n):
    """For events much rarer than contacts both intervals tend to the same Poisson limit, whatever n."""
    found = ratio_interval((10, n), (25, n), critical=Q)
    assert (found.low, found.high) == pytest.approx((0.2195, 4.125), rel=2e-2)
    difference = difference_interval((10, n), (25, n), critical=Q)
    assert (difference.low * n, difference.high * n) == pytest.approx((3.608, 27.898), rel=2e-2)
    everybody = ratio_interval((n - 10, n), (n - 25, n), critical=Q)
    mirrored = difference_interval((n - 10, n), (n - 25, n), critical=Q)
    assert (-mirrored.high, -mirrored.low) == pytest.approx((difference.low, difference.high), rel=1e-6)
    assert everybody.low < everybody.high < 0


def test_holdouts_on_which_the_peer_finds_no_sign_change():
    for c, t in (((300, 10_000), (2_970, 90_000)), ((8, 200), (20, 250))):
        found = difference_interval(c, t, critical=Q)
        assert abs(_z_by_exact_likelihood(*c, *t, Fraction(found.low))) == pytest.approx(Q, abs=1e-9)
        assert abs(_z_by_exact_likelihood(*c, *t, Fraction(found.high))) == pytest.approx(Q, abs=1e-9)


def test_no_events_at_all_say_nothing_about_the_ratio():
    assert ratio_interval((0, 50), (0, 50), critical=Q).low == -1
    assert ratio_interval((0, 50), (0, 50), critical=Q).high is None
    assert score_test((0, 50), (0, 50), Level()) is None
    assert score_test((50, 50), (20, 20), Level()) is None
    assert ratio_interval((50, 50), (20, 20), critical=Q).excludes(0.0) is False


@pytest.mark.parametrize("counts", [(-1, 10), (11, 10), (0, 0)])
def test_impossible_counts_are_refused(counts):
    for interval in (ratio_interval, difference_interval):
        with pytest.raises(StatisticsError, match="UP615"):
            interval(counts, (5, 10), critical=Q)
        with pytest.raises(StatisticsError, match="UP615"):
            interval((5, 10), counts, critical=Q)


@given(counts)
def test_wilson_equals_statsmodels(arm):
    from statsmodels.stats.proportion import proportion_confint

    found = wilson_interval(*arm, critical=Q)
    assert (found.low, found.high) == pytest.approx(proportion_confint(*arm, method="wilson"), abs=1e-12)


def coverage(n_c: int, n_t: int, p_c: float, lift: float) -> tuple[float, float, float]:
    """Exact (coverage, P(interval wholly above the truth), P(wholly below)) by enumerating all likely tables."""
    p_t = p_c * (1 + lift)
    x_c, x_t = (np.arange(*_likely(n, p)) for n, p in ((n_c, p_c), (n_t, p_t)))
    weight = np.outer(binom.pmf(x_c, n_c, p_c), binom.pmf(x_t, n_t, p_t))
    z = ratio_z(x_c[:, None], n_c, x_t[None, :], n_t, 1 + lift)
    above, below = float(weight[z > Q].sum()), float(weight[z < -Q].sum())
    assert weight.sum() == pytest.approx(1, abs=1e-9)
    return 1 - above - below, above, below


def _likely(n: int, p: float) -> tuple[int, int]:
    return int(max(binom.ppf(1e-11, n, p) - 1, 0)), int(binom.isf(1e-11, n, p)) + 2


# (n_c, n_t, p_c, lift): from 50/50 to 5/95, at least ten expected control converters.
FAST = [(1_000, 9_000, 0.03, 0.0), (500, 500, 0.03, 0.5), (1_000, 9_000, 0.01, 0.1), (1_000, 1_000, 0.01, 0.0)]
MORE = [
    (1_000, 9_000, 0.03, 0.1),
    (1_000, 9_000, 0.03, 0.5),
    (1_000, 9_000, 0.03, 1.0),
    (5_000, 45_000, 0.03, 0.1),
    (10_000, 10_000, 0.03, 0.1),
    (1_000, 19_000, 0.03, 0.1),
    (500, 9_500, 0.02, 0.0),
    (2_000, 8_000, 0.05, 0.1),
    (1_000, 3_000, 0.02, -0.2),
    (9_000, 1_000, 0.03, 0.1),
    (11_250, 45_000, 0.05, 0.25),
    (250, 2_250, 0.08, 0.2),
]


def _check_coverage(design):
    covered, above, below = coverage(*design)
    assert 0.945 <= covered <= 0.955, (design, covered, above, below)
    assert max(above, below) <= 0.033, (design, covered, above, below)


@pytest.mark.parametrize("design", FAST)
def test_the_score_interval_covers_as_often_as_it_says(design):
    _check_coverage(design)


@pytest.mark.slow
@pytest.mark.parametrize("design", MORE)
def test_the_score_interval_covers_as_often_as_it_says_in_more_designs(design):
    _check_coverage(design)
