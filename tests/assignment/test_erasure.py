"""Erased means gone: no byte of an id is left in what uplift keeps, and what was measured still stands."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.assignment.bench import DAY, Bench
from uplift.analysis import analyze
from uplift.analysis.save import save
from uplift.assignment import audit, export_lists
from uplift.assignment.erasure import contacts_in, erase
from uplift.assignment.retention import collect_garbage
from uplift.errors import AssignmentError
from uplift.store.contents import contents

LATER = DAY + datetime.timedelta(days=1)
YEARS = datetime.timedelta(days=730)
NAMED = ("mara@example.org", "jon@example.org", "zoë@example.org")


@pytest.fixture
def kept(bench: Bench) -> Bench:
    """Two draws, lists of both, and ids that can be looked for as bytes."""
    ids = [*NAMED, *(f"contact-{i:04d}@example.org" for i in range(400))]
    bench.write(unit={"id": "customer_id", "type": "string"}, assignment={"holdout": "global-2026h2"})
    for count, day in ((201, DAY), (403, LATER)):
        bench.contacts({"customer_id": ids[:count], "household_id": [f"home of {i}" for i in ids[:count]]})
        bench.assign(day)
        export_lists(bench.study, on=day, store=bench.store)
    return bench


def everything_kept(bench: Bench) -> bytes:
    """All bytes under the project's root but the sources, Parquet files as their rows."""
    text = b""
    for path in sorted(p for p in bench.root.rglob("*") if p.is_file() and "experiments" not in p.parts):
        text += path.read_bytes()
        if path.suffix == ".parquet":
            text += str(duckdb.sql(f"FROM read_parquet('{path}')").fetchall()).encode()
    return text


def test_nothing_that_is_kept_names_an_erased_contact(kept: Bench) -> None:
    before = everything_kept(kept)
    assert all(name.encode() in before for name in NAMED)
    receipt = erase(kept.store, NAMED, root=kept.root, on=LATER)
    after = everything_kept(kept)
    assert not any(name.encode() in after for name in NAMED)
    assert not any(f"home of {name}".encode() in after for name in NAMED)
    assert (receipt.contacts, receipt.found, dict(receipt.rows)) == (3, 3, {"sale": 3})
    assert not any(name in str(receipt) for name in NAMED)


def test_no_file_of_the_whole_project_names_an_erased_contact_and_the_receipt_names_the_files(kept: Bench) -> None:
    """Lists, target lists, send logs, scores in both forms, unit tables, results and reports; sources are the user's."""
    orders = {"customer_id": list(NAMED), "ordered_at": [datetime.datetime(2026, 12, 2)] * 3}
    pq.write_table(pa.table(orders), kept.folder / "orders.parquet")
    saved = save(kept.study, analyze(kept.study, as_of=datetime.date(2027, 1, 15)))
    assert list(kept.root.glob(".uplift/units/*.parquet"))
    people = pa.table({"customer_id": [*NAMED, "else@example.org"], "score": [1, 2, 3, 4]})
    for name in ("lists/sale/2026-12-02/target.parquet", "scores/customers.parquet", "imports/sale/sends.parquet"):
        (kept.root / name).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(people, kept.root / name)
    (kept.root / "scores" / "customers.csv").write_text("customer_id,score\nzoë@example.org,1\nelse@example.org,2\n")
    killed = kept.root / "lists" / "sale" / str(DAY) / f".aside-{_no_process()}-abc-control.csv"
    killed.write_text("customer_id\nmara@example.org\nhalf")
    alive = killed.with_name(f".aside-{os.getpid()}-abc-control.csv")
    alive.write_text("customer_id\n")
    receipt = erase(kept.store, NAMED, root=kept.root, on=LATER)
    after = everything_kept(kept)
    assert not any(name.encode() in after for name in NAMED)
    assert b"else@example.org" in after
    assert not killed.exists()
    assert alive.exists()
    assert saved.exists()
    files = dict(receipt.files)
    assert {name: files[name] for name in files if "arm" not in name and not name.startswith("lists/sale/2026-1")} == {
        "imports/sale/sends.parquet": 3,
        "scores/customers.csv": 1,
        "scores/customers.parquet": 3,
    }
    assert files["lists/sale/2026-12-02/target.parquet"] == 3
    assert "lists/sale/2026-12-02/target.parquet: 3" in str(receipt)
    assert contents(kept.store).receipts[0].facts["files"] == files


