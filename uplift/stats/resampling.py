"""The Poisson bootstrap: intervals from resampled contacts, as a cross-check and for metrics without a formula.

Resampling n contacts with replacement gives each contact nearly a Poisson(1) number of copies, independently of all
others (Chamandy, Muralidharan, Najmi & Naidu 2012, Google Research). Independence is what makes it cheap: contacts
without an event only add to n, so all of them together need one draw Poisson(number of zeros); equal values together
need one draw too; and what is left is a product of a weight matrix with the values, taken in blocks.

Two thousand replicates over a million contacts with 3% buyers take about a second and a few megabytes. With more than
`MOST_ROWS` different values per arm, contacts are first put at random into that many bundles, zeros included, and
bundles are resampled; that adds 1/√(2 · MOST_ROWS), 0.2%, of random error to a standard error, next to the 1.6% of two
thousand replicates. Bucket sums from an engine are such bundles already.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from uplift.results import Interval

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]

MOST_ROWS = 100_000
_REPEATED = 8  # from this many equal values on, one Poisson draw is cheaper than several from the table
_ROWS, _REPLICATES = 8_192, 32  # of a block of weights: small enough for a processor's cache
_CODES = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class CompactArm:
    """One arm, without what a sum does not need.

    `rows` has shape (m, 1 + k): how many contacts a row stands for (1, or the size of a bucket), then its k sums.
    `counts` says how often each row occurs, `zeros` how many contacts have nothing but zeros.
    """

    rows: Floats
    counts: NDArray[np.int64]
    zeros: int

    @classmethod
    def from_contacts(cls, values: ArrayLike) -> CompactArm:
        """From one row per contact, of shape (n,) or (n, k): zeros are counted, frequent values collapsed."""
        x = np.asarray(values, dtype=np.float64)
        x = x[:, None] if x.ndim == 1 else x
        rows = x[(x != 0).any(axis=1)]
        zeros = len(x) - len(rows)
        return cls(*collapsed(np.column_stack([np.ones(len(rows)), rows])), zeros)

    @classmethod
    def from_buckets(cls, contacts: ArrayLike, sums: ArrayLike) -> CompactArm:
        """From sums over random buckets of contacts: (b,) sizes and (b,) or (b, k) sums."""
        n, s = np.asarray(contacts, dtype=np.float64), np.asarray(sums, dtype=np.float64)
        rows = np.column_stack([n, s])
        return cls(rows, np.ones(len(rows), dtype=np.int64), 0)

    @property
    def totals(self) -> Floats:
        """Contacts and sums of the arm as it is, shape (1 + k,)."""
        total = self.counts @ self.rows
        total[0] += self.zeros
        return np.asarray(total)


@dataclass(frozen=True, slots=True)
class Resampled:
    """A bootstrapped comparison on the scale of the relative uplift.

    Percentile interval and p-value come from the same replicates and agree. `log_se` is the standard deviation of the
    log ratio over the replicates. `undefined` counts replicates without a ratio (no event in either arm); None stands
    for what the replicates can't tell.
    """

    uplift: float | None
    interval: Interval | None
    p_value: float | None
    log_se: float | None
    replicates: int
    undefined: int


def mean_per_contact(sums: Floats) -> Floats:
    """First sum over contacts."""
    return np.asarray(sums[..., 1] / sums[..., 0])


def ratio_of_sums(sums: Floats) -> Floats:
    """First sum over second sum: order value, opens per mail."""
    return np.asarray(sums[..., 1] / sums[..., 2])


def bootstrap_uplift(
    control: CompactArm,
    treatment: CompactArm,
    *,
    rng: np.random.Generator,
    statistic: Statistic = mean_per_contact,
    replicates: int = 2_000,
    alpha: float = 0.05,
) -> Resampled:
    """Percentile interval and p-value of the relative uplift of any statistic of an arm's sums.

    `statistic` gets an array (…, 1 + k) of contacts and sums and returns one number per replicate. The interval goes
    from the j-th smallest to the j-th largest replicate, j the largest integer with 2j/(B + 1) < α, and p is twice the
    smaller share of replicates beyond «no difference», so that p < α and an interval without 0 are one statement.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = statistic(bootstrap_sums(treatment, replicates=replicates, rng=rng)) / statistic(
            bootstrap_sums(control, replicates=replicates, rng=rng)
        )
        estimate = float(statistic(treatment.totals) / statistic(control.totals)) - 1
    return read_replicates(estimate, ratio, alpha=alpha)


