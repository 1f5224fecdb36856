"""The gate: what it finds, where, at which level; what it says when it can't know."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

import pytest

from tests.design.studies import HOUSEHOLDS, NO_END, SNAPSHOT, TODAY, WAVES, Change, sale, write_sale
from uplift.design import assess, findings
from uplift.design.check import check_paths
from uplift.design.power import Shares, power_of
from uplift.errors import Problem
from uplift.spec import spec_hash
from uplift.words.codes import CODES

SMALL: Change = ("weight: 15%, control", "weight: 10%, control")
SMALL_REST: Change = ("weight: 85%", "weight: 90%")
REVENUE: Change = ("{metric: repeat_purchase, window: 30d, mde: 1.0pp}", "{metric: revenue, window: 30d, mde: 10%}")
NO_SECONDARY: Change = ("[{metric: revenue, window: 30d}]", "[]")
GUARDRAIL: Change = ("guardrails: []", "guardrails: [{metric: unsubscribe_rate, window: 30d, margin: 0.3pp}]")


def baseline(metric: str, values: str) -> Change:
    return (
        "    repeat_purchase: {value: 9.0%, source: typed, date: 2026-11-20}\n",
        f"    repeat_purchase: {{value: 9.0%, source: typed, date: 2026-11-20}}\n    {metric}: {values}\n",
    )


def found(folder: Path, *changes: Change, today: datetime.date = TODAY) -> dict[str, Problem]:
    """The gate's findings by code."""
    problems = findings(sale(folder, *changes), today=today)
    for problem in problems:
        assert problem.code in CODES, f"{problem.code} has no entry in the table of codes"
    return {problem.code: problem for problem in problems}


def test_a_design_with_enough_power_passes_without_a_finding(tmp_path: Path) -> None:
    assert findings(sale(tmp_path), today=TODAY) == ()
    assessment = assess(sale(tmp_path), today=TODAY)
    assert assessment.enough
    assert assessment.power == pytest.approx(power_of(Shares(0.09, 0.10, 9_000, 51_000), alpha=0.05))
    assert assessment.withheld == 9_000
    assert assessment.read_out == datetime.date(2027, 2, 26)


def test_an_underpowered_design_fails_at_its_mde(tmp_path: Path) -> None:
    problem = found(tmp_path, SMALL, SMALL_REST)["UP310"]
    assert problem.level == "error"
    assert problem.message == ("underpowered: 69% power for 1.0pp on repeat_purchase (arm treatment), 80% required")
    text = (tmp_path / "sale.yml").read_text(encoding="utf-8").splitlines()
    assert problem.place is not None
    assert problem.place.line is not None
    assert problem.place.column is not None
    assert text[problem.place.line - 1][problem.place.column - 1 :].startswith("1.0pp")


def test_the_fix_names_every_way_out_with_its_price(tmp_path: Path) -> None:
    fix = found(tmp_path, SMALL, SMALL_REST)["UP310"].fix
    assert fix.startswith("any ONE of: control share 10% → 13.2% (1,920 more contacts withheld)")
    assert "more contacts withheld" in fix
    assert "enrolment until 2027-02-0" in fix
    assert "days later" in fix
    assert "mde 1.13pp" in fix


def test_power_is_printed_rounded_down(tmp_path: Path) -> None:
    """79.9 % must not read as the 80 % that it has not reached."""
    for size in range(49_000, 52_000, 300):
        problems = found(tmp_path, ("60_000", str(size)))
        if "UP310" in problems:
            assert "80% power" not in problems["UP310"].message


def test_contacts_who_will_be_gone_are_not_counted_on(tmp_path: Path) -> None:
    sized = ("expected_size: 60_000", "expected_size: 60_000\n  attrition: 5%")
    left = assess(sale(tmp_path, sized), today=TODAY)
    fewer = assess(sale(tmp_path, ("expected_size: 60_000", "expected_size: 57_000")), today=TODAY)
    assert left.contacts == 57_000
    assert left.power == fewer.power
    assert spec_hash(sale(tmp_path, sized)) != spec_hash(sale(tmp_path))


def test_the_holdout_is_deducted(tmp_path: Path) -> None:
    without = assess(sale(tmp_path), today=TODAY)
    within = assess(sale(tmp_path, ("{method: hash}", "{method: hash, holdout: global-2026h2}")), today=TODAY)
    assert within.contacts == 57_000
    assert within.power is not None
    assert without.power is not None
    assert within.power < without.power


