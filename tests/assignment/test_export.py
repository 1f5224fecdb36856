"""Lists for the mail system."""

from __future__ import annotations

import csv
import datetime

import pytest

from tests.assignment.bench import DAY, Bench
from uplift.assignment import Layout, bucket, export_lists
from uplift.errors import AssignmentError

LATER = DAY + datetime.timedelta(days=1)


def read(path, **options: str) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, **options))


def test_each_arm_has_its_list_and_together_they_hold_everybody_assigned(bench: Bench):
    bench.write(assignment={"holdout": "global-2026h2"})
    report = bench.assign()
    paths = export_lists(bench.study, on=DAY, store=bench.store)
    assert [p.relative_to(bench.root).as_posix() for p in paths] == [
        "lists/sale/2026-11-30/control.csv",
        "lists/sale/2026-11-30/treatment.csv",
    ]
    lists = {path.stem: read(path) for path in paths}
    assert all(rows[0] == ["customer_id"] for rows in lists.values())
    listed = {(unit, arm) for arm, rows in lists.items() for (unit,) in rows[1:]}
    assert listed == {(u, a) for u, a, s in bench.rows("unit_id, arm, status") if s == "assigned"}
    assert len(listed) == report.assigned
    assert {p.name for p in paths[0].parent.iterdir()} == {"control.csv", "treatment.csv"}


def test_the_second_days_lists_hold_newcomers_only_unless_all_are_asked_for(bench: Bench):
    bench.people(400)
    bench.assign()
    first = export_lists(bench.study, on=DAY, store=bench.store)
    old = [path.read_bytes() for path in first]
    bench.people(500)
    bench.assign(LATER)
    new = export_lists(bench.study, on=LATER, store=bench.store)
    everybody = export_lists(bench.study, on=LATER, store=bench.store, only_new=False)
    assert sum(len(read(path)) - 1 for path in new) == 100
    assert [path.name for path in everybody] == ["control-all.csv", "treatment-all.csv"]
    assert sum(len(read(path)) - 1 for path in everybody) == 500
    assert [path.read_bytes() for path in export_lists(bench.study, on=DAY, store=bench.store)] == old


def test_a_list_for_a_spreadsheet_has_its_mark_and_delimiter(bench: Bench):
    ids = ["größe;1", 'a"b', "00123", "é"]
    bench.contacts({"customer_id": ids, "household_id": [1, 2, 3, 4]})
    bench.write(unit={"id": "customer_id", "type": "string"})
    bench.assign()
    paths = export_lists(bench.study, on=DAY, store=bench.store, layout=Layout(delimiter=";", encoding="utf-8-sig"))
    assert all(path.read_bytes().startswith(b"\xef\xbb\xbfcustomer_id\n") for path in paths)
    assert sorted(u for path in paths for (u,) in read(path, delimiter=";")[1:]) == sorted(ids)


def test_an_arm_without_newcomers_has_a_list_with_nothing_but_the_header(bench: Bench):
    bench.people(1)
    bench.assign()
    paths = export_lists(bench.study, on=DAY, store=bench.store)
    assert sorted(len(read(path)) for path in paths) == [1, 2]


def test_without_anybody_assigned_there_is_no_list(bench: Bench):
    with pytest.raises(AssignmentError, match="UP504"):
        export_lists(bench.study, on=DAY, store=bench.store)
    bench.assign()
    assert export_lists(bench.study, on=LATER, store=bench.store) == ()
    assert not (bench.root / "lists").exists()


