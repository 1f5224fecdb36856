"""The unit table: one row per assigned contact with one integer per part of every metric. Built once, kept as Parquet.

Each source is read once: its rows are joined to the assigned contacts, filtered to the longest window and added up
per contact. Everything later (sums, quantiles, segments) reads only this table.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from uplift.engine.adapter import Engine, quoted
from uplift.engine.assigned import ASSIGNED, Assigned, UnknownArm, open_assigned
from uplift.engine.encodings import fingerprint
from uplift.engine.expression_sql import condition, number
from uplift.engine.expression_types import TypeConflictError
from uplift.engine.plan import MetricPlan, Part, all_parts
from uplift.engine.snippets import Snippet
from uplift.engine.sources import SourceTable, open_source, source_files
from uplift.engine.text_forms import shown_value
from uplift.engine.typed import DAY, UNIT, TypedSource, Use, columns_used, type_problem, typed_source
from uplift.errors import DataError, Place, Problem
from uplift.spec.experiment import RowNumber
from uplift.spec.study import Study

FORMAT = "units/1"  # part of the cache key: raise it when the table's meaning changes
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class UnitColumn:
    """A column of the unit table: integers that count units of 10**-decimals.

    `complete` is False when some contacts have no value (they are missing from a contact source).
    """

    name: str
    decimals: int
    complete: bool


@dataclass(frozen=True, slots=True)
class SourceRead:
    """A source that was read: name, rows, sha256 of its contents."""

    name: str
    rows: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class UnitTable:
    """The unit table in a file, its columns by part, and what was noticed on the way."""

    path: Path
    columns: tuple[UnitColumn, ...]
    parts: tuple[Part, ...]
    sources: tuple[SourceRead, ...]
    unknown: tuple[UnknownArm, ...]
    notices: tuple[Problem, ...]
    sql: tuple[tuple[str, str], ...]

    def column(self, part: Part) -> UnitColumn:
        """The column of a metric's part."""
        return self.columns[self.parts.index(part)]


def unit_table(
    engine: Engine,
    study: Study,
    assigned: Assigned,
    metrics: tuple[MetricPlan, ...],
    *,
    cache: Path,
    progress: Progress,
) -> UnitTable:
    """The unit table, from the cache when spec, sources and ledger are the same byte for byte."""
    parts = all_parts(metrics)
    key = _cache_key(engine, study, assigned, parts)
    path = cache / f"units-{key[:40]}.parquet"
    record = path.with_suffix(".json")
    if path.exists() and record.exists():
        return _recall(json.loads(record.read_text("utf-8")), path, parts)
    progress("read who is assigned")
    who = open_assigned(engine, study, assigned, cache=cache)
    _windows(engine, parts)
    facts = []
    for name in dict.fromkeys(part.source for part in parts):
        progress(f"read {name}")
        own = [part for part in parts if part.source == name]
        facts.append(_facts(engine, study, name, own, [parts.index(p) for p in own], cache))
    progress("build the unit table")
    sql = _join(facts, parts)
    engine.save(sql, path)
    columns = tuple(column for _, column in sorted(((i, c) for f in facts for i, c in f.columns), key=lambda x: x[0]))
    tables = {t.name: t for t in ([who.source] if who.source else []) + [f.table for f in facts]}
    unit = UnitTable(
        path=path,
        columns=columns,
        parts=parts,
        sources=tuple(SourceRead(t.name, t.rows, t.fingerprint) for t in tables.values()),
        unknown=who.unknown,
        notices=tuple(dict.fromkeys([*who.notices, *(n for f in facts for n in f.notices)])),
        sql=(("assigned", who.sql), *((f"facts {f.table.name}", f.sql) for f in facts), ("units", sql)),
    )
    aside = record.with_suffix(".json.part")
    aside.write_text(json.dumps(_as_record(unit), ensure_ascii=False), "utf-8")
    aside.replace(record)
    return unit


# ── one source ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Facts:
    """One source added up per contact: the relation, its columns with their numbers in the unit table."""

    relation: str
    table: SourceTable
    columns: tuple[tuple[int, UnitColumn], ...]
    sql: str
    notices: tuple[Problem, ...]


