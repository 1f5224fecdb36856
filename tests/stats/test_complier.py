from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.sandbox.regression.gmm import IV2SLS

from uplift.errors import StatisticsError
from uplift.stats.complier import complier_effect, diluted_effect
from uplift.stats.decision import Level
from uplift.stats.effects import compare
from uplift.stats.moments import Moments

LEVEL = Level(0.05)


def moments(values) -> Moments:
    return Moments.from_rows(np.asarray(values, dtype=float))


def squares(values) -> Moments:
    """Without orders three and four, which no effect here reads."""
    return Moments.from_rows(np.asarray(values, dtype=float), core=0)


def experiment(rng, n_c, n_t, *, share=0.4, base=2.0, complier_base=3.0, effect=1.0):
    """Revenue-like outcomes; who is reachable buys more anyway; the effect acts on the reached only."""
    reachable_c, reachable_t = rng.random(n_c) < share, rng.random(n_t) < share
    y_c = rng.exponential(np.where(reachable_c, complier_base, base))
    y_t = rng.exponential(np.where(reachable_t, complier_base + effect, base))
    return y_c, y_t, reachable_t


def test_the_absolute_effect_is_two_stage_least_squares() -> None:
    y_c, y_t, reached = experiment(np.random.default_rng(1), 3_000, 5_000)
    y = np.concatenate([y_c, y_t])
    arm = np.repeat([0.0, 1.0], [y_c.size, y_t.size])
    d = np.concatenate([np.zeros(y_c.size), reached.astype(float)])
    found = complier_effect(moments(y_c), moments(y_t[reached]), moments(y_t[~reached]), level=LEVEL)
    X, Z = np.column_stack([np.ones_like(y), d]), np.column_stack([np.ones_like(y), arm])
    beta = IV2SLS(y, X, Z).fit().params
    assert found.absolute == pytest.approx(beta[1], rel=1e-10)
    # Heteroskedasticity-robust sandwich of the just-identified estimator: (Z'X)⁻¹ Σ z z' u² (X'Z)⁻¹.
    u = y - X @ beta
    bread = np.linalg.inv(Z.T @ X)
    se = math.sqrt((bread @ (Z.T * u**2) @ Z @ bread.T)[1, 1])
    assert found.absolute_interval.half_width / 1.959964 == pytest.approx(se, rel=2e-3)


def test_a_hand_calculation_of_the_relative_effect() -> None:
    # Control 0.10. Treatment: 40% reached at 0.25, 60% not at 0.05: 0.13 per contact. What the reached would have
    # shown: (0.10 − 0.6 × 0.05)/0.4 = 0.175; effect (0.13 − 0.10)/0.4 = 0.075; relative 0.075/0.175.
    def rows(events: int, n: int) -> Moments:
        return moments(np.repeat([1.0, 0.0], [events, n - events]))

    found = complier_effect(rows(1_000, 10_000), rows(1_000, 4_000), rows(300, 6_000), level=LEVEL)
    assert found.share == pytest.approx(0.4)
    assert found.baseline == pytest.approx(0.175)
    assert found.absolute == pytest.approx(0.075)
    assert found.relative == pytest.approx(0.075 / 0.175)
    assert 0 < found.relative_interval.low < found.relative < found.relative_interval.high


