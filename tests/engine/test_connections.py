"""Connections: found by name, said in plain words when they fail, and their addresses shown nowhere."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.engine.conformance import shop
from tests.engine.conformance.tables import into_duckdb, into_postgres
from tests.engine.studies import LATER, measured, study_in, write_parquet
from tests.servers import PostgresServer
from uplift.engine import Assigned, DuckDBEngine, open_source
from uplift.engine.adapter import CancelledError, NumberTooLargeError
from uplift.engine.connections import Address, address_of, open_warehouse, variable
from uplift.engine.measure import measure
from uplift.engine.postgres_engine import PostgresEngine
from uplift.errors import DataError
from uplift.spec.project import Source
from uplift.spec.study import Study

SECRET = "s3cret"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> tuple[Path, str]:
    """The shop as files, and the schema that holds it too."""
    folder = tmp_path_factory.mktemp("loaded")
    shop.write(folder, "integer")
    into_postgres(postgres.dsn, "connected", folder)
    return folder, "connected"


@pytest.fixture
def tables(tmp_path: Path, loaded: tuple[Path, str], postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """The schema with the shop, behind the connection `warehouse`; the contacts are a file too."""
    shutil.copy(loaded[0] / "contacts.parquet", tmp_path)
    monkeypatch.setenv("UPLIFT_WAREHOUSE", postgres.reader)
    return loaded[1]


def study_of(folder: Path, **source: str) -> Study:
    """A study whose orders are in the warehouse."""
    contacts = {"file": "../contacts.parquet", "id": "customer_id"}
    orders = {"connection": "warehouse", "grain": "event", "id": "customer_id", "time": "ordered_at"} | source
    metrics = {"revenue": {"kind": "mean", "source": "orders", "value": "net"}}
    return study_in(folder, sources={"contacts": contacts, "orders": orders}, metrics=metrics)


def refused(folder: Path, **source: str) -> DataError:
    with pytest.raises(DataError) as error:
        measured(study_of(folder, **source), shop.assigned(folder, "integer"))
    told = "".join(traceback.format_exception(error.value))
    assert SECRET not in told
    assert error.value.problems[0].place is not None
    return error.value


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_missing_address_says_which_variable_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UPLIFT_WAREHOUSE", raising=False)
    shop.write(tmp_path, "integer")
    told = str(refused(tmp_path, table="shop.orders"))
    assert "error UP572 connection 'warehouse' has no address: UPLIFT_WAREHOUSE is not set" in told


def test_a_name_with_a_hyphen_has_a_variable_too() -> None:
    assert variable("crm-data.eu") == "UPLIFT_CRM_DATA_EU"


def test_an_address_does_not_show_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLIFT_SHOP", f"postgresql://me:{SECRET}@host/db")
    address = address_of("shop")
    assert SECRET not in f"{address} {address!r} {vars(Address)}"


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://me:{SECRET}@127.0.0.1:1/shop",
        f"postgresql://me:{SECRET}@no-such-host.invalid/shop",
        f"postgresql://me:{SECRET}@127.0.0.1:1/shop?sslmode={SECRET}",
        f"postgresql:///{SECRET}?{SECRET}",
        f"postgresql://me:{SECRET}@[::1/shop",
    ],
)
def test_a_server_that_can_t_be_reached_is_said_without_its_address(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.write(tmp_path, "integer")
    monkeypatch.setenv("UPLIFT_WAREHOUSE", address)
    assert refused(tmp_path, table="shop.orders").problems[0].code == "UP573"


def test_a_refused_login_is_told_from_an_absent_server(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPLIFT_SHOP", postgres.dsn.replace("owner@", f"nobody:{SECRET}@"))
    with pytest.raises(DataError, match=r"UP573(?s:.*)refuses the login") as error:
        open_warehouse("shop")
    assert SECRET not in "".join(traceback.format_exception(error.value))


def test_no_result_repeats_the_address(tmp_path: Path, tables: str, postgres: PostgresServer) -> None:
    found = measured(study_of(tmp_path, table=f"{tables}.orders"), shop.assigned(tmp_path, "integer"))
    kept = "".join(path.read_bytes().decode("latin-1") for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert SECRET not in repr(found) + kept
    assert postgres.reader not in repr(found) + kept


# ── tables and queries ───────────────────────────────────────────────────────────────────────────────────────────────


def test_an_unknown_table_is_offered_the_nearest(tmp_path: Path, tables: str) -> None:
    told = str(refused(tmp_path, table=f"{tables}.ordres"))
    assert "UP576" in told
    assert f"did you mean '{tables}.orders'?" in told


def test_an_unknown_column_is_offered_the_nearest(tmp_path: Path, tables: str) -> None:
    told = str(refused(tmp_path, table=f"{tables}.orders", time="orderd_at"))
    assert "UP527" in told
    assert "did you mean 'ordered_at'?" in told


def test_a_query_is_read_like_a_table(tmp_path: Path, tables: str) -> None:
    who = shop.assigned(tmp_path, "integer")
    whole = measured(study_of(tmp_path, table=f"{tables}.orders"), who)
    query = f"select customer_id, ordered_at, net from {tables}.orders where note <> 'x;y' -- all;\n"
    assert measured(study_of(tmp_path, query=query), who).sums("revenue") == whole.sums("revenue")


@pytest.mark.parametrize(
    "query",
    [
        "select 1; drop table {0}.orders",
        "delete from {0}.orders returning *",
        "with gone as (delete from {0}.orders returning *) select * from gone",
        "select * into {0}.copy from {0}.orders",
        "select * from {0}.orders for update",
        "truncate {0}.orders",
        "select * from",
        "copy {0}.orders to '/tmp/x'",
    ],
)
def test_a_query_that_does_more_than_read_is_refused(tmp_path: Path, tables: str, query: str) -> None:
    assert refused(tmp_path, query=query.format(tables)).problems[0].code == "UP578"


def test_what_slips_through_the_parser_can_t_write_all_the_same(tables: str, postgres: PostgresServer) -> None:
    """A function may write; the transaction is read-only, even for the owner."""
    with psycopg.connect(postgres.dsn, autocommit=True) as owner:
        owner.execute(
            f"CREATE FUNCTION {tables}.sneak() RETURNS bigint LANGUAGE sql AS 'DELETE FROM {tables}.orders; SELECT 1::bigint'"
        )
    warehouse = PostgresEngine(postgres.dsn)
    warehouse.relate("x", Source(query=f"select {tables}.sneak() as s", connection="w"), None)
    with pytest.raises(DataError, match="UP577"):
        warehouse.run("SELECT s FROM x")
    warehouse.close()
    with psycopg.connect(postgres.dsn) as owner:
        assert owner.execute(f"SELECT count(*) FROM {tables}.orders").fetchone() == (1200,)


def test_nothing_is_left_in_the_database(tmp_path: Path, tables: str, postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.dsn) as owner:
        before = owner.execute("SELECT count(*) FROM pg_class").fetchone()
    measured(study_of(tmp_path, table=f"{tables}.orders"), shop.assigned(tmp_path, "integer"))
    time.sleep(0.2)
    with psycopg.connect(postgres.dsn) as owner:
        assert owner.execute("SELECT count(*) FROM pg_class").fetchone() == before


def test_an_earlier_day_of_the_same_analysis_sees_the_same_rows(
    tmp_path: Path, tables: str, postgres: PostgresServer
) -> None:
    """A group-sequential test reads several days: the table may have changed in between."""
    with psycopg.connect(postgres.dsn, autocommit=True) as owner:
        owner.execute(f"CREATE TABLE {tables}.moving AS SELECT * FROM {tables}.orders")
    study, who = study_of(tmp_path, table=f"{tables}.moving"), shop.assigned(tmp_path, "integer")
    first = measured(study, who)
    with psycopg.connect(postgres.dsn, autocommit=True) as owner:
        owner.execute(f"DELETE FROM {tables}.moving WHERE net > 0")
    earlier = measure(study, who, as_of=LATER, cache_dir=study.root / "cache", known=first.unit_table)
    assert earlier.sums("revenue") == first.sums("revenue")
    assert measured(study, who).sums("revenue") != first.sums("revenue")


def test_two_experiments_of_one_engine_are_measured_on_their_own_contacts(tmp_path: Path, tables: str) -> None:
    study = study_of(tmp_path, table=f"{tables}.orders")
    everybody = shop.assigned(tmp_path, "integer")
    half = f"SELECT * FROM '{everybody.paths[0]}' WHERE CAST(unit_id AS BIGINT) < 150"
    few = Assigned.from_ledger([write_parquet(tmp_path / "few.parquet", half)])
    alone = [measured(study, who, cache=f"alone{i}").sums("revenue") for i, who in enumerate((everybody, few))]
    with DuckDBEngine() as engine:
        together = [
            measure(study, who, as_of=LATER, cache_dir=tmp_path / "together", engine=engine).sums("revenue")
            for who in (everybody, few, everybody)
        ]
    assert together == [*alone, alone[0]]
    assert alone[0] != alone[1]


def test_a_text_is_not_read_as_a_number(tmp_path: Path, tables: str) -> None:
    query = f"select customer_id, ordered_at, cast(net as text) as net from {tables}.orders"
    told = str(refused(tmp_path, query=query))
    assert "UP536" in told
    assert "cast it in the database" in told


def test_money_with_more_decimals_than_declared_is_refused_there_too(tmp_path: Path, tables: str) -> None:
    query = f"select customer_id, ordered_at, net / 7 as net from {tables}.orders"
    assert refused(tmp_path, query=query).problems[0].code == "UP532"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["numeric", "double precision", "real", "bigint", "numeric(20, 0)"])
def test_every_kind_of_number_gives_the_same_sums(tmp_path: Path, tables: str, kind: str) -> None:
    who = shop.assigned(tmp_path, "integer")
    whole = f"select customer_id, ordered_at, cast(round(net) as {{}}) as net from {tables}.orders"
    expected = measured(study_of(tmp_path, query=whole.format("integer")), who).sums("revenue")
    assert measured(study_of(tmp_path, query=whole.format(kind)), who).sums("revenue") == expected


def test_a_sum_that_leaves_64_bits_is_detected_there(tables: str, postgres: PostgresServer) -> None:
    warehouse = PostgresEngine(postgres.reader)
    with pytest.raises(NumberTooLargeError, match="UP583"):
        warehouse.run("SELECT CAST(sum(x) AS BIGINT) FROM (SELECT 9223372036854775807 AS x UNION ALL SELECT 1) AS t")
    assert warehouse.run("SELECT sum(x) FROM (SELECT 9223372036854775807 AS x UNION ALL SELECT 1) AS t") == [(2**63,)]
    warehouse.close()


def test_texts_of_every_type_are_compared_byte_by_byte(tmp_path: Path, tables: str, postgres: PostgresServer) -> None:
    """A padded type, an enum, a uuid and a collation that ignores capitals are texts like any other."""
    with psycopg.connect(postgres.dsn, autocommit=True) as owner:
        owner.execute(f"CREATE TYPE {tables}.mood AS ENUM ('Good', 'bad')")
    warehouse = PostgresEngine(postgres.reader)
    query = (
        f"select 'Good'::{tables}.mood as m, 'ab'::char(5) as c, 'Ä'::varchar as v, "
        "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid as u, null::text as n"
    )
    warehouse.relate("x", Source(query=query, connection="w"), None)
    assert {column.physical for column in warehouse.columns("x")} == {"text"}
    row = warehouse.run("SELECT m, c, v, u, n, m = 'good' AS a, c = 'ab' AS b, v = 'ä' AS d FROM x")
    assert row == [("Good", "ab", "Ä", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", None, False, True, False)]
    warehouse.close()


def test_ilike_with_an_umlaut_is_refused_where_engines_disagree(tmp_path: Path, tables: str) -> None:
    study = study_of(tmp_path, table=f"{tables}.orders")
    metrics = {"revenue": {"kind": "count", "source": "orders", "where": "note ilike '%ä%'"}}
    sources = {
        name: s.model_dump(exclude_none=True, exclude_defaults=True) for name, s in study.project.sources.items()
    }
    again = study_in(tmp_path, sources=sources, metrics=metrics)
    with pytest.raises(DataError, match="UP579"):
        measured(again, shop.assigned(tmp_path, "integer"))


# ── interrupting ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ctrl_c_stops_the_statement_on_the_server(postgres: PostgresServer) -> None:
    warehouse = PostgresEngine(postgres.reader)
    warehouse.relate("slow", Source(query="select 1 as x from pg_sleep(30)", connection="w"), None)
    main = threading.get_ident()
    threading.Timer(0.5, lambda: signal.pthread_kill(main, signal.SIGINT)).start()
    started = time.monotonic()
    with pytest.raises((KeyboardInterrupt, CancelledError)):
        warehouse.run("SELECT x FROM slow")
    assert time.monotonic() - started < 10
    with psycopg.connect(postgres.dsn) as owner:
        sql = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()"
        assert owner.execute(sql).fetchone() == (0,)
    warehouse.close()


def test_another_thread_can_interrupt(postgres: PostgresServer) -> None:
    warehouse = PostgresEngine(postgres.reader)
    warehouse.relate("slow", Source(query="select 1 as x from pg_sleep(30)", connection="w"), None)
    threading.Timer(0.5, warehouse.interrupt).start()
    with pytest.raises(CancelledError, match="UP582"):
        warehouse.run("SELECT x FROM slow")
    assert warehouse.run("SELECT 1 AS one") == [(1,)]
    warehouse.close()


# ── DuckDB files ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_duckdb_file_is_a_connection_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write(tmp_path, "integer")
    into_duckdb(tmp_path / "shop.duckdb", tmp_path)
    monkeypatch.setenv("UPLIFT_WAREHOUSE", f"duckdb:{tmp_path / 'shop.duckdb'}")
    who = shop.assigned(tmp_path, "integer")
    assert measured(study_of(tmp_path, query="select * from orders where net > 0"), who).sums("revenue")
    assert "did you mean 'main.orders'?" in str(refused(tmp_path, table="ordres"))
    assert refused(tmp_path, query="drop table orders").problems[0].code == "UP578"
    monkeypatch.setenv("UPLIFT_WAREHOUSE", "duckdb:nowhere.duckdb")
    assert "there is no DuckDB file 'nowhere.duckdb'" in str(refused(tmp_path, table="orders"))


def test_rows_of_a_table_have_no_number(tmp_path: Path, tables: str) -> None:
    study = study_of(tmp_path, table=f"{tables}.orders")
    with DuckDBEngine() as engine, pytest.raises(DataError, match="keeps no order"):
        open_source(engine, study, "orders", numbered=True)


def test_contacts_come_whole_and_leave_nothing_on_the_disk(tmp_path: Path, tables: str) -> None:
    contacts: dict[str, Any] = {"table": f"{tables}.contacts", "connection": "warehouse", "id": "customer_id"}
    study = study_in(
        tmp_path, sources={"contacts": contacts}, metrics={"a": {"kind": "mean", "column": "age"}}, use=[("a", None)]
    )
    with DuckDBEngine() as engine:
        table = open_source(engine, study, "contacts", needed=["customer_id", "age"], cache=tmp_path / "cache")
        assert (table.rows, [c.name for c in table.columns]) == (300, ["age", "customer_id"])
        assert engine.run(f"SELECT count(DISTINCT customer_id) FROM {table.relation}") == [(300,)]
    assert not (tmp_path / "cache").exists()
    assert isinstance(Assigned.observed(), Assigned)
    assert "UPLIFT_WAREHOUSE" in os.environ
