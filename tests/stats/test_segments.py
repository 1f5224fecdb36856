from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import chi2, norm

from uplift.errors import StatisticsError
from uplift.stats.segments import SegmentEstimate, read_segments


def cell(name: str, log_ratio: float, se: float) -> SegmentEstimate:
    return SegmentEstimate(name, log_ratio, se, 2 * norm.sf(abs(log_ratio / se)))


COUNTRY = [cell("DE", 0.10, 0.03), cell("AT", 0.02, 0.06), cell("CH", 0.15, 0.08)]
BAND = [cell("high", 0.20, 0.04), cell("low", 0.00, 0.04)]


def test_the_interaction_of_two_segments_is_the_z_test_of_their_difference() -> None:
    (found,) = read_segments({"band": BAND}, alpha=0.05)
    z = 0.20 / math.hypot(0.04, 0.04)
    assert found.q == pytest.approx(z**2)
    assert found.df == 1
    assert found.p_value == pytest.approx(2 * norm.sf(z))


def test_cochran_s_q_by_hand() -> None:
    (found,) = read_segments({"country": COUNTRY}, alpha=0.05)
    w = [1 / c.standard_error**2 for c in COUNTRY]
    mean = sum(a * c.log_ratio for a, c in zip(w, COUNTRY, strict=True)) / sum(w)
    q = sum(a * (c.log_ratio - mean) ** 2 for a, c in zip(w, COUNTRY, strict=True))
    assert found.q == pytest.approx(q)
    assert found.p_value == pytest.approx(chi2.sf(q, 2))


def test_the_family_is_everything_that_was_declared() -> None:
    country, band = read_segments({"country": COUNTRY, "band": BAND}, alpha=0.05)
    levels = sorted(s.decided.level for a in (country, band) for s in a.segments)
    assert levels[0] == pytest.approx(0.05 / 5)
    assert country.adjusted == pytest.approx(min(1.0, max(country.p_value, 2 * band.p_value)))
    assert [s.decided.rejected for s in band.segments] == [True, False]


def test_an_undeclared_attribute_is_shown_and_costs_nobody_anything() -> None:
    alone = read_segments({"country": COUNTRY}, alpha=0.05)[0]
    country, late = read_segments({"country": COUNTRY, "late idea": BAND}, alpha=0.05, exploratory={"late idea"})
    assert country == alone
    assert not late.declared
    assert late.adjusted is None
    assert late.p_value is not None
    assert all(s.decided is None for s in late.segments)


def test_segments_are_pulled_towards_each_other() -> None:
    (found,) = read_segments({"country": COUNTRY}, alpha=0.05)
    raw = [math.expm1(c.log_ratio) for c in COUNTRY]
    shown = [s.shrunken.uplift for s in found.segments]
    assert max(shown) - min(shown) < max(raw) - min(raw)
    assert [s.shrunken.raw for s in found.segments] == pytest.approx(raw)


def test_two_segments_are_not_shrunken_and_one_has_no_interaction() -> None:
    (two,) = read_segments({"band": BAND}, alpha=0.05)
    assert all(s.shrunken is None for s in two.segments)
    (one,) = read_segments({"band": BAND[:1]}, alpha=0.05)
    assert (one.q, one.df, one.p_value, one.adjusted) == (None, 0, None, None)


def test_a_segment_without_data_stays_in_the_family_and_out_of_the_interaction() -> None:
    empty = SegmentEstimate("LI", None, None, None)
    (found,) = read_segments({"country": [*COUNTRY, empty]}, alpha=0.05)
    (without,) = read_segments({"country": COUNTRY}, alpha=0.05)
    assert (found.q, found.df) == (without.q, without.df)
    assert found.segments[-1].shrunken is None
    assert not found.segments[-1].decided.rejected
    assert found.segments[0].decided.level == pytest.approx(0.05 / 4)


def test_no_attributes_have_no_readings() -> None:
    assert read_segments({}, alpha=0.05) == ()


def test_impossible_estimates_are_refused() -> None:
    with pytest.raises(StatisticsError, match="UP645"):
        read_segments({"country": [SegmentEstimate("DE", 0.1, 0.0, 0.5), COUNTRY[0]]}, alpha=0.05)


@pytest.mark.slow
def test_equal_effects_look_different_in_five_per_cent_of_the_experiments() -> None:
    """800 experiments with six unequal segments and no effect anywhere: Monte Carlo error 0.77%."""
    rng = np.random.default_rng(12)
    se = [0.02, 0.03, 0.05, 0.08, 0.1, 0.2]
    replications, differ, any_segment = 800, 0, 0
    for _ in range(replications):
        (found,) = read_segments({"a": [cell(str(k), rng.normal(0.0, s), s) for k, s in enumerate(se)]}, alpha=0.05)
        differ += found.p_value < 0.05
        any_segment += any(s.decided.rejected for s in found.segments)
    tolerance = 3 * math.sqrt(0.05 * 0.95 / replications)
    assert differ / replications == pytest.approx(0.05, abs=tolerance)
    assert any_segment / replications <= 0.05 + tolerance
