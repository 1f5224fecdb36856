"""The reference retailer: 6 million contacts, 30 million orders, 80 million mails; one experiment with eight metrics.

Each step runs in a process of its own; CPU seconds (user and system, all threads) and peak memory are the process's,
and what Python needs to import the libraries of a step is measured too and taken off in the ratios. Two statements
written by hand stand beside `uplift`: the natural one, and one that also knows which days and which events can matter.

Run it on a quiet machine; on a busy one let every step run several times, in turns, of which the fastest counts. The
size is a fraction of the reference (1/10 where none is given, several are measured one after another):

    python -m benchmarks.engine 1/10 1/3 1
    python -m benchmarks.engine 1/10 --times 3
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uplift.spec import Study

CONTACTS, ORDERS, MAILS = 6_000_000, 30_000_000, 80_000_000
AS_OF = datetime.date(2026, 12, 31)
PROJECT = """\
uplift: 1
timezone: Europe/Berlin
sources:
  contacts: {file: contacts.parquet, grain: contact, id: customer_id}
  orders: {file: orders.parquet, grain: event, id: customer_id, time: ordered_at}
  mails: {file: mails.parquet, grain: event, id: customer_id, time: event_at}
metrics:
  buyers: {kind: proportion, source: orders, where: not is_cancelled}
  revenue: {kind: mean, source: orders, value: net_amount, where: not is_cancelled, format: money}
  orders_made: {kind: count, source: orders, where: not is_cancelled}
  order_value:
    kind: ratio
    numerator: {source: orders, value: net_amount, where: not is_cancelled}
    denominator: {source: orders, count: true, where: not is_cancelled}
    format: money
  cancelled: {kind: proportion, source: orders, where: is_cancelled, better: down}
  opened: {kind: proportion, source: mails, where: event = 'open'}
  clicks: {kind: count, source: mails, where: event = 'click'}
  unsubscribed: {kind: proportion, source: mails, where: event = 'unsubscribe', better: down}
"""
EXPERIMENT = """\
uplift: 1
id: sale
owner: benchmark
hypothesis: A mail sells more than none.
unit: {id: customer_id, type: integer}
audience: {source: contacts}
arms: {control: {weight: 20%, control: true}, a: {weight: 20%}, b: {weight: 20%}, c: {weight: 20%}, d: {weight: 20%}}
schedule: {start: 2026-11-02}
metrics:
  primary: {metric: buyers, window: 21d, mde: 5%}
  secondary:
    - {metric: revenue, window: 21d}
    - {metric: orders_made, window: 21d}
    - {metric: order_value, window: 21d}
    - {metric: cancelled, window: 21d}
    - {metric: opened, window: 21d}
    - {metric: clicks, window: 21d}
    - {metric: unsubscribed, window: 21d}
