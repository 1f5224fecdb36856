"""The rule language of `decision.ship` and `decision.stop`: names, numbers, comparisons, and/or/not, any(), all().

    rule       = term { "or" term }
    term       = factor { "and" factor }
    factor     = "not" factor | "(" rule ")" | ("any" | "all") "(" name ")" | "true" | "false"
               | name | operand ("<" | "<=" | ">" | ">=" | "==" | "!=") operand
    operand    = name | number [ "%" ]
    name       = word { "." word }

Everything else is refused with its position. Evaluation knows three values (Kleene): a name without a value makes a
comparison unknown, and `unknown and false` is still false.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from uplift.errors import Place, Problem, SpecError
from uplift.spec.names import suggestion

LONGEST = 1_000
DEEPEST = 40
NUMBERS = ("value", "low", "high")
"""What a metric offers: its relative uplift and the bounds of its interval, as fractions (0.0941)."""
STATUSES = ("ok", "breached", "open")
"""What `guardrails` offers: a list with one truth value per guardrail."""
SEQUENTIAL = ("efficacy", "futility")
RESERVED = frozenset({"and", "or", "not", "any", "all", "true", "false", "primary", "best", "guardrails", "sequential"})
"""Words that no metric can be called."""

Kind = Literal["number", "truth", "list"]
Value = float | bool | None | Sequence[bool | None]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?(?:\d+(?:\.\d+)?|\.\d+)%?)|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)"
    r"|(?P<sign><=|>=|==|!=|<|>|\(|\)))",
    re.ASCII,
)
_KINDS_OF_TOKEN: tuple[Literal["number"], Literal["name"], Literal["sign"]] = ("number", "name", "sign")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class DecisionError(SpecError):
    """A rule that is not of the language; `offset` counts characters of the rule from 0."""

    def __init__(self, message: str, fix: str = "", *, offset: int, text: str) -> None:
        self.message, self.fix, self.offset = message, fix, offset
        where = Place(f"rule '{text if len(text) <= 80 else text[:79] + '…'}'", column=offset + 1)
        super().__init__(Problem("UP230", message, fix, where))


@dataclass(frozen=True, slots=True)
class Name:
    """A name such as `primary.low`."""

    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class Number:
    """A number; `2%` is 0.02."""

    value: float


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Compare:
    """Two numbers compared."""

    sign: str
    left: Name | Number
    right: Name | Number


@dataclass(frozen=True, slots=True)
class Quantified:
    """`any(name)` or `all(name)` over a list of truth values."""

    word: Literal["any", "all"]
    of: Name


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Junction:
    """`and` or `or` of two or more parts."""

    word: Literal["and", "or"]
    parts: tuple[Expression, ...]


Expression = Name | Truth | Compare | Quantified | Not | Junction


def parse(text: str) -> Expression:
    """The rule as a tree. Raises DecisionError (a SpecError, UP230) where it leaves the language.

    >>> parse("primary.low > 2%")
    Compare(sign='>', left=Name(name='primary.low', offset=0), right=Number(value=0.02))
    """
    return _Parser(text).rule()


def evaluate(expression: Expression, names: Mapping[str, Value]) -> bool | None:
    """Whether the rule holds: True, False, or None where a missing value leaves it open.

    Raises DecisionError when a name's value is of the wrong kind (a number where a truth value belongs).

    >>> rule = parse("primary.low > 0 and all(guardrails.ok)")
    >>> evaluate(rule, {"primary.low": 0.02, "guardrails.ok": [True, True]})
    True
    >>> print(evaluate(rule, {"primary.low": 0.02, "guardrails.ok": [True, None]}))
    None
    >>> evaluate(rule, {"primary.low": -0.01, "guardrails.ok": [True, None]})
    False
    """
    if isinstance(expression, Truth):
        return expression.value
    if isinstance(expression, Name):
        value = names.get(expression.name)
        if value is None or isinstance(value, bool):
            return value
        raise _wrong_kind(expression, "a truth value", "compare it: > 0" if isinstance(value, (int, float)) else "")
    if isinstance(expression, Compare):
        left, right = _number(expression.left, names), _number(expression.right, names)
        return None if left is None or right is None else _COMPARE[expression.sign](left, right)
    if isinstance(expression, Quantified):
        return _quantified(expression, names)
    if isinstance(expression, Not):
        inner = evaluate(expression.of, names)
        return None if inner is None else not inner
    return _kleene(expression.word, [evaluate(part, names) for part in expression.parts])


def vocabulary(metrics: Sequence[str], *, net_value: bool = False) -> dict[str, Kind]:
    """Every name that a rule of an experiment may use, with the kind of its value."""
    subjects = ["primary", *dict.fromkeys(metrics), *(["net_value"] if net_value else [])]
    names: dict[str, Kind] = {}
    for prefix in ("", "best."):
        names |= {f"{prefix}{subject}.{key}": "number" for subject in subjects for key in NUMBERS}
    names |= {f"guardrails.{key}": "list" for key in STATUSES}
    names |= {f"sequential.{key}": "truth" for key in SEQUENTIAL}
    return names


def misuses(expression: Expression, known: Mapping[str, Kind], *, text: str) -> Iterator[DecisionError]:
    """Every name of a rule that is not known or stands where its kind can't."""
    for name, wanted in _uses(expression):
        kind = known.get(name.name)
        if kind is None:
            fix = suggestion(name.name, known, allowed="for example")
            yield DecisionError(f"'{name.name}' is not a name of a rule", fix, offset=name.offset, text=text)
        elif kind != wanted:
            yield DecisionError(
                f"'{name.name}' is {_KINDS[kind]}, and {_KINDS[wanted]} belongs here",
                _MEND[kind].format(name=name.name),
                offset=name.offset,
                text=text,
            )


