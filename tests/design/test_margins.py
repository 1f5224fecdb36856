"""Guardrail margins, against a published table and simulation."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.design.golden import golden_case
from uplift.design.margins import shares_against_difference, shares_against_ratio
from uplift.design.power import growth_needed, pooled_shares, power_of


def test_sizes_against_a_ratio_are_those_of_farrington_and_manning(shared: Path) -> None:
    given_, expected, tolerance = golden_case(shared, "n-rr-noninferiority-FM1990")
    one = shares_against_ratio(
        control=given_["p2"],
        treatment=given_["p1"],
        ratio=given_["null_RR"],
        n_control=given_["ratio_n2_over_n1"],
        n_treatment=1,
    )
    n = growth_needed(one, alpha=given_["alpha"], sides=given_["sided"], power=1 - given_["beta"])
    assert [n, n * given_["ratio_n2_over_n1"]] == pytest.approx(expected["n"], rel=tolerance)


@given(st.floats(0.02, 0.9), st.floats(-0.5, 0.08), st.integers(500, 50_000), st.integers(500, 50_000))
def test_a_margin_of_nothing_is_the_ordinary_score_test(p: float, lift: float, n_c: int, n_t: int) -> None:
    treatment = p * (1 + lift)
    pooled = pooled_shares(control=p, treatment=treatment, n_control=n_c, n_treatment=n_t)
    ratio = shares_against_ratio(control=p, treatment=treatment, ratio=1, n_control=n_c, n_treatment=n_t)
    difference = shares_against_difference(control=p, treatment=treatment, difference=0, n_control=n_c, n_treatment=n_t)
    assert ratio.se_null == pytest.approx(pooled.se_null, rel=1e-6)
    assert difference.se_null == pytest.approx(pooled.se_null, rel=1e-6)


@given(st.floats(0.02, 0.5), st.floats(0.002, 0.05), st.integers(500, 50_000), st.integers(500, 50_000))
def test_restricted_shares_maximise_the_likelihood_on_the_margin(p: float, d: float, n_c: int, n_t: int) -> None:
    """The closed form against a plain search along treatment = control + d."""
    found = shares_against_difference(control=p, treatment=p, difference=d, n_control=n_c, n_treatment=n_t)
    grid = np.linspace(1e-6, 1 - d - 1e-6, 400_001)
    likelihood = n_c * (p * np.log(grid) + (1 - p) * np.log(1 - grid))
    likelihood += n_t * (p * np.log(grid + d) + (1 - p) * np.log(1 - grid - d))
    c = grid[likelihood.argmax()]
    expected = math.sqrt(c * (1 - c) / n_c + (c + d) * (1 - c - d) / n_t)
    assert found.se_null == pytest.approx(expected, rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("p", "margin", "n_control", "n_treatment"), [(0.008, 0.003, 11_250, 45_000), (0.02, 0.005, 3_000, 57_000)]
)
def test_power_of_a_margin_in_points_is_that_of_simulated_experiments(
    p: float, margin: float, n_control: int, n_treatment: int
) -> None:
    """The same score test on simulated counts; the closed form ignores that its standard error is estimated too."""
    runs, rng = 20_000, np.random.default_rng(7)
    xc, xt = rng.binomial(n_control, p, runs), rng.binomial(n_treatment, p, runs)
    rejected = 0
    for c, t in zip(xc, xt, strict=True):
        shift = shares_against_difference(
            control=c / n_control,
            treatment=t / n_treatment,
            difference=margin,
            n_control=n_control,
            n_treatment=n_treatment,
        )
        rejected += t / n_treatment - c / n_control - margin < -1.959964 * shift.se_null
    planned = shares_against_difference(
        control=p, treatment=p, difference=margin, n_control=n_control, n_treatment=n_treatment
    )
    assert power_of(planned, alpha=0.05) == pytest.approx(rejected / runs, abs=0.02)
