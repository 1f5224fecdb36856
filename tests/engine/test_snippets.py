from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.studies import study_in, write_parquet
from uplift.engine.adapter import quoted
from uplift.engine.duckdb_engine import DuckDBEngine
from uplift.engine.expression_sql import ColumnType, condition, number
from uplift.engine.expression_types import TypeConflictError
from uplift.engine.expressions import columns_of
from uplift.engine.snippets import Snippet, parse, snippet_at
from uplift.errors import Place, SpecError

COLUMNS = {
    "amount": ColumnType("number", 2),
    "refund": ColumnType("number", 2),
    "quantity": ColumnType("number", 0),
    "is_cancelled": ColumnType("boolean"),
    "event": ColumnType("text"),
    "ordered_at": ColumnType("timestamp"),
    "day": ColumnType("date"),
    "net amount": ColumnType("number", 2),
}


def snippet(text: str) -> Snippet:
    return Snippet(text, Place("sale.yml", 7, 12), exact=True)


def refused(text: str) -> tuple[str, int | None]:
    with pytest.raises(SpecError) as error:
        parse(snippet(text), COLUMNS, source="orders")
    (problem,) = error.value.problems
    assert problem.place is not None
    return problem.code, problem.place.column


def as_condition(text: str) -> str:
    return condition(parse(snippet(text), COLUMNS), COLUMNS)


# ── what is allowed ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "true_for"),
    [
        ("not is_cancelled", {1, 2}),
        ("amount > 10", {1, 3}),
        ("amount > 19.99", {1}),
        ("amount between 10.5 and 20", {1, 3}),
        ("amount - refund >= 15", {1}),
        ("amount * quantity = 60", {1}),
        ("event = 'unsubscribe'", {2}),
        ("event in ('open', 'click')", {1}),
        ("event like 'un%'", {2}),
        ("event ilike 'UN%'", {2}),
        ("event is null", {3}),
        ("event is distinct from 'open'", {2, 3}),
        ("coalesce(refund, 0) = 0", {2}),
        ("nullif(quantity, 3) is null", {1}),
        ("least(amount, 5) = 5", {1, 3}),
        ("greatest(quantity, 2) = 2", {2, 3}),
        ("case when is_cancelled then false else quantity = 3 end", {1}),
        ("ordered_at >= date '2026-03-05'", {2, 3}),
        ("ordered_at >= '2026-03-05'", {2, 3}),
        ("date(ordered_at) = '2026-03-05'", {2}),
        ("day < date '2026-03-01' + interval 3 day", {1}),
        ("day >= '2026-03-10' and (quantity = 1 or quantity = 2) or false", {3}),
        ("is_cancelled is true", {3}),
        ("is_cancelled = 1", {3}),
        ("-amount < -15", {1}),
        ('"net amount" = 1', {1}),
        ("not (is_cancelled or quantity = 1)", {1}),
    ],
)
def test_allowed_snippets_mean_what_sql_means(text: str, true_for: set[int]) -> None:
    with DuckDBEngine() as engine:
        engine.define(
            "t",
            """SELECT * FROM (VALUES
            (1, 2000::BIGINT, 500::BIGINT, 3::BIGINT, false, 'open', TIMESTAMP '2026-03-04 23:59:59', DATE '2026-03-03', 100::BIGINT),
            (2, 499, NULL, 1, false, 'unsubscribe', TIMESTAMP '2026-03-05 10:00', DATE '2026-03-05', 0),
            (3, 1050, 100, 2, true, NULL, TIMESTAMP '2026-03-06 00:00', DATE '2026-03-10', 0))
            AS v(i, amount, refund, quantity, is_cancelled, event, ordered_at, day, "net amount")""",
        )
        rows = engine.run(f"SELECT i FROM t WHERE {as_condition(text)}")
    assert {row[0] for row in rows} == true_for


def test_numbers_are_aligned_to_the_finer_scale() -> None:
    value = number(parse(snippet("amount * quantity - 0.005"), COLUMNS), COLUMNS)
    assert value.decimals == 3
    assert value.sql == '((("amount" * "quantity") * 10) - 5)'


def test_a_whole_number_is_scaled_to_cents_before_it_is_compared() -> None:
    assert as_condition("amount > 10") == '("amount" > (10 * 100))'


