"""`uplift report`: one result, a folder of them, other forms, and an index."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.report import report_cases as cases
from uplift.cli.app import app
from uplift.errors import ProjectError
from uplift.results.json_form import to_json
from uplift.starter import write_starter

RUN = CliRunner()


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, case, day in (
        ("one", cases.clear_win(), 1),
        ("one", cases.no_difference(), 2),
        ("two", cases.srm_failed(), 1),
    ):
        result = dataclasses.replace(
            case, experiment=dataclasses.replace(case.experiment, id=name), as_of=datetime.date(2026, 3, day)
        )
        target = tmp_path / "results" / name / result.as_of.isoformat() / "result.json"
        target.parent.mkdir(parents=True)
        target.write_text(to_json(result), encoding="utf-8")
    return tmp_path / "results"


def test_a_folder_gives_the_newest_report_of_each_experiment_and_an_index(results: Path) -> None:
    done = RUN.invoke(app, ["report", "results"])
    assert done.exit_code == 0, done.output
    assert sorted(p.name for p in Path("reports").iterdir()) == ["index.html", "one.de.html", "two.de.html"]
    assert "kein Unterschied nachweisbar" in Path("reports/one.de.html").read_text(encoding="utf-8")
    assert 'href="one.de.html"' in Path("reports/index.html").read_text(encoding="utf-8")


def test_results_is_where_it_looks_by_itself(results: Path) -> None:
    assert RUN.invoke(app, ["report"]).exit_code == 0
    assert Path("reports/index.html").is_file()


def test_one_result_as_markdown_goes_to_the_terminal(results: Path) -> None:
    done = RUN.invoke(app, ["report", "results/one/2026-03-01/result.json", "--format", "markdown", "-l", "en"])
    assert done.output.startswith("### ▲ The campaign lifts")
    assert not Path("reports").exists()


def test_several_forms_go_into_one_folder(results: Path) -> None:
    done = RUN.invoke(
        app, ["report", "results/one/2026-03-01/result.json", "-f", "html", "-f", "csv", "-f", "svg", "-o", "out"]
    )
    assert done.exit_code == 0, done.output
    assert Path("out/one.de.html").is_file()
    assert Path("out/one.de.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert Path("out/one.de.charts/primary-chart.svg").is_file()


def test_several_reports_refuse_one_file(results: Path) -> None:
    done = RUN.invoke(app, ["report", "results", "-o", "all.html"])
    assert done.exit_code == 2


def test_an_empty_folder_is_a_problem_with_a_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = RUN.invoke(app, ["report"])
    assert isinstance(done.exception, ProjectError)
    assert done.exception.problems[0].code == "UP902"


def test_the_index_lists_the_tests_that_still_run(results: Path) -> None:
    write_starter(results.parent)
    assert RUN.invoke(app, ["report", "results"]).exit_code == 0
    assert "Was läuft, und was ist geplant?" in Path("reports/index.html").read_text(encoding="utf-8")
