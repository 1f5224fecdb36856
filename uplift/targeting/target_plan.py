"""From scores to the plan of the next campaign: strategy, allocation, honest value, exploration, next experiment."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from uplift.design.intracluster import SizeClass, anova_icc
from uplift.errors import Problem
from uplift.results.targeting import AllocatedArm, AllocationReading, BudgetPoint, Estimate
from uplift.spec.quantities import Money
from uplift.spec.study import Study
from uplift.targeting.allocation import Allocation, allocate
from uplift.targeting.allocation_curve import budget_curve, honest_value
from uplift.targeting.allocation_problem import Limits, Options
from uplift.targeting.contracts import TargetingData
from uplift.targeting.next_experiment import Baseline, Campaign, Households, planned_campaign, project_text
from uplift.targeting.roster import Roster
from uplift.targeting.strategy import UNIT, ArmCost, limits_of, options_of
from uplift.targeting.target_files import ListFiles
from uplift.targeting.target_list import (
    Exploration,
    TargetList,
    drawn_by,
    model_id,
    spend_of,
    spend_per_arm,
    target_list,
)

Floats = NDArray[np.float64]
Notice = Callable[[Problem], None]


@dataclass(frozen=True, slots=True)
class TargetPlan:
    """The list, what it costs and is worth, and the campaign that measures it."""

    sent: TargetList
    reading: AllocationReading
    campaign: Campaign


def value_over_budget(
    study: Study,
    data: TargetingData,
    effects: Floats,
    gamma: Floats,
    costs: Mapping[str, ArmCost],
    excluded: Mapping[str, NDArray[np.bool_]],
    *,
    budget: Money | None = None,
) -> tuple[BudgetPoint, ...]:
    """What each step of the budget buys; nothing where no arm costs anything."""
    options = options_of(study, data.treatments, next(iter(data.outcomes)), effects, costs, excluded)
    if not options.cost.any():
        return ()
    limits = limits_of(study, data.n, budget=budget)
    return budget_curve(options, _scores(data, gamma, options), limits, unit=UNIT, clusters=data.cluster)


def target_plan(
    study: Study,
    data: TargetingData,
    roster: Roster,
    effects: Floats,
    gamma: Floats,
    costs: Mapping[str, ArmCost],
    excluded: Mapping[str, NDArray[np.bool_]],
    *,
    on: datetime.date,
    files: ListFiles,
    budget: Money | None = None,
    notice: Notice = lambda _problem: None,
) -> TargetPlan:
    """Allocate, decide how much to leave to chance, draw, and say what the plan is worth.

    Raises TargetingError when the strategy can't be kept (UP751 to UP755).
    """
    options = options_of(study, data.treatments, next(iter(data.outcomes)), effects, costs, excluded)
    primary = study.experiment.metrics.primary.metric

    def seen(plan: Allocation) -> tuple[Baseline | None, float | None]:
        """What targeted contacts of the control did in the test, and the plan's relative effect on them."""
        targeted = plan.choice > 0
        baseline = _baseline(data, primary, targeted)
        if baseline is None or baseline.value <= 0 or not targeted.any():
            return baseline, None
        return baseline, _effect_on(data, primary, plan, options) / baseline.value

    limits = limits_of(study, data.n, budget=budget)
    name = model_id(study.experiment.id, effects)
    sent, plan, campaign = drawn_plan(
        study, roster, options, limits, name=name, on=on, files=files, seen=seen, notice=notice
    )
    honest = honest_value(plan.choice, _scores(data, gamma, options), clusters=data.cluster)
    return TargetPlan(sent, allocation_reading(sent, plan, options, limits, honest), campaign)


Seen = Callable[[Allocation], tuple[Baseline | None, float | None]]


def drawn_plan(
    study: Study,
    roster: Roster,
    options: Options,
    limits: Limits,
    *,
    name: str,
    on: datetime.date,
    files: ListFiles,
    seen: Seen,
    notice: Notice = lambda _problem: None,
) -> tuple[TargetList, Allocation, Campaign]:
    """The list, the plan that it follows and the campaign that measures it.

    `name` is the model's; `seen` tells what is known of the contacts that a plan treats: their baseline without
    treatment, and the relative effect that the plan is expected to have. `notice` is told (UP759) where most of the
    money goes to contacts that are tried out.
    """
    learn = study.experiment.targeting.keep_learning if study.experiment.targeting else None
    rest = None if learn is None else learn.treated_among_rest
    project = project_text(study, at=files.csv.parent / "next", list_file=files.parquet, unit=unit_name(study))

    def campaign_of(plan: Allocation, control: Fraction | None) -> Campaign:
        baseline, expected = seen(plan)
        return planned_campaign(
            study,
            on=on,
            contacts=int((plan.choice > 0).sum()),
            model=name,
            control=control,
            baseline=baseline,
            expected=expected,
            project=project,
            households=_households(roster, plan),
        )

    first = allocate(options, limits)
    campaign = campaign_of(first, None if learn is None else learn.control_among_targeted)
    sent, plan = target_list(
        roster.ids,
        options,
        limits,
        Exploration(campaign.id, campaign.control, Fraction(0) if rest is None else rest),
        control=study.experiment.control,
        model=name,
        allocation=first,
        household=roster.household,
        carried=roster.carried,
    )
    _tell_of_dear_trials(study, sent, options, limits, notice)
    # Another plan than the first: its campaign is another one, but the share that was drawn stays.
    return sent, plan, campaign if plan is first else campaign_of(plan, campaign.control)


