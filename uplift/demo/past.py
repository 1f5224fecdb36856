"""Orders up to the contact export: customers who come when they come, and who at some point don't come back.

They lie before every window, so they are in no result; `uplift score` learns from them what to expect of a customer.
Each customer has a rate of his own, leaves after a purchase with a chance of his own and has a taste of his own: such
are the shops that the models of customer value describe. What the contact export says of orders is counted from them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from uplift.demo.contacts import Contacts, Integers, Rng
from uplift.demo.orders import DAY, Orders

SEED_APART = 1_000  # a stream of its own: what else is generated stays as it is
YEARS = 3 * 365
MEAN_GAP = 120  # days between purchases of a typical customer


@dataclass(frozen=True, slots=True)
class Past:
    """The orders before the export, and the contacts with their counts and ages as these orders have them."""

    contacts: Contacts
    orders: Orders


@dataclass(frozen=True, slots=True)
class _Lives:
    """Histories of customers: one row per order (whose, how many days before the export), and per customer a count."""

    who: Integers
    age: Integers
    orders: Integers
    first: Integers
    last: Integers


def past_of(contacts: Contacts, rng: Rng) -> Past:
    """Histories for all contacts who bought: as many orders as their group has (none, one, several).

    Among those with several orders the order of their silences stays: who is said to have bought lately gets a history
    that ends lately.
    """
    once, often = np.flatnonzero(contacts.orders == 1), np.flatnonzero(contacts.orders > 1)
    lives = _lives(2 * len(contacts.customer), rng)
    singles, regulars = np.flatnonzero(lives.orders == 1), np.flatnonzero(lives.orders > 1)
    singles, regulars = singles[: len(once)], regulars[: len(often)]
    regulars = regulars[np.argsort(lives.last[regulars], kind="stable")]
    often = often[np.argsort(contacts.last[often], kind="stable")]
    lived, living = np.concatenate([singles, regulars]), np.concatenate([once, often])
    columns = {"orders": contacts.orders.copy(), "first": contacts.first.copy(), "last": contacts.last.copy()}
    for name, column in columns.items():
        column[living] = getattr(lives, name)[lived]
    position = np.full(len(lives.orders), -1, dtype=np.int64)
    position[lived] = living
    kept = position[lives.who] >= 0
    return Past(replace(contacts, **columns), _orders(contacts, position[lives.who[kept]], lives.age[kept], rng))


def with_past(orders: Orders, past: Orders) -> Orders:
    """The orders since the export and those before it, by time and contact."""
    kept = orders.minute >= 0  # the random orders before the export make room for these
    columns_now = (orders.customer, orders.minute, orders.cents, orders.cancelled, orders.voucher)
    columns_past = (past.customer, past.minute, past.cents, past.cancelled, past.voucher)
    columns = [np.concatenate([old, new[kept]]) for old, new in zip(columns_past, columns_now, strict=True)]
    order = np.lexsort((columns[0], columns[1]))
    return Orders(*(column[order] for column in columns))


def _orders(contacts: Contacts, who: Integers, age: Integers, rng: Rng) -> Orders:
    """Each order with a value around its customer's taste and a minute of the opening hours."""
    n = len(who)
    taste = 5_000 / rng.standard_gamma(4.0, len(contacts.customer)) * 3.0  # cents: a basket of this customer
    cents = np.maximum(500, np.rint(rng.standard_gamma(4.0, n) / 4.0 * taste[who])).astype(np.int64)
    minute = -age * DAY + 6 * 60 + rng.randint(0, 18 * 60, n).astype(np.int64)
    nothing = np.zeros(n, dtype=np.int64)
    return Orders(contacts.customer[who], minute, cents, nothing, nothing)


def _lives(customers: int, rng: Rng) -> _Lives:
    """Who bought, and how many days before the export (1: the day before), order by order."""
    rate = rng.standard_gamma(0.9, customers) / MEAN_GAP
    leaving = rng.beta(0.9, 3.0, customers)
    now = rng.random_sample(customers) * (YEARS - 1)
    here = np.arange(customers)
    bought, ages = [], []
    orders, last = np.zeros(customers, dtype=np.int64), np.zeros(customers, dtype=np.int64)
    first = YEARS - np.floor(now).astype(np.int64)
    while len(here):
        bought.append(here)
        ages.append(YEARS - np.floor(now[here]).astype(np.int64))
        orders[here] += 1
        last[here] = ages[-1]
        stays = here[rng.random_sample(len(here)) > leaving[here]]
        now[stays] += rng.exponential(1.0, len(stays)) / rate[stays]
        here = stays[now[stays] < YEARS]
    return _Lives(np.concatenate(bought).astype(np.int64), np.concatenate(ages), orders, first, last)
