"""Rates per time: events over the time at risk are a ratio metric, with contacts as units."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm

from uplift.stats.effects import compare
from uplift.stats.moments import Moments


def arm(rng: np.random.Generator, n: int, rate: float) -> np.ndarray:
    """Orders (more spread than Poisson) and days as a customer, which are unequal."""
    days = rng.integers(5, 90, n).astype(float)
    return np.column_stack([rng.poisson(rate * days * rng.gamma(2, 0.5, n)), days])


def test_a_rate_per_day_is_poisson_regression_with_exposure_and_robust_errors() -> None:
    rng = np.random.default_rng(3)
    rows = arm(rng, 2_000, 0.02), arm(rng, 3_000, 0.023)
    c, t = (Moments.from_rows(r, ("orders", "days")) for r in rows)
    found = compare("orders per day", "ratio", control=c, treatment=t, interval="log")
    y, days = np.concatenate(rows).T
    x = sm.add_constant(np.repeat([0.0, 1.0], [2_000, 3_000]))
    fit = sm.GLM(y, x, family=sm.families.Poisson(), exposure=days).fit(cov_type="HC0")
    assert found.control.value == pytest.approx(rows[0][:, 0].sum() / rows[0][:, 1].sum())
    assert found.relative == pytest.approx(math.expm1(fit.params[1]), rel=1e-9)
    bounds = found.relative_interval
    assert bounds is not None
    assert bounds.low is not None
    assert bounds.high is not None
    width = math.log1p(bounds.high) - math.log1p(bounds.low)
    assert width == pytest.approx(2 * 1.96 * fit.bse[1], rel=0.01)


def test_the_unit_of_time_does_not_matter() -> None:
    rng = np.random.default_rng(4)
    c, t = arm(rng, 900, 0.02), arm(rng, 900, 0.025)
    by_day, by_week = (
        compare("m", "ratio", control=Moments.from_rows(c / unit), treatment=Moments.from_rows(t / unit))
        for unit in (np.array([1.0, 1.0]), np.array([1.0, 7.0]))
    )
    assert by_week.relative == pytest.approx(by_day.relative)
    assert by_week.p_value == pytest.approx(by_day.p_value)
    assert by_week.control.value == pytest.approx(7 * (by_day.control.value or 0))
