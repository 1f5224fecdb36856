"""Exact integer power sums of all metrics per group, by one statement over the unit table.

Orders two to four are aggregated over the rows that are not zero throughout, in the same statement: most contacts of
a CRM test buy nothing. Whether every sum fits into 38 digits is known before the statement runs, from the bounds of
each column, so nothing can overflow; where orders three and four would not fit they are left out and it is said.
"""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from uplift.engine.adapter import Capabilities, Engine, with_parameters
from uplift.engine.plan import MetricPlan
from uplift.engine.units import UnitTable
from uplift.errors import DataError, Place, Problem
from uplift.stats.moments import Exponents, Sums

UNITS = "units"
WIDE = 10**38 - 1
NARROW = 2**63 - 1
Group = tuple[str, int, str | None]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Smallest and largest value of a column, how many contacts have one, and how many of these are not zero."""

    low: int
    high: int
    present: int
    nonzero: int


@dataclass(frozen=True, slots=True)
class SumColumn:
    """A column of the unit table as it is summed: capped, shifted, and only where all parts of its metric are there."""

    column: str
    cap: str | None
    shift: int
    requires: tuple[str, ...]
    bounds: Bounds

    @property
    def largest(self) -> int:
        """No shifted value is larger than this in absolute value."""
        return max(abs(self.bounds.low - self.shift), abs(self.bounds.high - self.shift))

    @property
    def rows(self) -> int:
        """At most so many rows have a shifted value other than zero."""
        return self.bounds.present if self.shift else self.bounds.nonzero

    @property
    def plain(self) -> str:
        """The capped value in the metric's own units: before the shift."""
        value = f"LEAST({self.column}, :{self.cap})" if self.cap else self.column
        if self.requires:
            there = " AND ".join(f"{name} IS NOT NULL" for name in self.requires)
            return f"(CASE WHEN {there} THEN {value} END)"
        return value

    @property
    def sql(self) -> str:
        """The value that is summed."""
        return f"({self.plain} - {self.shift})" if self.shift else self.plain


@dataclass(frozen=True, slots=True)
class MetricColumns:
    """What one metric sums: its columns, their decimals, the monomials, and whether values are only 0 and 1."""

    plan: MetricPlan
    columns: tuple[SumColumn, ...]
    decimals: tuple[int, ...]
    exponents: tuple[Exponents, ...]
    binary: bool
    complete: bool
    cap: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """One metric in one group: sums over mature units (contacts or clusters), and the contacts behind them.

    `known` contacts are mature, `there` of them have a value; `last_day` is the last day of assignment of a mature one.
    """

    sums: Sums
    there: int
    known: int
    assigned: int
    last_day: datetime.date | None


@dataclass(slots=True)
class Totals:
    """What one group of one maturity class adds up to: contacts, last day of assignment, every sum by its SQL."""

    n: int
    last_day: datetime.date | None
    values: dict[str, int]


# ── what to sum ──────────────────────────────────────────────────────────────────────────────────────────────────────


def bounds_of(engine: Engine, unit: UnitTable) -> dict[str, Bounds]:
    """The bounds of every column over all assigned contacts, mature or not: the same for every `as_of`."""
    if not unit.columns:
        return {}
    parts = [
        f"coalesce(min({c.name}), 0), coalesce(max({c.name}), 0), count({c.name}), "
        f"count(CASE WHEN {c.name} <> 0 THEN 1 END)"
        for c in unit.columns
    ]
    row = [int(str(v)) for v in engine.run(f"SELECT {', '.join(parts)} FROM {UNITS}")[0]]
    return {c.name: Bounds(*row[4 * i : 4 * i + 4]) for i, c in enumerate(unit.columns)}


def cap_of(engine: Engine, column: str, metric: MetricPlan, until: datetime.date) -> int | None:
    """The winsorising cap: the smallest value v such that at least `upper` of the mature contacts of all arms have ≤ v.

    An order statistic of whole contacts (all arms pooled, zeros included), so it is exact and the same on every engine.
    """
    assert metric.upper is not None
    share = metric.upper
    sql = (
        f"SELECT min(v) FROM (SELECT v, sum(n) OVER (ORDER BY v) AS upto, sum(n) OVER () AS total FROM "
        f"(SELECT {column} AS v, count(*) AS n FROM {UNITS} WHERE {column} IS NOT NULL AND assigned_day <= "
        f"CAST('{until.isoformat()}' AS DATE) GROUP BY {column}) AS counted) AS ranked "
        f"WHERE upto * {share.denominator} >= total * {share.numerator}"
    )
    (value,) = engine.run(sql)[0]
    return None if value is None else int(str(value))


