"""A source as the experiment reads it: one view with typed columns, the contact's key and the local day of each row."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from uplift.engine.adapter import EngineColumn, Period, Queries, quoted
from uplift.engine.expression_sql import ColumnType
from uplift.engine.expression_types import TypeConflictError, TypeNeed, needs_of, settle
from uplift.engine.expressions import ColumnRef, Expression, Type, columns_of
from uplift.engine.readings import known_type, read_columns
from uplift.engine.snippets import Snippet, check_columns
from uplift.engine.sources import SourceTable, stored
from uplift.engine.stored import Need, Reading, Stored, refuse_values
from uplift.errors import DataError, Place, Problem, SpecError
from uplift.spec.study import Study

UNIT, DAY = "_unit", "_day"
MARGIN = datetime.timedelta(days=2)
CANONICAL_INTEGER = "-?(0|[1-9][0-9]*)"


@dataclass(frozen=True, slots=True)
class Use:
    """A snippet as it is used: what it has to yield, and for numbers the decimals expected at least."""

    expression: Expression
    type: Type | None
    snippet: Snippet
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class TypedSource:
    """A view with typed columns; `_unit` is the contact's key and `_day` the local day, where the source has them."""

    name: str
    view: str
    columns: dict[str, ColumnType]
    table: SourceTable
    notices: tuple[Problem, ...]


def as_text(name: str) -> str:
    """The name of a column's own text in the view, beside its typed reading."""
    return f"{name} as text"


def columns_used(uses: Iterable[Use]) -> set[str]:
    """The names of all columns that snippets read."""
    return {column.name for use in uses for column in columns_of(use.expression)}


def typed_source(
    engine: Queries,
    study: Study,
    table: SourceTable,
    uses: Sequence[Use],
    *,
    view: str,
    unit: str | None = None,
    day: str | None = None,
    texts: Sequence[str] = (),
    times: Sequence[str] = (),
    between: Period | None = None,
) -> TypedSource:
    """Define the view, where the table's rows are.

    `times` are read as local timestamps; `texts` (ids, strata) also as they stand: `as_text`. `between` are the days
    that matter: rows far from them, or without a time, are not in the view.
    """
    source = study.source(table.name)
    private = [c for c in (source.id, study.experiment.unit.cluster, unit) if c]
    open_store = stored(engine, study, table, private)
    known = {c.name: t for c in table.columns if (t := known_type(source, c)) is not None}
    for use in uses:
        check_columns(use.snippet, use.expression, [c.name for c in table.columns], source=table.name)
    needs = _needs(uses, known, [*times, *([day] if day else [])])
    readings = read_columns(open_store, needs)
    _check_flags(open_store, uses, known, readings)
    selected = [f"{reading.sql} AS {quoted(reading.column)}" for reading in readings.values()]
    types = {name: reading.type for name, reading in readings.items()}
    for name in texts:
        table.column(name)
        selected.append(f"CAST({quoted(name)} AS VARCHAR) AS {quoted(as_text(name))}")
    notices = list(table.notices)
    if unit is not None:
        sql, found = unit_key(open_store, unit, study.experiment.unit.type)
        selected.append(f"{sql} AS {UNIT}")
        notices += found
    elif any(column.name == "_row" for column in table.columns):
        selected.append(f"CAST(_row AS VARCHAR) AS {UNIT}")
    if day is not None:
        if readings[day].type.type not in ("date", "timestamp"):
            raise DataError(
                Problem(
                    "UP536",
                    f"column '{day}' of {table.name} is stored as {table.column(day).native} and needed as a time",
                    fix="export it as a date or a timestamp",
                    place=Place(table.shown),
                )
            )
        selected.append(f"CAST({readings[day].sql} AS DATE) AS {DAY}")
    rows = quoted(table.relation)
    if between is not None and table.home is None:  # a warehouse has left them out already
        rows += f" WHERE {_within(between, table.column(between.column), readings[between.column].sql)}"
    (table.home or engine).define(view, f"SELECT {', '.join(selected)} FROM {rows}")
    return TypedSource(table.name, view, types, table, (*notices, *open_store.notices))


def _within(days: Period, column: EngineColumn, local: str) -> str:
    """Rows of these days, tested on the column as it is stored: whole blocks of a Parquet file need not be read then.

    A margin of two days covers every time zone. A text has to be read first.
    """
    if column.physical not in ("date", "timestamp", "timestamptz"):
        first, last = (f"CAST('{day.isoformat()}' AS DATE)" for day in (days.first, days.last))
        return f"CAST({local} AS DATE) >= {first} AND CAST({local} AS DATE) <= {last}"
    bounds = (f"CAST('{day.isoformat()}' AS {column.physical})" for day in (days.first - MARGIN, days.last + MARGIN))
    first, last = bounds
    return f"{quoted(column.name)} >= {first} AND {quoted(column.name)} < {last}"


