"""What other tools would say about the same data: delta, Welch/Fieller and the naive interval, on arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from benchmarks.calibration.draws import Batch
from benchmarks.calibration.rows import ALPHA, Misses

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """An arm's value and its sampling variance per replicate."""

    n: Floats
    value: Floats
    variance: Floats


def mean_values(batch: Batch) -> Values:
    return Values(batch.n, batch.mean(0), batch.central((0, 0)) / (batch.n - 1) / batch.n)


def ratio_values(batch: Batch) -> Values:
    """Σy/Σx with the variance of (y − R x)/x̄."""
    x = batch.mean(1)
    r = batch.mean(0) / x
    squares = batch.central((0, 0)) - 2 * r * batch.central((0, 1)) + r * r * batch.central((1, 1))
    return Values(batch.n, r, squares / (batch.n - 1) / batch.n / x**2)


def others(control: Values, treatment: Values, lift: float, counted: NDArray[np.bool_]) -> tuple[Misses, ...]:
    """Delta (Welch's t on the ratio), Fieller with Welch's degrees of freedom, and the control's mean taken as known.

    Fieller's unbounded sets miss nothing.
    """
    c, t, theta = control, treatment, 1 + lift
    df = (t.variance + c.variance) ** 2 / (t.variance**2 / (t.n - 1) + c.variance**2 / (c.n - 1))
    critical = -stdtrit(df, ALPHA / 2)
    ratio = t.value / c.value
    delta = (ratio - theta) / np.sqrt(t.variance + ratio**2 * c.variance) * c.value
    fieller = (t.value - theta * c.value) / np.sqrt(t.variance + theta**2 * c.variance)
    fieller = np.where(c.value**2 > critical**2 * c.variance, fieller, 0.0)
    naive = (ratio - theta) / np.sqrt(t.variance + c.variance) * c.value
    named = {"delta": delta, "Fieller/Welch": fieller, "naive": naive}
    return tuple(
        Misses(name, float((s > critical)[counted].mean()), float((s < -critical)[counted].mean()))
        for name, s in named.items()
    )
