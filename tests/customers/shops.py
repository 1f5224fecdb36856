"""A made-up shop with purchases, clicks and leads, and an experiment whose audience its scores choose."""

from __future__ import annotations

import datetime
from pathlib import Path

import duckdb
import numpy as np
import yaml

from tests.customers.conftest import project_in
from uplift.spec import load_study
from uplift.spec.study import Study

SCORED_ON = datetime.date(2026, 7, 1)


def made_up_shop(folder: Path, *, seed: int = 4, customers: int = 1_500) -> Path:
    """Two years of orders, mails clicked before them, and leads who only click; ids are texts with leading zeros."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.9, 1 / 45, customers)
    first = rng.integers(0, 500, customers)
    orders, clicks = [], []
    for k in range(customers):
        day = float(first[k])
        clicks.append((k, int(day) - 3))
        while day < 545:
            orders.append((k, int(day), round(float(rng.gamma(3, 12)) + 5, 2)))
            clicks += [(k, int(day) - int(d)) for d in rng.integers(1, 20, rng.poisson(1.5))]
            day += rng.exponential(1 / rate[k])
            if rng.random() < 0.1:
                break
    for k in range(customers, customers + 300):
        clicks += [(k, int(d)) for d in rng.integers(0, 545, rng.poisson(3) + 1)]
    with duckdb.connect() as con:
        for name, rows in (("o", orders), ("c", clicks)):
            (folder / "data").mkdir(parents=True, exist_ok=True)
            values = ", ".join(f"('{row[0]:06d}', {', '.join(map(str, row[1:]))})" for row in rows)
            con.execute(f"CREATE TABLE {name} AS SELECT * FROM (VALUES {values})")
        con.execute(
            f"COPY (SELECT col0 AS customer_id, DATE '2025-01-01' + col1::INT AS at FROM c) "
            f"TO '{folder}/data/clicks.parquet' (FORMAT parquet)"
        )
        con.execute(
            f"COPY (SELECT DISTINCT col0 AS customer_id, TRUE AS opt_in FROM c) "
            f"TO '{folder}/data/contacts.parquet' (FORMAT parquet)"
        )
        con.execute(f"COPY (SELECT col0, col1, col2 FROM o) TO '{folder}/data/raw.parquet' (FORMAT parquet)")
    purchases = (
        "SELECT col0 AS customer_id, DATE '2025-01-01' + col1::INT AS ordered_at, col2::DECIMAL(9,2) AS amount "
        f"FROM '{folder}/data/raw.parquet'"
    )
    return project_in(
        folder,
        purchases,
        customers={"id_type": "string", "engagement": {"source": "clicks"}},
        language="de",
        sources={
            "clicks": {"file": "../data/clicks.parquet", "grain": "event", "id": "customer_id", "time": "at"},
            "contacts": {"file": "../data/contacts.parquet", "id": "customer_id"},
            "scores": {"file": "../scores/customers.parquet", "id": "customer_id"},
        },
        metrics={"repeat": {"kind": "proportion", "source": "orders"}},
    )


def study_in(project: Path, *, start: datetime.date, where: str, scores: str | None = "scores") -> Study:
    experiment = {
        "uplift": 1,
        "id": "scored",
        "owner": "crm",
        "hypothesis": "It works.",
        "unit": {"id": "customer_id", "type": "string"},
        "audience": {"source": "contacts", "where": where} | ({"scores": scores} if scores else {}),
        "arms": {"control": {"weight": "50%", "control": True}, "treatment": {"weight": "50%"}},
        "schedule": {"start": start},
        "metrics": {"primary": {"metric": "repeat", "window": "30d", "mde": "5%"}},
    }
    path = project.with_name("scored.yml")
    path.write_text(yaml.safe_dump(experiment, sort_keys=False), "utf-8")
    return load_study(path)
