"""The shop's tables in a database, as a data team would have loaded them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import psycopg

from tests.engine.conformance import shop
from uplift.engine import Measurement

POSTGRES_TYPES = {"VARCHAR": "text", "DOUBLE": "double precision"}
Cells = dict[tuple[Any, ...], Any]


def into_postgres(
    dsn: str, schema: str, folder: Path, names: tuple[str, ...] = ("contacts", "orders", "mails")
) -> None:
    """Make a schema with the tables of a folder's Parquet files."""
    with psycopg.connect(dsn, autocommit=True) as connection, duckdb.connect() as con:
        connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        connection.execute(f"CREATE SCHEMA {schema}")
        for name in names:
            columns = con.execute(f"DESCRIBE FROM '{folder / name}.parquet'").fetchall()
            types = ", ".join(f'"{column}" {POSTGRES_TYPES.get(kind, kind)}' for column, kind, *_ in columns)
            connection.execute(f"CREATE TABLE {schema}.{name} ({types})")
            with connection.cursor().copy(f"COPY {schema}.{name} FROM STDIN") as copy:
                for row in con.execute(f"FROM '{folder / name}.parquet'").fetchall():
                    copy.write_row(row)


def into_duckdb(path: Path, folder: Path) -> None:
    """Make a DuckDB file with the tables."""
    with duckdb.connect(str(path)) as con:
        for name in shop.rows("integer"):
            con.execute(f"CREATE TABLE {name} AS FROM '{folder / name}.parquet'")


def cells(found: Measurement) -> Cells:
    """Everything numeric that an engine yields: each sum of each metric in each cell, and who is counted."""
    numbers: Cells = {}
    for key, metric in found.metrics.items():
        numbers[key, "counted"] = (metric.mature, metric.immature, metric.missing)
        numbers[key, "scale"] = (metric.cap, metric.decimals, metric.preliminary, metric.covariates)
        numbers[key, "parts"] = (metric.segments, metric.course, metric.quantiles)
        for cell in metric.cells:
            own = (key, cell.arm, cell.weight_epoch, cell.stratum)
            numbers[*own, "n"] = (cell.sums.n, cell.sums.nonzero, cell.sums.decimals, cell.sums.shift)
            numbers[*own, "adjusting"] = cell.adjusting
            for exponents, total in cell.sums.powers.items():
                numbers[(*own, exponents)] = total
    numbers["assigned"] = found.assigned_cells  # type: ignore[index]
    return numbers
