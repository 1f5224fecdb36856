from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from uplift.errors import StatisticsError
from uplift.stats.dunnett import any_beyond, control_loadings, dunnett, dunnett_critical, dunnett_p_values

EQUAL = math.sqrt(0.5)

# Dunnett (1964), Biometrics 20, 482–491, and Dunnett (1955): critical values at 5%, equal arms, by number of treatments.
TABLE = {
    (2, math.inf): {1: 1.96, 2: 2.21, 3: 2.35, 4: 2.44, 5: 2.51},
    (1, math.inf): {1: 1.645, 2: 1.92, 3: 2.06, 4: 2.16, 5: 2.23},
    (2, 20): {1: 2.09, 2: 2.38, 3: 2.54, 4: 2.65, 5: 2.73},
    (1, 20): {1: 1.72, 2: 2.03, 3: 2.19, 4: 2.30, 5: 2.39},
}


@pytest.mark.parametrize(("sides", "df"), TABLE)
def test_critical_values_are_those_of_dunnett_s_tables(sides, df) -> None:
    for arms, value in TABLE[sides, df].items():
        found = dunnett_critical(loadings=[EQUAL] * arms, alpha=0.05, sides=sides, df=df)
        assert found == pytest.approx(value, abs=0.0051)


def test_adjusted_p_values_of_raw_samples_are_those_of_scipy(golden) -> None:
    case = golden("multiarm-dunnett")
    arms = [np.array(case["input"][f"x{k}"]) for k in range(3)]
    n = [a.size for a in arms]
    df = sum(n) - 3
    pooled = sum(((a - a.mean()) ** 2).sum() for a in arms) / df
    t = [(a.mean() - arms[0].mean()) / math.sqrt(pooled * (1 / n[0] + 1 / a.size)) for a in arms[1:]]
    found = dunnett_p_values(t, loadings=control_loadings(1 / n[0], [1 / k for k in n[1:]]), df=df)
    assert found == pytest.approx(case["expected"]["p"], abs=case["tolerance"])
    assert found == pytest.approx(case["expected"]["p"], rel=0.02)  # scipy integrates by quasi Monte Carlo


@pytest.mark.parametrize("loadings", [[0.3, 0.8], [0.95, 0.95, 0.2], [0.999, 0.999]])
def test_joint_probabilities_are_those_of_a_multivariate_normal(loadings) -> None:
    lam = np.array(loadings)
    cov = np.outer(lam, lam)
    np.fill_diagonal(cov, 1)
    law = multivariate_normal(np.zeros(lam.size), cov, maxpts=500_000, abseps=1e-9, releps=1e-9, seed=2)
    inside = law.cdf([2.1] * lam.size, lower_limit=[-2.1] * lam.size)
    assert any_beyond(2.1, loadings=loadings) == pytest.approx(1 - inside, abs=1e-6)
    assert any_beyond(2.1, loadings=loadings, sides=1) == pytest.approx(1 - law.cdf([2.1] * lam.size), abs=1e-6)


loading = st.lists(st.floats(0, 0.99), min_size=1, max_size=5)


@given(loading, st.sampled_from([0.01, 0.05]), st.sampled_from([1, 2]))
def test_the_critical_value_lies_between_no_correction_and_sidak_s(loadings, alpha, sides) -> None:
    c = dunnett_critical(loadings=loadings, alpha=alpha, sides=sides)
    alone = norm.isf(alpha / sides)
    sidak = norm.isf(-math.expm1(math.log1p(-alpha) / len(loadings)) / sides)
    assert alone - 1e-9 <= c <= sidak + 1e-7
    assert any_beyond(c, loadings=loadings, sides=sides) == pytest.approx(alpha, abs=1e-9)


def test_independent_comparisons_give_sidak_s_bound() -> None:
    found = dunnett_critical(loadings=[0.0] * 4, alpha=0.05)
    assert found == pytest.approx(norm.isf((1 - 0.95**0.25) / 2), abs=1e-9)


@given(st.lists(st.floats(1e-12, 1), min_size=3, max_size=3), st.sampled_from([1, 2]))
def test_rejection_level_and_adjusted_p_value_are_one_statement(p, sides) -> None:
    for d in dunnett(p, loadings=[0.8, 0.6, 0.7], alpha=0.05, sides=sides):
        assert d.rejected == (d.p_value < d.level) == (d.adjusted < 0.05)
        assert d.adjusted >= d.p_value * (1 - 1e-9)


def test_a_refused_arm_stays_in_the_family() -> None:
    found = dunnett([0.01, None, 0.2], loadings=control_loadings(0.01, [0.01, None, 0.02]), alpha=0.05)
    assert found[1].adjusted is None
    assert not found[1].rejected
    assert found[0].level < dunnett([0.01, 0.2], loadings=control_loadings(0.01, [0.01, 0.02]), alpha=0.05)[0].level


def test_power_to_find_any_arm_is_that_of_a_simulation() -> None:
    """200,000 draws: Monte Carlo error 0.0011."""
    lam, shift, c = np.array([0.9, 0.6, 0.8]), np.array([2.5, 0.0, 1.0]), 2.3
    rng = np.random.default_rng(1)
    y = rng.standard_normal((200_000, 1))
    z = shift + lam * y + np.sqrt(1 - lam**2) * rng.standard_normal((200_000, 3))
    found = any_beyond(c, loadings=list(lam), shifts=list(shift))
    assert found == pytest.approx(float((np.abs(z) > c).any(axis=1).mean()), abs=0.0035)


def test_intervals_cover_simultaneously_when_the_control_is_small() -> None:
    """20,000 experiments with 34/22/22/22 and 5/95-like arms: coverage of all three intervals 95%, MC s.e. 0.15%."""
    rng = np.random.default_rng(8)
    replications = 20_000
    for variances in ([1 / 34, 1 / 22, 1 / 22, 1 / 22], [1 / 5, 1 / 40, 1 / 40, 1 / 15]):
        c = dunnett_critical(loadings=control_loadings(variances[0], variances[1:]), alpha=0.05)
        means = rng.standard_normal((replications, 4)) * np.sqrt(variances)
        se = np.sqrt(np.array(variances[1:]) + variances[0])
        covered = (np.abs(means[:, 1:] - means[:, :1]) / se <= c).all(axis=1).mean()
        assert covered == pytest.approx(0.95, abs=3 * math.sqrt(0.05 * 0.95 / replications))


def test_variances_and_p_values_that_cannot_be_are_refused() -> None:
    with pytest.raises(StatisticsError, match="UP645"):
        control_loadings(0.0, [1.0])
    with pytest.raises(StatisticsError, match="UP645"):
        dunnett([1.5], loadings=[0.5], alpha=0.05)
    with pytest.raises(ValueError, match="loadings"):
        dunnett([0.1, 0.2], loadings=[0.5], alpha=0.05)
