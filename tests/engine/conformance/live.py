"""A warehouse that somebody has, behind an address, and our statements as it would run them: no table is made there."""

from __future__ import annotations

import contextlib
import datetime
import importlib
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import sqlglot

from uplift.engine import Engine
from uplift.engine.adapter import EngineColumn, Value, quoted, text_literal
from uplift.engine.dialects import relations_in, translated

Rows = list[tuple[str, ...]]
TYPES = {
    "boolean": "BOOLEAN", "integer": "BIGINT", "text": "VARCHAR", "date": "DATE", "timestamp": "TIMESTAMP",
    "float": "DOUBLE",
}  # fmt: skip


def connect(address: str) -> Any:
    """A DB-API connection: its driver is the warehouse's own package.

    bigquery://project?location=EU (google-cloud-bigquery, default credentials),
    snowflake://user:password@account/database/schema?warehouse=w&role=r (snowflake-connector-python),
    databricks://token:<token>@host/sql/1.0/warehouses/<id> (databricks-sql-connector),
    trino://user:password@host:443/catalog/schema (trino), postgresql://… (psycopg).
    """
    parts = urlsplit(address)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    host, folders = parts.hostname or "", [unquote(part) for part in parts.path.split("/") if part]
    if parts.scheme == "bigquery":
        client = importlib.import_module("google.cloud.bigquery").Client(project=host, **asked)
        return importlib.import_module("google.cloud.bigquery.dbapi").connect(client)
    if parts.scheme == "snowflake":
        place = dict(zip(("database", "schema"), folders, strict=False))
        return importlib.import_module("snowflake.connector").connect(
            account=host, user=user, password=password, **place, **asked
        )
    if parts.scheme == "databricks":
        sql = importlib.import_module("databricks.sql")
        return sql.connect(server_hostname=host, http_path=parts.path, access_token=password, **asked)
    if parts.scheme == "trino":
        place = dict(zip(("catalog", "schema"), folders, strict=False))
        more: dict[str, Any] = {}
        if password:
            more = {
                "http_scheme": "https",
                "auth": importlib.import_module("trino.auth").BasicAuthentication(user, password),
            }
        return importlib.import_module("trino.dbapi").connect(
            host=host, port=parts.port or (443 if password else 8080), user=user, **place, **more, **asked
        )
    return importlib.import_module("psycopg").connect(address, autocommit=True)


@contextlib.contextmanager
def asking(address: str) -> Iterator[Callable[[str], Rows]]:
    """Run queries there; rows as sorted texts, whole numbers whatever type the driver gives them."""
    connection = connect(address)

    def ask(sql: str) -> Rows:
        cursor = connection.cursor()
        try:
            cursor.execute(sql)
            return told(cursor.fetchall())
        finally:
            cursor.close()

    try:
        yield ask
    finally:
        connection.close()


def told(rows: Any) -> Rows:
    """Rows as sorted texts."""
    return sorted(tuple(map(_text, row)) for row in rows)


def _text(value: object) -> str:
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    return str(value)


def with_rows(engine: Engine, sql: str, dialect: str) -> str:
    """A statement of the core in another dialect, with the rows of every relation that it reads written before it."""
    parts = []
    for name in relations_in(sql):
        columns = engine.columns(name)
        chosen = ", ".join(quoted(c.name) for c in columns)
        rows = engine.run(f"SELECT {chosen} FROM {quoted(name)}")
        text = sqlglot.transpile(_written(columns, rows), read="duckdb", write=dialect, identify=True)[0]
        own = sqlglot.exp.to_identifier(name, quoted=True).sql(dialect=dialect)
        parts.append(f"{own} AS ({text})")
    return f"{'WITH ' if parts else ''}{', '.join(parts)} {translated(sql, dialect)}"


def _written(columns: tuple[EngineColumn, ...], rows: list[tuple[Value, ...]]) -> str:
    """Rows as literals: texts, cast outside, since not every warehouse casts in VALUES."""
    there = [any(row[i] is not None for row in rows) for i in range(len(columns))]
    names = [f"c{i}" for i in range(len(columns))]
    cast = ", ".join(
        f"CAST({name if some else 'NULL'} AS {_type(column)}) AS {quoted(column.name)}"
        for name, column, some in zip(names, columns, there, strict=True)
    )
    values = ", ".join("(" + ", ".join(_literal(value) for value in row) + ")" for row in rows)
    return f"SELECT {cast} FROM (VALUES {values}) AS written({', '.join(names)})"


def _type(column: EngineColumn) -> str:
    return f"DECIMAL(18, {column.decimals})" if column.physical == "decimal" else TYPES[column.physical]


def _literal(value: Value) -> str:
    return "NULL" if value is None else text_literal(str(value).lower() if isinstance(value, bool) else str(value))
