"""Quantiles by counting: the very values that sorting the contacts finds."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.engine.studies import START, ledger_of, measured, study_in, write_parquet
from uplift.engine import Assigned, MetricSums
from uplift.stats.quantiles import outer_ranks, value_rank

SIZES = {"control": 150, "treatment": 850}


def quantile_of(folder: Path, values: list[float], share: str) -> MetricSums:
    """A column of a wide file: the first 150 contacts are the control."""
    study = study_in(
        folder,
        sources={"contacts": {"file": "../contacts.parquet", "id": "customer_id"}},
        metrics={"spend": {"kind": "quantile", "quantile": share, "column": "spend", "decimals": 2}},
        use=[("spend", None)],
    )
    shown = ", ".join(f"{v:.2f}" for v in values)
    n = len(values)
    write_parquet(
        folder / "contacts.parquet",
        f"SELECT unnest(range(1, {n + 1})) AS customer_id, unnest([{shown}])::DECIMAL(18, 2) AS spend",
    )
    arm = f"CASE WHEN i <= {SIZES['control']} THEN 'control' ELSE 'treatment' END"
    path = ledger_of(
        folder / "l.parquet",
        f"SELECT i::VARCHAR AS unit_id, {arm} AS arm, TIMESTAMP '{START}' AS assigned_at, 1 AS weight_epoch, "
        f"NULL AS stratum FROM range(1, {n + 1}) AS t(i)",
    )
    return measured(study, Assigned.from_ledger([path])).metric("spend")


@pytest.mark.parametrize("share", ["10%", "50%", "90%", "99%"])
@pytest.mark.parametrize("ties", [False, True])
def test_the_ranks_are_those_of_the_sorted_contacts(tmp_path: Path, share: str, ties: bool) -> None:
    rng = np.random.default_rng(4)
    values = rng.integers(-5, 5, 1_000).astype(float) if ties else np.round(rng.normal(20, 30, 1_000), 2)
    found = quantile_of(tmp_path, values.tolist(), share)
    level = float(share.rstrip("%")) / 100
    for arm, own in zip(SIZES, np.split(values, [SIZES["control"]]), strict=True):
        cents = [round(v * 100) for v in sorted(own.tolist())]
        ranked, n = found.quantiles[arm], len(own)
        assert (ranked.n, ranked.share, ranked.decimals) == (n, Fraction(share.rstrip("%")) / 100, 2)
        assert ranked.value == cents[value_rank(n, level) - 1]
        low, high = outer_ranks(n, level) or (value_rank(n, level),) * 2
        assert (ranked.low, ranked.high) == (cents[low - 1], cents[high - 1])


def test_contacts_are_counted_like_those_of_any_metric(tmp_path: Path) -> None:
    found = quantile_of(tmp_path, [1.0] * 1_000, "50%")
    assert found.mature == SIZES
    assert {arm: sums.n for arm, sums in found.by_arm().items()} == SIZES
