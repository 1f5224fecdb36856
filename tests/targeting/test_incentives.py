"""What an incentive is worth: shrunken effects, control-relative net values, honest chances."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from uplift.targeting.allocation_problem import TargetingError
from uplift.targeting.incentives import (
    NONE,
    ArmMean,
    Cost,
    Prior,
    beliefs,
    choose,
    conflict,
    expected_net,
    shrunken,
    updated_share,
)

CONTROL = ArmMean("control", 0.10, 0.003)
ARMS = (ArmMean("voucher_5", 0.112, 0.003), ArmMean("voucher_10", 0.13, 0.009))
COSTS = {"voucher_5": Cost(contact=0.1, per_unit=5.0), "voucher_10": Cost(contact=0.1, per_unit=10.0)}


@pytest.fixture(scope="module")
def golden(root: Path) -> dict[str, dict[str, dict[str, object]]]:
    path = root.parent / "shared" / "golden" / "targeting.json"
    if not path.exists():
        pytest.skip("the golden cases are not here")
    return {case["id"]: case for case in json.loads(path.read_text("utf-8"))["cases"]}


def test_golden_expected_net_value(golden: dict) -> None:
    given_, wanted = (golden["G21_expected_net_value_argmax"][key] for key in ("input", "expected"))
    purchase = np.c_[given_["p_control"], given_["p_arm"]]
    net = expected_net(
        purchase,
        np.array(given_["value"]),
        redemption_cost=np.array(given_["conversion_cost"]),
        contact_cost=np.array(given_["impression_cost"]),
    )
    assert net == pytest.approx(np.array(wanted["expected_net"]), abs=1e-9)
    assert net[:, 1:] - net[:, :1] == pytest.approx(np.array(wanted["incremental_vs_control"]), abs=1e-9)
    assert [given_["arms"][k] for k in net.argmax(axis=1)] == wanted["best"]


def test_golden_beta_binomial_incentive(golden: dict) -> None:
    given_, wanted = (golden["G22_beta_binomial_incentive"][key] for key in ("input", "expected"))
    net = {}
    for name, arm in given_["arms"].items():
        a, b = updated_share(arm["x"], arm["n"], **given_["prior"])
        assert a / (a + b) == pytest.approx(wanted["post_mean"][name], abs=1e-9)
        net[name] = float(
            expected_net(
                np.array([[a / (a + b)]]),
                np.array([given_["value"]]),
                redemption_cost=np.array([given_["conversion_cost"][name]]),
                contact_cost=np.array([given_["contact_cost"][name]]),
            )[0, 0]
        )
    assert net == pytest.approx(wanted["expected_net"], abs=1e-9)
    assert max(net, key=net.__getitem__) == wanted["best"]


def test_golden_normal_shrinkage(golden: dict) -> None:
    given_, wanted = (golden["G23_normal_normal_shrinkage"][key] for key in ("input", "expected"))
    found = [
        shrunken(y, s, mean=given_["prior_mean"], sd=given_["prior_sd"])
        for y, s in zip(given_["estimates"], given_["se"], strict=True)
    ]
    assert [mean for mean, _ in found] == pytest.approx(wanted["posterior_mean"], abs=1e-9)
    assert [sd for _, sd in found] == pytest.approx(wanted["posterior_sd"], abs=1e-9)


def test_without_priors_the_posterior_is_the_likelihood() -> None:
    found = beliefs(CONTROL, ARMS, {})
    assert found.mean[1:] == pytest.approx([math.log(1.12), math.log(1.3)])
    assert found.covariance[1, 1] == pytest.approx(ARMS[0].log_error ** 2 + CONTROL.log_error**2)
    assert found.covariance[1, 2] == pytest.approx(CONTROL.log_error**2)  # the control is shared


def test_one_arm_with_a_prior_is_the_normal_normal_posterior() -> None:
    prior = Prior(0.02, 0.03, weight=0.5)
    found = beliefs(CONTROL, ARMS[:1], {"voucher_5": prior})
    error = math.hypot(ARMS[0].log_error, CONTROL.log_error)
    mean, sd = shrunken(math.log(1.12), error, mean=0.02, sd=0.03 / math.sqrt(0.5))
    assert found.mean[1] == pytest.approx(mean)
    assert math.sqrt(found.covariance[1, 1]) == pytest.approx(sd)


def test_the_closed_form_is_bayes_theorem_on_a_grid() -> None:
    prior = Prior(0.05, 0.04)
    found = beliefs(CONTROL, ARMS, {"voucher_10": prior})
    base = np.linspace(-2.45, -2.15, 121)[:, None, None]
    first = np.linspace(-0.1, 0.3, 101)[None, :, None]
    second = np.linspace(-0.2, 0.5, 141)[None, None, :]
    density = (
        stats.norm.logpdf(base, math.log(0.1), CONTROL.log_error)
        + stats.norm.logpdf(base + first, math.log(0.112), ARMS[0].log_error)
        + stats.norm.logpdf(base + second, math.log(0.13), ARMS[1].log_error)
        + stats.norm.logpdf(second, prior.mean, prior.sd)
    )
    weight = np.exp(density - density.max())
    weight /= weight.sum()
    assert (weight * first).sum() == pytest.approx(found.mean[1], abs=2e-4)
    assert (weight * second).sum() == pytest.approx(found.mean[2], abs=2e-4)
    assert (weight * second**2).sum() - (weight * second).sum() ** 2 == pytest.approx(found.covariance[2, 2], rel=0.01)


def test_the_expected_net_value_and_chances_agree_with_plain_random_draws() -> None:
    found = choose(CONTROL, ARMS, unit_value=50.0, costs=COSTS)
    rng = np.random.default_rng(1)
    size = 400_000
    logs = [rng.normal(math.log(a.mean), a.log_error, size) for a in (CONTROL, *ARMS)]
    base, five, ten = (np.exp(log) for log in logs)
    net = np.c_[np.zeros(size), 45 * five - 0.1 - 50 * base, 40 * ten - 0.1 - 50 * base]
    assert [arm.net for arm in found.arms] == pytest.approx(
        net.mean(axis=0), abs=5 * float(net.std(axis=0).max()) / 632
    )
    chances = np.bincount(net.argmax(axis=1), minlength=3) / size
    assert [arm.chance_best for arm in found.arms] == pytest.approx(chances, abs=0.004)
    losses = net.max(axis=1).mean() - net.mean(axis=0)
    assert [arm.loss for arm in found.arms] == pytest.approx(losses, rel=0.02)


def test_chances_add_up_and_the_best_arm_has_the_smallest_expected_loss() -> None:
    found = choose(CONTROL, ARMS, unit_value=50.0, costs=COSTS)
    assert sum(arm.chance_best for arm in found.arms) == pytest.approx(1)
    assert min(found.arms, key=lambda arm: arm.loss).arm == found.best


def test_a_small_arm_is_shrunken_and_a_well_measured_one_wins() -> None:
    raw = choose(CONTROL, ARMS, unit_value=60.0, costs=COSTS)
    priors = {arm.arm: Prior(0.08, 0.04) for arm in ARMS}
    told = choose(CONTROL, ARMS, unit_value=60.0, costs=COSTS, priors=priors)
    assert raw.best == "voucher_10"
    assert told.best in {"voucher_5", NONE}
    assert told.sensitive
    assert told.sensitivity[0].arm == "voucher_10"
    assert told.arms[2].own_share is not None
    assert told.arms[2].own_share < told.arms[1].own_share


def test_nothing_is_chosen_when_every_incentive_costs_more_than_it_brings() -> None:
    dear = {arm.arm: Cost(contact=2.0, per_unit=20.0) for arm in ARMS}
    found = choose(CONTROL, ARMS, unit_value=20.0, costs=dear)
    assert found.best == NONE
    assert found.arms[0].chance_best > 0.99
    assert found.arms[0].loss == pytest.approx(0, abs=1e-3)


def test_a_prior_of_weight_nothing_changes_nothing() -> None:
    plain = choose(CONTROL, ARMS, unit_value=50.0, costs=COSTS)
    ignored = choose(CONTROL, ARMS, unit_value=50.0, costs=COSTS, priors={"voucher_5": Prior(1.0, 0.01, weight=0.0)})
    assert ignored.arms[1].uplift == plain.arms[1].uplift
    assert ignored.arms[1].conflict is None


def test_data_far_from_the_prior_are_flagged_and_data_as_expected_are_not() -> None:
    far, near = Prior(-0.3, 0.02), Prior(0.1, 0.05)
    assert choose(CONTROL, ARMS, unit_value=50.0, costs=COSTS, priors={"voucher_5": far}).arms[1].conflicting
    assert not choose(CONTROL, ARMS, unit_value=50.0, costs=COSTS, priors={"voucher_5": near}).arms[1].conflicting


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_conflict_probability_is_uniform_when_the_prior_is_true(seed: int) -> None:
    rng = np.random.default_rng(seed)
    prior, errors = Prior(0.05, 0.05), (0.03, 0.04)
    theta = rng.normal(prior.mean, prior.sd, 400)
    control, arm = rng.normal(0, errors[0], 400), rng.normal(0, errors[1], 400) + theta
    flagged = [
        (
            conflict(
                ArmMean("c", math.exp(c), errors[0] * math.exp(c)),
                ArmMean("a", math.exp(a), errors[1] * math.exp(a)),
                prior,
            )
            or 0
        )
        < 0.05
        for c, a in zip(control, arm, strict=True)
    ]
    # 400 draws at 5 %: five standard errors are 5.4 points.
    assert abs(np.mean(flagged) - 0.05) < 0.055


def test_the_unit_of_money_does_not_matter_to_the_choice() -> None:
    euros = choose(CONTROL, ARMS, unit_value=50.0, costs=COSTS)
    cents = choose(
        CONTROL, ARMS, unit_value=5_000.0, costs={n: Cost(100 * c.contact, 100 * c.per_unit) for n, c in COSTS.items()}
    )
    assert cents.best == euros.best
    assert [arm.net for arm in cents.arms] == pytest.approx([100 * arm.net for arm in euros.arms])


@pytest.mark.parametrize(
    ("control", "priors"),
    [
        (ArmMean("control", 0.0, 0.0), {}),
        (ArmMean("control", 0.1, 0.0), {}),
        (CONTROL, {"voucher_5": Prior(0.0, 0.0)}),
        (CONTROL, {"voucher_5": Prior(0.0, 0.1, weight=1.5)}),
    ],
)
def test_an_arm_without_buyers_or_a_prior_without_spread_is_refused(control: ArmMean, priors: dict[str, Prior]) -> None:
    with pytest.raises(TargetingError) as refused:
        choose(control, ARMS, unit_value=50.0, costs=COSTS, priors=priors)
    assert refused.value.problems[0].code == "UP760"
