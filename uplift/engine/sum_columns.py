"""What is summed: the columns of each metric with their bounds, caps, shifts and monomials, before any statement runs.

Whether every sum fits into 38 digits is known from the bounds of each column, so nothing can overflow; where orders
three and four would not fit they are left out and it is said.
"""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from uplift.engine.adapter import Engine
from uplift.engine.plan import Covariate, MetricPlan
from uplift.engine.units import UnitTable
from uplift.errors import DataError, Place, Problem
from uplift.stats.moments import Exponents

UNITS = "units"
WIDE = 10**38 - 1
NARROW = 2**63 - 1


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
        value = self.column
        if self.cap:  # not LEAST, which passes over a NULL: a contact without a value has none, and is not at the cap
            value = f"(CASE WHEN {self.column} > :{self.cap} THEN :{self.cap} ELSE {self.column} END)"
        if self.requires:
            there = " AND ".join(f"{name} IS NOT NULL" for name in self.requires)
            return f"(CASE WHEN {there} THEN {value} END)"
        return value

    @property
    def sql(self) -> str:
        """The value that is summed."""
        return f"({self.plain} - {self.shift})" if self.shift else self.plain


@dataclass(frozen=True, slots=True)
class CovariateColumns:
    """What is known of each contact before the assignment, as it is summed together with a metric.

    `exponents` are over the metric's own columns followed by these, up to order two, each with a covariate in it.
    """

    names: tuple[str, ...]
    columns: tuple[SumColumn, ...]
    decimals: tuple[int, ...]
    caps: tuple[tuple[str, int], ...]
    exponents: tuple[Exponents, ...]


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
    covariates: CovariateColumns | None = None

    @property
    def every_column(self) -> tuple[SumColumn, ...]:
        """The metric's own columns, then its covariates."""
        return self.columns + (self.covariates.columns if self.covariates else ())

    @property
    def caps(self) -> dict[str, int]:
        """The value of every cap that its columns name."""
        own = {c.cap: self.cap for c in self.columns if c.cap is not None and self.cap is not None}
        return own | dict(self.covariates.caps if self.covariates else ())


def bounds_of(engine: Engine, unit: UnitTable, *, exact: bool = True) -> dict[str, Bounds]:
    """The bounds of every column over all assigned contacts, mature or not: the same for every `as_of`.

    Without `exact` contacts without a value and zeros are not counted where even the fourth power of the largest value
    of all, in every row, fits: smallest and largest values stand in the file's own statistics.
    """
    if not unit.columns:
        return {}
    ends = ", ".join(f"coalesce(min({c.name}), 0), coalesce(max({c.name}), 0)" for c in unit.columns)
    rows, *found = (int(str(v)) for v in engine.run(f"SELECT count(*), {ends} FROM {UNITS}")[0])
    largest = max(map(abs, found))
    counts = [rows, rows] * len(unit.columns)
    if exact or rows * largest**4 > WIDE:
        there = ", ".join(f"count({c.name}), count(CASE WHEN {c.name} <> 0 THEN 1 END)" for c in unit.columns)
        counts = [int(str(v)) for v in engine.run(f"SELECT {there} FROM {UNITS}")[0]]
    return {c.name: Bounds(*found[2 * i : 2 * i + 2], *counts[2 * i : 2 * i + 2]) for i, c in enumerate(unit.columns)}


def cap_of(engine: Engine, column: str, share: Fraction, until: datetime.date) -> int | None:
    """The winsorising cap: the smallest value v such that at least `share` of the mature contacts of all arms have ≤ v.

    An order statistic of whole contacts (all arms pooled, zeros included), so it is exact and the same on every engine.
    """
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
    if not binary and not all(fits(chosen, e) for e in exponents_of(len(chosen), (2, 3, 4))):
        chosen = tuple(replace(c, shift=shift_of(c.bounds)) for c in chosen)
    orders, notices = ((1,), ()) if binary else orders_that_fit(metric.name, chosen, place)
    if metric.quantile is not None:
        orders = (1, 2)  # its values are ranked; the sums are there to count contacts
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


