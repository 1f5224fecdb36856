"""Rows that can't matter are left out before they are joined to contacts, and nothing that matters is."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.engine.studies import LATER, ledger, measured, study_in, write_parquet
from uplift.engine import Assigned, DuckDBEngine, Measurement
from uplift.engine.measure import measure
from uplift.spec.study import Study

MINUTES = ["2026-03-01 23:59:59", "2026-03-02 00:00:00", "2026-03-15 23:59:59", "2026-03-16 00:00:00"]
METRICS: dict[str, Any] = {
    "opened": {"kind": "proportion", "source": "mails", "where": "event = 'open'"},
    "clicks": {"kind": "count", "source": "mails", "where": "event = 'click'"},
}


def shop(folder: Path, rows: str, *, zone: str | None = None, metrics: dict[str, Any] = METRICS) -> Study:
    write_parquet(folder / "contacts.parquet", "SELECT range AS customer_id FROM range(1, 4)")
    write_parquet(folder / "mails.parquet", rows)
    mails = {"file": "../mails.parquet", "grain": "event", "id": "customer_id", "time": "at"}
    sources = {"contacts": {"file": "../contacts.parquet", "id": "customer_id"}, "mails": mails}
    if zone:
        mails["timezone"] = zone
    return study_in(folder, sources=sources, metrics=metrics, use=[(name, "14d") for name in metrics])


def who(study: Study, *days: str) -> Assigned:
    """Contact 1, 2, … is assigned on these days, the first to control."""
    rows = [
        {
            "unit_id": str(i + 1),
            "arm": "treatment" if i else "control",
            "assigned_at": datetime.datetime.fromisoformat(day),
        }
        for i, day in enumerate(days)
    ]
    return Assigned.from_ledger([ledger(study.root / "ledger.parquet", rows)])


def total(found: Measurement, name: str, arm: str = "control") -> int:
    return found.sums(name, 14)[arm].powers[(1,)]


@pytest.mark.parametrize(
    ("kind", "zone"),
    [
        ("TIMESTAMP", None),
        ("TIMESTAMPTZ", None),
        ("VARCHAR", None),
        ("TIMESTAMP", "Pacific/Kiritimati"),
        ("TIMESTAMP", "Pacific/Pago_Pago"),
    ],
)
def test_the_first_and_the_last_minute_of_all_windows_count_however_times_are_stored(
    tmp_path: Path, kind: str, zone: str | None
) -> None:
    instant = "timezone('Europe/Berlin', TIMESTAMP '{}')"  # Berlin's clock, as each file writes it
    written = (
        {"TIMESTAMPTZ": instant, "TIMESTAMP": f"timezone('{zone}', {instant})"} if zone or kind == "TIMESTAMPTZ" else {}
    )
    form = written.get(kind, "TIMESTAMP '{}'")
    rows = " UNION ALL ".join(
        f"SELECT 1 AS customer_id, CAST({form.format(time)} AS {kind}) AS at, 'click' AS event" for time in MINUTES
    )
    study = shop(tmp_path, rows, zone=zone)
    assert total(measured(study, who(study, "2026-03-02")), "clicks") == 2


def test_events_that_no_metric_counts_and_days_far_away_are_not_joined(tmp_path: Path) -> None:
    study = shop(
        tmp_path,
        """SELECT 1 + i % 3 AS customer_id, TIMESTAMP '2025-01-01' + INTERVAL (i) HOUR AS at,
        CASE WHEN i % 10 = 0 THEN 'click' ELSE 'delivered' END AS event FROM range(20000) AS t(i)""",
    )
    with DuckDBEngine() as engine:
        found = measure(study, who(study, "2026-03-02"), as_of=LATER, cache_dir=tmp_path / "cache", engine=engine)
        (rows,) = engine.run("SELECT count(*) FROM typed_mails")[0]
    assert rows == (14 + 2 * 2) * 24  # the window, and two days of margin on both sides
    assert total(found, "clicks") == sum((1 + i % 3) == 1 and i % 10 == 0 for i in range(425 * 24, 439 * 24))
    assert "UP565" not in {notice.code for notice in found.notices}


def test_mails_that_nobody_clicked_are_no_sign_of_ids_that_never_meet(tmp_path: Path) -> None:
    delivered = "SELECT 1 AS customer_id, TIMESTAMP '2026-03-05 12:00' AS at, 'delivered' AS event"
    study = shop(tmp_path, delivered)
    found = measured(study, who(study, "2026-03-02"))
    assert total(found, "clicks") == total(found, "opened") == 0
    assert "UP565" not in {notice.code for notice in found.notices}
    write_parquet(tmp_path / "mails.parquet", delivered.replace("1 AS customer_id", "99 AS customer_id"))
    found = measured(study, who(study, "2026-03-02"))
    assert "UP565" in {notice.code for notice in found.notices}


def test_a_metric_without_a_filter_counts_every_row(tmp_path: Path) -> None:
    mailed = METRICS | {"mails": {"kind": "count", "source": "mails"}}
    rows = """SELECT 1 AS customer_id, TIMESTAMP '2026-03-05 12:00' AS at,
        unnest(['delivered', 'click', NULL]) AS event"""
    study = shop(tmp_path, rows, metrics=mailed)
    found = measured(study, who(study, "2026-03-02"))
    assert (total(found, "mails"), total(found, "clicks"), total(found, "opened")) == (3, 1, 0)


def test_the_first_row_of_a_contact_decides_whether_or_not_somebody_has_two(tmp_path: Path) -> None:
    rows = "SELECT unnest([1, 2, 2]) AS customer_id, TIMESTAMP '2026-03-05 12:00' AS at, 'click' AS event"
    study = shop(tmp_path, rows)
    once = measured(study, who(study, "2026-03-02", "2026-03-04"))
    again = [
        {"unit_id": "1", "arm": "control"},
        {"unit_id": "2", "arm": "treatment", "assigned_at": datetime.datetime(2026, 3, 4)},
        {"unit_id": "2", "arm": "control", "assigned_at": datetime.datetime(2026, 3, 6)},
    ]
    twice = measured(study, Assigned.from_ledger([ledger(tmp_path / "more.parquet", again)]))
    for found in (once, twice):
        assert (total(found, "clicks"), total(found, "clicks", "treatment")) == (1, 2)
        assert found.assigned == {"control": 1, "treatment": 1}
    assert dict(once.sql)["assigned"] == dict(twice.sql)["assigned"]


def test_who_was_held_out_first_is_in_no_arm(tmp_path: Path) -> None:
    rows = "SELECT unnest([1, 2, 3]) AS customer_id, TIMESTAMP '2026-03-05 12:00' AS at, 'click' AS event"
    study = shop(tmp_path, rows)
    later = datetime.datetime(2026, 3, 4)
    held = [
        {"unit_id": "1", "arm": "control"},
        {"unit_id": "2", "arm": None, "status": "held_out"},
        {"unit_id": "2", "arm": "treatment", "assigned_at": later},
        {"unit_id": "3", "arm": "treatment", "assigned_at": later},
    ]
    found = measured(study, Assigned.from_ledger([ledger(tmp_path / "held.parquet", held)]))
    assert found.assigned == {"control": 1, "treatment": 1}
    assert (total(found, "clicks"), total(found, "clicks", "treatment")) == (1, 1)
