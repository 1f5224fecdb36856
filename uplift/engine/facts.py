"""One source added up per contact: its rows joined to the assigned contacts, within [assigned day, + window)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from uplift.engine.adapter import Engine, Queries, quoted
from uplift.engine.assigned import ASSIGNED
from uplift.engine.expression_sql import condition, number
from uplift.engine.expression_types import TypeConflictError
from uplift.engine.merges import view_read, with_merged_ids
from uplift.engine.plan import Part
from uplift.engine.pushdown import content_of, keep, period_of, send_assigned
from uplift.engine.snippets import Snippet
from uplift.engine.sources import SourceTable, open_source
from uplift.engine.text_forms import shown_value
from uplift.engine.typed import DAY, UNIT, TypedSource, Use, columns_used, type_problem, typed_source
from uplift.errors import DataError, Place, Problem
from uplift.spec.experiment import RowNumber
from uplift.spec.study import Study

WINDOWS = "assigned_windows"
SINCE = "rows_since"  # rows from the day of assignment on, where rows from before it are read too
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class UnitColumn:
    """A column of the unit table: integers that count units of 10**-decimals.

    `complete` is False when some contacts have no value (they are missing from a contact source).
    """

    name: str
    decimals: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """A source added up per contact: the relation (unit_key and one column per part), and what was noticed."""

    relation: str
    table: SourceTable
    columns: Mapping[Part, UnitColumn]
    sql: str
    notices: tuple[Problem, ...]
    days: ContactDays | None = None


@dataclass(frozen=True, slots=True)
class ContactDays:
    """A source added up per contact and active day: the relation (unit_key, day and the columns of these parts)."""

    relation: str
    columns: tuple[str, ...]
    sql: str


@dataclass(frozen=True, slots=True)
class Written:
    """A part in SQL: its column, the value of a row (None: a row counts 1), its filter, its decimals."""

    part: Part
    name: str
    value: str | None
    where: str | None
    decimals: int


@dataclass(frozen=True, slots=True)
class SharedSource:
    """An event source that was added up for several experiments at once, and which of them this one is.

    `totals` has experiment, unit_key and a column per part (`names`), `days` the same per active day. `undated` says
    which rows have no time.
    """

    table: SourceTable
    typed: TypedSource
    totals: str
    days: str
    names: Mapping[Part, str]
    experiment: int
    undated: tuple[Problem, ...]


def ends_of_windows(parts: Iterable[Part]) -> str:
    """The day after every window (`end_30`) and the first of every past (`from_90`), as columns."""
    asked = list(parts)
    windows = sorted({part.window for part in asked if part.window is not None})
    pasts = sorted({part.before for part in asked if part.before is not None})
    days = "".join(f", CAST(assigned_day + INTERVAL '{w}' DAY AS DATE) AS end_{w}" for w in windows)
    return days + "".join(f", CAST(assigned_day - INTERVAL '{b}' DAY AS DATE) AS from_{b}" for b in pasts)


def define_windows(engine: Queries, parts: Sequence[Part]) -> None:
    """Name the assigned contacts with the days on which their windows and pasts end and begin."""
    engine.define(WINDOWS, f"SELECT unit_key, assigned_day{ends_of_windows(parts)} FROM {ASSIGNED}")


def facts_of(
    engine: Engine,
    study: Study,
    name: str,
    parts: Mapping[Part, str],
    *,
    assigned: tuple[datetime.date, datetime.date],
    cache: Path,
    daily: Collection[Part] = (),
    shared: SharedSource | None = None,
) -> Facts:
    """Add up one source for the parts that read it; `parts` gives each its column in the unit table.

    `assigned` are the first and the last day of assignment: events far from them are not read.
    The parts in `daily` are added up per contact and day too. With `shared` the rows were read already.

    Raises DataError: UP534 a missing value, UP566 a contact twice in a wide file.
    """
    if shared is not None:
        return _taken(engine, study, name, parts, shared, daily)
    source, unit = study.source(name), study.experiment.unit
    uses = uses_of(parts)
    event = source.grain == "event"
    own_id = None if isinstance(unit.id, RowNumber) else unit.id
    id_column = source.id if event else own_id
    numbered = id_column is None  # the row of a wide file is the contact
    past = [part for part in parts if part.fill is not None]
    day = source.time if event or past else None
    needed = columns_used(uses) | {c for c in (id_column, day) if c} | set(source.columns)
    period = period_of(assigned, tuple(parts), day) if day and event else None
    table = open_source(engine, study, name, needed=needed, cache=cache, numbered=numbered, in_place=period)
    if table.home is not None:
        send_assigned(engine, table.home, ASSIGNED)
        define_windows(table.home, tuple(parts))
    typed = typed_source(engine, study, table, uses, view=f"typed_{name}", unit=id_column, day=day, between=period)
    typed = with_merged_ids(engine, study, typed)
    written = written_of(parts, typed)
    relation = f"facts_{name}"
    sql = _events_sql(typed, written) if event else _own_sql(typed, written, dated=day is not None)
    keep(engine, table.home, relation, sql)
    if table.home is not None:
        table = replace(table, fingerprint=content_of(engine, relation, engine.columns(relation)))
    by_day = [w for w in written if w.part in daily]
    days = _days(typed, by_day, f"days_{name}") if by_day else None
    if days is not None:
        keep(engine, table.home, days.relation, days.sql)
    _refuse_nulls(engine, relation, written, typed)
    notices = list(typed.notices)
    missing = 0
    if event:
        notices += _unmatched(engine, relation, typed, tuple(parts))
        notices += undated(engine, typed, str(day))
    else:
        missing = contacts_missing(engine, relation, table)
        if day is not None:
            _refuse_late(engine, relation, past[0], day, table)
        notices += _missing_notice(missing, table)
    columns = {w.part: UnitColumn(w.name, w.decimals, w.part.fill is not None or missing == 0) for w in written}
    return Facts(relation, table, columns, sql, tuple(notices), days)


def _taken(
    engine: Engine, study: Study, name: str, parts: Mapping[Part, str], shared: SharedSource, daily: Collection[Part]
) -> Facts:
    """One experiment's share of a source that was read for several; it tells the statement that it alone would run."""
    typed = replace(shared.typed, view=view_read(study, f"typed_{name}"))
    written = written_of(parts, typed)
    relation, mine = f"facts_{name}", f"WHERE experiment = {shared.experiment}"
    longest, past = reach_of(parts)
    selected = [f"{since_of(longest, past)} AS {SINCE}"] if past else []
    for w in written:
        selected.append(f"{shared.names[w.part]} AS {w.name}")
        if w.part.aggregate == "sum":
            selected.append(f"nulls_{shared.names[w.part]} AS nulls_{w.name}")
    seen = f"{mine} AND {seen_of(longest, past)} > 0"
    engine.materialize(relation, f"SELECT unit_key, {', '.join(selected)} FROM {shared.totals} {seen}")
    by_day = [w for w in written if w.part in daily]
    days = _days(typed, by_day, f"days_{name}") if by_day else None
    if days is not None:
        columns = ", ".join(f"{shared.names[w.part]} AS {w.name}" for w in by_day)
        engine.materialize(days.relation, f"SELECT unit_key, day, {columns} FROM {shared.days} {mine}")
    _refuse_nulls(engine, relation, written, typed)
    notices = [
        *typed.notices,
        *_unmatched(engine, relation, shared.typed, tuple(parts)),
        *shared.undated,
    ]
    columns_ = {w.part: UnitColumn(w.name, w.decimals, complete=True) for w in written}
    return Facts(relation, shared.table, columns_, _events_sql(typed, written), tuple(notices), days)


