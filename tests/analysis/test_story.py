"""From rows to a decision: windows, maturity, several arms, guardrails, and when no verdict may be given."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from tests.analysis.projects import AFTER, EXPERIMENT, PROJECT, START, Drawn, Order, draw
from uplift.analysis import analyze
from uplift.errors import SpecError, StateError
from uplift.results import Result
from uplift.results.json_form import to_json
from uplift.spec import load_study

THREE = EXPERIMENT.replace(
    "  control: {weight: 50%, control: true}\n  treatment: {weight: 50%}\n",
    "  control: {weight: 1/3, control: true}\n  mail: {weight: 1/3}\n  letter: {weight: 1/3}\n",
)
GUARDED = EXPERIMENT.replace(
    "  secondary:", "  guardrails: [{metric: complaints, window: 14d, margin: 2pp}]\n  secondary:"
)


def orders_of(drawn: Drawn, arm: str, buyers: int, *, amount: str = "20.00", day: int = 3) -> list[Order]:
    return [(unit, f"2026-03-{1 + day:02d} 10:00:00", amount) for unit in drawn.members(arm)[:buyers]]


def bought(drawn: Drawn, **buyers: int) -> Result:
    drawn.order([order for arm, n in buyers.items() for order in orders_of(drawn, arm, n)])
    return analyze(drawn.study, as_of=AFTER)


def test_every_number_of_the_primary_metric_can_be_counted_by_hand(tmp_path: Path) -> None:
    drawn = draw(tmp_path)
    result = bought(drawn, control=100, treatment=160)
    uplift = result.primary.uplift("treatment")
    n_c, n_t = len(drawn.members("control")), len(drawn.members("treatment"))
    assert (uplift.control.n, uplift.treatment.n) == (n_c, n_t)
    assert uplift.relative == pytest.approx((160 / n_t) / (100 / n_c) - 1, rel=1e-14)
    pooled = 260 / (n_c + n_t)
    z = (160 / n_t - 100 / n_c) / np.sqrt(pooled * (1 - pooled) * (1 / n_c + 1 / n_t))
    corrected = z * np.sqrt((n_c + n_t - 1) / (n_c + n_t))
    assert uplift.p_value == pytest.approx(2 * stats.norm.sf(corrected), rel=1e-9)
    assert result.recommendation.action == "ship"
    assert result.primary.increments[0].value == pytest.approx((160 / n_t - 100 / n_c) * n_t)


def test_the_same_question_gives_the_same_bytes(tmp_path: Path) -> None:
    drawn = draw(tmp_path)
    assert to_json(bought(drawn, control=100, treatment=160)) == to_json(analyze(drawn.study, as_of=AFTER))


def test_orders_outside_the_window_do_not_count(tmp_path: Path) -> None:
    drawn = draw(tmp_path)
    unit = drawn.members("treatment")
    inside = orders_of(drawn, "treatment", 100) + orders_of(drawn, "control", 100)
    outside = [
        (unit[200], "2026-03-01 23:59:59", "20.00"),  # the evening before
        (unit[201], "2026-03-16 00:00:00", "20.00"),  # the day after the fourteenth
        (999_999, "2026-03-05 10:00:00", "20.00"),  # nobody who was assigned
    ]
    edges = [(unit[202], "2026-03-02 00:00:00", "20.00"), (unit[203], "2026-03-15 23:59:59", "20.00")]
    drawn.order(inside + outside + edges)
    assert analyze(drawn.study, as_of=AFTER).primary.uplift("treatment").treatment.nonzero == 102


def test_before_the_window_is_over_nobody_is_counted_and_nothing_is_decided(tmp_path: Path) -> None:
    drawn = draw(tmp_path)
    drawn.order(orders_of(drawn, "treatment", 160))
    early = analyze(drawn.study, as_of=START + datetime.timedelta(days=13))
    assert dict(early.primary.immature) == {arm: len(drawn.members(arm)) for arm in ("control", "treatment")}
    uplift = early.primary.uplift("treatment")
    assert uplift.relative is None
    assert uplift.relative_interval is None
    assert uplift.p_value is None
    assert uplift.direction == "refused"
    assert early.recommendation.action == "none"
    due = analyze(drawn.study, as_of=START + datetime.timedelta(days=14))
    assert sum(n for _, n in due.primary.immature) == 0


def test_a_failed_split_takes_every_verdict_away_and_leaves_the_numbers(tmp_path: Path) -> None:
    drawn = draw(tmp_path)
    path = drawn.study.document.path
    path.write_text(path.read_text().replace("50%, control", "60%, control").replace("50%}", "40%}"), encoding="utf-8")
    drawn.order(orders_of(drawn, "control", 100) + orders_of(drawn, "treatment", 200))
    result = analyze(load_study(path), as_of=AFTER)
    assert [c.status for c in result.checks if c.code == "UP601"] == ["fail"]
    assert not result.trusted
    for metric in result.metrics:
        for uplift in metric.uplifts:
            assert (uplift.direction, uplift.refusal) == ("refused", "UP601")
            assert uplift.relative is not None
    assert result.recommendation.action == "none"


def test_few_control_buyers_get_no_verdict(tmp_path: Path) -> None:
    result = bought(draw(tmp_path), control=5, treatment=60)
    revenue = next(m for m in result.metrics if m.name == "revenue").uplift("treatment")
    assert (revenue.direction, revenue.refusal) == ("refused", "UP604")
    assert {c.code for c in result.checks} >= {"UP604"}


def test_without_any_order_there_is_no_number_and_no_zero(tmp_path: Path) -> None:
    result = bought(draw(tmp_path))
    for metric in result.metrics:
        uplift = metric.uplift("treatment")
        assert uplift.relative is None, metric.name
        assert uplift.relative_interval is None, metric.name
        assert uplift.direction == "refused", metric.name


def test_a_breached_guardrail_never_ships(tmp_path: Path) -> None:
    drawn = draw(tmp_path, experiment=GUARDED)
    complaints = orders_of(drawn, "treatment", 200, amount="0.50", day=4) + orders_of(
        drawn, "control", 40, amount="0.50"
    )
    drawn.order(orders_of(drawn, "control", 100) + orders_of(drawn, "treatment", 400) + complaints)
    result = analyze(drawn.study, as_of=AFTER)
    guardrail = next(m for m in result.metrics if m.role == "guardrail")
    assert dict(guardrail.guardrails)["treatment"].status == "breached"
    assert result.primary.uplift("treatment").direction == "up"
    assert result.recommendation.action == "stop"


def test_a_guardrail_is_ok_only_when_harm_beyond_the_margin_is_excluded(tmp_path: Path) -> None:
    drawn = draw(tmp_path, experiment=GUARDED)
    complaints = [
        order for arm in ("control", "treatment") for order in orders_of(drawn, arm, 30, amount="0.50", day=4)
    ]
    drawn.order(orders_of(drawn, "control", 100) + orders_of(drawn, "treatment", 160) + complaints)
    result = analyze(drawn.study, as_of=AFTER)
    guardrail = next(m for m in result.metrics if m.role == "guardrail")
    interval = guardrail.uplift("treatment").absolute_interval
    assert interval is not None
    assert interval.high is not None
    assert interval.high < 0.02
    assert dict(guardrail.guardrails)["treatment"].status == "ok"
    assert result.recommendation.action == "ship"


def test_with_several_arms_holm_decides_and_interval_and_p_agree(tmp_path: Path) -> None:
    result = bought(draw(tmp_path, contacts=6_000, experiment=THREE), control=100, mail=140, letter=127)
    mail, letter = (result.primary.uplift(arm) for arm in ("mail", "letter"))
    assert mail.p_value is not None
    assert letter.p_value is not None
    assert mail.p_adjusted == pytest.approx(2 * mail.p_value)
    assert mail.confidence == pytest.approx(0.975)
    for uplift in (mail, letter):
        assert uplift.relative_interval is not None
        assert uplift.relative_interval.excludes(0) == (uplift.p_adjusted < 0.05) == (uplift.direction != "open")


def test_dunnett_gives_all_arms_one_level(tmp_path: Path) -> None:
    experiment = THREE + "design: {correction: dunnett}\n"
    result = bought(draw(tmp_path, contacts=6_000, experiment=experiment), control=100, mail=140, letter=127)
    levels = {u.confidence for u in result.primary.uplifts}
    assert len(levels) == 1
    assert 0.97 < levels.pop() < 0.975  # between Bonferroni's 0.975 and no correction


def test_a_conditional_primary_metric_ships_nothing(tmp_path: Path) -> None:
    drawn = draw(tmp_path)
    path = drawn.study.document.path
    path.write_text(
        path.read_text()
        .replace("metric: buyers", "metric: basket", 1)
        .replace("{metric: basket, window: 14d}]", "{metric: buyers, window: 14d}]"),
        encoding="utf-8",
    )
    rng = np.random.default_rng(1)
    cheap, dear = rng.integers(1_000, 3_000, 300), rng.integers(3_000, 6_000, 300)
    drawn.order(
        [(u, "2026-03-04 10:00:00", f"{c / 100:.2f}") for u, c in zip(drawn.members("control"), cheap, strict=False)]
        + [(u, "2026-03-04 10:00:00", f"{c / 100:.2f}") for u, c in zip(drawn.members("treatment"), dear, strict=False)]
    )
    result = analyze(load_study(path), as_of=AFTER)
    assert result.primary.uplift("treatment").direction == "up"
    assert result.recommendation.action == "wait"
    assert "conditional" in result.recommendation.reasons


def test_an_experiment_without_assignments_says_what_to_run_first(tmp_path: Path) -> None:
    drawn = draw(tmp_path)
    other = drawn.study.document.path.with_name("other.yml")
    other.write_text(EXPERIMENT.replace("id: sale", "id: other"), encoding="utf-8")
    with pytest.raises(StateError, match="uplift assign other"):
        analyze(other, as_of=AFTER)


QUANTILE = PROJECT + "  p90: {kind: quantile, source: orders, value: net_amount, quantile: 90%}\n"


def test_a_quantile_is_measured_and_can_decide(tmp_path: Path) -> None:
    drawn = draw(tmp_path, project=QUANTILE, experiment=EXPERIMENT.replace("{metric: buyers", "{metric: p90"))
    rng = np.random.default_rng(8)
    paid = {unit: float(rng.integers(100, 20_000)) / 100 for unit in drawn.arms if rng.random() < 0.4}
    lift = {unit: v * (1.3 if drawn.arms[unit] == "treatment" else 1.0) for unit, v in paid.items()}
    drawn.order([(unit, "2026-03-05 10:00:00", f"{v:.2f}") for unit, v in lift.items()])
    found = analyze(drawn.study, as_of=AFTER).primary
    for arm, shown in (("control", found.uplifts[0].control), ("treatment", found.uplifts[0].treatment)):
        values = np.array([round(lift.get(unit, 0.0), 2) for unit in drawn.members(arm)])
        assert shown.n == len(values)
        assert shown.value == np.quantile(values, 0.9, method="inverted_cdf")
    assert found.uplifts[0].direction == "up"
    assert found.course == ()
    assert found.segments == ()


def test_no_look_is_planned_at_a_quantile(tmp_path: Path) -> None:
    waves = EXPERIMENT.replace(
        "expected_size: 4_000", "entry: waves, waves: {count: 4, every: 2w}, expected_size: 4_000"
    )
    looks = waves.replace("{metric: buyers", "{metric: p90") + "design: {sequential: {looks: [wave 2, wave 3]}}\n"
    drawn = draw(tmp_path, project=QUANTILE, experiment=looks)
    with pytest.raises(SpecError, match="UP634"):
        analyze(drawn.study, as_of=AFTER)
