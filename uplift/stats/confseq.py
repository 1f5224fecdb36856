"""Confidence sequences: intervals that hold at every moment together, for monitoring without a planned end.

A confidence sequence may be read after every contact and stopped for any reason. The price is width: where an end is
planned, `sequential.py` finds the same effect much sooner.

It is used on the log ratio or on the z of the score test, never on the delta-method scale of the relative uplift. On
that scale a small control group makes estimate and standard error dependent; a 10/90 holdout then shows «harm» in 7.7%
of the sequences without an effect, against 1.1% on the log scale (`docs/methods/confidence-sequences.md`).

Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024), Annals of Statistics 52; arXiv 2103.06476, eq. 9. The
one-sided form mixes over a half-normal, with Φ(x) bounded from below by 1 − e^(−x²/2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.special import ndtr

from uplift.results import Direction, Interval
from uplift.stats.sequential import FEWEST_CONTROL_CONVERTERS, TOO_EARLY, Look

Sides = Literal[1, 2]


@dataclass(frozen=True, slots=True)
class SequenceReading:
    """One look at a confidence sequence.

    `nominal_alpha` is the level at which the metric's own test is to be inverted, so that its interval is the one of
    the sequence; `interval` is the same by normal approximation, as a relative uplift. Interval, p-value and direction
    agree. A look below 60 control converters has a `refusal` and nothing else (burn-in).
    """

    look: Look
    nominal_alpha: float | None = None
    interval: Interval | None = None
    p_value: float | None = None
    direction: Direction = "refused"
    refusal: str | None = None


def sequence_critical(fraction: float, *, alpha: float, sides: Sides = 2) -> float:
    """The z that a look must exceed when `fraction` of the information is in for which the sequence is tuned.

    With f the fraction and ρ²I = c f, c = −2 ln α + ln(1 − 2 ln α) (eq. 10: the narrowest at f = 1):
    √(2(1 + 1/(c f)) ln(√(c f + 1)/α)), and ln(1 + √(c f + 1)/(2α)) in place of the logarithm for one side, tuned at 2α.

    >>> round(sequence_critical(1.0, alpha=0.05), 4)
    3.0352
    """
    spread = _spread(fraction, alpha=alpha, sides=sides)
    root = math.sqrt(spread + 1)
    log = math.log(root / alpha) if sides == 2 else math.log1p(root / (2 * alpha))
    return math.sqrt(2 * (1 + 1 / spread) * log)


def always_valid_p(z: float, fraction: float, *, alpha: float, sides: Sides = 2) -> float:
    """The smallest level at which this look excludes «no difference», for the sequence tuned at `alpha`.

    A one-sided sequence looks upwards. Never above 1.
    """
    spread = _spread(fraction, alpha=alpha, sides=sides)
    exponent = z * z * spread / (2 * (spread + 1))
    root = math.sqrt(spread + 1)
    if sides == 2:
        return min(1.0, root * math.exp(-exponent))
    return 1.0 if z <= 0 or exponent <= 0 else min(1.0, root / (2 * math.expm1(min(exponent, 700.0))))


def read_sequence(
    looks: Sequence[Look], *, alpha: float, planned: float, sides: Sides = 2
) -> tuple[SequenceReading, ...]:
    """Read each look by itself; all readings hold together with probability 1 − alpha.

    `planned` is the information (1/se² of the log ratio) at which the sequence is to be narrowest, such as that of
    the earliest moment at which somebody would want to stop. It must be chosen before the data are seen.
    """
    return tuple(_read(look, alpha=alpha, planned=planned, sides=sides) for look in looks)


def _read(look: Look, *, alpha: float, planned: float, sides: Sides) -> SequenceReading:
    if look.control_converters < FEWEST_CONTROL_CONVERTERS:
        return SequenceReading(look, refusal=TOO_EARLY)
    fraction = look.information / planned
    critical = sequence_critical(fraction, alpha=alpha, sides=sides)
    p = always_valid_p(look.z, fraction, alpha=alpha, sides=sides)
    crossed = abs(look.z) > critical if sides == 2 else look.z > critical
    direction: Direction = "open" if not crossed else "up" if look.z > 0 else "down"
    root = math.sqrt(look.information)
    low = math.expm1((look.z - critical) / root)
    high = math.expm1((look.z + critical) / root) if sides == 2 else None
    return SequenceReading(look, sides * float(ndtr(-critical)), Interval(low, high), p, direction)


def _spread(fraction: float, *, alpha: float, sides: Sides) -> float:
    """ρ² times the information: how much wider than one standard error the mixture of alternatives is."""
    tail = -2 * math.log(alpha if sides == 2 else 2 * alpha)
    return (tail + math.log1p(tail)) * fraction
