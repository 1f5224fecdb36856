"""Numbers are set as a native writer sets them; Babel is the independent witness."""

from __future__ import annotations

import datetime
import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal

import pytest
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st

from uplift.words import numbers
from uplift.words.dates import day, days_between, duration
from uplift.words.grammar import listed
from uplift.words.language import Language

LANGUAGES: tuple[Language, ...] = ("de", "en")
LOCALES = {"de": "de_DE", "en": "en"}

finite = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False).filter(lambda v: v == 0 or abs(v) > 1e-9)


def babel(text: str) -> str:
    """Babel writes an ASCII minus and a breaking space between day and month."""
    return text.replace("-", numbers.MINUS)


@pytest.mark.parametrize(
    ("uplift", "half", "printed"),
    [
        (0.0941, 0.0762, "9,41 % (±7,62 %)"),
        (0.249, 0.110, "24,9 % (±11,0 %)"),
        (0.0920, 0.0722, "9,20 % (±7,22 %)"),
        (0.0941333, 0.0761666, "9,41 % (±7,62 %)"),
    ],
)
def test_the_published_lines_are_printed_with_three_significant_digits(
    uplift: float, half: float, printed: str
) -> None:
    text = f"{numbers.percent(uplift, 'de')} ({numbers.half_width(numbers.percent(half, 'de'))})"
    assert text.replace(numbers.NBSP, " ") == printed


@pytest.mark.parametrize(
    ("share", "german", "english"),
    [
        (0.09995, "10,0 %", "10.0%"),
        (0.09405, "9,41 %", "9.41%"),  # a tie: its nearest double lies below
        (0.000123, "0,0123 %", "0.0123%"),
        (1.2345, "123 %", "123%"),
        (12.345, "1.230 %", "1,230%"),
        (-0.03, "−3,00 %", "−3.00%"),
        (0.0, "0 %", "0%"),
        (0.9999, "100 %", "100%"),
    ],
)
def test_percentages_round_half_up_and_keep_trailing_zeros(share: float, german: str, english: str) -> None:
    assert numbers.percent(share, "de") == german.replace(" ", numbers.NBSP)
    assert numbers.percent(share, "en") == english


@given(finite)
def test_rounding_agrees_with_the_decimal_context(value: float) -> None:
    shown = numbers.rounded(value)
    assert shown == Context(prec=3, rounding=ROUND_HALF_UP).create_decimal(str(value))
    if shown and abs(shown) < 100:
        assert len(shown.as_tuple().digits) == 3


@given(finite, st.sampled_from(LANGUAGES))
def test_two_decimals_agree_with_babel(value: float, language: Language) -> None:
    rounded = Decimal(str(value)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    expected = babel(format_decimal(rounded, "#,##0.00", locale=LOCALES[language]))
    ours = numbers.number(value, language, significant=None, decimals=2)
    assert ours == (expected if rounded else "0,00" if language == "de" else "0.00")


@given(st.integers(-(10**15), 10**15), st.sampled_from(LANGUAGES))
def test_counts_agree_with_babel(value: int, language: Language) -> None:
    assert numbers.count(value, language) == babel(format_decimal(value, locale=LOCALES[language]))


@given(st.integers(-99999, 99999), st.sampled_from(LANGUAGES))
def test_percentages_agree_with_babel(basis_points: int, language: Language) -> None:
    shown = numbers.rounded(Decimal(basis_points) / 100)
    decimals = max(0, -int(shown.as_tuple().exponent))
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "") + "%"
    expected = babel(format_percent(shown / 100, pattern, locale=LOCALES[language]))
    if language == "de":
        expected = expected.replace("%", f"{numbers.NBSP}%")
    assert numbers.percent(Decimal(basis_points) / 10000, language) == expected


@pytest.mark.parametrize("currency", ["EUR", "CHF", "GBP", "USD", "JPY", "SEK"])
@pytest.mark.parametrize("value", [1234.5, -1234.5, 0.5, 1_000_000, 12.345, 0])
@pytest.mark.parametrize("language", LANGUAGES)
def test_money_agrees_with_babel(value: float, currency: str, language: Language) -> None:
    cents = Decimal(str(value)).quantize(Decimal("1" if currency == "JPY" else "0.01"), rounding=ROUND_HALF_UP)
    expected = babel(format_currency(cents, currency, locale=LOCALES[language]))
    expected = expected.replace("¥", "JPY")  # a sign that two currencies share is no name
    if language == "en":  # CLDR puts a no-break space between a code and its digits; Babel leaves that rule out
        expected = re.sub(r"([A-Z]{3})(?=\d)", rf"\1{numbers.NBSP}", expected)
    assert numbers.money(value, currency, language) == expected


