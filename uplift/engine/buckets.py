"""The bucket cube: first-order sums of every metric per arm and 1,000 random buckets of contacts.

A bucket is the same on every engine and independent of the arm: u1 (sha256, 13 hex digits) of the randomised unit with
a salt of its own, modulo 1,000. Households share a bucket. Any smooth function of sums can be resampled from the cube
(`uplift.stats.buckets`) without another look at contacts, and no id is in it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uplift.engine.adapter import Engine, text_literal, with_parameters
from uplift.engine.cluster_sums import RANDOMISED
from uplift.engine.sum_columns import UNITS, MetricColumns
from uplift.engine.sums import sum_sql

BUCKETS = 1_000
Key = tuple[int, str]  # weight epoch and stratum
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BucketSums:
    """One metric of the cube.

    `cells` hold, per arm, weight epoch and stratum (the empty text: none), an array of integers as Python has them, of
    shape (1,000, 1 + k): units, then the sums of the columns, those of `MetricSums` in their order with the
    covariates behind. Units are contacts, or clusters where these are randomised. Sums count units of 10**-decimals.
    """

    cells: Mapping[tuple[str, int, str], NDArray[np.object_]]
    decimals: tuple[int, ...]

    def arm(self, arm: str, groups: Sequence[Sequence[Key]]) -> Floats:
        """The arm's sums in the metric's own units, shape (1,000, strata, 1 + k); a stratum may unite several keys."""
        nothing = np.zeros((BUCKETS, 1 + len(self.decimals)), dtype=np.object_)
        scale = np.array([1, *(10**d for d in self.decimals)], dtype=np.float64)
        added = [sum((self.cells.get((arm, *key), nothing) for key in keys), nothing) for keys in groups]
        return np.stack([np.asarray(cell, dtype=np.float64) / scale for cell in added], axis=1)


@dataclass(frozen=True, slots=True)
class BucketCube:
    """The cube of a measurement, by the key of the metric, and the statement that filled it."""

    metrics: Mapping[str, BucketSums]
    sql: str


def bucket_cube(
    engine: Engine, metrics: Sequence[MetricColumns], *, experiment: str, as_of: datetime.date, clustered: bool
) -> BucketCube:
    """Fill the cube from the unit table, by one statement; quantiles are no sums and have no part in it."""
    chosen = [metric for metric in metrics if metric.plan.kind != "quantile"]
    statement, spans = _statement(engine, chosen, experiment, as_of, clustered=clustered)
    width = max((stop for _, stop in spans), default=0)
    caps = {name: value for metric in chosen for name, value in metric.caps.items()}
    cells: dict[tuple[str, int, str], NDArray[np.object_]] = {}
    for arm, epoch, stratum, bucket, *values in engine.run(with_parameters(statement, caps)):
        group = str(arm), int(str(epoch)), "" if stratum is None else str(stratum)
        if group not in cells:
            cells[group] = np.zeros((BUCKETS, width), dtype=np.object_)
        cells[group][int(str(bucket))] += np.array([int(str(value)) for value in values], dtype=np.object_)
    found = {}
    for metric, (start, stop) in zip(chosen, spans, strict=True):
        decimals = (*metric.decimals, *((0,) if clustered and len(metric.columns) == 1 else ()))
        decimals += metric.covariates.decimals if metric.covariates else ()
        own = {group: rows[:, start:stop] for group, rows in cells.items()}
        found[metric.plan.key] = BucketSums(own, decimals)
    return BucketCube(found, statement)


def bucket_sql(experiment: str, unit: str) -> str:
    """The bucket of a unit in DuckDB, where the unit table is: `u1` with the salt `<experiment>/buckets`.

    >>> bucket_sql("sale", "unit_id")
    "CAST('0x' || substr(sha256('sale/buckets|' || CAST(unit_id AS VARCHAR)), 1, 13) AS BIGINT) % 1000"
    """
    hashed = f"sha256({text_literal(f'{experiment}/buckets|')} || CAST({unit} AS VARCHAR))"
    return f"CAST('0x' || substr({hashed}, 1, 13) AS BIGINT) % {BUCKETS}"


def _statement(
    engine: Engine, metrics: Sequence[MetricColumns], experiment: str, as_of: datetime.date, *, clustered: bool
) -> tuple[str, list[tuple[int, int]]]:
    """One statement, and where each metric's numbers stand in its rows: equal sums are asked for once per metric."""
    dialect = engine.capabilities()
    inner: dict[str, str] = {}
    outer: list[str] = []
    spans = []
    for number, metric in enumerate(metrics):
        until = min(metric.plan.mature_until(as_of) or as_of, as_of)
        mature = f"assigned_day <= CAST('{until.isoformat()}' AS DATE)"
        there = f"CASE WHEN {mature} THEN {metric.columns[0].plain} END"
        values = [f"CASE WHEN {mature} THEN {column.plain} END" for column in metric.every_column]
        start = len(outer)
        if clustered:
            names = [f"t{number}_{i}" for i in range(len(values))]
            inner |= {name: sum_sql(value, dialect) for name, value in zip(names, values, strict=True)}
            inner[f"there_{number}"] = f"count({there})"
            own = names[: len(metric.columns)] + [f"there_{number}"] * (len(metric.columns) == 1)
            outer.append(f"count(CASE WHEN there_{number} > 0 THEN 1 END)")
            outer += [sum_sql(name, dialect) for name in own + names[len(metric.columns) :]]
        else:
            outer.append(f"count({there})")
            outer += [sum_sql(value, dialect) for value in values]
        spans.append((start, len(outer)))
    known = f"assigned_day <= CAST('{as_of.isoformat()}' AS DATE)"
    rows = f"(SELECT *, {bucket_sql(experiment, RANDOMISED)} AS bucket FROM {UNITS} WHERE {known}) AS hashed"
    if clustered:
        totals = "".join(f", {sql} AS {name}" for name, sql in inner.items())
        keys = f"min(weight_epoch) AS weight_epoch, min(stratum) AS stratum, min(bucket) AS bucket{totals}"
        rows = f"(SELECT arm, {keys} FROM {rows} GROUP BY arm, {RANDOMISED}) AS clusters"
    selected = "".join(f", {sql} AS v{i}" for i, sql in enumerate(outer))
    group = "arm, weight_epoch, stratum, bucket"
    return f"SELECT {group}{selected} FROM {rows} GROUP BY {group}", spans
