"""The default learner finds what was planted, and nothing where nothing is."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from tests.targeting.worlds import contacts
from uplift.errors import ProjectError, StatisticsError
from uplift.targeting import boosting
from uplift.targeting.contracts import Feature, Features
from uplift.targeting.folds import folds_of
from uplift.targeting.influence import mean_of
from uplift.targeting.learner import Settings, learn
from uplift.targeting.linear import added, encoding_of, gram_of
from uplift.targeting.race import run_race

ONE = Settings(threads=1)


def linear(x: np.ndarray) -> np.ndarray:
    return 0.2 + 0.3 * x[:, 1]


def stepped(x: np.ndarray) -> np.ndarray:
    return np.where((x[:, 1] > 0) == (x[:, 2] > 0), 0.5, -0.5)


def test_a_linear_effect_is_found_and_right_in_size() -> None:
    data = contacts(8_000, seed=1, effects=(linear,))
    learned = learn(data, "y", ONE)
    truth = linear(data.features.matrix.astype(float))
    assert learned.race("arm1").winner == "ridge"
    found = learned.scores.effect("arm1")
    assert np.corrcoef(found, truth)[0, 1] > 0.99
    assert np.polyfit(found, truth, 1)[0] == pytest.approx(1.0, abs=0.1)


def test_an_effect_with_steps_is_found_by_trees() -> None:
    data = contacts(8_000, seed=2, effects=(stepped,))
    learned = learn(data, "y", ONE)
    assert learned.race("arm1").winner == "boosted"
    assert np.corrcoef(learned.scores.effect("arm1"), stepped(data.features.matrix))[0, 1] > 0.7


def test_the_same_effect_for_all_is_called_constant() -> None:
    data = contacts(4_000, seed=3, effects=(lambda x: np.full(len(x), 0.2),))
    learned = learn(data, "y", ONE)
    assert learned.race("arm1").winner == "constant"
    assert len(np.unique(learned.scores.effect("arm1"))) == 5  # one mean per fold
    assert learned.race("arm1").ranker != "constant"
    assert learned.models[0].predict(data.features.matrix)[0] == pytest.approx(0.2, abs=0.06)


def test_unequal_arms_do_not_turn_risk_into_effect() -> None:
    """The trap of pairwise probabilities: with three arms and a strong risk, a constant effect stays constant."""
    data = contacts(
        9_000,
        seed=4,
        base=lambda x: 1.0 * x[:, 0],
        effects=(lambda x: np.full(len(x), 0.1), lambda x: np.full(len(x), 0.3)),
        chances=(0.6, 0.25, 0.15),
    )
    learned = learn(data, "y", replace(ONE, candidates=("ridge",)))
    for k, name in enumerate(data.treatments):
        slope = np.polyfit(data.features.matrix[:, 0], learned.scores.effect(name), 1)[0]
        assert abs(slope) < 0.04, name
        assert learned.scores.effects[:, k].mean() == pytest.approx((0.1, 0.3)[k], abs=0.06)


def test_outcome_models_buy_precision_and_never_truth() -> None:
    data = contacts(6_000, seed=5, base=lambda x: 1.0 * x[:, 0], effects=(lambda x: np.full(len(x), 0.2),))
    plain = mean_of(learn(data, "y", replace(ONE, candidates=("constant",))).gamma @ np.array([-1.0, 1.0]))
    treated = data.arm == 1
    y = data.outcomes["y"].values
    error = np.hypot(y[treated].std() / np.sqrt(treated.sum()), y[~treated].std() / np.sqrt((~treated).sum()))
    assert plain.standard_error() < 0.6 * error
    assert abs(plain.value - 0.2) < 4 * plain.standard_error()


def test_same_seed_same_bits_whatever_the_threads() -> None:
    data = contacts(3_000, seed=6, effects=(stepped,))
    few = Settings(seed=9, outcomes="ridge", candidates=("boosted",), folds=2)
    one, two = (learn(data, "y", replace(few, threads=threads)) for threads in (1, 2))
    again = learn(data, "y", replace(few, threads=1))
    assert np.array_equal(one.scores.effects, again.scores.effects)
    assert np.array_equal(one.scores.effects, two.scores.effects)
    assert not np.array_equal(one.scores.folds, learn(data, "y", replace(few, seed=10, threads=1)).scores.folds)


def test_a_contact_is_judged_by_models_that_have_not_seen_it_or_its_household() -> None:
    data = contacts(3_000, seed=7, household=3)
    folds = folds_of(data, folds=5, seed=1)
    assert all(len(set(folds[data.cluster == c])) == 1 for c in range(50))
    poisoned = data.outcomes["y"].values.copy()
    poisoned[folds == 2] += 1e6
    other = replace(data, outcomes={"y": replace(data.outcomes["y"], values=poisoned)})
    settings = Settings(outcomes="ridge", candidates=("ridge",), folds=5)
    mu = [learn(d, "y", settings).scores.mu[folds == 2] for d in (data, other)]
    assert np.array_equal(*mu)


def test_folds_come_from_the_id_and_not_from_the_place_in_the_file() -> None:
    data = contacts(5_000, seed=8)
    shuffled = np.random.default_rng(0).permutation(data.n)
    folds = folds_of(data, folds=5, seed=1)
    assert np.array_equal(folds[shuffled], folds_of(data.only(shuffled), folds=5, seed=1))
    wide = replace(data, ids=data.ids.astype("<U40"))
    assert np.array_equal(folds, folds_of(wide, folds=5, seed=1))
    sizes = np.bincount(folds)
    assert abs(sizes - 1_000).max() < 4 * np.sqrt(800)


def test_categories_and_missing_values_are_told_apart() -> None:
    rng = np.random.default_rng(11)
    data = contacts(8_000, seed=9, width=3)
    matrix = data.features.matrix.copy()
    matrix[:, 1] = rng.integers(0, 4, data.n)
    matrix[rng.random(data.n) < 0.3, 2] = np.nan
    effect = 0.6 * (matrix[:, 1] == 2) + 0.6 * np.isnan(matrix[:, 2])
    columns = (Feature("x0", "number"), Feature("c", "category", tuple("abcd")), Feature("m", "number"))
    y = data.outcomes["y"].values + effect * (data.arm == 1)
    there = replace(data, features=Features(matrix, columns), outcomes={"y": replace(data.outcomes["y"], values=y)})
    for candidate in ("ridge", "boosted"):
        learned = learn(there, "y", replace(ONE, candidates=(candidate,)))
        assert np.corrcoef(learned.scores.effect("arm1"), effect)[0, 1] > 0.9, candidate


def test_weights_are_copies() -> None:
    data = contacts(1_500, seed=10, effects=(linear,))
    copies = np.random.default_rng(1).integers(1, 4, data.n)
    rows = np.repeat(np.arange(data.n), copies)
    encoding = encoding_of(data.features)
    y = data.outcomes["y"].values[:, None]
    weighted = gram_of(encoding, data.features.matrix, y, weights=copies.astype(float)).solve(0.1)
    copied = gram_of(encoding, data.features.matrix[rows], y[rows]).solve(0.1)
    assert weighted.slopes == pytest.approx(copied.slopes)


def test_gram_matrices_of_parts_add_to_that_of_the_whole() -> None:
    from sklearn.linear_model import Ridge

    data = contacts(2_000, seed=12, effects=(linear,))
    encoding = encoding_of(data.features)
    y = data.outcomes["y"].values[:, None]
    parts = [gram_of(encoding, data.features.matrix[i::3], y[i::3]) for i in range(3)]
    line = added(parts).solve(5.0)
    z = encoding.encode(data.features.matrix)
    reference = Ridge(alpha=5.0 * 2_000 / 100).fit(z, y[:, 0])
    assert line.slopes[:, 0] == pytest.approx(reference.coef_, abs=1e-9)
    assert line.intercept[0] == pytest.approx(reference.intercept_, abs=1e-9)


def test_the_race_prefers_the_simplest_within_one_standard_error() -> None:
    rng = np.random.default_rng(13)
    truth = rng.normal(size=4_000)
    pseudo = truth + rng.normal(size=4_000)
    flat, slightly, well = np.zeros(4_000), 0.004 * truth, 0.8 * truth
    assert run_race(pseudo, {"constant": flat, "boosted": well}).winner == "boosted"
    assert run_race(rng.normal(size=4_000), {"constant": flat, "ridge": slightly}).winner == "constant"


def test_an_arm_without_enough_contacts_is_named() -> None:
    data = contacts(500, seed=14)
    lonely = replace(data, arm=np.where(np.arange(data.n) == 0, 1, 0))
    with pytest.raises(StatisticsError, match="arm 'arm1' has 1 contacts"):
        learn(lonely, "y", ONE)


def test_a_missing_library_is_named_with_the_extra_that_brings_it() -> None:
    with pytest.raises(ProjectError, match=r"\[targeting\]"):
        boosting.require("no_such_library", extra="targeting")


def test_importing_the_learner_loads_no_machine_learning() -> None:
    code = (
        "import sys, uplift.targeting.learner, uplift.targeting.heterogeneity; "
        "print([m for m in ('lightgbm', 'sklearn', 'pandas', 'causalml', 'matplotlib', 'duckdb') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_fitting_prints_nothing() -> None:
    code = (
        "from tests.targeting.worlds import contacts; from uplift.targeting.learner import learn, Settings; "
        "learn(contacts(800, seed=1), 'y', Settings(threads=1))"
    )
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "")
