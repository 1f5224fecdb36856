"""Baselines for the coming quarter: what was measured in the last one, moved as the forecast moves the same customers.

A test that starts before Christmas is planned badly with the rates of September. The forecast says what a known
customer will spend in the coming quarter; what a customer known a quarter ago has spent since then was measured. Their
ratio moves the measured baselines. Newcomers are in neither, so growth of the base does not look like better customers.
"""

from __future__ import annotations

import datetime
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from uplift.customers.forecast import QUARTER, forecast
from uplift.customers.history import History, Progress, read_history, study_of
from uplift.customers.snapshots import every, snapshot
from uplift.design.baseline import Baselines, Measured
from uplift.engine import DuckDBEngine
from uplift.engine.machine import settings_for
from uplift.errors import Problem, StatisticsError
from uplift.spec.study import Study


@dataclass(frozen=True, slots=True)
class Ahead:
    """Revenue per known customer: of the last quarter as it came, of the coming one as it is told; minor units."""

    last: float
    coming: float

    @property
    def factor(self) -> float:
        """How much more (above one) or less a customer will bring."""
        return self.coming / self.last


def look_ahead(history: History) -> Ahead:
    """Compare the quarters. Raises StatisticsError: UP674 without a quarter to compare with, and as `forecast` does."""
    begin = history.as_of - datetime.timedelta(days=QUARTER)
    before = snapshot(history, begin, step=every(history), window=QUARTER).buyers
    spent = int(before.revenue.sum())
    if not spent:
        message = f"customers known on {begin} have bought nothing since; there is no quarter to compare with"
        raise StatisticsError(Problem("UP674", message, fix="export a longer history of purchases"))
    told = [segment for segment in forecast(history).segments if segment.contacts]
    known = sum(segment.contacts or 0 for segment in told)
    return Ahead(spent / len(before), sum(segment.revenue for segment in told) / known)


def move_baselines(
    study: Study, found: Baselines, *, as_of: datetime.date, progress: Progress = lambda _stage: None
) -> tuple[Baselines, Ahead]:
    """The baselines of metrics on purchases as the coming quarter will have them; others stay as measured.

    Purchases become more or fewer, what one is worth stays: values and their standard deviations move by the factor.
    Raises DataError (UP664) without the block `customers`, and what `look_ahead` raises.
    """
    own = study_of(study.project, study.project_document)
    with tempfile.TemporaryDirectory(prefix="uplift-ahead-") as work, DuckDBEngine(settings_for(own, Path(work))) as e:
        history = read_history(e, own, as_of=as_of, folder=Path(work), progress=progress)
        progress("compare the coming quarter with the last one")
        ahead = look_ahead(history)
    customers = study.project.customers
    assert customers is not None
    metrics = tuple(
        _moved(metric, ahead.factor) if _buys(study, metric, customers.purchases.source) else metric
        for metric in found.metrics
    )
    return replace(found, metrics=metrics), ahead


def _buys(study: Study, metric: Measured, purchases: str) -> bool:
    """Whether a metric counts purchases per contact, up to a share of contacts that can't exceed one."""
    return metric.kind in ("proportion", "mean", "count") and study.metric(metric.metric).source == purchases


def _moved(metric: Measured, factor: float) -> Measured:
    value = None if metric.value is None else metric.value * factor
    if metric.kind == "proportion" and value is not None:
        value = min(value, 1.0)
    sd = metric.sd if metric.sd is None or metric.kind == "proportion" else metric.sd * factor
    return replace(metric, value=value, sd=sd, source=f"{metric.source}, moved {factor - 1:+.1%} by the forecast")
