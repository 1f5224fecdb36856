"""The audit of the arms: honest ones pass; lost contacts, leaks, late mails and carry-over are found and named."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.assignment.bench import DAY, EXPERIMENT, PROJECT, Bench
from tests.assignment.test_audit import forge
from uplift.assignment import AuditReport, audit
from uplift.assignment.audit_text import text, to_json
from uplift.assignment.balance import _Group, _omnibus
from uplift.assignment.erasure import erase
from uplift.results import Check
from uplift.words.dates import day

LATER = DAY + datetime.timedelta(days=1)
HALF = {"control": {"weight": "50%", "control": True}, "treatment": {"weight": "50%"}}
SOURCES = {
    **PROJECT["sources"],  # type: ignore[dict-item]
    "mails": {"file": "mails.parquet", "grain": "event", "id": "customer_id", "time": "sent_at"},
}


def proven(bench: Bench, **options: object) -> AuditReport:
    return audit(bench.study, store=bench.store, **options)  # type: ignore[arg-type]


def check(report: AuditReport, code: str) -> Check:
    (found,) = [c for c in report.checks if c.code == code]
    return found


def facts(report: AuditReport, code: str) -> Mapping[str, object]:
    return dict(check(report, code).facts)


@pytest.fixture
def two_days(bench: Bench) -> Bench:
    bench.write(arms=HALF)
    bench.people(3000)
    bench.assign()
    bench.people(6000)
    bench.assign(LATER)
    return bench


# ── sizes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_honest_arms_pass_in_all_and_on_every_day(two_days: Bench) -> None:
    report = proven(two_days)
    assert report.passed
    assert {c.code: c.status for c in report.checks} == {"UP601": "ok", "UP802": "ok", "UP618": "ok"}
    assert [(s.scope, s.name) for s in report.splits] == [("day", str(DAY)), ("day", str(LATER)), ("epoch", None)]
    whole = next(s for s in report.splits if s.scope == "epoch")
    assert sum(count for _, count, _ in whole.arms) == 6000
    assert [expected for *_, expected in whole.arms] == [3000.0, 3000.0]


def test_contacts_lost_on_one_day_are_found_on_that_day(two_days: Bench) -> None:
    forge(two_days, "DELETE FROM forged WHERE arm = 'control' AND CAST(unit_id AS BIGINT) % 4 = 0")
    report = proven(two_days)
    assert not report.passed
    assert report.problems == ()  # every row that is left is right: only the counts give it away
    assert check(report, "UP802").status == "fail"
    assert facts(report, "UP802")["worst"] == str(LATER)
    assert check(report, "UP618").status == "fail"
    assert facts(report, "UP618")["first_day"] == 2
    assert day(LATER, "de") in text(report, "de")


def test_contacts_lost_in_one_stratum_are_found_there(bench: Bench) -> None:
    bench.write(arms=HALF, audience={"source": "contacts"}, assignment={"method": "stratified", "strata": ["country"]})
    countries = ["DE", "AT", "CH"]
    bench.contacts({"customer_id": list(range(3000)), "country": [countries[i % 3] for i in range(3000)]})
    bench.assign()
    honest = proven(bench)
    assert honest.passed
    assert check(honest, "UP801").status == "ok"
    assert all(abs(count - expected) <= 1 for s in honest.splits for _, count, expected in s.arms if s.scope != "epoch")
    forge(bench, "DELETE FROM forged WHERE arm = 'treatment' AND stratum = 'AT' AND CAST(unit_id AS BIGINT) % 3 < 2")
    report = proven(bench)
    assert facts(report, "UP801")["worst"] == "AT"
    assert check(report, "UP801").status == "fail"


def test_households_are_counted_once(bench: Bench) -> None:
    bench.write(arms=HALF, unit={"id": "customer_id", "type": "integer", "cluster": "household_id"})
    bench.people(3000)
    bench.assign()
    report = proven(bench)
    whole = next(s for s in report.splits if s.scope == "epoch")
    assert sum(count for _, count, _ in whole.arms) == len({i // 3 for i in range(1, 3001)})
    assert facts(report, "UP601")["counted"] == "household_id"


def test_erasures_in_one_arm_only_are_told(two_days: Bench) -> None:
    treated = [str(unit) for unit, arm in two_days.rows("unit_id, arm") if arm == "treatment"]
    erase(two_days.store, treated[:40], root=two_days.root, on=LATER)
    report = proven(two_days)
    assert check(report, "UP803").status == "warn"
    assert facts(report, "UP803")["erased treatment"] == 40
    assert report.passed
    assert dict(report.arms)["treatment"] == len(treated)


# ── balance ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def with_countries(bench: Bench, country: Mapping[str, str]) -> None:
    ids = list(range(1, 3001))
    arms = dict(bench.rows("unit_id, arm"))
    bench.contacts(
        {
            "customer_id": ids,
            "country": [country.get(str(arms.get(str(i)))) or ("DE" if i % 3 else "AT") for i in ids],
            "orders": [i * 7 % 50 for i in ids],
        }
    )


def test_balanced_columns_pass_and_numbers_are_cut_at_their_quintiles(bench: Bench) -> None:
    bench.write(arms=HALF, segments=["country", "orders"])
    bench.people(3000)
    bench.assign()
    with_countries(bench, {})
    report = proven(bench)
    assert check(report, "UP804").status == "ok"
    assert {b.column for b in report.balance} == {"country", "orders"}
    assert sum(b.column == "orders" for b in report.balance) == 5
    for row in report.balance:
        assert all(0 < share < 1 for _, share in row.shares)
    assert abs(sum(dict(b.shares)["control"] for b in report.balance if b.column == "country") - 1) < 1e-9


def test_a_column_that_differs_between_the_arms_is_named(bench: Bench) -> None:
    bench.write(arms=HALF, segments=["country", "orders"])
    bench.people(3000)
    bench.assign()
    with_countries(bench, {"control": "CH"})
    report = proven(bench)
    assert check(report, "UP804").status == "warn"
    assert facts(report, "UP804")["worst"] == "country = CH"
    assert report.passed  # a warning: columns are those of today
    assert "country = CH" in text(report, "en")


def test_the_omnibus_test_holds_its_level() -> None:
    """1,000 random divisions of the same contacts: p is uniform; the tolerance is four Monte Carlo errors."""
    rng = np.random.default_rng(20261122)
    kinds = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y"), ("c", "y")]
    sizes = np.array([300, 120, 200, 80, 100])
    p_values = []
    for _ in range(1000):
        control = rng.multivariate_hypergeometric(sizes, 250)
        one = rng.multivariate_hypergeometric(sizes - control, 300)
        groups = [
            _Group(1, arm, kind, int(n))
            for arm, counts in (("control", control), ("one", one), ("two", sizes - control - one))
            for kind, n in zip(kinds, counts, strict=True)
            if n
        ]
        tested = _omnibus(groups, ["first", "second"], ["control", "one", "two"])
        assert tested is not None
        assert tested[1] == 6  # two arms more than one, times rank 3
        p_values.append(tested[0])
    assert abs(np.mean(p_values) - 0.5) < 4 * np.sqrt(1 / 12 / 1000)
    assert abs(np.mean(np.array(p_values) < 0.05) - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 1000)


def test_without_the_source_the_ledger_is_proven_all_the_same(bench: Bench) -> None:
    bench.write(arms=HALF, segments=["country"])
    bench.assign()
    report = proven(bench)  # the source has no column of that name
    assert report.passed
    assert report.recomputation.recomputed == 600
    assert {n.code for n in report.notices} == {"UP527"}


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def mailed(bench: Bench) -> Bench:
    """Two treatments: every treated contact gets a mail, `late` ones five days later; nobody else gets one."""
    held = {"global-2026h2": {**PROJECT["holdouts"]["global-2026h2"], "exempt": ["legal"]}}  # type: ignore[index]
    bench.project(sources=SOURCES, holdouts=held)
    bench.write(
        arms={"control": {"weight": "40%", "control": True}, "early": {"weight": "30%"}, "late": {"weight": "30%"}},
        compliance={"received": {"source": "mails", "where": "event = 'sent'"}},
        assignment={"holdout": "global-2026h2"},
    )
    bench.people(1200)
    bench.assign()
    return bench


def send(bench: Bench, extra: list[tuple[str, int, str]] = [], *, to: tuple[str, ...] = ("early", "late")) -> None:  # noqa: B006
    delay = {"early": 1, "late": 5}
    rows = [(str(unit), delay[str(arm)], "mail") for unit, arm in bench.rows("unit_id, arm") if arm in to]
    rows += extra
    table = {
        "customer_id": [int(unit) for unit, *_ in rows],
        "sent_at": pa.array([DAY + datetime.timedelta(days=days) for _, days, _ in rows]),
        "channel": [channel for *_, channel in rows],
        "event": ["sent"] * len(rows),
    }
    pq.write_table(pa.table(table), bench.folder / "mails.parquet")


def units(bench: Bench, where: str) -> list[str]:
    return [str(unit) for unit, which in bench.rows(f"unit_id, {where}") if which]


def test_clean_sends_pass_and_the_delay_is_told_in_days(mailed: Bench) -> None:
    send(mailed)
    report = proven(mailed)
    assert report.passed
    reach = {r.arm: r for r in report.messages.reach}  # type: ignore[union-attr]
    assert reach["early"].mailed == reach["early"].contacts
    assert dict(reach["early"].delay) == {"p10": 1, "median": 1, "p90": 1, "latest": 1}
    assert dict(reach["late"].delay)["median"] == 5
    assert (reach["control"].mailed, reach[None].mailed) == (0, 0)
    assert check(report, "UP805").status == check(report, "UP806").status == check(report, "UP808").status == "ok"
    assert check(report, "UP809").status == "warn"
    assert facts(report, "UP809")["days"] == 4
    assert "early 1, late 5" in text(report, "en")


def test_messages_to_controls_and_held_out_contacts_are_found_by_channel(mailed: Bench) -> None:
    controls = units(mailed, "arm = 'control'")[:30]
    held = units(mailed, "status = 'held_out'")
    send(mailed, [*((c, 2, "sms") for c in controls), *((h, 3, "legal") for h in held), (held[0], 4, "print")])
    report = proven(mailed)
    assert not report.passed
    assert check(report, "UP805").status == "fail"
    assert facts(report, "UP805")["contacts"] == 30
    assert facts(report, "UP806")["contacts"] == 1  # «legal» is exempt
    assert facts(report, "UP806")["channels"] == "print: 1"
    assert {(leak.arm, leak.channel, leak.messages) for leak in report.messages.leaks} == {  # type: ignore[union-attr]
        ("control", "sms", 30),
        (None, "print", 1),
    }
    assert "30 von" in text(report, "de")


def test_a_message_before_assignment_or_after_the_window_is_no_leak(mailed: Bench) -> None:
    control = units(mailed, "arm = 'control'")[0]
    send(mailed, [(control, -1, "mail"), (control, 30, "mail")])
    assert facts(proven(mailed), "UP805")["contacts"] == 0
    send(mailed, [(control, 0, "mail"), (control, 29, "mail")])
    assert facts(proven(mailed), "UP805")["messages"] == 2


def test_controls_who_live_with_a_mailed_contact_are_counted(mailed: Bench) -> None:
    send(mailed)
    report = proven(mailed)
    arms = dict(mailed.rows("CAST(unit_id AS BIGINT), arm"))
    homes = {i // 3 for i, arm in arms.items() if arm in ("early", "late")}  # type: ignore[operator]
    alive = sum(arm == "control" and i // 3 in homes for i, arm in arms.items())  # type: ignore[operator]
    assert facts(report, "UP807")["contacts"] == alive > 0
    assert check(report, "UP807").status == "warn"


def test_an_arm_that_was_never_mailed_is_told(mailed: Bench) -> None:
    send(mailed, to=("early",))
    report = proven(mailed)
    assert check(report, "UP808").status == "warn"
    assert facts(report, "UP808")["never early"] == 0
    assert facts(report, "UP808")["never late"] == dict(report.arms)["late"]
    assert facts(report, "UP808")["p"] < 1e-6  # type: ignore[operator]


def test_a_source_of_sends_can_be_named_and_must_have_id_and_time(mailed: Bench) -> None:
    send(mailed)
    mailed.project(sources={**SOURCES, "other": {"file": "mails.parquet", "grain": "contact"}})
    report = proven(mailed, sends="other")
    assert {n.code for n in report.notices} == {"UP811"}
    assert report.messages is None


# ── earlier tests ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_earlier_test_with_a_salt_of_its_own_is_spread_evenly(two_days: Bench) -> None:
    earlier = carried(two_days)
    (found,) = earlier.carry_over
    assert (found.earlier, found.share) == ("before", pytest.approx(0.5))
    assert check(earlier, "UP810").status == "ok"


def test_an_earlier_test_with_the_same_arms_is_found(two_days: Bench) -> None:
    path = carried_file(two_days)
    arms = dict(two_days.rows("unit_id, arm"))
    import duckdb

    values = ", ".join(f"('{unit}', '{arm}')" for unit, arm in arms.items())
    table = duckdb.sql(
        f"SELECT l.* REPLACE (n.arm AS arm) FROM read_parquet('{path}') AS l JOIN (VALUES {values}) AS n(u, arm) ON n.u = l.unit_id"
    ).arrow()
    pq.write_table(table.read_all() if hasattr(table, "read_all") else table, path)
    recover(two_days, path)
    report = proven(two_days)
    assert check(report, "UP810").status == "warn"
    assert "not spread evenly" in text(report, "en")


def carried_file(bench: Bench):
    """Half of the contacts were in another test, a month earlier."""
    import yaml

    from uplift.assignment import assign
    from uplift.spec import load_study

    early = {
        **EXPERIMENT,
        "id": "before",
        "arms": HALF,
        "schedule": {"start": "2026-10-30", "enrol_until": "2026-11-24"},
    }
    bench.people(3000)
    path = bench.folder / "before.yml"
    path.write_text(yaml.safe_dump(early, sort_keys=False), encoding="utf-8")
    bench.contacts({"customer_id": list(range(1, 3001)), "eligible_at": pa.array([datetime.date(2026, 10, 1)] * 3000)})
    assign(load_study(path), on=datetime.date(2026, 11, 1), store=bench.store)
    return bench.store.ledger.files("before")[0]


def carried(bench: Bench) -> AuditReport:
    carried_file(bench)
    return proven(bench)


def recover(bench: Bench, path) -> None:
    """Cover up in the catalog that a file was written by somebody else."""
    import sqlite3

    from uplift.store.files import content_hash

    connection = sqlite3.connect(bench.store.catalog.path)
    with connection:
        connection.execute(
            "UPDATE files SET sha256 = ?, bytes = ? WHERE path LIKE ?",
            (content_hash(path), path.stat().st_size, f"%{path.name}"),
        )
    connection.close()


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_json_holds_what_the_text_says(mailed: Bench) -> None:
    send(mailed, [(units(mailed, "arm = 'control'")[0], 2, "sms")])
    report = proven(mailed)
    told = json.loads(to_json(report))
    assert told["passed"] is report.passed
    assert {c["code"] for c in told["checks"]} == {c.code for c in report.checks}
    assert told["recomputation"]["wrong"] == 0


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_finding_has_a_sentence_in_both_languages(mailed: Bench, language: str) -> None:
    send(mailed, [(units(mailed, "arm = 'control'")[0], 2, "sms")])
    lines = [line for line in text(proven(mailed), language).splitlines() if " UP" in line]  # type: ignore[arg-type]
    assert lines
    assert all(line.endswith(".") and "alpha" not in line for line in lines)
