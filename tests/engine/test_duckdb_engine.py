from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from uplift.engine import DuckDBEngine, Settings
from uplift.engine.adapter import CancelledError, EngineColumn
from uplift.errors import DataError

ENDLESS = "SELECT sum(a.range * b.range) FROM range(10000000) AS a, range(10000000) AS b"


def test_ctrl_c_stops_a_running_statement_at_once_and_the_engine_goes_on() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    pressed: list[float] = []

    def press() -> None:
        pressed.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    try:
        with DuckDBEngine() as engine:
            timer = threading.Timer(0.5, press)
            timer.start()
            with pytest.raises(KeyboardInterrupt):
                engine.run(ENDLESS)
            took = time.monotonic() - pressed[0]
            timer.join()
            assert engine.run("SELECT 1") == [(1,)]
    finally:
        signal.signal(signal.SIGINT, before)
    assert took < 1.0  # 0.05 s on a quiet machine; this one may be busy


@pytest.mark.parametrize(
    "work",
    [
        lambda engine: engine.run("SELECT sleep(x) FROM (SELECT 1 AS x) AS t"),
        lambda engine: engine.keep_absent("new", "SELECT sleep(range) AS number FROM range(1)", "SELECT 1 AS number"),
    ],
    ids=["statement", "comparison of keys"],
)
def test_ctrl_c_does_not_wait_for_a_statement_that_can_t_hear_it(work: Callable[[DuckDBEngine], object]) -> None:
    """As the last part of a large COPY can't, for seconds; here a function that sleeps until it is woken."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    begun, woken = threading.Event(), threading.Event()

    def sleep(x: int) -> int:
        begun.set()
        woken.wait(60)
        return x

    def press() -> None:
        begun.wait(60)
        time.sleep(0.2)  # until the caller waits for the statement that has begun
        os.kill(os.getpid(), signal.SIGINT)

    def wait_for_it() -> None:
        with DuckDBEngine() as engine:
            engine._connection.create_function("sleep", sleep, ["BIGINT"], "BIGINT")
            presser.start()
            try:
                work(engine)
            finally:
                assert engine.run("SET threads = 1") == []  # whoever tidies up does not wait either

    presser = threading.Thread(target=press)
    try:
        with pytest.raises(KeyboardInterrupt):
            wait_for_it()
        assert not woken.is_set()
    finally:
        woken.set()
        presser.join()
        signal.signal(signal.SIGINT, before)


def test_an_interrupt_from_another_thread_is_a_located_problem() -> None:
    with DuckDBEngine() as engine:
        timer = threading.Timer(0.5, engine.interrupt)
        timer.start()
        with pytest.raises(CancelledError, match="UP582"):
            engine.run(ENDLESS)
        timer.join()


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    with DuckDBEngine() as engine:
        path = tmp_path / "deep" / "units.parquet"
        engine.save("SELECT 1 AS x", path)
        with pytest.raises(DataError):
            engine.save("SELECT CAST(9223372036854775807 AS BIGINT) + range FROM range(3)", path)
        engine.register_files("t", [path])
        assert engine.run("SELECT x FROM t") == [(1,)]
    assert [p.name for p in path.parent.iterdir()] == ["units.parquet"]


def test_names_of_files_are_never_patterns(tmp_path: Path) -> None:
    with DuckDBEngine() as engine:
        for name, value in (("a[1].parquet", 1), ("a1.parquet", 2), ("it's.parquet", 3), ("a*.parquet", 4)):
            engine.save(f"SELECT {value} AS x", tmp_path / name)
        for name, value in (("a[1].parquet", 1), ("it's.parquet", 3), ("a*.parquet", 4)):
            engine.register_files("t", [tmp_path / name])
            assert engine.run("SELECT x FROM t") == [(value,)]


def test_columns_are_told_by_what_they_can_serve_as(tmp_path: Path) -> None:
    with DuckDBEngine() as engine:
        engine.define(
            "t",
            "SELECT 1::UTINYINT AS a, 1.5::DECIMAL(10,3) AS b, 1.0::FLOAT AS c, 'x' AS d, DATE '2026-01-01' AS e, "
            "TIMESTAMP '2026-01-01' AS f, now() AS g, true AS h, [1] AS i, uuid() AS j",
        )
        found = engine.columns("t")
    kinds = ["integer", "decimal", "float", "text", "date", "timestamp", "timestamptz", "boolean", "other", "text"]
    assert [column.physical for column in found] == kinds
    assert found[1] == EngineColumn("b", "decimal", 3, "DECIMAL(10,3)")


def test_settings_reach_the_engine_and_nothing_is_fetched_from_outside(tmp_path: Path) -> None:
    with DuckDBEngine(Settings(threads=1, memory_limit="300MB", temp_directory=tmp_path / "it's here")) as engine:
        names = ("threads", "preserve_insertion_order", "autoinstall_known_extensions", "temp_directory")
        values = [engine.run(f"SELECT CAST(current_setting('{name}') AS VARCHAR)")[0][0] for name in names]
    assert values == ["1", "false", "false", str(tmp_path / "it's here")]


def test_too_little_memory_is_said_in_plain_words() -> None:
    with DuckDBEngine(Settings(memory_limit="20MB")) as engine:
        engine.run("SET temp_directory = ''")
        with pytest.raises(DataError, match=r"UP580(?s:.*)engine: \{memory_limit: 8GB\}"):
            engine.run("SELECT count(*) FROM (SELECT DISTINCT hash(range) || 'x' FROM range(5000000))")


def test_a_full_disk_is_said_in_plain_words(tmp_path: Path) -> None:
    with DuckDBEngine(Settings(memory_limit="20MB", temp_directory=tmp_path)) as engine:
        engine.run("SET max_temp_directory_size = '1MB'")
        with pytest.raises(DataError, match=r"UP587(?s:.*)engine: \{temp_directory: /scratch\}"):
            engine.run("SELECT count(*) FROM (SELECT DISTINCT hash(range) || 'x' FROM range(5000000))")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_a_disk_too_full_for_what_is_kept_is_said_in_other_words(tmp_path: Path) -> None:
    (tmp_path / ".aside-units.parquet").symlink_to("/dev/full")
    with (
        DuckDBEngine() as engine,
        pytest.raises(DataError, match=r"UP587(?s:.*)could not be written(?s:.*)gc --caches"),
    ):
        engine.run(f"COPY (SELECT range FROM range(1000000)) TO '{tmp_path}/.aside-units.parquet' (FORMAT parquet)")


# ── keys that stand twice, and keys that are new ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("at_once", [3, 8_000_000])
def test_twins_and_newcomers_are_those_that_sets_find(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr("uplift.engine.duckdb_engine.AT_ONCE", at_once)
    values = [5, -7, 0, 9_000_000_000_000_000_000, -9_000_000_000_000_000_000, 12, 44]
    rows = ", ".join(f"({v}, 'é{v}')" for v in values)
    with DuckDBEngine() as engine:
        engine.materialize("single", f"SELECT * FROM (VALUES {rows}, (NULL, NULL), (NULL, NULL)) AS v(n, t)")
        engine.materialize("double", "SELECT * FROM single UNION ALL SELECT 12, 'é12'")
        for key in ("n", "t"):
            assert not engine.twins("single", key)
            assert engine.twins("double", key)
        known = "SELECT n AS number FROM single WHERE n IN (0, 12) UNION ALL SELECT 13 UNION ALL SELECT NULL"
        engine.keep_absent("new", "SELECT n AS number FROM single", known)
        assert {n for (n,) in engine.run("SELECT number FROM new")} == set(values) - {0, 12}
        engine.keep_absent("everybody", "SELECT n AS number FROM single", "SELECT n AS number FROM single LIMIT 0")
        assert len(engine.run("SELECT number FROM everybody")) == len(values)


def test_a_number_that_does_not_fit_is_said_in_plain_words_where_keys_are_compared() -> None:
    too_large = "SELECT CAST(9223372036854775807 AS BIGINT) + range AS number FROM range(3)"
    with DuckDBEngine() as engine, pytest.raises(DataError, match="UP583"):
        engine.keep_absent("new", too_large, "SELECT 1 AS number")
