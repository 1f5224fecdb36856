"""Exact integer power sums of all metrics per group, by one statement over the unit table.

Orders two to four are aggregated over the rows that are not zero throughout, in the same statement: most contacts of
a CRM test buy nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from uplift.engine.adapter import Capabilities, Engine, with_parameters
from uplift.engine.sum_columns import UNITS, CovariateColumns, MetricColumns, monomial_sql
from uplift.stats.moments import Exponents, Sums

Group = tuple[str, int, str | None]
Slice = tuple[int, str] | None
"""The number of a segment column and one of its values; None is everybody."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One metric in one group: sums over mature units (contacts or clusters), and the contacts behind them.

    `known` contacts are mature, `there` of them have a value; `last_day` is the last day of assignment of a mature one.
    `adjusting` are the sums together with those of the covariates.
    """

    sums: Sums
    there: int
    known: int
    assigned: int
    last_day: datetime.date | None
    adjusting: Sums | None = None


@dataclass(slots=True)
class Totals:
    """What one group of one maturity class adds up to: contacts, last day of assignment, every sum by its SQL."""

    n: int
    last_day: datetime.date | None
    values: dict[str, int]


@dataclass(frozen=True, slots=True)
class Statement:
    """The one statement: its text (caps as `:cap_…`, never as literals) and what its columns mean."""

    sql: str
    segments: tuple[str, ...]
    counts: tuple[str, ...]
    sums: tuple[str, ...]
    cutoffs: tuple[datetime.date, ...]


def statement(
    metrics: Sequence[MetricColumns],
    *,
    as_of: datetime.date,
    engine: Capabilities,
    segments: Sequence[str] = (),
) -> Statement:
    """Contacts, sums and products of all metrics per arm, weight epoch, stratum and maturity class.

    Class j holds the contacts assigned up to the j-th cutoff and after the one before; a metric reads the classes up
    to its own cutoff. With `segments` the same cells follow once more for each of these columns (grouping sets).
    """
    cutoffs = tuple(sorted({until for m in metrics if (until := m.plan.mature_until(as_of)) is not None}))
    maturity = f"{_class_sql(cutoffs)} AS maturity"
    counts = dict.fromkeys(_there(m) for m in metrics if not m.complete)
    sums: dict[str, None] = {}
    for metric in metrics:
        for exponents in metric.exponents:
            sums[sum_sql(monomial_sql(metric.columns, exponents, engine.wide_integer), engine)] = None
        sums[nonzero_sql(metric)] = None
        for exponents in metric.covariates.exponents if metric.covariates else ():
            sums[sum_sql(monomial_sql(metric.every_column, exponents, engine.wide_integer), engine)] = None
    known = f"{UNITS} WHERE assigned_day <= CAST('{as_of.isoformat()}' AS DATE)"
    active = f"{known} AND ({' OR '.join(dict.fromkeys(f'{c.sql} <> 0' for m in metrics for c in m.every_column))})"
    keys = "arm, weight_epoch, stratum, maturity"
    if segments:
        group = ", ".join((keys, *segments))
        sets = ", ".join([f"({keys})", *(f"({keys}, {segment})" for segment in segments)])
        by = f"GROUP BY GROUPING SETS ({sets})"
        known, active = (f"(SELECT {UNITS}.*, {maturity} FROM {rows}) AS dated" for rows in (known, active))
    else:
        group, by = f"arm, weight_epoch, stratum, {maturity}", f"GROUP BY {keys}"
    everyone = ", ".join(
        [group, "count(*) AS n", "max(assigned_day) AS last_day"]
        + [f"{sql} AS c{i}" for i, sql in enumerate(counts)]
        + [f"0 AS s{i}" for i in range(len(sums))]
    )
    nonzero = ", ".join(
        [group, "0 AS n", "CAST(NULL AS DATE) AS last_day"]
        + [f"0 AS c{i}" for i in range(len(counts))]
        + [f"{sql} AS s{i}" for i, sql in enumerate(sums)]
    )
    sql = f"SELECT {everyone} FROM {known} {by}"
    if sums:
        sql += f" UNION ALL SELECT {nonzero} FROM {active} {by}"
    return Statement(sql, tuple(segments), tuple(counts), tuple(sums), cutoffs)


def _class_sql(cutoffs: Sequence[datetime.date]) -> str:
    if not cutoffs:
        return "0"
    whens = " ".join(f"WHEN assigned_day <= CAST('{c.isoformat()}' AS DATE) THEN {j}" for j, c in enumerate(cutoffs))
    return f"CASE {whens} ELSE {len(cutoffs)} END"


def sum_sql(product: str, engine: Capabilities) -> str:
    """The exact sum of a product; 0 over no rows."""
    inner = product if engine.wide_integer == "HUGEINT" else f"CAST({product} AS {engine.wide_integer})"
    return f"coalesce(sum({inner}), 0)"


def nonzero_sql(metric: MetricColumns) -> str:
    """Contacts whose value is not zero; of a ratio, those whose denominator is not zero (buyers)."""
    return f"count(CASE WHEN {metric.columns[-1].plain} <> 0 THEN 1 END)"


def _there(metric: MetricColumns) -> str:
    return f"count({metric.columns[0].plain})"


def slice_of(values: Sequence[object]) -> Slice:
    """Which grouping set a row belongs to: its one segment column that isn't NULL; none, for everybody."""
    return next(((number, str(value)) for number, value in enumerate(values) if value is not None), None)


