"""The uplift over time: cumulated by day with its bounds, and by week since assignment."""

from __future__ import annotations

import datetime

from uplift.report.axis import Span, axis_for
from uplift.report.chapter import Cell, Chapter, Panel, Sheet, row
from uplift.report.plot import Band, Dot, Line, Place, Plot, plot
from uplift.report.svg import Caption
from uplift.report.voice import Voice
from uplift.results import Course, CourseDay, CourseWeek, Interval, MetricResult
from uplift.words import numbers, values
from uplift.words.dates import day, short_day
from uplift.words.sentences import course as sentences
from uplift.words.sentences.course import COURSE, Trend

_MOST_METRICS = 3  # the primary and two others: a report stays readable
_DATES = 4


def course_chapter(voice: Voice) -> Chapter | None:
    """Charts of days and weeks; None where no comparison with a verdict has a course."""
    panels: list[Panel] = []
    metrics = sorted((m for m in voice.result.metrics if m.course), key=lambda m: m.role != "primary")
    for metric in metrics[:_MOST_METRICS]:
        for course in metric.course:
            uplift = next((u for u in metric.uplifts if u.treatment.arm == course.treatment), None)
            if uplift is not None and voice.verdict(metric, uplift) != "refused":
                panels += [p for p in (_days(voice, metric, course), _weeks(voice, metric, course)) if p]
    return Chapter("course", COURSE[voice.language].heading, panels=tuple(panels)) if panels else None


