"""Values, differences and totals of a metric, in its own unit."""

from __future__ import annotations

from typing import Literal

from uplift.words import numbers
from uplift.words.language import Language, say

Format = Literal["number", "percent", "money"]
MISSING = "–"


def value(amount: float | None, *, form: Format, currency: str | None, language: Language) -> str:
    """What one arm shows: a share, a mean per contact or a ratio; a dash where the data have no answer."""
    if amount is None:
        return MISSING
    if form == "percent":
        return numbers.percent(amount, language)
    if form == "money" and currency:
        return numbers.money_mean(amount, currency, language)
    return numbers.number(amount, language)


def difference(amount: float | None, *, form: Format, currency: str | None, language: Language) -> str:
    """Treatment minus control with its sign; shares differ by percentage points."""
    if amount is None:
        return MISSING
    if form == "percent":
        return numbers.points(amount, language, signed=True)
    if form == "money" and currency:
        return numbers.money_mean(amount, currency, language, signed=True)
    return numbers.number(amount, language, signed=True)


def total(amount: float | None, *, form: Format, currency: str | None, language: Language, signed: bool = False) -> str:
    """What a metric sums up to over contacts: money, contacts (of a share) or a number; three significant digits."""
    if amount is None:
        return MISSING
    if form == "money" and currency:
        return numbers.money_total(amount, currency, language, signed=signed)
    return numbers.number(amount, language, signed=signed)


def uplift_range(low: float | None, high: float | None, language: Language) -> str:
    """The bounds of a relative uplift: «1,79 % bis 17,0 %», «mindestens 1,79 %», «nicht begrenzt»."""
    texts = (
        (None if low is None else numbers.percent(low, language)),
        (None if high is None else numbers.percent(high, language)),
    )
    return bounds(*texts, language)


def points_range(low: float | None, high: float | None, language: Language) -> str:
    """The bounds of a difference of shares, the unit said once: «+0,786 bis +1,71 Prozentpunkte».

    >>> points_range(0.00786, 0.0171, "en")
    '+0.786 to +1.71\\xa0percentage points'
    """
    if low is None or high is None:
        texts = [None if end is None else numbers.points(end, language, signed=True) for end in (low, high)]
        return bounds(texts[0], texts[1], language)
    return numbers.span(
        numbers.number(numbers.exact(low).scaleb(2), language, signed=True),
        numbers.points(high, language, signed=True),
        language,
    )


def bounds(low: str | None, high: str | None, language: Language) -> str:
    """Two formatted bounds, either of which may be missing because the interval is open on that side."""
    if low is not None and high is not None:
        return numbers.span(low, high, language)
    if low is not None:
        return say(language, de=f"mindestens {low}", en=f"at least {low}")
    if high is not None:
        return say(language, de=f"höchstens {high}", en=f"at most {high}")
    return say(language, de="nicht begrenzt", en="unbounded")


def with_half_width(estimate: float, low: float | None, high: float | None, language: Language) -> str | None:
    """«9,41 % (±7,62 %)» where the interval is symmetric to the printed digits, else None."""
    if low is None or high is None:
        return None
    half = numbers.percent((high - low) / 2, language)
    sides = {numbers.percent(estimate - low, language), numbers.percent(high - estimate, language)}
    float_dust = abs((estimate - low) - (high - estimate)) <= 1e-9 * (high - low)
    if sides != {half} and not float_dust:
        return None
    return f"{numbers.percent(estimate, language)} ({numbers.half_width(half)})"


def estimate(relative: float, half_width: float | None, language: Language) -> str:
    """A relative uplift with its sign and three significant digits.

    An estimate that drowns in its own interval is not given digits finer than that interval has: beside ±9.15 % it is
    +0.01 %, not +0.00759 %.

    >>> estimate(0.0000759, 0.0915, "en"), estimate(0.00523, 0.0915, "en")
    ('+0.01%', '+0.523%')
    """
    if half_width is None or abs(relative) * 100 >= half_width:
        return numbers.percent(relative, language, signed=True)
    decimals = -int(numbers.rounded(numbers.exact(half_width).scaleb(2)).as_tuple().exponent)
    return numbers.percent(relative, language, signed=True, decimals=max(decimals, 0))


def contacts(amount: float, language: Language, *, signed: bool = False, decimals: int = 0) -> str:
    """A number of contacts without its unit: below a thousand to so many decimals, else three significant digits.

    >>> contacts(561.2, "de", signed=True), contacts(0.0889, "en", decimals=1), contacts(12345, "en")
    ('+561', '0.1', '12,300')
    """
    shown = numbers.exact(amount)
    if abs(shown) < 1000:
        return numbers.number(shown, language, significant=None, decimals=decimals, signed=signed)
    return numbers.number(shown, language, signed=signed)


def contacts_unit(language: Language) -> str:
    """What shares sum up to."""
    return say(language, de="Kontakte", en="contacts")
