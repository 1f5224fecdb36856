"""Where a result is kept: `results/<id>/<as-of>/result.json` under the project's root."""

from __future__ import annotations

from pathlib import Path

from uplift.results import Result
from uplift.results.json_form import to_json
from uplift.spec import Study
from uplift.store import result_path, write_text_atomic


def save(study: Study, result: Result) -> Path:
    """Write the result whole or not at all; the same day's result is replaced."""
    path = result_path(study.root, result.experiment.id, result.as_of)
    write_text_atomic(path, to_json(result))
    return path
