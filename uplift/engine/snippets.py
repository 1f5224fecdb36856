"""From `where: not is_cancelled` to an `Expression`: parsed by sqlglot, rebuilt from a whitelist, refused with a place.

Nothing of the user's text reaches an engine: what this module does not know is refused, and what it knows is
rendered anew from the values of `expressions`. sqlglot is imported only when a snippet is parsed.
"""

from __future__ import annotations

import datetime
import difflib
import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

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
    columns_of,
)
from uplift.errors import Place, Problem, SpecError
from uplift.spec.study import Document

if TYPE_CHECKING:
    from sqlglot import exp

LONGEST = 4000
DEEPEST = 60
NUMBER = re.compile(r"(\d+)(?:\.(\d+))?")
ALLOWED = (
    "columns, numbers, 'text', + - *, comparisons, and, or, not, in, between, is null, like, case, coalesce, nullif, "
    "least, greatest, date '2026-01-31', interval n day"
)
RANDOM = {"random", "rand", "now", "today", "uuid", "gen_random_uuid", "getdate", "setseed", "nextval", "hash"}


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of SQL in the YAML: its text and where the text begins (None inside a block scalar: no columns)."""

    text: str
    place: Place
    exact: bool = False

    def at(self, offset: int) -> Place:
        """The place of a character of the snippet."""
        if not self.exact or self.place.column is None:
            return self.place
        return replace(self.place, column=self.place.column + offset)


class _RefusedError(Exception):
    def __init__(self, code: str, message: str, fix: str, at: int) -> None:
        self.code, self.message, self.fix, self.at = code, message, fix, at


def snippet_at(document: Document, *path: str | int, text: str) -> Snippet:
    """A snippet with its place; columns are exact when the YAML holds the text on one line, plain or quoted."""
    place = document.place(*path)
    if place.line is None or place.column is None or "\n" in text:
        return Snippet(text, place)
    lines = document.text.splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    start = place.column - 1
    if line[start : start + 1] in ("'", '"'):
        start += 1
    exact = line[start : start + len(text)] == text
    return Snippet(text, replace(place, column=start + 1) if exact else place, exact)


def parse(snippet: Snippet, columns: Iterable[str] | None = None, *, source: str = "") -> Expression:
    """The snippet as an expression over known columns (None: any column, where no source is open yet).

    Raises SpecError with the place inside the YAML: UP540 unreadable, UP541 unknown column, UP542 not allowed,
    UP543 not deterministic.
    """
    try:
        expression = _parse(snippet.text)
    except _RefusedError as refused:
        raise SpecError(Problem(refused.code, refused.message, fix=refused.fix, place=snippet.at(refused.at))) from None
    if columns is not None:
        check_columns(snippet, expression, columns, source=source)
    return expression


def check_columns(snippet: Snippet, expression: Expression, columns: Iterable[str], *, source: str = "") -> None:
    """Refuse columns that the source does not have (UP541), each with a suggestion."""
    known = list(columns)
    owner = f"source {source}" if source else "the source"
    problems = [
        Problem(
            "UP541",
            f"{owner} has no column '{column.name}'",
            fix=did_you_mean(column.name, known),
            place=snippet.at(column.at),
        )
        for column in columns_of(expression)
        if column.name not in known
    ]
    if problems:
        raise SpecError(*problems)


def _parse(text: str) -> Expression:
    import sqlglot
    from sqlglot.errors import ParseError, TokenError

    if len(text) > LONGEST:
        raise _RefusedError("UP540", f"the snippet has {len(text):,} characters", f"keep it below {LONGEST:,}", 0)
    if not text.strip():
        raise _RefusedError("UP540", "the snippet is empty", "delete the key or write a condition", 0)
    if _depth(text) > DEEPEST:
        raise _RefusedError(
            "UP540", "the snippet is nested too deeply", f"use fewer than {DEEPEST} levels of brackets", 0
        )
    logger = logging.getLogger("sqlglot")
    quiet, logger.disabled = logger.disabled, True  # it warns of statements that it can't parse; we refuse them
    try:
        trees = sqlglot.parse(text, read="duckdb")
    except (ParseError, TokenError) as error:
        first = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
        what = str(first.get("description") or "it can't be read")
        what = "something is missing" if what.startswith("Required keyword") else what
        at = max(int(first.get("col") or 1) - 1, 0) if first.get("line") == 1 else 0
        raise _RefusedError(
            "UP540", f"not a valid expression: {what}", "write it as in a SQL WHERE clause", at
        ) from None
    except RecursionError:
        raise _RefusedError("UP540", "the snippet is nested too deeply", "make it simpler", 0) from None
    finally:
        logger.disabled = quiet
    if len(trees) != 1 or trees[0] is None:
        raise _RefusedError("UP542", "a snippet is one expression, not several statements", "remove the ';'", 0)
    try:
        return _convert(trees[0])
    except RecursionError:
        raise _RefusedError("UP540", "the snippet is nested too deeply", "make it simpler", 0) from None


def _depth(text: str) -> int:
    """The deepest nesting of brackets, a bound on the parser's recursion."""
    depth = deepest = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return deepest


