"""The SQL templates: each either agrees with Python on 100,000 hostile ids here, or says that it was not executed."""

from __future__ import annotations

import random

import duckdb
import pytest

from uplift.assignment.dialects import (
    DIALECTS,
    arm_sql,
    assignment_sql,
    bucket_sql,
    selftest_sql,
    unit_text_sql,
)
from uplift.assignment.hashing import GOLDEN, Vector
from uplift.assignment.ranges import arm_ranges
from uplift.errors import AssignmentError

ALPHABETS = (
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz-_@.",
    "äöüßÄÖÜéèêçñøåł",
    "e\u0301a\u0308o\u0302n\u0303\u0323",  # combining marks
    "👩‍👩‍👧‍👦🏳️‍🌈👍🏽🇩🇪",  # joined emoji, skin tones, flags
    "שלום مرحبا \u202b\u202e\u200f",  # right to left
    "\u200b\u200c\u200d\u2060\ufeff",  # zero width
    "\t\n\r \u00a0\u3000",
    "'\"`\\|/%_;-{}[]()$:?&<>",
    "漢字かな한글ไทย",
    "\u0001\u001f\u007f\u0085\U0001f9ff\U0010ffff",
)


def hostile_ids(count: int, *, seed: int = 20261122) -> list[str]:
    """Distinct ids of 1 to 300 characters of everything that has ever broken an assignment."""
    dice = random.Random(seed)
    ids = {"0", "00123", "123", " 1", "1 ", "1.0", "1e5", "-1", "NULL", "null", "'; --", "\\", "\\x41", "''", '"'}
    while len(ids) < count:
        letters = "".join(dice.sample(ALPHABETS, dice.choice((1, 1, 1, 2, 3))))
        length = dice.choice((1, 3, 8, 8, 8, 12, 20, 40)) if len(ids) % 50 else 300
        ids.add("".join(dice.choices(letters, k=length)))
    return sorted(ids)


def test_the_self_test_is_true_on_duckdb_and_false_when_a_vector_is_wrong():
    assert duckdb.sql(selftest_sql("duckdb")).fetchall() == [(True,)]
    lie = Vector(GOLDEN[0].salt, GOLDEN[0].unit, GOLDEN[0].digits, GOLDEN[0].bucket + 1)
    assert duckdb.sql(selftest_sql("duckdb", (*GOLDEN, lie))).fetchall() == [(False,)]


def test_a_null_id_has_no_bucket_and_no_arm():
    from fractions import Fraction

    ranges = arm_ranges({"control": Fraction(1, 2), "treatment": Fraction(1, 2)})
    expression = bucket_sql("duckdb", "sale/1", "CAST(NULL AS VARCHAR)")
    assert duckdb.sql(f"SELECT {expression}, {arm_sql(expression, ranges)}").fetchall() == [(None, None)]


def test_arms_of_duckdb_are_those_of_the_ranges():
    from fractions import Fraction

    ranges = arm_ranges({"control": Fraction(1, 3), "a": Fraction(1, 3), "b": Fraction(1, 3)})
    edges = [0, 333_332, 333_333, 666_666, 666_667, 999_999]
    values = ", ".join(f"({edge})" for edge in edges)
    rows = duckdb.sql(f"SELECT {arm_sql('b', ranges)} FROM (VALUES {values}) AS t(b)").fetchall()
    assert [arm for (arm,) in rows] == ["control", "control", "a", "a", "b", "b"]


def test_integers_are_hashed_as_plain_digits():
    text = unit_text_sql("duckdb", "x", "integer")
    assert duckdb.sql(f"SELECT {text} FROM (VALUES (12300000::HUGEINT), (-7)) AS t(x)").fetchall() == [
        ("12300000",),
        ("-7",),
    ]


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_says_in_its_header_whether_it_was_executed(name):
    first, second = selftest_sql(name).splitlines()[:2]
    assert "u1" in first
    assert ("NOT executed" in second) != DIALECTS[name].executed


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_spells_out_salt_unit_and_modulus(name):
    sql = bucket_sql(name, "sale-2027/1", "my_id")
    assert "sale-2027/1|" in sql
    assert "my_id" in sql
    assert "1000000" in sql
    assert "{" not in sql


@pytest.mark.parametrize("name", DIALECTS)
def test_no_dialect_falls_back_on_an_else_arm(name):
    from fractions import Fraction

    ranges = arm_ranges({"control": Fraction(1, 10), "treatment": Fraction(9, 10)})
    sql = assignment_sql(name, table="contacts", unit="id", salt="sale/1", ranges=ranges)
    assert "ELSE" not in sql.upper()
    assert "'control'" in sql


def test_a_salt_that_would_escape_its_quotes_is_refused():
    with pytest.raises(AssignmentError, match="UP501"):
        bucket_sql("duckdb", "x'; DROP TABLE contacts; --", "id")
