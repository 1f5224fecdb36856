"""The course of a metric: every day's sums are those that pandas finds by cutting the rows off at that day."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.engine.studies import ledger_of, study_in, write_parquet
from uplift.engine import Assigned, Cell, DuckDBEngine, Measurement, MetricSums
from uplift.engine.measure import measure
from uplift.spec.study import Study

SOURCES: dict[str, Any] = {
    "contacts": {"file": "../contacts.parquet", "id": "customer_id"},
    "orders": {
        "file": "../orders.parquet", "grain": "event", "id": "customer_id", "time": "ordered", "data_lag": "2d",
    },
    "refunds": {
        "file": "../refunds.parquet", "grain": "event", "id": "customer_id", "time": "ordered", "data_lag": "2d",
    },
}  # fmt: skip
METRICS: dict[str, Any] = {
    "bought": {"kind": "proportion", "source": "orders"},
    "revenue": {"kind": "mean", "source": "orders", "value": "net", "format": "money"},
    "capped": {
        "kind": "mean", "source": "orders", "value": "net", "format": "money", "winsorise": {"upper": "95%"},
    },
    "basket": {
        "kind": "ratio", "format": "money",
        "numerator": {"source": "orders", "value": "net"},
        "denominator": {"source": "orders", "count": True},
    },
    "refunded": {
        "kind": "ratio", "format": "money",
        "numerator": {"source": "refunds", "value": "net"},
        "denominator": {"source": "orders", "count": True},
    },
}  # fmt: skip
N, WINDOW, LAG = 400, 21, 2
FIRST = datetime.date(2026, 3, 2)
LATE = datetime.date(2026, 6, 1)


class Shop:
    """400 contacts, assigned over `spread` days in two weight epochs; orders and refunds before, in and after."""

    def __init__(self, folder: Path, *, spread: int) -> None:
        rng = np.random.default_rng(5)
        self.folder = folder
        self.contacts = pd.DataFrame({"unit_id": np.arange(1, N + 1)})
        self.contacts["arm"] = np.where(rng.random(N) < 0.4, "control", "treatment")
        self.contacts["weight_epoch"] = np.where(self.contacts.unit_id % 5 == 0, 2, 1)
        days = rng.integers(0, spread, N)
        self.contacts["day"] = pd.Timestamp(FIRST) + pd.to_timedelta(days, unit="D")
        self.orders, self.refunds = self._events(rng, 2_500, "orders"), self._events(rng, 600, "refunds")
        write_parquet(folder / "contacts.parquet", "SELECT 1 AS customer_id")
        rows = ", ".join(
            f"('{c.unit_id}', '{c.arm}', TIMESTAMP '{c.day}', {c.weight_epoch}, NULL)"
            for c in self.contacts.itertuples()
        )
        names = "v(unit_id, arm, assigned_at, weight_epoch, stratum)"
        self.ledger = ledger_of(folder / "l.parquet", f"SELECT * FROM (VALUES {rows}) AS {names}")

    def _events(self, rng: np.random.Generator, n: int, name: str) -> pd.DataFrame:
        events = pd.DataFrame({"unit_id": rng.integers(1, N + 20, n)})
        events["at"] = pd.Timestamp("2026-02-20") + pd.to_timedelta(rng.integers(0, 60 * 86400, n), unit="s")
        events["net"] = rng.integers(-3_000, 30_000, n)
        rows = ", ".join(
            f"({o.unit_id}, TIMESTAMP '{o.at}', ({o.net} / 100)::DECIMAL(18,2))" for o in events.itertuples()
        )
        write_parquet(self.folder / f"{name}.parquet", f"SELECT * FROM (VALUES {rows}) AS v(customer_id, ordered, net)")
        return events

    def study(self, metric: str, window: int = WINDOW) -> Study:
        return study_in(self.folder, sources=SOURCES, metrics=METRICS, use=[(metric, f"{window}d")])

    def measured(self, metric: str, *, as_of: datetime.date = LATE, window: int = WINDOW) -> Measurement:
        with DuckDBEngine() as engine:
            return measure(
                self.study(metric, window),
                Assigned.from_ledger([self.ledger]),
                as_of=as_of,
                cache_dir=self.folder / "cache",
                engine=engine,
                course=True,
            )

    def per_contact(self, rows: pd.DataFrame, events: pd.DataFrame, first: int, end: int, until: Any) -> pd.DataFrame:
        """Net cents and number of events on the days [first, end) since assignment, up to and including `until`."""
        joined = rows.merge(events, on="unit_id")
        day = joined["at"].dt.normalize()
        since = (day - joined.day).dt.days
        inside = joined[(since >= first) & (since < end) & (day <= pd.Timestamp(until))]
        return rows[["unit_id"]].join(inside.groupby("unit_id").net.agg(["sum", "size"]), on="unit_id").fillna(0)

    def columns(self, metric: str, rows: pd.DataFrame, first: int, end: int, until: Any, cap: int) -> list[list[int]]:
        orders = self.per_contact(rows, self.orders, first, end, until)
        net, count = [int(v) for v in orders["sum"]], [int(v) for v in orders["size"]]
        if metric == "refunded":
            refunds = self.per_contact(rows, self.refunds, first, end, until)
            return [[int(v) for v in refunds["sum"]], count]
        return {
            "bought": [[int(c > 0) for c in count]],
            "revenue": [net],
            "capped": [[min(v, cap) for v in net]],
            "basket": [net, count],
        }[metric]


@pytest.fixture(scope="module")
def rolling(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("rolling"), spread=18)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("snapshot"), spread=1)


def assert_sums(cells: Sequence[Cell], columns: list[list[int]]) -> None:
    """Added up over weight epochs, the cells of one arm are these contacts."""
    assert sum(cell.sums.n for cell in cells) == sum(cell.contacts for cell in cells) == len(columns[0])
    for exponents in itertools.product(range(5), repeat=len(columns)):
        if 1 <= sum(exponents) <= 4:
            whole = 0
            for row in zip(*columns, strict=True):
                product = 1
                for value, exponent in zip(row, exponents, strict=True):
                    product *= value**exponent
                whole += product
            assert sum(cell.sums.powers[exponents] for cell in cells) == whole, exponents
    assert sum(cell.sums.nonzero for cell in cells) == sum(v != 0 for v in columns[-1])


def of(metric: MetricSums) -> Any:
    assert metric.course is not None
    return metric.course


@pytest.mark.parametrize("metric", list(METRICS))
@pytest.mark.parametrize("as_of", [LATE, datetime.date(2026, 3, 25)])
def test_every_day_is_what_the_rows_said_on_its_evening(rolling: Shop, metric: str, as_of: datetime.date) -> None:
    found = rolling.measured(metric, as_of=as_of).metric(metric)
    days = of(found).days
    assert days[0][0] == FIRST
    last = min(as_of - datetime.timedelta(days=1 + LAG), max(rolling.contacts.day).date() + datetime.timedelta(days=20))
    assert days[-1][0] == last
    for day, cells in [*days[::5], days[-1]]:
        there = rolling.contacts[rolling.contacts.day <= pd.Timestamp(day)]
        for arm in ("control", "treatment"):
            columns = rolling.columns(metric, there[there.arm == arm], 0, WINDOW, day, found.cap or 0)
            assert_sums([cell for cell in cells if cell.arm == arm], columns)


@pytest.mark.parametrize("metric", list(METRICS))
def test_every_week_is_its_seven_days_of_the_contacts_for_whom_it_is_over(rolling: Shop, metric: str) -> None:
    as_of = datetime.date(2026, 3, 25)
    found = rolling.measured(metric, as_of=as_of).metric(metric)
    assert [week for week, _ in of(found).weeks] == [1, 2, 3]
    for week, cells in of(found).weeks:
        over = as_of - datetime.timedelta(days=7 * week + LAG)
        there = rolling.contacts[rolling.contacts.day <= pd.Timestamp(over)]
        for arm in ("control", "treatment"):
            rows = there[there.arm == arm]
            columns = rolling.columns(metric, rows, 7 * week - 7, 7 * week, as_of, found.cap or 0)
            assert_sums([cell for cell in cells if cell.arm == arm], columns)


@pytest.mark.parametrize("metric", list(METRICS))
def test_the_last_day_is_the_measurement(rolling: Shop, metric: str) -> None:
    found = rolling.measured(metric).metric(metric)
    assert [(c.arm, c.weight_epoch, c.sums) for c in of(found).days[-1][1]] == [
        (c.arm, c.weight_epoch, c.sums) for c in found.cells
    ]


@pytest.mark.parametrize("metric", ["bought", "revenue", "basket"])
def test_a_day_after_one_draw_is_the_measurement_with_a_shorter_window(snapshot: Shop, metric: str) -> None:
    days = dict(of(snapshot.measured(metric).metric(metric)).days)
    for window in (1, 6, 14):
        shorter = snapshot.measured(metric, window=window)
        day = FIRST + datetime.timedelta(days=window - 1)
        as_of = day + datetime.timedelta(days=1 + LAG)
        assert [c.sums for c in days[day]] == [c.sums for c in shorter.metric(metric).cells]
        again = snapshot.measured(metric, window=window, as_of=as_of)  # the first day on which they are all mature
        assert [c.sums for c in again.metric(metric).cells] == [c.sums for c in days[day]]


def test_long_tests_are_told_by_every_seventh_day(rolling: Shop) -> None:
    days = of(rolling.measured("revenue", window=150).metric("revenue")).days
    until = LATE - datetime.timedelta(days=1 + LAG)
    assert days[-1][0] == until
    assert len(days) <= 120
    course = of(rolling.measured("revenue", window=300, as_of=datetime.date(2027, 2, 1)).metric("revenue"))
    steps = {(b - a).days for (a, _), (b, _) in itertools.pairwise(course.days)}
    assert steps == {7}
    assert len(course.weeks) == 26


def test_before_the_first_day_is_over_there_is_no_course(rolling: Shop) -> None:
    assert rolling.measured("revenue", as_of=FIRST).metric("revenue").course is None


def test_the_course_is_not_told_unless_it_is_asked_for(rolling: Shop) -> None:
    with DuckDBEngine() as engine:
        found = measure(
            rolling.study("revenue"),
            Assigned.from_ledger([rolling.ledger]),
            as_of=LATE,
            cache_dir=rolling.folder / "cache",
            engine=engine,
        )
    assert found.metric("revenue").course is None
