"""What was measured, as data: exact sums per metric, arm, weight epoch and stratum, and who they are of."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from uplift.engine.assigned import UnknownArm
from uplift.engine.buckets import BucketCube
from uplift.engine.units import SourceRead
from uplift.errors import Problem
from uplift.results.effects import Kind
from uplift.spec.quantities import Duration
from uplift.stats.moments import Sums


@dataclass(frozen=True, slots=True)
class Cell:
    """The sums of one metric in one arm, weight epoch and stratum. Only cells of one stratum and epoch add up.

    `adjusting` are the same sums with the metric's covariates as further columns, where it has any. `contacts` are
    those behind the sums (over clusters: not their number).
    """

    arm: str
    weight_epoch: int
    stratum: str | None
    sums: Sums
    adjusting: Sums | None = None
    contacts: int = 0


@dataclass(frozen=True, slots=True)
class Ranked:
    """One arm's quantile: its share (9/10), contacts, value and the values at the ranks of its outer interval.

    Values count units of 10**-decimals.
    """

    share: Fraction
    n: int
    value: int
    low: int
    high: int
    decimals: int


@dataclass(frozen=True, slots=True)
class CourseSums:
    """A metric's cells as they stood on the evening of each day, and of each week since assignment (from 1).

    A day holds everybody assigned by then with all that had happened by then; a week what happened within it to the
    contacts for whom it is over.
    """

    days: tuple[tuple[datetime.date, tuple[Cell, ...]], ...]
    weeks: tuple[tuple[int, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class MetricSums:
    """One metric: its cells, and per arm who is mature (window and data lag over), who is not yet, who is missing.

    `missing` are mature contacts that the metric's contact source does not know; they are in no sum. `cap` is the
    winsorising cap in units of 10**-decimals. `preliminary` says that returns and cancellations may still come in.
    With `clustered` the sums are over clusters: of their totals and contacts (of a ratio: of both totals).
    `segments` holds the cells once more, by segment column and group: {'country': {'AT': cells, …}}; the empty text
    are contacts without a value. `covariates` names the further columns of `Cell.adjusting`. `course` is there where it
    was asked for. A quantile has one `Ranked` per arm in `quantiles`, and squares at most in its cells.
    """

    key: str
    name: str
    kind: Kind
    window_days: int | None
    cells: tuple[Cell, ...]
    mature: Mapping[str, int]
    immature: Mapping[str, int]
    missing: Mapping[str, int]
    preliminary: bool
    decimals: int
    cap: int | None = None
    clustered: bool = False
    segments: Mapping[str, Mapping[str, tuple[Cell, ...]]] = field(default_factory=dict)
    covariates: tuple[str, ...] = ()
    course: CourseSums | None = None
    quantiles: Mapping[str, Ranked] = field(default_factory=dict)

    @property
    def winsorised_at(self) -> float | None:
        """The cap in the metric's own unit."""
        return None if self.cap is None else float(Fraction(self.cap, 10**self.decimals))

    def by_arm(self) -> dict[str, Sums]:
        """All cells of an arm added up, for designs with one stratum and one weight epoch."""
        total: dict[str, Sums] = {}
        for cell in self.cells:
            total[cell.arm] = total[cell.arm] + cell.sums if cell.arm in total else cell.sums
        return total


@dataclass(frozen=True, slots=True)
class AssignedCell:
    """How many contacts are assigned in one arm, weight epoch and stratum; and clusters, where these are drawn."""

    arm: str
    weight_epoch: int
    stratum: str | None
    n: int
    clusters: int | None = None


@dataclass(frozen=True, slots=True)
class EnrolledDay:
    """How many randomised units (contacts, or clusters by their first one) joined an arm and weight epoch on a day."""

    day: datetime.date
    arm: str
    weight_epoch: int
    n: int


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured on the day `as_of`: integers, text and days only; no path, no clock.

    `unknown` are values of the arm column that the experiment does not name. `sql` holds the statement of each stage,
    with caps as parameters. `not_measured` names metrics that no room measures yet. `leaked_clusters` have contacts in
    several arms. `enrolled` tells who joined when, by day, where the course was asked for.
    """

    as_of: datetime.date
    arms: tuple[str, ...]
    metrics: Mapping[str, MetricSums]
    assigned_cells: tuple[AssignedCell, ...]
    unknown: tuple[UnknownArm, ...]
    sources: tuple[SourceRead, ...]
    notices: tuple[Problem, ...]
    sql: tuple[tuple[str, str], ...]
    engine: str
    ledger_fingerprint: str | None
    unit_table: str
    not_measured: tuple[str, ...] = ()
    leaked_clusters: int = 0
    buckets: BucketCube | None = None
    enrolled: tuple[EnrolledDay, ...] = ()

    @property
    def assigned(self) -> dict[str, int]:
        """Contacts assigned up to and including `as_of`, per arm."""
        counts = dict.fromkeys(self.arms, 0)
        for cell in self.assigned_cells:
            counts[cell.arm] += cell.n
        return counts

    @property
    def clusters(self) -> dict[str, int] | None:
        """Clusters assigned up to and including `as_of`, per arm; None where contacts are randomised."""
        if any(cell.clusters is None for cell in self.assigned_cells):
            return None
        counts = dict.fromkeys(self.arms, 0)
        for cell in self.assigned_cells:
            counts[cell.arm] += cell.clusters or 0
        return counts

    @property
    def unknown_arms(self) -> int:
        """Contacts whose arm is none of the experiment's."""
        return sum(unknown.contacts for unknown in self.unknown)

    def metric(self, name: str, window: Duration | int | None = None) -> MetricSums:
        """A metric by its name, and by its window where the experiment uses two of it."""
        days = window.days if isinstance(window, Duration) else window
        return self.metrics.get(f"{name} {days}d") or self.metrics[name]

    def sums(self, name: str, window: Duration | int | None = None) -> dict[str, Sums]:
        """Arm → sums of a metric."""
        return self.metric(name, window).by_arm()
