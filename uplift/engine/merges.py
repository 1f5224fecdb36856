"""Contacts that were merged: which ids are one person now, by the list under `merges` in project.yml.

Nobody's row changes: the ledger keeps every id that was assigned. Whoever reads it reads persons. All ids that ended in
one id are one person, and the first row of any of them decides: the earliest day, then the smallest id. Which id
survived decides nothing, since a treatment that makes people log in can have a say in that. Orders and messages of all
ids belong to the person, so what stands under an old id is read as if it stood under the surviving one.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from uplift.engine.adapter import Engine, quoted, text_literal
from uplift.engine.pushdown import content_of, keep
from uplift.engine.readings import read_columns
from uplift.engine.sources import SourceTable, open_source, stored
from uplift.engine.stored import Need
from uplift.engine.text_forms import shown_value
from uplift.engine.typed import UNIT, TypedSource, unit_key
from uplift.errors import DataError, Place, Problem
from uplift.spec.experiment import RowNumber
from uplift.spec.project import Merges
from uplift.spec.study import Study

MERGED = "merged_ids"
"""The relation: old_key, kept_key (as events are joined), old_id, kept_id (texts), merged_day (or NULL). A chain of
merges is followed to its end."""
CONFLICTS = "merged_conflicts"
"""The relation of persons (by the id that was assigned first) whose rows in the ledger say different things."""
_ROWS = "merge_rows"
_SENT = "merged_ids_sent"
_PERSONS = "merged_persons"
LONGEST_CHAIN = 30  # doublings: longer than any list of merges


def merges_of(study: Study) -> Merges | None:
    """The list of merges that bears on an experiment: not where arms are observed, nor for units that are others."""
    merges, unit = study.project.merges, study.experiment.unit.id
    if merges is None or isinstance(unit, RowNumber) or study.experiment.assignment.method == "observed":
        return None
    return merges if merges.id in (None, unit) else None


def open_merges(engine: Engine, study: Study, *, cache: Path | None = None) -> SourceTable | None:
    """Fill the relation `merged_ids`; None where the project has no such list.

    Raises DataError: UP590 an id that was merged into two others, or in a circle; and what ids of sources raise.
    """
    merges = merges_of(study)
    if merges is None:
        return None
    needed = {merges.old, merges.into, *([merges.time] if merges.time else [])}
    table = open_source(engine, study, merges.source, needed=needed, cache=cache, relation="merges")
    store = stored(engine, study, table, [merges.old, merges.into])
    kind = study.experiment.unit.type
    (old, _), (kept, _) = unit_key(store, merges.old, kind), unit_key(store, merges.into, kind)
    day = "CAST(NULL AS DATE)"
    if merges.time is not None:
        day = f"CAST({read_columns(store, [Need(merges.time, 'timestamp')])[merges.time].sql} AS DATE)"
    keep(
        engine,
        table.home,
        _ROWS,
        f"SELECT {old} AS old_key, {kept} AS kept_key, {day} AS merged_day FROM {quoted(table.relation)}",
    )
    if table.home is not None:
        table = replace(table, fingerprint=content_of(engine, _ROWS, engine.columns(_ROWS)))
    _follow(engine, table)
    return table


def _follow(engine: Engine, table: SourceTable) -> None:
    """Every old id with the id at the end of its chain: each round doubles the length that was followed."""
    known = f"SELECT old_key, kept_key, min(merged_day) AS merged_day FROM {_ROWS}"
    known += " WHERE old_key IS NOT NULL AND kept_key IS NOT NULL AND old_key <> kept_key GROUP BY old_key, kept_key"
    engine.materialize("merges_0", known)
    twice = "SELECT old_key FROM merges_0 GROUP BY old_key HAVING count(*) > 1"
    _refuse(engine, table, twice, "was merged into two different ids", "was merged into two different ids each")
    step = 0
    for step in range(LONGEST_CHAIN):
        onward = f"SELECT s.old_key FROM merges_{step} AS s JOIN merges_{step} AS n ON n.old_key = s.kept_key"
        if not engine.run(f"SELECT count(*) FROM ({onward}) AS o")[0][0]:
            break
        engine.materialize(
            f"merges_{step + 1}",
            f"SELECT s.old_key, coalesce(n.kept_key, s.kept_key) AS kept_key, s.merged_day FROM merges_{step} AS s"
            f" LEFT JOIN merges_{step} AS n ON n.old_key = s.kept_key",
        )
    else:
        _refuse(engine, table, onward, "was merged in a circle", "were merged in a circle")
    text = "CAST(old_key AS VARCHAR) AS old_id, CAST(kept_key AS VARCHAR) AS kept_id"
    engine.define(MERGED, f"SELECT old_key, kept_key, {text}, merged_day FROM merges_{step}")


def _refuse(engine: Engine, table: SourceTable, sql: str, one: str, several: str) -> None:
    rows = engine.run(f"SELECT CAST(old_key AS VARCHAR) FROM ({sql}) AS bad ORDER BY 1 LIMIT 1000")
    if not rows:
        return
    shown = shown_value(str(rows[0][0]), private=True)
    message = f"contact '{shown}' {one}" if len(rows) == 1 else f"{len(rows):,} ids, for example '{shown}', {several}"
    fix = "export one row per id that is gone, with the id that it ended in; nothing was changed"
    raise DataError(Problem("UP590", f"{table.name}: {message}", fix=fix, place=Place(table.shown)))


def view_read(study: Study, view: str) -> str:
    """The name under which a source's view is read: that of another one where it has old ids of merged contacts."""
    return view if merges_of(study) is None else f"{view}_merged"


