"""The unit table: one row per assigned contact with one integer per part of every metric. Built once, kept as Parquet.

Each source is read once: its rows are joined to the assigned contacts, filtered to the longest window and added up
per contact. Everything later (sums, quantiles, segments) reads only this table.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from uplift.engine.adapter import Engine, quoted
from uplift.engine.assigned import ASSIGNED, Assigned, AssignedTable, UnknownArm, open_assigned
from uplift.engine.attributes import ATTRIBUTES, Attributes, attributes_of, segment_columns
from uplift.engine.encodings import fingerprint
from uplift.engine.facts import Facts, SharedSource, UnitColumn, define_windows, facts_of
from uplift.engine.kept import keeping, recall, remember
from uplift.engine.merges import merges_of
from uplift.engine.plan import MetricPlan, Part
from uplift.engine.sources import shown_path, source_files
from uplift.errors import Place, Problem
from uplift.spec.study import Study

FORMAT = "units/1"  # part of the cache key: raise it when the table's meaning changes
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SourceRead:
    """A source that was read: name, rows, sha256 of its contents."""

    name: str
    rows: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class UnitTable:
    """The unit table in a file, its columns by part, and what was noticed on the way.

    `segments` are its text columns for the columns under `segments`, in their order. `days` holds one row per contact
    and active day, with the columns of the metrics whose course is told.
    """

    path: Path
    columns: tuple[UnitColumn, ...]
    parts: tuple[Part, ...]
    sources: tuple[SourceRead, ...]
    unknown: tuple[UnknownArm, ...]
    notices: tuple[Problem, ...]
    sql: tuple[tuple[str, str], ...]
    segments: tuple[str, ...] = ()
    days: Path | None = None

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
    shared: Mapping[str, SharedSource] | None = None,
    known: str | None = None,
    who: AssignedTable | None = None,
) -> UnitTable:
    """The unit table, from the cache when spec, sources and ledger are the same byte for byte.

    `shared` are sources that were read for several experiments at once; `known` is the name of the very table, where it
    was made a moment ago; `who` says that the relation `assigned` is filled already.

    What a table of a connection holds is known only when it was read: then the unit table is made anew, and has the
    same name where the rows were the same.
    """
    names = column_names(metrics)
    followed = followed_parts(metrics)
    daily = [name for part, name in names.items() if part in followed]
    path = _kept_at(cache, engine, study, assigned, names)
    in_files = all(study.source(name).file is not None for name in _source_names(study, assigned, names))
    if known is not None and (ready := _ready(study, cache / known, names, daily)) is not None:
        return ready
    if in_files and (ready := _ready(study, path, names, daily)) is not None:
        return ready
    if who is None:
        progress("read who is assigned")
        who = open_assigned(engine, study, assigned, cache=cache)
    define_windows(engine, tuple(names))
    facts = []
    for source in dict.fromkeys(part.source for part in names):
        progress(f"read {source}")
        own = {part: name for part, name in names.items() if part.source == source}
        read_already = (shared or {}).get(source)
        facts.append(
            facts_of(engine, study, source, own, assigned=who.days, cache=cache, daily=followed, shared=read_already)
        )
    groups = attributes_of(engine, study, cache=cache) if study.experiment.segments else None
    progress("build the unit table")
    sql = _join(facts, tuple(names), groups)
    read = [who.source] if who.source else []
    read += ([groups.table] if groups else []) + [of.table for of in facts]
    tables = {t.name: t for t in read}
    if not in_files:
        path = _kept_at(cache, engine, study, assigned, names, {name: t.fingerprint for name, t in tables.items()})
    with keeping(path) as aside:
        engine.save(sql, aside)
    days = _days_beside(path, daily) if daily else None
    if days is not None:
        with keeping(days) as aside:
            engine.save(_contact_days(facts), aside)
        remember(days.with_suffix(".json"), {}, days)
    found = {part: column for of in facts for part, column in of.columns.items()}
    unit = UnitTable(
        path=path,
        columns=tuple(found[part] for part in names),
        parts=tuple(names),
        sources=tuple(SourceRead(t.name, t.rows, t.fingerprint) for t in tables.values()),
        unknown=who.unknown,
        notices=_as_written(
            study, [*who.notices, *(groups.notices if groups else ()), *(n for of in facts for n in of.notices)]
        ),
        sql=(
            ("assigned", who.sql),
            *((("segments", groups.sql),) if groups else ()),
            *((f"facts {of.table.name}", of.sql) for of in facts),
            ("units", sql),
            *((f"days {of.table.name}", of.days.sql) for of in facts if of.days),
        ),
        segments=groups.columns if groups else (),
        days=days,
    )
    remember(path.with_suffix(".json"), _as_record(unit), path)
    return unit


def kept_units(
    engine: Engine, study: Study, assigned: Assigned, metrics: tuple[MetricPlan, ...], *, cache: Path
) -> UnitTable | None:
    """The unit table, where it is kept already; None where it isn't, or where a source is no file."""
    names, followed = column_names(metrics), followed_parts(metrics)
    daily = [name for part, name in names.items() if part in followed]
    if any(study.source(name).file is None for name in _source_names(study, assigned, names)):
        return None
    return _ready(study, _kept_at(cache, engine, study, assigned, names), names, daily)


