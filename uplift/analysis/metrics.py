"""One metric of the experiment: from its sums per arm to uplifts, increments and guardrail statuses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from uplift.analysis.comparison import Terms, answers, other_answers, pair_questions_of, questions_of, refused
from uplift.analysis.course import courses_of
from uplift.analysis.covariates import covariates_of
from uplift.analysis.looks import UNPLANNED
from uplift.analysis.quantiles import quantile_uplifts
from uplift.analysis.segments import segments_of
from uplift.engine import MetricSums
from uplift.results import (
    GuardrailStatus,
    Increment,
    MetricResult,
    Uplift,
)
from uplift.results.result import Role
from uplift.spec import Study
from uplift.spec.experiment import Guardrail, Primary, Secondary
from uplift.spec.project import MetricDefinition
from uplift.spec.scalars import titled
from uplift.stats.effects import increment
from uplift.stats.guardrails import guardrail_status

Use = Primary | Secondary | Guardrail


def uses_of(study: Study) -> tuple[tuple[Role, Use], ...]:
    """Every metric of the experiment with its role: primary, secondary, guardrails.

    Guardrails come first where the YAML has them first: what must not get worse is then read before what is hoped for.
    """
    metrics = study.experiment.metrics
    guardrails: tuple[tuple[Role, Use], ...] = tuple(("guardrail", use) for use in metrics.guardrails)
    others: tuple[tuple[Role, Use], ...] = (
        ("primary", metrics.primary),
        *(("secondary", use) for use in metrics.secondary),
    )
    written = [study.document.place("metrics", key, of="key") for key in ("guardrails", "primary")]
    first, second = ((place.line or 0, place.column or 0) for place in written)
    return (*guardrails, *others) if guardrails and first < second else (*others, *guardrails)


def metric_result(
    study: Study,
    role: Role,
    use: Use,
    measured: MetricSums,
    *,
    terms: Terms,
    refusal: str | None,
    refusals: Mapping[str, str] | None = None,
    exploratory: Collection[str] = (),
) -> MetricResult:
    """The result of one metric; with `refusal` (a failed check) estimates stand but no verdict is given.

    `refusals` names a code for the treatments that have no verdict today, `exploratory` the segment columns that were
    declared after the lock.
    """
    definition = study.metric(use.metric)
    experiment = study.experiment
    ranked, arms = definition.kind == "quantile", len(experiment.treatments)
    questions = questions_of(study, use, measured) if not ranked else []
    pairs = pair_questions_of(study, use, measured, terms) if not ranked else []
    codes = {arm: code for arm in experiment.treatments if (code := refusal or (refusals or {}).get(arm))}
    found = quantile_uplifts(study, use, measured, terms=terms) if ranked else answers(questions, terms, pairs)
    uplifts = [refused(uplift, codes) for uplift in found[:arms]]
    wait = refusal or (None if terms.read_out else UNPLANNED)
    between = [refused(uplift, {uplift.treatment.arm: wait} if wait else {}) for uplift in found[arms:]]
    others = [
        refused(other, codes)
        for question, uplift in zip(questions, uplifts, strict=False)  # a quantile has one method
        for other in other_answers(question, terms, besides=uplift)
    ]
    return MetricResult(
        name=use.metric,
        title=titled(definition.title, use.metric.replace("_", " "), study.project.language),
        titles=definition.title.translations if definition.title else (),
        role=role,
        kind=definition.kind,
        format=_format(definition),
        currency=(definition.currency or study.project.currency) if _format(definition) == "money" else None,
        better=definition.better,
        window_days=use.window.days if use.window else None,
        conditional=definition.conditional,
        preliminary=measured.preliminary,
        mature=tuple((arm, measured.mature.get(arm, 0)) for arm in experiment.arms),
        immature=tuple((arm, measured.immature.get(arm, 0)) for arm in experiment.arms),
        uplifts=tuple(uplifts),
        pairs=tuple(between),
        alternatives=tuple(others),
        increments=tuple(_increment(u) for u in uplifts) if _adds_up(definition) else (),
        guardrails=tuple((u.treatment.arm, _guardrail(use, definition, u)) for u in uplifts)
        if isinstance(use, Guardrail)
        else (),
        winsorised_at=measured.winsorised_at,
        segments=segments_of(study, use, measured, terms=terms, refusals=codes, exploratory=exploratory)
        if questions
        else (),
        covariates=covariates_of(questions, terms, refusals=codes, pairs=pairs),
        course=courses_of(study, use, measured, terms=terms),
    )


def _format(definition: MetricDefinition) -> Literal["number", "percent", "money"]:
    if definition.format:
        return definition.format
    return "percent" if definition.kind == "proportion" else "number"


def _adds_up(definition: MetricDefinition) -> bool:
    """Whether effect per contact × contacts means anything: buyers, orders, revenue; not a ratio or a quantile."""
    return definition.kind in ("proportion", "mean", "count")


def _increment(uplift: Uplift) -> Increment:
    total = increment(uplift, n_treatment=uplift.treatment.n)
    return Increment(uplift.treatment.arm, total.value, total.interval)


def _guardrail(use: Guardrail, definition: MetricDefinition, uplift: Uplift) -> GuardrailStatus:
    return guardrail_status(uplift, margin=float(use.margin.value), unit=use.margin.unit, better=definition.better)
