"""The catalog: a small SQLite file that says which files count and which run wrote them.

It is in WAL mode with synchronous=FULL: readers never wait for a writer, a commit survives a power cut, and there is
one writer at a time. Whoever draws holds the writer's lock from reading the ledger to the commit, so two draws can't
both assign the same contact.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from uplift.errors import Problem, StateError
from uplift.store.files import make_folder, unwritable
from uplift.version import __version__

SCHEMA_VERSION = 1
APPLICATION = 0x75706C66  # "uplf", SQLite's mark for the file's owner

_SCHEMA = """
CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    verb TEXT NOT NULL,
    experiment_id TEXT NOT NULL,
    on_day TEXT NOT NULL,
    facts TEXT NOT NULL,
    uplift_version TEXT NOT NULL,
    recorded_at TEXT NOT NULL
);
CREATE TABLE files (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    experiment_id TEXT NOT NULL,
    salt_epoch INTEGER NOT NULL,
    path TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    run_id TEXT NOT NULL REFERENCES runs (run_id)
);
CREATE INDEX files_of_experiment ON files (kind, experiment_id, salt_epoch);
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a verb that wrote something: what later proofs need to know about it.

    `version` of uplift and the time at which it was recorded (UTC) are the catalog's to say; None until it has.
    """

    run_id: str
    verb: str
    experiment_id: str
    on: str  # the local day, as ISO text
    facts: Mapping[str, object]
    version: str | None = None
    recorded_at: str | None = None


RUN_COLUMNS = "run_id, verb, experiment_id, on_day, facts, uplift_version, recorded_at"


def run_of(row: Sequence[Any]) -> Run:
    """A run from its row of these columns."""
    run_id, verb, experiment, on, facts, version, recorded_at = row
    return Run(run_id, verb, experiment, on, json.loads(facts), version, recorded_at)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file that counts."""

    kind: str
    experiment_id: str
    salt_epoch: int
    path: str  # relative to the state directory, with forward slashes
    sha256: str
    bytes: int
    rows: int
    run_id: str

    @property
    def row(self) -> tuple[str | int, ...]:
        """Its values in the order of the table's columns."""
        return (
            self.kind,
            self.experiment_id,
            self.salt_epoch,
            self.path,
            self.sha256,
            self.bytes,
            self.rows,
            self.run_id,
        )


class CatalogWriter(Protocol):
    """What may be done under the writer's lock."""

    def record(self, run: Run) -> None:
        """Write down a run."""

    def name(self, file: FileEntry) -> None:
        """Let a file count."""

    def replace(self, path: str, file: FileEntry) -> None:
        """Let another file count in the place of the one at `path`, as the run that wrote that one."""


class Catalog(Protocol):
    """What counts and which run wrote it, wherever that is kept; it is made by the first writer."""

    def files(self, kind: str, experiment_id: str) -> tuple[FileEntry, ...]:
        """Every committed file of an experiment, in the order of commits."""

    def all_files(self, kind: str | None = None) -> tuple[FileEntry, ...]:
        """Every committed file (of a kind), in the order of commits."""

    def runs(self, experiment_id: str) -> tuple[Run, ...]:
        """Every run that wrote something for an experiment, in the order of commits."""

    def all_runs(self) -> tuple[Run, ...]:
        """Every run that wrote something, in the order of commits."""

    def writing(self, *, patience: float) -> AbstractContextManager[CatalogWriter]:
        """The writer's lock; the block's changes are committed together when it ends well, else none is."""


