"""The second road to the interval, through the whole pipeline: it agrees where the numbers are right, and only there."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.analysis.projects import AFTER, EXPERIMENT, PROJECT, Drawn, draw
from uplift.analysis.analyze import analyze, assigned_of
from uplift.analysis.buckets import AGREES, formula_error, recipe_of, second_road
from uplift.analysis.comparison import questions_of, terms_of
from uplift.engine import Measurement
from uplift.engine.measure import measure
from uplift.results import Check, Result
from uplift.spec import load_study
from uplift.store import Store
from uplift.words.language import Language
from uplift.words.sentences.checks import found

HOUSEHOLDS = EXPERIMENT.replace(
    "unit: {id: customer_id, type: integer}",
    "unit: {id: customer_id, type: integer, cluster: household, cluster_fallback: own_id}",
)
STRATA = EXPERIMENT + "assignment: {method: stratified, strata: [country]}\n"
CUPED = EXPERIMENT + "design: {variance_reduction: cuped, lookback: 60d}\n"


def drawn(root: Path, experiment: str = EXPERIMENT, project: str = PROJECT) -> Drawn:
    """2,000 contacts, many of whom buy before and after."""
    return draw(root, contacts=2_000, experiment=experiment, project=project)


def orders(drawn: Drawn) -> None:
    rng = np.random.default_rng(4)
    rows = []
    for unit, arm in drawn.arms.items():
        keen = rng.gamma(1.0, 1.0)
        for days, rate in (
            (range(-50, -5), 1.5 * keen),
            (range(1, 12), 0.3 * keen * (1.4 if arm == "treatment" else 1)),
        ):
            for _ in range(rng.poisson(rate)):
                day = np.datetime64("2026-03-02") + int(rng.choice(list(days)))
                rows.append((unit, f"{day} 12:00:00", f"{rng.lognormal(3, 0.7):.2f}"))
    drawn.order(rows)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    one = drawn(tmp_path_factory.mktemp("buckets") / "s")
    orders(one)
    return one


def road(result: Result) -> list[Check]:
    return [check for check in result.checks if check.code == "UP638"]


def test_the_result_says_that_both_roads_agree(shop: Drawn) -> None:
    result = analyze(shop.study, as_of=AFTER)
    (check,) = road(result)
    facts = dict(check.facts)
    assert check.status == "ok"
    assert facts["metric"] == result.primary.title
    uplift = result.primary.uplifts[0]
    assert uplift.relative_interval is not None
    # The ends of a percentile interval of 2,000 draws: 0.06 standard errors of chance each, 0.06 from buckets.
    error = (uplift.relative_interval.high - uplift.relative_interval.low) / 4  # type: ignore[operator]
    assert facts["low"] == pytest.approx(uplift.relative_interval.low, abs=0.35 * error)
    assert facts["high"] == pytest.approx(uplift.relative_interval.high, abs=0.35 * error)
    assert abs(facts["apart"]) < 0.1  # type: ignore[arg-type]
    assert road(analyze(shop.study, as_of=AFTER)) == [check]
    assert "buckets" in dict(result.provenance.sql)


def measured(study, experiment: str | None = None) -> tuple[object, Measurement]:
    if experiment is not None:
        path = study.root / "experiments" / "sale.yml"
        path.write_text(experiment, encoding="utf-8")
        study = load_study(path)
    with Store.open(study.root / study.project.state) as store:
        who = assigned_of(study, store)
        return study, measure(study, who, as_of=AFTER, cache_dir=store.path / "units", buckets=True)


def apart(study, found: Measurement) -> list[float]:
    """How far both standard errors are apart, for every metric."""
    from uplift.stats.buckets import bucket_jackknife

    terms, apart = terms_of(study), []
    metrics = study.experiment.metrics
    for use in (metrics.primary, *metrics.secondary):
        own = found.metric(use.metric, use.window)
        (question,) = questions_of(study, use, own)
        recipe = recipe_of(question, terms)
        from uplift.analysis.comparison import groups_of

        groups = [g.keys for g in groups_of(own, control="control", treatment="treatment")]
        width = None if len(recipe.slopes[0]) else 1 + recipe.core
        arms = [found.buckets.metrics[own.key].arm(arm, groups)[..., :width] for arm in ("control", "treatment")]
        apart.append(math.log(bucket_jackknife(*arms, recipe) / formula_error(question, terms)))
    return apart


def test_covariates_are_resampled_with_their_slopes(shop: Drawn) -> None:
    study, found = measured(shop.study, CUPED)
    assert found.metric("buyers").covariates
    assert max(map(abs, apart(study, found))) < 0.12  # five times 1/√2,000


@pytest.mark.parametrize("experiment", [HOUSEHOLDS, STRATA], ids=["households", "strata"])
def test_households_and_strata_agree_too(tmp_path: Path, experiment: str) -> None:
    (tmp_path / "s" / "data").mkdir(parents=True)
    one = stratified(tmp_path / "s", experiment)
    study, found = measured(one.study)
    assert max(map(abs, apart(study, found))) < 0.12


def stratified(root: Path, experiment: str) -> Drawn:
    """The same shop with countries and households; assigned anew."""
    import shutil

    from tests.analysis.projects import START
    from uplift.assignment import assign

    shutil.rmtree(root)
    one = drawn(root)
    shutil.rmtree(root / ".uplift", ignore_errors=True)
    lines = "".join(f"{i},{['DE', 'AT', 'CH'][i % 3]},{i // 2}\n" for i in one.arms)
    (root / "data" / "contacts.csv").write_text("customer_id,country,household\n" + lines, encoding="utf-8")
    path = root / "experiments" / "sale.yml"
    path.write_text(experiment, encoding="utf-8")
    study = load_study(path)
    with Store.open(study.root / study.project.state) as store:
        assign(study, on=START, store=store)
    orders(replace(one, study=study))
    return replace(one, study=study)


def test_an_interval_that_is_too_short_is_told(shop: Drawn) -> None:
    """The squares that the formula reads are made smaller; the buckets know nothing of it."""
    study, whole = measured(shop.study, EXPERIMENT)
    result = analyze(study, as_of=AFTER)
    revenue = whole.metrics["revenue"]
    cells = []
    for cell in revenue.cells:
        smaller = dict(cell.sums.powers)
        smaller[(2,)] = smaller[(2,)] // 2
        cells.append(replace(cell, sums=replace(cell.sums, powers=smaller)))
    wrong = replace(whole, metrics={**whole.metrics, "revenue": replace(revenue, cells=tuple(cells))})
    checks = list(second_road(study, result.metrics, wrong, terms=terms_of(study)))
    assert [(check.status, dict(check.facts)["metric"]) for check in checks] == [("ok", "buyers"), ("warn", "revenue")]
    assert dict(checks[1].facts)["apart"] > AGREES  # type: ignore[operator]


def test_a_comparison_without_a_verdict_has_no_second_road(tmp_path: Path) -> None:
    assert road(analyze(drawn(tmp_path / "s").study, as_of=AFTER)) == []


FACTS = {
    "metric": "Käufer", "low": 0.0179, "high": 0.173, "apart": 0.012, "tolerance": 0.2, "buckets": 1000,
    "replicates": 2000,
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "apart", "sentence"),
    [
        ("de", 0.012, "Käufer: Gegenprobe mit 2.000 Ziehungen aus 1.000 zufälligen Teilgruppen: 1,79\u00a0% bis "
         "17,3\u00a0%; der Standardfehler stimmt überein (1,20\u00a0% Abstand)."),
        ("en", 0.31, "Käufer: cross-check by 2,000 draws from 1,000 random buckets: 1.79% to 17.3%; its standard error "
         "is 31.0% larger than that of the interval."),
        ("en", -0.31, "Käufer: cross-check by 2,000 draws from 1,000 random buckets: 1.79% to 17.3%; its standard error "
         "is 31.0% smaller than that of the interval."),
    ],
)  # fmt: skip
def test_the_sentence_says_what_was_found(language: Language, apart: float, sentence: str) -> None:
    assert found("UP638", FACTS | {"apart": apart}, language) == sentence
