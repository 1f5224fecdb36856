"""`assign`: eligible contacts → ledger. Running it again assigns new contacts only and changes nobody."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from uplift.assignment.audience import open_audience
from uplift.assignment.bounded import bounded_engine
from uplift.assignment.continuity import check_salt_epoch, frozen_notice, is_frozen, opened_epoch, with_weight_epoch
from uplift.assignment.decide import AUDIENCE, FRESH, LEDGER, fresh_sql, keep_fresh, persons_sql, rows_sql
from uplift.assignment.figures import keep_figures
from uplift.assignment.plan import Plan, plan_of
from uplift.assignment.report import ArmDraw, AssignmentReport
from uplift.engine.adapter import Engine, text_literal
from uplift.engine.merges import merges_of
from uplift.engine.text_forms import shown_value
from uplift.errors import AssignmentError, Problem
from uplift.spec import Study
from uplift.store import CatalogWriter, Run, Store

Progress = Callable[[str], None]
Confirm = Callable[[AssignmentReport], bool]


def assign(
    study: Study,
    *,
    on: datetime.date,
    store: Store,
    confirm: Confirm = lambda _report: True,
    progress: Progress = lambda _stage: None,
) -> AssignmentReport:
    """Give every new eligible contact its arm on the local day `on`, and keep the rows in the ledger.

    Who has a row keeps it. `confirm` sees the report before anything counts; when it says False nothing is kept.
    A run that is killed at any moment leaves the ledger as it was before or as it is afterwards.

    Raises AssignmentError: UP503 contacts that are in the audience twice, UP504 to UP506 when nothing may be drawn,
    UP508 changed weights that no amendment signed, UP512 a salt epoch that is over. DataError for sources, StateError
    for the store and for a lock file that was edited.
    """
    plan = plan_of(study, on=on)
    plan = replace(plan, weight_epoch=opened_epoch(study, plan) or 1)
    with bounded_engine() as engine:
        progress("read the audience")
        found = open_audience(study, plan, engine)
        plan = replace(plan, notices=(*plan.notices, *found))
        progress("wait for other runs")
        with store.writing() as writer:
            progress("assign contacts")
            report = draw(study, plan, engine, store, writer, confirm)
    if report.committed:
        keep_figures(study, until=min(on, study.experiment.schedule.start) if report.known else on)
    return report


@dataclass(frozen=True, slots=True)
class _Tally:
    """Rows by arm, and the held-out ones."""

    arms: Mapping[str, int]
    held_out: int

    @property
    def rows(self) -> int:
        return sum(self.arms.values()) + self.held_out


_NOBODY = _Tally({}, 0)


def draw(
    study: Study, plan: Plan, engine: Engine, store: Store, writer: CatalogWriter, confirm: Confirm
) -> AssignmentReport:
    """One draw under the writer's lock: the ledger can't grow while it runs."""
    check_salt_epoch(study, plan, store.ledger.salt_epochs(plan.experiment_id))
    files = store.ledger.files(plan.experiment_id, salt_epoch=plan.salt_epoch)
    store.ledger.verify(plan.experiment_id, salt_epoch=plan.salt_epoch)
    before, frozen = _NOBODY, False
    if files:
        engine.register_files(LEDGER, files)
        plan = with_weight_epoch(study, plan, engine)
        before, frozen = _tally(engine, LEDGER), is_frozen(plan, engine)
    merged, integer = merges_of(study) is not None, study.experiment.unit.type == "integer"
    counts = _count_audience(plan, engine, known=bool(files), merged=merged, integer=integer)
    if frozen or not counts.fresh:
        return _report(study, plan, counts, before, _NOBODY, _Outcome(frozen=frozen))

    run_id = plan.run_id(store.ledger.fingerprint(plan.experiment_id, salt_epoch=plan.salt_epoch))
    aside = store.ledger.aside(plan.experiment_id)
    try:
        new = _write(study, plan, engine, run_id, aside, ledger=LEDGER if files else None)
        if not new.rows:
            return _report(study, plan, counts, before, new, _Outcome())
        report = _report(study, plan, counts, before, new, _Outcome(run_id=run_id, committed=False))
        if not confirm(report):
            return report
        run = Run(run_id, "assign", plan.experiment_id, plan.on.isoformat(), plan.facts())
        store.ledger.append(writer, aside, run=run, salt_epoch=plan.salt_epoch, rows=new.rows)
        return replace(report, committed=True)
    finally:
        aside.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How a draw ended: with a run that counts or waits for consent, with nobody new, or frozen."""

    frozen: bool = False
    run_id: str | None = None
    committed: bool = True


@dataclass(frozen=True, slots=True)
class _Counts:
    """The audience in numbers: eligible contacts, those without a row, of these without a cluster; and the not yet.

    `gone` are ids that were merged into others, `twice` rows of the ledger that are another row's person.
    """

    eligible: int
    fresh: int
    unclustered: int
    late: int
    gone: int = 0
    twice: int = 0


