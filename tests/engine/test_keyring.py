"""Addresses of connections from a keyring: put there by the keyring's own command, read by ours, shown by nobody."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from tests.engine.conformance import shop
from tests.engine.conformance.tables import cells, into_duckdb
from tests.engine.studies import measured, study_in
from uplift.engine.connections import SERVICE, address_of
from uplift.errors import DataError

pytest.importorskip("keyring", reason="needs the extra keyring")
SECRET = "s3cret"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring in a file, for this process and those that it starts."""
    import keyring

    before = keyring.get_keyring()  # asked for first: what follows would be found and chosen too
    from tests.engine.file_keyring import FileKeyring

    monkeypatch.setenv("KEYRING_FILE", str(tmp_path / "ring.json"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "tests.engine.file_keyring.FileKeyring")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("UPLIFT_WAREHOUSE", raising=False)
    keyring.set_keyring(FileKeyring())
    yield tmp_path / "ring.json"  # type: ignore[misc]
    keyring.set_keyring(before)


def command(*words: str, text: str = "", folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words],
        input=text,
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ,
        check=False,
    )


def keep(connection: str, address: str) -> None:
    """As docs/operations.md says: `keyring set uplift <connection>` asks for the address and keeps it."""
    done = command("keyring", "set", SERVICE, connection, text=address + "\n")
    assert done.returncode == 0, done.stderr


def test_sources_are_read_at_the_address_in_the_keyring(tmp_path: Path, ring: Path) -> None:
    shop.write(tmp_path, "integer")
    into_duckdb(tmp_path / "shop.duckdb", tmp_path)
    keep("shop", f"duckdb:{tmp_path / 'shop.duckdb'}")
    who = shop.assigned(tmp_path, "integer")
    in_files = cells(measured(shop.study(tmp_path, "integer"), who))
    there = shop.study(tmp_path, "integer", connection="shop", contacts_too=True)
    assert cells(measured(there, who, cache="there")) == in_files


def test_the_environment_goes_before_the_keyring(ring: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep("warehouse", "duckdb:kept.duckdb")
    assert address_of("warehouse").reveal() == "duckdb:kept.duckdb"
    monkeypatch.setenv("UPLIFT_WAREHOUSE", "duckdb:said.duckdb")
    assert address_of("warehouse").reveal() == "duckdb:said.duckdb"


def test_a_command_that_can_t_reach_the_server_does_not_show_its_address(tmp_path: Path, ring: Path) -> None:
    keep("warehouse", f"postgresql://me:{SECRET}@127.0.0.1:1/shop")
    contacts = {"table": "contacts", "connection": "warehouse", "id": "customer_id"}
    study_in(
        tmp_path,
        sources={"contacts": contacts},
        metrics={"age": {"kind": "mean", "column": "age"}},
        use=[("age", None)],
    )
    done = command("uplift", "assign", "test", folder=tmp_path / "experiments")
    assert (done.returncode, "UP573" in done.stderr) == (2, True)
    assert SECRET not in done.stdout + done.stderr
    assert not [
        path for path in tmp_path.rglob("*") if path.is_file() and path != ring and SECRET in path.read_text("latin-1")
    ]


@pytest.mark.parametrize("content", ["", "not a keyring"], ids=["empty", "locked"])
def test_without_an_entry_or_with_a_locked_keyring_it_is_said_how_to_give_the_address(ring: Path, content: str) -> None:
    if content:
        ring.write_text(content)
    with pytest.raises(DataError, match=r"UP572(?s:.*)keyring set uplift warehouse") as error:
        address_of("warehouse")
    assert SECRET not in "".join(traceback.format_exception(error.value))
