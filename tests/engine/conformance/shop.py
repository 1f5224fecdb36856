"""One shop for all engines: every kind of metric, filter and column, and whatever makes engines differ."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from tests.engine.studies import ledger_of, study_in
from uplift.engine import Assigned
from uplift.spec.study import Study

SPRING, AUTUMN = datetime.date(2026, 3, 29), datetime.date(2026, 10, 25)
"""The days on which Berlin's clocks change."""

METRICS: dict[str, dict[str, Any]] = {
    "bought": {"kind": "proportion", "source": "orders", "where": "not is_cancelled"},
    "revenue": {"kind": "mean", "source": "orders", "value": "net - coalesce(refund, 0)", "where": "not is_cancelled"},
    "capped": {"kind": "mean", "source": "orders", "value": "net", "format": "money", "winsorise": {"upper": "95%"}},
    "orders_made": {"kind": "count", "source": "orders", "where": "status in ('paid', 'sent') or status is null"},
    "weight": {"kind": "mean", "source": "orders", "value": "weight", "decimals": 3},
    "order_value": {
        "kind": "ratio",
        "numerator": {"source": "orders", "value": "net", "where": "net > 0"},
        "denominator": {"source": "orders", "count": True, "where": "net > 0"},
    },
    "odd": {
        "kind": "count",
        "source": "orders",
        "where": "(status like 'p%' or status ilike '%EN%') and status is distinct from 'open'"
        " and (net between -5 and 99.95 or greatest(net, refund) > 120 or nullif(net, 0) is null)"
        " and case when refund is null then net > 1 else refund < net * 2 end"
        " and ordered_at + interval 2 day > date '2026-03-01' and ordered_at < '2026-12-24'"
        " and note <> 'it''s \"odd\"' and not (is_cancelled and net < 0)",
    },
    "opened": {"kind": "proportion", "source": "mails", "where": "event = 'open'", "better": "down"},
    "clicks": {"kind": "count", "source": "mails", "where": "event = 'click' and day >= date '2026-03-01'"},
    "age": {"kind": "mean", "column": "age"},
}
USE = [
    ("bought", "30d"), ("revenue", "30d"), ("revenue", "7d"), ("capped", "30d"), ("orders_made", "30d"),
    ("weight", "14d"), ("order_value", "30d"), ("odd", "60d"), ("opened", "14d"), ("clicks", "1d"), ("age", None),
]  # fmt: skip


def rows(kind: str, contacts: int = 300, seed: int = 1) -> dict[str, str]:
    """The tables as DuckDB queries; `kind` is the type of the ids: integer or string."""
    make = random.Random(seed)
    own = (
        "i"
        if kind == "integer"
        else "'K-' || lpad(CAST(i AS VARCHAR), 4, '0') || CASE WHEN i % 7 = 0 THEN 'ä' ELSE '' END"
    )
    salt = make.randrange(10**6)

    def spread(name: str, modulus: int) -> str:
        return f"(hash(i * 1000003 + j * 7919 + {salt} + {len(name)}) % {modulus})"

    people = f"SELECT {own} AS customer_id, i // 2 AS household, (i % 60) + 18 AS age, ['DE', 'AT', 'Österreich'][i % 3 + 1] AS country FROM range({contacts}) AS r(i)"
    orders = f"""
SELECT {own} AS customer_id,
  -- whole minutes around both days on which the clocks change, and around midnight
  TIMESTAMP '2026-03-24 22:30:00' + to_minutes(CAST({spread("at", 30 * 24 * 60)} AS BIGINT)) + CASE WHEN i % 2 = 1 THEN INTERVAL 0 DAY ELSE INTERVAL 210 DAY END AS ordered_at,
  CAST(CAST({spread("net", 30000)} AS BIGINT) - 5000 AS DECIMAL(9, 2)) * CAST(0.01 AS DECIMAL(3, 2)) AS net_,
  CASE WHEN {spread("refund", 3)} > 0 THEN CAST(CAST({spread("refunded", 4000)} AS BIGINT) AS DECIMAL(9, 2)) * CAST(0.01 AS DECIMAL(3, 2)) END AS refund_,
  CAST({spread("weight1", 90000)} AS DOUBLE) / 1000 AS weight,
  {spread("cancel", 9)} = 0 AS is_cancelled,
  ['paid', 'sent', 'open', 'PENDING', NULL, 'päid'][CAST({spread("status", 6)} AS BIGINT) + 1] AS status,
  CASE {spread("note", 4)} WHEN 0 THEN 'it''s "odd"' WHEN 1 THEN 'a\\b' WHEN 2 THEN '' ELSE 'plain' END AS note
FROM range({contacts}) AS r(i), range(4) AS s(j)"""
    mails = f"""
SELECT CASE WHEN {spread("nobody", 50)} = 0 THEN NULL ELSE {own} END AS customer_id,
  DATE '2026-03-20' + CAST({spread("day", 45)} AS INTEGER) + CASE WHEN i % 2 = 1 THEN 0 ELSE 205 END AS day,
  ['open', 'click', 'bounce'][CAST({spread("event", 3)} AS BIGINT) + 1] AS event
FROM range({contacts}) AS r(i), range(5) AS s(j)"""
    return {
        "contacts": people,
        "orders": f"SELECT * EXCLUDE (net_, refund_), CAST(net_ AS DECIMAL(12, 2)) AS net, CAST(refund_ AS DECIMAL(12, 2)) AS refund FROM ({orders})",
        "mails": mails,
    }


