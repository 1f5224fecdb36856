"""The randomisation test: how often would a mere re-draw of the arms have shown a difference like this one?

The test needs no distribution: if the treatment changed nobody, every division of the same contacts into arms of these
sizes was equally likely (Fisher 1935). The statistic is studentised, so that in large samples the test also holds its
level when only the means are equal and the variances are not, which matters for a small control (Chung & Romano 2013,
Annals of Statistics 41, 484–507).

Contacts without an event are interchangeable: how many of them fall into the treatment follows from how many others do.
So a re-draw only places the contacts with events, and costs nothing for the rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from uplift.stats.resampling import CompactArm, collapsed

Floats = NDArray[np.float64]

_FREQUENT = 256  # at most this many different values are dealt out by number instead of one by one
_REPEATED = 32  # and only those that occur this often
_ROWS, _REPLICATES = 8_192, 32  # of a block of draws: small enough for a processor's cache
_CODES = 1 << 16


@dataclass(frozen=True, slots=True)
class Randomised:
    """A randomisation test: the statistic as observed and its two-sided p-value; None where nobody had any event."""

    statistic: float | None
    p_value: float | None
    replicates: int


@dataclass(frozen=True, slots=True, eq=False)
class _Contacts:
    """Contact values, each with its number, and the value that all others share."""

    values: Floats
    counts: NDArray[np.int64]
    others: int
    other_value: float

    @property
    def n(self) -> int:
        return int(self.counts.sum()) + self.others

    def sums(self) -> Floats:
        """Contacts, values and squares, shape (3,)."""
        o, v = self.other_value, self.values
        return np.array([self.n, self.counts @ v + self.others * o, self.counts @ v**2 + self.others * o * o])


def randomisation_test(
    control: CompactArm,
    treatment: CompactArm,
    *,
    rng: np.random.Generator,
    metric: Literal["mean", "ratio"] = "mean",
    replicates: int = 2_000,
) -> Randomised:
    """Test «the treatment changed nobody» by drawing the arms again, with the same sizes.

    Rows must be contacts. A ratio is tested through y − R x with R over both arms: its mean is 0 in both arms exactly
    when the ratios are equal. The p-value is twice the smaller tail and counts the observed division among the
    re-draws, so it is never 0 and never too small (Phipson & Smyth 2010, SAGMB 9, 39).
    """
    if (control.rows[:, 0] != 1).any() or (treatment.rows[:, 0] != 1).any():
        raise ValueError("the randomisation test needs one row per contact, not buckets")
    totals = control.totals + treatment.totals
    empty = metric == "ratio" and totals[2] == 0
    if empty or min(control.totals[0], treatment.totals[0]) < 2 or not control.counts.size + treatment.counts.size:
        return Randomised(None, None, replicates)
    slope, shift = (totals[1] / totals[2], 0.0) if metric == "ratio" else (0.0, totals[1] / totals[0])
    c, t = (_linear(arm, float(slope), float(shift)) for arm in (control, treatment))
    everyone = _together(c, t)
    observed = float(_welch(c.sums(), t.sums()))
    drawn = _draw(everyone, t.n, replicates, rng)
    statistics = _welch(everyone.sums() - drawn, drawn)
    slack = 1e-6 * max(1.0, abs(observed))  # equal divisions tie in spite of rounding
    above = int(np.count_nonzero(statistics >= observed - slack))
    below = int(np.count_nonzero(statistics <= observed + slack))
    return Randomised(observed, min(1.0, 2 * (1 + min(above, below)) / (replicates + 1)), replicates)


def _linear(arm: CompactArm, slope: float, shift: float) -> _Contacts:
    """y − slope · x − shift of each contact."""
    values = arm.rows[:, 1] - shift
    if slope:
        values = values - slope * arm.rows[:, 2]
    return _Contacts(values, arm.counts, arm.zeros, -shift)


def _together(c: _Contacts, t: _Contacts) -> _Contacts:
    values, counts = np.concatenate([c.values, t.values]), np.concatenate([c.counts, t.counts])
    different, first = collapsed(values[:, None])
    order = np.argsort(values, kind="stable")
    starts = np.r_[0, np.cumsum(first)[:-1]]
    return _Contacts(different[:, 0], np.add.reduceat(counts[order], starts), c.others + t.others, c.other_value)


def _welch(control: Floats, treatment: Floats) -> Floats:
    """Welch's statistic from sums (…, 3) of contacts, values and squares; 0 where nothing varies."""
    n_c, n_t = control[..., 0], treatment[..., 0]
    m_c, m_t = control[..., 1] / n_c, treatment[..., 1] / n_t
    v_c = np.maximum(control[..., 2] / n_c - m_c**2, 0) / (n_c - 1)
    v_t = np.maximum(treatment[..., 2] / n_t - m_t**2, 0) / (n_t - 1)
    variance = np.asarray(v_c + v_t)
    return np.asarray(np.divide(m_t - m_c, np.sqrt(variance), out=np.zeros_like(variance), where=variance > 0))


