"""Every suggestion is solved: applied to the study, it alone makes the gate pass."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import pytest

from tests.design.studies import NO_END, SNAPSHOT, TODAY, WAVES, Change, sale
from uplift.design import assess, findings
from uplift.design.assessment import question
from uplift.design.sizing import sizes
from uplift.design.suggestions import ControlShare, LargerAudience, LargerEffect, Suggestion, apply, suggestions
from uplift.design.timeline import read_out_date
from uplift.spec import Study

SMALL: tuple[Change, ...] = (("weight: 15%, control", "weight: 5%, control"), ("weight: 85%", "weight: 95%"))


def offered(study: Study) -> tuple[Suggestion, ...]:
    put = question(study, today=TODAY)
    assert put is not None
    return suggestions(study, *put, detectable=assess(study, today=TODAY).detectable)


def random_changes(rng: random.Random) -> tuple[Change, ...]:
    """One design out of many: kinds, splits, arms, entries, tests, households, looks, holdout and layer."""
    arms = rng.choice([1, 1, 1, 2, 3])
    control = rng.choice([2, 5, 10, 15, 20, 30, 50, 60])
    named = "".join(f"  arm_{i}: {{weight: {100 - control}/{100 * arms}}}\n" for i in range(arms))
    changes: list[Change] = [
        ("control: {weight: 15%, control: true}", f"control: {{weight: {control}%, control: true}}"),
        ("  treatment: {weight: 85%}\n", named),
        ("60_000", str(rng.choice([8_000, 30_000, 60_000, 150_000, 400_000]))),
        ("design:\n", f"design:\n  correction: {rng.choice(['holm', 'dunnett', 'none'])}\n"),
        ("design:\n", f"design:\n  power_for: {rng.choice(['each', 'each', 'any'])}\n"),
        ("design:\n", f"design:\n  sides: {rng.choice([1, 2, 2])}\n"),
        ("design:\n", f"design:\n  interval: {rng.choice(['auto', 'auto', 'log', 'fieller', 'delta'])}\n"),
        ("design:\n", f"design:\n  power: {rng.choice([0.8, 0.8, 0.9])}\n"),
    ]
    if rng.random() < 0.4:
        mde = rng.choice(["4%", "8%", "0.40 EUR"])
        changes += [
            ("{metric: repeat_purchase, window: 30d, mde: 1.0pp}", f"{{metric: revenue, window: 30d, mde: {mde}}}"),
            ("[{metric: revenue, window: 30d}]", "[]"),
            (
                "    repeat_purchase: {value: 9.0%,",
                f"    revenue: {{value: 8.00 EUR, sd: {rng.choice([15, 40])}.00 EUR,",
            ),
        ]
    else:
        changes += [
            ("mde: 1.0pp", f"mde: {rng.choice(['0.5pp', '1.0pp', '5%', '12%'])}"),
            ("value: 9.0%", f"value: {rng.choice(['1.5%', '4%', '9.0%', '30%'])}"),
        ]
    entry = rng.choice(["rolling", "waves", "snapshot"])
    if entry == "waves":
        looks = "  sequential: {spending: pocock, looks: [wave 2, wave 4, wave 6]}\nassignment:"
        changes += [WAVES, NO_END, *([("assignment:", looks)] if rng.random() < 0.4 else [])]
    elif entry == "snapshot":
        changes += [SNAPSHOT, NO_END]
    shared = rng.random()
    if shared < 0.3:
        changes.append(
            ("{method: hash}", "{method: hash, holdout: global-2026h2, layer: {name: incentives, from: 0%, to: 70%}}")
        )
    elif shared < 0.5:
        size = int(changes[2][1])
        changes += [
            ("type: integer}", "type: integer, cluster: household_id}"),
            (
                f"expected_size: {size}",
                f"expected_size: {size}\n  expected_clusters: {{count: {size * 2 // 3}, size_cv: 0.5}}",
            ),
            ("source: typed, date", "icc: 0.1, source: typed, date"),
        ]
    if rng.random() < 0.8:  # what the past explains was measured; some designs use it already
        share = rng.choice([0.1, 0.5, 0.8])
        changes.append(("source: typed, date", f"r_squared: {share}, explained_by: [past 30d], source: orders, date"))
        if rng.random() < 0.3:
            changes.append(("design:\n", "design:\n  variance_reduction: cuped\n"))
    return tuple(changes)


def failing_designs(folder: Path, wanted: int, *, seed: int) -> list[Study]:
    rng, found = random.Random(seed), []
    while len(found) < wanted:
        study = sale(folder, *random_changes(rng))
        if assess(study, today=TODAY).enough is False:
            found.append(study)
    return found


def check_every_suggestion(studies: list[Study]) -> dict[str, int]:
    counted = {"ControlShare": 0, "LargerAudience": 0, "UseThePast": 0, "LargerEffect": 0}
    for study in studies:
        before = sizes(study)
        assert before is not None
        for suggestion in offered(study):
            changed = apply(suggestion.change, study)
            assert not [p for p in findings(changed, today=TODAY) if p.level == "error"], suggestion
            after = sizes(changed)
            assert after is not None
            assert suggestion.withheld == after.control.contacts - before.control.contacts
            dates = read_out_date(changed), read_out_date(study)
            assert dates[0] is not None
            assert dates[1] is not None
            assert suggestion.days == (dates[0] - dates[1]).days
            assert sum(arm.weight for arm in changed.experiment.arms.values()) == sum(
                arm.weight for arm in study.experiment.arms.values()
            )
            counted[type(suggestion.change).__name__] += 1
    return counted


def test_every_suggestion_for_sixty_failing_designs_makes_the_gate_pass(tmp_path: Path) -> None:
    counted = check_every_suggestion(failing_designs(tmp_path, 60, seed=20261122))
    assert counted.pop("UseThePast") >= 5  # few designs fail by so little that the past alone is enough
    assert min(counted.values()) >= 10  # each kind of suggestion was really tried


@pytest.mark.slow
def test_every_suggestion_for_two_hundred_more_makes_the_gate_pass(tmp_path: Path) -> None:
    check_every_suggestion(failing_designs(tmp_path, 200, seed=5))


def test_a_little_less_than_suggested_is_not_enough(tmp_path: Path) -> None:
    study = sale(tmp_path, *SMALL)
    for suggestion in offered(study):
        match suggestion.change:
            case ControlShare(share):
                less = apply(ControlShare(share - Fraction(1, 1000)), study)
            case LargerAudience(size):
                less = apply(LargerAudience(int(size * 0.99)), study)
            case LargerEffect(mde):
                smaller = type(mde)(mde.value * Fraction(98, 100), mde.unit)
                less = apply(LargerEffect(smaller), study)
        assert assess(less, today=TODAY).enough is False


def test_a_control_that_is_too_large_is_made_smaller(tmp_path: Path) -> None:
    """With 97 % in control the treatment arm is the bottleneck; the nearest share that is enough is below."""
    study = sale(tmp_path, ("weight: 15%, control", "weight: 97%, control"), ("weight: 85%", "weight: 3%"))
    share = next(s for s in offered(study) if isinstance(s.change, ControlShare))
    assert isinstance(share.change, ControlShare)
    assert Fraction(1, 2) < share.change.share < Fraction(97, 100)
    assert share.withheld < 0
    assert "fewer contacts withheld" in share.text


def test_a_control_share_that_cannot_help_is_left_out(tmp_path: Path) -> None:
    half = sale(
        tmp_path, ("weight: 15%, control", "weight: 50%, control"), ("weight: 85%", "weight: 50%"), ("60_000", "20_000")
    )
    assert not [s for s in offered(half) if isinstance(s.change, ControlShare)]


def test_an_audience_ten_times_as_large_is_no_advice(tmp_path: Path) -> None:
    tiny = sale(tmp_path, ("60_000", "1_000"))
    assert [type(s.change) for s in offered(tiny)] == [LargerEffect]


def test_a_longer_enrolment_is_told_in_days(tmp_path: Path) -> None:
    audience = next(s for s in offered(sale(tmp_path, *SMALL)) if isinstance(s.change, LargerAudience))
    assert isinstance(audience.change, LargerAudience)
    assert audience.change.enrol_until is not None
    assert audience.days > 0
    assert f"enrolment until {audience.change.enrol_until}" in audience.text


def test_more_waves_are_told_as_waves(tmp_path: Path) -> None:
    waves = sale(tmp_path, *SMALL, WAVES, NO_END)
    audience = next(s for s in offered(waves) if isinstance(s.change, LargerAudience))
    assert isinstance(audience.change, LargerAudience)
    assert audience.change.waves is not None
    assert audience.change.waves > 6
    assert audience.days == (audience.change.waves - 6) * 14


def test_a_snapshot_is_read_on_the_same_day_whatever_its_size(tmp_path: Path) -> None:
    once = sale(tmp_path, *SMALL, SNAPSHOT, NO_END)
    audience = next(s for s in offered(once) if isinstance(s.change, LargerAudience))
    assert audience.days == 0
    assert "later" not in audience.text
