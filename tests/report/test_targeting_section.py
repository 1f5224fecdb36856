"""Targeting in a report: a verdict first, an honest value beside what the model believes, never a person."""

from __future__ import annotations

import dataclasses

import pytest

from tests.report import report_cases as cases
from tests.report import rich_cases as rich
from uplift.report.targeting import targeting_chapter
from uplift.report.voice import Voice
from uplift.results import Result
from uplift.results.targeting import Action


def of(result: Result, language: str = "de") -> object:
    return targeting_chapter(Voice(result, language))  # type: ignore[arg-type]


def test_the_model_never_speaks_alone_of_its_own_worth() -> None:
    chapter = targeting_chapter(Voice(rich.targeted(), "de"))
    assert chapter is not None
    curse = next(s for s in chapter.lead if "Fluch des Gewinners" in s)
    assert "+1.410\xa0€" in curse
    assert "+1.120\xa0€" in curse


def test_the_curve_is_drawn_with_its_band_and_beside_chance() -> None:
    chapter = targeting_chapter(Voice(rich.targeted(), "de"))
    assert chapter is not None
    panel = chapter.panels[0]
    assert panel.chart.svg.count('class="area"') == 1
    assert panel.chart.svg.count('class="random"') == 1
    assert "Die besten 25\xa0% nach Modell bringen 49\xa0% der gesamten Wirkung" in panel.sentence
    assert len(panel.sheet.rows) == 21


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("target", "lohnt sich"),
        ("everyone", "An alle senden"),
        ("no_one", "An niemanden senden"),
        ("test_again", "rund 240.000 Kontakten"),
    ],
)
def test_each_verdict_has_its_sentence(action: Action, told: str) -> None:
    chapter = targeting_chapter(
        Voice(dataclasses.replace(cases.clear_win(), targeting=rich.targeting(action=action)), "de")
    )
    assert chapter is not None
    assert told in chapter.lead[0]


def test_unlocked_targeting_is_called_exploratory_first() -> None:
    chapter = targeting_chapter(Voice(rich.targeting_in_vain(), "en"))
    assert chapter is not None
    assert chapter.lead[0].startswith("Exploratory:")


def test_rules_read_as_sentences_and_the_rest_is_named() -> None:
    chapter = targeting_chapter(Voice(rich.targeted(), "de"))
    assert chapter is not None
    rule = next(s for s in chapter.sheets if s.caption.startswith("Die Auswahl als Regel"))
    assert rule.rows[0][0].text == "days_since_last_order ≤\xa0180 und country ist DE, FR"
    assert rule.rows[1][0].text == "alle übrigen"


def test_nothing_is_said_without_a_reading_or_without_trust() -> None:
    assert of(cases.clear_win()) is None
    assert of(dataclasses.replace(cases.srm_failed(), targeting=rich.targeting())) is None
