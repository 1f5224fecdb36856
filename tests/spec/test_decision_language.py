"""Rules are read by a grammar of their own and judged with three truth values."""

from __future__ import annotations

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uplift.errors import SpecError
from uplift.spec.decision import (
    Compare,
    DecisionError,
    Junction,
    Name,
    Not,
    Number,
    Quantified,
    Truth,
    evaluate,
    misuses,
    names_in,
    parse,
    vocabulary,
)

NAMES = {
    "primary.low": 0.02,
    "primary.high": 0.06,
    "best.net_value.low": -0.5,
    "guardrails.ok": [True, None],
    "guardrails.breached": [False, None],
    "sequential.efficacy": False,
    "sequential.futility": None,
}


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("primary.low > 0", True),
        ("primary.low > 2%", False),
        ("primary.low >= 2%", True),
        ("primary.low < -0.5", False),
        ("0.01 <= primary.low", True),
        ("primary.low == 0.02", True),
        ("primary.low != 0.02", False),
        ("primary.low < primary.high", True),
        ("not primary.low > 0", False),
        ("all(guardrails.ok)", None),
        ("any(guardrails.ok)", True),
        ("any(guardrails.breached)", None),
        ("all(guardrails.breached)", False),
        ("not any(guardrails.breached)", None),
        ("sequential.efficacy", False),
        ("sequential.futility", None),
        ("sequential.efficacy or sequential.futility", None),
        ("sequential.efficacy and sequential.futility", False),
        ("missing.low > 0", None),
        ("missing.low > 0 and primary.low < 0", False),
        ("missing.low > 0 or primary.low > 0", True),
        ("all(missing.list)", None),
        ("true", True),
        ("false or (true and not false)", True),
        ("primary.low > 0 or false and false", True),  # and binds tighter than or
        ("(primary.low > 0 or false) and false", False),
    ],
)
def test_a_rule_holds_does_not_or_is_open(rule: str, holds: bool | None) -> None:
    assert evaluate(parse(rule), NAMES) is holds


def test_the_rules_of_the_specimens_are_read() -> None:
    ship = parse("best.net_value.low > 0 and all(guardrails.ok)")
    assert evaluate(ship, {"best.net_value.low": 3.0, "guardrails.ok": [True, True]}) is True
    assert evaluate(ship, {"best.net_value.low": 3.0, "guardrails.ok": []}) is True
    assert evaluate(ship, NAMES) is False
    stop = parse("any(guardrails.breached) or sequential.efficacy or sequential.futility")
    assert names_in(stop) == ("guardrails.breached", "sequential.efficacy", "sequential.futility")
    assert evaluate(stop, {"guardrails.breached": [True]}) is True


@pytest.mark.parametrize(
    ("rule", "offset", "message"),
    [
        ("", 0, "the rule ends where a name or a number belongs"),
        ("   ", 0, "the rule ends"),
        ("primary.low >", 13, "the rule ends where a name or a number belongs"),
        ("primary.low > > 0", 14, "'>' stands where"),
        ("primary.low = 0", 12, "'=' is not part of the rule language"),
        ("primary.low > 0 && x", 16, "'&' is not part"),
        ("__import__('os')", 10, "'(' stands where 'and', 'or' or the end belongs"),
        ("__import__('os').system('ls')", 11, "''' is not part"),
        ("primary.low > 0 primary.high", 16, "'primary.high' stands where"),
        ("(primary.low > 0", 16, "the rule ends where ')' belongs"),
        ("any guardrails.ok", 4, "'guardrails.ok' stands where '(' after any belongs"),
        ("any()", 4, "')' stands where one name"),
        ("any(primary.low > 0)", 16, "'>' stands where ')' belongs"),
        ("0 < primary.low < 1", 16, "can't be chained"),
        ("1", 1, "the rule ends where a comparison belongs"),
        ("and", 0, "'and' stands where"),
        ("primary. low > 0", 7, "'.' is not part"),
        ("primary.low > 0;", 15, "';' is not part"),
        ("lambda: 0", 6, "':' is not part"),
        ("x[0] > 1", 1, "'[' is not part"),
        ("primary.low > 1e5", 15, "'e5' stands where"),
        ("ünicode > 0", 0, "'ü' is not part"),
        ("(" * 500, 40, "nested too deeply"),
        ("not " * 200, 160, "nested too deeply"),
        ("a.b > 0 and " * 200, 1000, "longer than 1000 characters"),
    ],
)
def test_everything_else_is_refused_at_its_position(rule: str, offset: int, message: str) -> None:
    if message.startswith("''' is"):
        offset = rule.index("'")
    if rule == "__import__('os')":
        message, offset = "''' is not part", 11
    with pytest.raises(DecisionError) as caught:
        parse(rule)
    assert message in caught.value.message
    assert caught.value.offset == offset
    assert isinstance(caught.value, SpecError)
    assert caught.value.problems[0].code == "UP230"


