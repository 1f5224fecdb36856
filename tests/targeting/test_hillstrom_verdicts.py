"""Hillstrom's 64,000 contacts through the verb: what is worth targeting, what is not, and what to do instead."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.targeting.hillstrom import hillstrom
from uplift.cli.app import app
from uplift.results.json_form import targeting_from_json
from uplift.results.targeting import OutcomeReading, Ranking, TargetingReading

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def printed(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What `uplift target` prints, and the folder of the project."""
    study = hillstrom(shared, tmp_path_factory.mktemp("hillstrom"))
    with contextlib.chdir(study.root):
        done = CliRunner().invoke(app, ["target", study.experiment.id])
    assert done.exit_code == 0, done.output
    return done.stdout, study.root


@pytest.fixture(scope="module")
def found(printed: tuple[str, Path]) -> TargetingReading:
    (path,) = printed[1].glob("results/*/*/targeting.json")
    return targeting_from_json(path.read_text("utf-8"))


def outcome(found: TargetingReading, name: str) -> OutcomeReading:
    return next(o for o in found.outcomes if o.outcome == name)


def ranking(found: TargetingReading, name: str, treatment: str) -> Ranking:
    return next(r for r in outcome(found, name).rankings if r.treatment == treatment)


def test_the_verb_prints_the_verdicts_and_writes_no_list(printed: tuple[str, Path]) -> None:
    told, folder = printed
    for name in ("visit", "conversion", "spend"):
        assert f"{name}: send mens to everyone; that a selection brings more is not proven." in told
    rows = {line[:20].strip(): line for line in told.splitlines() if ", " in line[:20]}
    assert rows["visit, womens"].endswith("select")
    for refused in ("spend, mens", "spend, womens"):
        assert rows[refused].endswith("send to everyone")
    assert re.search(
        r"spend: The model believes its own selection to be worth \+\$[\d,]+ per 1,000 contacts; measured", told
    )
    assert "No list was written" in told
    assert not (folder / "lists").exists()


def test_womens_mail_is_worth_targeting_for_visits(found: TargetingReading) -> None:
    womens = ranking(found, "visit", "womens")
    assert womens.action == "target"
    assert womens.p_adjusted is not None
    assert womens.p_adjusted < 0.001
    assert womens.autoc.standard_error is not None
    assert womens.autoc.value > 4 * womens.autoc.standard_error
    assert womens.autoc.interval is None  # pooled over folds: no interval is claimed
    assert womens.slope is not None
    assert 0.8 <= womens.slope.value <= 1.2
    assert womens.groups[-1].observed.value > 2 * womens.groups[0].observed.value
    assert womens.importance[0].feature == "womens"
    assert {c[0] for leaf in womens.rule for c in leaf.conditions} >= {"womens"}


@pytest.mark.parametrize("treatment", ["mens", "womens"])
def test_nobody_can_say_for_whom_a_mail_brings_more_money(found: TargetingReading, treatment: str) -> None:
    spend = ranking(found, "spend", treatment)
    assert spend.action == "everyone"
    assert spend.p_adjusted is not None
    assert spend.p_adjusted > 0.05
    assert spend.rule == ()


def test_of_three_arms_the_mens_mail_goes_to_everyone(found: TargetingReading) -> None:
    for name in ("visit", "conversion", "spend"):
        assert (outcome(found, name).action, outcome(found, name).arm) == ("everyone", "mens"), name
    assert outcome(found, "visit").codes == ("UP724",)


def test_average_effects_are_the_published_ones(found: TargetingReading) -> None:
    published = {("visit", "womens"): 0.0452, ("visit", "mens"): 0.0766, ("spend", "mens"): 0.770}
    for (name, treatment), value in published.items():
        effect = ranking(found, name, treatment).effect
        assert effect.standard_error is not None
        assert effect.value == pytest.approx(value, abs=effect.standard_error / 3), (name, treatment)


def test_a_model_believes_more_of_itself_than_is_true(found: TargetingReading) -> None:
    policies = {p.policy: p for p in outcome(found, "spend").policies}
    model = policies["model"]
    assert model.plug_in is not None
    assert model.plug_in > 1.05 * model.value.value
    assert policies["all:mens"].difference is None  # the best single policy is what all are compared with
    assert model.difference is not None
    assert model.difference.interval is not None
    assert model.difference.interval.low is not None
    assert model.difference.interval.low < 0
    assert {"none", "rule", "top:model", "top:risk", "top:rfm", "top:random"} <= set(policies)


def test_the_curve_ends_at_the_average_effect(found: TargetingReading) -> None:
    womens = ranking(found, "visit", "womens")
    assert womens.curve[-1].gain == pytest.approx(womens.effect.value)
    assert womens.curve[5].gain > womens.curve[5].random
    shares = womens.shares
    assert shares is not None
    assert np.isclose(shares.persuadables + shares.sure_things + shares.lost_causes + shares.sleeping_dogs, 1.0)
