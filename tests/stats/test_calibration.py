"""The committed calibration tables are what the code does today."""

from __future__ import annotations

import math
from functools import cache
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.calibration import looks
from benchmarks.calibration.beside import mean_values, others, ratio_values
from benchmarks.calibration.draws import households, per_group, shopping, summed
from benchmarks.calibration.pages import FOLDER, PAGES, committed, page_named
from benchmarks.calibration.rows import CoverageRow, LooksRow, Row, generator
from uplift.results import Method
from uplift.stats.effects import compare
from uplift.stats.moments import Moments
from uplift.stats.sequential import Look, read_looks
from uplift.stats.spending import spending_function
from uplift.words.sentences import methods

SIMULATED = [page.name for page in PAGES if page.name != "proportions"]
# Another stream than the tables', so that agreement is news; fixed, so that a failure is a change of the code.
SEED, REPLICATIONS = 7, 1_500
REDRAWN = [
    ("means", "log revenue per contact 50/50 3% σ0.75 150 buyers +0%"),
    ("means", "log order value 50/50 8% σ1 150 buyers +0%"),
    ("means", "hall revenue per contact 10/90 3% σ0.75 150 buyers +20%"),
    ("means", "hall order value 20/80 3% σ0.5 150 buyers +0%"),
    ("means", "hall revenue per contact 10/90 3% σ0.75 35 buyers +0%"),
    ("estimators", "strata share 10/90 +20%"),
    ("estimators", "strata revenue per contact 20/80 +0%"),
    ("estimators", "cuped revenue per contact ρ0.9 10/90 +0%"),
    ("estimators", "cuped order value ρ0.9 20/80 +0%"),
    ("estimators", "clusters revenue per contact 20/80 +0%"),
    ("sequential", "obrien_fleming share 10/90 4 unequal looks"),
    ("sequential", "pocock share 10/90 4 equal looks, the size it plans"),
    ("sequential", "confidence sequence share 10/90 28 daily looks"),
]


@cache
def tables(page: str) -> dict[str, Row]:
    return committed(page)


def redrawn(page: str, name: str, seed: int, replications: int) -> Row:
    (cell,) = (cell for cell in page_named(page).cells() if cell.name == name)
    return cell.make(generator(seed, name), replications)


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_every_row_of_a_page_is_committed(page) -> None:
    assert list(tables(page)) == [cell.name for cell in page_named(page).cells()]


def test_exact_rows_are_reproduced() -> None:
    for name, row in tables("proportions").items():
        again = redrawn("proportions", name, 0, 0)
        for new, old in zip(again.results, row.results, strict=True):
            assert (new.method, new.above, new.below) == (
                old.method,
                pytest.approx(old.above, abs=1e-6),
                pytest.approx(old.below, abs=1e-6),
            )


def test_proportions_keep_their_promise_exactly() -> None:
    for row in tables("proportions").values():
        ours = row.results[0]
        assert ours.method == "score"
        assert 0.945 <= ours.coverage <= 0.955, row
        assert max(ours.above, ours.below) <= 0.033, row


@pytest.mark.slow
@pytest.mark.parametrize(("page", "name"), REDRAWN)
def test_a_simulated_row_has_not_drifted(page, name) -> None:
    old, new = tables(page)[name], redrawn(page, name, SEED, REPLICATIONS)

    def same(was: float, now: float, errors: int = 3) -> None:
        p = min(max(was, 1 / REPLICATIONS), 1 - 1 / REPLICATIONS)
        error = math.sqrt(p * (1 - p) * (1 / REPLICATIONS + 1 / old.replications))
        assert abs(was - now) <= errors * error, (was, now, error)

    if isinstance(old, CoverageRow):
        for before, after in zip(old.results, new.results, strict=True):
            assert before.method == after.method
            same(before.coverage, after.coverage)
            # Seventy tails at three errors would raise a false alarm with one seed in six; at four with one in two hundred.
            same(before.above, after.above, errors=4)
            same(before.below, after.below, errors=4)
        same(old.refused, new.refused)
    else:
        same(old.false_positives, new.false_positives)
        same(old.peeking, new.peeking)
        same(old.power, new.power)
        same(old.fixed_power, new.fixed_power)


def test_every_broken_promise_is_explained() -> None:
    text = (FOLDER / "README.md").read_text()
    for page in PAGES:
        for row in tables(page.name).values():
            if row.status == "outside":
                assert f"`{row.name}`" in text


