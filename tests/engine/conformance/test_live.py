"""Opt-in: every statement of a measurement on a warehouse of yours, against DuckDB; 0 values may differ.

    UPLIFT_LIVE_TRINO='trino://me:password@host:443/catalog/schema' pytest tests/engine/conformance/test_live.py

The forms of addresses, and the driver that each needs, stand in `live.py`. Rows travel inside the statements: reading
is enough, nothing is made there, and no data of yours are read. PostgreSQL, which the tests have, shows in every run
that this way of asking works.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlglot

from tests.engine.conformance import shop
from tests.engine.conformance.live import Rows, asking, told, with_rows
from tests.engine.conformance.test_statements import EXPRESSIONS, PortableDuckDB
from tests.engine.studies import LATER
from tests.servers import PostgresServer
from uplift.assignment.dialects import DIALECTS as HASHES
from uplift.assignment.dialects import selftest_sql
from uplift.engine import DuckDBEngine, Measurement
from uplift.engine.dialects import translated
from uplift.engine.measure import measure

CONTACTS = 12
WAREHOUSES = ("postgres", "bigquery", "snowflake", "databricks", "trino")
Ask = Callable[[str], Rows]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DuckDBEngine, Measurement]]:
    """A small shop, measured by an engine that stays open: its relations are what the statements read."""
    folder: Path = tmp_path_factory.mktemp("live")
    shop.write(folder, "integer", contacts=CONTACTS)
    study = shop.study(folder, "integer", written="America/New_York")
    who = shop.assigned(folder, "integer", contacts=CONTACTS)
    with PortableDuckDB() as engine:
        yield engine, measure(study, who, as_of=LATER, cache_dir=folder / "cache", engine=engine, course=True)


@pytest.mark.parametrize("dialect", WAREHOUSES[1:])
def test_every_stage_can_be_written_with_its_rows(here: tuple[DuckDBEngine, Measurement], dialect: str) -> None:
    engine, found = here
    for stage, text in found.sql:
        if stage.startswith(("days", "assigned")):
            continue  # written like the facts
        written = with_rows(engine, text.replace(":cap_", ""), dialect)
        assert sqlglot.parse_one(written, read=dialect).sql(dialect=dialect)
        assert len(written) < 250_000  # what BigQuery and Trino take, by far


@pytest.fixture(scope="module", params=WAREHOUSES)
def there(request: pytest.FixtureRequest, postgres: PostgresServer) -> Iterator[tuple[str, Ask]]:
    """A dialect and a way to ask a warehouse that speaks it."""
    dialect = str(request.param)
    variable = f"UPLIFT_LIVE_{dialect.upper()}"
    address = os.environ.get(variable) or (postgres.reader if dialect == "postgres" else None)
    if address is None:
        pytest.skip(
            f"set {variable} to the address of a warehouse of yours (its forms: tests/engine/conformance/live.py)"
        )
    with asking(address) as ask:
        yield dialect, ask


def test_every_stage_gives_the_same_rows_there(here: tuple[DuckDBEngine, Measurement], there: tuple[str, Ask]) -> None:
    (engine, found), (dialect, ask) = here, there
    cap = next(str(metric.cap) for metric in found.metrics.values() if metric.cap is not None)
    for stage, text in found.sql:
        sql = re.sub(r":cap_\d+", cap, text)
        assert ask(with_rows(engine, sql, dialect)) == told(engine.run(sql)), stage


def test_single_values_are_the_same_there(here: tuple[DuckDBEngine, Measurement], there: tuple[str, Ask]) -> None:
    (engine, _), (dialect, ask) = here, there
    for sql in EXPRESSIONS:
        assert ask(translated(sql, dialect)) == told(engine.run(sql)), sql


def test_the_hash_of_the_assignment_is_the_same_there(there: tuple[str, Ask]) -> None:
    dialect, ask = there
    name = {"postgres": "postgresql", "databricks": "spark"}.get(dialect, dialect)
    if name not in HASHES:
        pytest.skip(f"there is no assignment by SQL for {dialect}")
    assert ask(selftest_sql(name)) == [("True",)]  # type: ignore[arg-type]
