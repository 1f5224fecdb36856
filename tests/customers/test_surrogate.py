from __future__ import annotations

import datetime
from pathlib import Path

import duckdb
import numpy as np
import pytest
import yaml

from tests.customers.conftest import project_in
from uplift.analysis import analyze
from uplift.assignment import assign
from uplift.customers.surrogate import with_predictions
from uplift.design import findings
from uplift.engine import Assigned
from uplift.errors import SpecError
from uplift.results import Result
from uplift.spec import load_project, load_study
from uplift.spec.study import Study
from uplift.store import Store

START = datetime.date(2026, 3, 2)
AFTER = datetime.date(2026, 4, 10)


def experiment_in(folder: Path, *, boost: int = 0, primary: str = "buyers") -> Study:
    """1,200 customers with a year of orders; in the window `boost` of 4 treated contacts buy once more."""
    rng = np.random.default_rng(6)
    orders = []
    for unit in range(1, 1_201):
        rate, day = rng.gamma(1.2, 1 / 60), float(rng.integers(0, 300))
        while day < 425:
            orders.append((unit, int(day), int(rng.gamma(3, 900)) + 500))
            day += rng.exponential(1 / rate)
            if rng.random() < 0.12:
                break
    _write(folder, orders)
    project = project_in(
        folder,
        f"SELECT * FROM '{folder}/raw.parquet'",
        sources={"contacts": {"file": "../data/contacts.parquet", "id": "customer_id"}},
        metrics={
            "buyers": {"kind": "proportion", "source": "orders"},
            "value": {"kind": "mean", "model": "predicted_value", "format": "money", "title": "Customer value"},
        },
    )
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT i::BIGINT AS customer_id FROM range(1, 1201) AS r(i)) "
            f"TO '{folder}/data/contacts.parquet' (FORMAT parquet)"
        )
    secondary = [{"metric": name, "window": "30d"} for name in ("buyers", "value") if name != primary]
    experiment = {
        "uplift": 1,
        "id": "value",
        "owner": "crm",
        "hypothesis": "It works.",
        "status": "running",
        "unit": {"id": "customer_id", "type": "integer"},
        "audience": {"source": "contacts", "expected_size": 1_200},
        "arms": {"control": {"weight": "50%", "control": True}, "treatment": {"weight": "50%"}},
        "schedule": {"start": START},
        "metrics": {"primary": {"metric": primary, "window": "30d", "mde": "5%"}, "secondary": secondary},
    }
    project.with_name("value.yml").write_text(yaml.safe_dump(experiment, sort_keys=False), "utf-8")
    study = load_study(project.with_name("value.yml"))
    with Store.open(study.root / study.project.state) as store:
        assign(study, on=START, store=store)
        ledger = store.ledger.files("value")
    if boost:
        with duckdb.connect() as con:
            rows = con.execute(
                f"SELECT unit_id::INT FROM read_parquet('{ledger[0]}') WHERE arm = 'treatment' AND "
                f"unit_id::INT % 4 < {boost}"
            ).fetchall()
        _write(folder, orders + [(unit, 440, 3_000) for (unit,) in rows])
        project_text = project.read_text()
        project_in(folder, f"SELECT * FROM '{folder}/raw.parquet'")
        project.write_text(project_text)
    return study


def _write(folder: Path, orders: list[tuple[int, int, int]]) -> None:
    values = ", ".join(f"({unit}, {day}, {cents})" for unit, day, cents in orders)
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT col0::BIGINT AS customer_id, DATE '2025-01-01' + col1 AS ordered_at, "
            f"(col2 / 100)::DECIMAL(9,2) AS amount FROM (VALUES {values})) TO '{folder}/raw.parquet' (FORMAT parquet)"
        )


@pytest.fixture(scope="module")
def nothing_happened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Result]:
    study = experiment_in(tmp_path_factory.mktemp("aa"))
    return study, analyze(study, as_of=AFTER)


def _value(result: Result) -> float:
    found = next(m for m in result.metrics if m.name == "value").uplift("treatment").relative
    assert found is not None
    return found


def test_the_value_is_measured_labelled_and_told_to_be_a_surrogate(nothing_happened: tuple[Study, Result]) -> None:
    metric = next(m for m in nothing_happened[1].metrics if m.name == "value")
    assert metric.title == "Customer value (surrogate)"
    assert metric.format == "money"
    assert sum(n for _, n in metric.mature) == 1_200
    assert "UP672" in {check.code for check in nothing_happened[1].checks}
    assert nothing_happened[1].not_evaluated == ()


def test_a_programme_that_brings_purchases_raises_the_value_and_one_that_does_not_leaves_it(
    nothing_happened: tuple[Study, Result], tmp_path: Path
) -> None:
    interval = next(m for m in nothing_happened[1].metrics if m.name == "value").uplift("treatment").relative_interval
    assert interval is not None
    assert interval.low is not None
    assert interval.high is not None
    assert interval.low < 0 < interval.high
    boosted = analyze(experiment_in(tmp_path, boost=2), as_of=AFTER)
    assert _value(boosted) > _value(nothing_happened[1]) + 0.1


def test_the_model_does_not_see_the_arm(nothing_happened: tuple[Study, Result], tmp_path: Path) -> None:
    """The same contacts under exchanged arms have the same values, byte for byte."""
    study, _ = nothing_happened
    with Store.open(study.root / study.project.state) as store:
        (ledger,) = store.ledger.files("value")
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT * REPLACE (CASE arm WHEN 'control' THEN 'treatment' ELSE 'control' END AS arm) "
            f"FROM read_parquet('{ledger}')) TO '{tmp_path}/exchanged.parquet' (FORMAT parquet)"
        )
    tables = []
    for k, path in enumerate((ledger, tmp_path / "exchanged.parquet")):
        found = with_predictions(study, Assigned.from_ledger([path]), as_of=AFTER, folder=tmp_path / str(k))
        file = found.source("value").file
        assert file is not None
        tables.append(Path(file).read_bytes())
    assert tables[0] == tables[1]


def test_a_surrogate_as_primary_is_warned_of(tmp_path: Path) -> None:
    study = experiment_in(tmp_path, primary="value")
    codes = {p.code for p in (*study.problems, *findings(study, today=START))}
    assert "UP672" in codes


def test_a_prediction_needs_purchases_and_is_a_mean(tmp_path: Path) -> None:
    path = project_in(tmp_path, "SELECT 1 AS customer_id, DATE '2026-01-01' AS ordered_at, 1.00 AS amount")
    content = yaml.safe_load(path.read_text())
    content["metrics"] = {"value": {"kind": "count", "model": "predicted_value"}}
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(SpecError, match=r"UP218.*kind: mean"):
        load_project(path)