def test_one_equals_sign_is_mended() -> None:
    with pytest.raises(DecisionError, match="write == to compare"):
        parse("primary.low = 0")


def test_a_value_of_the_wrong_kind_is_refused_not_guessed() -> None:
    for rule in (
        "primary.low",
        "guardrails.ok > 1",
        "any(primary.low)",
        "sequential.efficacy > 0",
        "not guardrails.ok",
    ):
        with pytest.raises(DecisionError):
            evaluate(parse(rule), NAMES)


def test_not_a_number_is_no_value() -> None:
    assert evaluate(parse("x.low > 0"), {"x.low": float("nan")}) is None


def test_infinite_bounds_compare_as_numbers() -> None:
    assert evaluate(parse("x.low > 0"), {"x.low": float("-inf")}) is False


def test_vocabulary_knows_every_metric_with_its_bounds() -> None:
    known = vocabulary(["revenue"], net_value=True)
    assert known["primary.low"] == "number"
    assert known["best.revenue.high"] == "number"
    assert known["best.net_value.value"] == "number"
    assert known["guardrails.ok"] == "list"
    assert known["sequential.efficacy"] == "truth"
    assert "net_value.low" not in vocabulary(["revenue"])


def test_misuses_name_each_wrong_name_once_with_its_place() -> None:
    text = "primary.lo > 0 and guardrails.ok or any(sequential.efficacy) or primary.low"
    wrong = list(misuses(parse(text), vocabulary([]), text=text))
    assert [text[w.offset :].split()[0].rstrip(")") for w in wrong] == [
        "primary.lo",
        "guardrails.ok",
        "sequential.efficacy",
        "primary.low",
    ]
    assert "did you mean 'primary.low'?" in wrong[0].fix
    assert wrong[1].fix == "write all(guardrails.ok) or any(guardrails.ok)"


@given(st.text(max_size=60) | st.text(alphabet="ab.<>=!()0123% andortyl", max_size=60))
def test_no_text_makes_the_parser_raise_anything_else(text: str) -> None:
    with contextlib.suppress(DecisionError):
        parse(text)


NAMED = st.sampled_from(["a", "b.c", "primary.low"])
EXPRESSIONS = st.recursive(
    st.one_of(
        st.booleans().map(Truth),
        NAMED.map(lambda n: Name(n, 0)),
        st.builds(Compare, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NAMED.map(lambda n: Name(n, 0)), st.integers(-9, 9).map(lambda i: Number(float(i)))),
        st.builds(Quantified, st.sampled_from(["any", "all"]), NAMED.map(lambda n: Name(n, 0))),
    ),
    lambda inner: st.one_of(
        inner.map(Not), st.builds(Junction, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=8,
)  # fmt: skip


def written(expression: object) -> str:
    if isinstance(expression, Truth):
        return str(expression.value).lower()
    if isinstance(expression, Name):
        return expression.name
    if isinstance(expression, Number):
        return f"{expression.value:g}"
    if isinstance(expression, Compare):
        return f"{written(expression.left)} {expression.sign} {written(expression.right)}"
    if isinstance(expression, Quantified):
        return f"{expression.word}({written(expression.of)})"
    if isinstance(expression, Not):
        return f"not ({written(expression.of)})"
    assert isinstance(expression, Junction)
    return f" {expression.word} ".join(f"({written(part)})" for part in expression.parts)


@given(EXPRESSIONS)
def test_what_is_written_is_read_back(expression: object) -> None:
    assert written(parse(written(expression))) == written(expression)


THREE = (True, False, None)


@pytest.mark.parametrize(("a", "b"), list(itertools.product(THREE, THREE)))
def test_de_morgan_holds_with_three_values(a: bool | None, b: bool | None) -> None:
    names = {"a": a, "b": b}
    assert evaluate(parse("not (a and b)"), names) is evaluate(parse("not a or not b"), names)
    assert evaluate(parse("not (a or b)"), names) is evaluate(parse("not a and not b"), names)


@given(st.lists(st.sampled_from(THREE), max_size=4))
def test_any_and_all_are_long_forms_of_or_and_and(values: list[bool | None]) -> None:
    names: dict[str, bool | list[bool | None] | None] = {f"v{i}": value for i, value in enumerate(values)}
    listed = {**names, "list": values}
    together = " or ".join([*names, "false"])
    assert evaluate(parse("any(list)"), listed) is evaluate(parse(together), listed)
    together = " and ".join([*names, "true"])
    assert evaluate(parse("all(list)"), listed) is evaluate(parse(together), listed)


@given(st.sampled_from(THREE), st.booleans())
def test_a_known_value_never_turns_a_decided_rule_around(a: bool | None, b: bool) -> None:
    """Kleene's logic is monotone: filling in an unknown value keeps every verdict that was already given."""
    for rule in ("a and b", "a or b", "not a", "not (a and not b)"):
        open_verdict = evaluate(parse(rule), {"a": None, "b": b})
        filled = evaluate(parse(rule), {"a": a, "b": b})
        assert open_verdict is None or filled is open_verdict