def collect(engine: Engine, wanted: Statement, caps: Mapping[str, int]) -> dict[Slice, dict[Group, dict[int, Totals]]]:
    """Run the statement; its two halves are added per segment, group and maturity class."""
    found: dict[Slice, dict[Group, dict[int, Totals]]] = {None: {}}
    split = 4 + len(wanted.segments)
    for row in engine.run(with_parameters(wanted.sql, caps)):
        arm, epoch, stratum, maturity = row[:4]
        n, day, *values = row[split:]
        key = (str(arm), int(str(epoch)), None if stratum is None else str(stratum))
        groups = found.setdefault(slice_of(row[4:split]), {})
        totals = groups.setdefault(key, {}).setdefault(int(str(maturity)), Totals(0, None, {}))
        totals.n += int(str(n))
        totals.last_day = day if isinstance(day, datetime.date) else totals.last_day
        for name, value in zip((*wanted.counts, *wanted.sums), values, strict=True):
            totals.values[name] = totals.values.get(name, 0) + int(str(value))
    return found


def sums_of(metric: MetricColumns, classes: Iterable[Totals], engine: Capabilities) -> tuple[Sums, Sums | None]:
    """One metric of one group, over the maturity classes that count for it: alone, and with its covariates."""
    mature = list(classes)

    def total(sql: str) -> int:
        return sum(t.values[sql] for t in mature)

    powers = {e: total(sum_sql(monomial_sql(metric.columns, e, engine.wide_integer), engine)) for e in metric.exponents}
    if metric.binary:  # zeros and ones: every power is the value itself
        powers = {(order,): powers[(1,)] for order in (1, 2, 3, 4)}
    n = sum(t.n for t in mature) if metric.complete else total(_there(metric))
    names = ("value",) if len(metric.columns) == 1 else ("numerator", "denominator")
    shifts = tuple(c.shift for c in metric.columns)
    own = Sums(names, n, powers, metric.decimals, shifts, total(nonzero_sql(metric)))
    if metric.covariates is None:
        return own, None
    joint = {
        e: total(sum_sql(monomial_sql(metric.every_column, e, engine.wide_integer), engine))
        for e in metric.covariates.exponents
    }
    return own, joined(own, metric.covariates, joint)


def joined(own: Sums, covariates: CovariateColumns, joint: Mapping[Exponents, int]) -> Sums:
    """A metric's sums with its covariates as further columns."""
    nothing = (0,) * len(covariates.columns)
    return Sums(
        (*own.columns, *covariates.names),
        own.n,
        {e + nothing: value for e, value in own.powers.items()} | dict(joint),
        (*own.decimals, *covariates.decimals),
        (*own.shift, *(c.shift for c in covariates.columns)),
        own.nonzero,
    )


def counted_contacts(
    metric: MetricColumns, classes: Mapping[int, Totals], last_class: int, engine: Capabilities
) -> Counted:
    """One metric of one group, over the maturity classes up to `last_class`."""
    mature = [t for j, t in classes.items() if j <= last_class]
    sums, adjusting = sums_of(metric, mature, engine)
    return Counted(
        sums=sums,
        there=sums.n,
        known=sum(t.n for t in mature),
        assigned=sum(t.n for t in classes.values()),
        last_day=max((t.last_day for t in mature if t.last_day is not None), default=None),
        adjusting=adjusting,
    )
