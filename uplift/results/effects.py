"""One comparison of a treatment with the control: estimate, interval, p-value and direction from one test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["proportion", "mean", "count", "ratio", "quantile"]
Method = Literal["score", "log", "hall", "fieller", "delta"]
Direction = Literal["up", "down", "open", "refused"]
Verdict = Literal["better", "worse", "open", "refused"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval; None means unbounded on that side."""

    low: float | None
    high: float | None

    @property
    def half_width(self) -> float | None:
        """Half the width (the ± of a symmetric interval), None when unbounded."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2

    def scaled(self, factor: float) -> Interval:
        """The interval of a positive multiple."""
        return Interval(
            None if self.low is None else self.low * factor, None if self.high is None else self.high * factor
        )

    def excludes(self, value: float) -> bool:
        """Whether the value lies strictly outside."""
        return (self.low is not None and self.low > value) or (self.high is not None and self.high < value)


@dataclass(frozen=True, slots=True)
class ArmValue:
    """What one arm shows for one metric: n contacts, of them `nonzero` with any event, and the value (None: no data).

    `value` is a share (0.0625), a mean per contact or a ratio (in currency units where the metric is money).
    """

    arm: str
    n: int
    nonzero: int
    value: float | None
    total: float | None = None  # numerator summed over contacts: converters, revenue, orders
    sd: float | None = None  # of the contact-level values (for a ratio: of the linearised ones)
    interval: Interval | None = None  # of the arm's own value


@dataclass(frozen=True, slots=True)
class Uplift:
    """Treatment against control for one metric.

    `relative` is treatment / control − 1 (0.0941 is +9.41 %) and None where undefined. Both intervals, the p-value
    and `direction` come from one inverted test and never contradict each other. `direction` is "up" or "down" when
    the interval excludes no difference, "open" when it does not, and "refused" when no verdict may be given:
    `refusal` then holds the finding code that says why. `cautions` are codes that do not refuse. With several arms
    the design's correction sets `confidence` (the level at which this comparison was decided) and `p_adjusted`.
    """

    metric: str
    kind: Kind
    control: ArmValue
    treatment: ArmValue
    method: Method
    confidence: float
    relative: float | None
    relative_interval: Interval | None
    absolute: float | None
    absolute_interval: Interval | None
    p_value: float | None
    direction: Direction
    df: float | None = None
    refusal: str | None = None
    cautions: tuple[str, ...] = ()
    p_adjusted: float | None = None

    def verdict(self, better: Literal["up", "down"]) -> Verdict:
        """The direction, read with what is good for this metric."""
        if self.direction == "open" or self.direction == "refused":
            return self.direction
        return "better" if self.direction == better else "worse"
