from __future__ import annotations

import datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.customers.conftest import history_of, project_in
from uplift.customers.history import History
from uplift.customers.snapshots import chunks, snapshot
from uplift.errors import DataError, SpecError
from uplift.spec import load_project

DAY = datetime.date(2026, 7, 1)
GOOD = "SELECT 1 AS customer_id, TIMESTAMP '2026-01-05 10:00' AS ordered_at, 20.00::DECIMAL(9,2) AS amount"


def _rows(*rows: str) -> str:
    return " UNION ALL ".join([GOOD, "SELECT 1, TIMESTAMP '2026-03-06 12:00', 30.00", *(f"SELECT {r}" for r in rows)])


def test_recency_frequency_age_and_value_are_counted_in_local_days(tmp_path: Path) -> None:
    """Two orders on one day are one purchase day; 23:30 UTC on 5 March is 6 March in Berlin."""
    orders = _rows("1, TIMESTAMP '2026-01-05 18:00', 5.00", "2, TIMESTAMP '2026-06-30 23:59', 7.50")
    history = history_of(project_in(tmp_path, orders), DAY)
    who = snapshot(history, DAY)
    assert who.days.tolist() == [2, 1]
    assert who.repeats.tolist() == [1, 0]
    assert who.first.tolist() == [176, 0]  # from 5 January to 30 June
    assert who.recency.tolist() == [60, 0]
    assert who.value.tolist() == [5_500, 750]


def test_days_are_days_of_the_projects_time_zone(tmp_path: Path) -> None:
    orders = "SELECT 1 AS customer_id, t AS ordered_at, 10.00::DECIMAL(9,2) AS amount FROM (VALUES "
    orders += "(TIMESTAMPTZ '2026-03-05 23:30+00'), (TIMESTAMPTZ '2026-05-05 12:00+00')) AS v(t)"
    found = history_of(project_in(tmp_path, orders, timezone="Europe/Berlin"), DAY)
    first = duckdb.sql(f"SELECT min(day) FROM read_parquet('{found.purchases}')").fetchall()
    assert first == [(datetime.date(2026, 3, 6),)]


def test_the_summary_of_the_paper_is_rebuilt_from_the_raw_purchases(cdnow: Path, tmp_path: Path) -> None:
    """2,357 customers, weeks = days / 7, end 1997-09-30: the shipped file is rounded to two decimals."""
    rows = [line.split() for line in (cdnow / "CDNOW_sample.txt").read_text("ascii").splitlines() if line.strip()]
    table = pd.DataFrame(
        {"customer_id": [int(r[1]) for r in rows], "d": [r[2] for r in rows], "v": [r[4] for r in rows]}
    )
    with duckdb.connect() as con:
        con.register("t", table)
        con.execute(f"COPY (SELECT * FROM t) TO '{tmp_path}/raw.parquet' (FORMAT parquet)")
    # Free CDs are purchases in the paper: a cent keeps them.
    orders = (
        "SELECT customer_id, CAST(strptime(d, '%Y%m%d') AS DATE) AS ordered_at, "
        f"greatest(v::DECIMAL(9,2), 0.01) AS amount FROM '{tmp_path}/raw.parquet'"
    )
    end = datetime.date(1997, 10, 1)
    who = snapshot(history_of(project_in(tmp_path, orders), end), end)
    shipped = pd.read_csv(cdnow / "cdnow_customers_summary.csv").sort_values("ID")
    assert (who.repeats == shipped["frequency"].to_numpy()).all()
    assert np.abs(who.recency / 7 - shipped["recency"]).max() <= 0.005
    assert np.abs(who.first / 7 - shipped["T"]).max() <= 0.005


def test_what_is_no_purchase_is_left_out_counted_and_told(tmp_path: Path) -> None:
    orders = _rows(
        "NULL, TIMESTAMP '2026-01-05 10:00', 20.00",
        "2, NULL, 20.00",
        "2, TIMESTAMP '2026-02-05 10:00', NULL",
        "2, TIMESTAMP '2026-02-05 10:00', -20.00",
        "2, TIMESTAMP '2026-02-05 10:00', 0.00",
        "2, TIMESTAMP '2026-08-05 10:00', 20.00",
        "1, TIMESTAMP '2026-01-05 10:00', 20.00",
    )
    history = history_of(project_in(tmp_path, orders), DAY)
    counted = {each.reason: each.rows for each in history.left_out}
    assert counted == {
        "no_id": 1, "no_time": 1, "no_value": 1, "negative": 1, "nothing": 1, "later": 1, "twice": 1,
    }  # fmt: skip
    told = next(p for p in history.notices if p.code == "UP667")
    assert told.level == "warning"
    assert "1 with a negative value" in told.message
    assert "later" not in told.message  # purchases after the day of the score are nothing odd
    assert snapshot(history, DAY).value.tolist() == [5_000]


