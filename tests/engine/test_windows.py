from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.engine.studies import LATER, ledger, measured, study_in, write_parquet, write_text
from uplift.engine import Assigned
from uplift.spec.study import Study

SOURCES = {
    "contacts": {"file": "../contacts.parquet", "id": "customer_id"},
    "orders": {"file": "../orders.csv", "grain": "event", "id": "customer_id", "time": "at"},
}
ORDERS = {"orders": {"kind": "count", "source": "orders"}}


def study_with(folder: Path, times: list[tuple[int, str]], **more: Any) -> Study:
    write_parquet(folder / "contacts.parquet", "SELECT 1 AS customer_id")
    write_text(folder / "orders.csv", "customer_id;at\n" + "".join(f"{i};{t}\n" for i, t in times))
    return study_in(folder, **({"sources": SOURCES, "metrics": ORDERS} | more))


def orders_of(study: Study, day: str, *, as_of: datetime.date = LATER) -> int:
    path = ledger(study.root / "l.parquet", [{"unit_id": "1", "arm": "control", "assigned_at": at(day)}])
    return measured(study, Assigned.from_ledger([path]), as_of=as_of).sums("orders")["control"].powers[(1,)]


def at(day: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(day)


def test_a_window_holds_the_day_of_assignment_and_ends_before_the_last(tmp_path: Path) -> None:
    times = ["2026-03-01 23:59:59", "2026-03-02 00:00", "2026-03-31 23:59:59", "2026-04-01 00:00"]
    for time, counts in zip(times, (0, 1, 1, 0), strict=True):
        assert orders_of(study_with(tmp_path, [(1, time)]), "2026-03-02") == counts


@pytest.mark.parametrize(
    ("utc", "counts"),
    [
        ("2026-03-28T22:59:59Z", 0),  # 23:59:59 on the 28th, winter time
        ("2026-03-28T23:00:00Z", 1),  # midnight of the day on which summer time begins
        ("2026-03-29T21:59:59Z", 1),  # 23:59:59 summer time: the day has 23 hours
        ("2026-03-29T22:00:00Z", 0),
    ],
)
def test_the_day_on_which_summer_time_begins_has_23_hours(tmp_path: Path, utc: str, counts: int) -> None:
    study = study_with(tmp_path, [(1, utc)], use=[("orders", "1d")])
    assert orders_of(study, "2026-03-29") == counts


@pytest.mark.parametrize(
    ("utc", "counts"),
    [
        ("2026-10-24T21:59:59Z", 0),
        ("2026-10-24T22:00:00Z", 1),  # midnight, still summer time
        ("2026-10-25T22:59:59Z", 1),  # 23:59:59 winter time: the day has 25 hours
        ("2026-10-25T23:00:00Z", 0),
    ],
)
def test_the_day_on_which_summer_time_ends_has_25_hours(tmp_path: Path, utc: str, counts: int) -> None:
    study = study_with(tmp_path, [(1, utc)], use=[("orders", "1d")])
    assert orders_of(study, "2026-10-25") == counts


def test_times_without_a_zone_belong_to_the_zone_of_their_source(tmp_path: Path) -> None:
    sources = SOURCES | {"orders": SOURCES["orders"] | {"timezone": "America/New_York"}}
    study = study_with(
        tmp_path, [(1, "2026-03-02 17:59:59"), (1, "2026-03-02 18:00")], sources=sources, use=[("orders", "1d")]
    )
    assert orders_of(study, "2026-03-02") == 1  # 23:59:59 in Berlin; the other is the next day there


def test_the_hour_of_assignment_does_not_matter(tmp_path: Path) -> None:
    study = study_with(tmp_path, [(1, "2026-03-02 08:00"), (1, "2026-03-31 20:00")])
    assert orders_of(study, "2026-03-02 00:00") == orders_of(study, "2026-03-02 23:59") == 2


def test_a_contact_is_mature_when_window_and_lag_are_over(tmp_path: Path) -> None:
    sources = SOURCES | {"orders": SOURCES["orders"] | {"data_lag": "3d"}}
    study = study_with(tmp_path, [(1, "2026-03-10")], sources=sources)
    path = ledger(
        tmp_path / "l.parquet",
        [
            {"unit_id": "1", "arm": "control", "assigned_at": at("2026-03-02")},
            {"unit_id": "2", "arm": "control", "assigned_at": at("2026-03-03")},
            {"unit_id": "3", "arm": "treatment", "assigned_at": at("2026-04-05")},
        ],
    )
    for as_of, mature, immature, assigned in (
        ("2026-04-03", 0, 2, {"control": 2, "treatment": 0}),
        ("2026-04-04", 1, 1, {"control": 2, "treatment": 0}),  # 2 March + 30 days + 3 days of lag
        ("2026-04-05", 2, 0, {"control": 2, "treatment": 1}),
    ):
        found = measured(study, Assigned.from_ledger([path]), as_of=datetime.date.fromisoformat(as_of))
        metric = found.metric("orders")
        assert (metric.mature["control"], metric.immature["control"]) == (mature, immature)
        assert found.assigned == assigned
        assert found.sums("orders")["control"].n == mature
        assert found.sums("orders")["control"].powers[(1,)] == min(mature, 1)
        assert found.sums("orders")["treatment"].n == 0


def test_orders_after_as_of_do_not_reach_back(tmp_path: Path) -> None:
    """A mature contact's window is over, so what came later changes nothing: the past can be read again."""
    early = study_with(tmp_path / "a", [(1, "2026-03-10")])
    late = study_with(tmp_path / "b", [(1, "2026-03-10"), (1, "2026-06-01")])
    as_of = datetime.date(2026, 4, 1)
    assert orders_of(early, "2026-03-02", as_of=as_of) == orders_of(late, "2026-03-02", as_of=as_of) == 1


def test_two_windows_of_one_metric_are_two_results(tmp_path: Path) -> None:
    study = study_with(tmp_path, [(1, "2026-03-03"), (1, "2026-03-20")], use=[("orders", "7d"), ("orders", "30d")])
    path = ledger(tmp_path / "l.parquet", [{"unit_id": "1", "arm": "control"}])
    found = measured(study, Assigned.from_ledger([path]))
    assert found.sums("orders", 7)["control"].powers[(1,)] == 1
    assert found.sums("orders", 30)["control"].powers[(1,)] == 2


def test_a_metric_is_preliminary_until_it_has_settled(tmp_path: Path) -> None:
    study = study_with(tmp_path, [(1, "2026-03-10")], metrics={"orders": ORDERS["orders"] | {"settles_after": "45d"}})
    path = ledger(tmp_path / "l.parquet", [{"unit_id": "1", "arm": "control"}, {"unit_id": "2", "arm": "treatment"}])
    end = datetime.date(2026, 3, 2) + datetime.timedelta(days=75)
    for as_of, preliminary in ((end - datetime.timedelta(days=1), True), (end, False)):
        assert measured(study, Assigned.from_ledger([path]), as_of=as_of).metric("orders").preliminary is preliminary


def test_rows_without_time_or_contact_are_counted(tmp_path: Path) -> None:
    study = study_with(tmp_path, [(1, "2026-03-10"), (1, "")])
    path = write_text(tmp_path / "orders.csv", "customer_id;at\n1;2026-03-10\n1;\n;2026-03-11\ngast;2026-03-11\n")
    assert path.exists()
    found = measured(
        study, Assigned.from_ledger([ledger(tmp_path / "l.parquet", [{"unit_id": "1", "arm": "control"}])])
    )
    assert found.sums("orders")["control"].powers[(1,)] == 1
    messages = " ".join(n.message for n in found.notices if n.code == "UP564")
    assert "1 of 4 rows of orders have no contact id" in messages
    assert "1 of 4 rows of orders have an id that is no integer" in messages
    assert "1 row of orders has no time" in messages


def test_ids_that_never_meet_are_said(tmp_path: Path) -> None:
    study = study_with(tmp_path, [(77, "2026-03-10")])
    found = measured(
        study, Assigned.from_ledger([ledger(tmp_path / "l.parquet", [{"unit_id": "1", "arm": "control"}])])
    )
    assert "UP565" in {n.code for n in found.notices}
