"""Twenty experiments that overlap: one scan of the facts for all of them, against one scan for each.

Both build the unit tables (facts to contacts, the stage that costs) and nothing else, in processes of their own. As in
the reference data there are 5 orders and 13 mail events a contact; a fifth of the contacts is in each experiment. The
bar: a further experiment costs at most a quarter of the first. Run it on a quiet machine:

    python benchmarks/shared_scan.py [contacts] [experiments]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

BAR = 0.25
PROJECT = """\
uplift: 1
sources:
  contacts: {file: contacts.parquet, grain: contact, id: customer_id}
  orders: {file: orders.parquet, grain: event, id: customer_id, time: ordered_at}
  mails: {file: mails.parquet, grain: event, id: customer_id, time: sent_at}
metrics:
  buyers: {kind: proportion, source: orders, where: not is_cancelled}
  revenue: {kind: mean, source: orders, value: net_amount, where: not is_cancelled, format: money}
  unsubscribed: {kind: proportion, source: mails, where: event = 'unsubscribe', better: down}
"""
EXPERIMENT = """\
uplift: 1
id: {name}
owner: benchmark
hypothesis: A mail sells more than none.
unit: {{id: customer_id, type: integer}}
audience: {{source: contacts}}
arms: {{control: {{weight: 15%, control: true}}, treatment: {{weight: 85%}}}}
schedule: {{start: 2026-03-02}}
metrics:
  primary: {{metric: buyers, window: 21d, mde: 1pp}}
  secondary: [{{metric: revenue, window: 21d}}, {{metric: unsubscribed, window: 21d}}]
"""


def prepare(root: Path, contacts: int, experiments: int) -> None:
    """Orders of a year, mails of a quarter."""
    import duckdb

    folder = root / "experiments"
    folder.mkdir()
    (folder / "project.yml").write_text(PROJECT)
    with duckdb.connect() as connection:
        connection.execute("SELECT setseed(0.5)")
        connection.execute(
            f"COPY (SELECT range AS customer_id FROM range({contacts})) TO '{folder}/contacts.parquet' (FORMAT parquet)"
        )
        connection.execute(
            f"""COPY (SELECT CAST(floor(random() * {contacts}) AS BIGINT) AS customer_id,
                TIMESTAMP '2025-12-01' + INTERVAL (CAST(floor(random() * 365) AS INTEGER)) DAY AS ordered_at,
                CAST(20 + 80 * random() AS DECIMAL(18, 2)) AS net_amount, random() < 0.03 AS is_cancelled
                FROM range({5 * contacts})) TO '{folder}/orders.parquet' (FORMAT parquet, COMPRESSION zstd)"""
        )
        connection.execute(
            f"""COPY (SELECT CAST(floor(random() * {contacts}) AS BIGINT) AS customer_id,
                TIMESTAMP '2026-02-15' + INTERVAL (CAST(floor(random() * 90) AS INTEGER)) DAY AS sent_at,
                CASE WHEN random() < 0.01 THEN 'unsubscribe' WHEN random() < 0.3 THEN 'open' ELSE 'sent' END AS event
                FROM range({13 * contacts})) TO '{folder}/mails.parquet' (FORMAT parquet, COMPRESSION zstd)"""
        )
        for k in range(experiments):
            (folder / f"test{k}.yml").write_text(EXPERIMENT.format(name=f"test{k}"))
            connection.execute(
                f"""COPY (SELECT 'test{k}' AS experiment_id, CAST(range AS VARCHAR) AS unit_id,
                NULL::VARCHAR AS cluster_id, 1::INTEGER AS salt_epoch, 1::INTEGER AS weight_epoch,
                CASE WHEN hash(range, {k}) % 100 < 15 THEN 'control' ELSE 'treatment' END AS arm,
                TIMESTAMP '2026-03-02' + INTERVAL ({7 * (k % 8)}) DAY AS assigned_at,
                NULL::VARCHAR AS stratum, 'assigned' AS status
                FROM range({contacts}) WHERE hash(range, {k + 1000}) % 5 = 0)
                TO '{root}/ledger{k}.parquet' (FORMAT parquet)"""
            )


def build(root: Path, which: str, experiments: int) -> None:
    """Print the CPU seconds of building the unit tables, alone or together, and the peak memory."""
    import resource
    import time

    import duckdb  # noqa: F401 - importing it is not what is measured

    from uplift.engine import Assigned, DuckDBEngine, Settings
    from uplift.engine.measure import plans_of
    from uplift.engine.shared import Due, build_unit_tables
    from uplift.spec import load_study

    cache = root / f"cache-{which}"
    cache.mkdir()
    plans_of(load_study(root / "experiments" / "test0.yml"), course=False)  # loads what Python loads once
    begun = time.process_time()
    due = []
    for k in range(experiments):
        study = load_study(root / "experiments" / f"test{k}.yml")
        due.append(Due(study, Assigned.from_ledger([root / f"ledger{k}.parquet"]), plans_of(study, course=False)[0]))
    for together in [due] if which == "together" else [[one] for one in due]:
        with DuckDBEngine(Settings(threads=2, temp_directory=cache / "spill")) as engine:
            build_unit_tables(engine, together, cache=cache, progress=lambda _stage: None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([time.process_time() - begun, peak]))


def main(contacts: int, experiments: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        prepare(root, contacts, experiments)
        print(f"{contacts:,} contacts, {18 * contacts:,} rows of facts, {experiments} experiments\n")
        print(f"{'':12}{'CPU s':>9}{'peak MB':>10}")
        found = {}
        for name, which, number in (
            ("one", "first", 1),
            ("each", "alone", experiments),
            ("together", "together", experiments),
        ):
            command = [sys.executable, "-P", __file__, "--build", str(root), which, str(number)]
            told = subprocess.run(command, capture_output=True, text=True, check=True)
            found[name], peak = json.loads(told.stdout.splitlines()[-1])
            print(f"{name:12}{found[name]:9.2f}{peak:10.0f}")
        share = (found["together"] - found["one"]) / (experiments - 1) / found["one"]
        print(
            f"\neach further experiment: {share:.0%} of the first ({'within' if share <= BAR else 'above'} {BAR:.0%})"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--build"]:
        build(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
    else:
        main(*(int(a) for a in (sys.argv[1:3] + ["600000", "20"][len(sys.argv[1:3]) :])))
