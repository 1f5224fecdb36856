from __future__ import annotations

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


def test_the_shrunken_rhythm_beats_the_own_mean_and_the_shops_median_on_a_real_shop(cdnow_history: History) -> None:
    """CDNOW, gaps before 1997-10-01 against the mean gap afterwards of those who came at least twice."""
    import duckdb

    rows = duckdb.sql(
        f"""WITH b AS (SELECT * FROM read_parquet('{cdnow_history.purchases}')),
        past AS (SELECT n, count(gap) AS k, sum(ln(gap)) AS logs, sum(ln(gap) * ln(gap)) AS squares, avg(gap) AS own
                 FROM b WHERE day < DATE '1997-10-01' AND gap IS NOT NULL GROUP BY n),
        following AS (SELECT n, (max(day) - min(day)) / (count(*) - 1) AS gap FROM b
                 WHERE day >= DATE '1997-10-01' GROUP BY n HAVING count(*) > 1)
        SELECT k, logs, squares, own, f.gap FROM past AS p LEFT JOIN following AS f USING (n) ORDER BY n"""
    ).df()
    ((median,),) = duckdb.sql(
        f"SELECT median(gap) FROM read_parquet('{cdnow_history.purchases}') WHERE day < DATE '1997-10-01'"
    ).fetchall()
    shop = cycle.fit(rows["k"], rows["logs"], rows["squares"], long_gap=1)
    came = rows[rows["gap"].notna()]
    error = np.abs(cycle.days_between(shop, came["k"], came["logs"]) - came["gap"]).mean()
    assert error <= 36.5
    assert error < np.abs(came["own"] - came["gap"]).mean()
    assert error < np.abs(median - came["gap"]).mean()


def test_too_few_rhythms_are_refused() -> None:
    with pytest.raises(StatisticsError, match="UP663"):
        cycle.fit([2, 3], [5.0, 8.0], [13.0, 22.0], long_gap=50)
