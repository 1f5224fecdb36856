"""One metric of the experiment: from its sums per arm to uplifts, increments and guardrail statuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from uplift.engine import MetricSums
from uplift.results import (
    GuardrailStatus,
    Increment,
    Interval,
    MetricResult,
    Uplift,
)
from uplift.results.result import Role
from uplift.spec import Study
from uplift.spec.experiment import Guardrail, Primary, Secondary
from uplift.spec.project import MetricDefinition
from uplift.stats.dunnett import control_loadings, dunnett
from uplift.stats.effects import alternatives, compare, increment
from uplift.stats.moments import Moments
from uplift.stats.multiplicity import holm

Use = Primary | Secondary | Guardrail


@dataclass(frozen=True, slots=True)
class Terms:
    """What every comparison of one experiment shares."""

    interval: str
    alpha: float
    sides: Literal[1, 2]
    correction: Literal["dunnett", "holm", "none"]
    weights: Mapping[str, Fraction]

    def design_ratio(self, control: str, treatment: str) -> float:
        """How unequal the two arms were designed: the larger weight over the smaller."""
        low, high = sorted((self.weights[control], self.weights[treatment]))
        return float(high / low)


def terms_of(study: Study) -> Terms:
    """The terms that the design gives (the project's defaults are already merged in)."""
    design = study.experiment.design
    weights = {name: arm.weight for name, arm in study.experiment.arms.items()}
    return Terms(design.interval, design.alpha, design.sides, design.correction, weights)


def uses_of(study: Study) -> tuple[tuple[Role, Use], ...]:
    """Every metric of the experiment with its role: primary, secondary, guardrails."""
    metrics = study.experiment.metrics
    return (
        ("primary", metrics.primary),
        *(("secondary", use) for use in metrics.secondary),
        *(("guardrail", use) for use in metrics.guardrails),
    )


def metric_result(
    study: Study, role: Role, use: Use, measured: MetricSums, *, terms: Terms, refusal: str | None
) -> MetricResult:
    """The result of one metric; with `refusal` (a failed check) estimates stand but no verdict is given."""
    definition = study.metric(use.metric)
    experiment = study.experiment
    moments = {arm: sums.moments() for arm, sums in measured.by_arm().items()}
    control = experiment.control
    empty = next(iter(moments.values()))
    pairs = [
        _Pair(use.metric, definition, moments.get(control, empty), moments.get(arm, empty), control, arm)
        for arm in experiment.treatments
    ]
    uplifts = [_refused(uplift, refusal) for uplift in _corrected(pairs, terms)]
    others = [
        _refused(other, refusal)
        for pair, uplift in zip(pairs, uplifts, strict=True)
        for other in _alternatives(pair, terms, besides=uplift)
    ]
    return MetricResult(
        name=use.metric,
        title=definition.title or use.metric.replace("_", " "),
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
        alternatives=tuple(others),
        increments=tuple(_increment(u) for u in uplifts) if _adds_up(definition) else (),
        guardrails=tuple((u.treatment.arm, guardrail_status(use, definition, u, refusal)) for u in uplifts)
        if isinstance(use, Guardrail)
        else (),
        winsorised_at=measured.winsorised_at,
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    """One comparison before its test: the metric and both arms."""

    metric: str
    definition: MetricDefinition
    control: Moments
    treatment: Moments
    control_arm: str
    treatment_arm: str


def _corrected(pairs: Sequence[_Pair], terms: Terms) -> list[Uplift]:
    """All arms of one metric: each interval at the level at which the design's correction decided it.

    Holm: the stopping level for those not rejected, no simultaneous coverage. Dunnett: one level for all, intervals
    are simultaneous over the arms. The family is the arms of this metric; metrics have roles instead.
    """
    plain = [_compared(pair, terms, terms.alpha) for pair in pairs]
    if len(pairs) == 1 or terms.correction == "none":
        return plain
    p_values = [uplift.p_value for uplift in plain]
    if terms.correction == "holm":
        decided = holm(p_values, alpha=terms.alpha)
    else:
        sizes = [pair.treatment.n for pair in pairs]
        known = pairs[0].control.n > 0
        loadings = control_loadings(1 / pairs[0].control.n, [1 / n if n else None for n in sizes]) if known else ()
        if not known:
            return plain
        decided = dunnett(p_values, loadings=loadings, alpha=terms.alpha, sides=terms.sides)
    return [
        replace(_compared(pair, terms, d.level), p_adjusted=d.adjusted) for pair, d in zip(pairs, decided, strict=True)
    ]


def _compared(pair: _Pair, terms: Terms, alpha: float) -> Uplift:
    return compare(
        pair.metric,
        pair.definition.kind,
        control=pair.control,
        treatment=pair.treatment,
        control_arm=pair.control_arm,
        treatment_arm=pair.treatment_arm,
        interval=terms.interval,
        alpha=alpha,
        sides=terms.sides,
        alternative=pair.definition.better,
        design_ratio=terms.design_ratio(pair.control_arm, pair.treatment_arm),
    )


def _alternatives(pair: _Pair, terms: Terms, *, besides: Uplift) -> tuple[Uplift, ...]:
    """The same comparison on its own (no correction) by every method, for the appendix."""
    found = alternatives(
        pair.metric,
        pair.definition.kind,
        control=pair.control,
        treatment=pair.treatment,
        control_arm=pair.control_arm,
        treatment_arm=pair.treatment_arm,
        alpha=terms.alpha,
        sides=terms.sides,
        alternative=pair.definition.better,
    )
    shown = (besides.method, besides.confidence)
    return tuple(uplift for uplift in found if (uplift.method, uplift.confidence) != shown)


def _refused(uplift: Uplift, refusal: str | None) -> Uplift:
    return uplift if refusal is None else replace(uplift, direction="refused", refusal=refusal)


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


def guardrail_status(
    use: Guardrail, definition: MetricDefinition, uplift: Uplift, refusal: str | None
) -> GuardrailStatus:
    """Whether the harm is proven, excluded or open: the interval wholly beyond the margin, wholly inside, or neither.

    A margin in points or in the metric's unit is held against the difference, a margin in per cent against the ratio.
    """
    margin, unit = float(use.margin.value), use.margin.unit
    interval = uplift.relative_interval if unit == "relative" else uplift.absolute_interval
    if refusal is not None or interval is None:
        return GuardrailStatus(margin, unit, "refused")
    return GuardrailStatus(margin, unit, _harm(interval, margin, definition.better))


def _harm(interval: Interval, margin: float, better: Literal["up", "down"]) -> Literal["ok", "open", "breached"]:
    low, high = interval.low, interval.high
    if better == "up":  # harm is a fall: mirror it, so that harm is always upwards
        low, high = (None if high is None else -high), (None if low is None else -low)
    if low is not None and low > margin:
        return "breached"
    if high is not None and high < margin:
        return "ok"
    return "open"
