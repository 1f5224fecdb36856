"""A small project on disk whose files a test changes by replacing a piece of text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = """\
uplift: 1
timezone: Europe/Berlin
currency: EUR
sources:
  contacts: {file: data/contacts.csv, grain: contact, id: customer_id}
  wide: {file: data/wide.csv}
  orders:
    file: data/orders.csv
    grain: event
    id: customer_id
    time: ordered_at
    data_lag: 3d
metrics:
  repeat_purchase: {kind: proportion, source: orders, where: not is_cancelled}
  revenue: {kind: mean, source: orders, value: net_amount, format: money}
  orders_per_contact: {kind: count, source: orders}
  basket:
    kind: ratio
    numerator: {source: orders, value: net_amount}
    denominator: {source: orders, count: true}
    format: money
    conditional: true
  unsubscribe_rate: {kind: proportion, source: orders, where: unsubscribed, better: down}
  visit: {kind: proportion, column: visit}
holdouts:
  global-2026h2: {share: 5%, unit: household_id, from: 2026-07-01, until: 2027-03-31}
layers:
  incentives: {unit: customer_id}
channels:
  letter: {consent: print_opt_in}
  e-mail: {}
defaults:
  design: {alpha: 0.1, power: 0.9}
"""

SALE = """\
uplift: 1
id: sale
owner: crm
hypothesis: A mail raises the share of buyers.
status: draft
unit: {id: customer_id, type: integer}
audience:
  source: contacts
  entry: rolling
  entry_date: eligible_at
  expected_size: 60_000
arms:
  control: {weight: 15%, control: true}
  treatment: {weight: 85%, contact_cost: 0.62 EUR}
schedule: {start: 2026-11-30, enrol_until: 2027-01-24}
metrics:
  primary: {metric: repeat_purchase, window: 30d, mde: 1.0pp}
  secondary:
    - {metric: revenue, window: 30d}
  guardrails:
    - {metric: unsubscribe_rate, window: 30d, margin: 0.3pp}
design:
  baselines: {repeat_purchase: {value: 9.0%}}
assignment: {method: hash, holdout: global-2026h2}
value: {margin: 38%}
segments: [country, value_band]
decision:
  ship: primary.low > 0 and all(guardrails.ok)
  stop: any(guardrails.breached)
"""

Change = tuple[str, str]
Write = Callable[..., Path]


def _changed(text: str, changes: tuple[Change, ...]) -> str:
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} must occur once, occurs {text.count(old)} times"
        text = text.replace(old, new)
    return text


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write experiments/project.yml and experiments/sale.yml with some text replaced; returns the path of the latter."""

    def write_files(*sale: Change, project: tuple[Change, ...] = ()) -> Path:
        folder = tmp_path / "experiments"
        folder.mkdir(exist_ok=True)
        (folder / "project.yml").write_text(_changed(PROJECT, project), encoding="utf-8")
        (folder / "sale.yml").write_text(_changed(SALE, sale), encoding="utf-8")
        return folder / "sale.yml"

    return write_files


@pytest.fixture
def specimens(shared: Path, tmp_path: Path) -> Path:
    """The specimen files in one folder, with the source and the metrics that hillstrom-2008.yml names in its comment."""
    folder = tmp_path / "experiments"
    folder.mkdir()
    for path in sorted((shared / "specimens").glob("*.yml")):
        (folder / path.name).write_bytes(path.read_bytes())
    project = folder / "project.yml"
    text = project.read_text(encoding="utf-8")
    text = text.replace("  orders:\n", "  hillstrom: {file: data/hillstrom.csv.gz, grain: contact}\n  orders:\n", 1)
    wide = (
        "  visit: {kind: proportion, column: visit}\n"
        "  conversion: {kind: proportion, column: conversion}\n"
        "  spend: {kind: mean, column: spend, format: money, currency: USD}\n"
    )
    text = text.replace("  repeat_purchase: {kind", wide + "  repeat_purchase: {kind", 1)
    project.write_text(text, encoding="utf-8")
    return folder