def read_replicates(estimate: float, ratio: Floats, *, alpha: float) -> Resampled:
    """What the replicates of a ratio say; NaN is a replicate without one, `estimate` the uplift of the data."""
    replicates = ratio.size
    usable = np.sort(ratio[~np.isnan(ratio)])
    b, undefined = usable.size, int(replicates - usable.size)
    j = math.ceil((b + 1) * alpha / 2)
    while 2 * j / (b + 1) >= alpha:
        j -= 1
    shown = estimate if math.isfinite(estimate) else None
    if j < 1:
        return Resampled(shown, None, None, None, replicates, undefined)
    below, above = int(np.count_nonzero(usable <= 1)), int(np.count_nonzero(usable >= 1))
    p = min(1.0, 2 * (1 + min(below, above)) / (b + 1))
    low, high = (float(usable[k]) - 1 for k in (j - 1, b - j))
    finite = usable[0] > 0 and math.isfinite(usable[-1])
    return Resampled(
        shown,
        Interval(low if math.isfinite(low) else None, high if math.isfinite(high) else None),
        p,
        float(np.std(np.log(usable), ddof=1)) if finite else None,
        replicates,
        undefined,
    )


def bootstrap_sums(arm: CompactArm, *, replicates: int, rng: np.random.Generator) -> Floats:
    """Contacts and sums of each replicate, shape (replicates, 1 + k).

    Exact in the weights (Poisson, no approximation); values are taken in single precision within a block of rows and
    added up in double precision, which leaves a relative error below 1e-6.
    """
    if arm.counts[arm.counts < _REPEATED].sum() > MOST_ROWS:
        arm = _bundled(arm, MOST_ROWS, rng)
    sums = np.zeros((replicates, arm.rows.shape[1]))
    if arm.zeros:
        sums[:, 0] = rng.poisson(arm.zeros, replicates)
    often = arm.counts >= _REPEATED
    for rows, counts in _blocks(arm.rows[often], arm.counts[often]):
        sums += rng.poisson(counts, (replicates, counts.size)) @ rows
    seldom = np.repeat(arm.rows[~often], arm.counts[~often], axis=0)
    for start in range(0, len(seldom), _ROWS):
        block = seldom[start : start + _ROWS].astype(np.float32)
        for first in range(0, replicates, _REPLICATES):
            some = slice(first, min(first + _REPLICATES, replicates))
            weights = poisson_one((some.stop - some.start, len(block)), rng)
            sums[some] += weights.astype(np.float32) @ block
    return sums


def poisson_one(shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Poisson(1) numbers from 16 random bits each: ten times faster than the general generator.

    Every value owns as many of the 65,536 codes as its probability allows in whole codes, in ascending order, so a
    value is the number of thresholds that its code has reached. The five codes that are left over draw from the
    remainders, so the distribution is exact (Marsaglia 1963, CACM 6, 37–38).
    """
    thresholds, remainders = _poisson_codes()
    size = shape[0] * shape[1]
    codes = rng.integers(0, 1 << 64, -(-size // 4), dtype=np.uint64).view(np.uint16)[:size]
    drawn = (codes >= thresholds[0]).view(np.uint8)
    for threshold in thresholds[1:]:
        drawn += (codes >= threshold).view(np.uint8)
    again = np.flatnonzero(drawn == thresholds.size)
    drawn[again] = rng.choice(remainders.size, again.size, p=remainders)
    return np.asarray(drawn.reshape(shape), dtype=np.uint8)


@functools.cache
def _poisson_codes() -> tuple[NDArray[np.uint16], Floats]:
    """The first code of each value above 0 and of what is left over; probabilities of the values behind the latter."""
    wanted = np.array([_CODES * math.exp(-1) / math.factorial(k) for k in range(30)])
    whole = np.floor(wanted)
    remainders = wanted - whole
    first = np.cumsum(whole[whole > 0]).astype(np.uint16)
    return first, remainders / remainders.sum()


def collapsed(rows: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Different rows and how often each occurs."""
    if not len(rows):
        return rows, np.zeros(0, dtype=np.int64)
    order = np.lexsort(rows.T)
    ordered = rows[order]
    first = np.r_[True, (ordered[1:] != ordered[:-1]).any(axis=1)]
    starts = np.flatnonzero(first)
    return ordered[starts], np.diff(np.r_[starts, len(rows)])


def _bundled(arm: CompactArm, bundles: int, rng: np.random.Generator) -> CompactArm:
    """Contacts put at random into bundles; zeros go with them, for a bundle must look like the whole arm."""
    rows = np.repeat(arm.rows, arm.counts, axis=0)
    where = rng.integers(0, bundles, len(rows))
    sums: Floats = np.column_stack([np.bincount(where, weights=column, minlength=bundles) for column in rows.T]).astype(
        np.float64
    )
    sums[:, 0] += rng.multinomial(arm.zeros, np.full(bundles, 1 / bundles))
    return CompactArm(sums, np.ones(bundles, dtype=np.int64), 0)


def _blocks(rows: Floats, counts: NDArray[np.int64]) -> Sequence[tuple[Floats, NDArray[np.int64]]]:
    return [(rows[k : k + 512], counts[k : k + 512]) for k in range(0, len(rows), 512)]
