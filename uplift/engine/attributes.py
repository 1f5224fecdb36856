"""What divides the contacts into groups: the columns under `segments`, read from the contact source as text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from uplift.engine.adapter import Engine, quoted
from uplift.engine.assigned import ASSIGNED
from uplift.engine.facts import contacts_missing
from uplift.engine.merges import with_merged_ids
from uplift.engine.sources import SourceTable, open_source
from uplift.engine.typed import UNIT, as_text, typed_source
from uplift.errors import DataError, Place, Problem
from uplift.spec.experiment import RowNumber
from uplift.spec.study import Study

ATTRIBUTES = "attributes"
MOST_GROUPS = 200
"""A column with more values is no segment: its groups are too small to say anything, and too many to read."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """The relation `attributes`: unit_key and one text column per segment column; and what was noticed."""

    columns: tuple[str, ...]
    table: SourceTable
    sql: str
    notices: tuple[Problem, ...]


def segment_columns(study: Study) -> tuple[str, ...]:
    """How the unit table calls the segment columns, in the order of the YAML: g0, g1, …"""
    return tuple(f"g{i}" for i, _ in enumerate(study.experiment.segments))


def attributes_of(engine: Engine, study: Study, *, cache: Path) -> Attributes:
    """The segment columns of the contacts. Contacts without a value, or without a row, have the empty text.

    Raises DataError: UP527 no such column, UP566 a contact twice, UP588 more than 200 groups.
    """
    experiment = study.experiment
    name, wanted = experiment.audience.source, experiment.segments
    own_id = None if isinstance(experiment.unit.id, RowNumber) else experiment.unit.id
    needed = {*wanted, *([own_id] if own_id else [])}
    table = open_source(
        engine, study, name, needed=needed, cache=cache, relation=f"segments_{name}", numbered=own_id is None
    )
    typed = typed_source(engine, study, table, (), view="typed_segments", unit=own_id, texts=wanted)
    typed = with_merged_ids(engine, study, typed)
    columns = segment_columns(study)
    selected = "".join(
        f", coalesce(s.{quoted(as_text(column))}, '') AS {own}" for column, own in zip(wanted, columns, strict=True)
    )
    sql = f"SELECT a.unit_key{selected} FROM {ASSIGNED} AS a JOIN {quoted(typed.view)} AS s ON s.{UNIT} = a.unit_key"
    engine.materialize(ATTRIBUTES, sql)
    missing = contacts_missing(engine, ATTRIBUTES, table)
    _refuse_too_many(engine, study, columns)
    notices = list(typed.notices)
    if missing:
        message = f"{missing:,} assigned contacts have no row in {table.name}; they are in no segment"
        fix = "export all assigned contacts with the values of the day of assignment"
        notices.append(Problem("UP567", message, fix, Place(table.shown), "warning"))
    return Attributes(columns, table, sql, tuple(notices))


def _refuse_too_many(engine: Engine, study: Study, columns: tuple[str, ...]) -> None:
    counts = engine.run(f"SELECT {', '.join(f'count(DISTINCT {own})' for own in columns)} FROM {ATTRIBUTES}")[0]
    problems = [
        Problem(
            "UP588",
            f"segment '{column}' has {int(str(groups)):,} different values, more than {MOST_GROUPS}",
            fix="name a column with few values, such as a band or a country",
            place=study.document.place("segments", number),
        )
        for number, (column, groups) in enumerate(zip(study.experiment.segments, counts, strict=True))
        if int(str(groups)) > MOST_GROUPS
    ]
    if problems:
        raise DataError(*problems)
