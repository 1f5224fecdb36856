"""The Bayesian reading of a result: how likely the treatment is better, and what deciding for it may cost.

Beliefs are about the log ratio θ of treatment to control and are mixtures of normals: a plain normal prior is one
component, what the history of a programme teaches is several (`meta.py`), because how much its runs differ is itself
uncertain. With a normal estimate every posterior is a mixture again, and all answers are closed sums.

A prior belongs on this scale and nowhere else: the same prior on a difference would say something else for every
metric.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from uplift.errors import Problem, StatisticsError
from uplift.results import Interval
from uplift.stats.roots import root_between

Floats = NDArray[np.float64]
Better = Literal["up", "down"]


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """A mixture of normals for the log ratio: weights (they add up to one), means and standard deviations."""

    weights: Floats
    means: Floats
    sds: Floats

    @classmethod
    def normal(cls, mean: float, sd: float) -> Belief:
        """One normal component."""
        if not (sd > 0 and math.isfinite(sd) and math.isfinite(mean)):
            raise StatisticsError(
                Problem("UP645", f"a belief with standard deviation {sd:g}", fix="give a standard deviation above 0")
            )
        return cls(np.ones(1), np.array([mean]), np.array([sd]))

    @property
    def mean(self) -> float:
        """The expected log ratio."""
        return float(self.weights @ self.means)

    @property
    def sd(self) -> float:
        """Its standard deviation."""
        return math.sqrt(float(self.weights @ (self.sds**2 + (self.means - self.mean) ** 2)))

    def above(self, log_ratio: float) -> float:
        """The probability of a larger log ratio."""
        return float(self.weights @ ndtr((self.means - log_ratio) / self.sds))

    def quantile(self, probability: float) -> float:
        """The log ratio below which the belief holds `probability`."""
        reach = 40 * float(self.sds.max())
        low, high = float(self.means.min()) - reach, float(self.means.max()) + reach
        return root_between(lambda x: 1 - self.above(x) - probability, low, high, within=1e-12 * (high - low))


@dataclass(frozen=True, slots=True)
class BayesianReading:
    """What the posterior says, on the scale of the relative uplift.

    `chance_better` is the probability that the treatment is better; `loss_if_shipped` and `loss_if_stopped` are the
    relative uplift that each decision is expected to give away (0.001: a tenth of a per cent of the control's value).
    """

    uplift: float
    interval: Interval
    chance_better: float
    loss_if_shipped: float
    loss_if_stopped: float


def posterior(prior: Belief, *, estimate: float, standard_error: float) -> Belief:
    """The belief after seeing a log ratio with its standard error.

    Each component shrinks by its own variance and is reweighted by how well it predicted the estimate.

    >>> after = posterior(Belief.normal(0.0, 0.1), estimate=0.1, standard_error=0.1)
    >>> round(after.mean, 12), round(after.sd, 4)
    (0.05, 0.0707)
    """
    if not (standard_error > 0 and math.isfinite(standard_error)):
        raise StatisticsError(
            Problem("UP645", f"standard error {standard_error:g}", fix="give the standard error of the log ratio")
        )
    noise, spread = standard_error**2, prior.sds**2
    share = spread / (spread + noise)
    log_weight = -0.5 * np.log(spread + noise) - 0.5 * (estimate - prior.means) ** 2 / (spread + noise)
    weights = prior.weights * np.exp(log_weight - log_weight.max())
    return Belief(weights / weights.sum(), prior.means + share * (estimate - prior.means), np.sqrt(share * noise))


def read_belief(belief: Belief, *, better: Better = "up", confidence: float = 0.95) -> BayesianReading:
    """Uplift, credible interval, chance to be better and expected losses."""
    tail = (1 - confidence) / 2
    interval = Interval(math.expm1(belief.quantile(tail)), math.expm1(belief.quantile(1 - tail)))
    above, fall, rise = belief.above(0.0), _expected_fall(belief), _expected_rise(belief)
    chance, shipped, stopped = (above, fall, rise) if better == "up" else (1 - above, rise, fall)
    return BayesianReading(math.expm1(belief.mean), interval, chance, shipped, stopped)


def _expected_fall(belief: Belief) -> float:
    """E[max(0, 1 − e^θ)]: the relative uplift lost where the treatment is below control."""
    z = belief.means / belief.sds
    values = ndtr(-z) - np.exp(belief.means + belief.sds**2 / 2) * ndtr(-z - belief.sds)
    return float(belief.weights @ values)


def _expected_rise(belief: Belief) -> float:
    """E[max(0, e^θ − 1)]."""
    z = belief.means / belief.sds
    values = np.exp(belief.means + belief.sds**2 / 2) * ndtr(z + belief.sds) - ndtr(z)
    return float(belief.weights @ values)