_KINDS: dict[Kind, str] = {"number": "a number", "truth": "a truth value", "list": "a list of truth values"}
_MEND: dict[Kind, str] = {
    "number": "compare it with a number: {name} > 0",
    "truth": "use it alone: {name}",
    "list": "write all({name}) or any({name})",
}


def names_in(expression: Expression) -> tuple[str, ...]:
    """The names that a rule uses, in order."""
    return tuple(name.name for name, _ in _uses(expression))


def _uses(expression: Expression) -> Iterator[tuple[Name, Kind]]:
    if isinstance(expression, Name):
        yield expression, "truth"
    elif isinstance(expression, Compare):
        yield from ((side, "number") for side in (expression.left, expression.right) if isinstance(side, Name))
    elif isinstance(expression, Quantified):
        yield expression.of, "list"
    elif isinstance(expression, Not):
        yield from _uses(expression.of)
    elif isinstance(expression, Junction):
        for part in expression.parts:
            yield from _uses(part)


def _number(side: Name | Number, names: Mapping[str, Value]) -> float | None:
    if isinstance(side, Number):
        return side.value
    value = names.get(side.name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _wrong_kind(side, "a number", "")
    return None if math.isnan(value) else float(value)


def _quantified(expression: Quantified, names: Mapping[str, Value]) -> bool | None:
    value = names.get(expression.of.name)
    if value is None:
        return None
    if isinstance(value, (bool, int, float, str)):
        raise _wrong_kind(expression.of, "a list of truth values", "")
    return _kleene("and" if expression.word == "all" else "or", value)


def _kleene(word: Literal["and", "or"], values: Sequence[bool | None]) -> bool | None:
    """Strong Kleene logic: one false part decides `and`, one true part decides `or`, else an unknown part leaves it."""
    decisive = word == "or"
    if any(value is decisive for value in values):
        return decisive
    return None if any(value is None for value in values) else not decisive


def _wrong_kind(name: Name, wanted: str, fix: str) -> DecisionError:
    return DecisionError(f"'{name.name}' is not {wanted}", fix, offset=name.offset, text=name.name)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["number", "name", "sign", "end"]
    text: str
    offset: int


class _Parser:
    """Recursive descent; depth is bounded before Python's own limit could be."""

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > LONGEST:
            raise self._error(f"the rule is longer than {LONGEST} characters", LONGEST)
        self.tokens = tuple(self._scan())
        self.at = 0
        self.depth = 0

    def rule(self) -> Expression:
        expression = self._or()
        if self._next.kind != "end":
            raise self._unexpected("'and', 'or' or the end")
        return expression

    def _scan(self) -> Iterator[_Token]:
        at = 0
        end = len(self.text.rstrip())
        while at < end:
            match = _TOKEN.match(self.text, at)
            if match is None:
                at += len(self.text[at:]) - len(self.text[at:].lstrip())
                sign = self.text[at]
                fix = {"=": "write == to compare", "&": "write and", "|": "write or", "!": "write not"}.get(sign, "")
                allowed = "names, numbers, < <= > >= == !=, and, or, not, any(), all()"
                raise self._error(f"'{sign}' is not part of the rule language", at, fix or f"allowed: {allowed}")
            for kind in _KINDS_OF_TOKEN:
                if match[kind] is not None:
                    yield _Token(kind, match[kind], match.start(kind))
            at = match.end()
        yield _Token("end", "", end)

    @property
    def _next(self) -> _Token:
        return self.tokens[self.at]

    def _take(self) -> _Token:
        token = self.tokens[self.at]
        self.at += token.kind != "end"
        return token

    def _is(self, *texts: str) -> bool:
        return self._next.kind in ("name", "sign") and self._next.text in texts

    def _or(self) -> Expression:
        return self._joined("or", self._and)

    def _and(self) -> Expression:
        return self._joined("and", self._factor)

    def _joined(self, word: Literal["and", "or"], part: Callable[[], Expression]) -> Expression:
        parts = [part()]
        while self._is(word):
            self._take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else Junction(word, tuple(parts))

    def _factor(self) -> Expression:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._error("the rule is nested too deeply", self._next.offset)
        try:
            return self._unnested()
        finally:
            self.depth -= 1

    def _unnested(self) -> Expression:
        if self._is("not"):
            self._take()
            return Not(self._factor())
        if self._is("("):
            self._take()
            inner = self._or()
            self._close()
            return inner
        if self._is("any", "all"):
            word: Literal["any", "all"] = "any" if self._take().text == "any" else "all"
            if not self._is("("):
                raise self._unexpected(f"'(' after {word}")
            self._take()
            if self._next.kind != "name" or self._next.text in RESERVED:
                raise self._unexpected(f"one name, as in {word}(guardrails.ok)")
            token = self._take()
            self._close()
            return Quantified(word, Name(token.text, token.offset))
        if self._is("true", "false"):
            return Truth(self._take().text == "true")
        return self._comparison()

    def _comparison(self) -> Expression:
        left = self._operand()
        if self._next.kind == "sign" and self._next.text in _COMPARE:
            sign = self._take().text
            right = self._operand()
            if self._next.kind == "sign" and self._next.text in _COMPARE:
                raise self._error("comparisons can't be chained", self._next.offset, "join two of them with and")
            return Compare(sign, left, right)
        if isinstance(left, Number):
            raise self._unexpected("a comparison")
        return left

    def _operand(self) -> Name | Number:
        token = self._next
        if token.kind == "number":
            self._take()
            percent = token.text.endswith("%")
            return Number(float(token.text.rstrip("%")) / (100 if percent else 1))
        if token.kind == "name" and token.text not in ("and", "or", "not", "any", "all", "true", "false"):
            self._take()
            return Name(token.text, token.offset)
        raise self._unexpected("a name or a number")

    def _close(self) -> None:
        if not self._is(")"):
            raise self._unexpected("')'")
        self._take()

    def _unexpected(self, wanted: str) -> DecisionError:
        token = self._next
        found = "the rule ends" if token.kind == "end" else f"'{token.text}' stands"
        return self._error(f"{found} where {wanted} belongs", token.offset)

    def _error(self, message: str, offset: int, fix: str = "") -> DecisionError:
        return DecisionError(message, fix, offset=offset, text=self.text)
