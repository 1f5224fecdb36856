"""What the engine room asks of whatever runs SQL: a handful of methods; integers, text and dates cross the boundary."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from uplift.errors import DataError
from uplift.spec.project import Source

Value = int | str | bool | datetime.date | datetime.datetime | None
Rows = list[tuple[Value, ...]]
Physical = Literal["integer", "decimal", "float", "boolean", "text", "date", "timestamp", "timestamptz", "other"]


class NumberTooLargeError(DataError):
    """An integer left its range inside the engine; it was detected, nothing wrapped."""


class BrokenCsvError(Exception):
    """A CSV file is not regular; `line` is where the engine noticed (the cause may stand earlier)."""

    def __init__(self, line: int | None, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


class CancelledError(DataError):
    """The running statement was interrupted; nothing half-done was kept."""


@dataclass(frozen=True, slots=True)
class EngineColumn:
    """A column as the engine stores it; `decimals` only for exact decimals, `native` is the engine's own type name."""

    name: str
    physical: Physical
    decimals: int | None = None
    native: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine is: its name and version, and the type that holds sums of products (38 digits)."""

    name: str
    version: str
    wide_integer: str
    reads_files: bool


@dataclass(frozen=True, slots=True)
class Period:
    """Days of events that can matter, both included; a margin of two days covers every time zone."""

    column: str
    first: datetime.date
    last: datetime.date


@dataclass(frozen=True, slots=True)
class Settings:
    """How much of the machine an engine may use; None leaves the engine's own default."""

    threads: int | None = None
    memory_limit: str | None = None
    temp_directory: Path | None = None


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """A CSV file in UTF-8 whose layout is settled: nothing is left for the engine to guess."""

    path: Path
    delimiter: str
    quote: str
    header: tuple[str, ...]
    skip: int = 0


class Queries(Protocol):
    """Answers queries of the portable core over named relations: what reading a source asks, wherever its rows are."""

    def capabilities(self) -> Capabilities:
        """Name, version and types of this engine."""

    def run(self, sql: str) -> Rows:
        """Run a statement; rows hold exact integers, text, booleans and dates only."""

    def define(self, name: str, sql: str) -> None:
        """Give a query a name (a view), replacing what had it."""

    def columns(self, name: str) -> tuple[EngineColumn, ...]:
        """The columns of a named relation."""

    def interrupt(self) -> None:
        """Stop the running statement (from another thread)."""

    def close(self) -> None:
        """Release everything."""


class Warehouse(Queries, Protocol):
    """A database that holds sources: their rows are filtered and added up there, and only the totals travel."""

    def relate(self, name: str, source: Source, between: Period | None) -> None:
        """Name the rows of a table or query of this database; `between` leaves out events far from these days.

        Raises DataError: UP576 no such table, UP577 the query is refused, UP578 it is no query, UP527 no such column.
        """

    def bring(self, sql: str, columns: Sequence[EngineColumn], into: Engine, name: str) -> None:
        """Run a query here and keep its rows in another engine, columns in this order."""

    def send(self, name: str, columns: Sequence[EngineColumn], sql: str, out_of: Engine) -> None:
        """Run a query in another engine and name its rows here, until this connection closes."""

    def has(self, name: str) -> bool:
        """Whether a relation of this name was sent."""


class Engine(Queries, Protocol):
    """Runs SQL of the portable core. Names of relations are plain identifiers; `quoted` makes them safe."""

    def reach(self, connection: str) -> Warehouse:
        """The database behind a connection's name, opened once and closed with this engine. Raises DataError."""

    def load_csv(self, name: str, columns: Sequence[EngineColumn], path: Path) -> None:
        """Keep the rows of a CSV file that a warehouse wrote: quoted values, NULL bare, no header."""

    def dump_csv(self, sql: str, path: Path) -> None:
        """Write the rows of a query as such a CSV file."""

    def load(self, name: str, table: object) -> None:
        """Keep the rows of a table in memory: Arrow, pandas, polars."""

    def arrow(self, sql: str) -> Any:
        """The rows of a query as an Arrow table."""

    def twins(self, relation: str, key: str) -> bool:
        """Whether two rows of a relation share a key (an integer, or a text's hash may agree where texts don't)."""

    def keep_absent(self, name: str, wanted: str, known: str) -> None:
        """Keep the numbers of one query that another lacks; all three have one column, `number`."""

    def materialize(self, name: str, sql: str) -> None:
        """Run a query once and keep its rows under a name until the engine closes."""

    def save(self, sql: str, path: Path) -> None:
        """Run a query and write its rows to a Parquet file, complete or not at all."""

    def register_files(self, name: str, paths: Sequence[Path], *, numbered: bool = False) -> None:
        """Give Parquet files of one schema a name; `numbered` adds `_row`, the position in the file from 1."""

    def convert_csv(self, layout: CsvLayout, columns: Sequence[str], path: Path) -> None:
        """Write the named columns of a CSV file as text to Parquet, in file order; BrokenCsvError when it is ragged."""


def quoted(name: str) -> str:
    """An identifier, safe to paste into SQL.

    >>> quoted("net amount")
    '"net amount"'
    """
    return '"' + name.replace('"', '""') + '"'


def text_literal(value: str) -> str:
    """A string literal, safe to paste into SQL.

    >>> text_literal("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def with_parameters(sql: str, parameters: Mapping[str, int]) -> str:
    """Put integers in the place of `:name`; text and dates never take this road."""
    for name in sorted(parameters, key=len, reverse=True):
        sql = sql.replace(f":{name}", str(int(parameters[name])))
    return sql
