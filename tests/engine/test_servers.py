"""The servers that tests start are real ones."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.servers import PostgresServer


def test_the_reader_may_read_and_make_temporary_tables_but_write_nothing(postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.dsn, autocommit=True) as owner:
        owner.execute("CREATE TABLE given (x bigint)")
        owner.execute("INSERT INTO given VALUES (7)")
    with psycopg.connect(postgres.reader, autocommit=True) as reader:
        assert reader.execute("SELECT x FROM given").fetchall() == [(7,)]
        reader.execute("CREATE TEMP TABLE scratch (x bigint)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("INSERT INTO given VALUES (8)")


@pytest.mark.slow
def test_spark_adds_exactly(spark: Any) -> None:
    rows = spark.sql("SELECT sum(CAST(9007199254740993 AS DECIMAL(38, 0))) AS s FROM range(3)").collect()
    assert int(rows[0].s) == 3 * 9007199254740993