def test_totals_have_three_significant_digits_and_never_one_decimal() -> None:
    assert numbers.money_total(24312.4, "EUR", "de") == "24.300\N{NO-BREAK SPACE}€"
    assert numbers.money_total(81.94, "EUR", "de") == "81,90\N{NO-BREAK SPACE}€"
    assert numbers.money_total(4.5678, "EUR", "en") == "€4.57"
    assert numbers.money_total(-4600, "EUR", "en", signed=True) == "−€4,600"
    assert numbers.money_total(1250000, "CHF", "de", signed=True) == "+1.250.000\N{NO-BREAK SPACE}CHF"
    assert numbers.money_total(0, "EUR", "de") == "0\N{NO-BREAK SPACE}€"


def test_small_amounts_keep_three_significant_digits() -> None:
    assert numbers.money_mean(0.6528, "USD", "en") == "$0.653"
    assert numbers.money_mean(1.4226, "USD", "en") == "$1.42"
    assert numbers.money_mean(0.99951, "EUR", "de") == "1,00\N{NO-BREAK SPACE}€"
    assert numbers.money_mean(82.06, "EUR", "de") == "82,06\N{NO-BREAK SPACE}€"


def test_p_values_never_print_as_zero_or_one() -> None:
    assert numbers.p_text(0.0155, "de").replace(numbers.NBSP, " ") == "p = 0,0155"
    assert numbers.p_text(0.00099, "de").replace(numbers.NBSP, " ") == "p < 0,001"
    assert numbers.p_text(0.0, "en").replace(numbers.NBSP, " ") == "p < 0.001"
    assert numbers.p_text(1.0, "en").replace(numbers.NBSP, " ") == "p > 0.999"
    assert numbers.p_number(0.37, "de") == "0,370"


def test_levels_weights_and_margins_are_printed_as_they_were_written() -> None:
    assert numbers.level(0.95, "en") + "confidence interval" == "95% confidence interval"
    assert (
        numbers.level(0.975, "de").replace("\N{NON-BREAKING HYPHEN}", "-") + "Konfidenzintervall"
        == "97,5-%-Konfidenzintervall"
    )
    assert numbers.plain_percent(0.9, "de") == "90\N{NO-BREAK SPACE}%"
    assert numbers.plain_percent(1 / 3, "de") == "33,3\N{NO-BREAK SPACE}%"
    assert numbers.plain_percent(0.005, "en") == "0.5%"
    assert numbers.plain_percent(1 - 0.05, "en") == "95%"
    assert numbers.points(0.0125, "de") == "1,25\N{NO-BREAK SPACE}Prozentpunkte"
    assert numbers.points(-0.003, "en", signed=True) == "−0.300\N{NO-BREAK SPACE}percentage points"


def test_ranges_say_from_and_to_in_words() -> None:
    low, high = numbers.percent(0.0179, "de"), numbers.percent(0.1703, "de")
    assert numbers.span(low, high, "de").replace(numbers.NBSP, " ") == "1,79 % bis 17,0 %"
    assert numbers.span("1.79%", "17.0%", "en") == "1.79% to 17.0%"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_has_no_digits_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="no digits"):
        numbers.percent(value, "de")


@given(st.dates(min_value=datetime.date(1900, 1, 1)))
def test_dates_agree_with_babel(date: datetime.date) -> None:
    assert day(date, "de").replace(numbers.NBSP, " ") == format_date(date, "d. MMMM y", locale="de_DE")
    assert day(date, "en").replace(numbers.NBSP, " ") == format_date(date, "d MMMM y", locale="en_GB")


def test_a_span_of_days_says_the_year_once() -> None:
    start, end = datetime.date(2026, 11, 30), datetime.date(2026, 12, 24)
    assert days_between(start, end, "de").replace(numbers.NBSP, " ") == "30. November bis 24. Dezember 2026"
    assert (
        days_between(start, datetime.date(2027, 1, 24), "en").replace(numbers.NBSP, " ")
        == "30 November 2026 to 24 January 2027"
    )
    assert days_between(start, start, "en").replace(numbers.NBSP, " ") == "30 November 2026"
    assert duration(1, "de").replace(numbers.NBSP, " ") == "1 Tag"
    assert duration(30, "en").replace(numbers.NBSP, " ") == "30 days"


@given(st.lists(st.text(min_size=1, alphabet="abcäöü"), max_size=5))
def test_lists_agree_with_babel(items: list[str]) -> None:
    assert listed(items, "de") == format_list(items, locale="de_DE")
    assert listed(items, "en") == format_list(items, locale="en_GB")
