"""`send_times`: the slot of every contact of a campaign, as a list for the mail system, and what is known of hours."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from uplift.assignment.decide import LEDGER
from uplift.assignment.export import listed_sql
from uplift.customers.send_time.habits import (
    Floats,
    Habits,
    Seen,
    belief,
    entropy,
    first_habits,
    fit,
    liveliness,
    worth,
)
from uplift.customers.send_time.log import (
    NEXT,
    SendLog,
    columns,
    read_log,
    seen_of_next,
    seen_of_sample,
    take_sample,
)
from uplift.customers.send_time.slots import SLOTS, drawn_slot_sql, end_of, slots_until, start_of
from uplift.engine import DuckDBEngine
from uplift.engine.adapter import Engine, quoted, text_literal
from uplift.engine.machine import settings_for
from uplift.errors import AssignmentError, Problem, SpecError
from uplift.results.send_time import Belief, SendTimes, SlotReading
from uplift.spec.scalars import titled
from uplift.spec.send_time import SendTime
from uplift.spec.study import Study
from uplift.stats.decision import Level
from uplift.stats.proportions import wilson_interval
from uplift.store import Store, lists_folder, written_aside

LEARNED_FROM = 50_000  # contacts at most, whose mails teach the kinds of day
FIGURE = (1, 10, 25)  # mails after which the belief is shown …
SHOWN = 20  # … of at least so many contacts, so that nobody's own habits are seen
CHANCE, CHOSEN = "chance", "chosen"
OWN = "own_slots"
Progress = Callable[[str], None]
Slots = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Written:
    """The list, and what is known; None where all slots were drawn and nothing had to be learned."""

    list: Path
    contacts: int
    result: SendTimes | None


def send_times(
    study: Study,
    *,
    on: datetime.date,
    store: Store,
    all_by_chance: bool = False,
    progress: Progress = lambda _stage: None,
) -> Written:
    """Write `lists/<id>/<on>/send-times.csv`: every assigned contact with its slot and how that came about.

    The control's slots are drawn by the project's hash, those of the treatment are where a reaction is likeliest by
    what was known on the morning of `on`. `all_by_chance` draws everybody's: the first campaign of an account.

    Raises SpecError (UP680) without a block `send_time` or with one that leaves no choice, AssignmentError (UP504)
    when nobody is assigned, and what `read_log` raises.
    """
    block = _block(study)
    allowed = slots_until(block.not_after)
    files = store.ledger.files(study.experiment.id)
    if not files:
        fix = f"run `uplift assign {study.experiment.id}` first"
        raise AssignmentError(Problem("UP504", f"nobody is assigned to {study.experiment.id} yet", fix=fix))
    with tempfile.TemporaryDirectory(prefix="uplift-send-time-") as folder, _engine(study, folder) as engine:
        work = Path(folder)
        engine.register_files(LEDGER, files)
        contacts, treated = _next_contacts(engine, study, on, allowed, all_by_chance)
        if not treated:
            engine.materialize(OWN, f"SELECT n, drawn AS slot FROM {NEXT}")
            return Written(_write(engine, study, on), contacts, None)
        progress("read the log of mails")
        log = read_log(engine, study, block, on)
        progress("learn when contacts react")
        take_sample(engine, contacts=log.contacts, most=LEARNED_FROM)
        sample = seen_of_sample(engine, work)
        first = first_habits(log.reactions, log.exposure, shape=liveliness(sample))
        habits = fit(first, sample)
        progress("choose the slots")
        own, gain = _own_slots(engine, work, habits, contacts, allowed)
        path = _write(engine, study, on)
        return Written(path, contacts, _result(engine, work, study, block, on, log, habits, own, gain, allowed))


def _engine(study: Study, folder: str) -> DuckDBEngine:
    return DuckDBEngine(settings_for(study, Path(folder)))


def _block(study: Study) -> SendTime:
    block, experiment = study.experiment.send_time, study.experiment
    if block is None:
        fix = "add: send_time: {log: sends, campaign: campaign, reacted: opened, random: slot_by = 'chance'}"
        message = f"{experiment.id} has no block `send_time`"
        raise SpecError(Problem("UP680", message, fix=fix, place=study.document.place("id")))
    return block


def _next_contacts(
    engine: Engine, study: Study, on: datetime.date, allowed: tuple[int, ...], all_by_chance: bool
) -> tuple[int, int]:
    """Everybody who is on the send lists of the day, numbered by id, with the slot that chance gives him.

    How many they are, and for how many of them a slot is to be chosen.
    """
    experiment = study.experiment
    drawn = drawn_slot_sql(experiment.id, experiment.assignment.salt_epoch, "unit_id", allowed)
    chance = "TRUE" if all_by_chance else f"arm = {text_literal(experiment.control)}"
    engine.materialize(
        NEXT,
        f"SELECT row_number() OVER (ORDER BY unit_id) - 1 AS n, unit_id AS unit, arm, {drawn} AS drawn, "
        f"{chance} AS by_chance FROM ({listed_sql(study, engine, on=on, only_new=False)}) AS l",
    )
    ((contacts, treated),) = engine.run(f"SELECT count(*), count(*) FILTER (WHERE NOT by_chance) FROM {NEXT}")
    if not int(str(contacts)):
        message = f"nobody was assigned to {experiment.id} up to {on}"
        raise AssignmentError(Problem("UP504", message, fix=f"run `uplift assign {experiment.id}` first"))
    return int(str(contacts)), int(str(treated))


@dataclass(frozen=True, slots=True)
class _Gain:
    """Sums over the treatment: what a reaction is worth in the own slot, in each slot, and by chance."""

    own: float
    each: Floats
    chance: float
    unknown: int


def _own_slots(
    engine: Engine, work: Path, habits: Habits, contacts: int, allowed: tuple[int, ...]
) -> tuple[Slots, _Gain]:
    """The best allowed slot of each contact (relation OWN), and sums of what is expected of the treatment."""
    import duckdb
    import pandas as pd

    open_ = np.asarray(allowed)
    chosen = np.zeros(SLOTS, dtype=np.int64)
    own, each, chance, unknown = 0.0, np.zeros(SLOTS), 0.0, 0
    parts = []
    for low, seen in seen_of_next(engine, work, contacts):
        value = worth(habits, seen)
        best = open_[value[:, open_].argmax(axis=1)]
        who = columns(
            engine, work, f"SELECT n, by_chance FROM {NEXT} WHERE n >= {low} AND n < {low + len(seen)} ORDER BY n"
        )
        treated = ~np.asarray(who["by_chance"]).astype(np.bool_)
        chosen += np.bincount(best[treated], minlength=SLOTS)
        own += float(value[np.flatnonzero(treated), best[treated]].sum())
        each += value[treated].sum(axis=0)
        chance += float(value[treated][:, open_].mean(axis=1).sum())
        unknown += int((seen.exposure[treated].sum(axis=1) == 0).sum())
        parts.append(work / f"own-{low}.parquet")
        with duckdb.connect() as connection:
            connection.register("part", pd.DataFrame({"n": np.arange(low, low + len(best)), "slot": best}))
            connection.execute(f"COPY part TO {text_literal(str(parts[-1]))} (FORMAT parquet)")
    engine.register_files(OWN, parts)
    return chosen, _Gain(own, each, chance, unknown)


def _write(engine: Engine, study: Study, on: datetime.date) -> Path:
    path = lists_folder(study.root, study.experiment.id, on) / "send-times.csv"
    unit = study.experiment.unit.id
    name = unit if isinstance(unit, str) else "unit_id"
    starts, ends = (
        f"list_extract([{', '.join(text_literal(of(slot)) for slot in range(SLOTS))}], slot + 1)"
        for of in (start_of, end_of)
    )
    with written_aside(path) as aside:
        engine.run(
            f"COPY (SELECT unit AS {quoted(name)}, arm, slot_by, {starts} AS send_from, {ends} AS send_until "
            f"FROM (SELECT t.unit, t.arm, CASE WHEN t.by_chance THEN '{CHANCE}' ELSE '{CHOSEN}' END AS slot_by, "
            f"CASE WHEN t.by_chance THEN t.drawn ELSE o.slot END AS slot FROM {NEXT} AS t JOIN {OWN} AS o "
            f"ON o.n = t.n) AS l ORDER BY unit) TO {text_literal(str(aside))} (FORMAT csv, HEADER)"
        )
    return path


def _result(
    engine: Engine,
    work: Path,
    study: Study,
    block: SendTime,
    on: datetime.date,
    log: SendLog,
    habits: Habits,
    own: Slots,
    gain: _Gain,
    allowed: tuple[int, ...],
) -> SendTimes:
    open_ = np.asarray(allowed)
    one = int(open_[gain.each[open_].argmax()])
    favourite = int(own.argmax())
    experiment = study.experiment
    arms = {bool(chance): int(str(n)) for chance, n in engine.run(f"SELECT by_chance, count(*) FROM {NEXT} GROUP BY 1")}
    return SendTimes(
        experiment=experiment.id,
        title=titled(experiment.title, experiment.id, study.project.language),
        as_of=on,
        not_after=block.not_after,
        mails=log.mails,
        by_chance=log.by_chance,
        not_used=log.not_used,
        contacts_seen=log.contacts,
        control=arms.get(True, 0),
        treatment=arms.get(False, 0),
        without_history=gain.unknown,
        slots=tuple(_slot(slot, log, int(own[slot])) for slot in range(SLOTS)),
        favourite=favourite,
        one_for_all=one,
        beliefs=tuple(_beliefs(engine, work, habits, favourite, allowed)),
        gain=gain.own / gain.chance - 1,
        gain_of_one=float(gain.each[one]) / gain.chance - 1,
        campaigns=log.campaigns,
    )


def _slot(slot: int, log: SendLog, own: int) -> SlotReading:
    """Reactions by chance in a slot; every campaign used each of its slots alike, so pulls don't mislead."""
    mails, reactions = int(log.mails_by_slot[slot]), int(log.reactions[slot])
    if not mails:
        return SlotReading(slot, 0, 0, None, None, None, own)
    interval = wilson_interval(reactions, mails, critical=Level().critical())
    return SlotReading(slot, mails, reactions, reactions / mails, interval.low, interval.high, own)


def _beliefs(engine: Engine, work: Path, habits: Habits, favourite: int, allowed: tuple[int, ...]) -> list[Belief]:
    """The belief about the same contacts after their first mails, as far as anybody has that many."""
    seen = {mails: seen_of_sample(engine, work, first=mails, having=mails) for mails in FIGURE}
    longest = max(mails for mails in FIGURE if mails == 1 or len(seen[mails]) >= SHOWN)
    home = _best(habits, seen[longest], allowed) == favourite
    found = []
    for mails in FIGURE[: FIGURE.index(longest) + 1]:
        early = seen[longest] if mails == longest else seen_of_sample(engine, work, first=mails, having=longest)
        beliefs = belief(habits, early, allowed)
        kept = beliefs[home] if home.sum() >= SHOWN else beliefs
        bits = float(entropy(beliefs).mean())
        found.append(Belief(mails, len(beliefs), bits, tuple(float(share) for share in kept.mean(axis=0))))
    return found


def _best(habits: Habits, seen: Seen, allowed: tuple[int, ...]) -> Slots:
    open_ = np.asarray(allowed)
    return np.asarray(open_[worth(habits, seen)[:, open_].argmax(axis=1)])