def _needs(uses: Sequence[Use], known: dict[str, Type], times: Sequence[str]) -> list[Need]:
    """One need per column: its known type, or the one that all uses agree on."""
    every: list[TypeNeed] = [TypeNeed(name, "timestamp", 0) for name in times]
    decimals: dict[str, int] = {}
    settled: dict[str, Type | None] = {}
    for use in uses:
        try:
            found = needs_of(use.expression, use.type, known)
            every += [n if n.column not in known else TypeNeed(n.column, known[n.column], n.at) for n in found]
            settled = settle(every)
        except TypeConflictError as conflict:
            raise type_problem(use.snippet, conflict) from None
        if use.decimals is not None:
            for column in columns_of(use.expression):
                decimals[column.name] = max(use.decimals, decimals.get(column.name, 0))
    settled = settled or settle(every)
    return [Need(name, known.get(name) or kind or "text", decimals.get(name)) for name, kind in settled.items()]


def type_problem(snippet: Snippet, conflict: TypeConflictError) -> SpecError:
    """A type conflict at its place in the YAML."""
    return SpecError(Problem("UP544", conflict.message, fix=conflict.fix, place=snippet.at(conflict.at)))


def _check_flags(open_store: Stored, uses: Sequence[Use], known: dict[str, Type], readings: dict[str, Reading]) -> None:
    """A number that stands as a condition has to be 0 or 1 in every row."""
    flags = {
        need.column
        for use in uses
        for need in needs_of(use.expression, use.type, known)
        if need.type == "boolean" and readings[need.column].type.type == "number"
    }
    for name in sorted(flags):
        reading = readings[name]
        shown = f"CAST({quoted(name)} AS VARCHAR)"
        refuse_values(
            open_store, name, shown, f"{reading.sql} IN (0, {10**reading.type.decimals})", "0 or 1", code="UP535"
        )


def unit_key(open_store: Stored, column: str, kind: Literal["integer", "string"]) -> tuple[str, list[Problem]]:
    """SQL of the key that joins rows to contacts (BIGINT for integer ids, else text), with what was noticed.

    Raises UP552 for floats and decimals, UP555 for integers written with leading zeros or padding.
    """
    c, physical = quoted(column), open_store.columns[column].physical
    place = Place(open_store.shown)
    if physical in ("float", "decimal"):
        native = open_store.columns[column].native
        raise DataError(
            Problem(
                "UP552",
                f"id column '{column}' of {open_store.name} is stored as {native}: such ids have no one written form",
                fix="store it as BIGINT or text",
                place=place,
            )
        )
    if physical == "text" and kind == "integer":
        key = f"(CASE WHEN regexp_full_match({c}, '{CANONICAL_INTEGER}') THEN TRY_CAST({c} AS BIGINT) END)"
    else:
        key = c if physical == "text" else f"CAST({c} AS {'BIGINT' if kind == 'integer' else 'VARCHAR'})"
    counts = open_store.engine.run(f"SELECT count(*), count({c}), count({key}) FROM {quoted(open_store.relation)}")
    rows, there, keyed = (int(str(n)) for n in counts[0])
    notices = []
    if there < rows:
        message = f"{rows - there:,} of {rows:,} rows of {open_store.name} have no contact id; they belong to no arm"
        notices.append(Problem("UP564", message, "", place, "note"))
    if keyed < there:
        loose = f"{key} IS NULL AND TRY_CAST(trim({c}) AS BIGINT) IS NOT NULL"
        what = "an integer as it is written in the contacts (no zeros, no blanks)"
        fix = "export the ids as the contacts have them; if zeros matter, write type: string under unit"
        refuse_values(open_store, column, c, f"NOT ({loose})", what, code="UP555", fix=fix)
        other = f"{there - keyed:,} of {rows:,} rows of {open_store.name} have an id that is no integer"
        notices.append(Problem("UP564", f"{other}; they belong to no arm", "", place, "warning"))
    return key, notices


def column_use(name: str, kind: Type | None, place: Place) -> Use:
    """The use of a single column that the YAML names outside of a snippet."""
    return Use(ColumnRef(name), kind, Snippet(name, place))
