"""Pydantic field types for what YAML's scalars may say; each refuses with a finding code, never with a type name.

A field type takes what the reader gives (text, int, Decimal, bool) or the finished value (when Python code builds a
model) and describes itself for the JSON Schema that editors use.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from uplift.spec.quantities import (
    DURATION_PATTERN,
    EFFECT_PATTERN,
    LEVEL_PATTERN,
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


class Title(str):
    """A title, in one language or in several; as a text it is the one that was written first.

    >>> Title("Keine Mail", (("de", "Keine Mail"), ("en", "No mail"))).in_language("en")
    'No mail'
    """

    translations: tuple[tuple[str, str], ...]

    def __new__(cls, text: str, translations: tuple[tuple[str, str], ...] = ()) -> Title:
        """A text that remembers its translations: (language, text) in the order that was written."""
        made = super().__new__(cls, text)
        made.translations = translations
        return made

    def in_language(self, language: str) -> str:
        """The title in a language, or the one that there is."""
        return dict(self.translations).get(language, str(self))


def titled(title: Title | None, otherwise: str, language: str) -> str:
    """The title in a language, or what stands in for a missing one."""
    return otherwise if title is None else title.in_language(language)


LANGUAGES = ("de", "en")


def _title(found: object) -> Title:
    """A text, or one per language."""
    if not isinstance(found, dict):
        return found if isinstance(found, Title) else Title(_text(found))
    unknown = [str(key) for key in found if key not in LANGUAGES]
    if unknown or not found:
        what = f"'{unknown[0]}' is not a language of titles" if unknown else "a title without a text"
        raise refuse("UP105", what, "write a text, or one per language: {de: …, en: …}")
    told = tuple((str(language), _text(text)) for language, text in found.items())
    return Title(told[0][1], told)


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
        if isinstance(found, Decimal) and re.match(r"^-?[0-9]{1,3}(\.[0-9]{3})$", str(found)):
            whole = str(found).replace(".", "")
            message = f"{found} is {int(found) if found == int(found) else found.normalize()} in YAML, not {whole}"
            raise refuse("UP105", message, f"write {int(whole):_}")
        number = int(found) if isinstance(found, Decimal) and found == int(found) else found
        if isinstance(number, bool) or not isinstance(number, int):
            digits = re.sub(r"(?<=\d)[ .,'\u00a0\u202f](?=\d{3}(?!\d))", "_", found) if isinstance(found, str) else ""
            plain = re.match(r"^[1-9][0-9_]*$", digits)
            fix = f"write {digits}" if plain else "write digits only, e.g. 60_000"
            raise refuse("UP105", f"{described(found)} where a whole number belongs", fix)
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
            near = _spelt_so(text, "-" if pattern == SLUG_PATTERN else "_") if code == "UP107" else ""
            told = f"{fix}: {near}" if near and compiled.fullmatch(near) else fix
            raise refuse(code, f"{described(text)} is not {what}", told)
        return text

    return read


def _spelt_so(text: str, joint: str) -> str:
    """A name as an id may be spelt: «Frühling 2026» is fruehling-2026."""
    for sign, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.lower().replace(sign, letters)
    return re.sub(r"[^a-z0-9]+", joint, text).strip(joint)


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


@dataclass(frozen=True, slots=True, eq=False)  # hashed by identity: a schema is a dict
class Scalar:
    """What a field accepts: the function that reads it, and its JSON Schema.

    It speaks pydantic's own protocol, so that building 180 fields inspects no signature and imports no schema module.
    """

    read: Callable[[object], Any]
    schema: dict[str, Any]

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> CoreSchema:
        """How pydantic validates the field."""
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, _core: object, _handler: object) -> dict[str, Any]:
        """How the field describes itself."""
        return dict(self.schema)


def _matched(pattern: str, what: str, fix: str, code: str = "UP105") -> Scalar:
    return Scalar(_matching(pattern, what, fix, code), _described_by(pattern))


def _described_by(pattern: str, *, numbers: bool = False, **more: object) -> dict[str, Any]:
    return {"type": ["string", "number"] if numbers else "string", "pattern": pattern, **more}


def _integer(minimum: int, maximum: int) -> Scalar:
    """Digits, or digits grouped by `_`, which editors read as text."""
    number = {"type": "integer", "minimum": minimum, "maximum": maximum}
    grouped = {"type": "string", "pattern": r"^[1-9][0-9]*(_[0-9]+)+$"}
    return Scalar(_whole(minimum, maximum), {"anyOf": [number, grouped]})


def _real(low: float, high: float, *, with_low: bool = False) -> Scalar:
    number = {"type": "number", "minimum" if with_low else "exclusiveMinimum": low, "exclusiveMaximum": high}
    percent = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?\s?%$"}
    return Scalar(_between(low, high, with_low=with_low), {"anyOf": [number, percent]})


_ANY_SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_SLUG_FIX = "use lower-case letters, digits and hyphens only (at most 80)"
_NAME_FIX = "use letters, digits and underscores only, no digit first"
_LOOK_FIX = "write 'wave 2', or the day of the look: 2026-12-20"
_SPENDING_FIX = "write obrien_fleming, pocock, hsd(-4) or power(3)"
_SHARE = _described_by(SHARE_PATTERN, numbers=True, minimum=0, exclusiveMaximum=1)

Text = Annotated[str, Scalar(_text, {"type": "string", "minLength": 1})]
_TITLE_PART: dict[str, Any] = {"type": "string", "minLength": 1}
TitleField = Annotated[
    Title,
    Scalar(
        _title,
        {
            "anyOf": [
                _TITLE_PART,
                {
                    "type": "object",
                    "properties": {
                        language: {**_TITLE_PART, "description": f"The text in {name}.", "examples": [example]}
                        for language, name, example in (("de", "German", "Keine Mail"), ("en", "English", "No mail"))
                    },
                    "additionalProperties": False,
                    "minProperties": 1,
                },
            ]
        },
    ),
]
Label = Annotated[str, Scalar(_label, _ANY_SCALAR)]
Flag = Annotated[bool, Scalar(_flag, {"type": "boolean"})]
Date = Annotated[datetime.date, Scalar(_date, _described_by(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", format="date"))]
Slug = Annotated[str, _matched(SLUG_PATTERN, "an id", _SLUG_FIX, "UP107")]
Name = Annotated[str, _matched(NAME_PATTERN, "a name", _NAME_FIX, "UP107")]
CurrencyField = Annotated[str, _matched(r"^[A-Z]{3}$", "a currency code", "write its three letters, e.g. EUR")]
SpendingField = Annotated[str, _matched(SPENDING_PATTERN, "a spending function", _SPENDING_FIX, "UP103")]
LookField = Annotated[str, _matched(LOOK_PATTERN, "a look", _LOOK_FIX)]
CharacterField = Annotated[str, _matched(r"^[^\r\n]$", "a single character", 'write one, e.g. ";" or "\\t"')]
MEMORY_PATTERN = r"^[0-9]+(\.[0-9]+)?\s?[MG]i?B$"
MemoryField = Annotated[str, _matched(MEMORY_PATTERN, "an amount of memory", "write it as 2GB or 500MB")]
CodeField = Annotated[str, _matched(r"^UP[0-9]{3}$", "a finding code", "write it as UP213")]
SettingField = Annotated[str | int | float | Money, Scalar(_setting, _ANY_SCALAR)]
ShareField = Annotated[Fraction, Scalar(_quantity(parse_share), _SHARE)]
EffectField = Annotated[Effect, Scalar(_quantity(parse_effect), _described_by(EFFECT_PATTERN, numbers=True))]
MoneyField = Annotated[Money, Scalar(_quantity(parse_money), _described_by(MONEY_PATTERN))]
DurationField = Annotated[Duration, Scalar(_quantity(parse_duration), _described_by(DURATION_PATTERN))]
WindowField = Annotated[Duration, Scalar(_quantity(_at_least_a_day), _described_by(DURATION_PATTERN))]
LevelField = Annotated[Fraction, Scalar(_quantity(parse_level), _described_by(LEVEL_PATTERN, numbers=True))]
UnitFloat = Annotated[float, _real(0.0, 1.0)]
CorrelationField = Annotated[float, _real(0.0, 1.0, with_low=True)]
SpreadField = Annotated[float, _real(0.0, 1000.0, with_low=True)]
VersionField = Annotated[Literal[1], Scalar(_version, {"const": 1})]
SidesField = Annotated[Literal[1, 2], Scalar(_sides, {"enum": [1, 2]})]
CountField = Annotated[int, _integer(1, 10**10)]
EpochField = Annotated[int, _integer(1, 10_000)]
WavesField = Annotated[int, _integer(1, 500)]
ThreadsField = Annotated[int, _integer(1, 1024)]
DecimalsField = Annotated[int, _integer(0, 12)]


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
