"""The unit table as few rows as possible: every distinct contact once, with how many contacts are like it.

Most contacts of a CRM test bought nothing and are one row. This is what simulations read: no id is in it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from uplift.engine.adapter import Engine, with_parameters
from uplift.engine.assigned import Assigned
from uplift.engine.cluster_sums import RANDOMISED
from uplift.engine.plan import MetricPlan, plan
from uplift.engine.sum_columns import UNITS, MetricColumns, bounds_of, cap_of, metric_columns
from uplift.engine.units import Progress, unit_table
from uplift.results.effects import Kind
from uplift.spec.study import Study


@dataclass(frozen=True, slots=True)
class CompactMetric:
    """A metric of the rows: which of their columns it reads (a ratio: numerator, denominator)."""

    key: str
    name: str
    kind: Kind
    window_days: int | None
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CompactRows:
    """Distinct randomised units: one row of values in the metrics' own units, and the number of units like it.

    Over clusters the values are totals, and the last column is the cluster's contacts, which every metric but a ratio
    reads as its second column. `stratum` numbers the strata.
    """

    metrics: tuple[CompactMetric, ...]
    values: NDArray[np.float64]
    counts: NDArray[np.int64]
    stratum: NDArray[np.int64]
    clustered: bool
    day: datetime.date  # contacts assigned up to this day, all of whose windows are over

    @property
    def units(self) -> int:
        """All randomised units."""
        return int(self.counts.sum())


def compact_rows(
    engine: Engine,
    study: Study,
    assigned: Assigned,
    *,
    as_of: datetime.date,
    cache: Path,
    progress: Progress = lambda _stage: None,
) -> CompactRows:
    """All contacts that are mature for every metric of the experiment, whatever their arm.

    Contacts without a value in one of the metrics are left out. Values are capped where a metric is winsorised.
    """
    plans, _ = plan(study)
    unit = unit_table(engine, study, assigned, plans, cache=cache, progress=progress)
    engine.register_files(UNITS, [unit.path])
    day = min((until for p in plans if (until := p.mature_until(as_of)) is not None), default=as_of)
    day = min(day, as_of)
    bounds = bounds_of(engine, unit)
    chosen = []
    for number, metric in enumerate(plans):
        cap = None
        if metric.upper is not None:
            cap = cap_of(engine, unit.column(metric.parts[0]).name, metric.upper, day)
            cap = cap if cap is not None and cap > 0 else None
        chosen.append(metric_columns(metric, unit, bounds, cap, number=number)[0])
    progress("count the distinct contacts")
    clustered = study.experiment.unit.cluster is not None
    sql, metrics = _statement(plans, chosen, day, clustered=clustered)
    caps = {name: value for m in chosen for name, value in m.caps.items()}
    rows = engine.run(with_parameters(sql, caps))
    decimals = [d for m in chosen for d in m.decimals] + [0] * clustered
    width = len(decimals)
    raw = np.array([row[1 : 1 + width] for row in rows], dtype=np.float64).reshape(len(rows), width)
    names = sorted({str(row[0]) for row in rows})
    places = {name: at for at, name in enumerate(names)}
    return CompactRows(
        metrics=metrics,
        values=raw / 10.0 ** np.array(decimals),
        counts=np.array([int(str(row[-1])) for row in rows], dtype=np.int64),
        stratum=np.array([places[str(row[0])] for row in rows], dtype=np.int64),
        clustered=clustered,
        day=day,
    )


def _statement(
    plans: tuple[MetricPlan, ...], chosen: list[MetricColumns], day: datetime.date, *, clustered: bool
) -> tuple[str, tuple[CompactMetric, ...]]:
    columns = [column for metric in chosen for column in metric.columns]
    there = " AND ".join(
        [f"assigned_day <= CAST('{day.isoformat()}' AS DATE)", *(f"{c.column} IS NOT NULL" for c in columns)]
    )
    names = [f"v{i}" for i in range(len(columns))]
    own = ", ".join(f"{c.plain} AS {name}" for c, name in zip(columns, names, strict=True))
    inner = f"SELECT coalesce(stratum, '') AS stratum, {own} FROM {UNITS} WHERE {there}"
    if clustered:
        totals = ", ".join(f"sum({c.plain}) AS {name}" for c, name in zip(columns, names, strict=True))
        names.append("contacts")
        inner = (
            f"SELECT coalesce(min(stratum), '') AS stratum, {totals}, count(*) AS contacts FROM {UNITS} "
            f"WHERE {there} GROUP BY {RANDOMISED}"
        )
    keys = ", ".join(["stratum", *names])
    sql = f"SELECT {keys}, count(*) AS units FROM ({inner}) AS own GROUP BY {keys} ORDER BY {keys}"
    metrics, at = [], 0
    for metric, of in zip(plans, chosen, strict=True):
        reads = tuple(range(at, at + len(of.columns)))
        at += len(of.columns)
        if clustered and len(reads) == 1:
            reads = (*reads, len(columns))
        metrics.append(CompactMetric(metric.key, metric.name, metric.kind, metric.window, reads))
    return sql, tuple(metrics)
