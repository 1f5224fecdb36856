"""The verbs before a test, as a stranger uses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_commands import run
from tests.design.studies import write_sale


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
