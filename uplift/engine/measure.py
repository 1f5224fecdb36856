"""`measure`: what the data say about every metric and arm, as exact sums; the seam between data and statistics."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from uplift.engine.adapter import Engine
from uplift.engine.assigned import Assigned
from uplift.engine.buckets import bucket_cube
from uplift.engine.cluster_sums import (
    cluster_columns,
    cluster_statement,
    clusters_of,
    collect_clusters,
    counted_clusters,
)
from uplift.engine.course import DAYS, course_of, enrolled_by_day, joined_by_day
from uplift.engine.duckdb_engine import DuckDBEngine
from uplift.engine.kept import make_cache
from uplift.engine.machine import settings_for
from uplift.engine.measurement import AssignedCell, Cell, Measurement, MetricSums
from uplift.engine.plan import MetricPlan, metric_uses, plan
from uplift.engine.ranks import ranked
from uplift.engine.reached import flag_plans, with_parts
from uplift.engine.sources import cache_folder
from uplift.engine.sum_columns import (
    UNITS,
    Bounds,
    MetricColumns,
    bounds_of,
    cap_of,
    metric_columns,
    with_covariates,
)
from uplift.engine.sums import Counted, Group, Slice, collect, counted_contacts, statement
from uplift.engine.units import Progress, UnitTable, unit_table
from uplift.engine.value import redemption_plan, with_net_value
from uplift.errors import Problem
from uplift.spec.study import Study


def measure(
    study: Study,
    assigned: Assigned,
    *,
    as_of: datetime.date,
    cache_dir: Path | None = None,
    engine: Engine | None = None,
    progress: Progress = lambda _stage: None,
    course: bool = False,
    buckets: bool = False,
    known: str | None = None,
) -> Measurement:
    """Measure every metric of the experiment in every arm, by one pass over each source and one over the unit table.

    `as_of` is a local day whose own hours are not over: a contact counts for a metric once its day of assignment plus
    window plus data lag is not later than `as_of`. Converted files and the unit table are kept in `cache_dir`. With
    `course` the primary metric and the first one in money are told day by day and week by week too; with `buckets` the
    experiment's metrics are added up over 1,000 random buckets too. `known` is the unit table of another day of the
    same study (`Measurement.unit_table`): tables of a connection are not read again then.

    Raises SpecError (a snippet), DataError (a source, an id, a value), each with its place.
    """
    folder = cache_dir or cache_folder(study)
    make_cache(folder)
    plans, notices = plans_of(study, course=course)
    more = {"course": course, "buckets": buckets}
    if engine is not None:
        return _measure(engine, study, assigned, plans, notices, as_of, folder, progress, **more, known=known)
    with DuckDBEngine(settings_for(study, folder)) as own:
        return _measure(own, study, assigned, plans, notices, as_of, folder, progress, **more, known=known)


def plans_of(study: Study, *, course: bool) -> tuple[tuple[MetricPlan, ...], tuple[Problem, ...]]:
    """All that is measured of an experiment, its metrics first; and a notice for each metric that is not."""
    plans, notices = plan(study)
    if not course:
        plans = tuple(replace(metric, course=False) for metric in plans)
    if (redemptions := redemption_plan(study)) is not None:
        plans = (*plans, redemptions)
    return (*plans, *flag_plans(study)), notices


def _measure(
    engine: Engine,
    study: Study,
    assigned: Assigned,
    plans: tuple[MetricPlan, ...],
    notices: tuple[Problem, ...],
    as_of: datetime.date,
    folder: Path,
    progress: Progress,
    *,
    course: bool,
    buckets: bool,
    known: str | None = None,
) -> Measurement:
    unit = unit_table(engine, study, assigned, plans, cache=folder, progress=progress, known=known)
    progress("add up")
    engine.register_files(UNITS, [unit.path])
    columns, found = _columns(engine, study, unit, plans, as_of)
    add_up = _over_contacts if study.experiment.unit.cluster is None else _over_clusters
    added = add_up(engine, study, columns, as_of, unit.segments)
    arms = tuple(study.experiment.arms)
    empty = [arm for arm in arms if not any(cell.arm == arm for cell in added.assigned)]
    metrics = {
        m.plan.key: _metric(m, found, study, empty, as_of, clustered=added.clustered)
        for m, found in zip(columns, added.metrics, strict=True)
    }
    if course and unit.days is not None:
        progress("follow the days")
        engine.register_files(DAYS, [unit.days])
        joined = joined_by_day(engine, as_of)
        for m in columns:
            if m.plan.course:
                told = course_of(engine, m, joined, as_of=as_of)
                metrics[m.plan.key] = replace(metrics[m.plan.key], course=told)
    for m in columns:
        if m.plan.quantile is not None:
            (column,), (decimals,) = m.columns, m.decimals
            until = min(m.plan.mature_until(as_of) or as_of, as_of)
            own = ranked(engine, column.column, m.plan.quantile, decimals=decimals, until=until)
            metrics[m.plan.key] = replace(metrics[m.plan.key], quantiles=own)
    cube = None
    if buckets:
        progress("add up over random buckets")
        used = [m for m in columns if (m.plan.name, m.plan.window) in metric_uses(study)]
        cube = bucket_cube(engine, used, experiment=study.experiment.id, as_of=as_of, clustered=added.clustered)
    skipped = {name for name, _ in metric_uses(study)} - {m.plan.name for m in columns}
    return Measurement(
        as_of=as_of,
        arms=arms,
        metrics=metrics,
        assigned_cells=added.assigned,
        unknown=unit.unknown,
        sources=unit.sources,
        notices=tuple(dict.fromkeys((*notices, *unit.notices, *found, *added.notices))),
        sql=(*unit.sql, ("sums", added.sql), *((("buckets", cube.sql),) if cube else ())),
        engine=f"{engine.capabilities().name} {engine.capabilities().version}",
        ledger_fingerprint=assigned.fingerprint,
        unit_table=unit.path.name,
        not_measured=tuple(sorted(skipped)),
        leaked_clusters=added.leaked,
        buckets=cube,
        enrolled=enrolled_by_day(engine, as_of, clustered=added.clustered) if course else (),
    )


Groups = tuple[tuple[Group, Counted], ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """One metric: its groups, what an empty group looks like, and the groups of each segment."""

    groups: Groups
    nobody: Counted
    segments: Mapping[tuple[int, str], Groups]


@dataclass(frozen=True, slots=True)
class _Added:
    """What the one pass gave: who is assigned, and per metric what it adds up to."""

    sql: str
    assigned: tuple[AssignedCell, ...]
    metrics: tuple[_Found, ...]
    clustered: bool = False
    notices: tuple[Problem, ...] = ()
    leaked: int = 0


def _over_contacts(
    engine: Engine, _study: Study, columns: Sequence[MetricColumns], as_of: datetime.date, segments: Sequence[str]
) -> _Added:
    """Every contact counts for itself."""
    dialect = engine.capabilities()
    wanted = statement(columns, as_of=as_of, engine=dialect, segments=segments)
    totals = _ordered(collect(engine, wanted, _caps(columns)))
    metrics = []
    for metric in columns:
        until = metric.plan.mature_until(as_of)
        last = len(wanted.cutoffs) if until is None else wanted.cutoffs.index(until)
        counted = {
            slice_: tuple((group, counted_contacts(metric, classes, last, dialect)) for group, classes in groups)
            for slice_, groups in totals.items()
        }
        metrics.append(_found(counted, counted_contacts(metric, {}, last, dialect)))
    assigned = tuple(AssignedCell(*group, sum(t.n for t in classes.values())) for group, classes in totals[None])
    return _Added(wanted.sql, assigned, tuple(metrics))


def _over_clusters(
    engine: Engine, study: Study, columns: Sequence[MetricColumns], as_of: datetime.date, segments: Sequence[str]
) -> _Added:
    """Clusters count, each with its mature contacts."""
    dialect, bounds = engine.capabilities(), clusters_of(engine)
    chosen = []
    notices: list[Problem] = []
    for number, metric in enumerate(columns):
        place = study.project_document.place("metrics", metric.plan.name)
        own, found = cluster_columns(metric, bounds, number=number, as_of=as_of, place=place)
        chosen.append(own)
        notices += found
    wanted = cluster_statement(chosen, as_of=as_of, engine=dialect, segments=segments)
    totals = _ordered(collect_clusters(engine, wanted, _caps(columns)))
    metrics = []
    for clusters in chosen:
        counted = {
            slice_: tuple((group, counted_clusters(clusters, [total], dialect)) for group, total in groups)
            for slice_, groups in totals.items()
        }
        metrics.append(_found(counted, counted_clusters(clusters, (), dialect)))
    assigned = tuple(AssignedCell(*group, total.contacts, total.clusters) for group, total in totals[None])
    return _Added(wanted.sql, assigned, tuple(metrics), True, tuple(notices), bounds.in_several_arms)


T = TypeVar("T")


def _ordered(totals: Mapping[Slice, Mapping[Group, T]]) -> dict[Slice, list[tuple[Group, T]]]:
    """Everybody first, then the segments by column and value; groups by arm, weight epoch and stratum."""
    slices = sorted(totals, key=lambda s: (-1, "") if s is None else s)
    return {s: sorted(totals[s].items(), key=lambda item: (*item[0][:2], item[0][2] or "")) for s in slices}


def _found(counted: Mapping[Slice, Groups], nobody: Counted) -> _Found:
    return _Found(counted[None], nobody, {s: groups for s, groups in counted.items() if s is not None})


def _caps(columns: Sequence[MetricColumns]) -> dict[str, int]:
    return {name: value for m in columns for name, value in m.caps.items()}


def _columns(
    engine: Engine, study: Study, unit: UnitTable, plans: tuple[MetricPlan, ...], as_of: datetime.date
) -> tuple[tuple[MetricColumns, ...], tuple[Problem, ...]]:
    """Bounds and caps of all metrics: two small passes over the unit table, before the one that adds up."""
    # Totals of households and net values are larger than any column: their bounds need every count.
    experiment = study.experiment
    divided = experiment.compliance or experiment.trigger
    made = experiment.unit.cluster or divided or (experiment.value and experiment.value.redemptions)
    bounds = bounds_of(engine, unit, exact=bool(made))
    chosen, notices = [], []
    for number, metric in enumerate(plans):
        place = study.project_document.place("metrics", metric.name)
        until, cap = metric.mature_until(as_of) or as_of, None
        if metric.upper is not None:
            cap = cap_of(engine, unit.column(metric.parts[0]).name, metric.upper, until)
            if cap is not None and cap <= 0:
                message = f"metric {metric.name}: the cap would be {cap}, too few contacts have a value; not winsorised"
                fix = "raise winsorise.upper or leave it out"
                notices.append(Problem("UP585", message, fix, place, "warning"))
                cap = None
        columns, found = metric_columns(metric, unit, bounds, cap, number=number, place=place)
        caps = _caps_before(engine, unit, bounds, metric, until)
        chosen.append(with_covariates(columns, unit, bounds, caps, number=number, place=place))
        notices += found
    net, found = with_net_value(study, chosen, place=study.document.place("value"))
    return (*chosen, *net, *with_parts(study, chosen)), (*notices, *found)


def _caps_before(
    engine: Engine, unit: UnitTable, bounds: Mapping[str, Bounds], metric: MetricPlan, until: datetime.date
) -> list[int | None]:
    """A winsorised metric's own past is capped at its own quantile; where that would be zero it is not."""
    caps: list[int | None] = []
    for covariate in metric.covariates:
        column = unit.column(covariate.part).name
        capped = metric.upper is not None and covariate.part.before is not None and bounds[column].high > 1
        cap = cap_of(engine, column, metric.upper, until) if capped and metric.upper is not None else None
        caps.append(cap if cap is not None and cap > 0 else None)
    return caps


