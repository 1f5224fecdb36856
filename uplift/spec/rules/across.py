"""Several experiments of one project: ids are used once, a layer is booked once, nobody is tested twice at a time."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

from uplift.errors import Problem
from uplift.spec.quantities import share_text
from uplift.spec.rules.carry_over import carried_over
from uplift.spec.rules.timing import busy
from uplift.spec.study import Study


def across(studies: Sequence[Study]) -> dict[Path, tuple[Problem, ...]]:
    """Findings that only show between files, by the file in which they are reported (the later one of two)."""
    found: dict[Path, list[Problem]] = {}
    projects: dict[str, list[Study]] = {}
    for study in studies:
        projects.setdefault(str(study.project_document.path), []).append(study)
    for together in projects.values():
        for first, second in _sharing(together):
            for problem in (*_same_id(first, second), *_overlap(first, second)):
                found.setdefault(second.document.path, []).append(problem)
        booked_twice = {path for path, problems in found.items() if any(p.code == "UP211" for p in problems)}
        for path, problem in carried_over(together):
            if path not in booked_twice:
                found.setdefault(path, []).append(problem)
    return {path: tuple(problems) for path, problems in found.items()}


def _sharing(studies: Sequence[Study]) -> Iterator[tuple[Study, Study]]:
    """Pairs of one project that share an id or a layer, in the order of the files; most pairs share neither."""
    names = [_shared_names(study) for study in studies]
    for (i, first), (j, second) in combinations(enumerate(studies), 2):
        if not names[i].isdisjoint(names[j]):
            yield first, second


def _shared_names(study: Study) -> frozenset[tuple[str, str]]:
    layer = study.experiment.assignment.layer
    return frozenset({("id", study.experiment.id), *([("layer", layer.name)] if layer else [])})


def _same_id(first: Study, second: Study) -> tuple[Problem, ...]:
    if first.experiment.id != second.experiment.id:
        return ()
    return (
        Problem(
            "UP233",
            f"id '{second.experiment.id}' is also the id of {first.document.path.name}; their draws would be the same",
            "give one of them another id (and file name)",
            second.document.place("id"),
        ),
    )


def _overlap(first: Study, second: Study) -> tuple[Problem, ...]:
    mine, other = second.experiment.assignment.layer, first.experiment.assignment.layer
    if mine is None or other is None or mine.name != other.name:
        return ()
    if "closed" in (first.experiment.status, second.experiment.status):
        return ()
    shared_from, shared_to = max(mine.from_, other.from_), min(mine.to, other.to)
    (start, end), (other_start, other_end) = busy(second), busy(first)
    if shared_from >= shared_to or start > other_end or other_start > end:
        return ()
    last = min(end, other_end)
    until = "" if last == datetime.date.max else f" to {last}"
    after = "" if other_end == datetime.date.max else f"start after {other_end}, or "
    return (
        Problem(
            "UP211",
            f"layer '{mine.name}' is booked twice from {share_text(shared_from)} to {share_text(shared_to)}, from "
            f"{max(start, other_start)}{until}: by this test and by {first.experiment.id}",
            f"{after}take a range outside {share_text(other.from_)} to {share_text(other.to)}",
            second.document.place("assignment", "layer"),
        ),
    )
