"""From prices to whole contacts: everybody's own choice, made to respect every limit exactly, then filled up.

At the best prices the own choices use the limits up almost exactly; what is left are the few contacts that are
indifferent (many, where scores are tied). They are moved in bulk, cheapest regret first: out of arms above their cap,
out of too many treated contacts, into treatment while too few are treated, to cheaper options while the budget is
overspent, and last to better options while something is left. Ties go to the contact that stands first.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from uplift.targeting.allocation_prices import Prices, reduced
from uplift.targeting.allocation_problem import Limits, Options, best_option, unaffordable, unreachable

ROUNDS = 200
CLOSE = 2e-7  # of the bound: nothing is left to fill in that anybody could notice
_Moves = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]  # contacts, new arms, order (small first)


class Choices:
    """The arm of every contact (0: none, k: the k-th arm) while it is being repaired, with what it uses."""

    def __init__(self, options: Options, limits: Limits, price: Prices) -> None:
        self.options, self.limits, self.price = options, limits, price
        k = len(options.arms)
        n = options.contacts
        self.caps = np.array([min(limits.caps.get(arm, n), n) for arm in options.arms], dtype=np.int64)
        self.capacity = n if limits.capacity is None else min(limits.capacity, n)
        self.arm = np.zeros(n, dtype=np.int64)
        for part in options.chunks():
            arm, best = best_option(reduced(options, part, price))
            self.arm[part] = np.where(best > 0, arm + 1, 0)
        self.count = np.bincount(self.arm, minlength=k + 1)
        self.spend = self._spend()

    @property
    def treated(self) -> int:
        """Contacts that get an arm."""
        return self.options.contacts - int(self.count[0])

    @property
    def left(self) -> int | None:
        """What is left of the budget; None without one."""
        return None if self.limits.budget is None else self.limits.budget - self.spend

    def cost(self, contacts: NDArray[np.int64], arm: NDArray[np.int64]) -> NDArray[np.int64]:
        """What these contacts cost in these arms."""
        table = self.options.cost
        column = np.maximum(arm - 1, 0)
        costs = table[column] if table.ndim == 1 else table[contacts, column]
        return np.where(arm > 0, costs, 0)

    def move(self, contacts: NDArray[np.int64], arm: NDArray[np.int64]) -> None:
        """Give some contacts another arm."""
        before = self.arm[contacts]
        self.spend += int((self.cost(contacts, arm) - self.cost(contacts, before)).sum())
        k = len(self.options.arms) + 1
        self.count += np.bincount(arm, minlength=k) - np.bincount(before, minlength=k)
        self.arm[contacts] = arm

    def value(self) -> float:
        """The sum of the gains."""
        treated = np.flatnonzero(self.arm)
        return float(self.options.gain[treated, self.arm[treated] - 1].sum(dtype=np.float64))

    def _spend(self) -> int:
        total = 0
        for part in self.options.chunks():
            contacts = np.arange(part.start, part.stop)
            total += int(self.cost(contacts, self.arm[part]).sum())
        return total


def repaired(options: Options, limits: Limits, price: Prices) -> NDArray[np.int64]:
    """The arm of every contact (0: none), within all limits.

    Raises TargetingError: UP753 or UP754 when the minimum coverage can't be had.
    """
    choices = Choices(options, limits, price)
    _respect_caps(choices)
    _respect_capacity(choices)
    _reach_coverage(choices)
    if choices.left is not None and choices.left < 0:
        _save(choices)
    _fill(choices)
    return choices.arm


def _respect_caps(choices: Choices) -> None:
    """Contacts with the smallest regret leave an arm that is above its cap, for the next best with room, or none."""
    for index, cap in enumerate(choices.caps):
        for _ in range(len(choices.caps) + 1):
            over = int(choices.count[index + 1] - cap)
            if over <= 0:
                break
            room = choices.caps - choices.count[1:]
            room[index] = 0

            def leave(part: slice, index: int = index, room: NDArray[np.int64] = room) -> _Moves:
                values = reduced(choices.options, part, choices.price)
                contacts = np.flatnonzero(choices.arm[part] == index + 1)
                others = np.where(room > 0, values[contacts], -np.inf)
                best, other = best_option(others)
                target = np.where(other > 0, best + 1, 0)
                regret = values[contacts, index] - np.maximum(other, 0.0)
                return contacts + part.start, target, regret

            contacts, target, _ = _sorted(choices, leave)
            contacts, target = contacts[:over], target[:over]
            fits = _within_room(target, room)
            choices.move(contacts[fits], target[fits])


def _respect_capacity(choices: Choices) -> None:
    over = choices.treated - choices.capacity
    if over <= 0:
        return

    def leave(part: slice) -> _Moves:
        values = reduced(choices.options, part, choices.price)
        contacts = np.flatnonzero(choices.arm[part] > 0)
        regret = values[contacts, choices.arm[part][contacts] - 1]
        return contacts + part.start, np.zeros(len(contacts), dtype=np.int64), regret

    contacts, target, _ = _sorted(choices, leave)
    choices.move(contacts[:over], target[:over])


def _reach_coverage(choices: Choices) -> None:
    """Untreated contacts that lose least by it are treated until enough are."""
    wanted = choices.limits.at_least
    while choices.treated < wanted:
        room = choices.caps - choices.count[1:]
        before = choices.treated

        def enter(part: slice, room: NDArray[np.int64] = room) -> _Moves:
            values = reduced(choices.options, part, choices.price)
            contacts = np.flatnonzero(choices.arm[part] == 0)
            open_ = np.where(room > 0, values[contacts], -np.inf)
            best, value = best_option(open_)
            possible = np.isfinite(value)
            return contacts[possible] + part.start, best[possible] + 1, -value[possible]

        contacts, target, _ = _sorted(choices, enter)
        contacts, target = contacts[: wanted - before], target[: wanted - before]
        fits = _within_room(target, room)
        choices.move(contacts[fits], target[fits])
        if choices.treated == before or choices.treated > choices.capacity:
            raise unreachable(wanted, min(choices.treated, choices.capacity))


def _save(choices: Choices) -> None:
    """Options that cost less, smallest regret per unit saved first, until the budget is kept."""
    for _ in range(ROUNDS):
        left = choices.left
        assert left is not None
        if left >= 0:
            return
        room = choices.caps - choices.count[1:]
        spare = choices.treated - choices.limits.at_least

        def cheaper(part: slice, room: NDArray[np.int64] = room, spare: int = spare) -> _Moves:
            values = reduced(choices.options, part, choices.price)
            contacts = np.flatnonzero(choices.arm[part] > 0)
            now = choices.arm[part][contacts]
            costs = choices.options.costs(part)[contacts]
            rows = np.arange(len(contacts))
            value, cost = values[contacts], costs[rows, now - 1]
            saved = np.c_[cost, cost[:, None] - costs]
            regret = np.c_[value[rows, now - 1], value[rows, now - 1][:, None] - value]
            possible = (saved > 0) & np.isfinite(regret)
            possible[:, 0] &= spare > 0
            possible[:, 1:] &= room > 0
            rate = np.where(possible, regret / np.where(saved > 0, saved, 1), np.inf)
            target = rate.argmin(axis=1)
            rates = rate[rows, target]
            keep = np.isfinite(rates)
            return contacts[keep] + part.start, target[keep], rates[keep]

        contacts, target, _ = _sorted(choices, cheaper)
        if not len(contacts):
            break
        fits = _within_room(target, room) & (np.cumsum(target == 0) <= spare)
        saved = choices.cost(contacts, choices.arm[contacts]) - choices.cost(contacts, target)
        fits &= np.cumsum(np.where(fits, saved, 0)) - saved < -left
        choices.move(contacts[fits], target[fits])
    if choices.left is not None and choices.left < 0:
        assert choices.limits.budget is not None
        raise unaffordable(choices.limits.at_least, choices.limits.budget)


def _fill(choices: Choices) -> None:
    """Better options while budget and places last, largest gain per unit of cost first."""
    for _ in range(ROUNDS):
        if choices.price.bound - choices.value() <= CLOSE * abs(choices.price.bound):
            return
        left = choices.left
        room = choices.caps - choices.count[1:]
        places = choices.capacity - choices.treated
        spare = choices.treated - choices.limits.at_least

        def better(
            part: slice,
            left: int | None = left,
            room: NDArray[np.int64] = room,
            places: int = places,
            spare: int = spare,
        ) -> _Moves:
            now = choices.arm[part]
            rows, options = np.arange(len(now)), choices.options
            gains, costs = options.gains(part), options.costs(part)
            treated = now > 0
            gain_now = np.where(treated, gains[rows, now - 1], 0.0)
            cost_now = np.where(treated, costs[rows, now - 1], 0)
            best, target = np.full(len(now), -np.inf), np.zeros(len(now), dtype=np.int64)
            for arm in range(gains.shape[1] + 1):
                if (arm > 0 and room[arm - 1] <= 0) or (arm == 0 and spare <= 0):
                    continue
                more = gains[:, arm - 1] - gain_now if arm else -gain_now
                dearer = costs[:, arm - 1] - cost_now if arm else -cost_now
                possible = more > 0
                if left is not None:
                    possible &= dearer <= left
                if arm and places <= 0:
                    possible &= treated
                # Per unit of cost where an option costs more; what costs nothing comes first, the largest gain before.
                paid = dearer > 0
                rate = np.divide(more, dearer, out=_FREE * more, where=paid)
                np.copyto(rate, -np.inf, where=~possible)
                np.putmask(target, rate > best, arm)
                np.maximum(best, rate, out=best)
            contacts = np.flatnonzero(best > -np.inf)
            return contacts + part.start, target[contacts], -best[contacts]

        contacts, target, _ = _sorted(choices, better)
        if not len(contacts):
            return
        dearer = np.maximum(choices.cost(contacts, target) - choices.cost(contacts, choices.arm[contacts]), 0)
        fits = _within_room(target, room)
        fits &= np.cumsum((choices.arm[contacts] == 0) & fits) <= max(places, 0)
        fits |= (choices.arm[contacts] > 0) & _within_room(target, room)
        fits &= ~(target == 0) | (np.cumsum(target == 0) <= spare)
        if left is not None:
            fits &= np.cumsum(np.where(fits, dearer, 0)) <= left
        choices.move(contacts[fits], target[fits])


_FREE = 1e12  # puts what costs nothing before everything that costs something


def _sorted(choices: Choices, moves: Callable[[slice], _Moves]) -> _Moves:
    """All possible moves, the best first; equal ones in the order of the contacts."""
    found = [moves(part) for part in choices.options.chunks()]
    if not found:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, np.zeros(0)
    contacts, target, order = (np.concatenate(column) for column in zip(*found, strict=True))
    best = np.argsort(order, kind="stable")
    return contacts[best], target[best].astype(np.int64), order[best]


def _within_room(target: NDArray[np.int64], room: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which moves still find room in their arm, the first ones first; `none` (0) always has room."""
    fits = np.ones(len(target), dtype=np.bool_)
    for index, places in enumerate(room):
        here = target == index + 1
        fits &= ~here | (np.cumsum(here) <= places)
    return fits
