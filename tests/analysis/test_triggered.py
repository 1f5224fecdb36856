"""The triggered analysis from files: the same effect on everybody with less noise; a trigger of one arm is refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.analysis.projects import AFTER, EXPERIMENT, PROJECT, Drawn, draw
from uplift.analysis import analyze
from uplift.results import Result, Triggered
from uplift.results.json_form import from_json, to_json
from uplift.stats.complier import diluted_effect
from uplift.stats.decision import Level
from uplift.stats.moments import Moments
from uplift.words.sentences.checks import found as sentence

WITH_PAGES = PROJECT.replace(
    "metrics:\n", "  pages: {file: ../data/pages.csv, grain: event, id: customer_id, time: seen_at}\nmetrics:\n"
)
TRIGGER = "trigger: {source: pages, where: page = 'checkout'}\n"


@dataclass(frozen=True, slots=True)
class Rows:
    """One row per contact: treatment, trigger met, revenue."""

    treated: np.ndarray
    met: np.ndarray
    revenue: np.ndarray


def shopped(root: Path, *, experiment: str = EXPERIMENT + TRIGGER, in_control: float = 0.3) -> tuple[Drawn, Rows]:
    """Three in ten contacts see the checkout, where the treatment changes something; all others buy as they do."""
    drawn = draw(root, experiment=experiment, project=WITH_PAGES)
    rng = np.random.default_rng(4)
    pages, orders, rows = ["customer_id,seen_at,page"], ["customer_id,ordered_at,net_amount"], []
    for unit, arm in drawn.arms.items():
        treated = arm == "treatment"
        met = rng.random() < (0.3 if treated else in_control)
        if met:
            pages.append(f"{unit},2026-03-04 09:00:00,checkout")
        if rng.random() < 0.5:
            pages.append(f"{unit},2026-03-04 08:00:00,home")
        cents = 0
        if rng.random() < 0.15 + (0.1 if met and treated else 0.0):
            cents = int(rng.gamma(2.0, 1500)) + 100
            orders.append(f"{unit},2026-03-06 10:00:00,{cents / 100:.2f}")
        rows.append((treated, met, cents / 100))
    (root / "data" / "pages.csv").write_text("\n".join(pages) + "\n", encoding="utf-8")
    (root / "data" / "orders.csv").write_text("\n".join(orders) + "\n", encoding="utf-8")
    t, m, y = (np.array(column) for column in zip(*rows, strict=True))
    return drawn, Rows(t, m, y.astype(float))


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Rows]:
    drawn, rows = shopped(tmp_path_factory.mktemp("triggered"))
    return analyze(drawn.study, as_of=AFTER), rows


def reading(result: Result, name: str) -> Triggered:
    (found,) = next(m for m in result.metrics if m.name == name).triggered
    return found


@pytest.mark.parametrize("metric", ["buyers", "revenue"])
def test_it_is_the_diluted_effect_of_the_contacts_who_met_the_trigger(read: tuple[Result, Rows], metric: str) -> None:
    result, rows = read
    found = reading(result, metric)
    y = rows.revenue if metric == "revenue" else (rows.revenue > 0).astype(float)
    groups = [y[rows.met & ~rows.treated], y[rows.met & rows.treated], y[~rows.met]]
    control, treatment, others = (Moments.from_rows(group) for group in groups)
    wanted = diluted_effect(control, treatment, others, level=Level(0.05))
    assert (found.control_n, found.treatment_n) == (control.n, treatment.n)
    assert found.share == pytest.approx(rows.met.mean())
    assert (found.absolute, found.relative) == pytest.approx((wanted.absolute, wanted.relative), rel=1e-9)
    for own, other in (
        (found.absolute_interval, wanted.absolute_interval),
        (found.relative_interval, wanted.relative_interval),
    ):
        assert own is not None
        assert other is not None
        assert (own.low, own.high) == pytest.approx((other.low, other.high), rel=1e-9)


def test_it_speaks_of_everybody_and_is_sharper_than_the_uplift_as_assigned(read: tuple[Result, Rows]) -> None:
    result, _ = read
    for name in ("buyers", "revenue"):
        uplift, found = next(m for m in result.metrics if m.name == name).uplift("treatment"), reading(result, name)
        assert uplift.absolute_interval is not None
        assert found.absolute_interval is not None
        assert not uplift.absolute_interval.excludes(found.absolute or 0.0)
        assert found.absolute_interval.half_width < 0.8 * (uplift.absolute_interval.half_width or 0)
    assert next(m for m in result.metrics if m.name == "basket").triggered == ()
    assert from_json(to_json(result)) == result
    (check,) = [c for c in result.checks if c.code == "UP619"]
    assert check.status == "ok"


def test_openers_against_all_of_control_stay_refused(tmp_path: Path) -> None:
    """Only the treatment logs the trigger, as openers of its mail would be: nothing is read, and it is said why."""
    drawn, _ = shopped(tmp_path, in_control=0.0)
    result = analyze(drawn.study, as_of=AFTER)
    (check,) = [c for c in result.checks if c.code == "UP619"]
    assert check.status == "warn"
    assert all(m.triggered == () for m in result.metrics)
    assert result.primary.uplifts[0].direction != "refused"  # intention to treat stands
    for language, told in (("de", "nicht gleich oft"), ("en", "not meet the trigger equally often")):
        assert told in sentence("UP619", dict(check.facts), language)


@pytest.mark.slow
def test_a_trigger_that_the_treatment_changes_is_refused(tmp_path: Path) -> None:
    drawn, _ = shopped(tmp_path, in_control=0.22)
    result = analyze(drawn.study, as_of=AFTER)
    assert {c.status for c in result.checks if c.code == "UP619"} == {"warn"}
    assert all(m.triggered == () for m in result.metrics)
