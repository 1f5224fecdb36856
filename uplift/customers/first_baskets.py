"""What will a lead spend? What buyers spent who were as interested as he is before their first purchase."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uplift.customers.history import History
from uplift.customers.snapshots import LATELY, Snapshot

Floats = NDArray[np.float64]
BANDS = (1, 3, 10)  # events in the 30 days before: none, 1–2, 3–9, ten and more
FEWEST = 30
CONFIDENCE = 0.8


@dataclass(frozen=True, slots=True)
class FirstBaskets:
    """First baskets by interest shown before: mean and the middle four fifths, per band (units of 10**-decimals)."""

    mean: Floats
    low: Floats
    high: Floats
    buyers: NDArray[np.int64]

    def of(self, who: Snapshot) -> tuple[Floats, Floats, Floats]:
        """Mean, low and high for each contact, by his events of the last 30 days."""
        band = np.searchsorted(BANDS, who.events_lately, side="right")
        return self.mean[band], self.low[band], self.high[band]


def first_baskets(history: History) -> FirstBaskets | None:
    """Measured on the first purchases of the history; bands with few buyers take the figures of all.

    None with fewer than 30 buyers.
    """
    import duckdb

    tail = (1 - CONFIDENCE) / 2
    figures = f"avg(value), quantile_cont(value, {tail}), quantile_cont(value, {1 - tail}), count(*)"
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TEMP VIEW firsts AS SELECT n, day, value FROM read_parquet($$" + str(history.purchases) + "$$) "
            "WHERE gap IS NULL"
        )
        whole = connection.execute(f"SELECT {figures} FROM firsts").fetchone()
        if whole is None or whole[3] < FEWEST:
            return None
        rows = {}
        if history.engagement is not None:
            sql = (
                "WITH before AS (SELECT f.n, f.value, CAST(coalesce(sum(e.events), 0) AS BIGINT) AS events "
                f"FROM firsts AS f LEFT JOIN read_parquet($${history.engagement}$$) AS e ON e.n = f.n "
                "AND e.day < f.day "
                f"AND e.day >= f.day - {LATELY} GROUP BY f.n, f.value) "
                f"SELECT CASE WHEN events < {BANDS[0]} THEN 0 WHEN events < {BANDS[1]} THEN 1 "
                f"WHEN events < {BANDS[2]} THEN 2 ELSE 3 END AS band, {figures} FROM before GROUP BY 1"
            )
            rows = {int(band): found for band, *found in connection.execute(sql).fetchall() if found[3] >= FEWEST}
    table = [rows.get(band, whole) for band in range(len(BANDS) + 1)]
    mean, low, high, buyers = (np.array([float(row[k]) for row in table]) for k in range(4))
    return FirstBaskets(mean, low, high, buyers.astype(np.int64))
