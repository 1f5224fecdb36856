"""What is needed to say what a treatment earned: a metric of revenue, and redemptions that are counted."""

from __future__ import annotations

from collections.abc import Iterator

from uplift.errors import Problem
from uplift.spec.decision import DecisionError, names_in, parse
from uplift.spec.revenue import revenue_use
from uplift.spec.rules.metrics import uses
from uplift.spec.study import Study


def margin_has_revenue(study: Study) -> Iterator[Problem]:
    """A margin is a share of revenue, and revenue is read from a metric per contact."""
    unknown = any(use.metric not in study.project.metrics for _, use in uses(study))
    if study.experiment.value is None or unknown or revenue_use(study) is not None:
        return
    yield Problem(
        "UP249",
        "no metric of this experiment is revenue per contact, so nobody can say what the treatment earned",
        "add one to metrics.secondary: kind mean, format money, without conditional",
        study.document.place("value", "margin"),
        level="error" if _asks_for_net_value(study) else "warning",
    )


def redemptions_are_counted(study: Study) -> Iterator[Problem]:
    """What a redemption costs is of use only where redemptions are counted."""
    experiment = study.experiment
    if experiment.value is None or experiment.value.redemptions is not None:
        return
    for name, arm in experiment.arms.items():
        if arm.redemption_cost is not None and arm.redemption_cost.amount > 0:
            yield Problem(
                "UP249",
                f"a redemption costs {arm.redemption_cost} in arm '{name}', but nothing says which rows are "
                "redemptions: what is left after all costs stays unknown",
                "add value.redemptions: {source: …, where: …}; or write the cost of one contact into contact_cost",
                study.document.place("arms", name, "redemption_cost"),
                level="error" if _asks_for_net_value(study) else "warning",
            )
            return


def _asks_for_net_value(study: Study) -> bool:
    experiment = study.experiment
    if experiment.targeting is not None and experiment.targeting.outcome == "net_value":
        return True
    rules = (experiment.decision.ship, experiment.decision.stop) if experiment.decision else ()
    return any("net_value" in name for rule in rules if rule for name in _names(rule))


def _names(rule: str) -> Iterator[str]:
    try:
        yield from names_in(parse(rule))
    except DecisionError:  # found by the rule about rules
        return


RULES = (margin_has_revenue, redemptions_are_counted)
