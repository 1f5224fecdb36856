"""What a result repeats of the decision: the experiment's own words, its arms, and what no room evaluates yet."""

from __future__ import annotations

from uplift.results import ArmCount, ExperimentFacts
from uplift.spec import Study, spec_hash
from uplift.spec.quantities import Money
from uplift.spec.scalars import titled


def experiment_facts(study: Study) -> ExperimentFacts:
    """The experiment as the report repeats it."""
    experiment, project = study.experiment, study.project
    programme = experiment.programme
    return ExperimentFacts(
        id=experiment.id,
        title=titled(experiment.title, experiment.id, project.language),
        owner=experiment.owner,
        hypothesis=_in_one_line(experiment.hypothesis.in_language(project.language)),
        hypotheses=tuple((name, _in_one_line(text)) for name, text in experiment.hypothesis.translations),
        programme=programme.id if programme else None,
        version=programme.version if programme else None,
        status=experiment.status,
        start=experiment.schedule.start,
        enrol_until=experiment.schedule.enrol_until,
        language=project.language,
        currency=project.currency,
        timezone=project.timezone,
        margin=float(experiment.value.margin) if experiment.value else None,
        yaml=study.document.text,
        spec_hash=spec_hash(study),
        titles=experiment.title.translations if experiment.title else (),
    )


def arm_counts(study: Study, assigned: dict[str, int], clusters: dict[str, int] | None = None) -> tuple[ArmCount, ...]:
    """Every arm in bucket order with the contacts (and clusters, where these were drawn) that it got."""
    return tuple(
        ArmCount(
            arm=name,
            title=titled(arm.title, name, study.project.language),
            control=arm.control,
            weight=float(arm.weight),
            assigned=assigned.get(name, 0),
            contact_cost=_amount(arm.contact_cost),
            redemption_cost=_amount(arm.redemption_cost),
            clusters=None if clusters is None else clusters.get(name, 0),
            titles=arm.title.translations if arm.title else (),
        )
        for name, arm in study.experiment.arms.items()
    )


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def _amount(money: Money | None) -> float | None:
    return None if money is None else float(money.amount)
