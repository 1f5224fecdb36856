"""From scores to the plan of the next campaign: strategy, allocation, honest value, exploration, next experiment."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from uplift.results.targeting import AllocatedArm, AllocationReading, BudgetPoint, Estimate
from uplift.spec.quantities import Money
from uplift.spec.study import Study
from uplift.targeting.allocation import Allocation, allocate
from uplift.targeting.allocation_curve import budget_curve, honest_value
from uplift.targeting.allocation_problem import Limits, Options
from uplift.targeting.contracts import TargetingData
from uplift.targeting.next_experiment import Baseline, Campaign, planned_campaign, project_text
from uplift.targeting.strategy import UNIT, ArmCost, limits_of, options_of
from uplift.targeting.target_files import ListFiles
from uplift.targeting.target_list import Exploration, TargetList, model_id, spend_per_arm, target_list

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TargetPlan:
    """The list, what it costs and is worth, and the campaign that measures it."""

    sent: TargetList
    reading: AllocationReading
    campaign: Campaign


def calibrated(effects: Floats, gamma: Floats, slopes: Sequence[float | None]) -> Floats:
    """Effects at the right level before money is attached to them, per treatment.

    Their mean becomes the doubly robust average effect; their spread is multiplied by the slope of the best linear
    predictor (Chernozhukov et al. 2018) where that is below 1: what a model claims beyond it is noise.
    """
    level = (gamma[:, 1:] - gamma[:, :1]).mean(axis=0)
    shrink = np.array(
        [1.0 if slope is None or not math.isfinite(slope) else min(max(slope, 0.0), 1.0) for slope in slopes]
    )
    return np.asarray(level + shrink * (effects - effects.mean(axis=0)))


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
    options = options_of(study, data, effects, costs, excluded)
    if not options.cost.any():
        return ()
    limits = limits_of(study, data.n, budget=budget)
    return budget_curve(options, _scores(data, gamma, options), limits, unit=UNIT, clusters=data.cluster)


def target_plan(
    study: Study,
    data: TargetingData,
    effects: Floats,
    gamma: Floats,
    costs: Mapping[str, ArmCost],
    excluded: Mapping[str, NDArray[np.bool_]],
    *,
    on: datetime.date,
    files: ListFiles,
    unit: str,
    budget: Money | None = None,
) -> TargetPlan:
    """Allocate, decide how much to leave to chance, draw, and say what the plan is worth.

    Raises TargetingError when the strategy can't be kept (UP751 to UP755).
    """
    options = options_of(study, data, effects, costs, excluded)
    limits = limits_of(study, data.n, budget=budget)
    first = allocate(options, limits)
    name = model_id(study.experiment.id, effects)
    campaign = _campaign(study, data, first, options, name, on=on, files=files, unit=unit)
    learn = study.experiment.targeting.keep_learning if study.experiment.targeting else None
    exploration = Exploration(
        campaign.id,
        campaign.control,
        Fraction(0) if learn is None or learn.treated_among_rest is None else learn.treated_among_rest,
    )
    sent, plan = target_list(data.ids, options, limits, exploration, control=data.arms[0], model=name, allocation=first)
    if plan is not first:
        # Another plan, but the share that was drawn stays.
        control = campaign.control
        campaign = _campaign(study, data, plan, options, name, on=on, files=files, unit=unit, control=control)
    honest = honest_value(plan.choice, _scores(data, gamma, options), clusters=data.cluster)
    return TargetPlan(sent, _reading(sent, plan, options, limits, honest), campaign)


def _scores(data: TargetingData, gamma: Floats, options: Options) -> Floats:
    """The doubly robust scores of control and of the offered arms, in their order."""
    return np.asarray(gamma[:, [0, *(data.arms.index(arm) for arm in options.arms)]])


def _campaign(
    study: Study,
    data: TargetingData,
    plan: Allocation,
    options: Options,
    name: str,
    *,
    on: datetime.date,
    files: ListFiles,
    unit: str,
    control: Fraction | None = None,
) -> Campaign:
    learn = study.experiment.targeting.keep_learning if study.experiment.targeting else None
    asked = control or (learn.control_among_targeted if learn else None)
    targeted = plan.choice > 0
    primary = study.experiment.metrics.primary.metric
    baseline = _baseline(data, primary, targeted)
    expected = None
    if baseline is not None and baseline.value > 0 and targeted.any():
        expected = _effect_on(data, primary, plan, options) / baseline.value
    return planned_campaign(
        study,
        on=on,
        contacts=int(targeted.sum()),
        model=name,
        control=asked,
        baseline=baseline,
        expected=expected,
        project=project_text(study, at=files.csv.parent / "next", list_file=files.parquet, unit=unit),
    )


def _baseline(data: TargetingData, metric: str, targeted: NDArray[np.bool_]) -> Baseline | None:
    """What targeted contacts of the control did, where there are enough to say."""
    outcome = data.outcomes.get(metric)
    rows = targeted & (data.arm == 0)
    if outcome is None or rows.sum() < 2:
        return None
    values = outcome.values[rows]
    return Baseline(float(values.mean()), float(values.std(ddof=1)))


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


def _reading(
    sent: TargetList, plan: Allocation, options: Options, limits: Limits, honest: Estimate
) -> AllocationReading:
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
