"""A small finished test on disk: two vouchers or a mail, contacts with features, orders with redemptions."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np

from uplift.spec import Study, load_study

PROJECT = """\
uplift: 1
timezone: Europe/Berlin
currency: EUR
language: {language}
sources:
  contacts: {{file: ../data/contacts.csv, grain: contact, id: customer_id}}
  results: {{file: ../data/contacts.csv, grain: contact, id: customer_id}}
metrics:
  buyers: {{kind: proportion, column: bought}}
  revenue: {{kind: mean, column: revenue, format: money}}
"""
EXPERIMENT = """\
uplift: 1
id: sale
title: Who wants the mail?
owner: crm
hypothesis: The mail raises the share of buyers by a tenth.
status: closed
unit: {{id: customer_id, type: integer}}
audience: {{source: contacts, expected_size: {size}}}
arms:
  control: {{weight: 1/2, control: true, observed: a}}
  mail: {{weight: 1/2, observed: b, contact_cost: 0.62 EUR}}
schedule: {{start: 2026-03-02}}
metrics:
  primary: {{metric: buyers, mde: 10%}}
  secondary: [{{metric: revenue}}]
assignment: {{method: observed, column: split}}
value: {{margin: 40%}}
targeting:
  features: [age, orders]
{targeting}
"""
ON = datetime.date(2026, 11, 22)


def project(
    folder: Path, *, targeting: str = "", size: int = 6_000, effect: float = 0.4, seed: int = 1, language: str = "en"
) -> Study:
    """A test in which the mail helps only contacts with many orders: `effect` more of them buy (none where it is 0)."""
    (folder / "experiments").mkdir(parents=True)
    (folder / "data").mkdir()
    rng = np.random.default_rng(seed)
    age, orders = rng.integers(18, 80, size), rng.integers(0, 4, size)
    mailed = rng.random(size) < 0.5
    bought = rng.random(size) < 0.15 + effect * mailed * (orders == 3)
    revenue = np.where(bought, 40.0, 0.0)
    lines = ["customer_id,age,orders,split,bought,revenue"]
    lines += [
        f"{i},{a},{o},{'b' if m else 'a'},{int(b)},{r:.2f}"
        for i, a, o, m, b, r in zip(range(1, size + 1), age, orders, mailed, bought, revenue, strict=True)
    ]
    (folder / "data" / "contacts.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "experiments" / "project.yml").write_text(PROJECT.format(language=language), "utf-8")
    path = folder / "experiments" / "sale.yml"
    path.write_text(EXPERIMENT.format(size=size, targeting=targeting), "utf-8")
    return load_study(path)
