"""What is maximised: a metric of the experiment per contact, or its net value in money."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uplift.engine.plan import MetricPlan, Part, metric_key
from uplift.engine.value import REDEMPTIONS
from uplift.errors import Problem, SpecError
from uplift.spec.experiment import Primary, Secondary
from uplift.spec.revenue import revenue_use
from uplift.spec.study import Study
from uplift.spec.targeting import Targeting
from uplift.targeting.contracts import Outcome
from uplift.targeting.influence import Floats, Integers

NET_VALUE = "net_value"
Known = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measured:
    """The unit table's columns: values and decimals by part, the plans of the metrics, and each contact's first day.

    `day` counts days since 1970.
    """

    columns: Mapping[Part, tuple[Floats, int]]
    plans: Sequence[MetricPlan]
    day: Floats
    as_of: datetime.date

    def plan(self, key: str) -> MetricPlan:
        """The plan of a metric by its key."""
        return next(p for p in self.plans if p.key == key)

    def values(self, plan: MetricPlan) -> tuple[Floats, Known]:
        """A metric per contact in its own unit, winsorised as declared; and whose window is over and value is there."""
        raw, decimals = self.columns[plan.parts[0]]
        values = raw / 10**decimals
        known = ~np.isnan(values)
        until = plan.mature_until(self.as_of)
        if until is not None:
            known &= self.day <= (until - datetime.date(1970, 1, 1)).days
        if plan.upper is not None and known.any():
            cap = float(np.quantile(values[known], float(plan.upper), method="inverted_cdf"))
            if cap > 0:
                values = np.minimum(values, cap)
        return values, known


def wanted_metrics(study: Study, targeting: Targeting) -> tuple[str, ...]:
    """The outcomes to learn, the one that decides first: `targeting.outcome` or the primary metric, then the others.

    Guardrails, ratios and what is better when smaller are no outcomes. Raises SpecError (UP717) when the named one is
    not among them.
    """
    metrics = study.experiment.metrics
    uses: tuple[Primary | Secondary, ...] = (metrics.primary, *metrics.secondary)
    possible = list(dict.fromkeys(use.metric for use in uses if _can_be_maximised(study, use.metric)))
    first = targeting.outcome or metrics.primary.metric
    if first == NET_VALUE:
        _require_value(study)
        return (NET_VALUE, *possible)
    if first not in possible:
        allowed = ", ".join([NET_VALUE, *possible])
        raise SpecError(
            Problem(
                "UP717",
                f"'{first}' can't be maximised contact by contact",
                fix=f"name one of: {allowed}",
                place=study.document.place("targeting", "outcome"),
            )
        )
    return (first, *(name for name in possible if name != first))


def outcome_of(study: Study, measured: Measured, name: str) -> tuple[Outcome, Known]:
    """A metric as an outcome."""
    metrics = study.experiment.metrics
    uses: tuple[Primary | Secondary, ...] = (metrics.primary, *metrics.secondary)
    use = next(use for use in uses if use.metric == name)
    definition = study.metric(name)
    window = use.window.days if use.window else None
    values, known = measured.values(measured.plan(metric_key(study, name, window)))
    money = definition.format == "money"
    title = definition.title or name.replace("_", " ")
    currency = (definition.currency or study.project.currency) if money else None
    return Outcome(name, title, definition.kind, values, currency), known


def net_value_outcome(study: Study, measured: Measured, *, arm: Integers, arms: Sequence[str]) -> tuple[Outcome, Known]:
    """Margin × revenue − redemption cost × redemptions − contact cost, per contact in the project's currency."""
    _require_value(study)
    use, value = revenue_use(study), study.experiment.value
    assert use is not None
    assert value is not None
    window = use.window.days if use.window else None
    revenue, known = measured.values(measured.plan(metric_key(study, use.metric, window)))
    specs = [study.experiment.arms[name] for name in arms]
    contact = np.array([float(s.contact_cost.amount) if s.contact_cost else 0.0 for s in specs])
    redemption = np.array([float(s.redemption_cost.amount) if s.redemption_cost else 0.0 for s in specs])
    net = float(value.margin) * revenue - contact[arm]
    if redemption.any():
        redeemed, counted = measured.values(measured.plan(REDEMPTIONS))
        net, known = net - redemption[arm] * redeemed, known & counted
    return Outcome(NET_VALUE, "net value", "mean", net, study.project.currency), known


def _can_be_maximised(study: Study, name: str) -> bool:
    definition = study.metric(name)
    return definition.kind in ("proportion", "mean", "count") and definition.better == "up"


def _require_value(study: Study) -> None:
    """Raise SpecError (UP717) where the net value can't be computed from what is declared."""
    value, arms = study.experiment.value, study.experiment.arms.values()
    missing = None
    if value is None:
        missing = "the block `value` with a margin is missing"
    elif revenue_use(study) is None:
        missing = "no metric of the experiment is revenue per contact (kind: mean, format: money)"
    elif any(arm.redemption_cost for arm in arms) and value.redemptions is None:
        missing = "arms have a redemption cost, and `value.redemptions` does not say which rows are redemptions"
    if missing:
        raise SpecError(
            Problem(
                "UP717",
                f"the net value of a contact can't be computed: {missing}",
                fix="declare it, or name a metric as targeting.outcome",
                place=study.document.place("targeting", "outcome"),
            )
        )
