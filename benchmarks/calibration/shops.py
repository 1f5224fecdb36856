"""Made-up shops with newcomers and a season of their own, as purchase histories: what forecasts are tried on."""

from __future__ import annotations

import datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from uplift.customers.forecast import QUARTER
from uplift.customers.history import History

START = datetime.date(2023, 1, 2)


def shop(seed: int, folder: Path, *, days: int = QUARTER * 10 + 110, per_day: float = 0.9) -> tuple[History, int, int]:
    """A history up to the last quarter, what that quarter then brought, and what the quarter before had brought.

    Newcomers and purchases are thinned by a season of 52 weeks with a swing of up to 35 %; rates, leaving and tastes
    are each customer's own. Money in cents.
    """
    rng = np.random.default_rng(seed)
    swing, phase = rng.uniform(0, 0.35), rng.uniform(0, 2 * np.pi)

    def open_(day: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((1 + swing * np.sin(2 * np.pi * day / 364 + phase)) / 1.4)

    born = rng.uniform(0, days, rng.poisson(per_day * days * 1.4))
    born = born[rng.random(len(born)) < open_(born)]
    n = len(born)
    rate, leave = rng.gamma(0.8, 1 / 60, n) * 1.4, rng.beta(0.8, 2.5, n)
    taste = 120 / rng.gamma(5, 1, n)
    now, here = born.copy(), np.arange(n)
    who, when = [here], [born]
    while len(here):
        now[here] += rng.exponential(1 / rate[here])
        here = here[now[here] < days]
        bought = here[rng.random(len(here)) < open_(now[here])]
        who.append(bought)
        when.append(now[bought].copy())
        here = np.setdiff1d(here, bought[rng.random(len(bought)) < leave[bought]], assume_unique=True)
    unit, day = np.concatenate(who), np.floor(np.concatenate(when)).astype(int)
    cents = (rng.gamma(4, taste[unit] / 4) * 100 + 100).astype(int)
    table = pd.DataFrame({"n": unit + 1, "day": day, "value": cents})
    path = folder / f"{seed}.parquet"
    end = START + datetime.timedelta(days=days - QUARTER)
    before = end - datetime.timedelta(days=QUARTER)
    with duckdb.connect() as con:
        con.register("bought", table)
        con.execute(
            f"COPY (SELECT n, day, value, day - lag(day) OVER (PARTITION BY n ORDER BY day) AS gap FROM "
            f"(SELECT n, DATE '{START}' + CAST(day AS INTEGER) AS day, CAST(sum(value) AS BIGINT) AS value FROM bought "
            f"GROUP BY n, day) ORDER BY n, day) TO '{path}' (FORMAT parquet)"
        )
        ((came, last),) = con.execute(
            f"SELECT sum(value) FILTER (WHERE day >= DATE '{end}'), "
            f"sum(value) FILTER (WHERE day >= DATE '{before}' AND day < DATE '{end}') FROM '{path}'"
        ).fetchall()
    return History(path, path, None, end, START, n, n, len(table), 2, (), ()), int(came), int(last)
