"""Kill -9 at random moments of `assign` and `analyze`: nothing is lost, nothing is half.

A project with CSV files is assigned and analysed again and again, with 2,000 new contacts each time; every other turn
converted files and the unit table are taken away, so that conversion, scan, sums, result and report are all hit. After
each kill the state is read by another process:

* the ledger's files are those of the catalog, byte for byte, and hold what they held before, alone or with all of the
  new contacts: no contact is lost, none is there twice;
* every list, result and report is whole: a result has the same bytes as an undisturbed run on the same ledger;
* the next run, undisturbed, ends well, and a fresh copy of the ledger without anything kept gives the same bytes.

    python -m benchmarks.kills 100 [seed]
"""

from __future__ import annotations

import contextlib
import csv
import importlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

FORK = multiprocessing.get_context("fork")  # a child starts with everything imported, and is killed at its work
STEP, FIRST = 2_000, 20_000
DAY = "2026-03-02"
AS_OF = "2026-04-15"
PROJECT = """\
uplift: 1
language: en
sources:
  contacts: {file: ../data/contacts.csv, grain: contact, id: customer_id}
  orders:
    file: ../data/orders.csv
    grain: event
    id: customer_id
    time: ordered_at
    columns: {net: {type: decimal, decimals: 2}}
metrics:
  buyers: {kind: proportion, source: orders}
  revenue: {kind: mean, source: orders, value: net, format: money}
"""
EXPERIMENT = """\
uplift: 1
id: sale
owner: crm
hypothesis: The mail raises the share of buyers by a fifth.
unit: {id: customer_id, type: integer}
audience: {source: contacts, expected_size: 20_000}
arms: {control: {weight: 50%, control: true}, treatment: {weight: 50%}}
schedule: {start: 2026-03-02}
metrics:
  primary: {metric: buyers, window: 14d, mde: 20%}
  secondary: [{metric: revenue, window: 14d}]
"""


def prepare(root: Path, most: int) -> None:
    """The project, and orders of all contacts that there will be."""
    for folder, name, text in (("experiments", "project.yml", PROJECT), ("experiments", "sale.yml", EXPERIMENT)):
        (root / folder).mkdir(exist_ok=True)
        (root / folder / name).write_text(text, "utf-8")
    (root / "data").mkdir()
    dice = random.Random(1)
    with (root / "data" / "orders.csv").open("w", encoding="utf-8") as file:
        file.write("customer_id,ordered_at,net\n")
        for unit in range(1, most + 1):
            if dice.random() < 0.2:
                amount = f"{dice.lognormvariate(4, 0.8):.2f}"
                file.write(f"{unit},2026-03-{dice.randint(3, 15):02d} 12:00:00,{amount}\n")


def people(root: Path, size: int) -> None:
    """The contacts so far."""
    lines = "".join(f"{i}\n" for i in range(1, size + 1))
    (root / "data" / "contacts.csv").write_text("customer_id\n" + lines, "utf-8")


def verb(root: Path, *words: str) -> None:
    """What the command line does; its words go nowhere."""
    from uplift.cli import main

    os.chdir(root / "experiments")
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        sys.argv = ["uplift", *words]
        main()


ASSIGN, ANALYZE = ("assign", "sale", "--on", DAY), ("analyze", "sale", "--as-of", AS_OF)


def undisturbed(root: Path, *words: str) -> float:
    """Run a verb to its end, which has to be a good one; the seconds it took."""
    started = time.monotonic()
    child = FORK.Process(target=verb, args=(root, *words))
    child.start()
    child.join()
    assert child.exitcode == 0, f"{words[0]} ended with {child.exitcode}"
    return time.monotonic() - started


def killed(root: Path, words: tuple[str, ...], after: float) -> bool:
    """Run a verb and kill it after so many seconds; whether it had not ended by itself."""
    child = FORK.Process(target=verb, args=(root, *words))
    child.start()
    child.join(after)
    child.kill()
    child.join()
    return child.exitcode == -signal.SIGKILL


def elsewhere(work: Callable[..., Any], *given: object) -> Any:
    """What a function returns in a process of its own: this one stays without threads, so that it can fork."""
    ours, theirs = FORK.Pipe()

    def answer() -> None:
        theirs.send(work(*given))

    child = FORK.Process(target=answer)
    child.start()
    child.join(0.01)
    theirs.close()
    found = ours.recv()
    child.join()
    return found


