"""Two tests on the same people show up in the pull request that adds the second."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.design.studies import NO_END, SNAPSHOT, Change, write_sale
from uplift.errors import Problem
from uplift.spec import examine

# At once on 30 November, 30 days of window: busy until 30 December, washed out on 29 January.
FIRST: tuple[Change, ...] = (SNAPSHOT, NO_END)


def second(day: str) -> tuple[Change, ...]:
    return (*FIRST, ("start: 2026-11-30", f"start: {day}"))


def found(
    folder: Path, *changes: Change, first: tuple[Change, ...] = FIRST, project: tuple[Change, ...] = ()
) -> list[Problem]:
    write_sale(folder, *first, project=project)
    write_sale(folder, *changes, project=project, name="voucher")
    return [p for file in examine([folder]) for p in file.problems if p.code == "UP250"]


def test_a_test_within_the_wash_out_is_warned_of_at_its_start(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, *second("2027-01-14"))
    assert problem.level == "warning"
    assert problem.place is not None
    assert Path(problem.place.file).name == "voucher.yml"
    assert "sale has the same audience until 2026-12-30, 15 days before this one starts" in problem.message
    assert problem.fix == "start after 2027-01-29, or give both a range of one layer"


def test_what_the_fix_says_is_enough(tmp_path: Path) -> None:
    assert not found(tmp_path, *second("2027-01-30"))
    ranges = [("{method: hash}", f"{{method: hash, layer: {{name: incentives, from: {a}%, to: {b}%}}}}") for a, b in ((0, 50), (50, 100))]  # fmt: skip
    assert not found(tmp_path, *second("2026-12-10"), ranges[1], first=(*FIRST, ranges[0]))


def test_tests_at_the_same_time_are_warned_of(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, *second("2026-12-10"))
    assert "at the same time" in problem.message


def test_the_wash_out_is_the_projects(tmp_path: Path) -> None:
    shorter = (("layers:\n", "defaults: {wash_out: 2w}\nlayers:\n"),)
    assert not found(tmp_path, *second("2027-01-14"), project=shorter)


@pytest.mark.parametrize(
    "change", [("source: contacts", "source: contacts\n  where: email_opt_in"), ("status: draft", "status: closed")]
)
def test_another_audience_and_a_test_that_is_over_say_nothing(tmp_path: Path, change: Change) -> None:
    assert not found(tmp_path, *second("2026-12-10"), change)


def test_with_rolling_entry_it_is_a_note(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, ("start: 2026-11-30", "start: 2027-01-14"), first=())
    assert problem.level == "note"


def test_many_tests_before_are_one_finding(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_sale(tmp_path, *FIRST, name=name)
    (problem,) = found(tmp_path, *second("2026-12-10"))[-1:]
    assert "(and 3 more)" in problem.message
