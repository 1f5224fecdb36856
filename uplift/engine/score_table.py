"""A table of scores beside the contacts: joined by id, and never newer than the assignment.

Any recommender's file will do: one row per contact with its id, the scores, and `scored_on`, the day before which all
data lie that the scores have seen.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from pathlib import Path

from uplift.engine.adapter import Engine, quoted
from uplift.engine.sources import SourceTable, open_source
from uplift.errors import AssignmentError, DataError, Problem
from uplift.spec.study import Study

SCORED_ON = "scored_on"
SCORED = "audience_scored"


@dataclass(frozen=True, slots=True)
class Scores:
    """An open table of scores: its id column and the names of all others."""

    table: SourceTable
    id: str
    names: tuple[str, ...]


def open_scores(engine: Engine, study: Study, *, cache: Path | None = None) -> Scores | None:
    """The scores that `audience.scores` names; None where there is none.

    Raises DataError for what is wrong with the file, UP527 where it lacks the contact's id.
    """
    name = study.experiment.audience.scores
    if name is None:
        return None
    table = open_source(engine, study, name, cache=cache, relation=f"audience_{name}")
    own = study.source(name).id or str(study.experiment.unit.id)
    table.column(own)
    return Scores(table, own, tuple(c.name for c in table.columns if c.name != own))


def with_scores(engine: Engine, study: Study, contacts: SourceTable, scores: Scores) -> SourceTable:
    """The contacts with the columns of their scores; who has none has NULLs. UP671 for a column that both have."""
    twice = sorted({column.name for column in contacts.columns} & set(scores.names))
    if twice:
        place = study.document.place("audience", "scores")
        message = f"column '{twice[0]}' is in source {contacts.name} and in source {scores.table.name}"
        raise DataError(Problem("UP671", message, fix="rename or drop one of them", place=place))
    selected = ", ".join(f"s.{quoted(name)}" for name in scores.names)
    engine.define(
        SCORED,
        f"SELECT c.*, {selected} FROM {quoted(contacts.relation)} AS c LEFT JOIN {quoted(scores.table.relation)} AS s "
        f"ON CAST(s.{quoted(scores.id)} AS VARCHAR) = CAST(c.{quoted(str(study.experiment.unit.id))} AS VARCHAR)",
    )
    notices = (*contacts.notices, *scores.table.notices)
    return replace(contacts, relation=SCORED, columns=engine.columns(SCORED), notices=notices)


def require_old_scores(engine: Engine, study: Study, *, on: datetime.date, cache: Path | None = None) -> None:
    """Refuse scores that have seen the day of assignment or a later one.

    Raises AssignmentError: UP669 for such scores, UP670 for a table that does not say what it has seen.
    """
    scores = open_scores(engine, study, cache=cache)
    if scores is None:
        return
    place = study.document.place("audience", "scores")
    if SCORED_ON not in scores.names:
        message = f"source {scores.table.name} does not say until when its scores have seen data"
        fix = f"add the column {SCORED_ON}: a date, and all data that were used are older"
        raise AssignmentError(Problem("UP670", message, fix=fix, place=place))
    latest = f"CAST(max(CAST({quoted(SCORED_ON)} AS DATE)) AS VARCHAR)"
    empty = f"count(*) - count({quoted(SCORED_ON)})"
    ((found, missing),) = engine.run(f"SELECT {latest}, {empty} FROM {quoted(scores.table.relation)}")
    if missing:
        message = f"{missing:,} rows of source {scores.table.name} have no {SCORED_ON}"
        raise AssignmentError(Problem("UP670", message, fix="fill it: a date before which all data lie", place=place))
    if found is not None and str(found) > on.isoformat():
        message = f"source {scores.table.name} was scored on {found}: it knows what happened after {on}"
        fix = f"score as of the day of assignment: uplift score --as-of {on}"
        raise AssignmentError(Problem("UP669", message, fix=fix, place=place))
