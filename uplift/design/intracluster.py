"""How much contacts of one household resemble each other: the ANOVA estimator, from exact sums of integers.

    ICC = (MSB − MSW) / (MSB + (m₀ − 1)·MSW),   m₀ = (N − Σm²/N) / (K − 1)

with K clusters of m contacts, N contacts in all, and the mean squares between and within them (Donner 1986, Int. Stat.
Review 54, eq. 2.1). For a ratio the values are the linearised ones, y − R·x. A contact without a cluster is its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from uplift.design.baseline import Clusters

if TYPE_CHECKING:
    from uplift.engine.adapter import Engine
    from uplift.engine.measurement import Measurement
    from uplift.engine.plan import MetricPlan

_KEY = "coalesce('c' || cluster_id, 'u' || unit_id)"


@dataclass(frozen=True, slots=True)
class SizeClass:
    """All clusters of one size: Σ of their totals' squares and products, and of their contacts'."""

    size: int
    clusters: int
    totals: tuple[int, int]  # Σ T_y, Σ T_x
    squares: tuple[int, int, int]  # Σ T_y², Σ T_y T_x, Σ T_x²
    within: tuple[int, int, int]  # Σ y², Σ yx, Σ x² over contacts


def sizes_of(engine: Engine, *, keep_single: bool) -> Clusters:
    """Number and unevenness of the clusters of the eligible contacts (the view `eligible`)."""
    known = "TRUE" if keep_single else "cluster_id IS NOT NULL"
    rows = engine.run(
        "SELECT contacts, count(*) FROM "
        f"(SELECT count(*) AS contacts FROM eligible WHERE {known} GROUP BY {_KEY}) AS c GROUP BY contacts"
    )
    sizes = {int(str(size)): int(str(number)) for size, number in rows}
    count = sum(sizes.values())
    if count == 0:
        return Clusters(0, 0.0)
    mean = Fraction(sum(size * number for size, number in sizes.items()), count)
    variance = sum((size - mean) ** 2 * number for size, number in sizes.items()) / count
    return Clusters(count, math.sqrt(variance) / float(mean))


def correlations_of(engine: Engine, plans: tuple[MetricPlan, ...], found: Measurement) -> dict[str, float | None]:
    """The intra-cluster correlation of each metric, by its key, over the unit table (the relation `baseline_units`)."""
    from uplift.engine.units import column_names

    names = column_names(plans)
    correlations = {}
    for plan in plans:
        columns = [names[part] for part in plan.parts]
        cap = found.metrics[plan.key].cap
        y = columns[0] if cap is None else f"least({columns[0]}, {cap})"
        x = columns[1] if len(columns) == 2 else "CAST(1 AS BIGINT)"
        correlations[plan.key] = anova_icc(_size_classes(engine, y, x, columns))
    return correlations


def anova_icc(classes: Iterable[SizeClass]) -> float | None:
    """The estimate; None where no cluster has two contacts or nothing varies. It may be slightly negative.

    Two pairs that agree wholly, 1 1 and 3 3:

    >>> anova_icc([SizeClass(2, 2, (8, 4), (40, 16, 8), (20, 8, 4))])
    1.0
    """
    found = tuple(classes)
    clusters = sum(c.clusters for c in found)
    contacts = sum(c.size * c.clusters for c in found)
    if clusters < 2 or contacts == clusters:
        return None
    y, x = (sum(c.totals[i] for c in found) for i in (0, 1))
    if x == 0:
        return None
    ratio = Fraction(y, x)

    def linear(squares: tuple[int, int, int]) -> Fraction:
        return squares[0] - 2 * ratio * squares[1] + ratio**2 * squares[2]

    # Linearised values add up to zero, so the mean square between needs no correction term.
    between = sum((linear(c.squares) / c.size for c in found), Fraction(0))
    whole = sum((linear(c.within) for c in found), Fraction(0))
    ms_between, ms_within = between / (clusters - 1), (whole - between) / (contacts - clusters)
    mean_size = (contacts - Fraction(sum(c.size**2 * c.clusters for c in found), contacts)) / (clusters - 1)
    spread = ms_between + (mean_size - 1) * ms_within
    return None if spread == 0 else float((ms_between - ms_within) / spread)


def _size_classes(engine: Engine, y: str, x: str, columns: list[str]) -> tuple[SizeClass, ...]:
    wide = engine.capabilities().wide_integer
    there = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    products = ((y, y), (y, x), (x, x))
    inner = ", ".join(
        [f"sum(CAST({y} AS {wide})) AS ty", f"sum(CAST({x} AS {wide})) AS tx"]
        + [f"sum(CAST({a} AS {wide}) * {b}) AS w{i}" for i, (a, b) in enumerate(products)]
    )
    outer = "sum(ty), sum(tx), sum(ty * ty), sum(ty * tx), sum(tx * tx), sum(w0), sum(w1), sum(w2)"
    rows = engine.run(
        f"SELECT m, count(*), {outer} FROM (SELECT count(*) AS m, {inner} FROM baseline_units WHERE {there} "
        f"GROUP BY {_KEY}) AS c GROUP BY m ORDER BY m"
    )
    numbers = [[int(str(value)) for value in row] for row in rows]
    return tuple(SizeClass(n[0], n[1], (n[2], n[3]), (n[4], n[5], n[6]), (n[7], n[8], n[9])) for n in numbers)