def write(
    folder: Path, kind: str, *, names: Iterable[str] = ("contacts", "orders", "mails"), contacts: int = 300
) -> None:
    """The tables as Parquet files."""
    tables = rows(kind, contacts)
    with duckdb.connect() as con:
        for name in names:
            con.execute(f"COPY ({tables[name]}) TO '{folder / name}.parquet' (FORMAT parquet)")


def study(
    folder: Path,
    kind: str,
    *,
    connection: str | None = None,
    schema: str = "",
    clustered: bool = False,
    timezone: str = "Europe/Berlin",
    written: str | None = None,
    contacts_too: bool = False,
) -> Study:
    """The study: events in files, or in the tables of a connection; `written` is the zone of naive order times."""

    def place(name: str) -> dict[str, Any]:
        if connection is None or (name == "contacts" and not contacts_too):
            return {"file": f"../{name}.parquet"}
        return {"table": f"{schema}{name}", "connection": connection}

    unit: dict[str, Any] = {"id": "customer_id", "type": kind}
    if clustered:
        unit |= {"cluster": "household", "cluster_fallback": "own_id"}
    orders = place("orders") | {"grain": "event", "id": "customer_id", "time": "ordered_at"}
    return study_in(
        folder,
        sources={
            "contacts": place("contacts") | {"id": "customer_id"},
            "orders": orders | ({"timezone": written} if written else {}),
            "mails": place("mails") | {"grain": "event", "id": "customer_id", "time": "day"},
        },
        metrics=METRICS,
        use=USE,
        unit=unit,
        timezone=timezone,
    )


def assigned(folder: Path, kind: str, *, contacts: int = 300) -> Assigned:
    """Who is in which arm: two strata and weight epochs, both days on which the clocks change among the days."""
    own = rows(kind, contacts)["contacts"]
    path = ledger_of(
        folder / "ledger.parquet",
        f"""SELECT CAST(customer_id AS VARCHAR) AS unit_id, CASE WHEN n % 3 = 0 THEN 'control' ELSE 'treatment' END AS arm,
        CASE WHEN n % 2 = 0 THEN TIMESTAMP '2026-03-26' ELSE TIMESTAMP '2026-10-22' END + to_days(CAST(n % 6 AS INTEGER)) AS assigned_at,
        CASE WHEN n % 5 = 0 THEN 2 ELSE 1 END AS weight_epoch, CASE WHEN n % 4 = 0 THEN 'DE|high' ELSE 'AT|low' END AS stratum
        FROM (SELECT customer_id, row_number() OVER (ORDER BY customer_id) AS n FROM ({own}))""",
    )
    return Assigned.from_ledger([path])
