"""Sums that add exactly, and the central moments that every estimator reads.

The engine returns integer power sums per group (`Sums`); they add without any rounding, so days, segments, shards
and arms merge to the same bits in any order. `Sums.moments()` turns them into `Moments` once: n, means and central
co-moments in the metric's own unit.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Exponents = tuple[int, ...]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sums:
    """Exact power sums of integer columns over n contacts.

    `columns` are scaled integers: value = (integer + shift) / 10**decimals, per column.
    `powers` maps exponents, one per column, to the sum of the product: `{(1, 0): Σy, (1, 1): Σyx, (3, 0): Σy³}`.
    Orders three and four may be absent (the overflow guard), and are only wanted for the metric's own columns.
    Sums of equal columns, decimals and shift add with `+`.
    """

    columns: tuple[str, ...]
    n: int
    powers: Mapping[Exponents, int]
    decimals: tuple[int, ...]
    shift: tuple[int, ...]
    nonzero: int = 0  # contacts whose first column is not zero: buyers, converters

    def __add__(self, other: Sums) -> Sums:
        if (self.columns, self.decimals, self.shift) != (other.columns, other.decimals, other.shift):
            raise ValueError(f"sums of different columns do not add: {self.columns} and {other.columns}")
        shared = self.powers.keys() & other.powers.keys()
        return Sums(
            self.columns,
            self.n + other.n,
            {e: self.powers[e] + other.powers[e] for e in sorted(shared)},
            self.decimals,
            self.shift,
            self.nonzero + other.nonzero,
        )

    @property
    def core(self) -> int:
        """How many leading columns have sums of order four (0: none has)."""
        k = len(self.columns)
        for core in range(k, 0, -1):
            wanted = itertools.combinations_with_replacement(range(core), 4)
            if all(_exponents(index, k) in self.powers for index in wanted):
                return core
        return 0

    def moments(self) -> Moments:
        """Means and central co-moments, computed exactly and rounded once."""
        k, n = len(self.columns), self.n
        if n == 0:
            nothing = np.zeros((k, k))
            return Moments(0, self.columns, np.full(k, np.nan), nothing, None, None, 0)
        power = {**self.powers, (0,) * k: n}
        totals = [power[_exponents((i,), k)] for i in range(k)]

        def central(index: tuple[int, ...]) -> float:
            """Σ Π (column − mean) over the columns in `index`, by expanding the product.

            Times n for each of them it is an integer: the one division at the end is the only rounding.
            """
            total = 0
            for kept in itertools.product((True, False), repeat=len(index)):
                taken = tuple(i for i, keep in zip(index, kept, strict=True) if keep)
                factors = (n if keep else -totals[i] for i, keep in zip(index, kept, strict=True))
                total += math.prod(factors) * power[_exponents(taken, k)]
            return float(total / (n ** len(index) * 10 ** sum(self.decimals[i] for i in index)))

        def tensor(order: int, size: int) -> Floats:
            values = np.empty((size,) * order)
            for index in itertools.combinations_with_replacement(range(size), order):
                value = central(index)
                for where in set(itertools.permutations(index)):
                    values[where] = value
            return values

        core = self.core
        shifted = zip(totals, self.shift, self.decimals, strict=True)
        means = np.array([(total + shift * n) / (n * 10**d) for total, shift, d in shifted])
        third, fourth = (tensor(3, core), tensor(4, core)) if core else (None, None)
        return Moments(n, self.columns, means, tensor(2, k), third, fourth, self.nonzero)


def _exponents(index: tuple[int, ...], k: int) -> Exponents:
    return tuple(index.count(i) for i in range(k))


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """n, means and central co-moments of k columns over n contacts, in the metric's own unit.

    `second[i, j]` = Σ (x_i − mean_i)(x_j − mean_j); `third` and `fourth` likewise over the leading columns only
    (the metric's own, not its covariates), or None. `nonzero` counts contacts whose first column is not zero.
    Parts add with `+` (Pébay 2008, arbitrary-order one-pass formulas); for bit-exact merging add `Sums` instead.
    """

    n: int
    columns: tuple[str, ...]
    mean: Floats
    second: Floats
    third: Floats | None
    fourth: Floats | None
    nonzero: int = 0

    @classmethod
    def from_rows(cls, values: ArrayLike, columns: tuple[str, ...] = ("y",), *, core: int | None = None) -> Moments:
        """Moments of an array with one row per contact (n,) or (n, k); orders 3 and 4 for the first `core` columns."""
        x = np.asarray(values, dtype=np.float64)
        x = x[:, None] if x.ndim == 1 else x
        n, k = x.shape
        core = min(k, 2) if core is None else core
        mean = x.mean(axis=0) if n else np.full(k, np.nan)
        d = x - mean
        head = d[:, :core]
        third = np.einsum("ni,nj,nk->ijk", head, head, head, optimize=True) if core else None
        fourth = np.einsum("ni,nj,nk,nl->ijkl", head, head, head, head, optimize=True) if core else None
        return cls(n, columns, mean, d.T @ d, third, fourth, int(np.count_nonzero(x[:, 0])))

    def __add__(self, other: Moments) -> Moments:
        if self.columns != other.columns:
            raise ValueError(f"moments of different columns do not add: {self.columns} and {other.columns}")
        if self.n == 0 or other.n == 0:
            return other if self.n == 0 else self
        n = self.n + other.n
        delta = other.mean - self.mean
        mean = self.mean + delta * (other.n / n)
        # Each part, re-centred from its own mean to the common one, by the same expansion.
        parts = [(p, p.mean - mean) for p in (self, other)]
        second = _total(p.second + p.n * np.multiply.outer(s, s) for p, s in parts)
        third = fourth = None
        if self.third is not None and other.third is not None:
            c = min(len(self.third), len(other.third))
            third = _total(_shifted_third(p, s, c) for p, s in parts)
            if self.fourth is not None and other.fourth is not None:
                fourth = _total(_shifted_fourth(p, s, c) for p, s in parts)
        return Moments(n, self.columns, mean, second, third, fourth, self.nonzero + other.nonzero)


def _total(parts: Iterable[Floats]) -> Floats:
    return np.sum(list(parts), axis=0)  # type: ignore[no-any-return]


def _shifted_third(p: Moments, shift: Floats, c: int) -> Floats:
    assert p.third is not None
    s, m2 = shift[:c], p.second[:c, :c]
    mixed = np.einsum("ij,k->ijk", m2, s)
    return np.asarray(
        p.third[:c, :c, :c]
        + mixed
        + mixed.transpose(0, 2, 1)
        + mixed.transpose(2, 0, 1)
        + p.n * np.einsum("i,j,k->ijk", s, s, s)
    )


def _shifted_fourth(p: Moments, shift: Floats, c: int) -> Floats:
    assert p.third is not None
    assert p.fourth is not None
    s, m2, m3 = shift[:c], p.second[:c, :c], p.third[:c, :c, :c]
    total = p.fourth[:c, :c, :c, :c] + p.n * np.einsum("i,j,k,l->ijkl", s, s, s, s)
    for last in range(4):
        total = total + np.moveaxis(np.multiply.outer(m3, s), 3, last)
    for pair in itertools.combinations(range(4), 2):
        mixed = np.multiply.outer(m2, np.multiply.outer(s, s))
        total = total + np.moveaxis(mixed, (0, 1), pair)
    return np.asarray(total)
