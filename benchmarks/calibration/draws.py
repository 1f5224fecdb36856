"""Data-generating processes, drawn as power sums: one array element per replicate, never a row per contact.

Contacts who show nothing but zeros only count; buyers (or households) are drawn one by one for many replicates at
once and summed per replicate.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from uplift.stats.moments import Moments

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
EXPONENTS = tuple((a, b) for a in range(5) for b in range(5) if a + b <= 4)
_AT_ONCE = 2_000_000  # drawn values in memory


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Σ yᵃ xᵇ over the units of one arm, per replicate (any leading shape); `nonzero` counts units with y ≠ 0.

    `powers[0, 0]` is the number of units. Batches of equal shape add.
    """

    columns: tuple[str, str]
    powers: dict[tuple[int, int], Floats]
    nonzero: Counts

    def __add__(self, other: Batch) -> Batch:
        powers = {e: self.powers[e] + other.powers[e] for e in EXPONENTS}
        return Batch(self.columns, powers, self.nonzero + other.nonzero)

    @property
    def n(self) -> Floats:
        return self.powers[0, 0]

    def mean(self, column: int) -> Floats:
        return self.powers[(1, 0) if column == 0 else (0, 1)] / self.n

    def central(self, index: tuple[int, ...]) -> Floats:
        """Σ Π (column − mean) over the columns in `index`."""
        total = np.zeros_like(self.n)
        for kept in itertools.product((True, False), repeat=len(index)):
            inside = [i for i, keep in zip(index, kept, strict=True) if keep]
            factor = math.prod((-self.mean(i) for i, keep in zip(index, kept, strict=True) if not keep), start=1.0)
            total = total + factor * self.powers[inside.count(0), inside.count(1)]
        return total

    def moments(self, core: int = 2) -> list[Moments]:
        """One `Moments` per replicate (and look), in C order; orders three and four over `core` columns."""
        mean = np.stack([self.mean(0), self.mean(1)], axis=-1).reshape(-1, 2)
        second, third, fourth = (self._tensor(order, 2 if order == 2 else core) for order in (2, 3, 4))
        n, nonzero = self.n.ravel(), self.nonzero.ravel()
        return [
            Moments(int(n[i]), self.columns, mean[i], second[i], third[i], fourth[i], int(nonzero[i]))
            for i in range(n.size)
        ]

    def _tensor(self, order: int, size: int) -> Floats:
        found = np.empty((self.n.size, *(size,) * order))
        for index in itertools.combinations_with_replacement(range(size), order):
            value = self.central(index).ravel()
            for where in set(itertools.permutations(index)):
                np.moveaxis(found, 0, -1)[where] = value
        return found


Draw = Callable[[np.random.Generator, int], Batch]


def summed(columns: tuple[str, str], y: Floats, x: Floats, counts: Counts, units: Counts | int) -> Batch:
    """The power sums of consecutive groups of `counts` units, topped up to `units` with units that are zero."""
    shape = counts.shape
    y_powers, x_powers = ([np.ones_like(v), v, v * v, v**3, v**4] for v in (y, x))
    powers = {(a, b): per_group(y_powers[a] * x_powers[b], counts.ravel()).reshape(shape) for a, b in EXPONENTS}
    powers[0, 0] = np.broadcast_to(np.asarray(units, dtype=np.float64), shape).copy()
    return Batch(columns, powers, per_group((y != 0).astype(np.float64), counts.ravel()).reshape(shape).astype(int))


def per_group(values: Floats, counts: Counts) -> Floats:
    """Sums over consecutive groups of the given sizes; an empty group sums to zero."""
    found, filled = np.zeros(counts.size), counts > 0
    if filled.any():
        starts = np.concatenate([[0], np.cumsum(counts[filled])[:-1]])
        found[filled] = np.add.reduceat(values, starts)
    return found


def in_portions(replications: int, expected: float) -> Iterator[int]:
    """Portions of replications whose draws fit into memory."""
    size = max(1, min(replications, int(_AT_ONCE / max(expected, 1.0))))
    for start in range(0, replications, size):
        yield min(size, replications - start)


def shopping(n: int, *, rate: float, sigma: float, lift: float = 0.0) -> Draw:
    """(revenue, orders) per contact: `rate` buy, a buyer places 1 + Poisson(0.3) orders of one lognormal basket size.

    The lift multiplies revenue, so revenue per contact and order value both rise by it.
    """
    return partial(_shopping, n, rate, sigma, lift)


def _shopping(n: int, rate: float, sigma: float, lift: float, rng: np.random.Generator, replications: int) -> Batch:
    buyers = rng.binomial(n, rate, replications)
    orders = 1.0 + rng.poisson(0.3, buyers.sum())
    revenue = (1 + lift) * orders * rng.lognormal(0.0, sigma, orders.size)
    return summed(("revenue", "orders"), revenue, orders, buyers, n)


def regulars(n: int, *, rate: float, sigma: float, correlation: float, lift: float = 0.0) -> Draw:
    """(revenue, revenue before) per contact: `rate` buy in either period, half of the buyers in both.

    Baskets are lognormal; those of one contact in both periods correlate on the log scale.
    """
    return partial(_regulars, n, rate, sigma, correlation, lift)


def _regulars(
    n: int, rate: float, sigma: float, correlation: float, lift: float, rng: np.random.Generator, replications: int
) -> Batch:
    active, kind, baskets, earlier = _two_periods(n, rate, sigma, correlation, rng, replications)
    return summed(("revenue", "revenue before"), (1 + lift) * baskets * (kind != 2), earlier, active, n)


