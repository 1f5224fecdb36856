"""One experiment file: who, which arms, when, which metrics, how sure, what then."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field

from uplift.spec.model import Model
from uplift.spec.project import Design
from uplift.spec.scalars import (
    DurationField,
    EffectField,
    MoneyField,
    Name,
    ShareField,
    Slug,
)


class Programme(Model):
    """What is repeated: runs are pooled by id; a changed treatment is a new version."""

    id: Slug
    version: str | None = None


class RowNumber(Model):
    """For observed assignment where the file has no id: the row is the contact."""

    row_number: Literal[True]


class Unit(Model):
    """What is randomised."""

    id: str | RowNumber
    type: Literal["integer", "string"] = "string"
    cluster: str | None = None
    cluster_fallback: Literal["own_id", "exclude"] = "own_id"


class Waves(Model):
    """Dated draws."""

    count: int
    every: DurationField


class ExpectedClusters(Model):
    """Households: how many, and how uneven."""

    count: int
    size_cv: float = 0.0


class Audience(Model):
    """Who is eligible, judged before assignment."""

    source: str
    where: str | None = None
    entry: Literal["snapshot", "waves", "rolling"] = "snapshot"
    entry_date: str | None = None
    waves: Waves | None = None
    expected_size: int | None = None
    expected_clusters: ExpectedClusters | None = None


class Arm(Model):
    """One arm; exactly one is the control."""

    weight: ShareField
    control: bool = False
    title: str | None = None
    treatment: str | None = None
    params: dict[str, str | int | float | MoneyField] = Field(default_factory=dict)
    channels: tuple[str, ...] = ()
    contact_cost: MoneyField | None = None
    redemption_cost: MoneyField | None = None
    observed: str | None = None


class Schedule(Model):
    """When assignment starts and ends."""

    start: datetime.date
    enrol_until: datetime.date | None = None


class Primary(Model):
    """The one metric that decides, and the smallest effect worth finding."""

    metric: str
    window: DurationField | None = None
    mde: EffectField


class Secondary(Model):
    """A metric that is reported and never decides alone."""

    metric: str
    window: DurationField | None = None


class Guardrail(Model):
    """A metric that must not get worse by more than the margin."""

    metric: str
    window: DurationField | None = None
    margin: EffectField


class Metrics(Model):
    """The metrics and their roles."""

    primary: Primary
    secondary: tuple[Secondary, ...] = ()
    guardrails: tuple[Guardrail, ...] = ()


class LayerRange(Model):
    """The part of a layer that this experiment takes: an explicit range, so that another file moves nobody."""

    name: Slug
    from_: ShareField = Field(alias="from")
    to: ShareField


class Assignment(Model):
    """How arms are drawn."""

    method: Literal["hash", "stratified", "observed"] = "hash"
    salt_epoch: int = 1
    column: str | None = None
    strata: tuple[str, ...] = ()
    min_stratum: int = 40
    holdout: Slug | None = None
    layer: LayerRange | None = None


class Redemptions(Model):
    """Which rows are redeemed incentives."""

    source: str
    where: str | None = None


class Value(Model):
    """What a unit of revenue is worth."""

    margin: ShareField
    redemptions: Redemptions | None = None


class KeepLearning(Model):
    """Random exceptions that keep the next model honest."""

    control_among_targeted: ShareField | None = None
    treated_among_rest: ShareField | None = None


class Strategy(Model):
    """What the marketer allows."""

    allow: tuple[str, ...] = ()
    budget: MoneyField | None = None
    caps: dict[str, ShareField] = Field(default_factory=dict)


class Targeting(Model):
    """Whom to target next."""

    features: tuple[str, ...]
    as_of: str = "assignment"
    outcome: str | None = None
    strategy: Strategy | None = None
    keep_learning: KeepLearning | None = None


class Received(Model):
    """Which events prove that a contact was reached."""

    source: str
    where: str | None = None


class Compliance(Model):
    """Who was reached: for the complier effect, never a filter."""

    received: Received


class Claim(Model):
    """What somebody says about this test."""

    text: str
    metric: str | None = None
    value: EffectField | None = None


class Waiver(Model):
    """A finding that somebody accepts until a date."""

    code: str
    reason: str
    until: datetime.date
    by: str


class Decision(Model):
    """Rules over the result, evaluated in order."""

    ship: str | None = None
    stop: str | None = None


class Experiment(Model):
    """One experiment file."""

    uplift: Literal[1]
    id: Slug
    title: str | None = None
    programme: Programme | None = None
    owner: str
    hypothesis: str
    status: Literal["draft", "locked", "running", "closed"] = "draft"
    unit: Unit
    audience: Audience
    arms: dict[Name, Arm]
    schedule: Schedule
    metrics: Metrics
    design: Design = Field(default_factory=Design)
    assignment: Assignment = Field(default_factory=Assignment)
    value: Value | None = None
    segments: tuple[str, ...] = ()
    targeting: Targeting | None = None
    compliance: Compliance | None = None
    claims: tuple[Claim, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    decision: Decision | None = None

    @property
    def control(self) -> str:
        """The name of the control arm."""
        return next(name for name, arm in self.arms.items() if arm.control)

    @property
    def treatments(self) -> tuple[str, ...]:
        """The names of all other arms, in bucket order."""
        return tuple(name for name, arm in self.arms.items() if not arm.control)
