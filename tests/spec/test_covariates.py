"""Covariates in the YAML: what follows the assignment is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.studies import study_in
from uplift.errors import SpecError
from uplift.spec.study import Study

SOURCES: dict[str, Any] = {
    "contacts": {"file": "../contacts.parquet", "id": "customer_id"},
    "orders": {"file": "../orders.parquet", "grain": "event", "id": "customer_id", "time": "ordered"},
}
METRICS: dict[str, Any] = {
    "revenue": {"kind": "mean", "source": "orders", "value": "net", "format": "money"},
    "visit": {"kind": "proportion", "column": "visited"},
}


def study(folder: Path, **design: Any) -> Study:
    use = [("revenue", "30d")]
    return study_in(folder, sources=SOURCES, metrics=METRICS, use=use, more={"design": design})


def test_columns_of_the_past_are_taken(tmp_path: Path) -> None:
    found = study(tmp_path, variance_reduction="cuped", covariates=["orders_24m", "age"])
    assert found.experiment.design.covariates == ("orders_24m", "age")
    assert not {p.code for p in found.problems} & {"UP247", "UP248"}


@pytest.mark.parametrize("column", ["visited", "customer_id"])
def test_an_outcome_or_an_id_is_no_covariate(tmp_path: Path, column: str) -> None:
    with pytest.raises(SpecError, match="UP248"):
        study(tmp_path, variance_reduction="cuped", covariates=["age", column])


def test_a_covariate_stands_there_once(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="UP231"):
        study(tmp_path, variance_reduction="cuped", covariates=["age", "age"])


@pytest.mark.parametrize("design", [{"covariates": ["age"]}, {"lookback": "60d"}])
def test_covariates_that_nothing_uses_are_warned_of(tmp_path: Path, design: dict[str, Any]) -> None:
    assert "UP247" in {p.code for p in study(tmp_path, **design).problems}
