"""The bounds of a group-sequential test and the probabilities of crossing them, by recursive integration.

The z-values at successive looks with information I_1 < I_2 < … behave like a Brownian motion: the score S_k = Z_k √I_k
has independent increments, normal with mean θ ΔI and variance ΔI (θ is the effect, I the inverse of its variance).
The density of S_k on the paths that have not crossed anything yet is carried from look to look by integrating over
the previous one: Armitage, McPherson & Rowe (1969), JRSS A 132, 235–244; Jennison & Turnbull (2000), chapter 19.
Gauss–Legendre panels as narrow as the step to the next look make the integrals exact to about 1e-12, also for many
looks and for steps of very different size.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, roots_legendre

from uplift.errors import Problem, StatisticsError
from uplift.stats.roots import root_between
from uplift.stats.spending import Spending

Floats = NDArray[np.float64]

NEVER = math.inf  # a bound that nothing crosses
_TAIL = 8.5  # standard deviations beyond which the density (1e-17) is left out
_NODES = 16  # Gauss–Legendre nodes per panel
_PANEL = 3.0  # width of a panel in standard deviations of the narrowest step beside it
SMALLEST_STEP = 1e-3  # growth of the information below which a look brings nothing new
_SMALLEST_SPEND = 1e-14  # an increment of α below it buys no bound


@dataclass(frozen=True, slots=True)
class Boundary:
    """The bound at one look.

    `information` is 1/se² of the effect, `spent` the error of both sides used up so far. The treatment wins when z
    exceeds `upper` and loses when z falls below `lower`; both may be infinite. `nominal_alpha` is the two-sided level
    that belongs to the bound: the interval that inverts the metric's own test at it is the repeated interval, and it
    excludes «no difference» exactly when the bound is crossed.
    """

    information: float
    spent: float
    upper: float
    lower: float

    @property
    def nominal_alpha(self) -> float:
        """The level at which this look's interval and p-value are to be read (0 where nothing can be crossed)."""
        sides = 2 if math.isfinite(self.lower) else 1
        return sides * float(ndtr(-self.upper))


@dataclass(frozen=True, slots=True)
class Crossing:
    """Probabilities of leaving at each look, upwards and downwards."""

    up: tuple[float, ...]
    down: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """The paths still inside the bounds: score values and the probability mass that each quadrature node carries."""

    information: float
    score: Floats
    mass: Floats

    @classmethod
    def start(cls) -> Paths:
        """All paths start at score 0 without any information."""
        return cls(0.0, np.zeros(1), np.ones(1))

    def above(self, information: float, bound: float, drift: float) -> float:
        """The probability of getting above `bound` (a z-value) at the next look."""
        return float(self.mass @ ndtr(-self._gap(information, bound, drift)))

    def below(self, information: float, bound: float, drift: float) -> float:
        """The probability of falling below `bound` at the next look."""
        return float(self.mass @ ndtr(self._gap(information, bound, drift)))

    def _gap(self, information: float, bound: float, drift: float) -> Floats:
        step = information - self.information
        return (bound * math.sqrt(information) - self.score - drift * step) / math.sqrt(step)

    def onward(self, information: float, lower: float, upper: float, drift: float, next_step: float) -> Paths:
        """The paths that are between the bounds at the next look."""
        step, root = information - self.information, math.sqrt(information)
        centre = drift * information
        low = max(lower * root, centre - _TAIL * root)
        high = min(upper * root, centre + _TAIL * root)
        if not low < high:
            return Paths(information, np.empty(0), np.empty(0))
        panels = math.ceil((high - low) / (_PANEL * math.sqrt(min(step, next_step))))
        nodes, weights = _panel_rule(panels)
        score = low + (high - low) * nodes
        sd = math.sqrt(step)
        z = (score[:, None] - self.score[None, :] - drift * step) / sd
        density = np.exp(-0.5 * z * z) @ self.mass / (sd * math.sqrt(2 * math.pi))
        return Paths(information, score, (high - low) * weights * density)


@functools.lru_cache(maxsize=256)
def _panel_rule(panels: int) -> tuple[Floats, Floats]:
    """Nodes and weights of a composite Gauss–Legendre rule on [0, 1]."""
    x, w = roots_legendre(_NODES)
    starts = np.arange(panels)[:, None]
    return ((starts + (x + 1) / 2) / panels).ravel(), np.tile(w / 2 / panels, panels)


def crossing_probabilities(
    information: Sequence[float], *, upper: Sequence[float], lower: Sequence[float] | None = None, drift: float = 0.0
) -> Crossing:
    """How likely a path leaves upwards or downwards at each look when the effect is `drift`.

    `lower` defaults to none (−∞ everywhere). With information in units of the planned maximum, `drift` is
    effect × √(maximum information).

    >>> peeking = crossing_probabilities([1, 2, 3, 4, 5], upper=[1.96] * 5, lower=[-1.96] * 5)
    >>> round(sum(peeking.up) + sum(peeking.down), 3)  # Armitage, McPherson & Rowe (1969)
    0.142
    """
    check_information(information)
    lower = [-NEVER] * len(information) if lower is None else lower
    paths, up, down = Paths.start(), [], []
    for k, (i, a, b) in enumerate(zip(information, lower, upper, strict=True)):
        up.append(paths.above(i, b, drift))
        down.append(paths.below(i, a, drift))
        if k + 1 < len(information):
            paths = paths.onward(i, a, b, drift, information[k + 1] - i)
    return Crossing(tuple(up), tuple(down))


