"""Order values with a prescribed mean and standard deviation, exact to the cent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Cents = NDArray[np.int64]

FLOOR = 500  # no basket below 5.00: a shop has a minimum order


def baskets(n: int, *, mean: int, sd: int, rng: np.random.RandomState) -> Cents:
    """`n` skewed order values in cents that sum to n·mean and whose sample variance is sd² as nearly as integers can.

    Gamma draws with the coefficient of variation of a fashion basket are standardised to the wanted mean and standard
    deviation and cut at the floor, which moves both again, so the step repeats; then they become whole cents and the
    left-over cents and squares are spread.

    >>> values = baskets(527, mean=7_500, sd=5_472, rng=np.random.RandomState(7))
    >>> int(values.sum()) == 527 * 7_500, round(float(values.std(ddof=1)), 4), int(values.min()) >= 500
    (True, 5472.0, True)
    """
    shape = (mean / sd) ** 2
    values = rng.standard_gamma(shape, n) * (mean / shape)
    for _ in range(60):
        values = np.maximum(mean + (values - values.mean()) * (sd / values.std(ddof=1)), FLOOR)
    cents = np.rint(values).astype(np.int64)
    _spread_cents(cents, n * mean)
    _spread_squares(cents, n * mean**2 + (n - 1) * sd**2, rng)
    return cents


def _spread_cents(cents: Cents, total: int) -> None:
    """Add or take single cents, from the dearest baskets down, until they sum to `total`."""
    left = total - int(cents.sum())
    order = np.argsort(-cents, kind="stable")
    while left:
        step = 1 if left > 0 else -1
        touched = order[: min(abs(left), len(order))]
        cents[touched] += step
        left -= step * len(touched)


def _spread_squares(cents: Cents, target: int, rng: np.random.RandomState) -> None:
    """Move cents between pairs of baskets, which keeps the sum, until the sum of squares is `target` or one below.

    A cent from basket a to basket b changes the sum of squares by 2·(b − a + 1), always an even number. The pair that
    comes nearest to what is missing gives its cent; where none comes nearer than we are, a random pair does, so that
    the search never runs in circles.
    """
    while (half := (target - int((cents**2).sum())) // 2) != 0:
        order = np.argsort(cents, kind="stable")
        giver, taker = _pair(cents[order], half - 1)
        if abs(half - 1 - int(cents[order[taker]] - cents[order[giver]])) >= abs(half):
            giver, taker = rng.choice(np.flatnonzero(cents[order] > FLOOR)), rng.randint(len(cents))
        cents[order[giver]] -= 1
        cents[order[taker]] += 1


def _pair(ordered: Cents, wanted: int) -> tuple[int, int]:
    """Positions (giver, taker) with taker − giver nearest to `wanted`; the giver stays above the floor."""
    able = np.flatnonzero(ordered > FLOOR)
    right = np.clip(np.searchsorted(ordered, ordered[able] + wanted), 1, len(ordered) - 1)
    givers = np.concatenate([able, able])
    takers = np.concatenate([right - 1, right])
    miss = np.where(givers == takers, np.inf, np.abs(ordered[takers] - ordered[givers] - wanted))
    best = int(np.argmin(miss))
    return int(givers[best]), int(takers[best])
