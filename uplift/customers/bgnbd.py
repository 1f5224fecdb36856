"""When does a customer buy again, and is he still one? The BG/NBD model, by maximum likelihood.

While alive a customer buys at random moments with his own rate λ ~ Gamma(r, α); after each purchase he leaves with his
own probability p ~ Beta(a, b). Nobody says that he has left: a long silence only makes it likely.

Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2): likelihood eq. (6),
conditional expectation eq. (10), both rewritten so that nothing overflows (see `expected_purchases`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from uplift.customers.likelihood import EDGE, SAME, Fit, Summed, maximise
from uplift.errors import Problem, StatisticsError

Floats = NDArray[np.float64]
NAMES = ("r", "alpha", "a", "b")
ROUGH = 10_000  # distinct histories that give a first answer
NUDGE = 1e-6  # the formula has removable singularities at a = 1 and a + b = 1; it is taken beside them


@dataclass(frozen=True, slots=True)
class Histories:
    """Purchase histories, one row per distinct history: `contacts` says how many customers share it.

    `repeats` (x) counts purchase days after the first; `recency` (t_x) is the time from the first to the last of
    them and `age` (T) the time from the first to the end of the data, in one unit (days or weeks).
    """

    repeats: Floats
    recency: Floats
    age: Floats
    contacts: Floats

    @classmethod
    def of(cls, repeats: ArrayLike, recency: ArrayLike, age: ArrayLike, contacts: ArrayLike | None = None) -> Histories:
        """Histories of single customers, equal ones counted together.

        Raises StatisticsError (UP660) for numbers that no history has: negative ones, a last purchase after the end.
        """
        x, t_x, end = (np.asarray(values, dtype=np.float64) for values in (repeats, recency, age))
        n = np.ones(len(x)) if contacts is None else np.asarray(contacts, dtype=np.float64)
        sound = (x >= 0) & (t_x >= 0) & (t_x <= end) & ((x > 0) == (t_x > 0)) & (n > 0) & np.isfinite(end)
        if not sound.all() or not len(x):
            message = f"{int((~sound).sum()):,} of {len(x):,} purchase histories can't be"
            fix = "needed: 0 ≤ recency ≤ age, and a recency above zero exactly where there is a repeat purchase"
            raise StatisticsError(Problem("UP660", message, fix=fix))
        rows, where = np.unique(np.column_stack([x, t_x, end]), axis=0, return_inverse=True)
        together = np.bincount(where.ravel(), weights=n).astype(np.float64)
        return cls(rows[:, 0], rows[:, 1], rows[:, 2], together)

    def every(self, step: int) -> Histories:
        """Every `step`-th distinct history."""
        return Histories(self.repeats[::step], self.recency[::step], self.age[::step], self.contacts[::step])


@dataclass(frozen=True, slots=True)
class BgNbd:
    """A fitted model: rates Gamma(r, α), departures Beta(a, b); `fit` says how it was found and how sure it is."""

    r: float
    alpha: float
    a: float
    b: float
    fit: Fit

    def with_parameters(self, logs: Floats) -> BgNbd:
        """The same model at other parameters, given by their logarithms: for draws from their distribution."""
        r, alpha, a, b = map(float, np.exp(logs))
        return BgNbd(r, alpha, a, b, self.fit)


def fit(histories: Histories) -> BgNbd:
    """The parameters under which these histories are most likely.

    Raises StatisticsError (UP661) when nobody bought twice: then rate and departure can't be told apart.
    """
    if not (histories.repeats > 0).any():
        message = f"none of {int(histories.contacts.sum()):,} customers bought on two days"
        raise StatisticsError(
            Problem("UP661", message, fix="the model needs repeat purchases: give it a longer history")
        )
    scale = float(np.average(histories.age, weights=histories.contacts)) or 1.0
    scaled = Histories(histories.repeats, histories.recency / scale, histories.age / scale, histories.contacts)
    start = np.zeros(4)
    for part in (*([scaled.every(len(scaled.age) // ROUGH)] if len(scaled.age) > 2 * ROUGH else []), scaled):
        found = maximise(partial(_log_likelihood, h=part), start, NAMES, (SAME, EDGE, SAME, SAME))
        start = found.logs  # a rough answer from some histories is where the search among all of them begins
    # A time scale s multiplies α; the density of the x purchase times gains s⁻ˣ.
    jacobian = -float((histories.contacts * histories.repeats).sum()) * float(np.log(scale))
    found = found.shifted(np.array([0.0, np.log(scale), 0.0, 0.0]), jacobian)
    r, alpha, a, b = map(float, np.exp(found.logs))
    return BgNbd(r, alpha, a, b, found)


def _log_likelihood(logs: Floats, h: Histories) -> tuple[float, Floats]:
    """Log-likelihood and its gradient in the logarithms of r, α, a, b."""
    r, alpha, a, b = np.exp(logs)
    x, n, repeat = h.repeats, h.contacts, h.repeats > 0
    by_count = Summed.of(x)
    known = by_count.gammaln(r) - by_count.gammaln(a + b) + by_count.gammaln(b)
    known = known[by_count.where] + r * np.log(alpha)
    later, last = np.log(alpha + h.age), np.log(alpha + h.recency)
    alive = -(r + x) * later
    below = np.where(repeat, b + x - 1, 1.0)
    left = np.where(repeat, np.log(a) - np.log(below) - (r + x) * last, -np.inf)
    either = np.logaddexp(alive, left)
    w = np.exp(alive - either)
    v = 1 - w
    psi_r, psi_ab, psi_b = (by_count.digamma(q)[by_count.where] for q in (r, a + b, b))
    by_r = psi_r + np.log(alpha) - w * later - v * last
    by_alpha = r / alpha - (r + x) * (w / (alpha + h.age) + v / (alpha + h.recency))
    by_a = -psi_ab + v / a
    by_b = -psi_ab + psi_b - v / below
    slopes = np.array([(n * part).sum() for part in (by_r, by_alpha, by_a, by_b)])
    return float((n * (known + either)).sum()), slopes * np.array([r, alpha, a, b])


def probability_alive(model: BgNbd, repeats: ArrayLike, recency: ArrayLike, age: ArrayLike) -> Floats:
    """The probability that customers with these histories have not left (1 for those without a repeat purchase)."""
    x, t_x, end = (np.asarray(values, dtype=np.float64) for values in (repeats, recency, age))
    below = np.where(x > 0, model.b + x - 1, 1.0)
    odds = np.log(model.a / below) + (model.r + x) * (np.log(model.alpha + end) - np.log(model.alpha + t_x))
    return np.asarray(np.where(x > 0, 1 / (1 + np.exp(np.minimum(odds, 700.0))), 1.0))


def purchases_if_alive(model: BgNbd, repeats: ArrayLike, age: ArrayLike, horizon: float) -> Floats:
    """Expected purchases within `horizon` from now on of customers who are still alive: does not depend on recency.

    Eq. (10) holds ₂F₁(r+x, b+x; a+b+x−1; z), which overflows for good customers. Euler's transformation turns it into
    (1−z)^(a−1−r−x) ₂F₁(a+b−1−r, a−1; a+b+x−1; z), whose first factor cancels against the one before it.
    """
    from scipy.special import hyp2f1

    x, end = np.asarray(repeats, dtype=np.float64), np.asarray(age, dtype=np.float64)
    a = model.a + NUDGE if abs(model.a - 1) < NUDGE else model.a
    b = model.b + NUDGE if abs(a + model.b - 1) < NUDGE else model.b
    c = a + b + x - 1
    z = horizon / (model.alpha + end + horizon)
    missing = np.exp((a - 1) * np.log1p(-z)) * hyp2f1(a + b - 1 - model.r, a - 1, c, z)
    return np.maximum(np.asarray(c / (a - 1) * (1 - missing)), 0.0)


def expected_purchases(model: BgNbd, repeats: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon: float) -> Floats:
    """Expected purchases (purchase days) within `horizon` from now on, in the time unit of the histories."""
    return probability_alive(model, repeats, recency, age) * purchases_if_alive(model, repeats, age, horizon)
