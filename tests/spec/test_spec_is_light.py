"""Reading YAML stays light: no data, statistics or SQL library is imported, and a file is read in milliseconds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HEAVY = ("numpy", "pandas", "scipy", "duckdb", "sqlglot", "matplotlib", "statsmodels", "jinja2", "rich", "typer")

SCRIPT = """
import json, sys, time
from uplift.spec import load_study
seconds = []
for _ in range(4):
    begin = time.process_time()
    load_study(sys.argv[1])
    seconds.append(time.process_time() - begin)
print(json.dumps({"modules": sorted(sys.modules), "seconds": seconds}))
"""


def test_loading_a_study_imports_nothing_heavy_and_takes_little_time(root: Path) -> None:
    path = root / "experiments" / "second-order-2026-12.yml"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], capture_output=True, text=True, check=True, cwd=root
    )
    report = json.loads(done.stdout)
    assert [name for name in HEAVY if name in report["modules"]] == []
    assert min(report["seconds"]) < 0.06  # the first load also builds the validators
    assert report["seconds"][0] < 0.5
