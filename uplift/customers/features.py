"""What a model may know of a contact on a day: recency, frequency, value and engagement, on the log scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from uplift.customers import cycle
from uplift.customers.cycle import Cycle
from uplift.customers.snapshots import Snapshot

Floats = NDArray[np.float64]
FREQUENCY, RECENCY, AGE, VALUE, LATELY, RHYTHM = "frequency", "recency", "age", "value", "lately", "rhythm"
INTEREST, SILENCE = "interest", "silence"
SILENT = 365  # days of silence of contacts without any event


def of_buyers(who: Snapshot, rhythm: Cycle | None, *, engagement: bool) -> tuple[tuple[str, ...], Floats]:
    """The features of contacts with purchases, one row each."""
    columns = {
        FREQUENCY: np.log(who.days),
        RECENCY: np.log1p(who.last),
        AGE: np.log1p(who.first),
        VALUE: np.log(who.value / who.days),
        LATELY: np.log1p(who.quarter),
    }
    if rhythm is not None:
        columns[RHYTHM] = np.log1p(who.last) - np.log(cycle.days_between(rhythm, who.gaps, who.log_gaps))
    if engagement:
        columns |= _engagement(who)
    return tuple(columns), np.column_stack(list(columns.values())).astype(np.float64)


def of_leads(who: Snapshot) -> tuple[tuple[str, ...], Floats]:
    """The features of contacts without purchases: engagement is all that is known of them."""
    columns = {AGE: np.log1p(who.first_event)} | _engagement(who)
    return tuple(columns), np.column_stack(list(columns.values())).astype(np.float64)


def _engagement(who: Snapshot) -> dict[str, Floats]:
    silence = np.where(who.last_event < 0, SILENT, who.last_event)
    return {
        INTEREST: np.log1p(who.events_lately) + np.log1p(who.events_quarter),
        SILENCE: np.log1p(silence),
    }
