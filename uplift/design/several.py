"""Power of several arms against one control: Holm, Dunnett or no correction, at «all arms have the effect».

The arms share the control's noise and nothing else. So everything is computed for a given control, where the arms are
independent, and integrated over its noise; no multivariate normal is needed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from uplift.design.power import Comparison, critical, over_control_noise, upper_tail
from uplift.stats.roots import root_between

Correction = Literal["dunnett", "holm", "none"]

MOST_ARMS_STEPPED = 6
"""With more treatment arms than this, Holm is counted by its first step alone (Bonferroni): a lower bound."""


@dataclass(frozen=True, slots=True)
class Family:
    """Every treatment arm against one control, and how several tests are accounted for.

    `loadings` are the correlations of each statistic with the control's noise, √(n_t/(n_t+n_c)). `hypotheses` counts
    all that are tested (all pairs: more than the arms); those without an effect are taken to be kept, so Holm's
    later steps are not counted on them.
    """

    comparisons: tuple[Comparison, ...]
    loadings: tuple[float, ...]
    alpha: float
    sides: Literal[1, 2]
    correction: Correction
    hypotheses: int

    @property
    def level(self) -> float:
        """α of one comparison; of Holm's procedure, in its first step."""
        if self.hypotheses == 1 or self.correction == "none":
            return self.alpha
        if self.correction == "dunnett":
            return dunnett_level(self.loadings, self.alpha, self.sides)
        return self.alpha / self.hypotheses


def power_of_each(family: Family) -> tuple[float, ...]:
    """The power of each treatment arm under the whole procedure, when every arm has its effect."""
    arms = len(family.comparisons)
    if family.correction == "holm" and 1 < arms <= MOST_ARMS_STEPPED:
        return _holm(family)
    found: dict[Comparison, float] = {}
    for comparison, q in zip(family.comparisons, _criticals(family, family.level), strict=True):
        if comparison not in found:
            found[comparison] = comparison.power(q)
    return tuple(found[comparison] for comparison in family.comparisons)


def power_of_any(family: Family) -> float:
    """The chance that at least one treatment arm is found, when every arm has its effect."""
    q = _criticals(family, family.level)
    if len(family.comparisons) == 1:
        return family.comparisons[0].power(q[0])

    def none(noise: float) -> float:
        return math.prod([1 - c.chance(at, noise) for c, at in zip(family.comparisons, q, strict=True)])

    return 1 - over_control_noise(none, steepness=_steepest(family))


@cache
def dunnett_level(loadings: tuple[float, ...], alpha: float, sides: Literal[1, 2] = 2) -> float:
    """The level per comparison at which the whole family errs with probability α (Dunnett 1955).

    Known variances; for small samples the same level is read with Student's t. `uplift.stats.dunnett` decides at the
    read-out; it needs scipy, whose import would take longer than the rest of a check.

    >>> round(dunnett_level((0.5 ** 0.5,) * 3, 0.05), 4)  # equal arms: critical value 2.349
    0.0188
    """

    def error(level: float) -> float:
        q = critical(level, sides=sides)

        def kept(noise: float) -> float:
            below = 1.0
            for load in loadings:
                rest = math.sqrt(1 - load * load)
                inside = upper_tail((load * noise - q) / rest)
                below *= inside - upper_tail((load * noise + q) / rest) if sides == 2 else inside
            return below

        return 1 - over_control_noise(kept, steepness=steepest)

    steepest = math.sqrt(2 * len(loadings)) * max(load / math.sqrt(1 - load * load) for load in loadings)
    low = alpha / len(loadings)
    if len(loadings) == 1 or error(low) >= alpha:  # as good as independent: Bonferroni
        return low
    return root_between(lambda level: error(level) - alpha, low, alpha, within=alpha * 1e-7)


def _holm(family: Family) -> tuple[float, ...]:
    """Holm's steps: the i-th smallest p must not exceed α/(m − i + 1); the first that does ends the rejections."""
    arms = range(len(family.comparisons))
    steps = [_criticals(family, family.alpha / (family.hypotheses - i)) for i in arms]
    by_noise: dict[float, tuple[float, ...]] = {}

    def rejections(noise: float) -> tuple[float, ...]:
        if noise not in by_noise:
            seen: dict[Comparison, list[float]] = {}
            for arm, comparison in enumerate(family.comparisons):
                if comparison not in seen:
                    seen[comparison] = [comparison.chance(step[arm], noise) for step in steps]
            by_noise[noise] = _stepped([seen[comparison] for comparison in family.comparisons])
        return by_noise[noise]

    steepness = _steepest(family)
    return tuple(over_control_noise(lambda x, arm=arm: rejections(x)[arm], steepness=steepness) for arm in arms)  # type: ignore[misc]


def _criticals(family: Family, level: float) -> list[float]:
    return [critical(level, sides=family.sides, df=comparison.df) for comparison in family.comparisons]


def _stepped(below: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """P(each arm is rejected) for independent arms; `below[arm][i]` is P(its p ≤ the level of step i).

    A set of arms is a bit mask. After step i the mask holds the arms whose p lies below that step's level; with
    fewer than i + 1 of them the procedure stops and rejects exactly those.
    """
    k = len(below)
    rejected = [0.0] * k
    reached = {0: 1.0}
    for i in range(k):
        between = [row[i] - (row[i - 1] if i else 0.0) for row in below]
        above = [1 - row[i] for row in below]
        after: dict[int, float] = {}
        for mask, chance in reached.items():
            for added, joined in _additions(k, mask):
                weight = chance * math.prod([between[arm] for arm in joined])
                after[mask | added] = after.get(mask | added, 0.0) + weight
        reached = {}
        for mask, weight in after.items():
            if mask.bit_count() > i:
                reached[mask] = weight
                continue
            stopped = weight * math.prod([above[arm] for arm in range(k) if not mask >> arm & 1])
            for arm in range(k):
                rejected[arm] += stopped if mask >> arm & 1 else 0.0
    everything = reached.get((1 << k) - 1, 0.0)
    return tuple(chance + everything for chance in rejected)


@cache
def _additions(k: int, mask: int) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Every set of arms that may join a mask, as a mask and as a list."""
    free = [arm for arm in range(k) if not mask >> arm & 1]
    sets = (tuple(arm for j, arm in enumerate(free) if chosen >> j & 1) for chosen in range(1 << len(free)))
    return tuple((sum(1 << arm for arm in joined), joined) for joined in sets)


def _steepest(family: Family) -> float:
    return math.sqrt(len(family.comparisons)) * max(comparison.steepness for comparison in family.comparisons)
