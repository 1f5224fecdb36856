"""A handful of the kills that `python -m benchmarks.kills 100` deals out: through the command line, at random moments."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs fork and SIGKILL")
def test_a_kill_at_a_random_moment_loses_nothing_and_leaves_nothing_half() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.kills", "3"],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "3 kills" in done.stdout
    assert "nothing lost, nothing half" in done.stdout
