"""What each incentive is worth after its costs, in the light of what earlier programmes said about it.

Effects are log ratios θ of an arm's mean to the control's: a voucher that brings 5 % more buyers has θ = 0.049 in
every audience. The data give a normal likelihood for the log means (their control is shared, so two arms' effects are
correlated); earlier programmes give each θ a normal prior, discounted by a weight between 0 and 1 (power prior,
Ibrahim & Chen 2000). The posterior is normal in closed form. From it follow the expected net value of each arm against
doing nothing, the chance that it is the best choice, and what choosing it may cost.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from uplift.errors import Problem
from uplift.results.effects import Interval
from uplift.results.targeting import IncentiveChoice, IncentiveReading, Sensitivity
from uplift.targeting.allocation_problem import TargetingError

Floats = NDArray[np.float64]

NONE = "none"
CONFLICT = 0.05  # prior predictive probability below which prior and data contradict each other
DRAWS = 2**14
SEED = 20_261_122


@dataclass(frozen=True, slots=True)
class ArmMean:
    """One arm's mean of the metric per contact (a share, or money), with its standard error."""

    arm: str
    mean: float
    standard_error: float

    @property
    def log_error(self) -> float:
        """Standard error of the log mean (delta method)."""
        return self.standard_error / self.mean


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed about one arm's log ratio before the data; `weight` 0 ignores it, 1 takes it at its word."""

    mean: float
    sd: float
    weight: float = 1.0
    source: str = "typed"  # typed | earlier runs

    @property
    def precision(self) -> float:
        """What it counts: weight / sd²."""
        return self.weight / self.sd**2


@dataclass(frozen=True, slots=True)
class Cost:
    """What an arm costs: per contact, and per unit of the metric (redeemed vouchers per buyer or per euro)."""

    contact: float = 0.0
    per_unit: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Beliefs:
    """Normal posterior of (log control mean, θ of each arm): means and covariance, arms in order."""

    arms: tuple[str, ...]
    mean: Floats
    covariance: Floats


def shrunken(estimate: float, standard_error: float, *, mean: float, sd: float) -> tuple[float, float]:
    """Normal prior, normal likelihood: mean and standard deviation of the posterior.

    >>> [round(number, 6) for number in shrunken(0.03, 0.02, mean=0.01, sd=0.01)]
    [0.014, 0.008944]
    """
    data, prior = 1 / standard_error**2, 1 / sd**2
    return (data * estimate + prior * mean) / (data + prior), (data + prior) ** -0.5


def expected_net(purchase: Floats, value: Floats, *, redemption_cost: Floats, contact_cost: Floats) -> Floats:
    """(value − redemption cost) · P(purchase) − contact cost, per contact and arm.

    Only the difference to the control's column says whether an incentive pays: those who buy anyway redeem it too.

    >>> expected_net(np.array([[0.3, 0.33]]), np.array([50.0]), redemption_cost=np.array([0.0, 10.0]),
    ...              contact_cost=np.array([0.0, 0.1])).round(2).tolist()
    [[15.0, 13.1]]
    """
    return np.asarray((value[:, None] - redemption_cost) * purchase - contact_cost)


def updated_share(converters: int, contacts: int, *, a: float, b: float, weight: float = 1.0) -> tuple[float, float]:
    """The Beta posterior of a share: a prior Beta(a, b) that counts with a weight, then converters among contacts.

    >>> updated_share(32, 200, a=20, b=180)
    (52.0, 348.0)
    """
    return weight * a + converters, weight * b + contacts - converters


def beliefs(control: ArmMean, arms: Sequence[ArmMean], priors: Mapping[str, Prior]) -> Beliefs:
    """The posterior in closed form. Raises TargetingError (UP760): no logarithm, or no spread."""
    for arm in (control, *arms):
        if not (arm.mean > 0 and arm.standard_error > 0 and math.isfinite(arm.log_error)):
            raise _refused(
                f"'{arm.arm}' has a mean of {arm.mean:g} with a standard error of {arm.standard_error:g}",
                "an arm needs some buyers before its effect can be weighed",
            )
    for name, prior in priors.items():
        if not (prior.sd > 0 and 0 <= prior.weight <= 1 and math.isfinite(prior.mean) and math.isfinite(prior.sd)):
            raise _refused(
                f"the prior of '{name}' has spread {prior.sd:g} and weight {prior.weight:g}",
                "give a spread above 0 and a weight from 0 to 1",
            )
    logs = np.log([control.mean, *(arm.mean for arm in arms)])
    weights = np.array([control.log_error, *(arm.log_error for arm in arms)]) ** -2.0
    k = len(arms)
    design = np.eye(k + 1)
    design[:, 0] = 1.0
    told = [priors.get(arm.arm) for arm in arms]
    held = np.array([0.0, *(prior.precision if prior else 0.0 for prior in told)])
    centre = np.array([0.0, *(prior.mean if prior else 0.0 for prior in told)])
    precision = design.T @ (weights[:, None] * design) + np.diag(held)
    covariance = np.linalg.inv(precision)
    mean = covariance @ (design.T @ (weights * logs) + held * centre)
    return Beliefs(tuple(arm.arm for arm in arms), mean, (covariance + covariance.T) / 2)


def conflict(control: ArmMean, arm: ArmMean, prior: Prior) -> float | None:
    """How probable data as far from the prior as these were, two-sided (Box 1980); None for a prior of weight 0."""
    if prior.weight == 0:
        return None
    spread = math.hypot(arm.log_error, control.log_error, prior.sd / math.sqrt(prior.weight))
    return 2 * float(ndtr(-abs(math.log(arm.mean / control.mean) - prior.mean) / spread))


