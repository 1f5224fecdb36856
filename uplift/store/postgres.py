"""State for a team: the catalog in a PostgreSQL schema, which also carries the ledger's files and shows their rows.

`state: postgresql:team` (or `postgresql:team.schema`) in project.yml names a connection, UPLIFT_TEAM in the
environment. The schema (default `uplift_state`) holds `runs` and `files`, each file with its bytes; machines fetch a
file once, check its hash and keep it in their own `.uplift`. `ledger` holds the same rows as a table, for SQL of your
own; it is written in the same transaction and read by nobody here. A draw holds an advisory lock from reading the
ledger to the commit, so two machines can't both assign a contact.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uplift.errors import Problem, StateError
from uplift.store.catalog import RUN_COLUMNS, CatalogWriter, FileEntry, Run, run_of
from uplift.store.files import written_aside
from uplift.version import __version__

if TYPE_CHECKING:
    import psycopg

NAME = re.compile(r"postgres(?:ql)?:(?P<connection>[\w-]+)(?:\.(?P<schema>[a-z_][a-z0-9_]*))?")
SCHEMA = "uplift_state"
_COLUMNS = "kind, experiment_id, salt_epoch, path, sha256, bytes, rows, run_id"
_CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class PostgresCatalog:
    """The catalog in a schema; `root` is the local folder that keeps what was fetched. The address is never shown."""

    connection: str
    schema: str
    root: Path

    def files(self, kind: str, experiment_id: str) -> tuple[FileEntry, ...]:
        """Every committed file of an experiment, in the order of commits; those that are missing here are fetched."""
        return tuple(f for f in self.all_files(kind) if f.experiment_id == experiment_id)

    def all_files(self, kind: str | None = None) -> tuple[FileEntry, ...]:
        """Every committed file (of a kind), in the order of commits."""
        with self._reading() as connection:
            rows = _rows(
                connection,
                f"SELECT {_COLUMNS} FROM files WHERE %s::text IS NULL OR kind = %s ORDER BY number",
                (kind, kind),
            )
            entries = tuple(FileEntry(*row) for row in rows)
            for entry in entries:
                self._fetch(connection, entry)
        return entries

    def runs(self, experiment_id: str) -> tuple[Run, ...]:
        """Every run that wrote something for an experiment, in the order of commits."""
        return tuple(run for run in self.all_runs() if run.experiment_id == experiment_id)

    def all_runs(self) -> tuple[Run, ...]:
        """Every run that wrote something, in the order of commits."""
        with self._reading() as connection:
            rows = _rows(connection, f"SELECT {RUN_COLUMNS} FROM runs ORDER BY number", ())
        return tuple(map(run_of, rows))

    @contextlib.contextmanager
    def writing(self, *, patience: float) -> Iterator[CatalogWriter]:
        """The writer's lock of the schema; the block's changes are committed together when it ends well, else none is.

        Raises StateError: UP514 another writer, UP515 unreachable or not writable.
        """
        import psycopg

        with self._guarded(), self._connected() as connection:
            connection.execute(f"SET lock_timeout = '{int(patience * 1000)}ms'")
            with connection.transaction():
                try:
                    connection.execute("SELECT pg_advisory_xact_lock(%s)", (self._key(),))
                except psycopg.errors.LockNotAvailable as error:
                    message = f"another run is writing to the state in schema '{self.schema}' and has not finished"
                    fix = "wait until it is done and run this again; nothing was changed"
                    raise StateError(Problem("UP514", message, fix=fix)) from error
                _prepare(connection, self.schema)
                yield _Writer(connection, self.root)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[psycopg.Connection[Any] | None]:
        """A connection that reads the last commit, or None while there is no catalog."""
        with self._guarded(), self._connected() as connection:
            ((there,),) = connection.execute("SELECT to_regclass('files') IS NOT NULL").fetchall()
            yield connection if there else None

    @contextlib.contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        import psycopg

        with psycopg.connect(self._address(), autocommit=True, application_name="uplift") as connection:
            connection.execute(f'SET search_path = "{self.schema}"')
            yield connection

    def _address(self) -> str:
        variable = "UPLIFT_" + re.sub(r"\W", "_", self.connection).upper()
        address = os.environ.get(variable, "").strip()
        if not address:
            message = f"the state is kept behind connection '{self.connection}', and {variable} is not set"
            fix = f"export {variable}='postgresql://user:password@host:5432/database' where uplift runs"
            raise StateError(Problem("UP519", message, fix=fix))
        return address

    def _key(self) -> int:
        """The lock's number: one per schema."""
        return int.from_bytes(hashlib.sha256(f"uplift {self.schema}".encode()).digest()[:7], "big")

    def _fetch(self, connection: psycopg.Connection[Any] | None, entry: FileEntry) -> None:
        """Bring a file that is not here, whole or not at all."""
        target = self.root / entry.path
        if connection is None or target.exists():
            return
        ((content,),) = connection.execute("SELECT content FROM files WHERE path = %s", (entry.path,)).fetchall()
        with written_aside(target) as aside:
            aside.write_bytes(bytes(content))

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """Say what the driver's errors mean, without its words: they can hold the address."""
        try:
            import psycopg
        except ImportError as error:
            fix = "pip install 'uplift-crm[postgres]'"
            raise StateError(Problem("UP519", "state in PostgreSQL needs the package psycopg", fix=fix)) from error
        try:
            yield
        except psycopg.errors.InsufficientPrivilege as error:
            message = f"this user may not write to schema '{self.schema}' of connection '{self.connection}'"
            fix = "grant it CREATE on the database once, or USAGE and CREATE on the schema"
            raise StateError(Problem("UP515", message, fix=fix)) from error
        except psycopg.OperationalError:
            message = f"the state behind connection '{self.connection}' can't be reached"
            fix = "check that the server runs and that the address is right; nothing was changed"
            raise StateError(Problem("UP515", message, fix=fix)) from None


