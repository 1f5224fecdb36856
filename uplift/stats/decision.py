"""One decision: interval, p-value and direction are readings of the same inverted test.

A test hands over its statistic (positive when the treatment is above the control) with its degrees of freedom and
the set of effects that it does not reject. `Level` turns the statistic into critical value, p-value and direction;
`agreeing` removes what is left of rounding, so that «the interval excludes no difference», «p < alpha» and
«up or down» are the same statement, exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from scipy.special import ndtr, ndtri, stdtr, stdtrit

from uplift.errors import Problem, StatisticsError
from uplift.results import ArmValue, Direction, Interval, Kind, Method, Uplift
from uplift.stats.roots import root_between, root_outward

NORMAL = math.inf  # degrees of freedom of a statistic that is referred to the normal distribution
_SMALLEST = math.nextafter(0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Level:
    """How sure: alpha, one- or two-sided; `alternative` is the side that a one-sided test looks at.

    A one-sided interval is open on the other side and holds at 1 − alpha.
    """

    alpha: float = 0.05
    sides: Literal[1, 2] = 2
    alternative: Literal["up", "down"] = "up"

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 0.5:
            raise StatisticsError(
                Problem("UP617", f"alpha is {self.alpha}", fix="give a share above 0 and below 0.5, such as 0.05")
            )

    @property
    def confidence(self) -> float:
        """1 − alpha."""
        return 1 - self.alpha

    def critical(self, df: float = NORMAL) -> float:
        """The value that the statistic must exceed."""
        tail = self.alpha / self.sides  # not 1 − tail: an early look's level may be 1e-20
        return -float(ndtri(tail)) if _is_normal(df) else -float(stdtrit(df, tail))

    def p_value(self, statistic: float, df: float = NORMAL) -> float:
        """The probability of a statistic at least as far out, if there were no difference."""
        pointing = statistic if self.alternative == "up" else -statistic
        outward = -abs(statistic) if self.sides == 2 else -pointing
        tail = float(ndtr(outward)) if _is_normal(df) else float(stdtr(df, outward))
        return self.sides * tail

    def direction(self, statistic: float, p_value: float) -> Direction:
        """Where the decision falls; a tie (p exactly alpha) stays open."""
        if not p_value < self.alpha:
            return "open"
        return "up" if statistic > 0 else "down"

    def sided(self, low: float | None, high: float | None, *, floor: float | None, ceiling: float | None) -> Interval:
        """The interval with the side that a one-sided test leaves open set to the edge of the possible values."""
        if self.sides == 2:
            return Interval(low, high)
        return Interval(low, ceiling) if self.alternative == "up" else Interval(floor, high)


def _is_normal(df: float) -> bool:
    return df > 1e9


@dataclass(frozen=True, slots=True)
class Inversion:
    """What one inverted test says: its statistic for «no difference» and the effects it does not reject.

    `relative` is on the scale treatment / control − 1 and None where the ratio is undefined; None for a bound
    means unbounded.
    """

    method: Method
    statistic: float
    df: float
    relative: Interval | None
    absolute: Interval


def accepted(
    statistic: Callable[[float], float],
    *,
    estimate: float,
    null: float,
    critical: float,
    stride: float,
    lowest: float,
    highest: float,
    within: float = 1e-12,
) -> tuple[float | None, float | None]:
    """The ends of {x : |statistic(x)| ≤ critical} around the estimate, for a statistic that falls as x grows.

    «No difference» (`null`) is a point of the search: where it is rejected, a bound lies between it and the estimate;
    where it isn't, both bounds lie beyond it. None where nothing down to `lowest` or up to `highest` is rejected.
    """

    def bound(side: int, stop: float) -> float | None:
        def f(x: float) -> float:
            return statistic(x) + side * critical

        start = estimate
        if side * (null - estimate) > 0:
            if side * f(null) < 0:
                return root_between(f, min(null, estimate), max(null, estimate), within=within)
            start = null
        return root_outward(f, start, side * stride, stop=stop, within=within)

    return bound(-1, lowest), bound(1, highest)


def agreeing(interval: Interval, direction: Direction) -> Interval:
    """The interval with its bounds on the side of zero that the decision took.

    Bound and p-value are computed by inverse functions (quantile and distribution function); for a statistic within
    rounding of the critical value they could fall on different sides. Nothing else is ever moved.
    """
    low, high = interval.low, interval.high
    if direction == "up":
        low = max(low, _SMALLEST) if low is not None else None
    elif direction == "down":
        high = min(high, -_SMALLEST) if high is not None else None
    else:
        low = min(low, 0.0) if low is not None else None
        high = max(high, 0.0) if high is not None else None
    return interval if (low, high) == (interval.low, interval.high) else Interval(low, high)


def read(
    inversion: Inversion | None,
    *,
    metric: str,
    kind: Kind,
    control: ArmValue,
    treatment: ArmValue,
    level: Level,
    method: Method,
    refusal: str | None = None,
    cautions: tuple[str, ...] = (),
) -> Uplift:
    """Everything that one inverted test says, read once.

    Without an inversion the estimates that exist come back, refused; `method` is what would have been used. A refusal
    with an inversion keeps intervals and p-value and withholds the verdict.
    """
    m_c, m_t = control.value, treatment.value
    absolute = None if m_c is None or m_t is None else m_t - m_c
    relative = None if m_c is None or m_t is None or m_c <= 0 else m_t / m_c - 1
    if inversion is None:
        return Uplift(
            metric,
            kind,
            control,
            treatment,
            method,
            level.confidence,
            relative=relative,
            relative_interval=None,
            absolute=absolute,
            absolute_interval=None,
            p_value=None,
            direction="refused",
            refusal=refusal or "UP611",
            cautions=cautions,
        )
    p_value = level.p_value(inversion.statistic, inversion.df)
    direction = level.direction(inversion.statistic, p_value)
    bounds = inversion.relative
    if bounds is None or (level.sides == 2 and (bounds.low is None or bounds.high is None)):
        cautions = (*cautions, "UP607")
    return Uplift(
        metric,
        kind,
        control,
        treatment,
        inversion.method,
        level.confidence,
        relative=None if bounds is None else relative,
        relative_interval=None if bounds is None else agreeing(bounds, direction),
        absolute=absolute,
        absolute_interval=agreeing(inversion.absolute, direction),
        p_value=p_value,
        direction="refused" if refusal else direction,
        df=None if _is_normal(inversion.df) else inversion.df,
        refusal=refusal,
        cautions=cautions,
    )
