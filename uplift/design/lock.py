"""`lock`, `amend`, `decide`: sign what was decided, change it in the open, and say what came of it.

Each verb adds to `<id>.lock.json` and takes nothing away; the file is written whole or not at all.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec

from uplift.design.checkup import check_paths
from uplift.design.locked import ABOUT_LOCKS, reuse
from uplift.design.signed_plan import signed_plan
from uplift.design.signing import reason_of, signature
from uplift.errors import Problem, SpecError, StateError
from uplift.spec import Study, load_study, spec_hash
from uplift.spec.edit import put
from uplift.spec.fields import ORDER_OF_ARMS, Change, changes, values_of
from uplift.spec.lock import (
    Action,
    Amendment,
    DecidedOn,
    Decision,
    Lock,
    Locked,
    WeightEpoch,
    lock_path,
    read_lock,
    text_of,
)
from uplift.spec.quantities import share_text
from uplift.spec.rule_pair import rules_of
from uplift.store.files import alone_in, write_text_atomic

_WEIGHT = re.compile(r"^arms\.[^.]+\.weight$")


Options = ParamSpec("Options")


def _one_at_a_time(
    verb: Callable[Concatenate[Study, Options], Lock],
) -> Callable[Concatenate[Study, Options], Lock]:
    """Let nobody else write a lock file of the folder between reading one and writing it: no signature gets lost."""

    @wraps(verb)
    def alone(study: Study, /, *args: Options.args, **options: Options.kwargs) -> Lock:
        with alone_in(lock_path(study).parent):
            return verb(study, *args, **options)

    return alone


@_one_at_a_time
def lock(study: Study, *, by: str | None, on: datetime.date) -> Lock:
    """Sign what the study decides, on the local day `on`, and write its lock file.

    Raises SpecError with the errors of the check, StateError when it is locked already (UP406), when its lock file is
    damaged (UP403), when nobody signs (UP410) or the file can't be written (UP515).
    """
    before = read_lock(study)
    if before is not None:
        raise StateError(
            Problem(
                "UP406",
                f"'{study.experiment.id}' was locked on {before.locked.signed.on} by {before.locked.signed.by}",
                fix=f'change it in the open: `uplift amend {study.experiment.id} --reason "…"`',
                place=study.document.place("id"),
            )
        )
    _require_no_errors(study, today=on)
    rules = rules_of(study)
    made = Lock(
        experiment=study.experiment.id,
        locked=Locked(
            signed=signature(by, on=on, folder=study.folder),
            spec_hash=spec_hash(study),
            fields=values_of(study),
            plan=signed_plan(study, today=on),
            ship=rules.ship,
            stop=rules.stop,
            weights=WeightEpoch(1, _weights(study)),
        ),
    )
    _write(study, made)
    return made


@_one_at_a_time
def amend(study: Study, *, reason: str, by: str | None, on: datetime.date) -> Lock:
    """Sign every difference between the YAML and what was locked; changed weights open a new weight epoch.

    Raises StateError: UP403 a damaged lock file, UP407 no lock yet, UP408 nothing has changed, UP410 nobody signs or
    no reason; SpecError (UP402) when the file was reused for another run under the same salt.
    """
    before = _locked(study)
    made = changes(before.fields, study)
    if not made:
        raise StateError(
            Problem(
                "UP408",
                f"nothing to amend: '{study.experiment.id}' is as it was signed on {before.signed.on}",
                fix="change the YAML first, then amend",
                place=study.document.place("id"),
            )
        )
    reused = reuse(before, study)
    if reused is not None:
        raise SpecError(reused)
    amendment = Amendment(
        signed=signature(by, on=on, folder=study.folder),
        reason=reason_of(reason),
        changes=made,
        spec_hash=spec_hash(study),
        plan=signed_plan(study, today=on),
        weights=WeightEpoch(before.weights.epoch + 1, _weights(study)) if changes_weights(made) else None,
    )
    after = before.amended(amendment)
    _write(study, after)
    return after


@_one_at_a_time
def decide(
    study: Study,
    action: Action,
    *,
    reason: str,
    by: str | None,
    on: datetime.date,
    result: DecidedOn | None,
) -> Lock:
    """Keep what a person decided, with the result they saw. Several decisions append.

    Raises StateError: UP403 a damaged lock file, UP407 no lock yet, UP410 nobody signs or no reason; SpecError (UP401)
    while the YAML differs from what was signed.
    """
    before = _locked(study)
    made = changes(before.fields, study)
    if made:
        raise SpecError(
            Problem(
                "UP401",
                f"'{study.experiment.id}' is not what was signed on {before.signed.on}: {made[0].field} was changed",
                fix="amend it first, then decide",
                place=study.document.place("id"),
            )
        )
    signed = signature(by, on=on, folder=study.folder)
    after = before.decided(Decision(signed, action, reason_of(reason), result))
    _write(study, after)
    return after


def changes_weights(made: Iterable[Change]) -> bool:
    """Whether contacts that join from now on have other chances than those before.

    >>> changes_weights([Change("arms.control.weight", "15%", "20%")]), changes_weights([Change("owner", "a", "b")])
    (True, False)
    """
    return any(change.field == ORDER_OF_ARMS or _WEIGHT.match(change.field) for change in made)


def mark_as_locked(study: Study) -> bool:
    """Write `status: locked` in place of `draft`, touching nothing else; False where that is not what came out."""
    path = study.document.path
    raw = path.read_bytes()
    mark = b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b""
    if study.experiment.status != "draft":
        return False
    edited = put(raw.removeprefix(mark).decode(), ("status",), "locked")
    write_text_atomic(path, mark.decode() + edited)
    return _reads_as_locked(path, study, raw)


def _reads_as_locked(path: Path, study: Study, raw: bytes) -> bool:
    """Whether the edited file says what it should; if not, the file is put back."""
    try:
        edited = load_study(path)
        if edited.experiment.status == "locked" and spec_hash(edited) == spec_hash(study):
            return True
    except SpecError:
        pass
    write_text_atomic(path, raw.decode("utf-8"))
    return False


def _require_no_errors(study: Study, *, today: datetime.date) -> None:
    """The whole folder is read, since a layer may be booked by another file; only this file's errors count."""
    mine = study.document.path.resolve()
    problems = [
        problem
        for checkup in check_paths([study.folder, study.document.path], today=today)
        if checkup.path.resolve() == mine
        for problem in checkup.problems
        if problem.level == "error" and problem.code not in ABOUT_LOCKS
    ]
    if problems:
        raise SpecError(*problems)


def _locked(study: Study) -> Lock:
    found = read_lock(study)
    if found is None:
        raise StateError(
            Problem(
                "UP407",
                f"'{study.experiment.id}' is not locked yet",
                fix=f"run `uplift lock {study.experiment.id}` first",
                place=study.document.place("id"),
            )
        )
    return found


def _weights(study: Study) -> tuple[tuple[str, str], ...]:
    return tuple((name, share_text(arm.weight)) for name, arm in study.experiment.arms.items())


def _write(study: Study, made: Lock) -> None:
    write_text_atomic(lock_path(study), text_of(made))
