"""What was signed stays signed: every change shows at its own place, and the file only grows."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.design.studies import TODAY, WAVES, Change, sale, write_sale
from uplift.design.check import check_paths
from uplift.design.lock import amend, decide, lock, mark_as_locked
from uplift.errors import Problem, SpecError, StateError
from uplift.spec import Study, load_study, spec_hash
from uplift.spec.lock import DecidedOn, Lock, lock_path, read_lock, text_of
from uplift.words.codes import CODES

LATER = datetime.date(2026, 12, 9)
BY = "Mara Beck"
LOCKED: Change = ("status: draft", "status: locked")


def locked(folder: Path, *changes: Change, project: tuple[Change, ...] = ()) -> tuple[Study, Lock]:
    """A study with its lock, made the ordinary way and read back from the file."""
    study = sale(folder, LOCKED, *changes, project=project)
    lock(study, by=BY, on=TODAY)
    found = read_lock(study)
    assert found is not None
    return study, found


def about_the_lock(folder: Path, *, today: datetime.date = TODAY) -> list[Problem]:
    """What the check of the whole folder finds in the range of locks."""
    found = [p for checkup in check_paths([folder], today=today) for p in checkup.problems if p.code.startswith("UP40")]
    for problem in found:
        assert problem.code in CODES
        assert problem.place is not None
    return found


def test_a_locked_experiment_passes_its_check(tmp_path: Path) -> None:
    locked(tmp_path)
    assert about_the_lock(tmp_path) == []


def test_the_file_says_who_when_what_and_why(tmp_path: Path) -> None:
    study, found = locked(tmp_path)
    assert (found.experiment, found.locked.signed.by, found.locked.signed.on) == ("sale", BY, TODAY)
    assert found.spec_hash == spec_hash(study)
    assert found.fields["arms.control.weight"] == "15%"
    assert found.fields["metrics.primary.mde"] == "1pp"
    assert found.fields["project.metrics.repeat_purchase.source"] == "orders"
    assert found.fields["project.sources.orders.data_lag"] == "3d"
    assert found.locked.ship == "primary.low > 0"
    assert found.weights.weights == (("control", "15%"), ("treatment", "85%"))
    plan = found.plan
    assert [(arm.arm, arm.contacts) for arm in plan.arms] == [("control", 9_000), ("treatment", 51_000)]
    assert plan.power is not None
    assert 0.8 < plan.power < 0.9
    assert plan.read_out == datetime.date(2027, 2, 26)  # 24 January + 30 days + 3 days
    methods = {(i.metric, i.method) for i in plan.intervals}
    assert methods == {("repeat_purchase", "score"), ("revenue", "hall")}  # 15 to 85 is more unequal than 3 to 1


def test_the_interval_of_equal_arms_is_the_log_one(tmp_path: Path) -> None:
    _, found = locked(tmp_path, ("weight: 15%, control", "weight: 50%, control"), ("weight: 85%", "weight: 50%"))
    assert {(i.metric, i.method) for i in found.plan.intervals} == {("repeat_purchase", "score"), ("revenue", "log")}


def test_bounds_of_looks_are_signed_with_the_plan(tmp_path: Path) -> None:
    looks = ("assignment:", "  sequential: {looks: [wave 2, wave 4]}\nassignment:")
    _, found = locked(tmp_path, WAVES, (", enrol_until: 2027-01-24", ""), looks, ("60_000", "80_000"))
    assert [look.name for look in found.plan.looks] == ["wave 2", "wave 4", "read-out"]
    assert [look.information for look in found.plan.looks] == [0.333333, 0.666667, 1.0]
    # O'Brien–Fleming spending at 1/3, 2/3, 1 and 5 % two-sided, from the tables of Lan & DeMets' program: 3.7103,
    # 2.5114, 1.9930.
    bounds = [look.upper for look in found.plan.looks]
    assert bounds == [pytest.approx(z, abs=5e-4) for z in (3.7103, 2.5114, 1.9930)]
    assert [look.lower for look in found.plan.looks] == [-z for z in bounds if z is not None]


def test_the_same_decision_gives_the_same_bytes(tmp_path: Path) -> None:
    texts = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        study, found = locked(tmp_path / name)
        texts.append(lock_path(study).read_bytes())
        assert text_of(found).encode() == texts[-1]
    assert texts[0] == texts[1]
    assert texts[0].endswith(b"}\n")
    assert b"\r" not in texts[0]


def test_a_design_that_fails_its_check_is_not_locked(tmp_path: Path) -> None:
    study = sale(tmp_path, ("expected_size: 60_000", "expected_size: 6_000"))
    with pytest.raises(SpecError, match="UP310"):
        lock(study, by=BY, on=TODAY)
    assert not lock_path(study).exists()


def test_nobody_locks_twice(tmp_path: Path) -> None:
    study, _ = locked(tmp_path)
    before = lock_path(study).read_bytes()
    with pytest.raises(StateError, match=r"UP406.*2026-11-22 by Mara Beck"):
        lock(study, by="Somebody Else", on=LATER)
    assert lock_path(study).read_bytes() == before


def test_somebody_has_to_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")  # no git
    monkeypatch.delenv("GIT_AUTHOR_NAME", raising=False)
    study = sale(tmp_path)
    with pytest.raises(StateError, match="UP410"):
        lock(study, by=" \n", on=TODAY)
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Jo\tKlein")
    assert lock(study, by=None, on=TODAY).locked.signed.by == "Jo Klein"


def test_git_knows_the_name_and_the_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIT_AUTHOR_NAME", raising=False)
    study = sale(tmp_path)
    own = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(tmp_path), *arguments],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **own},
        )
        return done.stdout.strip()

    git("init", "-q")
    git("config", "user.name", "Ada Frey")
    git("config", "user.email", "ada@example.org")
    git("add", ".")
    git("commit", "-q", "-m", "a draft")
    made = lock(study, by=None, on=TODAY)
    assert made.locked.signed.by == "Ada Frey"
    assert made.locked.signed.commit == git("rev-parse", "HEAD")
    write_sale(tmp_path, LOCKED, ("mde: 1.0pp", "mde: 1.1pp"))
    (problem,) = about_the_lock(tmp_path)
    assert f"(commit {made.locked.signed.commit[:7]})" in problem.message


# The field's own place in tests/design/studies.py, with what stood there and what stands there now.
CHANGES = [
    (("weight: 15%, control", "weight: 20%, control"), "arms.control.weight changed 15% → 20%", 13, 21),
    (("mde: 1.0pp", "mde: 1.2pp"), "metrics.primary.mde changed 1pp → 1.2pp", 17, 56),
    (("window: 30d, mde", "window: 60d, mde"), "metrics.primary.window changed 30d → 60d", 17, 46),
    (("start: 2026-11-30", "start: 2026-12-07"), "schedule.start changed 2026-11-30 → 2026-12-07", 15, 19),
    (("expected_size: 60_000", "expected_size: 70_000"), "audience.expected_size changed 60000 → 70000", 11, 18),
    (("source: contacts", "source: contacts\n  where: email_opt_in"), "audience.where was added (email_opt_in)", 9, 10),
    (("method: hash", "method: hash, salt_epoch: 2"), "assignment.salt_epoch changed 1 → 2", 23, 40),
    (("[{metric: revenue, window: 30d}]", "[]"), "metrics.secondary was removed", 18, 14),
    (("guardrails: []", "guardrails: [{metric: unsubscribe_rate, window: 30d, margin: 2pp}]"),
     "metrics.guardrails was added", 19, 15),
    (("A mail raises", "Two mails raise"), "hypothesis changed", 4, 13),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said", "line", "column"), CHANGES, ids=lambda v: v if isinstance(v, str) else "")
def test_a_change_is_named_at_its_own_place(tmp_path: Path, change: Change, said: str, line: int, column: int) -> None:
    locked(tmp_path)
    changes = [LOCKED, change]
    if "20%" in change[1]:
        changes.append(("weight: 85%", "weight: 80%"))
    path = write_sale(tmp_path, *changes)
    first, *rest = about_the_lock(tmp_path)
    assert (first.code, first.level) == ("UP401", "error")
    assert said in first.message
    assert "after the lock of 2026-11-22" in first.message
    assert str(first.place) == f"{path}:{line}:{column}"
    assert "uplift amend sale" in first.fix
    assert len(rest) == ("20%" in change[1])  # the other arm's weight


def test_a_change_of_a_shared_definition_is_named_in_the_project(tmp_path: Path) -> None:
    locked(tmp_path)
    write_sale(tmp_path, LOCKED, project=(("data_lag: 3d", "data_lag: 5d"),))
    (problem,) = about_the_lock(tmp_path)
    assert "project.sources.orders.data_lag changed 3d → 5d" in problem.message
    assert str(problem.place) == f"{tmp_path / 'project.yml'}:5:89"


def test_a_default_of_the_project_is_named_where_it_is_written(tmp_path: Path) -> None:
    locked(tmp_path)
    write_sale(tmp_path, LOCKED, project=(("layers:", "defaults: {design: {power: 0.75}}\nlayers:"),))
    (problem,) = about_the_lock(tmp_path)
    assert "design.power changed 0.8 → 0.75" in problem.message
    assert problem.place is not None
    assert problem.place.file.endswith("project.yml")


def test_what_decides_nothing_may_change(tmp_path: Path) -> None:
    locked(tmp_path)
    waiver = "waivers: [{code: UP312, reason: x, until: 2027-02-28, by: me}]"
    for new in ("title: A sale", waiver, "# a comment", "owner:   'crm'"):
        change = ("owner: crm", new if new.startswith("owner") else f"{new}\nowner: crm")
        write_sale(tmp_path, ("status: draft", "status: running"), change)
        assert about_the_lock(tmp_path) == []


def test_a_column_that_only_another_test_reads_changes_nothing(tmp_path: Path) -> None:
    files = "orders: {file: orders.csv,"
    locked(tmp_path, project=((files, files + " columns: {net_amount: {type: decimal, decimals: 2}},"),))
    more = " columns: {net_amount: {type: decimal, decimals: 2}, voucher: {type: string}},"
    write_sale(tmp_path, LOCKED, project=((files, files + more),))
    assert about_the_lock(tmp_path) == []
    other = " columns: {net_amount: {type: decimal, decimals: 3}},"
    write_sale(tmp_path, LOCKED, project=((files, files + other),))
    (problem,) = about_the_lock(tmp_path)
    assert "project.sources.orders.columns.net_amount.decimals changed 2 → 3" in problem.message


def test_a_default_that_a_newer_version_brings_is_no_change(tmp_path: Path) -> None:
    study, found = locked(tmp_path)
    fields = {name: value for name, value in found.locked.fields.items() if name != "design.power_for"}
    older = replace(found, locked=replace(found.locked, fields=fields, spec_hash="0" * 64))
    lock_path(study).write_text(text_of(older), encoding="utf-8")
    assert about_the_lock(tmp_path) == []


def test_an_amendment_makes_the_check_pass_again_and_keeps_what_was(tmp_path: Path) -> None:
    locked(tmp_path)
    study = load_study(write_sale(tmp_path, LOCKED, ("mde: 1.0pp", "mde: 1.2pp")))
    after = amend(study, reason="the\nbaseline was off", by="Jo Klein", on=LATER)
    assert about_the_lock(tmp_path, today=LATER) == []
    (made,) = after.amendments
    assert (made.signed.by, made.signed.on, made.reason) == ("Jo Klein", LATER, "the baseline was off")
    assert [(c.field, c.old, c.new) for c in made.changes] == [("metrics.primary.mde", "1pp", "1.2pp")]
    assert made.spec_hash == after.spec_hash == spec_hash(study)
    assert made.weights is None
    assert after.locked.fields["metrics.primary.mde"] == "1pp"  # the lock itself is what it was
    assert after.fields["metrics.primary.mde"] == "1.2pp"
    assert after.plan.mde == "1.2pp"


def test_amendments_add_up(tmp_path: Path) -> None:
    locked(tmp_path)
    steps: list[tuple[Change, ...]] = [
        (("mde: 1.0pp", "mde: 1.2pp"),),
        (("mde: 1.0pp", "mde: 1.2pp"), ("guardrails: []", "guardrails: [{metric: basket, window: 30d, margin: 9%}]")),
        (("mde: 1.0pp", "mde: 1.1pp"),),
        (),
    ]
    for number, changes in enumerate(steps, start=1):
        study = load_study(write_sale(tmp_path, LOCKED, *changes))
        after = amend(study, reason="because", by=BY, on=LATER)
        assert len(after.amendments) == number
        assert read_lock(study) == after
        assert about_the_lock(tmp_path, today=LATER) == []
    assert after.fields == after.locked.fields
    assert after.spec_hash == after.locked.spec_hash


def test_changed_weights_open_an_epoch_and_nothing_else_does(tmp_path: Path) -> None:
    locked(tmp_path)
    other = (("weight: 15%, control", "weight: 20%, control"), ("weight: 85%", "weight: 80%"))
    amend(load_study(write_sale(tmp_path, LOCKED, *other)), reason="x", by=BY, on=LATER)
    study = load_study(write_sale(tmp_path, LOCKED, *other, ("mde: 1.0pp", "mde: 1.1pp")))
    after = amend(study, reason="y", by=BY, on=LATER)
    first, second = after.amendments
    assert first.weights is not None
    assert (first.weights.epoch, first.weights.weights) == (2, (("control", "20%"), ("treatment", "80%")))
    assert second.weights is None
    assert after.weights == first.weights


def test_there_has_to_be_something_to_amend(tmp_path: Path) -> None:
    study, _ = locked(tmp_path)
    with pytest.raises(StateError, match="UP408"):
        amend(study, reason="x", by=BY, on=LATER)
    with pytest.raises(StateError, match="UP410"):
        amend(load_study(write_sale(tmp_path, LOCKED, ("1.0pp", "1.1pp"))), reason=" ", by=BY, on=LATER)
    assert read_lock(study).amendments == ()  # type: ignore[union-attr]


def test_without_a_lock_nothing_is_amended_or_decided(tmp_path: Path) -> None:
    study = sale(tmp_path)
    with pytest.raises(StateError, match="UP407"):
        amend(study, reason="x", by=BY, on=LATER)
    with pytest.raises(StateError, match="UP407"):
        decide(study, "ship", reason="x", by=BY, on=LATER, result=None)


NEXT_YEAR = (("start: 2026-11-30", "start: 2027-11-29"), ("enrol_until: 2027-01-24", "enrol_until: 2028-01-23"))


def test_a_file_that_is_rewritten_for_another_run_needs_a_new_id_or_salt(tmp_path: Path) -> None:
    locked(tmp_path)
    path = write_sale(tmp_path, LOCKED, *NEXT_YEAR)
    (problem,) = about_the_lock(tmp_path)
    assert (problem.code, str(problem.place)) == ("UP402", f"{path}:2:5")
    assert "from 2026-11-30 that is read on 2027-02-26" in problem.message
    with pytest.raises(SpecError, match="UP402"):
        amend(load_study(path), reason="once more", by=BY, on=LATER)
    path = write_sale(tmp_path, LOCKED, *NEXT_YEAR, ("method: hash", "method: hash, salt_epoch: 2"))
    amend(load_study(path), reason="once more", by=BY, on=LATER)
    assert about_the_lock(tmp_path) == []


@pytest.mark.parametrize("status", ["locked", "running"])
def test_what_runs_needs_a_lock(tmp_path: Path, status: str) -> None:
    path = write_sale(tmp_path, ("status: draft", f"status: {status}"))
    (problem,) = about_the_lock(tmp_path)
    assert (problem.code, problem.level, str(problem.place)) == ("UP404", "error", f"{path}:5:9")
    assert "uplift lock sale" in problem.fix


def test_a_closed_experiment_of_old_is_only_told_so(tmp_path: Path) -> None:
    write_sale(tmp_path, ("status: draft", "status: closed"))
    (problem,) = about_the_lock(tmp_path)
    assert (problem.code, problem.level) == ("UP404", "note")


def test_a_closed_experiment_may_not_be_rewritten_either(tmp_path: Path) -> None:
    locked(tmp_path)
    write_sale(tmp_path, ("status: draft", "status: closed"), ("mde: 1.0pp", "mde: 1.2pp"))
    assert [(p.code, p.level) for p in about_the_lock(tmp_path)] == [("UP401", "error")]


def test_a_locked_draft_is_no_draft(tmp_path: Path) -> None:
    locked(tmp_path)
    write_sale(tmp_path)
    assert [(p.code, p.level) for p in about_the_lock(tmp_path)] == [("UP404", "warning")]


def test_a_lock_after_the_start_is_told_for_ever(tmp_path: Path) -> None:
    study = sale(tmp_path, ("status: draft", "status: running"))
    lock(study, by=BY, on=LATER)
    (problem,) = about_the_lock(tmp_path, today=LATER)
    assert (problem.code, problem.level) == ("UP405", "warning")
    assert "2026-12-09, after the start on 2026-11-30" in problem.message


def test_errors_about_locks_are_not_waived_but_warnings_are(tmp_path: Path) -> None:
    codes = ("UP401", "UP404", "UP405")
    waivers = ", ".join(f"{{code: {c}, reason: x, until: 2027-02-28, by: me}}" for c in codes)
    waive: Change = ("owner: crm", f"waivers: [{waivers}]\nowner: crm")
    running: Change = ("status: draft", "status: running")
    path = write_sale(tmp_path, running, waive)
    assert [(p.code, p.level) for p in about_the_lock(tmp_path)] == [("UP404", "error")]
    lock(load_study(path), by=BY, on=LATER)
    assert [(p.code, p.level) for p in about_the_lock(tmp_path, today=LATER)] == [("UP405", "note")]
    write_sale(tmp_path, running, waive, ("1.0pp", "1.1pp"))
    assert ("UP401", "error") in [(p.code, p.level) for p in about_the_lock(tmp_path, today=LATER)]


DAMAGE = {
    "cut off": lambda text: text[:200],
    "empty": lambda text: "",
    "not JSON": lambda text: "<<<<<<< HEAD\n" + text,
    "a list": lambda text: "[]",
    "edited": lambda text: text.replace('"1pp"', '"2pp"'),
    "an entry taken away": lambda text: text.replace('"decision.ship"', '"x"').replace(BY, "Nobody"),
    "of another version": lambda text: text.replace("uplift.lock/1", "uplift.lock/9"),
    "without its seal": lambda text: json.dumps({k: v for k, v in json.loads(text).items() if k != "seal"}),
    "bytes": lambda text: "\x00\x01",
    "deep": lambda text: "[" * 100_000,
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_lock_file_is_a_finding_of_its_own(tmp_path: Path, name: str) -> None:
    study, _ = locked(tmp_path)
    path = lock_path(study)
    path.write_text(DAMAGE[name](path.read_text(encoding="utf-8")), encoding="utf-8")
    before = path.read_bytes()
    (problem,) = about_the_lock(tmp_path)
    assert (problem.code, problem.level) == ("UP403", "error")
    assert problem.place is not None
    assert problem.place.file == str(path)
    for verb in (
        lambda: lock(study, by=BY, on=LATER),
        lambda: amend(study, reason="x", by=BY, on=LATER),
        lambda: decide(study, "ship", reason="x", by=BY, on=LATER, result=None),
    ):
        with pytest.raises(StateError, match="UP403"):
            verb()
    assert path.read_bytes() == before


def test_the_lock_of_another_experiment_is_not_believed(tmp_path: Path) -> None:
    study, _ = locked(tmp_path)
    other = write_sale(tmp_path, LOCKED, name="other")
    (tmp_path / "other.lock.json").write_bytes(lock_path(study).read_bytes())
    (problem,) = about_the_lock(tmp_path)
    assert problem.code == "UP403"
    assert "'sale'" in problem.message
    assert other.exists()


def test_decisions_append_and_remember_what_was_seen(tmp_path: Path) -> None:
    study, _ = locked(tmp_path)
    seen = DecidedOn(LATER, "f" * 64, "ship", trusted=True)
    decide(study, "repeat", reason="Weihnachten war anders", by=BY, on=LATER, result=seen)
    after = decide(study, "ship", reason="zweimal gesehen", by="Jo Klein", on=LATER, result=None)
    assert [(d.action, d.signed.by, d.reason) for d in after.decisions] == [
        ("repeat", BY, "Weihnachten war anders"),
        ("ship", "Jo Klein", "zweimal gesehen"),
    ]
    assert after.decisions[0].result == seen
    assert read_lock(study) == after


def test_nobody_decides_on_what_was_not_signed(tmp_path: Path) -> None:
    locked(tmp_path)
    study = load_study(write_sale(tmp_path, LOCKED, ("1.0pp", "1.1pp")))
    with pytest.raises(SpecError, match="UP401"):
        decide(study, "ship", reason="x", by=BY, on=LATER, result=None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("status: draft\n", "status: locked\n"),
        ("status: draft\n", "status:   'draft'   # not yet\n"),
        ('status: draft\n', 'status: "draft"\n'),
        ("status: draft\n", ""),
        ("status: draft\n", "status: draft # draft: ä €\n"),
    ],
)  # fmt: skip
def test_the_status_is_rewritten_and_nothing_else_is(tmp_path: Path, old: str, new: str) -> None:
    path = write_sale(tmp_path)
    text = "# draft of a draft\n" + path.read_text(encoding="utf-8").replace(old, new)
    path.write_text(text, encoding="utf-8")
    study = load_study(path)
    if "locked" in new:
        assert not mark_as_locked(study)
    else:
        assert mark_as_locked(study)
    after = path.read_text(encoding="utf-8")
    assert load_study(path).experiment.status == "locked"
    if not new:
        expected = text + "status: locked\n"
    else:
        expected = text.replace(new, new.replace("'draft'", "locked").replace('"draft"', "locked"), 1)
        expected = expected.replace("status: draft", "status: locked", 1)
    assert after == expected


def test_line_ends_and_byte_order_mark_are_kept(tmp_path: Path) -> None:
    path = write_sale(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    before = path.read_bytes()
    assert mark_as_locked(load_study(path))
    assert path.read_bytes() == before.replace(b"draft", b"locked")
