"""Value over budget: what each step of the budget buys, as the model believes and as the experiment shows.

The allocation is computed from the model's held-out gains; its value is read from the doubly robust scores of the
same contacts, which the model has not seen. So the curve bends down where the model is wrong, and the distance to the
model's own belief (`plug_in`) is the winner's curse. Intervals are pointwise and hold for the allocation as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from uplift.results.targeting import BudgetPoint, Estimate
from uplift.targeting.allocation import Allocation, allocate
from uplift.targeting.allocation_problem import Limits, Options
from uplift.targeting.influence import mean_of

STEPS = 10


def budget_curve(
    options: Options,
    scores: NDArray[np.float64],
    limits: Limits,
    *,
    unit: float,
    budgets: Sequence[int] | None = None,
    clusters: NDArray[np.int64] | None = None,
    confidence: float = 0.95,
) -> tuple[BudgetPoint, ...]:
    """The value per contact over no treatment at several budgets (default: ten steps up to what is worth spending).

    Budgets that buy the same are one point, and one that buys nothing is none: nothing spent has no interval.

    `scores` (contacts × (1 + arms), the first column for no treatment) are doubly robust scores in money; `unit` is
    what one unit of cost is worth in the currency (0.01 for cents).
    """
    if budgets is None:
        everything = allocate(options, replace(limits, budget=None)).spend
        highest = max(everything, limits.budget or 0)
        budgets = sorted({round(highest * step / STEPS) for step in range(1, STEPS + 1)} | {limits.budget or highest})
    points: list[BudgetPoint] = []
    last = (-1, -1)
    for budget in budgets:
        found = allocate(options, replace(limits, budget=budget, at_least=0))
        bought = (found.spend, found.treated)
        if found.treated and bought != last:
            points.append(_point(found, scores, unit, clusters, confidence))
        last = bought
    return tuple(points)


def honest_value(
    choice: NDArray[np.int64],
    scores: NDArray[np.float64],
    *,
    clusters: NDArray[np.int64] | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """The value per contact of a choice of arms over no treatment, from doubly robust scores, with its interval."""
    rows = np.arange(len(choice))
    return mean_of(scores[rows, choice] - scores[:, 0]).estimate(clusters=clusters, confidence=confidence)


def _point(
    found: Allocation,
    scores: NDArray[np.float64],
    unit: float,
    clusters: NDArray[np.int64] | None,
    confidence: float,
) -> BudgetPoint:
    n = len(found.choice)
    honest = honest_value(found.choice, scores, clusters=clusters, confidence=confidence)
    return BudgetPoint(spent=found.spend * unit, treated=found.treated / n, value=honest, plug_in=found.value / n)
