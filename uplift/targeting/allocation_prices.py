"""What one unit of budget and one place under a cap are worth: the prices at which everybody chooses for themselves.

With a price λ per unit of cost and a price μ per place in an arm, each contact takes the arm with the largest
gain − λ·cost − μ, or nothing. Lagrange duality: the sum of these best values plus price × limit is an upper bound of
what any allocation can bring, whatever the prices; the smallest such bound equals the value of the linear programme
in which contacts may be split (Sinha & Zoltners 1979). Only one price per limit is unknown, however many contacts
there are, so the bound, which is convex and piecewise linear in them, is minimised by cutting planes (Kelley 1960):
first on a sample, then within a box around its answer on everybody whose choice could change within that box.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uplift.targeting.allocation_problem import Limits, Options, best_option

SAMPLE = 40_000
TOLERANCE, MANY, ROUGH = 1e-8, 1e-7, 1e-5  # of the bound, relative: on few, on many contacts, on the sample
PRECISION = 1e-10  # of the linear programme's feasibility
ROUNDS, BOXES = 400, 6


@dataclass(frozen=True, slots=True)
class Prices:
    """Per unit of cost; per place in each arm; per treated contact (negative: a bonus for minimum coverage)."""

    budget: float
    arms: NDArray[np.float64]
    treated: float
    bound: float  # no allocation within the limits is worth more


@dataclass(frozen=True, slots=True)
class _Limit:
    """One priced limit: where it stands in the usage vector, its bound and the side on which its price lies."""

    at: int
    limit: float
    bonus: bool


def prices(options: Options, limits: Limits) -> Prices:
    """The prices that minimise the bound; limits that do not bind have price 0."""
    priced = _priced(options, limits)
    unlimited, largest_ratio, largest = _scales(options)
    if not priced or (unlimited <= 0 and not limits.at_least):
        return _as_prices(np.zeros(len(priced)), priced, len(options.arms), unlimited)
    n = options.contacts
    highest = np.array([_highest(limit, largest_ratio, largest) for limit in priced])
    low = np.where([limit.bonus for limit in priced], -highest, 0.0)
    high = np.where([limit.bonus for limit in priced], 0.0, highest)
    if n <= SAMPLE:
        found, bound = _minimise(options, _NOBODY, priced, low, high)
        return _as_prices(found, priced, len(options.arms), bound)
    rows = (np.arange(SAMPLE) * (n / SAMPLE)).astype(np.int64)
    scaled = [_Limit(limit.at, limit.limit * SAMPLE / n, limit.bonus) for limit in priced]
    found, _ = _minimise(_taken(options, rows), _NOBODY, scaled, low, high, tolerance=ROUGH)
    bound = np.inf
    reach = 0.03 * np.abs(found) + 0.0001 * highest
    for _ in range(BOXES):
        box_low, box_high = np.maximum(low, found - reach), np.minimum(high, found + reach)
        undecided, settled = _split(options, priced, box_low, box_high)
        found, bound = _minimise(undecided, settled, priced, box_low, box_high, start=found, tolerance=MANY)
        if not (((found <= box_low) & (box_low > low)) | ((found >= box_high) & (box_high < high))).any():
            break
        reach *= 2
    return _as_prices(found, priced, len(options.arms), bound)


def reduced(options: Options, part: slice, price: Prices) -> NDArray[np.float64]:
    """Gain minus prices (contacts × arms), −∞ where an arm is not allowed."""
    values = options.gains(part)
    own = price.arms + price.treated
    if options.cost.ndim == 1:
        own = own + price.budget * options.cost
    for index in range(values.shape[1]):
        column = values[:, index]
        if price.budget and options.cost.ndim == 2:
            column -= price.budget * options.cost[part, index]
        if own[index]:
            column -= own[index]
    return values


def _priced(options: Options, limits: Limits) -> list[_Limit]:
    """The limits that could bind, in the order: budget, arms, treated. Usage has one more entry than there are arms."""
    n, k = options.contacts, len(options.arms)
    priced = []
    if limits.budget is not None:
        priced.append(_Limit(0, float(limits.budget), bonus=False))
    for index, arm in enumerate(options.arms):
        if arm in limits.caps and limits.caps[arm] < n:
            priced.append(_Limit(1 + index, float(limits.caps[arm]), bonus=False))
    if limits.capacity is not None and limits.capacity < n:
        priced.append(_Limit(1 + k, float(limits.capacity), bonus=False))
    if limits.at_least > 0:
        priced.append(_Limit(1 + k, float(limits.at_least), bonus=True))
    return priced


def _highest(limit: _Limit, largest_ratio: float, largest: float) -> float:
    """A price that nobody would pay."""
    return largest_ratio if limit.at == 0 else largest


def _scales(options: Options) -> tuple[float, float, float]:
    """The value without limits; the largest gain per unit of cost; the span of gains (both with room)."""
    total, ratio, top, bottom = 0.0, 0.0, 0.0, 0.0
    for part in options.chunks():
        gains, costs = options.gains(part), options.costs(part)
        best = np.maximum(best_option(gains)[1], 0.0)
        total += float(best.sum())
        top = max(top, float(best.max(initial=0.0)))
        open_ = True if options.allowed is None else options.allowed[part]
        bottom = min(bottom, float(gains.min(initial=0.0, where=open_)))
        for index in range(gains.shape[1]):
            ratio = max(ratio, _ratio(gains[:, index] - bottom, costs[:, index]))
    span = top - bottom
    return total, 1.01 * ratio + 1e-300, 2.02 * span + 1e-300


def _ratio(gain: NDArray[np.float64], cost: NDArray[np.int64]) -> float:
    """The largest gain per unit of cost of one arm, of those that cost something."""
    if not len(cost) or cost.strides == (0,):  # the same cost for everybody
        return float(gain.max(initial=0.0)) / int(cost[0]) if len(cost) and cost[0] > 0 else 0.0
    return float(np.divide(gain, cost, out=np.zeros(len(gain)), where=cost > 0).max(initial=0.0))


def _taken(options: Options, rows: NDArray[np.int64]) -> Options:
    """Some of the contacts, the columns in one piece: they are looked at many times."""
    return Options(
        options.arms,
        np.asfortranarray(options.gain[rows]),
        np.asfortranarray(options.cost[rows]) if options.cost.ndim == 2 else options.cost,
        None if options.allowed is None else np.asfortranarray(options.allowed[rows]),
    )


@dataclass(frozen=True, slots=True)
class _Settled:
    """Contacts whose choice is the same at all prices of a box: what they gain and what they use."""

    gain: float
    usage: NDArray[np.float64] | None


_NOBODY = _Settled(0.0, None)


def _split(
    options: Options, priced: list[_Limit], low: NDArray[np.float64], high: NDArray[np.float64]
) -> tuple[Options, _Settled]:
    """Those whose choice could change within a box of prices, and what all others choose."""
    k = len(options.arms)
    cheap, dear = (_as_prices(corner, priced, k, 0.0) for corner in (low, high))
    gain, usage, rows = 0.0, np.zeros(k + 2), []
    for part in options.chunks():
        arm, sure = best_option(_with_none(reduced(options, part, dear)))
        most = _with_none(reduced(options, part, cheap))
        most[np.arange(len(arm)), arm] = -np.inf
        settled = sure > best_option(most)[1]
        rows.append(np.flatnonzero(~settled) + part.start)
        taken = np.flatnonzero(settled & (arm > 0))
        chosen = arm[taken] - 1
        gain += float(options.gain[part][taken, chosen].astype(np.float64).sum())
        usage[0] += float(options.costs(part)[taken, chosen].sum())
        usage[1 : k + 1] += np.bincount(chosen, minlength=k)
    usage[k + 1] = usage[1 : k + 1].sum()
    return _taken(options, np.concatenate(rows)), _Settled(gain, usage)


def _with_none(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same with a first column for no arm at all."""
    wider = np.zeros((values.shape[0], values.shape[1] + 1), order="F")
    wider[:, 1:] = values
    return wider


