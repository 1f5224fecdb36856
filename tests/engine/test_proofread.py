"""Snippets are read before any data are there: the quick recogniser never accepts what the real parser refuses."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.studies import study_in
from uplift.engine.proofread import is_plain, snippet_problems
from uplift.engine.snippets import Snippet, parse
from uplift.errors import Place, SpecError

WORDS = ["a", "n_orders", "Email_Opt_In", "and", "or", "not", "between", "in", "is", "null", "date", "1", "2.50", "007"]
SIGNS = ["'x'", "''", "=", "<>", "!=", "<=", ">", "+", "-", "*", "(", ")", ",", "--", "/", ";", ".", "%", "||", "::"]


def is_accepted(text: str) -> bool:
    try:
        parse(Snippet(text, Place("sale.yml", 7, 12)))
    except SpecError:
        return False
    return True


@pytest.mark.parametrize(
    "text",
    [
        "email_opt_in",
        "not is_cancelled",
        "event = 'unsubscribe'",
        "voucher_code is not null",
        "net_amount - 2 * shipping",
        "days_since_last_order between 180 and 540 and not blocked",
        "n_orders = 1 and email_opt_in and print_opt_in and days_since_first_order between 7 and 45",
        "country in ('DE', 'AT') and (value_band <> 'C' or not (n_orders <= 3.5))",
    ],
)
def test_what_teams_write_is_plain(text: str) -> None:
    assert is_plain(text)
    assert is_accepted(text)


@pytest.mark.parametrize(
    "text",
    ["", "optin and", "a = ", "a = 1); drop table x; --", "a in (select 1)", "a in ()", "random() < 0.5", "a b", "not",
     "a == 1", "a = 1 or", "(a", "a)", "a between 1", "'it''s' = a", "a -- b", "'x'", "current_date", "a is 1"],
)  # fmt: skip
def test_the_rest_is_left_to_the_real_parser(text: str) -> None:
    assert not is_plain(text)


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(WORDS + SIGNS), max_size=9), st.sampled_from([" ", "  ", "\n"]))
def test_what_is_plain_is_accepted(tokens: list[str], gap: str) -> None:
    text = gap.join(tokens)
    if is_plain(text):
        assert is_accepted(text), text


def test_no_word_of_sql_is_taken_for_a_column() -> None:
    from sqlglot.dialects.duckdb import DuckDB

    keywords = {word.lower() for word in DuckDB.Tokenizer.KEYWORDS if re.fullmatch(r"\w+", word)}
    shapes = ("{}", "not {}", "{} > 5", "5 < {}", "a = 1 and {}", "{} between 1 and 2", "{} is not null",
              "a - {} > 3", "{} in (1, 2)", "{} = 'x'", "({})", "{} - 1", "a * {}")  # fmt: skip
    for word in sorted(keywords):
        for shape in shapes:
            text = shape.format(word)
            assert not is_plain(text) or is_accepted(text), text


def test_every_snippet_that_an_experiment_uses_is_read(tmp_path: Path) -> None:
    orders = {"file": "../orders.csv", "grain": "event", "id": "customer_id", "time": "at"}
    ratio = {
        "kind": "ratio",
        "numerator": {"source": "orders", "value": "net +"},
        "denominator": {"source": "orders", "count": True, "where": "random() < 1"},
    }
    study = study_in(
        tmp_path,
        sources={"contacts": {"file": "../contacts.csv", "id": "customer_id"}, "orders": orders},
        metrics={
            "buyers": {"kind": "proportion", "source": "orders", "where": "not cancelled and"},
            "basket": ratio,
            "sound": {"kind": "mean", "source": "orders", "value": "greatest(net, 0)"},
            "unused": {"kind": "proportion", "source": "orders", "where": "and and"},
        },
        use=[("buyers", "30d"), ("basket", "30d"), ("sound", "30d")],
        audience={"source": "contacts", "where": "optin and ("},
    )
    found = snippet_problems(study)
    assert [(p.code, Path(p.place.file).name) for p in found if p.place] == [
        ("UP540", "test.yml"),
        ("UP540", "project.yml"),
        ("UP540", "project.yml"),
        ("UP543", "project.yml"),
    ]
    assert all(p.place and p.place.line and p.place.column for p in found)


def test_plain_snippets_need_no_parser() -> None:
    code = (
        "import sys\nfrom uplift.engine.proofread import is_plain\n"
        "assert is_plain('not is_cancelled')\n"
        "print(sorted({'sqlglot', 'numpy', 'duckdb', 'pandas'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
