"""The backup that docs/operations.md describes restores the ledger, and a run in between does it no harm."""

from __future__ import annotations

import datetime
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.analysis.projects import START, draw
from uplift.assignment import assign, audit
from uplift.errors import StateError
from uplift.store import Store

DOCS = Path(__file__).parents[2] / "docs" / "operations.md"


def backed_up(root: Path, backup: Path) -> None:
    """The commands of the page, with its folders."""
    backup.mkdir()
    (program,) = re.findall(r"<<'PY'\n(.*?)\nPY\n", DOCS.read_text("utf-8"), re.DOTALL)
    program = program.replace("/backup", str(backup))
    subprocess.run([sys.executable, "-c", program], cwd=root, check=True)


def test_a_restored_ledger_passes_its_audit_and_goes_on(tmp_path: Path) -> None:
    drawn = draw(tmp_path / "here")
    root, backup = tmp_path / "here", tmp_path / "backup"
    backed_up(root, backup)
    shutil.copytree(root / ".uplift" / "ledger", backup / "ledger")
    shutil.rmtree(root / ".uplift")
    shutil.copytree(backup, root / ".uplift")
    store = Store.open(root / ".uplift")
    assert audit(drawn.study, store=store).passed
    again = assign(drawn.study, on=START + datetime.timedelta(days=1), store=store)
    assert not any(arm.new for arm in again.arms)


def test_ledger_files_without_their_catalog_are_not_taken_for_an_empty_ledger(tmp_path: Path) -> None:
    draw(tmp_path / "here")
    (tmp_path / "there" / ".uplift").mkdir(parents=True)
    shutil.copytree(tmp_path / "here" / ".uplift" / "ledger", tmp_path / "there" / ".uplift" / "ledger")
    with pytest.raises(StateError, match="UP516"):
        Store.open(tmp_path / "there" / ".uplift")