def _no_process() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_number_is_looked_for_where_ids_stand_and_not_among_scores(bench: Bench) -> None:
    bench.assign()
    folder = bench.root / "lists" / "sale" / "2026-12-05"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("arm,customer_id,points\nmens,17,3\nmens,3,17\nmens,4,5\n")
    receipt = erase(bench.store, ["17"], root=bench.root, on=LATER, ids=["customer_id"])
    assert (folder / "a.csv").read_text() == "arm,customer_id,points\nmens,3,17\nmens,4,5\n"
    assert dict(receipt.files) == {"lists/sale/2026-12-05/a.csv": 1}


def test_a_row_keeps_its_arm_and_day_and_nothing_that_leads_back(kept: Bench) -> None:
    before = {row[0]: row[1:] for row in kept.rows("unit_id, arm, assigned_at, weight_epoch")}
    erase(kept.store, NAMED[:1], root=kept.root, on=LATER)
    gone = kept.rows("unit_id, arm, assigned_at, weight_epoch, bucket, cluster_id, stratum, eligible_at, status")
    gone = [row for row in gone if row[-1] == "erased"]
    assert len(gone) == 1
    assert gone[0][1:4] == before[NAMED[0]]
    assert gone[0][4:] == (None, None, None, None, "erased")
    assert str(gone[0][0]).startswith("erased-")


def test_other_rows_and_other_lines_stay_as_they_were(kept: Bench) -> None:
    before = {row for row in kept.rows() if row[1] not in NAMED}
    lists = {path: path.read_text() for path in kept.root.glob("lists/*/*/*.csv")}
    erase(kept.store, NAMED, root=kept.root, on=LATER)
    assert {row for row in kept.rows() if row[-1] != "erased"} == before
    for path, text in lists.items():
        assert path.read_text().splitlines() == [line for line in text.splitlines() if line not in NAMED]


def test_the_audit_still_proves_everybody_else(kept: Bench) -> None:
    erase(kept.store, NAMED, root=kept.root, on=LATER)
    found = audit(kept.study, store=kept.store)
    assert found.passed
    assert found.recomputation.erased == 3
    assert found.recomputation.recomputed + found.recomputation.taken_on_trust == 400


@pytest.mark.parametrize("cluster", [None, "household_id"])
def test_a_stratified_draw_is_still_proven_in_its_order(bench: Bench, cluster: str | None) -> None:
    unit = {"id": "customer_id", "type": "integer", **({"cluster": cluster} if cluster else {})}
    bench.write(unit=unit, audience={"source": "contacts"}, assignment={"method": "stratified", "strata": ["country"]})
    bench.contacts(
        {
            "customer_id": list(range(300)),
            "household_id": [i // 2 for i in range(300)],
            "country": ["DE" if i % 6 < 4 else "AT" for i in range(300)],
        }
    )
    bench.assign()
    erase(bench.store, ["7", "8", "100"], root=bench.root, on=LATER)
    assert audit(bench.study, store=bench.store).passed


def test_new_contacts_are_assigned_as_before(kept: Bench) -> None:
    erase(kept.store, NAMED, root=kept.root, on=LATER)
    people = [f"contact-{i:04d}@example.org" for i in range(500)]
    kept.contacts({"customer_id": people, "household_id": people})
    assert kept.assign(LATER + datetime.timedelta(days=1)).assigned > 0
    assert audit(kept.study, store=kept.store).passed


def test_erasing_again_finds_nobody_and_changes_nothing(kept: Bench) -> None:
    erase(kept.store, NAMED, root=kept.root, on=LATER)
    files = kept.store.ledger.files("sale")
    again = erase(kept.store, NAMED, root=kept.root, on=LATER)
    assert (again.found, again.rows, again.lists) == (0, (), 0)
    assert kept.store.ledger.files("sale") == files


def test_receipts_are_kept_and_told(kept: Bench) -> None:
    receipt = erase(kept.store, NAMED, root=kept.root, on=LATER)
    told = contents(kept.store)
    assert [run.run_id for run in told.receipts] == [f"erase-{receipt.number}"]
    assert receipt.number in str(told)
    assert told.receipts[0].facts["found"] == 3


def test_quoted_cells_other_delimiters_and_old_encodings_of_lists_are_understood(kept: Bench) -> None:
    folder = kept.root / "lists" / "sale" / "2026-12-05"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_bytes('id;name\r\nzoë@example.org;"Zoë; ""Z"" \r\nMüller"\r\nx;y\r\n'.encode("latin-1"))
    (folder / "b.csv").write_bytes(b"\xef\xbb\xbfarm,id\nmens,jon@example.org\nmens,not-jon@example.org\n")
    receipt = erase(kept.store, NAMED, root=kept.root, on=LATER)
    assert (folder / "a.csv").read_bytes() == b"id;name\r\nx;y\r\n"
    assert (folder / "b.csv").read_bytes() == b"\xef\xbb\xbfarm,id\nmens,not-jon@example.org\n"
    assert {"lists/sale/2026-12-05/a.csv", "lists/sale/2026-12-05/b.csv"} <= dict(receipt.files).keys()


def test_a_file_of_ids_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "ids.txt"
    path.write_bytes("\ufeff12\r\n\n  zoë \n".encode())
    assert contacts_in(path) == ["12", "zoë"]
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AssignmentError, match="UP830"):
        contacts_in(path)
    with pytest.raises(AssignmentError, match="UP830"):
        contacts_in(tmp_path / "nowhere.txt")