def test_a_holdout_that_began_later_takes_contacts_off_the_list_of_all_but_not_out_of_the_ledger(bench: Bench):
    bench.people(2000)
    bench.assign()
    later = {"global-2026h2": {"share": "5%", "unit": "household_id", "from": "2026-12-01", "until": "2027-03-31"}}
    bench.project(holdouts=later)
    bench.write(assignment={"holdout": "global-2026h2"})
    held = {str(i) for i in range(1, 2001) if bucket("global-2026h2/1", str(i // 3)) < 50_000}
    assert held
    everybody = export_lists(bench.study, on=LATER, store=bench.store, only_new=False)
    listed = {unit for path in everybody for (unit,) in read(path)[1:]}
    assert listed == {str(i) for i in range(1, 2001)} - held
    assert len(bench.rows("unit_id")) == 2000
    before = export_lists(bench.study, on=DAY, store=bench.store, only_new=False)
    assert sum(len(read(path)) - 1 for path in before) == 2000  # on that day it did not run yet


def test_lists_are_sorted(bench: Bench):
    bench.people(5000)
    bench.assign()
    for path in export_lists(bench.study, on=DAY, store=bench.store):
        units = [unit for (unit,) in read(path)[1:]]
        assert units == sorted(units)


# ── chosen columns, one file, encodings ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def named(bench: Bench) -> Bench:
    ids = list(range(1, 41))
    bench.contacts({"customer_id": ids, "name": [f"Zoë; {i}" for i in ids], "country": ["DE"] * 40})
    bench.assign()
    return bench


def test_chosen_columns_of_the_source_stand_beside_the_id(named: Bench):
    paths = export_lists(named.study, on=DAY, store=named.store, layout=Layout(("country", "name"), delimiter=";"))
    header, *rows = read(paths[0], delimiter=";")
    assert header == ["customer_id", "country", "name"]
    assert all(row[1:] == ["DE", f"Zoë; {row[0]}"] for row in rows)
    assert rows


def test_one_file_holds_every_arm(named: Bench):
    (path,) = export_lists(named.study, on=DAY, store=named.store, layout=Layout(("country",), one_file=True))
    assert path.name == "lists.csv"
    header, *rows = read(path)
    assert header == ["customer_id", "arm", "country"]
    assert {row[0]: row[1] for row in rows} == dict(named.rows("unit_id, arm"))


def test_contacts_who_left_the_source_stay_on_the_list(named: Bench):
    named.contacts({"customer_id": [1, 2], "name": ["a", "b"], "country": ["DE", "DE"]})
    (path,) = export_lists(named.study, on=DAY, store=named.store, layout=Layout(("name",), one_file=True))
    rows = {row[0]: row[2] for row in read(path)[1:]}
    assert (len(rows), rows["1"], rows["40"]) == (40, "a", "")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "latin-1", "utf-16"])
def test_lists_come_in_the_encoding_of_the_mail_system_and_can_be_erased_from(named: Bench, encoding: str):
    from uplift.assignment.erasure import erase

    layout = Layout(("name",), one_file=True, delimiter=";", encoding=encoding)
    (path,) = export_lists(named.study, on=DAY, store=named.store, layout=layout)
    lines = path.read_bytes().decode(encoding).split("\n")
    assert lines[0] == "customer_id;arm;name"
    assert '7;treatment;"Zoë; 7"' in lines or '7;control;"Zoë; 7"' in lines
    assert erase(named.store, ["7"], root=named.root, on=DAY).lists == 1
    assert len(path.read_bytes().decode(encoding).split("\n")) == len(lines) - 1


REFUSED = {
    "a letter that is missing": Layout(("name",), encoding="cp1252"),
    "no such encoding": Layout(encoding="ebcdic"),
    "two characters": Layout(delimiter=";;"),
    "the id again": Layout(("customer_id",)),
    "a column twice": Layout(("country", "country")),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_list_that_would_come_out_changed_is_refused_and_none_is_written(bench: Bench, case: str):
    bench.contacts({"customer_id": [1, 2, 3], "name": ["Łukasz"] * 3, "country": ["PL"] * 3})
    bench.assign()
    with pytest.raises(AssignmentError, match="UP826"):
        export_lists(bench.study, on=DAY, store=bench.store, layout=REFUSED[case])
    assert not list(bench.root.glob("lists/*/*/*"))