def _count_audience(plan: Plan, engine: Engine, *, known: bool, merged: bool, integer: bool) -> _Counts:
    """Name the contacts without a row, and count."""
    gone = "count(*) FILTER (WHERE gone AND NOT late)" if merged else "0"
    sums = engine.run(f"SELECT count(*), count(*) FILTER (WHERE late), {gone} FROM {AUDIENCE}")
    total, late, no_more = (int(str(n)) for n in sums[0])
    eligible = total - late
    # While nobody has a row there is nothing to leave out, and the audience need not be held in memory.
    if known:
        keep_fresh(engine, merged=merged, integer=integer)
    else:
        engine.define(FRESH, fresh_sql(known=False, merged=merged))
    fresh = _count(engine, f"SELECT count(*) FROM {FRESH}") if known else eligible - no_more
    lone = f"SELECT count(*) FROM {FRESH} WHERE cluster_id IS NULL"
    return _Counts(
        eligible=eligible,
        fresh=fresh,
        unclustered=_count(engine, lone) if plan.exclude_unclustered else 0,
        late=late,
        gone=no_more,
        twice=_count(engine, f"SELECT count(*) - count(DISTINCT person) FROM ({persons_sql(LEDGER)}) AS p")
        if known and merged
        else 0,
    )


def _count(engine: Engine, sql: str) -> int:
    return int(str(engine.run(sql)[0][0]))


def _tally(engine: Engine, relation: str) -> _Tally:
    counted = engine.run(f"SELECT status, arm, count(*) FROM {relation} GROUP BY ALL")
    if any(status == "assigned" and arm is None for status, arm, _ in counted):
        raise AssertionError("a contact was assigned to no arm")
    arms = {str(arm): int(str(n)) for status, arm, n in counted if status == "assigned"}
    return _Tally(arms, sum(int(str(n)) for status, _, n in counted if status == "held_out"))


def _write(study: Study, plan: Plan, engine: Engine, run_id: str, aside: Path, *, ledger: str | None) -> _Tally:
    """Write the new rows aside and look at them once more before they may count."""
    rows = rows_sql(plan, run_id, fresh=FRESH, ledger=ledger)
    # Pushing the filter on the bucket below the hashes would compute each of them twice.
    engine.run("SET disabled_optimizers = 'filter_pushdown'")
    engine.run("SET preserve_insertion_order = true")
    try:
        engine.run(f"COPY ({rows}) TO {text_literal(str(aside))} (FORMAT parquet, COMPRESSION zstd)")
    finally:
        engine.run("RESET disabled_optimizers")
        engine.run("SET preserve_insertion_order = false")
    engine.register_files("written", (aside,))
    _check_order(study, engine)
    return _tally(engine, "written")


def _check_order(study: Study, engine: Engine) -> None:
    """The rows stand in the order of their ids, so an id that is there twice has its twin as a neighbour."""
    engine.run("SET preserve_insertion_order = true")
    try:
        twins = engine.run(
            "SELECT unit_id, earlier FROM (SELECT unit_id, lag(unit_id) OVER () AS earlier FROM written) AS neighbours"
            " WHERE earlier >= unit_id LIMIT 3"
        )
    finally:
        engine.run("SET preserve_insertion_order = false")
    if any(earlier != unit for unit, earlier in twins):
        raise AssertionError("the rows of a draw were not written in the order of their ids")
    if twins:
        shown = ", ".join(shown_value(str(unit), private=True) for unit, _ in twins)
        raise AssignmentError(
            Problem(
                "UP503",
                f"some contacts are in the audience more than once, for example {shown}",
                fix="keep one row per contact in the source; nothing was written",
                place=study.document.place("audience", "source"),
            )
        )


def _report(study: Study, plan: Plan, counts: _Counts, before: _Tally, new: _Tally, run: _Outcome) -> AssignmentReport:
    if run.frozen:
        reasons = [("frozen", counts.fresh)]
    else:
        reasons = [("no_cluster", counts.unclustered), ("layer", counts.fresh - counts.unclustered - new.rows)]
    reasons += [("not_yet", counts.late), ("merged", counts.gone)]
    late_comers = (frozen_notice(study, counts.fresh),) if run.frozen and counts.fresh else ()
    known = counts.eligible - counts.gone - counts.fresh
    return AssignmentReport(
        experiment_id=plan.experiment_id,
        on=plan.on,
        eligible=counts.eligible,
        known=known,
        departed=before.rows - counts.twice - known,
        held_out=new.held_out,
        held_out_total=before.held_out + new.held_out,
        excluded=tuple((reason, count) for reason, count in reasons if count),
        arms=tuple(
            ArmDraw(
                arm=name,
                control=arm.control,
                weight=float(arm.weight),
                new=new.arms.get(name, 0),
                total=before.arms.get(name, 0) + new.arms.get(name, 0),
            )
            for name, arm in study.experiment.arms.items()
        ),
        notices=(*plan.notices, *late_comers, *_nobody(study, plan, counts)),
        run_id=run.run_id,
        committed=run.committed,
    )


def _nobody(study: Study, plan: Plan, counts: _Counts) -> tuple[Problem, ...]:
    """An audience without contacts is said, with the filter that may be the cause."""
    if counts.eligible:
        return ()
    where = study.experiment.audience.where
    message = f"no contact of source {study.experiment.audience.source} is eligible on {plan.on}"
    fix = "look at the source: it may be empty" if where is None else f"look at the source and at the filter: {where}"
    place = study.document.place("audience", "where" if where is not None else "source")
    return (Problem("UP504", message, fix=fix, place=place, level="warning"),)