def shift_of(bounds: Bounds) -> int:
    """An offset that keeps powers small where all values lie far from zero; taken only where they would not fit."""
    spread = bounds.high - bounds.low
    if bounds.low > spread:
        return bounds.low
    if bounds.high < 0 and -bounds.high > spread:
        return bounds.high
    return 0


def metric_columns(
    metric: MetricPlan,
    unit: UnitTable,
    bounds: Mapping[str, Bounds],
    cap: int | None,
    *,
    number: int,
    place: Place | None = None,
) -> tuple[MetricColumns, tuple[Problem, ...]]:
    """Decide shift, products and orders of one metric. Raises DataError (UP583) when squares do not fit 38 digits."""
    own = [unit.column(part) for part in metric.parts]
    incomplete = tuple(sorted({c.name for c in own if not c.complete}))
    binary = all(part.binary or part.aggregate == "any" for part in metric.parts) and len(own) == 1
    columns = []
    for i, column in enumerate(own):
        b = bounds[column.name]
        capped = cap is not None and i == 0
        b = Bounds(min(b.low, cap), min(b.high, cap), b.present, b.nonzero) if capped and cap is not None else b
        requires = incomplete if len(incomplete) > 1 or (incomplete and column.name not in incomplete) else ()
        name = f"cap_{number}" if capped else None
        columns.append(SumColumn(column.name, name, 0, requires, b))
    chosen = tuple(columns)
    if not binary and not all(_fits(chosen, e) for e in exponents_of(len(chosen), (2, 3, 4))):
        chosen = tuple(replace(c, shift=shift_of(c.bounds)) for c in chosen)
    orders, notices = ((1,), ()) if binary else orders_that_fit(metric.name, chosen, place)
    found = MetricColumns(
        plan=metric,
        columns=chosen,
        decimals=tuple(c.decimals for c in own),
        exponents=exponents_of(len(chosen), orders),
        binary=binary,
        complete=not incomplete,
        cap=cap,
    )
    return found, notices


def orders_that_fit(
    name: str, columns: Sequence[SumColumn], place: Place | None
) -> tuple[tuple[int, ...], tuple[Problem, ...]]:
    """Up to which order all sums of a metric fit into 38 digits: four, else two with a notice (UP584).

    Raises DataError (UP583) when not even the squares do.
    """
    cap = "declare fewer decimals, or a cap: winsorise: {upper: 99.9%}"
    if not all(_fits(columns, e) for e in exponents_of(len(columns), (2,))):
        message = f"metric {name}: the squares of its values do not fit into 38 digits"
        raise DataError(Problem("UP583", message, fix=cap, place=place))
    if all(_fits(columns, e) for e in exponents_of(len(columns), (1, 2, 3, 4))):
        return (1, 2, 3, 4), ()
    message = f"metric {name}: third and fourth powers do not fit into 38 digits; intervals ignore its skewness"
    return (1, 2), (Problem("UP584", message, cap, place, "warning"),)


def exponents_of(k: int, orders: Iterable[int]) -> tuple[Exponents, ...]:
    """All monomials of the given total orders in k columns."""
    wanted = set(orders)
    every = itertools.product(range(max(wanted) + 1), repeat=k)
    return tuple(sorted((e for e in every if sum(e) in wanted), key=lambda e: (sum(e), tuple(-x for x in e))))


def _largest(columns: Sequence[SumColumn], exponents: Exponents) -> int:
    return math.prod(c.largest**e for c, e in zip(columns, exponents, strict=True))


def _fits(columns: Sequence[SumColumn], exponents: Exponents) -> bool:
    rows = max(c.rows for c, e in zip(columns, exponents, strict=True) if e)
    return rows * _largest(columns, exponents) <= WIDE


# ── the statement ────────────────────────────────────────────────────────────────────────────────────────────────────


def monomial_sql(columns: Sequence[SumColumn], exponents: Exponents, wide: str) -> str:
    """A product of columns: BIGINT where the bounds allow it, else in the engine's 38-digit type."""
    factors = [c.sql for c, e in zip(columns, exponents, strict=True) for _ in range(e)]
    if _largest(columns, exponents) > NARROW:
        factors[0] = f"CAST({factors[0]} AS {wide})"
    return " * ".join(factors)


