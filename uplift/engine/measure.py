"""`measure`: what the data say about every metric and arm, as exact sums; the seam between data and statistics."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from uplift.engine.adapter import Engine, Settings
from uplift.engine.assigned import Assigned, UnknownArm
from uplift.engine.cluster_sums import (
    cluster_columns,
    cluster_statement,
    clusters_of,
    collect_clusters,
    counted_clusters,
)
from uplift.engine.duckdb_engine import DuckDBEngine
from uplift.engine.kept import make_cache
from uplift.engine.plan import MetricPlan, metric_uses, plan
from uplift.engine.sources import cache_folder
from uplift.engine.sums import (
    UNITS,
    Counted,
    Group,
    MetricColumns,
    bounds_of,
    cap_of,
    collect,
    counted_contacts,
    metric_columns,
    statement,
)
from uplift.engine.units import Progress, SourceRead, UnitTable, unit_table
from uplift.engine.value import redemption_plan, with_net_value
from uplift.errors import Problem
from uplift.results.effects import Kind
from uplift.spec.quantities import Duration
from uplift.spec.study import Study
from uplift.stats.moments import Sums


@dataclass(frozen=True, slots=True)
class Cell:
    """The sums of one metric in one arm, weight epoch and stratum. Only cells of one stratum and epoch add up."""

    arm: str
    weight_epoch: int
    stratum: str | None
    sums: Sums


@dataclass(frozen=True, slots=True)
class MetricSums:
    """One metric: its cells, and per arm who is mature (window and data lag over), who is not yet, who is missing.

    `missing` are mature contacts that the metric's contact source does not know; they are in no sum. `cap` is the
    winsorising cap in units of 10**-decimals. `preliminary` says that returns and cancellations may still come in.
    With `clustered` the sums are over clusters: of their totals and contacts (of a ratio: of both totals).
    """

    key: str
    name: str
    kind: Kind
    window_days: int | None
    cells: tuple[Cell, ...]
    mature: Mapping[str, int]
    immature: Mapping[str, int]
    missing: Mapping[str, int]
    preliminary: bool
    decimals: int
    cap: int | None = None
    clustered: bool = False

    @property
    def winsorised_at(self) -> float | None:
        """The cap in the metric's own unit."""
        return None if self.cap is None else float(Fraction(self.cap, 10**self.decimals))

    def by_arm(self) -> dict[str, Sums]:
        """All cells of an arm added up, for designs with one stratum and one weight epoch."""
        total: dict[str, Sums] = {}
        for cell in self.cells:
            total[cell.arm] = total[cell.arm] + cell.sums if cell.arm in total else cell.sums
        return total


@dataclass(frozen=True, slots=True)
class AssignedCell:
    """How many contacts are assigned in one arm, weight epoch and stratum; and clusters, where these are drawn."""

    arm: str
    weight_epoch: int
    stratum: str | None
    n: int
    clusters: int | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured on the day `as_of`: integers, text and days only; no path, no clock.

    `unknown` are values of the arm column that the experiment does not name. `sql` holds the statement of each stage,
    with caps as parameters. `not_measured` names metrics that no room measures yet. `leaked_clusters` have contacts in
    several arms.
    """

    as_of: datetime.date
    arms: tuple[str, ...]
    metrics: Mapping[str, MetricSums]
    assigned_cells: tuple[AssignedCell, ...]
    unknown: tuple[UnknownArm, ...]
    sources: tuple[SourceRead, ...]
    notices: tuple[Problem, ...]
    sql: tuple[tuple[str, str], ...]
    engine: str
    ledger_fingerprint: str | None
    unit_table: str
    not_measured: tuple[str, ...] = ()
    leaked_clusters: int = 0

    @property
    def assigned(self) -> dict[str, int]:
        """Contacts assigned up to and including `as_of`, per arm."""
        counts = dict.fromkeys(self.arms, 0)
        for cell in self.assigned_cells:
            counts[cell.arm] += cell.n
        return counts

    @property
    def clusters(self) -> dict[str, int] | None:
        """Clusters assigned up to and including `as_of`, per arm; None where contacts are randomised."""
        if any(cell.clusters is None for cell in self.assigned_cells):
            return None
        counts = dict.fromkeys(self.arms, 0)
        for cell in self.assigned_cells:
            counts[cell.arm] += cell.clusters or 0
        return counts

    @property
    def unknown_arms(self) -> int:
        """Contacts whose arm is none of the experiment's."""
        return sum(unknown.contacts for unknown in self.unknown)

    def metric(self, name: str, window: Duration | int | None = None) -> MetricSums:
        """A metric by its name, and by its window where the experiment uses two of it."""
        days = window.days if isinstance(window, Duration) else window
        return self.metrics.get(f"{name} {days}d") or self.metrics[name]

    def sums(self, name: str, window: Duration | int | None = None) -> dict[str, Sums]:
        """Arm → sums of a metric."""
        return self.metric(name, window).by_arm()


