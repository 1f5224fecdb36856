"""Standard errors by half samples: slower than influence functions, and in need of no formula.

The spread of an estimator over random halves (drawn without replacement) around its value on all rows is that of the
estimator itself: Var(half) − Var(all) = Var(all) (Politis & Romano 1994; what grf does for RATE).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from uplift.targeting.influence import Integers


def half_sample_error(
    statistic: Callable[[NDArray[np.int64]], float],
    n: int,
    *,
    rng: np.random.Generator,
    repetitions: int = 200,
    clusters: Integers | None = None,
) -> float:
    """The standard error of `statistic`, a function of row numbers; whole clusters are drawn where there are any."""
    values = np.empty(repetitions)
    labels = np.arange(n) if clusters is None else np.asarray(clusters)
    count = int(labels.max()) + 1
    for b in range(repetitions):
        chosen = np.zeros(count, dtype=bool)
        chosen[rng.permutation(count)[: count // 2]] = True
        values[b] = statistic(np.flatnonzero(chosen[labels]))
    return float(np.std(values, ddof=1))