"""
SEGMENTS = "segments: [country]\n"
COLUMNS = ("buyers", "revenue", "orders_made", "cancelled", "opened", "clicks", "unsubscribed")


def prepare(root: Path, size: Fraction) -> None:
    """Heavy heads and skewed baskets; ids are spread over the files as life does."""
    import duckdb

    folder = root / "experiments"
    folder.mkdir()
    contacts, orders, mails = (int(n * size) for n in (CONTACTS, ORDERS, MAILS))
    someone = f"CAST(1 + floor({contacts} * power((hash(i + {{}}) % 1000003) / 1000003.0, 1.7)) AS BIGINT)"
    second = "to_seconds(CAST(hash(i + {}) % {} AS BIGINT))"
    with duckdb.connect() as con:
        con.execute("SET preserve_insertion_order = false")
        for name, sql in {
            "contacts": f"""SELECT i + 1 AS customer_id, ['DE', 'AT', 'CH', 'NL', 'PL'][i % 5 + 1] AS country
                FROM range({contacts}) AS r(i)""",
            "orders": f"""SELECT i AS order_id, {someone.format(11)} AS customer_id,
                TIMESTAMP '2025-11-02' + {second.format(13, 390 * 86400)} AS ordered_at,
                CAST(exp(3.4 + 1.1 * sqrt(-2 * ln((1 + hash(i + 17) % 999983) / 1000000.0))
                  * cos(6.283185307 * (hash(i + 19) % 999983) / 999983.0)) AS DECIMAL(10, 2)) AS net_amount,
                hash(i + 23) % 20 = 0 AS is_cancelled,
                ['shop', 'app', 'store'][CAST(hash(i + 29) % 3 AS BIGINT) + 1] AS channel
                FROM range({orders}) AS r(i)""",
            "mails": f"""SELECT i AS event_id, {someone.format(31)} AS customer_id,
                TIMESTAMP '2026-11-02' + {second.format(37, 30 * 86400)} AS event_at,
                CASE WHEN hash(i + 41) % 100 < 70 THEN 'delivered' WHEN hash(i + 41) % 100 < 92 THEN 'open'
                  WHEN hash(i + 41) % 1000 < 998 THEN 'click' ELSE 'unsubscribe' END AS event
                FROM range({mails}) AS r(i)""",
            "ledger": f"""SELECT 'sale' AS experiment_id, CAST(i + 1 AS VARCHAR) AS unit_id,
                CAST(NULL AS VARCHAR) AS cluster_id,
                ['control', 'a', 'b', 'c', 'd'][CAST(hash(i + 43) % 5 AS BIGINT) + 1] AS arm,
                CAST(1 AS INTEGER) AS bucket, 'sale/1' AS salt, 'u1' AS algo, CAST(1 AS INTEGER) AS salt_epoch,
                CAST(1 AS INTEGER) AS weight_epoch,
                TIMESTAMP '2026-11-02' + to_days(CAST(hash(i + 47) % 7 AS INTEGER)) AS assigned_at,
                CAST(NULL AS TIMESTAMP) AS eligible_at, CAST(NULL AS VARCHAR) AS stratum, '' AS weights_hash,
                '' AS spec_hash, 'r' AS run_id, 'assigned' AS status FROM range({contacts}) AS r(i)""",
        }.items():
            con.execute(f"COPY ({sql}) TO '{folder}/{name}.parquet' (FORMAT parquet, COMPRESSION zstd)")


# ── the steps ────────────────────────────────────────────────────────────────────────────────────────────────────────


def pruned_scan(root: Path) -> None:
    """Every column that the analysis needs, read and looked at once."""
    import duckdb

    f = root / "experiments"  # sums, not maxima: those stand in the description at the end of a Parquet file
    ledger = "sum(length(unit_id)), sum(length(arm)), sum(epoch(assigned_at))"
    print(duckdb.sql(f"SELECT {ledger} FROM '{f}/ledger.parquet'").fetchall())
    orders = "sum(customer_id), sum(epoch(ordered_at)), sum(net_amount), count(CASE WHEN is_cancelled THEN 1 END)"
    print(duckdb.sql(f"SELECT {orders} FROM '{f}/orders.parquet'").fetchall())
    mails = "sum(customer_id), sum(epoch(event_at)), sum(length(event))"
    print(duckdb.sql(f"SELECT {mails} FROM '{f}/mails.parquet'").fetchall())


def _unit_sql(f: Path, *, of_orders: str = "", of_mails: str = "") -> str:
    return f"""