def reach_of(parts: Iterable[Part]) -> tuple[int, int]:
    """The longest window and the longest past of some parts, in days."""
    asked = list(parts)
    return max(part.window or 0 for part in asked), max(part.before or 0 for part in asked)


def seen_of(longest: int, past: int) -> str:
    """The column that counts a contact's rows within such a past and window."""
    return f"seen_{past}_{longest}"


def since_of(longest: int, past: int) -> str:
    """The column that counts those of them from the day of assignment on."""
    return f"since_{past}_{longest}"


def uses_of(parts: Iterable[Part]) -> list[Use]:
    """Every snippet that these parts read."""
    return [use for part in parts for use in _uses(part)]


def written_of(parts: Mapping[Part, str], typed: TypedSource) -> list[Written]:
    """The parts in SQL over a typed source."""
    return [_write(part, column, typed) for part, column in parts.items()]


def _uses(part: Part) -> list[Use]:
    uses = []
    if part.value is not None and part.value_snippet is not None:
        uses.append(Use(part.value, "boolean" if part.binary else "number", part.value_snippet, part.decimals))
    if part.where is not None and part.where_snippet is not None:
        uses.append(Use(part.where, "boolean", part.where_snippet))
    return uses


def _write(part: Part, name: str, typed: TypedSource) -> Written:
    where = value = None
    decimals = 0
    if (filter_ := part.where) is not None and part.where_snippet is not None:
        where = _placed(part.where_snippet, lambda: condition(filter_, typed.columns))
    if (own := part.value) is not None and part.value_snippet is not None:
        if part.binary:
            flag = _placed(part.value_snippet, lambda: condition(own, typed.columns))
            value = f"(CASE WHEN {flag} THEN 1 WHEN NOT {flag} THEN 0 END)"
        else:
            found = _placed(part.value_snippet, lambda: number(own, typed.columns))
            value, decimals = found.sql, found.decimals
    return Written(part, name, value, where, decimals)