def did_you_mean(name: str, known: list[str]) -> str:
    """A fix for an unknown name.

    >>> did_you_mean("net_amuont", ["net_amount", "ordered_at"])
    "did you mean 'net_amount'?"
    """
    close = [k for k in known if k.lower() == name.lower()] or difflib.get_close_matches(name, known, 1)
    if close:
        return f"did you mean '{close[0]}'?"
    shown = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return f"it has: {shown}" if known else "it has no columns"


def _position(node: exp.Expr) -> int:
    """Where a node begins in the text: the smallest position that it or anything inside it carries."""
    starts = [int(inner.meta["start"]) for inner in node.walk() if "start" in inner.meta]
    return min(starts, default=0)


def _refuse(node: exp.Expr, what: str, fix: str = f"allowed are {ALLOWED}", code: str = "UP542") -> _RefusedError:
    return _RefusedError(code, what, fix, _position(node))


def _convert(node: exp.Expr) -> Expression:
    """Rebuild a node from the whitelist. Arguments that are set but not understood are refused, never dropped."""
    name = type(node).__name__
    if name == "Paren":
        _only(node, "this")
        return _convert(node.this)
    converter = _converters().get(name)
    if converter is None:
        raise _unknown(node)
    return converter(node)


def _only(node: exp.Expr, *known: str) -> None:
    """Refuse a node that carries anything but the arguments we read."""
    for key, value in node.args.items():
        if key not in known and value not in (None, False, [], ()):
            raise _refuse(node, f"{_words(node)} with '{key}' is not allowed in a snippet")


def _words(node: exp.Expr) -> str:
    from sqlglot import exp

    if isinstance(node, exp.Anonymous):
        return f"function {node.name.lower()}()"
    if isinstance(node, exp.Func) and not isinstance(node, (exp.Connector, exp.Case)):
        return f"function {node.sql_name().lower()}()"
    return type(node).__name__.upper()


def _unknown(node: exp.Expr) -> _RefusedError:
    from sqlglot import exp

    words = _words(node)
    if isinstance(node, (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.Rand, exp.Uuid)) or (
        node.name.lower() in RANDOM and isinstance(node, exp.Func)
    ):
        return _refuse(
            node, f"{words} gives another value on every run", "write the value, e.g. date '2026-01-31'", "UP543"
        )
    if isinstance(node, (exp.Div, exp.IntDiv, exp.Mod)):
        fix = "multiply instead (x > 2 * y), or make it a ratio metric with numerator and denominator"
        return _refuse(node, "division is not exact and differs between engines", fix)
    if isinstance(node, (exp.AggFunc, exp.Window)):
        return _refuse(
            node, f"{words}: a snippet speaks of one row; the metric's kind adds rows up", "write the value of a row"
        )
    if isinstance(node, (exp.Query, exp.Subquery, exp.Exists)):
        return _refuse(node, "a snippet can't hold a query", "join in the source: sources.<name>.query")
    if isinstance(node, (exp.DDL, exp.DML, exp.Command)):
        return _refuse(node, "a snippet is an expression, not a statement")
    return _refuse(node, f"{words} is not allowed in a snippet")


