"""Numbers as a native writer sets them: three significant digits, decimal comma, no-break spaces, true minus signs.

Every function takes a finite number and raises ValueError otherwise: what the data cannot answer has no digits, and
the caller says so in words. Rounding is half up on the shortest decimal that names the float, so that 0.09405 prints
as a person would round it (9.41 %) and not as its binary neighbour would.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from uplift.words.language import Language

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
PLUS_MINUS = "\N{PLUS-MINUS SIGN}"
SIGNIFICANT = 3

Number = int | float | Decimal

_DECIMAL_MARK: dict[Language, str] = {"de": ",", "en": "."}
_GROUP_MARK: dict[Language, str] = {"de": ".", "en": ","}
_UP_TO: dict[Language, str] = {"de": "bis", "en": "to"}
_POINTS: dict[Language, str] = {"de": "Prozentpunkte", "en": "percentage points"}
_POINT: dict[Language, str] = {"de": "Prozentpunkt", "en": "percentage point"}
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
_NO_MINOR_UNIT = frozenset({"JPY", "KRW", "CLP", "ISK", "VND"})


def exact(value: Number) -> Decimal:
    """The decimal that a person reads in this number; refuses NaN and infinities.

    >>> exact(0.1)
    Decimal('0.1')
    """
    decimal = Decimal(str(float(value))) if isinstance(value, float) else Decimal(value)
    if not decimal.is_finite():
        raise ValueError(f"{value} has no digits to print")
    return decimal


def rounded(value: Number, *, significant: int = SIGNIFICANT) -> Decimal:
    """Half up to so many significant digits, trailing zeros kept.

    >>> rounded(11), rounded(9.996), rounded(24312)
    (Decimal('11.0'), Decimal('10.0'), Decimal('24300'))
    """
    decimal = exact(value)
    if decimal.is_zero():
        return Decimal(0)
    result = decimal
    for _ in range(2):  # rounding 9.996 to 10.00 adds a digit: the second pass takes the last one away
        place = result.adjusted() - significant + 1
        result = decimal.quantize(Decimal(1).scaleb(place), rounding=ROUND_HALF_UP)
    return result.quantize(Decimal(1)) if place > 0 else result


def number(
    value: Number, language: Language, *, significant: int | None = SIGNIFICANT, decimals: int = 0, signed: bool = False
) -> str:
    """A plain number, by default with three significant digits; with `significant=None` to so many decimals.

    >>> number(1234.5, "de"), number(-0.5, "en", signed=True), number(1234.5, "en", significant=None, decimals=2)
    ('1.230', '−0.500', '1,234.50')
    """
    if significant is None:
        decimal = exact(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    else:
        decimal = rounded(value, significant=significant)
    return _sign(decimal, signed=signed) + _digits(abs(decimal), language)


def count(value: int, language: Language) -> str:
    """A whole number with its thousands grouped: 89.940 or 89,940."""
    return number(value, language, significant=None)


def percent(share: Number, language: Language, *, signed: bool = False, decimals: int | None = None) -> str:
    """A share as per cent with three significant digits: 0.0941 is «9,41 %» in German and «9.41%» in English.

    With `decimals` it is rounded to so many decimals instead.

    >>> percent(0.249, "de"), percent(0.11, "en"), percent(-0.03, "en", signed=True)
    ('24,9\\xa0%', '11.0%', '−3.00%')
    """
    hundredfold, significant = exact(share).scaleb(2), SIGNIFICANT if decimals is None else None
    text = number(hundredfold, language, significant=significant, decimals=decimals or 0, signed=signed)
    return text + _percent_sign(language)


def plain_percent(share: Number, language: Language) -> str:
    """A share as it was written, without padding: 0.95 is «95 %», 0.975 is «97,5 %» (weights, margins, levels).

    >>> plain_percent(0.95, "de"), plain_percent(1 / 3, "en")
    ('95\\xa0%', '33.3%')
    """
    return _shortest(exact(share).scaleb(2), language) + _percent_sign(language)


def plain_number(value: Number, language: Language) -> str:
    """A number as it was written: at least its whole part, no padding, at most three digits behind the integers.

    >>> plain_number(2.5, "de"), plain_number(1234, "en")
    ('2,5', '1,234')
    """
    return _shortest(exact(value), language)


def level(confidence: float, language: Language) -> str:
    """The level inside «95-%-Konfidenzintervall» or «95% confidence interval», with no-break hyphens in German."""
    digits = _shortest(exact(confidence).scaleb(2), language)
    hyphen = "\N{NON-BREAKING HYPHEN}"
    return f"{digits}{hyphen}%{hyphen}" if language == "de" else f"{digits}% "


def points(difference: Number, language: Language, *, signed: bool = False) -> str:
    """A difference of two shares: 0.0125 is «1,25 Prozentpunkte» or «1.25 percentage points»."""
    return number(exact(difference).scaleb(2), language, signed=signed) + NBSP + _POINTS[language]


def plain_points(difference: Number, language: Language) -> str:
    """A difference of shares as it was written: 0.003 is «0,3 Prozentpunkte».

    >>> plain_points(0.003, "de"), plain_points(0.01, "en")
    ('0,3\\xa0Prozentpunkte', '1\\xa0percentage point')
    """
    hundredfold = exact(difference).scaleb(2)
    unit = _POINT[language] if abs(hundredfold) == 1 else _POINTS[language]
    return _shortest(hundredfold, language) + NBSP + unit


def money(value: Number, currency: str, language: Language, *, signed: bool = False) -> str:
    """An amount that is known, to its minor units: «1.234,50 €» or «€1,234.50».

    >>> money(1234.5, "EUR", "de"), money(1234.5, "CHF", "en")
    ('1.234,50\\xa0€', 'CHF\\xa01,234.50')
    """
    cents = exact(value).quantize(_minor_unit(currency), rounding=ROUND_HALF_UP)
    return _with_currency(cents, currency, language, signed=signed)


def money_mean(value: Number, currency: str, language: Language, *, signed: bool = False) -> str:
    """An estimated amount per contact or order: as `money`, but amounts below one keep three significant digits.

    >>> money_mean(82.06, "EUR", "de"), money_mean(0.0312, "USD", "en")
    ('82,06\\xa0€', '$0.0312')
    """
    fine = rounded(value)
    if fine.is_zero() or abs(fine) >= 1:
        return money(value, currency, language, signed=signed)
    return _with_currency(fine, currency, language, signed=signed)


def money_total(value: Number, currency: str, language: Language, *, signed: bool = False) -> str:
    """An estimated total: three significant digits, whole units from 100 on: «24.300 €»; never less than a cent.

    >>> money_total(24312.4, "EUR", "de"), money_total(-81.94, "GBP", "en", signed=True)
    ('24.300\\xa0€', '−£81.90')
    >>> money_total(0.4096, "EUR", "en")
    '€0.41'
    """
    decimal = rounded(value)
    if not decimal.is_zero() and abs(decimal) < 100:
        decimal = decimal.quantize(_minor_unit(currency))
    return _with_currency(decimal, currency, language, signed=signed)


def whole_money(units: int, currency: str, language: Language) -> str:
    """Whole units of money, without decimals: «1 €» or «€1».

    >>> whole_money(1, "EUR", "de"), whole_money(100, "USD", "en")
    ('1\\xa0€', '$100')
    """
    return _with_currency(Decimal(units), currency, language, signed=False)


def p_number(p_value: float, language: Language) -> str:
    """The value of p for a table: three significant digits, «< 0,001» and «> 0,999» at the ends."""
    value = exact(p_value)
    if value < Decimal("0.001"):
        return f"<{NBSP}{_digits(Decimal('0.001'), language)}"
    if value > Decimal("0.999"):
        return f">{NBSP}{_digits(Decimal('0.999'), language)}"
    return number(value, language)


def p_text(p_value: float, language: Language) -> str:
    """The value of p for a sentence: «p = 0,0155» or «p < 0,001»."""
    text = p_number(p_value, language)
    return f"p{NBSP}{text}" if text[0] in "<>" else f"p{NBSP}={NBSP}{text}"


def half_width(text: str) -> str:
    """The ± form of a formatted half-width: «±7,62 %»."""
    return PLUS_MINUS + text


def span(low: str, high: str, language: Language) -> str:
    """A range of two formatted values: «1,79 % bis 17,0 %» or «1.79% to 17.0%»."""
    return f"{low} {_UP_TO[language]} {high}"


def _shortest(decimal: Decimal, language: Language) -> str:
    """As many decimals as were written, but not more than three significant digits where it never ends."""
    whole = decimal.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    if decimal == whole:
        return _sign(whole) + _digits(abs(whole), language)
    brief = rounded(decimal)
    if abs(brief) >= 100:
        brief = decimal.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    text = brief.normalize()
    return _sign(text) + _digits(abs(text), language)


def _sign(decimal: Decimal, *, signed: bool = False) -> str:
    if decimal < 0:
        return MINUS
    return "+" if signed and decimal > 0 else ""


def _digits(decimal: Decimal, language: Language) -> str:
    grouped = f"{decimal:,f}"
    whole, _, fraction = grouped.partition(".")
    whole = whole.replace(",", _GROUP_MARK[language])
    return whole + _DECIMAL_MARK[language] + fraction if fraction else whole


def _minor_digits(currency: str) -> int:
    return 0 if currency in _NO_MINOR_UNIT else 2


def _minor_unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-_minor_digits(currency))


def _percent_sign(language: Language) -> str:
    return f"{NBSP}%" if language == "de" else "%"


def _with_currency(decimal: Decimal, currency: str, language: Language, *, signed: bool) -> str:
    sign = _sign(decimal, signed=signed)
    digits = _digits(abs(decimal), language)
    symbol = _SYMBOLS.get(currency)
    if language == "de":
        return f"{sign}{digits}{NBSP}{symbol or currency}"
    return f"{sign}{symbol}{digits}" if symbol else f"{sign}{currency}{NBSP}{digits}"