def _placed(snippet: Snippet, make: Callable[[], Made]) -> Made:
    """Run a rendering; a type conflict gets its place in the YAML."""
    try:
        return make()
    except TypeConflictError as conflict:
        raise type_problem(snippet, conflict) from None


def _events_sql(typed: TypedSource, written: Sequence[Written]) -> str:
    """Rows of an event source, added up per contact: one join for all windows and pasts, the longest in WHERE."""
    longest, past = reach_of(w.part for w in written)
    selected = ["a.unit_key"]
    if past:
        selected.append(f"count(CASE WHEN e.{DAY} >= a.assigned_day THEN 1 END) AS {SINCE}")
    selected += totals_of(written, longest, past)
    first = f"a.from_{past}" if past else "a.assigned_day"
    return (
        f"SELECT {', '.join(selected)} FROM {WINDOWS} AS a JOIN {quoted(typed.view)} AS e ON e.{UNIT} = a.unit_key "
        f"WHERE e.{DAY} >= {first} AND e.{DAY} < a.end_{longest}{that_count(written)} GROUP BY a.unit_key"
    )


def that_count(written: Sequence[Written]) -> str:
    """The rows that any of these parts counts, as one more condition: the others need not be joined to contacts.

    Most events of a mail system say that a mail was delivered, which few metrics count.
    """
    wheres = dict.fromkeys(w.where for w in written)
    if None in wheres:
        return ""
    return f" AND ({' OR '.join(f'({where})' for where in wheres)})"


def totals_of(written: Sequence[Written], longest: int, past: int) -> list[str]:
    """What is added up per contact, where WHERE lets in the longest window and past."""
    selected = []
    for w in written:
        tests = _when(w.part, longest, past) + ([w.where] if w.where else [])
        counts = " AND ".join(tests) or "TRUE"
        if w.part.aggregate == "any":
            selected.append(f"max(CASE WHEN {counts} THEN 1 ELSE 0 END) AS {w.name}")
        elif w.part.aggregate == "count":
            selected.append(f"count(CASE WHEN {counts} THEN 1 END) AS {w.name}")
        else:
            selected.append(f"CAST(coalesce(sum(CASE WHEN {counts} THEN {w.value} END), 0) AS BIGINT) AS {w.name}")
            selected.append(f"count(CASE WHEN {counts} AND ({w.value}) IS NULL THEN 1 END) AS nulls_{w.name}")
    return selected


