"""Orders up to the contact export: customers who come when they come, and who at some point don't come back.

They lie before every window, so they are in no result; `uplift score` learns from them what to expect of a customer.
Each contact has a rate of his own, leaves after a purchase with a chance of his own and has a taste of his own: such
are the shops that the models of customer value describe. The counts in the contact export are drawn apart from them.
"""

from __future__ import annotations

import numpy as np

from uplift.demo.contacts import Contacts, Integers, Rng
from uplift.demo.orders import DAY, Orders

SEED_APART = 1_000  # a stream of its own: what else is generated stays as it is
YEARS = 3 * 365
MEAN_GAP = 55  # days between purchases of a typical customer


def with_past_orders(orders: Orders, contacts: Contacts, rng: Rng) -> Orders:
    """The orders since the export and those of the past three years, by time and contact."""
    unit = contacts.customer[contacts.orders > 0]
    who, age = _purchases(len(unit), rng)
    n = len(who)
    taste = 5_000 / rng.standard_gamma(4.0, len(unit)) * 3.0  # cents: what a basket of this customer is worth
    cents = np.maximum(500, np.rint(rng.standard_gamma(4.0, n) / 4.0 * taste[who])).astype(np.int64)
    minute = -age * DAY + 6 * 60 + rng.randint(0, 18 * 60, n).astype(np.int64)
    kept = orders.minute >= 0  # the random orders before the export make room for these
    past = (unit[who], minute, cents, _none(n), _none(n))
    columns_now = (orders.customer, orders.minute, orders.cents, orders.cancelled, orders.voucher)
    columns = [np.concatenate([old, new[kept]]) for old, new in zip(past, columns_now, strict=True)]
    order = np.lexsort((columns[0], columns[1]))
    return Orders(*(column[order] for column in columns))


def _purchases(customers: int, rng: Rng) -> tuple[Integers, Integers]:
    """Who bought, and how many days before the export (1: the day before), purchase by purchase."""
    rate = rng.standard_gamma(0.9, customers) / MEAN_GAP
    leaving = rng.beta(0.9, 3.0, customers)
    now = rng.random_sample(customers) * (YEARS - 1)
    here = np.arange(customers)
    bought, ages = [], []
    while len(here):
        bought.append(here)
        ages.append(YEARS - np.floor(now[here]).astype(np.int64))
        stays = here[rng.random_sample(len(here)) > leaving[here]]
        now[stays] += rng.exponential(1.0, len(stays)) / rate[stays]
        here = stays[now[stays] < YEARS]
    return np.concatenate(bought).astype(np.int64), np.concatenate(ages)


def _none(n: int) -> Integers:
    return np.zeros(n, dtype=np.int64)