def test_equal_rows_on_a_day_without_a_time_are_two_purchases(tmp_path: Path) -> None:
    orders = "SELECT 1 AS customer_id, DATE '2026-01-05' AS ordered_at, 20.00::DECIMAL(9,2) AS amount"
    orders = f"{orders} UNION ALL {orders} UNION ALL SELECT 1, DATE '2026-03-05', 20.00"
    history = history_of(project_in(tmp_path, orders), DAY)
    assert history.left_out == ()
    assert snapshot(history, DAY).value.tolist() == [6_000]


@pytest.mark.parametrize(
    ("orders", "code"),
    [
        (GOOD, "UP665"),  # one day
        (f"{GOOD} UNION ALL SELECT 1, TIMESTAMP '2026-01-20 10:00', 5.00", "UP665"),
        (GOOD.replace("2026-01-05", "2027-01-05"), "UP665"),  # all in the future
        (f"SELECT * FROM ({GOOD}) WHERE false", "UP665"),
    ],
)
def test_a_history_that_says_nothing_is_refused(tmp_path: Path, orders: str, code: str) -> None:
    with pytest.raises(DataError, match=code):
        history_of(project_in(tmp_path, orders), DAY)


def test_ids_that_are_no_numbers_are_told_apart_from_an_empty_history(tmp_path: Path) -> None:
    orders = f"SELECT 'c' || customer_id AS customer_id, ordered_at, amount FROM ({GOOD})"
    with pytest.raises(DataError, match=r"UP665.*: 1 without a contact id(.|\n)*customers\.id_type"):
        history_of(project_in(tmp_path, orders), DAY)


def test_events_that_nobody_can_be_credited_with_are_counted_and_told(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT * FROM (VALUES (1, TIMESTAMP '2026-02-01 10:00', 'click'), (NULL, TIMESTAMP '2026-02-01', "
            f"'click'), (2, NULL, 'click')) AS e(customer_id, seen, event)) TO '{tmp_path}/events.parquet' (FORMAT parquet)"
        )
    source = {"file": "../events.parquet", "grain": "event", "id": "customer_id", "time": "seen"}

    def told(where: str) -> str:
        engagement = {"source": "events", "where": where}
        project = project_in(tmp_path, _rows(), customers={"engagement": engagement}, sources={"events": source})
        (found,) = (p for p in history_of(project, DAY).notices if p.code == "UP667")
        assert found.level == "warning"
        return found.message

    assert told("event = 'click'").endswith("left out: 1 without a contact id; 1 without a time")
    assert told("event = 'open'") == "no row of events counts as engagement"


def test_mixed_currencies_are_refused_with_their_figures(tmp_path: Path) -> None:
    orders = f"SELECT *, 'EUR' AS currency FROM ({_rows()}) UNION ALL SELECT *, 'GBP' FROM ({GOOD})"
    bought = {"source": "orders", "value": "amount", "currency": "currency"}
    with pytest.raises(DataError, match=r"UP666.*EUR 2, GBP 1"):
        history_of(project_in(tmp_path, orders, customers={"purchases": bought}), DAY)
    euros = bought | {"where": "currency = 'EUR'"}
    assert history_of(project_in(tmp_path, orders, customers={"purchases": euros}), DAY).rows == 2


def test_a_project_without_purchases_is_told_what_to_write(tmp_path: Path) -> None:
    path = project_in(tmp_path, GOOD)
    path.write_text(path.read_text().split("customers:")[0])
    with pytest.raises(DataError, match="UP664"):
        history_of(path, DAY)


def test_the_source_of_purchases_has_to_be_one_of_events(tmp_path: Path) -> None:
    contacts = {"contacts": {"file": "../data/orders.parquet", "id": "customer_id"}}
    path = project_in(
        tmp_path, GOOD, sources=contacts, customers={"purchases": {"source": "contacts", "value": "amount"}}
    )
    with pytest.raises(SpecError, match="UP237"):
        load_project(path)


def test_snapshots_of_parts_add_up_to_the_whole(cdnow_history: History) -> None:
    day = datetime.date(1998, 3, 1)
    whole = snapshot(cdnow_history, day)
    parts = list(chunks(cdnow_history, day, size=7_000))
    assert len(parts) == 4
    assert np.concatenate([part.n for part in parts]).tolist() == whole.n.tolist()
    assert sum(int(part.value.sum()) for part in parts) == int(whole.value.sum())


def test_the_past_does_not_know_the_future(cdnow_history: History) -> None:
    """A snapshot of March is the same, whatever was bought later."""
    day = datetime.date(1998, 3, 1)
    who = snapshot(cdnow_history, day)
    (found,) = duckdb.sql(
        f"SELECT sum(value) FROM read_parquet('{cdnow_history.purchases}') WHERE day < DATE '{day}'"
    ).fetchall()
    assert int(who.value.sum()) == int(found[0])
    assert int(who.revenue.sum()) > 0