def test_without_a_baseline_the_check_fails_where_the_metric_is_named(tmp_path: Path) -> None:
    problem = found(tmp_path, ("    repeat_purchase: {value: 9.0%, source: typed, date: 2026-11-20}\n", "    {}\n"))[
        "UP301"
    ]
    assert problem.level == "error"
    assert "design.baselines" in problem.fix
    assert str(problem.place).endswith("sale.yml:17:21")


def test_without_an_audience_size_the_check_fails(tmp_path: Path) -> None:
    assert found(tmp_path, ("  expected_size: 60_000\n", ""))["UP302"].level == "error"


def test_a_mean_needs_its_standard_deviation(tmp_path: Path) -> None:
    assert (
        "standard deviation"
        in found(tmp_path, REVENUE, NO_SECONDARY, baseline("revenue", "{value: 7.50 EUR}"))["UP301"].message
    )
    full = baseline("revenue", "{value: 7.50 EUR, sd: 30.00 EUR, date: 2026-11-20}")
    assessment = assess(sale(tmp_path, REVENUE, NO_SECONDARY, full), today=TODAY)
    assert assessment.power is not None
    assert assessment.test == "log"


def test_a_coefficient_of_variation_says_the_same_as_a_standard_deviation(tmp_path: Path) -> None:
    sd = baseline("revenue", "{value: 7.50 EUR, sd: 30.00 EUR, date: 2026-11-20}")
    cv = baseline("revenue", "{value: 7.50 EUR, cv: 4, date: 2026-11-20}")
    powers = {assess(sale(tmp_path, REVENUE, NO_SECONDARY, given), today=TODAY).power for given in (sd, cv)}
    assert len(powers) == 1


def test_an_effect_in_money_is_the_same_as_its_share_of_the_mean(tmp_path: Path) -> None:
    full = baseline("revenue", "{value: 7.50 EUR, sd: 30.00 EUR, date: 2026-11-20}")
    relative = assess(sale(tmp_path, REVENUE, NO_SECONDARY, full), today=TODAY)
    absolute = assess(sale(tmp_path, REVENUE, NO_SECONDARY, full, ("mde: 10%", "mde: 0.75 EUR")), today=TODAY)
    assert absolute.power == pytest.approx(relative.power)
    assert str(absolute.detectable).endswith(" EUR")


def test_households_without_their_correlation_fail(tmp_path: Path) -> None:
    assert found(tmp_path, HOUSEHOLDS)["UP303"].level == "error"


def test_households_cost_their_design_effect(tmp_path: Path) -> None:
    known = (
        HOUSEHOLDS,
        ("expected_size: 60_000", "expected_size: 60_000\n  expected_clusters: {count: 42_706, size_cv: 0.6}"),
        ("value: 9.0%,", "value: 9.0%, icc: 0.12,"),
    )
    assessment = assess(sale(tmp_path, *known), today=TODAY)
    assert assessment.design_effect == pytest.approx(1.11, abs=0.005)
    assert assessment.test == "log"  # clusters move every metric to the log scale
    expected = power_of(
        Shares(0.09, 0.10, 9_000 / assessment.design_effect, 51_000 / assessment.design_effect, "log"), alpha=0.05
    )
    assert assessment.power == pytest.approx(expected)


def test_an_effect_beyond_the_possible_is_refused(tmp_path: Path) -> None:
    assert found(tmp_path, ("mde: 1.0pp", "mde: 95pp"))["UP304"].level == "error"
    down = found(
        tmp_path,
        ("metric: repeat_purchase, window: 30d, mde: 1.0pp", "metric: unsubscribe_rate, window: 30d, mde: 1pp"),
        baseline("unsubscribe_rate", "{value: 0.8%}"),
    )
    assert "cannot have" in down["UP304"].message


def test_fewer_unsubscribes_are_what_a_metric_wants_whose_better_is_down(tmp_path: Path) -> None:
    study = sale(
        tmp_path,
        ("metric: repeat_purchase, window: 30d, mde: 1.0pp", "metric: unsubscribe_rate, window: 30d, mde: 20%"),
        baseline("unsubscribe_rate", "{value: 2%, date: 2026-11-20}"),
    )
    expected = power_of(Shares(0.02, 0.016, 9_000, 51_000), alpha=0.05)
    assert assess(study, today=TODAY).power == pytest.approx(expected)


def test_quantiles_are_not_judged_and_not_refused(tmp_path: Path) -> None:
    problem = found(
        tmp_path, ("metric: repeat_purchase, window: 30d, mde: 1.0pp", "metric: p90, window: 30d, mde: 5%")
    )["UP305"]
    assert problem.level == "note"


