"""State in PostgreSQL: two machines share one ledger, one writes at a time, and erased means erased there too."""

from __future__ import annotations

import datetime
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import duckdb
import psycopg
import pytest

from tests.assignment.bench import DAY, Bench
from tests.servers import PostgresServer
from uplift.assignment import assign, audit, export_lists
from uplift.assignment.erasure import erase
from uplift.errors import StateError
from uplift.store import Store
from uplift.store.contents import contents
from uplift.store.move import move

LATER = DAY + datetime.timedelta(days=1)
NUMBERS = count(1)


@pytest.fixture
def state(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A name of a schema of its own, as project.yml writes it."""
    monkeypatch.setenv("UPLIFT_TEAM", postgres.dsn)
    schema = f"state_{next(NUMBERS)}"
    yield f"postgresql:team.{schema}"
    with psycopg.connect(postgres.dsn, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")


def machine(root: Path, state: str, people: int) -> Bench:
    made = Bench(root)
    made.folder.mkdir(parents=True)
    made.project(state=state)
    made.write()
    made.people(people)
    return made


def opened(bench: Bench) -> Store:
    return Store.open(bench.root / bench.study.project.state)


def rows(postgres: PostgresServer, state: str, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(postgres.dsn) as connection:
        connection.execute(f"SET search_path = {state.split('.')[1]}")
        return connection.execute(sql).fetchall()  # type: ignore[arg-type]


def test_two_machines_share_one_ledger(tmp_path: Path, state: str, postgres: PostgresServer) -> None:
    one, two = machine(tmp_path / "one", state, 300), machine(tmp_path / "two", state, 500)
    assert assign(one.study, on=DAY, store=opened(one)).assigned == 300
    second = assign(two.study, on=LATER, store=opened(two))
    assert (second.known, second.assigned) == (300, 200)
    for bench in (one, two):
        found = audit(bench.study, store=opened(bench))
        assert found.passed
        assert found.recomputation.recomputed == 500
    assert [p.read_bytes() for p in opened(one).ledger.files("sale")] == [
        p.read_bytes() for p in opened(two).ledger.files("sale")
    ]
    assert len(export_lists(one.study, on=LATER, store=opened(one))) == 2
    assert contents(opened(one)).experiments[0].rows == 500
    table = rows(postgres, state, "SELECT count(*), count(DISTINCT unit_id), min(status) FROM ledger")
    assert table == [(500, 500, "assigned")]


def test_the_table_holds_what_the_files_hold(tmp_path: Path, state: str, postgres: PostgresServer) -> None:
    one = machine(tmp_path / "one", state, 50)
    assign(one.study, on=DAY, store=opened(one))
    columns = "unit_id, arm, bucket, salt, assigned_at, weights_hash, status"
    table = rows(postgres, state, f'SELECT {columns} FROM ledger ORDER BY unit_id COLLATE "C"')
    (path,) = opened(one).ledger.files("sale")
    assert table == duckdb.sql(f"SELECT {columns} FROM '{path}' ORDER BY unit_id").fetchall()


def test_a_lost_local_folder_is_fetched_again_and_a_changed_file_is_found(tmp_path: Path, state: str) -> None:
    one = machine(tmp_path / "one", state, 100)
    assign(one.study, on=DAY, store=opened(one))
    shutil.rmtree(one.root / ".uplift")
    assert audit(one.study, store=opened(one)).passed
    (path,) = opened(one).ledger.files("sale")
    path.write_bytes(path.read_bytes().replace(b"treatment", b"TREATMENT"))
    with pytest.raises(StateError, match="UP518"):
        audit(one.study, store=opened(one))


def test_two_draws_at_once_assign_everybody_once(tmp_path: Path, state: str, postgres: PostgresServer) -> None:
    benches = [machine(tmp_path / name, state, 400) for name in ("one", "two", "three")]
    with ThreadPoolExecutor(3) as pool:
        reports = list(pool.map(lambda b: assign(b.study, on=DAY, store=opened(b)), benches))
    assert sorted(r.assigned for r in reports) == [0, 0, 400]
    assert rows(postgres, state, "SELECT count(*) FROM ledger") == [(400,)]


def test_whoever_waits_too_long_is_told(tmp_path: Path, state: str) -> None:
    one = machine(tmp_path / "one", state, 10)
    inside, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with opened(one).writing():
            inside.set()
            leave.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    inside.wait(30)
    try:
        with pytest.raises(StateError, match="UP514"), opened(one).writing(patience=0.2):
            pass
    finally:
        leave.set()
        holder.join()


def test_a_block_that_fails_leaves_nothing(tmp_path: Path, state: str) -> None:
    one = machine(tmp_path / "one", state, 10)
    assign(one.study, on=DAY, store=opened(one))
    one.people(20)
    report = assign(one.study, on=LATER, store=opened(one), confirm=lambda _: False)
    assert not report.committed
    assert opened(one).ledger.rows("sale") == 10
    assert len(opened(one).catalog.all_runs()) == 1


def test_erased_contacts_leave_the_schema_too(tmp_path: Path, state: str, postgres: PostgresServer) -> None:
    one = machine(tmp_path / "one", state, 60)
    one.write(unit={"id": "customer_id", "type": "string"})
    one.contacts({"customer_id": [f"mara{i}@example.org" for i in range(60)], "household_id": list(range(60))})
    assign(one.study, on=DAY, store=opened(one))
    receipt = erase(opened(one), ["mara7@example.org"], root=one.root, on=LATER)
    assert dict(receipt.rows) == {"sale": 1}
    assert rows(postgres, state, "SELECT count(*) FROM ledger WHERE unit_id = 'mara7@example.org'") == [(0,)]
    assert rows(postgres, state, "SELECT status, bucket FROM ledger WHERE status <> 'assigned'") == [("erased", None)]
    two = machine(tmp_path / "two", state, 1)
    two.write(unit={"id": "customer_id", "type": "string"})
    assert audit(two.study, store=opened(two)).recomputation.erased == 1


def test_the_address_is_never_shown(tmp_path: Path, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = machine(tmp_path / "one", state, 10)
    monkeypatch.setenv("UPLIFT_TEAM", "postgresql://owner:s3cret@127.0.0.1:1/nothing")
    with pytest.raises(StateError, match="UP515") as caught:
        opened(one).ledger.files("sale")
    assert "s3cret" not in str(caught.value)
    monkeypatch.delenv("UPLIFT_TEAM")
    with pytest.raises(StateError, match="UPLIFT_TEAM is not set"):
        opened(one).ledger.files("sale")


def test_who_may_only_read_can_look_and_is_told_so_when_it_writes(
    tmp_path: Path, state: str, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = machine(tmp_path / "one", state, 10)
    assign(one.study, on=DAY, store=opened(one))
    monkeypatch.setenv("UPLIFT_TEAM", postgres.reader)
    two = machine(tmp_path / "two", state, 20)
    assert audit(two.study, store=opened(two)).passed
    with pytest.raises(StateError, match="UP515"):
        assign(two.study, on=LATER, store=opened(two))


# ── moving ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def every_file(store: Store) -> dict[str, bytes]:
    return {entry.path: (store.path / entry.path).read_bytes() for entry in store.catalog.all_files()}


def test_a_state_moves_to_a_schema_and_back_byte_for_byte(tmp_path: Path, state: str, postgres: PostgresServer) -> None:
    one = machine(tmp_path / "one", ".uplift", 300)
    assign(one.study, on=DAY, store=opened(one))
    one.people(400)
    assign(one.study, on=LATER, store=opened(one))
    erase(opened(one), ["7"], root=one.root, on=LATER)
    folder = opened(one)
    files, runs = every_file(folder), folder.catalog.all_runs()
    team = Store.open(one.root / state)
    done = move(folder, team)
    assert (done.runs, done.files, done.rows, done.known) == (3, 2, 400, 0)
    assert every_file(team) == files
    assert team.catalog.all_runs() == runs  # with their times and versions
    assert rows(postgres, state, "SELECT count(*) FROM ledger WHERE status = 'assigned'") == [(399,)]
    assert move(folder, team).known == 2  # a second time changes nothing

    one.project(state=state)
    (one.root / ".uplift" / "catalog.sqlite").unlink()
    one.people(450)
    assert assign(one.study, on=LATER + datetime.timedelta(days=1), store=opened(one)).assigned == 51  # 7 is back
    files, runs = every_file(opened(one)), opened(one).catalog.all_runs()
    for place in (".uplift", "elsewhere"):  # beside the files that the schema keeps here, and in a folder of its own
        back = Store.open(one.root / place, adopting=True)
        assert move(opened(one), back).files == 3
        assert every_file(back) == files
        assert back.catalog.all_runs() == runs
        one.project(state=place)
        assert audit(one.study, store=opened(one)).passed
        one.project(state=state)


def test_a_state_is_not_moved_into_another_one(tmp_path: Path) -> None:
    one, two = machine(tmp_path / "one", ".uplift", 20), machine(tmp_path / "two", ".uplift", 30)
    for bench in (one, two):
        assign(bench.study, on=DAY, store=opened(bench))
    before = every_file(opened(two))
    with pytest.raises(StateError, match="UP500"):
        move(opened(one), opened(two))
    assert every_file(opened(two)) == before
    (path,) = opened(one).ledger.files("sale")
    path.write_bytes(path.read_bytes().replace(b"treatment", b"TREATMENT"))
    empty = Store.open(tmp_path / "three")
    with pytest.raises(StateError, match="UP518"):
        move(opened(one), empty)
    assert empty.catalog.all_runs() == ()
