"""Who is in which arm: the ledger's rows, or the column of a file that some other system has split."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from uplift.engine.adapter import Engine, Rows, quoted, text_literal
from uplift.engine.audience import audience, require_no_id_problems
from uplift.engine.encodings import fingerprint as fingerprint_of
from uplift.engine.merges import open_merges, person_rows
from uplift.engine.sources import SourceTable
from uplift.engine.text_forms import shown_value
from uplift.errors import DataError, Problem
from uplift.spec.study import Study

ASSIGNED = "assigned"


@dataclass(frozen=True, slots=True)
class Assigned:
    """Where assignments come from: `paths` of the ledger's files, in the order of the draws; none when observed."""

    paths: tuple[Path, ...] = ()
    fingerprint: str | None = None

    @classmethod
    def from_ledger(cls, paths: Iterable[Path], *, fingerprint: str | None = None) -> Assigned:
        """The ledger's Parquet files; `fingerprint` is the hash of their contents, computed here when not given."""
        files = tuple(Path(path) for path in paths)
        if fingerprint is None:
            fingerprint = hashlib.sha256("\n".join(map(fingerprint_of, files)).encode()).hexdigest()
        return cls(files, fingerprint)

    @classmethod
    def observed(cls) -> Assigned:
        """The arm is a column of the audience source (`assignment.method: observed`)."""
        return cls()


@dataclass(frozen=True, slots=True)
class UnknownArm:
    """A value of the arm column (or an arm of the ledger) that the experiment does not name, and its contacts."""

    value: str | None
    contacts: int


@dataclass(frozen=True, slots=True)
class AssignedTable:
    """The relation `assigned`: unit_id, unit_key, cluster_id, arm, weight_epoch, stratum, assigned_day.

    `source` is what was read besides the ledger: the file with the arms, or the list of merged contacts. Of merged
    contacts `unit_id` is the id that was assigned first, `unit_key` the one that they have now.
    `rows` is the query behind the name, `days` are the first and the last day of assignment.
    """

    sql: str
    unknown: tuple[UnknownArm, ...]
    source: SourceTable | None
    notices: tuple[Problem, ...]
    rows: str
    days: tuple[datetime.date, datetime.date]


def open_assigned(
    engine: Engine, study: Study, assigned: Assigned, *, cache: Path, rows: str = "assigned_rows"
) -> AssignedTable:
    """Fill the relation `assigned`, one row per contact. Raises DataError (UP574) when nobody is in it.

    What stands behind it is kept under the name `rows`.
    """
    if assigned.paths:
        return _from_ledger(engine, study, assigned, cache, rows)
    return _observed(engine, study, cache)


def _nobody(study: Study, unknown: Sequence[UnknownArm]) -> DataError:
    values = ", ".join(f"'{u.value}'" for u in unknown[:5])
    fix = f"arms.<name>.observed must be among: {values}" if values else "look at the audience and its filter"
    place = study.document.place("assignment")
    return DataError(Problem("UP574", "no contact is in any arm of the experiment", fix=fix, place=place))


def unit_key_sql(study: Study, unit_id: str) -> str:
    """The key that joins a contact's text id to the rows of event sources."""
    return f"CAST({unit_id} AS BIGINT)" if study.experiment.unit.type == "integer" else unit_id


def _from_ledger(engine: Engine, study: Study, assigned: Assigned, cache: Path, rows: str) -> AssignedTable:
    engine.register_files("ledger", assigned.paths)
    merges = open_merges(engine, study, cache=cache)
    id_ = text_literal(study.experiment.id)
    arms = ", ".join(map(text_literal, study.experiment.arms))
    first = f"""
SELECT unit_id, cluster_id, arm, weight_epoch, stratum, CAST(assigned_at AS DATE) AS assigned_day, status,
  row_number() OVER (PARTITION BY unit_id ORDER BY assigned_at, weight_epoch, status DESC, arm) AS place
FROM ledger
WHERE experiment_id = {id_} AND (status = 'assigned' OR status = 'held_out')
  AND salt_epoch = (SELECT max(salt_epoch) FROM ledger WHERE experiment_id = {id_})"""
    key, day = unit_key_sql(study, "unit_id"), "assigned_day"
    if merges is not None:
        first, key, day = person_rows(study, unit_key_sql(study, "l.unit_id")), "person", "CAST(assigned_at AS DATE)"
    sql = (
        f"SELECT unit_id, {key} AS unit_key, cluster_id, arm, "
        f"CAST(weight_epoch AS BIGINT) AS weight_epoch, stratum, {day} AS assigned_day "
        f"FROM ({first}) AS first_rows WHERE place = 1 AND status = 'assigned'"
    )
    if merges is None:
        engine.materialize(rows, _only_rows(study))
    if merges is not None or _somebody_twice(engine, study, rows):
        engine.materialize(rows, sql)
    known = f"SELECT * FROM {rows} WHERE arm IN ({arms})"
    engine.define(ASSIGNED, known)
    found = engine.run(
        f"SELECT arm, count(*), min(assigned_day), max(assigned_day) FROM {rows} GROUP BY arm ORDER BY 2 DESC, 1"
    )
    others = [row for row in found if row[0] not in study.experiment.arms]
    unknown = tuple(UnknownArm(None if v is None else str(v), int(str(n))) for v, n, *_ in others)
    days = _days(found, study)
    if days is None:
        raise _nobody(study, unknown)
    return AssignedTable(sql, unknown, merges, () if merges is None else merges.notices, known, days)


