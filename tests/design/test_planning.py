"""A plan shows one design from all sides, and all sides agree with the gate."""

from __future__ import annotations

import datetime
import math
import re
from pathlib import Path

import pytest

import uplift
from tests.design.studies import HOUSEHOLDS, NO_END, SNAPSHOT, TODAY, WAVES, sale, write_sale
from uplift.design.assessment import assess
from uplift.design.planning import plan
from uplift.design.suggestions import ControlShare, LargerAudience, apply
from uplift.results.plan_table import text

SMALL = (("weight: 15%, control", "weight: 5%, control"), ("weight: 85%", "weight: 95%"))
LOOKS = ("assignment:", "  sequential: {looks: [wave 2, wave 4, wave 6], futility: nonbinding}\nassignment:")
SHAPES = {"rolling": (), "waves": (WAVES, NO_END), "snapshot": (SNAPSHOT, NO_END)}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_planned_step_is_what_the_gate_judges(tmp_path: Path, shape: str) -> None:
    study = sale(tmp_path, *SHAPES[shape])
    found, judged = plan(study, today=TODAY), assess(study, today=TODAY)
    (now,) = [step for step in found.sizes if step.planned]
    (share,) = [step for step in found.shares if step.planned]
    assert found.power == judged.power
    assert now.power == pytest.approx(judged.power, rel=1e-12)
    assert share.power == pytest.approx(judged.power, rel=1e-12)
    assert now.read_out == found.read_out == judged.read_out
    assert found.withheld == now.withheld == share.withheld == judged.withheld
    assert judged.detectable is not None
    assert now.detectable is not None
    assert now.detectable.value == pytest.approx(float(judged.detectable.value))


@pytest.mark.parametrize("shape", SHAPES)
def test_more_contacts_give_more_power_and_find_smaller_effects(tmp_path: Path, shape: str) -> None:
    found = plan(sale(tmp_path, *SHAPES[shape]), today=TODAY)
    powers = [step.power for step in found.sizes]
    effects = [step.detectable.value for step in found.sizes if step.detectable]
    assert powers == sorted(powers)
    assert effects == sorted(effects, reverse=True)
    assert len(effects) == len(powers) >= 8
    along = [point.power for point in found.size_curve]
    assert along == sorted(along)


def test_every_step_is_the_assessment_of_the_changed_study(tmp_path: Path) -> None:
    study = sale(tmp_path)
    found = plan(study, today=TODAY)
    for step in found.sizes:
        assert step.days is not None
        until = study.experiment.schedule.start + datetime.timedelta(days=step.days - 1)
        judged = assess(apply(LargerAudience(step.audience, enrol_until=until), study), today=TODAY)
        assert (step.power, step.read_out, step.withheld) == (judged.power, judged.read_out, judged.withheld)
    for share in found.shares:
        judged = assess(apply(ControlShare(_fraction(share.share)), study), today=TODAY)
        assert share.power == pytest.approx(judged.power, abs=1e-9)


def _fraction(share: float) -> object:
    from fractions import Fraction

    return Fraction(share).limit_denominator(1000)


def test_rolling_entry_grows_by_whole_weeks_and_its_audience_with_them(tmp_path: Path) -> None:
    found = plan(sale(tmp_path), today=TODAY)  # 60,000 in eight weeks
    assert [step.days for step in found.sizes] == [14, 28, 42, 56, 70, 84, 112, 168]
    assert [step.audience for step in found.sizes] == [15_000 * k for k in (1, 2, 3, 4, 5, 6, 8, 12)]


def test_waves_grow_by_waves(tmp_path: Path) -> None:
    found = plan(sale(tmp_path, WAVES, NO_END), today=TODAY)
    assert [step.waves for step in found.sizes] == [2, 3, 4, 6, 8, 9, 12, 18]
    assert [point.at for point in found.size_curve] == list(range(1, 19))


def test_a_small_design_names_the_size_that_is_enough(tmp_path: Path) -> None:
    found = plan(sale(tmp_path, *SMALL), today=TODAY)
    (enough,) = [step for step in found.sizes if step.sufficient]
    assert enough.power is not None
    assert found.required <= enough.power < found.required + 0.01
    assert {way.kind for way in found.ways} == {"share", "audience", "effect"}


