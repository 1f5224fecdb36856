"""The experiments that the project ships, on the demo's data: in files and in PostgreSQL, 0 cells differ."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tests.engine.conformance.tables import cells, into_postgres
from tests.engine.studies import write_parquet
from tests.servers import PostgresServer
from uplift.demo import generate
from uplift.engine import Assigned, DuckDBEngine
from uplift.engine.measure import measure
from uplift.spec import load_study
from uplift.spec.study import Study
from uplift.store.ledger import LEDGER_COLUMNS

ROOT = Path(__file__).parents[3]
SHIPPED = sorted(path.stem for path in (ROOT / "experiments").glob("*.yml") if path.stem != "project")
TYPED = {
    "orders": "customer_id::BIGINT AS customer_id, strptime(ordered_at, '%d.%m.%Y %H:%M') AS ordered_at, "
    "replace(net_amount, ',', '.')::DECIMAL(12, 2) AS net_amount, is_cancelled::BOOLEAN AS is_cancelled",
    "mail_events": "customer_id::BIGINT AS customer_id, strptime(event_at, '%d.%m.%Y %H:%M') AS event_at",
    "sends": "customer_id::BIGINT AS customer_id, strptime(sent_at, '%d.%m.%Y %H:%M') AS sent_at, opened::BOOLEAN AS opened",
}
FIRST_DAY = {"send-time-2026-06": "2026-05-01"}  # newsletters were sent until the end of May; else it is June


@pytest.fixture(scope="module")
def retailer(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[Path]:
    """The shipped project with the demo's data, events as files and as tables."""
    root = tmp_path_factory.mktemp("retailer")
    data = generate(root / "data")
    shutil.copytree(ROOT / "experiments", root / "experiments")
    for name, typed in TYPED.items():
        raw = f"read_csv('{root}/data/{name}.csv', delim = ';', header = true, all_varchar = true)"
        write_parquet(root / f"{name}.parquet", f"SELECT * REPLACE ({typed}) FROM {raw}")
    into_postgres(postgres.dsn, "retailer", root, tuple(TYPED))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UPLIFT_WAREHOUSE", postgres.reader)
        assert data.n_orders > 100_000
        yield root


def in_the_warehouse(study: Study) -> Study:
    """The same study with its events in the tables."""
    sources = dict(study.project.sources)
    for name in TYPED:
        place = {"file": None, "csv": None, "table": f"retailer.{name}", "connection": "warehouse"}
        sources[name] = sources[name].model_copy(update=place)
    return replace(study, project=study.project.model_copy(update={"sources": sources}))


def pretended(study: Study, root: Path) -> Assigned:
    """Every eleventh contact, arms in turn, over three weeks from two years of orders: for every experiment alike."""
    arms = list(study.experiment.arms)
    columns = {name: f"CAST(NULL AS {kind})" for name, kind in LEDGER_COLUMNS} | {
        "experiment_id": f"'{study.experiment.id}'",
        "unit_id": "customer_id",
        "cluster_id": "household_id" if study.experiment.unit.cluster else "CAST(NULL AS VARCHAR)",
        "arm": f"{arms!r}[CAST(n % {len(arms)} AS BIGINT) + 1]",
        "salt_epoch": "1",
        "weight_epoch": "1",
        "status": "'assigned'",
        "assigned_at": f"TIMESTAMP '{FIRST_DAY.get(study.experiment.id, '2026-06-01')}' + to_days(CAST(n % 21 AS INTEGER))",
        "stratum": "country" if study.experiment.assignment.strata else "CAST(NULL AS VARCHAR)",
    }
    selected = ", ".join(f"{value} AS {name}" for name, value in columns.items())
    rows = f"SELECT *, row_number() OVER (ORDER BY customer_id) AS n FROM read_csv('{root}/data/contacts.csv', all_varchar = true)"
    path = root / f"{study.experiment.id}.parquet"
    return Assigned.from_ledger([write_parquet(path, f"SELECT {selected} FROM ({rows}) WHERE n % 11 = 0")])


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_experiment_has_the_same_bits_in_postgresql(retailer: Path, name: str) -> None:
    study = load_study(retailer / "experiments" / f"{name}.yml")
    who, day = pretended(study, retailer), datetime.date(2026, 9, 15)
    found = []
    for place in (study, in_the_warehouse(study)):
        with DuckDBEngine() as engine:
            found.append(measure(place, who, as_of=day, cache_dir=retailer / "cache", engine=engine, course=True))
    files, warehouse = found
    assert cells(warehouse) == cells(files)
    assert any(sums.nonzero for metric in files.metrics.values() for sums in metric.by_arm().values())
    assert {read.fingerprint for read in warehouse.sources} != {read.fingerprint for read in files.sources}
    assert duckdb.__version__