def test_a_split_by_another_system_without_a_size_is_a_note(tmp_path: Path) -> None:
    observed = (
        ("{method: hash}", "{method: observed, column: segment}"),
        ("  expected_size: 60_000\n", ""),
        ("control: true}", "control: true, observed: none}"),
        ("{weight: 85%}", "{weight: 85%, observed: mail}"),
    )
    problems = found(tmp_path, *observed)
    assert {code: p.level for code, p in problems.items()} == {"UP305": "note"}


def test_findings_about_a_closed_experiment_are_notes(tmp_path: Path) -> None:
    problems = found(tmp_path, SMALL, SMALL_REST, ("status: draft", "status: closed"))
    assert problems["UP310"].level == "note"
    assert "control share" in problems["UP310"].fix


def test_a_design_close_to_the_line_is_warned_of(tmp_path: Path) -> None:
    problem = found(tmp_path, ("60_000", "54_000"))["UP312"]
    assert problem.level == "warning"
    assert "an audience of 48,600" in problem.message


def test_a_control_that_will_get_no_verdict_is_refused(tmp_path: Path) -> None:
    """600 contacts in control, 1.5 %: nine converters, and no verdict below ten, however large the effect."""
    few = (("60_000", "4_000"), ("value: 9.0%", "value: 1.5%"), ("mde: 1.0pp", "mde: 300%"))
    problems = found(tmp_path, *few)
    assert problems["UP314"].level == "error"
    assert "9 converters are expected in control: with a chance of 59%" in problems["UP314"].message
    assert "UP310" not in problems
    assert "mde" not in problems["UP314"].fix


def test_a_margin_too_narrow_to_be_shown_is_warned_of(tmp_path: Path) -> None:
    narrow = found(tmp_path, GUARDRAIL, baseline("unsubscribe_rate", "{value: 1.5%, date: 2026-11-20}"))["UP311"]
    assert narrow.level == "warning"
    wide = found(
        tmp_path,
        GUARDRAIL,
        ("margin: 0.3pp", "margin: 0.6pp"),
        baseline("unsubscribe_rate", "{value: 1.5%, date: 2026-11-20}"),
    )
    assert "UP311" not in wide


def test_a_guardrail_without_a_baseline_is_only_noted(tmp_path: Path) -> None:
    assert found(tmp_path, GUARDRAIL)["UP301"].level == "note"


def test_several_guardrails_each_need_more_power(tmp_path: Path) -> None:
    from uplift.design.guardrails import guardrail_power
    from uplift.design.known import known

    both = (
        "guardrails: []",
        "guardrails: [{metric: unsubscribe_rate, window: 30d, margin: 0.3pp}, {metric: orders_per_contact, window: 30d, margin: 5%}]",
    )
    study = sale(tmp_path, both, baseline("unsubscribe_rate", "{value: 0.8%}"))
    assessment, known_ = assess(study, today=TODAY), known(study, "unsubscribe_rate", today=TODAY)
    assert known_ is not None
    answer = guardrail_power(study, study.experiment.metrics.guardrails[0], assessment, known_)
    assert answer is not None
    assert answer.required == pytest.approx(1 - 0.2 / 3)


def test_old_baselines_are_noted_and_typed_ones_labelled(tmp_path: Path) -> None:
    assert found(tmp_path, today=datetime.date(2027, 2, 18)) == {}  # 90 days
    assert found(tmp_path, today=datetime.date(2027, 2, 19))["UP306"].level == "note"
    label = assess(sale(tmp_path), today=datetime.date(2027, 2, 19)).baseline
    assert label is not None
    assert label.label == "typed, 2026-11-20, 91 days old"
    assert "UP306" in found(tmp_path, (", date: 2026-11-20", ""))


def test_cuped_is_not_counted_on_without_a_measurement(tmp_path: Path) -> None:
    study = ("design:\n", "design:\n  variance_reduction: cuped\n  lookback: 90d\n")
    assert found(tmp_path, study)["UP307"].level == "note"
    assert assess(sale(tmp_path, study), today=TODAY).test == "log"


def test_a_look_before_anybody_is_mature_is_refused(tmp_path: Path) -> None:
    looks = ("assignment:", "  sequential: {looks: [2026-12-20, 2027-01-29]}\nassignment:")
    problem = found(tmp_path, looks)["UP210"]
    assert problem.level == "error"
    assert problem.fix == "earliest useful date 2027-01-02"


def test_a_look_with_few_converters_in_control_is_warned_of(tmp_path: Path) -> None:
    looks = ("assignment:", "  sequential: {looks: [2027-01-05, 2027-01-29]}\nassignment:")
    assert found(tmp_path, looks)["UP313"].level == "warning"


