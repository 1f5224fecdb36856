"""From an `Expression` to SQL of the portable core: fixed-point integers, quoted names, every bracket written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from uplift.engine.adapter import quoted, text_literal
from uplift.engine.expression_types import TypeConflictError, common_type, iso_day, type_of
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
class TypedSql:
    """SQL with its type; a number is a BIGINT that counts units of 10**-decimals. `type` None is NULL."""

    sql: str
    type: Type | None
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class ColumnType:
    """The type of a readable column, and of a number its decimals."""

    type: Type
    decimals: int = 0


def render(expression: Expression, columns: Mapping[str, ColumnType]) -> TypedSql:
    """SQL for an expression over typed columns. Raises TypeConflictError where types do not go together."""
    return _Renderer(columns).render(expression)


def condition(expression: Expression, columns: Mapping[str, ColumnType]) -> str:
    """SQL of a yes/no; NULL counts as not satisfied where this stands in WHERE or CASE WHEN."""
    renderer = _Renderer(columns)
    return renderer.boolean(expression)


def number(expression: Expression, columns: Mapping[str, ColumnType]) -> TypedSql:
    """SQL of a number and its decimals."""
    return _Renderer(columns).number(expression)


class _Renderer:
    def __init__(self, columns: Mapping[str, ColumnType]) -> None:
        self.columns = columns
        self.types: dict[str, Type] = {name: column.type for name, column in columns.items()}

    def render(self, node: Expression) -> TypedSql:
        match node:
            case ColumnRef(name=name):
                column = self.columns[name]
                return TypedSql(quoted(name), column.type, column.decimals)
            case Number(digits=digits, decimals=decimals):
                return TypedSql(str(digits), "number", decimals)
            case Text(value=value):
                return TypedSql(text_literal(value), "text")
            case Flag(value=flag):
                return TypedSql("TRUE" if flag else "FALSE", "boolean")
            case Null():
                return TypedSql("NULL", None)
            case Day(value=day):
                return TypedSql(f"CAST('{day.isoformat()}' AS DATE)", "date")
            case Not(operand=operand):
                return TypedSql(f"(NOT {self.boolean(operand)})", "boolean")
            case Junction(operator=operator, left=left, right=right):
                return TypedSql(f"({self.boolean(left)} {operator} {self.boolean(right)})", "boolean")
            case Negative(operand=operand):
                inner = self.number(operand)
                return TypedSql(f"(- {inner.sql})", "number", inner.decimals)
            case Arithmetic():
                return self.arithmetic(node)
            case Comparison(operator=operator, left=left, right=right, at=at):
                a, b = self.alike((left, right), node.ordering, at)
                return TypedSql(f"({a} {operator} {b})", "boolean")
            case Membership(operand=operand, choices=choices, at=at):
                first, *rest = self.alike((operand, *choices), False, at)
                return TypedSql(f"({first} IN ({', '.join(rest)}))", "boolean")
            case Between(operand=operand, low=low, high=high, at=at):
                a, b, c = self.alike((operand, low, high), True, at)
                return TypedSql(f"({a} BETWEEN {b} AND {c})", "boolean")
            case IsNull(operand=operand):
                return TypedSql(f"({self.render(operand).sql} IS NULL)", "boolean")
            case Like(operator=operator, operand=operand, pattern=pattern, at=at):
                return TypedSql(
                    f"({self.cast(operand, 'text', at)} {operator} {text_literal(pattern.value)})", "boolean"
                )
            case Case() | Pick():
                return self.choice(node)
            case ToDay(operand=operand, at=at):
                inner = self.render(operand)
                if inner.type not in ("date", "timestamp"):
                    raise TypeConflictError(
                        "only a date or a point in time has a day", "declare the column's type: timestamp", at
                    )
                return TypedSql(f"CAST({inner.sql} AS DATE)", "date")
            case PlusDays(operand=operand, days=days, at=at):
                return self.plus_days(operand, days, at)
        raise AssertionError(node)

    def boolean(self, node: Expression) -> str:
        inner = self.render(node)
        if inner.type == "number" and isinstance(node, ColumnRef):
            return f"({inner.sql} = {10**inner.decimals})"  # a column of 0 and 1, checked where it is read
        if inner.type not in ("boolean", None):
            fix = "write a comparison, e.g. amount > 0; a column that is 0 or 1 may stand alone"
            raise TypeConflictError("a condition is expected here", fix, node.at)
        return inner.sql

    def number(self, node: Expression) -> TypedSql:
        inner = self.render(node)
        if inner.type == "boolean":
            return TypedSql(f"(CASE WHEN {inner.sql} THEN 1 WHEN NOT {inner.sql} THEN 0 END)", "number")
        if inner.type not in ("number", None):
            raise TypeConflictError(
                "a number is expected here", "declare the column's type: integer or decimal", node.at
            )
        return TypedSql(inner.sql, "number", inner.decimals)

    def arithmetic(self, node: Arithmetic) -> TypedSql:
        left, right = self.number(node.left), self.number(node.right)
        if node.operator == "*":
            return TypedSql(f"({left.sql} * {right.sql})", "number", left.decimals + right.decimals)
        decimals = max(left.decimals, right.decimals)
        return TypedSql(f"({_scaled(left, decimals)} {node.operator} {_scaled(right, decimals)})", "number", decimals)

    def alike(self, nodes: tuple[Expression, ...], ordering: bool, at: int) -> list[str]:
        """The nodes in one common type and, for numbers, one common scale."""
        kind = common_type(nodes, ordering, self.types, at)
        if kind == "number":
            numbers = [self.number(node) for node in nodes]
            decimals = max(n.decimals for n in numbers)
            return [_scaled(n, decimals) for n in numbers]
        return [self.cast(node, kind, at) for node in nodes]

    def cast(self, node: Expression, kind: Type, at: int) -> str:
        if isinstance(node, Text) and kind in ("date", "timestamp") and (day := iso_day(node.value)):
            return f"CAST('{day.isoformat()}' AS {'DATE' if kind == 'date' else 'TIMESTAMP'})"
        if kind == "boolean":
            return self.boolean(node)
        inner = self.render(node)
        if inner.type == "date" and kind == "timestamp":
            return f"CAST({inner.sql} AS TIMESTAMP)"
        if inner.type not in (kind, None):
            raise TypeConflictError(f"a {kind} is expected here, not a {inner.type}", "compare like with like", at)
        return inner.sql

    def choice(self, node: Case | Pick) -> TypedSql:
        results = (*(value for _, value in node.whens), node.otherwise) if isinstance(node, Case) else node.arguments
        ordering = isinstance(node, Pick) and node.function in ("LEAST", "GREATEST")
        typed = [r for r in results if type_of(r, self.types) is not None]
        if not typed:
            raise TypeConflictError("every value here is NULL", "give it a value", node.at)
        kind = common_type(tuple(typed), ordering, self.types, node.at)
        decimals = 0
        if kind == "number":
            numbers = [self.number(result) for result in results]
            decimals = max(n.decimals for n in numbers)
            rendered = [_scaled(n, decimals) for n in numbers]
        else:
            rendered = [self.cast(result, kind, node.at) for result in results]
        if isinstance(node, Pick):
            return TypedSql(f"{node.function}({', '.join(rendered)})", kind, decimals)
        conditions = [self.boolean(when) for when, _ in node.whens]
        whens = " ".join(f"WHEN {c} THEN {r}" for c, r in zip(conditions, rendered, strict=False))
        return TypedSql(f"(CASE {whens} ELSE {rendered[-1]} END)", kind, decimals)

    def plus_days(self, operand: Expression, days: int, at: int) -> TypedSql:
        kind: Type = "timestamp" if type_of(operand, self.types) == "timestamp" else "date"
        inner = self.cast(operand, kind, at)
        shifted = f"({inner} {'-' if days < 0 else '+'} INTERVAL '{abs(days)}' DAY)"
        return TypedSql(f"CAST({shifted} AS DATE)" if kind == "date" else shifted, kind)


def _scaled(value: TypedSql, decimals: int) -> str:
    factor = 10 ** (decimals - value.decimals)
    return value.sql if factor == 1 or value.sql == "NULL" else f"({value.sql} * {factor})"
