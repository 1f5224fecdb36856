"""How much is the next basket worth? The Gamma-Gamma model, by maximum likelihood.

Baskets of one customer scatter as Gamma(p, ν); ν differs between customers as Gamma(q, γ). A customer with few baskets
is pulled towards the shop's mean, one with many keeps his own.

Fader & Hardie (2013), The Gamma-Gamma model of monetary value: likelihood eq. (1a), conditional mean eq. (5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from uplift.customers.likelihood import EDGE, SAME, Fit, Summed, maximise
from uplift.errors import Problem, StatisticsError

Floats = NDArray[np.float64]
FEWEST = 30  # customers with two baskets or more


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """A fitted model: shape p within a customer, shape q and scale γ between customers; `fit` says how sure it is."""

    p: float
    q: float
    gamma: float
    fit: Fit

    @property
    def mean(self) -> float | None:
        """The shop's mean basket over all customers; None when customers differ too much for one to exist (q ≤ 1)."""
        return self.p * self.gamma / (self.q - 1) if self.q > 1 else None

    def with_parameters(self, logs: Floats) -> GammaGamma:
        """The same model at other parameters, given by their logarithms."""
        p, q, gamma = map(float, np.exp(logs))
        return GammaGamma(p, q, gamma, self.fit)


def fit(baskets: ArrayLike, mean_value: ArrayLike, contacts: ArrayLike | None = None) -> GammaGamma:
    """The most likely parameters, from each customer's number of baskets (≥ 1) and their mean value (> 0).

    Raises StatisticsError: UP660 for values that no basket has, UP663 when too few customers have two baskets.
    """
    x, mean = np.asarray(baskets, dtype=np.float64), np.asarray(mean_value, dtype=np.float64)
    n = np.ones(len(x)) if contacts is None else np.asarray(contacts, dtype=np.float64)
    sound = (x >= 1) & (mean > 0) & np.isfinite(mean) & (n > 0)
    if not sound.all():
        message = f"{int((~sound).sum()):,} of {len(x):,} customers have no basket of a value above zero"
        raise StatisticsError(Problem("UP660", message, fix="leave them out: the model is about buyers"))
    if (n * (x > 1)).sum() < FEWEST:
        message = f"only {int((n * (x > 1)).sum())} customers have two baskets or more; {FEWEST} are needed"
        raise StatisticsError(Problem("UP663", message, fix="give the model a longer history"))
    scale = float(np.average(mean, weights=n))
    total = x * mean / scale
    fixed = float((n * (np.log(x) - np.log(total))).sum())  # turns the density of the sum into that of the mean
    by_count = Summed.of(x)
    logs_of_total = np.log(total)

    def log_likelihood(logs: Floats) -> tuple[float, Floats]:
        return _log_likelihood(logs, by_count, total, logs_of_total, n, fixed)

    start = np.log(np.array([2.0, 3.0, 1.5]))
    found = maximise(log_likelihood, start, ("p", "q", "gamma"), (SAME, SAME, EDGE))
    found = found.shifted(np.array([0.0, 0.0, np.log(scale)]), -float(n.sum()) * float(np.log(scale)))
    p, q, scale_of_all = map(float, np.exp(found.logs))
    return GammaGamma(p, q, scale_of_all, found)


def _log_likelihood(
    logs: Floats, by_count: Summed, total: Floats, logs_of_total: Floats, n: Floats, fixed: float
) -> tuple[float, Floats]:
    """Log-likelihood and its gradient in the logarithms of p, q, γ, where `total` is count × mean.

    ln B(px, q) and its slopes depend on the count alone; only ln(γ + total) is new for every customer.
    """
    from scipy.special import digamma, gammaln

    p, q, gamma = np.exp(logs)
    x, where = by_count.distinct, by_count.where
    shapes = gammaln(p * x + q) - gammaln(p * x) - gammaln(q)
    below = np.log(gamma + total)
    shape = p * x[where]
    value = shapes[where] + q * np.log(gamma) + shape * logs_of_total - (shape + q) * below
    joint = digamma(p * x + q)
    by_p = x[where] * ((joint - digamma(p * x))[where] + logs_of_total - below)
    by_q = (joint - digamma(q))[where] + np.log(gamma) - below
    by_gamma = q / gamma - (shape + q) / (gamma + total)
    slopes = np.array([(n * part).sum() for part in (by_p, by_q, by_gamma)])
    return float((n * value).sum()) + fixed, slopes * np.array([p, q, gamma])


def next_basket(model: GammaGamma, baskets: ArrayLike, mean_value: ArrayLike) -> Floats:
    """The expected value of the next basket; NaN for a customer without baskets when the shop has no mean (q ≤ 1)."""
    x, mean = np.asarray(baskets, dtype=np.float64), np.asarray(mean_value, dtype=np.float64)
    below = model.p * x + model.q - 1
    value = model.p * (model.gamma + x * np.where(x > 0, mean, 0.0)) / np.where(below > 0, below, np.nan)
    return np.asarray(value)


def next_basket_interval(
    model: GammaGamma, baskets: ArrayLike, mean_value: ArrayLike, *, confidence: float = 0.8
) -> tuple[Floats, Floats]:
    """Between which values the next basket itself lies with this probability.

    Given the history ν ~ Gamma(q + px, γ + x·mean), so the next basket is (γ + x·mean)·B/(1 − B) with
    B ~ Beta(p, q + px): a beta-prime variable.
    """
    from scipy.special import betaincinv

    x, mean = np.asarray(baskets, dtype=np.float64), np.asarray(mean_value, dtype=np.float64)
    scale = model.gamma + x * np.where(x > 0, mean, 0.0)
    counts, where = np.unique(x, return_inverse=True)  # B depends on the count alone, and its quantiles are dear
    tails = ((1 - confidence) / 2, (1 + confidence) / 2)
    ends = (betaincinv(model.p, model.q + model.p * counts, tail) for tail in tails)
    low, high = (np.asarray(scale * (end / (1 - end))[where].reshape(x.shape)) for end in ends)
    return low, high
