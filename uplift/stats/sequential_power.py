"""How much information a group-sequential plan needs, and when it should give up hope.

Information is counted in units of the planned maximum, so that everything depends on one number: the drift
θ √I_max, the z-value that the planned end would show on average.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.special import ndtri

from uplift.stats.boundaries import NEVER, Boundary, Paths, crossing_probabilities, spending_boundaries
from uplift.stats.roots import root_between
from uplift.stats.spending import Spending


@dataclass(frozen=True, slots=True)
class SequentialPlan:
    """A design with looks: bounds at each information fraction and what they cost.

    `inflation` is the factor on a fixed-horizon sample size that keeps the power, `drift` the effect × √(maximum
    information) that has it. `futility` holds a z-value per interim look (None without a futility rule); the power
    counts every futile look as a stop, although the rule is not binding. `reached` is the probability of having won
    by each look under the planned effect; the expected fractions are the information used on average until a stop.
    """

    boundaries: tuple[Boundary, ...]
    futility: tuple[float, ...] | None
    drift: float
    inflation: float
    reached: tuple[float, ...]
    expected_fraction: float
    expected_fraction_without_effect: float


def plan_sequential(
    spending: Spending,
    fractions: Sequence[float],
    *,
    alpha: float,
    power: float,
    sides: Literal[1, 2] = 2,
    futility: bool = False,
) -> SequentialPlan:
    """The plan with looks at `fractions` of the information (the last one 1).

    >>> plan = plan_sequential(Spending("obrien_fleming"), [0.2, 0.4, 0.6, 0.8, 1], alpha=0.05, power=0.8)
    >>> round(plan.inflation, 3)
    1.025
    """
    bounds = spending_boundaries(spending, fractions, alpha=alpha, sides=sides)
    return plan_for_boundaries(bounds, alpha=alpha, power=power, sides=sides, futility=spending if futility else None)


def plan_for_boundaries(
    boundaries: Sequence[Boundary],
    *,
    alpha: float,
    power: float,
    sides: Literal[1, 2] = 2,
    futility: Spending | None = None,
) -> SequentialPlan:
    """The plan for bounds that are given (classical ones too); `futility` spends 1 − power on giving up early."""
    beta = 1 - power
    fixed = float(ndtri(1 - alpha / sides) + ndtri(power))

    def stops(drift: float) -> tuple[float, ...] | None:
        return None if futility is None else futility_bounds(boundaries, effect=drift, beta=beta, spending=futility)

    def missing(drift: float) -> float:
        return sequential_power(boundaries, drift=drift, futility=stops(drift)) - power

    drift = root_between(missing, 0.5 * fixed, 3 * fixed, within=1e-9)
    lower = _lower(boundaries, stops(drift))
    i = [b.information for b in boundaries]
    under = crossing_probabilities(i, upper=[b.upper for b in boundaries], lower=lower, drift=drift)
    none = crossing_probabilities(i, upper=[b.upper for b in boundaries], lower=lower)
    reached = tuple(sum(under.up[: k + 1]) for k in range(len(i)))
    return SequentialPlan(
        tuple(boundaries),
        stops(drift),
        drift,
        (drift / fixed) ** 2,
        reached,
        _expected(i, under.up, under.down),
        _expected(i, none.up, none.down),
    )


def sequential_power(boundaries: Sequence[Boundary], *, drift: float, futility: Sequence[float] | None = None) -> float:
    """The probability of crossing an upper bound when the effect is `drift` (per √information).

    Futile looks stop the test where `futility` gives their z-values.
    """
    information = [b.information for b in boundaries]
    upper, lower = [b.upper for b in boundaries], _lower(boundaries, futility)
    return sum(crossing_probabilities(information, upper=upper, lower=lower, drift=drift).up)


def futility_bounds(
    boundaries: Sequence[Boundary],
    *,
    effect: float,
    beta: float,
    spending: Spending,
    planned: float | None = None,
) -> tuple[float, ...]:
    """The z-values below which each interim look is hopeless, if the true effect were `effect`.

    The error β of missing that effect is spent like α, over the fractions of the planned information (by default
    that of the last bound). Non-binding: the upper bounds owe nothing to it, so ignoring a futile look costs no
    error of the first kind. No value for the last look: there «not better» is decided by the bound itself.

    Beta spending with non-binding bounds: Pampallona, Tsiatis & Kim (2001), Drug Information Journal 35, 1113–1121.
    """
    total = boundaries[-1].information if planned is None else planned
    paths, spent, found = Paths.start(), 0.0, []
    for here, after in itertools.pairwise(boundaries):
        level = spending.spent(here.information / total, beta)
        bound = min(_futile(paths, here.information, effect, level - spent), here.upper)
        spent = level
        found.append(bound)
        step = after.information - here.information
        paths = paths.onward(here.information, bound, here.upper, effect, step)
    return tuple(found)


def _futile(paths: Paths, information: float, effect: float, error: float) -> float:
    """The z below which the paths fall with probability `error`; −∞ when there is nothing to spend."""

    def excess(z: float) -> float:
        return paths.below(information, z, effect) - error

    low, high = -20.0, 38.0
    if error <= 0 or excess(low) >= 0:
        return -NEVER
    return high if excess(high) < 0 else root_between(excess, low, high)


def _lower(boundaries: Sequence[Boundary], futility: Sequence[float] | None) -> list[float]:
    """Where a path stops below: at the futility bound where there is one, else where the treatment loses."""
    if futility is None:
        return [b.lower for b in boundaries]
    return [max(a, b.lower) for a, b in zip([*futility, -NEVER], boundaries, strict=True)]


def _expected(information: Sequence[float], up: Sequence[float], down: Sequence[float]) -> float:
    """The fraction of the last look's information that is used until a stop, on average."""
    left, total = 1.0, 0.0
    for k, i in enumerate(information):
        stop = left if k + 1 == len(information) else up[k] + down[k]
        total += i * stop
        left -= stop
    return total / information[-1]
