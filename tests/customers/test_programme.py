"""The figures of the scores in the result and the report of the programme that they began."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

from tests.customers.shops import SCORED_ON, study_in
from uplift.analysis import analyze
from uplift.assignment import assign
from uplift.report.customers import customers_chapter
from uplift.report.document import html_of
from uplift.report.voice import Voice
from uplift.results import Result
from uplift.results.customers_json import figures_in
from uplift.results.json_form import from_json, to_json
from uplift.spec.study import Study
from uplift.store import Store
from uplift.store.places import figures_path, scores_path
from uplift.words.language import Language

AFTER = SCORED_ON + datetime.timedelta(days=40)


def begun(study: Study) -> Study:
    with Store.open(study.root / study.project.state) as store:
        assign(study, on=SCORED_ON, store=store)
    return study


@pytest.fixture(scope="module")
def read(shop: Path) -> tuple[Study, Result]:
    study = begun(study_in(shop, start=SCORED_ON, where="predicted_value >= 50 and n_purchases > 1"))
    return study, analyze(study, as_of=AFTER)


def test_a_result_carries_what_was_known_of_the_customers_when_it_began(read: tuple[Study, Result]) -> None:
    study, result = read
    reading = result.customers
    assert reading is not None
    assert reading.chosen
    assert reading.figures == figures_in(scores_path(study.root).with_suffix(".json"))
    assert reading.figures.as_of == SCORED_ON
    assert reading.smallest_group == study.project.defaults.privacy.smallest_group == 20
    assert from_json(to_json(result)) == result


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_report_shows_projections_that_add_up_backtests_and_moves(
    read: tuple[Study, Result], language: Language
) -> None:
    _, result = read
    assert result.customers is not None
    figures = result.customers.figures
    voice = Voice(result, language)
    chapter = customers_chapter(voice)
    assert chapter is not None
    value, months = chapter.panels
    cents = [int(re.sub(r"[^0-9]", "", cells[-1].text)) for cells in value.sheet.rows]
    assert cents[-1] == sum(cents[:-1]) == figures.value, "the last row is the total of the others, to the cent"
    assert len(months.sheet.rows) == 6
    grid, matrix = chapter.sheets
    assert len(grid.rows) == 9
    assert len(matrix.rows) >= len(matrix.heads) - 1
    html = html_of(result, language)
    section = html[html.index('<section aria-labelledby="customers">') :]
    section = section[: section.index("</section>")]
    assert figures.model in section
    assert section.count("<svg") == 2
    assert section.count("<table") == 4
    assert ("Am meisten war vom Segment" if language == "de" else "Most was to be expected") in section


def test_scores_of_a_later_day_are_not_those_of_the_programmes_beginning(
    shop: Path, read: tuple[Study, Result]
) -> None:
    study, result = read
    note = scores_path(study.root).with_suffix(".json")
    before = note.read_text("utf-8")
    try:
        note.write_text(before.replace(f'"as_of": "{SCORED_ON}"', '"as_of": "2026-08-01"'), "utf-8")
        assert analyze(study, as_of=AFTER).customers == result.customers
        figures_path(study.root, study.experiment.id).unlink()
        begun(study)  # assigns nobody new, and finds figures that are too young
        assert analyze(study, as_of=AFTER).customers is None
    finally:
        note.write_text(before, "utf-8")
    begun(study)
    assert analyze(study, as_of=AFTER).customers == result.customers


def test_an_audience_that_was_not_chosen_by_scores_is_said_not_to_be(shop: Path, read: tuple[Study, Result]) -> None:
    study, _ = read
    figures = figures_path(study.root, study.experiment.id)
    assert figures.is_file()
    plain = study_in(shop, start=SCORED_ON, where="opt_in", scores=None)
    reading = analyze(plain, as_of=AFTER).customers
    assert reading is not None
    assert not reading.chosen
