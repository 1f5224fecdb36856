"""The store: what counts is what the catalog names, one writer at a time, and errors that help."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from uplift.errors import StateError
from uplift.store import Run, Store
from uplift.store.catalog import SCHEMA_VERSION


def run_named(run_id: str, experiment: str = "sale") -> Run:
    return Run(run_id, "assign", experiment, "2026-11-30", {"ranges": [["control", 0, 1]]})


def add(store: Store, content: bytes, *, run_id: str, salt_epoch: int = 1, rows: int = 1) -> Path:
    with store.writing() as writer:
        aside = store.ledger.aside("sale")
        aside.write_bytes(content)
        return store.ledger.append(writer, aside, run=run_named(run_id), salt_epoch=salt_epoch, rows=rows)


def fail_after_appending(store: Store) -> None:
    with store.writing() as writer:
        aside = store.ledger.aside("sale")
        aside.write_bytes(b"two")
        store.ledger.append(writer, aside, run=run_named("r2"), salt_epoch=1, rows=1)
        raise KeyError


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / ".uplift")


def test_opening_and_reading_write_nothing(tmp_path, store):
    assert store.ledger.files("sale") == ()
    assert store.ledger.fingerprint("sale") is None
    assert store.ledger.rows("sale") == 0
    assert list(tmp_path.iterdir()) == []


def test_files_come_back_in_the_order_of_the_draws(store):
    paths = [add(store, f"draw {n}".encode(), run_id=f"r{n}", rows=n) for n in (3, 1, 2)]
    assert list(store.ledger.files("sale")) == paths
    assert store.ledger.rows("sale") == 6
    assert [run.run_id for run in store.catalog.runs("sale")] == ["r3", "r1", "r2"]
    assert store.catalog.runs("sale")[0].facts == {"ranges": [["control", 0, 1]]}
    assert store.ledger.files("other") == ()


def test_a_file_that_the_catalog_does_not_name_does_not_count(store):
    path = add(store, b"one", run_id="r1")
    path.with_name("0002-feedfeedfeedfeed.parquet").write_bytes(b"an orphan of a killed run")
    assert store.ledger.files("sale") == (path,)


def test_the_name_of_a_file_holds_its_content_hash(store):
    path = add(store, b"one", run_id="r1")
    assert path.name == "0001-7692c3ad3540bb80.parquet"  # sha256 of "one"


def test_the_fingerprint_follows_contents_and_their_order_and_nothing_else(tmp_path):
    def fingerprint(name: str, contents: list[bytes]) -> str | None:
        store = Store.open(tmp_path / name)
        for number, content in enumerate(contents):
            add(store, content, run_id=f"{name}{number}")
        return store.ledger.fingerprint("sale")

    assert fingerprint("a", [b"one", b"two"]) == fingerprint("b", [b"one", b"two"])
    assert fingerprint("c", [b"two", b"one"]) != fingerprint("d", [b"one", b"two"])


def test_a_new_salt_epoch_replaces_the_old_one_for_readers_and_deletes_nothing(store):
    old = add(store, b"one", run_id="r1")
    new = add(store, b"two", run_id="r2", salt_epoch=2)
    assert store.ledger.files("sale") == (new,)
    assert store.ledger.files("sale", salt_epoch=1) == (old,)
    assert store.ledger.salt_epochs("sale") == (1, 2)
    assert old.read_bytes() == b"one"


def test_an_error_inside_the_block_leaves_the_old_state(store):
    add(store, b"one", run_id="r1")
    with pytest.raises(KeyError):
        fail_after_appending(store)
    assert store.ledger.rows("sale") == 1
    assert len(store.catalog.runs("sale")) == 1


def test_readers_see_the_last_commit_while_a_writer_is_at_work(store):
    add(store, b"one", run_id="r1")
    with store.writing() as writer:
        aside = store.ledger.aside("sale")
        aside.write_bytes(b"two")
        store.ledger.append(writer, aside, run=run_named("r2"), salt_epoch=1, rows=1)
        started = time.monotonic()
        assert store.ledger.rows("sale") == 1
        assert time.monotonic() - started < 1
    assert store.ledger.rows("sale") == 2


def test_a_second_writer_is_told_to_wait(store):
    with store.writing(), pytest.raises(StateError, match="UP514") as caught, store.writing(patience=0.1):
        pass
    assert "another run" in str(caught.value)


def test_a_second_writer_gets_its_turn_when_the_first_is_done(store):
    entered, turns = threading.Event(), []

    def first() -> None:
        with store.writing():
            entered.set()
            time.sleep(0.3)
            turns.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    entered.wait()
    with store.writing(patience=10):
        turns.append("second")
    thread.join()
    assert turns == ["first", "second"]


def test_many_processes_lose_nothing(tmp_path):
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from uplift.store import Run, Store
        store = Store.open(Path(sys.argv[1]))
        for turn in range(5):
            with store.writing() as writer:
                aside = store.ledger.aside("sale")
                aside.write_bytes(f"{sys.argv[2]} {turn}".encode())
                run = Run(f"{sys.argv[2]}-{turn}", "assign", "sale", "2026-11-30", {})
                store.ledger.append(writer, aside, run=run, salt_epoch=1, rows=1)
        """
    )
    workers = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "s"), str(n)]) for n in range(4)]
    assert [worker.wait(timeout=120) for worker in workers] == [0] * 4
    store = Store.open(tmp_path / "s")
    files = store.ledger.files("sale")
    assert len(files) == len(set(files)) == 20
    assert {file.read_text() for file in files} == {f"{n} {turn}" for n in range(4) for turn in range(5)}
    assert [file.name[:4] for file in files] == [f"{n:04d}" for n in range(1, 21)]


