"""Whatever changes the meaning can be named, and what was named can be applied again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uplift.spec import load_study, spec_hash
from uplift.spec.fields import Change, applied, changes, fields_of, place_of, values_of

Write = Callable[..., Path]

DECISIONS = [
    ("1.0pp", "1.1pp", "metrics.primary.mde"),
    ("1.0pp", "1.0%", "metrics.primary.mde"),
    ("window: 30d, mde", "window: 31d, mde", "metrics.primary.window"),
    ("2026-11-30", "2026-12-01", "schedule.start"),
    ("expected_size: 60_000", "expected_size: 60_001", "audience.expected_size"),
    ("A mail raises", "Two mails raise", "hypothesis"),
    ("method: hash,", "method: hash, salt_epoch: 2,", "assignment.salt_epoch"),
    ("value: 9.0%", "value: 9.1%", "design.baselines.repeat_purchase.value"),
    ("[country, value_band]", "[value_band, country]", "segments"),
    ("design:\n", "design:\n  alpha: 0.05\n", "design.alpha"),
    ("ship: primary.low > 0", "ship: primary.low > 1%", "decision.ship"),
    ("0.62 EUR", "0.63 EUR", "arms.treatment.contact_cost"),
    ("margin: 38%", "margin: 39%", "value.margin"),
    ("margin: 0.3pp", "margin: 0.4pp", "metrics.guardrails.unsubscribe_rate.margin"),
]


@pytest.mark.parametrize(("old", "new", "field"), DECISIONS)
def test_every_decision_has_a_name_and_a_place(write: Write, old: str, new: str, field: str) -> None:
    first = load_study(write())
    second = load_study(write((old, new)))
    assert spec_hash(first) != spec_hash(second)
    (change,) = changes(values_of(first), second)
    assert change.field == field
    place = place_of(second, field)
    line = second.document.text.splitlines()[place.line - 1]  # type: ignore[operator]
    fragment = new.rsplit(": ", 1)[-1].split(",")[0].strip()
    assert fragment in line


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("where: not is_cancelled", "where: not is_returned", "project.metrics.repeat_purchase.where"),
        ("data_lag: 3d", "data_lag: 4d", "project.sources.orders.data_lag"),
        ("timezone: Europe/Berlin", "timezone: Europe/Paris", "project.timezone"),
        ("share: 5%", "share: 6%", "project.holdouts.global-2026h2.share"),
        ("alpha: 0.1", "alpha: 0.05", "design.alpha"),
    ],
)
def test_shared_definitions_are_named_in_the_project(write: Write, old: str, new: str, field: str) -> None:
    first = values_of(load_study(write()))
    second = load_study(write(project=((old, new),)))
    (change,) = changes(first, second)
    assert change.field == field
    assert place_of(second, field).file.endswith("project.yml")


def test_the_order_of_arms_is_a_field(write: Write) -> None:
    control = "  control: {weight: 15%, control: true}\n"
    treatment = "  treatment: {weight: 85%, contact_cost: 0.62 EUR}\n"
    first = values_of(load_study(write()))
    (change,) = changes(first, load_study(write((control + treatment, treatment + control))))
    assert change == Change("arms", ("control", "treatment"), ("treatment", "control"))


def test_the_notation_is_no_change(write: Write) -> None:
    first = values_of(load_study(write()))
    other = load_study(write(("weight: 15%", "weight: 3/20"), ("60_000", "60000"), ("0.62 EUR", "0.620 EUR")))
    assert changes(first, other) == ()


def test_every_field_has_a_place_in_its_file(write: Write) -> None:
    study = load_study(write())
    for name, field in fields_of(study).items():
        assert field.place.line is not None, name
        if field.is_written:
            assert field.place == place_of(study, name)


_FIELDS = st.dictionaries(
    st.sampled_from(["a", "a.b", "b.c", "d"]), st.one_of(st.booleans(), st.integers(), st.text(max_size=3)), max_size=4
)


@given(before=_FIELDS, after=_FIELDS)
def test_applied_changes_lead_from_one_state_to_the_other(
    before: dict[str, bool | int | str], after: dict[str, bool | int | str]
) -> None:
    made = tuple(
        Change(name, before.get(name), after.get(name))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )
    assert applied(before, made) == after
