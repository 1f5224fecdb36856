"""Segments and CUPED through the whole pipeline: each number against the rows it stands for."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from tests.analysis.projects import AFTER, EXPERIMENT, PROJECT, START, Drawn, draw
from uplift.analysis.analyze import analyze
from uplift.results import Result, Segments
from uplift.stats.effects import compare
from uplift.stats.moments import Moments

CUPED = EXPERIMENT + "design: {variance_reduction: cuped, lookback: 60d}\n"
SEGMENTS = "segments: [country, band]\n"
UNIT = "unit: {id: customer_id, type: integer}\n"


@dataclass(frozen=True)
class Shop:
    drawn: Drawn
    rows: pd.DataFrame  # one row per contact

    def analyzed(self, experiment: str = EXPERIMENT, *, project: str = PROJECT) -> Result:
        folder = self.drawn.study.root / "experiments"
        (folder / "sale.yml").write_text(experiment, encoding="utf-8")
        (folder / "project.yml").write_text(project, encoding="utf-8")
        return analyze(folder / "sale.yml", as_of=AFTER)


def shop_in(root: Path, *, contacts: int = 4_000) -> Shop:
    """4,000 contacts whose past purchases foretell the next ones; the treatment works in Austria most of all."""
    drawn = draw(root, contacts=contacts)
    rng = np.random.default_rng(3)
    rows = pd.DataFrame({"unit": list(drawn.arms), "arm": list(drawn.arms.values())})
    rows["country"] = rng.choice(["DE", "AT", "CH", "LI"], contacts, p=[0.6, 0.25, 0.147, 0.003])
    rows["band"] = rng.choice(["high", "low"], contacts)
    keen = rng.gamma(0.7, 1.0, contacts)
    lift = np.where(rows.arm == "treatment", np.where(rows.country == "AT", 3.0, 1.15), 1.0)
    before, after = rng.poisson(1.2 * keen), rng.poisson(0.35 * keen * lift)
    orders = []
    for name, counts, first, last in (("before", before, -60, 0), ("after", after, 0, 14)):
        cents = np.zeros(contacts, dtype=int)
        for i, n in enumerate(counts):
            for _ in range(n):
                day = START + datetime.timedelta(days=int(rng.integers(first, last)))
                paid = int(rng.integers(500, 20_000))
                cents[i] += paid
                orders.append((int(rows.unit[i]), f"{day} 12:00:00", f"{paid / 100:.2f}"))
        rows[f"{name}_orders"], rows[f"{name}_cents"] = counts, cents
    drawn.order(orders)
    lines = "".join(f"{r.unit},{r.country},{r.band}\n" for r in rows.itertuples())
    (root / "data" / "contacts.csv").write_text("customer_id,country,band\n" + lines, encoding="utf-8")
    return Shop(drawn, rows)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return shop_in(tmp_path_factory.mktemp("shop") / "s")


@pytest.fixture(scope="module")
def split(shop: Shop) -> Result:
    return shop.analyzed(EXPERIMENT + SEGMENTS)


def by(result: Result, column: str, metric: str = "buyers") -> Segments:
    found = next(m for m in result.metrics if m.name == metric)
    return next(s for s in found.segments if s.by == column)


# ── segments ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("metric", ["buyers", "revenue", "basket"])
def test_a_group_says_what_its_contacts_say_alone(shop: Shop, split: Result, metric: str) -> None:
    kinds = {"buyers": "proportion", "revenue": "mean", "basket": "ratio"}
    for value in by(split, "country", metric).values:
        if value.value is None:
            continue
        rows = shop.rows[shop.rows.country == value.value]
        columns = {
            "buyers": [(rows.after_orders > 0).astype(float)],
            "revenue": [rows.after_cents / 100],
            "basket": [rows.after_cents / 100, rows.after_orders.astype(float)],
        }[metric]
        table = np.column_stack(columns)
        alone = compare(
            metric,
            kinds[metric],  # type: ignore[arg-type]
            control=Moments.from_rows(table[rows.arm == "control"]),
            treatment=Moments.from_rows(table[rows.arm == "treatment"]),
            alpha=1 - value.uplift.confidence,
            design_ratio=1.0,
        )
        assert value.uplift.control.n == alone.control.n
        assert value.uplift.method == alone.method
        for name in ("relative", "p_value", "absolute", "df"):
            expected = getattr(alone, name)
            assert getattr(value.uplift, name) == (expected and pytest.approx(expected, rel=1e-9)), name
        assert value.uplift.relative_interval is not None
        assert alone.relative_interval is not None
        assert value.uplift.relative_interval.low == pytest.approx(alone.relative_interval.low, rel=1e-8)
        assert value.uplift.direction == alone.direction


def test_small_groups_are_pooled_with_enough_others_to_hide_them(shop: Shop, split: Result) -> None:
    values = [v.value for v in by(split, "country").values]
    assert "LI" not in values
    assert values[-1] is None
    pooled = by(split, "country").values[-1].uplift
    assert min(pooled.control.n, pooled.treatment.n) >= 20
    assert sum(v.uplift.control.n for v in by(split, "country").values) == (shop.rows.arm == "control").sum()


def test_no_group_is_pooled_where_all_are_large(split: Result) -> None:
    assert [v.value for v in by(split, "band").values] == ["high", "low"]


def test_the_family_is_every_group_of_every_declared_column(split: Result) -> None:
    groups = [v.uplift for column in ("country", "band") for v in by(split, column).values]
    assert all(u.p_adjusted is not None and u.p_value is not None and u.p_adjusted >= u.p_value for u in groups)
    first = min(groups, key=lambda u: u.p_value or 1)
    assert first.p_adjusted == pytest.approx(len(groups) * (first.p_value or 0))
    for u in groups:
        assert (u.direction == "up") == (u.p_adjusted < 0.05 and (u.relative or 0) > 0) or u.direction == "refused"


def test_the_interaction_finds_the_country_that_differs_and_not_the_band_that_does_not(split: Result) -> None:
    country, band = by(split, "country"), by(split, "band")
    assert country.p_interaction_adjusted is not None
    assert band.p_interaction_adjusted is not None
    assert country.p_interaction_adjusted < 0.05 < band.p_interaction_adjusted


def test_shrunken_values_lie_between_the_group_and_the_others(split: Result) -> None:
    values = [v for v in by(split, "country").values if v.shrunken is not None]
    assert len(values) >= 3
    highest = max(values, key=lambda v: v.uplift.relative or 0)
    assert highest.shrunken is not None
    assert highest.uplift.relative is not None
    assert highest.shrunken < highest.uplift.relative


def test_segments_change_nothing_else(shop: Shop, split: Result) -> None:
    alone = shop.analyzed()
    for with_, without in zip(split.metrics, alone.metrics, strict=True):
        assert with_.uplifts == without.uplifts
        assert without.segments == ()
    assert "segments" not in split.not_evaluated


# ── CUPED ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def adjusted(shop: Shop) -> Result:
    return shop.analyzed(CUPED)


@pytest.mark.parametrize(
    ("metric", "outcome", "covariate"),
    [
        ("revenue", "after_cents / 100", "before_cents / 100"),
        ("buyers", "(after_orders > 0).astype('float')", "(before_orders > 0).astype('float')"),
    ],
)
def test_the_difference_is_that_of_least_squares_with_interactions(
    shop: Shop, adjusted: Result, metric: str, outcome: str, covariate: str
) -> None:
    table = shop.rows.copy()
    table["y"], table["x"] = table.eval(outcome) if "/" in outcome else (table.after_orders > 0) * 1.0, 0.0
    table["x"] = table.eval(covariate) if "/" in covariate else (table.before_orders > 0) * 1.0
    table["x"] -= table.x.mean()
    table["t"] = (table.arm == "treatment") * 1.0
    fitted = smf.ols("y ~ t + x + t:x", table).fit()
    found = next(m for m in adjusted.metrics if m.name == metric)
    assert found.uplifts[0].absolute == pytest.approx(fitted.params["t"], abs=1e-6)
    assert found.uplifts[0].control.value == pytest.approx(fitted.params["Intercept"], abs=1e-6)
    relative = fitted.params["t"] / fitted.params["Intercept"]
    assert found.uplifts[0].relative == pytest.approx(relative, abs=1e-6)


def test_the_past_narrows_the_interval_as_much_as_it_says(adjusted: Result, shop: Shop) -> None:
    plain = shop.analyzed()
    for metric, before in zip(adjusted.metrics, plain.metrics, strict=True):
        (told,) = metric.covariates
        if metric.name != "buyers":  # a share alone is decided by the score test, adjusted on the log scale
            assert told.unadjusted == before.uplifts[0]
        assert told.r_squared is not None
        assert told.effective_sample == pytest.approx(1 / (1 - told.r_squared))
    revenue = next(m for m in adjusted.metrics if m.name == "revenue")
    (told,) = revenue.covariates
    assert told.r_squared is not None
    assert told.r_squared > 0.05
    wide, narrow = told.unadjusted.relative_interval, revenue.uplifts[0].relative_interval
    assert wide is not None
    assert narrow is not None
    ratio = math.log((1 + wide.high) / (1 + wide.low)) / math.log((1 + narrow.high) / (1 + narrow.low))
    assert ratio**2 == pytest.approx(1 / (1 - told.r_squared), rel=0.02)


def test_names_of_covariates_say_what_they_are(adjusted: Result) -> None:
    names = {m.name: m.covariates[0].names for m in adjusted.metrics}
    assert names["revenue"] == ("revenue_60d_before",)
    assert names["basket"] == ("basket_numerator_60d_before", "basket_denominator_60d_before")


def test_a_past_that_nobody_has_leaves_the_comparison_as_it_is_and_says_so(tmp_path: Path) -> None:
    drawn = draw(tmp_path / "new", contacts=2_000, experiment=CUPED)
    buyers = [unit for unit in drawn.arms if unit % 7 == 0]
    drawn.order([(unit, "2026-03-05 10:00:00", f"{10 + unit % 13}.00") for unit in buyers])
    result = analyze(drawn.study, as_of=AFTER)
    for metric in result.metrics:
        assert metric.covariates == ()
        assert "UP650" in metric.uplifts[0].cautions
    assert "UP650" in {check.code for check in result.findings}
    assert result.primary.uplifts[0].method == "score"


def test_groups_of_an_adjusted_metric_are_adjusted(shop: Shop) -> None:
    found = by(shop.analyzed(CUPED + SEGMENTS), "band", "revenue")
    rows = shop.rows[shop.rows.band == "high"].copy()
    rows["y"], rows["x"] = rows.after_cents / 100, rows.before_cents / 100
    rows["x"] -= rows.x.mean()
    rows["t"] = (rows.arm == "treatment") * 1.0
    fitted = smf.ols("y ~ t + x + t:x", rows).fit()
    assert found.values[0].uplift.absolute == pytest.approx(fitted.params["t"], abs=1e-6)


# ── the course ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_course_ends_at_the_result(shop: Shop) -> None:
    result = shop.analyzed()
    for name in ("buyers", "revenue"):
        metric = next(m for m in result.metrics if m.name == name)
        (course,), (uplift,) = metric.course, metric.uplifts
        last = course.days[-1]
        assert last.day == START + datetime.timedelta(days=13)
        assert (last.control_n, last.treatment_n) == (uplift.control.n, uplift.treatment.n)
        assert (last.control, last.treatment) == (uplift.control.value, uplift.treatment.value)
        assert (last.relative, last.interval) == (uplift.relative, uplift.relative_interval)
        assert [w.week for w in course.weeks] == [1, 2]


@pytest.mark.parametrize("days", [3, 8])
def test_a_day_of_the_course_is_the_analysis_of_a_shorter_window_on_its_evening(shop: Shop, days: int) -> None:
    course = shop.analyzed().primary.course[0]
    folder = shop.drawn.study.root / "experiments"
    day = START + datetime.timedelta(days=days - 1)
    (folder / "sale.yml").write_text(EXPERIMENT.replace("14d", f"{days}d"), encoding="utf-8")
    again = analyze(folder / "sale.yml", as_of=day + datetime.timedelta(days=1)).primary.uplifts[0]
    told = next(d for d in course.days if d.day == day)
    assert (told.control, told.treatment) == (again.control.value, again.treatment.value)
    assert (told.relative, told.interval) == (again.relative, again.relative_interval)


def test_only_the_primary_metric_has_an_interval_for_all_days_and_it_is_the_wider_one(shop: Shop) -> None:
    result = shop.analyzed()
    told = [d for d in result.primary.course[0].days if d.sequential_interval is not None]
    assert told
    for day in told:
        assert day.interval is not None
        assert day.sequential_interval is not None
        assert day.sequential_interval.low is not None
        assert day.interval.low is not None
        assert day.sequential_interval.low < day.interval.low
        assert (day.sequential_interval.high or math.inf) > (day.interval.high or math.inf)
    revenue = next(m for m in result.metrics if m.name == "revenue")
    assert all(d.sequential_interval is None for d in revenue.course[0].days)


def test_declared_columns_adjust_beside_the_past_with_their_gaps_filled(shop: Shop) -> None:
    """Every fifth contact has no points; the regression has the filled column and the indicator."""
    data = shop.drawn.study.root / "data" / "contacts.csv"
    before = data.read_text(encoding="utf-8")
    rows = shop.rows.copy()
    rows["points"] = rows.before_orders * 10.0 + rows.unit % 9
    rows["gap"] = (rows.unit % 5 == 0) * 1.0
    lines = "".join(f"{r.unit},{r.country},{r.band},{'' if r.gap else round(r.points)}\n" for r in rows.itertuples())
    data.write_text("customer_id,country,band,points\n" + lines, encoding="utf-8")
    try:
        result = shop.analyzed(CUPED.replace("lookback: 60d", "lookback: 60d, covariates: [points]"))
    finally:
        data.write_text(before, encoding="utf-8")
    metric = next(m for m in result.metrics if m.name == "revenue")
    assert metric.covariates[0].names == ("revenue_60d_before", "points", "points_missing")
    rows["y"], rows["x"] = rows.after_cents / 100, rows.before_cents / 100
    rows.loc[rows.gap == 1, "points"] = rows.points[rows.gap == 0].mean()  # any filling gives the same
    for column in ("x", "points", "gap"):
        rows[column] -= rows[column].mean()
    rows["t"] = (rows.arm == "treatment") * 1.0
    fitted = smf.ols("y ~ t * (x + points + gap)", rows).fit()
    assert metric.uplifts[0].absolute == pytest.approx(fitted.params["t"], abs=1e-6)
