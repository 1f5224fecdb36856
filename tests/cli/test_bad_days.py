"""Days on which things go wrong: what is said, where, with which exit code, and what is left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.analysis.projects import Drawn, draw
from tests.cli.test_commands import UPLIFT, run

ANALYZE = ("analyze", "sale", "--as-of", "2026-04-01")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    project = draw(tmp_path_factory.mktemp("project") / "shop")
    project.order(
        (unit, "2026-03-05 10:00:00", "20.00")
        for arm, buyers in (("control", 100), ("treatment", 160))
        for unit in project.members(arm)[:buyers]
    )
    return project


@pytest.fixture
def shop(drawn: Drawn, tmp_path: Path) -> Path:
    return Path(shutil.copytree(drawn.study.root, tmp_path / "shop"))


def orders(shop: Path) -> Path:
    return next(p for p in shop.rglob("orders.csv"))


def test_analyze_says_how_the_files_were_read_and_which_rows_are_odd(shop: Path) -> None:
    with orders(shop).open("a") as file:
        file.write(orders(shop).read_text().splitlines()[1].replace("2026-03-05 10:00:00", "") + "\n")
    done = run(*ANALYZE, cwd=shop)
    assert done.returncode == 0, done.stderr
    where = orders(shop).relative_to(shop)
    assert f"{where}: note UP537" in done.stderr
    assert f"{where}: warning UP564 1 row of orders has no time" in done.stderr


def test_ids_that_never_meet_stand_in_the_result_too(shop: Path) -> None:
    header, *rows = orders(shop).read_text().splitlines()
    orders(shop).write_text("\n".join([header, *("9999" + row for row in rows)]) + "\n")
    done = run(*ANALYZE, cwd=shop)
    assert "warning UP565 no row of orders falls into a window" in done.stderr
    assert '"UP565"' in (shop / "results" / "sale" / "2026-04-01" / "result.json").read_text()
    assert "UP565" in (shop / "reports" / "sale.en.html").read_text()


def test_no_verdict_comes_with_its_reason(shop: Path) -> None:
    header, *rows = orders(shop).read_text().splitlines()
    orders(shop).write_text("\n".join([header, *rows[:3]]) + "\n")
    done = run(*ANALYZE, cwd=shop)
    assert "no verdict" in done.stdout
    assert "UP604" in done.stderr


def test_a_day_ahead_is_said(shop: Path) -> None:
    done = run("analyze", "sale", "--as-of", "2999-01-01", cwd=shop)
    assert "warning UP907 --as-of 2999-01-01 lies ahead" in done.stderr


def test_a_day_before_anybody_was_assigned_is_refused(shop: Path) -> None:
    done = run("analyze", "sale", "--as-of", "2026-01-01", cwd=shop)
    assert done.returncode == 2
    assert "UP904 nobody was assigned to 'sale' up to 2026-01-01" in done.stderr


def test_a_ledger_whose_bytes_changed_is_not_analysed(shop: Path) -> None:
    (path,) = (shop / ".uplift" / "ledger" / "sale").glob("*.parquet")
    content = bytearray(path.read_bytes())
    content[500:520] = bytes(20)
    path.write_bytes(content)
    done = run(*ANALYZE, cwd=shop)
    assert done.returncode == 2
    assert "UP518" in done.stderr
    assert "backup" in done.stderr


def test_an_audience_without_contacts_ends_well_and_is_said(shop: Path) -> None:
    path = shop / "experiments" / "sale.yml"
    text = path.read_text().replace("id: sale", "id: none")
    text = text.replace("source: contacts", "source: contacts, where: customer_id is null")
    (shop / "experiments" / "none.yaml").write_text(text)
    assert "where" in text
    done = run("assign", "none", "--on", "2026-03-02", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert "0 contacts assigned" in done.stdout
    assert "warning UP504 no contact of source contacts is eligible" in done.stderr
    assert not (shop / "lists" / "none").exists()


def test_what_the_system_refuses_is_no_traceback(shop: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*UPLIFT, "check"], cwd=shop, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "UP906 No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_terminal_without_our_signs_gets_others(shop: Path) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run([*UPLIFT, *ANALYZE], cwd=shop, capture_output=True, env=env, check=False)
    assert done.returncode == 0
    assert "??????" in done.stdout.decode("latin-1")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
@pytest.mark.parametrize("blocked", [False, True])
def test_a_reader_that_leaves_ends_the_program_in_silence(tmp_path: Path, blocked: bool) -> None:
    """Also where the caller has blocked the signal: a database inside a process may, and its children inherit it."""
    said = tmp_path / "said"
    mask = signal.pthread_sigmask(signal.SIG_BLOCK if blocked else signal.SIG_UNBLOCK, {signal.SIGPIPE})
    with said.open("wb") as file:
        writer = subprocess.Popen([*UPLIFT, "schema"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=file)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    with writer:
        assert writer.stdout is not None
        writer.stdout.close()
        assert writer.wait(30) == -signal.SIGPIPE
    assert said.read_bytes() == b""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("patience", [0.0, 0.8])
def test_ctrl_c_says_that_nothing_is_half_written(tmp_path: Path, patience: float) -> None:
    running = subprocess.Popen(
        [*UPLIFT, "demo"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while running.poll() is None and not (tmp_path / "demo").exists():  # before that the interpreter only starts
        time.sleep(0.02)
    time.sleep(patience)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "UP905" in said
    assert "Traceback" not in said