def test_columns_come_in_the_order_of_the_text_each_once() -> None:
    found = columns_of(parse(snippet("refund + amount * quantity + refund")))
    assert [column.name for column in found] == ["refund", "amount", "quantity"]


def test_backslashes_and_quotes_in_texts_stay_inside_the_literal() -> None:
    assert as_condition("event = 'it''s; drop table x --'") == "(\"event\" = 'it''s; drop table x --')"


# ── what is refused, and where ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("amuont > 10", "UP541", 12),
        ("amount > 10 and quantiti = 1", "UP541", 28),
        ("orders.amount > 10", "UP542", 12),
        ("amount / 2 > 10", "UP542", 12),
        ("amount % 2 = 0", "UP542", 12),
        ("amount > 10 and ordered_at > now()", "UP543", 41),
        ("current_date > day", "UP543", 12),
        ("random() < 0.5", "UP543", 12),
        ("uuid() = event", "UP543", 12),
        ("sum(amount) > 1", "UP542", 12),
        ("count(*) > 1", "UP542", 12),
        ("row_number() over () = 1", "UP542", 12),
        ("amount in (select 1)", "UP542", 12),
        ("exists (select 1)", "UP542", 27),
        ("select 1", "UP542", 19),
        ("1 = 1; drop table x", "UP542", 12),
        ("drop table x", "UP542", 23),
        ("insert into x values (1)", "UP542", None),
        ("attach 'x.db'", "UP542", None),
        ("copy x to 'y'", "UP542", None),
        ("pragma version", "UP542", None),
        ("set threads = 1", "UP542", None),
        ("install httpfs", "UP542", None),
        ("read_csv('/etc/passwd') = 1", "UP542", 12),
        ("getenv('HOME') = 'x'", "UP542", 12),
        ("event || 'x' = 'y'", "UP542", 12),
        ("amount::double > 1", "UP542", 12),
        ("try_cast(event as integer) = 1", "UP542", None),
        ("upper(event) = 'X'", "UP542", 12),
        ("event similar to 'x'", "UP542", 12),
        ("event like 'a\\%'", "UP542", 12),
        ("event like event", "UP542", 12),
        ("amount in ()", "UP542", 12),
        ("* = 1", "UP542", None),
        ("? = 1", "UP542", 12),
        ("$1 = 1", "UP542", 12),
        (":x = 1", "UP542", 12),
        ("1e400 > amount", "UP542", 12),
        ("99999999999999999999 > amount", "UP542", 12),
        ("amount and", "UP540", None),
        ("(amount", "UP540", None),
        ("'open", "UP540", None),
        ("", "UP540", 12),
        ("   ", "UP540", 12),
        ("(" * 500 + "1" + ")" * 500, "UP540", 12),
        ("not " * 900 + "is_cancelled", "UP540", 12),
        ("amount > 1 " * 1000, "UP540", 12),
        ("date '2026-02-30' < day", "UP542", 17),
        ("day + interval 1 month > day", "UP542", None),
    ],
)  # fmt: skip
def test_refused_with_code_and_place(text: str, code: str, column: int | None) -> None:
    found, where = refused(text)
    assert found == code
    if column is not None:
        assert where == column


@pytest.mark.parametrize(
    "text",
    [
        "event > 'a'",
        "event = 1",
        "amount = 'x'",
        "day = 'tomorrow'",
        "case when event then 1 end = 1",
        "event and true",
    ],
)
def test_types_that_do_not_go_together_are_refused(text: str) -> None:
    with pytest.raises(TypeConflictError):
        as_condition(text)


def test_a_misspelt_column_is_offered_the_right_one() -> None:
    with pytest.raises(SpecError, match=r"did you mean 'is_cancelled'\?"):
        parse(snippet("not is_canceled"), COLUMNS)


def test_a_column_in_other_capitals_is_offered_the_right_one() -> None:
    with pytest.raises(SpecError, match=r"did you mean 'amount'\?"):
        parse(snippet("Amount > 1"), COLUMNS)


