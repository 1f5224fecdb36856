"""Which metric of an experiment holds its revenue: money is read from that one."""

from __future__ import annotations

from uplift.spec.experiment import Guardrail, Primary, Secondary
from uplift.spec.study import Study

Use = Primary | Secondary | Guardrail


def revenue_use(study: Study) -> Use | None:
    """The use of a metric that revenue is read from: the first mean in the project's money that is not conditional."""
    metrics = study.experiment.metrics
    uses: tuple[Use, ...] = (metrics.primary, *metrics.secondary, *metrics.guardrails)
    for use in uses:
        definition = study.metric(use.metric)
        money = definition.format == "money" and definition.currency in (None, study.project.currency)
        if money and definition.kind == "mean" and not definition.conditional:
            return use
    return None
