"""Tables that a program hands over give the bits that files give."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest

from tests.engine.conformance import shop
from tests.engine.conformance.tables import Cells, cells
from tests.engine.studies import measured
from uplift.engine import Assigned
from uplift.engine.given import with_sources
from uplift.errors import DataError
from uplift.spec import spec_hash
from uplift.spec.study import Study


@pytest.fixture(scope="module")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Assigned, Cells]:
    folder = tmp_path_factory.mktemp("given")
    shop.write(folder, "string")
    study, who = shop.study(folder, "string"), shop.assigned(folder, "string")
    return study, who, cells(measured(study, who))


def as_kind(kind: str, path: Path) -> Any:
    if kind == "pandas":
        return pd.read_parquet(path)
    if kind == "polars":
        return pl.read_parquet(path)
    if kind == "lazy polars":
        return pl.scan_parquet(path)
    if kind == "arrow":
        return pl.read_parquet(path).to_arrow()
    return duckdb.sql(f"FROM '{path}'") if kind == "duckdb" else str(path)


KINDS = [
    "pandas",
    "polars",
    *(pytest.param(k, marks=pytest.mark.slow) for k in ("lazy polars", "arrow", "duckdb", "a path")),
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_in_memory_gives_the_bits_of_its_file(
    kind: str, shop_folder: tuple[Study, Assigned, Cells], tmp_path: Path
) -> None:
    study, who, in_files = shop_folder
    tables = {name: as_kind(kind, study.root / f"{name}.parquet") for name in ("contacts", "orders", "mails")}
    if kind == "pandas":  # pandas has no decimals of its own: money comes as floats of cents
        tables["orders"] = tables["orders"].astype({"net": float, "refund": float})
    readable = with_sources(study, tables, cache=tmp_path)
    assert cells(measured(readable, who, cache=f"cache {kind}")) == in_files


def test_a_duckdb_file_is_read_by_the_source_s_name(shop_folder: tuple[Study, Assigned, Cells], tmp_path: Path) -> None:
    study, who, in_files = shop_folder
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as con:
        con.execute(f"CREATE TABLE orders AS FROM '{study.root / 'orders.parquet'}'")
    readable = with_sources(study, {"orders": tmp_path / "shop.duckdb"}, cache=tmp_path)
    assert cells(measured(readable, who, cache="cache file")) == in_files
    with pytest.raises(DataError, match=r"UP589(?s:.*)no table 'mails'(?s:.*)it has: orders"):
        with_sources(study, {"mails": tmp_path / "shop.duckdb"}, cache=tmp_path)


def test_zoned_pandas_times_are_points_in_time(tmp_path: Path) -> None:
    shop.write(tmp_path, "integer")
    study, who = shop.study(tmp_path, "integer"), shop.assigned(tmp_path, "integer")
    orders = pd.read_parquet(tmp_path / "orders.parquet")
    zoned = orders.assign(ordered_at=orders["ordered_at"].dt.tz_localize("UTC").dt.tz_convert("Asia/Kolkata"))
    in_utc = shop.study(tmp_path, "integer", written="UTC")
    assert cells(measured(with_sources(study, {"orders": zoned}, cache=tmp_path), who)) == cells(measured(in_utc, who))


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis calls DuckDB by its old names
def test_an_ibis_table_is_taken(shop_folder: tuple[Study, Assigned, Cells], tmp_path: Path) -> None:
    """A table of a file, and an expression that is computed only when it is asked for."""
    ibis = pytest.importorskip("ibis")
    pytest.importorskip("pyarrow_hotfix", reason="ibis without its extra for DuckDB has no tables")
    study, who, in_files = shop_folder
    table = ibis.duckdb.connect().read_parquet(study.root / "orders.parquet")
    assert cells(measured(with_sources(study, {"orders": table}, cache=tmp_path), who, cache="ibis")) == in_files
    nothing = with_sources(study, {"orders": table.filter(table.net > 10**6)}, cache=tmp_path)
    buyers = measured(nothing, who, cache="ibis").sums("bought")
    assert {arm: sums.nonzero for arm, sums in buyers.items()} == {"control": 0, "treatment": 0}


@pytest.mark.parametrize("dtype", [None, str], ids=["as Excel has it", "as texts"])
def test_a_workbook_is_taken_through_pandas(
    shop_folder: tuple[Study, Assigned, Cells], tmp_path: Path, dtype: type | None
) -> None:
    """Cents, times and ids survive. Only an empty text is no value in a workbook, which one metric of the shop sees."""
    pytest.importorskip("openpyxl")
    study, who, in_files = shop_folder
    orders = pd.read_parquet(study.root / "orders.parquet")
    orders.astype({"net": float, "refund": float}).to_excel(tmp_path / "orders.xlsx", index=False)
    table = pd.read_excel(tmp_path / "orders.xlsx", dtype=dtype)
    found = cells(measured(with_sources(study, {"orders": table}, cache=tmp_path), who, cache=f"workbook {dtype}"))
    assert {key[0] for key, value in in_files.items() if found[key] != value} == {"odd"}


def test_what_is_no_table_is_refused_and_so_is_an_unknown_name(
    shop_folder: tuple[Study, Assigned, Cells], tmp_path: Path
) -> None:
    study, _, _ = shop_folder
    with pytest.raises(DataError, match=r"UP589(?s:.*)datetime\.date, which is no table"):
        with_sources(study, {"orders": datetime.date(2026, 1, 1)}, cache=tmp_path)
    with pytest.raises(DataError, match=r"UP589(?s:.*)no source 'ordres'(?s:.*)did you mean 'orders'"):
        with_sources(study, {"ordres": pd.DataFrame({"a": [1]})}, cache=tmp_path)


def test_the_same_table_is_kept_once_and_the_file_of_the_project_stays_as_it_was(
    shop_folder: tuple[Study, Assigned, Cells], tmp_path: Path
) -> None:
    study, _, _ = shop_folder
    frame = pd.DataFrame({"customer_id": ["a"], "age": [3]})
    first = with_sources(study, {"contacts": frame}, cache=tmp_path)
    again = with_sources(study, {"contacts": frame.copy()}, cache=tmp_path)
    assert first.source("contacts").file == again.source("contacts").file
    assert len(list(tmp_path.glob("given*"))) == 1
    assert spec_hash(study) == spec_hash(with_sources(study, {}, cache=tmp_path))
