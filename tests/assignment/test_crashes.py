"""A run that is killed leaves the old state or the new one; two runs at once assign nobody twice."""

from __future__ import annotations

import datetime
import os
import random
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from tests.assignment.bench import DAY, Bench
from uplift.assignment import audit
from uplift.assignment.erasure import erase

DRAW = textwrap.dedent(
    """
    import datetime, sys
    from uplift.assignment import assign
    from uplift.spec import load_study
    from uplift.store import Store
    study = load_study(sys.argv[1])
    print("ready", flush=True)
    report = assign(study, on=datetime.date.fromisoformat(sys.argv[2]), store=Store.open(study.root / ".uplift"))
    print(report.assigned, report.known, flush=True)
    """
)


def start(bench: Bench, on: datetime.date) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", DRAW, str(bench.folder / "sale.yml"), on.isoformat()]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def contacts_in_ledger(bench: Bench) -> list[object]:
    if not bench.store.ledger.files("sale"):
        return []
    bench.store.ledger.verify("sale")
    return [unit for (unit,) in bench.rows("unit_id")]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_kill_at_any_moment_leaves_the_old_state_or_the_new_one(bench: Bench):
    dice = random.Random(20261122)
    size, step = 40_000, 20_000
    bench.people(size)
    process = start(bench, DAY)
    process.stdout.readline()
    ready = time.monotonic()
    process.communicate(timeout=120)
    usual = time.monotonic() - ready  # one undisturbed draw: kills are spread over a bit more than its length
    assert len(contacts_in_ledger(bench)) == size
    outcomes = set()
    for turn in range(20):
        before = contacts_in_ledger(bench)
        bench.people(size + step)
        process = start(bench, DAY + datetime.timedelta(days=turn + 1))
        process.stdout.readline()
        time.sleep(dice.uniform(0, 1.2 * usual))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        after = contacts_in_ledger(bench)
        assert len(after) == len(set(after))
        assert len(after) in (len(before), size + step)
        if len(after) == size + step:
            size += step
            outcomes.add("new")
        else:
            assert after == before
            outcomes.add("old")
    bench.people(size + step)
    bench.assign(DAY + datetime.timedelta(days=30))
    assert contacts_in_ledger(bench) == sorted(str(i) for i in range(1, size + step + 1))
    assert audit(bench.study, store=bench.store).passed
    assert not list((bench.root / ".uplift").rglob(".aside-*"))
    assert "old" in outcomes


CHANGE = {
    "import": textwrap.dedent(
        """
        import datetime, sys
        from pathlib import Path
        from uplift.assignment.imports import import_lists
        from uplift.spec import load_study
        from uplift.store import Store
        study = load_study(sys.argv[1])
        print("ready", flush=True)
        on = datetime.date.fromisoformat(sys.argv[2])
        import_lists(study, Path(sys.argv[3]), on=on, store=Store.open(study.root / ".uplift"), arm="control")
        """
    ),
    "erase": textwrap.dedent(
        """
        import datetime, sys
        from pathlib import Path
        from uplift.assignment.erasure import contacts_in, erase
        from uplift.spec import load_study
        from uplift.store import Store
        study = load_study(sys.argv[1])
        print("ready", flush=True)
        on = datetime.date.fromisoformat(sys.argv[2])
        erase(Store.open(study.root / ".uplift"), contacts_in(Path(sys.argv[3])), root=study.root, on=on)
        """
    ),
}


def killed(bench: Bench, verb: str, ids: list[str], *, after: float | None) -> float:
    """Run a verb on a file of ids and kill it after a time (None: let it end); the time it took."""
    path = bench.root / "ids.csv"
    path.write_text("\n".join(["customer_id" if verb == "import" else ids[0], *ids, ""]), encoding="utf-8")
    command = [sys.executable, "-c", CHANGE[verb], str(bench.folder / "sale.yml"), DAY.isoformat(), str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    ready = time.monotonic()
    if after is not None:
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
    process.communicate(timeout=120)
    return time.monotonic() - ready


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_killed_import_leaves_all_of_its_contacts_or_none(bench: Bench):
    dice = random.Random(20261123)
    step = 5_000
    usual = killed(bench, "import", [str(i) for i in range(step)], after=None)
    size = step
    for _ in range(15):
        before = contacts_in_ledger(bench)
        killed(bench, "import", [str(i) for i in range(size, size + step)], after=dice.uniform(0, 1.2 * usual))
        after = contacts_in_ledger(bench)
        assert len(after) == len(set(after))
        assert len(after) in (size, size + step)
        assert set(before) <= set(after)
        size = len(after)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_killed_erasure_loses_nobody_else_and_is_finished_by_the_next_one(bench: Bench):
    dice = random.Random(20261124)
    bench.people(16_000)
    bench.assign()
    everybody = {str(i) for i in range(1, 16_001)}
    usual = killed(bench, "erase", ["1"], after=None)
    gone = {"1"}
    for turn in range(15):
        batch = [str(i) for i in range(1000 * turn + 2, 1000 * turn + 1002)]
        killed(bench, "erase", batch, after=dice.uniform(0, 1.2 * usual))
        left = {str(unit) for unit in contacts_in_ledger(bench) if not str(unit).startswith("erased-")}
        assert left in (everybody - gone, everybody - gone - set(batch))
        assert len(contacts_in_ledger(bench)) == 16_000
        erase(bench.store, batch, root=bench.root, on=DAY)
        gone |= set(batch)
        left = {str(unit) for unit in contacts_in_ledger(bench) if not str(unit).startswith("erased-")}
        assert left == everybody - gone
        assert bench.store.ledger.unnamed() == ()
    assert audit(bench.study, store=bench.store).recomputation.wrong == 0


def test_two_runs_at_once_assign_everybody_once(bench: Bench):
    bench.people(5000)
    both = [start(bench, DAY), start(bench, DAY)]
    said = [process.communicate(timeout=120)[0].splitlines()[-1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(said) == ["0 5000", "5000 0"]
    assert len(contacts_in_ledger(bench)) == 5000
