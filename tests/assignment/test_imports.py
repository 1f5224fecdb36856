"""Lists and send logs made elsewhere: what fits becomes rows of the ledger, what does not is refused with its line."""

from __future__ import annotations

import datetime
from pathlib import Path

import duckdb
import pytest

from tests.assignment.bench import DAY, PROJECT, Bench
from uplift.assignment import audit
from uplift.assignment.erasure import erase
from uplift.assignment.imports import ImportReport, import_lists
from uplift.assignment.sends import SendsReport, import_sends
from uplift.errors import AssignmentError, DataError
from uplift.spec import load_study

HALF = {"control": {"weight": "50%", "control": True}, "treatment": {"weight": "50%"}}


@pytest.fixture
def shop(bench: Bench) -> Bench:
    bench.write(arms=HALF)
    return bench


def written(bench: Bench, text: str, name: str = "list.csv") -> Path:
    path = bench.root / name
    path.write_text(text, encoding="utf-8")
    return path


def imported(bench: Bench, text: str, **options: object) -> ImportReport:
    options = {"on": DAY, **options}
    return import_lists(bench.study, written(bench, text), store=bench.store, **options)  # type: ignore[arg-type]


def refused(bench: Bench, code: str, text: str, **options: object) -> str:
    """The refusal, which wrote nothing."""
    before = bench.listing() | {"list.csv"}
    with pytest.raises((AssignmentError, DataError), match=code) as caught:
        imported(bench, text, **options)
    assert bench.listing() - {".uplift"} == before - {".uplift"}
    return str(caught.value)


ARMS = "customer_id,arm\n" + "".join(f"{i},{'control' if i % 2 else 'treatment'}\n" for i in range(1, 201))


def test_a_list_with_an_arm_column_becomes_rows_of_the_ledger(shop: Bench) -> None:
    report = imported(shop, ARMS)
    assert dict(report.arms) == {"control": 100, "treatment": 100}
    rows = shop.rows("unit_id, arm, algo, salt, bucket, status, CAST(assigned_at AS DATE)")
    assert len(rows) == 200
    assert ("7", "control", "given", "imported", None, "assigned", DAY) in rows
    assert [unit for unit, *_ in rows] == sorted(str(i) for i in range(1, 201))


def test_one_list_per_arm_and_values_with_names_of_their_own(shop: Bench) -> None:
    imported(shop, "customer_id\n1\n2\n", arm="control")
    report = imported(shop, "customer_id;gruppe\n3;KG\n4;Mailing A\n5;treatment\n", columns={"arm": "gruppe"}, arms={"KG": "control", "Mailing A": "treatment"})  # fmt: skip
    assert dict(report.arms) == {"control": 1, "treatment": 2}
    assert dict(shop.rows("unit_id, arm")) == {
        "1": "control",
        "2": "control",
        "3": "control",
        "4": "treatment",
        "5": "treatment",
    }


def test_importing_again_changes_nothing_and_counts_who_is_known(shop: Bench) -> None:
    imported(shop, ARMS)
    files = shop.store.ledger.files("sale")
    again = imported(shop, ARMS + "2,treatment\n500,control\n500,control\n")
    assert (again.known, again.repeated, dict(again.arms)) == (200, 2, {"control": 1, "treatment": 0})
    assert shop.store.ledger.files("sale")[:-1] == files
    assert imported(shop, ARMS).run_id is None
    assert len(shop.rows()) == 201


def test_the_first_row_stays_and_a_contradiction_names_its_line(shop: Bench) -> None:
    imported(shop, ARMS)
    told = refused(shop, "UP822", "customer_id,arm\n300,control\n8,control\n")
    assert "list.csv:3" in told
    assert "1 contacts have a row in the ledger of 'sale' that says something else" in told


def test_held_out_contacts_on_a_list_are_a_contradiction(shop: Bench) -> None:
    shop.write(arms=HALF, assignment={"holdout": "global-2026h2"})
    shop.assign()
    held = next(unit for unit, status in shop.rows("unit_id, status") if status == "held_out")
    assert "UP822" in refused(shop, "UP822", f"customer_id,arm\n{held},treatment\n")


