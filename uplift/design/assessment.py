"""What the numbers of a design say: sizes, power, detectable effect, dates. Everything here is derived, never typed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from uplift.design.known import Known, known
from uplift.design.power import Test, best_control_share
from uplift.design.question import (
    Question,
    decisive_test,
    detectable,
    family,
    looks_cost,
    question_of,
    verdict_chance,
)
from uplift.design.several import Correction, power_of_any, power_of_each
from uplift.design.sizing import ArmSize, Sizes, sizes
from uplift.design.timeline import Look, looks, read_out_date
from uplift.spec.quantities import Effect
from uplift.spec.rules.timing import last_assignment
from uplift.spec.study import Study

Kind = Literal["proportion", "mean", "count", "ratio", "quantile"]
Unanswered = Literal["quantile", "audience", "baseline", "spread", "clusters", "impossible"]


@dataclass(frozen=True, slots=True)
class ArmPower:
    """A treatment arm's contacts and its power against the control; None where it can't be computed."""

    arm: str
    contacts: int
    power: float | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """Is it enough? What can't be computed is None, and `unanswered` says for want of what."""

    experiment: str
    metric: str
    kind: Kind
    mde: Effect
    baseline: Known | None
    required: float
    power_for: Literal["each", "any"]
    alpha: float
    level: float | None  # α of one comparison (of Holm: in its first step)
    sides: int
    comparisons: int
    correction: Correction
    test: Test
    audience: int | None  # eligible contacts, before holdout and layer
    contacts: int | None  # in the arms
    control: ArmSize | None
    treatments: tuple[ArmPower, ...]
    power: float | None  # of the weakest arm, or of at least one where `power_for` is any
    verdict_chance: float | None  # that every arm has the converters without which no verdict is given
    best_control_share: float
    enrolment_ends: datetime.date | None
    read_out: datetime.date | None
    design_effect: float
    explained: float  # share of the variance that variance reduction takes away, as far as it was measured
    looks: tuple[Look, ...]
    looks_cost: float
    unanswered: Unanswered | None
    question: Question | None  # as the gate asks it

    @property
    def detectable(self) -> Effect | None:
        """The smallest effect at the required power; solved when it is asked for."""
        return detectable(self.question) if self.question else None

    @property
    def withheld(self) -> int | None:
        """Contacts that get nothing: those in control."""
        return self.control.contacts if self.control else None

    @property
    def enough(self) -> bool | None:
        """Whether power and control converters reach what is required; None where nobody knows."""
        if self.power is None or self.verdict_chance is None:
            return None
        return min(self.power, self.verdict_chance) >= self.required

    @property
    def weakest(self) -> ArmPower | None:
        """The treatment arm with the least power."""
        answered = [(arm.power, arm) for arm in self.treatments if arm.power is not None]
        return min(answered, key=lambda pair: pair[0])[1] if answered else None


def assess(study: Study, *, today: datetime.date) -> Assessment:
    """Everything that can be derived about a design without data; baselines are labelled by their age `today`."""
    experiment = study.experiment
    design, primary = experiment.design, experiment.metrics.primary
    have, baseline = sizes(study), known(study, primary.metric, today=today)
    missing = missing_for_power(study, baseline)
    question = None
    if missing is None and have is not None and baseline is not None:
        question = question_of(study, audience=have.audience, known=baseline)
        if not question.feasible:
            missing, question = "impossible", None
    arms_at_mde = family(question) if question else None
    powers = power_of_each(arms_at_mde) if arms_at_mde else None
    judged = None
    if arms_at_mde is not None and powers is not None:
        judged = power_of_any(arms_at_mde) if design.power_for == "any" else min(powers)
    arms = len(experiment.treatments)
    return Assessment(
        experiment=experiment.id,
        metric=primary.metric,
        kind=study.metric(primary.metric).kind,
        mde=primary.mde,
        baseline=baseline,
        required=design.power,
        power_for=design.power_for,
        alpha=design.alpha,
        level=arms_at_mde.level if arms_at_mde else None,
        sides=design.sides,
        comparisons=arms if design.comparisons == "vs_control" else arms * (arms + 1) // 2,
        correction=question.correction if question else design.correction,
        test=decisive_test(study, primary.metric),
        audience=have.audience if have else None,
        contacts=have.contacts if have else None,
        control=have.control if have else None,
        treatments=_arm_powers(have, powers),
        power=judged,
        verdict_chance=verdict_chance(question) if question else None,
        best_control_share=best_control_share(arms),
        enrolment_ends=last_assignment(study),
        read_out=read_out_date(study),
        design_effect=question.design_effect if question else 1.0,
        explained=question.explained if question else 0.0,
        looks=looks(study),
        looks_cost=looks_cost(question) if question else 1.0,
        unanswered=missing,
        question=question,
    )


def missing_for_power(study: Study, baseline: Known | None) -> Unanswered | None:
    """What stands in the way of computing the primary metric's power, before its values are judged."""
    experiment = study.experiment
    kind = study.metric(experiment.metrics.primary.metric).kind
    if kind == "quantile":
        return "quantile"
    if experiment.audience.expected_size is None:
        return "audience"
    if baseline is None:
        return "baseline"
    if kind == "proportion":
        if not 0 < baseline.value < 1:
            return "impossible"
    elif baseline.sd is None:
        return "spread"
    elif baseline.value <= 0 or baseline.sd <= 0:
        return "impossible"
    if experiment.unit.cluster is not None and (baseline.icc is None or experiment.audience.expected_clusters is None):
        return "clusters"
    return None


def question(study: Study, *, today: datetime.date) -> tuple[Question, Known] | None:
    """The question behind the assessment with the baseline it rests on, or None where it can't be put."""
    baseline = known(study, study.experiment.metrics.primary.metric, today=today)
    audience = study.experiment.audience.expected_size
    if baseline is None or audience is None or missing_for_power(study, baseline) is not None:
        return None
    found = question_of(study, audience=audience, known=baseline)
    return (found, baseline) if found.feasible else None


def _arm_powers(have: Sizes | None, powers: tuple[float, ...] | None) -> tuple[ArmPower, ...]:
    if have is None:
        return ()
    each = powers or (None,) * len(have.treatments)
    return tuple(ArmPower(arm.arm, arm.contacts, p) for arm, p in zip(have.treatments, each, strict=True))
