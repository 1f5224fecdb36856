"""Who was reached: for each metric what reached and unreached contacts bring, in every arm, in the one scan.

Being reached happens after the assignment, so it is no segment and no filter. It divides each arm's sums in two, which
is all that the complier effect needs; the metric itself keeps counting everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from uplift.engine.plan import MetricPlan, Part
from uplift.engine.snippets import parse, snippet_at
from uplift.engine.sum_columns import Bounds, MetricColumns, SumColumn, exponents_of
from uplift.spec.experiment import Primary, Secondary
from uplift.spec.study import Study

RECEIVED = "compliance.received"
EARLY = "compliance.early"
EARLY_DAYS = 7
"""How many days before the assignment exposures are looked for: none of them can be this test's."""


def received_plans(study: Study) -> tuple[MetricPlan, ...]:
    """Who was reached within each window that the primary and secondary metrics have, and in the week before."""
    experiment = study.experiment
    if experiment.compliance is None:
        return ()
    received = experiment.compliance.received
    path = ("compliance", "received", "where")
    where = None if received.where is None else snippet_at(study.document, *path, text=received.where)
    lag = study.source(received.source).data_lag
    windows = dict.fromkeys(use.window.days for use in _uses(study) if use.window is not None)
    part = Part(
        source=received.source,
        aggregate="any",
        value=None,
        where=None if where is None else parse(where),
        window=None,
        decimals=None,
        binary=True,
        where_snippet=where,
    )
    days = lag.days if lag else 0
    plans = [
        MetricPlan(f"{RECEIVED} {w}d", RECEIVED, "proportion", (replace(part, window=w),), w, days, None, None)
        for w in windows
    ]
    if not plans:
        return ()
    early = MetricPlan(EARLY, EARLY, "proportion", (replace(part, before=EARLY_DAYS),), None, 0, None, None)
    return (*plans, early)


def with_reached(study: Study, columns: Sequence[MetricColumns]) -> tuple[MetricColumns, ...]:
    """For every primary and secondary share, mean and count: what reached and what unreached contacts bring.

    The keys are the metric's with `.reached`, `.unreached` and `.received` (contacts) behind; all three are of the same
    mature contacts.
    """
    received = {m.plan.window: m for m in columns if m.plan.name == RECEIVED}
    uses = {(use.metric, use.window.days if use.window else None) for use in _uses(study)}
    found: list[MetricColumns] = []
    for metric in columns:
        divides = received.get(metric.plan.window) if metric.plan.window is not None else None
        if divides is not None and (metric.plan.name, metric.plan.window) in uses and len(metric.columns) == 1:
            found.extend(_divided(metric, divides))
    return tuple(found)


def _uses(study: Study) -> tuple[Primary | Secondary, ...]:
    metrics = study.experiment.metrics
    return (metrics.primary, *metrics.secondary)


def _divided(metric: MetricColumns, received: MetricColumns) -> Iterator[MetricColumns]:
    (value,), (flag,) = metric.columns, received.columns
    lag = max(metric.plan.lag, received.plan.lag)
    bounds = Bounds(min(value.bounds.low, 0), max(value.bounds.high, 0), value.bounds.present, value.bounds.nonzero)
    for word, test in (("reached", "<> 0"), ("unreached", "= 0")):
        sql = f"(CASE WHEN {flag.plain} {test} THEN {value.plain} ELSE 0 END)"
        yield MetricColumns(
            plan=_plan(metric.plan, received.plan, word, lag),
            columns=(SumColumn(sql, None, 0, (), bounds),),
            decimals=metric.decimals,
            exponents=exponents_of(1, (1,)) if metric.binary else exponents_of(1, (1, 2)),
            binary=metric.binary,
            complete=metric.complete,
            cap=metric.cap,
        )
    yield replace(received, plan=_plan(metric.plan, received.plan, "received", lag))


def _plan(metric: MetricPlan, received: MetricPlan, word: str, lag: int) -> MetricPlan:
    name = f"{metric.key}.{word}"
    return MetricPlan(name, name, metric.kind, (*metric.parts, *received.parts), metric.window, lag, None, metric.upper)
