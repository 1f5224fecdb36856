"""New weights hold for newcomers only, and only where an amendment signed them."""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.assignment.bench import DAY, Bench
from uplift.assignment import arm_ranges, audit, bucket
from uplift.design.lock import amend, decide, lock
from uplift.errors import AssignmentError, StateError
from uplift.spec.lock import lock_path, read_lock
from uplift.spec.quantities import parse_share
from uplift.store.files import alone_in

LATER, LAST = datetime.date(2026, 12, 7), datetime.date(2026, 12, 14)
SIZED = {
    "audience": {"source": "contacts", "entry": "rolling", "entry_date": "eligible_at", "expected_size": 60_000},
    "design": {"baselines": {"purchase": {"value": "9%", "source": "typed", "date": "2026-11-20"}}},
}
OLD = {"control": {"weight": "15%", "control": True}, "treatment": {"weight": "85%"}}
HALF = {"control": {"weight": "50%", "control": True}, "treatment": {"weight": "50%"}}


@pytest.fixture
def locked(bench: Bench) -> Bench:
    lock(bench.write(status="locked", **SIZED), by="me", on=datetime.date(2026, 11, 22))
    return bench


def arm_of(unit: object, control: str) -> str:
    ranges = arm_ranges({"control": parse_share(control), "treatment": 1 - parse_share(control)})
    return next(r.arm for r in ranges if bucket("sale/1", str(unit)) in r.range)


def test_an_amendment_opens_an_epoch_for_newcomers_only(locked: Bench) -> None:
    locked.people(600)
    locked.assign()
    before = locked.rows("unit_id, arm, weight_epoch")
    assert {epoch for *_, epoch in before} == {1}
    study = locked.write(status="running", arms=HALF, **SIZED)
    amend(study, reason="more controls", by="me", on=LATER)
    locked.people(900)
    assert locked.assign(LATER).assigned == 300
    after = locked.rows("unit_id, arm, weight_epoch")
    assert [row for row in after if row[2] == 1] == before
    newcomers = [row for row in after if row[2] == 2]
    assert len(newcomers) == 300
    assert all(arm == arm_of(unit, "50%") for unit, arm, _ in newcomers)
    assert all(arm == arm_of(unit, "15%") for unit, arm, _ in before)
    assert audit(study, store=locked.store).passed


def test_weights_that_nobody_signed_are_refused(locked: Bench) -> None:
    locked.people(600)
    locked.assign()
    before = locked.rows()
    locked.write(status="running", arms=HALF, **SIZED)
    locked.people(700)
    with pytest.raises(AssignmentError, match="UP508") as caught:
        locked.assign(LATER)
    assert "uplift amend sale" in caught.value.problems[0].fix
    assert locked.rows() == before


def test_old_weights_do_not_come_back_after_an_amendment(locked: Bench) -> None:
    locked.people(600)
    locked.assign()
    amend(locked.write(status="running", arms=HALF, **SIZED), reason="x", by="me", on=LATER)
    locked.people(700)
    locked.assign(LATER)
    locked.write(status="running", arms=OLD, **SIZED)
    locked.people(800)
    with pytest.raises(AssignmentError, match="UP508"):
        locked.assign(LAST)
    amend(locked.study, reason="back again", by="me", on=LAST)
    assert locked.assign(LAST).assigned == 100
    assert locked.rows("DISTINCT weight_epoch", order="1") == [(1,), (2,), (3,)]


def test_an_epoch_that_was_opened_before_the_first_draw_is_the_first_one_with_rows(locked: Bench) -> None:
    amend(locked.write(status="locked", arms=HALF, **SIZED), reason="x", by="me", on=datetime.date(2026, 11, 25))
    locked.people(100)
    locked.assign(DAY)
    assert locked.rows("DISTINCT weight_epoch", order="1") == [(2,)]


def test_nobody_is_assigned_by_a_lock_that_was_edited(locked: Bench) -> None:
    path: Path = lock_path(locked.study)
    path.write_text(path.read_text(encoding="utf-8").replace('"15%"', '"50%"'), encoding="utf-8")
    locked.people(100)
    with pytest.raises(StateError, match="UP403"):
        locked.assign()
    assert locked.store.ledger.files("sale") == ()


def test_decisions_that_are_signed_at_the_same_moment_are_all_kept(locked: Bench) -> None:
    study = locked.study
    reasons = [f"reason {number}" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda r: decide(study, "repeat", reason=r, by="me", on=LATER, result=None), reasons))
    found = read_lock(study)
    assert found is not None
    assert sorted(decision.reason for decision in found.decisions) == sorted(reasons)


def test_somebody_else_who_is_writing_a_lock_is_waited_for_and_then_named(tmp_path: Path) -> None:
    with alone_in(tmp_path), pytest.raises(StateError, match="UP514"), alone_in(tmp_path, patience=0.1):
        pass
