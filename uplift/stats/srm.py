"""Sample ratio mismatch: do the arms have the sizes that the design gave them?

A failed check means that contacts were lost or added in one arm only; no interval can repair that, so no verdict is
given. Arms of weight zero take no part in the degrees of freedom, but one contact in them refutes the design.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, gammaln, xlogy

from uplift.errors import Problem, StatisticsError
from uplift.results import Check
from uplift.results.result import Fact
from uplift.stats.moments import Floats

SRM_ALPHA = 0.001
_CONCENTRATION = 100.0  # of the prior against the designed split
_EXACT_BELOW = 1_000  # contacts, for two arms
_CHI_SQUARE_NEEDS = 5.0  # expected contacts per arm


@dataclass(frozen=True, slots=True)
class SplitTest:
    """How well observed counts fit the weights: p-value, and the chi-square statistic where that is the test."""

    p_value: float
    statistic: float | None
    df: int
    method: str  # "chi-square", "exact", "exact, Bonferroni" or "impossible"


def srm_test(observed: Sequence[int], weights: Sequence[float]) -> SplitTest:
    """Goodness of fit of arm counts to design weights (any positive scale).

    Two arms below 1,000 contacts: exact binomial test. More arms, where one expects fewer than five contacts: the
    smallest of the exact tests of each arm against the rest, times their number. Else Pearson's chi-square with (arms
    of positive weight − 1) degrees of freedom. Raises StatisticsError UP615 without contacts.

    >>> round(srm_test([5100, 4900, 0], [0.5, 0.5, 0]).p_value, 4)
    0.0455
    """
    shares = _shares(observed, weights)
    n = sum(observed)
    if n == 0:
        raise StatisticsError(Problem("UP615", "no contact was assigned", fix="assign contacts first"))
    if any(count and share == 0 for count, share in zip(observed, shares, strict=True)):
        return SplitTest(0.0, None, 0, "impossible")
    arms = [(count, share) for count, share in zip(observed, shares, strict=True) if share > 0]
    df = len(arms) - 1
    if df == 0:
        raise StatisticsError(Problem("UP615", "only one arm has a weight", fix="an experiment needs two arms"))
    if df == 1 and n < _EXACT_BELOW:
        return SplitTest(_binomial(arms[0][0], n, arms[0][1]), None, df, "exact")
    if df > 1 and min(n * share for _, share in arms) < _CHI_SQUARE_NEEDS:
        smallest = min(_binomial(count, n, share) for count, share in arms)
        return SplitTest(min(1.0, len(arms) * smallest), None, df, "exact, Bonferroni")
    statistic = math.fsum((count - n * share) ** 2 / (n * share) for count, share in arms)
    return SplitTest(float(chdtrc(df, statistic)), statistic, df, "chi-square")


def srm_check(observed: Mapping[str, int], weights: Mapping[str, float], *, alpha: float = SRM_ALPHA) -> Check:
    """The check UP601: failed when p < alpha. Facts: p, alpha, and the observed and expected count of each arm."""
    test = srm_test(list(observed.values()), [float(weights[arm]) for arm in observed])
    n, total = sum(observed.values()), float(sum(weights[arm] for arm in observed))
    counts: list[tuple[str, Fact]] = []
    for arm, count in observed.items():
        counts += [(f"observed {arm}", count), (f"expected {arm}", n * float(weights[arm]) / total)]
    facts: list[tuple[str, Fact]] = [("p", test.p_value), ("alpha", alpha), ("test", test.method), *counts]
    return Check("UP601", "fail" if test.p_value < alpha else "ok", tuple(facts))


def srm_check_of_epochs(
    epochs: Sequence[tuple[Mapping[str, int], Mapping[str, float]]], *, alpha: float = SRM_ALPHA
) -> Check:
    """The check UP601 where the weights changed on the way: each epoch's counts against that epoch's weights.

    p is the smallest of the epochs' times their number (Bonferroni); counts in the facts are summed over the epochs.
    Pooled counts have no one set of weights to be compared with. With one epoch it is `srm_check`.

    >>> old, new = {"control": 0.1, "treatment": 0.9}, {"control": 0.5, "treatment": 0.5}
    >>> counts = {"control": 1000, "treatment": 9000}, {"control": 500, "treatment": 500}
    >>> srm_check_of_epochs([(counts[0], old), (counts[1], new)]).status
    'ok'
    """
    if len(epochs) == 1:
        return srm_check(*epochs[0], alpha=alpha)
    tests, expected = [], dict.fromkeys((arm for counts, _ in epochs for arm in counts), 0.0)
    observed = dict.fromkeys(expected, 0)
    for counts, weights in epochs:
        tests.append(srm_test(list(counts.values()), [float(weights[arm]) for arm in counts]))
        n, total = sum(counts.values()), float(sum(weights[arm] for arm in counts))
        for arm, count in counts.items():
            observed[arm] += count
            expected[arm] += n * float(weights[arm]) / total
    p_value = min(1.0, len(tests) * min(test.p_value for test in tests))
    facts: list[tuple[str, Fact]] = [("p", p_value), ("alpha", alpha), ("test", "each epoch, Bonferroni")]
    for arm, count in observed.items():
        facts += [(f"observed {arm}", count), (f"expected {arm}", expected[arm])]
    return Check("UP601", "fail" if p_value < alpha else "ok", (*facts, ("epochs", len(epochs))))


def split_bayes_factor(
    observed: Sequence[int], weights: Sequence[float], *, concentration: float = _CONCENTRATION
) -> float:
    """The e-value against the designed split, as a natural logarithm: it may be looked at after every contact.

    Dirichlet(concentration · weights) mixture against the multinomial with the design's weights (Lindon & Malek 2022,
    Anytime-valid inference for multinomial count data, eq. 4). If the design holds, its expectation is one at every
    stopping time, so P(ever ≥ 1/alpha) ≤ alpha.
    """
    return float(_log_e_values([observed], weights, concentration)[0])


def _log_e_values(cumulated: Sequence[Sequence[int]], weights: Sequence[float], concentration: float) -> Floats:
    """The e-values of several rows of counts at once, as natural logarithms."""
    shares = np.array(_shares(cumulated[0], weights))
    counts = np.asarray(cumulated, dtype=np.float64)
    if counts.min() < 0:
        raise StatisticsError(Problem("UP615", "a count is negative", fix="count each contact once, in one arm"))
    impossible = np.any(counts[:, shares == 0] > 0, axis=1)
    counts, shares = counts[:, shares > 0], shares[shares > 0]
    prior, n = concentration * shares, counts.sum(axis=1)
    total = float(prior.sum())
    mixture = gammaln(total) - gammaln(total + n) + np.sum(gammaln(prior + counts) - gammaln(prior), axis=1)
    found: Floats = np.where(impossible, np.inf, mixture - np.sum(xlogy(counts, shares), axis=1))
    return found


def srm_sequence(
    cumulated: Iterable[Sequence[int]], weights: Sequence[float], *, concentration: float = _CONCENTRATION
) -> tuple[float, ...]:
    """Anytime-valid p-values for counts cumulated over days: 1 / (largest e-value so far), at most one."""
    days = list(cumulated)
    if not days:
        return ()
    return _anytime(_log_e_values(days, weights, concentration))


def _anytime(log_e_values: Floats) -> tuple[float, ...]:
    return tuple(np.exp(-np.maximum.accumulate(np.maximum(log_e_values, 0.0))).tolist())


def srm_sequence_check(
    cumulated: Iterable[Sequence[int]], weights: Sequence[float], *, alpha: float = SRM_ALPHA
) -> Check:
    """The check UP618 for daily monitoring: failed once the anytime-valid p-value is below alpha, on any day."""
    return srm_sequence_check_of_epochs([(list(cumulated), weights)], alpha=alpha)


def srm_sequence_check_of_epochs(
    epochs: Sequence[tuple[Sequence[Sequence[int]], Sequence[float]]], *, alpha: float = SRM_ALPHA
) -> Check:
    """The check UP618 where the weights changed on the way.

    Each epoch has its counts cumulated over the same days (zeros before its first one) and its weights. The e-values
    of the epochs are of different contacts, so their product is one again: a p-value over all of them that may be
    read on any day.
    """
    days = len(epochs[0][0]) if epochs else 0
    if not days:
        raise StatisticsError(Problem("UP615", "no day was counted", fix="give the counts of at least one day"))
    together = np.sum([_log_e_values(counts, weights, _CONCENTRATION) for counts, weights in epochs], axis=0)
    p_values = _anytime(together)
    first = next((day for day, p in enumerate(p_values, start=1) if p < alpha), None)
    facts = (("p", p_values[-1]), ("alpha", alpha), ("days", days), ("first_day", first))
    return Check("UP618", "ok" if first is None else "fail", facts)


def _shares(observed: Sequence[int], weights: Sequence[float]) -> list[float]:
    if len(observed) != len(weights):
        raise ValueError(f"{len(observed)} counts for {len(weights)} weights")
    total = math.fsum(weights)
    if min(observed, default=0) < 0 or min(weights, default=0) < 0 or not total > 0:
        found = f"counts {list(observed)} for weights {list(weights)}"
        raise StatisticsError(
            Problem("UP615", found, fix="counts and weights can't be negative; one weight is positive")
        )
    return [float(weight) / total for weight in weights]


def _binomial(count: int, n: int, share: float) -> float:
    """Exact two-sided p: the probability of all counts that are no more likely than the observed one."""
    k = np.arange(n + 1)
    log_pmf = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + xlogy(k, share) + xlogy(n - k, 1 - share)
    pmf = np.exp(log_pmf)
    return min(1.0, float(pmf[pmf <= pmf[count] * (1 + 1e-7)].sum()))