def spending_boundaries(
    spending: Spending,
    information: Sequence[float],
    *,
    alpha: float,
    sides: Literal[1, 2] = 2,
    planned: float | None = None,
    final: bool = True,
) -> tuple[Boundary, ...]:
    """The bounds at the looks taken so far.

    `information` is what each look really had (1/se²), `planned` the information of the plan; without it the last
    look is the whole plan. With `final` the last look spends all of α that is left, however much information it
    brought: more than planned (over-running) or less. Between, a look beyond the plan spends all of α. A two-sided
    test spends half of α on each side; a one-sided one has no lower bound. Adding later looks never changes the
    earlier bounds.

    >>> bounds = spending_boundaries(Spending("obrien_fleming"), [1, 2, 3], alpha=0.05)
    >>> [round(b.upper, 3) for b in bounds]  # Lan & DeMets (1983); gsDesign sfLDOF
    [3.71, 2.511, 1.993]
    """
    check_information(information)
    total = information[-1] if planned is None else planned
    fractions = [i / total for i in information]
    if final:
        fractions[-1] = 1.0
    per_side = alpha / sides
    levels = [spending.spent(t, per_side) for t in fractions]
    return _boundaries(levels, information, sides)


def _boundaries(levels: Sequence[float], information: Sequence[float], sides: int) -> tuple[Boundary, ...]:
    """Bounds whose crossing uses up the cumulative errors `levels`, per side."""
    paths, spent, bounds = Paths.start(), 0.0, []
    for k, (i, level) in enumerate(zip(information, levels, strict=True)):
        upper = NEVER
        if level - spent > (0.0 if k == 0 else _SMALLEST_SPEND):
            upper = _bound(paths, i, level - spent)
            spent = level
        lower = -upper if sides == 2 else -NEVER
        bounds.append(Boundary(i, sides * spent, upper, lower))
        if k + 1 < len(information):
            paths = paths.onward(i, lower, upper, 0.0, information[k + 1] - i)
    return tuple(bounds)


def _bound(paths: Paths, information: float, error: float) -> float:
    """The z that the paths exceed with probability `error`."""
    if paths.information == 0:
        return float(-ndtri(error))
    target = math.log(error)

    def excess(z: float) -> float:
        p = paths.above(information, z, 0.0)
        return math.log(p) - target if p > 0 else -math.inf

    return root_between(excess, -_TAIL, 38.0)


def wang_tsiatis_boundaries(
    fractions: Sequence[float], *, alpha: float, shape: float, sides: Literal[1, 2] = 2
) -> tuple[Boundary, ...]:
    """Classical bounds C · t^(shape − ½): shape 0 is O'Brien & Fleming (1979), ½ is Pocock (1977).

    `fractions` are information fractions that end at 1; C is the bound of the last look (Wang & Tsiatis 1987,
    Biometrics 43, 193–199). Unlike spending bounds they must be fixed in advance; they are here to compare.

    >>> round(wang_tsiatis_boundaries([0.25, 0.5, 0.75, 1], alpha=0.05, shape=0.5)[-1].upper, 3)
    2.361
    """
    check_information(fractions)
    form = [t ** (shape - 0.5) for t in fractions]

    def cross(c: float) -> Crossing:
        upper = [c * f for f in form]
        return crossing_probabilities(fractions, upper=upper, lower=[-b for b in upper] if sides == 2 else None)

    def excess(c: float) -> float:
        found = cross(c)
        return sum(found.up) + (sum(found.down) if sides == 2 else 0.0) - alpha

    constant = root_between(excess, float(-ndtri(alpha / sides)), 8.0, within=1e-10)
    spent = itertools.accumulate(u * sides for u in cross(constant).up)
    return tuple(
        Boundary(t, s, constant * f, -constant * f if sides == 2 else -NEVER)
        for t, f, s in zip(fractions, form, spent, strict=True)
    )


def check_information(information: Sequence[float]) -> None:
    """Refuse looks whose information does not grow (UP641): they can't be ordered, and nothing new was learnt."""
    if len(information) == 0:
        raise StatisticsError(Problem("UP641", "no look was given", fix="give the information of at least one look"))
    before = 0.0
    for number, i in enumerate(information, start=1):
        if not (math.isfinite(i) and i > 0 and i >= before * (1 + SMALLEST_STEP)):
            raise StatisticsError(
                Problem(
                    "UP641",
                    f"look {number} has information {i:g} after {before:g}",
                    fix="leave out looks that bring no new information: it must grow by 0.1% at least "
                    "(information is 1 / standard error²)",
                )
            )
        before = i
