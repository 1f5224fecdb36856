"""Secondary metrics prove something together only behind a proven primary metric, and then by Holm over all of them."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

from tests.report import report_cases as cases
from uplift.analysis.comparison import Terms
from uplift.analysis.hierarchy import with_hierarchy
from uplift.report.scorecard import scorecard
from uplift.report.voice import Voice
from uplift.results import Direction, MetricResult

TERMS = Terms("auto", 0.05, 2, "holm", {"control": Fraction(1, 2), "treatment": Fraction(1, 2)})


def metric(role: str, p_value: float | None, direction: Direction, name: str) -> MetricResult:
    base = cases.clear_win().primary
    uplift = dataclasses.replace(base.uplifts[0], p_value=p_value, direction=direction)
    return dataclasses.replace(base, name=name, title=name, role=role, uplifts=(uplift,))  # type: ignore[arg-type]


def read(primary: Direction, *secondary: tuple[float | None, Direction]) -> list[tuple[str, ...] | None]:
    metrics = [metric("primary", 0.01, primary, "p")]
    metrics += [metric("secondary", p, direction, f"s{i}") for i, (p, direction) in enumerate(secondary)]
    return [m.confirmed for m in with_hierarchy([*metrics, metric("guardrail", 0.5, "open", "g")], TERMS)]


def test_behind_a_proven_primary_metric_holm_runs_over_all_secondary_ones() -> None:
    found = read("up", (0.001, "up"), (0.03, "up"), (None, "refused"))
    assert found == [None, ("treatment",), (), (), None]  # 0.03 is not below 0.05 / 2


def test_without_a_proven_primary_metric_nothing_is_proven_together() -> None:
    assert read("open", (0.001, "up"), (0.002, "up")) == [None, (), (), None]


def test_at_a_look_nothing_is_said() -> None:
    metrics = [metric("primary", 0.01, "up", "p"), metric("secondary", 0.001, "up", "s")]
    looked = with_hierarchy(metrics, dataclasses.replace(TERMS, levels={"treatment": 0.01}))
    assert [m.confirmed for m in looked] == [None, None]


def test_the_report_says_which_of_them_stand_by_themselves_only() -> None:
    base = cases.clear_win()
    metrics = [
        metric("primary", 0.01, "up", "p"),
        metric("secondary", 0.001, "up", "s"),
        metric("secondary", 0.04, "up", "t"),
    ]
    result = dataclasses.replace(base, metrics=with_hierarchy(metrics, TERMS))
    result = dataclasses.replace(
        result, metrics=(*result.metrics[:2], dataclasses.replace(result.metrics[2], confirmed=()))
    )
    rows = scorecard(Voice(result, "en")).rows
    assert "also together with all secondary metrics" in rows[1].notes
    assert "by itself only" in rows[2].notes
    assert not any("secondary" in note or "itself" in note for note in rows[0].notes)
