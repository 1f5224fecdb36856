"""The rows of the tables, and what is promised for them."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

ALPHA = 0.05
COVERAGE = (0.945, 0.955)
TAIL = 0.033
FALSE_POSITIVES = (0.045, 0.055)
POWER = 0.95  # of the fixed horizon
WITHIN = 0.01  # planned power may lie this far from the simulated one

Status = Literal["kept", "within error", "outside", "no promise"]


@dataclass(frozen=True, slots=True)
class Misses:
    """Of the intervals of one method: shares that lie wholly above and wholly below the truth."""

    method: str
    above: float
    below: float

    @property
    def coverage(self) -> float:
        return 1 - self.above - self.below


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One design under one process; `results` begins with the method that decides, the others stand beside it.

    `replications` is 0 where the numbers are exact. `refused` is the share of data sets without a verdict; all methods
    are counted over the others.
    """

    name: str
    section: str
    design: str
    process: str
    promised: bool
    replications: int
    refused: float
    results: tuple[Misses, ...]

    @property
    def verdicts(self) -> int:
        return round(self.replications * (1 - self.refused))

    @property
    def error(self) -> float:
        """One standard error of the coverage, had it its nominal value."""
        return monte_carlo_error(1 - ALPHA, self.verdicts)

    @property
    def status(self) -> Status:
        if not self.promised:
            return "no promise"
        ours = self.results[0]
        found = [_judged(ours.coverage, *COVERAGE, self.error)]
        if not self.replications:
            found += [_judged(tail, 0.0, TAIL, 0.0) for tail in (ours.above, ours.below)]
        return _worst(found)


@dataclass(frozen=True, slots=True)
class LooksRow:
    """One rule for reading a test several times: errors without an effect, power with one.

    `up` and `down` add up to the false positives. `fixed` reads the same data once, at the end; `peeking` reads every
    look at 1.96. `skipped` is the share of looks below 60 control converters, which are not taken. Powers are absent
    where no effect was planted.

    `fixed_power` is that of a single read-out of `1 / size` times the contacts: `size` is 1 where the looks share out
    the contacts of that read-out, and the inflation of the plan where they are as many as the plan asks for. `used` is
    the share of that read-out's contacts seen until the stop, on average under the effect. `power_promised` tells
    whether the power has to be kept at this size.
    """

    name: str
    section: str
    design: str
    process: str
    rule: str
    at_most: bool  # false positives are bounded from above only
    promised: bool
    replications: int
    up: float
    down: float
    fixed: float
    peeking: float
    skipped: float
    power: float | None
    fixed_power: float | None
    size: float = 1.0
    used: float | None = None
    power_promised: bool = True

    @property
    def false_positives(self) -> float:
        return self.up + self.down

    @property
    def error(self) -> float:
        return monte_carlo_error(ALPHA, self.replications)

    @property
    def power_ratio(self) -> float | None:
        return None if self.power is None or self.fixed_power is None else self.power / self.fixed_power

    @property
    def status(self) -> Status:
        if not self.promised:
            return "no promise"
        low, high = (0.0, ALPHA) if self.at_most else FALSE_POSITIVES
        found = [_judged(self.false_positives, low, high, self.error)]
        if self.power_ratio is not None and self.power_promised and not self.at_most:
            # Where both powers come from the same paths the error of their ratio is below that of one of them.
            assert self.fixed_power is not None
            error = monte_carlo_error(self.fixed_power, self.replications) / self.fixed_power
            found.append(_judged(self.power_ratio, POWER, math.inf, error))
        return _worst(found)


@dataclass(frozen=True, slots=True)
class PowerRow:
    """One design: the power that the gate plans for its weakest arm, and how often the read-out found the effect.

    `even` is what the same contacts would have in equal arms, which is what many calculators assume.
    """

    name: str
    section: str
    design: str
    process: str
    replications: int
    planned: float
    found: float
    even: float

    @property
    def promised(self) -> bool:
        return True

    @property
    def error(self) -> float:
        return monte_carlo_error(self.planned, self.replications)

    @property
    def status(self) -> Status:
        return _judged(self.planned - self.found, -WITHIN, WITHIN, self.error)


Row = CoverageRow | LooksRow | PowerRow


@dataclass(frozen=True, slots=True)
class Cell:
    """A row that is still to be computed: call `make` with a generator and the number of replications."""

    name: str
    make: Callable[[np.random.Generator, int], Row]


def generator(seed: int, name: str) -> np.random.Generator:
    """A row's own stream: the same whichever other rows are computed."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def monte_carlo_error(share: float, replications: int) -> float:
    return math.sqrt(share * (1 - share) / replications) if replications else 0.0


def as_json(row: Row) -> dict[str, Any]:
    """Everything a row holds, and what is read off it."""
    found = asdict(row)
    found |= {"status": row.status, "monte_carlo_error": row.error}
    if isinstance(row, CoverageRow):
        found["results"] = [asdict(m) | {"coverage": m.coverage} for m in row.results]
    elif isinstance(row, LooksRow):
        found |= {"false_positives": row.false_positives, "power_ratio": row.power_ratio}
    return found


def _judged(value: float, low: float, high: float, error: float) -> Status:
    if low <= value <= high:
        return "kept"
    return "within error" if low - 3 * error <= value <= high + 3 * error else "outside"


def _worst(found: list[Status]) -> Status:
    return max(found, key=("kept", "within error", "outside").index)


def from_json(found: dict[str, Any]) -> Row:
    """The row that `as_json` wrote; what can be read off it is left to the row."""
    if "planned" in found:
        return PowerRow(**{name: found[name] for name in PowerRow.__dataclass_fields__})
    if "rule" in found:
        return LooksRow(**{name: found[name] for name in LooksRow.__dataclass_fields__})
    kept = {name: found[name] for name in CoverageRow.__dataclass_fields__}
    kept["results"] = tuple(Misses(m["method"], m["above"], m["below"]) for m in found["results"])
    return CoverageRow(**kept)
