"""Findings that somebody accepts, until the date that stands beside it."""

from __future__ import annotations

import datetime
from pathlib import Path

from tests.design.studies import TODAY, Change, sale, write_sale
from uplift.design import findings
from uplift.design.check import check_paths

SMALL: tuple[Change, ...] = (("weight: 15%, control", "weight: 5%, control"), ("weight: 85%", "weight: 95%"))
WAIVER: Change = (
    "assignment:",
    "waivers: [{code: UP310, reason: legal mandate, until: 2027-02-28, by: head-of-crm}]\nassignment:",
)
DAY = datetime.date


def test_a_waived_finding_is_a_note_that_says_by_whom_and_until_when(tmp_path: Path) -> None:
    problem = findings(sale(tmp_path, *SMALL, WAIVER), today=TODAY)[0]
    assert (problem.code, problem.level) == ("UP310", "note")
    assert problem.message.endswith("[waived by head-of-crm until 2027-02-28: legal mandate]")
    assert problem.fix  # how to mend it is still told


def test_a_waiver_holds_on_its_last_day_and_not_after(tmp_path: Path) -> None:
    study = sale(tmp_path, *SMALL, WAIVER, ("2026-11-20", "2027-02-20"))
    assert {p.code: p.level for p in findings(study, today=DAY(2027, 2, 28))} == {"UP310": "note"}
    after = {p.code: p for p in findings(study, today=DAY(2027, 3, 1))}
    assert {code: p.level for code, p in after.items()} == {"UP310": "error", "UP320": "error"}
    assert "ran out on 2027-02-28" in after["UP320"].message


def test_an_expired_waiver_is_an_error_even_where_nothing_is_left_to_waive(tmp_path: Path) -> None:
    problems = findings(sale(tmp_path, WAIVER), today=DAY(2027, 3, 1))
    assert [(p.code, p.level) for p in problems if p.level == "error"] == [("UP320", "error")]


def test_an_expired_waiver_points_at_its_date(tmp_path: Path) -> None:
    study = sale(tmp_path, WAIVER)
    place = next(p.place for p in findings(study, today=DAY(2027, 3, 1)) if p.code == "UP320")
    assert place is not None
    assert place.line is not None
    assert place.column is not None
    assert study.document.text.splitlines()[place.line - 1][place.column - 1 :].startswith("2027-02-28")


def test_another_code_is_not_waived(tmp_path: Path) -> None:
    other = (WAIVER[0], WAIVER[1].replace("UP310", "UP213"))
    assert findings(sale(tmp_path, *SMALL, other), today=TODAY)[0].level == "error"


def test_findings_of_the_yaml_rules_can_be_waived_too(tmp_path: Path) -> None:
    basket = (
        ("{metric: repeat_purchase, window: 30d, mde: 1.0pp}", "{metric: basket, window: 30d, mde: 12%}"),
        ("    repeat_purchase: {value: 9.0%,", "    basket: {value: 75 EUR, sd: 150 EUR,"),
    )
    waiver = (WAIVER[0], WAIVER[1].replace("UP310", "UP206"))
    path = write_sale(tmp_path, *basket, waiver)
    found = {p.code: p for checkup in check_paths([path], today=TODAY) for p in checkup.problems}
    assert found["UP206"].level == "note"
    assert "[waived by head-of-crm" in found["UP206"].message


def test_on_a_closed_experiment_even_an_expired_waiver_is_a_note(tmp_path: Path) -> None:
    study = sale(tmp_path, *SMALL, WAIVER, ("status: draft", "status: closed"))
    assert {p.level for p in findings(study, today=DAY(2028, 1, 1))} == {"note"}