def test_what_a_killed_writer_left_aside_is_removed_by_the_next_one(store):
    path = add(store, b"one", run_id="r1")
    leftover = path.with_name(".aside-1-abc-next.parquet")
    leftover.write_bytes(b"half")
    add(store, b"two", run_id="r2")
    assert not leftover.exists()


@pytest.mark.parametrize(("harm", "said"), [("remove", "it is missing"), ("shorten", "bytes instead of")])
def test_a_ledger_file_that_was_tampered_with_is_named(store, harm, said):
    path = add(store, b"one two three", run_id="r1")
    path.unlink() if harm == "remove" else path.write_bytes(b"one")
    with pytest.raises(StateError, match="UP518") as caught:
        store.ledger.files("sale")
    assert said in str(caught.value)
    assert path.name in str(caught.value)


def test_verify_finds_a_change_that_kept_the_size(store):
    path = add(store, b"control", run_id="r1")
    store.ledger.verify("sale")
    path.write_bytes(b"contrOl")
    with pytest.raises(StateError, match="UP518"):
        store.ledger.verify("sale")


def test_a_catalog_full_of_rubbish_is_an_error_with_a_fix(store):
    store.path.mkdir()
    store.catalog.path.write_bytes(b"this is no database at all" * 100)
    for act in (lambda: store.ledger.files("sale"), lambda: add(store, b"x", run_id="r")):
        with pytest.raises(StateError, match="UP516") as caught:
            act()
        assert "backup" in caught.value.problems[0].fix


def test_a_damaged_catalog_is_an_error_with_a_fix(store):
    for number in range(30):
        add(store, f"{number}".encode(), run_id=f"r{number}")
    with store.catalog.path.open("rb+") as file:
        file.seek(4096)
        file.write(b"\xff" * (store.catalog.path.stat().st_size - 4096))
    with pytest.raises(StateError, match="UP516"):
        store.ledger.files("sale")


def test_another_programs_database_is_not_taken_over(store):
    store.path.mkdir()
    with sqlite3.connect(store.catalog.path) as connection:
        connection.execute("CREATE TABLE files (x)")
    connection.close()
    with pytest.raises(StateError, match="UP516"):
        add(store, b"x", run_id="r")


def test_a_catalog_of_a_newer_version_is_left_alone(store):
    add(store, b"one", run_id="r1")
    with sqlite3.connect(store.catalog.path) as connection:
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    connection.close()
    with pytest.raises(StateError, match="UP517") as caught:
        store.ledger.files("sale")
    assert "newer" in caught.value.problems[0].fix


def test_a_file_where_the_directory_should_be_is_an_error(tmp_path):
    (tmp_path / "state").write_text("")
    with pytest.raises(StateError, match="UP515"):
        Store.open(tmp_path / "state")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_directory_without_the_right_to_write_is_an_error(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StateError, match="UP515"):
            add(Store.open(tmp_path / "state"), b"x", run_id="r")
    finally:
        tmp_path.chmod(0o700)


def test_a_parent_that_is_a_file_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="UP515"):
        add(Store.open(tmp_path / "file" / "state"), b"x", run_id="r")


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "smb3", "fuse.sshfs"])
def test_a_state_directory_on_a_network_drive_is_refused(tmp_path, kind):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/export {tmp_path}/team\\040share {kind} rw 0 0\n")
    with pytest.raises(StateError, match="UP519") as caught:
        Store.open(tmp_path / "team share" / "project" / ".uplift", mounts=mounts)
    assert kind in str(caught.value)
    Store.open(tmp_path / "team" / ".uplift", mounts=mounts)


def test_a_local_mount_inside_a_network_drive_is_local(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/x {tmp_path} nfs rw 0 0\n/dev/sdb {tmp_path}/scratch ext4 rw 0 0\n")
    Store.open(tmp_path / "scratch" / ".uplift", mounts=mounts)


@pytest.mark.parametrize("state", ["postgresql://owner:s3cret@db/shop", "postgresql:", "postgresql:team.Not-a-schema"])
def test_an_address_in_the_project_file_is_refused_and_not_repeated(tmp_path, state):
    with pytest.raises(StateError, match="UP519") as caught:
        Store.open(tmp_path / state)
    assert "s3cret" not in str(caught.value)


def test_the_store_does_not_load_duckdb():
    program = (
        "import sys, uplift.store; sys.exit(any(m in sys.modules for m in ('duckdb', 'pandas', 'numpy', 'scipy')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_ledger_that_lost_its_catalog_is_not_taken_for_an_empty_one(store):
    add(store, b"one", run_id="r1")
    store.catalog.path.unlink()
    with pytest.raises(StateError, match="UP516") as caught:
        Store.open(store.path)
    assert "1 ledger file is there" in str(caught.value)
    store.catalog.path.touch()
    with pytest.raises(StateError, match="UP516"):
        Store.open(store.path)


def test_a_state_directory_without_a_ledger_needs_no_catalog(store):
    (store.path / "cache").mkdir(parents=True)
    (store.path / "cache" / "0001-units.parquet").touch()
    assert Store.open(store.path).ledger.files("sale") == ()
