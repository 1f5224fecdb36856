"""Pydantic field types for what YAML's scalars may say; each refuses with a finding code, never with a type name.

A field type takes what the reader gives (text, int, Decimal, bool) or the finished value (when Python code builds a
model) and describes itself for the JSON Schema that editors use.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from uplift.spec.quantities import (
    DURATION_PATTERN,
    EFFECT_PATTERN,
    MONEY_PATTERN,
    SHARE_PATTERN,
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
)

SLUG_PATTERN = r"^[a-z0-9][a-z0-9-]{0,79}$"
NAME_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]{0,79}$"
SPENDING_PATTERN = r"^(obrien_fleming|pocock|hsd\(-?[0-9]+(\.[0-9]+)?\)|power\([0-9]+(\.[0-9]+)?\))$"
LOOK_PATTERN = r"^wave [1-9][0-9]{0,2}$|^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
FIRST_DAY, LAST_DAY = datetime.date(1990, 1, 1), datetime.date(2199, 12, 31)


def refuse(code: str, message: str, fix: str = "") -> PydanticCustomError:
    """The error that a field type raises: the loader turns it into a Problem at the value's place."""
    return PydanticCustomError("uplift", "{message}", {"code": code, "message": message, "fix": fix})


def described(found: object) -> str:
    """What was found, in words: `the number 5`, `a list`, `nothing`."""
    if found is None:
        return "nothing"
    if isinstance(found, bool):
        return f"'{str(found).lower()}'"
    if isinstance(found, (int, float, Decimal)):
        return f"the number {found}"
    if isinstance(found, str):
        short = found if len(found) <= 60 else f"{found[:57]}…"
        return f"'{short}'"
    return "a block of keys" if isinstance(found, dict) else "a list" if isinstance(found, (list, tuple)) else "this"


def _quantity(parse: Callable[[object], Any]) -> Callable[[object], Any]:
    def read(found: object) -> Any:
        if found is None or isinstance(found, (bool, dict, list)):
            raise refuse("UP105", f"{described(found)} where a number with a unit belongs", _EXAMPLE.get(parse, ""))
        try:
            return parse(found)
        except QuantityError as error:
            raise refuse(error.code, error.message, error.fix) from error

    return read


def _at_least_a_day(found: object) -> Duration:
    return parse_duration(found, shortest=1)


_EXAMPLE: dict[Callable[[object], Any], str] = {
    parse_share: "write a share such as 15% or 1/3",
    parse_effect: "write an effect such as 5% or 1.0pp",
    parse_money: "write an amount such as 0.62 EUR",
    parse_duration: "write a duration such as 30d or 2w",
    _at_least_a_day: "write a duration such as 30d or 2w",
    parse_level: "write a level such as 9.0%, 75.00 EUR or 12.5",
}


def _text(found: object) -> str:
    if not isinstance(found, str):
        quoted = f'write "{found}" in quotes' if isinstance(found, (int, Decimal)) else "write a text"
        raise refuse("UP105", f"{described(found)} where a text belongs", quoted)
    if not found.strip():
        raise refuse("UP105", "an empty text", "write something, or delete the key")
    return found


def _label(found: object) -> str:
    """Text, or a number or truth value as it was written."""
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, (int, Decimal)):
        return f"{found:f}" if isinstance(found, Decimal) else str(found)
    return _text(found)


def _flag(found: object) -> bool:
    if isinstance(found, bool):
        return found
    right = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(str(found).lower(), "true or false")
    raise refuse("UP105", f"{described(found)} where true or false belongs", f"write {right}")


def _whole(minimum: int, maximum: int) -> Callable[[object], int]:
    def read(found: object) -> int:
        number = int(found) if isinstance(found, Decimal) and found == int(found) else found
        if isinstance(number, bool) or not isinstance(number, int):
            raise refuse("UP105", f"{described(found)} where a whole number belongs", "write digits only, e.g. 60_000")
        if not minimum <= number <= maximum:
            raise refuse("UP105", f"{found} is out of range", f"write a whole number from {minimum:,} to {maximum:,}")
        return number

    return read