def buyers_again(n: int, *, rate: float, lift: float = 0.0) -> Draw:
    """(buys, bought before) per contact, both 0 or 1: `rate` buy in either period, half of the buyers in both.

    The lift makes buyers of contacts who bought before and of those who did not, in the same proportion.
    """
    return partial(_buyers_again, n, rate, lift)


def _buyers_again(n: int, rate: float, lift: float, rng: np.random.Generator, replications: int) -> Batch:
    up = 1 + lift
    shares = [up * rate / 2, up * rate / 2, rate - up * rate / 2, 1 - rate - up * rate / 2]
    both, after, before, _ = rng.multinomial(n, shares, replications).T.astype(np.float64)
    powers = {(a, b): both + (after if b == 0 else 0.0) + (before if a == 0 else 0.0) for a, b in EXPONENTS}
    powers[0, 0] = np.full(replications, float(n))
    return Batch(("buys", "bought before"), powers, (both + after).astype(int))


def _two_periods(
    n: int, rate: float, sigma: float, correlation: float, rng: np.random.Generator, replications: int
) -> tuple[Counts, Counts, Floats, Floats]:
    """Active contacts per replicate; of each its kind (0 both periods, 1 after, 2 before), its basket, its past."""
    shares = [rate / 2, rate / 2, rate / 2, 1 - 1.5 * rate]  # both periods, only after, only before, neither
    both, after, before, _ = rng.multinomial(n, shares, replications).T
    kind = np.repeat(np.tile([0, 1, 2], replications), np.stack([both, after, before], axis=1).ravel())
    z, e = rng.standard_normal((2, kind.size))
    earlier = np.exp(sigma * (correlation * z + math.sqrt(1 - correlation**2) * e)) * (kind != 1)
    return both + after + before, kind, np.exp(sigma * z), earlier


def regular_orders(
    n: int, *, rate: float, sigma: float, correlation: float, lift: float = 0.0
) -> Callable[[np.random.Generator, int], tuple[Batch, Batch, Batch]]:
    """As `regulars` with 1 + Poisson(0.3) orders per buyer: (revenue, orders), (revenue, before), (orders, before)."""
    return partial(_regular_orders, n, rate, sigma, correlation, lift)


def _regular_orders(
    n: int, rate: float, sigma: float, correlation: float, lift: float, rng: np.random.Generator, replications: int
) -> tuple[Batch, Batch, Batch]:
    active, kind, baskets, earlier = _two_periods(n, rate, sigma, correlation, rng, replications)
    orders = (1.0 + rng.poisson(0.3, kind.size)) * (kind != 2)
    revenue = (1 + lift) * orders * baskets
    named = {"revenue": revenue, "orders": orders, "revenue before": earlier}
    first, second, third = (
        summed(pair, named[pair[0]], named[pair[1]], active, n)
        for pair in (("revenue", "orders"), ("revenue", "revenue before"), ("orders", "revenue before"))
    )
    return first, second, third


def with_covariate(core: Batch, first: Batch, second: Batch) -> list[Moments]:
    """Moments of both columns of `core` and a covariate, from the batches that hold it with either of them."""
    found = []
    pieces = np.stack([first.central((0, 1)), second.central((0, 1)), first.central((1, 1)), first.mean(1)], axis=-1)
    for moments, (a, b, own, mean) in zip(core.moments(core=2), pieces.reshape(-1, 4), strict=True):
        squares = np.empty((3, 3))
        squares[:2, :2] = moments.second
        squares[2] = squares[:, 2] = a, b, own
        columns = (*core.columns, first.columns[1])
        found.append(replace(moments, columns=columns, mean=np.append(moments.mean, mean), second=squares))
    return found


SIZES = np.array([1.0, 2.0, 3.0, 4.0])
SIZE_SHARES = np.array([0.4, 0.3, 0.2, 0.1])


def households(
    n: int, *, active: float, joining: float, sigma: float | None, lift: float = 0.0, per_order: bool = False
) -> Draw:
    """(total, contacts) per household of 1 to 4 contacts (mean 2): `active` households shop, each member may join.

    `sigma` is that of lognormal baskets per buyer, times a common factor of the household (σ = 0.4); without it the
    total counts buyers. The lift multiplies revenue (or, for buyers, the share of active households). `per_order` puts
    the household's orders, one per buyer, in the place of its contacts.
    """
    share = active * (1 + lift) if sigma is None else active
    return partial(_households, n, share, joining, sigma, lift, per_order)


def _households(
    n: int,
    active: float,
    joining: float,
    sigma: float | None,
    lift: float,
    per_order: bool,
    rng: np.random.Generator,
    replications: int,
) -> Batch:
    columns = ("total", "orders" if per_order else "contacts")
    shopping = rng.binomial(n, active, replications)
    sizes = rng.choice(SIZES, size=shopping.sum(), p=SIZE_SHARES)
    buyers = rng.binomial(sizes.astype(int), joining)
    total = buyers.astype(np.float64)
    if sigma is not None:
        total = per_group(rng.lognormal(0.0, sigma, buyers.sum()), buyers)
        total *= (1 + lift) * rng.lognormal(0.0, 0.4, buyers.size)
    if per_order:
        return summed(columns, total, buyers.astype(np.float64), shopping, n)
    shop = summed(columns, total, sizes, shopping, shopping)
    idle = rng.multinomial(n - shopping, SIZE_SHARES)
    powers = {(a, b): idle @ SIZES**b if a == 0 else np.zeros(replications) for a, b in EXPONENTS}
    return shop + Batch(columns, powers, np.zeros(replications, dtype=int))
