"""From the lock file to what a result repeats of it, and to the check that nothing was changed in silence."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping

from uplift.design.locked import differences, named, shown
from uplift.results import Check
from uplift.results.record import FieldChange, LaterAddition, Record, SignedChange, SignedDecision
from uplift.spec import Study
from uplift.spec.fields import Change, Leaf, changes, values_of
from uplift.spec.lock import Amendment, Decision, Lock, read_lock

_USE = re.compile(r"^metrics\.(primary|secondary|guardrails)(?:\..+)?\.metric$")
_ROLES = {"primary": "primary", "secondary": "secondary", "guardrails": "guardrail"}
_HARMLESS = re.compile(
    r"^(owner|hypothesis|claims\b.*|programme\b.*|targeting\b.*|design\.baselines\b.*|design\.power(_for)?"
    r"|audience\.expected_\w+(\..*)?|metrics\.primary\.mde|arms\.[^.]+\.(contact_cost|redemption_cost))$"
)
"""Fields that no number of the read-out depends on: to change them in silence is a warning, not an end of trust."""

_Use = tuple[str, Leaf | None, Leaf | None, Leaf | None]  # role, metric, window, margin


def record_of(study: Study) -> Record | None:
    """The lock, its amendments and decisions; None where nothing was locked. Raises StateError (UP403)."""
    lock = read_lock(study)
    if lock is None:
        return None
    signed, start = lock.locked.signed, lock.locked.fields.get("schedule.start")
    return Record(
        on=signed.on,
        by=signed.by,
        commit=signed.commit,
        spec_hash=lock.locked.spec_hash,
        after_start=isinstance(start, str) and signed.on > datetime.date.fromisoformat(start),
        amendments=tuple(_amendments(lock)),
        decisions=tuple(_decision(decision) for decision in lock.decisions),
        later=tuple(_later(lock, study)),
        unsigned=tuple(change.field for change in named(differences(lock, study), lock)),
    )


def silent_changes(record: Record | None) -> tuple[Check, ...]:
    """UP401 when the analysis rests on something that nobody signed: no verdict, where it bears on the numbers."""
    if record is None or not record.unsigned:
        return ()
    decisive = [field for field in record.unsigned if not _HARMLESS.match(field)]
    first = decisive[0] if decisive else record.unsigned[0]
    facts = (("field", first), ("fields", len(record.unsigned)), ("locked", record.on.isoformat()))
    return (Check("UP401", "fail" if decisive else "warn", facts),)


def later_segments(record: Record | None) -> frozenset[str]:
    """The segment columns that were declared after the lock."""
    later = record.later if record is not None else ()
    return frozenset(addition.name for addition in later if addition.kind == "segment")


def _amendments(lock: Lock) -> Iterator[SignedChange]:
    """Each amendment with its changes as people speak of them, seen from the lock as it stood before it."""
    before = Lock(lock.experiment, lock.locked)
    for amendment in lock.amendments:
        yield _amendment(amendment, named(amendment.changes, before))
        before = before.amended(amendment)


def _amendment(amendment: Amendment, made: tuple[Change, ...]) -> SignedChange:
    return SignedChange(
        on=amendment.signed.on,
        by=amendment.signed.by,
        reason=amendment.reason,
        changes=tuple(FieldChange(c.field, _text(c.old), _text(c.new)) for c in made),
        weight_epoch=amendment.weights.epoch if amendment.weights else None,
    )


def _text(value: Leaf | None) -> str | None:
    return None if value is None else shown(value)


def _decision(decision: Decision) -> SignedDecision:
    seen = decision.result
    return SignedDecision(
        on=decision.signed.on,
        by=decision.signed.by,
        action=decision.action,
        reason=decision.reason,
        as_of=seen.as_of if seen else None,
        recommended=seen.recommended if seen else None,
    )


def _later(lock: Lock, study: Study) -> Iterator[LaterAddition]:
    """Metrics and segments that are not as the first lock has them, amended or not."""
    before, now = lock.locked.fields, values_of(study)
    planned = _uses(before)
    names = {use[1] for use in planned}
    differing = {change.field for change in changes(before, study)}
    for use in _uses(now):
        role, metric = use[0], str(use[1])
        redefined = any(field.startswith(f"project.metrics.{metric}.") for field in differing)
        if metric not in names:
            yield LaterAddition("metric", metric, "added", role)
        elif use not in planned or redefined:
            yield LaterAddition("metric", metric, "changed", role)
    declared, segments = before.get("segments", ()), now.get("segments", ())
    for segment in segments if isinstance(segments, tuple) else ():
        if not isinstance(declared, tuple) or segment not in declared:
            yield LaterAddition("segment", str(segment), "added")


def _uses(fields: Mapping[str, Leaf]) -> list[_Use]:
    """Every use of a metric: role, metric, window and margin."""
    found: list[_Use] = []
    for name, metric in fields.items():
        match = _USE.match(name)
        if match is not None:
            block = name.removesuffix("metric")
            found.append((_ROLES[match[1]], metric, fields.get(f"{block}window"), fields.get(f"{block}margin")))
    return found
