"""The course of an uplift and its planned looks, drawn and told without inviting anybody to peek."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from tests.report import report_cases as cases
from tests.report import rich_cases as rich
from tests.report.test_render import text_of
from uplift.report import render
from uplift.report.course import course_chapter
from uplift.report.looks import looks_chapter
from uplift.report.voice import Voice
from uplift.results import Course, CourseDay, CourseWeek, Interval


def with_course(course: Course) -> Voice:
    base = cases.clear_win()
    primary = dataclasses.replace(base.primary, course=(course,))
    return Voice(dataclasses.replace(base, metrics=(primary, *base.metrics[1:])), "de")


def days(*bounds: tuple[float, float, float]) -> tuple[CourseDay, ...]:
    """Days with an uplift of 20 %: pointwise half width, sequential low and high."""
    return tuple(
        CourseDay(
            rich.START + datetime.timedelta(i), 100, 400, 1.0, 1.2, 0.2, Interval(0.2 - h, 0.2 + h), Interval(a, b)
        )
        for i, (h, a, b) in enumerate(bounds)
    )


def test_days_are_proven_only_from_where_the_bounds_stay_beyond_zero() -> None:
    narrow, wide = (0.1, 0.01, 0.4), (0.1, -0.1, 0.5)
    chapter = course_chapter(with_course(Course("treatment", days(narrow, wide, narrow, narrow))))
    assert chapter is not None
    assert "seit dem 2.\xa0Dezember 2026 nachgewiesen" in chapter.panels[0].sentence
    open_ = course_chapter(with_course(Course("treatment", days(narrow, narrow, wide))))
    assert open_ is not None
    assert "am letzten Tag kein Unterschied nachgewiesen" in open_.panels[0].sentence


def weeks(*pairs: tuple[float, float]) -> Course:
    return Course(
        "treatment",
        (),
        tuple(
            CourseWeek(w, 9, 36, 1.0, 1 + (a + b) / 2, (a + b) / 2, Interval(a, b)) for w, (a, b) in enumerate(pairs, 1)
        ),
    )


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        (((0.4, 0.6), (0.1, 0.3)), "lässt nachweisbar nach"),
        (((0.0, 0.1), (0.2, 0.3)), "wächst nachweisbar"),
        (((0.4, 0.6), (-0.3, -0.1)), "nur vorgezogen"),
        (((0.1, 0.5), (0.0, 0.3)), "nicht nachweisbar"),
    ],
)  # fmt: skip
def test_weeks_speak_of_a_trend_only_where_intervals_part(pairs: tuple[tuple[float, float], ...], told: str) -> None:
    chapter = course_chapter(with_course(weeks(*pairs)))
    assert chapter is not None
    assert told in chapter.panels[0].sentence


def test_days_without_a_number_part_the_line_and_stay_in_the_table() -> None:
    course = Course("treatment", days((0.1, 0, 1), (0.1, 0, 1), (0.1, 0, 1), (0.1, 0, 1)))
    holed = dataclasses.replace(course.days[2], relative=None, interval=None, sequential_interval=None)
    chapter = course_chapter(with_course(dataclasses.replace(course, days=(*course.days[:2], holed, *course.days[3:]))))
    assert chapter is not None
    panel = chapter.panels[0]
    assert len(panel.sheet.rows) == 4
    assert panel.sheet.rows[2][3].text == "–"


def test_a_course_says_that_the_planned_day_decides() -> None:
    assert "Entschieden wird am geplanten Auswertungstag" in text_of(render(rich.everything(), language="de"))


def test_a_stopped_test_shows_where_the_bound_was_crossed_and_the_honest_estimate() -> None:
    chapter = looks_chapter(Voice(rich.everything(), "de"))
    assert chapter is not None
    assert chapter.lead[0] == "Bei der Auswertung «Welle\xa02» ist die Schranke überschritten; der Test darf enden."
    assert "median-unverzerrt" in chapter.lead[1]
    assert chapter.panels[0].chart.svg.count('class="dot better"') == 1
    assert chapter.panels[0].sheet.rows[2][4].text == "steht noch aus"


def test_a_running_plan_counts_its_looks_and_tells_why_one_has_no_verdict() -> None:
    chapter = looks_chapter(Voice(rich.keeps_running(), "en"))
    assert chapter is not None
    assert "1 of 3 looks are taken; no bound was crossed" in chapter.lead[0]


def test_futility_is_no_success() -> None:
    chapter = looks_chapter(Voice(rich.stopped_for_futility(), "en"))
    assert chapter is not None
    assert "success was out of reach" in chapter.lead[0]
    assert "Hwang–Shih–DeCani (−4)" in chapter.panels[0].foot


@pytest.mark.parametrize("make", [course_chapter, looks_chapter])
def test_nothing_is_shown_where_nothing_is_or_can_be_trusted(make: object) -> None:
    for result in (cases.clear_win(), rich.everything_untrusted()):
        assert make(Voice(result, "de")) is None  # type: ignore[operator]
