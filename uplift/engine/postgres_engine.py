"""PostgreSQL as a place where sources live: read in one snapshot, nothing written but temporary tables.

A role that may read and make temporary tables is enough. Everything runs in one transaction, so that all sources are
seen as of one moment; each query runs read-only inside of it. psycopg itself stops a running statement at Ctrl-C.
"""

from __future__ import annotations

import contextlib
import datetime
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uplift.engine.adapter import (
    CancelledError,
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

if TYPE_CHECKING:
    import psycopg
    from psycopg import sql as psql

TYPES: dict[str, Physical] = {
    "bool": "boolean", "int2": "integer", "int4": "integer", "int8": "integer", "float4": "float", "float8": "float",
    "text": "text", "varchar": "text", "bpchar": "text", "name": "text", "uuid": "text", "citext": "text",
    "date": "date", "timestamp": "timestamp", "timestamptz": "timestamptz",
}  # fmt: skip
SQL_TYPES: dict[Physical, str] = {
    "boolean": "boolean", "integer": "bigint", "float": "double precision", "text": 'text COLLATE "C"', "date": "date",
    "timestamp": "timestamp", "timestamptz": "timestamptz", "decimal": "numeric", "other": "text",
}  # fmt: skip
PATIENCE = 15  # seconds to wait for a server that does not answer
MARGIN = datetime.timedelta(days=2)
SETTINGS = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "standard_conforming_strings": "on",
    "extra_float_digits": "1",
    "client_encoding": "UTF8",
}


class PostgresEngine:
    """One connection and one snapshot of a PostgreSQL server (12 or newer)."""

    def __init__(self, address: str) -> None:
        import psycopg
        from psycopg.conninfo import make_conninfo

        try:
            target = make_conninfo(address, application_name="uplift", connect_timeout=PATIENCE)
            self._connection: psycopg.Connection[Any] = psycopg.connect(target, autocommit=True)
        except psycopg.Error as error:
            # The driver's own words may repeat the connection string, so they are not handed on as they are.
            raise DataError(_unreachable(error)) from None
        for name, value in SETTINGS.items():
            self._connection.execute(f"SET {name} = '{value}'")
        self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        self._relations = Relations("postgres")
        self._columns: dict[str, tuple[EngineColumn, ...]] = {}

    def capabilities(self) -> Capabilities:
        """Name, version and types of this engine."""
        version = self._connection.info.server_version
        return Capabilities("postgres", f"{version // 10000}.{version % 10000}", "DECIMAL(38, 0)", reads_files=False)

    def run(self, sql: str) -> Rows:
        """Run a statement of the portable core and fetch its rows; sums come back as integers, never as floats."""
        with self._reading() as cursor:
            cursor.execute(_text(self._relations.statement(sql)))
            return [tuple(map(_value, row)) for row in cursor.fetchall()]

    def define(self, name: str, sql: str) -> None:
        """Give a query a name, replacing what had it; nothing is created in the database."""
        self._relations.name(name, sql)
        self._columns.pop(name, None)

    def columns(self, name: str) -> tuple[EngineColumn, ...]:
        """The columns of a named relation."""
        if name not in self._columns:
            self._columns[name] = self._described(self._relations.statement(f"SELECT * FROM {quoted(name)} LIMIT 0"))
        return self._columns[name]

    def relate(self, name: str, source: Source, between: Period | None) -> None:
        """Name the rows of a table or query; texts are compared byte by byte, whatever the collation."""
        native = f"SELECT * FROM {table_name(source.table)}" if source.table else query_text(source.query, "postgres")
        found = self._described(f"SELECT * FROM ({native}\n) AS q LIMIT 0")
        selected = ", ".join(
            f'CAST({quoted(c.name)} AS text) COLLATE "C" AS {quoted(c.name)}'
            if c.physical == "text"
            else quoted(c.name)
            for c in found
        )
        text = f"SELECT {selected} FROM ({native}\n) AS q"
        if between is not None and any(
            c.name == between.column and c.physical in ("date", "timestamp", "timestamptz") for c in found
        ):
            c, first, last = quoted(between.column), between.first - MARGIN, between.last + MARGIN
            text += f" WHERE {c} IS NULL OR ({c} >= '{first.isoformat()}' AND {c} < '{last.isoformat()}')"
        self._relations.name_native(name, text)
        self._columns[name] = found

    def bring(self, sql: str, columns: Sequence[EngineColumn], into: Engine, name: str) -> None:
        """Run a query here and keep its rows in another engine, columns in this order."""
        text = self._relations.statement(
            f"SELECT *, 1 FROM ({sql}) AS brought"
        )  # no line is blank, even if all is NULL
        with tempfile.TemporaryDirectory(prefix="uplift-") as folder:
            path = Path(folder) / "rows.csv"
            with self._reading() as cursor, path.open("wb") as file:
                copy_sql = _text(f"COPY ({text}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)")
                with cursor.copy(copy_sql) as copy:
                    for block in copy:
                        file.write(block)
            into.load_csv(name, columns, path)

    def send(self, name: str, columns: Sequence[EngineColumn], sql: str, out_of: Engine) -> None:
        """Keep the rows of another engine's query in a temporary table."""
        import psycopg

        types = ", ".join(f"{quoted(c.name)} {SQL_TYPES[c.physical]}" for c in columns)
        with tempfile.TemporaryDirectory(prefix="uplift-") as folder:
            path = Path(folder) / "rows.csv"
            out_of.dump_csv(sql, path)
            try:
                with self._plainly(), self._connection.transaction(), self._connection.cursor() as cursor:
                    cursor.execute(_text(f"CREATE TEMP TABLE {quoted(name)} ({types})"))
                    with (
                        cursor.copy(_text(f"COPY {quoted(name)} FROM STDIN (FORMAT csv)")) as copy,
                        path.open("rb") as f,
                    ):
                        while block := f.read(1 << 20):
                            copy.write(block)
                    cursor.execute(_text(f"ANALYZE {quoted(name)}"))
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction) as error:
                raise DataError(
                    Problem(
                        "UP577",
                        f"this role can't make temporary tables: {_primary(error)}",
                        fix="let it: GRANT TEMPORARY ON DATABASE …; a standby server can't, name the primary then",
                    )
                ) from error
        self._columns[name] = tuple(columns)

    def has(self, name: str) -> bool:
        """Whether a relation of this name was sent or named."""
        return name in self._columns

    def interrupt(self) -> None:
        """Stop the running statement (from another thread)."""
        self._connection.cancel_safe()

    def close(self) -> None:
        """Forget everything: temporary tables end with the connection."""
        self._connection.close()

    def _described(self, text: str) -> tuple[EngineColumn, ...]:
        with self._reading() as cursor:
            cursor.execute(_text(text))
            described = cursor.description or []
        return tuple(self._column(column) for column in described)

    def _column(self, column: psycopg.Column) -> EngineColumn:
        with self._reading() as cursor:
            cursor.execute("SELECT typname, typtype, typcategory FROM pg_type WHERE oid = %s", (column.type_code,))
            name, kind, category = (str(part) for part in cursor.fetchone() or ("", "", ""))
        if name == "numeric":
            if column.scale is None:  # any number of decimals: read like a float, but exactly
                return EngineColumn(column.name, "float", None, "numeric")
            physical: Physical = "decimal" if column.scale else "integer"
            return EngineColumn(
                column.name, physical, column.scale or None, f"numeric({column.precision},{column.scale})"
            )
        text = kind == "e" or (category == "S" and name not in TYPES)
        return EngineColumn(column.name, "text" if text else TYPES.get(name, "other"), None, name)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[psycopg.Cursor[Any]]:
        """A cursor in a block that can't write, and whose failure leaves the snapshot as it was."""
        with self._plainly(), self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
            yield cursor

    @contextlib.contextmanager
    def _plainly(self) -> Iterator[None]:
        """Turn what a user can mend into plain words."""
        import psycopg
        from psycopg import errors

        try:
            yield
        except errors.QueryCanceled as error:
            raise CancelledError(
                Problem("UP582", "the query was interrupted", fix="run it again; nothing half-done was kept")
            ) from error
        except (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction) as error:
            if "temporary" in str(error) or "CREATE TABLE" in str(error):
                raise
            raise _refused(error) from error
        except errors.UndefinedTable as error:
            raise DataError(self._no_table(error)) from error
        except (errors.NumericValueOutOfRange, errors.InvalidTextRepresentation) as error:
            raise NumberTooLargeError(
                Problem("UP583", f"a number does not fit: {_primary(error, shown=False)}", fix="declare fewer decimals")
            ) from error
        except (errors.OutOfMemory, errors.DiskFull) as error:
            raise DataError(
                Problem("UP580", f"the server ran out of room: {_primary(error)}", fix="ask who runs the server")
            ) from error
        except psycopg.OperationalError as error:
            raise DataError(_unreachable(error)) from None
        except psycopg.Error as error:
            raise _refused(error) from error

    def _no_table(self, error: psycopg.Error) -> Problem:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
                "WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname NOT LIKE 'pg\\_%' "
                "AND n.nspname <> 'information_schema' ORDER BY 1, 2 LIMIT 10000"
            )
            known = [(str(schema), str(table)) for schema, table in cursor.fetchall()]
        message = _primary(error)
        return Problem("UP576", f"the database says: {message}", fix=near_table(message, known))


