"""The hash is uniform and two experiments are independent: the published table keeps its promise and can be redone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.calibration import hashing


@pytest.fixture(scope="module")
def table(root: Path) -> dict:
    return json.loads((root / "docs/calibration/assignment.json").read_text(encoding="utf-8"))


def test_fifty_salts_over_a_million_ids_are_uniform(table: dict) -> None:
    """Every bound holds for a perfect hash in 99.9 of 100 tables (Bonferroni over the salts)."""
    assert (table["ids"], len(table["salts"])) == (1_000_000, 50)
    for test in ("chi_square_p", "ks_p"):
        p_values = [row[test] for row in table["salts"]]
        assert min(p_values) > 0.001 / 50
        assert np.mean(np.array(p_values) < 0.05) < 0.2
    assert max(abs(row["control_z"]) for row in table["salts"]) < 4.3


def test_all_pairs_of_experiments_are_independent(table: dict) -> None:
    pairs = table["independence"]
    assert pairs["pairs"] == 50 * 49 // 2
    assert pairs["smallest_p"] > 0.001 / pairs["pairs"]
    assert pairs["below_5_percent"] == pytest.approx(0.05, abs=3.3 * np.sqrt(0.05 * 0.95 / pairs["pairs"]))
    assert pairs["ks_p"] > 0.001
    assert pairs["largest_v"] < 0.005
    assert table["nested"]["largest_z"] < 4.3


@pytest.mark.slow
def test_a_row_of_the_table_can_be_redone_digit_by_digit(table: dict) -> None:
    row = table["salts"][7]
    again = hashing.uniform(row["salt"], hashing.buckets(row["salt"], table["ids"]))
    assert again.chi_square_p == pytest.approx(row["chi_square_p"], rel=1e-9)
    assert again.control_share == row["control_share"]


def test_a_hash_without_a_separator_of_its_own_would_be_caught() -> None:
    """The tests have power: buckets that follow the id's own order are refused at once."""
    found = (np.arange(100_000, dtype=np.int32) * 10) % 1_000_000
    assert hashing.uniform("order/1", found).chi_square_p > 0.999999  # too even to be random
    tenths = [(found // 100_000).astype(np.uint8)] * 2
    assert hashing.independent(tenths).largest_v == pytest.approx(1.0)
