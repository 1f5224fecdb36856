"""How the error probability is spent over the looks of a sequential test.

A spending function α(t) says how much of α may be used up when the fraction t of the planned information is in. It
fixes nothing about when or how often one looks, which is why the bounds stay right when the information arrives in
other portions than planned (Lan & DeMets 1983, Biometrika 70, 659–663).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from uplift.errors import Problem, StatisticsError

Family = Literal["obrien_fleming", "pocock", "hsd", "power"]

_TEXT = re.compile(r"^(hsd|power)\(\s*(-?\d+(?:\.\d+)?)\s*\)$")


@dataclass(frozen=True, slots=True)
class Spending:
    """A spending function; `parameter` is γ of `hsd` or ρ of `power`, and None otherwise.

    >>> round(Spending("pocock").spent(0.5, 0.05), 5)
    0.03101
    """

    family: Family
    parameter: float | None = None

    def __post_init__(self) -> None:
        needs = self.family in ("hsd", "power")
        if needs != (self.parameter is not None) or (self.family == "power" and not (self.parameter or 0) > 0):
            raise _unknown(f"{self.family} with parameter {self.parameter}")

    def spent(self, fraction: float, alpha: float) -> float:
        """The error of one side that may be used up when `fraction` of the information is in (more than 1 counts as 1).

        `alpha` is the error of that side. Obrien_fleming: 2 − 2Φ(z_{1−α/2}/√t); pocock: α ln(1 + (e − 1)t) (Lan &
        DeMets 1983); hsd: α(1 − e^{−γt})/(1 − e^{−γ}) (Hwang, Shih & DeCani 1990); power: α t^ρ (Kim & DeMets 1987).
        """
        t = min(fraction, 1.0)
        if t <= 0:
            return 0.0
        if t == 1:
            return alpha
        if self.family == "obrien_fleming":
            z = NormalDist().inv_cdf(alpha / 2) / math.sqrt(t)
            return math.erfc(-z / math.sqrt(2))  # 2Φ(z), with all its digits in the tail
        if self.family == "pocock":
            return alpha * math.log1p((math.e - 1) * t)
        assert self.parameter is not None
        if self.family == "power":
            return float(alpha * t**self.parameter)
        gamma = self.parameter
        return alpha * t if gamma == 0 else alpha * math.expm1(-gamma * t) / math.expm1(-gamma)

    def __str__(self) -> str:
        return self.family if self.parameter is None else f"{self.family}({self.parameter:g})"


def spending_function(text: str) -> Spending:
    """The spending function as the YAML writes it: obrien_fleming, pocock, hsd(gamma) or power(rho).

    >>> print(spending_function("hsd(-4)"))
    hsd(-4)
    """
    if text == "obrien_fleming":
        return Spending("obrien_fleming")
    if text == "pocock":
        return Spending("pocock")
    match = _TEXT.match(text)
    if match is None:
        raise _unknown(text)
    return Spending("hsd" if match[1] == "hsd" else "power", float(match[2]))


def _unknown(text: str) -> StatisticsError:
    return StatisticsError(
        Problem(
            "UP640",
            f"'{text}' is not a spending function",
            fix="write obrien_fleming, pocock, hsd(-4) or power(3); the exponent of power is positive",
        )
    )
