"""From the marketer's strategy in the YAML to arms, costs and limits that an allocation understands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from uplift.engine.adapter import Engine, quoted
from uplift.engine.audience import audience
from uplift.errors import DataError, Problem, SpecError
from uplift.spec.quantities import Money
from uplift.spec.revenue import revenue_use
from uplift.spec.study import Study
from uplift.spec.targeting import Strategy
from uplift.targeting.allocation_problem import Limits, Options, TargetingError
from uplift.targeting.contracts import TargetingData
from uplift.targeting.outcomes import NET_VALUE
from uplift.targeting.roster import Roster

Floats = NDArray[np.float64]

UNIT = 1e-6
"""Costs are counted in millionths of the currency: a mail for a fifth of a cent is no whole number of cents."""


@dataclass(frozen=True, slots=True)
class ArmCost:
    """What one treated contact takes from the budget, in the currency: the contact itself, and what is redeemed."""

    contact: float
    redemption: float

    @property
    def total(self) -> float:
        """Both."""
        return self.contact + self.redemption


def strategy_of(study: Study) -> Strategy:
    """The strategy, or one without any limit."""
    targeting = study.experiment.targeting
    return (targeting.strategy if targeting else None) or Strategy.model_construct()


def allowed_arms(study: Study) -> tuple[str, ...]:
    """The treatments that may be chosen, in the order of the YAML. Raises SpecError (UP758) when there is none."""
    allow = strategy_of(study).allow
    found = tuple(name for name in study.experiment.treatments if not allow or name in allow)
    if not found:
        raise SpecError(
            Problem(
                "UP758",
                "the strategy allows no treatment: there is nothing to choose",
                fix=f"allow some of {', '.join(study.experiment.treatments)}, or leave `allow` out",
                place=study.document.place("targeting", "strategy", "allow"),
            )
        )
    return found


def check_strategy(study: Study, *, budget: Money | None = None) -> None:
    """Refuse what can't be kept whatever is learned, before anything is: UP751 a budget, UP758 no arm to choose."""
    allowed_arms(study)
    limits_of(study, 0, budget=budget)


def arm_costs(study: Study, data: TargetingData) -> dict[str, ArmCost]:
    """What each treatment costs per contact, as the experiment saw it: redemptions are measured, not assumed.

    Where net values were not measured, every buyer (contact with the primary metric) counts as one who redeems.
    """
    redeemed = _redemption_spend(study, data)
    costs = {}
    for index, name in enumerate(data.arms[1:], start=1):
        arm = study.experiment.arms[name]
        contact = float(arm.contact_cost.amount) if arm.contact_cost else 0.0
        price = float(arm.redemption_cost.amount) if arm.redemption_cost else 0.0
        own = data.arm == index
        if not price:
            spend = 0.0
        elif redeemed is not None:
            spend = max(float(redeemed[own].mean()), 0.0)
        else:
            spend = price * _buyers(study, data, own)
        costs[name] = ArmCost(contact, spend)
    return costs


def limits_of(study: Study, contacts: int, *, budget: Money | None = None) -> Limits:
    """The strategy's limits for so many contacts; `budget` replaces the YAML's.

    Raises TargetingError (UP751) for a budget in another currency or below zero.
    """
    strategy = strategy_of(study)
    money = budget or strategy.budget
    if money is not None and (money.currency != study.project.currency or money.amount < 0):
        raise TargetingError(
            Problem(
                "UP751",
                f"a budget of {money} can't be spent in a project in {study.project.currency}",
                fix=f"give an amount of at least 0 in {study.project.currency}",
                place=None if budget else study.document.place("targeting", "strategy", "budget"),
            )
        )
    return Limits(
        budget=None if money is None else int(money.amount * Decimal(round(1 / UNIT))),
        caps={name: int(share * contacts) for name, share in strategy.caps.items() if name in allowed_arms(study)},
        capacity=strategy.capacity,
        at_least=0 if strategy.coverage is None else math.ceil(strategy.coverage * contacts),
    )