def _minimise(
    options: Options,
    settled: _Settled,
    priced: list[_Limit],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    *,
    start: NDArray[np.float64] | None = None,
    tolerance: float = TOLERANCE,
) -> tuple[NDArray[np.float64], float]:
    """Kelley's cutting planes within a box: the best point and the bound there."""
    if len(priced) == 1:
        return _minimise_one(options, settled, priced, low, high, tolerance)
    from scipy.optimize import linprog

    width = np.where(high > low, high - low, 1.0)
    slopes: list[NDArray[np.float64]] = []
    heights: list[float] = []  # of each plane at the box's low corner
    point = np.clip(np.zeros_like(low) if start is None else start, low, high)
    best_point, best = point, np.inf
    for _ in range(ROUNDS):
        value, usage = _bound(options, settled, priced, point)
        slope = np.array([limit.limit - usage[limit.at] for limit in priced])
        if value < best:
            best_point, best = point, value
        slopes.append(slope * width)
        heights.append(value - float(slope @ (point - low)))
        # Unknowns: the position in the box, 0 to 1 per price, and the height of the envelope over the best so far.
        planes = np.array(slopes)
        scale = max(float(np.abs(planes).max()), 1e-300)
        answer = linprog(
            np.r_[np.zeros(len(low)), 1.0],
            A_ub=np.c_[planes / scale, -np.ones(len(planes))],
            b_ub=(best - np.array(heights)) / scale,
            bounds=[*[(0.0, 1.0)] * len(low), (None, None)],
            method="highs",
            options={"primal_feasibility_tolerance": PRECISION, "dual_feasibility_tolerance": PRECISION},
        )
        corner = answer.x
        if answer.status != 0 or corner is None:
            break
        point = np.clip(low + corner[:-1] * width, low, high)
        if -float(corner[-1]) * scale <= max(tolerance * abs(best), 10 * PRECISION * scale):
            break
    return best_point, float(best)


