"""What a monitor saw of a running experiment: its split, its daily series and whether its sources still speak."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from uplift.results.result import Check

AlarmKind = Literal["drop", "rise", "silence"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A day that differs: what was expected and what came, and how unusual that is (z; None for a silent day)."""

    day: datetime.date
    kind: AlarmKind
    expected: float
    found: float
    z: float | None


@dataclass(frozen=True, slots=True)
class WatchedSeries:
    """One daily series: its last day, how many days, the alarms of the last days, and its values lately.

    `before` are the alarms among the values shown that were raised earlier: no alarm today, but part of the picture.

    `of` is «metric» (what an experiment measures), «rows» (the volume of a source) or «part» (one value of the column
    by which a metric is watched too); `counts` says that the values are rows, else a sum. `refused` is the finding
    (code, message) why a series can't be judged; that is no alarm.
    """

    name: str
    of: Literal["metric", "rows", "part"]
    counts: bool
    source: str
    last: datetime.date
    days: int
    alarms: tuple[Alarm, ...]
    refused: tuple[str, str] | None
    lately: tuple[tuple[datetime.date, float], ...]
    before: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchedSource:
    """How a source logs: its newest day and the one that should be there; shares of rows without a contact.

    `late` and `losing` are alarms (UP687, UP688).
    """

    source: str
    newest: datetime.date
    due: datetime.date
    late: bool
    lost: float
    usually_lost: float
    losing: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """One look at a running experiment on the morning of `as_of`; the split is None before contacts are assigned."""

    experiment: str
    title: str
    as_of: datetime.date
    within: int
    split: Check | None
    series: tuple[WatchedSeries, ...]
    sources: tuple[WatchedSource, ...]

    @property
    def alarmed(self) -> int:
        """How many things need attention."""
        split = self.split is not None and self.split.status == "fail"
        logs = sum(source.late + source.losing for source in self.sources)
        return int(split) + logs + sum(len(series.alarms) for series in self.series)

    @property
    def sound(self) -> bool:
        """Whether nothing needs attention."""
        return not self.alarmed