WITH assigned AS (
  SELECT CAST(unit_id AS BIGINT) AS id, arm, CAST(assigned_at AS DATE) AS day FROM '{f}/ledger.parquet'
), bought AS (
  SELECT a.id, max(CASE WHEN NOT is_cancelled THEN 1 ELSE 0 END) AS buyers,
    sum(CASE WHEN NOT is_cancelled THEN net_amount END) AS revenue,
    count(CASE WHEN NOT is_cancelled THEN 1 END) AS orders_made,
    max(CASE WHEN is_cancelled THEN 1 ELSE 0 END) AS cancelled
  FROM assigned AS a JOIN '{f}/orders.parquet' AS o ON o.customer_id = a.id
  WHERE CAST(ordered_at AS DATE) >= a.day AND CAST(ordered_at AS DATE) < a.day + 21 {of_orders} GROUP BY a.id
), read_ AS (
  SELECT a.id, max(CASE WHEN event = 'open' THEN 1 ELSE 0 END) AS opened,
    count(CASE WHEN event = 'click' THEN 1 END) AS clicks,
    max(CASE WHEN event = 'unsubscribe' THEN 1 ELSE 0 END) AS unsubscribed
  FROM assigned AS a JOIN '{f}/mails.parquet' AS m ON m.customer_id = a.id
  WHERE CAST(event_at AS DATE) >= a.day AND CAST(event_at AS DATE) < a.day + 21 {of_mails} GROUP BY a.id
)
SELECT a.id, a.arm, {", ".join(f"CAST(coalesce({c}, 0) AS DOUBLE) AS {c}" for c in COLUMNS)}
FROM assigned AS a LEFT JOIN bought AS b ON b.id = a.id LEFT JOIN read_ AS r ON r.id = a.id"""


def _second_order(columns: tuple[str, ...]) -> str:
    pairs = [(x, y) for i, x in enumerate(columns) for y in columns[i:]]
    return ", ".join(["count(*)", *(f"sum({c})" for c in columns), *(f"sum({x} * {y})" for x, y in pairs)])


def hand_written(root: Path) -> None:
    """What an analyst would write: one statement from the files to all sums and cross-products, in doubles."""
    import duckdb

    sql = f"SELECT arm, {_second_order(COLUMNS)} FROM ({_unit_sql(root / 'experiments')}) GROUP BY arm ORDER BY arm"
    print(duckdb.sql(sql).fetchall())


def hand_tuned(root: Path) -> None:
    """The same by somebody who looked first: which days the windows span, and which events the metrics count."""
    import duckdb

    orders = "AND ordered_at >= TIMESTAMP '2026-11-02' AND ordered_at < TIMESTAMP '2026-11-29'"
    mails = f"{orders.replace('ordered_at', 'event_at')} AND event IN ('open', 'click', 'unsubscribe')"
    units = _unit_sql(root / "experiments", of_orders=orders, of_mails=mails)
    print(duckdb.sql(f"SELECT arm, {_second_order(COLUMNS)} FROM ({units}) GROUP BY arm ORDER BY arm").fetchall())


def _study(root: Path, *, segments: bool = False, **engine: object) -> Study:
    """The experiment, with what this step asks for in its YAML."""
    from uplift.spec import load_study

    said = ", ".join(f"{key}: {value}" for key, value in engine.items())
    (root / "experiments" / "project.yml").write_text(PROJECT + (f"engine: {{{said}}}\n" if said else ""))
    (root / "experiments" / "sale.yml").write_text(EXPERIMENT + (SEGMENTS if segments else ""))
    return load_study(root / "experiments" / "sale.yml")


def _measure(root: Path, *, course: bool = False, **engine: object) -> None:
    from uplift.engine import Assigned
    from uplift.engine.measure import measure

    stages: dict[str, float] = {"load": 0.0}
    begun = time.process_time()

    def progress(stage: str) -> None:
        nonlocal begun
        now = time.process_time()
        stages[list(stages)[-1]] += now - begun
        begun = now
        stages[stage] = 0.0

    study = _study(root, **engine)
    who = Assigned.from_ledger([root / "experiments" / "ledger.parquet"])
    cache = root / ("limited" if engine else "daily" if course else "cache")
    found = measure(study, who, as_of=AS_OF, cache_dir=cache, course=course, progress=progress)
    progress("end")
    print({key: {arm: sums.n for arm, sums in m.by_arm().items()} for key, m in found.metrics.items()})
    print(json.dumps(stages))


def uplift(root: Path) -> None:
    """From the files to exact sums of all orders, with everything that is checked on the way."""
    _measure(root)


def by_day(root: Path) -> None:
    """The same with the course of two metrics, day by day and week by week."""
    _measure(root, course=True)


def again(root: Path) -> None:
    """The same analysis of the same files: the unit table is there already."""
    _measure(root)


def limited(root: Path) -> None:
    """With one gigabyte of memory."""
    _measure(root, memory_limit="1GB")


def report(root: Path) -> None:
    """The whole report in a cold process: days, segments, 2,000 bucket replicates of every comparison, the page."""
    from uplift.analysis import analyze
    from uplift.engine import Assigned
    from uplift.report import write

    who = Assigned.from_ledger([root / "experiments" / "ledger.parquet"])
    result = analyze(_study(root, segments=True), as_of=AS_OF, assigned=who)
    print(len(write(result, root / "sale.html", language="de").read_text()))


def bare_sums(root: Path) -> None:
    """Double second-order sums over the unit table: the least that statistics need of it."""
    import duckdb

    path = _units(root)
    columns = tuple(c for c, *_ in duckdb.sql(f"DESCRIBE FROM '{path}'").fetchall() if c.startswith("y_"))
    doubles = ", ".join(f"CAST({c} AS DOUBLE) AS {c}" for c in columns)
    sql = f"SELECT arm, {_second_order(columns)} FROM (SELECT arm, {doubles} FROM '{path}') GROUP BY arm"
    print(duckdb.sql(sql).fetchall())


def _units(root: Path) -> Path:
    return next((root / "cache").glob("units-*.parquet"))


def tea_tasting(root: Path) -> None:
    """tea-tasting on the unit table, which it needs ready-made."""
    import polars as pl
    import tea_tasting as tt

    path = _units(root)
    table = pl.read_parquet(path)
    names = [c for c in table.columns if c.startswith("y_") and "_value_" not in c]
    metrics = {c: tt.Mean(c) for c in names} | {"order_value": tt.RatioOfMeans("y_revenue", "y_orders_made")}
    test = tt.Experiment(metrics, variant="arm")
    print(len(test.analyze(table, control="control", all_variants=True)))


def pandas(root: Path) -> None:
    """The same by data frames."""
    import pandas as pd

    f = root / "experiments"
    who = pd.read_parquet(f / "ledger.parquet", columns=["unit_id", "arm", "assigned_at"])
    who["customer_id"] = who.pop("unit_id").astype("int64")
    who["until"] = who["assigned_at"] + pd.Timedelta(days=21)
    unit = who[["customer_id", "arm"]].set_index("customer_id")
    orders = pd.read_parquet(f / "orders.parquet", columns=["customer_id", "ordered_at", "net_amount", "is_cancelled"])
    orders["net_amount"] = orders["net_amount"].astype("float64")
    orders = orders.merge(who, on="customer_id")
    orders = orders[(orders["ordered_at"] >= orders["assigned_at"]) & (orders["ordered_at"] < orders["until"])]
    good = orders[~orders["is_cancelled"]].groupby("customer_id")["net_amount"]
    unit["revenue"], unit["orders_made"] = good.sum(), good.size()
    unit["buyers"] = unit["orders_made"] > 0
    unit["cancelled"] = orders[orders["is_cancelled"]].groupby("customer_id").size() > 0
    mails = pd.read_parquet(f / "mails.parquet", columns=["customer_id", "event_at", "event"]).merge(
        who, on="customer_id"
    )
    mails = mails[(mails["event_at"] >= mails["assigned_at"]) & (mails["event_at"] < mails["until"])]
    for name, event in (("opened", "open"), ("clicks", "click"), ("unsubscribed", "unsubscribe")):
        unit[name] = mails[mails["event"] == event].groupby("customer_id").size()
    numbers = unit[list(COLUMNS)].astype("float64").fillna(0.0)
    print(numbers.groupby(unit["arm"]).agg(["sum", "var"]).shape)


UPLIFT = "uplift.engine.measure, duckdb, sqlglot.dialects.duckdb"
Step = Callable[[Path], None]
STEPS: dict[str, tuple[Step, str]] = {
    "pruned scan": (pruned_scan, "duckdb"),
    "hand-written SQL": (hand_written, "duckdb"),
    "hand-tuned SQL": (hand_tuned, "duckdb"),
    "uplift": (uplift, UPLIFT),
    "uplift again": (again, UPLIFT),
    "uplift by day": (by_day, UPLIFT),
    "uplift in 1 GB": (limited, UPLIFT),
    "whole report": (report, f"{UPLIFT}, uplift.analysis, uplift.report"),
    "bare sums": (bare_sums, "duckdb"),
    "tea-tasting": (tea_tasting, "tea_tasting, polars"),
    "pandas": (pandas, "pandas"),
}
LARGEST_FOR_PANDAS = Fraction(1, 3)


@dataclass(frozen=True, slots=True)
class Run:
    """What a process used: CPU seconds (and without its imports), seconds on the clock, megabytes at its peak."""

    cpu: float
    wall: float
    megabytes: int
    output: str
    net: float = math.nan


def run(*words: str) -> Run:
    """Run Python and wait for its end."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, cwd=Path(__file__).parents[1])
    output = process.stdout.read().decode()  # type: ignore[union-attr]
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        sys.exit(output)
    wall = time.perf_counter() - started
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss // 1024, output)


