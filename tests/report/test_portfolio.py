"""The index of all experiments: found without a script, counted honestly, and never a total that is none."""

from __future__ import annotations

import dataclasses
import datetime
import re

import html5lib
import pytest

from tests.report import portfolio_cases as cases
from tests.report import report_cases
from tests.report.test_render import text_of
from uplift.report.document import html_of_portfolio
from uplift.report.portfolio import _sum
from uplift.results.portfolio import Portfolio, latest
from uplift.words.language import Language

LANGUAGES: tuple[Language, ...] = ("de", "en")


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {language: html_of_portfolio(cases.portfolio(), language) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_index_is_valid_html_without_a_script(pages: dict[str, str], language: str) -> None:
    html5lib.HTMLParser(strict=True).parse(pages[language])
    assert "<script" not in pages[language]
    assert "default-src 'none'" in pages[language]
    ids = re.findall(r' id="([^"]+)"', pages[language])
    assert len(ids) == len(set(ids))


def test_it_counts_verdicts_and_sorts_by_date(pages: dict[str, str]) -> None:
    assert "6 Experimente: 3 besser, 1 schlechter, 1 unklar und 1 ohne Urteil." in text_of(pages["de"])
    links = re.findall(r'<th scope="row"><a href="([^"]+)"', pages["de"])
    assert links == [
        "push.de.html",
        "repeat-buyers.de.html",
        "welcome-mail-2.de.html",
        "welcome-mail.de.html",
        "letter.de.html",
        "fashion.de.html",
    ]


def test_each_row_can_be_filtered_by_its_verdict_without_a_script(pages: dict[str, str]) -> None:
    html = pages["de"]
    for mood in ("better", "worse", "open", "refused"):
        assert f'id="only-{mood}"' in html
        assert f"main:has(#only-{mood}:checked) tr.result:not(.{mood})" in html
        assert f'<tr class="result {mood}">' in html


def test_a_sum_over_tests_is_labelled_and_as_wide_as_if_all_erred_together(pages: dict[str, str]) -> None:
    total = _sum(cases.portfolio(), "de")
    assert total is not None
    shown = [r for r in cases.results() if r.experiment.currency == "EUR" and r.trusted]
    increments = [m.increments[0] for r in shown for m in r.metrics if m.name == "revenue_per_contact"]
    assert total.value == pytest.approx(sum(i.value for i in increments if i.value is not None))
    assert total.low == pytest.approx(
        sum(i.interval.low for i in increments if i.interval and i.interval.low is not None)
    )
    text = text_of(pages["de"])
    assert "Das ist keine Gesamtwirkung" in text
    assert "(nicht addierbar)" in text


def test_only_a_holdout_gives_a_total(pages: dict[str, str]) -> None:
    assert "Gesamtwirkung laut «Holdout Global 2026H2»: +61.500 € Zusatzumsatz" in text_of(pages["de"])
    without = text_of(html_of_portfolio(cases.portfolio(with_holdout=False), "de"))
    assert "Gesamtwirkung laut" not in without
    assert "sagt nur eine globale Kontrollgruppe" in without


def test_an_experiment_that_is_only_called_holdout_is_none() -> None:
    named = cases.named(report_cases.clear_win(), "holdout-mail", owner="crm", programme=None, days=1)
    assert Portfolio((named, cases.holdout()), cases.ON).experiments == (named,)


def test_running_tests_show_days_left_and_whether_they_are_big_enough(pages: dict[str, str]) -> None:
    text = text_of(pages["de"])
    for told in (
        "12 Tage",
        "genug Power (86 %)",
        "zu klein: Power 44 % statt 80 %",
        "fällig seit 8. März 2027",
        "Power nicht berechenbar",
    ):
        assert told in text


def test_programmes_show_their_pooled_line_or_say_that_there_is_none(pages: dict[str, str]) -> None:
    text = text_of(pages["de"])
    assert "repeat-buyers · 6 Läufe" in text
    assert "Alle Läufe zusammen" in text
    assert "welcome · 2 Läufe" in text
    assert "gepoolt sind sie nicht" in text


def test_a_result_that_cannot_be_trusted_shows_no_number_in_the_index(pages: dict[str, str]) -> None:
    row = re.search(r'(?s)<tr class="result refused">.*?</tr>', pages["de"])
    assert row is not None
    assert "%" not in row[0]
    assert "€" not in row[0]


def test_the_newest_result_of_each_experiment_counts() -> None:
    old, new = (dataclasses.replace(report_cases.clear_win(), as_of=datetime.date(2027, 1, d)) for d in (1, 2))
    assert latest([new, old]) == (new,)


def test_an_empty_portfolio_is_an_honest_page() -> None:
    html = html_of_portfolio(Portfolio((), cases.ON), "de")
    html5lib.HTMLParser(strict=True).parse(html)
    assert "Noch kein Experiment ist ausgewertet." in html


def test_hostile_experiments_stay_text_and_their_links_harmless() -> None:
    hostile = report_cases.hostile_names()
    experiment = dataclasses.replace(hostile.experiment, id="javascript:alert(1)//../x")
    html = html_of_portfolio(Portfolio((dataclasses.replace(hostile, experiment=experiment),), cases.ON), "en")
    assert "<script" not in html
    assert 'href="javascript-alert-1-..-x.en.html"' in html


def test_the_same_portfolio_gives_the_same_bytes(pages: dict[str, str]) -> None:
    assert html_of_portfolio(cases.portfolio(), "de") == pages["de"]
