"""Connections by name: `connection: warehouse` is UPLIFT_WAREHOUSE in the environment, or a keyring's entry.

An address holds a password. It is read here, handed to the driver and kept nowhere: no message, log, result or report
repeats it, and messages of drivers are put into our own words before anybody sees them.
"""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path

from uplift.engine.adapter import Warehouse
from uplift.errors import DataError, Problem

SERVICE = "uplift"
SCHEMES = "postgresql://…, sc://… or spark://… (Spark), or duckdb:<file>"


class Address:
    """A connection string that does not show itself."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return f"{self.scheme}:…"

    @property
    def scheme(self) -> str:
        """The word before the colon."""
        return self._text.split(":", 1)[0].strip().lower()

    def reveal(self) -> str:
        """The text itself, for the driver only."""
        return self._text


def variable(connection: str) -> str:
    """The environment variable of a connection.

    >>> variable("warehouse"), variable("crm-data")
    ('UPLIFT_WAREHOUSE', 'UPLIFT_CRM_DATA')
    """
    return "UPLIFT_" + re.sub(r"\W", "_", connection).upper()


def address_of(connection: str) -> Address:
    """The address of a connection. Raises DataError (UP572) where it is not given."""
    name = variable(connection)
    text = os.environ.get(name, "").strip() or _from_keyring(connection)
    if not text:
        raise DataError(
            Problem(
                "UP572",
                f"connection '{connection}' has no address: {name} is not set",
                fix=f"set it where uplift runs: export {name}='postgresql://user:password@host:5432/database'"
                f" (or, with the package keyring: keyring set {SERVICE} {connection})",
            )
        )
    return Address(text)


def _from_keyring(connection: str) -> str | None:
    if importlib.util.find_spec("keyring") is None:
        return None
    import keyring  # type: ignore[import-not-found,unused-ignore]
    from keyring.errors import KeyringError  # type: ignore[import-not-found,unused-ignore]

    try:
        found: str | None = keyring.get_password(SERVICE, connection)
    except KeyringError:
        return None
    return found


def open_warehouse(connection: str) -> Warehouse:
    """Open the database behind a connection.

    Raises DataError: UP570 an address of a kind without an adapter (or its extra is missing), UP572 no address, UP573
    unreachable.
    """
    address = address_of(connection)
    if address.scheme in ("postgres", "postgresql"):
        _require("psycopg", "uplift-crm[postgres]", connection)
        from uplift.engine.postgres_engine import PostgresEngine

        return PostgresEngine(address.reveal())
    if address.scheme == "duckdb":
        from uplift.engine.duckdb_file import DuckDBFile

        return DuckDBFile(Path(address.reveal().split(":", 1)[1].removeprefix("//")).expanduser())
    if address.scheme in ("spark", "sc", "local"):
        _require("pyspark", "uplift-crm[spark]", connection)
        if address.scheme == "sc":
            _require("grpc", "pyspark[connect]", connection)
        from uplift.engine.spark_engine import SparkEngine

        return SparkEngine(address.reveal())
    raise DataError(
        Problem(
            "UP570",
            f"connection '{connection}' is of a kind that can't be read",
            fix=f"{variable(connection)} begins with {SCHEMES}; from anything else export Parquet or CSV: file: …",
        )
    )


def _require(module: str, package: str, connection: str) -> None:
    if importlib.util.find_spec(module) is None:
        raise DataError(
            Problem(
                "UP570",
                f"connection '{connection}' needs the package {module}, which is not installed",
                fix=f"pip install '{package}'",
            )
        )