def measured(size: Fraction, place: Path, times: int, only: Sequence[str] = ()) -> dict[str, Run]:
    """Every step at one size, each the fastest of several runs."""
    print(f"\n{size} of the reference: {int(CONTACTS * size):,} contacts, {int(ORDERS * size):,} orders, "
          f"{int(MAILS * size):,} mails")  # fmt: skip
    if not (place / "experiments").exists():
        run("-m", "benchmarks.engine", "--step", "prepare", str(place), str(size))
    best: dict[str, Run] = {}
    for turn in range(times):
        for name, (_, modules) in STEPS.items():
            if (name == "pandas" and size > LARGEST_FOR_PANDAS) or (only and name not in only):
                continue
            if name != "uplift again":  # nothing is kept from the turn before
                for kept in {"uplift": ["cache"], "uplift by day": ["daily"], "uplift in 1 GB": ["limited"]}.get(
                    name, [".uplift"] if name == "whole report" else []
                ):
                    shutil.rmtree(place / kept, ignore_errors=True)
            imports = min(run("-c", f"import {modules}").cpu for _ in range(2))
            found = run("-m", "benchmarks.engine", "--step", name, str(place))
            found = replace(found, net=max(found.cpu - imports, 0.001))
            if name not in best or found.net < best[name].net:
                best[name] = found
            if times > 1:
                print(f"  turn {turn + 1}: {name} {found.net:.2f}", file=sys.stderr, flush=True)
    print(f"{'':<18}{'CPU s':>8}{'without imports':>17}{'wall s':>8}{'MB':>7}   ratio to scan / by hand / tuned")
    for name, one in best.items():
        ratios = " / ".join(
            f"{one.net / best[base].net:5.2f}" if base in best else "  nan"
            for base in ("pruned scan", "hand-written SQL", "hand-tuned SQL")
        )
        print(f"{name:<18}{one.cpu:8.2f}{one.net:17.2f}{one.wall:8.1f}{one.megabytes:7d}   {ratios}", flush=True)
    for name in ("uplift", "uplift again"):
        if name in best:
            stages = " · ".join(f"{stage} {cpu:.2f}" for stage, cpu in _stages(best[name]).items() if cpu >= 0.005)
            print(f"{name}, CPU s by stage: {stages}")
    return best


