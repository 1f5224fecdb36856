"""A ridge regression from one SQL statement is the one from the contacts."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from uplift.errors import StatisticsError
from uplift.targeting.contracts import Feature, Features
from uplift.targeting.linear import encoding_of, gram_of
from uplift.targeting.linear_sql import gram_from_row, gram_sql


def test_sums_from_sql_fit_the_same_line() -> None:
    rng = np.random.default_rng(61)
    n = 3_000
    matrix = rng.normal(size=(n, 3)).astype(np.float32)
    matrix[:, 1] = rng.integers(0, 3, n)
    matrix[::5, 2] = np.nan
    columns = (
        Feature("age", "number"),
        Feature("colour", "category", ("blue", "it's", "red")),
        Feature("gap", "number"),
    )
    features = Features(matrix, columns)
    encoding = encoding_of(features)
    y = np.column_stack([rng.random(n) < 0.2, matrix[:, 0] + rng.normal(size=n)]).astype(float)
    table = pa.table(
        {
            "age": matrix[:, 0],
            "colour": np.array(["blue", "it's", "red"])[matrix[:, 1].astype(int)].tolist(),
            "gap": pa.array(matrix[:, 2], from_pandas=True),
            "bought": y[:, 0],
            "amount": y[:, 1],
        }
    )
    expected = gram_of(encoding, matrix, y)
    named = {name: name for name in features.names}
    with duckdb.connect() as con:
        con.register("t", table)

        def sums(where: str):
            sql = gram_sql(f"SELECT * FROM t WHERE {where}", encoding, named, ["bought", "amount"])
            (row,) = con.execute(sql).fetchall()
            return gram_from_row(row, width=encoding.width, outcomes=2)

        whole = sums("true")
        parts = sums("age > 0") + sums("age <= 0")
        with pytest.raises(StatisticsError, match="no contact was read"):
            sums("false")
    for found in (whole, parts):
        assert found.zz == pytest.approx(expected.zz, rel=1e-9, abs=1e-6)
        line, other = found.solve(0.1), expected.solve(0.1)
        assert line.slopes == pytest.approx(other.slopes, abs=1e-9)
        assert line.intercept == pytest.approx(other.intercept, abs=1e-9)
