"""The reference cases of targeting by their id, and Hillstrom's contacts."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Case = dict[str, Any]


@pytest.fixture(scope="session")
def golden(shared: Path) -> Callable[[str], Case]:
    """A reference case by the first part of its id: its input, expected values, tolerance and source."""
    cases = {case["id"][:3]: case for case in json.loads((shared / "golden/targeting.json").read_text())["cases"]}
    return cases.__getitem__


@pytest.fixture(scope="session")
def hillstrom_rows(shared: Path) -> dict[str, np.ndarray]:
    """Hillstrom's file as text columns."""
    with gzip.open(shared / "data/hillstrom.csv.gz", "rt", encoding="utf-8") as text:
        reader = csv.reader(text)
        names = next(reader)
        columns = np.array(list(reader))
    return dict(zip(names, columns.T, strict=True))