def _stages(one: Run) -> dict[str, float]:
    found: dict[str, float] = json.loads(one.output.splitlines()[-1])
    return found


def bars(size: Fraction, best: dict[str, Run]) -> Iterator[str]:
    """What was asked for, and what it is."""

    def ratio(name: str, base: str) -> float:
        return best[name].net / best[base].net if {name, base} <= set(best) else math.nan

    yield f"uplift / hand-written {ratio('uplift', 'hand-written SQL'):.2f} (bar 1.10)"
    yield f"uplift / hand-tuned {ratio('uplift', 'hand-tuned SQL'):.2f}"
    yield f"uplift / pruned scan {ratio('uplift', 'pruned scan'):.2f} (bar 5)"
    yield f"uplift in 1 GB / uplift {ratio('uplift in 1 GB', 'uplift'):.2f} (bar 1.4)"
    if {"uplift again", "bare sums"} <= set(best):
        share = _stages(best["uplift again"])["add up"] / best["bare sums"].net
        yield f"statistics / bare sums {share:.2f} (bar 1.5)"
    if size == 1 and "whole report" in best:
        found = best["whole report"]
        yield f"whole report {found.cpu:.0f} CPU s, {found.wall:.0f} s, {found.megabytes} MB (bar 30 s, 2000 MB)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=Fraction, default=[Fraction(1, 10)])
    parser.add_argument("--times", type=int, default=1, help="runs of each step; the fastest counts")
    parser.add_argument("--only", action="append", default=[], choices=list(STEPS), help="only these steps")
    parser.add_argument("--data", type=Path, help="keep the generated data in this folder, one below it per size")
    said = parser.parse_args()
    results: dict[Fraction, dict[str, Run]] = {}
    for size in said.sizes:
        with tempfile.TemporaryDirectory(prefix="uplift-benchmark-") as scratch:
            place = Path(scratch) if said.data is None else said.data / str(size).replace("/", "-")
            place.mkdir(parents=True, exist_ok=True)
            results[size] = measured(size, place, said.times, said.only)
    for size, best in results.items():
        print(f"\n{size}: " + ", ".join(bars(size, best)))
    growing = {size: best["uplift"].net for size, best in results.items() if "uplift" in best}
    if len(growing) > 1:
        (low, first), (high, last) = min(growing.items()), max(growing.items())
        exponent = math.log(last / first) / math.log(high / low)
        print(f"growth exponent {low} to {high}: {exponent:.2f} (bar 1.15)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        _, _, name, folder, *rest = sys.argv
        prepare(Path(folder), Fraction(rest[0])) if name == "prepare" else STEPS[name][0](Path(folder))
    else:
        main()
