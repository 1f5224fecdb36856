"""`audit`: is the ledger what the hash gives, and did the arms stay what they were drawn to be?"""

from __future__ import annotations

from dataclasses import dataclass

from uplift.assignment.balance import Balance, balance
from uplift.assignment.bounded import bounded_engine
from uplift.assignment.carry_over import CarryOver, carry_over
from uplift.assignment.decide import LEDGER
from uplift.assignment.merged import merges
from uplift.assignment.messages import Messages, messages
from uplift.assignment.recompute import Recomputed, recompute
from uplift.assignment.splits import Split, splits
from uplift.engine.adapter import Engine
from uplift.errors import AssignmentError, DataError, Problem
from uplift.results import Check
from uplift.spec import Study
from uplift.store import Store


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit found. `arms` counts assigned contacts, those of erased rows too.

    `checks` say how each question came out; `splits`, `balance`, `messages` and `carry_over` hold their numbers.
    `notices` say which questions could not be asked, because a source could not be read.
    """

    experiment_id: str
    recomputation: Recomputed
    arms: tuple[tuple[str, int], ...]
    held_out: int
    checks: tuple[Check, ...] = ()
    splits: tuple[Split, ...] = ()
    balance: tuple[Balance, ...] = ()
    messages: Messages | None = None
    carry_over: tuple[CarryOver, ...] = ()
    notices: tuple[Problem, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Rows that are not what their salt and weights give."""
        return self.recomputation.problems

    @property
    def passed(self) -> bool:
        """Whether every row is right and no check failed; a warning is no failure."""
        return not self.problems and all(check.status != "fail" for check in self.checks)


def audit(
    study: Study, *, store: Store, sources: bool = True, sends: str | None = None, channel: str | None = None
) -> AuditReport:
    """Check the files of the ledger against the catalog's hashes, every row against the rule it names, and the arms.

    With `sources` the contacts and messages are read too: balance, leaks, reach, delay. `sends` names a source of
    messages (default: that of `compliance.received`), `channel` its column of channels.

    Raises AssignmentError (UP504) when there is no ledger, StateError (UP518) when a file was changed. A source that
    can't be read is among the notices: the ledger is proven without it.
    """
    name = study.experiment.id
    files = store.ledger.files(name)
    if not files:
        raise AssignmentError(
            Problem("UP504", f"nobody was assigned to '{name}' yet", fix=f"run `uplift assign {name}` first")
        )
    store.ledger.verify(name)
    runs = store.catalog.runs(name)
    with bounded_engine() as engine:
        engine.register_files(LEDGER, files)
        done = recompute(engine, study, runs, files=len(files))
        counts = engine.run(f"SELECT arm, count(*) FROM {LEDGER} WHERE arm IS NOT NULL GROUP BY arm")
        ((held_out,),) = engine.run(f"SELECT count(*) FROM {LEDGER} WHERE status = 'held_out'")
        parts, about_parts = splits(engine, study, runs)
        carried, about_carried = carry_over(engine, study, store)
        read = _with_sources(engine, study, sends, channel) if sources else _Read()
    found = {str(arm): int(str(n)) for arm, n in counts}
    order = [*study.experiment.arms, *sorted(found.keys() - study.experiment.arms.keys())]
    return AuditReport(
        experiment_id=name,
        recomputation=done,
        arms=tuple((arm, found.get(arm, 0)) for arm in order),
        held_out=int(str(held_out)),
        checks=(*about_parts, *read.checks, *about_carried),
        splits=parts,
        balance=read.balance,
        messages=read.messages,
        carry_over=carried,
        notices=read.notices,
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """What the sources say."""

    checks: tuple[Check, ...] = ()
    balance: tuple[Balance, ...] = ()
    messages: Messages | None = None
    notices: tuple[Problem, ...] = ()


def _with_sources(engine: Engine, study: Study, sends: str | None, channel: str | None) -> _Read:
    checks: list[Check] = []
    notices: list[Problem] = []
    table: tuple[Balance, ...] = ()
    sent = None
    try:
        table, about = balance(engine, study)
        checks += about
    except DataError as error:
        notices += error.problems
    try:
        checks += merges(engine, study)
    except DataError as error:
        notices += error.problems
    try:
        sent, about = messages(engine, study, source=sends, channel=channel)
        checks += about
    except DataError as error:
        notices += error.problems
    return _Read(tuple(checks), table, sent, tuple(notices))
