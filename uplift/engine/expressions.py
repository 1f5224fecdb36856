"""What a snippet of the YAML may say, as values: the typed plan between the user's text and any engine's SQL.

Numbers are fixed-point integers: `Number(1050, 2)` is 10.50. `at` is the position in the snippet, for messages.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

Type = Literal["number", "boolean", "text", "date", "timestamp"]


@dataclass(frozen=True, slots=True)
class ColumnRef:
    """A column of the source."""

    name: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Number:
    """An exact decimal: digits / 10**decimals."""

    digits: int
    decimals: int = 0
    at: int = 0


@dataclass(frozen=True, slots=True)
class Text:
    """A string."""

    value: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Flag:
    """TRUE or FALSE."""

    value: bool
    at: int = 0


@dataclass(frozen=True, slots=True)
class Null:
    """NULL."""

    at: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day."""

    value: datetime.date
    at: int = 0


@dataclass(frozen=True, slots=True)
class Not:
    """NOT x."""

    operand: Expression
    at: int = 0


@dataclass(frozen=True, slots=True)
class Junction:
    """x AND y, x OR y."""

    operator: Literal["AND", "OR"]
    left: Expression
    right: Expression
    at: int = 0


@dataclass(frozen=True, slots=True)
class Negative:
    """−x."""

    operand: Expression
    at: int = 0


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """x + y, x − y, x · y."""

    operator: Literal["+", "-", "*"]
    left: Expression
    right: Expression
    at: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """x = y and its kin; the two DISTINCT forms treat NULL as a value."""

    operator: Literal["=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"]
    left: Expression
    right: Expression
    at: int = 0

    @property
    def ordering(self) -> bool:
        """Whether the operator needs an order, not only equality."""
        return self.operator in ("<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Membership:
    """x IN (a, b, c)."""

    operand: Expression
    choices: tuple[Expression, ...]
    at: int = 0


@dataclass(frozen=True, slots=True)
class Between:
    """x BETWEEN low AND high."""

    operand: Expression
    low: Expression
    high: Expression
    at: int = 0


@dataclass(frozen=True, slots=True)
class IsNull:
    """x IS NULL."""

    operand: Expression
    at: int = 0


@dataclass(frozen=True, slots=True)
class Like:
    """x LIKE 'pattern' (or ILIKE)."""

    operator: Literal["LIKE", "ILIKE"]
    operand: Expression
    pattern: Text
    at: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """CASE WHEN c THEN x … ELSE y END; a missing ELSE is NULL."""

    whens: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression
    at: int = 0


@dataclass(frozen=True, slots=True)
class Pick:
    """COALESCE, LEAST, GREATEST or NULLIF."""

    function: Literal["COALESCE", "LEAST", "GREATEST", "NULLIF"]
    arguments: tuple[Expression, ...]
    at: int = 0


@dataclass(frozen=True, slots=True)
class ToDay:
    """The local day of a timestamp: CAST(x AS DATE)."""

    operand: Expression
    at: int = 0


@dataclass(frozen=True, slots=True)
class PlusDays:
    """x + INTERVAL n DAY (n may be negative)."""

    operand: Expression
    days: int
    at: int = 0


Expression = (
    ColumnRef
    | Number
    | Text
    | Flag
    | Null
    | Day
    | Not
    | Junction
    | Negative
    | Arithmetic
    | Comparison
    | Membership
    | Between
    | IsNull
    | Like
    | Case
    | Pick
    | ToDay
    | PlusDays
)
NODES = (
    ColumnRef, Number, Text, Flag, Null, Day, Not, Junction, Negative, Arithmetic, Comparison, Membership,
    Between, IsNull, Like, Case, Pick, ToDay, PlusDays,
)  # fmt: skip


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything inside it."""
    yield expression
    for field in fields(expression):
        yield from _inside(getattr(expression, field.name))


def _inside(value: object) -> Iterator[Expression]:
    if isinstance(value, NODES):
        yield from walk(value)
    elif isinstance(value, tuple):
        for item in value:
            yield from _inside(item)


def columns_of(expression: Expression) -> tuple[ColumnRef, ...]:
    """The columns that an expression reads, in the order of the text, each once."""
    first: dict[str, ColumnRef] = {}
    for node in walk(expression):
        if isinstance(node, ColumnRef) and (node.name not in first or node.at < first[node.name].at):
            first[node.name] = node
    return tuple(sorted(first.values(), key=lambda column: column.at))
