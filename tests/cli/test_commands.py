"""The command line as a stranger uses it: every verb, its exit code, and what goes to stdout and stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.analysis.projects import Drawn, draw

UPLIFT = [sys.executable, "-m", "uplift"]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}
    return subprocess.run([*UPLIFT, *arguments], cwd=cwd, capture_output=True, text=True, env=env, check=False)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """A project with orders: 100 of about 2,000 control contacts bought, 160 of the others."""
    project = draw(tmp_path_factory.mktemp("project") / "shop")
    project.order(
        (unit, "2026-03-05 10:00:00", "20.00")
        for arm, buyers in (("control", 100), ("treatment", 160))
        for unit in project.members(arm)[:buyers]
    )
    return project


@pytest.fixture(scope="module")
def shop(drawn: Drawn) -> Path:
    return drawn.study.root


def test_help_names_every_verb(tmp_path: Path) -> None:
    done = run("--help", cwd=tmp_path)
    assert done.returncode == 0
    for verb in ("demo", "init", "check", "assign", "analyze", "report", "schema", "explain"):
        assert verb in done.stdout


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['uplift', '--help']\n"
        "from uplift.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'scipy', 'pandas', 'statsmodels', 'matplotlib', 'duckdb', 'sqlglot', 'jinja2', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_check_says_ok_and_exits_0(tmp_path: Path, root: Path) -> None:
    done = run("check", str(root / "experiments"), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 errors" in done.stdout


def test_check_points_at_a_misspelt_key_and_exits_1(shop: Path) -> None:
    path = shop / "experiments" / "typo.yml"
    path.write_text(
        (shop / "experiments" / "sale.yml").read_text().replace("id: sale", "id: typo").replace("owner:", "ownr:")
    )
    done = run("check", "experiments/typo.yml", cwd=shop)
    path.unlink()
    assert done.returncode == 1
    assert "experiments/typo.yml:3:1: error UP101 unknown key 'ownr'" in done.stdout
    assert "did you mean 'owner'?" in done.stdout


def test_check_without_a_project_exits_2(tmp_path: Path) -> None:
    done = run("check", cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_assign_again_changes_nobody(shop: Path) -> None:
    done = run("assign", "sale", "--on", "2026-03-02", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert "0 contacts assigned" in done.stdout


def test_audit_recomputes_every_assignment(shop: Path) -> None:
    done = run("audit", "sale", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert "4,000 of 4,000 assignments recomputed, 0 wrong" in done.stdout


def test_analyze_prints_a_table_and_writes_result_and_report(shop: Path) -> None:
    done = run("analyze", "sale", "--as-of", "2026-04-01", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert "Relative uplift" in done.stdout
    assert (shop / "results" / "sale" / "2026-04-01" / "result.json").is_file()
    assert (shop / "reports" / "sale.en.html").is_file()
    assert "\x1b[" not in done.stdout + done.stderr


def test_analyze_json_prints_only_json_on_stdout(shop: Path) -> None:
    done = run("analyze", "sale", "--as-of", "2026-04-01", "--json", cwd=shop)
    assert json.loads(done.stdout)["experiment"]["id"] == "sale"


def test_report_draws_again_in_the_other_language_without_data(shop: Path, tmp_path: Path) -> None:
    run("analyze", "sale", "--as-of", "2026-04-01", cwd=shop)
    result = shop / "results" / "sale" / "2026-04-01" / "result.json"
    done = run("report", str(result), "-l", "de", "-o", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert '<html lang="de"' in (tmp_path / "out" / "sale.de.html").read_text(encoding="utf-8")


def test_a_failed_split_exits_1(shop: Path) -> None:
    path = shop / "experiments" / "sale.yml"
    before = path.read_text()
    path.write_text(before.replace("50%, control", "60%, control").replace("50%}", "40%}"))
    done = run("analyze", "sale", "--as-of", "2026-04-01", cwd=shop)
    path.write_text(before)
    assert done.returncode == 1
    assert "UP601" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("analyze", "nosuch"), "UP902"),
        (("assign", "nosuch"), "known here: sale"),
        (("report", "nosuch.json"), "UP901"),
        (("explain", "UP000"), "UP902"),
        (("analyze", "sale", "--as-of", "yesterday"), "--as-of"),
        (("schema", "nonsense"), "experiment"),
        (("nonsense",), "nonsense"),
    ],
)
def test_what_can_not_run_exits_2_and_says_why(arguments: tuple[str, ...], said: str, shop: Path) -> None:
    done = run(*arguments, cwd=shop)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_init_writes_a_project_that_passes_its_own_check(tmp_path: Path) -> None:
    done = run("init", "mine", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    checked = run("check", "mine/experiments", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert "0 errors, 0 warnings" in checked.stdout


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    run("init", ".", cwd=tmp_path)
    mine = tmp_path / "experiments" / "welcome-mail.yml"
    mine.write_text("mine")
    done = run("init", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert mine.read_text() == "mine"


def test_schema_is_json_schema(tmp_path: Path) -> None:
    done = run("schema", "experiment", cwd=tmp_path)
    assert json.loads(done.stdout)["$schema"].startswith("https://json-schema.org/")


def test_explain_speaks_both_languages(tmp_path: Path) -> None:
    english, german = (run("explain", "UP310", "-l", language, cwd=tmp_path).stdout for language in ("en", "de"))
    assert "Fix:" in english
    assert "Abhilfe:" in german
