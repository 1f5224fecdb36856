"""What the engine room asks of whatever runs SQL: a handful of methods; integers, text and dates cross the boundary."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from uplift.errors import DataError

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


class Engine(Protocol):
    """Runs SQL of the portable core. Names of relations are plain identifiers; `quoted` makes them safe."""

    def capabilities(self) -> Capabilities:
        """Name, version and types of this engine."""

    def run(self, sql: str) -> Rows:
        """Run a statement; rows hold exact integers, text, booleans and dates only."""

    def define(self, name: str, sql: str) -> None:
        """Give a query a name (a view), replacing what had it."""

    def materialize(self, name: str, sql: str) -> None:
        """Run a query once and keep its rows under a name until the engine closes."""

    def save(self, sql: str, path: Path) -> None:
        """Run a query and write its rows to a Parquet file, complete or not at all."""

    def register_files(self, name: str, paths: Sequence[Path], *, numbered: bool = False) -> None:
        """Give Parquet files of one schema a name; `numbered` adds `_row`, the position in the file from 1."""

    def convert_csv(self, layout: CsvLayout, columns: Sequence[str], path: Path) -> None:
        """Write the named columns of a CSV file as text to Parquet, in file order; BrokenCsvError when it is ragged."""

    def columns(self, name: str) -> tuple[EngineColumn, ...]:
        """The columns of a named relation."""

    def interrupt(self) -> None:
        """Stop the running statement (from another thread)."""

    def close(self) -> None:
        """Release everything."""


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
