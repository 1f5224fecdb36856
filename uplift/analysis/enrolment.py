"""Did the arms fill as planned, day by day? A loss on a few days can hide in totals that fit."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from uplift.analysis.epochs import Epochs
from uplift.engine import EnrolledDay
from uplift.results import Check
from uplift.stats.srm import SRM_ALPHA, srm_sequence_check_of_epochs, srm_test

WORST_DAY = "UP802"


def splits_by_day(enrolled: Sequence[EnrolledDay], epochs: Epochs, *, cluster: str | None = None) -> tuple[Check, ...]:
    """UP618: the days as they came, by a test that may be read on each of them. UP802: the day that fits worst.

    What was randomised is counted (`cluster` names the column, where it is not the contact), each weight epoch against
    its own weights. Nothing is said of a single draw, which UP601 has tested.
    """
    days = sorted({joined.day for joined in enrolled})
    weights = {number: own for number, (_, own) in zip(epochs.numbers, epochs.known, strict=True)}
    if len(days) < 2 or not weights:
        return ()
    counts: dict[int, dict[datetime.date, dict[str, int]]] = {
        number: {day: dict.fromkeys(own, 0) for day in days} for number, own in weights.items()
    }
    for joined in enrolled:
        if joined.weight_epoch in counts:
            counts[joined.weight_epoch][joined.day][joined.arm] += joined.n
    tested = [
        (np.cumsum([list(arms.values()) for arms in counts[number].values()], axis=0).tolist(), list(own.values()))
        for number, own in weights.items()
    ]
    sequence = srm_sequence_check_of_epochs(tested, alpha=SRM_ALPHA)
    first = dict(sequence.facts)["first_day"]
    facts = list(sequence.facts)
    if isinstance(first, int):
        facts.append(("since", days[first - 1].isoformat()))
    if cluster is not None:
        facts.append(("counted", cluster))
    parts = [
        (srm_test(list(arms.values()), list(weights[number].values())).p_value, day)
        for number, by_day in counts.items()
        for day, arms in by_day.items()
        if sum(arms.values())
    ]
    return (replace(sequence, facts=tuple(facts)), _worst(parts))


def _worst(parts: Sequence[tuple[float, datetime.date]]) -> Check:
    """The smallest p-value of all days times their number; a warning, for the sums over the days may still be right."""
    p_value, day = min(parts)
    corrected = min(1.0, len(parts) * p_value)
    facts = (("p", corrected), ("alpha", SRM_ALPHA), ("parts", len(parts)), ("worst", day.isoformat()))
    return Check(WORST_DAY, "warn" if corrected < SRM_ALPHA else "ok", facts)