def _between(low: float, high: float, *, with_low: bool = False) -> Callable[[object], float]:
    """A float strictly between two numbers; per cent is understood."""

    def read(found: object) -> float:
        number: float | None = None
        if isinstance(found, (int, float, Decimal)) and not isinstance(found, bool):
            number = float(found)
        elif isinstance(found, str) and found.endswith("%"):
            number = float(_quantity(parse_level)(found))
        if number is None:
            raise refuse("UP105", f"{described(found)} where a number belongs", "write a number, e.g. 0.05 or 5%")
        if high == 1.0 and 1.0 <= number < 100.0 and not isinstance(found, str):
            raise refuse(
                "UP104", f"{found} is ambiguous: did you mean {found}% ?", f"write {found}% or a number below 1"
            )
        if not (low <= number if with_low else low < number) or not number < high:
            upper = "" if high == float("inf") else f" and below {high:g}"
            raise refuse("UP105", f"{found} is out of range", f"write a number {_above(low, with_low)}{upper}")
        return number

    return read


def _above(low: float, with_low: bool) -> str:
    return f"of at least {low:g}" if with_low else f"above {low:g}"


def _date(found: object) -> datetime.date:
    if isinstance(found, datetime.date) and not isinstance(found, datetime.datetime):
        return found
    fix = "write year-month-day: 2026-11-30"
    german = re.match(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})$", found) if isinstance(found, str) else None
    if german:
        fix = f"write {german[3]}-{int(german[2]):02d}-{int(german[1]):02d}"
    if not isinstance(found, str) or not re.match(r"^\d{4}-\d{2}-\d{2}$", found, re.ASCII):
        raise refuse("UP105", f"{described(found)} is not a date", fix)
    try:
        day = datetime.date.fromisoformat(found)
    except ValueError as error:
        raise refuse("UP105", f"'{found}' is not a day of the calendar", fix) from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise refuse("UP105", f"{found} is out of range", f"write a day from {FIRST_DAY} to {LAST_DAY}")
    return day


def _matching(pattern: str, what: str, fix: str, code: str = "UP105") -> Callable[[object], str]:
    compiled = re.compile(pattern)

    def read(found: object) -> str:
        text = found if isinstance(found, str) else _label(found)
        if not compiled.fullmatch(text):
            raise refuse(code, f"{described(text)} is not {what}", fix)
        return text

    return read


def _version(found: object) -> Literal[1]:
    if isinstance(found, bool) or found != 1:
        raise refuse("UP106", f"{described(found)} is not a version of this language", "write `uplift: 1`")
    return 1


def _sides(found: object) -> Literal[1, 2]:
    if isinstance(found, bool) or not isinstance(found, (int, Decimal)) or found not in (1, 2):
        raise refuse("UP103", f"{described(found)} is not allowed for sides", "allowed: 1, 2")
    return 1 if found == 1 else 2


def _setting(found: object) -> str | int | float | Money:
    """A free value of an arm: an amount of money where it is one, else the text or number as it stands."""
    if isinstance(found, (Money, bool, int, float)):
        return found
    if isinstance(found, Decimal):
        return float(found)
    text = _text(found)
    try:
        return parse_money(text)
    except QuantityError:
        return text


def _schema(pattern: str | None = None, *, numbers: bool = False, **more: object) -> WithJsonSchema:
    kind: dict[str, Any] = {"type": ["string", "number"] if numbers else "string", **more}
    return WithJsonSchema({**kind, "pattern": pattern} if pattern else kind)


def _range(minimum: int, maximum: int) -> WithJsonSchema:
    """Digits, or digits grouped by `_`, which editors read as text."""
    number = {"type": "integer", "minimum": minimum, "maximum": maximum}
    grouped = {"type": "string", "pattern": r"^[1-9][0-9]*(_[0-9]+)+$"}
    return WithJsonSchema({"anyOf": [number, grouped]})


_BELOW_ONE: dict[str, object] = {"minimum": 0, "exclusiveMaximum": 1}
_POSITIVE_PERCENT = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?\s?%$"}