def _minimise_one(
    options: Options,
    settled: _Settled,
    priced: list[_Limit],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    tolerance: float,
) -> tuple[NDArray[np.float64], float]:
    """The same for a single price: the two planes that enclose the minimum meet below it; every other step halves."""

    def plane(point: float) -> tuple[float, float, float]:
        value, usage = _bound(options, settled, priced, np.array([point]))
        return point, value, priced[0].limit - float(usage[priced[0].at])

    left, right = plane(float(low[0])), plane(float(high[0]))
    if left[2] >= 0 or right[2] <= 0:  # the bound rises, or falls, over the whole box
        point, value, _ = left if left[2] >= 0 else right
        return np.array([point]), value
    for step in range(ROUNDS):
        meeting = (right[1] - left[1] + left[2] * left[0] - right[2] * right[0]) / (left[2] - right[2])
        floor = left[1] + left[2] * (meeting - left[0])
        best = min(left[1], right[1])
        middle = (left[0] + right[0]) / 2
        if best - floor <= tolerance * abs(best) or not left[0] < middle < right[0]:
            break
        found = plane(meeting if step % 2 == 0 and left[0] < meeting < right[0] else middle)
        left, right = (found, right) if found[2] < 0 else (left, found)
    point, value, _ = min(left, right, key=lambda side: side[1])
    return np.array([point]), value


def _bound(
    options: Options, settled: _Settled, priced: list[_Limit], point: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """The bound at some prices, and what everybody's own choice uses: cost, places per arm, treated contacts."""
    price = _as_prices(point, priced, len(options.arms), 0.0)
    k = len(options.arms)
    value, usage = 0.0, np.zeros(k + 2)
    for part in options.chunks():
        arm, best = best_option(reduced(options, part, price))
        taken = best > 0
        value += float(best.sum(where=taken))
        chosen = arm[taken]
        if options.cost.ndim == 2:
            usage[0] += float(options.cost[part][taken, chosen].sum())
        usage[1 : k + 1] += np.bincount(chosen, minlength=k)
    if options.cost.ndim == 1:
        usage[0] = float(usage[1 : k + 1] @ options.cost)
    usage[k + 1] = usage[1 : k + 1].sum()
    used = settled.usage
    if used is not None:
        value += settled.gain - price.budget * used[0] - float((price.arms + price.treated) @ used[1 : k + 1])
        usage += used
    value += float(sum(at * limit.limit for at, limit in zip(point, priced, strict=True)))
    return value, usage


def _as_prices(point: NDArray[np.float64], priced: list[_Limit], arms: int, bound: float) -> Prices:
    budget, treated, per_arm = 0.0, 0.0, np.zeros(arms)
    for price, limit in zip(point, priced, strict=True):
        if limit.at == 0:
            budget = float(price)
        elif limit.at == arms + 1:
            treated += float(price)
        else:
            per_arm[limit.at - 1] = price
    return Prices(budget, per_arm, treated, bound)
