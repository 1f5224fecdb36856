"""How a stored column becomes a typed one: numbers as scaled integers, local times, texts by our own rules.

A number is a BIGINT that counts units of 10**-decimals. Everything that could be read in two ways is either declared,
or settled by all rows of the file together, or refused.
"""

from __future__ import annotations

from collections.abc import Sequence

from uplift.engine.adapter import EngineColumn, quoted
from uplift.engine.expression_sql import ColumnType
from uplift.engine.expressions import Type
from uplift.engine.stored import Need, Reading, Stored, local_time, refuse_values, wanted_decimals
from uplift.engine.text_readings import read_texts
from uplift.errors import DataError, Place, Problem
from uplift.spec.project import Column, Source

MOST_FLOAT_DECIMALS = 6
DECLARED: dict[str, Type] = {
    "integer": "number", "decimal": "number", "string": "text", "boolean": "boolean", "date": "date",
    "timestamp": "timestamp",
}  # fmt: skip
STORED: dict[str, Type] = {
    "integer": "number", "decimal": "number", "float": "number", "boolean": "boolean", "date": "date",
    "timestamp": "timestamp", "timestamptz": "timestamp",
}  # fmt: skip


def known_type(source: Source, column: EngineColumn) -> Type | None:
    """What a column is before anybody uses it: declared, or stored so; None for undeclared text."""
    if declared := source.columns.get(column.name):
        return DECLARED[declared.type]
    return STORED.get(column.physical)


def read_columns(stored: Stored, needs: Sequence[Need]) -> dict[str, Reading]:
    """A reading for every need. Raises DataError with file, line, column and value where a column does not fit."""
    texts = [need for need in needs if stored.columns[need.column].physical == "text"]
    readings = read_texts(stored, texts)
    for need in needs:
        column = stored.columns[need.column]
        if column.physical != "text":
            readings[need.column] = _read(stored, need, stored.source.columns.get(need.column), column)
    return readings


def _read(stored: Stored, need: Need, declared: Column | None, column: EngineColumn) -> Reading:
    c = quoted(need.column)
    match need.type, column.physical:
        case "number", "integer":
            return Reading(need.column, ColumnType("number", 0), f"CAST({c} AS BIGINT)")
        case "number", "decimal":
            decimals = column.decimals or 0
            return Reading(need.column, ColumnType("number", decimals), f"CAST({c} * {10**decimals} AS BIGINT)")
        case "number", "float":
            return _from_float(stored, need, declared)
        case "boolean", "boolean":
            return Reading(need.column, ColumnType("boolean"), c)
        case "boolean", "integer" | "decimal" | "float":
            refuse_values(stored, need.column, f"CAST({c} AS VARCHAR)", f"{c} IN (0, 1)", "0 or 1")
            return Reading(need.column, ColumnType("boolean"), f"({c} = 1)")
        case "number", "boolean":
            return Reading(need.column, ColumnType("number", 0), f"CAST({c} AS BIGINT)")
        case "date", "date" | "timestamp":
            return Reading(need.column, ColumnType("date"), f"CAST({local_time(stored, c, column)} AS DATE)")
        case "date", "timestamptz":
            return Reading(need.column, ColumnType("date"), f"CAST({local_time(stored, c, column)} AS DATE)")
        case "timestamp", "date" | "timestamp" | "timestamptz":
            return Reading(need.column, ColumnType("timestamp"), local_time(stored, c, column))
        case "text", "integer" | "boolean" | "date":
            return Reading(need.column, ColumnType("text"), f"CAST({c} AS VARCHAR)")
        case "text", "other" if column.native.startswith("ENUM"):
            return Reading(need.column, ColumnType("text"), f"CAST({c} AS VARCHAR)")
        case _:
            raise DataError(
                Problem(
                    "UP536",
                    f"column '{need.column}' of {stored.name} is stored as {column.native} and needed as {need.type}",
                    fix="store it as that type, or use another column",
                    place=Place(stored.shown),
                )
            )


def _from_float(stored: Stored, need: Need, declared: Column | None) -> Reading:
    c = quoted(need.column)
    wanted = wanted_decimals(need, declared)
    tried = range(MOST_FLOAT_DECIMALS + 1) if wanted is None else [wanted]
    whole = {d: f"abs({c} * {10**d} - round({c} * {10**d})) <= 1e-6" for d in tried}
    counts = ", ".join(f"count(CASE WHEN {test} THEN 1 END)" for test in whole.values())
    total, *good = stored.engine.run(f"SELECT count({c}), {counts} FROM {quoted(stored.relation)}")[0]
    for decimals, fits in zip(tried, good, strict=True):
        if fits == total:
            sql = f"CAST(round({c} * {10**decimals}) AS BIGINT)"
            return Reading(need.column, ColumnType("number", decimals), sql)
    worst = tried[-1]
    unit = "a whole number" if worst == 0 else f"a number with {worst} decimals"
    fix = f"round it where the file is made, or declare its decimals: {{{need.column}: {{type: decimal, decimals: …}}}}"
    refuse_values(stored, need.column, f"CAST({c} AS VARCHAR)", whole[worst], unit, code="UP532", fix=fix)
    raise AssertionError("some value is not whole, so one was found")
