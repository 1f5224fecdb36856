"""A run that is killed leaves the old state or the new one; two runs at once assign nobody twice."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.assignment.bench import DAY, Bench
from uplift.assignment import audit
from uplift.assignment.erasure import erase

VERBS = textwrap.dedent(
    """
    import datetime, json, os, sys
    from pathlib import Path
    from uplift.assignment import assign
    from uplift.assignment.erasure import contacts_in, erase
    from uplift.assignment.imports import import_lists
    from uplift.spec import load_study
    from uplift.store import Store

    def run(verb, path, on, ids):
        study, on = load_study(path), datetime.date.fromisoformat(on)
        store = Store.open(study.root / ".uplift")
        print("ready", os.getpid(), flush=True)
        if verb == "assign":
            report = assign(study, on=on, store=store)
            print(report.assigned, report.known, flush=True)
        elif verb == "import":
            import_lists(study, Path(ids), on=on, store=store, arm="control")
        else:
            erase(store, contacts_in(Path(ids)), root=study.root, on=on)

    # A process of its own for every run, without loading everything anew: nothing is open yet when it splits off.
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(*json.loads(line))
            os._exit(0)
        print("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    """
)


@dataclass(frozen=True)
class Ended:
    """A run: seconds from its start to its end, what it printed, and its exit code (negative: the signal)."""

    seconds: float
    said: list[str]
    code: int


class Runner:
    """Runs verbs, each in a process of its own that may be killed."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", VERBS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, bench: Bench, verb: str, on: datetime.date, ids: Path | None = None, *, after: float | None) -> Ended:
        """Run a verb and kill it after so many seconds (None: let it end)."""
        order = [verb, str(bench.folder / "sale.yml"), on.isoformat(), str(ids)]
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        word, number = self.process.stdout.readline().split()
        assert word == "ready"
        ready = time.monotonic()
        if after is not None:
            time.sleep(after)
            with contextlib.suppress(ProcessLookupError):  # it was quicker
                os.kill(int(number), signal.SIGKILL)
        said: list[str] = []
        while not (line := self.process.stdout.readline()).startswith("ended"):
            said.append(line.strip())
        return Ended(time.monotonic() - ready, said, int(line.split()[1]))


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    made = Runner()
    yield made
    made.process.communicate(timeout=30)


def contacts_in_ledger(bench: Bench) -> list[object]:
    if not bench.store.ledger.files("sale"):
        return []
    bench.store.ledger.verify("sale")
    return [unit for (unit,) in bench.rows("unit_id")]


needs_kill = pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")


@pytest.mark.slow
@needs_kill
def test_a_kill_at_any_moment_leaves_the_old_state_or_the_new_one(bench: Bench, runner: Runner):
    dice = random.Random(20261122)
    size, step = 40_000, 20_000
    bench.people(size)
    usual = runner.run(bench, "assign", DAY, after=None).seconds  # kills are spread over a bit more than its length
    assert len(contacts_in_ledger(bench)) == size
    outcomes, killed = set(), 0
    for turn in range(20):
        before = contacts_in_ledger(bench)
        bench.people(size + step)
        on = DAY + datetime.timedelta(days=turn + 1)
        killed += runner.run(bench, "assign", on, after=dice.uniform(0, 1.2 * usual)).code == -signal.SIGKILL
        after = contacts_in_ledger(bench)
        assert len(after) == len(set(after))
        assert len(after) in (len(before), size + step)
        if len(after) == size + step:
            size += step
            outcomes.add("new")
        else:
            assert after == before
            outcomes.add("old")
    assert killed > 5
    bench.people(size + step)
    bench.assign(DAY + datetime.timedelta(days=30))
    assert contacts_in_ledger(bench) == sorted(str(i) for i in range(1, size + step + 1))
    assert audit(bench.study, store=bench.store).passed
    assert not list((bench.root / ".uplift").rglob(".aside-*"))
    assert "old" in outcomes


def listed(bench: Bench, verb: str, ids: list[str]) -> Path:
    """The ids as a file that the verb reads."""
    path = bench.root / "ids.csv"
    path.write_text("\n".join(["customer_id" if verb == "import" else ids[0], *ids, ""]), encoding="utf-8")
    return path


@pytest.mark.slow
@needs_kill
def test_a_killed_import_leaves_all_of_its_contacts_or_none(bench: Bench, runner: Runner):
    dice = random.Random(20261123)
    step = 5_000

    def imported(ids: list[str], after: float | None) -> Ended:
        return runner.run(bench, "import", DAY, listed(bench, "import", ids), after=after)

    usual = imported([str(i) for i in range(step)], None).seconds
    size = step
    for _ in range(15):
        before = contacts_in_ledger(bench)
        imported([str(i) for i in range(size, size + step)], dice.uniform(0, 1.2 * usual))
        after = contacts_in_ledger(bench)
        assert len(after) == len(set(after))
        assert len(after) in (size, size + step)
        assert set(before) <= set(after)
        size = len(after)


@pytest.mark.slow
@needs_kill
def test_a_killed_erasure_loses_nobody_else_and_is_finished_by_the_next_one(bench: Bench, runner: Runner):
    dice = random.Random(20261124)
    bench.people(16_000)
    bench.assign()
    everybody = {str(i) for i in range(1, 16_001)}

    def erased(ids: list[str], after: float | None) -> Ended:
        return runner.run(bench, "erase", DAY, listed(bench, "erase", ids), after=after)

    usual = erased(["1"], None).seconds
    gone = {"1"}
    for turn in range(15):
        batch = [str(i) for i in range(1000 * turn + 2, 1000 * turn + 1002)]
        erased(batch, dice.uniform(0, 1.2 * usual))
        left = {str(unit) for unit in contacts_in_ledger(bench) if not str(unit).startswith("erased-")}
        assert left in (everybody - gone, everybody - gone - set(batch))
        assert len(contacts_in_ledger(bench)) == 16_000
        erase(bench.store, batch, root=bench.root, on=DAY)
        gone |= set(batch)
        left = {str(unit) for unit in contacts_in_ledger(bench) if not str(unit).startswith("erased-")}
        assert left == everybody - gone
        assert bench.store.ledger.unnamed() == ()
    assert audit(bench.study, store=bench.store).recomputation.wrong == 0


@needs_kill
def test_two_runs_at_once_assign_everybody_once(bench: Bench):
    bench.people(5000)
    runners = [Runner(), Runner()]
    with ThreadPoolExecutor(2) as both:
        ended = list(both.map(lambda runner: runner.run(bench, "assign", DAY, after=None), runners))
    for runner in runners:
        runner.process.communicate(timeout=30)
    assert [one.code for one in ended] == [0, 0]
    assert sorted(one.said[-1] for one in ended) == ["0 5000", "5000 0"]
    assert len(contacts_in_ledger(bench)) == 5000
