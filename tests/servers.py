"""Servers that tests start for themselves: PostgreSQL on a free port, Spark in this machine; gone when the run ends."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server: `dsn` belongs to its superuser, `reader` to a role that may only read and make temp tables."""

    dsn: str
    reader: str
    major: int


@contextlib.contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server with an empty database; skips the test where no server is installed."""
    binaries = _postgres_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed (looked for /usr/lib/postgresql/*/bin/initdb)")
    with tempfile.TemporaryDirectory(prefix="uplift-pg-", ignore_cleanup_errors=True) as folder:
        data, port = Path(folder) / "data", _free_port()
        owner = _owner(Path(folder))
        locale = ["--locale=C.UTF-8", "--encoding=UTF8", "--auth=trust", "--username=owner", "--no-sync"]
        _run([binaries / "initdb", "--pgdata", data, *locale], owner)
        settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=40"
        log = Path(folder) / "log"
        start = [binaries / "pg_ctl", "--pgdata", data, "--wait", "--log", log, "--options", settings, "start"]
        _run(start, owner)
        try:
            address = f"127.0.0.1:{port}/postgres"
            version = int((data / "PG_VERSION").read_text(encoding="utf-8"))
            server = PostgresServer(f"postgresql://owner@{address}", f"postgresql://reader:s3cret@{address}", version)
            _make_reader(server)
            yield server
        finally:
            _run([binaries / "pg_ctl", "--pgdata", data, "--mode", "immediate", "stop"], owner)


def _make_reader(server: PostgresServer) -> None:
    import psycopg

    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 's3cret'")
        connection.execute("GRANT pg_read_all_data TO reader")


def _postgres_binaries() -> Path | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _owner(folder: Path) -> int | None:
    """The user that runs the server: PostgreSQL refuses root, so the folder is given to somebody else then."""
    if os.getuid() != 0:
        return None
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return user.pw_uid


def _run(command: list[Path | str], owner: int | None) -> None:
    done = subprocess.run(
        [str(part) for part in command], user=owner, cwd="/", check=False, capture_output=False,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, f"{Path(command[0]).name} ended with {done.returncode}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def spark_session() -> Iterator[Any]:
    """A small local Spark; skips the test where there is no pyspark or no Java."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Spark needs Java")
    sql = pytest.importorskip("pyspark.sql")
    with tempfile.TemporaryDirectory(prefix="uplift-spark-", ignore_cleanup_errors=True) as folder:
        settings = {
            "spark.driver.memory": "1g",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.local.dir": f"{folder}/scratch",
            "spark.log.level": "ERROR",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.warehouse.dir": f"{folder}/warehouse",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
        }
        builder = sql.SparkSession.builder.master("local[2]").appName("uplift tests")
        for name, value in settings.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        try:
            yield session
        finally:
            session.stop()