@dataclass(frozen=True, slots=True)
class Statement:
    """The one statement: its text (caps as `:cap_…`, never as literals) and what its columns mean."""

    sql: str
    counts: tuple[str, ...]
    sums: tuple[str, ...]
    cutoffs: tuple[datetime.date, ...]


def statement(metrics: Sequence[MetricColumns], *, as_of: datetime.date, engine: Capabilities) -> Statement:
    """Contacts, sums and products of all metrics per arm, weight epoch, stratum and maturity class.

    Class j holds the contacts assigned up to the j-th cutoff and after the one before; a metric reads the classes up
    to its own cutoff.
    """
    cutoffs = tuple(sorted({until for m in metrics if (until := m.plan.mature_until(as_of)) is not None}))
    group = f"arm, weight_epoch, stratum, {_class_sql(cutoffs)} AS maturity"
    counts = dict.fromkeys(_there(m) for m in metrics if not m.complete)
    sums: dict[str, None] = {}
    for metric in metrics:
        for exponents in metric.exponents:
            sums[sum_sql(monomial_sql(metric.columns, exponents, engine.wide_integer), engine)] = None
        sums[nonzero_sql(metric)] = None
    known = f"FROM {UNITS} WHERE assigned_day <= CAST('{as_of.isoformat()}' AS DATE)"
    everyone = ", ".join(
        [group, "count(*) AS n", "max(assigned_day) AS last_day"]
        + [f"{sql} AS c{i}" for i, sql in enumerate(counts)]
        + [f"0 AS s{i}" for i in range(len(sums))]
    )
    active = ", ".join(
        [group, "0 AS n", "CAST(NULL AS DATE) AS last_day"]
        + [f"0 AS c{i}" for i in range(len(counts))]
        + [f"{sql} AS s{i}" for i, sql in enumerate(sums)]
    )
    by = "GROUP BY arm, weight_epoch, stratum, maturity"
    sql = f"SELECT {everyone} {known} {by}"
    if sums:
        nonzero = " OR ".join(dict.fromkeys(f"{c.sql} <> 0" for m in metrics for c in m.columns))
        sql += f" UNION ALL SELECT {active} {known} AND ({nonzero}) {by}"
    return Statement(sql, tuple(counts), tuple(sums), cutoffs)


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


def collect(engine: Engine, wanted: Statement, caps: Mapping[str, int]) -> dict[Group, dict[int, Totals]]:
    """Run the statement; its two halves are added per group and maturity class."""
    found: dict[Group, dict[int, Totals]] = {}
    for arm, epoch, stratum, maturity, n, day, *values in engine.run(with_parameters(wanted.sql, caps)):
        key = (str(arm), int(str(epoch)), None if stratum is None else str(stratum))
        totals = found.setdefault(key, {}).setdefault(int(str(maturity)), Totals(0, None, {}))
        totals.n += int(str(n))
        totals.last_day = day if isinstance(day, datetime.date) else totals.last_day
        for name, value in zip((*wanted.counts, *wanted.sums), values, strict=True):
            totals.values[name] = totals.values.get(name, 0) + int(str(value))
    return found


def sums_of(metric: MetricColumns, classes: Iterable[Totals], engine: Capabilities) -> Sums:
    """One metric of one group, over the maturity classes that count for it."""
    mature = list(classes)

    def total(sql: str) -> int:
        return sum(t.values[sql] for t in mature)

    powers = {e: total(sum_sql(monomial_sql(metric.columns, e, engine.wide_integer), engine)) for e in metric.exponents}
    if metric.binary:  # zeros and ones: every power is the value itself
        powers = {(order,): powers[(1,)] for order in (1, 2, 3, 4)}
    n = sum(t.n for t in mature) if metric.complete else total(_there(metric))
    names = ("value",) if len(metric.columns) == 1 else ("numerator", "denominator")
    shifts = tuple(c.shift for c in metric.columns)
    return Sums(names, n, powers, metric.decimals, shifts, total(nonzero_sql(metric)))


def counted_contacts(
    metric: MetricColumns, classes: Mapping[int, Totals], last_class: int, engine: Capabilities
) -> Counted:
    """One metric of one group, over the maturity classes up to `last_class`."""
    mature = [t for j, t in classes.items() if j <= last_class]
    sums = sums_of(metric, mature, engine)
    return Counted(
        sums=sums,
        there=sums.n,
        known=sum(t.n for t in mature),
        assigned=sum(t.n for t in classes.values()),
        last_day=max((t.last_day for t in mature if t.last_day is not None), default=None),
    )
