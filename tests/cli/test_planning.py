"""The verbs before a test, as a stranger uses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_commands import run
from tests.design.studies import write_sale
from tests.design.test_baseline import project as project_with_data


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "experiments").mkdir()
    write_sale(tmp_path / "experiments")
    return tmp_path


def test_plan_prints_tables_and_writes_a_page(project: Path) -> None:
    done = run("plan", "sale", cwd=project)
    assert done.returncode == 0, done.stderr
    assert "Large enough: 84% power" in done.stdout
    assert "plan    reports/sale.plan.en.html" in done.stdout
    assert "Large enough: 84% power" in (project / "reports" / "sale.plan.en.html").read_text(encoding="utf-8")


def test_plan_speaks_german_and_writes_where_it_is_told(project: Path) -> None:
    done = run("plan", "sale", "-l", "de", "-o", "page.html", cwd=project)
    assert "Groß genug: 84\u00a0% Teststärke" in done.stdout
    assert '<html lang="de">' in (project / "page.html").read_text(encoding="utf-8")


def test_a_plan_that_is_too_small_exits_1_and_still_shows_what_would_be_enough(project: Path) -> None:
    write_sale(project / "experiments", ("weight: 15%, control", "weight: 5%, control"), ("weight: 85%", "weight: 95%"))
    done = run("plan", "sale", cwd=project)
    assert done.returncode == 1
    assert "UP310" in done.stderr
    assert "a control share of 13.2% instead of 5%" in done.stdout
    assert (project / "reports" / "sale.plan.en.html").is_file()


def test_baseline_measures_and_writes_only_when_told(tmp_path: Path) -> None:
    study, _ = project_with_data(tmp_path)
    before = study.document.path.read_bytes()
    done = run("baseline", "sale", "--as-of", "2026-06-01", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "480 eligible contacts on 1\u00a0June 2026" in done.stdout
    assert study.document.path.read_bytes() == before

    done = run("baseline", "sale", "--as-of", "2026-06-01", "--write", "-l", "de", cwd=tmp_path)
    assert "wrote   experiments/sale.yml" in done.stdout
    assert "480 geeignete Kontakte" in done.stdout
    assert "  expected_size: 480      # a guess" in study.document.path.read_text(encoding="utf-8")
    assert done.returncode == 1  # 480 contacts can't show five points
    assert "UP310" in done.stderr or "UP314" in done.stderr


def test_baseline_without_the_data_exits_2(project: Path) -> None:
    done = run("baseline", "sale", cwd=project)
    assert done.returncode == 2
    assert "UP520" in done.stderr
    assert "Traceback" not in done.stderr