def _ready(study: Study, path: Path, names: Mapping[Part, str], daily: Sequence[str]) -> UnitTable | None:
    if (kept := recall(path.with_suffix(".json"), path)) is None:
        return None
    days = _days_beside(path, daily) if daily else None
    if days is not None and recall(days.with_suffix(".json"), days) is None:
        return None
    return _recall(kept, path, tuple(names), segment_columns(study), days)


def followed_parts(metrics: Sequence[MetricPlan]) -> frozenset[Part]:
    """The parts of the metrics whose course is told."""
    return frozenset(part for metric in metrics if metric.course for part in metric.parts)


def _as_written(study: Study, notices: Iterable[Problem]) -> tuple[Problem, ...]:
    """Notices that name a file as project.yml does: what is measured holds no path of this machine."""
    written = {shown_path(study, source.file): source.file for source in study.project.sources.values() if source.file}

    def of(notice: Problem) -> Problem:
        place = notice.place
        return (
            notice if place is None else replace(notice, place=replace(place, file=written.get(place.file, place.file)))
        )

    return tuple(dict.fromkeys(map(of, notices)))


def column_names(metrics: Sequence[MetricPlan]) -> dict[Part, str]:
    """The distinct parts of all metrics with their columns: `y_revenue`, `y_order_value_numerator`.

    A part that two metrics share has one column, named after the first. Covariates follow their metric: `x0_revenue`.
    """
    names: dict[Part, str] = {}
    for metric in metrics:
        # No metric has a dot in its name; what the toolkit adds does, and can't collide with one.
        stem = ("z_" if "." in metric.key else "y_") + metric.key.replace(" ", "_").replace(".", "_")
        suffixes = ("_numerator", "_denominator") if len(metric.parts) == 2 else ("",)
        for part, suffix in zip(metric.parts, suffixes, strict=True):
            names.setdefault(part, stem + suffix)
        for number, covariate in enumerate(metric.covariates):
            names.setdefault(covariate.part, f"x{number}{stem[1:]}")
    return names


def _join(facts: Sequence[Facts], order: Sequence[Part], groups: Attributes | None) -> str:
    selected = ["a.unit_id", "a.cluster_id", "a.arm", "a.weight_epoch", "a.stratum", "a.assigned_day"]
    found = {part: (f"f{f}.{column.name}", column) for f, of in enumerate(facts) for part, column in of.columns.items()}
    for part in order:
        value, column = found[part]
        absent = part.fill if part.aggregate == "own" else 0
        known = value if absent is None else f"CAST(coalesce({value}, {absent}) AS BIGINT)"
        selected.append(f"{known} AS {column.name}")
    joins = " ".join(
        f"LEFT JOIN {quoted(of.relation)} AS f{f} ON f{f}.unit_key = a.unit_key" for f, of in enumerate(facts)
    )
    if groups is not None:
        selected += [f"coalesce(s.{column}, '') AS {column}" for column in groups.columns]
        joins += f" LEFT JOIN {ATTRIBUTES} AS s ON s.unit_key = a.unit_key"
    return f"SELECT {', '.join(selected)} FROM {ASSIGNED} AS a {joins}"