def options_of(
    study: Study,
    treatments: Sequence[str],
    outcome: str,
    effects: Floats,
    costs: Mapping[str, ArmCost],
    excluded: Mapping[str, NDArray[np.bool_]],
) -> Options:
    """What each contact may get: the model's effects (contacts × treatments), costs, and whom an arm must not reach.

    `outcome` is what the effects are about.

    With `cost_weight` w the gain in money falls by (w − 1) × cost: thrift beyond what the net value already counts.
    """
    arms = allowed_arms(study)
    columns = [list(treatments).index(arm) for arm in arms]
    gain = np.ascontiguousarray(effects[:, columns], dtype=np.float64)
    weight = strategy_of(study).cost_weight
    if weight != 1.0 and outcome == NET_VALUE:
        gain -= (weight - 1.0) * np.array([costs[arm].total for arm in arms])
    cost = np.array([math.ceil(costs[arm].total / UNIT - 1e-6) for arm in arms], dtype=np.int64)
    allowed = None
    if any(excluded[arm].any() for arm in arms if arm in excluded):
        anybody = np.ones(len(gain), dtype=np.bool_)
        allowed = np.column_stack([~excluded[arm] if arm in excluded else anybody for arm in arms])
    return Options(arms, gain, cost, allowed)


def exclusions(engine: Engine, study: Study, listed: NDArray[np.str_], *, cache: Path) -> dict[str, NDArray[np.bool_]]:
    """Per arm, which of the listed contacts `strategy.exclude` names, by what the audience source says today.

    Raises SpecError at the condition when it can't be read or names an unknown column.
    """
    found = {}
    for arm, where in strategy_of(study).exclude.items():
        experiment = study.experiment
        narrowed = experiment.audience.model_copy(update={"where": where})
        asked = replace(study, experiment=experiment.model_copy(update={"audience": narrowed}))
        place = study.document.place("targeting", "strategy", "exclude", arm)
        try:
            who = audience(engine, asked, cache=cache)
            ids = [str(row[0]) for row in engine.run(f"SELECT unit_id FROM {quoted(who.view)}")]
        except (SpecError, DataError) as error:
            raise SpecError(*(replace(problem, place=place) for problem in error.problems)) from error
        found[arm] = np.isin(listed, np.array(ids, dtype=np.str_)) if ids else np.zeros(len(listed), dtype=np.bool_)
    return found


def forbidden(engine: Engine, study: Study, roster: Roster, *, cache: Path) -> dict[str, NDArray[np.bool_]]:
    """Per arm, whom it must not reach: by the strategy's rules, and whoever is held out on the day of the list."""
    found = exclusions(engine, study, roster.ids, cache=cache)
    if not roster.held_out.any():
        return found
    return {arm: roster.held_out | found.get(arm, False) for arm in study.experiment.treatments}


def _redemption_spend(study: Study, data: TargetingData) -> Floats | None:
    """What each contact redeemed, in money: margin × revenue − contact cost − net value."""
    use, value = revenue_use(study), study.experiment.value
    if NET_VALUE not in data.outcomes or use is None or value is None or use.metric not in data.outcomes:
        return None
    costs = [study.experiment.arms[name].contact_cost for name in data.arms]
    contact = np.array([float(cost.amount) if cost else 0.0 for cost in costs])
    revenue = data.outcomes[use.metric].values
    return np.asarray(float(value.margin) * revenue - contact[data.arm] - data.outcomes[NET_VALUE].values)


def _buyers(study: Study, data: TargetingData, own: NDArray[np.bool_]) -> float:
    """The share of contacts who could have redeemed something: those with any of the primary metric."""
    primary = data.outcomes.get(study.experiment.metrics.primary.metric)
    return 1.0 if primary is None else float((primary.values[own] > 0).mean())
