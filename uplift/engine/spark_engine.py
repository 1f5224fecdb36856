"""Spark as a place where sources live: a session of its own, over Spark Connect (sc://…) or in this process.

Rows travel as Arrow. The session's clock is UTC and its arithmetic is strict, so that nothing wraps and nothing moves.
"""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from uplift.engine.adapter import (
    Capabilities,
    Engine,
    EngineColumn,
    NumberTooLargeError,
    Period,
    Physical,
    Rows,
    Value,
    quoted,
)
from uplift.engine.native_sql import near_table, query_text, table_name
from uplift.engine.relations import Relations
from uplift.errors import DataError, Problem
from uplift.spec.project import Source

TYPES: dict[str, Physical] = {
    "boolean": "boolean", "tinyint": "integer", "smallint": "integer", "int": "integer", "bigint": "integer",
    "float": "float", "double": "float", "string": "text", "date": "date", "timestamp_ntz": "timestamp",
    "timestamp": "timestamptz",
}  # fmt: skip
ARROW: dict[Physical, str] = {
    "boolean": "bool", "integer": "int64", "float": "float64", "text": "string", "date": "date32",
}  # fmt: skip
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}
MARGIN = datetime.timedelta(days=2)


class SparkEngine:
    """One Spark session; nothing is written, names are temporary views of this session."""

    def __init__(self, address: str) -> None:
        self._session = _session(address)
        for name, value in SETTINGS.items():
            self._session.conf.set(name, value)
        self._relations = Relations("spark")
        self._columns: dict[str, tuple[EngineColumn, ...]] = {}

    def capabilities(self) -> Capabilities:
        """Name, version and types of this engine."""
        return Capabilities("spark", str(self._session.version), "DECIMAL(38, 0)", reads_files=False)

    def run(self, sql: str) -> Rows:
        """Run a statement of the portable core and fetch its rows; sums come back as integers, never as floats."""
        with _plainly(self._session):
            return [tuple(map(_value, row)) for row in self._session.sql(self._relations.statement(sql)).collect()]

    def define(self, name: str, sql: str) -> None:
        """Give a query a name, replacing what had it; nothing is created."""
        self._relations.name(name, sql)
        self._columns.pop(name, None)

    def columns(self, name: str) -> tuple[EngineColumn, ...]:
        """The columns of a named relation."""
        if name not in self._columns:
            with _plainly(self._session):
                frame = self._session.sql(self._relations.statement(f"SELECT * FROM {quoted(name)}"))
                self._columns[name] = tuple(_column(field) for field in frame.schema.fields)
        return self._columns[name]

    def relate(self, name: str, source: Source, between: Period | None) -> None:
        """Name the rows of a table or query."""
        native = f"SELECT * FROM {table_name(source.table, '`')}" if source.table else query_text(source.query, "spark")
        with _plainly(self._session):
            found = tuple(_column(field) for field in self._session.sql(native).schema.fields)
        text = f"SELECT * FROM ({native}\n) AS q"
        if between is not None and any(
            c.name == between.column and c.physical in ("date", "timestamp", "timestamptz") for c in found
        ):
            c, first, last = f"`{between.column}`", between.first - MARGIN, between.last + MARGIN
            text += f" WHERE {c} IS NULL OR ({c} >= DATE '{first.isoformat()}' AND {c} < DATE '{last.isoformat()}')"
        self._relations.name_native(name, text)
        self._columns[name] = found

    def bring(self, sql: str, columns: Sequence[EngineColumn], into: Engine, name: str) -> None:
        """Run a query here and keep its rows in another engine, columns in this order."""
        with _plainly(self._session), _without_pandas_notes():
            table = self._session.sql(self._relations.statement(sql)).toArrow()
        into.load(name, table.rename_columns([c.name for c in columns]))

    def send(self, name: str, columns: Sequence[EngineColumn], sql: str, out_of: Engine) -> None:
        """Give this session the rows of another engine's query."""
        import pyarrow as pa

        schema = pa.schema([(c.name, getattr(pa, ARROW[c.physical])()) for c in columns])
        table = out_of.arrow(sql).rename_columns([c.name for c in columns]).cast(schema)
        with _plainly(self._session), _without_pandas_notes():
            self._session.createDataFrame(table).createOrReplaceTempView(name)
        self._columns[name] = tuple(columns)

    def has(self, name: str) -> bool:
        """Whether a relation of this name was sent or named."""
        return name in self._columns

    def interrupt(self) -> None:
        """Stop what this session runs (from another thread)."""
        self._session.interruptAll()

    def close(self) -> None:
        """Leave the session alone: others in this process may use the same Spark."""
        for name in self._columns:
            self._session.catalog.dropTempView(name)


def _session(address: str) -> Any:
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    scheme, _, rest = address.partition(":")
    try:
        if scheme == "sc":
            return SparkSession.builder.remote(address).getOrCreate()
        master = rest if rest and not rest.startswith("//") else address
        return SparkSession.builder.master(master).appName("uplift").getOrCreate().newSession()
    except (PySparkException, RuntimeError) as error:
        first = str(error).splitlines()[0].replace(address, "…")
        raise DataError(
            Problem("UP573", f"Spark can't be reached: {first}", fix="check the address; Spark needs Java 17 or newer")
        ) from None


def _column(field: Any) -> EngineColumn:
    native = str(field.dataType.simpleString())
    if native.startswith("decimal"):
        scale = int(field.dataType.scale)
        return EngineColumn(field.name, "decimal" if scale else "integer", scale or None, native)
    kind: Physical = "text" if native.startswith(("char", "varchar")) else TYPES.get(native, "other")
    return EngineColumn(field.name, kind, None, native)


def _value(value: object) -> Value:
    if isinstance(value, Decimal):
        if value != value.to_integral_value():
            raise AssertionError("a fraction crossed the boundary")
        return int(value)
    return value  # type: ignore[return-value]


@contextmanager
def _without_pandas_notes() -> Iterator[None]:
    """PySpark warns of the newest pandas whenever Arrow is used, although no pandas is."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)
        yield


TOO_LARGE = ("ARITHMETIC_OVERFLOW", "CAST_OVERFLOW", "NUMERIC_VALUE_OUT_OF_RANGE", "CAST_INVALID_INPUT")


@contextmanager
def _plainly(session: Any) -> Iterator[None]:
    """Turn what a user can mend into plain words; Spark's own text may quote the data, so only its class is shown."""
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as error:
        kind = str(error.getCondition() or "")
        parameters = error.getMessageParameters() or {}
        if kind.startswith("TABLE_OR_VIEW_NOT_FOUND"):
            given = str(parameters.get("relationName", "")).replace("`", "")
            known = [("", str(t.name)) for t in session.catalog.listTables()]
            fix = near_table(given.split(".")[-1], known).replace("'.", "'")
            raise DataError(Problem("UP576", f"Spark has no table {given}", fix=fix)) from error
        if kind.startswith(TOO_LARGE) or any(word in str(error) for word in TOO_LARGE):
            problem = Problem("UP583", "a number does not fit: Spark stopped it", fix="declare fewer decimals")
            raise NumberTooLargeError(problem) from error
        fix = "see whether the query runs in its own tool"
        name = str(parameters.get("objectName", "")) if kind.startswith("UNRESOLVED_COLUMN") else ""
        said = f"there is no column {name}" if name else kind.replace("_", " ").lower() or "see its log"
        raise DataError(Problem("UP577", f"Spark refuses: {said}", fix=fix)) from error