Text = Annotated[str, PlainValidator(_text), _schema(minLength=1)]
Label = Annotated[str, PlainValidator(_label), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Flag = Annotated[bool, PlainValidator(_flag), WithJsonSchema({"type": "boolean"})]
Date = Annotated[datetime.date, PlainValidator(_date), _schema(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", format="date")]
Slug = Annotated[
    str,
    PlainValidator(
        _matching(SLUG_PATTERN, "an id", "use lower-case letters, digits and hyphens only (at most 80)", "UP107")
    ),
    _schema(SLUG_PATTERN),
]
Name = Annotated[
    str,
    PlainValidator(
        _matching(NAME_PATTERN, "a name", "use letters, digits and underscores only, no digit first", "UP107")
    ),
    _schema(NAME_PATTERN),
]
CurrencyField = Annotated[
    str,
    PlainValidator(_matching(r"^[A-Z]{3}$", "a currency code", "write its three letters, e.g. EUR")),
    _schema(r"^[A-Z]{3}$"),
]
SpendingField = Annotated[
    str,
    PlainValidator(
        _matching(
            SPENDING_PATTERN,
            "a spending function",
            "write obrien_fleming, pocock, hsd(-4) or power(3)",
            "UP103",
        )
    ),
    _schema(SPENDING_PATTERN),
]
LookField = Annotated[
    str,
    PlainValidator(_matching(LOOK_PATTERN, "a look", "write 'wave 2', or the day of the look: 2026-12-20")),
    _schema(LOOK_PATTERN),
]
CharacterField = Annotated[
    str,
    PlainValidator(_matching(r"[^\r\n]", "a single character", 'write one, e.g. ";" or "\\t"')),
    _schema(minLength=1, maxLength=1),
]
CodeField = Annotated[
    str, PlainValidator(_matching(r"^UP[0-9]{3}$", "a finding code", "write it as UP213")), _schema(r"^UP[0-9]{3}$")
]
SettingField = Annotated[
    str | int | float | Money,
    PlainValidator(_setting),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]
ShareField = Annotated[
    Fraction, PlainValidator(_quantity(parse_share)), _schema(SHARE_PATTERN, numbers=True, **_BELOW_ONE)
]
EffectField = Annotated[Effect, PlainValidator(_quantity(parse_effect)), _schema(EFFECT_PATTERN, numbers=True)]
MoneyField = Annotated[Money, PlainValidator(_quantity(parse_money)), _schema(MONEY_PATTERN)]
DurationField = Annotated[Duration, PlainValidator(_quantity(parse_duration)), _schema(DURATION_PATTERN)]
WindowField = Annotated[Duration, PlainValidator(_quantity(_at_least_a_day)), _schema(DURATION_PATTERN)]
LevelField = Annotated[
    Fraction,
    PlainValidator(_quantity(parse_level)),
    _schema(r"^[+-]?[0-9][0-9_]*(\.[0-9]+)?\s?(%|[A-Z]{3})$", numbers=True),
]
UnitFloat = Annotated[
    float,
    PlainValidator(_between(0.0, 1.0)),
    WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, _POSITIVE_PERCENT]}),
]
CorrelationField = Annotated[
    float,
    PlainValidator(_between(0.0, 1.0, with_low=True)),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "exclusiveMaximum": 1}, _POSITIVE_PERCENT]}),
]
SpreadField = Annotated[
    float,
    PlainValidator(_between(0.0, 1000.0, with_low=True)),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "exclusiveMaximum": 1000}, _POSITIVE_PERCENT]}),
]
VersionField = Annotated[Literal[1], PlainValidator(_version), WithJsonSchema({"const": 1})]
SidesField = Annotated[Literal[1, 2], PlainValidator(_sides), WithJsonSchema({"enum": [1, 2]})]
CountField = Annotated[int, PlainValidator(_whole(1, 10**10)), _range(1, 10**10)]
EpochField = Annotated[int, PlainValidator(_whole(1, 10_000)), _range(1, 10_000)]
WavesField = Annotated[int, PlainValidator(_whole(1, 500)), _range(1, 500)]
DecimalsField = Annotated[int, PlainValidator(_whole(0, 12)), _range(0, 12)]


def plain(value: object) -> object:
    """A field's value in a form that JSON can hold and that is the same however it was written."""
    if isinstance(value, Fraction):
        return exact_decimal(value) or str(value)
    if isinstance(value, Effect):
        return {"value": plain(value.value), "unit": value.unit, "currency": value.currency}
    if isinstance(value, Money):
        return {"amount": plain(Fraction(value.amount)), "currency": value.currency}
    if isinstance(value, Duration):
        return f"{value.days}d"
    return value.isoformat() if isinstance(value, datetime.date) else value
