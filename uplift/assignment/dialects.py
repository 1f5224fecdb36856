"""Scheme `u1` as SQL: one hand-written template per dialect, each with a self-test built from the golden vectors.

Nothing here is transpiled: translators change hash calls silently (a try-cast here, a character set there), and an
assignment that is wrong for one contact in ten thousand looks exactly like one that is right. What a dialect's
header says about execution is what our tests do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from uplift.assignment.hashing import ALGORITHM, BUCKETS, GOLDEN, HEX_DIGITS, Vector, checked_salt
from uplift.assignment.ranges import ArmRange, Range

DialectName = Literal["duckdb", "postgresql", "spark", "clickhouse", "datafusion", "bigquery", "snowflake"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one engine computes `u1`.

    `digits` has the slots {salt} (text of the salt) and {unit} (an expression of text type; NULL has no bucket);
    `bucket` has the slot {digits}; `integer` turns a column of integers into its decimal text, `text` a column of
    integers or texts into its text, `day` a column of dates or timestamps into its day; `quote` encloses identifiers;
    `translation` is sqlglot's name of the dialect.
    """

    name: DialectName
    title: str
    digits: str
    bucket: str
    integer: str
    text: str
    quote: str
    translation: str
    executed: bool
    day: str = "CAST({column} AS DATE)"

    @property
    def header(self) -> str:
        """The first comment lines of every statement in this dialect."""
        proof = (
            "executed in uplift's own tests against the reference"
            if self.executed
            else "NOT executed in uplift's own tests: run the self-test in your warehouse first"
        )
        return f"-- uplift assignment, algorithm {ALGORITHM}, for {self.title}\n-- {proof}\n"


def _datafusion_digits() -> str:
    """DataFusion has no function from hex text to a number: each digit's place in the alphabet times its power."""
    text = "encode(sha256('{salt}|' || {unit}), 'hex')"
    terms = (
        f"(strpos('0123456789abcdef', substr({text}, {place}, 1)) - 1) * CAST({16 ** (HEX_DIGITS - place)} AS BIGINT)"
        for place in range(1, HEX_DIGITS + 1)
    )
    return "(" + " + ".join(terms) + ")"


DIALECTS: Mapping[DialectName, Dialect] = MappingProxyType(
    {
        dialect.name: dialect
        for dialect in (
            Dialect(
                "duckdb",
                "DuckDB 1.4 or newer",
                digits="CAST('0x' || substr(sha256('{salt}|' || {unit}), 1, 13) AS BIGINT)",
                bucket="{digits} % 1000000",
                integer="CAST(CAST({column} AS BIGINT) AS VARCHAR)",
                text="CAST({column} AS VARCHAR)",
                quote='"',
                translation="duckdb",
                executed=True,
            ),
            # convert_to and not ::bytea, which would read backslashes as escapes and hash something else.
            Dialect(
                "postgresql",
                "PostgreSQL 11 or newer (a database in UTF-8)",
                digits="('x' || substr(encode(sha256(convert_to('{salt}|' || {unit}, 'UTF8')), 'hex'), 1, 13))"
                "::bit(52)::bigint",
                bucket="{digits} % 1000000",
                integer="CAST(CAST({column} AS bigint) AS text)",
                text="CAST({column} AS text)",
                quote='"',
                translation="postgres",
                executed=True,
            ),
            Dialect(
                "spark",
                "Spark 3.3 or newer and Databricks",
                digits="CAST(conv(substr(sha2(concat('{salt}|', {unit}), 256), 1, 13), 16, 10) AS BIGINT)",
                bucket="pmod({digits}, 1000000)",
                integer="CAST(CAST({column} AS BIGINT) AS STRING)",
                text="CAST({column} AS STRING)",
                quote="`",
                translation="spark",
                executed=True,
            ),
            # The first 8 bytes, most significant first, without their last 12 bits: the same 52 bits as 13 hex digits.
            Dialect(
                "clickhouse",
                "ClickHouse",
                digits="toInt64(bitShiftRight(reinterpretAsUInt64(reverse(substring("
                "SHA256(concat('{salt}|', {unit})), 1, 8))), 12))",
                bucket="{digits} % 1000000",
                integer="toString(toInt64({column}))",
                text="toString({column})",
                quote="`",
                translation="clickhouse",
                executed=True,
                day="toDate({column})",
            ),
            Dialect(
                "datafusion",
                "DataFusion",
                digits=_datafusion_digits(),
                bucket="{digits} % 1000000",
                integer="CAST(CAST({column} AS BIGINT) AS VARCHAR)",
                text="CAST({column} AS VARCHAR)",
                quote='"',
                translation="postgres",
                executed=True,
            ),
            Dialect(
                "bigquery",
                "BigQuery",
                digits="CAST(CONCAT('0x', SUBSTR(TO_HEX(SHA256(CONCAT('{salt}|', {unit}))), 1, 13)) AS INT64)",
                bucket="MOD({digits}, 1000000)",
                integer="CAST(CAST({column} AS INT64) AS STRING)",
                text="CAST({column} AS STRING)",
                quote="`",
                translation="bigquery",
                executed=False,
            ),
            Dialect(
                "snowflake",
                "Snowflake",
                digits="TO_NUMBER(SUBSTR(SHA2('{salt}|' || {unit}, 256), 1, 13), 'XXXXXXXXXXXXX')",
                bucket="MOD({digits}, 1000000)",
                integer="CAST(CAST({column} AS BIGINT) AS VARCHAR)",
                text="CAST({column} AS VARCHAR)",
                quote='"',
                translation="snowflake",
                executed=False,
            ),
        )
    }
)


