"""A small project on disk whose contacts and experiment each test sets as it needs them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from uplift.assignment import AssignmentReport, assign
from uplift.spec import Study, load_study
from uplift.store import Store

DAY = datetime.date(2026, 11, 30)

PROJECT = {
    "uplift": 1,
    "sources": {
        "contacts": {"file": "contacts.parquet", "grain": "contact", "id": "customer_id"},
        "orders": {"file": "orders.parquet", "grain": "event", "id": "customer_id", "time": "ordered_at"},
    },
    "metrics": {"purchase": {"kind": "proportion", "source": "orders", "better": "up"}},
    "holdouts": {
        "global-2026h2": {"share": "5%", "unit": "household_id", "from": "2026-07-01", "until": "2027-03-31"},
    },
    "layers": {"incentives": {"unit": "customer_id"}, "homes": {"unit": "household_id"}},
}
EXPERIMENT = {
    "uplift": 1,
    "id": "sale",
    "owner": "crm",
    "hypothesis": "A mail sells more than none.",
    "status": "draft",
    "unit": {"id": "customer_id", "type": "integer"},
    "audience": {"source": "contacts", "entry": "rolling", "entry_date": "eligible_at"},
    "arms": {"control": {"weight": "15%", "control": True}, "treatment": {"weight": "85%"}},
    "schedule": {"start": "2026-11-30", "enrol_until": "2027-01-24"},
    "metrics": {"primary": {"metric": "purchase", "window": "30d", "mde": "1pp"}},
}


@dataclass
class Bench:
    """A project folder with one experiment."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "experiments"

    @property
    def store(self) -> Store:
        return Store.open(self.root / ".uplift")

    def write(self, **changes: object) -> Study:
        """The experiment with some of its blocks replaced; a key with the value None is left out."""
        merged = {key: value for key, value in {**EXPERIMENT, **changes}.items() if value is not None}
        (self.folder / "sale.yml").write_text(yaml.safe_dump(merged, sort_keys=False), encoding="utf-8")
        return self.study

    def project(self, **changes: object) -> None:
        text = yaml.safe_dump({**PROJECT, **changes}, sort_keys=False)
        (self.folder / "project.yml").write_text(text, encoding="utf-8")

    @property
    def study(self) -> Study:
        return load_study(self.folder / "sale.yml")

    def contacts(self, columns: Mapping[str, Sequence[object] | pa.Array]) -> None:
        n = len(next(iter(columns.values())))
        eligible = pa.array([datetime.date(2026, 11, 1)] * n)
        pq.write_table(pa.table({"eligible_at": eligible, **columns}), self.folder / "contacts.parquet")

    def people(self, n: int, *, first: int = 1) -> None:
        """Contacts with the ids first, first + 1, …, three to a household."""
        ids = range(first, first + n)
        self.contacts({"customer_id": list(ids), "household_id": [i // 3 for i in ids]})

    def assign(self, on: datetime.date = DAY) -> AssignmentReport:
        return assign(self.study, on=on, store=self.store)

    def rows(self, columns: str = "*", *, order: str = "unit_id") -> list[tuple[object, ...]]:
        files = [str(path) for path in self.store.ledger.files("sale")]
        with duckdb.connect() as connection:
            return connection.execute(f"SELECT {columns} FROM read_parquet($1) ORDER BY {order}", [files]).fetchall()

    def listing(self) -> set[str]:
        """Every file and folder of the project, without the cache of converted sources."""
        return {str(p.relative_to(self.root)) for p in self.root.rglob("*") if "cache" not in p.parts}
