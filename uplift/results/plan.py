"""What a design can find, as plain values: by size, by control share, look by look. A terminal and a page draw it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from uplift.results.effects import Kind

Unanswered = Literal["quantile", "audience", "baseline", "spread", "clusters", "impossible"]
Axis = Literal["days", "waves", "contacts"]


@dataclass(frozen=True, slots=True)
class PlannedEffect:
    """An effect as the YAML means it; relative ones and points are fractions of one."""

    value: float
    unit: Literal["relative", "points", "absolute"]
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedMetric:
    """The metric that decides, its baseline and where that comes from: a person (`typed`) or a source of data."""

    name: str
    title: str
    kind: Kind
    form: Literal["number", "percent", "money"]
    currency: str | None
    window_days: int | None
    baseline: float | None
    source: str | None
    date: datetime.date | None
    old: bool


@dataclass(frozen=True, slots=True)
class PlannedArm:
    """An arm's contacts, and a treatment's power; None where it can't be computed."""

    name: str
    title: str
    control: bool
    weight: float
    contacts: int | None
    power: float | None


@dataclass(frozen=True, slots=True)
class SizeStep:
    """The same design with another audience. `power` is None where too few events would come for any verdict."""

    audience: int
    contacts: int
    withheld: int
    days: int | None  # of rolling entry
    waves: int | None
    read_out: datetime.date | None
    power: float | None
    detectable: PlannedEffect | None
    planned: bool
    sufficient: bool  # the smallest that was found to reach the power


@dataclass(frozen=True, slots=True)
class ShareStep:
    """The same design with another share in control; the treatments keep their proportions."""

    share: float
    withheld: int
    power: float | None
    detectable: PlannedEffect | None
    planned: bool
    best: bool


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One point of a curve: days, waves, contacts or the control's share, and the power there (None: no verdict)."""

    at: float
    power: float | None


@dataclass(frozen=True, slots=True)
class PlannedLook:
    """One look: information so far, the z-value that ends the test, and the value below which it gives up.

    `level` is the two-sided level (one-sided: the level) at which this look is read; `reached` the chance to have won
    by then when the effect is there. The read-out has no name.
    """

    name: str | None
    day: datetime.date | None
    information: float
    bound: float
    level: float
    gives_up: float | None
    reached: float


@dataclass(frozen=True, slots=True)
class Way:
    """One change that would be enough on its own, with its price in contacts withheld and days."""

    kind: Literal["share", "audience", "past", "effect"]
    withheld: int
    days: int
    share: float | None = None
    audience: int | None = None
    enrol_until: datetime.date | None = None
    waves: int | None = None
    effect: PlannedEffect | None = None
    r_squared: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is derived about a design before anybody is assigned; what can't be computed is None or empty.

    `verdict_chance` is the chance that every arm has the events without which no verdict is given. `explained` is the
    share of the variance that variance reduction takes away, as far as it was measured. `str(plan)` is a
    table in the project's language.
    """

    experiment: str
    title: str
    hypothesis: str
    language: Literal["de", "en"]
    today: datetime.date
    metric: PlannedMetric
    effect: PlannedEffect
    required: float
    power_for: Literal["each", "any"]
    alpha: float
    sides: int
    comparisons: int
    correction: Literal["dunnett", "holm", "none"]
    test: str
    arms: tuple[PlannedArm, ...]
    audience: int | None
    contacts: int | None
    power: float | None
    verdict_chance: float | None
    enough: bool | None
    detectable: PlannedEffect | None
    axis: Axis
    start: datetime.date
    enrolment_ends: datetime.date | None
    read_out: datetime.date | None
    sizes: tuple[SizeStep, ...]
    size_curve: tuple[CurvePoint, ...]
    shares: tuple[ShareStep, ...]
    share_curve: tuple[CurvePoint, ...]
    best_share: float
    design_effect: float
    looks: tuple[PlannedLook, ...]
    looks_cost: float
    ways: tuple[Way, ...]
    unanswered: Unanswered | None
    explained: float = 0.0

    @property
    def withheld(self) -> int | None:
        """Contacts in control: they get nothing."""
        return next((arm.contacts for arm in self.arms if arm.control), None)

    def __str__(self) -> str:
        from uplift.results.plan_table import text

        return text(self)
