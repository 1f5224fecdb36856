"""Who was reached, and who met a trigger, where households were randomised: their totals decide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from tests.analysis.projects import AFTER, PROJECT
from tests.analysis.test_households import HOUSEHOLDS, Shop, shop
from uplift.analysis import analyze
from uplift.results import Result
from uplift.spec import load_study
from uplift.stats.complier_clusters import complier_effect_of_clusters, diluted_effect_of_clusters
from uplift.stats.decision import Level
from uplift.stats.moments import Moments

EVENTS = PROJECT.replace(
    "metrics:\n", "  log: {file: ../data/log.csv, grain: event, id: customer_id, time: at}\nmetrics:\n"
)
BOTH = HOUSEHOLDS + (
    "compliance: {received: {source: log, where: event = 'delivered'}}\n"
    "trigger: {source: log, where: event = 'checkout'}\n"
)


@dataclass(frozen=True, slots=True)
class Read:
    made: Shop
    reached: np.ndarray
    met: np.ndarray
    result: Result


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    root = tmp_path_factory.mktemp("parts")
    made = shop(root, households=900, lone=100)
    rng = np.random.default_rng(6)
    contacts = len(made.arm)
    reached, met = made.of("treatment") & (rng.random(contacts) < 0.6), rng.random(contacts) < 0.3
    lines = ["customer_id,at,event"]
    for flags, event in ((reached, "delivered"), (met, "checkout")):
        lines += [f"{i + 1},2026-03-04 10:00:00,{event}" for i in np.flatnonzero(flags)]
    (root / "data" / "log.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (root / "experiments" / "project.yml").write_text(EVENTS, encoding="utf-8")
    path = root / "experiments" / "sale.yml"
    path.write_text(BOTH, encoding="utf-8")
    return Read(made, reached, met, analyze(load_study(path), as_of=AFTER))


def joint(read: Read, y: np.ndarray, flags: np.ndarray, arm: str) -> Moments:
    """Totals per household: the metric of the flagged, contacts, the metric of the others, flagged."""
    own = read.made.of(arm)
    where = np.unique(read.made.household[own], return_inverse=True)[1]
    parts = (y * flags, np.ones(len(y)), y * ~flags, flags.astype(float))
    return Moments.from_rows(np.column_stack([np.bincount(where, part[own]) for part in parts]))


@pytest.mark.parametrize("name", ["buyers", "revenue"])
def test_both_effects_are_those_of_the_totals_of_households(read: Read, name: str) -> None:
    y = read.made.buyer if name == "buyers" else read.made.revenue
    metric = next(m for m in read.result.metrics if m.name == name)
    level = Level(0.05)
    (reached,), (triggered,) = metric.reached, metric.triggered
    asked = [joint(read, y, read.reached, arm) for arm in ("control", "treatment")]
    wanted = complier_effect_of_clusters(*asked, level=level, direction=metric.uplifts[0].direction)
    assert reached.share == pytest.approx(read.reached[read.made.of("treatment")].mean())
    assert (reached.absolute, reached.relative) == pytest.approx((wanted.absolute, wanted.relative), rel=1e-9)
    assert reached.absolute_interval is not None
    assert wanted.absolute_interval is not None
    assert reached.absolute_interval.low == pytest.approx(wanted.absolute_interval.low, rel=1e-9)
    told = diluted_effect_of_clusters(*(joint(read, y, read.met, arm) for arm in ("control", "treatment")), level=level)
    assert (triggered.absolute, triggered.relative) == pytest.approx((told.absolute, told.relative), rel=1e-9)
    assert triggered.control_n == (read.met & read.made.of("control")).sum()
    assert triggered.relative_interval is not None
    assert told.relative_interval is not None
    assert triggered.relative_interval.high == pytest.approx(told.relative_interval.high, rel=1e-9)


def test_nothing_is_left_unread(read: Read) -> None:
    assert read.result.not_evaluated == ()
    assert {c.status for c in read.result.checks if c.code == "UP619"} == {"ok"}
    assert "UP643" not in {c.code for c in read.result.checks}
