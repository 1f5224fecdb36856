"""CUPED within strata: the same as without where there is one, and by hand where there are several."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize

from uplift.errors import StatisticsError
from uplift.stats.adjustment import compare_adjusted, compare_adjusted_in_strata
from uplift.stats.clusters import compare_adjusted_clusters
from uplift.stats.evidence import Evidence
from uplift.stats.moments import Moments
from uplift.stats.strata import compare_strata

ANY = Evidence(0, 0, 0)


def rows(rng: np.random.Generator, n: int, *, level: float, slope: float, lift: float = 1.0) -> np.ndarray:
    x = rng.gamma(2.0, 5.0, n)
    return np.column_stack([lift * (level + slope * x + rng.gamma(2.0, 3.0, n)), x])


def four_groups(seed: int = 1) -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(seed)
    return [
        (rows(rng, 300, level=20, slope=1.0), rows(rng, 2_000, level=20, slope=1.0, lift=1.05)),
        (rows(rng, 150, level=60, slope=3.0), rows(rng, 400, level=60, slope=3.0, lift=1.05)),
    ]


def moments(groups: list[tuple[np.ndarray, np.ndarray]]) -> list[tuple[Moments, Moments]]:
    return [tuple(Moments.from_rows(g, ("y", "x"), core=1) for g in pair) for pair in groups]  # type: ignore[misc]


def test_one_stratum_is_no_stratum() -> None:
    (pair,) = moments(four_groups()[:1])
    alone = compare_adjusted("y", "mean", control=pair[0], treatment=pair[1])
    assert compare_adjusted_in_strata("y", "mean", strata=[pair]) == alone


def by_hand(groups: list[tuple[np.ndarray, np.ndarray]], betas: tuple[float, float]) -> tuple[float, float]:
    """Both arms' values, from rows alone."""
    total = sum(len(c) + len(t) for c, t in groups)
    values = [0.0, 0.0]
    for c, t in groups:
        n = len(c) + len(t)
        both = np.concatenate([c[:, 1], t[:, 1]]).mean()
        for arm, (own, beta) in enumerate(zip((c, t), betas, strict=True)):
            values[arm] += n / total * (own[:, 0].mean() - beta * (own[:, 1].mean() - both))
    return values[0], values[1]


def test_values_are_those_of_the_rows_and_slopes_make_their_variance_smallest() -> None:
    groups = four_groups()
    found = compare_adjusted_in_strata("y", "mean", strata=moments(groups))
    total = sum(len(c) + len(t) for c, t in groups)

    def variance(beta: np.ndarray, arm: int) -> float:
        found = 0.0
        for pair in groups:
            n, own = sum(map(len, pair)), pair[arm]
            found += (n / total) ** 2 * (own[:, 0] - beta[0] * own[:, 1]).var(ddof=1) / len(own)
        return found

    best = [float(minimize(variance, [1.0], args=(arm,), tol=1e-12).x[0]) for arm in (0, 1)]
    assert [slope for (slope,) in found.slopes] == pytest.approx(best, rel=1e-4)
    values = by_hand(groups, (found.slopes[0][0], found.slopes[1][0]))
    assert (found.uplift.control.value, found.uplift.treatment.value) == pytest.approx(values, rel=1e-12)


def test_the_gain_is_over_the_strata_alone() -> None:
    strata = moments(four_groups())
    adjusted = compare_adjusted_in_strata("y", "mean", strata=strata)
    plain = compare_strata("y", "mean", strata=strata)

    def width(uplift) -> float:
        return math.log1p(uplift.relative_interval.high) - math.log1p(uplift.relative_interval.low)

    assert adjusted.gain == pytest.approx((width(plain) / width(adjusted.uplift)) ** 2, rel=0.005)
    assert adjusted.gain is not None
    assert adjusted.gain > 1.5


def test_a_stratum_of_one_contact_is_refused() -> None:
    groups = four_groups()
    groups[1] = (groups[1][0][:1], groups[1][1])
    with pytest.raises(StatisticsError, match="UP653"):
        compare_adjusted_in_strata("y", "mean", strata=moments(groups))


def test_intervals_cover_in_unbalanced_strata() -> None:
    """Composition differs between the arms (30 % against 9 % in the second stratum): 600 runs, 3 standard errors."""
    runs, covered = 600, 0
    for seed in range(runs):
        found = compare_adjusted_in_strata("y", "mean", strata=moments(four_groups(seed)), evidence=ANY)
        interval = found.uplift.relative_interval
        assert interval is not None
        covered += not interval.excludes(0.05)
    assert abs(covered / runs - 0.95) < 3 * math.sqrt(0.95 * 0.05 / runs)


def test_households_of_one_are_contacts() -> None:
    (pair,) = four_groups()[:1]
    alone = compare_adjusted("y", "mean", **dict(zip(("control", "treatment"), moments([pair])[0], strict=True)))
    ones = [np.insert(rows_, 1, 1.0, axis=1) for rows_ in pair]
    clusters = tuple(Moments.from_rows(x, ("y", "contacts", "x"), core=2) for x in ones)
    found = compare_adjusted_clusters("y", "mean", strata=[clusters])  # type: ignore[list-item]
    assert found.uplift.kind == "mean"
    assert found.uplift.control.n == len(pair[0])
    assert found.uplift.relative == pytest.approx(alone.uplift.relative, rel=1e-12)
    assert found.uplift.p_value == pytest.approx(alone.uplift.p_value, rel=1e-6)
