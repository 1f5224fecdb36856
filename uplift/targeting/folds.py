"""Who is held out when: folds by contact (or cluster), from the id alone, so the order of a file does not matter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from uplift.targeting.contracts import TargetingData
from uplift.targeting.influence import Integers

_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def folds_of(data: TargetingData, *, folds: int, seed: int) -> Integers:
    """The fold of each contact, 0 … folds − 1; contacts of one cluster share theirs."""
    mixed = _mixed(data.ids, seed)
    if data.cluster is not None:
        first = np.full(int(data.cluster.max()) + 1, np.iinfo(np.uint64).max, dtype=np.uint64)
        np.minimum.at(first, data.cluster, mixed)
        mixed = _scrambled(first[data.cluster] + np.uint64(1))
    return np.asarray(mixed % np.uint64(folds), dtype=np.int64)


def _mixed(ids: NDArray[np.str_], seed: int) -> NDArray[np.uint64]:
    """A 64-bit number per id (not for security: only to part contacts evenly)."""
    width = max(ids.dtype.itemsize // 4, 1)
    letters = np.ascontiguousarray(ids).astype(f"<U{width}").view("<u4").reshape(len(ids), width)
    state = np.full(len(ids), _scrambled(np.array([seed + 1], dtype=np.uint64))[0], dtype=np.uint64)
    for column in letters.T:
        used = column != 0  # an id is the same in a wider column
        state = np.where(used, _scrambled(state ^ column.astype(np.uint64)), state)
    return state


def _scrambled(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finalizer of splitmix64 (Steele, Lea & Flood 2014)."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * _MIX[0]
    x = (x ^ (x >> np.uint64(27))) * _MIX[1]
    return np.asarray(x ^ (x >> np.uint64(31)))
