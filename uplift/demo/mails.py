"""Mail events: the designed number of unsubscribers inside the window, and events that must not count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from uplift.demo.contacts import ContactBase, Integers, Rng
from uplift.demo.orders import DAY, LAST_DAY, minute_of, opening_hours

EVENTS = ("click", "unsubscribe")
CLICK, UNSUBSCRIBE = 0, 1


@dataclass(frozen=True, slots=True)
class MailEvents:
    """The mail events by column; `minute` as for orders, `event` is a position in EVENTS."""

    customer: Integers
    minute: Integers
    event: Integers


def mail_events_of(base: ContactBase, rng: Rng) -> MailEvents:
    """All events, by time and contact."""
    parts = []
    for audience in base.audiences:
        start = minute_of(audience.test.start)
        end = start + audience.test.window_days * DAY
        for name, design in audience.test.arms.items():
            shuffled = rng.permutation(audience.arms[name])
            leaving, staying = shuffled[: design.unsubscribes], shuffled[design.unsubscribes :]
            parts.append(_events(leaving, UNSUBSCRIBE, start, end, rng))
            parts.append(_events(leaving[::10], UNSUBSCRIBE, start, end, rng))  # twice: the contact counts once
            parts.append(_events(staying[: design.unsubscribes // 2], UNSUBSCRIBE, end, LAST_DAY * DAY, rng))
            parts.append(_events(staying[::9], CLICK, start, end, rng))
    parts.append(_events(base.outside[::40], UNSUBSCRIBE, 0, LAST_DAY * DAY, rng))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((columns[0], columns[1]))
    return MailEvents(*(column[order] for column in columns))


def _events(ids: Integers, event: int, first: int, end: int, rng: Rng) -> tuple[Integers, Integers, Integers]:
    return ids, opening_hours(len(ids), first, end, rng), np.full(len(ids), event, dtype=np.int64)