@dataclass(frozen=True, slots=True)
class _Writer:
    """What may be done under the writer's lock."""

    connection: psycopg.Connection[Any]
    root: Path

    def record(self, run: Run) -> None:
        """Write down a run."""
        facts = json.dumps(run.facts, ensure_ascii=False, sort_keys=True)
        now = run.recorded_at or datetime.now(UTC).isoformat(timespec="seconds")
        self.connection.execute(
            f"INSERT INTO runs ({RUN_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (run.run_id, run.verb, run.experiment_id, run.on, facts, run.version or __version__, now),
        )

    def name(self, file: FileEntry) -> None:
        """Let a file count: its bytes go into the schema, and its rows into the table."""
        content = (self.root / file.path).read_bytes()
        self.connection.execute(
            f"INSERT INTO files ({_COLUMNS}, content) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (*file.row, content),
        )
        self._show(file)

    def replace(self, path: str, file: FileEntry) -> None:
        """Let another file count in the place of the one at `path`, as the run that wrote that one."""
        content = (self.root / file.path).read_bytes()
        self.connection.execute(
            "UPDATE files SET path = %s, sha256 = %s, bytes = %s, rows = %s, content = %s WHERE path = %s",
            (file.path, file.sha256, file.bytes, file.rows, content, path),
        )
        self.connection.execute("DELETE FROM ledger WHERE file = %s", (path,))
        self._show(file)

    def _show(self, file: FileEntry) -> None:
        """The rows of a ledger file as rows of the table `ledger`."""
        if file.kind != "ledger":
            return
        import duckdb

        names = [name for name, _ in _ledger_columns()]
        columns = ", ".join(names)
        path = str(self.root / file.path)
        with duckdb.connect() as reader, self.connection.cursor() as cursor:
            rows = reader.execute(f"SELECT {columns} FROM read_parquet($1)", [path])
            with cursor.copy(f"COPY ledger ({columns}, file) FROM STDIN") as copy:
                while chunk := rows.fetchmany(_CHUNK):
                    for row in chunk:
                        copy.write_row((*row, file.path))


def _ledger_columns() -> tuple[tuple[str, str], ...]:
    from uplift.store.ledger import LEDGER_COLUMNS

    return LEDGER_COLUMNS


def _rows(connection: psycopg.Connection[Any] | None, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    return connection.execute(sql, values).fetchall() if connection is not None else []


def _prepare(connection: psycopg.Connection[Any], schema: str) -> None:
    """Make schema and tables if this is the first writer; they come and go with its transaction."""
    ((there,),) = connection.execute("SELECT to_regclass('files') IS NOT NULL").fetchall()
    if there:
        return
    columns = ", ".join(f"{name} {'text' if kind == 'VARCHAR' else kind}" for name, kind in _ledger_columns())
    connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
    for statement in (
        "CREATE TABLE runs (number bigserial, run_id text PRIMARY KEY, verb text NOT NULL, experiment_id text NOT NULL,"
        " on_day text NOT NULL, facts text NOT NULL, uplift_version text NOT NULL, recorded_at text NOT NULL)",
        "CREATE TABLE files (number bigserial PRIMARY KEY, kind text NOT NULL, experiment_id text NOT NULL,"
        " salt_epoch integer NOT NULL, path text NOT NULL UNIQUE, sha256 text NOT NULL, bytes bigint NOT NULL,"
        " rows bigint NOT NULL, run_id text NOT NULL REFERENCES runs (run_id), content bytea NOT NULL)",
        f"CREATE TABLE ledger ({columns}, file text NOT NULL)",
        "CREATE INDEX ledger_of_contact ON ledger (unit_id, experiment_id)",
    ):
        connection.execute(statement)
