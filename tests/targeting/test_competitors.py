"""Other people's models supply effects and are judged by ours; causalml's known traps can't be stepped into."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from tests.targeting.worlds import contacts
from uplift.errors import DataError, ProjectError, StatisticsError
from uplift.targeting.causalml_learners import CausalmlLearner, Kind
from uplift.targeting.competitors import Regressor, ScoreColumn, compete
from uplift.targeting.contracts import TargetingData
from uplift.targeting.curves import per_treated, qini_curve
from uplift.targeting.gains import best_arm
from uplift.targeting.influence import mean_of
from uplift.targeting.learner import Learned, Settings, learn
from uplift.targeting.rate import autoc, qini
from uplift.targeting.scores import effect_scores

LIGHT = Settings(outcomes="ridge", candidates=("constant", "ridge"), folds=2)


@pytest.fixture(scope="module")
def world() -> TargetingData:
    return contacts(2_400, seed=21, effects=(lambda x: 0.3 + 0.4 * x[:, 1],))


@pytest.fixture(scope="module")
def learned(world: TargetingData) -> Learned:
    return learn(world, "y", LIGHT)


def test_a_regressor_of_anybody_may_compete(world: TargetingData, learned: Learned) -> None:
    from sklearn.linear_model import LinearRegression
    from sklearn.tree import DecisionTreeRegressor

    competitors = {"line": Regressor(LinearRegression()), "deep tree": Regressor(DecisionTreeRegressor(random_state=1))}
    scores, standings = compete(world, learned, competitors)
    line, tree = standings
    assert scores[0].effects.shape == (world.n, 1)
    assert line.autoc.standard_error is not None
    assert line.autoc.value > 4 * line.autoc.standard_error
    assert tree.excess.value > 0  # an unpruned tree learns noise
    assert tree.excess.interval is not None
    assert tree.excess.interval.low is not None
    assert tree.excess.interval.low > 0


def test_a_file_of_scores_may_compete(world: TargetingData, learned: Learned) -> None:
    shuffled = np.random.default_rng(1).permutation(world.n)
    right = ScoreColumn(world.ids[shuffled], world.features.matrix[shuffled, 1].astype(float))
    _, (standing,) = compete(world, learned, {"file": right})
    assert standing.autoc.value > 0.2
    with pytest.raises(DataError, match="1 contacts of the experiment have no score"):
        compete(world, learned, {"file": ScoreColumn(right.ids[1:], right.scores[1:])})
    twice = ScoreColumn(np.append(right.ids, right.ids[0]), np.append(right.scores, 1.0))
    with pytest.raises(DataError, match="two scores"):
        compete(world, learned, {"file": twice})


def test_an_unknown_learner_and_a_classifier_are_refused() -> None:
    from sklearn.linear_model import LogisticRegression

    with pytest.raises(ProjectError, match="allowed: s, t, x"):
        CausalmlLearner("policy")  # type: ignore[arg-type]  # trap 10: its policy learner ignores what it is given
    # traps 2 and 3: a classifier's labels taken for probabilities, or effects of exactly zero
    with pytest.raises(ProjectError, match="labels for probabilities"):
        CausalmlLearner("dr", base=LogisticRegression())


# ── the traps that our own evaluation avoids, one by one (the numbers are those of the list) ─────────────────────────


def test_trap_1_average_effects_have_the_right_width(world: TargetingData, learned: Learned) -> None:
    y, treated = world.outcomes["y"].values, world.arm == 1
    error = np.hypot(y[treated].std() / np.sqrt(treated.sum()), y[~treated].std() / np.sqrt((~treated).sum()))
    ours = mean_of(effect_scores(learned.gamma, 1)).standard_error()
    assert 0.6 * error < ours <= 1.02 * error  # not 1/√n of it


def test_trap_5_autoc_does_not_grow_with_the_number_of_contacts() -> None:
    values = []
    for n in (2_000, 200_000):
        x = np.random.default_rng(3).uniform(size=n)
        values.append(autoc(x, x).value)
    # ∫ TOC du for a uniform effect: TOC(u) = (1 − u) / 2, so 1/4
    assert values == pytest.approx([0.25, 0.25], abs=0.01)
    x = np.random.default_rng(4).uniform(size=100_000)
    assert qini(x, x).value == pytest.approx(1 / 12, abs=0.002)  # ∫ u (1 − u) / 2 du


def test_traps_6_and_7_a_null_ranking_stays_small_and_keeps_its_sign() -> None:
    rng = np.random.default_rng(5)
    y, treated = (rng.random(4_000) < 0.1).astype(float), rng.random(4_000) < 0.5
    constant = np.zeros(4_000)
    areas = {
        qini_curve(y[p], treated[p], constant).area_over_random for p in (rng.permutation(4_000) for _ in range(9))
    }
    assert max(map(abs, areas)) < 1e-9
    # per treated contact the area has a standard deviation of about √(0.09 · 4 / 4,000 / 12) = 0.003; never divided
    # by the total effect, which is about zero here
    assert abs(per_treated(qini_curve(y, treated, rng.random(4_000)), treated)) < 0.015


def test_trap_8_a_missing_arm_is_not_bridged_from_zero() -> None:
    y, treated = np.array([1.0, 0.0, 1.0, 0.0]), np.array([True, True, False, False])
    assert qini_curve(y, treated, np.array([4.0, 3.0, 2.0, 1.0])).value[1] == 1.0


def test_trap_9_the_recommended_arm_does_not_depend_on_the_arm_that_was_drawn(learned: Learned) -> None:
    assert np.array_equal(best_arm(learned.models[0].predict(np.zeros((2, 4), np.float32))[:, None]).arm, [1, 1])


def test_trap_12_an_arm_without_contacts_is_no_rate_of_zero(world: TargetingData, learned: Learned) -> None:
    few = replace(world, arm=np.where(np.arange(world.n) < 60, world.arm, 0))
    with pytest.raises(StatisticsError, match="causalml needs 50"):
        compete(few, learned, {"forest": CausalmlLearner("causal_forest")})


def test_trap_13_new_contacts_are_scored_by_one_model(learned: Learned) -> None:
    assert len(learned.models) == 1


def test_traps_14_and_15_nothing_of_causalml_judges_or_stops_early() -> None:
    code = (
        "import sys; from tests.targeting.test_competitors import *; from tests.targeting.worlds import contacts;"
        "learn(contacts(600, seed=1), 'y', LIGHT); assert 'causalml' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert set(CausalmlLearner.__dataclass_fields__) == {"kind", "seed", "threads", "trees", "base"}


# ── with causalml ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["s", "t", "x", "r", "dr", "causal_forest"])
def test_each_learner_finds_a_planted_effect_quietly(
    world: TargetingData, learned: Learned, kind: Kind, capfd: pytest.CaptureFixture[str]
) -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    (scores,), (standing,) = compete(world, learned, {kind: CausalmlLearner(kind, trees=10)})
    assert dict(mpl.rcParams) == before
    assert np.corrcoef(scores.effect("arm1"), world.features.matrix[:, 1])[0, 1] > 0.5
    assert standing.autoc.standard_error is not None
    assert standing.autoc.value > 3 * standing.autoc.standard_error
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err == ""


@pytest.mark.slow
def test_trap_4_three_arms_do_not_turn_risk_into_effect() -> None:
    data = contacts(
        2_400,
        seed=22,
        base=lambda x: 1.0 * x[:, 0],
        effects=(lambda x: np.full(len(x), 0.1), lambda x: np.full(len(x), 0.1)),
        chances=(1 / 3, 1 / 3, 1 / 3),
    )
    (scores,), _ = compete(data, learn(data, "y", LIGHT), {"r": CausalmlLearner("r")})
    for treatment in data.treatments:
        assert abs(np.polyfit(data.features.matrix[:, 0], scores.effect(treatment), 1)[0]) < 0.25  # the trap gives 0.8


@pytest.mark.slow
def test_trap_11_amounts_in_an_uplift_forest_are_refused_and_shares_are_not(
    world: TargetingData, learned: Learned
) -> None:
    with pytest.raises(StatisticsError, match="compares shares"):
        compete(world, learned, {"forest": CausalmlLearner("uplift_forest")})
    shares = contacts(2_400, seed=23, binary=True, effects=(lambda x: 0.3 * (x[:, 1] > 0),))
    (scores,), _ = compete(shares, learn(shares, "y", LIGHT), {"forest": CausalmlLearner("uplift_forest", trees=5)})
    positive = shares.features.matrix[:, 1] > 0
    assert scores.effect("arm1")[positive].mean() > scores.effect("arm1")[~positive].mean() + 0.1
