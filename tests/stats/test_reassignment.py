"""Replications as weights: sums equal those of the rows they stand for, and draws have the moments they should."""

from __future__ import annotations

import numpy as np
import pytest

from uplift.stats.moments import Moments
from uplift.stats.reassignment import CELLS, PowerSums, random_samples, random_splits


def rows(k: int, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(k)
    values = np.column_stack([rng.lognormal(3, 1, n) for _ in range(k)])
    values[0] = 0
    counts = rng.integers(1, 6, n)
    counts[0] = 3_000
    return values, counts


@pytest.mark.parametrize("k", [1, 2])
def test_moments_from_weights_are_those_of_the_rows_themselves(k: int) -> None:
    values, counts = rows(k)
    sums = PowerSums.of(values, counts, decisive=k - 1)
    rng = np.random.default_rng(0)
    for arms in random_splits(rng, counts, [0.2, 0.8], 3):
        for weights in arms:
            for replication, found in zip(weights, sums.moments(weights), strict=True):
                one_by_one = np.repeat(values, replication.astype(int), axis=0)
                expected = Moments.from_rows(one_by_one, found.columns)
                assert (found.n, found.nonzero) == (expected.n, int(np.count_nonzero(one_by_one[:, k - 1])))
                for name in ("mean", "second", "third", "fourth"):
                    own, right = getattr(found, name), getattr(expected, name)
                    assert own == pytest.approx(right, rel=1e-11, abs=1e-12 * float(np.abs(right).max())), name


def test_arms_of_a_split_add_up_and_have_their_shares() -> None:
    counts = np.concatenate([[50_000], np.ones(500, dtype=np.int64), np.full(20, 7)])
    rng = np.random.default_rng(1)
    (arms,) = random_splits(rng, counts, [0.1, 0.3, 0.6], 200)
    assert np.array_equal(sum(arms), np.broadcast_to(counts, arms[0].shape))
    total = counts.sum()
    for weights, share in zip(arms, (0.1, 0.3, 0.6), strict=True):
        error = np.sqrt(share * (1 - share) / total / 200)
        assert weights.sum() / total / 200 == pytest.approx(share, abs=4 * error)
        each = weights[:, 1:501].mean()
        assert each == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 500 / 200))


def test_memory_is_bounded_by_blocks() -> None:
    counts = np.ones(CELLS // 10, dtype=np.int64)
    sizes = [len(arms[0]) for arms in random_splits(np.random.default_rng(2), counts, [0.5, 0.5], 25)]
    assert sizes == [10, 10, 5]


def test_samples_have_the_expected_size_and_a_poisson_spread() -> None:
    expected = np.concatenate([[9_000.0], np.full(300, 0.5)])
    (arms,) = random_samples(np.random.default_rng(3), [expected], 400)
    small = arms[0][:, 1:]
    assert small.mean() == pytest.approx(0.5, abs=4 * np.sqrt(0.5 / small.size))
    assert small.var() == pytest.approx(0.5, rel=0.03)
