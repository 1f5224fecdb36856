"""Scores for contacts to come: a saved model on the contacts of today, whoever was in the test."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uplift.engine.adapter import Engine, text_literal
from uplift.engine.kept import make_cache
from uplift.engine.typed import UNIT
from uplift.errors import Problem, StateError
from uplift.spec import Study
from uplift.targeting.contracts import Feature
from uplift.targeting.feature_columns import VIEW, FeatureColumn, feature_source
from uplift.targeting.influence import Floats
from uplift.targeting.model_file import SavedModel, features_of
from uplift.targeting.reading import required

Notice = Callable[[Problem], None]


@dataclass(frozen=True, slots=True)
class NewScores:
    """The contacts by id and the model's effect of each treatment (contacts × treatments)."""

    ids: NDArray[np.str_]
    treatments: tuple[str, ...]
    effects: Floats
    model: str


def score_contacts(
    engine: Engine,
    study: Study,
    model: SavedModel,
    *,
    on: datetime.date,
    cache: Path,
    notice: Notice = lambda _problem: None,
) -> NewScores:
    """Score every contact of the audience's source as it is now; dates become days before `on`.

    Raises what reading features raises, and StateError (UP732) when the YAML does not declare the model's features or
    one of them is of another kind today.
    """
    make_cache(cache)
    source = feature_source(engine, study, required(study), cache=cache)
    named = {column.name: column for column in source.columns}
    missing = [column.name for column in model.columns if column.name not in named]
    if missing:
        message = f"the model needs the columns {', '.join(missing)}, which targeting.features does not name"
        place = study.document.place("targeting", "features")
        raise StateError(Problem("UP732", message, fix="declare them, or fit the model again", place=place))
    wanted = [named[column.name] for column in model.columns]
    _refuse_other_kinds(study, model.columns, wanted)
    selected = [f"CAST(f.{UNIT} AS VARCHAR) AS unit_id", *(f"{_sql(c, on)} AS x{i}" for i, c in enumerate(wanted))]
    sql = f"SELECT {', '.join(selected)} FROM {VIEW} AS f WHERE f.{UNIT} IS NOT NULL ORDER BY 1"
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        path = Path(scratch) / "contacts.parquet"
        engine.save(sql, path)
        import duckdb

        with duckdb.connect() as local:
            rows = f"read_parquet({text_literal(str(path))})"

            def column(sql: str) -> Any:
                return local.execute(f"SELECT {sql} AS v FROM {rows}").fetchnumpy()["v"]

            ids = np.asarray(column("unit_id"), dtype=np.str_)
            values = {}
            for i, (feature, own) in enumerate(zip(model.columns, wanted, strict=True)):
                if own.kind == "category":
                    found = column(f"x{i}")
                    values[feature.name] = np.array(np.ma.asarray(found).tolist(), dtype=object)
                else:
                    found = column(f"CAST(x{i} AS DOUBLE)")
                    values[feature.name] = np.ma.filled(found.astype(np.float64), np.nan)
    features, notices = features_of(model.columns, values)
    for problem in notices:
        notice(problem)
    return NewScores(ids, model.treatments, model.score(features), model.id)


def _refuse_other_kinds(study: Study, columns: Sequence[Feature], found: Sequence[FeatureColumn]) -> None:
    """A column that was a number and is a text today (or the like) would get scores that look right."""
    problems = []
    for feature, own in zip(columns, found, strict=True):
        was = "days" if feature.dated else feature.kind
        if was != own.kind:
            message = f"feature '{own.name}' was read as {_KINDS[was]} for the model, today it is {_KINDS[own.kind]}"
            fix = "declare its type in project.yml (sources.<name>.columns), or fit the model again"
            problems.append(Problem("UP732", message, fix, study.document.place("targeting", "features")))
    if problems:
        raise StateError(*problems)


_KINDS = {"number": "a number", "flag": "a flag", "category": "a category", "days": "a date"}


def _sql(column: FeatureColumn, on: datetime.date) -> str:
    """A feature's SQL; days are counted to `on` instead of to a contact's assignment."""
    if column.kind != "days":
        return column.sql
    return column.sql.replace("u.assigned_day", f"CAST('{on.isoformat()}' AS DATE)")
