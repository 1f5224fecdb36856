from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from uplift.errors import StatisticsError
from uplift.stats.bayes import Belief, posterior, read_belief


@pytest.mark.parametrize(
    "name", ["bayes-P1-prior-N(0,0.05^2)", "bayes-P5-prior-N(0,0.3^2)", "bayes-P5-prior-N(0,0.05^2)"]
)
def test_normal_posteriors_are_those_of_gbstats(golden, name) -> None:
    # The reference puts its prior on the relative uplift with the delta method's error: the arithmetic is the same.
    case = golden(name)
    (x_c, n_c), (x_t, n_t) = case["input"]["control"], case["input"]["treatment"]
    p_c, p_t = x_c / n_c, x_t / n_t
    se = math.sqrt(p_t * (1 - p_t) / n_t / p_c**2 + p_t**2 * p_c * (1 - p_c) / n_c / p_c**4)
    after = posterior(Belief.normal(*case["input"]["prior"]), estimate=p_t / p_c - 1, standard_error=se)
    expected = case["expected"]
    assert after.mean == pytest.approx(expected["post_mean"], abs=case["tolerance"])
    assert after.sd == pytest.approx(expected["post_sd"], abs=case["tolerance"])
    assert after.above(0) == pytest.approx(expected["chance_to_win"], abs=case["tolerance"])
    assert [after.quantile(0.025), after.quantile(0.975)] == pytest.approx(expected["ci"], abs=case["tolerance"])


def test_a_mixture_updates_as_bayes_theorem_integrates() -> None:
    prior = Belief(np.array([0.3, 0.7]), np.array([-0.1, 0.2]), np.array([0.05, 0.3]))
    after = posterior(prior, estimate=0.12, standard_error=0.08)

    def joint(theta: float) -> float:
        density = sum(w * norm.pdf(theta, m, s) for w, m, s in zip(prior.weights, prior.means, prior.sds, strict=True))
        return density * norm.pdf(0.12, theta, 0.08)

    def integral(f) -> float:
        return quad(f, -1.5, 1.5, points=[-0.1, 0.12, 0.2], epsabs=1e-13, limit=300)[0]

    total = integral(joint)
    assert after.mean == pytest.approx(integral(lambda x: x * joint(x)) / total, abs=1e-9)
    assert after.above(0) == pytest.approx(quad(joint, 0, 1.5, points=[0.12], epsabs=1e-13)[0] / total, abs=1e-9)
    read = read_belief(after)
    lost = integral(lambda x: max(0.0, 1 - math.exp(x)) * joint(x)) / total
    won = integral(lambda x: max(0.0, math.exp(x) - 1) * joint(x)) / total
    assert read.loss_if_shipped == pytest.approx(lost, abs=1e-8)
    assert read.loss_if_stopped == pytest.approx(won, abs=1e-8)


estimates = st.floats(-1, 1)
errors = st.floats(0.01, 0.5)


@given(estimates, errors)
def test_for_a_metric_that_should_fall_the_losses_change_places(estimate, se) -> None:
    belief = posterior(Belief.normal(0.0, 0.2), estimate=estimate, standard_error=se)
    up, down = read_belief(belief, better="up"), read_belief(belief, better="down")
    assert up.chance_better + down.chance_better == pytest.approx(1)
    assert (up.loss_if_shipped, up.loss_if_stopped) == (down.loss_if_stopped, down.loss_if_shipped)
    assert up.interval == down.interval


@given(estimates, errors)
def test_a_flat_prior_leaves_the_estimate_alone(estimate, se) -> None:
    after = posterior(Belief.normal(0.0, 1e4), estimate=estimate, standard_error=se)
    assert after.mean == pytest.approx(estimate, abs=1e-6)
    assert after.sd == pytest.approx(se, rel=1e-6)


@given(estimates, errors)
def test_what_shipping_and_stopping_lose_differs_by_the_expected_uplift(estimate, se) -> None:
    after = posterior(Belief.normal(0.05, 0.1), estimate=estimate, standard_error=se)
    read = read_belief(after)
    expected = math.exp(after.mean + after.sd**2 / 2) - 1
    assert read.loss_if_stopped - read.loss_if_shipped == pytest.approx(expected, abs=1e-10)
    assert read.interval.low < read.uplift < read.interval.high
    assert read.loss_if_shipped >= -1e-15
    assert read.loss_if_stopped >= -1e-15


@given(st.floats(0.001, 0.999))
def test_quantile_and_probability_undo_each_other(p) -> None:
    belief = Belief(np.array([0.5, 0.5]), np.array([-1.0, 1.0]), np.array([0.1, 0.4]))
    assert 1 - belief.above(belief.quantile(p)) == pytest.approx(p, abs=1e-9)


@pytest.mark.parametrize("sd", [0.0, -1.0, math.inf, math.nan])
def test_beliefs_and_errors_without_width_are_refused(sd) -> None:
    with pytest.raises(StatisticsError, match="UP645"):
        Belief.normal(0.0, sd)
    with pytest.raises(StatisticsError, match="UP645"):
        posterior(Belief.normal(0.0, 0.1), estimate=0.1, standard_error=sd)