REFUSED = {
    "two arms": ("UP821", "customer_id,arm\n1,control\n2,control\n1,treatment\n", {}, "list.csv:2"),
    "unknown arm": ("UP820", "customer_id,arm\n1,control\n2,contol\n", {}, "--map 'contol=ARM'"),
    "an arm that is empty": ("UP820", "customer_id,arm\n1,control\n2,\n", {}, "--map"),
    "no such arm": ("UP820", "customer_id\n1\n", {"arm": "contol"}, "did you mean 'control'"),
    "no arm at all": ("UP823", "customer_id\n1\n", {}, "--arm-column"),
    "no id column": ("UP823", "kunde,arm\n1,control\n", {}, "--id COLUMN"),
    "named column is not there": ("UP823", ARMS, {"columns": {"id": "customer"}}, "did you mean 'customer_id'"),
    "no id": ("UP550", "customer_id,arm\n1,control\n,control\n", {}, "1 line has no id"),
    "leading zeros": ("UP555", "customer_id,arm\n1,control\n007,control\n", {}, "list.csv:3"),
    "no integer": ("UP554", "customer_id,arm\n1,control\nanna,control\n", {}, "list.csv:3"),
    "ragged": ("UP5", "customer_id,arm\n1,control,x\n", {}, "list.csv"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_fit_is_refused_with_place_and_fix_and_nothing_is_written(shop: Bench, case: str) -> None:
    code, text, options, told = REFUSED[case]
    assert told in refused(shop, code, text, **options)


def test_observed_arms_have_no_ledger(shop: Bench) -> None:
    shop.write(
        arms={
            "control": {"weight": "50%", "control": True, "observed": "c"},
            "treatment": {"weight": "50%", "observed": "t"},
        },
        audience={"source": "contacts"},
        assignment={"method": "observed", "column": "household_id"},
    )
    refused(shop, "UP824", ARMS)


def test_households_come_with_the_list(shop: Bench) -> None:
    shop.write(arms=HALF, unit={"id": "customer_id", "type": "integer", "cluster": "household_id"})
    refused(shop, "UP823", ARMS)
    imported(shop, "customer_id,household_id,arm\n1,a,control\n2,a,control\n3,,treatment\n")
    assert shop.rows("unit_id, cluster_id") == [("1", "a"), ("2", "a"), ("3", None)]


def test_the_audit_takes_imported_rows_on_trust_and_counts_their_arms(shop: Bench) -> None:
    imported(shop, ARMS)
    report = audit(shop.study, store=shop.store)
    assert report.passed
    assert (report.recomputation.recomputed, report.recomputation.taken_on_trust) == (0, 200)
    imported(shop, "customer_id\n" + "".join(f"{i}\n" for i in range(1000, 1200)), arm="control")
    report = audit(shop.study, store=shop.store)
    assert not report.passed
    assert [c.status for c in report.checks if c.code == "UP601"] == ["fail"]


def test_newcomers_are_drawn_by_the_hash_after_an_import(shop: Bench) -> None:
    imported(shop, ARMS)
    assert shop.assign(DAY + datetime.timedelta(days=1)).assigned == 400
    report = audit(shop.study, store=shop.store)
    assert (report.recomputation.recomputed, report.recomputation.taken_on_trust) == (400, 200)
    assert report.passed


# ── send logs ────────────────────────────────────────────────────────────────────────────────────────────────────────

EMARSYS = (
    "contact_id,externalId,customer_id,campaign_id,launch_id,event_time\n"
    "900001,1,4711,55,9,2026-11-30 23:30:00\n"
    "900002,2,4711,55,9,2026-12-01 08:00:00\n"
    "900002,2,4711,55,9,2026-12-01 08:00:00\n"
)


def sends(bench: Bench, text: str, **options: object) -> SendsReport:
    return import_sends(bench.study, written(bench, text, "sends.csv"), store=bench.store, **options)  # type: ignore[arg-type]


def rows_of(report: SendsReport) -> list[tuple[object, ...]]:
    return duckdb.sql(f"FROM read_parquet('{report.path}')").fetchall()


def test_emarsys_sends_are_read_by_their_documented_names_in_utc(shop: Bench) -> None:
    imported(shop, ARMS)
    report = sends(shop, EMARSYS, preset="emarsys")
    assert (report.columns.id, report.columns.time) == ("externalId", "event_time")  # customer_id is the account there
    assert rows_of(report) == [
        (1, datetime.datetime(2026, 12, 1, 0, 30), "email", "55"),  # Berlin is an hour ahead: another day
        (2, datetime.datetime(2026, 12, 1, 9, 0), "email", "55"),
    ]
    assert (report.rows, report.repeated, report.contacts, report.known) == (2, 1, 2, 2)
    assert report.notices == () or all(n.level == "note" for n in report.notices)


def test_an_internal_id_is_suspected(shop: Bench) -> None:
    imported(shop, ARMS)
    text = "\n".join(",".join(c for i, c in enumerate(line.split(",")) if i != 1) for line in EMARSYS.splitlines())
    report = sends(shop, text + "\n", preset="emarsys")
    assert report.columns.id == "contact_id"
    assert "UP825" in {n.code for n in report.notices}


def test_the_same_log_gives_the_same_file(shop: Bench) -> None:
    imported(shop, ARMS)
    once, twice = sends(shop, EMARSYS, preset="emarsys"), sends(shop, EMARSYS, preset="emarsys")
    assert once.path == twice.path
    assert len(list(once.path.parent.iterdir())) == 1


def test_the_audit_reads_imported_sends_as_the_yaml_that_is_offered(shop: Bench) -> None:
    import yaml

    imported(shop, ARMS)
    report = sends(shop, "customer_id,sent_at,channel\n1,2026-12-01 10:00:00,sms\n2,2026-12-02 10:00:00,email\n")
    offered = yaml.safe_load(report.yaml)
    shop.project(sources={**PROJECT["sources"], **offered["sources"]})  # type: ignore[dict-item]
    shop.write(arms=HALF, compliance=offered["compliance"])
    found = audit(load_study(shop.folder / "sale.yml"), store=shop.store)
    assert found.notices == ()
    reach = {r.arm: (r.mailed, dict(r.delay)) for r in found.messages.reach}  # type: ignore[union-attr]
    assert reach["treatment"][0] == 1
    assert reach["treatment"][1]["median"] == 2
    assert [(leak.arm, leak.channel) for leak in found.messages.leaks] == [("control", "sms")]  # type: ignore[union-attr]


def test_a_log_without_a_time_is_refused_and_names_what_there_is(shop: Bench) -> None:
    with pytest.raises(AssignmentError, match="UP823") as caught:
        sends(shop, "customer_id,when\n1,2026-12-01\n")
    assert "--time COLUMN; there are: customer_id, when" in str(caught.value)


def test_ambiguous_days_are_refused(shop: Bench) -> None:
    with pytest.raises(DataError):
        sends(shop, "customer_id,sent_at\n1,03/04/2026\n")


def test_erased_contacts_leave_the_send_logs_too(shop: Bench) -> None:
    imported(shop, ARMS)
    report = sends(shop, EMARSYS, preset="emarsys")
    erase(shop.store, ["1"], root=shop.root, on=DAY)
    assert [row[0] for row in rows_of(report)] == [2]
