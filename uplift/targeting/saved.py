"""Where a reading of targeting and its model are kept: beside the result of the same day."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

from uplift.results.json_form import read, targeting_json, to_json
from uplift.results.targeting import TargetingReading
from uplift.spec import Study
from uplift.store.files import write_text_atomic
from uplift.store.places import result_path, targeting_path
from uplift.targeting.model_file import SavedModel, write_model


def save_reading(study: Study, reading: TargetingReading, as_of: datetime.date) -> Path:
    """Write `results/<id>/<as-of>/targeting.json`; a result.json of that day gets it too, so that reports show it."""
    result = result_path(study.root, study.experiment.id, as_of)
    path = targeting_path(study.root, study.experiment.id, as_of)
    write_text_atomic(path, targeting_json(reading))
    if result.is_file():
        write_text_atomic(result, to_json(replace(read(result), targeting=reading)))
    return path


def save_model(study: Study, model: SavedModel, as_of: datetime.date) -> Path:
    """Write `results/<id>/<as-of>/model.json`: what scores contacts to come."""
    return write_model(result_path(study.root, study.experiment.id, as_of).with_name("model.json"), model)
