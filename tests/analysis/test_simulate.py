"""Simulated experiments on a project's own data: they err as often as they say, and find what was planted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.analysis.projects import AFTER, EXPERIMENT, START, Drawn, draw
from uplift.analysis.simulate import simulate
from uplift.errors import DataError
from uplift.results.simulation import Simulation, text, to_json
from uplift.spec import load_study

RUNS = 300
HOLDOUT = EXPERIMENT.replace("control: {weight: 50%", "control: {weight: 20%").replace(
    "treatment: {weight: 50%", "treatment: {weight: 80%"
)


def shopping(root: Path, experiment: str = EXPERIMENT, *, contacts: int = 4_000) -> Drawn:
    drawn = draw(root, experiment=experiment, contacts=contacts)
    rng = np.random.default_rng(9)
    orders = []
    for unit in drawn.arms:
        for _ in range(rng.poisson(0.25)):
            orders.append((unit, "2026-03-05 10:00:00", f"{rng.lognormal(3.5, 0.6):.2f}"))
    drawn.order(orders)
    return drawn


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    return shopping(tmp_path_factory.mktemp("simulated"), HOLDOUT)


@pytest.fixture(scope="module")
def found(drawn: Drawn) -> Simulation:
    return simulate(drawn.study, as_of=AFTER, replications=RUNS)


def test_nothing_is_found_where_nothing_is_as_often_as_alpha_says(found: Simulation) -> None:
    assert [m.metric for m in found.metrics] == ["buyers", "revenue", "basket"]
    for metric in found.metrics:
        assert metric.refused == 0
        assert metric.false_positives is not None
        assert metric.error is not None
        assert abs(metric.false_positives - 0.05) < 4 * metric.error
        assert metric.uniform is not None
        assert metric.uniform > 1e-4
    assert found.sound


def test_what_was_planted_is_covered_and_found_with_the_power_of_the_plan(found: Simulation) -> None:
    from uplift.design.power import Shares, power_of

    by_name = {m.metric: m for m in found.metrics}
    for metric in found.metrics:
        assert metric.planted is not None
        assert metric.planted.coverage is not None
        assert metric.planted.coverage == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / RUNS))
    planted = by_name["buyers"].planted
    assert planted is not None
    assert planted.effect == pytest.approx(0.2)  # the mde
    assert by_name["revenue"].planted is not None
    assert by_name["revenue"].planted.effect == pytest.approx(0.2)  # only buyers bring revenue
    assert by_name["basket"].planted is not None
    assert by_name["basket"].planted.effect == pytest.approx(0.0, abs=1e-12)  # more buyers, the same baskets
    assert by_name["basket"].planted.power is None
    share = 1 - np.exp(-0.25)
    expected = power_of(Shares(share, 1.2 * share, 800, 3_200), alpha=0.05)
    assert planted.power == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / RUNS) + 0.02)
    assert planted.shown is not None
    assert planted.shown > 0.2  # what is found overstates


def test_the_same_seed_gives_the_same_numbers(drawn: Drawn) -> None:
    once, again, other = (simulate(drawn.study, as_of=AFTER, replications=20, seed=seed) for seed in (1, 1, 2))
    assert to_json(once) == to_json(again)
    assert to_json(once) != to_json(other)


@pytest.mark.slow
def test_before_anybody_is_assigned_the_eligible_are_taken_as_if(tmp_path: Path) -> None:
    drawn = shopping(tmp_path)
    path = drawn.study.document.path
    path.write_text(EXPERIMENT.replace("id: sale", "id: next").replace(str(START), "2026-05-04"), encoding="utf-8")
    study = load_study(path.rename(path.with_name("next.yml")))
    early = simulate(study, as_of=AFTER.replace(month=3, day=16), replications=100)
    assert not early.assigned
    assert early.units == 4_000
    assert early.day.isoformat() == "2026-03-02"
    assert early.metrics[0].verdicts == 100


@pytest.mark.slow
def test_households_are_assigned_whole(tmp_path: Path) -> None:
    from tests.analysis.test_households import HOUSEHOLDS, shop

    made = shop(tmp_path, HOUSEHOLDS, households=700, lone=100)
    found = simulate(made.study, as_of=AFTER, replications=200)
    assert found.clustered
    assert found.units == 800
    buyers = found.metrics[0]
    assert buyers.method == "log"
    assert buyers.false_positives is not None
    assert buyers.false_positives < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 200)


@pytest.mark.slow
def test_one_buyer_in_a_thousand_gives_no_verdict_and_no_zero(tmp_path: Path) -> None:
    drawn = draw(tmp_path, contacts=2_000)
    drawn.order([(unit, "2026-03-05 10:00:00", "20.00") for unit in (1, 2)])
    found = simulate(drawn.study, as_of=AFTER, replications=100)
    assert {m.status for m in found.metrics} == {"refused"}
    assert {m.false_positives for m in found.metrics} == {None}
    assert "–" in text(found, "en")


@pytest.mark.parametrize("effect", [9.0, -1.0])
def test_an_effect_that_the_data_can_not_have_is_refused(drawn: Drawn, effect: float) -> None:
    with pytest.raises(DataError, match="UP647"):
        simulate(drawn.study, as_of=AFTER, replications=100, effect=effect)


def test_too_few_contacts_are_refused(tmp_path: Path) -> None:
    drawn = draw(tmp_path, contacts=60)
    with pytest.raises(DataError, match="UP647"):
        simulate(drawn.study, as_of=AFTER, replications=100)


def test_a_few_wholesale_orders_show_as_false_alarms_or_refusals_not_as_silence(found: Simulation) -> None:
    words = text(found, "de")
    assert "A/A-Versuche" in words
    assert "hält jeder Test" in words
    assert "keeps its promise" in text(found, "en")


@pytest.mark.slow
def test_the_command_prints_a_table_or_json(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> None:
    from uplift.cli.app import app

    monkeypatch.chdir(drawn.study.root)
    runner = CliRunner()
    call = ["simulate", "sale", "--as-of", str(AFTER), "-n", "100"]
    shown = runner.invoke(app, call)
    assert shown.exit_code == 0
    assert "false positives" in shown.stdout
    printed = runner.invoke(app, [*call, "--json", "--effect", "10%"])
    assert json.loads(printed.stdout)["effect"] == 0.1
    assert runner.invoke(app, [*call, "--effect", "1pp"]).exit_code != 0


def test_pairs_of_arms_weigh_on_what_they_are_compared_in_and_not_on_guardrails(tmp_path: Path) -> None:
    """An analysis compares pairs in no guardrail (`pairs_of`), so its simulation may not either."""
    three = (
        EXPERIMENT[: EXPERIMENT.index("  secondary")].replace(
            "  treatment: {weight: 50%}\n", "  mail: {weight: 25%}\n  gift: {weight: 25%}\n"
        )
        + "  guardrails: [{metric: revenue, window: 14d, margin: 5%}]\n"
    )
    drawn = shopping(tmp_path, three + "design: {correction: holm}\n")
    alone = simulate(drawn.study, as_of=AFTER, replications=100)
    path = drawn.study.folder / "sale.yml"
    path.write_text(three + "design: {correction: holm, comparisons: all_pairs}\n", encoding="utf-8")
    paired = simulate(load_study(path), as_of=AFTER, replications=100)
    before, after = ({(m.metric, m.treatment): m.planted for m in each.metrics} for each in (alone, paired))
    assert {arm: before["revenue", arm] for arm in ("mail", "gift")} == {
        arm: after["revenue", arm] for arm in ("mail", "gift")
    }
    for arm in ("mail", "gift"):
        found, wanted = after["buyers", arm], before["buyers", arm]
        assert found is not None
        assert wanted is not None
        assert (found.power or 0) < (wanted.power or 0)  # the family is three comparisons instead of two
