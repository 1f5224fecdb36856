from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import t as student
from statsmodels.stats.meta_analysis import combine_effects

from uplift.errors import StatisticsError
from uplift.stats.bayes import posterior
from uplift.stats.meta import pool, programme_belief, shrink

runs = st.lists(st.tuples(st.floats(-0.5, 0.5), st.floats(0.01, 0.2)), min_size=5, max_size=9)


def test_six_programmes_pool_as_statsmodels_does(golden) -> None:
    case = golden("meta-6-programmes-DL-HKSJ")
    expected, tolerance = case["expected"], case["tolerance"]
    found = pool(case["input"]["eff"], case["input"]["se"], heterogeneity="dersimonian_laird")
    assert found.fixed == pytest.approx(expected["fixed"], abs=tolerance)
    assert found.fixed_se == pytest.approx(expected["se_fixed"], abs=tolerance)
    assert found.q == pytest.approx(expected["Q"], abs=tolerance)
    assert found.i2 == pytest.approx(expected["I2"], abs=tolerance)
    assert found.tau2 == pytest.approx(expected["tau2_dl"], abs=tolerance)
    assert found.mean == pytest.approx(expected["random"], abs=tolerance)
    assert found.se == pytest.approx(expected["se_random"], abs=tolerance)
    assert found.hartung_knapp_se == pytest.approx(expected["se_hksj"], abs=tolerance)
    by_paule_mandel = pool(case["input"]["eff"], case["input"]["se"])
    assert by_paule_mandel.tau2 == pytest.approx(expected["tau2_paule_mandel"], abs=tolerance)


@given(runs)
def test_any_runs_pool_as_statsmodels_does(pairs) -> None:
    y, se = map(np.array, zip(*pairs, strict=True))
    ours = pool(y, se, heterogeneity="dersimonian_laird")
    assume(ours.q > y.size - 1 + 1e-6)  # below, statsmodels keeps a negative τ² and divides by nothing
    theirs = combine_effects(y, se**2, method_re="dl")
    assert ours.tau2 == pytest.approx(max(theirs.tau2, 0), abs=1e-10)
    assert ours.mean == pytest.approx(theirs.mean_effect_re, abs=1e-9)
    assert ours.hartung_knapp_se == pytest.approx(theirs.sd_eff_w_re_hksj, abs=1e-9)


@given(runs)
def test_the_paule_mandel_variance_solves_its_equation(pairs) -> None:
    y, se = map(np.array, zip(*pairs, strict=True))
    found = pool(y, se)
    w = 1 / (se**2 + found.tau2)
    spread = float(w @ (y - found.mean) ** 2)
    if found.tau2 > 0:
        assert spread == pytest.approx(y.size - 1, rel=1e-6)
        assert found.hartung_knapp_se == pytest.approx(found.se, rel=1e-6)
    else:
        assert spread <= y.size - 1 + 1e-9


@given(runs, st.sampled_from([0.8, 0.95]))
def test_the_interval_is_never_narrower_than_the_fixed_effect_one(pairs, confidence) -> None:
    y, se = zip(*pairs, strict=True)
    found = pool(y, se, confidence=confidence)
    from scipy.stats import norm

    fixed_half = norm.ppf((1 + confidence) / 2) * found.fixed_se
    assert found.interval.half_width >= fixed_half * (1 - 1e-12)
    assert found.prediction.half_width >= found.interval.half_width * (1 - 1e-12)


def test_equal_runs_show_no_spread_and_keep_the_fixed_interval() -> None:
    found = pool([0.05] * 4, [0.02] * 4)
    assert (found.tau2, found.i2) == (0.0, 0.0)
    assert found.hartung_knapp_se == pytest.approx(0, abs=1e-12)
    assert found.interval.half_width == pytest.approx(1.959964 * 0.01, abs=1e-7)


def test_the_prediction_interval_by_hand() -> None:
    y, se = [0.0, 0.1, 0.2, 0.3], [0.05] * 4
    found = pool(y, se)
    # Equal errors: τ² = s² − v with s² the sample variance; both errors of the mean are s/√k.
    s2 = np.var(y, ddof=1)
    assert found.tau2 == pytest.approx(s2 - 0.0025)
    assert found.interval.half_width == pytest.approx(student.ppf(0.975, 3) * math.sqrt(s2 / 4))
    assert found.prediction.half_width == pytest.approx(student.ppf(0.975, 2) * math.sqrt(s2 - 0.0025 + s2 / 4))
    assert found.relative_prediction.high == pytest.approx(math.expm1(found.prediction.high))
    assert found.relative_interval.low == pytest.approx(math.expm1(found.interval.low))


def test_few_runs_say_less() -> None:
    one, two = pool([0.1], [0.05]), pool([0.1, 0.2], [0.05, 0.05])
    assert (one.q_p_value, one.hartung_knapp_se, one.prediction) == (None, None, None)
    assert one.interval.half_width == pytest.approx(1.959964 * 0.05, abs=1e-7)
    assert two.prediction is None
    assert two.hartung_knapp_se is not None


def test_below_five_runs_nothing_is_shrunken() -> None:
    four = shrink([0.1, 0.2, 0.0, 0.05], [0.05] * 4)
    assert all((s.uplift, s.interval, s.own_share, s.refusal) == (None, None, None, "UP644") for s in four)
    assert four[0].raw == pytest.approx(math.expm1(0.1))
    assert programme_belief([0.1, 0.2, 0.0], [0.05] * 3) is None
    assert all(s.refusal is None for s in shrink([0.1, 0.2, 0.0, 0.05, 0.1], [0.05] * 5))


