"""Exact power sums over clusters: households that were randomised together are counted together.

Every cluster is added up first, over its mature contacts; then the totals are summed like contacts are elsewhere. A
metric has two columns: a cluster's total and its contacts (of a ratio: both totals). Still one statement and one pass
over the unit table. A total has no shift: Σ (y − s) over the contacts of a cluster is no constant away from Σ y.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from uplift.engine.adapter import Capabilities, Engine, with_parameters
from uplift.engine.sum_columns import (
    UNITS,
    Bounds,
    CovariateColumns,
    MetricColumns,
    SumColumn,
    exponents_of,
    fits,
    monomial_sql,
    orders_that_fit,
)
from uplift.engine.sums import Counted, Group, Slice, joined, slice_of, sum_sql
from uplift.errors import DataError, Place, Problem
from uplift.stats.moments import Exponents, Sums

RANDOMISED = "coalesce(cluster_id, unit_id)"  # what the assignment hashed: a contact without a cluster is its own


@dataclass(frozen=True, slots=True)
class Clusters:
    """What bounds the totals: contacts of the largest cluster; and how many clusters have contacts in several arms."""

    largest: int
    in_several_arms: int


@dataclass(frozen=True, slots=True)
class ClusterColumns:
    """What one metric sums over clusters: each total by its SQL over contacts, the columns, and the monomials."""

    metric: MetricColumns
    inner: Mapping[str, str]
    there: str
    known: str
    last: str
    columns: tuple[SumColumn, ...]
    exponents: tuple[Exponents, ...]
    covariates: CovariateColumns | None = None

    @property
    def every_column(self) -> tuple[SumColumn, ...]:
        """The metric's own totals, then those of its covariates."""
        return self.columns + (self.covariates.columns if self.covariates else ())

    @property
    def units_sql(self) -> str:
        """Clusters with a mature contact that has a value."""
        return f"count(CASE WHEN {self.there} > 0 THEN 1 END)"

    @property
    def nonzero_sql(self) -> str:
        """Clusters whose total is not zero; of a ratio, those whose denominator is not zero."""
        decisive = self.columns[1 if len(self.metric.columns) == 2 else 0].column
        return f"count(CASE WHEN {decisive} <> 0 THEN 1 END)"


@dataclass(slots=True)
class ClusterTotals:
    """What one group adds up to: clusters, contacts, and every aggregate by its SQL."""

    clusters: int
    contacts: int
    values: dict[str, int | datetime.date | None]


def clusters_of(engine: Engine) -> Clusters:
    """A small pass over the unit table: the bounds that keep every sum exact, and who leaked between the arms."""
    sql = (
        "SELECT coalesce(max(contacts), 0), count(CASE WHEN first_arm <> last_arm THEN 1 END) FROM "
        f"(SELECT count(*) AS contacts, min(arm) AS first_arm, max(arm) AS last_arm FROM {UNITS} "
        f"GROUP BY {RANDOMISED}) AS clusters"
    )
    largest, leaked = engine.run(sql)[0]
    return Clusters(int(str(largest)), int(str(leaked)))


def cluster_columns(
    metric: MetricColumns, clusters: Clusters, *, number: int, as_of: datetime.date, place: Place | None = None
) -> tuple[ClusterColumns, tuple[Problem, ...]]:
    """Decide products and orders of one metric. Raises DataError (UP583) when squares of totals leave 38 digits."""
    until = metric.plan.mature_until(as_of)
    day = f"CAST('{min(until or as_of, as_of).isoformat()}' AS DATE)"
    mature = f"assigned_day <= {day}"
    inner, columns = {}, []
    for i, column in enumerate(metric.every_column):
        name = f"t{number}_{i}"
        inner[name] = f"CAST(coalesce(sum(CASE WHEN {mature} THEN {column.plain} END), 0) AS BIGINT)"
        b, m = column.bounds, clusters.largest
        columns.append(
            SumColumn(name, None, 0, (), Bounds(m * min(b.low, 0), m * max(b.high, 0), b.present, b.nonzero))
        )
    columns, before = columns[: len(metric.columns)], tuple(columns[len(metric.columns) :])
    stamp = (until or as_of).strftime("%Y%m%d")
    known, last = f"known_{stamp}", f"last_{stamp}"
    inner[known] = f"count(CASE WHEN {mature} THEN 1 END)"
    inner[last] = f"max(CASE WHEN {mature} THEN assigned_day END)"
    there = known
    if not metric.complete:
        there = f"there_{number}"
        inner[there] = f"count(CASE WHEN {mature} THEN {metric.columns[0].plain} END)"
    if len(metric.columns) == 1:
        present = metric.columns[0].bounds.present
        columns.append(SumColumn(there, None, 0, (), Bounds(0, clusters.largest, present, present)))
    orders, notices = orders_that_fit(metric.plan.name, columns, place)
    exponents = exponents_of(len(columns), orders)
    covariates = _covariates(metric, tuple(columns), before, place)
    return ClusterColumns(metric, inner, there, known, last, tuple(columns), exponents, covariates), notices


def _covariates(
    metric: MetricColumns, own: tuple[SumColumn, ...], totals: tuple[SumColumn, ...], place: Place | None
) -> CovariateColumns | None:
    if metric.covariates is None:
        return None
    exponents = tuple(e for e in exponents_of(len(own) + len(totals), (1, 2)) if any(e[len(own) :]))
    if not all(fits(own + totals, e) for e in exponents):
        message = f"metric {metric.plan.name}: the squares of its covariates' totals do not fit into 38 digits"
        raise DataError(Problem("UP583", message, fix="declare fewer decimals", place=place))
    return replace(metric.covariates, columns=totals, exponents=exponents)