def test_looks_make_the_experiment_dearer(tmp_path: Path) -> None:
    pocock = ("assignment:", "  sequential: {spending: pocock, looks: [wave 2, wave 4, wave 6]}\nassignment:")
    assessment = assess(sale(tmp_path, WAVES, NO_END, pocock), today=TODAY)
    assert assessment.looks_cost == pytest.approx(1.171, abs=0.001)
    expected = power_of(Shares(0.09, 0.10, 9_000 / assessment.looks_cost, 51_000 / assessment.looks_cost), alpha=0.05)
    assert assessment.power == pytest.approx(expected)


THREE_ARMS: tuple[Change, ...] = (
    ("weight: 15%, control", "weight: 34%, control"),
    ("  treatment: {weight: 85%}\n", "  small: {weight: 22%}\n  middle: {weight: 22%}\n  large: {weight: 22%}\n"),
    ("60_000", "120_000"),
)


def test_three_arms_are_judged_by_the_weakest(tmp_path: Path) -> None:
    assessment = assess(sale(tmp_path, *THREE_ARMS), today=TODAY)
    assert assessment.comparisons == 3
    assert assessment.level == pytest.approx(0.05 / 3)
    assert assessment.power == min(arm.power for arm in assessment.treatments if arm.power is not None)


def test_at_least_one_of_three_is_easier_than_each(tmp_path: Path) -> None:
    each = assess(sale(tmp_path, *THREE_ARMS), today=TODAY).power
    any_ = assess(sale(tmp_path, *THREE_ARMS, ("design:\n", "design:\n  power_for: any\n")), today=TODAY).power
    assert each is not None
    assert any_ is not None
    assert any_ > each


def test_dunnett_does_not_cover_all_pairs(tmp_path: Path) -> None:
    both = ("design:\n", "design:\n  correction: dunnett\n  comparisons: all_pairs\n")
    assert found(tmp_path, *THREE_ARMS, both)["UP308"].level == "warning"
    assert assess(sale(tmp_path, *THREE_ARMS, both), today=TODAY).correction == "holm"


def test_names_of_arms_change_no_number(tmp_path: Path) -> None:
    """Arms are named, never positional: the same arms in another order and under other names."""
    swapped = (
        "  control: {weight: 15%, control: true}\n  treatment: {weight: 85%}\n",
        "  a: {weight: 85%}\n  b: {weight: 15%, control: true}\n",
    )
    one, other = assess(sale(tmp_path), today=TODAY), assess(sale(tmp_path, swapped), today=TODAY)
    assert one.power == other.power
    assert one.withheld == other.withheld


def test_interval_delta_is_planned_as_delta(tmp_path: Path) -> None:
    delta = assess(sale(tmp_path, ("design:\n", "design:\n  interval: delta\n")), today=TODAY)
    assert delta.test == "delta"
    assert delta.power == pytest.approx(power_of(Shares(0.09, 0.10, 9_000, 51_000, "delta"), alpha=0.05))


def test_the_smallest_detectable_effect_has_just_the_power(tmp_path: Path) -> None:
    study = sale(tmp_path, SMALL, SMALL_REST, SNAPSHOT, NO_END)
    detectable = assess(study, today=TODAY).detectable
    assert detectable is not None
    assert detectable.unit == "points"
    at = power_of(Shares(0.09, 0.09 + float(detectable.value), 6_000, 54_000), alpha=0.05)
    assert 0.80 <= at < 0.81


def test_what_cannot_be_computed_is_absent_not_zero(tmp_path: Path) -> None:
    assessment = assess(sale(tmp_path, ("  expected_size: 60_000\n", "")), today=TODAY)
    absent = ("power", "detectable", "contacts", "control", "audience", "withheld", "enough", "level")
    assert [getattr(assessment, name) for name in absent] == [None] * len(absent)
    assert assessment.treatments == ()
    assert assessment.read_out == datetime.date(2027, 2, 26)


def test_an_assessment_is_a_frozen_value(tmp_path: Path) -> None:
    assessment = assess(sale(tmp_path), today=TODAY)
    with pytest.raises(dataclasses.FrozenInstanceError):
        assessment.power = 1.0  # type: ignore[misc]


def test_a_condition_that_nobody_can_read_fails_the_check(tmp_path: Path) -> None:
    path = write_sale(tmp_path, ("source: contacts\n", "source: contacts\n  where: email_opt_in and\n"))
    (checkup,) = [c for c in check_paths([path], today=TODAY) if c.status is not None]
    (problem,) = [p for p in checkup.problems if p.level == "error"]
    assert problem.code == "UP540"
    assert problem.place is not None
    line = path.read_text().splitlines()[(problem.place.line or 0) - 1]
    assert line == "  where: email_opt_in and"
