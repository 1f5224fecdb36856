"""Findings that somebody accepts until a date, and findings about what is over."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import replace

from uplift.errors import Problem
from uplift.spec.study import Study


def waived(problems: Iterable[Problem], study: Study, *, today: datetime.date) -> tuple[Problem, ...]:
    """The problems, with those that are waived today as notes that say by whom, why and until when."""
    return tuple(_waive(problem, study, today) for problem in problems)


def expired(study: Study, *, today: datetime.date) -> Iterator[Problem]:
    """An error for each waiver whose date has passed."""
    for index, waiver in enumerate(study.experiment.waivers):
        if waiver.until < today:
            yield Problem(
                "UP320",
                f"the waiver of {waiver.code} ran out on {waiver.until}",
                f"mend {waiver.code} and delete the waiver, or have it extended by {waiver.by}",
                study.document.place("waivers", index, "until"),
            )


def _waive(problem: Problem, study: Study, today: datetime.date) -> Problem:
    for waiver in study.experiment.waivers:
        if waiver.code == problem.code and waiver.until >= today and problem.level != "note":
            accepted = f" [waived by {waiver.by} until {waiver.until}: {waiver.reason}]"
            return replace(problem, level="note", message=problem.message + accepted)
    return problem