def measure(
    study: Study,
    assigned: Assigned,
    *,
    as_of: datetime.date,
    cache_dir: Path | None = None,
    engine: Engine | None = None,
    progress: Progress = lambda _stage: None,
) -> Measurement:
    """Measure every metric of the experiment in every arm, by one pass over each source and one over the unit table.

    `as_of` is a local day whose own hours are not over: a contact counts for a metric once its day of assignment plus
    window plus data lag is not later than `as_of`. Converted files and the unit table are kept in `cache_dir`.

    Raises SpecError (a snippet), DataError (a source, an id, a value), each with its place.
    """
    folder = cache_dir or cache_folder(study)
    make_cache(folder)
    plans, notices = plan(study)
    if (redemptions := redemption_plan(study)) is not None:
        plans = (*plans, redemptions)
    if engine is not None:
        return _measure(engine, study, assigned, plans, notices, as_of, folder, progress)
    with DuckDBEngine(Settings(temp_directory=folder / "spill")) as own:
        return _measure(own, study, assigned, plans, notices, as_of, folder, progress)


def _measure(
    engine: Engine,
    study: Study,
    assigned: Assigned,
    plans: tuple[MetricPlan, ...],
    notices: tuple[Problem, ...],
    as_of: datetime.date,
    folder: Path,
    progress: Progress,
) -> Measurement:
    unit = unit_table(engine, study, assigned, plans, cache=folder, progress=progress)
    progress("add up")
    engine.register_files(UNITS, [unit.path])
    columns, found = _columns(engine, study, unit, plans, as_of)
    add_up = _over_contacts if study.experiment.unit.cluster is None else _over_clusters
    added = add_up(engine, study, columns, as_of)
    arms = tuple(study.experiment.arms)
    empty = [arm for arm in arms if not any(cell.arm == arm for cell in added.assigned)]
    metrics = {
        m.plan.key: _metric(m, groups, nobody, arms, empty, as_of, clustered=added.clustered)
        for m, (groups, nobody) in zip(columns, added.metrics, strict=True)
    }
    skipped = {name for name, _ in metric_uses(study)} - {m.plan.name for m in columns}
    return Measurement(
        as_of=as_of,
        arms=arms,
        metrics=metrics,
        assigned_cells=added.assigned,
        unknown=unit.unknown,
        sources=unit.sources,
        notices=tuple(dict.fromkeys((*notices, *unit.notices, *found, *added.notices))),
        sql=(*unit.sql, ("sums", added.sql)),
        engine=f"{engine.capabilities().name} {engine.capabilities().version}",
        ledger_fingerprint=assigned.fingerprint,
        unit_table=unit.path.name,
        not_measured=tuple(sorted(skipped)),
        leaked_clusters=added.leaked,
    )


Groups = tuple[tuple[Group, Counted], ...]


@dataclass(frozen=True, slots=True)
class _Added:
    """What the one pass gave: who is assigned, and per metric its groups and what an empty group looks like."""

    sql: str
    assigned: tuple[AssignedCell, ...]
    metrics: tuple[tuple[Groups, Counted], ...]
    clustered: bool = False
    notices: tuple[Problem, ...] = ()
    leaked: int = 0


