"""Lists for the mail system."""

from __future__ import annotations

import csv
import datetime

import pytest

from tests.assignment.bench import DAY, Bench
from uplift.assignment import bucket, export_lists
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
    paths = export_lists(bench.study, on=DAY, store=bench.store, delimiter=";", bom=True)
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