def test_the_place_is_found_in_plain_and_in_quoted_scalars(tmp_path: Path) -> None:
    write_parquet(tmp_path / "contacts.parquet", "SELECT 1 AS customer_id, 2 AS n")
    text = "n = 1 and m = 2"
    study = study_in(
        tmp_path,
        sources={"contacts": {"file": "../contacts.parquet", "id": "customer_id"}},
        metrics={"y": {"kind": "mean", "column": "n"}},
        use=[("y", None)],
        audience={"source": "contacts", "where": text},
    )
    found = snippet_at(study.document, "audience", "where", text=text)
    line = study.document.text.splitlines()[(found.place.line or 0) - 1]
    assert line[(found.at(10).column or 0) - 1 :].startswith("m = 2")


# ── fuzz ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

PIECES = (
    *COLUMNS, "(", ")", "and", "or", "not", "=", "<", ">", "<>", "+", "-", "*", "/", "%", "||", ",", ";", "::", "'a'", "'",
    '"', "1", "2.5", "null", "true", "in", "between", "like", "is", "case", "when", "then", "else", "end", "select", "from",
    "where", "drop", "table", "insert", "update", "delete", "attach", "copy", "pragma", "call", "read_csv", "sum", "count",
    "random", "now", "current_date", "coalesce", "least", "nullif", "cast", "as", "date", "integer", "interval", "day", "over",
    "exists", "--", "/*", "*/", "$1", "?", ":x", "[", "]", "{", "}", ".", "lambda", "x", "->", "distinct", "filter", "union",
    "with", "values", "unnest", "columns", "exclude", "glob", "similar", "to", "collate", "at", "time", "zone", "@", "#", "\\",
)  # fmt: skip
SAFE = re.compile(
    r"""(?x) ( "[^"]+" | '(?:[^']|'')*' | -?\d+ | TRUE | FALSE | NULL | NOT | AND | OR | IN | BETWEEN | IS | DISTINCT | FROM
    | LIKE | ILIKE | CASE | WHEN | THEN | ELSE | END | COALESCE | LEAST | GREATEST | NULLIF | CAST | AS | DATE | TIMESTAMP
    | INTERVAL | DAY | <> | <= | >= | [=<>+\-*(),] | \s+ )*"""
)


def renders_safely(text: str) -> bool:
    """True when it was accepted: then every token of the SQL is one of ours. Anything else than SpecError is a bug."""
    try:
        expression = parse(snippet(text), COLUMNS)
    except SpecError:
        return False
    for kind in (condition, number):
        try:
            found = kind(expression, COLUMNS)
        except TypeConflictError:
            continue
        sql = found if isinstance(found, str) else found.sql
        assert SAFE.fullmatch(sql), sql
        names = re.findall(r'"((?:[^"]|"")+)"', re.sub(r"'(?:[^']|'')*'", "", sql))
        assert {name.replace('""', '"') for name in names} <= set(COLUMNS), sql
    return True


@settings(max_examples=400)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).map(" ".join))
def test_nothing_is_rendered_that_the_whitelist_does_not_name(text: str) -> None:
    renders_safely(text)


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_a_located_problem(text: str) -> None:
    renders_safely(text)


@pytest.mark.slow
def test_ten_thousand_random_snippets_execute_nothing_but_expressions() -> None:
    generator = random.Random(20261122)
    accepted = 0
    with DuckDBEngine() as engine:
        selected = ", ".join(
            f"NULL::{ {'number': 'BIGINT', 'boolean': 'BOOLEAN', 'text': 'VARCHAR', 'timestamp': 'TIMESTAMP', 'date': 'DATE'}[c.type] } AS {quoted(n)}"
            for n, c in COLUMNS.items()
        )
        engine.materialize("t", f"SELECT {selected}")
        before = (
            engine.run("SELECT count(*) FROM duckdb_tables()"),
            engine.run("SELECT count(*) FROM duckdb_settings()"),
        )
        for _ in range(10_000):
            text = " ".join(generator.choice(PIECES) for _ in range(generator.randint(1, 12)))
            if renders_safely(text):
                accepted += 1
                try:
                    sql = as_condition(text)
                except TypeConflictError:
                    continue
                engine.run(f"SELECT count(*) FROM t WHERE {sql}")
        after = engine.run("SELECT count(*) FROM duckdb_tables()"), engine.run("SELECT count(*) FROM duckdb_settings()")
    assert before == after
    assert accepted > 50
