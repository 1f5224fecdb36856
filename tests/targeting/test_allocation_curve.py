"""Value over budget: honest values beside the model's own."""

from __future__ import annotations

import numpy as np
import pytest

from uplift.targeting.allocation import Limits, Options, allocate
from uplift.targeting.allocation_curve import budget_curve, honest_value
from uplift.targeting.scores import arm_scores


def experiment(seed: int, *, n: int = 4_000, noise: float = 0.0) -> tuple[Options, np.ndarray, np.ndarray]:
    """A three-arm test whose true gains are known: options as a model sees them, its scores, and the true gains."""
    rng = np.random.default_rng(seed)
    true = rng.normal(0.2, 1.0, (n, 2))
    arm = rng.integers(0, 3, n)
    outcome = np.c_[np.zeros(n), true][np.arange(n), arm] + rng.normal(0, 2, n)
    scores = arm_scores(outcome, arm, np.full((n, 3), 1 / 3))
    believed = true + noise * rng.normal(0, 1, true.shape)
    return Options(("a", "b"), believed, np.array([50, 120])), scores, true


def test_the_curve_rises_with_the_budget_and_keeps_it() -> None:
    options, scores, _ = experiment(1)
    points = budget_curve(options, scores, Limits(), unit=0.01)
    spent = [point.spent for point in points]
    assert spent == sorted(spent)
    assert len(points) == 10
    believed = [point.plug_in for point in points]
    assert believed == sorted(believed)  # type: ignore[type-var]
    asked = budget_curve(options, scores, Limits(), unit=0.01, budgets=[10_000, 20_000])
    assert [point.spent for point in asked] <= [100.0, 200.0]


def test_the_value_of_treating_nobody_is_nothing_and_of_one_arm_its_mean_effect() -> None:
    _, scores, _ = experiment(2)
    n = len(scores)
    assert honest_value(np.zeros(n, dtype=np.int64), scores).value == 0
    one = honest_value(np.ones(n, dtype=np.int64), scores)
    assert one.value == pytest.approx((scores[:, 1] - scores[:, 0]).mean())


@pytest.mark.slow
def test_the_honest_interval_covers_the_true_value_and_the_belief_of_a_noisy_model_does_not() -> None:
    covered, believed_too_much = [], []
    for seed in range(300):
        options, scores, true = experiment(seed, n=1_500, noise=1.5)
        found = allocate(options, Limits(budget=60_000))
        truth = np.where(found.choice > 0, true[np.arange(1_500), np.maximum(found.choice - 1, 0)], 0.0).mean()
        value = honest_value(found.choice, scores)
        assert value.interval is not None
        low, high = value.interval.low, value.interval.high
        assert low is not None
        assert high is not None
        covered.append(low <= truth <= high)
        believed_too_much.append(found.value / 1_500 > truth)
    # 300 replicates: three standard errors of a share of 95 % are 3.8 points.
    assert abs(np.mean(covered) - 0.95) < 0.038
    assert np.mean(believed_too_much) > 0.99
