"""What the check prints: for people, GitHub, pull requests, programs and JUnit readers."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from tests.design.studies import TODAY, Change, write_sale
from uplift.design import checkup as checkups
from uplift.design.check import Report, check_paths, exit_code, render
from uplift.design.checkup import Checkup
from uplift.errors import Place, Problem

SMALL: tuple[Change, ...] = (("weight: 15%, control", "weight: 5%, control"), ("weight: 85%", "weight: 95%"))
CLOSED: Change = ("status: draft", "status: closed")
IN_FORCE: Change = ("from: 2026-07-01", "from: 2027-07-01")
"""No holdout is in force when the experiment starts: nothing to warn of."""


def report(folder: Path, *changes: Change) -> Report:
    return check_paths([write_sale(folder, *changes, project=(IN_FORCE,))], today=TODAY)


@pytest.fixture
def passing(tmp_path: Path) -> Report:
    return report(tmp_path)


@pytest.fixture
def failing(tmp_path: Path) -> Report:
    return report(tmp_path, *SMALL)


def hostile() -> Report:
    """A problem that carries what each format has to escape."""
    problem = Problem("UP999", "50% | <b>«a:b,c»</b> & \x07\nnext\r", fix='"x" | y', place=Place("a,b:c%.yml", 3, 7))
    return (Checkup(Path("a,b:c%.yml"), None, None, (problem,)),)


def test_text_is_a_line_per_experiment_when_all_is_well(passing: Report) -> None:
    assert render(passing) == (
        "ok    sale: power 84% for 1.0pp on repeat_purchase, 60,000 contacts, read-out 2027-02-26, "
        "baseline 9% (typed, 2026-11-20)\n1 experiment: 0 errors, 0 warnings, 0 notes"
    )


def test_text_shows_place_level_code_and_fix(failing: Report) -> None:
    first, fix, *_, line, count = render(failing).splitlines()
    assert re.search(r"sale\.yml:17:56: error UP310 underpowered: 4\d% power for 1\.0pp on repeat_purchase", first)
    assert fix.startswith("    fix: any ONE of: control share 5% → ")
    assert line.startswith("fail  sale: power 4")
    assert count == "1 experiment: 1 error, 0 warnings, 0 notes"


def test_text_says_how_many_of_the_audience_are_left(tmp_path: Path) -> None:
    held = ("{method: hash}", "{method: hash, holdout: global-2026h2}")
    path = write_sale(tmp_path, held)
    assert "57,000 of 60,000 contacts" in render(check_paths([path], today=TODAY))


def test_text_says_why_power_is_not_known(tmp_path: Path) -> None:
    assert "power not checked: no audience size" in render(report(tmp_path, ("  expected_size: 60_000\n", "")))


def test_a_file_with_errors_in_the_yaml_is_not_assessed(tmp_path: Path) -> None:
    broken = report(tmp_path, ("owner: crm", "owner: crm\nguardrials: []"))
    assert "fail  sale.yml: not checked, the YAML has errors" in render(broken)
    assert exit_code(broken) == 1


def test_a_closed_experiment_that_was_too_small_is_no_failure(tmp_path: Path) -> None:
    closed = report(tmp_path, *SMALL, CLOSED)
    assert exit_code(closed) == 0
    assert "note  sale (closed): power 4" in render(closed)


def test_exit_codes_follow_the_level_asked_for(tmp_path: Path) -> None:
    close = report(tmp_path, ("60_000", "54_500"))
    assert [p.level for p in close[1].problems] == ["warning"]
    assert exit_code(close) == 0
    assert exit_code(close, fail_on="warning") == 1
    error = [Problem("UP310", "too small")]
    assert [checkups.exit_code(error, level) for level in ("error", "warning", "never")] == [1, 1, 0]
    assert checkups.exit_code([Problem("UP306", "old", level="note")], "warning") == 0
    assert checkups.exit_code([]) == 0


def test_github_points_at_the_line(failing: Report) -> None:
    line = render(failing, "github").splitlines()[0]
    assert re.match(r"::error file=.*sale\.yml,line=17,col=56,title=UP310::underpowered: 4\d%25 power", line)
    assert "%0Afix: any ONE of" in line


def test_github_escapes_what_would_end_a_property_or_the_line() -> None:
    line, count = render(hostile(), "github").split("\n")
    assert line.startswith("::error file=a%2Cb%3Ac%25.yml,line=3,col=7,title=UP999::50%25 | <b>«a:b,c»</b>")
    assert "%0Anext%0D%0Afix:" in line
    assert count.startswith("1 experiment: 1 error")


def test_github_shows_the_gravest_first_and_each_rule_once_per_experiment() -> None:
    place = Place("a.yml", 1, 1)
    problems = (
        Problem("UP312", "close", place=place, level="warning"),
        Problem("UP102", "missing a", place=place),
        Problem("UP102", "missing b", place=place),
        Problem("UP306", "old", place=place, level="note"),
    )
    lines = render((Checkup(Path("a.yml"), None, None, problems),), "github").splitlines()
    assert [line.split()[0] for line in lines[:-1]] == ["::error", "::warning", "::notice"]


def test_github_annotates_no_more_than_it_shows_and_logs_the_rest() -> None:
    errors = tuple(Problem(f"UP{code}", "x", "y") for code in range(101, 115))
    warnings = tuple(Problem(f"UP{code}", "x", level="warning") for code in range(201, 213))
    lines = render((Checkup(Path("a.yml"), None, None, warnings + errors),), "github").splitlines()
    annotations = [line for line in lines if line.startswith("::")]
    assert [line.split()[0] for line in annotations] == ["::error"] * 10 + ["::warning"] * 10
    assert "6 more, which GitHub would not show at their line:" in lines
    assert [line.split()[1] for line in lines if line.startswith("    ") and "fix:" not in line] == [
        "UP111", "UP112", "UP113", "UP114", "UP211", "UP212",
    ]  # fmt: skip


def test_a_logged_problem_is_never_a_command() -> None:
    problems = tuple(Problem(f"UP{code}", "::error::x\n::set-env name=A::1") for code in range(101, 114))
    lines = render((Checkup(Path("a.yml"), None, None, problems),), "github").splitlines()
    assert sum(line.startswith("::") for line in lines) == 10
    assert not any(line.startswith("::set-env") for line in lines)


def test_code_quality_has_a_stable_mark_for_each_finding() -> None:
    problem = Problem("UP102", "missing", "add it", Place("./a.yml", 7, 1))
    twice = (Checkup(Path("a.yml"), None, None, (problem, problem)),)
    moved = (Checkup(Path("a.yml"), None, None, (replace(problem, place=Place("./a.yml", 9, 1)),)),)
    first, second = json.loads(render(twice, "gitlab"))
    assert first["location"] == {"path": "a.yml", "lines": {"begin": 7}}
    assert first["description"] == "missing. Fix: add it"
    assert first["fingerprint"] != second["fingerprint"]
    assert json.loads(render(moved, "gitlab"))[0]["fingerprint"] == first["fingerprint"]
    assert json.loads(render((), "gitlab")) == []


def test_code_quality_survives_hostile_text() -> None:
    (found,) = json.loads(render(hostile(), "gitlab"))
    assert found["location"]["path"] == "a,b:c%.yml"
    assert found["severity"] == "major"


def test_markdown_has_a_row_per_experiment_and_every_problem(failing: Report) -> None:
    text = render(failing, "markdown")
    row = next(line for line in text.splitlines() if line.startswith("| fail "))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1] == "sale"
    assert cells[3] == "1.0pp on repeat_purchase"
    assert cells[5] == "control 3,000, treatment 57,000"
    assert cells[6:] == ["3,000", "2027-02-26"]
    assert "**error UP310** underpowered" in text


def test_markdown_escapes_tables_and_tags() -> None:
    text = render(hostile(), "markdown")
    assert "50% \\| &lt;b&gt;" in text
    assert "<b>" not in text.replace("<br>", "")


def test_json_is_versioned_and_holds_numbers(failing: Report) -> None:
    document = json.loads(render(failing, "json"))
    assert document["schema"] == "uplift.check/1"
    assert (document["exit_code"], document["errors"]) == (1, 1)
    sale = document["files"][1]
    assert sale["enough"] is False
    assert sale["assessment"]["power"] == pytest.approx(0.44, abs=0.03)
    assert sale["assessment"]["mde"] == {"text": "1.0pp", "value": 0.01, "unit": "points"}
    assert sale["assessment"]["read_out"] == "2027-02-26"
    assert sale["assessment"]["control"] == {"arm": "control", "contacts": 3000}
    problem = sale["problems"][0]
    assert (problem["code"], problem["level"], problem["line"], problem["column"]) == ("UP310", "error", 17, 56)


def test_json_says_null_where_nothing_is_known(tmp_path: Path) -> None:
    sale = json.loads(render(report(tmp_path, ("  expected_size: 60_000\n", "")), "json"))["files"][1]
    assert sale["enough"] is None
    assert sale["assessment"]["power"] is None
    assert sale["assessment"]["unanswered"] == "audience"


def test_junit_has_a_failure_per_error_and_a_pass_for_what_is_well(tmp_path: Path) -> None:
    bad, good = ET.fromstring(render(report(tmp_path, *SMALL), "junit")), tmp_path / "good"
    assert (bad.get("tests"), bad.get("failures")) == ("2", "1")
    failure = bad.find(".//failure")
    assert failure is not None
    assert "underpowered" in (failure.get("message") or "")
    good.mkdir()
    well = ET.fromstring(render(report(good), "junit"))
    assert [case.get("name") for case in well.iter("testcase")] == ["uplift check", "uplift check"]
    assert well.find(".//failure") is None


def test_junit_survives_what_xml_cannot_hold() -> None:
    root = ET.fromstring(render(hostile(), "junit"))
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.get("message") == "50% | <b>«a:b,c»</b> & \ufffd\nnext\r"


def test_every_format_prints_the_same_bytes_for_the_same_report(tmp_path: Path) -> None:
    for form in ("text", "github", "markdown", "json", "junit"):
        assert render(report(tmp_path, *SMALL), form) == render(report(tmp_path, *SMALL), form)


def test_a_project_without_findings_takes_no_line(passing: Report) -> None:
    assert [c.path.name for c in passing] == ["project.yml", "sale.yml"]
    assert "project" not in render(passing)
