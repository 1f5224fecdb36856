"""Merged contacts: one person in the arm that was given first, the orders of all ids, and a word on who was merged."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.analysis.projects import AFTER, EXPERIMENT, PROJECT, START, Drawn, draw
from uplift.analysis import analyze
from uplift.assignment import audit, export_lists
from uplift.assignment.audit_text import text
from uplift.assignment.merged import rate_check
from uplift.engine.merges import MergedArm
from uplift.errors import DataError, UpliftError
from uplift.results import Check, Result
from uplift.spec import load_project, load_study
from uplift.store import Store
from uplift.words.sentences.checks import found

LISTED = PROJECT.replace(
    "metrics:\n",
    "  gone: {file: ../data/gone.csv}\nmerges: {source: gone, old: old_id, into: now}\nmetrics:\n",
    1,
)
PRIMARY_ONLY = EXPERIMENT[: EXPERIMENT.index("  secondary")]
ORDER_DAY = "2026-03-05 12:00:00"


def merged(drawn: Drawn, pairs: Mapping[int, int], *, days: Mapping[int, datetime.date] | None = None) -> None:
    """Write the list of merges: old id, the id it ended in (and the day)."""
    lines = [f"{old},{now}" + (f",{days[old]}" if days else "") for old, now in pairs.items()]
    head = "old_id,now" + (",merged_at" if days else "")
    (drawn.study.root / "data" / "gone.csv").write_text("\n".join([head, *lines, ""]), encoding="utf-8")


def counts(result: Result) -> dict[str, tuple[int, int]]:
    """Contacts and buyers of each arm."""
    (uplift,) = result.metrics[0].uplifts
    return {value.arm: (value.n, value.nonzero) for value in (uplift.control, uplift.treatment)}


def check(checks: tuple[Check, ...], code: str) -> Check:
    (one,) = [c for c in checks if c.code == code]
    return one


@pytest.fixture
def drawn(tmp_path: Path) -> Drawn:
    return with_list(draw(tmp_path, contacts=2_000, experiment=PRIMARY_ONLY), LISTED)


def with_list(drawn: Drawn, project: str) -> Drawn:
    """The project names the list of merges only after its contacts were drawn."""
    merged(drawn, {})
    (drawn.study.folder / "project.yml").write_text(project, encoding="utf-8")
    return Drawn(load_study(drawn.study.folder / "sale.yml"), drawn.arms)


def buyers(drawn: Drawn) -> Iterator[int]:
    """Every tenth contact of each arm buys."""
    for arm in ("control", "treatment"):
        yield from drawn.members(arm)[::10]


def test_two_ids_of_one_arm_are_one_contact_with_the_orders_of_both(drawn: Drawn) -> None:
    first, second, third = drawn.members("control")[:3]
    # Only the id that is gone has ordered; and an id that nobody assigned ended in the third contact.
    drawn.order([(second, ORDER_DAY, "10.00"), (999_999, ORDER_DAY, "5.00")])
    merged(drawn, {second: first, 999_999: third})
    before, after = len(drawn.members("control")), counts(analyze(drawn.study, as_of=AFTER))
    assert after["control"] == (before - 1, 2)
    assert after["treatment"] == (len(drawn.members("treatment")), 0)


def test_of_two_arms_the_first_given_counts_whichever_id_survives(drawn: Drawn) -> None:
    control, treated = drawn.members("control")[0], drawn.members("treatment")[0]
    first = min(control, treated, key=str)  # assigned on one day: the smaller text decides
    loser = "treatment" if first == control else "control"
    for pair in ({control: treated}, {treated: control}):
        drawn.order([(control, ORDER_DAY, "10.00"), (treated, ORDER_DAY, "10.00")])
        merged(drawn, pair)
        result = analyze(drawn.study, as_of=AFTER)
        winner = "control" if loser == "treatment" else "treatment"
        assert counts(result)[winner] == (len(drawn.members(winner)), 1)
        assert counts(result)[loser] == (len(drawn.members(loser)) - 1, 0)
        assert dict(check(result.checks, "UP636").facts)["conflicts"] == 1


def test_the_earlier_day_beats_the_smaller_id(tmp_path: Path) -> None:
    rolling = PRIMARY_ONLY.replace(
        "expected_size: 4_000}", "entry: rolling, entry_date: since, expected_size: 4_000}"
    ).replace("{start: 2026-03-02}", "{start: 2026-03-02, enrol_until: 2026-03-20}")
    early = draw_rolling(tmp_path, rolling)
    old, young = next((o, y) for o in range(51, 100) for y in range(1, 50) if early[o] != early[y])
    (tmp_path / "data" / "gone.csv").write_text(f"old_id,now\n{old},{young}\n", encoding="utf-8")
    study = load_study(tmp_path / "experiments" / "sale.yml")
    result = analyze(study, as_of=AFTER)
    assert sum(n for n, _ in counts(result).values()) == 97
    assert counts(result)[early[old]][0] == sum(arm == early[old] for arm in early.values())


def draw_rolling(root: Path, experiment: str) -> dict[int, str]:
    """Contacts 51 to 99 on the first day, 1 to 49 a week later."""
    from uplift.assignment import arm_ranges, assign, bucket, salt

    (root / "experiments").mkdir()
    (root / "data").mkdir()
    (root / "experiments" / "project.yml").write_text(LISTED, encoding="utf-8")
    (root / "experiments" / "sale.yml").write_text(experiment, encoding="utf-8")
    (root / "data" / "gone.csv").write_text("old_id,now\n", encoding="utf-8")
    (root / "data" / "orders.csv").write_text("customer_id,ordered_at,net_amount\n", encoding="utf-8")
    study = load_study(root / "experiments" / "sale.yml")
    for ids, day in ((range(51, 100), START), (range(1, 100), START + datetime.timedelta(7))):
        lines = [f"{i},{START}" for i in ids if i != 50]
        (root / "data" / "contacts.csv").write_text("\n".join(["customer_id,since", *lines, ""]), encoding="utf-8")
        assign(study, on=day, store=Store.open(study.root / ".uplift"))
    ranges = arm_ranges({name: arm.weight for name, arm in study.experiment.arms.items()})
    return {
        i: next(r.arm for r in ranges if bucket(salt("sale", 1), str(i)) in r.range) for i in range(1, 100) if i != 50
    }


def test_chains_are_followed_to_their_end(drawn: Drawn) -> None:
    a, b, c, d = drawn.members("treatment")[:4]
    drawn.order([(a, ORDER_DAY, "1.00"), (d, ORDER_DAY, "1.00")])
    merged(drawn, {a: b, b: c, c: d})
    assert counts(analyze(drawn.study, as_of=AFTER))["treatment"] == (len(drawn.members("treatment")) - 3, 1)


@pytest.mark.parametrize("rows", [["1,2", "1,3"], ["1,2", "2,3", "3,1"]])
def test_a_list_that_contradicts_itself_is_refused(drawn: Drawn, rows: list[str]) -> None:
    (drawn.study.root / "data" / "gone.csv").write_text("\n".join(["old_id,now", *rows, ""]), encoding="utf-8")
    with pytest.raises(DataError) as refused:
        analyze(drawn.study, as_of=AFTER)
    assert [p.code for p in refused.value.problems] == ["UP590"]


# ── what is said about it ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_result_says_what_it_is_without_conflicts(drawn: Drawn) -> None:
    controls, treated = drawn.members("control"), drawn.members("treatment")
    conflicts = dict(zip(controls[1:41], treated[1:41], strict=True))  # they bought, all of them
    drawn.order([(i, ORDER_DAY, "10.00") for i in {*buyers(drawn), *conflicts.values()}])
    merged(drawn, conflicts)
    result = analyze(drawn.study, as_of=AFTER)
    line = check(result.checks, "UP637")
    facts = dict(line.facts)
    assert facts["conflicts"] == 40
    # By hand: who is in a conflict is left out of both arms.
    torn = {*conflicts, *conflicts.values()}
    left = {arm: [i for i in drawn.members(arm) if i not in torn] for arm in ("control", "treatment")}
    bought = {*buyers(drawn)}
    rate = {arm: sum(i in bought for i in ids) / len(ids) for arm, ids in left.items()}
    assert facts["without treatment"] == pytest.approx(rate["treatment"] / rate["control"] - 1, abs=1e-12)
    every = result.metrics[0].uplifts[0].relative
    assert facts["every treatment"] == every
    assert every != pytest.approx(facts["without treatment"], abs=0.01)
    for language, word in (("de", "ohne 40"), ("en", "without 40")):
        assert word in found("UP637", facts, language)  # type: ignore[arg-type]


def test_without_merges_nothing_is_said_and_without_conflicts_no_second_line(drawn: Drawn, tmp_path: Path) -> None:
    merged(drawn, {})
    result = analyze(drawn.study, as_of=AFTER)
    assert dict(check(result.checks, "UP636").facts)["merged"] == 0
    assert "UP637" not in {c.code for c in result.checks}
    (drawn.study.folder / "project.yml").write_text(PROJECT, encoding="utf-8")
    plain = analyze(load_study(drawn.study.folder / "sale.yml"), as_of=AFTER)
    assert "UP636" not in {c.code for c in plain.checks}
    assert plain.metrics == result.metrics


def test_an_arm_that_is_merged_more_often_fails_the_check(drawn: Drawn) -> None:
    treated = drawn.members("treatment")
    merged(drawn, {10_000 + i: i for i in treated[:60]})
    result = analyze(drawn.study, as_of=AFTER)
    line = check(result.checks, "UP636")
    assert line.status == "fail"
    assert dict(line.facts)["share treatment"] == pytest.approx(60 / len(treated))
    report = audit(drawn.study, store=Store.open(drawn.study.root / ".uplift"))
    assert check(report.checks, "UP636") == line
    assert "UP636" in text(report, "de")
    assert not report.passed


def test_merges_from_before_the_assignment_count_in_no_rate(tmp_path: Path) -> None:
    dated = LISTED.replace("into: now}", "into: now, time: merged_at}")
    drawn = with_list(draw(tmp_path, contacts=400, experiment=PRIMARY_ONLY), dated)
    pairs = {10_000 + i: i for i in drawn.members("treatment")[:60]}
    day = datetime.timedelta(days=1)
    for when, expected in ((START - day, 0), (START + day, 60)):
        merged(drawn, pairs, days=dict.fromkeys(pairs, when))
        assert dict(check(analyze(drawn.study, as_of=AFTER).checks, "UP636").facts)["merged"] == expected


def test_epochs_with_other_weights_are_compared_within_themselves() -> None:
    # The old epoch had time to merge 10 %, the new one 1 %: pooled, the control would look merged less often.
    names = ("control", "treatment")
    arms = [
        MergedArm(1, "control", 1_000, 100, 0),
        MergedArm(1, "treatment", 9_000, 900, 0),
        MergedArm(2, "control", 9_000, 90, 0),
        MergedArm(2, "treatment", 1_000, 10, 0),
    ]
    assert rate_check(names, arms).status == "ok"
    arms[0] = MergedArm(1, "control", 1_000, 30, 0)
    assert rate_check(names, arms).status == "fail"


# ── assign and list ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_lists_and_ledger_know_a_merged_contact_by_its_new_id(drawn: Drawn) -> None:
    old = drawn.members("control")[0]
    merged(drawn, {old: 5_000, 6_000: 5_001})
    store = Store.open(drawn.study.root / ".uplift")
    paths = export_lists(drawn.study, on=START, store=store)
    listed = paths[0].read_text(encoding="utf-8").split()
    assert "5000" in listed
    assert str(old) not in listed
    assert len(listed) == 1 + len(drawn.members("control"))


def test_who_was_merged_is_not_assigned_again(tmp_path: Path) -> None:
    from uplift.assignment import assign

    rolling = PRIMARY_ONLY.replace(
        "expected_size: 4_000}", "entry: rolling, entry_date: since, expected_size: 4_000}"
    ).replace("{start: 2026-03-02}", "{start: 2026-03-02, enrol_until: 2026-03-20}")
    draw_rolling(tmp_path, rolling)
    study = load_study(tmp_path / "experiments" / "sale.yml")
    # 99 became 200, which is new to the source; 201 is a newcomer; 202 was merged into 203, and both are still there.
    (tmp_path / "data" / "gone.csv").write_text("old_id,now\n99,200\n202,203\n", encoding="utf-8")
    lines = [f"{i},{START}" for i in (*range(1, 99), 200, 201, 202, 203) if i != 50]
    (tmp_path / "data" / "contacts.csv").write_text("\n".join(["customer_id,since", *lines, ""]), encoding="utf-8")
    store = Store.open(study.root / ".uplift")
    report = assign(study, on=START + datetime.timedelta(days=14), store=store)
    assert (report.assigned, report.known, report.departed) == (2, 98, 0)
    assert dict(report.excluded) == {"merged": 1}
    assert "merged into another id: 1" in str(report)


@pytest.mark.parametrize(
    ("old", "new", "code"), [("source: gone", "source: gon", "UP214"), ("into: now", "into: old_id", "UP219")]
)
def test_a_list_without_a_source_or_with_one_column_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    path = tmp_path / "project.yml"
    path.write_text(LISTED.replace(old, new), encoding="utf-8")
    with pytest.raises(UpliftError) as refused:
        load_project(path)
    assert [p.code for p in refused.value.problems] == [code]


def test_erased_ids_are_no_trouble_to_merged_ones(drawn: Drawn) -> None:
    """A text that stands for an erased contact is no integer, and nobody's merge."""
    from uplift.assignment import assign
    from uplift.assignment.erasure import erase

    first, second, third = drawn.members("control")[:3]
    merged(drawn, {second: first})
    store = Store.open(drawn.study.root / ".uplift")
    erase(store, [str(third)], root=drawn.study.root, on=AFTER)
    drawn.order([(second, ORDER_DAY, "10.00")])
    assert counts(analyze(drawn.study, as_of=AFTER))["control"] == (len(drawn.members("control")) - 2, 1)
    assert audit(drawn.study, store=store).recomputation.wrong == 0
    assert str(first) in export_lists(drawn.study, on=START, store=store)[0].read_text(encoding="utf-8").split()
    again = assign(drawn.study, on=START, store=store)
    assert (again.assigned, dict(again.excluded)) == (1, {"merged": 1})  # who was erased is in the source still


def test_who_asks_to_be_forgotten_is_found_under_older_ids(drawn: Drawn) -> None:
    from uplift.assignment.erasure import erase
    from uplift.assignment.merged import ids_of_persons

    first, second = drawn.members("control")[:2]
    merged(drawn, {first: second, second: 9_000, 8_000: 8_001})
    others = {str(first), str(second)}
    assert ids_of_persons(drawn.study, ["9000", "no-such-contact"]) == others
    assert ids_of_persons(drawn.study, [str(first)]) == {str(second), "9000"}
    store = Store.open(drawn.study.root / ".uplift")
    receipt = erase(store, ["9000"], root=drawn.study.root, on=AFTER, merged=others)
    assert (receipt.contacts, receipt.merged, receipt.found, dict(receipt.rows)) == (1, 2, 2, {"sale": 2})
