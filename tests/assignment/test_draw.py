"""`assign`: who gets what, who keeps what, and what is refused."""

from __future__ import annotations

import datetime
from fractions import Fraction

import duckdb
import pyarrow as pa
import pytest

from tests.assignment.bench import DAY, PROJECT, Bench
from uplift.assignment import arm_ranges, assign, bucket, salt
from uplift.errors import AssignmentError, DataError, StateError, UpliftError
from uplift.store import LEDGER_COLUMNS

LATER = DAY + datetime.timedelta(days=1)
DECISION = "unit_id, arm, bucket, salt, status"


def expected_arm(unit: str, *, name: str = "sale", epoch: int = 1) -> str:
    ranges = arm_ranges({"control": Fraction(15, 100), "treatment": Fraction(85, 100)})
    place = bucket(salt(name, epoch), unit)
    return next(r.arm for r in ranges if place in r.range)


def test_every_contact_gets_the_arm_that_python_computes(bench: Bench):
    report = bench.assign()
    rows = bench.rows(DECISION)
    assert rows == sorted(
        (str(i), expected_arm(str(i)), bucket("sale/1", str(i)), "sale/1", "assigned") for i in range(1, 601)
    )
    assert report.assigned == report.eligible == 600
    assert {arm.arm: arm.new for arm in report.arms} == {
        "control": sum(arm == "control" for _, arm, *_ in rows),
        "treatment": sum(arm == "treatment" for _, arm, *_ in rows),
    }


def test_the_ledger_has_its_columns_and_nothing_else(bench: Bench):
    bench.assign()
    (path,) = bench.store.ledger.files("sale")
    with duckdb.connect() as connection:
        found = connection.execute("DESCRIBE SELECT * FROM read_parquet($1)", [str(path)]).fetchall()
    assert tuple((name, kind) for name, kind, *_ in found) == LEDGER_COLUMNS
    columns = "DISTINCT experiment_id, algo, salt_epoch, weight_epoch, assigned_at, eligible_at, status"
    midnight = datetime.datetime(2026, 11, 30)
    assert bench.rows(columns, order="1") == [
        ("sale", "u1", 1, 1, midnight, datetime.datetime(2026, 11, 1), "assigned")
    ]


def test_running_again_changes_nobody_and_writes_nothing(bench: Bench):
    bench.assign()
    before, listing = bench.rows(), bench.listing()
    report = bench.assign(LATER)
    assert (report.assigned, report.known, report.run_id) == (0, 600, None)
    assert bench.rows() == before
    assert bench.listing() == listing


def test_newcomers_are_added_and_those_who_left_stay(bench: Bench):
    bench.people(400)
    bench.assign()
    before = bench.rows()
    bench.people(400, first=101)
    report = bench.assign(LATER)
    assert (report.eligible, report.known, report.assigned, report.departed) == (400, 300, 100, 100)
    assert [row for row in bench.rows() if row[9] == datetime.datetime(2026, 11, 30)] == before
    assert len(bench.rows()) == 500


def test_one_shot_and_day_by_day_assign_alike(tmp_path):
    benches = []
    for name in ("once", "daily"):
        made = Bench(tmp_path / name)
        made.folder.mkdir(parents=True)
        made.project()
        made.write(assignment={"holdout": "global-2026h2", "layer": {"name": "incentives", "from": "20%", "to": "70%"}})
        benches.append(made)
    once, daily = benches
    once.people(3000)
    once.assign()
    for day, n in enumerate((50, 1000, 1001, 3000)):
        daily.people(n)
        daily.assign(DAY + datetime.timedelta(days=day))
    assert once.rows(DECISION) == daily.rows(DECISION)
    assert len(daily.store.ledger.files("sale")) == 4


def test_the_same_draws_give_the_same_bytes(tmp_path):
    prints = []
    for name in ("a", "b"):
        made = Bench(tmp_path / name)
        made.folder.mkdir(parents=True)
        made.project()
        made.write()
        for day, n in enumerate((300, 700)):
            made.people(n)
            made.assign(DAY + datetime.timedelta(days=day))
        prints.append(made.store.ledger.fingerprint("sale"))
    assert prints[0] == prints[1] is not None


