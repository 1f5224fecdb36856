"""Seeded faults are found, and clean data raise nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from tests.analysis.projects import AFTER, EXPERIMENT, PROJECT, draw
from uplift.analysis import analyze
from uplift.analysis.comparison import Question
from uplift.analysis.validity import ALPHA, before, spread
from uplift.results import Check, MetricResult
from uplift.stats.moments import Moments
from uplift.words.codes import CODES
from uplift.words.sentences.checks import found as sentence

CLEAN_RUNS = 400


def revenue_metric() -> MetricResult:
    return MetricResult(
        name="revenue",
        title="revenue",
        role="secondary",
        kind="mean",
        format="money",
        currency="EUR",
        better="up",
        window_days=14,
        conditional=False,
        preliminary=False,
        mature=(),
        immature=(),
        uplifts=(),
    )


def question(control: np.ndarray, treatment: np.ndarray, *covariates: str) -> Question:
    columns = ("value", *covariates)
    moments = [Moments.from_rows(rows, columns, core=1) for rows in (control, treatment)]
    return Question("revenue", "mean", "up", "control", "treatment", ((moments[0], moments[1]),), covariates=covariates)


def baskets(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.where(rng.random(n) < 0.05, rng.lognormal(4, 1, n), 0.0)


def test_a_few_wholesale_orders_are_found() -> None:
    rng = np.random.default_rng(1)
    control, treatment = baskets(rng, 5_000), baskets(rng, 5_000)
    assert not list(spread(revenue_metric(), [question(control, treatment)]))
    treatment[:3] = 50_000.0
    (check,) = spread(revenue_metric(), [question(control, treatment)])
    assert check.code == "UP627"
    assert dict(check.facts)["arm"] == "treatment"


def test_a_treatment_that_doubles_every_basket_is_no_unlike_spread() -> None:
    rng = np.random.default_rng(2)
    rows = baskets(rng, 5_000)
    assert not list(spread(revenue_metric(), [question(rows, 2 * rows)]))


@pytest.mark.slow
def test_clean_experiments_raise_neither_spread_nor_imbalance() -> None:
    """At 0.001 a check raises 0.4 in 400 clean runs on average; more than three have a chance below 0.1%."""
    rng = np.random.default_rng(3)
    raised = {"UP627": 0, "UP628": 0}
    for _ in range(CLEAN_RUNS):
        rows = np.column_stack([baskets(rng, 1_100), rng.gamma(0.5, 40, 1_100)])
        asked = question(rows[:100], rows[100:], "past")
        for check in (*spread(revenue_metric(), [asked]), *before([asked])):
            raised[check.code] += 1
    assert raised["UP627"] <= 3
    assert raised["UP628"] <= 3


@pytest.mark.parametrize("shift", [0.15, -0.15])
def test_arms_that_differed_before_are_found(shift: float) -> None:
    rng = np.random.default_rng(4)
    control, treatment = (np.column_stack([baskets(rng, 4_000), rng.normal(1, 1, 4_000)]) for _ in range(2))
    treatment[:, 1] += shift
    (check,) = before([question(control, treatment, "past")])
    assert check.code == "UP628"
    assert dict(check.facts)["arm"] == ("treatment" if shift > 0 else "control")
    assert ALPHA == 0.001


SEGMENTED = EXPERIMENT + "segments: [country]\n"


@pytest.mark.slow
def test_a_filter_that_acts_on_one_segment_of_one_arm_is_found(tmp_path: Path) -> None:
    """Observed arms: half of the treated contacts of one country are missing, 5% of the arm, from the file."""
    clean = segmented(tmp_path / "clean", lost=0.0)
    assert "UP629" not in {c.code for c in clean}
    found = [c for c in segmented(tmp_path / "lost", lost=0.5) if c.code == "UP629"]
    assert [dict(c.facts)["value"] for c in found] == ["CH"]
    assert {c.status for c in found} == {"warn"}


def segmented(root: Path, *, lost: float) -> tuple[Check, ...]:
    observed = (
        SEGMENTED.replace("control: {weight: 50%, control: true}", "control: {weight: 50%, control: true, observed: C}")
        .replace("treatment: {weight: 50%}", "treatment: {weight: 50%, observed: T}")
        .replace("unit: {id: customer_id, type: integer}", "unit: {id: customer_id, type: integer}")
        + "assignment: {method: observed, column: arm}\n"
    )
    (root / "experiments").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "experiments" / "project.yml").write_text(PROJECT, encoding="utf-8")
    (root / "experiments" / "sale.yml").write_text(observed, encoding="utf-8")
    rng = np.random.default_rng(6)
    contacts, orders = ["customer_id,arm,country"], ["customer_id,ordered_at,net_amount"]
    for unit in range(1, 6_001):
        arm, country = rng.choice(["C", "T"]), rng.choice(["AT", "CH", "DE"], p=[0.2, 0.1, 0.7])
        buys = rng.random() < 0.1
        if arm == "T" and country == "CH" and rng.random() < lost:
            continue
        contacts.append(f"{unit},{arm},{country}")
        if buys:
            orders.append(f"{unit},2026-03-05 10:00:00,20.00")
    (root / "data" / "contacts.csv").write_text("\n".join(contacts) + "\n", encoding="utf-8")
    (root / "data" / "orders.csv").write_text("\n".join(orders) + "\n", encoding="utf-8")
    return analyze(root / "experiments" / "sale.yml", as_of=AFTER).checks


def test_clean_data_through_the_whole_way_raise_no_warning(tmp_path: Path) -> None:
    drawn = draw(tmp_path)
    drawn.order([(unit, "2026-03-05 10:00:00", "20.00") for unit in drawn.arms if unit % 9 == 0])
    assert {c.status for c in analyze(drawn.study, as_of=AFTER).checks} == {"ok"}


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        ("UP626", {"days": 7, "most": "treatment", "share": 0.44, "least_share": 0.3}),
        ("UP627", {"metric": "revenue", "arm": "treatment", "ratio": 3.2}),
        ("UP628", {"covariate": "revenue_30d_before", "arm": "control", "z": -4.0}),
        ("UP629", {"segment": "country", "value": "CH", "p": 1e-6, "observed control": 300, "observed treatment": 150}),
        ("UP643", {"reached": 7, "total": 1_900}),
    ],
)
def test_each_has_a_sentence_a_reason_and_a_remedy_in_both_languages(
    code: str, facts: Mapping[str, str | int | float | None]
) -> None:
    for language in ("de", "en"):
        text = sentence(code, facts, language)
        assert text.endswith(".")
        assert code not in text
    assert CODES[code].why_de
    assert CODES[code].fix_en
