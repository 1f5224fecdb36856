"""The CDNOW purchases, read by path from the installed lifetimes package, and small shops made on the spot."""

from __future__ import annotations

import datetime
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import yaml

from uplift.customers.history import History, read_history, study_of
from uplift.customers.score import score
from uplift.engine import DuckDBEngine
from uplift.results.customers_json import as_json
from uplift.spec import load_project

CDNOW_END = datetime.date(1998, 7, 1)


def cdnow_folder() -> Path:
    """Where lifetimes keeps its data; the package itself is not imported (its loader needs a module that is gone)."""
    found = importlib.util.find_spec("lifetimes")
    if found is None or found.origin is None:
        pytest.skip("the package lifetimes, which ships the CDNOW purchases, is not installed")
    return Path(found.origin).parent / "datasets"


@pytest.fixture(scope="session")
def cdnow() -> Path:
    return cdnow_folder()


def project_in(folder: Path, purchases: str, *, customers: Mapping[str, Any] | None = None, **more: Any) -> Path:
    """A project of orders (a SELECT over anything DuckDB reads) with a `customers` block; the path of project.yml."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "experiments").mkdir(exist_ok=True)
    with duckdb.connect() as con:
        con.execute(f"COPY ({purchases}) TO '{folder}/data/orders.parquet' (FORMAT parquet)")
    orders = {"file": "../data/orders.parquet", "grain": "event", "id": "customer_id", "time": "ordered_at"}
    content = {
        "uplift": 1,
        "sources": {"orders": orders} | dict(more.pop("sources", {})),
        "customers": {"id_type": "integer", "purchases": {"source": "orders", "value": "amount"}}
        | dict(customers or {}),
    } | more
    path = folder / "experiments" / "project.yml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
    return path


def history_of(project: Path, as_of: datetime.date) -> History:
    """The purchases of a project, read through the engine."""
    found, document = load_project(project)
    with DuckDBEngine() as engine:
        return read_history(engine, study_of(found, document), as_of=as_of, folder=project.parent.parent / "work")


@pytest.fixture(scope="session")
def cdnow_project(cdnow: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All 23,570 customers of CDNOW as a project."""
    lines = (cdnow / "CDNOW_master.txt").read_text("ascii").splitlines()[1:]
    rows = [line.split() for line in lines]
    table = pd.DataFrame(
        {
            "customer_id": [int(row[0]) for row in rows],
            "ordered_at": pd.to_datetime([row[1] for row in rows], format="%Y%m%d").date,
            "amount": [float(row[3]) for row in rows],
        }
    )
    folder = tmp_path_factory.mktemp("cdnow")
    with duckdb.connect() as con:
        con.register("rows", table)
        con.execute(f"COPY (SELECT * FROM rows) TO '{folder}/rows.parquet' (FORMAT parquet)")
    return project_in(
        folder,
        f"SELECT customer_id, CAST(ordered_at AS DATE) AS ordered_at, CAST(amount AS DECIMAL(10,2)) AS amount "
        f"FROM '{folder}/rows.parquet'",
        currency="USD",
    )


@pytest.fixture(scope="session")
def cdnow_history(cdnow_project: Path) -> History:
    return history_of(cdnow_project, CDNOW_END)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up shop with its scores and the figures beside them; the path of its project.yml."""
    from tests.customers.shops import SCORED_ON, made_up_shop

    path = made_up_shop(tmp_path_factory.mktemp("shop"))
    project, document = load_project(path)
    done = score(project, document, as_of=SCORED_ON)
    done.table.with_suffix(".json").write_text(as_json(done.result), "utf-8")
    return path
