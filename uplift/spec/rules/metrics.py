"""Metrics in their roles: windows, units of effects and margins, what may decide."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from uplift.errors import Problem
from uplift.spec.experiment import Guardrail, Primary, Secondary
from uplift.spec.project import MetricDefinition
from uplift.spec.quantities import Effect, exact_decimal
from uplift.spec.study import KeyPath, Study

Use = Primary | Secondary | Guardrail


def uses(study: Study) -> Iterator[tuple[KeyPath, Use]]:
    """Every use of a metric with its path: primary, secondary, guardrails."""
    metrics = study.experiment.metrics
    yield ("metrics", "primary"), metrics.primary
    for index, secondary in enumerate(metrics.secondary):
        yield ("metrics", "secondary", index), secondary
    for index, guardrail in enumerate(metrics.guardrails):
        yield ("metrics", "guardrails", index), guardrail


def no_conditional_primary(study: Study) -> Iterator[Problem]:
    """A ratio whose denominator the treatment can change compares buyers with other buyers."""
    primary = study.experiment.metrics.primary
    definition = study.project.metrics.get(primary.metric)
    if definition is not None and definition.conditional:
        yield Problem(
            "UP206",
            f"'{primary.metric}' has a denominator the treatment can change; as primary metric it does not compare "
            "like with like",
            "use a per-contact metric (e.g. revenue per contact) as primary",
            study.document.place("metrics", "primary", "metric"),
            level="warning",
        )


def no_surrogate_primary(study: Study) -> Iterator[Problem]:
    """A prediction may be reported; what decides is measured."""
    primary = study.experiment.metrics.primary
    definition = study.project.metrics.get(primary.metric)
    if definition is not None and definition.model is not None:
        yield Problem(
            "UP672",
            f"'{primary.metric}' is what a model expects, not what was earned: a surrogate would decide",
            "decide on a measured metric (e.g. revenue per contact) and report this one as secondary",
            study.document.place("metrics", "primary", "metric"),
            level="warning",
        )


def effects_have_fitting_units(study: Study) -> Iterator[Problem]:
    """`mde` and `margin` are positive and in a unit that the metric's kind knows."""
    for path, use in uses(study):
        if isinstance(use, Secondary):
            continue
        key, effect = ("mde", use.mde) if isinstance(use, Primary) else ("margin", use.margin)
        place = study.document.place(*path, key)
        if effect.value <= 0:
            yield Problem(
                "UP105",
                f"{key} {effect} is not above zero",
                "write its size without a sign; `better` says which direction is good",
                place,
            )
            continue
        definition = study.project.metrics.get(use.metric)
        if definition is None:
            continue
        wrong = _unit_problem(study, key, use, effect, definition)
        if wrong is not None:
            yield Problem(*wrong, place)


def event_metrics_have_windows(study: Study) -> Iterator[Problem]:
    """Events count within a window; a column of a wide file already is what it is."""
    for path, use in uses(study):
        definition = study.project.metrics.get(use.metric)
        if definition is None:
            continue
        if definition.reads_events and use.window is None:
            yield Problem(
                "UP217",
                f"'{use.metric}' counts events and needs a window (days from assignment)",
                "add window: 30d",
                study.document.place(*path),
            )
        if not definition.reads_events and use.window is not None:
            yield Problem(
                "UP217",
                f"'{use.metric}' is a column of a wide file; a window can't be applied to it",
                "delete the window, or define the metric on an event source",
                study.document.place(*path, "window", of="key"),
            )


def no_metric_twice(study: Study) -> Iterator[Problem]:
    """The same metric with the same window has one role."""
    seen: dict[tuple[str, int | None], KeyPath] = {}
    for path, use in uses(study):
        key = (use.metric, use.window.days if use.window else None)
        if key in seen:
            yield Problem(
                "UP231",
                f"'{use.metric}' is listed twice (first under {seen[key][1]})",
                "keep the role that decides",
                study.document.place(*path, "metric"),
            )
        seen.setdefault(key, path)


def baselines_fit_their_metrics(study: Study) -> Iterator[Problem]:
    """The baseline of a proportion is a share."""
    for name, baseline in study.experiment.design.baselines.items():
        definition = study.project.metrics.get(name)
        if definition is None or definition.kind != "proportion" or baseline.value is None:
            continue
        document = study.document
        path = ("design", "baselines", name, "value")
        if path not in document.values:
            continue
        if baseline.value > 1:
            number = exact_decimal(baseline.value) or str(baseline.value)
            yield Problem(
                "UP104", f"{number} is ambiguous: did you mean {number}% ?", f"write {number}%", document.place(*path)
            )
        elif not 0 < baseline.value < 1:
            yield Problem(
                "UP105", f"a proportion can't start from {float(baseline.value):.0%}",
                "write the share without treatment, e.g. 9.0%", document.place(*path)
            )  # fmt: skip


def _unit_problem(
    study: Study, key: str, use: Use, effect: Effect, definition: MetricDefinition
) -> tuple[str, str, str] | None:
    share = definition.kind == "proportion" or definition.format == "percent"
    currency = definition.currency or study.project.currency
    written = f"{key} '{effect}'"
    if share:
        if effect.unit != "absolute":
            return None
        if effect.currency:
            fix = "write 5% (relative) or 1.0pp (points)"
            return "UP207", f"{written} is an amount of money, '{use.metric}' is a share", fix
        baseline = study.experiment.design.baselines.get(use.metric)
        return "UP207", f"{written} has no unit", _readings(effect, baseline.value if baseline else None)
    if effect.unit == "points":
        number = exact_decimal(effect.value * 100) or str(effect)
        fix = f"write {number}% (relative) or an amount in its unit"
        return "UP207", f"{written} is in points, '{use.metric}' is not a share", fix
    if effect.unit == "relative":
        return None
    if definition.format == "money" and effect.currency is None:
        return "UP207", f"{written} has no unit", f"write {effect}% (relative) or {effect} {currency} (absolute)"
    if effect.currency is not None and (definition.format != "money" or effect.currency != currency):
        right = f"in {currency}" if definition.format == "money" else "without a currency"
        said = f"'{use.metric}' is {'in ' + currency if definition.format == 'money' else 'not money'}"
        return "UP228", f"{written} is in {effect.currency}, {said}", f"state it {right}"
    return None


def _readings(effect: Effect, baseline: Fraction | None) -> str:
    """Every reading of a number without a unit, with what it would mean for a known baseline."""
    number = exact_decimal(effect.value) or str(effect)
    relative, points = effect.value / 100, effect.value / 100
    readings = [
        (f"{number}%", "relative", None if baseline is None else baseline * (1 + relative)),
        (f"{number}pp", "points", None if baseline is None else baseline + points),
    ]
    if effect.value < 1:
        percent = exact_decimal(effect.value * 100) or str(effect)
        readings.insert(0, (f"{percent}%", "relative", None if baseline is None else baseline * (1 + effect.value)))
    texts = []
    for text, kind, then in readings:
        means = "" if baseline is None or then is None else f": {_share(baseline)} → {_share(then)}"
        texts.append(f"{text} ({kind}{means})")
    return "write " + " or ".join(texts)


def _share(share: Fraction) -> str:
    text = f"{float(share * 100):.3f}".rstrip("0")
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals or '0'} %"


RULES = (
    no_surrogate_primary,
    no_conditional_primary,
    effects_have_fitting_units,
    event_metrics_have_windows,
    no_metric_twice,
    baselines_fit_their_metrics,
)
