"""`uplift sql`, `status`, `erase`, `gc`: what they print is true, and what can't be said is refused."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from tests.assignment.bench import Bench
from uplift.cli.app import app


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(tmp_path)
    made.folder.mkdir()
    made.project()
    made.write()
    made.people(60)
    monkeypatch.chdir(tmp_path)
    return made


def test_the_printed_sql_is_a_self_test_and_a_statement_that_run(bench: Bench) -> None:
    bench.write(assignment={"holdout": "global-2026h2"})
    done = CliRunner().invoke(app, ["sql", "sale", "--dialect", "duckdb"])
    assert done.exit_code == 0, done.output
    assert "executed in uplift's own tests" in done.output
    test, statement, rest = done.output.split(";")
    assert rest.strip() == ""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW contacts AS FROM '{bench.folder}/contacts.parquet'")
        assert connection.execute(test).fetchall() == [(True,)]
        assert len(connection.execute(statement).fetchall()) == 60


def test_the_self_test_can_be_had_alone_and_bigquery_says_that_nobody_executed_it(bench: Bench) -> None:
    done = CliRunner().invoke(app, ["sql", "sale", "-d", "bigquery", "--selftest"])
    assert "NOT executed" in done.output
    assert done.output.count("u1_is_right") == 1
    assert "FROM contacts" not in done.output


def test_a_stratified_draw_is_no_statement(bench: Bench) -> None:
    bench.write(audience={"source": "contacts"}, assignment={"method": "stratified", "strata": ["household_id"]})
    done = CliRunner().invoke(app, ["sql", "sale", "-d", "duckdb"])
    assert "UP513" in str(done.exception)


def test_status_erase_and_gc_tell_what_they_did(bench: Bench) -> None:
    bench.assign()
    done = CliRunner().invoke(app, ["status"])
    assert "60 rows" in done.output
    (bench.root / "ids.txt").write_text("7\n8\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["erase", "1", "no-such-contact", "--file", "ids.txt"])
    assert done.exit_code == 0, done.output
    assert "found here: 3" in done.output
    assert "UP831 1 of the contacts" in done.output
    assert "no-such-contact" not in done.output
    assert "3 rows without a person" in done.output
    done = CliRunner().invoke(app, ["gc", "--caches", "--dry-run"])
    assert done.output.startswith("would remove 0 files")
    done = CliRunner().invoke(app, ["status", "--json"])
    assert '"verb": "erase"' in done.output


def test_a_state_is_moved_where_project_yml_will_say(bench: Bench) -> None:
    bench.assign()
    done = CliRunner().invoke(app, ["move", "elsewhere"])
    assert done.exit_code == 0, done.output
    assert "copied 1 runs and 1 files with 60 rows" in done.output
    assert "state: elsewhere" in done.output
    bench.project(state="elsewhere")
    assert "60 rows" in CliRunner().invoke(app, ["status"]).output
    assert CliRunner().invoke(app, ["move", "elsewhere"]).exit_code == 2


def test_import_reads_lists_and_sends(bench: Bench) -> None:
    bench.write(arms={"control": {"weight": "50%", "control": True}, "treatment": {"weight": "50%"}})
    (bench.root / "kg.csv").write_text("id\n1\n2\n", encoding="utf-8")
    (bench.root / "rest.csv").write_text("id;g\n3;A\n4;A\n", encoding="utf-8")
    run = CliRunner().invoke
    assert run(app, ["import", "sale", "kg.csv", "--id", "id", "--arm", "control", "--on", "2026-11-30"]).exit_code == 0
    done = run(app, ["import", "sale", "rest.csv", "--id", "id", "--arm-column", "g", "--map", "A=treatment", "--on", "2026-12-01"])  # fmt: skip
    assert "treatment: 2" in done.output, done.output
    (bench.root / "sends.csv").write_text("id,t\n3,2026-12-02 09:00\n", encoding="utf-8")
    done = run(app, ["import", "sale", "sends.csv", "--sends", "--id", "id", "--time", "t"])
    assert "1 messages to 1 contacts" in done.output
    assert "compliance: {received: {source: sends}}" in done.output
    assert run(app, ["import", "sale", "kg.csv", "--map", "nonsense"]).exit_code == 2