def _draw(everyone: _Contacts, n_t: int, replicates: int, rng: np.random.Generator) -> Floats:
    """Sums of the treatment arm in each re-draw of n_t contacts, shape (replicates, 3)."""
    frequent = np.zeros(everyone.counts.size, dtype=bool)
    frequent[np.argsort(-everyone.counts, kind="stable")[:_FREQUENT]] = True
    frequent &= everyone.counts >= _REPEATED
    singles = np.repeat(everyone.values[~frequent], everyone.counts[~frequent])
    groups = np.r_[everyone.others, everyone.counts[frequent], singles.size]
    dealt = rng.multivariate_hypergeometric(groups, n_t, replicates, method="marginals")
    values = np.r_[everyone.other_value, everyone.values[frequent]]
    sums = np.empty((replicates, 3))
    sums[:, 0] = n_t
    sums[:, 1] = dealt[:, :-1] @ values
    sums[:, 2] = dealt[:, :-1] @ values**2
    if singles.size:
        for first in range(0, replicates, _REPLICATES):
            some = slice(first, min(first + _REPLICATES, replicates))
            sums[some, 1:] += _some_of(singles, dealt[some, -1], rng)
    return sums


def _some_of(singles: Floats, sizes: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Sum and sum of squares of random subsets of the given sizes, shape (len(sizes), 2).

    Each contact is drawn by a coin first; then as many random ones as there are too many are put back, or as many
    as are missing are added. Coins favour no contact, so every subset of the size stays equally likely.
    """
    pairs = np.column_stack([singles, singles**2])
    rough = pairs.astype(np.float32)
    inside = np.empty((sizes.size, singles.size), dtype=bool)
    coin = np.minimum(np.rint(_CODES * sizes / singles.size), _CODES - 1).astype(np.uint16)[:, None]
    sums = np.zeros((sizes.size, 2))
    for start in range(0, singles.size, _ROWS):
        block = slice(start, min(start + _ROWS, singles.size))
        cells = sizes.size * (block.stop - block.start)
        codes = rng.integers(0, 1 << 64, -(-cells // 4), dtype=np.uint64).view(np.uint16)[:cells]
        inside[:, block] = codes.reshape(sizes.size, -1) < coin
        sums += inside[:, block].astype(np.float32) @ rough[block]
    for row, size in enumerate(sizes):
        missing = int(size) - int(np.count_nonzero(inside[row]))
        moved = _random_members(inside[row], missing < 0, abs(missing), rng)
        sums[row] += math.copysign(1.0, missing) * pairs[moved].sum(axis=0)
    return sums


def _random_members(inside: NDArray[np.bool_], state: bool, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """`count` different positions at random among those whose flag is `state`."""
    chosen = np.empty(0, dtype=np.int64)
    while chosen.size < count:
        tried = np.concatenate([chosen, rng.integers(0, inside.size, 4 * (count - chosen.size) + 16)])
        tried = tried[inside[tried] == state]
        _, first = np.unique(tried, return_index=True)
        chosen = tried[np.sort(first)][:count]
    return chosen