def digits_sql(dialect: DialectName, salt: str, unit: str) -> str:
    """The 52-bit integer of a unit, as an expression."""
    return DIALECTS[dialect].digits.replace("{salt}", checked_salt(salt)).replace("{unit}", unit)


def bucket_sql(dialect: DialectName, salt: str, unit: str) -> str:
    """The bucket of a unit, as an expression; `unit` is an expression of text type.

    >>> bucket_sql("snowflake", "sale/1", "id")
    "MOD(TO_NUMBER(SUBSTR(SHA2('sale/1|' || id, 256), 1, 13), 'XXXXXXXXXXXXX'), 1000000)"
    """
    return DIALECTS[dialect].bucket.replace("{digits}", digits_sql(dialect, salt, unit))


def within_sql(bucket: str, part: Range) -> str:
    """Whether a bucket lies in a range, as a condition.

    >>> within_sql("b", Range(0, 600000))
    'b >= 0 AND b < 600000'
    """
    return f"{bucket} >= {part.low} AND {bucket} < {part.high}"


def arm_sql(bucket: str, ranges: Sequence[ArmRange]) -> str:
    """The arm of a bucket, as an expression. There is no ELSE: a NULL bucket has no arm instead of the last one."""
    whens = " ".join(f"WHEN {within_sql(bucket, r.range)} THEN '{r.arm}'" for r in ranges)
    return f"CASE {whens} END"


def unit_text_sql(dialect: DialectName, column: str, kind: Literal["integer", "string"]) -> str:
    """The canonical text of an id column: integers as plain decimal digits, strings byte for byte."""
    return DIALECTS[dialect].integer.replace("{column}", column) if kind == "integer" else column


def identifier_sql(dialect: DialectName, name: str) -> str:
    """A column or table name: as it stands where every engine reads it alike, else quoted.

    >>> identifier_sql("spark", "customer_id"), identifier_sql("spark", "Kunden-Nr")
    ('customer_id', '`Kunden-Nr`')
    """
    if _PLAIN.fullmatch(name):
        return name
    quote = DIALECTS[dialect].quote
    return f"{quote}{name.replace(quote, quote * 2)}{quote}"


_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


def text_sql(dialect: DialectName, column: str) -> str:
    """The text of a column of integers or texts, with blank texts taken for missing ones."""
    return f"nullif({DIALECTS[dialect].text.replace('{column}', column)}, '')"


def assignment_sql(dialect: DialectName, *, table: str, unit: str, salt: str, ranges: Sequence[ArmRange]) -> str:
    """A statement that computes bucket and arm of every row of a table; `unit` is an expression of text type."""
    bucket = bucket_sql(dialect, salt, unit)
    return (
        f"{DIALECTS[dialect].header}"
        f"SELECT unit_id, bucket, {arm_sql('bucket', ranges)} AS arm\n"
        f"FROM (\n"
        f"    SELECT {unit} AS unit_id, {bucket} AS bucket\n"
        f"    FROM {table}\n"
        f"    WHERE {unit} IS NOT NULL\n"
        f") AS hashed\n"
    )


def selftest_sql(dialect: DialectName, vectors: Sequence[Vector] = GOLDEN) -> str:
    """A statement with one row and one column `u1_is_right`: true where the engine agrees with the golden vectors."""
    claims = (f"{bucket_sql(dialect, v.salt, _literal(v.unit))} = {v.bucket}" for v in vectors)
    return f"{DIALECTS[dialect].header}SELECT\n    " + "\n    AND ".join(claims) + "\n    AS u1_is_right\n"


def _literal(text: str) -> str:
    """A text literal that every dialect reads alike: the golden ids hold neither quotes nor backslashes."""
    if not text.replace("'", "").replace("\\", "") == text:
        raise ValueError(f"{text!r} is written differently in different dialects")
    return f"'{text}'"


assert BUCKETS == 1_000_000  # the templates spell it out, so that they can be read beside the engine's manual
