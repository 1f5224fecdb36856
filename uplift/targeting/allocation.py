"""Which contact gets which arm, when money and places are short: the multiple-choice knapsack, almost exactly.

    allocation = allocate(Options(arms, gain, cost), Limits(budget=6_000_000, caps={"voucher_10": 68_000}))
    allocation.choice    # 0: nothing, k: the k-th arm
    allocation.gap       # how much better any other allocation could be, at most

The problem: choose for each contact at most one arm so that the sum of gains is largest, within a budget, caps per
arm, a capacity and a minimum coverage. It is solved by one price per limit (`allocation_prices`) and a repair that
makes every limit hold exactly (`allocation_repair`). Without caps the gap to the bound is at most the gain of one
contact (Sverdrup, Wu, Athey & Wager 2025); it is always computed and returned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from uplift.targeting.allocation_prices import Prices, prices
from uplift.targeting.allocation_problem import Limits, Options, checked, unaffordable, unreachable
from uplift.targeting.allocation_repair import repaired


@dataclass(frozen=True, slots=True)
class Allocation:
    """Who gets what, what it costs and what it is expected to bring.

    `value` is the sum of the gains as the model sees them (not an honest value: see `allocation_curve`), `bound` what
    no allocation within the limits can exceed, `price` what one more unit of budget would bring.
    """

    arms: tuple[str, ...]
    choice: NDArray[np.int64]
    counts: tuple[int, ...]  # contacts per arm
    value: float
    spend: int
    bound: float
    price: float

    @property
    def treated(self) -> int:
        """Contacts that get an arm."""
        return sum(self.counts)

    @property
    def gap(self) -> float:
        """What a perfect allocation could bring more, at most."""
        return max(self.bound - self.value, 0.0)


def allocate(options: Options, limits: Limits) -> Allocation:
    """The best arm for every contact within the limits, which hold exactly.

    Raises TargetingError: UP750 to UP752 for what can't be read, UP753 and UP754 for a minimum coverage that can't be
    had.

    >>> options = Options(("mail",), np.array([[3.0], [1.0], [2.0]]), np.array([10]))
    >>> found = allocate(options, Limits(budget=25))
    >>> found.choice.tolist(), found.spend, found.value, found.bound
    ([1, 0, 1], 20, 5.0, 5.5)
    """
    checked(options, limits)
    offered = _within_reach(options, limits)
    _refuse_unreachable(offered, limits)
    price = prices(offered, limits)
    choice = repaired(offered, limits, price)
    counts = np.bincount(choice, minlength=len(options.arms) + 1)
    return Allocation(
        arms=options.arms,
        choice=choice,
        counts=tuple(int(count) for count in counts[1:]),
        value=_value(options, choice),
        spend=_spend(options, choice),
        bound=price.bound,
        price=price.budget,
    )


def _within_reach(options: Options, limits: Limits) -> Options:
    """Without arms whose cap is 0 and options that cost more than the whole budget: no price is needed for them."""
    closed = np.array([limits.caps.get(arm) == 0 for arm in options.arms], dtype=np.bool_)
    dear = np.zeros(options.cost.shape, dtype=np.bool_)
    if limits.budget is not None:
        dear = options.cost > limits.budget
    if not closed.any() and not dear.any():
        return options
    allowed = np.broadcast_to(~(dear | closed), options.gain.shape)
    return replace(options, allowed=allowed.copy() if options.allowed is None else allowed & options.allowed)


def _refuse_unreachable(options: Options, limits: Limits) -> None:
    """A minimum coverage must be possible under rules, caps and capacity, and then be paid by the budget."""
    wanted = limits.at_least
    if not wanted:
        return
    n = options.contacts
    anybody = n if options.allowed is None else int(options.allowed.any(axis=1).sum())
    capacity = n if limits.capacity is None else limits.capacity
    places = sum(limits.caps.get(arm, n) for arm in options.arms)
    reachable = min(anybody, capacity, places)
    if wanted > reachable:
        raise unreachable(wanted, reachable)
    if limits.budget is None:
        return
    # The cheapest way to treat so many has a bound of its own, whatever the gains.
    thrifty = replace(options, gain=-np.broadcast_to(options.cost, options.gain.shape).astype(np.float64))
    cheapest = -prices(thrifty, replace(limits, budget=None)).bound
    if cheapest > limits.budget * (1 + 1e-9) + 1e-6:
        raise unaffordable(wanted, limits.budget)


def _value(options: Options, choice: NDArray[np.int64]) -> float:
    treated = np.flatnonzero(choice)
    return float(options.gain[treated, choice[treated] - 1].astype(np.float64).sum())


def _spend(options: Options, choice: NDArray[np.int64]) -> int:
    treated = np.flatnonzero(choice)
    arm = choice[treated] - 1
    return int((options.cost[arm] if options.cost.ndim == 1 else options.cost[treated, arm]).sum())


__all__ = ["Allocation", "Limits", "Options", "Prices", "allocate"]
