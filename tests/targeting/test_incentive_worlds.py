"""Synthetic worlds in which every contact's chances are known: is the incentive model right, and does it pay?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import expit

from uplift.targeting.allocation_problem import TargetingError
from uplift.targeting.incentive_model import fit_purchases, purchases
from uplift.targeting.incentives import Prior, expected_net

ARMS = ("none", "voucher_5", "voucher_10", "free_shipping", "gift")
REDEMPTION = np.array([0.0, 5.0, 10.0, 4.9, 3.0])
CONTACT = np.array([0.0, 0.05, 0.05, 0.05, 0.05])


@dataclass
class World:
    features: np.ndarray
    chance: np.ndarray  # P(purchase) per contact and arm
    value: np.ndarray  # margin of a purchase
    arm: np.ndarray
    bought: np.ndarray

    def net(self, purchase: np.ndarray) -> np.ndarray:
        return expected_net(purchase, self.value, redemption_cost=REDEMPTION, contact_cost=CONTACT)


def world(seed: int, *, contacts: int = 30_000) -> World:
    """Five arms, four features, 9 % buyers without incentive; incentives act on everybody, and on some more."""
    rng = np.random.default_rng(seed)
    d = 4
    x = rng.normal(size=(contacts, d))
    arms = np.r_[0.0, np.abs(rng.normal([0.25, 0.45, 0.2, 0.15], 0.15))]
    deviations = np.vstack([np.zeros(d), rng.normal(0, 0.2, (4, d))])
    chance = expit(-2.3 + (x @ rng.normal(0, 0.5, d))[:, None] + arms + x @ deviations.T)
    value = np.exp(rng.normal(3.6, 0.4, contacts))
    arm = rng.integers(0, 5, contacts)
    return World(x, chance, value, arm, rng.random(contacts) < chance[np.arange(contacts), arm])


@pytest.fixture(scope="module")
def fitted() -> list[tuple[World, np.ndarray, np.ndarray]]:
    """Each world with the model's mean chances, and whether its 90 % intervals cover the true ones."""
    found = []
    for seed in range(1000, 1025):
        made = world(seed)
        model = fit_purchases(made.features, made.arm, made.bought, ARMS)
        told = purchases(model, made.features, confidence=0.9)
        found.append((made, told.mean, (told.low <= made.chance) & (made.chance <= told.high)))
    return found


@pytest.mark.slow
def test_ninety_per_cent_intervals_cover_in_every_arm(fitted: list[tuple[World, np.ndarray, np.ndarray]]) -> None:
    coverage = np.mean([covered.mean(axis=0) for _, _, covered in fitted], axis=0)
    # Contacts of one world share their coefficients: 25 worlds give a standard error of about 2.5 points.
    assert (coverage > 0.85).all()
    assert (coverage < 0.96).all()


@pytest.mark.slow
def test_choosing_by_net_value_closes_most_of_the_gap_and_beats_the_largest_chance(
    fitted: list[tuple[World, np.ndarray, np.ndarray]],
) -> None:
    by_net, by_chance = [], []
    for made, mean, _ in fitted:
        true, rows = made.net(made.chance), np.arange(len(mean))
        uniform, oracle = true.mean(axis=0).max(), true.max(axis=1).mean()
        by_net.append((true[rows, made.net(mean).argmax(axis=1)].mean() - uniform) / (oracle - uniform))
        by_chance.append((true[rows, mean.argmax(axis=1)].mean() - uniform) / (oracle - uniform))
    assert np.mean(by_net) >= 0.70
    assert np.min(by_net) >= 0.45
    assert np.mean(by_net) > np.mean(by_chance)


@pytest.mark.slow
def test_a_larger_weight_of_costs_never_raises_what_is_given_away(
    fitted: list[tuple[World, np.ndarray, np.ndarray]],
) -> None:
    for made, mean, _ in fitted[:8]:
        revenue, cost = made.value[:, None] * mean, REDEMPTION * mean + CONTACT
        given = []
        for weight in (0.0, 0.5, 1.0, 2.0, 4.0):
            choice = (revenue - weight * cost).argmax(axis=1)
            given.append(cost[np.arange(len(choice)), choice].mean())
        assert given == sorted(given, reverse=True)


def test_nothing_is_chosen_where_every_incentive_costs_more_than_it_brings() -> None:
    made = world(7, contacts=8_000)
    model = fit_purchases(made.features, made.arm, made.bought, ARMS)
    mean = purchases(model, made.features).mean
    dear = expected_net(mean, np.full(len(mean), 4.0), redemption_cost=REDEMPTION, contact_cost=CONTACT)
    assert (dear.argmax(axis=1) == 0).mean() > 0.99


def test_contacts_that_were_in_no_test_get_chances_too() -> None:
    made = world(8, contacts=8_000)
    model = fit_purchases(made.features, made.arm, made.bought, ARMS)
    new = purchases(model, np.random.default_rng(1).normal(size=(50, 4)))
    assert new.mean.shape == (50, 5)
    assert ((new.low < new.mean) & (new.mean < new.high)).all()


def test_a_strong_prior_holds_an_arm_where_earlier_programmes_saw_it() -> None:
    made = world(9, contacts=5_000)
    told = {weight: {"voucher_10": Prior(0.0, 0.01, weight=weight)} for weight in (0.0, 1.0)}
    free = fit_purchases(made.features, made.arm, made.bought, ARMS)
    held = fit_purchases(made.features, made.arm, made.bought, ARMS, priors=told[1.0])
    ignored = fit_purchases(made.features, made.arm, made.bought, ARMS, priors=told[0.0])
    effect = 5 * ARMS.index("voucher_10")  # five coefficients per arm, the average effect first
    assert free.mode[effect] > 0.2
    assert abs(held.mode[effect]) < 0.03
    assert ignored.mode[effect] == pytest.approx(free.mode[effect])


def test_the_mode_is_where_the_log_posterior_is_flat() -> None:
    """An independent library fits the same penalised likelihood: a plain logistic regression with the same ridge."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    made = world(10, contacts=4_000)
    model = fit_purchases(made.features, np.zeros(4_000, dtype=int), made.bought, ("none",))
    x = (made.features - model.centre) / model.scale
    peer = linear_model.LogisticRegression(C=100.0, fit_intercept=True, tol=1e-10, max_iter=1000).fit(x, made.bought)
    assert model.mode[1:] == pytest.approx(peer.coef_[0], abs=1e-4)
    assert model.mode[0] == pytest.approx(peer.intercept_[0], abs=2e-3)  # the peer does not hold its intercept


@pytest.mark.parametrize("fault", ["empty arm", "nobody", "everybody"])
def test_what_no_model_could_learn_from_is_refused(fault: str) -> None:
    made = world(11, contacts=500)
    arm = np.where(made.arm == 3, 0, made.arm) if fault == "empty arm" else made.arm
    bought = {"nobody": np.zeros(500, bool), "everybody": np.ones(500, bool)}.get(fault, made.bought)
    with pytest.raises(TargetingError) as refused:
        fit_purchases(made.features, arm, bought, ARMS)
    assert refused.value.problems[0].code == "UP760"
