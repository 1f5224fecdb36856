"""What was known of each contact on the morning of a day, and what he did in the days after: numbers by contact."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uplift.customers.history import History

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
LATELY, QUARTER = 30, 90
NEVER = -1  # ages of what never happened
CHUNK = 250_000  # contacts in memory at a time
SAMPLE = 100_000  # contacts from which models are trained


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One row per contact known on the day; ages in whole days before it, money in units of 10**-decimals.

    `days` counts purchase days (0: a lead), `first`, `last` their ages from the evening before (0: yesterday).
    `bought` and `revenue` are of the days after, [day, day + window): unknown to any model that scores this day.
    """

    n: Integers
    days: Integers
    first: Integers
    last: Integers
    value: Integers
    lately: Integers
    quarter: Integers
    gaps: Integers
    log_gaps: Floats
    log_gaps_squared: Floats
    events_lately: Integers
    events_quarter: Integers
    first_event: Integers
    last_event: Integers
    bought: Integers
    revenue: Integers

    @property
    def repeats(self) -> Integers:
        """Purchase days after the first (x of BG/NBD)."""
        return np.maximum(self.days - 1, 0)

    @property
    def recency(self) -> Integers:
        """Days from the first to the last purchase (t_x)."""
        return self.first - self.last

    def where(self, keep: NDArray[np.bool_]) -> Snapshot:
        """Some of the contacts."""
        return Snapshot(*(getattr(self, f.name)[keep] for f in fields(self)))

    @property
    def buyers(self) -> Snapshot:
        """Those with a purchase."""
        return self.where(self.days > 0)

    @property
    def leads(self) -> Snapshot:
        """Those without."""
        return self.where(self.days == 0)

    def __len__(self) -> int:
        return len(self.n)


def every(history: History, most: int = SAMPLE) -> int:
    """Every how many-th contact is a sample of at most `most`."""
    return max(1, -(-history.contacts // most))


def snapshot(
    history: History, day: datetime.date, *, step: int = 1, window: int = LATELY, low: int = 0, high: int | None = None
) -> Snapshot:
    """The contacts known on `day`: every `step`-th, or those numbered from `low` up to but without `high`."""
    import duckdb

    chosen = f"n % {step} = 0" if high is None else f"n >= {low} AND n < {high}"
    with duckdb.connect() as connection:
        found = connection.execute(_sql(history, day, chosen, window)).fetchnumpy()
    columns: dict[str, Any] = {}
    for f in fields(Snapshot):
        columns[f.name] = np.asarray(found[f.name]).astype(np.float64 if f.name.startswith("log") else np.int64)
    return Snapshot(**columns)


def chunks(history: History, day: datetime.date, *, size: int = CHUNK) -> Iterator[Snapshot]:
    """All contacts, some at a time and in the order of their numbers: memory does not grow with the base."""
    for low in range(0, history.contacts + 1, size):
        part = snapshot(history, day, low=low, high=low + size)
        if len(part):
            yield part


def _sql(history: History, day: datetime.date, chosen: str, window: int) -> str:
    today, end = f"DATE '{day}'", f"DATE '{day + datetime.timedelta(days=window)}'"

    def within(age: int) -> str:
        return f"DATE '{day - datetime.timedelta(days=age)}'"

    bought = (
        f"SELECT n, count(CASE WHEN day < {today} THEN 1 END) AS days, "
        f"coalesce({today} - min(CASE WHEN day < {today} THEN day END) - 1, {NEVER}) AS first, "
        f"coalesce({today} - max(CASE WHEN day < {today} THEN day END) - 1, {NEVER}) AS last, "
        f"CAST(coalesce(sum(CASE WHEN day < {today} THEN value END), 0) AS BIGINT) AS value, "
        f"count(CASE WHEN day >= {within(LATELY)} AND day < {today} THEN 1 END) AS lately, "
        f"count(CASE WHEN day >= {within(QUARTER)} AND day < {today} THEN 1 END) AS quarter, "
        f"count(CASE WHEN day < {today} THEN gap END) AS gaps, "
        f"coalesce(sum(CASE WHEN day < {today} THEN ln(gap) END), 0) AS log_gaps, "
        f"coalesce(sum(CASE WHEN day < {today} THEN ln(gap) * ln(gap) END), 0) AS log_gaps_squared, "
        f"count(CASE WHEN day >= {today} THEN 1 END) AS bought, "
        f"CAST(coalesce(sum(CASE WHEN day >= {today} THEN value END), 0) AS BIGINT) AS revenue "
        f"FROM {_file(history.purchases)} WHERE day < {end} AND {chosen} GROUP BY n"
    )
    none = f"0 AS events_lately, 0 AS events_quarter, {NEVER} AS first_event, {NEVER} AS last_event"
    if history.engagement is None:
        return f"SELECT *, {none} FROM ({bought}) AS b WHERE days > 0 ORDER BY n"
    events = (
        "SELECT n, "
        f"CAST(coalesce(sum(CASE WHEN day >= {within(LATELY)} THEN events END), 0) AS BIGINT) AS events_lately, "
        f"CAST(coalesce(sum(CASE WHEN day >= {within(QUARTER)} THEN events END), 0) AS BIGINT) AS events_quarter, "
        f"{today} - min(day) - 1 AS first_event, {today} - max(day) - 1 AS last_event "
        f"FROM {_file(history.engagement)} WHERE day < {today} AND {chosen} GROUP BY n"
    )
    filled = ", ".join(
        f"coalesce({name}, {NEVER if name in ('first', 'last', 'first_event', 'last_event') else 0}) AS {name}"
        for name in (f.name for f in fields(Snapshot))
        if name != "n"
    )
    return (
        f"SELECT coalesce(b.n, e.n) AS n, {filled} FROM ({bought}) AS b FULL JOIN ({events}) AS e ON b.n = e.n "
        "WHERE coalesce(days, 0) > 0 OR e.n IS NOT NULL ORDER BY 1"
    )


def _file(path: Path) -> str:
    return f"read_parquet('{str(path).replace(chr(39), chr(39) * 2)}')"
