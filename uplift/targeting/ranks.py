"""Who comes first: contacts sorted by a score, with equal scores kept together and no trace of the rows' order.

Rows with the same score have no order among them. Whatever is computed from a ranking uses the mean over the rows of a
tie, so it is what a fair coin between them would give on average; and the rows are summed in an order that depends on
their values alone, so a shuffled file gives the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uplift.errors import Problem, StatisticsError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Rows from the highest score to the lowest: `order` of rows, where each tie starts, and how many rows it has."""

    order: Integers
    starts: Integers
    sizes: Integers

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.order)

    @property
    def ends(self) -> Integers:
        """How many rows stand above or in each tie."""
        return np.asarray(self.starts + self.sizes)

    def sums(self, of_sorted: Floats) -> Floats:
        """The sum over each tie of values that are sorted already."""
        return np.asarray(np.add.reduceat(of_sorted, self.starts), dtype=np.float64)

    def means(self, of_sorted: Floats) -> Floats:
        """Every row's value replaced by the mean of its tie."""
        if len(self.starts) == self.n:
            return of_sorted
        return np.repeat(self.sums(of_sorted) / self.sizes, self.sizes)

    def back(self, of_sorted: Floats) -> Floats:
        """Values in the order of the rows again."""
        rows = np.empty(self.n)
        rows[self.order] = of_sorted
        return rows


def ranked(score: Floats, *values: NDArray[np.generic] | None) -> Ranked:
    """Sort by score, best first; `values` are the rows' other columns, which settle the order of summation.

    Raises StatisticsError (UP701) when a score is not finite or there are no rows.
    """
    score = np.asarray(score, dtype=np.float64)
    if score.ndim != 1 or not len(score) or not np.isfinite(score).all():
        missing = int((~np.isfinite(score)).sum())
        what = f"{missing:,} of {score.size:,} scores are missing or infinite" if score.size else "there are no scores"
        raise StatisticsError(Problem("UP701", what, fix="give every contact a finite score"))
    order = np.argsort(-score)
    placed = score[order]
    first = np.concatenate([[True], placed[1:] != placed[:-1]])
    if not first.all():
        # Only rows of a tie need another key: they are sorted anew among the places that they take together.
        tied = np.flatnonzero(~(first & np.append(first[1:], True)))
        rows = order[tied]
        order[tied] = rows[np.lexsort((*(v[rows] for v in reversed(values) if v is not None), -score[rows]))]
    starts = np.flatnonzero(first)
    sizes = np.diff(np.append(starts, len(score)))
    return Ranked(order, starts, sizes)


def share_above(score: Floats) -> Floats:
    """Each row's place from the top as a share in (0, 1]; rows of a tie share the middle of their places.

    >>> share_above(np.array([3.0, 1.0, 1.0, 2.0])).tolist()
    [0.25, 0.875, 0.875, 0.5]
    """
    ranks = ranked(score)
    places = np.arange(1, ranks.n + 1) / ranks.n
    return ranks.back(ranks.means(places))


def within_folds(score: Floats, folds: Integers) -> Floats:
    """Scores made comparable over folds: minus the share of the own fold that stands above, so higher stays better.

    Models of different folds can differ in level; only the order within a fold is what a model says.
    """
    placed = np.empty(len(score))
    for fold in np.unique(folds):
        rows = folds == fold
        placed[rows] = -share_above(score[rows])
    return placed


def inclusion(ranks: Ranked, share: float) -> Floats:
    """How far each sorted row belongs to the best `share`: 1 above the boundary, a fraction in the tie that it cuts."""
    wanted = share * ranks.n
    part = np.clip((wanted - ranks.starts) / ranks.sizes, 0.0, 1.0)
    return np.repeat(part, ranks.sizes)
