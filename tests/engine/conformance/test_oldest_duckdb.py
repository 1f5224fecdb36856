"""The oldest DuckDB that the project admits gives the same bits. Opt-in: it needs the package index.

UPLIFT_OLDEST_DUCKDB=1.4.0 pytest tests/engine/conformance/test_oldest_duckdb.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.engine.conformance import shop
from tests.engine.conformance.tables import cells
from tests.engine.studies import measured

PROGRAM = """
import sys
from pathlib import Path
import duckdb
from tests.engine.conformance.tables import cells
from tests.engine.studies import measured
from uplift.engine import Assigned
from uplift.spec import load_study
folder = Path(sys.argv[1])
study = load_study(folder / "experiments" / "test.yml")
found = cells(measured(study, Assigned.from_ledger([folder / "ledger.parquet"]), cache="old"))
print(duckdb.__version__)
print(sorted(map(repr, found.items())))
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["integer", "string"])
def test_the_oldest_duckdb_gives_the_same_bits(tmp_path: Path, kind: str) -> None:
    version = os.environ.get("UPLIFT_OLDEST_DUCKDB")
    if not version:
        pytest.skip("opt-in: UPLIFT_OLDEST_DUCKDB=1.4.0 installs that version into an environment of its own")
    shop.write(tmp_path, kind)
    study, who = shop.study(tmp_path, kind, written="America/New_York"), shop.assigned(tmp_path, kind)
    newest = sorted(map(repr, cells(measured(study, who)).items()))
    venv.create(tmp_path / "old", with_pip=True)
    python = tmp_path / "old" / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", f"duckdb=={version}"]
    subprocess.run(install, check=True)
    (own,) = (tmp_path / "old" / "lib").glob("python*/site-packages")
    (own / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [str(python), "-c", PROGRAM, str(tmp_path)], cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    used, found = done.stdout.splitlines()
    assert used == version != __import__("duckdb").__version__
    assert found == repr(newest)
    assert sys.version_info >= (3, 11)
