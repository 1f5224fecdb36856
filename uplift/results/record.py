"""What was signed about an experiment, as its result repeats it: the lock, later changes, decisions."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A decided field and its value before and after, as people read them; None where there is none."""

    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class SignedChange:
    """An amendment: what was changed in the open, why and by whom."""

    on: datetime.date
    by: str
    reason: str
    changes: tuple[FieldChange, ...]
    weight_epoch: int | None = None  # opened by it, where the weights changed


@dataclass(frozen=True, slots=True)
class SignedDecision:
    """What a person decided on which result; `recommended` is what the rules said of it."""

    on: datetime.date
    by: str
    action: Literal["ship", "stop", "repeat"]
    reason: str
    as_of: datetime.date | None = None
    recommended: str | None = None


@dataclass(frozen=True, slots=True)
class LaterAddition:
    """A metric (with its role) or segment that is not as the first lock has it: exploratory."""

    kind: Literal["metric", "segment"]
    name: str
    what: Literal["added", "changed"]
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """The lock of an experiment. `unsigned` fields differ from it without an amendment."""

    on: datetime.date
    by: str
    commit: str | None
    spec_hash: str
    after_start: bool
    amendments: tuple[SignedChange, ...] = ()
    decisions: tuple[SignedDecision, ...] = ()
    later: tuple[LaterAddition, ...] = ()
    unsigned: tuple[str, ...] = ()

    def addition(self, kind: Literal["metric", "segment"], name: str, role: str | None = None) -> LaterAddition | None:
        """Whether a metric in this role, or a segment, came or changed after the lock."""
        wanted = (kind, name, role)
        return next((found for found in self.later if (found.kind, found.name, found.role) == wanted), None)
