"""The twelve two-hour slots of a local day: their hours, a deadline, and the slot that chance gives a contact."""

from __future__ import annotations

from collections.abc import Sequence

from uplift.assignment.dialects import bucket_sql
from uplift.assignment.hashing import BUCKETS, bucket, checked_salt

SLOTS = 12
HOURS = 24 // SLOTS


def start_of(slot: int) -> str:
    """When a slot begins.

    >>> start_of(9)
    '18:00'
    """
    return f"{slot * HOURS:02d}:00"


def end_of(slot: int) -> str:
    """When a slot has ended.

    >>> end_of(11)
    '24:00'
    """
    return f"{(slot + 1) * HOURS:02d}:00"


def slots_until(not_after: str | None) -> tuple[int, ...]:
    """The slots that have ended at that hour; all of them without a deadline.

    >>> slots_until("08:00")
    (0, 1, 2, 3)
    """
    return tuple(slot for slot in range(SLOTS) if not_after is None or end_of(slot) <= not_after)


def slot_salt(experiment: str, epoch: int) -> str:
    """The salt of the draw: a stream of its own, so that the slot says nothing about the arm. Raises UP501."""
    return checked_salt(f"send-time/{experiment}/{epoch}")


def drawn_slot(experiment: str, epoch: int, unit: str, allowed: Sequence[int]) -> int:
    """The slot that chance gives a contact; anybody can compute it again, in any of the dialects.

    >>> drawn_slot("spring", 1, "4711", range(12)) == drawn_slot("spring", 1, "4711", range(12))
    True
    """
    return allowed[bucket(slot_salt(experiment, epoch), unit) * len(allowed) // BUCKETS]


def drawn_slot_sql(experiment: str, epoch: int, unit: str, allowed: Sequence[int]) -> str:
    """The same in DuckDB's SQL, for an expression of text type; NULL has no slot."""
    chosen = bucket_sql("duckdb", slot_salt(experiment, epoch), unit)
    return (
        f"list_extract([{', '.join(map(str, allowed))}], CAST(({chosen}) * {len(allowed)} // {BUCKETS} AS INTEGER) + 1)"
    )
