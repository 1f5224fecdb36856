"""Numbers with units: `15%`, `1/3`, `0.3pp`, `30d`, `2w`, `0.62 EUR`, all exact.

Each `parse_*` function takes what YAML gave (text, an int or a Decimal) or a value that is already parsed, and raises
`QuantityError` with what was found and what would be right. Nothing here knows of files or of pydantic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

SHARE_PATTERN = r"^[0-9][0-9_]*(\.[0-9]+)?\s?%$|^[0-9]+/[0-9]+$|^0(\.[0-9]+)?$"
EFFECT_PATTERN = r"^[+-]?[0-9][0-9_]*(\.[0-9]+)?\s?(%|pp|[A-Z]{3})?$"
MONEY_PATTERN = r"^[0-9][0-9_]*(\.[0-9]+)?\s?[A-Z]{3}$"
LEVEL_PATTERN = r"^[+-]?[0-9][0-9_]*(\.[0-9]+)?\s?(%|[A-Z]{3})$"
DURATION_PATTERN = r"^[0-9]+\s?(d|w)$"
LONGEST_DURATION = 3_650
"""Days; a longer one is a typing error, and no date may run past the year 9999."""

_NUMBER = re.compile(r"^([+-]?)(\d+(?:_\d+)*|\d*)(\.\d+)?$")
_WITH_UNIT = re.compile(r"^([+-]?[\d_]*(?:[.,]\d+)?)\s*(%|[A-Za-z]+|[€$£])$")
_FRACTION = re.compile(r"^(\d+)\s*/\s*(\d+)$")
_COMMA = re.compile(r"^([+-]?\d[\d_]*),(\d+)(.*)$")
_CURRENCY = re.compile(r"^[A-Z]{3}$")
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
_MAX_LENGTH = 60


class QuantityError(ValueError):
    """A text that is not the quantity asked for: what is wrong, the mend, and whether only its unit is unclear."""

    def __init__(self, message: str, fix: str = "", *, code: str = "UP105") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.code = code


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference between two arms: `5%` (relative), `1.0pp` (points) or `2 EUR` / `0.3` (in the metric's unit).

    `value` is a fraction of one for relative and points: 5% and 5pp are both Fraction(1, 20). `currency` is set where
    one was written. Two effects are equal when they mean the same, however they were written.
    """

    value: Fraction
    unit: Literal["relative", "points", "absolute"]
    text: str = field(default="", compare=False)
    currency: str | None = None

    def __str__(self) -> str:
        return self.text or effect_text(self)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount and its currency: `0.62 EUR`."""

    amount: Decimal
    currency: str

    @property
    def minor(self) -> int:
        """Whole cents (hundredths of the unit), rounded half to even."""
        return int((self.amount * 100).to_integral_value())

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


@dataclass(frozen=True, slots=True)
class Duration:
    """Whole days: `30d`, `2w`."""

    days: int

    def __str__(self) -> str:
        return f"{self.days}d"


def parse_share(found: object) -> Fraction:
    """A share of one between 0 and 1, exact; a bare number of one or more is ambiguous.

    >>> parse_share("15%"), parse_share("1/3"), parse_share(Decimal("0.15"))
    (Fraction(3, 20), Fraction(1, 3), Fraction(3, 20))
    """
    if isinstance(found, Fraction):
        return _within_one(found, str(found))
    text = _text(found)
    fraction = _FRACTION.match(text)
    if fraction:
        if int(fraction[2]) == 0:
            raise QuantityError(f"'{text}' divides by zero", "write a share such as 1/3 or 15%")
        return _within_one(Fraction(int(fraction[1]), int(fraction[2])), text)
    if text.endswith("%"):
        number = _number(text[:-1].strip())
        if number is not None:
            return _within_one(number / 100, text)
    number = _number(text)
    if number is None:
        raise _not_a("a share", text, "write it as 15%, 1/3 or 0.15")
    if number > 1:
        raise QuantityError(
            f"{text} is ambiguous: did you mean {text}% ?", f"write {text}% (shares are per cent)", code="UP104"
        )
    if number == 1:
        raise QuantityError(f"{text} is ambiguous: did you mean 1% or 100% ?", "write 1% or 100%", code="UP104")
    return _within_one(number, text)


def parse_effect(found: object) -> Effect:
    """A relative effect (`5%`), points (`1.0pp`), an amount (`2 EUR`) or a plain number in the metric's unit.

    >>> parse_effect("1.0pp")
    Effect(value=Fraction(1, 100), unit='points', text='1.0pp', currency=None)
    """
    if isinstance(found, Effect):
        return found
    text = _text(found)
    plain = _number(text)
    if plain is not None:
        return Effect(plain, "absolute", text)
    split = _WITH_UNIT.match(text)
    number = _number(split[1]) if split else None
    if split is None or number is None:
        raise _not_a("an effect", text, "write 5% (relative), 1.0pp (points) or 2 EUR (in the metric's unit)")
    unit = split[2]
    if unit == "%":
        return Effect(number / 100, "relative", text)
    if unit == "pp":
        return Effect(number / 100, "points", text)
    if _CURRENCY.match(unit):
        return Effect(number, "absolute", text, unit)
    raise QuantityError(
        f"'{text}' has an unknown unit '{unit}'",
        f"write {split[1]}% (relative), {split[1]}pp (points) or {split[1]} {_SIGNS.get(unit, 'EUR')}",
    )


def parse_money(found: object) -> Money:
    """An amount of at least zero with its currency's three letters.

    >>> parse_money("60_000 EUR")
    Money(amount=Decimal('60000'), currency='EUR')
    """
    if isinstance(found, Money):
        return found
    text = _text(found)
    if _number(text) is not None:
        raise QuantityError(f"{text} has no currency", f"write {text} EUR (or your currency's three letters)")
    split = _WITH_UNIT.match(text)
    number = _number(split[1]) if split else None
    if split is None or number is None:
        raise _not_a("an amount of money", text, "write the amount, then the currency: 0.62 EUR")
    if not _CURRENCY.match(split[2]):
        right = _SIGNS.get(split[2], split[2].upper() if len(split[2]) == 3 else "EUR")
        raise QuantityError(f"'{split[2]}' is not a currency code", f"write {split[1]} {right}")
    if number < 0:
        raise QuantityError(f"'{text}' is negative", "write an amount of at least 0")
    return Money(Decimal(split[1].replace("_", "")), split[2])


def parse_duration(found: object, *, shortest: int = 0) -> Duration:
    """Whole days or weeks.

    >>> parse_duration("2w")
    Duration(days=14)
    """
    if isinstance(found, Duration):
        return found
    text = _text(found)
    split = re.match(r"^(\d+(?:_\d+)*)\s*([A-Za-z]*)$", text)
    if split is None:
        raise _not_a("a duration", text, "write whole days or weeks: 30d or 2w")
    number, unit = int(split[1].replace("_", "")), split[2]
    if unit == "":
        raise QuantityError(f"{text} has no unit", f"write {text}d (days) or {text}w (weeks)")
    if unit not in ("d", "w"):
        word = unit.lower()  # Tage, Wochen, Monate
        meant = "m" if word.startswith("mo") else {"t": "d", "d": "d", "w": "w"}.get(word[0], "")
        fix = {"": "write whole days or weeks: 30d or 2w", "m": f"write days: {30 * number}d"}.get(meant)
        raise QuantityError(f"'{text}' is not in days or weeks", fix or f"write {number}{meant}")
    days = number * (7 if unit == "w" else 1)
    if not shortest <= days <= LONGEST_DURATION:
        raise QuantityError(
            f"{text} is out of range", f"write a duration from {shortest}d to {LONGEST_DURATION}d (ten years)"
        )
    return Duration(days)


def parse_level(found: object) -> Fraction:
    """What a metric was before a test: a share (`9.0%`), an amount (`75.00 EUR`) or a plain number (`12.5`).

    >>> parse_level("9.0%"), parse_level("75.00 EUR"), parse_level(Decimal("12.5"))
    (Fraction(9, 100), Fraction(75, 1), Fraction(25, 2))
    """
    if isinstance(found, Fraction):
        return found
    text = _text(found)
    number = _number(text)
    if number is not None:
        return number
    split = _WITH_UNIT.match(text)
    number = _number(split[1]) if split else None
    if split is None or number is None or not (split[2] == "%" or _CURRENCY.match(split[2])):
        raise _not_a("a level", text, "write 9.0% (a share), 75.00 EUR (an amount) or 12.5")
    return number / 100 if split[2] == "%" else number


def share_text(share: Fraction) -> str:
    """A share as the YAML writes it: `15%`, or the fraction where per cent would not be exact.

    >>> share_text(Fraction(3, 20)), share_text(Fraction(1, 3))
    ('15%', '1/3')
    """
    decimal = exact_decimal(share * 100)
    return str(share) if decimal is None else f"{decimal}%"


def effect_text(effect: Effect) -> str:
    """An effect as the YAML writes it.

    >>> effect_text(Effect(Fraction(1, 100), "points"))
    '1pp'
    """
    scale = 1 if effect.unit == "absolute" else 100
    decimal = exact_decimal(effect.value * scale)
    number = str(effect.value * scale) if decimal is None else decimal
    unit = {"relative": "%", "points": "pp", "absolute": f" {effect.currency}" if effect.currency else ""}[effect.unit]
    return f"{number}{unit}"


def exact_decimal(number: Fraction) -> str | None:
    """The number with all its decimals, or None where they do not end.

    >>> exact_decimal(Fraction(1, 8)), exact_decimal(Fraction(105)), exact_decimal(Fraction(1, 3))
    ('0.125', '105', None)
    """
    rest, twos, fives = number.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return None
    places = max(twos, fives)
    return f"{Decimal(number.numerator * 10**places // number.denominator).scaleb(-places):f}"


def _text(found: object) -> str:
    if isinstance(found, bool) or not isinstance(found, (str, int, float, Decimal)):
        raise QuantityError(f"{_described(found)} is not a number with a unit")
    text = f"{found:f}" if isinstance(found, Decimal) else str(found)
    text = text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2212", "-").strip()
    if len(text) > _MAX_LENGTH:
        raise QuantityError(f"'{text[:20]}…' is too long for a number with a unit")
    return text


def _number(text: str) -> Fraction | None:
    match = _NUMBER.match(text)
    if match is None or not (match[2] or match[3]):
        return None
    return Fraction(text.replace("_", ""))


def _within_one(share: Fraction, text: str) -> Fraction:
    if not 0 <= share <= 1:
        raise QuantityError(f"{text} is not a share between 0% and 100%", "write a share from 0% to 100%")
    return share


def _not_a(what: str, text: str, fix: str) -> QuantityError:
    comma = _COMMA.match(text)
    if comma:
        return QuantityError(
            f"'{text}' is not {what}: YAML writes decimals with a point",
            f"write {comma[1]}.{comma[2]}{comma[3].replace('€', 'EUR')}",
        )
    return QuantityError(f"'{text}' is not {what}", fix)


def _described(found: object) -> str:
    if found is None:
        return "nothing"
    if isinstance(found, bool):
        return str(found).lower()
    return {"dict": "a block of keys", "list": "a list"}.get(type(found).__name__, type(found).__name__)
