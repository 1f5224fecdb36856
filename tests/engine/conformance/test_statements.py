"""Every statement of a measurement in other dialects: run where an engine is at hand, pinned by golden files elsewhere.

After a wanted change: `UPLIFT_GOLDEN=write pytest tests/engine/conformance/test_statements.py`, and read the diff.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlglot

from tests.engine.conformance import shop
from tests.engine.conformance.tables import cells
from tests.engine.studies import LATER
from tests.servers import PostgresServer
from uplift.engine import DuckDBEngine, Measurement, Settings
from uplift.engine.adapter import Capabilities, Value
from uplift.engine.dialects import DIALECTS, NotPortableError, relations_in, translated
from uplift.engine.measure import measure
from uplift.engine.postgres_engine import PostgresEngine
from uplift.engine.spark_engine import SparkEngine

GOLDEN = Path(__file__).parent / "golden"
EXPRESSIONS = [
    "SELECT CAST(CAST('2026-03-28' AS DATE) + INTERVAL '2' DAY AS DATE) AS d",
    "SELECT timezone('Europe/Berlin', timezone('America/New_York', CAST('2026-11-01 01:30:00' AS TIMESTAMP))) AS t",
    "SELECT timezone('UTC', timezone('Europe/Berlin', CAST('2026-10-25 02:30:00' AS TIMESTAMP))) AS t",
    "SELECT timezone('UTC', timezone('Europe/Berlin', CAST('2026-03-29 02:30:00' AS TIMESTAMP))) AS t",
    "SELECT timezone('UTC', timezone('Australia/Lord_Howe', CAST('2026-04-05 01:45:00' AS TIMESTAMP))) AS t",
    "SELECT timezone('Asia/Kolkata', timezone('UTC', CAST('2026-03-29 18:30:00' AS TIMESTAMP))) AS t",
    "SELECT LEAST(NULL, 3, 2) AS l, GREATEST(1, NULL) AS g, COALESCE(NULL, 5) AS c, NULLIF(5, 5) AS n",
    "SELECT (NULL IS NOT DISTINCT FROM NULL) AS a, (1 IS DISTINCT FROM NULL) AS b, (CAST(NULL AS BOOLEAN) IS NOT TRUE) AS c",
    "SELECT 'a\\b' AS t, 'it''s' AS s, ('a%' LIKE 'a_') AS l, ('Straße' ILIKE 'STRA_E') AS i, ('ä' = 'Ä') AS e",
    "SELECT regexp_full_match('12\n', '-?(0|[1-9][0-9]*)') AS a, regexp_full_match('-0', '-?(0|[1-9][0-9]*)') AS b",
    "SELECT TRY_CAST(x AS BIGINT) AS a FROM (SELECT '9223372036854775808' AS x UNION ALL SELECT '-9223372036854775808' "
    "UNION ALL SELECT 'x' UNION ALL SELECT NULL) AS t ORDER BY a",
    "SELECT abs(-3) AS a, length('Größe') AS l, trim('  x ') AS t",
    "SELECT CAST(CAST('2026-01-31' AS DATE) AS TIMESTAMP) AS t, CAST(17 AS VARCHAR) AS v, CAST(TRUE AS VARCHAR) AS b",
    "SELECT sum(x) AS s, min(x) AS a, max(x) AS b, count(x) AS c FROM (SELECT 9007199254740993 AS x UNION ALL SELECT 9007199254740993) AS t",
    "SELECT CAST(round(CAST(19.990000000000002 AS DOUBLE) * 100) AS BIGINT) AS x",
]


class PortableDuckDB(DuckDBEngine):
    """DuckDB as engines without a 128-bit integer see it: sums of products are DECIMAL(38, 0)."""

    def capabilities(self) -> Capabilities:
        return replace(super().capabilities(), wide_integer="DECIMAL(38, 0)")


@pytest.fixture(scope="module")
def portable(tmp_path_factory: pytest.TempPathFactory) -> tuple[Measurement, Path]:
    folder = tmp_path_factory.mktemp("portable")
    shop.write(folder, "integer")
    study = shop.study(folder, "integer", written="America/New_York")
    with PortableDuckDB(Settings(threads=2)) as engine:
        found = measure(
            study, shop.assigned(folder, "integer"), as_of=LATER, cache_dir=folder / "cache", engine=engine, course=True
        )
    return found, folder


def test_the_portable_form_gives_the_bits_of_the_native_one(portable: tuple[Measurement, Path]) -> None:
    found, folder = portable
    study = shop.study(folder, "integer", written="America/New_York")
    with DuckDBEngine(Settings(threads=2)) as engine:
        native = measure(
            study, shop.assigned(folder, "integer"), as_of=LATER, cache_dir=folder / "own", engine=engine, course=True
        )
    assert "HUGEINT" in dict(native.sql)["sums"]
    assert "HUGEINT" not in dict(found.sql)["sums"]
    assert cells(found) == cells(native)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_stage_reads_in_other_dialects_as_the_golden_files_say(
    portable: tuple[Measurement, Path], dialect: str
) -> None:
    stages = [f"-- {stage}\n{_lines(translated(sql, dialect), dialect)};\n" for stage, sql in portable[0].sql]
    singles = [f"{_lines(translated(sql, dialect), dialect)};\n" for sql in EXPRESSIONS]
    text = "\n".join([*stages, "-- single values", *singles])
    golden = GOLDEN / f"{dialect}.sql"
    if os.environ.get("UPLIFT_GOLDEN") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, "utf-8")
    assert golden.read_text("utf-8") == text, "the SQL is another: run with UPLIFT_GOLDEN=write and read the diff"


def _lines(sql: str, dialect: str) -> str:
    return sqlglot.transpile(sql, read=dialect, write=dialect, pretty=True, identify=True)[0]


@pytest.mark.parametrize(
    "sql", ["SELECT sqrt(a) AS x FROM t", "SELECT a / b AS x FROM t", "DROP TABLE t", "SELECT * FROM read_csv('x')"]
)
def test_what_is_not_in_the_core_is_never_translated(sql: str) -> None:
    with pytest.raises(NotPortableError):
        translated(sql, "postgres")


def _sums(found: Measurement) -> str:
    """The statement that adds up, with the cap that was found."""
    capped = next(metric for metric in found.metrics.values() if metric.cap is not None)
    return re.sub(r":cap_\d+", str(capped.cap), dict(found.sql)["sums"])


def _rows(rows: list[tuple[Value, ...]]) -> list[tuple[str, ...]]:
    return sorted(tuple(map(str, row)) for row in rows)


def _on_both(found: Measurement, folder: Path, there: Any) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    sql = _sums(found)
    assert relations_in(sql) == ("units",)
    with DuckDBEngine() as engine:
        engine.register_files("units", [folder / "cache" / found.unit_table])
        columns = engine.columns("units")
        there.send("units", columns, "SELECT * FROM units", engine)
        return _rows(engine.run(sql)), _rows(there.run(sql))


def test_postgresql_adds_up_the_unit_table_to_the_same_integers(
    portable: tuple[Measurement, Path], postgres: PostgresServer
) -> None:
    there = PostgresEngine(postgres.reader)
    here, elsewhere = _on_both(*portable, there)
    there.close()
    assert here == elsewhere
    assert max(len(value) for row in here for value in row) > 15


@pytest.mark.slow
def test_spark_adds_up_the_unit_table_to_the_same_integers(portable: tuple[Measurement, Path], spark: Any) -> None:
    here, elsewhere = _on_both(*portable, SparkEngine("spark:local[2]"))
    assert here == elsewhere


@pytest.mark.parametrize("sql", EXPRESSIONS)
def test_postgresql_says_the_same_of_single_values(sql: str, postgres: PostgresServer) -> None:
    there = PostgresEngine(postgres.reader)
    with DuckDBEngine() as engine:
        assert there.run(sql) == engine.run(sql)
    there.close()


@pytest.mark.slow
def test_spark_says_the_same_of_single_values(spark: Any) -> None:
    there = SparkEngine("spark:local[2]")
    with DuckDBEngine() as engine:
        assert [there.run(sql) for sql in EXPRESSIONS] == [engine.run(sql) for sql in EXPRESSIONS]