def test_without_an_id_nothing_is_erased(kept: Bench) -> None:
    with pytest.raises(AssignmentError, match="UP830"):
        erase(kept.store, ["", " "], root=kept.root, on=LATER)


# ── gc ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def collect(bench: Bench, today: datetime.date, **options: object):
    defaults = {"retention": YEARS, "statuses": {"sale": "closed"}}
    return collect_garbage(bench.store, root=bench.root, today=today, **{**defaults, **options})  # type: ignore[arg-type]


def test_retention_erases_everybody_of_a_closed_experiment_and_its_lists(kept: Bench) -> None:
    rows = len(kept.rows())
    early = collect(kept, LATER + YEARS)
    assert (early.forgotten, early.lists) == ((), 2)  # the lists of the first day are a day older
    done = collect(kept, LATER + YEARS + datetime.timedelta(days=1))
    assert (done.forgotten, done.lists) == ((("sale", rows),), 2)
    assert b"example.org" not in everything_kept(kept)
    assert {row[-1] for row in kept.rows()} == {"erased"}
    assert contents(kept.store).experiments[0].forgotten
    assert collect(kept, LATER + YEARS + YEARS).forgotten == ()


def test_send_logs_of_a_forgotten_experiment_go_too(kept: Bench) -> None:
    log = kept.root / "imports" / "sale" / "sends.parquet"
    log.parent.mkdir(parents=True)
    pq.write_table(pa.table({"contact_id": list(NAMED)}), log)
    assert collect(kept, LATER + YEARS).lists == 2
    assert log.exists()
    assert collect(kept, LATER + YEARS + datetime.timedelta(days=1)).lists == 3
    assert not log.exists()


def test_an_experiment_that_still_runs_is_told_and_not_erased(kept: Bench) -> None:
    found = collect(kept, LATER + YEARS + YEARS, statuses={"sale": "running"})
    assert (found.forgotten, found.waiting) == ((), ("sale",))
    assert all(row[-1] != "erased" for row in kept.rows())


def test_without_retention_ids_stay(kept: Bench) -> None:
    assert collect(kept, LATER + YEARS * 9, retention=None).forgotten == ()


def test_a_dry_run_says_the_same_and_removes_nothing(kept: Bench) -> None:
    leftover = kept.root / ".uplift" / "ledger" / "sale" / "0009-left.parquet"
    leftover.write_bytes(b"left by a killed run")
    before = kept.listing()
    told = collect(kept, LATER + YEARS * 2, dry_run=True)
    assert kept.listing() == before
    assert (told.unnamed, told.lists, told.forgotten) == (1, 4, (("sale", 403),))
    assert "would remove 1 files" in str(told)
    done = collect(kept, LATER + YEARS * 2)
    assert (done.unnamed, done.lists, done.forgotten) == (1, 4, (("sale", 403),))


def test_caches_go_when_they_are_idle_or_asked_for(kept: Bench) -> None:
    folder = kept.root / ".uplift" / "units"
    folder.mkdir()
    for name, age in (("units-old.parquet", 40), ("units-new.parquet", 1)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - age * 86_400,) * 2)
    assert collect(kept, LATER).caches == 1
    assert {p.name for p in folder.iterdir()} == {"units-new.parquet"}
    assert collect(kept, LATER, every_cache=True).caches >= 1
    assert list(folder.iterdir()) == []


def test_status_counts_what_is_there(kept: Bench) -> None:
    told = contents(kept.store)
    (sale,) = told.experiments
    assert (sale.rows, sale.draws, sale.files, sale.first_day, sale.last_day) == (403, 2, 2, DAY, LATER)
    assert told.unnamed == (0, 0)
    assert "403 rows" in str(told)


def test_status_of_nothing_says_so(bench: Bench) -> None:
    assert "nobody is assigned yet" in str(contents(bench.store))
