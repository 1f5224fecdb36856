"""What the coming quarter will bring: known customers one by one, newcomers as they have come lately, and the season.

Every known customer is expected to buy as BG/NBD and Gamma-Gamma say; newcomers arrive at the rate of the last quarter
and buy like newcomers. The same forecast is made for up to eight past quarters with what was known then: its errors
give the interval, and where the same quarter was seen in two earlier years, the season.
"""

from __future__ import annotations

import datetime
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from uplift.customers import bgnbd, gammagamma
from uplift.customers.history import History, Progress, read_history, study_of
from uplift.customers.snapshots import CHUNK, Snapshot, every, snapshot
from uplift.engine import DuckDBEngine
from uplift.engine.machine import settings_for
from uplift.errors import Problem, StatisticsError
from uplift.results.forecast import Forecast, ForecastSegment, PastQuarter
from uplift.spec.project import Project
from uplift.spec.study import Document

Floats = NDArray[np.float64]
QUARTER = 91  # thirteen weeks: the same weekdays every time
PAST, YEAR = 8, 4
SAMPLE = 30_000  # contacts from which a past quarter is forecast
SHORTEST = 90  # days of history before the first forecast


@dataclass(frozen=True, slots=True)
class _Shop:
    """What is known of the shop on a day: the models, and how newcomers come."""

    rate: bgnbd.BgNbd
    baskets: gammagamma.GammaGamma
    newcomers: float  # per day, of the contacts looked at
    first_basket: float


def forecast(history: History, *, days: int = QUARTER, confidence: float = 0.9) -> Forecast:
    """Revenue of the `days` from `history.as_of` on, by segment and in all; money in whole minor units.

    Raises StatisticsError: UP674 for less than a quarter of history, UP661 and UP663 where too few bought twice.
    """
    if history.days < SHORTEST:
        message = f"the purchases span {history.days} days; a forecast needs {SHORTEST} of them"
        raise StatisticsError(Problem("UP674", message, fix="export a longer history of purchases"))
    past = _past_quarters(history, days)
    season, spread, freedom = _season_and_spread(past)
    shop = _shop(snapshot(history, history.as_of, step=every(history)).buyers, history.days, days=days)
    factor = float(np.exp(season))
    segments = _known(history, shop, days, factor)
    arriving = _newcomers(shop, days) * factor * every(history)
    segments.append(ForecastSegment("new", None, round(arriving)))
    total = sum(segment.revenue for segment in segments)
    low = high = None
    if spread is not None and total > 0:
        from scipy.stats import t

        reach = float(t.ppf((1 + confidence) / 2, freedom)) * spread
        low, high = total * float(np.exp(-reach)), total * float(np.exp(reach))
    return Forecast(
        start=history.as_of,
        days=days,
        decimals=history.decimals,
        segments=tuple(segments),
        low=low,
        high=high,
        confidence=confidence,
        season=factor if season else None,
        past=tuple(past),
    )


def forecast_project(
    project: Project, document: Document, *, as_of: datetime.date, progress: Progress = lambda _stage: None
) -> Forecast:
    """The forecast from the purchases that project.yml names. Raises what `read_history` and `forecast` raise."""
    study = study_of(project, document)
    with tempfile.TemporaryDirectory(prefix="uplift-forecast-") as work:
        with DuckDBEngine(settings_for(study, Path(work))) as engine:
            history = read_history(engine, study, as_of=as_of, folder=Path(work), progress=progress)
        progress("tell past quarters and the coming one")
        return forecast(history)


def _past_quarters(history: History, days: int) -> list[PastQuarter]:
    """The forecasts of quarters that are over, newest first, each with what was known on its first day."""
    step = every(history, SAMPLE)
    found = []
    for k in range(1, PAST + 1):
        start = history.as_of - datetime.timedelta(days=days * k)
        if (start - history.first_day).days < SHORTEST:
            break
        buyers = snapshot(history, start, step=step).buyers
        try:
            shop = _shop(buyers, (start - history.first_day).days, days=days)
        except StatisticsError:
            break
        told = float(_worth(shop, buyers, days).sum()) + _newcomers(shop, days)
        actual = _revenue(history, start, days, step)
        last = _revenue(history, start - datetime.timedelta(days=days), days, step)
        found.append(PastQuarter(start, round(told * step), actual * step, last * step))
    return found