def _days(voice: Voice, metric: MetricResult, course: Course) -> Panel | None:
    told = [d for d in course.days if d.relative is not None]
    if len(told) < 2:
        return None
    words, language = COURSE[voice.language], voice.language
    first, last = course.days[0].day, course.days[-1].day
    x = {d.day: float((d.day - first).days) for d in course.days}
    bounded = any(d.sequential_interval for d in told)
    settled = told[len(told) // 4 :]  # the wild first days are cut at the edge of the drawing
    axis = axis_for(
        [_span(d.relative, wide) for d in settled for wide in (d.interval, d.sequential_interval) if wide],
        always=[_span(d.relative, d.interval) for d in told[len(told) // 2 :]],
    )
    lines = [Line(tuple(None if d.relative is None else (x[d.day], d.relative) for d in course.days), "line")]
    if bounded:
        lines += [Line(_edge(course.days, x, side), "bound") for side in ("low", "high")]
    steps = sorted({round(i * (len(course.days) - 1) / (_DATES - 1)) for i in range(_DATES)})
    content = Plot(
        x_range=(0.0, x[last]),
        y_range=(axis.low, axis.high),
        x_ticks=tuple((x[course.days[i].day], short_day(course.days[i].day, language)) for i in steps),
        y_ticks=tuple((tick, _tick(tick, voice)) for tick in axis.ticks),
        axis="",
        bands=(Band(tuple((x[d.day], *_ends(d.interval if d.relative is not None else None)) for d in course.days)),),
        lines=tuple(lines),
    )
    title = words.by_day.format(title=_name(voice, metric, course))
    end = told[-1]
    sentence = sentences.last_day(end.day, voice.relative(end.relative, end.interval), _bounds(voice, end), language)
    if bounded:
        sentence += " " + sentences.since(_since(told), language)
    chart = plot(content, Caption(f"days-{metric.name}-{course.treatment}", title, sentence))
    foot = sentences.how_to_read_days(language, bounds=bounded)
    return Panel(title, chart, sentence, foot, _day_sheet(voice, metric, course, title, bounded=bounded))


def _since(told: list[CourseDay]) -> datetime.date | None:
    """The first of the last days on all of which the bounds exclude no difference."""
    since = None
    for one in reversed(told):
        if one.sequential_interval is None or not one.sequential_interval.excludes(0):
            break
        since = one.day
    return since


def _edge(days: tuple[CourseDay, ...], x: dict[datetime.date, float], side: str) -> tuple[Place | None, ...]:
    found: list[Place | None] = []
    for one in days:
        end = getattr(one.sequential_interval, side) if one.sequential_interval else None
        found.append(None if end is None else (x[one.day], end))
    return tuple(found)


def _weeks(voice: Voice, metric: MetricResult, course: Course) -> Panel | None:
    told = [w for w in course.weeks if w.relative is not None]
    if len(told) < 2:
        return None
    words, language = COURSE[voice.language], voice.language
    axis = axis_for([_span(w.relative, w.interval) for w in told], always=[_span(told[0].relative, told[0].interval)])
    content = Plot(
        x_range=(told[0].week - 0.6, told[-1].week + 0.6),
        y_range=(axis.low, axis.high),
        x_ticks=tuple((w.week, numbers.count(w.week, language)) for w in told[:: max(1, len(told) // 8)]),
        y_ticks=tuple((tick, _tick(tick, voice)) for tick in axis.ticks),
        axis=words.week_axis,
        dots=tuple(_dot(metric, w) for w in told),
    )
    title = words.by_week.format(title=_name(voice, metric, course))
    first, last = told[0], told[-1]
    sentence = sentences.weeks(
        _trend(first, last, better=metric.better),
        voice.relative(first.relative, first.interval),
        voice.relative(last.relative, last.interval),
        last.week,
        language,
    )
    chart = plot(content, Caption(f"weeks-{metric.name}-{course.treatment}", title, sentence))
    heads = (words.week, words.control, words.treatment, voice.labels.uplift)
    lines = tuple(
        row(
            numbers.count(w.week, language),
            Cell(voice.value(metric, w.control), _contacts(voice, w.control_n)),
            Cell(voice.value(metric, w.treatment), _contacts(voice, w.treatment_n)),
            _relative(voice, w.relative, w.interval),
        )
        for w in course.weeks
    )
    return Panel(title, chart, sentence, sentences.how_to_read_weeks(language), Sheet(title, heads, lines))


def _trend(first: CourseWeek, last: CourseWeek, *, better: str) -> Trend:
    """Intervals that don't overlap prove a change (conservatively); one below zero shows purchases pulled forward."""
    early, late = first.interval, last.interval
    if early is None or late is None:
        return "steady"
    falls = late.high is not None and early.low is not None and late.high < early.low
    rises = late.low is not None and early.high is not None and late.low > early.high
    if better == "up" and falls and late.high is not None and late.high < 0:
        return "below"
    if falls:
        return "fades" if better == "up" else "grows"
    if rises:
        return "grows" if better == "up" else "fades"
    return "steady"


def _day_sheet(voice: Voice, metric: MetricResult, course: Course, title: str, *, bounded: bool) -> Sheet:
    words = COURSE[voice.language]
    heads = [words.day, words.control, words.treatment, voice.labels.uplift, *([words.all_days] if bounded else [])]
    lines = tuple(
        row(
            day(d.day, voice.language),
            Cell(voice.value(metric, d.control), _contacts(voice, d.control_n)),
            Cell(voice.value(metric, d.treatment), _contacts(voice, d.treatment_n)),
            _relative(voice, d.relative, d.interval),
            *([voice.share_bounds(d.sequential_interval)] if bounded else []),
        )
        for d in course.days
    )
    return Sheet(title, tuple(heads), lines)


def _name(voice: Voice, metric: MetricResult, course: Course) -> str:
    title = voice.short_title(metric)
    return f"{title} ({voice.arm(course.treatment)})" if voice.several else title


def _span(relative: float | None, interval: Interval | None) -> Span:
    assert relative is not None
    return Span(relative, *_ends(interval))


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else (interval.low, interval.high)


def _dot(metric: MetricResult, week: CourseWeek) -> Dot:
    assert week.relative is not None
    low, high = _ends(week.interval)
    role = "open"
    if week.interval is not None and week.interval.excludes(0):
        role = "better" if (week.relative > 0) == (metric.better == "up") else "worse"
    return Dot(float(week.week), week.relative, low, high, role)


def _tick(value: float, voice: Voice) -> str:
    return ("+" if value > 0 else "") + numbers.plain_percent(value, voice.language)


def _bounds(voice: Voice, one: CourseDay) -> str:
    return voice.share_bounds(one.interval)


def _contacts(voice: Voice, n: int) -> str:
    return f"n{numbers.NBSP}={numbers.NBSP}{numbers.count(n, voice.language)}"


def _relative(voice: Voice, relative: float | None, interval: Interval | None) -> Cell:
    if relative is None:
        return Cell(values.MISSING)
    return Cell(voice.relative(relative, interval), voice.share_bounds(interval) if interval else "")
