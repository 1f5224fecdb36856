"""Text becomes numbers, yes/no, days and times by our own rules; what can be read in two ways is settled or refused.

A number is a BIGINT that counts units of 10**-decimals. Ambiguity is settled by a declaration, or by all rows of the
file together (one reading fits every row), or it is refused with an example.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uplift.engine.adapter import EngineColumn, quoted, text_literal
from uplift.engine.expression_sql import ColumnType
from uplift.engine.stored import Need, Reading, Stored, example, local_time, refuse_values, wanted_decimals
from uplift.engine.text_forms import BOOLEANS_FALSE, BOOLEANS_TRUE, COMMA, DATE_FORMS, ISO, POINT, ZONED, DateForm
from uplift.errors import DataError, Place, Problem
from uplift.spec.project import Column

MOST_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class _Digits:
    """What one pass over a column of numbers found: values, how many each mark explains, and their sizes."""

    total: int
    fits: dict[str, int]
    decimals: dict[str, int]
    marked: int
    longest: int


def read_texts(stored: Stored, needs: Sequence[Need]) -> dict[str, Reading]:
    """A reading for every need of a text column. Raises DataError with file, line, column and value."""
    if stored.engine.capabilities().name != "duckdb":
        _refuse_other_than_texts(stored, needs)
    numbers = [need for need in needs if need.type == "number"]
    digits = _digits(stored, numbers)
    mark = _decimal_mark(stored, digits)
    readings = {}
    for need in needs:
        declared = stored.source.columns.get(need.column)
        match need.type:
            case "text":
                readings[need.column] = Reading(need.column, ColumnType("text"), quoted(need.column))
            case "boolean":
                readings[need.column] = _boolean(stored, need.column)
            case "number":
                readings[need.column] = _number(stored, need, declared, mark, digits[need.column])
            case _:
                readings[need.column] = _time(stored, need, declared)
    return readings


def _refuse_other_than_texts(stored: Stored, needs: Sequence[Need]) -> None:
    """A warehouse has types: nobody has to guess there what a text means."""
    problems = [
        Problem(
            "UP536",
            f"column '{need.column}' of {stored.name} is stored as text and needed as a {need.type}",
            fix=f"cast it in the database: a view, or query: select cast({need.column} as …) as {need.column}, …",
            place=Place(stored.shown),
        )
        for need in needs
        if need.type != "text"
    ]
    if problems:
        raise DataError(*problems)


def _boolean(stored: Stored, column: str) -> Reading:
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


def _digits(stored: Stored, needs: Sequence[Need]) -> dict[str, _Digits]:
    """Look at all columns of numbers in one pass."""
    if not needs:
        return {}
    declared = stored.source.csv.decimal if stored.source.csv else None
    parts = []
    for need in needs:
        c = quoted(need.column)
        value = f"trim({c})"
        parts += [f"count({c})", f"coalesce(max(length({value})), 0)"]
        parts.append(f"count(CASE WHEN contains({value}, '.') OR contains({value}, ',') THEN 1 END)")
        for mark, pattern in ((".", POINT), (",", COMMA)):
            fits = f"count(CASE WHEN {_matches(value, pattern)} THEN 1 END)" if declared in (None, mark) else "0"
            parts += [fits, f"coalesce(max({_decimals_sql(value, mark)}), 0)"]
    row = [int(str(v)) for v in stored.engine.run(f"SELECT {', '.join(parts)} FROM {quoted(stored.relation)}")[0]]
    found = {}
    for i, need in enumerate(needs):
        total, longest, marked, points, after_point, commas, after_comma = row[7 * i : 7 * i + 7]
        decimals = {".": after_point, ",": after_comma}
        found[need.column] = _Digits(total, {".": points, ",": commas}, decimals, marked, longest)
    return found


def _decimals_sql(value: str, mark: str) -> str:
    """How many decimals a text has, without zeros at its end."""
    after = f"length(rtrim({value}, '0')) - strpos({value}, '{mark}')"
    return f"CASE WHEN contains({value}, '{mark}') THEN greatest({after}, 0) ELSE 0 END"


def _decimal_mark(stored: Stored, digits: dict[str, _Digits]) -> str:
    """«.» or «,»: declared, or the one reading under which every number of the file is a number.

    Raises UP529 when both fit all rows and say different things («1.234»).
    """
    if stored.source.csv and stored.source.csv.decimal:
        return stored.source.csv.decimal
    marked = [name for name, d in digits.items() if d.marked]
    if not marked:
        return "."
    fitting = [mark for mark in ".," if all(d.fits[mark] == d.total for d in digits.values())]
    if len(fitting) == 2:
        c = quoted(marked[0])
        bad, place = example(stored, marked[0], c, f"contains({c}, '.') OR contains({c}, ',')")
        message = f"'{bad}' in column '{marked[0]}' may be a thousand or a decimal, and so may every other number here"
        fix = 'declare the decimal mark of the source: csv: {decimal: ","} or {decimal: "."}'
        raise DataError(Problem("UP529", message, fix=fix, place=place))
    likely = max(".,", key=lambda mark: sum(d.fits[mark] for d in digits.values()))
    mark = fitting[0] if fitting else likely
    if mark == ",":
        fix = 'declare it: csv: {decimal: ","}'
        stored.notices.append(Problem("UP537", "numbers have a decimal comma", fix, Place(stored.shown), "note"))
    return mark


def _matches(value: str, pattern: str) -> str:
    return f"regexp_full_match({value}, {text_literal(pattern)})"


def _number(stored: Stored, need: Need, declared: Column | None, mark: str, digits: _Digits) -> Reading:
    c = quoted(need.column)
    value = f"trim({c})"
    if digits.fits[mark] != digits.total:
        fits = _matches(value, COMMA if mark == "," else POINT)
        refuse_values(stored, need.column, c, fits, f"a number (decimal mark «{mark}»)")
    found, wanted = digits.decimals[mark], wanted_decimals(need, declared)
    decimals = found if wanted is None else wanted
    most = min(decimals, MOST_DECIMALS)
    if found > most:
        bad, place = example(stored, need.column, c, f"{_decimals_sql(value, mark)} > {most}")
        message = f"'{bad}' in column '{need.column}' has more than {most} decimals"
        fix = f"declare them: {{{need.column}: {{type: decimal, decimals: {min(found, MOST_DECIMALS)}}}}}"
        raise DataError(Problem("UP532", message, fix=fix, place=place))
    clean = f"replace({value}, ',', '')" if mark == "." else f"replace(replace({value}, '.', ''), ',', '.')"
    clean = clean if digits.marked else value
    width = 18 if digits.longest + decimals <= 17 else 38
    sql = f"CAST(CAST({clean} AS DECIMAL({width}, {decimals})) * {10**decimals} AS BIGINT)"
    if width == 38:
        tried = f"TRY_CAST(TRY_CAST({clean} AS DECIMAL(38, {decimals})) * {10**decimals} AS BIGINT)"
        refuse_values(stored, need.column, c, f"{tried} IS NOT NULL", "a number of at most 18 digits", code="UP533")
    return Reading(need.column, ColumnType("number", decimals), sql)


def _time(stored: Stored, need: Need, declared: Column | None) -> Reading:
    c = quoted(need.column)
    value = f"trim({c})"
    if declared is not None and declared.format is not None:
        parsed = f"try_strptime({value}, {text_literal(declared.format)})"
        refuse_values(stored, need.column, c, f"{parsed} IS NOT NULL", f"a date like {declared.format}")
        return _local(stored, need, parsed, "%z" in declared.format or "%Z" in declared.format)
    is_iso = f"(CASE WHEN {_matches(value, ISO)} THEN TRY_CAST({value} AS TIMESTAMP) END)"
    total, plain = _count(stored, c, is_iso)
    if plain == total:
        return _local(stored, need, f"CAST({value} AS TIMESTAMP)", False)
    is_zoned = f"(CASE WHEN {_matches(value, ZONED)} THEN TRY_CAST({value} AS TIMESTAMPTZ) END)"
    _, zoned = _count(stored, c, is_zoned)
    if zoned == total:
        return _local(stored, need, f"CAST({value} AS TIMESTAMPTZ)", True)
    if zoned and plain + zoned == total:
        bad, place = example(stored, need.column, c, f"{is_zoned} IS NOT NULL")
        message = f"'{bad}' in column '{need.column}' has a time zone, other rows have none"
        fix = "export all times with their zone, or none"
        raise DataError(Problem("UP531", message, fix=fix, place=place))
    if plain:
        shown = "a date like 2026-01-31 or 2026-01-31 18:30:00"
        refuse_values(stored, need.column, c, f"{is_iso} IS NOT NULL", shown)
    form = _date_form(stored, need.column, total)
    return _local(stored, need, form.sql(value), False)


def _count(stored: Stored, column: str, parsed: str) -> tuple[int, int]:
    """How many values there are, and how many of them are parsed."""
    total, good = stored.engine.run(f"SELECT count({column}), count({parsed}) FROM {quoted(stored.relation)}")[0]
    return int(str(total)), int(str(good))


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
        bad, place = example(stored, column, c, differ)
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
    fix = f"correct it, or declare how they are written: columns: {{{column}: {{type: date, format: '%d.%m.%y'}}}}"
    refuse_values(
        stored, column, c, f"{likely[0].sql(value, strict=False)} IS NOT NULL", f"a date like {shown}", fix=fix
    )
    raise AssertionError("no form reads all values, so one value was found")


def _local(stored: Stored, need: Need, parsed: str, zoned: bool) -> Reading:
    column = EngineColumn(need.column, "timestamptz" if zoned else "timestamp")
    local = local_time(stored, parsed, column)
    if need.type == "date":
        return Reading(need.column, ColumnType("date"), f"CAST({local} AS DATE)")
    return Reading(need.column, ColumnType("timestamp"), local)