def _days(typed: TypedSource, written: Sequence[Written], relation: str) -> ContactDays:
    """The same rows per contact and day, from the day of assignment to the end of the longest of these windows."""
    longest, _ = reach_of(w.part for w in written)
    selected = ["a.unit_key", f"e.{DAY} AS day", *days_of(written, longest)]
    sql = (
        f"SELECT {', '.join(selected)} FROM {WINDOWS} AS a JOIN {quoted(typed.view)} AS e ON e.{UNIT} = a.unit_key "
        f"WHERE e.{DAY} >= a.assigned_day AND e.{DAY} < a.end_{longest}{that_count(written)} "
        f"GROUP BY a.unit_key, e.{DAY}"
    )
    return ContactDays(relation, tuple(w.name for w in written), sql)


def days_of(written: Sequence[Written], longest: int) -> list[str]:
    """What is added up per contact and day, where WHERE lets in the longest window."""
    selected = []
    for w in written:
        counts = " AND ".join(_when(w.part, longest, 0) + ([w.where] if w.where else [])) or "TRUE"
        value = f"CASE WHEN {counts} THEN {w.value if w.part.aggregate == 'sum' else 1} END"
        function = "max" if w.part.aggregate == "any" else "sum"
        selected.append(f"CAST(coalesce({function}({value}), 0) AS BIGINT) AS {w.name}")
    return selected


def _when(part: Part, longest: int, past: int) -> list[str]:
    """On which days a row counts, as far as WHERE does not say it: [assigned − before, assigned) or [assigned, end)."""
    if part.before is not None:
        begins = [f"e.{DAY} >= a.from_{part.before}"] if part.before != past else []
        return [*begins, f"e.{DAY} < a.assigned_day"]
    begins = [f"e.{DAY} >= a.assigned_day"] if past else []
    return begins + ([f"e.{DAY} < a.end_{part.window}"] if part.window != longest else [])


def _own_sql(typed: TypedSource, written: Sequence[Written], *, dated: bool) -> str:
    """The one row of each contact in a wide file; `late` where it is from the day of assignment or later."""
    selected = ["a.unit_key"]
    if dated:
        selected.append(f"CASE WHEN e.{DAY} >= a.assigned_day THEN 1 ELSE 0 END AS late")
    for w in written:
        selected.append(f"CAST({w.value} AS BIGINT) AS {w.name}")
        selected.append(f"CASE WHEN {w.value} IS NULL THEN 1 ELSE 0 END AS nulls_{w.name}")
    return f"SELECT {', '.join(selected)} FROM {WINDOWS} AS a JOIN {quoted(typed.view)} AS e ON e.{UNIT} = a.unit_key"


def _refuse_late(engine: Engine, relation: str, part: Part, time: str, table: SourceTable) -> None:
    """What is known of a contact only after its assignment can't be a covariate (UP591)."""
    late, last = engine.run(f"SELECT coalesce(sum(late), 0), count(*) FROM {quoted(relation)}")[0]
    if late and part.value_snippet is not None:
        message = f"{late:,} of {last:,} contacts have a {time} in {table.name} that is not before their assignment"
        fix = f"export {table.name} as it was on the day before the assignment, or leave the covariate out"
        raise DataError(Problem("UP591", message, fix=fix, place=part.value_snippet.place))


