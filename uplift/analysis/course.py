"""The course of a metric: each day as it would have been read on its evening, each week since assignment by itself.

Every point is the ordinary comparison of that day's sums, without covariates. The days of the primary metric also carry
an interval that holds on all days together: whoever looks every day may read that one.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from uplift.analysis.comparison import Question, Terms, Use, answer, log_standard_error, questions_of
from uplift.analysis.looks import planned_information, worth_finding
from uplift.engine import Cell, MetricSums
from uplift.results import Course, CourseDay, CourseWeek, Interval, Uplift
from uplift.spec import Study
from uplift.spec.experiment import Primary
from uplift.stats.confseq import read_sequence
from uplift.stats.decision import Level
from uplift.stats.sequential import Look

_NO_INFORMATION = 1e-12


@dataclass(frozen=True, slots=True)
class _Point:
    """One day or week of one treatment."""

    at: datetime.date | int
    uplift: Uplift
    question: Question


def courses_of(study: Study, use: Use, measured: MetricSums, *, terms: Terms) -> tuple[Course, ...]:
    """One course per treatment; none where the metric was not followed."""
    told = measured.course
    if told is None:
        return ()
    plain = replace(measured, covariates=(), segments={}, course=None)
    days = [(day, _asked(study, use, plain, cells)) for day, cells in told.days]
    weeks = [(week, _asked(study, use, plain, cells)) for week, cells in told.weeks]
    courses = []
    for number, arm in enumerate(study.experiment.treatments):
        own = [_Point(day, answer(of[number], terms, terms.alpha), of[number]) for day, of in days]
        always = _always_valid(study, arm, own, terms) if isinstance(use, Primary) else [None] * len(own)
        courses.append(
            Course(
                treatment=arm,
                days=tuple(_day(point, interval) for point, interval in zip(own, always, strict=True)),
                weeks=tuple(_week(week, answer(of[number], terms, terms.alpha)) for week, of in weeks),
            )
        )
    return tuple(courses)


def _asked(study: Study, use: Use, measured: MetricSums, cells: tuple[Cell, ...]) -> list[Question]:
    return questions_of(study, use, replace(measured, cells=cells))


def _day(point: _Point, always: Interval | None) -> CourseDay:
    assert isinstance(point.at, datetime.date)
    u = point.uplift
    return CourseDay(
        day=point.at,
        control_n=u.control.n,
        treatment_n=u.treatment.n,
        control=u.control.value,
        treatment=u.treatment.value,
        relative=u.relative,
        interval=u.relative_interval,
        sequential_interval=always,
    )


def _week(week: int, u: Uplift) -> CourseWeek:
    return CourseWeek(
        week=week,
        control_n=u.control.n,
        treatment_n=u.treatment.n,
        control=u.control.value,
        treatment=u.treatment.value,
        relative=u.relative,
        interval=u.relative_interval,
    )


def _always_valid(study: Study, arm: str, points: Sequence[_Point], terms: Terms) -> list[Interval | None]:
    """The confidence sequence over the days, narrowest where the design planned to stop; None during its burn-in.

    With several treatments each has its share of the error.
    """
    planned = planned_information(study, arm) or _information_for_mde(study, terms)
    if planned is None:
        return [None] * len(points)
    alpha = terms.own_alpha(len(study.experiment.treatments))
    looks = [_look(point, terms) for point in points]
    return [reading.interval for reading in read_sequence(looks, alpha=alpha, planned=planned)]


def _information_for_mde(study: Study, terms: Terms) -> float | None:
    """1/se² of a log ratio at which the effect worth finding would be found with the design's power."""
    effect = worth_finding(study)
    if not effect:
        return None
    power = Level(min(1 - study.experiment.design.power, 0.499), 1).critical()
    return ((Level(terms.alpha).critical() + power) / effect) ** 2


def _look(point: _Point, terms: Terms) -> Look:
    u = point.uplift if terms.sides == 2 else answer(point.question, replace(terms, sides=2), terms.alpha)
    error = log_standard_error(u)
    if error is None or u.p_value is None or u.relative is None or u.relative <= -1:
        return Look(_NO_INFORMATION, 0.0, 0)
    return Look.of(
        math.log1p(u.relative), standard_error=error, p_value=u.p_value, control_converters=u.control.nonzero
    )
