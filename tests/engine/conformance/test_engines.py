"""The same data give the same integers wherever they are: DuckDB, PostgreSQL, Spark; 0 cells differ."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.engine.conformance import shop
from tests.engine.conformance.tables import cells, into_duckdb, into_postgres
from tests.engine.studies import measured
from tests.servers import PostgresServer

ZONES = [
    "Asia/Kolkata", *(pytest.param(zone, marks=pytest.mark.slow) for zone in ("UTC", "America/New_York")),
]  # fmt: skip


@pytest.fixture(params=["integer", "string"])
def ids(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def folder(tmp_path: Path, ids: str) -> Path:
    shop.write(tmp_path, ids)
    return tmp_path


@pytest.fixture
def machine_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The process believes to be somewhere else."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_the_shop_has_something_to_disagree_about(folder: Path, ids: str) -> None:
    found = cells(measured(shop.study(folder, ids), shop.assigned(folder, ids)))
    assert len(found) > 300
    firsts = [value for key, value in found.items() if key[-1] == (1,) and isinstance(value, int)]
    assert sum(value != 0 for value in firsts) > 70
    assert len({key[:4] for key in found if len(key) == 5}) == 11 * 2 * 2 * 2


@pytest.mark.parametrize("machine_zone", ZONES, indirect=True)
def test_threads_runs_and_time_zones_of_the_machine_change_no_bit(tmp_path: Path, machine_zone: str) -> None:
    shop.write(tmp_path, "integer")
    study, who = shop.study(tmp_path, "integer"), shop.assigned(tmp_path, "integer")
    one = cells(measured(study, who, threads=1, cache="one"))
    assert cells(measured(study, who, threads=2, cache="two")) == one
    assert cells(measured(study, who, threads=2, cache="three")) == one


def test_a_duckdb_file_gives_the_same_bits(folder: Path, ids: str, monkeypatch: pytest.MonkeyPatch) -> None:
    into_duckdb(folder / "shop.duckdb", folder)
    monkeypatch.setenv("UPLIFT_SHOP", f"duckdb:{folder / 'shop.duckdb'}")
    who = shop.assigned(folder, ids)
    in_files = cells(measured(shop.study(folder, ids), who))
    assert cells(measured(shop.study(folder, ids, connection="shop", contacts_too=True), who)) == in_files


@pytest.mark.parametrize("written", [None, "America/New_York"])
def test_postgresql_gives_the_same_bits(
    folder: Path,
    ids: str,
    written: str | None,
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A reader's rights are enough; texts, quotes, missing values and refunds included; windows across both days on
    which the clocks change."""
    clustered = ids == "integer"
    into_postgres(postgres.dsn, "shop", folder)
    monkeypatch.setenv("UPLIFT_WAREHOUSE", postgres.reader)
    who = shop.assigned(folder, ids)
    in_files = cells(measured(shop.study(folder, ids, clustered=clustered, written=written), who))
    study = shop.study(
        folder, ids, clustered=clustered, written=written, connection="warehouse", schema="shop.", contacts_too=True
    )
    there = measured(study, who)
    assert cells(there) == in_files
    assert measured(study, who).unit_table == there.unit_table


@pytest.mark.parametrize("zone", ZONES)
def test_the_time_zone_of_the_server_changes_no_bit(
    tmp_path: Path, zone: str, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Points in time and naive times, read as local days of a third zone."""
    shop.write(tmp_path, "integer")
    into_postgres(postgres.dsn, "zoned", tmp_path)
    with psycopg.connect(postgres.dsn, autocommit=True) as owner:
        owner.execute(f"ALTER ROLE reader SET timezone = '{zone}'")
        owner.execute(
            "ALTER TABLE zoned.orders ALTER ordered_at TYPE timestamptz USING ordered_at AT TIME ZONE 'America/New_York'"
        )
    monkeypatch.setenv("UPLIFT_WAREHOUSE", postgres.reader)
    who = shop.assigned(tmp_path, "integer")
    naive = cells(measured(shop.study(tmp_path, "integer", written="America/New_York"), who))
    zoned = cells(measured(shop.study(tmp_path, "integer", connection="warehouse", schema="zoned."), who))
    assert zoned == naive
    assert os.environ.get("TZ") is None


@pytest.mark.slow
def test_spark_gives_the_same_bits(tmp_path: Path, spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids as text, naive times of another zone, and the days on which both zones' clocks change."""
    shop.write(tmp_path, "string")
    for name in ("orders", "mails"):
        spark.read.parquet(str(tmp_path / f"{name}.parquet")).createOrReplaceGlobalTempView(f"shop_{name}")
    monkeypatch.setenv("UPLIFT_LAKE", "spark:local[2]")
    who, written = shop.assigned(tmp_path, "string"), "America/New_York"
    in_files = cells(measured(shop.study(tmp_path, "string", written=written), who))
    there = shop.study(tmp_path, "string", written=written, connection="lake", schema="global_temp.shop_")
    assert cells(measured(there, who)) == in_files
