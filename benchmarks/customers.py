"""Scores of all customers against the bare aggregation of the same purchases: CPU seconds, ratio, peak memory.

    python benchmarks/customers.py [CONTACTS]        # 600,000 by default; a shop of six million: 6_000_000

Each side runs in a process of its own. The aggregation is what any tool has to do first: one row per customer with
count, first, last and sum. The ratio says what models, backtests, scores and the table cost on top.
"""

from __future__ import annotations

import datetime
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

DAY = datetime.date(2026, 7, 1)
PROJECT = """\
uplift: 1
sources:
  orders: {file: ../data/orders.parquet, grain: event, id: customer_id, time: ordered_at}
customers:
  id_type: integer
  purchases: {source: orders, value: amount}
"""


def purchases(folder: Path, contacts: int) -> None:
    """A shop of three years: 3.4 purchases per customer on average, few customers with many."""
    import duckdb

    (folder / "data").mkdir()
    (folder / "experiments").mkdir()
    (folder / "experiments" / "project.yml").write_text(PROJECT)
    with duckdb.connect() as con:
        con.execute("SELECT setseed(0.5)")
        con.execute(
            f"""COPY (WITH c AS (SELECT i AS customer_id, 1 + CAST(-2.4 * ln(1 - random()) AS INT) AS k,
                   random() * 1000 AS starts, 20 + random() * 300 AS gap, 10 + random() * 80 AS taste
                   FROM range({contacts}) AS r(i))
            SELECT customer_id, TIMESTAMP '2023-07-03' + to_minutes(CAST(1440 * (starts + j * gap
                   * (0.4 + 1.2 * random())) AS BIGINT)) AS ordered_at,
                   CAST(taste * (0.4 + 1.2 * random()) AS DECIMAL(9,2)) AS amount
            FROM c, range(40) AS n(j) WHERE j < k AND starts + j * gap < 1090)
            TO '{folder}/data/orders.parquet' (FORMAT parquet)"""
        )


def bare(folder: Path) -> int:
    """The aggregation alone, its result written as Parquet."""
    import duckdb

    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT customer_id, count(*) AS n, min(ordered_at) AS first, max(ordered_at) AS last, "
            f"sum(amount) AS amount FROM '{folder}/data/orders.parquet' GROUP BY customer_id) "
            f"TO '{folder}/bare.parquet' (FORMAT parquet)"
        )
        rows = con.execute(f"SELECT count(*) FROM '{folder}/data/orders.parquet'").fetchall()
    return int(rows[0][0])


def scored(folder: Path) -> int:
    """`uplift score`."""
    from uplift.customers.score import score
    from uplift.spec import load_project

    project, document = load_project(folder / "experiments")
    return score(project, document, as_of=DAY).result.contacts


def measured(side: str, folder: Path) -> dict[str, float]:
    """Run one side in a process of its own."""
    done = subprocess.run([sys.executable, __file__, side, str(folder)], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    if len(sys.argv) == 3:
        side, folder = sys.argv[1], Path(sys.argv[2])
        rows = bare(folder) if side == "bare" else scored(folder)
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = used.ru_utime + used.ru_stime  # all threads
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"rows": rows, "seconds": seconds, "megabytes": memory}))
        return
    contacts = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 600_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        purchases(folder, contacts)
        one, two = measured("bare", folder), measured("score", folder)
    print(f"{contacts:,} customers, {one['rows']:,.0f} purchases")
    print(f"bare aggregation  {one['seconds']:7.2f} s  {one['megabytes']:6.0f} MB")
    print(f"uplift score      {two['seconds']:7.2f} s  {two['megabytes']:6.0f} MB")
    print(f"ratio             {two['seconds'] / one['seconds']:7.1f}")
    print(f"a customer        {two['seconds'] / contacts * 1e6:7.1f} µs")


if __name__ == "__main__":
    main()