def _facts(
    engine: Engine, study: Study, name: str, parts: Sequence[Part], numbers: Sequence[int], cache: Path
) -> _Facts:
    source, unit = study.source(name), study.experiment.unit
    uses = [use for part in parts for use in _uses(part)]
    numbered = source.id is None and isinstance(unit.id, RowNumber) and name == study.experiment.audience.source
    id_column = None if numbered else (source.id or (unit.id if isinstance(unit.id, str) else None))
    if id_column is None and not numbered:
        place = study.project_document.place("sources", name)
        fix = f"name the contact id of each row: sources.{name}.id"
        raise DataError(Problem("UP561", f"source {name} has no contact id", fix=fix, place=place))
    event = source.grain == "event"
    day = source.time if event else None
    needed = columns_used(uses) | {c for c in (id_column, day) if c} | set(source.columns)
    table = open_source(engine, study, name, needed=needed, cache=cache, numbered=numbered)
    typed = typed_source(engine, study, table, uses, view=f"typed_{name}", unit=id_column, day=day)
    rendered = [_render(part, typed) for part in parts]
    relation = f"facts_{name}"
    sql = _events_sql(typed, parts, rendered, numbers) if event else _own_sql(typed, rendered, numbers)
    engine.materialize(relation, sql)
    _refuse_nulls(engine, relation, parts, rendered, numbers, typed)
    notices = list(typed.notices)
    if event:
        notices += _unmatched(engine, relation, table)
        notices += _undated(engine, typed)
    missing = 0 if event else _missing(engine, relation, table, notices)
    columns = tuple(
        (i, UnitColumn(_name(i), r.decimals, complete=event or not missing))
        for i, r in zip(numbers, rendered, strict=True)
    )
    return _Facts(relation, table, columns, sql, tuple(notices))


def _name(number: int) -> str:
    return f"v{number}"


def _uses(part: Part) -> list[Use]:
    uses = []
    if part.value is not None and part.value_snippet is not None:
        uses.append(Use(part.value, "boolean" if part.binary else "number", part.value_snippet, part.decimals))
    if part.where is not None and part.where_snippet is not None:
        uses.append(Use(part.where, "boolean", part.where_snippet))
    return uses


@dataclass(frozen=True, slots=True)
class _Rendered:
    """A part in SQL: the value of a row (None: a row counts 1), its filter, its decimals."""

    value: str | None
    where: str | None
    decimals: int


def _render(part: Part, typed: TypedSource) -> _Rendered:
    where = value = None
    decimals = 0
    if part.where is not None and part.where_snippet is not None:
        where = _or_problem(part.where_snippet, lambda: condition(part.where, typed.columns))  # type: ignore[arg-type]
    if part.value is not None and part.value_snippet is not None:
        if part.binary:
            flag = _or_problem(part.value_snippet, lambda: condition(part.value, typed.columns))  # type: ignore[arg-type]
            value = f"(CASE WHEN {flag} THEN 1 WHEN NOT {flag} THEN 0 END)"
        else:
            number_ = _or_problem(part.value_snippet, lambda: number(part.value, typed.columns))  # type: ignore[arg-type]
            value, decimals = number_.sql, number_.decimals
    return _Rendered(value, where, decimals)


