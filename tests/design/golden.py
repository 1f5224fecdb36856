"""Reference cases by id; the file lies beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def golden_case(shared: Path, name: str) -> tuple[dict[str, Any], dict[str, Any], float]:
    """Input, expected values and tolerance of one case."""
    cases = json.loads((shared / "golden" / "statistics.json").read_text(encoding="utf-8"))["cases"]
    case = next(case for case in cases if case["id"] == name)
    return case["input"], case["expected"], case["tolerance"]
