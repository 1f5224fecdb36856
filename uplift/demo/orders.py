"""Orders: one per buyer inside the window, with exactly the designed values, and many that must not count.

What must not count: orders before the assignment day and after the window (some of them a minute outside), cancelled
orders inside it, and orders of contacts who are in no test.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np

from uplift.demo.baskets import baskets
from uplift.demo.contacts import Audience, ContactBase, Integers, Rng
from uplift.demo.designs import EXPORTED_ON, ArmDesign

DAY = 24 * 60
FIRST_DAY = -90  # orders reach back this many days before the export …
LAST_DAY = 105  # … and this many beyond it
VOUCHERS = ("", "SOMMER10", "VERSANDFREI")


@dataclass(frozen=True, slots=True)
class Orders:
    """The order export by column; `minute` counts local minutes since the start of the day of the contact export."""

    customer: Integers
    minute: Integers
    cents: Integers
    cancelled: Integers
    voucher: Integers


def orders_of(base: ContactBase, rng: Rng) -> Orders:
    """All orders, by time and contact."""
    parts = []
    for audience in base.audiences:
        start = minute_of(audience.test.start)
        end = start + audience.test.window_days * DAY
        for name, design in audience.test.arms.items():
            ids = audience.arms[name]
            parts.append(_counted(ids, design, start, end, rng))
            parts.append(_noise(ids, 0.25, FIRST_DAY * DAY, start, rng))
            parts.append(_noise(ids, 0.08, end, LAST_DAY * DAY, rng))
            parts.append(_noise(ids, 0.012, start, end, rng, cancelled=True))
        parts.append(_a_minute_outside(audience, start, end, rng))
    parts.append(_noise(base.outside, 0.6, FIRST_DAY * DAY, LAST_DAY * DAY, rng))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((columns[0], columns[1]))
    return Orders(*(column[order] for column in columns))


def minute_of(day: datetime.date) -> int:
    """The first local minute of a day."""
    return (day - EXPORTED_ON).days * DAY


def opening_hours(n: int, first: int, end: int, rng: Rng) -> Integers:
    """Minutes from midnight `first` to midnight `end`, from 6 o'clock on: no hour that a clock change skips."""
    days = rng.randint(first // DAY, end // DAY, n).astype(np.int64)
    return days * DAY + 6 * 60 + rng.randint(0, 18 * 60, n).astype(np.int64)


Columns = tuple[Integers, Integers, Integers, Integers, Integers]


def _counted(ids: Integers, design: ArmDesign, start: int, end: int, rng: Rng) -> Columns:
    """The orders that make the result; two of them stand on the first and the last minute of the window."""
    buyers = rng.permutation(ids)[: design.buyers]
    minutes = opening_hours(len(buyers), start, end, rng)
    minutes[:2] = start, end - 1
    return (
        buyers,
        minutes,
        baskets(len(buyers), mean=design.mean, sd=design.sd, rng=rng),
        np.zeros(len(buyers), dtype=np.int64),
        _vouchers(len(buyers), rng),
    )


def _noise(ids: Integers, per_contact: float, first: int, end: int, rng: Rng, *, cancelled: bool = False) -> Columns:
    """Orders of random contacts, several per contact at times; outside the window one in twelve is cancelled too."""
    n = round(len(ids) * per_contact)
    void = np.ones(n) if cancelled else rng.random_sample(n) < 1 / 12
    return (
        rng.choice(ids, n),
        opening_hours(n, first, end, rng),
        np.maximum(500, np.rint(rng.standard_gamma(1.9, n) * 4_000)).astype(np.int64),
        void.astype(np.int64),
        _vouchers(n, rng),
    )


def _a_minute_outside(audience: Audience, start: int, end: int, rng: Rng) -> Columns:
    """Large orders in the minute before the window and in the minute after it."""
    ids = np.concatenate([rng.permutation(members)[:10] for members in audience.arms.values()])
    n = len(ids)
    return (
        ids,
        np.where(np.arange(n) % 2 == 0, start - 1, end).astype(np.int64),
        np.full(n, 99_900, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
    )


def _vouchers(n: int, rng: Rng) -> Integers:
    return np.searchsorted((0.88, 0.97), rng.random_sample(n)).astype(np.int64)