def with_covariates(
    metric: MetricColumns,
    unit: UnitTable,
    bounds: Mapping[str, Bounds],
    caps: Sequence[int | None],
    *,
    number: int,
    place: Place | None = None,
) -> MetricColumns:
    """The metric with its covariates, each with its cap (None: uncapped).

    A contact without a value of the metric is in no sum. Raises DataError (UP583) when products do not fit 38 digits.
    """
    told = [(c, cap) for c, cap in zip(metric.plan.covariates, caps, strict=True) if not _never(c, unit, bounds)]
    if not told:
        return metric
    found, caps = [unit.column(covariate.part) for covariate, _ in told], [cap for _, cap in told]
    missing = tuple(sorted({c.name for part in metric.plan.parts if not (c := unit.column(part)).complete}))
    columns, named = [], []
    for i, (column, cap) in enumerate(zip(found, caps, strict=True)):
        b, name = bounds[column.name], None
        if cap is not None:
            name = f"cap_{number}_{i}"
            named.append((name, cap))
            b = Bounds(min(b.low, cap), min(b.high, cap), b.present, b.nonzero)
        columns.append(SumColumn(column.name, name, 0, missing, b))
    own, chosen = metric.columns, tuple(columns)
    exponents = tuple(e for e in exponents_of(len(own) + len(chosen), (1, 2)) if any(e[len(own) :]))
    if not all(fits(own + chosen, e) for e in exponents):
        chosen = tuple(replace(c, shift=shift_of(c.bounds)) for c in chosen)
    if not all(fits(own + chosen, e) for e in exponents):
        message = f"metric {metric.plan.name}: the squares of its covariates do not fit into 38 digits"
        raise DataError(Problem("UP583", message, fix="declare fewer decimals", place=place))
    names = tuple(covariate.name for covariate, _ in told)
    decimals = tuple(c.decimals for c in found)
    return replace(metric, covariates=CovariateColumns(names, chosen, decimals, tuple(named), exponents))


def _never(covariate: Covariate, unit: UnitTable, bounds: Mapping[str, Bounds]) -> bool:
    """Whether it would say that a value is missing, and none is."""
    return covariate.part.fill == 1 and bounds[unit.column(covariate.part).name].high == 0


def orders_that_fit(
    name: str, columns: Sequence[SumColumn], place: Place | None
) -> tuple[tuple[int, ...], tuple[Problem, ...]]:
    """Up to which order all sums of a metric fit into 38 digits: four, else two with a notice (UP584).

    Raises DataError (UP583) when not even the squares do.
    """
    cap = "declare fewer decimals, or a cap: winsorise: {upper: 99.9%}"
    if not all(fits(columns, e) for e in exponents_of(len(columns), (2,))):
        message = f"metric {name}: the squares of its values do not fit into 38 digits"
        raise DataError(Problem("UP583", message, fix=cap, place=place))
    if all(fits(columns, e) for e in exponents_of(len(columns), (1, 2, 3, 4))):
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


def fits(columns: Sequence[SumColumn], exponents: Exponents) -> bool:
    """Whether the sum of this product stays within 38 digits, whatever the rows are."""
    rows = max(c.rows for c, e in zip(columns, exponents, strict=True) if e)
    return rows * _largest(columns, exponents) <= WIDE


def monomial_sql(columns: Sequence[SumColumn], exponents: Exponents, wide: str) -> str:
    """A product of columns: BIGINT where the bounds allow it, else in the engine's 38-digit type."""
    factors = [c.sql for c, e in zip(columns, exponents, strict=True) for _ in range(e)]
    if _largest(columns, exponents) > NARROW:
        factors[0] = f"CAST({factors[0]} AS {wide})"
    return " * ".join(factors)