def _season_and_spread(past: list[PastQuarter]) -> tuple[float, float | None, int]:
    """The season of the coming quarter (a logarithm, 0: none), the spread of log errors and its degrees of freedom.

    With eight past quarters each quarter of the year was seen twice: half the mean squared difference of the twins is
    the noise; what the quarters differ by beyond it is season, and the coming one's is shrunken accordingly.
    """
    errors = np.array([np.log(q.actual / q.told) for q in past if q.actual > 0 and q.told > 0])
    if len(errors) < 2:
        return 0.0, None, 0
    if len(errors) < PAST:
        return 0.0, float(np.sqrt((errors**2).mean())), len(errors)
    twins = errors[:YEAR] - errors[YEAR:]
    noise = float((twins**2).mean()) / 2
    means = (errors[:YEAR] + errors[YEAR:]) / 2
    between = max(0.0, float((means**2).mean()) - noise / 2)
    weight = between / (between + noise / 2) if between else 0.0
    season = weight * float(means[YEAR - 1])  # the quarter that began a year before the coming one
    left = noise + weight * noise / 2 + (1 - weight) * between
    return season, float(np.sqrt(left)), YEAR


def _shop(buyers: Snapshot, known: int, *, days: int) -> _Shop:
    """What these buyers teach on a day up to which purchases have been known for so many days."""
    rate = bgnbd.fit(bgnbd.Histories.of(buyers.repeats, buyers.recency, buyers.first))
    baskets = gammagamma.fit(buyers.days, buyers.value / buyers.days)
    fresh = buyers.first < days
    mean = baskets.mean
    first = float(buyers.value.sum() / buyers.days.sum()) if mean is None else mean
    return _Shop(rate, baskets, float(fresh.sum()) / min(days, known), first)


def _worth(shop: _Shop, buyers: Snapshot, days: int) -> Floats:
    """What each known customer is expected to spend within the days."""
    base = int(buyers.first.max(initial=0)) + 1
    keys, where = np.unique(buyers.repeats * base + buyers.first, return_inverse=True)
    if_alive = bgnbd.purchases_if_alive(shop.rate, keys // base, keys % base, float(days))[where.ravel()]
    alive = bgnbd.probability_alive(shop.rate, buyers.repeats, buyers.recency, buyers.first)
    baskets = gammagamma.next_basket(shop.baskets, buyers.days, buyers.value / buyers.days)
    return np.asarray(alive * if_alive * baskets)


def _newcomers(shop: _Shop, days: int) -> float:
    """What those are expected to spend who come within the days: a first basket, and what follows until the end."""
    repeats = (
        sum(bgnbd.purchases_if_alive(shop.rate, [0], [0], float(left))[0] for left in range(1, days)) if days else 0
    )
    return shop.newcomers * shop.first_basket * (days + float(repeats))


def _known(history: History, shop: _Shop, days: int, factor: float) -> list[ForecastSegment]:
    """The known customers chunk by chunk, by how often they have bought; their cents add up."""
    contacts, revenue = {"one": 0, "more": 0}, {"one": 0, "more": 0}
    for low in range(0, history.contacts + 1, CHUNK):
        buyers = snapshot(history, history.as_of, low=low, high=low + CHUNK).buyers
        if not len(buyers):
            continue
        cents = np.rint(_worth(shop, buyers, days) * factor).astype(np.int64)
        for name, rows in (("one", buyers.days == 1), ("more", buyers.days > 1)):
            contacts[name] += int(rows.sum())
            revenue[name] += int(cents[rows].sum())
    return [ForecastSegment(name, contacts[name], revenue[name]) for name in ("more", "one")]


def _revenue(history: History, start: datetime.date, days: int, step: int) -> int:
    import duckdb

    end = start + datetime.timedelta(days=days)
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT CAST(coalesce(sum(value), 0) AS BIGINT) FROM read_parquet($${history.purchases}$$) "
            f"WHERE day >= DATE '{start}' AND day < DATE '{end}' AND n % {step} = 0"
        ).fetchall()
    return int(rows[0][0])
