"""Several experiments on one scan: event sources are joined to the contacts of all of them and added up at once.

What every experiment needs of a source is kept as its unit table, the same as if it had been read alone; measuring it
afterwards reads nothing else. Experiments share a scan where they read the same columns in the same way, so that their
values have the same decimals; an experiment that reads a source in its own way reads it alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from uplift.engine.adapter import Engine, quoted
from uplift.engine.assigned import ASSIGNED, Assigned, AssignedTable, open_assigned
from uplift.engine.facts import (
    SharedSource,
    days_of,
    ends_of_windows,
    reach_of,
    seen_of,
    since_of,
    that_count,
    totals_of,
    undated,
    uses_of,
    written_of,
)
from uplift.engine.merges import merges_of, with_merged_ids
from uplift.engine.plan import MetricPlan, Part
from uplift.engine.pushdown import period_of
from uplift.engine.sources import open_source
from uplift.engine.typed import DAY, UNIT, columns_used, typed_source
from uplift.engine.units import Progress, column_names, followed_parts, kept_units, unit_table
from uplift.spec.study import Study


@dataclass(frozen=True, slots=True)
class Due:
    """An experiment that is to be measured: its contacts and its metrics."""

    study: Study
    assigned: Assigned
    metrics: tuple[MetricPlan, ...]

    def parts(self, source: str) -> list[Part]:
        """What it reads of a source."""
        return [part for part in column_names(self.metrics) if part.source == source]


def build_unit_tables(engine: Engine, due: Sequence[Due], *, cache: Path, progress: Progress) -> int:
    """Build the unit tables of all these experiments that are not kept yet; returns how many were built.

    An experiment whose arms are a column of a file is left to be read alone.

    Raises SpecError or DataError as `unit_table` does; what was built before stays.
    """
    open_ = [
        d for d in due if d.assigned.paths and kept_units(engine, d.study, d.assigned, d.metrics, cache=cache) is None
    ]
    for family in _families(open_):
        _build(engine, family, cache, progress)
    return len(open_)


def _families(due: Sequence[Due]) -> list[list[Due]]:
    """Experiments that read ids, merges of ids and times in one way: no others can share a scan, or what it defines."""
    families: dict[tuple[object, ...], list[Due]] = {}
    for one in due:
        study = one.study
        key = (study.folder, study.project.timezone, study.experiment.unit.type, repr(merges_of(study)))
        families.setdefault(key, []).append(one)
    return list(families.values())


def _build(engine: Engine, due: Sequence[Due], cache: Path, progress: Progress) -> None:
    """Build the unit tables of one family."""
    shared: list[dict[str, SharedSource]] = [{} for _ in due]
    who: list[AssignedTable] = []
    for number, one in enumerate(due):
        progress(f"read who is assigned to {one.study.experiment.id}")
        who.append(open_assigned(engine, one.study, one.assigned, cache=cache, rows=f"assigned_rows_{number}"))
        engine.define(_contacts(number), who[number].rows)
    for group, (source, numbers) in enumerate(_alike(due)):
        progress(f"read {source} for {len(numbers)} experiments")
        days = [who[number].days for number in numbers]
        assigned = (min(first for first, _ in days), max(last for _, last in days))
        for number, read in _read(engine, source, numbers, due, assigned, group, cache).items():
            shared[number][source] = read
    for number, (one, own) in enumerate(zip(due, shared, strict=True)):
        engine.define(ASSIGNED, who[number].rows)
        unit_table(
            engine, one.study, one.assigned, one.metrics, cache=cache, progress=progress, shared=own, who=who[number]
        )


def _contacts(number: int) -> str:
    return f"assigned_{number}"


def _alike(due: Sequence[Due]) -> list[tuple[str, list[int]]]:
    """Event sources in files with those of a family that read them in the same way, where these are several."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, one in enumerate(due):
        for name in dict.fromkeys(part.source for part in column_names(one.metrics)):
            source = one.study.source(name)
            if source.grain != "event" or source.file is None:
                continue
            snippets = frozenset((repr(use.expression), use.type, use.decimals) for use in uses_of(one.parts(name)))
            groups.setdefault((name, repr(source), snippets), []).append(number)
    return [(str(key[0]), numbers) for key, numbers in groups.items() if len(numbers) > 1]


def _read(
    engine: Engine,
    name: str,
    numbers: Sequence[int],
    due: Sequence[Due],
    assigned: tuple[datetime.date, datetime.date],
    group: int,
    cache: Path,
) -> Mapping[int, SharedSource]:
    """Add up one source for these experiments, by one join of its rows with the contacts of all."""
    first = due[numbers[0]].study
    source = first.source(name)
    readers: dict[Part, list[int]] = {}
    for number in numbers:
        for part in due[number].parts(name):
            readers.setdefault(part, []).append(number)
    parts = {part: f"s{i}" for i, part in enumerate(readers)}
    uses = uses_of(parts)
    needed = columns_used(uses) | {c for c in (source.id, source.time) if c} | set(source.columns)
    table = open_source(engine, first, name, needed=needed, cache=cache)
    windows = f"shared_windows_{group}"
    ends = ends_of_windows(parts)
    contacts = [f"SELECT {k} AS experiment, unit_key, assigned_day{ends} FROM {_contacts(k)}" for k in numbers]
    engine.define(windows, " UNION ALL ".join(contacts))
    view, period = f"shared_typed_{group}", period_of(assigned, tuple(parts), str(source.time))
    typed = typed_source(engine, first, table, uses, view=view, unit=source.id, day=source.time, between=period)
    typed = with_merged_ids(engine, first, typed)
    written = written_of(parts, typed)
    longest, past = reach_of(parts)
    selected = ["a.experiment", "a.unit_key"]
    for window, before in dict.fromkeys(reach_of(due[number].parts(name)) for number in numbers):
        begins = f"a.from_{before}" if before else "a.assigned_day"
        within = f"e.{DAY} < a.end_{window}"
        selected.append(f"count(CASE WHEN e.{DAY} >= {begins} AND {within} THEN 1 END) AS {seen_of(window, before)}")
        if before:
            since = f"e.{DAY} >= a.assigned_day AND {within}"
            selected.append(f"count(CASE WHEN {since} THEN 1 END) AS {since_of(window, before)}")
    joined = f"FROM {windows} AS a JOIN {quoted(typed.view)} AS e ON e.{UNIT} = a.unit_key WHERE "
    start = f"a.from_{past}" if past else "a.assigned_day"
    totals = f"shared_totals_{group}"
    engine.materialize(
        totals,
        f"SELECT {', '.join([*selected, *totals_of(written, longest, past)])} {joined}"
        f"e.{DAY} >= {start} AND e.{DAY} < a.end_{longest}{that_count(written)} GROUP BY a.experiment, a.unit_key",
    )
    days = f"shared_days_{group}"
    followed = {part for number in numbers for part in followed_parts(due[number].metrics)}
    by_day = [w for w in written if w.part in followed]
    if by_day:
        until, _ = reach_of(w.part for w in by_day)
        keys = f"a.experiment, a.unit_key, e.{DAY}"
        engine.materialize(
            days,
            f"SELECT {keys} AS day, {', '.join(days_of(by_day, until))} {joined}"
            f"e.{DAY} >= a.assigned_day AND e.{DAY} < a.end_{until}{that_count(by_day)} GROUP BY {keys}",
        )
    without_time = tuple(undated(engine, typed, str(source.time)))
    return {number: SharedSource(table, typed, totals, days, parts, number, without_time) for number in numbers}
