from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uplift.results import ArmValue, Interval, Uplift
from uplift.stats.guardrails import guardrail_status, power_per_test

ARM = ArmValue("a", 100, 10, 0.1)


def uplift(relative: Interval | None, absolute: Interval | None = None, direction: str = "open") -> Uplift:
    return Uplift("m", "mean", ARM, ARM, "log", 0.95, 0.0, relative, 0.0, absolute, 0.5, direction, refusal=None)


@pytest.mark.parametrize(
    ("low", "high", "better", "status"),
    [
        (-0.02, 0.03, "up", "ok"),
        (-0.08, 0.03, "up", "open"),
        (-0.20, -0.06, "up", "breached"),
        (-0.06, -0.01, "up", "open"),  # proven worse, but maybe by less than the margin
        (-0.04, -0.01, "up", "ok"),  # proven worse, and proven to be by less than the margin
        (-0.03, 0.04, "down", "ok"),
        (0.02, 0.07, "down", "open"),
        (0.06, 0.30, "down", "breached"),
        (None, 0.04, "down", "ok"),
        (None, 0.10, "up", "open"),
        (0.06, None, "down", "breached"),
        (-0.05, 0.2, "up", "open"),  # touching the margin proves nothing
    ],
)
def test_the_interval_against_a_margin_of_five_per_cent(low, high, better, status) -> None:
    assert guardrail_status(uplift(Interval(low, high)), margin=0.05, unit="relative", better=better).status == status


def test_points_act_on_the_difference_and_per_cent_on_the_ratio() -> None:
    both = uplift(Interval(-0.5, -0.3), Interval(-0.002, -0.001))
    assert guardrail_status(both, margin=0.05, unit="relative", better="up").status == "breached"
    assert guardrail_status(both, margin=0.003, unit="points", better="up").status == "ok"


def test_without_a_comparison_there_is_no_status() -> None:
    assert guardrail_status(uplift(None), margin=0.05, unit="relative", better="up").status == "refused"
    refused = replace(uplift(Interval(-0.01, 0.01), direction="refused"), refusal="UP601")
    assert guardrail_status(refused, margin=0.05, unit="relative", better="up").status == "refused"


def test_few_events_do_not_keep_a_guardrail_from_excluding_harm() -> None:
    few = replace(uplift(Interval(-0.01, 0.01), direction="refused"), refusal="UP604")
    assert guardrail_status(few, margin=0.05, unit="relative", better="up").status == "ok"


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0.001, 0.5))
def test_turning_the_axis_turns_nothing_else(low, width, margin) -> None:
    up = guardrail_status(uplift(Interval(low, low + width)), margin=margin, unit="relative", better="up")
    down = guardrail_status(uplift(Interval(-low - width, -low)), margin=margin, unit="relative", better="down")
    assert up.status == down.status


def test_shipping_with_guardrails_needs_more_power_of_each_test() -> None:
    assert power_per_test(0.8, guardrails=0) == pytest.approx(0.8)
    assert power_per_test(0.8, guardrails=5) == pytest.approx(1 - 0.2 / 6)
    assert 1 - 6 * (1 - power_per_test(0.8, guardrails=5)) == pytest.approx(0.8)  # Bonferroni over the misses
