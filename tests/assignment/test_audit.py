"""The audit: right ledgers pass, and every kind of forged row is found."""

from __future__ import annotations

import datetime
from pathlib import Path

import duckdb
import pytest

from tests.assignment.bench import DAY, Bench
from uplift.assignment import audit
from uplift.assignment.audit_text import text
from uplift.errors import AssignmentError, StateError
from uplift.store.files import content_hash

LATER = DAY + datetime.timedelta(days=1)


def forge(bench: Bench, change: str) -> Path:
    """Rewrite the newest ledger file with other rows, and cover it up in the catalog."""
    path = bench.store.ledger.files("sale")[-1]
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE forged AS FROM read_parquet('{path}')")
        connection.execute(change)
        connection.execute(f"COPY (FROM forged ORDER BY unit_id) TO '{path}' (FORMAT parquet)")
    import sqlite3

    connection = sqlite3.connect(bench.store.catalog.path)
    with connection:
        connection.execute(
            "UPDATE files SET sha256 = ?, bytes = ? WHERE path LIKE ?",
            (content_hash(path), path.stat().st_size, f"%{path.name}"),
        )
    connection.close()
    return path


@pytest.fixture
def drawn(bench: Bench) -> Bench:
    bench.write(assignment={"holdout": "global-2026h2", "layer": {"name": "incentives", "from": "0%", "to": "90%"}})
    bench.people(1000)
    bench.assign()
    bench.people(1500)
    bench.assign(LATER)
    return bench


def test_an_honest_ledger_is_recomputed_row_by_row(drawn: Bench):
    report = audit(drawn.study, store=drawn.store)
    rows = drawn.rows("arm, status")
    assert report.passed
    assert (
        report.recomputation.rows == len(rows) == report.recomputation.recomputed + report.recomputation.taken_on_trust
    )
    assert report.recomputation.taken_on_trust == report.held_out == sum(status == "held_out" for _, status in rows)
    assert dict(report.arms) == {arm: sum(a == arm for a, _ in rows) for arm in ("control", "treatment")}
    assert "0 wrong" in text(report, "en")


def test_held_out_rows_are_recomputed_where_the_ledger_holds_their_unit(bench: Bench):
    own = {"global-2026h2": {"share": "5%", "unit": "customer_id", "from": "2026-07-01", "until": "2027-03-31"}}
    bench.project(holdouts=own)
    bench.write(assignment={"holdout": "global-2026h2"})
    bench.assign()
    report = audit(bench.study, store=bench.store)
    assert (report.passed, report.recomputation.recomputed, report.recomputation.taken_on_trust) == (True, 600, 0)
    assert report.held_out > 0


def test_households_are_recomputed(bench: Bench):
    bench.write(unit={"id": "customer_id", "type": "integer", "cluster": "household_id"})
    bench.people(301)
    bench.assign()
    bench.people(600)
    bench.assign(LATER)
    report = audit(bench.study, store=bench.store)
    assert (report.passed, report.recomputation.recomputed) == (True, 600)


FORGERIES = {
    "a contact moved to the other arm": "UPDATE forged SET arm = 'treatment' WHERE arm = 'control' AND unit_id < '2'",
    "another bucket": "UPDATE forged SET bucket = bucket + 1 WHERE status = 'assigned'",
    "another salt": "UPDATE forged SET salt = 'sale/7' WHERE status = 'assigned'",
    "an unknown arm": "UPDATE forged SET arm = 'ghost' WHERE status = 'assigned'",
    "unknown weights": "UPDATE forged SET weights_hash = 'x' WHERE status = 'assigned'",
    "no arm": "UPDATE forged SET arm = NULL WHERE status = 'assigned'",
    "held out by a bucket beyond the share": "UPDATE forged SET bucket = 999999 WHERE status = 'held_out'",
    "another contact": "UPDATE forged SET unit_id = '9' || unit_id WHERE status = 'assigned'",
    "a contact assigned twice": "INSERT INTO forged SELECT * REPLACE ('7' AS unit_id) FROM forged LIMIT 1",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forged_rows_are_found(drawn: Bench, forgery: str):
    forge(drawn, FORGERIES[forgery])
    report = audit(drawn.study, store=drawn.store)
    assert not report.passed
    assert report.recomputation.wrong > 0
    assert {problem.code for problem in report.problems} == {"UP511"}


def test_a_forged_rank_in_a_stratified_draw_is_found(bench: Bench):
    bench.write(audience={"source": "contacts"}, assignment={"method": "stratified", "strata": ["household_id"]})
    bench.contacts({"customer_id": list(range(200)), "household_id": [i % 3 for i in range(200)]})
    bench.assign()
    assert audit(bench.study, store=bench.store).passed
    forge(
        bench,
        "UPDATE forged SET arm = 'control' WHERE unit_id = (SELECT min(unit_id) FROM forged WHERE arm <> 'control')",
    )
    assert audit(bench.study, store=bench.store).recomputation.wrong >= 1


def test_a_changed_file_is_found_before_its_rows_are_read(drawn: Bench):
    path = drawn.store.ledger.files("sale")[0]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(StateError, match="UP518"):
        audit(drawn.study, store=drawn.store)


def test_without_a_ledger_there_is_nothing_to_audit(bench: Bench):
    with pytest.raises(AssignmentError, match="UP504"):
        audit(bench.study, store=bench.store)
