"""The declared features: which column each is, as a number, a flag or a category, known before the assignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from uplift.engine.adapter import Engine, quoted
from uplift.engine.expression_sql import ColumnType
from uplift.engine.expressions import Type
from uplift.engine.score_table import SCORED_ON, Scores, open_scores, with_scores
from uplift.engine.snippets import did_you_mean
from uplift.engine.sources import SourceTable, open_source
from uplift.engine.typed import UNIT, column_use, typed_source
from uplift.errors import DataError, Problem, SpecError
from uplift.spec.experiment import Guardrail, Primary, RowNumber, Secondary
from uplift.spec.study import Study
from uplift.spec.targeting import Targeting

MOST_LEVELS = 200
UNITS, VIEW = "units", "typed_features"
KNOWN_ON = "_known_on"

# A text column is a number when every value is one; «01234» is a code, not a number.
_NUMBER = r"[+-]?(0|[1-9][0-9]*)([.,][0-9]+)?"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?"


@dataclass(frozen=True, slots=True)
class FeatureColumn:
    """A feature in SQL over the view `typed_features` (as `f`) and the unit table (as `u`)."""

    name: str
    kind: Literal["number", "flag", "category", "days"]
    sql: str


@dataclass(frozen=True, slots=True)
class FeatureSource:
    """The open source of the features: its columns, and the columns that say since when they are known.

    `known_on` are (name, SQL of a day): the one that `targeting.as_of` names, and `scored_on` of scores.
    """

    columns: tuple[FeatureColumn, ...]
    table: SourceTable
    notices: tuple[Problem, ...]
    known_on: tuple[tuple[str, str], ...]


def feature_source(engine: Engine, study: Study, targeting: Targeting, *, cache: Path) -> FeatureSource:
    """Open the contacts with their scores and type the features.

    Raises SpecError: UP541 an unknown column (with the nearest name), UP714 a column that is no feature because it is
    the contact's id, its arm, or an outcome; DataError: UP670 scores that don't say what they have seen.
    """
    experiment = study.experiment
    _refuse_outcomes(study, targeting)
    own_id = None if isinstance(experiment.unit.id, RowNumber) else experiment.unit.id
    scores = open_scores(engine, study, cache=cache)
    dated = [] if targeting.as_of == "assignment" else [targeting.as_of]
    if scores is not None and set(scores.names) & set(targeting.features):
        dated += [_scored_on(study, scores)]
    wanted = list(dict.fromkeys([*targeting.features, *dated]))
    table = _table(engine, study, wanted, own_id, scores, cache)
    _refuse_unknown(study, targeting, wanted, table)
    types = _types(engine, study, table, wanted, dated)
    uses = [column_use(name, types[name], study.document.place("targeting", "features")) for name in wanted]
    times = [name for name in wanted if types[name] in ("date", "timestamp")]
    typed = typed_source(engine, study, table, uses, view=VIEW, unit=own_id, times=times)
    columns = tuple(_column(name, typed.columns[name]) for name in targeting.features)
    known_on = tuple((name, f"CAST(f.{quoted(name)} AS DATE)") for name in dict.fromkeys(dated))
    return FeatureSource(columns, table, typed.notices, known_on)


def _scored_on(study: Study, scores: Scores) -> str:
    """The column that says until when the scores have seen data."""
    if SCORED_ON in scores.names:
        return SCORED_ON
    place = study.document.place("targeting", "features")
    message = f"source {scores.table.name} does not say until when its scores have seen data"
    fix = f"add the column {SCORED_ON}: a date, and all data that were used are older"
    raise DataError(Problem("UP670", message, fix=fix, place=place))


def _table(
    engine: Engine, study: Study, wanted: Sequence[str], own_id: str | None, scores: Scores | None, cache: Path
) -> SourceTable:
    table = open_source(
        engine,
        study,
        study.experiment.audience.source,
        needed=None,
        cache=cache,
        relation=f"features_{study.experiment.audience.source}",
        numbered=own_id is None,
    )
    if scores is not None and set(scores.names) & set(wanted):
        table = with_scores(engine, study, table, scores)
    return table


def _refuse_outcomes(study: Study, targeting: Targeting) -> None:
    experiment = study.experiment
    source = experiment.audience.source
    metrics = experiment.metrics
    uses: tuple[Primary | Secondary | Guardrail, ...] = (metrics.primary, *metrics.secondary, *metrics.guardrails)
    outcomes = {
        definition.column
        for definition in (study.metric(use.metric) for use in uses)
        if definition.column is not None and definition.source in (None, source)
    }
    why = dict.fromkeys(outcomes, "it is an outcome of the experiment, known only afterwards")
    if experiment.assignment.method == "observed" and experiment.assignment.column:
        why[experiment.assignment.column] = "it says which arm the contact was in"
    if isinstance(experiment.unit.id, str):
        why[experiment.unit.id] = "it is the contact's id: a model would learn contacts by heart"
    problems = [
        Problem(
            "UP714",
            f"column '{name}' can't be a feature: {why[name]}",
            fix="take it off the list",
            place=study.document.place("targeting", "features", number),
        )
        for number, name in enumerate(targeting.features)
        if name in why
    ]
    if problems:
        raise SpecError(*problems)


def _refuse_unknown(study: Study, targeting: Targeting, wanted: Sequence[str], table: SourceTable) -> None:
    known = [column.name for column in table.columns if column.name != "_row"]
    problems = []
    for name in wanted:
        if name in known:
            continue
        listed = name in targeting.features
        path = ("features", targeting.features.index(name)) if listed else ("as_of",)
        problems.append(
            Problem(
                "UP541",
                f"source {table.name} has no column '{name}'",
                fix=did_you_mean(name, known),
                place=study.document.place("targeting", *path),
            )
        )
    if problems:
        raise SpecError(*problems)


def _types(
    engine: Engine, study: Study, table: SourceTable, wanted: Sequence[str], dated: Sequence[str]
) -> dict[str, Type | None]:
    """What each column is; a text column of a file is a number or a date where every value is one."""
    source = study.source(table.name)
    found: dict[str, Type | None] = {}
    asked = []
    for name in wanted:
        column = table.column(name)
        found[name] = None
        if name in dated:
            found[name] = "timestamp"
        elif column.physical == "text" and name not in source.columns:
            asked.append(name)
    if asked:
        parts = []
        for name in asked:
            value = f"trim({quoted(name)})"
            parts += [f"count({quoted(name)})"]
            for pattern in (_NUMBER, _DATE):
                parts.append(f"count(CASE WHEN regexp_full_match({value}, '{pattern}') THEN 1 END)")
        row = [int(str(v)) for v in engine.run(f"SELECT {', '.join(parts)} FROM {quoted(table.relation)}")[0]]
        for i, name in enumerate(asked):
            total, numbers, dates = row[3 * i : 3 * i + 3]
            if not total:
                found[name] = "text"
            else:
                found[name] = "number" if numbers == total else "timestamp" if dates == total else "text"
    return found


def _column(name: str, column: ColumnType) -> FeatureColumn:
    c = f"f.{quoted(name)}"
    match column.type:
        case "number":
            scaled = f"CAST({c} AS DOUBLE PRECISION)"
            return FeatureColumn(name, "number", f"{scaled} / {10**column.decimals}" if column.decimals else scaled)
        case "boolean":
            return FeatureColumn(name, "flag", f"(CASE WHEN {c} THEN 1 WHEN NOT {c} THEN 0 END)")
        case "text":
            return FeatureColumn(name, "category", c)
        case _:
            return FeatureColumn(name, "days", f"(u.assigned_day - CAST({c} AS DATE))")


def joined_sql(source: FeatureSource, *, unit_key: str, extra: Sequence[str]) -> str:
    """One row per contact of the unit table `units`, sorted by id: `extra` columns, then the features as x0, x1, …"""
    selected = [*extra, f"(f.{UNIT} IS NOT NULL) AS found"]
    selected += [f"{column.sql} AS x{i}" for i, column in enumerate(source.columns)]
    selected += [f"(u.assigned_day - {day}) AS {KNOWN_ON}{i}" for i, (_, day) in enumerate(source.known_on)]
    rows = f"{UNITS} AS u LEFT JOIN {VIEW} AS f ON f.{UNIT} = {unit_key}"
    return f"SELECT {', '.join(selected)} FROM {rows} ORDER BY u.unit_id"
