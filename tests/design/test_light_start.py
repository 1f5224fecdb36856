"""What `check` may import: it runs on every commit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.design.studies import NO_END, WAVES, Change, write_sale

HEAVY = {"scipy.stats", "statsmodels", "pandas", "matplotlib", "duckdb", "jinja2"}
PROGRAM = """
import datetime, sys
from uplift.design.check import check_paths, exit_code, render
report = check_paths([sys.argv[1]], today=datetime.date(2026, 11, 22))
for form in ("text", "github", "markdown", "json", "junit", "gitlab"):
    render(report, form)
print(exit_code(report), *sorted(sys.modules))
"""


def checked(path: Path) -> tuple[int, set[str]]:
    """Exit code and modules of a check in a process of its own."""
    environment = {
        k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "COVERAGE_PROCESS_START")
    }
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=True, env=environment
    )
    code, *modules = run.stdout.split()
    return int(code), set(modules)


def test_a_simple_proportion_design_needs_neither_numpy_nor_scipy(tmp_path: Path) -> None:
    code, modules = checked(write_sale(tmp_path))
    assert code == 0
    assert not modules & (HEAVY | {"numpy", "scipy"})


def test_neither_do_its_suggestions(tmp_path: Path) -> None:
    small: tuple[Change, ...] = (("weight: 15%, control", "weight: 5%, control"), ("weight: 85%", "weight: 95%"))
    code, modules = checked(write_sale(tmp_path, *small))
    assert code == 1
    assert not modules & (HEAVY | {"numpy", "scipy"})


def test_neither_do_several_arms(tmp_path: Path) -> None:
    arms = ("  treatment: {weight: 85%}\n", "  small: {weight: 40%}\n  large: {weight: 45%}\n")
    for correction in ("holm", "dunnett"):
        path = write_sale(tmp_path, arms, ("design:\n", f"design:\n  correction: {correction}\n"))
        assert not checked(path)[1] & (HEAVY | {"numpy", "scipy"})


def test_a_design_with_few_converters_needs_no_forms_of_results(tmp_path: Path) -> None:
    """Its gate asks how many converters a verdict needs: 13.5 are expected in control."""
    code, modules = checked(write_sale(tmp_path, ("60_000", "1_000")))
    assert code == 1
    assert "uplift.stats.evidence" in modules
    assert not modules & (HEAVY | {"numpy", "scipy", "uplift.results", "uplift.results.result"})


def test_looks_need_nothing_heavy(tmp_path: Path) -> None:
    looks = ("assignment:", "  sequential: {looks: [wave 2, wave 4, wave 6]}\nassignment:")
    _, modules = checked(write_sale(tmp_path, WAVES, NO_END, looks))
    assert not modules & HEAVY


def test_a_draft_needs_no_code_that_reads_locks(tmp_path: Path) -> None:
    _, modules = checked(write_sale(tmp_path))
    assert not modules & {"uplift.spec.lock", "uplift.design.locked", "uplift.design.suggestions", "subprocess"}


def test_a_check_without_options_loads_no_parser_of_command_lines(tmp_path: Path) -> None:
    """The form of every commit; `python -m benchmarks.check` says what it costs beside the packages it stands on."""
    path = write_sale(tmp_path)
    program = (
        "import sys; sys.argv = ['uplift', 'check', '--offline', sys.argv[1]]\n"
        "from uplift.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: print(end.code, *sorted(sys.modules))\n"
    )
    run = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    code, *modules = run.stdout.splitlines()[-1].split()
    assert code == "0"
    assert not set(modules) & (HEAVY | {"numpy", "scipy", "typer", "click", "rich", "argparse"})
    assert not set(modules) & {"uplift.cli.options", "uplift.design.guardrails", "uplift.design.hall_power"}


def test_a_check_with_options_says_the_same(tmp_path: Path) -> None:
    path = write_sale(tmp_path)
    forms = (["check", str(path)], ["check", "--offline", str(path)], ["check", "--fail-on", "error", str(path)])
    done = [
        subprocess.run([sys.executable, "-m", "uplift", *words], capture_output=True, text=True, check=False)
        for words in forms
    ]
    assert len({(run.returncode, run.stdout, run.stderr) for run in done}) == 1
    assert done[0].stdout.endswith("0 errors, 1 warning, 0 notes\n")
