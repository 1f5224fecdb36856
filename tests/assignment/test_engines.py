"""The same assignment on every engine: 100,000 hostile ids, 0 mismatches; and whole statements against the ledger."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.assignment.bench import DAY, Bench
from tests.assignment.test_dialects import hostile_ids
from tests.servers import PostgresServer
from uplift.assignment.dialects import DIALECTS, bucket_sql, digits_sql, selftest_sql
from uplift.assignment.hashing import bucket, digits
from uplift.assignment.statement import experiment_sql

SALT = "sale-2027/1"
Run = Callable[[str, pa.Table | None], list[tuple[object, ...]]]
"""Runs a statement that may read a table `contacts`, and gives its rows."""


def on_duckdb(sql: str, contacts: pa.Table | None = None) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        if contacts is not None:
            connection.register("contacts", contacts)
        return connection.execute(sql).fetchall()


def on_datafusion(sql: str, contacts: pa.Table | None = None) -> list[tuple[object, ...]]:
    datafusion = pytest.importorskip("datafusion")
    context = datafusion.SessionContext()
    if contacts is not None:
        context.register_record_batches("contacts", [contacts.to_batches()])
    batches = context.sql(sql).collect()
    columns = [[x for b in batches for x in b.column(i).to_pylist()] for i in range(batches[0].num_columns)]
    return list(zip(*columns, strict=True))


def on_clickhouse(sql: str, contacts: pa.Table | None = None) -> list[tuple[object, ...]]:
    chdb = pytest.importorskip("chdb")
    if contacts is None:
        answer = chdb.query(sql, "JSONCompactEachRow")
    else:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            pq.write_table(contacts, Path(folder) / "contacts.parquet")
            table = f"file('{folder}/contacts.parquet', Parquet)"
            answer = chdb.query(sql.replace("FROM contacts", f"FROM {table}"), "JSONCompactEachRow")
    assert not answer.has_error(), answer.error_message()
    rows = [tuple(json.loads(line)) for line in answer.bytes().decode().split("\n") if line]
    return [tuple(int(v) if isinstance(v, str) and i and v.isdigit() else v for i, v in enumerate(row)) for row in rows]


@pytest.fixture
def on_spark(spark: Any, tmp_path: Path) -> Run:
    def run(sql: str, contacts: pa.Table | None = None) -> list[tuple[object, ...]]:
        if contacts is not None:
            pq.write_table(contacts, tmp_path / "spark.parquet")
            spark.read.parquet(str(tmp_path / "spark.parquet")).createOrReplaceTempView("contacts")
        return [tuple(row) for row in spark.sql(sql).collect()]

    return run


@pytest.fixture
def on_postgresql(postgres: PostgresServer) -> Iterator[Run]:
    import psycopg

    types = {"int64": "bigint", "string": "text", "date32[day]": "date"}
    with psycopg.connect(postgres.dsn, autocommit=True) as connection:

        def run(sql: str, contacts: pa.Table | None = None) -> list[tuple[object, ...]]:
            if contacts is not None:
                columns = ", ".join(f"{f.name} {types[str(f.type)]}" for f in contacts.schema)
                connection.execute(f"CREATE TEMP TABLE contacts ({columns})")
                with connection.cursor().copy("COPY contacts FROM STDIN") as copy:
                    for row in zip(*(column.to_pylist() for column in contacts.columns), strict=True):
                        copy.write_row(row)
            return connection.execute(sql).fetchall()

        yield run


@pytest.fixture(scope="module")
def ids() -> pa.Table:
    return pa.table({"id": hostile_ids(100_000)})


def mismatches(name: str, run: Run, ids: pa.Table) -> list[object]:
    sql = f"SELECT id, {digits_sql(name, SALT, 'id')} AS h, {bucket_sql(name, SALT, 'id')} AS b FROM contacts"
    rows = run(sql, ids)
    assert len(rows) == len({unit for unit, _, _ in rows}) == 100_000
    return [unit for unit, h, b in rows if h != digits(SALT, str(unit)) or b != bucket(SALT, str(unit))]


def test_100_000_hostile_ids_have_the_buckets_of_the_reference(ids: pa.Table) -> None:
    assert mismatches("duckdb", on_duckdb, ids) == []
    assert on_duckdb(selftest_sql("duckdb")) == [(True,)]


@pytest.mark.slow
def test_100_000_hostile_ids_have_the_buckets_of_the_reference_on_datafusion(ids: pa.Table) -> None:
    assert mismatches("datafusion", on_datafusion, ids) == []
    assert on_datafusion(selftest_sql("datafusion")) == [(True,)]


@pytest.mark.slow
def test_100_000_hostile_ids_have_the_buckets_of_the_reference_on_clickhouse(ids: pa.Table) -> None:
    assert mismatches("clickhouse", on_clickhouse, ids) == []
    assert on_clickhouse(selftest_sql("clickhouse")) in ([(True,)], [(1,)])


@pytest.mark.slow
def test_100_000_hostile_ids_have_the_buckets_of_the_reference_on_spark(on_spark: Run, ids: pa.Table) -> None:
    assert mismatches("spark", on_spark, ids) == []
    assert on_spark(selftest_sql("spark"), None) == [(True,)]


@pytest.mark.slow
def test_100_000_hostile_ids_have_the_buckets_of_the_reference_on_postgresql(on_postgresql: Run, ids: pa.Table) -> None:
    assert mismatches("postgresql", on_postgresql, ids) == []
    assert on_postgresql(selftest_sql("postgresql"), None) == [(True,)]


# ── whole statements ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def drawn(bench: Bench) -> Bench:
    """A ledger of 3,000 contacts with holdout, layer, households (some missing) and a filter."""
    ids = list(range(1, 3001))
    bench.contacts(
        {
            "customer_id": ids,
            "household_id": [None if i % 11 == 0 else i // 3 for i in ids],
            "country": ["DE" if i % 4 else "AT" for i in ids],
            "eligible_at": pa.array([datetime.date(2026, 11, 1 + i % 40 % 28) for i in ids]),
        }
    )
    bench.write(
        unit={"id": "customer_id", "type": "integer", "cluster": "household_id"},
        audience={
            "source": "contacts",
            "entry": "rolling",
            "entry_date": "eligible_at",
            "where": "country = 'DE' or customer_id in (4, 8)",
        },
        assignment={"holdout": "global-2026h2", "layer": {"name": "homes", "from": "0%", "to": "60%"}},
    )
    bench.assign()
    return bench


def of_the_ledger(bench: Bench) -> set[tuple[object, ...]]:
    return set(bench.rows("unit_id, status, bucket, arm"))


def of_the_statement(bench: Bench, name: str, run: Run) -> set[tuple[object, ...]]:
    sql = experiment_sql(bench.study, name, on=DAY, table="contacts")
    rows = run(sql.split(";")[1], pq.read_table(bench.folder / "contacts.parquet"))
    assert {row[1] for row in rows} == {"assigned", "held_out", "outside_layer"}
    return {row for row in rows if row[1] != "outside_layer"}


@pytest.mark.parametrize(("name", "run"), [("duckdb", on_duckdb), ("datafusion", on_datafusion)])
def test_the_statement_gives_every_contact_the_row_of_the_ledger(name: str, run: Run, drawn: Bench) -> None:
    assert of_the_statement(drawn, name, run) == of_the_ledger(drawn)


@pytest.mark.slow
def test_the_statement_gives_every_contact_the_row_of_the_ledger_on_clickhouse(drawn: Bench) -> None:
    assert of_the_statement(drawn, "clickhouse", on_clickhouse) == of_the_ledger(drawn)


@pytest.mark.slow
def test_the_statement_gives_every_contact_the_row_of_the_ledger_on_spark(on_spark: Run, drawn: Bench) -> None:
    assert of_the_statement(drawn, "spark", on_spark) == of_the_ledger(drawn)


@pytest.mark.slow
def test_the_statement_gives_every_contact_the_row_of_the_ledger_on_postgresql(
    on_postgresql: Run, drawn: Bench
) -> None:
    assert of_the_statement(drawn, "postgresql", on_postgresql) == of_the_ledger(drawn)


def test_only_executed_dialects_say_so() -> None:
    assert {name for name in DIALECTS if DIALECTS[name].executed} == {
        *("duckdb", "datafusion", "clickhouse", "spark", "postgresql"),
    }
