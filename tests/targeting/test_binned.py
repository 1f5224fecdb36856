"""Sums per score bin say what the contacts say."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from uplift.errors import StatisticsError
from uplift.targeting.binned import (
    ScoreBins,
    autoc_of_bins,
    bins_from_rows,
    bins_sql,
    gains_of_bins,
    qini_of_bins,
    qini_rate_of_bins,
)
from uplift.targeting.curves import qini_curve
from uplift.targeting.rate import autoc, gain, qini


@pytest.fixture(scope="module")
def contacts() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(51)
    n = 5_000
    score = rng.integers(0, 40, n).astype(float)
    treated = rng.random(n) < 0.3
    y = (rng.random(n) < 0.2 + 0.005 * score * treated).astype(float)
    return {"score": score, "treated": treated, "y": y, "effect": np.where(treated, y / 0.3, -y / 0.7)}


def summed(contacts: dict[str, np.ndarray], part: slice = slice(None)) -> ScoreBins:
    with duckdb.connect() as con:
        frame = {name: column[part] for name, column in contacts.items()}
        con.register("t", duckdb.from_arrow(_table(frame), connection=con))
        sql = bins_sql(
            "SELECT * FROM t",
            score_bin="score",
            outcome="y",
            treated="treated",
            weight="CASE WHEN treated THEN 1 / 0.3e0 ELSE 1 / 0.7e0 END",
        )
        return bins_from_rows(con.execute(sql).fetchall())


def _table(frame: dict[str, np.ndarray]) -> object:
    import pyarrow as pa

    return pa.table(frame)


def test_numbers_from_bins_are_those_from_contacts(contacts: dict[str, np.ndarray]) -> None:
    bins = summed(contacts)
    assert len(bins.n) == 40
    curve = qini_curve(contacts["y"], contacts["treated"], contacts["score"])
    assert qini_of_bins(bins).n == pytest.approx(curve.n)
    assert qini_of_bins(bins).value == pytest.approx(curve.value, abs=1e-9)
    for from_bins, from_rows in ((autoc_of_bins, autoc), (qini_rate_of_bins, qini)):
        found, expected = from_bins(bins), from_rows(contacts["effect"], contacts["score"])
        assert found.value == pytest.approx(expected.value, abs=1e-9)
        assert found.standard_error == pytest.approx(expected.standard_error(), rel=1e-9)
    share = float(bins.n[:10].sum() / bins.n.sum())
    assert gains_of_bins(bins)[9] == pytest.approx(gain(contacts["effect"], contacts["score"], share).value, abs=1e-9)


def test_bins_of_shards_add(contacts: dict[str, np.ndarray]) -> None:
    halves = summed(contacts, slice(0, 2_500)) + summed(contacts, slice(2_500, None))
    assert autoc_of_bins(halves).value == pytest.approx(autoc_of_bins(summed(contacts)).value, abs=1e-12)
    with pytest.raises(StatisticsError, match="same limits"):
        _ = halves + ScoreBins(*(np.ones(3) for _ in range(6)))
    with pytest.raises(StatisticsError, match="no bins"):
        bins_from_rows([])