def test_holdout_layer_and_arm_are_what_python_decides_in_this_order(bench: Bench):
    bench.write(assignment={"holdout": "global-2026h2", "layer": {"name": "incentives", "from": "20%", "to": "70%"}})
    bench.people(4000)
    report = bench.assign()
    wanted, outside = [], 0
    for i in range(1, 4001):
        held = bucket("global-2026h2/1", str(i // 3))
        if held < 50_000:
            wanted.append((str(i), None, held, "global-2026h2/1", "held_out"))
        elif 200_000 <= bucket("incentives/1", str(i)) < 700_000:
            wanted.append((str(i), expected_arm(str(i)), bucket("sale/1", str(i)), "sale/1", "assigned"))
        else:
            outside += 1
    assert bench.rows(DECISION) == sorted(wanted)
    assert dict(report.excluded) == {"layer": outside}
    assert report.held_out == sum(row[-1] == "held_out" for row in wanted)
    assert report.eligible == report.assigned + report.held_out + outside == 4000


def test_a_whole_household_is_held_out_together(bench: Bench):
    bench.write(assignment={"holdout": "global-2026h2"})
    bench.people(3000)
    bench.assign()
    homes: dict[int, set[object]] = {}
    for unit, status in bench.rows("unit_id, status"):
        homes.setdefault(int(str(unit)) // 3, set()).add(status)
    assert all(len(statuses) == 1 for statuses in homes.values())


def test_who_has_no_household_is_held_out_by_the_own_id(bench: Bench):
    bench.write(assignment={"holdout": "global-2026h2"})
    bench.contacts({"customer_id": list(range(1, 901)), "household_id": pa.array([None] * 900, pa.int64())})
    bench.assign()
    for unit, status in bench.rows("unit_id, status"):
        assert (status == "held_out") == (bucket("global-2026h2/1", str(unit)) < 50_000)


def test_a_holdout_that_does_not_run_that_day_holds_nobody_out_and_says_so(bench: Bench):
    over = {"global-2026h2": {"share": "5%", "unit": "household_id", "from": "2026-01-01", "until": "2026-06-30"}}
    bench.project(holdouts=over)
    bench.write(assignment={"holdout": "global-2026h2"})
    report = bench.assign()
    assert report.held_out == 0
    assert "UP510" in {notice.code for notice in report.notices}


def test_held_out_contacts_stay_held_out_after_the_holdout(bench: Bench):
    bench.write(assignment={"holdout": "global-2026h2"})
    bench.people(1000)
    held = bench.assign().held_out
    assert held > 0
    over = {"global-2026h2": {"share": "5%", "unit": "household_id", "from": "2026-01-01", "until": "2026-11-30"}}
    bench.project(holdouts=over)
    bench.people(1200)
    report = bench.assign(LATER)
    assert (report.known, report.held_out, report.held_out_total, report.assigned) == (1000, 0, held, 200)


def test_a_household_gets_one_arm(bench: Bench):
    bench.write(unit={"id": "customer_id", "type": "integer", "cluster": "household_id"})
    bench.assign()
    rows = bench.rows("cluster_id, arm, bucket")
    assert all((arm, b) == (expected_arm(str(home)), bucket("sale/1", str(home))) for home, arm, b in rows)


def test_contacts_without_a_household_are_their_own_or_left_out(bench: Bench):
    homes = pa.array([i // 3 if i % 2 else None for i in range(1, 101)], pa.int64())
    bench.contacts({"customer_id": list(range(1, 101)), "household_id": homes})
    unit = {"id": "customer_id", "type": "integer", "cluster": "household_id", "cluster_fallback": "exclude"}
    bench.write(unit=unit)
    report = bench.assign()
    assert (report.assigned, dict(report.excluded)) == (50, {"no_cluster": 50})
    bench.write(unit={**unit, "cluster_fallback": "own_id"})
    assert bench.assign(LATER).assigned == 50
    for unit_id, home, arm in bench.rows("unit_id, cluster_id, arm"):
        assert arm == expected_arm(str(unit_id if home is None else home))


def test_blank_households_are_no_household(bench: Bench):
    bench.contacts({"customer_id": list(range(1, 101)), "household_id": [""] * 100})
    bench.write(unit={"id": "customer_id", "type": "integer", "cluster": "household_id"})
    bench.assign()
    assert {home for (home,) in bench.rows("cluster_id")} == {None}
    assert len({arm for (arm,) in bench.rows("arm")}) == 2


def test_text_ids_keep_every_character(bench: Bench):
    ids = ["00123", "123", "A-1", "a-1", "größe", "groesse", "\u00e9", "👩‍👩‍👧", "x'y\"z", "back\\slash"]
    bench.contacts({"customer_id": ids, "household_id": ["h"] * len(ids)})
    bench.write(unit={"id": "customer_id", "type": "string"})
    bench.assign()
    assert sorted(bench.rows("unit_id, bucket")) == sorted((i, bucket("sale/1", i)) for i in ids)


def test_with_rolling_entry_nobody_joins_before_becoming_eligible(bench: Bench):
    days = [datetime.date(2026, 11, 1), datetime.date(2026, 11, 30), datetime.date(2026, 12, 1)]
    bench.contacts({"customer_id": [1, 2, 3], "household_id": [1, 2, 3], "eligible_at": days})
    report = bench.assign()
    assert (report.eligible, report.assigned, dict(report.excluded)) == (2, 2, {"not_yet": 1})
    assert bench.assign(LATER).assigned == 1


def test_a_snapshot_is_drawn_on_one_day(bench: Bench):
    bench.write(audience={"source": "contacts"})
    bench.people(100)
    bench.assign()
    bench.people(150)
    report = bench.assign(LATER)
    assert (report.assigned, dict(report.excluded)) == (0, {"frozen": 50})
    assert "UP509" in {notice.code for notice in report.notices}
    assert bench.assign(DAY).assigned == 50  # the same day is the same draw: a run that was cut short goes on


def test_waves_are_separate_draws_and_each_is_frozen(bench: Bench):
    bench.write(audience={"source": "contacts", "entry": "waves", "waves": {"count": 2, "every": "2w"}})
    bench.people(100)
    bench.assign()
    bench.people(150)
    assert bench.assign(LATER).assigned == 0
    second = DAY + datetime.timedelta(weeks=2)
    assert bench.assign(second).assigned == 50
    with pytest.raises(AssignmentError, match="UP506"):
        bench.assign(DAY + datetime.timedelta(weeks=4))


@pytest.mark.parametrize("day", [datetime.date(2026, 11, 29), datetime.date(2027, 1, 25)])
def test_outside_the_schedule_nobody_is_assigned(bench: Bench, day):
    before = bench.listing()
    with pytest.raises(AssignmentError, match="UP506") as caught:
        bench.assign(day)
    assert caught.value.problems[0].place.file.endswith("sale.yml")
    assert bench.listing() == before


def test_closed_and_observed_experiments_are_refused(bench: Bench):
    before = bench.listing()
    bench.write(status="closed")
    with pytest.raises(AssignmentError, match="UP505"):
        bench.assign()
    arms = {"control": {"weight": "1/2", "control": True, "observed": "A"}, "mail": {"weight": "1/2", "observed": "B"}}
    bench.write(assignment={"method": "observed", "column": "household_id"}, arms=arms)
    with pytest.raises(AssignmentError, match=r"UP504.*household_id"):
        bench.assign()
    assert bench.listing() == before


def test_a_draft_is_assigned_with_a_warning_and_a_running_test_without(bench: Bench):
    assert "UP507" in {notice.code for notice in bench.assign().notices}
    bench.write(status="running")
    assert "UP507" not in {notice.code for notice in bench.assign(LATER).notices}


def test_changed_weights_are_refused_and_old_ones_go_on(bench: Bench):
    bench.assign()
    before = bench.rows()
    bench.write(arms={"control": {"weight": "50%", "control": True}, "treatment": {"weight": "50%"}})
    bench.people(700)
    with pytest.raises(AssignmentError, match="UP508") as caught:
        bench.assign(LATER)
    assert "weight epoch" in caught.value.problems[0].fix
    assert bench.rows() == before
    bench.write(arms={"control": {"weight": "3/20", "control": True}, "treatment": {"weight": "17/20"}})
    assert bench.assign(LATER).assigned == 100


def test_a_new_salt_epoch_draws_everybody_anew_and_the_old_one_is_over(bench: Bench):
    bench.assign()
    old = bench.rows("unit_id, arm")
    bench.write(assignment={"salt_epoch": 2})
    assert bench.assign(LATER).assigned == 600
    assert bench.rows("DISTINCT salt_epoch, salt", order="1") == [(2, "sale/2")]
    assert all(arm == expected_arm(str(unit), epoch=2) for unit, arm in bench.rows("unit_id, arm"))
    assert bench.rows("unit_id, arm") != old
    bench.write(assignment={"salt_epoch": 1})
    with pytest.raises(AssignmentError, match="UP512"):
        bench.assign(LATER)


def test_who_says_no_keeps_the_old_state(bench: Bench):
    bench.assign()
    before, listing = bench.rows(), bench.listing()
    bench.people(700)
    seen = []
    report = assign(bench.study, on=LATER, store=bench.store, confirm=lambda r: bool(seen.append(r)))
    assert (report.committed, report.assigned, seen) == (False, 100, [report])
    assert "nothing was written" in str(report)
    assert bench.rows() == before
    assert bench.listing() == listing


BAD_IDS = {
    "missing": ({"customer_id": [1, None, 3]}, "integer", "UP550"),
    "twice": ({"customer_id": [1, 2, 2]}, "integer", "UP551"),
    "float": ({"customer_id": [1.0, 2.0, 3.0]}, "integer", "UP552"),
    "float with holes": ({"customer_id": pa.array([1.0, None, 3.0])}, "integer", "UP552"),
    "padded": ({"customer_id": ["1", " 2", "3"]}, "string", "UP553"),
    "no integer": ({"customer_id": ["1", "2", "x3"]}, "integer", "UP554"),
    "leading zeros": ({"customer_id": ["1", "02", "3"]}, "integer", "UP555"),
    "blank": ({"customer_id": ["1", "", "3"]}, "string", "UP550"),
    "a text twice": ({"customer_id": ["zoë@example.org", "b", "zoë@example.org"]}, "string", "UP551"),
    "an integer written as text twice": ({"customer_id": ["7", "8", "7"]}, "integer", "UP551"),
    "mixed types": ({"customer_id": ["1", "2.0", "mara@example.org"]}, "integer", "UP554"),
    "larger than 64 bits": ({"customer_id": ["1", "2", str(2**70)]}, "integer", "UP554"),
}


@pytest.mark.parametrize("case", BAD_IDS)
def test_bad_ids_are_refused_and_nothing_is_written(bench: Bench, case):
    columns, kind, code = BAD_IDS[case]
    bench.contacts({"household_id": [1, 2, 3], **columns})
    bench.write(unit={"id": "customer_id", "type": kind})
    before = bench.listing()
    with pytest.raises(AssignmentError, match=code) as caught:
        bench.assign()
    problem = caught.value.problems[0]
    assert problem.fix
    assert problem.place.file.endswith("sale.yml")
    assert bench.listing() == before


@pytest.mark.parametrize(
    ("content", "csv", "code", "said"),
    [
        (b"customer_id,household_id\n1,a\n2,b\n2,c\n", {}, "UP551", "line 3"),
        (b"customer_id,household_id\n1,a\n,b\n", {}, "UP550", ""),
        (b"customer_id,household_id\n1,a\n 2,b\n", {}, "UP553", "line 3"),
        ("customer_id,household_id\n1,ä\n".encode("cp1252"), {"encoding": "utf-8"}, "UP521", ""),
        (b"customer_id,household_id\n1,a\n2,b,c\n", {}, "UP524", ":3"),
    ],
    ids=["twice", "missing", "padded", "cp1252", "ragged"],
)
def test_bad_files_are_refused_with_their_line_and_nothing_is_written(
    bench: Bench, content: bytes, csv: dict[str, str], code: str, said: str
):
    source = {"file": "contacts.csv", "grain": "contact", "id": "customer_id", **({"csv": csv} if csv else {})}
    bench.project(sources={**PROJECT["sources"], "contacts": source})
    bench.write(audience={"source": "contacts"}, assignment={"holdout": "global-2026h2"})
    (bench.folder / "contacts.csv").write_bytes(content)
    before = bench.listing()
    with pytest.raises(UpliftError, match=code) as caught:
        bench.assign()
    assert said in str(caught.value)
    assert caught.value.problems[0].fix
    assert {p for p in bench.listing() if "ledger" in p} == set()
    assert bench.listing() - before <= {".uplift"}


def test_bad_ids_after_a_good_draw_change_nothing(bench: Bench):
    bench.assign()
    before, listing = bench.rows(), bench.listing()
    bench.contacts({"customer_id": [*range(1, 700), 700, 700], "household_id": [1] * 701})
    with pytest.raises(AssignmentError):
        bench.assign(LATER)
    assert bench.rows() == before
    assert bench.listing() == listing


def test_a_household_stored_as_float_is_refused(bench: Bench):
    bench.contacts({"customer_id": [1, 2, 3], "household_id": [1.0, 2.0, None]})
    before = bench.listing()
    bench.write(unit={"id": "customer_id", "type": "integer", "cluster": "household_id"})
    with pytest.raises((AssignmentError, DataError), match="DOUBLE"):
        bench.assign()
    bench.write(assignment={"holdout": "global-2026h2"})
    with pytest.raises((AssignmentError, DataError), match="DOUBLE"):
        bench.assign()
    assert bench.listing() == before


def test_csv_contacts_are_assigned_like_parquet_ones(bench: Bench):
    lines = ["customer_id;household_id;eligible_at", *(f"{i};{i // 3};2026-11-01" for i in range(1, 301))]
    (bench.folder / "contacts.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    bench.people(300)
    bench.assign()
    rows = bench.rows(DECISION)
    source = {"file": "contacts.csv", "grain": "contact", "id": "customer_id"}
    bench.project(sources={**PROJECT["sources"], "contacts": source})
    assert bench.assign(LATER).assigned == 0
    assert bench.rows(DECISION) == rows


def test_the_report_is_a_table_that_adds_up(bench: Bench):
    bench.write(assignment={"holdout": "global-2026h2"})
    text = str(bench.assign())
    assert text.startswith("sale: ")
    assert "control" in text
    assert "15.00%" in text
    assert "held out" in text


def test_an_audience_without_anybody_assigns_nobody(bench: Bench):
    bench.write(audience={"source": "contacts", "where": "customer_id < 0", "entry": "snapshot"})
    report = bench.assign()
    assert (report.eligible, report.assigned, report.run_id) == (0, 0, None)
    assert bench.store.ledger.files("sale") == ()


def test_an_audience_without_contacts_is_said_with_its_filter(bench: Bench):
    bench.write(audience={"source": "contacts", "where": "customer_id < 0"})
    report = bench.assign()
    assert (report.eligible, report.assigned, report.run_id) == (0, 0, None)
    (notice,) = [n for n in report.notices if n.code == "UP504"]
    assert notice.level == "warning"
    assert "no contact" in notice.message
    assert "customer_id < 0" in notice.fix


def test_nobody_is_added_to_a_ledger_that_was_changed(bench: Bench):
    bench.assign()
    (path,) = bench.store.ledger.files("sale")
    content = bytearray(path.read_bytes())
    content[200:220] = bytes(20)
    path.write_bytes(content)
    bench.people(700)
    with pytest.raises(StateError, match="UP518"):
        bench.assign(LATER)
