"""A metric's contacts in two parts (reached or not, trigger met or not): their moments in each arm.

Of contacts there are three sums, of households the joint ones of their totals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add

from uplift.engine import Measurement
from uplift.engine.reached import Division
from uplift.results import MetricResult
from uplift.stats.moments import Moments, Sums


@dataclass(frozen=True, slots=True)
class Parts:
    """Sums per arm: `inside` and `outside` over all contacts of the arm, with zeros for the other part, and the flags.

    `joint` instead where clusters are the units: totals inside, contacts, totals outside, flagged contacts.
    """

    insides: Mapping[str, Sums]
    outsides: Mapping[str, Sums]
    flags: Mapping[str, Sums]
    joint: Mapping[str, Sums] | None = None

    def both(self, *arms: str) -> bool:
        """Whether all these arms have contacts."""
        return all(arm in (self.flags if self.joint is None else self.joint) for arm in arms)

    def flagged(self, arm: str) -> int:
        """Contacts inside."""
        if self.joint is not None:
            return self.joint[arm].powers.get((0, 0, 0, 1), 0) if arm in self.joint else 0
        return count(self.flags[arm]) if arm in self.flags else 0

    def contacts(self, arm: str) -> int:
        """All contacts of the arm."""
        return self.flags[arm].n if self.joint is None else self.joint[arm].powers.get((0, 1, 0, 0), 0)

    def inside(self, arm: str) -> Moments:
        """Moments of the contacts inside."""
        return _part(self.insides[arm], self.flagged(arm))

    def outside(self, arm: str) -> Moments:
        """Moments of the contacts outside."""
        return _part(self.outsides[arm], self.flags[arm].n - self.flagged(arm))

    def whole(self, arm: str) -> Moments:
        """Moments of all contacts of the arm."""
        one, other = self.insides[arm], self.outsides[arm]
        powers = {e: v + other.powers.get(e, 0) for e, v in one.powers.items() if sum(e) <= 2}
        nonzero = one.nonzero + other.nonzero
        return Sums(one.columns, one.n, powers, one.decimals, one.shift, nonzero).moments()


def parts_of(measurement: Measurement, metric: MetricResult, division: Division) -> Parts | None:
    """The parts of a metric in each arm; None where it is not divided, or the weights changed on the way.

    Strata are taken together: all have the same weights.
    """
    if len({cell.weight_epoch for cell in measurement.assigned_cells}) > 1:
        return None
    key = measurement.metric(metric.name, metric.window_days).key
    first = measurement.metrics.get(f"{key}.{division.inside}")
    if first is None:
        return None
    if first.clustered:
        cells: dict[str, list[Sums]] = {}
        for cell in first.cells:
            if cell.adjusting is not None:
                cells.setdefault(cell.arm, []).append(cell.adjusting)
        return Parts({}, {}, {}, {arm: reduce(add, own) for arm, own in cells.items()})
    outside, flags = (measurement.metrics[f"{key}.{word}"].by_arm() for word in (division.outside, division.counted))
    return Parts(first.by_arm(), outside, flags)


def count(flags: Sums) -> int:
    """How many of a column of zeros and ones (or of their totals) are one."""
    return flags.powers.get((1,) + (0,) * (len(flags.columns) - 1), 0)


def _part(sums: Sums, n: int) -> Moments:
    """Moments of n contacts of whom these are the sums: the others of the arm added only zeros."""
    powers = {exponents: value for exponents, value in sums.powers.items() if sum(exponents) <= 2}
    return Sums(sums.columns, n, powers, sums.decimals, sums.shift, sums.nonzero).moments()
