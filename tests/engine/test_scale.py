"""A million orders on a laptop: seconds, not minutes; measured in CPU time, which a busy machine does not stretch."""

from __future__ import annotations

import time
from pathlib import Path

import duckdb
import pytest

from tests.engine.studies import LATER, ledger_of, measured, study_in, write_parquet
from uplift.engine import Assigned

CONTACTS, ORDERS = 200_000, 1_000_000


@pytest.mark.slow
def test_a_million_orders_are_joined_and_added_up_in_seconds(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        con.execute("SELECT setseed(0.5)")
        con.execute(
            f"""COPY (SELECT 1 + hash(i) % {2 * CONTACTS} AS customer_id,
            TIMESTAMP '2026-02-01' + to_seconds(hash(i + 1) % (120 * 86400)) AS ordered_at,
            replace(((hash(i + 2) % 20000) / 100)::DECIMAL(10,2)::VARCHAR, '.', ',') AS net,
            CASE WHEN hash(i + 3) % 20 = 0 THEN 'ja' ELSE 'nein' END AS cancelled
            FROM range({ORDERS}) AS r(i)) TO '{tmp_path / "orders.csv"}' (FORMAT csv, DELIMITER ';', HEADER)"""
        )
    write_parquet(tmp_path / "contacts.parquet", "SELECT 1 AS customer_id")
    path = ledger_of(
        tmp_path / "l.parquet",
        f"""SELECT (i + 1)::VARCHAR AS unit_id, CASE WHEN i % 10 = 0 THEN 'control' ELSE 'treatment' END AS arm,
        TIMESTAMP '2026-03-02' + to_days((i % 14)::INTEGER) AS assigned_at, 1 AS weight_epoch, NULL AS stratum
        FROM range({CONTACTS}) AS r(i)""",
    )
    source = {"source": "orders", "where": "not cancelled"}
    study = study_in(
        tmp_path,
        sources={
            "contacts": {"file": "../contacts.parquet", "id": "customer_id"},
            "orders": {"file": "../orders.csv", "grain": "event", "id": "customer_id", "time": "ordered_at"},
        },
        metrics={
            "bought": {"kind": "proportion"} | source,
            "revenue": {"kind": "mean", "value": "net", "format": "money"} | source,
            "order_value": {
                "kind": "ratio", "numerator": {"value": "net"} | source, "denominator": {"count": True} | source,
                "format": "money",
            },
        },
    )  # fmt: skip
    start = time.process_time()
    found = measured(study, Assigned.from_ledger([path]))
    first = time.process_time() - start
    start = time.process_time()
    measured(study, Assigned.from_ledger([path]))
    again = time.process_time() - start
    with duckdb.connect() as con:
        (expected,) = con.execute(
            f"""SELECT sum(replace(net, ',', '.')::DECIMAL(18,2) * 100)::BIGINT
            FROM read_csv('{tmp_path / "orders.csv"}', delim=';', all_varchar=true) AS o
            JOIN (SELECT unit_id, assigned_at FROM '{path}' WHERE arm = 'control') AS a ON a.unit_id = o.customer_id
            WHERE o.ordered_at::DATE >= a.assigned_at AND o.ordered_at::DATE < a.assigned_at + INTERVAL 30 DAY
            AND o.cancelled = 'nein'"""
        ).fetchone()  # type: ignore[misc]
    assert found.sums("revenue")["control"].powers[(1,)] == expected
    assert found.assigned["control"] == CONTACTS // 10
    assert found.as_of == LATER
    assert first < 20, f"{first:.1f} CPU seconds"
    assert again < 3, f"{again:.1f} CPU seconds"
    print(f"\n{first:.1f} s, again {again:.1f} s (CPU)")
