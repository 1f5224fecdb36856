"""How a stored column becomes a typed one: text parsed by our own rules, numbers as scaled integers, local times.

A number is a BIGINT that counts units of 10**-decimals. Everything that could be read in two ways is either declared,
or settled by all rows of the file together (one reading fits every row), or refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from uplift.engine.adapter import Engine, EngineColumn, quoted, text_literal
from uplift.engine.expression_sql import ColumnType
from uplift.engine.expressions import Type
from uplift.engine.text_forms import (
    BOOLEANS_FALSE,
    BOOLEANS_TRUE,
    COMMA,
    DATE_FORMS,
    ISO,
    POINT,
    ZONED,
    DateForm,
    shown_value,
)
from uplift.errors import DataError, Place, Problem
from uplift.spec.project import Column, Source

MOST_DECIMALS = 9
MOST_FLOAT_DECIMALS = 6
DECLARED: dict[str, Type] = {
    "integer": "number", "decimal": "number", "string": "text", "boolean": "boolean", "date": "date",
    "timestamp": "timestamp",
}  # fmt: skip
STORED: dict[str, Type] = {
    "integer": "number", "decimal": "number", "float": "number", "boolean": "boolean", "date": "date",
    "timestamp": "timestamp", "timestamptz": "timestamp",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A value and the line of the file on which it first stands."""

    value: str
    line: int | None


Locate = Callable[[str, frozenset[str]], Found | None]


