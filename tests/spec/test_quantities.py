"""Numbers with units are exact, and what is unclear is asked back."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uplift.spec.quantities import (
    Duration,
    Effect,
    Money,
    QuantityError,
    exact_decimal,
    parse_duration,
    parse_effect,
    parse_level,
    parse_money,
    parse_share,
    share_text,
)


@pytest.mark.parametrize(
    ("written", "share"),
    [
        ("15%", Fraction(15, 100)),
        ("15 %", Fraction(15, 100)),
        ("15\u00a0%", Fraction(15, 100)),
        ("99.9%", Fraction(999, 1000)),
        ("1/3", Fraction(1, 3)),
        (Decimal("0.15"), Fraction(15, 100)),
        ("0.15", Fraction(15, 100)),
        (0, Fraction(0)),
        ("0%", Fraction(0)),
        ("100%", Fraction(1)),
    ],
)
def test_a_share_is_exact_however_it_is_written(written: object, share: Fraction) -> None:
    assert parse_share(written) == share


@pytest.mark.parametrize("written", [15, "15", 1, Decimal("1.5"), "1.0"])
def test_a_bare_number_of_one_or_more_is_an_ambiguous_share(written: object) -> None:
    with pytest.raises(QuantityError) as caught:
        parse_share(written)
    assert caught.value.code == "UP104"
    assert "ambiguous" in caught.value.message


def test_the_ambiguous_share_asks_the_question_of_the_language_guide() -> None:
    with pytest.raises(QuantityError, match=r"^15 is ambiguous: did you mean 15% \?$"):
        parse_share(15)


@pytest.mark.parametrize("written", ["150%", "-5%", "1/0", "4/3", "abc", "", "15,5%", "%", "_%", "1e3", "15 pp"])
def test_what_is_no_share_is_refused(written: str) -> None:
    with pytest.raises(QuantityError):
        parse_share(written)


def test_a_decimal_comma_is_mended() -> None:
    with pytest.raises(QuantityError) as caught:
        parse_share("15,5%")
    assert caught.value.fix == "write 15.5%"


@pytest.mark.parametrize(
    ("written", "effect"),
    [
        ("1.0pp", Effect(Fraction(1, 100), "points")),
        ("5%", Effect(Fraction(5, 100), "relative")),
        ("-5%", Effect(Fraction(-5, 100), "relative")),
        ("2 EUR", Effect(Fraction(2), "absolute", currency="EUR")),
        (Decimal("0.3"), Effect(Fraction(3, 10), "absolute")),
        (5, Effect(Fraction(5), "absolute")),
    ],
)
def test_an_effect_keeps_its_unit(written: object, effect: Effect) -> None:
    assert parse_effect(written) == effect


def test_effects_are_equal_when_they_mean_the_same() -> None:
    assert parse_effect("5%") == parse_effect("5.0 %")
    assert parse_effect("5%") != parse_effect("5pp")
    assert str(parse_effect("5.0 %")) == "5.0 %"


@pytest.mark.parametrize("written", ["2 €", "5 pips", "five", "1..0pp", "2 eur"])
def test_an_unknown_unit_of_an_effect_is_refused(written: str) -> None:
    with pytest.raises(QuantityError):
        parse_effect(written)


def test_money_is_exact_and_counts_cents() -> None:
    assert parse_money("0.62 EUR") == Money(Decimal("0.62"), "EUR")
    assert parse_money("0.62 EUR").minor == 62
    assert parse_money("60_000 EUR").amount == 60_000
    assert parse_money("5EUR").currency == "EUR"


@pytest.mark.parametrize(
    ("written", "fix"),
    [("0.62", "write 0.62 EUR"), ("5 €", "write 5 EUR"), ("5 eur", "write 5 EUR"), ("0,62 EUR", "write 0.62 EUR")],
)
def test_money_without_a_currency_code_is_mended(written: str, fix: str) -> None:
    with pytest.raises(QuantityError) as caught:
        parse_money(written)
    assert caught.value.fix.startswith(fix)


def test_a_duration_is_in_whole_days() -> None:
    assert parse_duration("30d") == Duration(30)
    assert parse_duration("2w") == Duration(14)
    assert str(parse_duration("2w")) == "14d"


@pytest.mark.parametrize("written", [30, "30", "24h", "1m", "1.5d", "-3d", "d", "4000d", "99999999999d"])
def test_other_durations_are_refused(written: object) -> None:
    with pytest.raises(QuantityError):
        parse_duration(written)


def test_a_window_lasts_at_least_a_day() -> None:
    assert parse_duration("0d") == Duration(0)
    with pytest.raises(QuantityError):
        parse_duration("0d", shortest=1)


def test_a_level_is_a_share_an_amount_or_a_number() -> None:
    assert parse_level("9.0%") == Fraction(9, 100)
    assert parse_level("75.00 EUR") == 75
    assert parse_level(Decimal("12.5")) == Fraction(25, 2)
    with pytest.raises(QuantityError):
        parse_level("9pp")


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_a_share_survives_being_written_and_read(numerator: int, denominator: int) -> None:
    share = Fraction(min(numerator, denominator), denominator)
    assert parse_share(share_text(share)) == share


@given(st.decimals(min_value=-(10**6), max_value=10**6, allow_nan=False, places=6))
def test_decimals_lose_no_digit(number: Decimal) -> None:
    text = exact_decimal(Fraction(number))
    assert text is not None
    assert Fraction(text) == Fraction(number)


@given(st.text(max_size=80))
def test_no_text_makes_a_parser_raise_anything_else(text: str) -> None:
    for parse in (parse_share, parse_effect, parse_money, parse_duration, parse_level):
        with contextlib.suppress(QuantityError):
            parse(text)


@pytest.mark.parametrize(
    ("parse", "written"),
    [
        (parse_share, "15%"),
        (parse_effect, "1.0pp"),
        (parse_money, "0.62 EUR"),
        (parse_duration, "30d"),
        (parse_level, "9.0%"),
    ],
)
def test_a_parsed_value_is_taken_as_it_is(parse: Callable[[object], object], written: str) -> None:
    assert parse(parse(written)) == parse(written)


@pytest.mark.parametrize("parse", [parse_share, parse_effect, parse_money, parse_duration, parse_level])
@pytest.mark.parametrize("found", [None, True, [], {}, object()])
def test_what_is_no_scalar_is_refused_in_words(parse: Callable[[object], object], found: object) -> None:
    with pytest.raises(QuantityError) as caught:
        parse(found)
    assert "not a number with a unit" in caught.value.message


def test_a_share_above_one_is_refused_even_as_a_number() -> None:
    with pytest.raises(QuantityError, match="between 0% and 100%"):
        parse_share(Fraction(3, 2))


def test_costs_are_not_negative() -> None:
    with pytest.raises(QuantityError, match="negative"):
        parse_money("-1 EUR")


def test_an_effect_without_its_text_writes_itself() -> None:
    assert str(Effect(Fraction(1, 20), "relative")) == "5%"
    assert str(Effect(Fraction(1, 200), "points")) == "0.5pp"
    assert str(Effect(Fraction(2), "absolute", currency="EUR")) == "2 EUR"
    assert str(Effect(Fraction(1, 3), "absolute")) == "1/3"
    assert str(parse_money("0.62 EUR")) == "0.62 EUR"