def _tell_of_dear_trials(study: Study, sent: TargetList, options: Options, limits: Limits, notice: Notice) -> None:
    tried = sent.of_role("tried_out")
    whole, spent = spend_of(sent, options), spend_of(sent, options, among=tried)
    if limits.budget is not None and 2 * spent > whole:
        share = f"{100 * spent / whole:.0f}%"
        message = f"{share} of what the list costs goes to {int(tried.sum()):,} contacts that are tried out by chance"
        fix = "lower targeting.keep_learning.treated_among_rest, or raise the budget"
        place = study.document.place("targeting", "keep_learning", "treated_among_rest")
        notice(Problem("UP759", message, fix, place, "warning"))


def _households(roster: Roster, plan: Allocation) -> Households | None:
    """The households of the contacts that a plan treats."""
    if roster.household is None:
        return None
    units = drawn_by(roster.ids, roster.household)[plan.choice > 0]
    sizes = np.unique(units, return_counts=True)[1]
    if not len(sizes):
        return Households(0, 0.0)
    return Households(len(sizes), float(sizes.std() / sizes.mean()))


def _scores(data: TargetingData, gamma: Floats, options: Options) -> Floats:
    """The doubly robust scores of control and of the offered arms, in their order."""
    return np.asarray(gamma[:, [0, *(data.arms.index(arm) for arm in options.arms)]])


def _baseline(data: TargetingData, metric: str, targeted: NDArray[np.bool_]) -> Baseline | None:
    """What targeted contacts of the control did, where there are enough to say."""
    outcome = data.outcomes.get(metric)
    rows = targeted & (data.arm == 0)
    if outcome is None or rows.sum() < 2:
        return None
    values = outcome.values[rows]
    alike = None if data.cluster is None else _correlation(values, data.cluster[rows])
    return Baseline(float(values.mean()), float(values.std(ddof=1)), alike)


def _correlation(values: Floats, clusters: NDArray[np.int64]) -> float:
    """How much contacts of one household resemble each other (ANOVA); 0 where no two of them are targeted."""
    _, own, size = np.unique(clusters, return_inverse=True, return_counts=True)
    whole = np.rint(values * 100).astype(np.int64)  # shares are whole anyway, money is cents
    total = np.zeros(len(size), dtype=np.int64)
    np.add.at(total, own, whole)
    classes = []
    for m in np.unique(size).tolist():
        of, members = total[size == m].astype(object), whole[size[own] == m].astype(object)
        y, yy, within, k = int(of.sum()), int((of * of).sum()), int((members * members).sum()), int((size == m).sum())
        classes.append(SizeClass(m, k, (y, m * k), (yy, m * y, m * m * k), (within, int(members.sum()), len(members))))
    found = anova_icc(classes)
    return 0.0 if found is None else max(0.0, found)


def _effect_on(data: TargetingData, metric: str, plan: Allocation, options: Options) -> float:
    """The plan's effect on a metric per targeted contact: those who got by chance what the plan gives, against control.

    Weighted by the inverse of their known probabilities (SNIPS).
    """
    values = data.outcomes[metric].values
    arm = np.array([0, *(data.arms.index(name) for name in options.arms)])[plan.choice]
    targeted = plan.choice > 0
    means = []
    for wanted in (arm, np.zeros_like(arm)):
        rows = targeted & (data.arm == wanted)
        weight = 1 / data.propensity[np.flatnonzero(rows), data.arm[rows]]
        means.append(float((weight * values[rows]).sum() / weight.sum()) if rows.any() else math.nan)
    effect = means[0] - means[1]
    return effect if math.isfinite(effect) else 0.0


def allocation_reading(
    sent: TargetList, plan: Allocation, options: Options, limits: Limits, honest: Estimate | None
) -> AllocationReading:
    """What a report says of a list; `honest` is None for contacts that were in no test."""
    spends = [0.0, *(spend * UNIT for spend in spend_per_arm(sent, options))]
    arms = tuple(
        AllocatedArm(name, contacts, spend) for (name, contacts), spend in zip(sent.counts, spends, strict=True)
    )
    return AllocationReading(
        arms=arms,
        planned=plan.treated,
        budget=None if limits.budget is None else limits.budget * UNIT,
        spend=sum(spends),
        value=plan.value,
        bound=plan.bound,
        honest=honest,
        price=None if limits.budget is None else plan.price / UNIT,
        held_back=int(sent.of_role("held_back").sum()),
        tried_out=int(sent.of_role("tried_out").sum()),
    )


def unit_name(study: Study) -> str:
    """The name of the id column on the list."""
    unit = study.experiment.unit.id
    return unit if isinstance(unit, str) else "row_number"


def next_folder(files: ListFiles) -> Path:
    """Where the next experiment is written: beside the list."""
    return files.csv.parent
