"""Which type each column of an expression has to be read as: what the metric or the filter needs decides.

A CSV column is text until somebody needs a number, a date or a yes/no of it. Types that are known (declared in the
project, or stored in a Parquet file) win; the others follow from what they are compared with.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from uplift.engine.expressions import (
    Arithmetic,
    Between,
    Case,
    ColumnRef,
    Comparison,
    Day,
    Expression,
    Flag,
    IsNull,
    Junction,
    Like,
    Membership,
    Negative,
    Not,
    Null,
    Number,
    Pick,
    PlusDays,
    Text,
    ToDay,
    Type,
)


@dataclass(frozen=True, slots=True)
class TypeNeed:
    """A column is needed as a type (None: only whether it is NULL matters); `at` is where the snippet says so."""

    column: str
    type: Type | None
    at: int


class TypeConflictError(Exception):
    """Types that do not go together at a position of the snippet."""

    def __init__(self, message: str, fix: str, at: int) -> None:
        super().__init__(message)
        self.message, self.fix, self.at = message, fix, at


def iso_day(text: str) -> datetime.date | None:
    """The day that a text names in ISO form, or None.

    >>> iso_day("2026-01-31"), iso_day("31.01.2026")
    (datetime.date(2026, 1, 31), None)
    """
    try:
        return datetime.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def type_of(expression: Expression, known: Mapping[str, Type]) -> Type | None:
    """The type of an expression as far as it is known; None for an untyped column or NULL."""
    match expression:
        case ColumnRef(name=name):
            return known.get(name)
        case Number() | Negative() | Arithmetic():
            return "number"
        case Text():
            return "text"
        case Flag() | Not() | Junction() | Comparison() | Membership() | Between() | IsNull() | Like():
            return "boolean"
        case Day() | ToDay():
            return "date"
        case PlusDays(operand=operand):
            return type_of(operand, known) or "date"
        case Case(whens=whens, otherwise=otherwise):
            return _first_known((*(value for _, value in whens), otherwise), known)
        case Pick(arguments=arguments):
            return _first_known(arguments, known)
        case Null():
            return None
    raise AssertionError(expression)


def _first_known(expressions: Iterable[Expression], known: Mapping[str, Type]) -> Type | None:
    return next((t for e in expressions if (t := type_of(e, known)) is not None), None)


def needs_of(expression: Expression, expected: Type | None, known: Mapping[str, Type]) -> list[TypeNeed]:
    """What each column has to be, given what the whole expression has to be. Raises TypeConflictError."""
    match expression:
        case ColumnRef(name=name, at=at):
            return [TypeNeed(name, expected, at)]
        case Number() | Text() | Flag() | Null() | Day():
            return []
        case Not(operand=operand):
            return needs_of(operand, "boolean", known)
        case Junction(left=left, right=right):
            return needs_of(left, "boolean", known) + needs_of(right, "boolean", known)
        case Negative(operand=operand):
            return needs_of(operand, "number", known)
        case Arithmetic(left=left, right=right):
            return needs_of(left, "number", known) + needs_of(right, "number", known)
        case Comparison(left=left, right=right, at=at):
            return _compared((left, right), expression.ordering, known, at)
        case Membership(operand=operand, choices=choices, at=at):
            return _compared((operand, *choices), False, known, at)
        case Between(operand=operand, low=low, high=high, at=at):
            return _compared((operand, low, high), True, known, at)
        case IsNull(operand=operand):
            return needs_of(operand, None, known)
        case Like(operand=operand):
            return needs_of(operand, "text", known)
        case ToDay(operand=operand):
            return needs_of(operand, "timestamp", known)
        case PlusDays(operand=operand):
            return needs_of(operand, type_of(operand, known) or "date", known)
        case Case(whens=whens, otherwise=otherwise):
            result = expected or type_of(expression, known)
            found = [need for condition, _ in whens for need in needs_of(condition, "boolean", known)]
            return found + [n for value in (*(v for _, v in whens), otherwise) for n in needs_of(value, result, known)]
        case Pick(arguments=arguments):
            result = expected or type_of(expression, known)
            return [need for argument in arguments for need in needs_of(argument, result, known)]
    raise AssertionError(expression)


def _compared(sides: tuple[Expression, ...], ordering: bool, known: Mapping[str, Type], at: int) -> list[TypeNeed]:
    return [need for side in sides for need in needs_of(side, common_type(sides, ordering, known, at), known)]


def common_type(sides: tuple[Expression, ...], ordering: bool, known: Mapping[str, Type], at: int) -> Type:
    """The type in which expressions are compared; a quoted ISO date beside a date, or under `<`, is a date."""
    literal_days = all(not isinstance(side, Text) or iso_day(side.value) for side in sides)
    types = {t for side in sides if (t := type_of(side, known)) is not None}
    texts = any(isinstance(side, Text) for side in sides)
    if texts and types - {"text"} <= {"date", "timestamp"} and literal_days and (types - {"text"} or ordering):
        untyped_columns = all(type_of(s, known) != "text" or isinstance(s, Text) for s in sides)
        if untyped_columns:
            types = (types - {"text"}) or {"date"}
    if not types:
        if ordering:
            return "number"
        names = [side.name for side in sides if isinstance(side, ColumnRef)]
        raise TypeConflictError(
            f"it is not known what {' and '.join(names) or 'both sides'} are: numbers, texts or dates",
            f"declare the types under sources.<name>.columns, e.g. {names[0] if names else 'x'}: {{type: string}}",
            at,
        )
    if types <= {"date", "timestamp"}:
        return "timestamp" if "timestamp" in types else "date"
    if types <= {"number", "boolean"}:
        return "number" if "number" in types else "boolean"
    if len(types) > 1:
        what = " with ".join(sorted(_WORDS[t] for t in types))
        raise TypeConflictError(
            f"this compares {what}", "compare like with like: numbers plain, texts and dates in quotes", at
        )
    (only,) = types
    if only == "text" and ordering:
        raise TypeConflictError(
            "texts have another order on every engine",
            "compare texts with = or in; declare the column's type if it holds numbers or dates",
            at,
        )
    return only


_WORDS: dict[Type, str] = {
    "number": "a number", "boolean": "a yes/no", "text": "a text", "date": "a date", "timestamp": "a point in time",
}  # fmt: skip


def settle(needs: Iterable[TypeNeed]) -> dict[str, Type | None]:
    """One type per column from all its needs; a column of 0 and 1 may serve as number and as yes/no."""
    settled: dict[str, Type | None] = {}
    for need in needs:
        before = settled.get(need.column)
        if before is None or need.type is None or before == need.type:
            settled[need.column] = before or need.type
        elif {before, need.type} == {"number", "boolean"}:
            settled[need.column] = "number"
        elif {before, need.type} == {"date", "timestamp"}:
            settled[need.column] = "timestamp"
        else:
            raise TypeConflictError(
                f"column '{need.column}' is used as {_WORDS[need.type]} here and as {_WORDS[before]} elsewhere",
                f"declare its type: columns: {{{need.column}: {{type: …}}}}",
                need.at,
            )
    return settled
