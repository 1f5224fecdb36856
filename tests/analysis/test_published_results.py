"""The three published results through the ordinary pipeline: export → ledger → windows → one scan → interval."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tests.demo.published import AUDIENCES, Delta, arms, delta_of_means, delta_of_ratios, printed, tables
from uplift.analysis import analyze
from uplift.assignment import assign
from uplift.demo import DEMO_EXPERIMENTS, at_its_start, prepare
from uplift.results import MetricResult, Result
from uplift.results.forms import text
from uplift.spec import load_study
from uplift.store import Store
from uplift.words.values import with_half_width

CHURN, REPEAT = DEMO_EXPERIMENTS
CLOSED_ON = datetime.date(2026, 9, 30)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo project in which both tests are assigned."""
    demo = prepare(tmp_path_factory.mktemp("demo"))
    for path in demo.experiments:
        study = load_study(path)
        with Store.open(study.root / study.project.state) as store:
            assign(at_its_start(study), on=study.experiment.schedule.start, store=store)
    return demo.folder


@pytest.fixture(scope="module")
def results(folder: Path) -> dict[str, Result]:
    return {name: analyze(folder / "experiments" / f"{name}.yml", as_of=CLOSED_ON) for name in DEMO_EXPERIMENTS}


@pytest.fixture(scope="module")
def expected(folder: Path) -> dict[tuple[str, str], Delta]:
    """Experiment, metric → what duckdb, hashlib, numpy and scipy say without the package."""
    found = {}
    with tables(folder / "data") as con:
        for name in AUDIENCES:
            by_arm = arms(con, name)
            t, c = by_arm["treatment"], by_arm["control"]
            found[name, "repeat_purchase"] = delta_of_means(t.orders, c.orders)
            found[name, "revenue_per_contact"] = delta_of_means(t.revenue, c.revenue)
            found[name, "average_order_value"] = delta_of_ratios(t.revenue, t.orders, c.revenue, c.orders)
            found[name, "unsubscribe_rate"] = delta_of_means(t.unsubscribed, c.unsubscribed)
    return found


def metric_of(result: Result, name: str) -> MetricResult:
    return next(metric for metric in result.metrics if metric.name == name)


def found_in(result: Result, name: str) -> Delta:
    uplift = metric_of(result, name).uplift("treatment")
    assert uplift.method == "delta"
    assert uplift.relative is not None
    assert uplift.relative_interval is not None
    assert uplift.relative_interval.half_width is not None
    return Delta(uplift.relative, uplift.relative_interval.half_width)


def test_the_arms_are_those_of_the_published_designs(results: dict[str, Result]) -> None:
    counts = {name: {arm.arm: arm.assigned for arm in result.arms} for name, result in results.items()}
    assert counts == {
        CHURN: {"control": 11_250, "treatment": 45_000},
        REPEAT: {"control": 6_588, "treatment": 26_350},
    }


@pytest.mark.parametrize(
    ("experiment", "metric", "line"),
    [
        (CHURN, "repeat_purchase", "24,9 % (±11,0 %)"),
        (CHURN, "average_order_value", "9,20 % (±7,22 %)"),
        (REPEAT, "average_order_value", "9,41 % (±7,62 %)"),
        (CHURN, "revenue_per_contact", "36,4 % (±15,0 %)"),
    ],
)
def test_the_published_lines_come_out_of_the_pipeline(
    experiment: str, metric: str, line: str, results: dict[str, Result]
) -> None:
    found = found_in(results[experiment], metric)
    assert printed(found) == line
    bounds = metric_of(results[experiment], metric).uplift("treatment").relative_interval
    assert bounds is not None
    ours = with_half_width(found.relative, bounds.low, bounds.high, "de")
    assert ours == line.replace(" %", "\u00a0%")


@pytest.mark.parametrize("experiment", DEMO_EXPERIMENTS)
@pytest.mark.parametrize(
    "metric", ["repeat_purchase", "revenue_per_contact", "average_order_value", "unsubscribe_rate"]
)
def test_every_interval_is_that_of_an_independent_computation(
    experiment: str, metric: str, results: dict[str, Result], expected: dict[tuple[str, str], Delta]
) -> None:
    ours, theirs = found_in(results[experiment], metric), expected[experiment, metric]
    assert ours.relative == pytest.approx(theirs.relative, rel=1e-12, abs=1e-14)
    assert ours.half_width == pytest.approx(theirs.half_width, rel=1e-9)


@pytest.mark.parametrize("experiment", DEMO_EXPERIMENTS)
def test_both_results_can_be_trusted_and_are_complete(experiment: str, results: dict[str, Result]) -> None:
    result = results[experiment]
    assert result.trusted
    assert result.primary.uplift("treatment").direction == "up"
    assert result.primary.immature == (("control", 0), ("treatment", 0))
    assert [status.status for metric in result.metrics for _, status in metric.guardrails] == ["ok"]


def test_more_buyers_are_rolled_out_and_larger_orders_alone_are_not(results: dict[str, Result]) -> None:
    assert results[CHURN].recommendation.action == "ship"
    assert metric_of(results[REPEAT], "revenue_per_contact").uplift("treatment").direction == "open"
    assert results[REPEAT].recommendation.action == "wait"


def test_the_second_test_shows_no_effect_on_conversions_whatever_its_caption_says(results: dict[str, Result]) -> None:
    uplift = metric_of(results[REPEAT], "repeat_purchase").uplift("treatment")
    assert uplift.direction == "open"
    assert uplift.relative == pytest.approx(0.0, abs=1e-4)


def test_the_table_of_the_readme_is_what_comes_out(results: dict[str, Result], root: Path) -> None:
    first, *rest = text(results[CHURN], "en").splitlines()
    assert first.startswith("brandalley-churn-v3 · as of")
    assert "\n".join(rest).replace("\u00a0", " ") in (root / "README.md").read_text(encoding="utf-8")
