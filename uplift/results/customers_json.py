"""What `uplift score` found, as JSON and back: beside the table of scores, and with each experiment that began."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from uplift.results.customers import SCHEMA, CustomersResult


def as_json(result: CustomersResult) -> str:
    """The result as indented JSON in field order, with its total."""
    facts = asdict(result) | {"value": result.value}
    return json.dumps(facts, indent=2, ensure_ascii=False, default=str) + "\n"


def figures_in(path: Path) -> CustomersResult | None:
    """The figures of a file; None where there is none, or one that this version does not read."""
    from pydantic import TypeAdapter, ValidationError

    try:
        text = path.read_text("utf-8")
        if json.loads(text)["schema"] != SCHEMA:
            return None
        return TypeAdapter(CustomersResult).validate_json(text)
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return None