@dataclass(frozen=True, slots=True)
class Need:
    """A column that somebody reads: as which type, and for a number the decimals that are expected at least."""

    column: str
    type: Type
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A typed column: its SQL over the stored relation."""

    column: str
    type: ColumnType
    sql: str


@dataclass(slots=True)
class Stored:
    """A stored relation and how to say where a bad value stands."""

    engine: Engine
    relation: str
    name: str
    shown: str
    source: Source
    timezone: str
    columns: Mapping[str, EngineColumn]
    locate: Locate
    private: frozenset[str] = frozenset()
    notices: list[Problem] = field(default_factory=list)


def known_type(source: Source, column: EngineColumn) -> Type | None:
    """What a column is before anybody uses it: declared, or stored so; None for undeclared text."""
    if declared := source.columns.get(column.name):
        return DECLARED[declared.type]
    return STORED.get(column.physical)


def read_columns(stored: Stored, needs: Sequence[Need]) -> dict[str, Reading]:
    """A reading for every need. Raises DataError with file, line, column and value where a column does not fit."""
    texts = [n for n in needs if stored.columns[n.column].physical == "text"]
    mark = _decimal_mark(stored, [n for n in texts if n.type == "number"])
    readings = {}
    for need in needs:
        column = stored.columns[need.column]
        declared = stored.source.columns.get(need.column)
        if column.physical == "text":
            readings[need.column] = _from_text(stored, need, declared, mark)
        else:
            readings[need.column] = _from_typed(stored, need, declared, column)
    return readings


# ── typed files ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _from_typed(stored: Stored, need: Need, declared: Column | None, column: EngineColumn) -> Reading:
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
            return Reading(need.column, ColumnType("date"), f"CAST({_local(stored, c, column)} AS DATE)")
        case "date", "timestamptz":
            return Reading(need.column, ColumnType("date"), f"CAST({_local(stored, c, column)} AS DATE)")
        case "timestamp", "date" | "timestamp" | "timestamptz":
            return Reading(need.column, ColumnType("timestamp"), _local(stored, c, column))
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


def _local(stored: Stored, sql: str, column: EngineColumn) -> str:
    """A time as the project's local time: zoned times are converted, naive ones belong to the source's zone."""
    project = text_literal(stored.timezone)
    own = stored.source.timezone or stored.timezone
    if column.physical == "timestamptz":
        return f"timezone({project}, {sql})"
    if column.physical == "date":
        return f"CAST({sql} AS TIMESTAMP)"
    naive = f"CAST({sql} AS TIMESTAMP)"
    return naive if own == stored.timezone else f"timezone({project}, timezone({text_literal(own)}, {naive}))"


def _from_float(stored: Stored, need: Need, declared: Column | None) -> Reading:
    c = quoted(need.column)
    wanted = _wanted_decimals(need, declared)
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
    refuse_values(stored, need.column, f"CAST({c} AS VARCHAR)", whole[worst], unit, code="UP532")
    raise AssertionError("some value is not whole, so one was found")


def _wanted_decimals(need: Need, declared: Column | None) -> int | None:
    if declared is not None and declared.type == "integer":
        return 0
    if declared is not None and declared.decimals is not None:
        return max(declared.decimals, need.decimals or 0)
    return need.decimals


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _from_text(stored: Stored, need: Need, declared: Column | None, mark: str) -> Reading:
    c = quoted(need.column)
    match need.type:
        case "text":
            return Reading(need.column, ColumnType("text"), c)
        case "boolean":
            return _boolean_from_text(stored, need.column)
        case "number":
            return _number_from_text(stored, need, declared, mark)
        case _:
            return _time_from_text(stored, need, declared)


def _boolean_from_text(stored: Stored, column: str) -> Reading:
    value = f"lower(trim({quoted(column)}))"
    true, false = (", ".join(map(text_literal, sorted(words))) for words in (BOOLEANS_TRUE, BOOLEANS_FALSE))
    refuse_values(
        stored, column, quoted(column), f"{value} IN ({true}, {false})", "yes/no (true, false, 1, 0, ja, nein)"
    )
    return Reading(
        column,
        ColumnType("boolean"),
        f"(CASE WHEN {value} IN ({true}) THEN TRUE WHEN {value} IN ({false}) THEN FALSE END)",
    )


def _decimal_mark(stored: Stored, needs: Sequence[Need]) -> str:
    """«.» or «,»: declared, or the one reading under which every number of the file is a number.

    Raises UP529 when both fit all rows and say different things («1.234»).
    """
    if stored.source.csv and stored.source.csv.decimal:
        return stored.source.csv.decimal
    if not needs:
        return "."
    parts = []
    for need in needs:
        value = f"trim({quoted(need.column)})"
        point, comma = _matches(value, POINT), _matches(value, COMMA)
        marked = f"(contains({value}, '.') OR contains({value}, ','))"
        parts += [f"count({quoted(need.column)})", f"count(CASE WHEN {point} THEN 1 END)"]
        parts += [f"count(CASE WHEN {comma} THEN 1 END)", f"count(CASE WHEN {marked} THEN 1 END)"]
    counts = [int(str(v)) for v in stored.engine.run(f"SELECT {', '.join(parts)} FROM {quoted(stored.relation)}")[0]]
    totals, points, commas, marks = (counts[i::4] for i in range(4))
    if sum(marks) == 0:
        return "."
    if points == totals and commas == totals:
        need = next(n for n, m in zip(needs, marks, strict=True) if m)
        value = f"trim({quoted(need.column)})"
        where = f"contains({value}, '.') OR contains({value}, ',')"
        bad, place = _example(stored, need.column, quoted(need.column), where)
        raise DataError(
            Problem(
                "UP529",
                f"'{bad}' in column '{need.column}' may be a thousand or a decimal, and so may every other number here",
                fix='declare the decimal mark of the source: csv: {decimal: ","} or {decimal: "."}',
                place=place,
            )
        )
    if commas == totals or (points != totals and sum(commas) > sum(points)):
        stored.notices.append(
            Problem("UP537", "numbers have a decimal comma", fix="declare it: csv: {decimal: \",\"}",
                    place=Place(stored.shown), level="note")
        )  # fmt: skip
        return ","
    return "."


def _matches(value: str, pattern: str) -> str:
    return f"regexp_full_match({value}, {text_literal(pattern)})"


def _number_from_text(stored: Stored, need: Need, declared: Column | None, mark: str) -> Reading:
    c = quoted(need.column)
    value = f"trim({c})"
    fits = _matches(value, COMMA if mark == "," else POINT)
    refuse_values(stored, need.column, c, fits, f"a number (decimal mark «{mark}»)")
    other = "." if mark == "," else ","
    clean = f"replace(replace({value}, '{other}', ''), '{mark}', '.')"
    dot = f"strpos({clean}, '.')"
    digits = f"(CASE WHEN {dot} > 0 THEN greatest(length(rtrim({clean}, '0')) - {dot}, 0) ELSE 0 END)"
    found, longest = (
        int(str(v or 0))
        for v in stored.engine.run(f"SELECT max({digits}), max(length({value})) FROM {quoted(stored.relation)}")[0]
    )
    wanted = _wanted_decimals(need, declared)
    decimals = found if wanted is None else wanted
    if found > decimals or decimals > MOST_DECIMALS:
        bad, place = _example(stored, need.column, c, f"{digits} > {min(decimals, MOST_DECIMALS)}")
        raise DataError(
            Problem(
                "UP532",
                f"'{bad}' in column '{need.column}' has more than {min(decimals, MOST_DECIMALS)} decimals",
                fix=f"declare them: {{{need.column}: {{type: decimal, decimals: {min(found, MOST_DECIMALS)}}}}}",
                place=place,
            )
        )
    width = 18 if longest + decimals <= 17 else 38
    sql = f"CAST(CAST({clean} AS DECIMAL({width}, {decimals})) * {10**decimals} AS BIGINT)"
    if width == 38:
        tried = f"TRY_CAST(TRY_CAST({clean} AS DECIMAL(38, {decimals})) * {10**decimals} AS BIGINT)"
        refuse_values(stored, need.column, c, f"{tried} IS NOT NULL", "a number of at most 18 digits", code="UP533")
    return Reading(need.column, ColumnType("number", decimals), sql)


def _time_from_text(stored: Stored, need: Need, declared: Column | None) -> Reading:
    c = quoted(need.column)
    value = f"trim({c})"
    if declared is not None and declared.format is not None:
        parsed = f"try_strptime({value}, {text_literal(declared.format)})"
        refuse_values(stored, need.column, c, f"{parsed} IS NOT NULL", f"a date like {declared.format}")
        return _time(stored, need, parsed, "%z" in declared.format or "%Z" in declared.format)
    iso, zoned = f"TRY_CAST({value} AS TIMESTAMP)", f"TRY_CAST({value} AS TIMESTAMPTZ)"
    is_iso = f"({_matches(value, ISO)} AND {iso} IS NOT NULL)"
    is_zoned = f"({_matches(value, ZONED)} AND {zoned} IS NOT NULL)"
    total, plain, with_zone = stored.engine.run(
        f"SELECT count({c}), count(CASE WHEN {is_iso} THEN 1 END), count(CASE WHEN {is_zoned} THEN 1 END) "
        f"FROM {quoted(stored.relation)}"
    )[0]
    if plain == total:
        return _time(stored, need, f"CAST({value} AS TIMESTAMP)", False)
    if with_zone == total:
        return _time(stored, need, f"CAST({value} AS TIMESTAMPTZ)", True)
    if int(str(plain)) + int(str(with_zone)) == total:
        bad, place = _example(stored, need.column, c, is_zoned)
        raise DataError(
            Problem(
                "UP531",
                f"'{bad}' in column '{need.column}' has a time zone, other rows have none",
                fix="export all times with their zone, or none",
                place=place,
            )
        )
    if plain:
        refuse_values(stored, need.column, c, is_iso, "a date like 2026-01-31 or 2026-01-31 18:30:00")
    form = _date_form(stored, need.column, total)
    return _time(stored, need, form.sql(value), False)


def _date_form(stored: Stored, column: str, total: object) -> DateForm:
    """The one form that reads every value; two that both do and differ are refused."""
    c = quoted(column)
    value = f"trim({c})"
    counts = ", ".join(f"count({form.sql(value, strict=False)})" for form in DATE_FORMS)
    found = stored.engine.run(f"SELECT {counts} FROM {quoted(stored.relation)}")[0]
    fitting = [form for form, n in zip(DATE_FORMS, found, strict=True) if n == total]
    if len(fitting) > 1:
        first, second = fitting[:2]
        differ = f"{first.sql(value, strict=False)} <> {second.sql(value, strict=False)}"
        bad, place = _example(stored, column, c, differ)
        if bad is not None:
            raise DataError(
                Problem(
                    "UP530",
                    f"'{bad}' in column '{column}' may be {first.shown} or {second.shown}, and so may every other row",
                    fix=f"declare it: columns: {{{column}: {{type: date, format: '{first.formats[0]}'}}}}",
                    place=place,
                )
            )
    if fitting:
        note = Problem("UP537", f"column '{column}' holds dates as {fitting[0].shown}", "", Place(stored.shown), "note")
        stored.notices.append(note)
        return fitting[0]
    likely = max(zip(DATE_FORMS, found, strict=True), key=lambda pair: int(str(pair[1])))
    shown = likely[0].shown if likely[1] else "2026-01-31 or 31.01.2026"
    refuse_values(stored, column, c, f"{likely[0].sql(value, strict=False)} IS NOT NULL", f"a date like {shown}")
    raise AssertionError("no form reads all values, so one value was found")


def _time(stored: Stored, need: Need, parsed: str, zoned: bool) -> Reading:
    column = EngineColumn(need.column, "timestamptz" if zoned else "timestamp")
    local = _local(stored, parsed, column)
    if need.type == "date":
        return Reading(need.column, ColumnType("date"), f"CAST({local} AS DATE)")
    return Reading(need.column, ColumnType("timestamp"), local)


# ── bad values ───────────────────────────────────────────────────────────────────────────────────────────────────────


def refuse_values(stored: Stored, column: str, shown: str, good: str, what: str, *, code: str = "UP528") -> None:
    """Raise DataError when a value that is there is not good; its place, the value and how many there are."""
    c = quoted(column)
    bad_sql = f"{c} IS NOT NULL AND ({good}) IS NOT TRUE"
    total, bad = stored.engine.run(
        f"SELECT count({c}), count(CASE WHEN {bad_sql} THEN 1 END) FROM {quoted(stored.relation)}"
    )[0]
    if not bad:
        return
    value, place = _example(stored, column, shown, bad_sql)
    count = "" if bad == 1 else f" ({bad:,} of {total:,} values are not)"
    raise DataError(
        Problem(
            code,
            f"'{value}' in column '{column}' is not {what}{count}",
            fix="correct or empty the value in the file, or declare the column's type in the source",
            place=place,
        )
    )


def _example(stored: Stored, column: str, shown: str, bad: str) -> tuple[str | None, Place]:
    """One offending value (masked where it could be personal) and where it stands first among those looked for."""
    rows = stored.engine.run(
        f"SELECT DISTINCT {shown} AS v FROM {quoted(stored.relation)} WHERE {bad} ORDER BY v LIMIT 1000"
    )
    values = frozenset(str(row[0]) for row in rows if row[0] is not None)
    if not values:
        return None, Place(stored.shown)
    private = column in stored.private
    found = stored.locate(column, values) or Found(min(values), None)
    return shown_value(found.value, private=private), Place(stored.shown, found.line)
