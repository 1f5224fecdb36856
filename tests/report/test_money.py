"""The first screen says what was left, and «we can't tell» where it can't be told."""

from __future__ import annotations

import dataclasses

import pytest

from tests.report import report_cases as cases
from tests.report import rich_cases as rich
from tests.report.test_render import first_screen, text_of
from uplift.report import render
from uplift.report.money import accounts, money_chapter
from uplift.report.voice import Voice
from uplift.words.numbers import NBSP


def shown(result: object) -> str:
    return text_of(render(result, language="de"))  # type: ignore[arg-type]


def test_what_pays_is_said_with_its_interval() -> None:
    screen = first_screen(render(rich.pays_off(), language="de"))
    assert "Die Aktion rechnet sich: Nach allen Kosten bleiben 12.900 € zusätzlicher Deckungsbeitrag" in screen
    assert "(95-%-Konfidenzintervall: 5.160 € bis 20.600 €)" in screen


def test_what_costs_more_than_it_brings_is_said_too() -> None:
    assert "kostet mehr, als sie bringt" in first_screen(render(rich.costs_more_than_it_brings(), language="de"))
    assert "costs more than it brings" in first_screen(render(rich.costs_more_than_it_brings(), language="en"))


def test_an_open_account_stays_open() -> None:
    screen = first_screen(render(rich.money_open(), language="en"))
    assert "Whether the campaign pays off is open" in screen
    assert "pays off:" not in screen


@pytest.mark.parametrize("result", [rich.money_refused(), rich.everything_untrusted()])
def test_without_a_verdict_no_amount_is_named(result: object) -> None:
    assert accounts(Voice(result, "de")) == ()  # type: ignore[arg-type]
    assert money_chapter(Voice(result, "de")) is None  # type: ignore[arg-type]


def test_a_refused_comparison_says_that_its_money_cannot_be_told() -> None:
    told = dataclasses.replace(rich.money_refused())
    assert "Deckungsbeitrag" not in first_screen(render(told)).replace("rechnet, lässt sich nicht sagen", "")


def test_the_account_adds_up_line_by_line() -> None:
    (account,) = rich.pays_off().money
    assert account.revenue.value is not None
    assert account.contribution.value == pytest.approx(
        account.margin * account.revenue.value - account.contact_cost - (account.redemption_cost.value or 0)
    )
    text = shown(rich.pays_off())
    for line in ("Zusätzlicher Umsatz", "× Marge von 38 % = Deckungsbeitrag", "− Kontaktkosten", "− Einlösekosten"):
        assert line in text
    assert "1.200 Einlösungen" in text
    assert "4.500 €" in text  # 45,000 contacts × 0.10 €


def test_the_break_even_uplift_stands_beside_the_measured_one() -> None:
    assert "sobald «Umsatz je Kontakt» um 16,4 % steigt; gemessen wurden 36,4 % (±15,4 %)." in shown(rich.pays_off())


def test_every_treatment_has_its_own_account() -> None:
    text = shown(rich.money_of_three_arms())
    assert "Mail Herrenmode rechnet sich" in text
    assert "Mail Damenmode rechnet sich" in text


def test_a_campaign_without_costs_needs_no_break_even() -> None:
    text = shown(rich.with_money(cases.clear_win(), cost=0.0))
    assert "Kosten sind im Experiment keine angegeben" in text
    assert "Gedeckt ab" not in text
    assert "Ertrag je" not in text


def test_buyers_and_revenue_stand_on_the_first_screen_in_total_and_per_thousand() -> None:
    html = render(rich.pays_off(), language="de")
    figures = html[html.index('class="figures') : html.index('id="trust"')].replace(NBSP, " ")
    for name in (
        "Zusätzlicher Umsatz",
        "Zusätzliche Käufer",
        "Ertrag je 1 € Kosten",
        "Entgangen durch",
        "+12,5 je 1.000 Kontakte",
    ):
        assert name in figures


def test_no_money_is_shown_where_none_was_declared() -> None:
    html = render(cases.clear_win(), language="de")
    assert 'id="money"' not in html
    assert "rechnet sich" not in html
    assert "Deckungsbeitrag" not in html