def _metric(
    metric: MetricColumns, found: _Found, study: Study, empty: Sequence[str], as_of: datetime.date, *, clustered: bool
) -> MetricSums:
    arms = tuple(study.experiment.arms)
    settled = metric.plan.settled_until(as_of)
    nobody = found.nobody
    cells = _cells(found.groups) + tuple(Cell(arm, 1, None, nobody.sums, nobody.adjusting) for arm in empty)
    mature, immature, missing = (dict.fromkeys(arms, 0) for _ in range(3))
    preliminary = False
    for (arm, _, _), counted in found.groups:
        mature[arm] += counted.there
        missing[arm] += counted.known - counted.there
        immature[arm] += counted.assigned - counted.known
        preliminary |= settled is not None and counted.last_day is not None and counted.last_day > settled
    segments: dict[str, dict[str, tuple[Cell, ...]]] = {column: {} for column in study.experiment.segments}
    for (number, value), groups in found.segments.items():
        segments[study.experiment.segments[number]][value] = _cells(groups)
    return MetricSums(
        key=metric.plan.key,
        name=metric.plan.name,
        kind=metric.plan.kind,
        window_days=metric.plan.window,
        cells=cells,
        mature=mature,
        immature=immature,
        missing=missing,
        preliminary=preliminary,
        decimals=metric.decimals[0],
        cap=metric.cap,
        clustered=clustered,
        segments=segments,
        covariates=metric.covariates.names if metric.covariates else (),
    )


def _cells(groups: Groups) -> tuple[Cell, ...]:
    return tuple(Cell(*group, counted.sums, counted.adjusting, counted.there) for group, counted in groups)
