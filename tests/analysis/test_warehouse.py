"""The whole circle on a warehouse: contacts and orders in PostgreSQL, and its address in nothing that is written."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tests.analysis.projects import AFTER, EXPERIMENT, PROJECT, draw
from tests.analysis.test_story import orders_of
from tests.engine.conformance.tables import into_postgres
from tests.engine.studies import write_parquet, write_text
from tests.servers import PostgresServer
from uplift.analysis import analyze, save
from uplift.assignment import assign, audit, export_lists
from uplift.report import write
from uplift.results.json_form import to_json
from uplift.spec import load_study
from uplift.store import Store

FILES = {
    "  contacts: {file: ../data/contacts.csv, grain: contact, id: customer_id}\n": (
        "  contacts: {table: crm.contacts, connection: warehouse, grain: contact, id: customer_id}\n"
    ),
    "    file: ../data/orders.csv\n": (
        "    query: select customer_id, ordered_at, net_amount from crm.orders\n    connection: warehouse\n"
    ),
}


def test_assignment_and_analysis_are_the_same_in_a_warehouse_and_nothing_holds_its_address(
    tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = draw(tmp_path / "files")
    drawn.order([*orders_of(drawn, "control", 100), *orders_of(drawn, "treatment", 160, amount="19.99")])
    in_files = analyze(drawn.study, as_of=AFTER)

    data, here = tmp_path / "files" / "data", tmp_path / "warehouse"
    write_parquet(here / "contacts.parquet", f"SELECT * FROM read_csv('{data}/contacts.csv')")
    typed = "customer_id, ordered_at, CAST(net_amount AS DECIMAL(12, 2)) AS net_amount"
    write_parquet(here / "orders.parquet", f"SELECT {typed} FROM read_csv('{data}/orders.csv', delim = ',')")
    into_postgres(postgres.dsn, "crm", here, ("contacts", "orders"))
    monkeypatch.setenv("UPLIFT_WAREHOUSE", postgres.reader)
    project = PROJECT
    for file, table in FILES.items():
        assert file in project
        project = project.replace(file, table)
    write_text(here / "experiments" / "project.yml", project)
    study = load_study(write_text(here / "experiments" / "sale.yml", EXPERIMENT))

    with Store.open(here / ".uplift") as store:
        assign(study, on=datetime.date(2026, 3, 2), store=store)
        assert audit(study, store=store).passed
        export_lists(study, store=store, on=datetime.date(2026, 3, 2), only_new=True)
    there = analyze(study, as_of=AFTER)
    assert there.metrics == in_files.metrics
    assert there.arms == in_files.arms
    assert to_json(analyze(study, as_of=AFTER)) == to_json(there)

    save(study, there)
    write(there, here / "reports" / "sale.html", language="de")
    secrets = ("s3cret", "reader:", postgres.reader)
    for path in here.rglob("*"):
        if path.is_file():
            assert not [s for s in secrets if s.encode() in path.read_bytes()], path
