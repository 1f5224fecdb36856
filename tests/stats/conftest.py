"""The reference cases of the statistics, by their id."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Case = dict[str, Any]


@pytest.fixture(scope="session")
def golden(shared: Path) -> Callable[[str], Case]:
    """A reference case: its input, expected values, tolerance and source."""
    cases = {case["id"]: case for case in json.loads((shared / "golden/statistics.json").read_text())["cases"]}
    return cases.__getitem__


@pytest.fixture(scope="session")
def users(shared: Path) -> dict[str, Any]:
    """The contacts behind the user-level cases: one array per column, `variant` 0 is the control."""
    import gzip

    import numpy as np

    with gzip.open(shared / "golden/users.csv.gz", "rt") as text:
        names = text.readline().strip().split(",")
        table = np.loadtxt(text, delimiter=",")
    return dict(zip(names, table.T, strict=True))
