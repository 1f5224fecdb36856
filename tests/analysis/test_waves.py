"""Contacts that come in waves: the intervals of the published table cover, and the table is made by the analysis."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.calibration import waves


@pytest.mark.parametrize("kind", waves.KINDS)
def test_the_table_keeps_its_promise(root: Path, kind: str) -> None:
    """94 to 96 per cent, by no more than three Monte Carlo errors beyond; no bias beyond that of a ratio."""
    table = json.loads((root / "docs/calibration/waves.json").read_text(encoding="utf-8"))
    found = [row for row in table if row["kind"] == kind]
    assert {(row["metric"], row["lift"]) for row in found} == {
        (metric, lift) for metric in ("share of buyers", "revenue per contact") for lift in (0.0, 0.2)
    }
    for row in found:
        error = np.sqrt(0.95 * 0.05 / row["replications"])
        assert 0.94 - 3 * error < row["coverage"] < 0.96 + 3 * error
        buyers = waves.RATE * 0.1 * waves.CONTACTS * 3  # of the control, at least
        assert abs(row["bias"]) < 3 * row["error"] + 1.2 / buyers


@pytest.mark.parametrize("kind", waves.KINDS)
def test_a_row_of_the_table_is_what_the_analysis_says(kind: str) -> None:
    """The table looks where the score lies at the truth; the analysis' own interval says the same, draw by draw."""
    drawn, lift = waves.groups(kind, 0.2, np.random.default_rng(7), 60), 0.2
    outside = []
    for counts in waves._counts(drawn, 60):
        strata = [(waves.bought(n_c, x_c), waves.bought(n_t, x_t)) for x_c, n_c, x_t, n_t in counts]
        interval = waves.by_analysis("proportion", kind, strata).relative_interval
        assert interval is not None
        z = waves.stratified_ratio_z(list(counts), 1 + lift)
        outside.append(abs(z) > waves.Level(waves.ALPHA).critical())
        assert interval.excludes(lift) == outside[-1]
    assert np.mean(outside) < 0.2


@pytest.mark.parametrize("kind", waves.KINDS)
def test_a_fresh_simulation_covers_too(kind: str) -> None:
    """1,500 experiments; a promise of 95 per cent within four Monte Carlo errors."""
    row = waves.shares(kind, 0.2, replications=1_500, seed=1)
    assert row.coverage == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 1_500))