def test_the_best_share_has_the_most_power_of_all_that_are_shown(tmp_path: Path) -> None:
    found = plan(sale(tmp_path), today=TODAY)
    (best,) = [step for step in found.shares if step.best]
    assert best.share == 0.5
    assert best.power == max(step.power for step in found.shares if step.power is not None)
    arms = ("  treatment: {weight: 85%}\n", "  small: {weight: 40%}\n  large: {weight: 45%}\n")
    (best,) = [step for step in plan(sale(tmp_path, arms), today=TODAY).shares if step.best]
    assert best.share == pytest.approx(math.sqrt(2) / (math.sqrt(2) + 2), abs=5e-4)


def test_looks_show_the_bounds_of_the_spending_function(tmp_path: Path) -> None:
    found = plan(sale(tmp_path, WAVES, NO_END, LOOKS), today=TODAY)
    assert [look.name for look in found.looks] == ["wave 2", "wave 4", None]
    assert [look.information for look in found.looks] == pytest.approx([1 / 3, 2 / 3, 1])
    # Lan–DeMets O'Brien–Fleming at thirds, two-sided 5 %: Jennison & Turnbull (2000), ldbounds
    assert [look.bound for look in found.looks] == pytest.approx([3.7103, 2.5114, 1.9930], abs=5e-4)
    assert found.looks[-1].reached == pytest.approx(found.required)
    assert found.looks[-1].day == found.read_out
    assert found.looks[-1].gives_up is None
    assert found.looks[0].gives_up is not None


def test_a_design_without_looks_has_none(tmp_path: Path) -> None:
    assert plan(sale(tmp_path), today=TODAY).looks == ()


@pytest.mark.parametrize(
    ("change", "wanting"),
    [
        (("    repeat_purchase: {value", "    orders_per_contact: {value"), "baseline"),
        (("  expected_size: 60_000\n", ""), "audience"),
        (HOUSEHOLDS, "clusters"),
        (("metric: repeat_purchase, window: 30d, mde: 1.0pp", "metric: p90, window: 30d, mde: 5%"), "quantile"),
    ],
)
def test_what_cannot_be_computed_is_absent_and_named(tmp_path: Path, change: tuple[str, str], wanting: str) -> None:
    found = plan(sale(tmp_path, change), today=TODAY)
    assert found.unanswered == wanting
    assert found.power is None
    assert found.enough is None
    assert (found.sizes, found.shares, found.size_curve, found.share_curve, found.looks, found.ways) == ((),) * 6
    for language in ("de", "en"):
        assert "0%" not in text(found, language).replace("100%", "").replace("80%", "").split("\n\n")[0]


def test_where_no_verdict_would_be_given_there_is_no_power(tmp_path: Path) -> None:
    found = plan(sale(tmp_path, ("60_000", "600")), today=TODAY)
    assert found.sizes[0].power is None
    assert found.sizes[0].detectable is None
    assert "no verdict" in text(found, "en")
    assert "kein Urteil" in text(found, "de")


def test_a_plan_prints_as_a_table_in_both_languages(tmp_path: Path) -> None:
    found = plan(sale(tmp_path, *SMALL), today=TODAY)
    english, german = text(found, "en"), text(found, "de")
    assert "Too small: 43% power, 80% is required" in english
    assert "Zu klein: 43\u00a0% Teststärke, verlangt sind 80\u00a0%" in german
    assert re.search(r"8\u00a0weeks +60,000 +3,000 +43% +1.58\u00a0pp +26\u00a0February 2027  planned", english)
    assert "a control share of 13.2% instead of 5% (4,920 more contacts are withheld)" in english
    assert "Kontrollanteil 13,2\u00a0% statt 5\u00a0% (4.920 Kontakte mehr werden zurückgehalten)" in german
    assert str(found) == english  # the project's language
    widths = {len(line) for line in english.splitlines() if set(line) <= {"─", " "} and line}
    assert max(widths) < 110


def test_plan_is_a_function(tmp_path: Path) -> None:
    path = write_sale(tmp_path)
    assert uplift.plan(path, today=TODAY) == plan(sale(tmp_path), today=TODAY)
