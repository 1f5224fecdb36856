"""Who was reached: the effect on them equals two-stage least squares on the contacts; a reached control is said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.analysis.projects import AFTER, EXPERIMENT, PROJECT, Drawn, draw
from uplift.analysis import analyze
from uplift.results import Reached, Result
from uplift.results.json_form import from_json, to_json
from uplift.words.codes import CODES

WITH_MAILS = PROJECT.replace(
    "metrics:\n", "  mails: {file: ../data/mails.csv, grain: event, id: customer_id, time: sent_at}\nmetrics:\n"
)
COMPLIANCE = "compliance: {received: {source: mails, where: event = 'delivered'}}\n"


@dataclass(frozen=True, slots=True)
class Rows:
    """One row per contact: treatment, reached, revenue."""

    treated: np.ndarray
    reached: np.ndarray
    revenue: np.ndarray


def mailed(
    root: Path, *, experiment: str = EXPERIMENT + COMPLIANCE, control_mails: int = 0, early: float = 0.0
) -> tuple[Drawn, Rows]:
    drawn = draw(root, experiment=experiment, project=WITH_MAILS)
    rng = np.random.default_rng(8)
    mails, orders = ["customer_id,sent_at,event"], ["customer_id,ordered_at,net_amount"]
    rows = []
    for unit, arm in drawn.arms.items():
        treated, loyal = arm == "treatment", rng.random() < 0.5
        reached = treated and rng.random() < (0.8 if loyal else 0.5)
        if treated:
            mails.append(f"{unit},2026-03-03 08:00:00,{'delivered' if reached else 'bounced'}")
        if rng.random() < 0.3 or (treated and rng.random() < early):
            mails.append(f"{unit},2026-02-27 08:00:00,delivered")
        cents = 0
        if rng.random() < (0.3 if loyal else 0.1) + (0.1 if reached else 0.0):
            cents = int(rng.gamma(2.0, 1500)) + 100
            orders.append(f"{unit},2026-03-06 10:00:00,{cents / 100:.2f}")
        rows.append((treated, reached, cents / 100))
    for unit in drawn.members("control")[:control_mails]:
        mails.append(f"{unit},2026-03-04 08:00:00,delivered")
    (root / "data" / "mails.csv").write_text("\n".join(mails) + "\n", encoding="utf-8")
    (root / "data" / "orders.csv").write_text("\n".join(orders) + "\n", encoding="utf-8")
    t, r, y = (np.array(column) for column in zip(*rows, strict=True))
    return drawn, Rows(t, r, y.astype(float))


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Rows]:
    drawn, rows = mailed(tmp_path_factory.mktemp("reached"))
    return analyze(drawn.study, as_of=AFTER), rows


def reading(result: Result, name: str) -> Reached:
    (found,) = next(m for m in result.metrics if m.name == name).reached
    return found


@pytest.mark.parametrize("metric", ["buyers", "revenue"])
def test_the_effect_on_the_reached_is_the_effect_on_all_over_their_share(
    read: tuple[Result, Rows], metric: str
) -> None:
    """The Wald estimator, which is two-stage least squares with the arm as instrument."""
    result, rows = read
    found = reading(result, metric)
    y = rows.revenue if metric == "revenue" else (rows.revenue > 0).astype(float)
    share = rows.reached[rows.treated].mean()
    wald = (y[rows.treated].mean() - y[~rows.treated].mean()) / share
    unreached = (y * ~rows.reached)[rows.treated].mean()
    baseline = (y[~rows.treated].mean() - unreached) / share
    assert found.share == pytest.approx(share)
    assert found.absolute == pytest.approx(wald, rel=1e-9)
    assert found.baseline == pytest.approx(baseline, rel=1e-9)
    assert found.relative == pytest.approx(wald / baseline, rel=1e-9)
    assert found.absolute_interval is not None
    assert found.absolute_interval.low is not None
    assert found.absolute_interval.high is not None
    assert found.absolute_interval.low < wald < found.absolute_interval.high


def test_the_interval_agrees_with_two_stage_least_squares(read: tuple[Result, Rows]) -> None:
    from statsmodels.sandbox.regression.gmm import IV2SLS

    result, rows = read
    found = reading(result, "revenue")
    x = np.column_stack([np.ones(len(rows.revenue)), rows.reached])
    z = np.column_stack([np.ones(len(rows.revenue)), rows.treated])
    fit = IV2SLS(rows.revenue, x, z).fit()
    assert found.absolute == pytest.approx(fit.params[1], rel=1e-6)
    assert found.absolute_interval is not None
    assert found.absolute_interval.half_width == pytest.approx(1.96 * fit.bse[1], rel=0.05)


def test_it_does_not_contradict_the_verdict_over_everybody(read: tuple[Result, Rows]) -> None:
    result, _ = read
    for name in ("buyers", "revenue"):
        uplift = next(m for m in result.metrics if m.name == name).uplift("treatment")
        interval = reading(result, name).absolute_interval
        assert interval is not None
        assert interval.excludes(0) == (uplift.direction in ("up", "down"))
    assert next(m for m in result.metrics if m.name == "basket").reached == ()
    assert from_json(to_json(result)) == result
    assert "compliance" not in result.not_evaluated


@pytest.mark.slow
def test_a_control_that_was_reached_is_told_and_has_no_such_effect(tmp_path: Path) -> None:
    drawn, _ = mailed(tmp_path, control_mails=7)
    result = analyze(drawn.study, as_of=AFTER)
    (check,) = [c for c in result.checks if c.code == "UP643"]
    assert check.status == "warn"
    assert dict(check.facts)["reached"] == 7
    assert all(m.reached == () for m in result.metrics)
    assert result.primary.uplifts[0].direction != "refused"  # intention to treat stands


@pytest.mark.slow
def test_messages_from_before_the_assignment_in_one_arm_only_are_told(
    tmp_path: Path, read: tuple[Result, Rows]
) -> None:
    assert "UP626" not in {c.code for c in read[0].checks}  # other campaigns reach both arms alike
    drawn, _ = mailed(tmp_path, early=0.2)
    (check,) = [c for c in analyze(drawn.study, as_of=AFTER).checks if c.code == "UP626"]
    facts = dict(check.facts)
    assert facts["most"] == "treatment"
    assert check.status == "warn"
    assert CODES["UP626"].title_de


@pytest.mark.slow
def test_without_the_block_nothing_is_read(tmp_path: Path) -> None:
    drawn, _ = mailed(tmp_path, experiment=EXPERIMENT)
    result = analyze(drawn.study, as_of=AFTER)
    assert all(m.reached == () for m in result.metrics)