def choose(
    control: ArmMean,
    arms: Sequence[ArmMean],
    *,
    unit_value: float,
    costs: Mapping[str, Cost],
    priors: Mapping[str, Prior] | None = None,
    confidence: float = 0.95,
) -> IncentiveChoice:
    """The arm with the largest expected net value, doing nothing included.

    `unit_value` is the margin that one unit of the metric brings: margin × order value for buyers, the margin itself
    for revenue. `costs` holds what the arms cost on top of the control (also `control.arm`, where it costs something).
    """
    known = dict(priors or {})
    believed = beliefs(control, arms, known)
    values = _net_draws(believed, control, unit_value, costs)
    expected = _expected(believed, control, unit_value, costs)
    best_of = values.max(axis=1)
    winner = values.argmax(axis=1)
    tail = (1 - confidence) / 2
    z = float(ndtri(1 - tail))
    readings = [
        IncentiveReading(
            arm=NONE,
            raw=None,
            uplift=None,
            interval=None,
            own_share=None,
            conflict=None,
            conflicting=False,
            net=0.0,
            net_interval=None,
            chance_best=_share(winner == 0),
            loss=float(np.mean(best_of - values[:, 0])),
        )
    ]
    for index, arm in enumerate(arms):
        mean, sd = believed.mean[index + 1], math.sqrt(believed.covariance[index + 1, index + 1])
        prior = known.get(arm.arm)
        data = 1 / math.hypot(arm.log_error, control.log_error) ** 2
        doubt = conflict(control, arm, prior) if prior else None
        low, high = np.quantile(values[:, index + 1], [tail, 1 - tail])
        readings.append(
            IncentiveReading(
                arm=arm.arm,
                raw=arm.mean / control.mean - 1,
                uplift=math.expm1(mean),
                interval=Interval(math.expm1(mean - z * sd), math.expm1(mean + z * sd)),
                own_share=data / (data + (prior.precision if prior else 0.0)),
                conflict=doubt,
                conflicting=doubt is not None and doubt < CONFLICT,
                net=float(expected[index]),
                net_interval=Interval(float(low), float(high)),
                chance_best=_share(winner == index + 1),
                loss=float(np.mean(best_of - values[:, index + 1])),
            )
        )
    best = max(readings, key=lambda reading: reading.net)
    lines = _sensitivity(control, arms, unit_value, costs, known) if known else ()
    return IncentiveChoice(best.arm, tuple(readings), lines)


def _sensitivity(
    control: ArmMean,
    arms: Sequence[ArmMean],
    unit_value: float,
    costs: Mapping[str, Cost],
    priors: Mapping[str, Prior],
) -> tuple[Sensitivity, ...]:
    """The choice with no prior, with half of each prior's weight, and with the priors as they are."""
    lines = []
    for share in (0.0, 0.5, 1.0):
        weaker = {name: replace(prior, weight=prior.weight * share) for name, prior in priors.items()}
        expected = _expected(beliefs(control, arms, weaker), control, unit_value, costs)
        at = int(expected.argmax())
        good = expected[at] > 0
        lines.append(Sensitivity(share, arms[at].arm if good else NONE, float(expected[at]) if good else 0.0))
    return tuple(lines)


def _worth(arm: str, unit_value: float, costs: Mapping[str, Cost]) -> tuple[float, float]:
    cost = costs.get(arm, Cost())
    return unit_value - cost.per_unit, cost.contact


def _expected(believed: Beliefs, control: ArmMean, unit_value: float, costs: Mapping[str, Cost]) -> Floats:
    """E[net value] of each arm over control, from the moments of the log-normal."""
    mean, covariance = believed.mean, believed.covariance
    base = math.exp(mean[0] + covariance[0, 0] / 2)
    unit_0, contact_0 = _worth(control.arm, unit_value, costs)
    nets = []
    for index, arm in enumerate(believed.arms):
        at = index + 1
        variance = covariance[0, 0] + 2 * covariance[0, at] + covariance[at, at]
        unit, contact = _worth(arm, unit_value, costs)
        nets.append(unit * math.exp(mean[0] + mean[at] + variance / 2) - contact - (unit_0 * base - contact_0))
    return np.array(nets)


def _net_draws(believed: Beliefs, control: ArmMean, unit_value: float, costs: Mapping[str, Cost]) -> Floats:
    """Draws of the net value over control (draws × (1 + arms), none first); the same for the same beliefs."""
    from scipy.stats import qmc

    # Sobol points spread evenly: 16,384 of them give a chance to three digits, and the same digits every time.
    points = qmc.Sobol(len(believed.mean), scramble=True, rng=np.random.default_rng(SEED)).random(DRAWS)
    normal = ndtri(np.clip(points, 1e-12, 1 - 1e-12))
    drawn = believed.mean + normal @ np.linalg.cholesky(believed.covariance).T
    base = np.exp(drawn[:, 0])
    unit_0, contact_0 = _worth(control.arm, unit_value, costs)
    columns = [np.zeros(DRAWS)]
    for index, arm in enumerate(believed.arms):
        unit, contact = _worth(arm, unit_value, costs)
        columns.append(unit * base * np.exp(drawn[:, index + 1]) - contact - (unit_0 * base - contact_0))
    return np.column_stack(columns)


def _share(mask: NDArray[np.bool_]) -> float:
    return float(mask.mean())


def _refused(message: str, fix: str) -> TargetingError:
    return TargetingError(Problem("UP760", message, fix))
