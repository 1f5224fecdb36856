"""How much of a metric's variance the contacts' past explains (CUPED), measured on the audience before the test."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from uplift.errors import StatisticsError

if TYPE_CHECKING:
    from uplift.engine.measurement import MetricSums

_BELIEVABLE = 0.99
"""What explains more than this is the metric itself under another name."""


def explained_by_the_past(sums: MetricSums) -> float | None:
    """What the past explains of a metric; None without a past, and where it can't adjust anything."""
    from uplift.stats.adjustment import explained_variance

    adjusting = [cell.adjusting for cell in sums.cells if cell.adjusting is not None]
    if not adjusting or len(adjusting) < len(sums.cells):
        return None
    moments = reduce(add, adjusting).moments()
    try:
        found = explained_variance(moments, core=len(sums.cells[0].sums.columns))
    except StatisticsError:
        return None
    return found if found <= _BELIEVABLE else None  # nan is no share either
