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


def test_merged_contacts_are_read_as_one_wherever_orders_and_list_are(
    tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = draw(tmp_path / "files")
    data = tmp_path / "files" / "data"
    control, treated = drawn.members("control"), drawn.members("treatment")
    pairs = [*zip(control[:60:2], control[1:60:2], strict=True), *zip(treated[:40], control[100:140], strict=True)]
    write_text(data / "gone.csv", "old_id,now\n" + "".join(f"{old},{now}\n" for old, now in pairs))
    drawn.order([*orders_of(drawn, "control", 100), *orders_of(drawn, "treatment", 160, amount="19.99")])
    listed = "  gone: {file: ../data/gone.csv}\nmerges: {source: gone, old: old_id, into: now}\nmetrics:\n"
    project = PROJECT.replace("metrics:\n", listed, 1)
    write_text(tmp_path / "files" / "experiments" / "project.yml", project)
    in_files = analyze(load_study(drawn.study.folder / "sale.yml"), as_of=AFTER)
    assert sum(arm.assigned for arm in in_files.arms) == 4_000 - len(pairs)

    typed = "customer_id, ordered_at, CAST(net_amount AS DECIMAL(12, 2)) AS net_amount"
    write_parquet(data / "orders.parquet", f"SELECT {typed} FROM read_csv('{data}/orders.csv', delim = ',')")
    write_parquet(data / "gone.parquet", f"SELECT * FROM read_csv('{data}/gone.csv')")
    into_postgres(postgres.dsn, "merged", data, ("orders", "gone"))
    monkeypatch.setenv("UPLIFT_WAREHOUSE", postgres.reader)
    there = project.replace("{file: ../data/gone.csv}", "{table: merged.gone, connection: warehouse}")
    there = there.replace("    file: ../data/orders.csv\n", "    table: merged.orders\n    connection: warehouse\n")
    write_text(tmp_path / "files" / "experiments" / "project.yml", there)
    result = analyze(load_study(drawn.study.folder / "sale.yml"), as_of=AFTER)
    assert result.metrics == in_files.metrics
    assert [c for c in result.checks if c.code in ("UP636", "UP637")] == [
        c for c in in_files.checks if c.code in ("UP636", "UP637")
    ]