def _converters() -> dict[str, Callable[[exp.Expr], Expression]]:
    global _TABLE
    if _TABLE is None:
        _TABLE = {
            "Column": _column,
            "Literal": _literal,
            "Boolean": lambda n: Flag(bool(n.this), _position(n)),
            "Null": lambda n: Null(_position(n)),
            "Not": _not,
            "And": _junction,
            "Or": _junction,
            "Neg": _negative,
            "Add": _arithmetic,
            "Sub": _arithmetic,
            "Mul": _arithmetic,
            "EQ": _comparison,
            "NEQ": _comparison,
            "LT": _comparison,
            "LTE": _comparison,
            "GT": _comparison,
            "GTE": _comparison,
            "NullSafeEQ": _comparison,
            "NullSafeNEQ": _comparison,
            "In": _membership,
            "Between": _between,
            "Is": _is,
            "Like": _like,
            "ILike": _like,
            "Case": _case,
            "Coalesce": _pick,
            "Least": _pick,
            "Greatest": _pick,
            "Nullif": _pick,
            "Cast": _cast,
            "Date": _date_function,
        }
    return _TABLE


_TABLE: dict[str, Callable[[exp.Expr], Expression]] | None = None
COMPARISONS = {
    "EQ": "=", "NEQ": "<>", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">=",
    "NullSafeEQ": "IS NOT DISTINCT FROM", "NullSafeNEQ": "IS DISTINCT FROM",
}  # fmt: skip


def _column(node: exp.Expr) -> Expression:
    from sqlglot import exp

    if not isinstance(node.this, exp.Identifier):
        raise _refuse(node, "'*' is not a column")
    qualifier = node.args.get("table")
    if qualifier is not None:
        fix = f"write {node.this.name}: a snippet sees only the columns of its own source"
        raise _refuse(node, f"'{qualifier.name}.{node.this.name}' names a table", fix)
    _only(node, "this")
    _only(node.this, "this", "quoted")
    return ColumnRef(node.this.name, _position(node))


def _literal(node: exp.Expr) -> Expression:
    if node.args.get("is_string"):
        if "\x00" in node.this:
            raise _refuse(node, "text can't hold a NUL character")
        return Text(str(node.this), _position(node))
    match = NUMBER.fullmatch(str(node.this))
    if match is None or len(match[0]) > 18:
        raise _refuse(node, f"{node.this} is not a number that fits", "write up to 17 digits, e.g. 10 or 10.50")
    whole, part = match[1], match[2] or ""
    return Number(int(whole + part), len(part), _position(node))


def _not(node: exp.Expr) -> Expression:
    _only(node, "this")
    return Not(_convert(node.this), _position(node))


def _junction(node: exp.Expr) -> Expression:
    _only(node, "this", "expression")
    operator = "AND" if type(node).__name__ == "And" else "OR"
    return Junction(operator, _convert(node.this), _convert(node.expression), _position(node))  # type: ignore[arg-type]


def _negative(node: exp.Expr) -> Expression:
    _only(node, "this")
    return Negative(_convert(node.this), _position(node))


def _arithmetic(node: exp.Expr) -> Expression:
    from sqlglot import exp

    _only(node, "this", "expression")
    operator = {"Add": "+", "Sub": "-", "Mul": "*"}[type(node).__name__]
    if isinstance(node.expression, exp.Interval) and operator in "+-":
        days = _interval_days(node.expression)
        return PlusDays(_convert(node.this), days if operator == "+" else -days, _position(node))
    return Arithmetic(operator, _convert(node.this), _convert(node.expression), _position(node))  # type: ignore[arg-type]