def ledger(root: Path) -> tuple[str, list[int]]:
    """Fingerprint and contacts of the ledger; raises where a file is not as the catalog says."""
    import duckdb

    from uplift.store import Store

    with Store.open(root / ".uplift") as store:
        files = store.ledger.files("sale")
        if not files:
            return "", []
        store.ledger.verify("sale")
        names = ", ".join(f"'{path}'" for path in files)
        rows = duckdb.sql(f"SELECT CAST(unit_id AS BIGINT) FROM read_parquet([{names}]) ORDER BY 1").fetchall()
        return store.ledger.fingerprint("sale"), [row[0] for row in rows]


def outputs(root: Path) -> dict[str, bytes]:
    """Lists, results and reports by their place; raises where one of them is half."""
    found = {}
    for path in sorted(p for p in root.rglob("*") if p.is_file() and ".aside-" not in p.name):
        place = path.relative_to(root)
        if place.parts[0] in ("results", "reports", "lists"):
            found[str(place)] = content = path.read_bytes()
            if path.suffix == ".json":
                json.loads(content)
            elif path.suffix == ".html":
                assert content.rstrip().endswith(b"</html>"), f"{place} is half"
            elif path.suffix == ".csv":
                assert content.endswith(b"\n"), f"{place} is half"
    return found


def listed(root: Path) -> list[int]:
    """Everybody on the lists."""
    ids = []
    for path in sorted((root / "lists").rglob("[!.]*.csv")):
        with path.open(encoding="utf-8") as file:
            ids += [int(row["customer_id"]) for row in csv.DictReader(file)]
    return sorted(ids)


def forget(root: Path) -> None:
    """Take away all that is kept and can be made again."""
    shutil.rmtree(root / ".uplift" / "units", ignore_errors=True)


def result_of(root: Path) -> bytes:
    """The bytes of the result."""
    return (root / "results" / "sale" / AS_OF / "result.json").read_bytes()


def run(root: Path, kills: int, seed: int) -> Counter[str]:
    """All turns; raises AssertionError at the first thing that is lost or half. Counts what the kills hit."""
    dice, tally = random.Random(seed), Counter[str]()
    prepare(root, FIRST + 3 * kills * STEP)
    people(root, size := FIRST)
    usual = {ASSIGN: undisturbed(root, *ASSIGN), ANALYZE: undisturbed(root, *ANALYZE)}
    known = {elsewhere(ledger, root)[0]: result_of(root)}
    turn = 0
    while tally["kills"] < kills:
        turn += 1
        words = dice.choice((ASSIGN, ANALYZE))
        before, contacts = elsewhere(ledger, root)
        if words == ASSIGN:
            people(root, size + STEP)
        elif dice.random() < 0.5:
            forget(root)
        if killed(root, words, dice.uniform(0, usual[words])):
            tally["kills"] += 1
            tally[f"of {words[0]}"] += 1
        after, now = elsewhere(ledger, root)
        assert now in (contacts, list(range(1, size + STEP + 1))), f"turn {turn}: {len(now)} contacts"
        outputs(root)
        if words == ASSIGN:
            tally["new ledger" if after != before else "old ledger"] += 1
            people(root, size := len(now))
        if after in known:
            assert result_of(root) == known[after], f"turn {turn}: another result on the same ledger"
        if turn % 5 == 0 or tally["kills"] == kills:
            undisturbed(root, *ASSIGN)
            undisturbed(root, *ANALYZE)
            assert listed(root) == list(range(1, size + 1)), f"turn {turn}: the lists hold {len(listed(root))} contacts"
            known = {elsewhere(ledger, root)[0]: result_of(root)}
            tally["resumed"] += 1
    forget(root)
    shutil.rmtree(root / "results")
    undisturbed(root, *ANALYZE)
    assert list(known.values()) == [result_of(root)], "a fresh analysis gives other bytes"
    return tally


def main() -> None:
    """`python -m benchmarks.kills [kills] [seed]`."""
    for name in ("analysis", "assignment", "cli.running", "engine.measure", "report"):  # before the first fork
        importlib.import_module(f"uplift.{name}")
    for name in ("duckdb", "jinja2", "matplotlib.figure", "pandas", "scipy.stats", "sqlglot"):
        importlib.import_module(name)
    kills, seed = (int(word) for word in (*sys.argv[1:3], *("100", "20261122")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory(prefix="uplift-kills-") as place:
        started = time.monotonic()
        tally = run(Path(place), kills, seed)
        print(", ".join(f"{what}: {n}" for what, n in sorted(tally.items())))
        print(f"{kills} kills, seed {seed}: nothing lost, nothing half ({time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main()
