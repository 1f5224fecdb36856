"""Six million contacts: a draw with holdout, layer and arm, 200,000 newcomers, and the audit.

Each step runs in a process of its own; CPU seconds (user and system, all threads) and peak memory are the process's.
CPU is shown as a ratio to the bare scan, in the same run: DuckDB reading the same ids and hashing each of them once
per salt that the draw uses (holdout, layer, arm), with nothing written. Run it on a quiet machine:

    python benchmarks/assignment.py [contacts]
"""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = """\
uplift: 1
sources:
  contacts: {file: contacts.parquet, grain: contact, id: customer_id}
  orders: {file: orders.parquet, grain: event, id: customer_id, time: ordered_at}
metrics: {purchase: {kind: proportion, source: orders, better: up}}
holdouts: {global-2026h2: {share: 5%, unit: household_id, from: 2026-07-01, until: 2027-03-31}}
layers: {incentives: {unit: customer_id}}
"""
EXPERIMENT = """\
uplift: 1
id: sale
owner: benchmark
hypothesis: A mail sells more than none.
status: running
unit: {id: customer_id, type: integer}
audience: {source: contacts, entry: rolling, entry_date: eligible_at}
arms: {control: {weight: 15%, control: true}, treatment: {weight: 85%}}
schedule: {start: 2026-11-30, enrol_until: 2027-01-24}
metrics: {primary: {metric: purchase, window: 30d, mde: 1pp}}
assignment: {holdout: global-2026h2, layer: {name: incentives, from: 0%, to: 90%}}
"""
SALTS = ("global-2026h2/1", "incentives/1", "sale/1")
NEWCOMERS = 200_000


def prepare(root: Path, contacts: int) -> None:
    import duckdb

    folder = root / "experiments"
    folder.mkdir()
    (folder / "project.yml").write_text(PROJECT)
    (folder / "sale.yml").write_text(EXPERIMENT)
    for name, rows in (("early", contacts), ("all", contacts + NEWCOMERS)):
        duckdb.sql(
            f"""COPY (
                SELECT (i * 7919) % 100000007 AS customer_id, i // 3 AS household_id, DATE '2026-11-01' AS eligible_at
                FROM range({rows}) AS t(i)
            ) TO '{folder / name}.parquet'"""
        )


def draw(root: Path, name: str, day: int) -> None:
    from uplift.assignment import assign
    from uplift.spec import load_study
    from uplift.store import Store

    link = root / "experiments" / "contacts.parquet"
    link.unlink(missing_ok=True)
    link.symlink_to(f"{name}.parquet")
    study = load_study(root / "experiments" / "sale.yml")
    on = datetime.date(2026, 11, 30) + datetime.timedelta(days=day)
    print(assign(study, on=on, store=Store.open(root / ".uplift")))


def proof(root: Path) -> None:
    from uplift.assignment import audit
    from uplift.assignment.audit_text import text
    from uplift.spec import load_study
    from uplift.store import Store

    print(text(audit(load_study(root / "experiments" / "sale.yml"), store=Store.open(root / ".uplift")), "en"))


def bare(root: Path) -> None:
    import duckdb

    hashes = ", ".join(
        f"sum(CAST('0x' || substr(sha256('{s}|' || CAST(customer_id AS VARCHAR)), 1, 13) AS BIGINT) % 1000000)"
        for s in SALTS
    )
    print(duckdb.sql(f"SELECT {hashes} FROM '{root}/experiments/early.parquet'").fetchall())


STEPS = {
    "bare scan": bare,
    "draw": lambda root: draw(root, "early", 0),
    "newcomers": lambda root: draw(root, "all", 1),
    "audit": proof,
}


def main() -> None:
    contacts = int(sys.argv[1]) if len(sys.argv) > 1 else 6_000_000
    with tempfile.TemporaryDirectory(prefix="uplift-benchmark-") as place:
        root = Path(place)
        prepare(root, contacts)
        scan = 0.0
        print(f"{contacts:,} contacts, {NEWCOMERS:,} newcomers")
        for step in STEPS:
            process = subprocess.Popen([sys.executable, __file__, "--step", step, place], stdout=subprocess.PIPE)
            output = process.stdout.read()  # type: ignore[union-attr]
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = status
            if status:
                sys.exit(output.decode())
            cpu = usage.ru_utime + usage.ru_stime
            scan = scan or cpu
            print(f"{step:<10} {cpu:7.2f} CPU s  {cpu / scan:5.2f} x bare scan  {usage.ru_maxrss // 1024:5d} MB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        STEPS[sys.argv[2]](Path(sys.argv[3]))
    else:
        main()
