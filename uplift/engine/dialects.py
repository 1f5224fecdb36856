"""The portable core in other dialects: DuckDB's text in, checked against a whitelist, another engine's text out.

sqlglot writes the dialects. What it does not know, or would change the meaning of, is rewritten here first: local
times, whole-text patterns, casts that may fail, IS TRUE, LEAST and GREATEST over missing values. DuckDB itself runs the
text as it is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from uplift.engine.adapter import text_literal
from uplift.errors import DataError, Problem

if TYPE_CHECKING:
    from sqlglot import exp

DIALECTS = ("postgres", "spark", "databricks", "bigquery", "snowflake", "trino")
"""The first two are run by adapters; of the others only the text is made (and pinned by golden files)."""

NODES = frozenset(
    [
        "Select",
        "From",
        "Join",
        "Where",
        "Group",
        "Having",
        "Order",
        "Ordered",
        "Subquery",
        "Union",
        "Limit",
        "Table",
        "TableAlias",
        "Column",
        "Identifier",
        "Alias",
        "Star",
        "Paren",
        "Distinct",
        "Literal",
        "Boolean",
        "Null",
        "Neg",
        "Add",
        "Sub",
        "Mul",
        "EQ",
        "NEQ",
        "LT",
        "LTE",
        "GT",
        "GTE",
        "NullSafeEQ",
        "NullSafeNEQ",
        "And",
        "Or",
        "Not",
        "In",
        "Between",
        "Is",
        "Like",
        "ILike",
        "Case",
        "If",
        "Coalesce",
        "Nullif",
        "Least",
        "Greatest",
        "Count",
        "Sum",
        "Min",
        "Max",
        "RowNumber",
        "Window",
        "WindowSpec",
        "Cast",
        "TryCast",
        "DataType",
        "DataTypeParam",
        "Interval",
        "Var",
        "Abs",
        "Round",
        "Trim",
        "Length",
        "RegexpFullMatch",
        "Anonymous",
        "DPipe",
        "Placeholder",
    ]
)
FUNCTIONS = frozenset({"timezone"})
LOWEST, HIGHEST = -(2**63), 2**63 - 1


class NotPortableError(Exception):
    """A statement of ours that is not in the portable core: a bug, found by the tests before any user finds it."""


@functools.lru_cache(maxsize=256)
def translated(sql: str, dialect: str) -> str:
    """A statement of the portable core as another engine's text.

    >>> translated("SELECT CAST(a AS VARCHAR) AS t FROM x WHERE (a > 1) IS NOT TRUE", "postgres")
    'SELECT CAST("a" AS TEXT) AS "t" FROM "x" WHERE NOT COALESCE(("a" > 1), FALSE)'

    Raises NotPortableError, and DataError (UP579) for ILIKE with letters whose capitals engines write differently.
    """
    from sqlglot import ErrorLevel

    text: str = _rewritten(sql, dialect).sql(dialect=dialect, identify=True, unsupported_level=ErrorLevel.RAISE)
    return text


@functools.lru_cache(maxsize=256)
def relations_in(sql: str) -> tuple[str, ...]:
    """The names of all relations that a statement of the portable core reads, in the order of the text."""
    from sqlglot import exp

    return tuple(dict.fromkeys(table.name for table in _tree(sql).find_all(exp.Table)))


def selected_in(sql: str) -> tuple[str, ...]:
    """The names of the columns that a statement yields."""
    from sqlglot import exp

    tree = _tree(sql)
    assert isinstance(tree, exp.Query)
    return tuple(str(name) for name in tree.named_selects)


def _tree(sql: str) -> exp.Expr:
    import sqlglot

    return sqlglot.parse_one(sql, read="duckdb")


def _rewritten(sql: str, dialect: str) -> exp.Expr:
    from sqlglot import exp

    tree = _tree(sql)
    for node in tree.walk():
        name = type(node).__name__
        if name not in NODES or (isinstance(node, exp.Anonymous) and node.name.lower() not in FUNCTIONS):
            raise NotPortableError(f"{name} is not in the portable core: {node.sql('duckdb')[:200]}")
    rules = _rules(dialect)

    def rewrite(node: exp.Expr) -> exp.Expr:
        rule = rules.get(type(node).__name__)
        return node if rule is None else rule(node)

    # From the leaves up: a rule sees arguments that are already in the other dialect.
    for node in reversed(list(tree.walk(bfs=True))):
        changed = rewrite(node)
        if changed is not node:
            if node is tree:
                tree = changed
            else:
                node.replace(changed)
    return tree


Rule = Callable[["exp.Expr"], "exp.Expr"]


def _rules(dialect: str) -> dict[str, Rule]:
    """What has to be rewritten before sqlglot writes a dialect."""
    rules: dict[str, Rule] = {
        "Is": _is_true,
        "ILike": _plain_letters,
        "Anonymous": lambda node: _timezone(node, dialect),
        "RegexpFullMatch": lambda node: _whole_text(node, dialect),
    }
    if dialect == "postgres":
        rules["TryCast"] = _try_bigint
    if dialect in ("bigquery", "trino"):  # there one missing argument makes the result missing
        rules["Least"] = rules["Greatest"] = _first_known
    return rules


def _native(text: str, dialect: str) -> exp.Expr:
    import sqlglot

    return sqlglot.parse_one(text, read=dialect)


def _is_true(node: exp.Expr) -> exp.Expr:
    """`x IS TRUE` is never missing; for Snowflake and Trino sqlglot would write `x`, which can be."""
    from sqlglot import exp

    value = node.args.get("expression")
    if isinstance(value, exp.Boolean) and value.this:
        return exp.func("COALESCE", node.this.copy(), exp.false())
    return node


def _plain_letters(node: exp.Expr) -> exp.Expr:
    pattern = node.args["expression"].name
    if not pattern.isascii():
        raise DataError(
            Problem(
                "UP579",
                f"ilike {text_literal(pattern)}: outside of a to z every engine has its own capitals",
                fix="compare with like, = or in; or export the source to a file",
            )
        )
    return node


def _timezone(node: exp.Expr, dialect: str) -> exp.Expr:
    """`timezone(zone, x)`: of a naive time (always written as a cast) its instant, of an instant the local time."""
    from sqlglot import exp

    zone, value = node.expressions
    if dialect == "postgres":
        return node
    text, name = value.sql(dialect=dialect, identify=True), text_literal(zone.name)
    naive = isinstance(value, exp.Cast) and value.to.this in (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ)
    to_instant, to_local = _CLOCKS[dialect]
    return _native((to_instant if naive else to_local).format(x=text, zone=name), dialect)


_SPARK_INSTANT = "to_utc_timestamp(CAST({x} AS TIMESTAMP), {zone})"
# Java takes the first of two equal clock times in autumn, everybody else the second: add what was set back, where so.
_SPARK_LATER = "CASE {whens} ELSE {i} END".format(
    whens=" ".join(
        f"WHEN from_utc_timestamp({_SPARK_INSTANT} + INTERVAL '{minutes}' MINUTE, {{zone}}) = CAST({{x}} AS TIMESTAMP) "
        f"THEN {_SPARK_INSTANT} + INTERVAL '{minutes}' MINUTE"
        for minutes in (60, 30, 120)
    ),
    i=_SPARK_INSTANT,
)
_SPARK_CLOCK = (_SPARK_LATER, "CAST(from_utc_timestamp({x}, {zone}) AS TIMESTAMP_NTZ)")
_CLOCKS = {
    "spark": _SPARK_CLOCK,
    "databricks": _SPARK_CLOCK,
    "bigquery": ("TIMESTAMP({x}, {zone})", "DATETIME({x}, {zone})"),
    "snowflake": (
        "CONVERT_TIMEZONE({zone}, 'UTC', {x})",
        "CONVERT_TIMEZONE('UTC', {zone}, CAST({x} AS TIMESTAMPNTZ))",
    ),
    "trino": ("WITH_TIMEZONE({x}, {zone})", "CAST({x} AT TIME ZONE {zone} AS TIMESTAMP)"),
}


def _whole_text(node: exp.Expr, dialect: str) -> exp.Expr:
    """A pattern that has to match from the first to the last character."""
    from sqlglot import exp

    value, pattern = node.this.copy(), node.expression.name
    if dialect == "postgres":
        return exp.RegexpLike(this=value, expression=exp.Literal.string(f"^(?:{pattern})$"))
    text = value.sql(dialect=dialect, identify=True)
    whole = exp.Literal.string(f"^(?:{pattern})\\z").sql(dialect=dialect)
    functions = {"bigquery": "REGEXP_CONTAINS({x}, {p})", "snowflake": "REGEXP_LIKE({x}, {p})"}
    if dialect == "snowflake":  # its REGEXP_LIKE always means the whole text
        whole = exp.Literal.string(pattern).sql(dialect=dialect)
    return _native(functions.get(dialect, "REGEXP_LIKE({x}, {p})").format(x=text, p=whole), dialect)


def _try_bigint(node: exp.Expr) -> exp.Expr:
    """PostgreSQL has no cast that may fail: look at the text first."""
    x = node.this.sql(dialect="postgres", identify=True)
    return _native(
        f"CASE WHEN {x} ~ '^[+-]?[0-9]{{1,37}}$' THEN CASE WHEN CAST({x} AS DECIMAL(38, 0)) BETWEEN {LOWEST} AND "
        f"{HIGHEST} THEN CAST({x} AS BIGINT) END END",
        "postgres",
    )


def _first_known(node: exp.Expr) -> exp.Expr:
    from sqlglot import exp

    sign = "<=" if isinstance(node, exp.Least) else ">="
    found, *rest = (argument.sql("duckdb") for argument in (node.this, *node.expressions))
    for other in rest:
        found = f"(CASE WHEN {other} IS NULL OR {found} {sign} {other} THEN {found} ELSE {other} END)"
    return _tree(found)
