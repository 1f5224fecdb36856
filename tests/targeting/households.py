"""A finished test that drew households: two vouchers, a holdout that began after it, contacts with features."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path

import duckdb
import numpy as np

from tests.analysis.projects import PROJECT
from uplift.assignment import assign
from uplift.spec import Study, load_study
from uplift.store import Store

HOLDOUT = """\
holdouts:
  global: {share: 5%, unit: account_id, from: 2026-10-01, until: 2027-03-31}
"""
EXPERIMENT = """\
uplift: 1
id: voucher
owner: crm
hypothesis: A voucher raises the share of buyers by a fifth.
status: running
unit: {id: customer_id, type: integer, cluster: household_id}
audience: {source: contacts, where: email, expected_size: 6_000, expected_clusters: {count: 3_500, size_cv: 0.5}}
arms:
  control: {weight: 34%, control: true}
  voucher_5: {weight: 33%, contact_cost: 0.01 EUR, redemption_cost: 5 EUR}
  voucher_10: {weight: 33%, contact_cost: 0.01 EUR, redemption_cost: 10 EUR}
schedule: {start: 2026-08-03}
metrics:
  primary: {metric: buyers, window: 30d, mde: 20%}
  secondary: [{metric: revenue, window: 30d}]
design: {baselines: {buyers: {value: 10%, icc: 0.1, source: typed, date: 2026-07-20}}}
assignment: {holdout: global}
value: {margin: 40%, redemptions: {source: orders, where: voucher is not null}}
targeting:
  features: [recency, orders, country, registered_on]
  outcome: net_value
  strategy: {budget: 900 EUR, exclude: {voucher_10: country = 'AT'}}
  keep_learning: {control_among_targeted: 25%, treated_among_rest: 3%}
"""
START, LISTED = datetime.date(2026, 8, 3), datetime.date(2026, 11, 22)
HEAD = "customer_id,household_id,account_id,recency,orders,country,email,registered_on"


def shop(folder: Path, contacts: int) -> Study:
    """The project with so many contacts: every eleventh has no household, every ninth gave no permission."""
    (folder / "experiments").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "experiments" / "project.yml").write_text(PROJECT + HOLDOUT, "utf-8")
    (folder / "experiments" / "voucher.yml").write_text(EXPERIMENT, "utf-8")
    export(folder, contacts)
    study = load_study(folder / "experiments" / "voucher.yml")
    order(study, [])
    return study


def export(folder: Path, contacts: int) -> None:
    """The contacts as they are on some day; the first ones are always the same."""
    lines = [HEAD]
    for i in range(1, contacts + 1):
        home = "" if i % 11 == 0 else f"h{i // 2}"
        country = ("DE", "AT", "CH")[i % 3]
        day = datetime.date(2026, 7, 1) - datetime.timedelta(days=i * 7 % 2_000)
        lines.append(f"{i},{home},a{i // 2},{i * 13 % 400},{i % 5},{country},{str(i % 9 > 0).lower()},{day}")
    (folder / "data" / "contacts.csv").write_text("\n".join(lines) + "\n", "utf-8")


def draw(study: Study, on: datetime.date) -> dict[int, str]:
    """Assign on a day and read the ledger back: contact → arm."""
    with Store.open(study.root / study.project.state) as store:
        assign(study, on=on, store=store)
        files = [str(path) for path in store.ledger.files(study.experiment.id)]
    rows = duckdb.read_parquet(files).filter("status = 'assigned'").project("CAST(unit_id AS INT), arm").fetchall()
    return dict(rows)


def order(study: Study, rows: Iterable[tuple[int, datetime.date, float, bool]]) -> None:
    """Add orders: contact, day, amount, whether a voucher was redeemed."""
    path = study.root / "data" / "orders.csv"
    before = path.read_text("utf-8") if path.is_file() else "customer_id,ordered_at,net_amount,voucher\n"
    new = "".join(f"{i},{day} 12:00:00,{amount:.2f},{'V' if used else ''}\n" for i, day, amount, used in rows)
    path.write_text(before + new, "utf-8")


def buying(arms: dict[int, str], *, seed: int, day: datetime.date) -> list[tuple[int, datetime.date, float, bool]]:
    """Who orders: vouchers help only contacts whose last order lies long back, and the large one those with many."""
    rng = np.random.default_rng(seed)
    found = []
    for i, arm in sorted(arms.items()):
        late = i * 13 % 400 > 200
        lift = {"voucher_5": 0.25 * late, "voucher_10": 0.40 * late * (i % 5 >= 2)}.get(arm, 0.0)
        if rng.random() < 0.10 + lift:
            found.append((i, day, float(rng.gamma(4, 20)), arm != "control" and bool(rng.random() < 0.6)))
    return found
