"""Every number in the appendix has the calibration of a design like its own."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from tests.report import report_cases as cases
from tests.report import rich_cases as rich
from tests.report.test_render import text_of
from uplift.report import render
from uplift.report.calibration import _bundled, nearest, summary_of
from uplift.results import Result, Uplift

TABLES = Path(__file__).resolve().parents[2] / "docs" / "calibration"


def test_the_short_form_is_that_of_the_tables() -> None:
    told = "run python -m uplift.report.calibration docs/calibration"
    assert [asdict(a) for a in _bundled()] == [asdict(b) for b in summary_of(TABLES)], told


def test_a_holdout_finds_holdouts_and_a_share_finds_shares() -> None:
    result = cases.clear_loss()
    revenue, shares = result.metrics
    found = nearest(result, shares, shares.uplifts[0])
    assert found is not None
    assert (found.section, found.what, found.method) == ("score", "share", "score")
    assert found.treatment / found.control == pytest.approx(4)
    money = nearest(result, revenue, revenue.uplifts[0])
    assert money is not None
    assert money.what == "revenue"


def test_every_row_is_a_coverage_and_its_two_misses() -> None:
    for row in _bundled():
        assert row.coverage + row.above + row.below == pytest.approx(1, abs=0.002)


def test_adjusted_comparisons_read_the_row_of_their_estimator() -> None:
    result = rich.everything()
    base = result.primary
    log = base.alternatives[0]
    found = nearest(result, base, log)
    assert found is not None
    assert (log.method, found.section) == ("log", "cuped")


@pytest.mark.parametrize(
    ("make", "shown"), [(cases.clear_loss, True), (cases.srm_failed, False), (cases.zero_conversions, False)]
)
def test_what_has_no_verdict_has_no_calibration(make: object, shown: bool) -> None:
    assert ("Wie oft solche Intervalle stimmen" in text_of(render(make(), language="de"))) is shown  # type: ignore[operator]


def test_a_method_that_nobody_calibrated_stays_without_a_row() -> None:
    result: Result = cases.undefined_uplift()
    uplift: Uplift = result.primary.uplifts[0]
    assert nearest(result, result.primary, uplift) is None
