"""Numbers with units: `15%`, `1/3`, `0.3pp`, `30d`, `2w`, `0.62 EUR`, all exact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference between two arms: `5%` (relative), `1.0pp` (points) or `2 EUR` / `0.3` (in the metric's unit).

    `value` is a fraction of one for relative and points: 5% and 5pp are both Fraction(1, 20).
    """

    value: Fraction
    unit: Literal["relative", "points", "absolute"]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount and its currency: `0.62 EUR`."""

    amount: Decimal
    currency: str

    @property
    def minor(self) -> int:
        """Whole cents (hundredths of the unit)."""
        return int((self.amount * 100).to_integral_value())


@dataclass(frozen=True, slots=True)
class Duration:
    """Whole days: `30d`, `2w`."""

    days: int

    def __str__(self) -> str:
        return f"{self.days}d"


NUMBER = r"[+-]?(?:\d[\d_]*)(?:\.\d+)?"
SHARE = re.compile(rf"^({NUMBER})\s*%$")