def _or_problem(snippet: Snippet, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except TypeConflictError as conflict:
        raise type_problem(snippet, conflict) from None


def _windows(engine: Engine, parts: Sequence[Part]) -> None:
    """Name the assigned contacts with the end of every window: `assigned_windows`."""
    windows = sorted({part.window for part in parts if part.window is not None})
    ends = "".join(f", CAST(assigned_day + INTERVAL '{w}' DAY AS DATE) AS end_{w}" for w in windows)
    engine.define("assigned_windows", f"SELECT unit_id, unit_key, assigned_day{ends} FROM {ASSIGNED}")


def _events_sql(
    typed: TypedSource, parts: Sequence[Part], rendered: Sequence[_Rendered], numbers: Sequence[int]
) -> str:
    """Rows of an event source, added up per contact within [assigned day, + window)."""
    longest = max(part.window or 0 for part in parts)
    selected = ["a.unit_id", "count(*) AS rows_read"]
    for part, r, i in zip(parts, rendered, numbers, strict=True):
        tests = [f"e.{DAY} < a.end_{part.window}"] if part.window != longest else []
        tests += [r.where] if r.where else []
        counts = " AND ".join(tests) or "TRUE"
        if part.aggregate == "any":
            selected.append(f"max(CASE WHEN {counts} THEN 1 ELSE 0 END) AS {_name(i)}")
        elif part.aggregate == "count":
            selected.append(f"count(CASE WHEN {counts} THEN 1 END) AS {_name(i)}")
        else:
            selected.append(f"CAST(coalesce(sum(CASE WHEN {counts} THEN {r.value} END), 0) AS BIGINT) AS {_name(i)}")
            selected.append(f"count(CASE WHEN {counts} AND ({r.value}) IS NULL THEN 1 END) AS nulls_{i}")
    return (
        f"SELECT {', '.join(selected)} FROM assigned_windows AS a "
        f"JOIN {quoted(typed.view)} AS e ON e.{UNIT} = a.unit_key "
        f"WHERE e.{DAY} >= a.assigned_day AND e.{DAY} < a.end_{longest} GROUP BY a.unit_id"
    )


def _own_sql(typed: TypedSource, rendered: Sequence[_Rendered], numbers: Sequence[int]) -> str:
    """The one row of each contact in a contact source."""
    selected = ["a.unit_id", "1 AS rows_read"]
    for r, i in zip(rendered, numbers, strict=True):
        value = r.value or "1"
        value = f"CASE WHEN {r.where} THEN {value} ELSE 0 END" if r.where else value
        selected.append(f"CAST({value} AS BIGINT) AS {_name(i)}")
        counts = f"{r.where} AND " if r.where else ""
        nulls = f"CASE WHEN {counts}({r.value}) IS NULL THEN 1 ELSE 0 END" if r.value else "0"
        selected.append(f"{nulls} AS nulls_{i}")
    return (
        f"SELECT {', '.join(selected)} FROM assigned_windows AS a "
        f"JOIN {quoted(typed.view)} AS e ON e.{UNIT} = a.unit_key"
    )


def _refuse_nulls(
    engine: Engine,
    relation: str,
    parts: Sequence[Part],
    rendered: Sequence[_Rendered],
    numbers: Sequence[int],
    typed: TypedSource,
) -> None:
    """A missing value is neither zero nor left out silently: the YAML says which (UP534)."""
    values = [
        (p, r, i) for p, r, i in zip(parts, rendered, numbers, strict=True) if r.value and p.aggregate in ("sum", "own")
    ]
    if not values:
        return
    sums = ", ".join(f"coalesce(sum(nulls_{i}), 0)" for _, _, i in values)
    problems = []
    for (part, _, _), nulls in zip(values, engine.run(f"SELECT {sums} FROM {quoted(relation)}")[0], strict=True):
        if nulls and part.value_snippet is not None:
            text = part.value_snippet.text
            rows = "1 row of an assigned contact has" if nulls == 1 else f"{nulls:,} rows of assigned contacts have"
            problems.append(
                Problem(
                    "UP534",
                    f"{rows} no value of {text} in {typed.name}",
                    fix=f"say what it means: value: coalesce({text}, 0), or where: {text} is not null",
                    place=part.value_snippet.place,
                )
            )
    if problems:
        raise DataError(*problems)


def _unmatched(engine: Engine, relation: str, table: SourceTable) -> list[Problem]:
    (contacts,) = engine.run(f"SELECT count(*) FROM {quoted(relation)}")[0]
    if contacts or not table.rows:
        return []
    message = f"no row of {table.name} falls into a window of an assigned contact"
    fix = "compare how both files write the id and the time, and whether the file covers the weeks after assignment"
    return [Problem("UP565", message, fix, Place(table.shown), "warning")]


def _undated(engine: Engine, typed: TypedSource) -> list[Problem]:
    (rows,) = engine.run(f"SELECT count(*) FROM {quoted(typed.view)} WHERE {DAY} IS NULL")[0]
    if not rows:
        return []
    return [
        Problem(
            "UP564",
            f"{rows:,} rows of {typed.name} have no time; no window holds them",
            "",
            Place(typed.table.shown),
            "warning",
        )
    ]


def _missing(engine: Engine, relation: str, table: SourceTable, notices: list[Problem]) -> int:
    """How many contacts a contact source does not know; twice-known contacts are refused (UP566)."""
    twice = engine.run(
        f"SELECT unit_id, count(*) FROM {quoted(relation)} GROUP BY unit_id HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
    )
    if twice:
        raise DataError(
            Problem(
                "UP566",
                f"contact '{shown_value(str(twice[0][0]), private=True)}' has {twice[0][1]} rows in {table.name}, "
                "which has one row per contact",
                fix="deduplicate the source, or set its grain to event",
                place=Place(table.shown),
            )
        )
    (missing,) = engine.run(f"SELECT (SELECT count(*) FROM {ASSIGNED}) - (SELECT count(*) FROM {quoted(relation)})")[0]
    if missing:
        message = f"{missing:,} assigned contacts have no row in {table.name}; its metrics leave them out"
        notices.append(Problem("UP567", message, "compare the arms: see missing", Place(table.shown), "warning"))
    return int(str(missing))


# ── all sources ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _join(facts: Sequence[_Facts], parts: Sequence[Part]) -> str:
    selected = ["a.unit_id", "a.cluster_id", "a.arm", "a.weight_epoch", "a.stratum", "a.assigned_day"]
    for f, facts_of in enumerate(facts):
        for i, column in facts_of.columns:
            own = parts[i].aggregate == "own"
            value = f"f{f}.{_name(i)}"
            selected.append(
                f"{value} AS {column.name}" if own else f"CAST(coalesce({value}, 0) AS BIGINT) AS {column.name}"
            )
    joins = " ".join(f"LEFT JOIN {quoted(f.relation)} AS f{n} ON f{n}.unit_id = a.unit_id" for n, f in enumerate(facts))
    return f"SELECT {', '.join(selected)} FROM {ASSIGNED} AS a {joins}"


# ── cache ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _cache_key(engine: Engine, study: Study, assigned: Assigned, parts: Sequence[Part]) -> str:
    """A hash of all that the table depends on: meaning of the metrics, contents of the sources, who is assigned."""
    experiment, project = study.experiment, study.project
    names = sorted({part.source for part in parts} | ({experiment.audience.source} if not assigned.paths else set()))
    contents = {name: [fingerprint(path) for path in source_files(study, name)] for name in names}
    meaning: dict[str, object] = {
        "format": FORMAT,
        "engine": [engine.capabilities().name, engine.capabilities().version],
        "experiment": [experiment.id, experiment.unit.model_dump(mode="json"), list(experiment.arms)],
        "timezone": project.timezone,
        "sources": {name: study.source(name).model_dump(mode="json", exclude={"file", "data_lag"}) for name in names},
        "contents": contents,
        "parts": [repr(part) for part in parts],
        "ledger": assigned.fingerprint,
    }
    if not assigned.paths:
        meaning["observed"] = [
            experiment.audience.model_dump(mode="json", include={"source", "where", "entry_date"}),
            experiment.assignment.column,
            {name: arm.observed for name, arm in experiment.arms.items()},
            experiment.schedule.start.isoformat(),
        ]
    text = json.dumps(meaning, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_record(unit: UnitTable) -> dict[str, object]:
    return {
        "columns": [asdict(c) for c in unit.columns],
        "sources": [asdict(s) for s in unit.sources],
        "unknown": [asdict(u) for u in unit.unknown],
        "notices": [asdict(n) for n in unit.notices],
        "sql": unit.sql,
    }


def _recall(record: dict[str, Any], path: Path, parts: tuple[Part, ...]) -> UnitTable:
    notices = [
        Problem(n["code"], n["message"], n["fix"], Place(**n["place"]) if n["place"] else None, n["level"])
        for n in record["notices"]
    ]
    return UnitTable(
        path=path,
        columns=tuple(UnitColumn(**c) for c in record["columns"]),
        parts=parts,
        sources=tuple(SourceRead(**s) for s in record["sources"]),
        unknown=tuple(UnknownArm(**u) for u in record["unknown"]),
        notices=tuple(notices),
        sql=tuple((str(stage), str(sql)) for stage, sql in record["sql"]),
    )
