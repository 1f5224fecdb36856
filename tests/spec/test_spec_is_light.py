"""Reading YAML stays light: no data, statistics or SQL library is imported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HEAVY = ("numpy", "pandas", "scipy", "duckdb", "sqlglot", "matplotlib", "statsmodels", "jinja2", "rich", "typer")

SCRIPT = """
import json, sys
from uplift.spec import load_study
load_study(sys.argv[1])
print(json.dumps(sorted(sys.modules)))
"""


def test_loading_a_study_imports_nothing_heavy(root: Path) -> None:
    path = root / "experiments" / "second-order-2026-12.yml"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], capture_output=True, text=True, check=True, cwd=root
    )
    assert not set(HEAVY) & set(json.loads(done.stdout))
