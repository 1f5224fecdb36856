"""Reading an experiment before its end: what each look may say, and what to report once it is over.

A look brings the z-value of the metric's own test and its information, 1/se² of the log ratio. Three things are read:

- at every look the bound and with it the *level* at which the metric's own interval is shown, so that this repeated
  interval excludes «no difference» exactly when the bound is crossed;
- whether to stop;
- once stopped, the p-value, the median-unbiased estimate and the interval under the stage-wise ordering (an earlier
  crossing is stronger evidence), which undo most of the optimism of a stopped test.

Jennison & Turnbull (2000), chapters 7 to 9; Tsiatis, Rosner & Mehta (1984), Biometrics 40, 797–803.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.special import ndtr, ndtri

from uplift.errors import Problem, StatisticsError
from uplift.results import Interval
from uplift.stats.boundaries import NEVER, SMALLEST_STEP, Boundary, Paths, spending_boundaries
from uplift.stats.decision import agreeing
from uplift.stats.roots import root_between, root_outward
from uplift.stats.sequential_power import futility_bounds
from uplift.stats.spending import Spending

FEWEST_CONTROL_CONVERTERS = 60  # below, a look says nothing
TOO_EARLY = "UP642"  # finding codes of refused looks
NOTHING_NEW = "UP641"
_LARGEST_Z = 38.0  # beyond, the normal distribution has no digits left

Outcome = Literal["up", "down", "futile", "open", "continue", "refused"]


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the data shows.

    `z` is the signed normal deviate of the metric's own test, `information` is 1/se² of the log ratio as realised,
    `control_converters` counts control contacts with any event.
    """

    information: float
    z: float
    control_converters: int

    @classmethod
    def of(cls, log_ratio: float, *, standard_error: float, p_value: float, control_converters: int) -> Look:
        """A look from an estimate, its standard error and the two-sided p-value of the metric's own test.

        The p-value, not the estimate over its error, makes the z: so a t, score or Hall test keeps its own decision
        (Jennison & Turnbull 2000, 3.8).

        >>> round(Look.of(0.1, standard_error=0.05, p_value=0.0455, control_converters=400).z, 3)
        2.0
        """
        if not (standard_error > 0 and math.isfinite(standard_error) and 0 <= p_value <= 1):
            raise StatisticsError(
                Problem(
                    "UP645",
                    f"standard error {standard_error:g} with p-value {p_value:g}",
                    fix="give the standard error of the log ratio (above 0) and a p-value between 0 and 1",
                )
            )
        size = min(float(-ndtri(p_value / 2)), _LARGEST_Z)
        return cls(standard_error**-2, math.copysign(size, log_ratio), control_converters)


