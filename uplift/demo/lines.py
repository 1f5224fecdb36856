"""What was in the orders of the last three months: one to three categories each, mostly a customer's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from uplift.demo.contacts import Integers, Rng
from uplift.demo.orders import DAY, Orders

SEED_APART = 3_000
DAYS = 91
CATEGORIES = (
    *("Shirts", "Hemden", "Blusen", "Pullover", "Strickjacken", "Jeans", "Hosen", "Röcke", "Kleider", "Jacken"),
    *("Mäntel", "Unterwäsche", "Socken", "Nachtwäsche", "Sportshirts", "Sporthosen", "Sneaker", "Stiefel", "Sandalen"),
    *("Taschen", "Gürtel", "Schals", "Mützen", "Handschuhe", "Schmuck", "Uhren", "Brillen", "Parfum", "Bettwäsche"),
    "Handtücher",
)
FAVOURITES, LOYAL = 3, 0.6


@dataclass(frozen=True, slots=True)
class OrderLines:
    """One row per order and category: the position of the order in the export, whose, when, and what."""

    order: Integers
    customer: Integers
    minute: Integers
    category: Integers


def lines_of(orders: Orders, rng: Rng) -> OrderLines:
    """The lines of all orders that were not cancelled, in the order of the orders."""
    kept = np.flatnonzero((orders.minute >= -DAYS * DAY) & (orders.minute < 0) & (orders.cancelled == 0))
    customers, who = np.unique(orders.customer[kept], return_inverse=True)
    popular = 1.0 / (np.arange(len(CATEGORIES)) + 4.0)
    popular /= popular.sum()
    favourites = rng.choice(len(CATEGORIES), (len(customers), FAVOURITES), p=popular)
    size = rng.randint(1, 4, len(kept))
    row = np.repeat(np.arange(len(kept)), size)
    own = favourites[who.ravel()[row], rng.randint(0, FAVOURITES, len(row))]
    other = rng.choice(len(CATEGORIES), len(row), p=popular)
    category = np.where(rng.random_sample(len(row)) < LOYAL, own, other)
    once = np.unique(np.stack([row, category]), axis=1)
    at = kept[once[0]]
    return OrderLines(at, orders.customer[at], orders.minute[at], once[1])
