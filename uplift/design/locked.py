"""What the check says about a lock: is the experiment still what was signed, and was it signed in time?

A lock can't be waived: an error here is mended by `uplift lock`, `uplift amend`, or by putting the old words back.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from uplift.design.waivers import waived
from uplift.errors import Problem, StateError
from uplift.spec.fields import ORDER_OF_ARMS, PROJECT, Change, Leaf, changes, place_of
from uplift.spec.fingerprint import spec_hash
from uplift.spec.lock import Lock, Signature, read_lock
from uplift.spec.study import Study

ABOUT_LOCKS = frozenset({"UP401", "UP402", "UP403", "UP404", "UP405"})
_LONGEST = 80


def lock_findings(study: Study, *, today: datetime.date) -> tuple[Problem, ...]:
    """Everything about the lock of one experiment; only warnings can be waived."""
    try:
        lock = read_lock(study)
    except StateError as error:
        return error.problems
    if lock is None:
        return tuple(_unlocked(study))
    found = (*_late(lock, study), *_changed(lock, study))
    errors = tuple(problem for problem in found if problem.level == "error")
    others = tuple(problem for problem in found if problem.level != "error")
    return (*errors, *waived(others, study, today=today))


def differences(lock: Lock, study: Study) -> tuple[Change, ...]:
    """What differs from what was signed last, without an amendment."""
    return () if lock.spec_hash == spec_hash(study) else changes(lock.fields, study)


def named(made: Iterable[Change], lock: Lock) -> tuple[Change, ...]:
    """The changes as people speak of them: a block that came or went is one change, and so is its definition.

    A metric that is newly used brings its shared definition into the lock; that follows from the use and is left out.
    """
    made = tuple(made)
    before = set(lock.fields)
    now = (before | {c.field for c in made if c.new is not None}) - {c.field for c in made if c.new is None}
    found: dict[str, Change] = {}
    for change in made:
        if change.old is not None and change.new is not None:
            found[change.field] = change
            continue
        block = _block(change.field, before if change.old is None else now)
        if block.startswith(PROJECT) and block.count(".") <= 2:
            continue
        if block == change.field:
            found[block] = change
        else:
            found.setdefault(block, Change(block, None, "…") if change.old is None else Change(block, "…", None))
    if any(name.startswith("arms.") and name.count(".") == 1 for name in found):
        found.pop(ORDER_OF_ARMS, None)
    return tuple(found.values())


def _block(field: str, others: set[str]) -> str:
    """The largest block around a field of which nothing stands among the others."""
    parts = field.split(".")
    for depth in range(1, len(parts)):
        block = ".".join(parts[:depth])
        if block not in others and not any(other.startswith(f"{block}.") for other in others):
            return block
    return field


def _changed(lock: Lock, study: Study) -> Iterator[Problem]:
    """UP401 at each field's own place; UP402 where the whole file serves another run."""
    made = differences(lock, study)
    if not made:
        return
    again = reuse(lock, study)
    if again is not None:
        yield again
        return
    weights = " (new weights then hold for newcomers only)"
    for change in named(made, lock):
        about_arms = change.field == ORDER_OF_ARMS or change.field.startswith("arms.")
        yield Problem(
            "UP401",
            f"{told(change)} after the lock of {_signed(lock.signed)}",
            fix=f'put it back, or run `uplift amend {lock.experiment} --reason "…"`{weights if about_arms else ""}',
            place=place_of(study, change.field),
        )


def _late(lock: Lock, study: Study) -> Iterator[Problem]:
    """UP404: locked, yet called a draft; UP405: locked after contacts could already be assigned and looked at."""
    status, signed = study.experiment.status, lock.locked.signed
    if status == "draft":
        yield Problem(
            "UP404",
            f"the status says draft, but it was locked on {signed.on} by {signed.by}",
            fix="write `status: locked`",
            place=study.document.place("status"),
            level="warning",
        )
    start = lock.locked.fields.get("schedule.start")
    if isinstance(start, str) and signed.on > datetime.date.fromisoformat(start):
        yield Problem(
            "UP405",
            f"locked on {signed.on}, after the start on {start}: nobody knows what was decided before the first look",
            fix="lock the next experiment before it starts; the report says it of this one",
            place=study.document.place("schedule", "start"),
            level="note" if status == "closed" else "warning",
        )


def _unlocked(study: Study) -> Iterator[Problem]:
    """UP404: what runs, or is said to be locked, needs a lock; a closed experiment of old is only told so."""
    status = study.experiment.status
    if status == "draft":
        return
    yield Problem(
        "UP404",
        f"the status says {status}, but nothing was locked: no {study.experiment.id}.lock.json stands beside it",
        fix=f"run `uplift lock {study.experiment.id}`"
        + ("" if status == "closed" else ", or write `status: draft` while it can still change"),
        place=study.document.place("status"),
        level="note" if status == "closed" else "error",
    )


def reuse(before: Lock, study: Study) -> Problem | None:
    """UP402: the file of a run that was signed was rewritten for a later one, whose people would get the same arms."""
    fields, start = before.fields, study.experiment.schedule.start
    over = before.plan.read_out
    same_salt = fields.get("assignment.salt_epoch", 1) == study.experiment.assignment.salt_epoch
    if over is None or start <= over or not same_salt or study.experiment.assignment.method == "observed":
        return None
    return Problem(
        "UP402",
        f"the id '{study.experiment.id}' was signed for a run from {fields.get('schedule.start')} that is read on "
        f"{over}; in a run from {start} the same people would get the same arms",
        fix="give the new run an id of its own, or raise assignment.salt_epoch",
        place=study.document.place("id"),
    )


def told(change: Change) -> str:
    """One change in words: `arms.control.weight changed 15% → 20%`."""
    if change.old is None:
        return f"{change.field} was added" + ("" if change.new == "…" else f" ({shown(change.new)})")
    if change.new is None:
        return f"{change.field} was removed" + ("" if change.old == "…" else f" ({shown(change.old)})")
    return f"{change.field} changed {shown(change.old)} → {shown(change.new)}"


def shown(value: Leaf | None) -> str:
    """A value on one line, cut where it is long."""
    if isinstance(value, bool):
        return str(value).lower()
    text = f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else " ".join(str(value).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _signed(signature: Signature) -> str:
    commit = f" (commit {signature.commit[:7]})" if signature.commit else ""
    return f"{signature.on}{commit}"