@pytest.mark.parametrize("method", [*get_args(Method), "strata", "cuped", "clusters"])
def test_the_report_can_name_the_rows_of_a_method(method) -> None:
    page, name = methods.calibration(method)
    rows = tables(page.removeprefix("docs/calibration/").removesuffix(".md")).values()
    sections = {row.section for row in rows}
    columns = {m.method for row in rows if isinstance(row, CoverageRow) for m in row.results}
    assert name in sections | columns
    assert name in methods.calibrated(method, "de")


def test_a_method_without_a_table_claims_none() -> None:
    assert methods.calibration("quantile") is None
    assert methods.calibrated("quantile", "en") == ""


@given(st.lists(st.lists(st.tuples(st.floats(0, 50), st.floats(0, 5)), min_size=1, max_size=6), min_size=1, max_size=4))
@settings(deadline=None)
def test_summed_draws_have_the_moments_of_their_rows(groups) -> None:
    rows = [np.array(g, dtype=float) for g in groups]
    y, x = np.concatenate(rows).T
    batch = summed(("y", "x"), y, x, np.array([len(r) for r in rows]), 10)
    for found, drawn in zip(batch.moments(), rows, strict=True):
        wanted = Moments.from_rows(np.vstack([drawn, np.zeros((10 - len(drawn), 2))]), ("y", "x"))
        assert (found.n, found.nonzero) == (wanted.n, wanted.nonzero)
        for part in ("mean", "second", "third", "fourth"):
            a, b = getattr(found, part), getattr(wanted, part)
            assert a == pytest.approx(b, rel=1e-9, abs=1e-9 * (1 + np.abs(b).max()))


def test_groups_may_be_empty() -> None:
    assert per_group(np.array([1.0, 2, 3]), np.array([0, 2, 0, 1, 0])).tolist() == [0, 3, 0, 3, 0]


def test_households_have_two_contacts_on_average() -> None:
    batch = households(50_000, active=0.06, joining=0.6, sigma=0.75)(np.random.default_rng(1), 20)
    assert batch.mean(1) == pytest.approx(2.0, abs=5 * 1 / math.sqrt(50_000))


@pytest.mark.parametrize("kind", ["mean", "ratio"])
def test_the_columns_beside_ours_are_the_intervals_that_carry_their_names(kind) -> None:
    rng, lift = np.random.default_rng(3), 0.1
    c, t = shopping(2_000, rate=0.05, sigma=1)(rng, 60), shopping(6_000, rate=0.05, sigma=1, lift=lift)(rng, 60)
    read = mean_values if kind == "mean" else ratio_values
    counted = np.ones(60, dtype=bool)
    # A truth far from the lift makes misses frequent, so that the counts say something.
    for truth in (-0.15, 0.35):
        delta = others(read(c), read(t), truth, counted)[0]
        found = [
            compare("m", kind, control=a, treatment=b, interval="delta").relative_interval
            for a, b in zip(c.moments(), t.moments(), strict=True)
        ]
        assert delta.above * 60 == pytest.approx(sum(i.low > truth for i in found))
        assert delta.below * 60 == pytest.approx(sum(i.high < truth for i in found))
        assert delta.above + delta.below > 0.1


def test_planned_looks_stop_where_the_reading_of_looks_stops() -> None:
    rng, times = np.random.default_rng(4), (0.15, 0.5, 1.0)
    seen = looks._shares(10_000, 30_000, times, 0.08, rng, 40)
    planned = 1 / ((1 / 0.03 - 1) * (1 / 10_000 + 1 / 30_000))
    outcomes, ended = looks._planned_looks("hsd(-4)", planned, seen)
    for i, (outcome, last) in enumerate(zip(outcomes, ended, strict=True)):
        made = [Look(float(seen.information[i, k]), float(seen.z[i, k]), int(seen.converters[i, k])) for k in range(3)]
        word = "open"
        for upto in (1, 2, 3):
            read = read_looks(
                made[:upto], spending=spending_function("hsd(-4)"), alpha=0.05, planned=planned, final=upto == 3
            )
            if read.stopped_at is not None:
                word = read.outcome
                assert read.stopped_at == last
                break
        assert {1: "up", -1: "down", 0: "open"}[int(outcome)] == word
    assert len(set(outcomes.tolist())) > 1


def test_looks_are_counted_by_what_they_err() -> None:
    for row in tables("sequential").values():
        assert isinstance(row, LooksRow)
        assert row.peeking > row.fixed, "looking more often errs more often"
