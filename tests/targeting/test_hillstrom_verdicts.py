"""Hillstrom's 64,000 contacts: what is worth targeting, what is not, and what to do instead."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.targeting.hillstrom import hillstrom
from tests.targeting.test_reading import read
from uplift.results.targeting import OutcomeReading, Ranking
from uplift.targeting.evaluation import Evaluated, evaluate
from uplift.targeting.learner import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    return evaluate(read(hillstrom(shared, tmp_path_factory.mktemp("hillstrom"))), Settings(threads=1))


def outcome(found: Evaluated, name: str) -> OutcomeReading:
    return next(o for o in found.reading.outcomes if o.outcome == name)


def ranking(found: Evaluated, name: str, treatment: str) -> Ranking:
    return next(r for r in outcome(found, name).rankings if r.treatment == treatment)


def test_womens_mail_is_worth_targeting_for_visits(found: Evaluated) -> None:
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
def test_nobody_can_say_for_whom_a_mail_brings_more_money(found: Evaluated, treatment: str) -> None:
    spend = ranking(found, "spend", treatment)
    assert spend.action == "everyone"
    assert spend.p_adjusted is not None
    assert spend.p_adjusted > 0.05
    assert spend.rule == ()


def test_of_three_arms_the_mens_mail_goes_to_everyone(found: Evaluated) -> None:
    for name in ("visit", "conversion", "spend"):
        assert (outcome(found, name).action, outcome(found, name).arm) == ("everyone", "mens"), name
    assert outcome(found, "visit").codes == ("UP724",)


def test_average_effects_are_the_published_ones(found: Evaluated) -> None:
    published = {("visit", "womens"): 0.0452, ("visit", "mens"): 0.0766, ("spend", "mens"): 0.770}
    for (name, treatment), value in published.items():
        effect = ranking(found, name, treatment).effect
        assert effect.standard_error is not None
        assert effect.value == pytest.approx(value, abs=effect.standard_error / 3), (name, treatment)


def test_a_model_believes_more_of_itself_than_is_true(found: Evaluated) -> None:
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


def test_the_curve_ends_at_the_average_effect(found: Evaluated) -> None:
    womens = ranking(found, "visit", "womens")
    assert womens.curve[-1].gain == pytest.approx(womens.effect.value)
    assert womens.curve[5].gain > womens.curve[5].random
    shares = womens.shares
    assert shares is not None
    assert np.isclose(shares.persuadables + shares.sure_things + shares.lost_causes + shares.sleeping_dogs, 1.0)