@dataclass(frozen=True, slots=True)
class ClusterStatement:
    """The one statement: its text (caps as `:cap_…`, never as literals) and what its columns mean."""

    sql: str
    segments: tuple[str, ...]
    values: tuple[str, ...]


def cluster_statement(
    metrics: Sequence[ClusterColumns],
    *,
    as_of: datetime.date,
    engine: Capabilities,
    segments: Sequence[str] = (),
) -> ClusterStatement:
    """Clusters, contacts and the sums of all metrics per arm, weight epoch and stratum.

    A cluster belongs to the first of its contacts' weight epochs and strata: a rule that knows no outcome, and counts
    each cluster once. With `segments` the same follows for each of these columns (grouping sets): a cluster counts in
    every group in which it has contacts, with these contacts only.
    """
    inner = {name: sql for m in metrics for name, sql in m.inner.items()}
    values: dict[str, None] = {}
    for metric in metrics:
        for exponents in metric.exponents:
            values[_product(metric.columns, exponents, engine)] = None
        for exponents in metric.covariates.exponents if metric.covariates else ():
            values[_product(metric.every_column, exponents, engine)] = None
        for sql in (metric.units_sql, metric.nonzero_sql, *map(_total, (metric.known, metric.there))):
            values[sql] = None
        values[f"max({metric.last})"] = None
    totals = "".join(f", {sql} AS {name}" for name, sql in inner.items())
    known = f"assigned_day <= CAST('{as_of.isoformat()}' AS DATE)"
    rows, key, by = UNITS, f"{RANDOMISED} AS cluster_key", f"GROUP BY arm, {RANDOMISED}"
    groups = "".join(f", {segment}" for segment in segments)
    if segments:
        rows, key = f"(SELECT {UNITS}.*, {RANDOMISED} AS cluster_key FROM {UNITS}) AS keyed", "cluster_key"
        sets = ", ".join(["(arm, cluster_key)", *(f"(arm, cluster_key, {segment})" for segment in segments)])
        by = f"GROUP BY GROUPING SETS ({sets})"
    clusters = (
        f"SELECT arm, {key}, min(weight_epoch) AS weight_epoch, min(stratum) AS stratum{groups}, "
        f"count(*) AS contacts{totals} FROM {rows} WHERE {known} {by}"
    )
    selected = "".join(f", {sql} AS v{i}" for i, sql in enumerate(values))
    sql = (
        f"SELECT arm, weight_epoch, stratum{groups}, count(*) AS clusters, {_total('contacts')} AS contacts{selected} "
        f"FROM ({clusters}) AS clusters GROUP BY arm, weight_epoch, stratum{groups}"
    )
    return ClusterStatement(sql, tuple(segments), tuple(values))


def collect_clusters(
    engine: Engine, wanted: ClusterStatement, caps: Mapping[str, int]
) -> dict[Slice, dict[Group, ClusterTotals]]:
    """Run the statement."""
    found: dict[Slice, dict[Group, ClusterTotals]] = {None: {}}
    split = 3 + len(wanted.segments)
    for row in engine.run(with_parameters(wanted.sql, caps)):
        arm, epoch, stratum = row[:3]
        clusters, contacts, *values = row[split:]
        key = (str(arm), int(str(epoch)), None if stratum is None else str(stratum))
        named: dict[str, int | datetime.date | None] = {
            sql: value if value is None or isinstance(value, datetime.date) else int(str(value))
            for sql, value in zip(wanted.values, values, strict=True)
        }
        groups = found.setdefault(slice_of(row[3:split]), {})
        groups[key] = ClusterTotals(int(str(clusters)), int(str(contacts)), named)
    return found


def counted_clusters(metric: ClusterColumns, totals: Iterable[ClusterTotals], engine: Capabilities) -> Counted:
    """One metric of one group: sums over clusters, and the contacts behind them."""
    groups = list(totals)

    def total(sql: str) -> int:
        return sum(int(str(t.values[sql])) for t in groups)

    powers = {e: total(_product(metric.columns, e, engine)) for e in metric.exponents}
    single = len(metric.metric.columns) == 1
    names = ("value", "contacts") if single else ("numerator", "denominator")
    decimals = (*metric.metric.decimals, 0) if single else metric.metric.decimals
    days = [d for t in groups if isinstance(d := t.values[f"max({metric.last})"], datetime.date)]
    sums = Sums(names, total(metric.units_sql), powers, decimals, (0, 0), total(metric.nonzero_sql))
    adjusting = None
    if metric.covariates is not None:
        joint = {e: total(_product(metric.every_column, e, engine)) for e in metric.covariates.exponents}
        adjusting = joined(sums, metric.covariates, joint)
    return Counted(
        sums=sums,
        there=total(_total(metric.there)),
        known=total(_total(metric.known)),
        assigned=sum(t.contacts for t in groups),
        last_day=max(days, default=None),
        adjusting=adjusting,
    )


def _product(columns: Sequence[SumColumn], exponents: Exponents, engine: Capabilities) -> str:
    return sum_sql(monomial_sql(columns, exponents, engine.wide_integer), engine)


def _total(name: str) -> str:
    return f"coalesce(sum({name}), 0)"
