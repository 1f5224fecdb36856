"""Studies for the gate: a small project on disk, changed by replacing pieces of its text, read by the real loader."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

from uplift.spec import Study, load_study

TODAY = datetime.date(2026, 11, 22)

PROJECT = """\
uplift: 1
currency: EUR
sources:
  contacts: {file: contacts.csv, grain: contact, id: customer_id}
  orders: {file: orders.csv, grain: event, id: customer_id, time: ordered_at, data_lag: 3d}
  mail_events: {file: mails.csv, grain: event, id: customer_id, time: event_at, data_lag: 1d}
metrics:
  repeat_purchase: {kind: proportion, source: orders}
  revenue: {kind: mean, source: orders, value: net_amount, format: money}
  orders_per_contact: {kind: count, source: orders}
  basket:
    kind: ratio
    numerator: {source: orders, value: net_amount}
    denominator: {source: orders, count: true}
    format: money
    conditional: true
  p90: {kind: quantile, quantile: 90%, source: orders, value: net_amount, format: money}
  unsubscribe_rate: {kind: proportion, source: mail_events, where: event = 'unsubscribe', better: down}
holdouts:
  global-2026h2: {share: 5%, unit: customer_id, from: 2026-07-01, until: 2027-12-31}
layers:
  incentives: {unit: customer_id}
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
  treatment: {weight: 85%}
schedule: {start: 2026-11-30, enrol_until: 2027-01-24}
metrics:
  primary: {metric: repeat_purchase, window: 30d, mde: 1.0pp}
  secondary: [{metric: revenue, window: 30d}]
  guardrails: []
design:
  baselines:
    repeat_purchase: {value: 9.0%, source: typed, date: 2026-11-20}
assignment: {method: hash}
"""

Change = tuple[str, str]
SNAPSHOT: Change = ("  entry: rolling\n  entry_date: eligible_at\n", "")
NO_END: Change = (", enrol_until: 2027-01-24", "")
HOUSEHOLDS: Change = ("type: integer}", "type: integer, cluster: household_id}")
WAVES: Change = ("  entry: rolling\n  entry_date: eligible_at\n", "  entry: waves\n  waves: {count: 6, every: 2w}\n")
MakeStudy = Callable[..., Study]


def write_sale(folder: Path, *changes: Change, project: tuple[Change, ...] = (), name: str = "sale") -> Path:
    """The experiment's file, changed, with its project beside it."""
    (folder / "project.yml").write_text(_changed(PROJECT, project), encoding="utf-8")
    path = folder / f"{name}.yml"
    path.write_text(_changed(SALE.replace("id: sale", f"id: {name}"), changes), encoding="utf-8")
    return path


def sale(folder: Path, *changes: Change, project: tuple[Change, ...] = ()) -> Study:
    """The study of the changed experiment."""
    return load_study(write_sale(folder, *changes, project=project))


def _changed(text: str, changes: tuple[Change, ...]) -> str:
    for old, new in changes:
        assert old in text, f"{old!r} is not in the text that a test wants to change"
        text = text.replace(old, new)
    return text
