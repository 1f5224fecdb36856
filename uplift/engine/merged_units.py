"""Merged contacts of a measured experiment: how many by arm, and the unit table without those that contradict."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from uplift.engine.adapter import quoted
from uplift.engine.assigned import Assigned, unit_key_sql
from uplift.engine.duckdb_engine import DuckDBEngine
from uplift.engine.kept import keeping, recall, remember
from uplift.engine.machine import settings_for
from uplift.engine.merges import CONFLICTS, MergedArm, merged_by_arm, open_merges
from uplift.spec.study import Study


@dataclass(frozen=True, slots=True)
class MergedContacts:
    """Merges by weight epoch and arm. `without` is the name of a kept unit table that leaves out the persons whose rows
    say different things; None where there is none."""

    arms: tuple[MergedArm, ...]
    without: str | None


def merged_contacts(
    study: Study, assigned: Assigned, *, as_of: datetime.date, folder: Path, table: str
) -> MergedContacts | None:
    """What the list of merges did to those assigned up to `as_of`; None where no list bears on them.

    `table` is the kept unit table in `folder` that was measured. Raises DataError as the list is read.
    """
    if not assigned.paths:
        return None
    with DuckDBEngine(settings_for(study, folder)) as engine:
        if open_merges(engine, study, cache=folder) is None:
            return None
        engine.register_files("ledger", assigned.paths)
        arms = merged_by_arm(engine, study, unit_key_sql(study, "l.unit_id"), until=as_of)
        conflicts = any(arm.conflicts for arm in arms)
        return MergedContacts(arms, _without_conflicts(engine, folder / table) if conflicts else None)


def _without_conflicts(engine: DuckDBEngine, table: Path) -> str | None:
    """Keep the unit table once more, without the persons in `merged_conflicts`; its name says what it is."""
    smaller = table.with_name(f"{table.stem}-united.parquet")
    if recall(smaller.with_suffix(".json"), smaller) is None:
        record = recall(table.with_suffix(".json"), table)
        if record is None:  # somebody emptied the cache meanwhile
            return None
        engine.register_files("every_unit", [table])
        columns = ", ".join(f"u.{quoted(column.name)}" for column in engine.columns("every_unit"))
        with keeping(smaller) as aside:
            engine.save(
                f"SELECT {columns} FROM every_unit AS u LEFT JOIN {CONFLICTS} AS c ON c.unit_id = u.unit_id"
                " WHERE c.unit_id IS NULL",
                aside,
            )
        remember(smaller.with_suffix(".json"), record, smaller)
    return smaller.name
