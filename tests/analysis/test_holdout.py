"""The global holdout as a test of its own: who is held out is recomputed, and everybody counts from its first day."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.analysis.projects import PROJECT
from uplift.analysis.holdout import HELD, OTHERS, Wanted, analyze_holdout
from uplift.assignment import bucket
from uplift.cli.app import app
from uplift.errors import DataError, SpecError
from uplift.report import render
from uplift.results import Result

FROM, UNTIL, AFTER = datetime.date(2026, 1, 1), datetime.date(2026, 6, 30), datetime.date(2026, 7, 15)
HOLDOUTS = """\
holdouts:
  global:
    share: 10%
    unit: UNIT
    from: 2026-01-01
    until: 2026-06-30
    metrics: [{metric: buyers, window: 60d}, {metric: revenue}]
"""
CONTACTS, PER_HOME = 6_000, 2


def shop(root: Path, *, unit: str = "household_id", lift: float = 0.5, holdouts: str = HOLDOUTS) -> Path:
    """Contacts in households of two; everybody but the held-out ones buys more often, from the first day on."""
    (root / "experiments").mkdir()
    (root / "data").mkdir()
    path = root / "experiments" / "project.yml"
    path.write_text(PROJECT + holdouts.replace("UNIT", unit), encoding="utf-8")
    rng = np.random.default_rng(20261122)
    contacts, orders = ["customer_id,household_id"], ["customer_id,ordered_at,net_amount"]
    for i in range(1, CONTACTS + 1):
        home = f"h{i // PER_HOME}" if i % 50 else ""
        contacts.append(f"{i},{home}")
        rate = 0.15 if is_held(i, unit) else 0.15 * (1 + lift)
        if rng.random() < rate:
            day = FROM + datetime.timedelta(days=int(rng.integers(0, 170)))
            orders.append(f"{i},{day} 10:00:00,40.00")
        orders.append(f"{i},{FROM - datetime.timedelta(days=5)} 10:00:00,99.00")  # before: never counts
    (root / "data" / "contacts.csv").write_text("\n".join([*contacts, ""]), encoding="utf-8")
    (root / "data" / "orders.csv").write_text("\n".join([*orders, ""]), encoding="utf-8")
    return path


def is_held(i: int, unit: str) -> bool:
    """By the definition of the hash: the household, or the contact where it has none."""
    own = f"h{i // PER_HOME}" if unit == "household_id" and i % 50 else str(i)
    return bucket("global/1", own) < 100_000


def analyzed(path: Path, **options: object) -> Result:
    options = {"as_of": AFTER, **options}
    return analyze_holdout(path, "global", **options)[1]  # type: ignore[arg-type]


def test_held_out_contacts_are_those_of_the_hash_and_everybody_else_is_the_other_arm(tmp_path: Path) -> None:
    result = analyzed(shop(tmp_path))
    held = sum(is_held(i, "household_id") for i in range(1, CONTACTS + 1))
    assert {arm.arm: arm.assigned for arm in result.arms} == {HELD: held, OTHERS: CONTACTS - held}
    assert [arm.weight for arm in result.arms] == pytest.approx([0.1, 0.9])
    assert result.arms[0].control


def test_the_programmes_worth_is_found_with_households_as_the_unit(tmp_path: Path) -> None:
    result = analyzed(shop(tmp_path))
    buyers, revenue = result.metrics
    assert (buyers.window_days, revenue.window_days) == (60, (AFTER - FROM).days)
    assert result.arms[0].clusters is not None
    uplift = revenue.uplifts[0]
    assert uplift.direction == "up"
    assert uplift.relative == pytest.approx(0.5, abs=0.3)
    assert uplift.control.value is not None
    assert uplift.control.value < 40 * 0.25  # the 99 euros from before the holdout count for nobody
    assert result.trusted
    assert "Holdout global" in render(result, language="de")


def test_contacts_can_be_the_unit_and_metrics_be_named(tmp_path: Path) -> None:
    path = shop(tmp_path, unit="customer_id")
    result = analyzed(path, metrics=[Wanted("orders_per_contact", 30)])
    assert [(m.name, m.window_days) for m in result.metrics] == [("orders_per_contact", 30)]
    assert result.arms[0].clusters is None


def test_a_new_epoch_is_another_draw(tmp_path: Path) -> None:
    path = shop(tmp_path)
    first = analyzed(path)
    path.write_text(path.read_text().replace("share: 10%", "share: 10%\n    epoch: 2"), encoding="utf-8")
    second = analyzed(path)
    assert first.arms[0].assigned != second.arms[0].assigned
    assert abs(second.metrics[0].uplifts[0].relative or 0) < 0.25  # who is held out now was written to before


def test_later_contacts_count_from_their_own_day(tmp_path: Path) -> None:
    path = shop(tmp_path, holdouts=HOLDOUTS.replace("unit: UNIT", "unit: UNIT\n    entry_date: since"))
    contacts = tmp_path / "data" / "contacts.csv"
    rows = contacts.read_text().splitlines()
    day = {0: "2025-03-01", 1: "2026-06-20", 2: "2026-07-10"}
    dated = [f"{rows[0]},since", *(f"{row},{day[i % 3]}" for i, row in enumerate(rows[1:]))]
    contacts.write_text("\n".join([*dated, ""]), encoding="utf-8")
    result = analyzed(path)
    assert sum(arm.assigned for arm in result.arms) == CONTACTS * 2 // 3  # who came after the end is not in it
    buyers = result.metrics[0]
    assert dict(buyers.immature)[HELD] > 0  # 60 days from 20 June are not over
    assert sum(dict(buyers.mature).values()) == CONTACTS // 3


def test_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    from uplift.results.json_form import to_json

    path = shop(tmp_path)
    assert to_json(analyzed(path)) == to_json(analyzed(path))


REFUSED = {
    "no such holdout": ("global-2027", {}, "known holdouts: global"),
    "no such metric": ("global", {"metrics": [Wanted("margin")]}, "metrics of the project: buyers"),
    "no complete day": ("global", {"as_of": FROM}, "--as-of"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_can_not_be_compared_is_refused_with_a_fix(tmp_path: Path, case: str) -> None:
    name, options, told = REFUSED[case]
    path = shop(tmp_path)
    with pytest.raises(SpecError, match="UP84") as caught:
        analyze_holdout(path, name, **{"as_of": AFTER, **options})  # type: ignore[arg-type]
    assert told in str(caught.value)


def test_without_a_list_of_metrics_one_has_to_be_named(tmp_path: Path) -> None:
    path = shop(
        tmp_path, holdouts=HOLDOUTS.replace("    metrics: [{metric: buyers, window: 60d}, {metric: revenue}]\n", "")
    )
    with pytest.raises(SpecError, match="--metric NAME"):
        analyzed(path)


def test_of_several_sources_of_contacts_the_one_that_is_hashed_is_taken(tmp_path: Path) -> None:
    path = shop(tmp_path)
    (tmp_path / "data" / "scores.csv").write_text("customer_id,score\n1,2\n", encoding="utf-8")
    scores = "sources:\n  scores: {file: ../data/scores.csv, grain: contact, id: customer_id}\n"
    path.write_text(path.read_text().replace("sources:\n", scores), encoding="utf-8")
    assert sum(arm.assigned for arm in analyzed(path).arms) == CONTACTS
    text = path.read_text().replace("unit: household_id", "unit: customer_id")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match="one of: scores, contacts"):
        analyzed(path)


def test_a_contact_twice_is_refused(tmp_path: Path) -> None:
    path = shop(tmp_path)
    with (tmp_path / "data" / "contacts.csv").open("a", encoding="utf-8") as file:
        file.write("17,h8\n")
    with pytest.raises(DataError, match="UP551"):
        analyzed(path)


def test_the_command_writes_result_and_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop(tmp_path)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["analyze", "holdout:global", "--as-of", str(AFTER), "--metric", "revenue:90d"])
    assert done.exit_code == 0, done.output
    saved = json.loads((tmp_path / "results" / "holdout-global" / str(AFTER) / "result.json").read_text())
    assert saved["metrics"][0]["window_days"] == 90
    assert (tmp_path / "reports" / "holdout-global.en.html").exists()