def test_when_everyone_is_reached_it_is_the_intention_to_treat() -> None:
    rng = np.random.default_rng(2)
    control, treatment = moments(rng.exponential(2, 500)), moments(rng.exponential(2.4, 800))
    nobody = moments(np.empty(0))
    found = complier_effect(control, treatment, nobody, level=LEVEL)
    whole = compare("m", "mean", control=control, treatment=treatment, interval="fieller")
    assert found.share == 1
    assert found.absolute == pytest.approx(whole.absolute)
    assert found.relative == pytest.approx(whole.relative)
    # compare() refers to a t distribution, this to the normal: the same up to the quantile.
    assert found.absolute_interval.low == pytest.approx(whole.absolute_interval.low, rel=0.05)


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 1.0), st.floats(-1.0, 1.5))
def test_both_effects_exclude_zero_together_with_the_intention_to_treat(seed, share, effect) -> None:
    y_c, y_t, reached = experiment(np.random.default_rng(seed), 300, 400, share=share, effect=effect)
    if reached.sum() < 2:
        return
    found = complier_effect(moments(y_c), moments(y_t[reached]), moments(y_t[~reached]), level=LEVEL)
    z = (y_t.mean() - y_c.mean()) / math.sqrt(y_t.var(ddof=1) / y_t.size + y_c.var(ddof=1) / y_c.size)
    for interval in (found.absolute_interval, found.relative_interval):
        if interval is not None:
            assert interval.excludes(0) == (abs(z) > 1.959963984540054)


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1000))
def test_the_unit_of_money_does_not_matter(seed, unit) -> None:
    y_c, y_t, reached = experiment(np.random.default_rng(seed), 200, 300)
    plain = complier_effect(moments(y_c), moments(y_t[reached]), moments(y_t[~reached]), level=LEVEL)
    scaled = complier_effect(
        moments(unit * y_c), moments(unit * y_t[reached]), moments(unit * y_t[~reached]), level=LEVEL
    )
    assert scaled.relative == pytest.approx(plain.relative, rel=1e-9)
    assert scaled.absolute == pytest.approx(unit * plain.absolute, rel=1e-9)


def test_the_verdict_by_intention_to_treat_is_not_contradicted() -> None:
    y_c, y_t, reached = experiment(np.random.default_rng(3), 400, 400, effect=0.6)
    groups = moments(y_c), moments(y_t[reached]), moments(y_t[~reached])
    up = complier_effect(*groups, level=LEVEL, direction="up")
    still = complier_effect(*groups, level=LEVEL, direction="open")
    assert up.absolute_interval.low > 0
    assert up.relative_interval.low > 0
    assert still.absolute_interval.low <= 0 <= still.absolute_interval.high


def test_comparing_the_reached_with_all_of_control_would_find_an_effect_where_none_is() -> None:
    y_c, y_t, reached = experiment(np.random.default_rng(4), 20_000, 20_000, effect=0.0)
    assert y_t[reached].mean() / y_c.mean() > 1.2  # the wrong way
    found = complier_effect(moments(y_c), moments(y_t[reached]), moments(y_t[~reached]), level=LEVEL)
    assert abs(found.relative) < 0.1


def test_nobody_reached_leaves_the_effect_absent() -> None:
    rng = np.random.default_rng(5)
    found = complier_effect(moments(rng.random(50)), moments(np.empty(0)), moments(rng.random(50)), level=LEVEL)
    assert (found.share, found.absolute, found.relative, found.absolute_interval) == (0.0, None, None, None)


def test_few_reached_contacts_leave_the_interval_absent_instead_of_unbounded() -> None:
    rng = np.random.default_rng(6)
    found = complier_effect(moments(rng.random(50)), moments(rng.random(2)), moments(rng.random(98)), level=LEVEL)
    assert found.absolute is not None
    assert found.absolute_interval is None


def test_reached_control_contacts_are_refused_with_a_reason() -> None:
    some = moments(np.arange(10.0))
    with pytest.raises(StatisticsError, match=r"UP643.*in control were reached"):
        complier_effect(some, some, some, level=LEVEL, control_reached=3)


def test_an_empty_arm_is_refused() -> None:
    some = moments(np.arange(10.0))
    with pytest.raises(StatisticsError, match="UP610"):
        complier_effect(moments(np.empty(0)), some, some, level=LEVEL)
    with pytest.raises(StatisticsError, match="UP610"):
        diluted_effect(some, moments([1.0]), some, level=LEVEL)


