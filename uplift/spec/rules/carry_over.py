"""Two tests on the same people: at the same time, or so soon after each other that the first still works."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path

from uplift.errors import Level, Problem
from uplift.spec.rules.timing import busy
from uplift.spec.study import Study


def carried_over(studies: Sequence[Study]) -> Iterator[tuple[Path, Problem]]:
    """UP250 for each experiment of one project whose audience (source and filter) another one has, too soon before.

    Ranges of one layer that don't overlap hold other people. With rolling entry most contacts are new ones: a note.
    """
    groups: dict[tuple[str, str, str], list[Study]] = {}
    for study in studies:
        audience = study.experiment.audience
        where = " ".join((audience.where or "").lower().split())
        groups.setdefault((audience.source, where, str(study.experiment.unit.id)), []).append(study)
    for group in groups.values():
        dated = sorted(((busy(study), study) for study in group), key=lambda one: one[0][0])
        for index, ((start, end), study) in enumerate(dated):
            if study.experiment.status != "closed":
                before = [(ended, other) for (_, ended), other in dated[:index] if _same_people(study, other)]
                yield from _too_soon(study, (start, end), before)


def _too_soon(
    study: Study, when: tuple[datetime.date, datetime.date], before: Sequence[tuple[datetime.date, Study]]
) -> Iterator[tuple[Path, Problem]]:
    washed = study.project.defaults.wash_out
    near = [(ended, other) for ended, other in before if (when[0] - ended).days <= washed.days]
    if not near:
        return
    ended, other = max(near, key=lambda one: one[0])
    more = f" (and {len(near) - 1} more)" if len(near) > 1 else ""
    gap = (when[0] - ended).days
    if gap <= 0:
        message = f"{other.experiment.id}{more} has the same audience at the same time: its effect mixes into this one"
    else:
        message = (
            f"{other.experiment.id}{more} has the same audience until {ended}, {gap} days before this one starts; the "
            f"wash-out is {washed.days} days"
        )
    if ended == datetime.date.max:
        fix = "give both a range of one layer"
    else:
        fix = f"start after {ended + datetime.timedelta(days=washed.days)}, or give both a range of one layer"
    rolling = "rolling" in (study.experiment.audience.entry, other.experiment.audience.entry)
    level: Level = "note" if rolling else "warning"
    yield study.document.path, Problem("UP250", message, fix, study.document.place("schedule", "start"), level=level)


def _same_people(one: Study, other: Study) -> bool:
    mine, theirs = one.experiment.assignment.layer, other.experiment.assignment.layer
    if one.experiment.id == other.experiment.id:
        return False
    if mine is None or theirs is None or mine.name != theirs.name:
        return True
    return max(mine.from_, theirs.from_) < min(mine.to, theirs.to)
