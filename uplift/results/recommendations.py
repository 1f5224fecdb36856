"""What a list of recommendations is worth: how much of what customers bought next it had named."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hits:
    """How a way of recommending did: `own` (own frequency), `popular` (the same for all) or a file's model.

    `recall`: how much of what a customer bought his first `most` items held, of as many as they can hold; `hit`: the
    share of customers of whom they held anything. Over the same customers for every way.
    """

    name: str
    recall: float
    hit: float


@dataclass(frozen=True, slots=True)
class Recommendations:
    """The lists as of a day, and what lists made the same way `days` earlier would have been worth.

    `judged` customers bought in the days from `tested_from` on and had bought before.
    """

    as_of: datetime.date
    days: int
    most: int
    customers: int
    items: int
    rows: int
    tested_from: datetime.date
    judged: int
    hits: tuple[Hits, ...]
