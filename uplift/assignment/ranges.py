"""From exact weights to half-open bucket ranges: integers only, and no «else» arm.

The boundary after arm k is the cumulative weight × 1,000,000, rounded half up. So the ranges cover all buckets
without gap or overlap, each arm's size is less than one bucket away from its exact share, and the last boundary is
1,000,000 by arithmetic instead of by an exception for the last arm. With weights of 1/3 each the boundaries are
333,333 and 666,667.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from uplift.assignment.hashing import BUCKETS
from uplift.errors import AssignmentError, Problem


@dataclass(frozen=True, slots=True)
class Range:
    """The buckets low, low + 1, …, high − 1."""

    low: int
    high: int

    def __contains__(self, bucket: int) -> bool:
        return self.low <= bucket < self.high

    def __len__(self) -> int:
        return self.high - self.low

    @property
    def everything(self) -> bool:
        """Whether every bucket is inside."""
        return self.low == 0 and self.high == BUCKETS


@dataclass(frozen=True, slots=True)
class ArmRange:
    """The buckets of one arm."""

    arm: str
    range: Range


def arm_ranges(weights: Mapping[str, Fraction]) -> tuple[ArmRange, ...]:
    """The range of each arm, in the order of the mapping (which is the bucket order).

    Raises AssignmentError (UP502) when the weights don't add up to exactly one, or one of them gets no bucket.

    >>> third = Fraction(1, 3)
    >>> [(r.arm, r.range.low, r.range.high) for r in arm_ranges({"control": third, "mens": third, "womens": third})]
    [('control', 0, 333333), ('mens', 333333, 666667), ('womens', 666667, 1000000)]
    """
    total = sum(weights.values(), start=Fraction(0))
    if total != 1 or any(weight <= 0 for weight in weights.values()):
        raise AssignmentError(
            Problem(
                "UP502",
                f"arm weights must be positive and add up to exactly 100%, not {float(total):.6%}",
                fix="write exact shares: 15%, 1/3, 0.85",
            )
        )
    ranges, low, cumulative = [], 0, Fraction(0)
    for arm, weight in weights.items():
        cumulative += weight
        high = boundary(cumulative)
        if high == low:
            raise AssignmentError(
                Problem(
                    "UP502",
                    f"the weight of '{arm}' ({float(weight):.6%}) is less than one bucket in {BUCKETS:,}",
                    fix="give the arm at least 0.0001%, or drop it",
                )
            )
        ranges.append(ArmRange(arm, Range(low, high)))
        low = high
    return tuple(ranges)


def holdout_range(share: Fraction) -> Range:
    """A holdout takes the buckets [0, share): raising the share later keeps everybody in who was in."""
    return layer_range(Fraction(0), share)


def layer_range(start: Fraction, end: Fraction) -> Range:
    """An explicit part of a layer: adding another experiment to the layer moves nobody.

    >>> layer_range(Fraction(0), Fraction(60, 100))
    Range(low=0, high=600000)
    """
    low, high = boundary(start), boundary(end)
    if not 0 <= low < high <= BUCKETS:
        raise AssignmentError(
            Problem(
                "UP502",
                f"the part from {float(start):.4%} to {float(end):.4%} holds no bucket",
                fix="give shares between 0% and 100% with `from` below `to`",
            )
        )
    return Range(low, high)


def boundary(share: Fraction) -> int:
    """A share of all buckets, rounded half up to a whole bucket."""
    return math.floor(share * BUCKETS + Fraction(1, 2))


def weights_hash(ranges: Sequence[ArmRange]) -> str:
    """A short name of the ranges: 16 hex digits; equal ranges have equal names, whatever text the weights had."""
    text = "|".join(f"{r.arm}:{r.range.low}:{r.range.high}" for r in ranges)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
