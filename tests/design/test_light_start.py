"""What `check` may import: it runs on every commit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.design.studies import NO_END, WAVES, Change, write_sale

HEAVY = {"scipy.stats", "statsmodels", "pandas", "matplotlib", "duckdb", "jinja2"}
PROGRAM = """
import datetime, sys, time
from uplift.design.check import check_paths, exit_code, render
report = check_paths([sys.argv[1]], today=datetime.date(2026, 11, 22))
for form in ("text", "github", "markdown", "json", "junit", "gitlab"):
    render(report, form)
print(exit_code(report), time.process_time(), *sorted(sys.modules))
"""


def checked(path: Path) -> tuple[int, float, set[str]]:
    """Exit code, CPU seconds of the whole process and modules of a check in a process of its own."""
    environment = {
        k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "COVERAGE_PROCESS_START")
    }
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=True, env=environment
    )
    code, seconds, *modules = run.stdout.split()
    return int(code), float(seconds), set(modules)


def test_a_simple_proportion_design_needs_neither_numpy_nor_scipy(tmp_path: Path) -> None:
    code, _, modules = checked(write_sale(tmp_path))
    assert code == 0
    assert not modules & (HEAVY | {"numpy", "scipy"})


def test_neither_do_its_suggestions(tmp_path: Path) -> None:
    small: tuple[Change, ...] = (("weight: 15%, control", "weight: 5%, control"), ("weight: 85%", "weight: 95%"))
    code, _, modules = checked(write_sale(tmp_path, *small))
    assert code == 1
    assert not modules & (HEAVY | {"numpy", "scipy"})


def test_neither_do_several_arms(tmp_path: Path) -> None:
    arms = ("  treatment: {weight: 85%}\n", "  small: {weight: 40%}\n  large: {weight: 45%}\n")
    for correction in ("holm", "dunnett"):
        path = write_sale(tmp_path, arms, ("design:\n", f"design:\n  correction: {correction}\n"))
        assert not checked(path)[2] & (HEAVY | {"numpy", "scipy"})


def test_looks_need_nothing_heavy(tmp_path: Path) -> None:
    looks = ("assignment:", "  sequential: {looks: [wave 2, wave 4, wave 6]}\nassignment:")
    _, _, modules = checked(write_sale(tmp_path, WAVES, NO_END, looks))
    assert not modules & HEAVY


@pytest.mark.slow
def test_a_check_takes_less_than_a_second_of_cpu_even_on_a_busy_machine(tmp_path: Path) -> None:
    """The aim is 0.3 s on an idle core; shared cores count up to three times as much."""
    path = write_sale(tmp_path)
    checked(path)  # compiles
    assert min(checked(path)[1] for _ in range(3)) < 1.0


def test_a_draft_needs_no_code_that_reads_locks(tmp_path: Path) -> None:
    _, _, modules = checked(write_sale(tmp_path))
    assert not modules & {"uplift.spec.lock", "uplift.design.locked", "uplift.design.suggestions", "subprocess"}


@pytest.mark.slow
def test_two_hundred_experiments_take_less_than_four_seconds_of_cpu_even_on_a_busy_machine(tmp_path: Path) -> None:
    """The aim is two seconds on an idle core."""
    for number in range(200):
        write_sale(tmp_path, name=f"sale-{number:03}")
    assert min(checked(tmp_path)[1] for _ in range(2)) < 4.0