@dataclass(frozen=True, slots=True)
class SqliteCatalog:
    """The catalog of one state directory."""

    path: Path

    def files(self, kind: str, experiment_id: str) -> tuple[FileEntry, ...]:
        """Every committed file of an experiment, in the order of commits."""
        return tuple(f for f in self.all_files(kind) if f.experiment_id == experiment_id)

    def all_files(self, kind: str | None = None) -> tuple[FileEntry, ...]:
        """Every committed file (of a kind), in the order of commits."""
        sql = (
            "SELECT kind, experiment_id, salt_epoch, path, sha256, bytes, rows, run_id"
            " FROM files WHERE ? IS NULL OR kind = ? ORDER BY number"
        )
        with self._reading() as connection:
            rows = connection.execute(sql, (kind, kind)).fetchall() if connection else []
        return tuple(FileEntry(*row) for row in rows)

    def runs(self, experiment_id: str) -> tuple[Run, ...]:
        """Every run that wrote something for an experiment, in the order of commits."""
        return tuple(run for run in self.all_runs() if run.experiment_id == experiment_id)

    def all_runs(self) -> tuple[Run, ...]:
        """Every run that wrote something, in the order of commits."""
        sql = f"SELECT {RUN_COLUMNS} FROM runs ORDER BY rowid"
        with self._reading() as connection:
            rows = connection.execute(sql).fetchall() if connection else []
        return tuple(map(run_of, rows))

    @contextlib.contextmanager
    def writing(self, *, patience: float) -> Iterator[CatalogWriter]:
        """The writer's lock; the block's changes are committed together when it ends well, else none is.

        Waits up to `patience` seconds for another writer. Raises StateError: UP514 another writer, UP515 not
        writable, UP516 not a catalog, UP517 written by a newer version.
        """
        make_folder(self.path.parent)
        with self._guarded(), contextlib.closing(self._connect(patience)) as connection:
            _patiently(patience, lambda: connection.execute("PRAGMA journal_mode=WAL"))
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("BEGIN IMMEDIATE")
            try:
                self._prepare(connection)
                yield _Writer(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """A connection that reads the last commit, or None while there is no catalog."""
        if not self.path.exists():
            yield None
            return
        with self._guarded(), contextlib.closing(self._connect(10.0)) as connection:
            connection.execute("PRAGMA query_only=ON")
            yield connection if self._version(connection) else None

    def _connect(self, patience: float) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=patience, isolation_level=None)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make the tables if this is the first writer (inside its transaction: a kill leaves no half schema)."""
        if self._version(connection):
            return
        for statement in _SCHEMA.split(";"):
            if statement.strip():
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION}")
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    def _version(self, connection: sqlite3.Connection) -> int:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application != APPLICATION and tables:
            raise _not_a_catalog(self.path, "it is some other program's database")
        if version > SCHEMA_VERSION:
            raise StateError(
                Problem(
                    "UP517",
                    f"'{self.path}' has schema version {version}; this uplift knows versions up to {SCHEMA_VERSION}",
                    fix=f"install the newer uplift that wrote it (this one is {__version__})",
                )
            )
        return int(version)

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """Say what SQLite's errors mean for a user."""
        try:
            yield
        except sqlite3.OperationalError as error:
            text = str(error)
            if "locked" in text or "busy" in text:
                raise StateError(
                    Problem(
                        "UP514",
                        f"another run is writing to '{self.path.parent}' and has not finished",
                        fix="wait until it is done and run this again; nothing was changed",
                    )
                ) from error
            if any(word in text for word in ("readonly", "unable to open", "disk", "full")):
                raise unwritable(self.path, OSError(text)) from error
            raise
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
                raise
            raise _not_a_catalog(self.path, str(error)) from error


@dataclass(frozen=True, slots=True)
class _Writer:
    """What may be done under the writer's lock."""

    connection: sqlite3.Connection

    def record(self, run: Run) -> None:
        """Write down a run."""
        self.connection.execute(
            "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                run.run_id,
                run.verb,
                run.experiment_id,
                run.on,
                json.dumps(run.facts, ensure_ascii=False, sort_keys=True),
                run.version or __version__,
                run.recorded_at or datetime.now(UTC).isoformat(timespec="seconds"),
            ),
        )

    def name(self, file: FileEntry) -> None:
        """Let a file count."""
        self.connection.execute(
            "INSERT INTO files (kind, experiment_id, salt_epoch, path, sha256, bytes, rows, run_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            file.row,
        )

    def replace(self, path: str, file: FileEntry) -> None:
        """Let another file count in the place of the one at `path`, as the run that wrote that one."""
        self.connection.execute(
            "UPDATE files SET path = ?, sha256 = ?, bytes = ?, rows = ? WHERE path = ?",
            (file.path, file.sha256, file.bytes, file.rows, path),
        )


def _patiently(patience: float, act: object) -> None:
    """Switching the journal mode does not wait for other writers by itself."""
    assert callable(act)
    deadline = time.monotonic() + patience
    while True:
        try:
            act()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _not_a_catalog(path: Path, why: str) -> StateError:
    return StateError(
        Problem(
            "UP516",
            f"'{path}' can't be read as uplift's catalog: {why}",
            fix="restore the state directory from a backup; the Parquet files in it are untouched",
        )
    )