def test_a_hand_calculation_of_a_diluted_effect() -> None:
    # A quarter is triggered (2 → 3 per contact), the rest shows 1: overall 1.25 → 1.5, +20%.
    c, t, u = moments([1.0, 3.0] * 50), moments([2.0, 4.0] * 150), moments([0.0, 2.0] * 600)
    found = diluted_effect(c, t, u, level=LEVEL)
    assert found.share == pytest.approx(0.25)
    assert found.absolute == pytest.approx(0.25)
    assert found.relative == pytest.approx(0.2)


def test_with_everyone_triggered_nothing_is_diluted() -> None:
    rng = np.random.default_rng(7)
    c, t = moments(rng.exponential(2, 500)), moments(rng.exponential(2.4, 800))
    found = diluted_effect(c, t, moments(np.empty(0)), level=LEVEL)
    whole = complier_effect(c, t, moments(np.empty(0)), level=LEVEL)
    assert found.relative == pytest.approx(whole.relative)
    assert found.relative_interval.low == pytest.approx(whole.relative_interval.low, abs=1e-12)
    assert found.absolute_interval.high == pytest.approx(whole.absolute_interval.high, abs=1e-12)


@given(st.integers(0, 2**32 - 1), st.floats(-0.5, 1.0))
def test_diluted_effects_exclude_zero_together_with_the_triggered_test(seed, effect) -> None:
    rng = np.random.default_rng(seed)
    c, t, u = rng.exponential(2, 80), rng.exponential(2 + effect, 120), rng.exponential(1, 400)
    found = diluted_effect(moments(c), moments(t), moments(u), level=LEVEL)
    z = (t.mean() - c.mean()) / math.sqrt(t.var(ddof=1) / t.size + c.var(ddof=1) / c.size)
    for interval in (found.absolute_interval, found.relative_interval):
        assert interval.excludes(0) == (abs(z) > 1.959963984540054)


@pytest.mark.slow
def test_coverage_of_the_complier_effect() -> None:
    """2,000 experiments, 10/90: 95% within three Monte Carlo errors and the skewness of a small control."""
    rng = np.random.default_rng(8)
    replications, absolute, relative = 2_000, 0, 0
    for _ in range(replications):
        y_c, y_t, reached = experiment(rng, 1_000, 9_000, share=0.3, complier_base=3.0, effect=1.5)
        found = complier_effect(squares(y_c), squares(y_t[reached]), squares(y_t[~reached]), level=LEVEL)
        absolute += found.absolute_interval.low <= 1.5 <= found.absolute_interval.high
        relative += found.relative_interval.low <= 0.5 <= found.relative_interval.high
    tolerance = 3 * math.sqrt(0.05 * 0.95 / replications)
    assert absolute / replications == pytest.approx(0.95, abs=tolerance)
    assert relative / replications == pytest.approx(0.95, abs=tolerance)


@pytest.mark.slow
def test_coverage_of_the_diluted_effect_and_its_gain_in_width() -> None:
    rng = np.random.default_rng(9)
    replications, covered, widths = 2_000, 0, []
    truth = 0.2 * 0.5 / (0.2 * 2 + 0.8 * 1)
    for replication in range(replications):
        n_c, n_t = rng.binomial(1_000, 0.2), rng.binomial(4_000, 0.2)
        c, t, u = rng.exponential(2, n_c), rng.exponential(2.5, n_t), rng.exponential(1, 5_000 - n_c - n_t)
        found = diluted_effect(squares(c), squares(t), squares(u), level=LEVEL)
        covered += found.relative_interval.low <= truth <= found.relative_interval.high
        if replication >= 200:  # widths hardly vary
            continue
        all_c = np.concatenate([c, u[: 1_000 - n_c]])
        all_t = np.concatenate([t, u[1_000 - n_c :]])
        whole = compare("m", "mean", control=moments(all_c), treatment=moments(all_t), interval="fieller")
        widths.append(found.relative_interval.half_width / whole.relative_interval.half_width)
    assert covered / replications == pytest.approx(0.95, abs=3 * math.sqrt(0.05 * 0.95 / replications))
    assert np.mean(widths) < 0.8
