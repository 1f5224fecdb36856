"""Value and lifecycle in the report: sums that a reader can check, few contacts not shown, refusals said."""

from __future__ import annotations

import dataclasses
import re

import pytest

from tests.report import report_cases
from tests.report.customer_cases import FIGURES
from uplift.report.chapter import Chapter
from uplift.report.customers import POOLED, customers_chapter, pooled
from uplift.report.document import html_of
from uplift.report.voice import Voice
from uplift.results import Result
from uplift.results.customers import CustomersReading, CustomersResult, Gate, SegmentFigures
from uplift.words.language import Language


def told(figures: CustomersResult = FIGURES, *, chosen: bool = True, smallest: int = 20) -> Result:
    return dataclasses.replace(report_cases.clear_win(), customers=CustomersReading(figures, chosen, smallest))


def chapter(result: Result, language: Language = "de") -> Chapter:
    found = customers_chapter(Voice(result, language))
    assert found is not None
    return found


def test_without_scores_there_is_no_section() -> None:
    assert customers_chapter(Voice(report_cases.clear_win(), "de")) is None


def test_a_report_that_cannot_be_trusted_does_not_turn_to_predictions() -> None:
    broken = dataclasses.replace(
        report_cases.srm_failed(), customers=CustomersReading(FIGURES, chosen=True, smallest_group=20)
    )
    assert customers_chapter(Voice(broken, "de")) is None


@pytest.mark.parametrize("language", ["de", "en"])
def test_segments_add_up_to_the_cent_and_small_ones_stand_together(language: Language) -> None:
    rows = chapter(told(), language).panels[0].sheet.rows
    cents = [int(re.sub(r"[^0-9]", "", cells[-1].text)) for cells in rows]
    assert cents == [9_876_543, 1_234_567, 30_001, 11_141_111]
    assert rows[2][0].text in ("kleine Segmente zusammen", "small segments together")
    assert rows[-1][-1].text == {"de": "111.411,11\u00a0€", "en": "€111,411.11"}[language]


def test_no_group_below_twenty_contacts_is_shown_alone() -> None:
    """12 and 18 contacts make 30; were there 12 alone, the next segment would hide them."""
    assert [s.contacts for s in pooled(FIGURES.segments, smallest=20)] == [1_000, 5_000, 30]
    alone = pooled(FIGURES.segments[:3], smallest=20)
    assert [(s.name, s.contacts) for s in alone] == [("more.inactive", 5_000), (POOLED, 1_012)]
    matrix = chapter(told()).sheets[1]
    assert [cell.text for cell in matrix.rows[-1]][1:] == ["–", "–", "unter\u00a020"]


def test_the_smallest_group_is_the_projects() -> None:
    """Of a thousand, «will probably buy» stands with the 30 others; 290 and 300 moved, too few to be told."""
    found = chapter(told(smallest=1_001), "en")
    rows = found.panels[0].sheet.rows
    assert [cells[0].text for cells in rows][1:] == ["small segments together", "Total"]
    assert rows[1][0].note == "1,030\u00a0contacts"
    assert [cell.text for cells in found.sheets[1].rows for cell in cells[1:]].count("under\u00a01,001") == 4


def test_what_stands_together_above_is_not_told_apart_in_the_grid() -> None:
    few = dataclasses.replace(FIGURES, segments=(*FIGURES.segments, SegmentFigures("more.churn", 3, 1.0, 777, None)))
    cells = tuple(
        dataclasses.replace(cell, contacts=3, value=777) if (cell.frequency, cell.state) == ("more", "churn") else cell
        for cell in FIGURES.lifecycle
    )
    grid = chapter(told(dataclasses.replace(few, lifecycle=cells)), "en").sheets[0]
    hidden = [cells for cells in grid.rows if cells[1].text == "small segments together"]
    assert [cells[2].text for cells in hidden] == ["–"]
    assert "€7.77" not in str(grid)


def test_the_matrix_has_rows_for_segments_that_nobody_is_in_any_more() -> None:
    matrix = chapter(told(), "en").sheets[1]
    assert matrix.heads[1:] == ("1", "2", "3")
    assert [cells[0].text for cells in matrix.rows] == [
        "1\u00a0more than one purchase, will probably buy",
        "2\u00a0more than one purchase, will probably stay inactive",
        "3\u00a0exactly one purchase, no prediction",
        "more than one purchase, active, not due yet",
        "unknown a month ago",
    ]
    assert matrix.rows[0][1].note == "€60,000"


def test_months_are_told_by_their_worst_figures() -> None:
    sentence = chapter(told()).panels[1].sentence
    assert "1,01- bis 1,02-Fache" in sentence
    assert "mindestens 0,81" in sentence


def test_a_refused_cell_shows_why_and_no_number() -> None:
    grid = chapter(told()).sheets[0]
    one = [cells for cells in grid.rows if cells[0].text.startswith("genau ein Kauf")]
    assert {cell.text for cells in one for cell in cells[1:3]} == {"–"}
    assert all("abgelehnt: AUC im schlechtesten Monat 0,52" in cells[3].text for cells in one)


def test_a_shop_without_lifecycle_says_why_and_keeps_its_values() -> None:
    young = dataclasses.replace(FIGURES, overall=Gate(False, "months", None, None, ()), moves=())
    found = chapter(told(young))
    assert len(found.panels) == 1
    assert len(found.sheets) == 1
    assert found.notes[0].startswith("Der Lebenszyklus wurde nicht vorhergesagt: abgelehnt: weniger als sieben Monate")


def test_scores_that_did_not_choose_the_audience_are_said_not_to_have() -> None:
    assert "wurde die Zielgruppe gewählt" in chapter(told()).lead[0]
    assert "nicht mit ihnen gewählt" in chapter(told(chosen=False)).lead[0]
    html = html_of(told(), "en")
    assert 'aria-labelledby="customers"' in html
    assert "3 with a negative value; 12 there twice" in html
