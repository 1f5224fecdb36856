"""What an experiment asks of the data: one number per contact and metric, before any SQL is written."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from uplift.engine.expressions import ColumnRef, Expression
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

    `window` is in days from the day of assignment (None: an own value, which has no rows over time).
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


@dataclass(frozen=True, slots=True)
class MetricPlan:
    """One metric of the experiment: its parts (a ratio has two), when a contact is mature, what is done to outliers."""

    key: str
    name: str
    kind: Kind
    parts: tuple[Part, ...]
    window: int | None
    lag: int
    settles_after: int | None
    upper: Fraction | None

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
    for name, window in metric_uses(study):
        definition = study.metric(name)
        if definition.kind == "quantile":
            place = study.project_document.place("metrics", name, "kind")
            notices.append(Problem("UP586", f"metric {name}: quantiles are not measured yet", "", place, "note"))
            continue
        try:
            plans.append(_metric(study, name, definition, window))
        except SpecError as error:
            problems.extend(error.problems)
    if problems:
        raise SpecError(*problems)
    return tuple(plans), tuple(notices)


def _metric(study: Study, name: str, definition: MetricDefinition, window: int | None) -> MetricPlan:
    parts = tuple(_parts(study, name, definition, window))
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
    )


def _parts(study: Study, name: str, definition: MetricDefinition, window: int | None) -> Iterator[Part]:
    decimals = definition.decimals
    if decimals is None and definition.format == "money":
        decimals = MONEY_DECIMALS
    if definition.kind != "ratio":
        whole = RatioPart(
            source=definition.source, value=definition.value, where=definition.where, column=definition.column
        )
        yield _part(study, name, (), whole, definition.kind, window, decimals)
        return
    for key, part in (("numerator", definition.numerator), ("denominator", definition.denominator)):
        if part is None:
            place = study.project_document.place("metrics", name)
            fix = "give it numerator and denominator"
            raise SpecError(Problem("UP560", f"ratio metric {name} has no {key}", fix=fix, place=place))
        inherited = part if part.source else part.model_copy(update={"source": definition.source})
        hint = decimals if key == "numerator" else None
        yield _part(study, name, (key,), inherited, "count" if part.count else "mean", window, hint)


def _part(
    study: Study,
    name: str,
    path: tuple[str, ...],
    part: RatioPart,
    kind: Kind,
    window: int | None,
    decimals: int | None,
) -> Part:
    document = study.project_document
    source_name = part.source or study.experiment.audience.source
    source = study.source(source_name)
    place = document.place("metrics", name, *path)
    value_snippet = snippet_at(document, "metrics", name, *path, "value", text=part.value) if part.value else None
    where_snippet = snippet_at(document, "metrics", name, *path, "where", text=part.where) if part.where else None
    value = parse(value_snippet) if value_snippet else None
    where = parse(where_snippet) if where_snippet else None
    if part.column is not None:
        value = ColumnRef(part.column)
        at = document.place("metrics", name, *path, "column")
        value_snippet = Snippet(part.column, at, exact=True)
    if source.grain == "contact":
        if value is None and where is None:
            fix = "name its column (column: visit) or an expression (value: a - b)"
            raise SpecError(Problem("UP560", f"metric {name} says neither column nor value", fix=fix, place=place))
        aggregate: Aggregate = "own"
    else:
        if part.column is not None:
            fix = f"write value: {part.column} (rows of a contact are added up), or set the source's grain to contact"
            raise SpecError(Problem("UP560", f"source {source_name} has many rows per contact", fix=fix, place=place))
        if source.id is None:
            fix = f"name the contact id of each row: sources.{source_name}.id; rows without contacts can't be compared"
            at = document.place("sources", source_name)
            raise SpecError(Problem("UP561", f"source {source_name} has no contact id", fix=fix, place=at))
        if source.time is None:
            fix = f"name the time of each row: sources.{source_name}.time"
            at = document.place("sources", source_name)
            raise SpecError(Problem("UP562", f"source {source_name} has no time, so no window", fix=fix, place=at))
        if window is None:
            fix = f"give it one where the experiment uses it: {{metric: {name}, window: 30d}}"
            at = study.document.place("metrics")
            raise SpecError(Problem("UP563", f"metric {name} counts events and has no window", fix=fix, place=at))
        aggregate = {"proportion": "any", "count": "count"}.get(kind, "sum")  # type: ignore[assignment]
        if aggregate == "sum" and value is None:
            fix = "write value: net_amount, or count: true for the number of rows"
            raise SpecError(Problem("UP560", f"metric {name} does not say what is added up", fix=fix, place=place))
    return Part(
        source=source_name,
        aggregate=aggregate,
        value=value,
        where=where,
        window=window if aggregate != "own" else None,
        decimals=decimals if kind in ("mean", "ratio") else None,
        binary=kind == "proportion",
        value_snippet=value_snippet,
        where_snippet=where_snippet,
    )