@dataclass(frozen=True, slots=True)
class Futility:
    """When to give up hope: the log ratio that was worth finding, and the error of missing it (1 − power)."""

    log_ratio: float
    beta: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One look and what it says.

    A refused look has a `refusal` code and nothing else: it was not taken and has spent nothing. `interval` is the
    repeated interval of the relative uplift by normal approximation; where the metric's own test can be inverted at
    `boundary.nominal_alpha`, show that instead.
    """

    look: Look
    boundary: Boundary | None = None
    interval: Interval | None = None
    futile_below: float | None = None
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class StagewiseInference:
    """What to report of a sequential test that is over, on the scale of the relative uplift.

    The interval has the level 1 − α; p < α, an interval without 0 and a direction are one statement. The estimate is
    median-unbiased: as likely too high as too low.
    """

    p_value: float
    direction: Literal["up", "down", "open"]
    estimate: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Monitoring:
    """All looks and where they leave us.

    `outcome` is "up" or "down" when the treatment is proven better or worse, "futile" when the latest look is
    hopeless (not binding), "open" when the test is over without a proof, "continue" when it goes on, "refused" when
    the latest look came too early. `stopped_at` is the index of the look that crossed a bound; `inference` is absent
    until the test is over.
    """

    readings: tuple[Reading, ...]
    outcome: Outcome
    stopped_at: int | None = None
    inference: StagewiseInference | None = None


def read_looks(
    looks: Sequence[Look],
    *,
    spending: Spending,
    alpha: float,
    planned: float,
    sides: Literal[1, 2] = 2,
    final: bool = False,
    futility: Futility | None = None,
) -> Monitoring:
    """Read the looks taken so far, oldest first.

    `planned` is the information that the plan expects at its end, `final` says that the last look is the read-out: it
    then spends all of α that is left, whatever information it brought. A one-sided test looks upwards (turn the sign
    of z for a metric that should fall).

    A look with fewer than 60 control converters is not taken, nor one whose information did not grow by 0.1%. The
    read-out always is: it can only be that small when no look was taken before, and then it is an ordinary test with
    the rules of one.

    Looks after a crossing are over-running, contacts that were under way when the test stopped. The last of them
    takes the place of the look that crossed (Whitehead 1992, Statistics in Medicine 11, 1347–1360), and the outcome
    is what it says. The error stays below α: to win, both the crossing and the completed data must say so.
    """
    if not looks:
        raise StatisticsError(Problem("UP641", "no look was given", fix="give at least one look"))
    last = len(looks) - 1
    taken, refused = _taken(looks, final=final)
    if not taken:
        return Monitoring(tuple(Reading(look, refusal=refused[k]) for k, look in enumerate(looks)), "refused")
    information = list(taken.values())
    where = list(taken)
    bounds = spending_boundaries(spending, information, alpha=alpha, sides=sides, planned=planned, final=final)
    hopeless = _hopeless(bounds, futility, spending, planned)
    if final:
        hopeless[-1] = None
    read = {
        k: Reading(looks[k], bound, _repeated_interval(looks[k], bound), futile_below=hope)
        for k, bound, hope in zip(where, bounds, hopeless, strict=True)
    }
    readings = tuple(read.get(k) or Reading(look, refusal=refused[k]) for k, look in enumerate(looks))
    end = Look(information[-1], looks[where[-1]].z, looks[where[-1]].control_converters)
    crossed = next((n for n, k in enumerate(where) if _crosses(looks[k].z, bounds[n])), None)
    if crossed is not None:
        inference = stagewise_inference(bounds[:crossed], end, alpha=alpha, sides=sides)
        return Monitoring(readings, inference.direction, where[crossed], inference)
    if where[-1] != last:
        return Monitoring(readings, "refused")
    if final:
        return Monitoring(readings, "open", None, stagewise_inference(bounds[:-1], end, alpha=alpha, sides=sides))
    threshold = hopeless[-1]
    return Monitoring(readings, "futile" if threshold is not None and end.z < threshold else "continue")


def _taken(looks: Sequence[Look], *, final: bool) -> tuple[dict[int, float], dict[int, str]]:
    """The information of each look that is taken, and why the others are not, by index."""
    taken: dict[int, float] = {}
    refused: dict[int, str] = {}
    for k, look in enumerate(looks):
        grown = next(reversed(taken.values()), 0.0) * (1 + SMALLEST_STEP)
        if final and k == len(looks) - 1:
            # Realised standard errors are noisy: the read-out counts even where they grew since the last look.
            taken[k] = max(look.information, grown)
        elif look.control_converters < FEWEST_CONTROL_CONVERTERS:
            refused[k] = TOO_EARLY
        elif look.information < grown:
            refused[k] = NOTHING_NEW
        else:
            taken[k] = look.information
    return taken, refused


def stagewise_inference(
    earlier: Sequence[Boundary], last: Look, *, alpha: float, sides: Literal[1, 2] = 2
) -> StagewiseInference:
    """P-value, median-unbiased estimate and interval of a test that passed the `earlier` bounds and ended at `last`.

    F(θ) is the probability of ending with stronger evidence for the treatment than was seen, if the log ratio is θ:
    crossing an earlier upper bound, or reaching the last look and showing z or more. p = F(0), doubled for two sides
    (of the smaller tail); the estimate solves F = ½, the bounds F = α/2 and 1 − α/2 (α and none for one side).
    """

    def stronger(theta: float) -> float:
        return _stronger(earlier, last, theta)

    sd = 1 / math.sqrt(last.information)
    widest = 1 / math.sqrt((*(b.information for b in earlier), last.information)[0])
    naive = last.z * sd

    def solve(target: float) -> float:
        towards = 1.0 if stronger(naive) < target else -1.0
        root = root_outward(
            lambda theta: stronger(theta) - target,
            naive,
            towards * sd,
            stop=naive + 40 * towards * widest,
            within=1e-9 * sd,
        )
        if root is None:
            raise AssertionError(f"no effect has {target} of the paths above")
        return root

    above = stronger(0.0)
    p = 2 * min(above, 1 - above) if sides == 2 else above
    direction: Literal["up", "down", "open"] = "open" if p >= alpha else "up" if above < 0.5 else "down"
    low = math.expm1(solve(alpha / sides))
    high = math.expm1(solve(1 - alpha / 2)) if sides == 2 else None
    return StagewiseInference(p, direction, math.expm1(solve(0.5)), agreeing(Interval(low, high), direction))


def closing_level(earlier: Sequence[Boundary], information: float, *, alpha: float, sides: Literal[1, 2] = 2) -> float:
    """The nominal level at which a test that ends now, after passing the `earlier` bounds, is to be read.

    The z at which the stage-wise p-value is exactly α, as a level of the metric's own test: its interval then excludes
    «no difference» exactly when the stage-wise interval does. Where the earlier looks have spent all of α the level
    is as small as that leaves it.
    """

    def surplus(z: float) -> float:
        return _stronger(earlier, Look(information, z, 0), 0.0) - alpha / sides

    low, high = 0.0, _LARGEST_Z
    if surplus(high) > 0:
        return sides * float(ndtr(-high))
    return sides * float(ndtr(-root_between(surplus, low, high, within=1e-12)))


def _stronger(earlier: Sequence[Boundary], last: Look, theta: float) -> float:
    paths, total = Paths.start(), 0.0
    information = [*(b.information for b in earlier), last.information]
    for bound, after in zip(earlier, information[1:], strict=True):
        total += paths.above(bound.information, bound.upper, theta)
        paths = paths.onward(bound.information, bound.lower, bound.upper, theta, after - bound.information)
    return total + paths.above(last.information, last.z, theta)


def _hopeless(
    bounds: Sequence[Boundary], futility: Futility | None, spending: Spending, planned: float
) -> list[float | None]:
    """The futility threshold of each look, None without a rule."""
    if futility is None:
        return [None] * len(bounds)
    # The rule looks one step ahead only to know how finely to integrate: the latest look pretends a next one.
    pretended = Boundary(2 * bounds[-1].information, 0.0, NEVER, -NEVER)
    found = futility_bounds(
        [*bounds, pretended], effect=futility.log_ratio, beta=futility.beta, spending=spending, planned=planned
    )
    return list(found)


def _repeated_interval(look: Look, bound: Boundary) -> Interval | None:
    """(z ± bound) / √information, as a relative uplift; None at a look that nothing can cross."""
    if not math.isfinite(bound.upper):
        return None
    root = math.sqrt(look.information)
    low = math.expm1((look.z - bound.upper) / root)
    high = math.expm1((look.z - bound.lower) / root) if math.isfinite(bound.lower) else None
    return Interval(low, high)


def _crosses(z: float, bound: Boundary) -> bool:
    return z > bound.upper or z < bound.lower
