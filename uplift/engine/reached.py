"""Contacts divided by what happened to them: who was reached, and in whom the treatment could make a difference.

Both happen after the assignment, so neither is a segment nor a filter. They divide each arm's sums in two in the one
scan, which is all that the complier effect and the triggered analysis need; the metric itself keeps counting everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from uplift.engine.plan import MetricPlan, Part
from uplift.engine.snippets import parse, snippet_at
from uplift.engine.sum_columns import Bounds, CovariateColumns, MetricColumns, SumColumn, exponents_of
from uplift.spec.experiment import Primary, Received, Secondary, Trigger
from uplift.spec.study import Study

RECEIVED = "compliance.received"
EARLY = "compliance.early"
MET = "trigger.met"
EARLY_DAYS = 7
"""How many days before the assignment exposures are looked for: none of them can be this test's."""


@dataclass(frozen=True, slots=True)
class Division:
    """How one block of the YAML divides contacts: the plan of its flag, and the endings of the keys of both parts."""

    flag: str
    inside: str
    outside: str
    counted: str


BY_REACH = Division(RECEIVED, "reached", "unreached", "received")
BY_TRIGGER = Division(MET, "triggered", "untriggered", "met")


def flag_plans(study: Study) -> tuple[MetricPlan, ...]:
    """Who was reached, and who met the trigger, within each window that the primary and secondary metrics have.

    Of reach also in the week before the assignment.
    """
    experiment = study.experiment
    plans: list[MetricPlan] = []
    if experiment.compliance is not None:
        part, lag = _part(study, experiment.compliance.received, ("compliance", "received", "where"))
        plans = _windowed(study, RECEIVED, part, lag)
        if plans:
            plans.append(
                MetricPlan(EARLY, EARLY, "proportion", (replace(part, before=EARLY_DAYS),), None, 0, None, None)
            )
    if experiment.trigger is not None:
        plans += _windowed(study, MET, *_part(study, experiment.trigger, ("trigger", "where")))
    return tuple(plans)


def _part(study: Study, events: Received | Trigger, path: tuple[str, ...]) -> tuple[Part, int]:
    """Whether a contact has any such event, and after how many days the source is complete."""
    where = None if events.where is None else snippet_at(study.document, *path, text=events.where)
    lag = study.source(events.source).data_lag
    part = Part(
        source=events.source,
        aggregate="any",
        value=None,
        where=None if where is None else parse(where),
        window=None,
        decimals=None,
        binary=True,
        where_snippet=where,
    )
    return part, lag.days if lag else 0


def _windowed(study: Study, name: str, part: Part, lag: int) -> list[MetricPlan]:
    windows = dict.fromkeys(use.window.days for use in _uses(study) if use.window is not None)
    return [
        MetricPlan(f"{name} {w}d", name, "proportion", (replace(part, window=w),), w, lag, None, None) for w in windows
    ]


def with_parts(study: Study, columns: Sequence[MetricColumns]) -> tuple[MetricColumns, ...]:
    """For every primary and secondary share, mean and count: what either part of the contacts brings.

    The keys are the metric's with the endings of a division behind (`.reached`, `.unreached`, `.received`: contacts);
    all three are of the same mature contacts. Of clusters the first alone, which adds up its other column and the flag
    as if they were covariates: totals of one cluster go together, and their products say how.
    """
    found: list[MetricColumns] = []
    uses = {(use.metric, use.window.days if use.window else None) for use in _uses(study)}
    for division in (BY_REACH, BY_TRIGGER):
        flags = {m.plan.window: m for m in columns if m.plan.name == division.flag}
        for metric in columns:
            flag = flags.get(metric.plan.window) if metric.plan.window is not None else None
            if flag is None or (metric.plan.name, metric.plan.window) not in uses or len(metric.columns) != 1:
                continue
            divided = _clusters if study.experiment.unit.cluster is not None else _contacts
            found.extend(divided(metric, flag, division))
    return tuple(found)


def _uses(study: Study) -> tuple[Primary | Secondary, ...]:
    metrics = study.experiment.metrics
    return (metrics.primary, *metrics.secondary)


def _contacts(metric: MetricColumns, flag: MetricColumns, division: Division) -> Iterator[MetricColumns]:
    inside, outside = _parts(metric, flag)
    for word, column in ((division.inside, inside), (division.outside, outside)):
        yield MetricColumns(
            plan=_plan(metric.plan, flag.plan, word),
            columns=(column,),
            decimals=metric.decimals,
            exponents=exponents_of(1, (1,)) if metric.binary else exponents_of(1, (1, 2)),
            binary=metric.binary,
            complete=metric.complete,
            cap=metric.cap,
        )
    yield replace(flag, plan=_plan(metric.plan, flag.plan, division.counted))


def _clusters(metric: MetricColumns, flag: MetricColumns, division: Division) -> Iterator[MetricColumns]:
    inside, outside = _parts(metric, flag)
    (of_flag,) = flag.columns
    others = CovariateColumns(
        names=(division.outside, division.counted),
        columns=(outside, of_flag),
        decimals=(*metric.decimals, 0),
        caps=(),
        exponents=(),  # chosen with the totals of clusters
    )
    yield MetricColumns(
        plan=_plan(metric.plan, flag.plan, division.inside),
        columns=(inside,),
        decimals=metric.decimals,
        exponents=(),
        binary=False,
        complete=metric.complete,
        cap=metric.cap,
        covariates=others,
    )


def _parts(metric: MetricColumns, flag: MetricColumns) -> tuple[SumColumn, SumColumn]:
    """The metric's value where the flag is set, and where it is not; zero elsewhere."""
    (value,), (of_flag,) = metric.columns, flag.columns
    bounds = Bounds(min(value.bounds.low, 0), max(value.bounds.high, 0), value.bounds.present, value.bounds.nonzero)
    inside, outside = (
        SumColumn(f"(CASE WHEN {of_flag.plain} {test} THEN {value.plain} ELSE 0 END)", None, 0, (), bounds)
        for test in ("<> 0", "= 0")
    )
    return inside, outside


def _plan(metric: MetricPlan, flag: MetricPlan, word: str) -> MetricPlan:
    name, lag = f"{metric.key}.{word}", max(metric.lag, flag.lag)
    return MetricPlan(name, name, metric.kind, (*metric.parts, *flag.parts), metric.window, lag, None, metric.upper)
