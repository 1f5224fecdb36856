"""Several experiments on one scan: each is measured as if it had been read alone."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.engine.studies import ledger_of, study_in, write_parquet
from uplift.engine import Assigned, DuckDBEngine, Measurement
from uplift.engine.measure import measure, plans_of
from uplift.engine.shared import Due, build_unit_tables
from uplift.engine.units import kept_units
from uplift.errors import DataError
from uplift.spec import load_study

AS_OF = datetime.date(2026, 6, 1)
SOURCES: dict[str, Any] = {
    "contacts": {"file": "../contacts.parquet", "id": "customer_id"},
    "orders": {"file": "../orders.parquet", "grain": "event", "id": "customer_id", "time": "ordered"},
}
METRICS: dict[str, Any] = {
    "bought": {"kind": "proportion", "source": "orders"},
    "revenue": {"kind": "mean", "source": "orders", "value": "net", "format": "money"},
    "large": {"kind": "count", "source": "orders", "where": "net > 100"},
}
CUPED = {"variance_reduction": "cuped", "lookback": "20d"}


class Shop:
    """Four experiments on overlapping contacts: other windows, other days, one with a past, one of its own kind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        write_parquet(folder / "contacts.parquet", "SELECT range AS customer_id, range % 3 AS band FROM range(1, 2001)")
        write_parquet(
            folder / "orders.parquet",
            """SELECT (i * 7919) % 2100 AS customer_id, TIMESTAMP '2026-02-01 08:00:00' + INTERVAL (i % 90) DAY AS ordered,
            CASE WHEN i = 77 THEN 500.55 ELSE (i * 31 % 20000) / 100 END::DECIMAL(18, 2) AS net
            FROM range(6000) AS t(i)""",
        )
        study_in(folder, sources=SOURCES, metrics=METRICS)
        self.due = [
            self._due("first", {"metric": "revenue", "window": "14d"}, ["bought"], "2026-03-02", 0, 1200),
            self._due("second", {"metric": "bought", "window": "30d"}, ["revenue"], "2026-03-09", 600, 2000),
            self._due("third", {"metric": "revenue", "window": "21d"}, ["bought"], "2026-03-16", 300, 900, CUPED),
            self._due("fourth", {"metric": "large", "window": "7d"}, [], "2026-03-02", 0, 2000),
        ]

    def _due(
        self, name: str, primary: Any, others: list[str], day: str, low: int, high: int, design: Any = None
    ) -> Due:
        content = yaml.safe_load((self.folder / "experiments" / "test.yml").read_text())
        content["id"] = name
        content["segments"] = ["band"]
        content["metrics"] = {
            "primary": {**primary, "mde": "5%"},
            "secondary": [{"metric": other, "window": primary["window"]} for other in others],
        }
        if design:
            content["design"] = design
        path = self.folder / "experiments" / f"{name}.yml"
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        rows = ledger_of(
            self.folder / f"{name}-rows.parquet",
            f"SELECT i::VARCHAR AS unit_id, CASE WHEN i % 4 = 0 THEN 'control' ELSE 'treatment' END AS arm, "
            f"TIMESTAMP '{day}' + INTERVAL (i % 10) DAY AS assigned_at, 1 AS weight_epoch, NULL AS stratum "
            f"FROM range({low + 1}, {high + 1}) AS t(i)",
        )
        ledger = write_parquet(
            self.folder / f"{name}.parquet", f"SELECT * REPLACE ('{name}' AS experiment_id) FROM '{rows}'"
        )
        study = load_study(path)
        return Due(study, Assigned.from_ledger([ledger]), plans_of(study, course=True)[0])

    def measured(self, due: Due, cache: str) -> Measurement:
        with DuckDBEngine() as engine:
            return measure(
                due.study, due.assigned, as_of=AS_OF, cache_dir=self.folder / cache, engine=engine, course=True
            )

    def build(self, cache: str) -> int:
        (self.folder / cache).mkdir(exist_ok=True)
        with DuckDBEngine() as engine:
            return build_unit_tables(engine, self.due, cache=self.folder / cache, progress=lambda _stage: None)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    found = Shop(tmp_path_factory.mktemp("shop"))
    assert found.build("together") == 4
    return found


@pytest.mark.parametrize("number", range(4))
def test_an_experiment_on_a_shared_scan_is_measured_as_alone(shop: Shop, number: int) -> None:
    due = shop.due[number]
    alone, together = shop.measured(due, "alone"), shop.measured(due, "together")
    assert together == alone
    assert together.assigned == alone.assigned
    assert together.metric(due.metrics[0].name).by_arm()["control"].nonzero > 0


def test_what_is_kept_is_not_built_again(shop: Shop) -> None:
    assert shop.build("together") == 0


def test_the_tables_hold_the_same_contacts(shop: Shop) -> None:
    with DuckDBEngine() as engine:
        for due in shop.due:
            folders = (shop.folder / "alone", shop.folder / "together")
            shop.measured(due, "alone")
            one, other = (kept_units(engine, due.study, due.assigned, due.metrics, cache=f) for f in folders)
            assert one is not None
            assert other is not None
            for a, b in ((one.path, other.path), (one.days, other.days)):
                assert (a is None) == (b is None)
                if a is not None:
                    (differing,) = duckdb.sql(
                        f"SELECT count(*) FROM ((FROM '{a}' EXCEPT ALL FROM '{b}') UNION ALL "
                        f"(FROM '{b}' EXCEPT ALL FROM '{a}'))"
                    ).fetchall()[0]
                    assert differing == 0


def test_a_missing_value_is_refused_for_the_experiment_that_reads_it(tmp_path: Path) -> None:
    found = Shop(tmp_path)
    write_parquet(
        tmp_path / "orders.parquet",
        "SELECT 100 AS customer_id, TIMESTAMP '2026-03-04' AS ordered, NULL::DECIMAL(18, 2) AS net",
    )
    with pytest.raises(DataError, match="UP534"):
        found.build("refused")


def test_merges_are_read_as_each_experiment_reads_its_ids(tmp_path: Path) -> None:
    found = Shop(tmp_path)
    write_parquet(tmp_path / "merged.parquet", "SELECT 700 AS gone, 2050 AS kept")
    experiments = tmp_path / "experiments"
    project, fourth = (yaml.safe_load((experiments / f"{name}.yml").read_text()) for name in ("project", "fourth"))
    project["sources"]["merged"] = {"file": "../merged.parquet"}
    project["merges"] = {"source": "merged", "old": "gone", "into": "kept"}
    fourth["unit"]["type"] = "string"
    for name, content in (("project", project), ("fourth", fourth)):
        (experiments / f"{name}.yml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    studies = [load_study(experiments / f"{due.study.experiment.id}.yml") for due in found.due]
    before = [due.assigned for due in found.due]
    found.due = [Due(s, who, plans_of(s, course=True)[0]) for s, who in zip(studies, before, strict=True)]
    assert found.build("together") == 4
    assert found.build("together") == 0
    for due in found.due:
        assert found.measured(due, "together") == found.measured(due, "alone")
