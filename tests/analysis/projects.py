"""Small projects on disk: contacts and orders as CSV, one experiment, assigned by the ordinary draw."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from uplift.assignment import assign
from uplift.spec import Study, load_study
from uplift.store import Store

PROJECT = """\
uplift: 1
timezone: Europe/Berlin
currency: EUR
language: en
sources:
  contacts: {file: ../data/contacts.csv, grain: contact, id: customer_id}
  orders:
    file: ../data/orders.csv
    grain: event
    id: customer_id
    time: ordered_at
    columns: {net_amount: {type: decimal, decimals: 2}}
metrics:
  buyers: {kind: proportion, source: orders}
  revenue: {kind: mean, source: orders, value: net_amount, format: money}
  orders_per_contact: {kind: count, source: orders}
  basket:
    kind: ratio
    numerator: {source: orders, value: net_amount}
    denominator: {source: orders, count: true}
    format: money
    conditional: true
  complaints: {kind: proportion, source: orders, where: net_amount < 1, better: down}
"""

EXPERIMENT = """\
uplift: 1
id: sale
owner: crm
hypothesis: The sale mail raises the share of buyers by a fifth.
status: running
unit: {id: customer_id, type: integer}
audience: {source: contacts, expected_size: 4_000}
arms:
  control: {weight: 50%, control: true}
  treatment: {weight: 50%}
schedule: {start: 2026-03-02}
metrics:
  primary: {metric: buyers, window: 14d, mde: 20%}
  secondary: [{metric: revenue, window: 14d}, {metric: basket, window: 14d}]
"""

START = datetime.date(2026, 3, 2)
AFTER = datetime.date(2026, 4, 1)

Order = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A project whose contacts are assigned, before anybody has ordered."""

    study: Study
    arms: dict[int, str]

    def members(self, arm: str) -> list[int]:
        return [unit for unit, drawn in self.arms.items() if drawn == arm]

    def order(self, orders: Iterable[Order]) -> None:
        """Write the orders: contact, local time, amount."""
        lines = ["customer_id,ordered_at,net_amount", *(",".join(map(str, order)) for order in orders)]
        (self.study.root / "data" / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def draw(
    root: Path,
    *,
    contacts: int = 4_000,
    experiment: str = EXPERIMENT,
    project: str = PROJECT,
    on: datetime.date = START,
) -> Drawn:
    """Write the project into `root`, assign its contacts, and read the arms back from the lists' source, the hash."""
    from uplift.assignment import arm_ranges, bucket, salt

    (root / "experiments").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "experiments" / "project.yml").write_text(project, encoding="utf-8")
    path = root / "experiments" / "sale.yml"
    path.write_text(experiment, encoding="utf-8")
    ids = range(1, contacts + 1)
    (root / "data" / "contacts.csv").write_text("customer_id\n" + "".join(f"{i}\n" for i in ids), encoding="utf-8")
    study = load_study(path)
    with Store.open(study.root / study.project.state) as store:
        assign(study, on=on, store=store)
    ranges = arm_ranges({name: arm.weight for name, arm in study.experiment.arms.items()})
    arms = {i: next(r.arm for r in ranges if bucket(salt("sale", 1), str(i)) in r.range) for i in ids}
    drawn = Drawn(study, arms)
    drawn.order([])
    return drawn
