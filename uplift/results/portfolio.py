"""All experiments of a team at one glance: their latest results, and the tests that still run."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from uplift.results.result import Result

HOLDOUT = "holdout"  # the owner of a global holdout's result; its id begins with the same word


@dataclass(frozen=True, slots=True)
class OpenTest:
    """An experiment that has no final result yet, with its design as the gate sees it.

    `design` is «enough», «short» (the power is below the required one) or «unknown» (it can't be computed).
    """

    experiment: str
    title: str
    owner: str
    status: str
    start: datetime.date
    read_out: datetime.date | None
    design: Literal["enough", "short", "unknown"]
    power: float | None = None
    required: float | None = None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What an index of experiments is made from; `on` is the day from which days left are counted."""

    results: tuple[Result, ...]
    on: datetime.date
    open_tests: tuple[OpenTest, ...] = ()

    @property
    def experiments(self) -> tuple[Result, ...]:
        """All but global holdouts, the latest first."""
        found = (r for r in self.results if not is_holdout(r))
        return tuple(sorted(found, key=lambda r: (-r.as_of.toordinal(), r.experiment.id)))

    @property
    def holdouts(self) -> tuple[Result, ...]:
        """What global holdouts measured: the only totals that may be called totals."""
        found = (r for r in self.results if is_holdout(r))
        return tuple(sorted(found, key=lambda r: (-r.as_of.toordinal(), r.experiment.id)))


def is_holdout(result: Result) -> bool:
    """Whether this is what `uplift analyze holdout:ID` measured: everybody else against those held out."""
    return result.experiment.owner == HOLDOUT and result.experiment.id.startswith(f"{HOLDOUT}-")


def latest(results: Iterable[Result]) -> tuple[Result, ...]:
    """The newest result of each experiment, in order of ids."""
    newest: dict[str, Result] = {}
    for result in results:
        known = newest.get(result.experiment.id)
        if known is None or result.as_of > known.as_of:
            newest[result.experiment.id] = result
    return tuple(newest[name] for name in sorted(newest))