def _refuse_nulls(engine: Engine, relation: str, written: Sequence[Written], typed: TypedSource) -> None:
    """A missing value is neither zero nor left out silently: the YAML says which (UP534)."""
    values = [w for w in written if w.value and w.part.aggregate in ("sum", "own") and w.part.fill is None]
    if not values:
        return
    sums = ", ".join(f"coalesce(sum(nulls_{w.name}), 0)" for w in values)
    problems = []
    for w, nulls in zip(values, engine.run(f"SELECT {sums} FROM {quoted(relation)}")[0], strict=True):
        if nulls and w.part.value_snippet is not None:
            text = w.part.value_snippet.text
            rows = "1 row of an assigned contact has" if nulls == 1 else f"{nulls:,} rows of assigned contacts have"
            message = f"{rows} no value of {text} in {typed.name}"
            fix = f"say what it means: value: coalesce({text}, 0), or where: {text} is not null"
            if w.part.aggregate == "own":
                fix = "fill the file: 0 where it means none; contacts whose value is unknown can't be measured"
            problems.append(Problem("UP534", message, fix=fix, place=w.part.value_snippet.place))
    if problems:
        raise DataError(*dict.fromkeys(problems))


def _unmatched(engine: Engine, relation: str, typed: TypedSource, parts: Sequence[Part]) -> list[Problem]:
    """A source none of whose rows, whether a metric counts it or not, falls into a window (UP565)."""
    longest, past = reach_of(parts)
    since = f" WHERE {SINCE} > 0" if past else ""
    (contacts,) = engine.run(f"SELECT count(*) FROM {quoted(relation)}{since}")[0]
    if contacts or not typed.table.rows:
        return []
    home = typed.table.home or engine
    (rows,) = home.run(
        f"SELECT count(*) FROM {WINDOWS} AS a JOIN {quoted(typed.view)} AS e ON e.{UNIT} = a.unit_key "
        f"WHERE e.{DAY} >= a.assigned_day AND e.{DAY} < a.end_{longest}"
    )[0]
    if rows:
        return []
    message = f"no row of {typed.name} falls into a window of an assigned contact"
    fix = "compare how both files write the id and the time, and whether the file covers the weeks after assignment"
    return [Problem("UP565", message, fix, Place(typed.table.shown), "warning")]


def undated(engine: Engine, typed: TypedSource, time: str) -> list[Problem]:
    """Rows without a time, which no window holds (UP564)."""
    home = typed.table.home or engine
    (rows,) = home.run(f"SELECT count(*) - count({quoted(time)}) FROM {quoted(typed.table.relation)}")[0]
    if not rows:
        return []
    subject = f"1 row of {typed.name} has" if rows == 1 else f"{rows:,} rows of {typed.name} have"
    message = f"{subject} no time; no window holds {'it' if rows == 1 else 'them'}"
    return [Problem("UP564", message, "fill the time where the file is made", Place(typed.table.shown), "warning")]


def contacts_missing(engine: Engine, relation: str, table: SourceTable) -> int:
    """How many contacts a contact source does not know; one that it knows twice is refused (UP566)."""
    twice = engine.run(
        f"SELECT unit_key, count(*) FROM {quoted(relation)} GROUP BY unit_key HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
    )
    if twice:
        key, rows = twice[0]
        shown = shown_value(str(key), private=True)
        message = f"contact '{shown}' has {rows} rows in {table.name}, which has one row per contact"
        fix = "deduplicate the file; of merged contacts keep one row"
        raise DataError(Problem("UP566", message, fix=fix, place=Place(table.shown)))
    count = f"SELECT (SELECT count(*) FROM {ASSIGNED}) - (SELECT count(*) FROM {quoted(relation)})"
    return int(str(engine.run(count)[0][0]))


def _missing_notice(missing: int, table: SourceTable) -> list[Problem]:
    if not missing:
        return []
    message = f"{missing:,} assigned contacts have no row in {table.name}; its metrics leave them out"
    fix = "export all assigned contacts; who is missing must not depend on the arm"
    return [Problem("UP567", message, fix, Place(table.shown), "warning")]