@settings(max_examples=25)
@given(runs)
def test_shrinkage_is_the_posterior_under_what_the_other_runs_teach(pairs) -> None:
    y, se = zip(*pairs, strict=True)
    belief = programme_belief(y[1:], se[1:])
    after = posterior(belief, estimate=y[0], standard_error=se[0])
    first = shrink(y, se)[0]
    assert first.uplift == pytest.approx(math.expm1(after.mean), abs=1e-12)
    assert 0 < first.own_share < 1
    low, high = sorted((y[0], min(y[1:]))), sorted((y[0], max(y[1:])))
    assert low[0] - 1e-9 <= math.log1p(first.uplift) <= high[1] + 1e-9


@settings(max_examples=25)
@given(runs, st.floats(-0.3, 0.3))
def test_moving_all_runs_moves_the_shrunken_values_with_them(pairs, shift) -> None:
    y, se = map(np.array, zip(*pairs, strict=True))
    plain, moved = shrink(y, se), shrink(y + shift, se)
    for a, b in zip(plain, moved, strict=True):
        assert math.log1p(b.uplift) == pytest.approx(math.log1p(a.uplift) + shift, abs=1e-8)
        assert b.own_share == pytest.approx(a.own_share, rel=1e-6)


def test_the_mixture_is_fine_enough_to_be_an_integral() -> None:
    from scipy.integrate import quad

    y, se, new, error = np.array([0.02, 0.1, -0.03, 0.08]), np.array([0.03, 0.05, 0.04, 0.06]), 0.3, 0.1

    def likelihood(tau: float) -> tuple[float, float]:
        w = 1 / (se**2 + tau**2)
        mean = w @ y / w.sum()
        fit = np.prod(np.sqrt(w)) / math.sqrt(w.sum()) * math.exp(-0.5 * float(w @ (y - mean) ** 2))
        spread = tau**2 + 1 / w.sum()
        total = spread + error**2
        fit *= math.exp(-0.5 * (new - mean) ** 2 / total) / math.sqrt(total)
        return fit, mean + spread / total * (new - mean)

    norm = quad(lambda t: likelihood(t)[0], 0, np.inf, epsabs=1e-12, limit=500)[0]
    mean = quad(lambda t: likelihood(t)[0] * likelihood(t)[1], 0, np.inf, epsabs=1e-12, limit=500)[0] / norm
    after = posterior(programme_belief(y, se), estimate=new, standard_error=error)
    assert after.mean == pytest.approx(mean, abs=1e-4)


@pytest.mark.parametrize(
    ("y", "se"), [([], []), ([0.1], [0.0]), ([0.1, 0.2], [0.1]), ([math.nan], [0.1]), ([0.1], [math.inf])]
)
def test_runs_without_usable_numbers_are_refused(y, se) -> None:
    for function in (pool, shrink, programme_belief):
        with pytest.raises(StatisticsError, match="UP645"):
            function(y, se)


@pytest.mark.slow
@pytest.mark.parametrize(("k", "tau"), [(5, 0.0), (5, 0.05), (8, 0.03), (8, 0.08), (15, 0.05)])
def test_the_winner_s_curse_is_lifted_and_intervals_still_cover_after_selection(k, tau) -> None:
    """400 programmes each; the best run of every programme is the one that is shown.

    Raw values of winners overstate; at least 70% of that is taken away on average over these programmes (at least
    half in each), and intervals of winners cover in at least 94% within three Monte Carlo errors (1.2% each).
    """
    rng = np.random.default_rng(k * 1000 + round(tau * 100))
    replications, covered, raw, left = 400, 0, 0.0, 0.0
    for _ in range(replications):
        se = rng.uniform(0.02, 0.08, k)
        truth = rng.normal(0.05, tau, k)
        y = rng.normal(truth, se)
        best = int(np.argmax(y))
        found = shrink(y, se)[best]
        raw += found.raw - math.expm1(truth[best])
        left += found.uplift - math.expm1(truth[best])
        covered += found.interval.low <= math.expm1(truth[best]) <= found.interval.high
    assert covered / replications >= 0.94 - 3 * math.sqrt(0.94 * 0.06 / replications)
    assert abs(left) <= 0.5 * raw


@pytest.mark.slow
def test_seventy_per_cent_of_the_winner_s_curse_go_on_average() -> None:
    rng = np.random.default_rng(99)
    raw = left = 0.0
    for _ in range(300):
        for k, tau in ((6, 0.02), (8, 0.05), (12, 0.04)):
            se, truth = rng.uniform(0.02, 0.08, k), rng.normal(0.05, tau, k)
            y = rng.normal(truth, se)
            best = int(np.argmax(y))
            found = shrink(y, se)[best]
            raw += found.raw - math.expm1(truth[best])
            left += found.uplift - math.expm1(truth[best])
    assert abs(left) <= 0.3 * raw


@pytest.mark.slow
@pytest.mark.parametrize(("k", "tau"), [(4, 0.05), (6, 0.0), (10, 0.08)])
def test_pooled_and_prediction_intervals_cover(k, tau) -> None:
    """2,000 programmes each. Conservative where runs don't differ; 95% within three Monte Carlo errors is the floor."""
    rng = np.random.default_rng(k)
    replications, mean_in, next_in = 2_000, 0, 0
    for _ in range(replications):
        se = rng.uniform(0.02, 0.06, k)
        truth = rng.normal(0.05, tau, k + 1)
        found = pool(rng.normal(truth[:k], se), se)
        mean_in += found.interval.low <= 0.05 <= found.interval.high
        next_in += found.prediction.low <= truth[k] <= found.prediction.high
    floor = 0.95 - 3 * math.sqrt(0.05 * 0.95 / replications)
    assert mean_in / replications >= floor - 0.01
    assert next_in / replications >= floor - 0.01