def _contact_days(facts: Sequence[Facts]) -> str:
    """Active days of all sources: one row per contact and day, 0 where another source has nothing on that day."""
    every = [of.days for of in facts if of.days is not None]
    columns = [name for days in every for name in days.columns]
    parts = []
    for days in every:
        own = ", ".join(f"f.{c}" if c in days.columns else f"CAST(0 AS BIGINT) AS {c}" for c in columns)
        active = " OR ".join(f"f.{c} <> 0" for c in days.columns)
        parts.append(
            f"SELECT a.unit_id, a.arm, a.weight_epoch, a.stratum, a.assigned_day, f.day, {own} FROM {ASSIGNED} AS a "
            f"JOIN {quoted(days.relation)} AS f ON f.unit_key = a.unit_key WHERE {active}"
        )
    if len(parts) == 1:
        return parts[0]
    keys = "unit_id, arm, weight_epoch, stratum, assigned_day, day"
    sums = ", ".join(f"CAST(sum({c}) AS BIGINT) AS {c}" for c in columns)
    return f"SELECT {keys}, {sums} FROM ({' UNION ALL '.join(parts)}) AS every_source GROUP BY {keys}"


def _days_beside(path: Path, columns: Sequence[str]) -> Path:
    told = hashlib.sha256(" ".join(columns).encode()).hexdigest()[:8]
    return path.with_name(f"{path.stem.replace('units-', 'days-', 1)}-{told}.parquet")


# ── cache ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _kept_at(
    cache: Path,
    engine: Engine,
    study: Study,
    assigned: Assigned,
    columns: Mapping[Part, str],
    read: Mapping[str, str] | None = None,
) -> Path:
    return cache / f"units-{_cache_key(engine, study, assigned, columns, read or {})[:40]}.parquet"


def _source_names(study: Study, assigned: Assigned, columns: Mapping[Part, str]) -> list[str]:
    experiment = study.experiment
    own = {experiment.audience.source} if experiment.segments or not assigned.paths else set()
    merges = merges_of(study)
    return sorted({part.source for part in columns} | own | ({merges.source} if merges else set()))


def _cache_key(
    engine: Engine, study: Study, assigned: Assigned, columns: Mapping[Part, str], read: Mapping[str, str]
) -> str:
    """A hash of all that the table depends on: meaning of the metrics, contents of the sources, who is assigned.

    `read` has the fingerprints of tables that were read from a connection.
    """
    experiment, project = study.experiment, study.project
    names = _source_names(study, assigned, columns)
    contents = {
        name: [read.get(name)] if study.source(name).file is None else list(map(fingerprint, source_files(study, name)))
        for name in names
    }
    meaning: dict[str, object] = {
        "format": FORMAT,
        "engine": [engine.capabilities().name, engine.capabilities().version],
        "experiment": [experiment.id, experiment.unit.model_dump(mode="json"), list(experiment.arms)],
        "timezone": project.timezone,
        "sources": {name: study.source(name).model_dump(mode="json", exclude={"file", "data_lag"}) for name in names},
        "contents": contents,
        "columns": [(repr(part), name) for part, name in columns.items()],
        **({"merges": merges.model_dump(mode="json")} if (merges := merges_of(study)) else {}),
        "ledger": assigned.fingerprint,
        "segments": list(experiment.segments),
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


def _recall(
    record: dict[str, Any], path: Path, parts: tuple[Part, ...], segments: tuple[str, ...], days: Path | None
) -> UnitTable:
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
        segments=segments,
        days=days,
    )