def _over_contacts(engine: Engine, _study: Study, columns: Sequence[MetricColumns], as_of: datetime.date) -> _Added:
    """Every contact counts for itself."""
    dialect = engine.capabilities()
    wanted = statement(columns, as_of=as_of, engine=dialect)
    totals = sorted(collect(engine, wanted, _caps(columns)).items(), key=_order)
    metrics = []
    for metric in columns:
        until = metric.plan.mature_until(as_of)
        last = len(wanted.cutoffs) if until is None else wanted.cutoffs.index(until)
        groups = tuple((group, counted_contacts(metric, classes, last, dialect)) for group, classes in totals)
        metrics.append((groups, counted_contacts(metric, {}, last, dialect)))
    assigned = tuple(AssignedCell(*group, sum(t.n for t in classes.values())) for group, classes in totals)
    return _Added(wanted.sql, assigned, tuple(metrics))


def _over_clusters(engine: Engine, study: Study, columns: Sequence[MetricColumns], as_of: datetime.date) -> _Added:
    """Clusters count, each with its mature contacts."""
    dialect, bounds = engine.capabilities(), clusters_of(engine)
    chosen = []
    notices: list[Problem] = []
    for number, metric in enumerate(columns):
        place = study.project_document.place("metrics", metric.plan.name)
        own, found = cluster_columns(metric, bounds, number=number, as_of=as_of, place=place)
        chosen.append(own)
        notices += found
    wanted = cluster_statement(chosen, as_of=as_of, engine=dialect)
    totals = sorted(collect_clusters(engine, wanted, _caps(columns)).items(), key=_order)
    metrics = tuple(
        (
            tuple((group, counted_clusters(metric, [total], dialect)) for group, total in totals),
            counted_clusters(metric, (), dialect),
        )
        for metric in chosen
    )
    assigned = tuple(AssignedCell(*group, total.contacts, total.clusters) for group, total in totals)
    return _Added(wanted.sql, assigned, metrics, True, tuple(notices), bounds.in_several_arms)


def _caps(columns: Sequence[MetricColumns]) -> dict[str, int]:
    return {c.cap: m.cap for m in columns for c in m.columns if c.cap is not None and m.cap is not None}


def _columns(
    engine: Engine, study: Study, unit: UnitTable, plans: tuple[MetricPlan, ...], as_of: datetime.date
) -> tuple[tuple[MetricColumns, ...], tuple[Problem, ...]]:
    """Bounds and caps of all metrics: two small passes over the unit table, before the one that adds up."""
    bounds = bounds_of(engine, unit)
    chosen, notices = [], []
    for number, metric in enumerate(plans):
        place = study.project_document.place("metrics", metric.name)
        cap = None
        if metric.upper is not None:
            cap = cap_of(engine, unit.column(metric.parts[0]).name, metric, metric.mature_until(as_of) or as_of)
            if cap is not None and cap <= 0:
                message = f"metric {metric.name}: the cap would be {cap}, too few contacts have a value; not winsorised"
                fix = "raise winsorise.upper or leave it out"
                notices.append(Problem("UP585", message, fix, place, "warning"))
                cap = None
        columns, found = metric_columns(metric, unit, bounds, cap, number=number, place=place)
        chosen.append(columns)
        notices += found
    net, found = with_net_value(study, chosen, place=study.document.place("value"))
    return (*chosen, *net), (*notices, *found)


def _metric(
    metric: MetricColumns,
    groups: Groups,
    nobody: Counted,
    arms: tuple[str, ...],
    empty: Sequence[str],
    as_of: datetime.date,
    *,
    clustered: bool,
) -> MetricSums:
    settled = metric.plan.settled_until(as_of)
    cells = [Cell(*group, counted.sums) for group, counted in groups]
    cells += [Cell(arm, 1, None, nobody.sums) for arm in empty]
    mature, immature, missing = (dict.fromkeys(arms, 0) for _ in range(3))
    preliminary = False
    for (arm, _, _), counted in groups:
        mature[arm] += counted.there
        missing[arm] += counted.known - counted.there
        immature[arm] += counted.assigned - counted.known
        preliminary |= settled is not None and counted.last_day is not None and counted.last_day > settled
    return MetricSums(
        key=metric.plan.key,
        name=metric.plan.name,
        kind=metric.plan.kind,
        window_days=metric.plan.window,
        cells=tuple(cells),
        mature=mature,
        immature=immature,
        missing=missing,
        preliminary=preliminary,
        decimals=metric.decimals[0],
        cap=metric.cap,
        clustered=clustered,
    )


def _order(item: tuple[Group, object]) -> tuple[str, int, str]:
    arm, epoch, stratum = item[0]
    return arm, epoch, stratum or ""
