"""Can the guardrails' margins be shown at all? A guardrail that stays open decides nothing."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from dataclasses import dataclass

from uplift.design.assessment import Assessment
from uplift.design.known import Known, explained, known
from uplift.design.margins import shares_against_difference, shares_against_ratio
from uplift.design.power import Shift, power_of
from uplift.errors import Problem
from uplift.spec.experiment import Guardrail
from uplift.spec.study import Study
from uplift.stats.guardrails import power_per_test


@dataclass(frozen=True, slots=True)
class GuardrailPower:
    """How likely a guardrail's interval lies wholly inside its margin, in the weakest arm, when there is no harm."""

    metric: str
    power: float
    required: float


def guardrail_power(
    study: Study, guardrail: Guardrail, assessment: Assessment, baseline: Known
) -> GuardrailPower | None:
    """The power of one guardrail, or None where the baseline can't answer.

    What it needs is `power_per_test`, at an α that is not divided: all of them and the primary metric have to come out.
    """
    experiment = study.experiment
    design, metric = experiment.design, study.metric(guardrail.metric)
    if assessment.control is None or assessment.control.contacts == 0 or metric.kind == "quantile":
        return None
    worse = 1 if metric.better == "down" else -1
    margin = worse * float(guardrail.margin.value)
    cost = assessment.design_effect * (1 - explained(study, baseline, guardrail.window))
    n_control = assessment.control.contacts / cost
    powers = []
    for arm in assessment.treatments:
        shift = (
            _shift(metric.kind, guardrail, margin, baseline, n_control, arm.contacts / cost) if arm.contacts else None
        )
        if shift is None:
            return None
        powers.append(power_of(shift, alpha=design.alpha, sides=design.sides))
    required = power_per_test(design.power, guardrails=len(experiment.metrics.guardrails))
    return GuardrailPower(guardrail.metric, min(powers), required)


def guardrail_findings(study: Study, assessment: Assessment, *, today: datetime.date) -> Iterator[Problem]:
    """UP311 for each guardrail that will probably stay open; a note where nobody can tell."""
    for index, guardrail in enumerate(study.experiment.metrics.guardrails):
        place = study.document.place("metrics", "guardrails", index, "margin")
        baseline = known(study, guardrail.metric, today=today)
        found = guardrail_power(study, guardrail, assessment, baseline) if baseline else None
        if found is None:
            if assessment.audience is not None:
                yield Problem(
                    "UP301",
                    f"power of the guardrail is not checked: no baseline for '{guardrail.metric}'",
                    f"add {guardrail.metric} to design.baselines",
                    study.document.place("metrics", "guardrails", index, "metric"),
                    level="note",
                )
        elif found.power < found.required:
            yield Problem(
                "UP311",
                f"guardrail {guardrail.metric} stays open with a chance of {1 - found.power:.0%} although the "
                f"treatment does no harm (margin {guardrail.margin}, {1 - found.required:.0%} accepted)",
                "accept a wider margin, or a larger control or audience",
                place,
                level="warning",
            )


def _shift(
    kind: str, guardrail: Guardrail, margin: float, baseline: Known, n_control: float, n_treatment: float
) -> Shift | None:
    relative = guardrail.margin.unit == "relative"
    level = baseline.value
    if kind == "proportion":
        if not 0 < level < 1:
            return None
        if relative:
            if margin <= -1:
                return None
            return shares_against_ratio(
                control=level, treatment=level, ratio=1 + margin, n_control=n_control, n_treatment=n_treatment
            )
        if not 0 < level + margin < 1:
            return None
        return shares_against_difference(
            control=level, treatment=level, difference=margin, n_control=n_control, n_treatment=n_treatment
        )
    share = margin if relative else margin / level if level > 0 else -1.0
    if baseline.cv is None or baseline.cv == 0 or share <= -1:
        return None
    control_se, treatment_se = baseline.cv / math.sqrt(n_control), baseline.cv / math.sqrt(n_treatment)
    return Shift(abs(math.log1p(share)), math.hypot(control_se, treatment_se), control_se, treatment_se)
