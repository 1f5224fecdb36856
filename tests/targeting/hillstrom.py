"""Hillstrom's test as a study that declares features."""

from __future__ import annotations

import datetime
from pathlib import Path

from tests.engine.studies import study_in
from uplift.spec.study import Study

FEATURES = ["recency", "history_segment", "history", "mens", "womens", "zip_code", "newbie", "channel"]


def hillstrom(shared: Path, folder: Path) -> Study:
    """The study, in a folder of its own."""
    return study_in(
        folder,
        sources={
            "hillstrom": {
                "file": str(shared / "data/hillstrom.csv.gz"),
                "grain": "contact",
                "columns": {"spend": {"type": "decimal", "decimals": 2}},
            }
        },
        metrics={
            "visit": {"kind": "proportion", "column": "visit"},
            "conversion": {"kind": "proportion", "column": "conversion"},
            "spend": {"kind": "mean", "column": "spend", "format": "money", "currency": "USD"},
        },
        use=[("visit", None), ("conversion", None), ("spend", None)],
        unit={"id": {"row_number": True}},
        audience={"source": "hillstrom"},
        assignment={"method": "observed", "column": "segment"},
        arms={
            "control": {"weight": "1/3", "control": True, "observed": "No E-Mail"},
            "mens": {"weight": "1/3", "observed": "Mens E-Mail"},
            "womens": {"weight": "1/3", "observed": "Womens E-Mail"},
        },
        start=datetime.date(2008, 3, 20),
        more={"targeting": {"features": FEATURES}},
    )