def _text(text: str) -> psql.SQL:
    """A statement that we wrote: psycopg wants literal strings to be told from others."""
    from psycopg import sql as psql

    return psql.SQL(text)


def _value(value: object) -> Value:
    if isinstance(value, Decimal):
        if value != value.to_integral_value():
            raise AssertionError("a fraction crossed the boundary")
        return int(value)
    return value  # type: ignore[return-value]


def _primary(error: psycopg.Error, *, shown: bool = True) -> str:
    """The server's sentence, without the values that it may quote where these could be data."""
    text = error.diag.message_primary or type(error).__name__
    return text if shown else text.split(":", 1)[0]


def _refused(error: psycopg.Error) -> DataError:
    return DataError(
        Problem("UP577", f"the database refuses: {_primary(error)}", fix="see whether the query runs in its own tool")
    )


def _unreachable(error: psycopg.Error) -> Problem:
    text = str(error).lower()
    reasons = (
        (("password", "authentication", "role"), "it refuses the login", "check user and password"),
        (("does not exist",), "there is no such database", "check the name at the end of the address"),
        (("timeout", "timed out"), "it does not answer", "check address, port and firewall"),
        (("refused", "translate", "resolve", "name or service", "unreachable", "no route"),
         "no server answers there", "check address and port, and whether you are in its network"),
        (("ssl",), "it wants another encryption", "add ?sslmode=require, or what its administrator says"),
        (("terminat", "closed", "lost"), "it closed the connection", "run it again"),
    )  # fmt: skip
    for words, reason, fix in reasons:
        if any(word in text for word in words):
            return Problem("UP573", f"the database can't be reached: {reason}", fix=fix)
    fix = "it is written postgresql://user:password@host:5432/database"
    return Problem("UP573", "the database can't be reached: its address can't be read", fix=fix)
