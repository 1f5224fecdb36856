"""Entry, waves, schedule and looks."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from uplift.errors import Problem
from uplift.spec.rules.metrics import uses
from uplift.spec.study import Study


def rolling_entry_has_its_dates(study: Study) -> Iterator[Problem]:
    """Rolling entry needs the day on which a contact became eligible, and its own last day."""
    audience, schedule = study.experiment.audience, study.experiment.schedule
    if audience.entry == "rolling":
        if audience.entry_date is None:
            yield Problem(
                "UP204",
                "rolling entry needs audience.entry_date (when a contact became eligible)",
                "add entry_date: <column>",
                study.document.place("audience", "entry"),
            )
        if schedule.enrol_until is None:
            yield Problem(
                "UP204",
                "rolling entry needs schedule.enrol_until (the last day of assignment)",
                "add enrol_until: <date>",
                study.document.place("schedule", of="key"),
            )
    elif schedule.enrol_until is not None:
        yield Problem(
            "UP221",
            f"enrol_until has no meaning for entry by {audience.entry}",
            "delete it, or write `entry: rolling`",
            study.document.place("schedule", "enrol_until", of="key"),
            level="warning",
        )


def schedule_runs_forwards(study: Study) -> Iterator[Problem]:
    """Enrolment ends after it starts."""
    schedule = study.experiment.schedule
    if schedule.enrol_until is not None and schedule.enrol_until < schedule.start:
        yield Problem(
            "UP221",
            f"enrolment ends on {schedule.enrol_until}, before it starts on {schedule.start}",
            "exchange the dates, or mend the year",
            study.document.place("schedule", "enrol_until"),
        )


def waves_fit_the_entry(study: Study) -> Iterator[Problem]:
    """Waves are given exactly when contacts enter by waves."""
    audience = study.experiment.audience
    if audience.entry == "waves" and audience.waves is None:
        place = study.document.place("audience", "entry")
        fix = "add waves: {count: 6, every: 2w}"
        yield Problem("UP222", "entry by waves needs audience.waves (how many, how often)", fix, place)
    if audience.waves is not None and audience.entry != "waves":
        yield Problem(
            "UP222",
            f"waves have no meaning for entry by {audience.entry}",
            "write `entry: waves`, or delete the waves",
            study.document.place("audience", "waves", of="key"),
        )


def looks_can_be_taken(study: Study) -> Iterator[Problem]:
    """Looks come in order, and only where contacts enter bit by bit: else no contact is mature, or all are."""
    experiment = study.experiment
    sequential = experiment.design.sequential
    if sequential is None:
        return
    document, entry = study.document, experiment.audience.entry
    block = document.place("design", "sequential", of="key")
    if entry == "snapshot":
        yield Problem(
            "UP235",
            "looks need staggered entry: after one draw no contact is mature until all are",
            "write `entry: waves` or `entry: rolling`, or delete design.sequential",
            block,
        )
        return
    if len(sequential.looks) < 2:
        yield Problem("UP235", "a sequential design needs at least two looks", "add looks: [wave 2, wave 4]", block)
    waves = experiment.audience.waves
    previous: int | datetime.date | None = None
    for index, look in enumerate(sequential.looks):
        place = document.place("design", "sequential", "looks", index)
        by_wave = look.startswith("wave ")
        if by_wave != (entry == "waves"):
            right = "wave 2" if entry == "waves" else "2026-12-20 (a day)"
            yield Problem("UP235", f"look '{look}' does not fit entry by {entry}", f"write looks as {right}", place)
            continue
        point = int(look.removeprefix("wave ")) if by_wave else _day(look)
        if point is None:
            yield Problem("UP235", f"look '{look}' is not a day of the calendar", "write year-month-day", place)
            continue
        if isinstance(point, int) and waves is not None and point > waves.count:
            yield Problem(
                "UP235", f"look '{look}' comes after the last of {waves.count} waves", "take an earlier wave", place
            )
        if isinstance(point, datetime.date) and point <= experiment.schedule.start:
            yield Problem(
                "UP235",
                f"look '{look}' is not after the start on {experiment.schedule.start}",
                "take a later day",
                place,
            )
        if previous is not None and type(previous) is type(point) and not previous < point:  # type: ignore[operator]
            yield Problem("UP235", f"look '{look}' does not come after the one before it", "put looks in order", place)
        previous = point


def last_assignment(study: Study) -> datetime.date | None:
    """The last day on which contacts are assigned, as far as the schedule tells."""
    experiment = study.experiment
    start, waves = experiment.schedule.start, experiment.audience.waves
    if experiment.audience.entry == "rolling":
        return experiment.schedule.enrol_until
    if experiment.audience.entry == "waves":
        return start + datetime.timedelta(days=(waves.count - 1) * waves.every.days) if waves else None
    return start


def busy(study: Study) -> tuple[datetime.date, datetime.date]:
    """The days on which a contact may be inside the experiment: from the start to the end of the last window."""
    last = last_assignment(study)
    if last is None:
        return study.experiment.schedule.start, datetime.date.max
    longest = max((use.window.days for _, use in uses(study) if use.window), default=0)
    return study.experiment.schedule.start, last + datetime.timedelta(days=longest)


def _day(look: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(look)
    except ValueError:
        return None


RULES = (rolling_entry_has_its_dates, schedule_runs_forwards, waves_fit_the_entry, looks_can_be_taken)
