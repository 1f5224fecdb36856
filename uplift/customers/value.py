"""What a customer is worth: probability alive, purchases and revenue to come, the next basket, the own rhythm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uplift.customers import bgnbd, cycle, gammagamma
from uplift.customers.first_baskets import FirstBaskets, first_baskets
from uplift.customers.history import History
from uplift.customers.snapshots import Snapshot, every, snapshot
from uplift.results.customers import Range

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
STEP = 30  # days after which expected revenue is discounted anew
YEAR = 365
FIT_CONTACTS = 300_000
DRAWS, DRAWN_CONTACTS = 100, 2_000


@dataclass(frozen=True, slots=True)
class ValueModels:
    """The fitted models and the terms of a customer's value: horizon in days, interest per year."""

    rate: bgnbd.BgNbd
    baskets: gammagamma.GammaGamma
    rhythm: cycle.Cycle | None
    leads: FirstBaskets | None
    decimals: int
    horizon: int
    discount: float


@dataclass(frozen=True, slots=True)
class Values:
    """Scores by contact, in the order of the snapshot; money in units of 10**-decimals; NaN: there is no answer."""

    alive: Floats
    purchases: Floats
    next_basket: Floats
    next_low: Floats
    next_high: Floats
    value: Integers
    cycle_days: Floats


def train(history: History, *, horizon: int, discount: float) -> ValueModels:
    """Fit the models to the buyers before `history.as_of` (every k-th of them beyond 300,000).

    Raises StatisticsError (UP661, UP663) where too few bought twice.
    """
    buyers = snapshot(history, history.as_of, step=every(history, FIT_CONTACTS)).buyers
    rate = bgnbd.fit(histories_of(buyers))
    baskets = gammagamma.fit(buyers.days, buyers.value / buyers.days)
    return ValueModels(
        rate=rate,
        baskets=baskets,
        rhythm=cycle.rhythm_of(buyers),
        leads=first_baskets(history),
        decimals=history.decimals,
        horizon=horizon,
        discount=discount,
    )


def histories_of(buyers: Snapshot) -> bgnbd.Histories:
    """The purchase histories that BG/NBD sees."""
    return bgnbd.Histories.of(buyers.repeats, buyers.recency, buyers.first)


def values(models: ValueModels, who: Snapshot) -> Values:
    """The scores of contacts with and without purchases."""
    buyer = who.days > 0
    baskets = np.where(buyer, who.days, 1)
    mean = who.value / baskets
    alive = np.where(buyer, bgnbd.probability_alive(models.rate, who.repeats, who.recency, who.first.clip(0)), np.nan)
    expected, discounted = _expected(models, who)
    next_basket = gammagamma.next_basket(models.baskets, baskets, mean)
    low, high = gammagamma.next_basket_interval(models.baskets, baskets, mean)
    if models.leads is not None:
        of_leads = models.leads.of(who)
        next_basket, low, high = (
            np.where(buyer, own, lead) for own, lead in zip((next_basket, low, high), of_leads, strict=True)
        )
    else:
        next_basket, low, high = (np.where(buyer, own, np.nan) for own in (next_basket, low, high))
    worth = np.where(buyer, alive * discounted * next_basket, 0.0)
    days = np.full(len(who), np.nan)
    if models.rhythm is not None:
        days = np.where(buyer, cycle.days_between(models.rhythm, who.gaps, who.log_gaps), np.nan)
    return Values(
        alive=alive,
        purchases=np.where(buyer, alive * expected, np.nan),
        next_basket=next_basket,
        next_low=low,
        next_high=high,
        value=np.rint(worth).astype(np.int64),
        cycle_days=days,
    )


def _expected(models: ValueModels, who: Snapshot) -> tuple[Floats, Floats]:
    """Purchases within the horizon if alive, plain and discounted to today; once per distinct (repeats, age)."""
    repeats, age, where = _pairs(who)
    plain, discounted = purchases_over(models, repeats, age)
    return plain[where], discounted[where]


def _pairs(who: Snapshot) -> tuple[Integers, Integers, NDArray[np.intp]]:
    """The distinct pairs of repeats and age, and which of them each contact has."""
    base = int(who.first.max(initial=0)) + 1
    keys, where = np.unique(who.repeats * base + who.first.clip(0), return_inverse=True)
    return keys // base, keys % base, where.ravel()


def purchases_over(models: ValueModels, repeats: Integers, age: Integers) -> tuple[Floats, Floats]:
    """Expected purchases of living customers within the horizon, plain and discounted to the middle of each step."""
    before = np.zeros(len(repeats))
    discounted = np.zeros(len(repeats))
    start = 0
    while start < models.horizon:
        end = min(start + STEP, models.horizon)
        until = bgnbd.purchases_if_alive(models.rate, repeats, age, float(end))
        discounted += (until - before) / (1 + models.discount) ** ((start + end) / 2 / YEAR)
        before, start = until, end
    return before, discounted


def relative_range(models: ValueModels, history: History, *, seed: int = 7, confidence: float = 0.9) -> Range | None:
    """How far the total value may be off because the parameters are estimated: factors on the total.

    The parameters are drawn from their large-sample distribution and some 2,000 customers valued under each draw.
    What the models leave out (season, newcomers, changed habits) is not in it. None where the fit has no curvature.
    """
    rng = np.random.default_rng(seed)
    rates = models.rate.fit.draws(DRAWS, rng)
    baskets = models.baskets.fit.draws(DRAWS, rng)
    if rates is None or baskets is None:
        return None
    sample = snapshot(history, history.as_of, step=every(history, DRAWN_CONTACTS)).buyers
    best = _total(models, sample)
    if best <= 0:
        return None
    totals = [
        _total(
            ValueModels(
                models.rate.with_parameters(rate),
                models.baskets.with_parameters(basket),
                None,
                None,
                models.decimals,
                models.horizon,
                models.discount,
            ),
            sample,
        )
        / best
        for rate, basket in zip(rates, baskets, strict=True)
    ]
    known = np.array([total for total in totals if np.isfinite(total)])
    low, high = np.quantile(known, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Range(float(low), float(high), confidence)


def _total(models: ValueModels, who: Snapshot) -> float:
    """The value of customers added up, with two steps only: the ratio of totals hardly depends on the grid."""
    repeats, age, where = _pairs(who)
    expected = bgnbd.purchases_if_alive(models.rate, repeats, age, float(models.horizon))[where]
    alive = bgnbd.probability_alive(models.rate, who.repeats, who.recency, who.first)
    basket = gammagamma.next_basket(models.baskets, who.days, who.value / who.days)
    return float((alive * expected * basket).sum())