def with_merged_ids(engine: Engine, study: Study, typed: TypedSource) -> TypedSource:
    """A source whose old ids are read as the surviving ones; the relation `merged_ids` has to be there."""
    if merges_of(study) is None:
        return typed
    home, merged = typed.table.home, MERGED
    if home is not None:
        columns = tuple(c for c in engine.columns(MERGED) if c.name in ("old_key", "kept_key"))
        merged = f"{_SENT}_{content_of(engine, MERGED, columns)[:16]}"
        if not home.has(merged):
            home.send(merged, columns, f"SELECT old_key, kept_key FROM {MERGED}", engine)
    names = [column.name for column in (home or engine).columns(typed.view) if column.name != UNIT]
    kept = "".join(f"s.{quoted(name)}, " for name in names)
    view = view_read(study, typed.view)
    (home or engine).define(
        view,
        f"SELECT {kept}coalesce(m.kept_key, s.{UNIT}) AS {UNIT} FROM {quoted(typed.view)} AS s"
        f" LEFT JOIN {quoted(merged)} AS m ON m.old_key = s.{UNIT}",
    )
    return replace(typed, view=view)


# ── persons in the ledger ────────────────────────────────────────────────────────────────────────────────────────────


def person_rows(study: Study, key: str, *, ledger: str = "ledger") -> str:
    """The experiment's rows with `person` (the key at the end of its merges) and `place` (1: the row that decides).

    `key` is the SQL of a row's own key. The relation `merged_ids` has to be there.
    """
    id_ = text_literal(study.experiment.id)
    return f"""
SELECT l.*, coalesce(m.kept_key, {key}) AS person, row_number() OVER (
    PARTITION BY coalesce(m.kept_key, {key}) ORDER BY l.assigned_at, l.weight_epoch, l.unit_id
  ) AS place
FROM {ledger} AS l LEFT JOIN {MERGED} AS m ON m.old_key = {key}
WHERE l.experiment_id = {id_} AND (l.status = 'assigned' OR l.status = 'held_out')
  AND l.salt_epoch = (SELECT max(salt_epoch) FROM {ledger} WHERE experiment_id = {id_})"""


@dataclass(frozen=True, slots=True)
class MergedArm:
    """Of the persons of one weight epoch and arm (what was randomised: clusters, where there are any), how many were
    merged since their assignment, and how many have rows in the ledger that say different things."""

    weight_epoch: int
    arm: str
    units: int
    merged: int
    conflicts: int


def merged_by_arm(engine: Engine, study: Study, key: str, *, until: datetime.date) -> tuple[MergedArm, ...]:
    """The merges of everybody assigned up to the day `until`, by weight epoch and arm of the row that decides.

    Held-out persons are in no arm. Defines the relation `merged_conflicts`, of persons of all days.
    """
    engine.materialize(_PERSONS, _persons_sql(study, key))
    engine.define(CONFLICTS, f"SELECT unit_id FROM {_PERSONS} WHERE conflict = 1")
    unit = "unit_id" if study.experiment.unit.cluster is None else "coalesce(cluster_id, unit_id)"
    return tuple(_arms(engine, unit, until))


def _arms(engine: Engine, unit: str, until: datetime.date) -> Iterator[MergedArm]:
    for epoch, arm, *counts in engine.run(
        "SELECT weight_epoch, arm, count(*), sum(merged), sum(conflict) FROM ("
        "SELECT min(weight_epoch) AS weight_epoch, arm, max(merged) AS merged, max(conflict) AS conflict"
        f" FROM {_PERSONS} WHERE arm IS NOT NULL AND assigned_day <= CAST('{until.isoformat()}' AS DATE)"
        f" GROUP BY {unit}, arm) AS units GROUP BY weight_epoch, arm ORDER BY weight_epoch, arm"
    ):
        yield MergedArm(int(str(epoch)), str(arm), *(int(str(n)) for n in counts))


def _persons_sql(study: Study, key: str) -> str:
    """One row per person: of whom the first row, whether merged since, and whether the rows say different things."""
    word = "coalesce(arm, '')"
    return f"""
SELECT f.unit_id, f.cluster_id, f.arm, CAST(f.weight_epoch AS BIGINT) AS weight_epoch,
  CAST(f.assigned_at AS DATE) AS assigned_day, CASE WHEN t.low <> t.high THEN 1 ELSE 0 END AS conflict,
  CASE WHEN g.kept_key IS NOT NULL AND (g.last_day IS NULL OR g.last_day >= CAST(f.assigned_at AS DATE)) THEN 1 ELSE 0
  END AS merged
FROM (SELECT * FROM ({person_rows(study, key)}) AS r WHERE place = 1) AS f
JOIN (
  SELECT person, min({word}) AS low, max({word}) AS high FROM ({person_rows(study, key)}) AS r GROUP BY person
) AS t ON t.person = f.person
LEFT JOIN (
  SELECT kept_key, max(merged_day) AS last_day FROM {MERGED} GROUP BY kept_key
) AS g ON g.kept_key = f.person"""
