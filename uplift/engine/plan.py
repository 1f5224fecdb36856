"""What an experiment asks of the data: one number per contact and metric, before any SQL is written."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

from uplift.engine.expressions import ColumnRef, Expression, IsNull
from uplift.engine.snippets import Snippet, parse, snippet_at
from uplift.errors import Problem, SpecError
from uplift.results.effects import Kind
from uplift.spec.experiment import Guardrail, Primary, Secondary
from uplift.spec.project import MetricDefinition, RatioPart
from uplift.spec.study import Study

MONEY_DECIMALS = 2
Aggregate = Literal["any", "count", "sum", "own"]


@dataclass(frozen=True, slots=True)
class Part:
    """One number per contact from one source: whether any row counts, how many, their sum, or the contact's own value.

    `window` is in days from the day of assignment, `before` in days up to the day before it (a covariate); an own
    value, which has no rows over time, has neither.
    """

    source: str
    aggregate: Aggregate
    value: Expression | None
    where: Expression | None
    window: int | None
    decimals: int | None
    binary: bool
    value_snippet: Snippet | None = field(default=None, compare=False, repr=False)
    where_snippet: Snippet | None = field(default=None, compare=False, repr=False)
    before: int | None = None
    fill: int | None = None  # a covariate's value for contacts that have none


@dataclass(frozen=True, slots=True)
class Covariate:
    """What is known of a contact before its assignment, with the name under which results show it."""

    name: str
    part: Part


@dataclass(frozen=True, slots=True)
class MetricPlan:
    """One metric of the experiment: its parts (a ratio has two), when a contact is mature, what is done to outliers.

    With `course` it can also be told day by day.
    """

    key: str
    name: str
    kind: Kind
    parts: tuple[Part, ...]
    window: int | None
    lag: int
    settles_after: int | None
    upper: Fraction | None
    covariates: tuple[Covariate, ...] = ()
    course: bool = False
    quantile: Fraction | None = None

    def mature_until(self, as_of: datetime.date) -> datetime.date | None:
        """The last day of assignment whose window and data lag are over at the start of `as_of`; None: all days."""
        return None if self.window is None else as_of - datetime.timedelta(days=self.window + self.lag)

    def settled_until(self, as_of: datetime.date) -> datetime.date | None:
        """The last day of assignment whose returns and cancellations are in; None where nothing settles later."""
        if self.settles_after is None:
            return None
        return as_of - datetime.timedelta(days=(self.window or 0) + self.settles_after)


def metric_uses(study: Study) -> tuple[tuple[str, int | None], ...]:
    """The metrics of an experiment with their windows in days, each combination once, primary first."""
    metrics = study.experiment.metrics
    uses: tuple[Primary | Secondary | Guardrail, ...] = (metrics.primary, *metrics.secondary, *metrics.guardrails)
    used = [(use.metric, use.window) for use in uses]
    return tuple(dict.fromkeys((name, window.days if window else None) for name, window in used))


def metric_key(study: Study, name: str, window: int | None) -> str:
    """How a measurement calls a metric: its name; name and window where the experiment uses two windows of it."""
    twice = sum(n == name for n, _ in metric_uses(study)) > 1
    return f"{name} {window}d" if twice else name


def plan(study: Study) -> tuple[tuple[MetricPlan, ...], tuple[Problem, ...]]:
    """The plans of all metrics, and a notice for each that no room measures yet (UP586).

    Snippets are parsed here; raises SpecError or DataError with their places (all of them at once).
    """
    plans: list[MetricPlan] = []
    notices: list[Problem] = []
    problems: list[Problem] = []
    told = _told_by_day(study)
    for name, window in metric_uses(study):
        definition = study.metric(name)
        if definition.model is not None and definition.source is None:
            place = study.project_document.place("metrics", name, "model")
            message = f"metric {name}: predictions are measured by `analyze` only"
            notices.append(Problem("UP586", message, "", place, "note"))
            continue
        try:
            found = _metric(study, name, definition, window)
            plans.append(replace(found, course=(name, window) in told))
        except SpecError as error:
            problems.extend(error.problems)
    if problems:
        raise SpecError(*problems)
    return tuple(plans), tuple(notices)


def _told_by_day(study: Study) -> list[tuple[str, int | None]]:
    """The metrics whose course is told: the primary one and the first in money, where they are measured on events.

    Households are not followed by day.
    """
    if study.experiment.unit.cluster is not None:
        return []
    primary, *others = metric_uses(study)
    money = [use for use in others if study.metric(use[0]).format == "money"]
    return [use for use in (primary, *money[:1]) if use[1] is not None and study.metric(use[0]).kind != "quantile"]


def _metric(study: Study, name: str, definition: MetricDefinition, window: int | None) -> MetricPlan:
    parts = tuple(_parts(study, name, definition, window))
    covariates = tuple(_past(study, name, parts))
    lags = [lag.days for part in parts if (lag := study.source(part.source).data_lag)]
    return MetricPlan(
        key=metric_key(study, name, window),
        name=name,
        kind=definition.kind,
        parts=parts,
        window=window,
        lag=max(lags, default=0) if window is not None else 0,
        settles_after=definition.settles_after.days if definition.settles_after else None,
        upper=definition.winsorise.upper if definition.winsorise and definition.kind != "proportion" else None,
        covariates=covariates if definition.kind != "quantile" else (),
        quantile=definition.quantile if definition.kind == "quantile" else None,
    )


def _past(study: Study, name: str, parts: Sequence[Part]) -> Iterator[Covariate]:
    """The metric itself in the days before the assignment, where the design asks for CUPED: one covariate per part.

    A ratio has two, its numerator and its denominator. The days are `design.lookback`, or as many as the window has.
    A column of a wide file has no past.
    """
    design = study.experiment.design
    if design.variance_reduction != "cuped":
        return
    suffixes = ("_numerator", "_denominator") if len(parts) == 2 else ("",)
    for part, suffix in zip(parts, suffixes, strict=True):
        if part.window is not None:
            days = design.lookback.days if design.lookback else part.window
            yield Covariate(f"{name}{suffix}_{days}d_before", replace(part, window=None, before=days))
    for number, column in enumerate(design.covariates):
        yield from _declared(study, number, column)


def _declared(study: Study, number: int, column: str) -> Iterator[Covariate]:
    """A column of the contact source: its value, 0 where it has none, and whether it has none.

    With the second the first may be filled with anything; it is left out where every contact has a value.
    """
    snippet = Snippet(column, study.document.place("design", "covariates", number), exact=True)
    source, own = study.experiment.audience.source, ColumnRef(column)
    yield Covariate(column, Part(source, "own", own, None, None, None, False, value_snippet=snippet, fill=0))
    missing = Part(source, "own", IsNull(own), None, None, None, True, value_snippet=snippet, fill=1)
    yield Covariate(f"{column}_missing", missing)


def _parts(study: Study, name: str, definition: MetricDefinition, window: int | None) -> Iterator[Part]:
    """The parts of a metric; the loader has seen to it that each is a column or has source, id, time and window."""
    decimals = definition.decimals
    if decimals is None and definition.format == "money":
        decimals = MONEY_DECIMALS
    if definition.kind != "ratio":
        whole = RatioPart(
            source=definition.source, value=definition.value, where=definition.where, column=definition.column
        )
        yield _part(study, ("metrics", name), whole, definition.kind, window, decimals)
        return
    for key, part in (("numerator", definition.numerator), ("denominator", definition.denominator)):
        assert part is not None
        hint = decimals if key == "numerator" else None
        yield _part(study, ("metrics", name, key), part, "count" if part.count else "mean", window, hint)


def _part(
    study: Study, path: tuple[str, ...], part: RatioPart, kind: Kind, window: int | None, decimals: int | None
) -> Part:
    document = study.project_document
    if part.column is not None:
        snippet = Snippet(part.column, document.place(*path, "column"), exact=True)
        source = study.experiment.audience.source
        binary = kind == "proportion"
        hint = decimals if kind == "mean" else None
        return Part(source, "own", ColumnRef(part.column), None, None, hint, binary, value_snippet=snippet)
    assert part.source is not None
    assert window is not None
    aggregates: dict[Kind, Aggregate] = {"proportion": "any", "count": "count"}
    aggregate = aggregates.get(kind, "sum")
    value_snippet = where_snippet = value = where = None
    if part.where is not None:
        where_snippet = snippet_at(document, *path, "where", text=part.where)
        where = parse(where_snippet)
    if aggregate == "sum" and part.value is not None:
        value_snippet = snippet_at(document, *path, "value", text=part.value)
        value = parse(value_snippet)
    return Part(
        source=part.source,
        aggregate=aggregate,
        value=value,
        where=where,
        window=window,
        decimals=decimals if aggregate == "sum" else None,
        binary=kind == "proportion",
        value_snippet=value_snippet,
        where_snippet=where_snippet,
    )