def _days(found: Rows, study: Study) -> tuple[datetime.date, datetime.date] | None:
    """The first and the last day of the arms of the experiment; None when nobody is in them."""
    own = [row[2:4] for row in found if row[0] in study.experiment.arms]
    days = [day for ends in own for day in ends if isinstance(day, datetime.date)]
    return (min(days), max(days)) if days else None


def _of_experiment(study: Study) -> str:
    """The rows of the ledger that can assign somebody to the experiment."""
    id_ = text_literal(study.experiment.id)
    return (
        f"FROM ledger WHERE experiment_id = {id_} AND (status = 'assigned' OR status = 'held_out') "
        f"AND salt_epoch = (SELECT max(salt_epoch) FROM ledger WHERE experiment_id = {id_})"
    )


def _somebody_twice(engine: Engine, study: Study, only: str) -> bool:
    """Whether a contact has several rows, which is rare: to put every contact's rows in order costs much more.

    `only` are the rows that assign; they are all there are where nobody is held out.
    """
    key, rows = "unit_key", f"FROM {only}"
    if engine.run(f"SELECT count(*) {_of_experiment(study)} AND status = 'held_out'")[0][0]:
        key, rows = unit_key_sql(study, "unit_id"), _of_experiment(study)
    several, contacts = engine.run(f"SELECT count(*), count(DISTINCT {key}) {rows}")[0]
    return several != contacts


def _only_rows(study: Study) -> str:
    """What the statement over first rows gives where every contact has one."""
    key, rows = unit_key_sql(study, "unit_id"), _of_experiment(study)
    return (
        f"SELECT unit_id, {key} AS unit_key, cluster_id, arm, CAST(weight_epoch AS BIGINT) AS weight_epoch, stratum, "
        f"CAST(assigned_at AS DATE) AS assigned_day {rows} AND status = 'assigned'"
    )


def _observed(engine: Engine, study: Study, cache: Path) -> AssignedTable:
    experiment = study.experiment
    if experiment.assignment.column is None:
        place = study.document.place("assignment")
        fix = "name the column that holds the arm: assignment: {method: observed, column: segment}"
        raise DataError(Problem("UP571", "observed assignment has no column", fix=fix, place=place))
    warnings = require_no_id_problems(engine, study, cache=cache)
    who = audience(engine, study, cache=cache)
    whens = " ".join(
        f"WHEN {text_literal(arm.observed if arm.observed is not None else name)} THEN {text_literal(name)}"
        for name, arm in experiment.arms.items()
    )
    start = f"CAST('{experiment.schedule.start.isoformat()}' AS DATE)"
    day = "CAST(eligible_at AS DATE)" if experiment.audience.entry_date else start
    key = unit_key_sql(study, "unit_id") if isinstance(experiment.unit.id, str) else "unit_id"
    arm_sql = f"CASE observed {whens} END"
    sql = (
        f"SELECT unit_id, {key} AS unit_key, cluster_id, {arm_sql} AS arm, CAST(1 AS BIGINT) AS weight_epoch, "
        f"CAST(NULL AS VARCHAR) AS stratum, {day} AS assigned_day FROM {quoted(who.view)} WHERE {arm_sql} IS NOT NULL"
    )
    engine.materialize(ASSIGNED, sql)
    others = engine.run(
        f"SELECT observed, count(*) FROM {quoted(who.view)} WHERE {arm_sql} IS NULL "
        "GROUP BY observed ORDER BY 2 DESC, 1"
    )
    unknown = tuple(UnknownArm(None if v is None else shown_value(str(v)), int(str(n))) for v, n in others)
    found = engine.run(
        f"SELECT arm, count(*), min(assigned_day), max(assigned_day), count(*) - count(assigned_day) FROM {ASSIGNED} "
        "GROUP BY arm"
    )
    undated = sum(int(str(missing)) for *_, missing in found)
    if undated:
        place = study.document.place("audience", "entry_date")
        message = f"{undated:,} contacts have no entry date, so no window"
        raise DataError(Problem("UP575", message, fix="fill it, or filter: where: … is not null", place=place))
    days = _days(found, study)
    if days is None:
        raise _nobody(study, unknown)
    return AssignedTable(sql, unknown, who.table, (*who.notices, *warnings), f"SELECT * FROM {ASSIGNED}", days)
