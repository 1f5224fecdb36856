"""Files are whole or not there."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from uplift.errors import StateError
from uplift.store import lists_folder, report_path, result_path, write_text_atomic, written_aside
from uplift.store.files import is_abandoned


def test_a_text_is_written_with_its_folders_and_without_leftovers(tmp_path):
    path = tmp_path / "results" / "a" / "result.json"
    write_text_atomic(path, "größer\n")
    write_text_atomic(path, "größer als\n")
    assert path.read_bytes() == "größer als\n".encode()
    assert [p.name for p in path.parent.iterdir()] == ["result.json"]


def write_half(path: Path) -> None:
    with written_aside(path) as aside:
        aside.write_text("ne")
        raise KeyboardInterrupt


def test_an_interrupted_write_keeps_the_old_file(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        write_half(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="UP515") as caught:
        write_text_atomic(tmp_path / "file" / "x.json", "{}")
    assert "file" in str(caught.value)


def test_results_reports_and_lists_lie_under_the_root():
    root, day = Path("project"), datetime.date(2026, 11, 30)
    assert result_path(root, "sale", day).as_posix() == "project/results/sale/2026-11-30/result.json"
    assert report_path(root, "sale", "de").as_posix() == "project/reports/sale.de.html"
    assert lists_folder(root, "sale", day).as_posix() == "project/lists/sale/2026-11-30"


def test_what_a_killed_run_left_beside_a_file_goes_with_the_next_write(tmp_path):
    """Its process is no more and nobody touched it for a minute; everything else may belong to somebody at work."""
    target = tmp_path / "control.csv"
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    dead, alive = gone.stdout.strip(), os.getpid()
    old = time.time() - 3_600
    for number, name, when in (
        (dead, "control.csv", old), (dead, "control.csv", None), (alive, "control.csv", old), (dead, "other.csv", old)
    ):  # fmt: skip
        path = tmp_path / f".aside-{number}-{when is None}-{name}"
        path.write_text("half")
        if when is not None:
            os.utime(path, (when, when))
    write_text_atomic(target, "whole\n")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        [
            f".aside-{alive}-False-control.csv",
            f".aside-{dead}-True-control.csv",
            f".aside-{dead}-False-other.csv",
            "control.csv",
        ]
    )


def test_a_half_file_is_abandoned_when_its_writer_is_gone_or_silent_for_a_day(tmp_path):
    """A number that no process can have tells nothing; a file that has got its name meanwhile was not left behind."""
    unknown, finished = tmp_path / f".aside-{10**30}-x-control.csv", tmp_path / f".aside-{os.getpid()}-x-control.csv"
    unknown.write_text("half")
    assert not is_abandoned(unknown)
    assert not is_abandoned(finished)
    long_ago = time.time() - 2 * 86_400
    os.utime(unknown, (long_ago, long_ago))
    assert is_abandoned(unknown)
