"""What the experiment, earlier runs and the marketer's assumptions say about each incentive, ready to be weighed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from uplift.results import Result
from uplift.results.json_form import read
from uplift.results.targeting import IncentiveChoice
from uplift.spec.revenue import revenue_use
from uplift.spec.study import Study
from uplift.targeting.contracts import TargetingData
from uplift.targeting.incentives import ArmMean, Cost, Prior, choose
from uplift.targeting.strategy import ArmCost, allowed_arms

LEAST_SPREAD = 0.02  # of a prior that earlier runs agree on: the next audience is never quite the same


def incentive_choice(study: Study, data: TargetingData, costs: Mapping[str, ArmCost]) -> IncentiveChoice | None:
    """The best single incentive for everybody; None where no margin is declared or the metric has no mean.

    Effects are measured on the primary metric. One unit of it (a buyer) is worth margin × revenue per unit, as all
    arms together show it: the order value is noisier than the number of orders, and an arm's own would be chosen for
    its luck.
    """
    primary = study.experiment.metrics.primary.metric
    metric, value = data.outcomes.get(primary), study.experiment.value
    use = revenue_use(study)
    revenue = data.outcomes.get(use.metric) if use else None
    if metric is None or value is None or revenue is None:
        return None
    measured = [_mean_of(data, primary, index) for index in range(len(data.arms))]
    arms = [arm for arm in measured[1:] if arm.arm in allowed_arms(study)]
    if any(arm.mean <= 0 or arm.standard_error <= 0 for arm in (measured[0], *arms)) or not arms:
        return None
    worth = float(value.margin) * float(revenue.values.mean()) / float(metric.values.mean())
    by_arm = {arm.arm: Cost(costs[arm.arm].contact, costs[arm.arm].redemption / arm.mean) for arm in arms}
    control = study.experiment.arms[study.experiment.control].contact_cost
    by_arm[measured[0].arm] = Cost(float(control.amount) if control else 0.0)
    found = choose(measured[0], arms, unit_value=worth, costs=by_arm, priors=priors_of(study))
    return replace(found, metric=metric.title)


def priors_of(study: Study) -> dict[str, Prior]:
    """Per arm: the YAML's assumption, or else what earlier runs of the programme found."""
    targeting = study.experiment.targeting
    typed = {}
    z = float(ndtri(0.975))
    for name, assumption in targeting.priors.items() if targeting else ():
        uplift, half = float(assumption.uplift.value), float(assumption.half_width.value)
        low, high = math.log1p(uplift - half), math.log1p(uplift + half)
        typed[name] = Prior(math.log1p(uplift), (high - low) / (2 * z), float(assumption.weight), "typed")
    return {**_learned(study), **typed}


def _learned(study: Study) -> dict[str, Prior]:
    """Earlier closed runs of the same programme with the same arm and primary metric, pooled by their precision.

    Their spread between each other counts as well as their errors: N(mean, s.e.² + τ²), τ² by the method of moments.
    """
    runs = _earlier_results(study)
    learned = {}
    for arm in study.experiment.treatments:
        found = [pair for result in runs if (pair := _log_ratio(result, study, arm)) is not None]
        if found:
            effects, errors = np.array(found).T
            weight = errors**-2.0
            mean = float((weight * effects).sum() / weight.sum())
            excess = float((weight * (effects - mean) ** 2).sum()) - (len(found) - 1)
            spare = float(weight.sum() - (weight**2).sum() / weight.sum())
            between = max(excess / spare, 0.0) if len(found) > 1 and spare > 0 else 0.0
            spread = math.sqrt(1 / float(weight.sum()) + between + LEAST_SPREAD**2)
            learned[arm] = Prior(mean, spread, 1.0, "earlier runs")
    return learned


def _earlier_results(study: Study) -> list[Result]:
    """The latest result of each other experiment of the programme that started earlier."""
    programme = study.experiment.programme
    if programme is None:
        return []
    latest: dict[str, Path] = {}
    for path in sorted((study.root / "results").glob("*/*/result.json")):
        latest[path.parent.parent.name] = path
    results = [read(path) for name, path in latest.items() if name != study.experiment.id]
    start = study.experiment.schedule.start
    return [r for r in results if r.experiment.programme == programme.id and r.experiment.start < start]


def _log_ratio(result: Result, study: Study, arm: str) -> tuple[float, float] | None:
    """The log ratio of an arm and its standard error, from the interval that the result shows."""
    if result.primary.name != study.experiment.metrics.primary.metric or not result.trusted:
        return None
    for uplift in result.primary.uplifts:
        interval = uplift.relative_interval
        if uplift.treatment.arm != arm or uplift.relative is None or interval is None:
            continue
        if interval.low is None or interval.high is None or min(interval.low, uplift.relative) <= -1:
            return None
        z = float(ndtri(0.5 + uplift.confidence / 2))
        return math.log1p(uplift.relative), (math.log1p(interval.high) - math.log1p(interval.low)) / (2 * z)
    return None


def _mean_of(data: TargetingData, metric: str, index: int) -> ArmMean:
    """One arm's mean, contacts of a cluster counted together."""
    own = data.arm == index
    values = data.outcomes[metric].values[own]
    error = float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    if data.cluster is not None and len(values) > 1:
        residual = np.bincount(data.cluster[own], weights=values - values.mean())
        clusters = int((np.bincount(data.cluster[own]) > 0).sum())
        if clusters > 1:
            error = math.sqrt(float((residual**2).sum()) * clusters / (clusters - 1)) / len(values)
    return ArmMean(data.arms[index], float(values.mean()), error)