def _interval_days(node: exp.Interval) -> int:
    unit = str(node.args.get("unit") or "").upper().rstrip("S")
    amount = node.this
    digits = str(amount.this) if type(amount).__name__ == "Literal" else ""
    if unit not in ("DAY", "WEEK") or not re.fullmatch(r"\d{1,5}", digits):
        raise _refuse(node, "only whole days are added to a date", "write interval 30 day")
    return int(digits) * (7 if unit == "WEEK" else 1)


def _comparison(node: exp.Expr) -> Expression:
    _only(node, "this", "expression")
    operator = COMPARISONS[type(node).__name__]
    return Comparison(operator, _convert(node.this), _convert(node.expression), _position(node))  # type: ignore[arg-type]


def _membership(node: exp.Expr) -> Expression:
    _only(node, "this", "expressions")
    choices = tuple(_convert(choice) for choice in node.expressions)
    if not choices:
        raise _refuse(node, "IN needs a list of values", "write x in ('a', 'b')")
    return Membership(_convert(node.this), choices, _position(node))


def _between(node: exp.Expr) -> Expression:
    _only(node, "this", "low", "high")
    return Between(_convert(node.this), _convert(node.args["low"]), _convert(node.args["high"]), _position(node))


def _is(node: exp.Expr) -> Expression:
    _only(node, "this", "expression")
    right = _convert(node.expression)
    if isinstance(right, Null):
        return IsNull(_convert(node.this), _position(node))
    if isinstance(right, Flag):
        return Comparison("IS NOT DISTINCT FROM", _convert(node.this), right, _position(node))
    raise _refuse(node, "IS compares with null, true or false only")


def _like(node: exp.Expr) -> Expression:
    _only(node, "this", "expression")
    pattern = _convert(node.expression)
    if not isinstance(pattern, Text):
        raise _refuse(node, "LIKE needs a text in quotes", "write x like 'abc%'")
    if "\\" in pattern.value:
        raise _refuse(node, "a backslash in LIKE means something else on every engine", "compare with = instead")
    operator = "LIKE" if type(node).__name__ == "Like" else "ILIKE"
    return Like(operator, _convert(node.this), pattern, _position(node))  # type: ignore[arg-type]


def _case(node: exp.Expr) -> Expression:
    _only(node, "this", "ifs", "default")
    subject = node.args.get("this")
    whens = []
    for branch in node.args["ifs"]:
        _only(branch, "this", "true")
        condition = _convert(branch.this)
        if subject is not None:
            condition = Comparison("=", _convert(subject), condition, _position(branch))
        whens.append((condition, _convert(branch.args["true"])))
    default = node.args.get("default")
    return Case(tuple(whens), _convert(default) if default is not None else Null(_position(node)), _position(node))


def _pick(node: exp.Expr) -> Expression:
    function = type(node).__name__.upper()
    _only(node, "this", "expressions", "expression", "ignore_nulls" if function in ("LEAST", "GREATEST") else "this")
    rest = node.expressions or ([node.expression] if node.args.get("expression") is not None else [])
    arguments = tuple(_convert(argument) for argument in (node.this, *rest))
    if len(arguments) < 2:
        raise _refuse(node, f"{function.lower()} needs two arguments or more")
    return Pick(function, arguments, _position(node))  # type: ignore[arg-type]


def _cast(node: exp.Expr) -> Expression:
    _only(node, "this", "to")
    if node.args["to"].sql("duckdb").upper() != "DATE":
        raise _refuse(
            node, f"a cast to {node.args['to'].sql('duckdb')} is not allowed", "declare the column's type in the source"
        )
    return _as_day(node, _convert(node.this))


def _date_function(node: exp.Expr) -> Expression:
    _only(node, "this")
    return _as_day(node, _convert(node.this))


def _as_day(node: exp.Expr, operand: Expression) -> Expression:
    if not isinstance(operand, Text):
        return ToDay(operand, _position(node))
    try:
        return Day(datetime.date.fromisoformat(operand.value), _position(node))
    except ValueError:
        raise _refuse(node, f"'{operand.value}' is not a date", "write date '2026-01-31'") from None
