"""Thousands of experiments from one: units are assigned again as weights on distinct rows, sums follow by one product.

A replication is a vector of counts over distinct rows, not a permutation of contacts: most contacts of a CRM test are
alike (they bought nothing), and what is alike need not be told apart. Power sums of all metrics up to order four are
then a matrix product, weights × monomials.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uplift.stats.moments import Moments

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

CELLS = 4_000_000  # weights that are held at once


def random_splits(
    rng: np.random.Generator, counts: Counts, shares: Sequence[float], replications: int
) -> Iterator[list[Floats]]:
    """Assignments of all units by their design shares, as the hash does it: every unit falls on its own.

    Yields blocks; each holds one array (replications, rows) of counts per arm. The arms add up to `counts`.
    """
    for block in _blocks(len(counts), replications):
        left = np.broadcast_to(counts, (block, len(counts)))
        rest, arms = 1.0, []
        for share in shares[:-1]:
            taken = _binomial(rng, left, min(share / rest, 1.0))
            arms.append(taken.astype(np.float64))
            left = left - taken
            rest -= share
        yield [*arms, left.astype(np.float64)]


def random_samples(rng: np.random.Generator, expected: Sequence[Floats], replications: int) -> Iterator[list[Floats]]:
    """Arms drawn independently from populations: `expected` units per row in each arm, Poisson around it."""
    for block in _blocks(max(len(rows) for rows in expected), replications):
        yield [rng.poisson(rows, (block, len(rows))).astype(np.float64) for rows in expected]


def _blocks(rows: int, replications: int) -> Iterator[int]:
    most = max(1, CELLS // max(rows, 1))
    for start in range(0, replications, most):
        yield min(most, replications - start)


def _binomial(rng: np.random.Generator, n: Counts, p: float) -> Counts:
    """Binomial draws; for rows of at most one unit a comparison does, which is ten times faster."""
    single = n.max(axis=0, initial=0) <= 1
    if not single.any():
        return rng.binomial(n, p)
    found = np.empty(n.shape, dtype=np.int64)
    found[:, ~single] = rng.binomial(n[:, ~single], p)
    found[:, single] = (rng.random((n.shape[0], int(single.sum())), dtype=np.float32) < p) & (n[:, single] > 0)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class PowerSums:
    """Products of columns over rows, centred at `centre`: a weight vector times `products` gives all sums."""

    columns: tuple[str, ...]
    centre: Floats
    products: Floats  # (rows, monomials of order 1 to 4)
    nonzero: Floats  # (rows,): whether the unit has any event

    @classmethod
    def of(cls, values: Floats, counts: Counts, *, decisive: int) -> PowerSums:
        """`decisive` is the column whose zero means «no event»."""
        k = values.shape[1]
        centre = counts @ values / max(int(counts.sum()), 1)
        d = values - centre
        columns = [np.prod(d[:, list(index)], axis=1) for index in _monomials(k)]
        names = tuple(f"c{i}" for i in range(k))
        return cls(names, centre, np.column_stack(columns), (values[:, decisive] != 0).astype(np.float64))

    def moments(self, weights: Floats) -> list[Moments]:
        """One for each replication of a block (replications, rows)."""
        sums, n, events = weights @ self.products, weights.sum(axis=1), weights @ self.nonzero
        first, second, third, fourth = _tensors(sums, len(self.columns))
        size = np.maximum(n, 1.0)[:, None]
        m = first / size
        mm = np.einsum("ri,rj->rij", m, m)
        # Σ(d − m)^k by expanding the product: every way to give few of the axes to the mean.
        central2 = second - size[:, :, None] * mm
        central3 = third - _placed(m, second) + 2 * np.einsum("r,ri,rjk->rijk", n, m, mm)
        central4 = fourth - _placed(m, third) + _placed(mm, second) - 3 * np.einsum("r,rij,rkl->rijkl", n, mm, mm)
        return [
            Moments(
                round(n[r]), self.columns, self.centre + m[r], central2[r], central3[r], central4[r], round(events[r])
            )
            if n[r]
            else self._nobody()
            for r in range(len(n))
        ]

    def _nobody(self) -> Moments:
        k = len(self.columns)
        return Moments(0, self.columns, np.full(k, np.nan), np.zeros((k, k)), None, None, 0)


def _monomials(k: int) -> list[tuple[int, ...]]:
    return [i for order in (1, 2, 3, 4) for i in itertools.combinations_with_replacement(range(k), order)]


def _tensors(sums: Floats, k: int) -> list[Floats]:
    """Flat sums (replications, monomials) as symmetric tensors of order one to four per replication."""
    at = {index: number for number, index in enumerate(_monomials(k))}
    found = []
    for order in (1, 2, 3, 4):
        where = [at[tuple(sorted(index))] for index in itertools.product(range(k), repeat=order)]
        found.append(sums[:, where].reshape(-1, *(k,) * order))
    return found


def _placed(small: Floats, large: Floats) -> Floats:
    """The sum of small ⊗ large over all ways to place the axes of `small` among theirs, per replication."""
    few, order = small.ndim - 1, small.ndim + large.ndim - 2
    axes, total = "ijkl"[:order], np.zeros(1)
    for chosen in itertools.combinations(axes, few):
        rest = "".join(axis for axis in axes if axis not in chosen)
        total = total + np.einsum(f"r{''.join(chosen)},r{rest}->r{axes}", small, large)
    return total
