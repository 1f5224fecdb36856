"""A result repeats what was signed, and marks what came later."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from tests.analysis.projects import AFTER, EXPERIMENT, Drawn, draw
from uplift.analysis import analyze
from uplift.design.lock import amend, decide, lock
from uplift.report import render
from uplift.results import Result
from uplift.results.json_form import fingerprint, from_json, to_json
from uplift.spec import load_study
from uplift.spec.lock import DecidedOn

BASELINE = "design: {baselines: {buyers: {value: 30%, source: typed, date: 2026-02-20}}}\n"
BEFORE, ON_THE_WAY = datetime.date(2026, 2, 25), datetime.date(2026, 3, 10)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    project = draw(tmp_path_factory.mktemp("record") / "shop", experiment=EXPERIMENT + BASELINE)
    project.order(
        (unit, "2026-03-05 10:00:00", "20.00")
        for arm, buyers in (("control", 600), ("treatment", 800))
        for unit in project.members(arm)[:buyers]
    )
    return project


@pytest.fixture
def shop(drawn: Drawn) -> Drawn:
    """The project as it was drawn, without a lock."""
    path = drawn.study.document.path
    path.write_text(EXPERIMENT + BASELINE, encoding="utf-8")
    path.with_name("sale.lock.json").unlink(missing_ok=True)
    return drawn


def read(shop: Drawn) -> Result:
    return analyze(load_study(shop.study.document.path), as_of=AFTER)


def change(shop: Drawn, old: str, new: str) -> None:
    path: Path = shop.study.document.path
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def sign(shop: Drawn, *, on: datetime.date = BEFORE) -> None:
    lock(load_study(shop.study.document.path), by="Mara Beck", on=on)


def amended(shop: Drawn, old: str, new: str) -> None:
    change(shop, old, new)
    amend(load_study(shop.study.document.path), reason="the shop asked", by="Jo Klein", on=ON_THE_WAY)


def said(result: Result, language: str = "en") -> str:
    return render(result, language=language).replace("\u00a0", " ")  # type: ignore[arg-type]


def test_without_a_lock_the_report_says_so(shop: Drawn) -> None:
    result = read(shop)
    assert result.record is None
    assert "Nothing was signed beforehand" in said(result)
    assert "Vorab festgeschrieben wurde nichts" in said(result, "de")


def test_a_lock_in_time_and_without_changes(shop: Drawn) -> None:
    sign(shop)
    result = read(shop)
    assert result.record is not None
    assert (result.record.on, result.record.by, result.record.after_start) == (BEFORE, "Mara Beck", False)
    assert result.record.later == ()
    assert "were signed on 25 February 2026 by Mara Beck, before the start." in said(result)
    assert "Seitdem ist daran nichts geändert." in said(result, "de")


def test_a_lock_after_the_start_is_told(shop: Drawn) -> None:
    sign(shop, on=ON_THE_WAY)
    result = read(shop)
    assert result.record is not None
    assert result.record.after_start
    assert "erst nach dem Start" in said(result, "de")


def test_metrics_and_segments_that_came_later_are_exploratory(shop: Drawn) -> None:
    sign(shop)
    contacts = shop.study.root / "data" / "contacts.csv"
    countries = "".join(f"{unit},{'AT' if unit % 3 else 'DE'}\n" for unit in shop.arms)
    contacts.write_text("customer_id,country\n" + countries, encoding="utf-8")
    amended(
        shop,
        "{metric: basket, window: 14d}]",
        "{metric: basket, window: 21d}, {metric: orders_per_contact, window: 14d}]",
    )
    amended(shop, "schedule:", "segments: [country]\nschedule:")
    result = read(shop)
    assert result.record is not None
    assert {(a.kind, a.name, a.what, a.role) for a in result.record.later} == {
        ("metric", "basket", "changed", "secondary"),
        ("metric", "orders_per_contact", "added", "secondary"),
        ("segment", "country", "added", None),
    }
    assert all(by_country.exploratory for by_country in result.primary.segments)
    assert {value.uplift.direction for value in result.primary.segments[0].values} == {"refused"}
    assert [a.reason for a in result.record.amendments] == ["the shop asked", "the shop asked"]
    assert [c.field for c in result.record.amendments[0].changes] == [
        "metrics.secondary.basket.window",
        "metrics.secondary.orders_per_contact",
    ]
    html = said(result)
    assert html.count("added after the lock (exploratory)") == 1
    assert html.count("changed after the lock (exploratory)") == 1
    assert "exploratory only: basket, orders per contact and country." in html
    assert "metrics.secondary.basket.window 14d → 21d" in html
    assert "nachträglich ergänzt (erkundend)" in said(result, "de")


def test_another_primary_metric_than_the_signed_one_is_exploratory(shop: Drawn) -> None:
    sign(shop)
    change(
        shop, "primary: {metric: buyers, window: 14d, mde: 20%}", "primary: {metric: revenue, window: 14d, mde: 20%}"
    )
    amended(shop, "[{metric: revenue, window: 14d}, ", "[")
    result = read(shop)
    assert result.record is not None
    assert ("revenue", "changed", "primary") in {(a.name, a.what, a.role) for a in result.record.later}


def test_a_redefined_metric_is_exploratory(shop: Drawn) -> None:
    sign(shop)
    project = shop.study.project_document.path
    text = project.read_text(encoding="utf-8")
    try:
        defined = "revenue: {kind: mean, source: orders, value: net_amount"
        project.write_text(text.replace(defined, defined + ", where: net_amount > 1"), encoding="utf-8")
        amend(load_study(shop.study.document.path), reason="no samples", by="Jo Klein", on=ON_THE_WAY)
        result = read(shop)
    finally:
        project.write_text(text, encoding="utf-8")
    assert result.record is not None
    assert {(a.name, a.what) for a in result.record.later} == {("revenue", "changed")}


def test_what_changed_in_silence_gives_no_verdict(shop: Drawn) -> None:
    sign(shop)
    change(shop, "buyers, window: 14d", "buyers, window: 21d")
    result = read(shop)
    assert not result.trusted
    assert [(c.code, c.status) for c in result.checks if c.code == "UP401"] == [("UP401", "fail")]
    assert result.recommendation.action == "none"
    assert "Changed without an amendment: metrics.primary.window." in said(result)
    assert "metrics.primary.window was changed after the lock, and nobody has signed it." in said(result)


def test_what_no_number_depends_on_may_change_with_a_warning(shop: Drawn) -> None:
    sign(shop)
    change(shop, "owner: crm", "owner: crm-2")
    result = read(shop)
    assert result.trusted
    assert [(c.code, c.status) for c in result.checks if c.code == "UP401"] == [("UP401", "warn")]


def test_decisions_stand_in_the_report_and_do_not_move_the_fingerprint(shop: Drawn) -> None:
    sign(shop)
    before = read(shop)
    seen = DecidedOn(before.as_of, fingerprint(before), before.recommendation.action, before.trusted)
    study = load_study(shop.study.document.path)
    decide(study, "stop", reason="<b>zu teuer</b>", by="Jo Klein", on=AFTER, result=seen)
    after = read(shop)
    assert fingerprint(after) == fingerprint(before)
    assert from_json(to_json(after)) == after
    assert from_json(to_json(replace(after, record=None))).record is None
    html = said(after, "de")
    line = "Entscheidung vom 1. April 2026 (Jo Klein): nicht ausrollen, entgegen der Empfehlung der Regel. Grund: "
    assert html.count(line + "&lt;b&gt;zu teuer&lt;/b&gt;") == 2
    assert "Noch hat niemand unterschrieben" not in html


def test_a_closed_experiment_without_a_decision_is_not_signed_yet(shop: Drawn) -> None:
    sign(shop)
    assert "Nobody has signed yet" not in said(read(shop))
    change(shop, "status: running", "status: closed")
    assert "Nobody has signed yet what follows from this result" in said(read(shop))
