"""Which estimator a design gets: strata and weight epochs are compared within themselves."""

from __future__ import annotations

from fractions import Fraction

import pytest

from uplift.analysis.comparison import Question, Terms, answer, strata_of
from uplift.engine import Cell, MetricSums
from uplift.results import Uplift
from uplift.stats.effects import compare
from uplift.stats.moments import Sums

TERMS = Terms("auto", 0.05, 2, "none", {"control": Fraction(1, 10), "treatment": Fraction(9, 10)})


def buyers(bought: int, contacts: int) -> Sums:
    return Sums(("y",), contacts, {(k,): bought for k in range(1, 5)}, (0,), (0,), bought)


def measured(*cells: Cell) -> MetricSums:
    return MetricSums("buyers", "buyers", "proportion", 30, cells, {}, {}, {}, False, 0)


def asked(*cells: Cell) -> Uplift:
    strata = strata_of(measured(*cells), control="control", treatment="treatment")
    return answer(Question("buyers", "proportion", "up", "control", "treatment", strata), TERMS, 0.05)


def test_one_stratum_is_the_plain_comparison() -> None:
    c, t = buyers(100, 1_000), buyers(1_100, 9_000)
    plain = compare("buyers", "proportion", control=c.moments(), treatment=t.moments(), design_ratio=9.0)
    assert asked(Cell("control", 1, None, c), Cell("treatment", 1, None, t)) == plain


def test_weights_that_changed_on_the_way_leave_no_effect_where_there_is_none() -> None:
    """10 % control at a base rate of 8 %, then 50 % control at 12 %: pooled, no effect at all looks like −17 %."""
    cells = (
        Cell("control", 1, None, buyers(240, 3_000)),
        Cell("treatment", 1, None, buyers(2_160, 27_000)),
        Cell("control", 2, None, buyers(1_800, 15_000)),
        Cell("treatment", 2, None, buyers(1_800, 15_000)),
    )
    pooled = compare(
        "buyers",
        "proportion",
        control=(cells[0].sums + cells[2].sums).moments(),
        treatment=(cells[1].sums + cells[3].sums).moments(),
    )
    assert pooled.relative is not None
    assert pooled.relative < -0.1
    assert pooled.direction == "down"
    within = asked(*cells)
    assert within.relative == pytest.approx(0.0, abs=1e-12)
    assert within.direction == "open"


def test_a_stratum_without_control_contacts_is_merged_before_anybody_looks_at_outcomes() -> None:
    cells = (
        Cell("treatment", 1, "LI", buyers(0, 3)),
        Cell("control", 1, "AT", buyers(10, 100)),
        Cell("treatment", 1, "AT", buyers(90, 900)),
        Cell("control", 1, "DE", buyers(50, 500)),
        Cell("treatment", 1, "DE", buyers(450, 4_500)),
    )
    strata = strata_of(measured(*cells), control="control", treatment="treatment")
    assert sorted((c.n, t.n) for c, t in strata) == [(100, 903), (500, 4_500)]


def test_an_epoch_without_a_control_group_is_left_out() -> None:
    cells = (
        Cell("control", 1, None, buyers(50, 500)),
        Cell("treatment", 1, None, buyers(450, 4_500)),
        Cell("treatment", 2, None, buyers(900, 1_000)),
    )
    assert asked(*cells).relative == pytest.approx(0.0, abs=1e-12)


def test_an_arm_without_anybody_gives_no_number() -> None:
    uplift = asked(Cell("control", 1, None, buyers(50, 500)))
    assert uplift.control.n == 500
    assert (uplift.relative, uplift.p_value, uplift.direction) == (None, None, "refused")


def test_nobody_at_all_gives_no_number() -> None:
    uplift = asked()
    assert (uplift.control.value, uplift.relative, uplift.direction) == (None, None, "refused")
