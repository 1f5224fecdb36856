"""A log of past newsletters to regular customers: from the third one on a tenth by chance, the others at a chosen hour.

Everybody has a kind of day (morning, noon, evening, …) in which he opens mails more often; one hour in the evening is a
little better for all. Hours were chosen by what each contact had opened so far, as a mail system would do it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from uplift.demo.contacts import Contacts, Integers, Rng
from uplift.demo.orders import DAY

SEED_APART = 2_000
CAMPAIGNS = 26  # weekly, the last one a week before the export
REGULAR = 12  # orders from which a customer gets the newsletter
SLOTS, SLOT = 12, 120  # minutes
ALL_BY_CHANCE, CONTROL = 2, 0.1
OPEN_RATE = 0.19
SLOT_BY = ("chance", "choice")
CHANCE, CHOICE = 0, 1
KINDS = np.array([3, 4, 6, 9, 10])  # the slots in which kinds of day prefer mails
EVENING = 9


@dataclass(frozen=True, slots=True)
class Sends:
    """One row per mail: `campaign` counts from 1, `minute` as for orders, `opened` 0 or 1, `by` is one of SLOT_BY."""

    customer: Integers
    campaign: Integers
    minute: Integers
    opened: Integers
    by: Integers


def sends_of(contacts: Contacts, rng: Rng) -> Sends:
    """Every newsletter to every regular customer with consent."""
    who = contacts.customer[(contacts.email == 1) & (contacts.orders >= REGULAR)]
    n = len(who)
    here, hours = np.arange(n), np.arange(SLOTS)
    apart = np.abs(hours - KINDS[rng.randint(0, len(KINDS), n)][:, None])
    likes = np.exp(1.1 * np.exp(-(apart**2) / 2.5) + 0.25 * np.exp(-((hours - EVENING) ** 2) / 8.0))
    lively = rng.standard_gamma(3.0, (n, 1)) / 3.0
    opens = np.clip(OPEN_RATE * lively * likes / likes.mean(axis=1, keepdims=True), 0.0, 0.9)
    seen = np.zeros((n, SLOTS))
    parts = []
    for campaign in range(1, CAMPAIGNS + 1):
        chance = (rng.random_sample(n) < CONTROL) | (campaign <= ALL_BY_CHANCE)
        choice = np.argmax(seen + 2.0 * (hours == EVENING), axis=1)
        slot = np.where(chance, rng.randint(0, SLOTS, n), choice)
        opened = rng.random_sample(n) < opens[here, slot]
        seen[here, slot] += np.where(opened, 1.0, -0.15)
        minute = -(CAMPAIGNS + 1 - campaign) * 7 * DAY + slot * SLOT + rng.randint(0, 30, n)
        by = np.where(chance, CHANCE, CHOICE)
        parts.append((who, np.full(n, campaign), minute, opened.astype(np.int64), by))
    return Sends(*(np.concatenate(column).astype(np.int64) for column in zip(*parts, strict=True)))
