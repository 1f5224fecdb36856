"""What targeting found out, as a report prints it: is a model worth it, how well does it rank, what is it worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from uplift.results.effects import Interval

Action = Literal["target", "everyone", "no_one", "test_again"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its standard error and interval; None where none may be given."""

    value: float
    standard_error: float | None = None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The gain per contact when the best-ranked `share` of all contacts is treated, and that of a random choice.

    `gain` is the incremental outcome per contact of the whole audience; `interval` is pointwise.
    """

    share: float
    gain: float
    interval: Interval | None
    random: float


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """The average effect in one group of contacts, sorted by the model (GATES): predicted and observed."""

    group: int  # 1 holds the contacts with the smallest predicted effects
    contacts: int
    predicted: float
    observed: Estimate


@dataclass(frozen=True, slots=True)
class PolicyReading:
    """The value of one policy per contact, and its difference to the best simple policy (None for that one itself).

    `shares`: arm → share of contacts. `plug_in` is what the model believes its own policy to be worth.
    """

    policy: str  # model | none | all:ARM | risk | rfm | rule | random
    shares: tuple[tuple[str, float], ...]
    value: Estimate
    difference: Estimate | None = None
    plug_in: float | None = None


@dataclass(frozen=True, slots=True)
class Importance:
    """How much a feature matters to the effect model: share of the score's variance that is lost without it."""

    feature: str
    share: float


@dataclass(frozen=True, slots=True)
class RuleLeaf:
    """A leaf of the policy tree: the conditions that lead to it, the arm that it gives, and what is known of it.

    A condition is (feature, "<=" | ">" | "in" | "not in" | "missing", value); values of a category are joined by «, ».
    """

    conditions: tuple[tuple[str, Literal["<=", ">", "in", "not in"], str], ...]
    arm: str
    share: float
    effect: Estimate


@dataclass(frozen=True, slots=True)
class ResponseShares:
    """Shares of contacts by what the model expects of them: a description on average, never a fact about a person.

    Persuadables: effect clearly positive. Sleeping dogs: clearly negative. The rest buys anyway (sure things) or
    doesn't (lost causes), split at the mean risk.
    """

    persuadables: float
    sure_things: float
    lost_causes: float
    sleeping_dogs: float


@dataclass(frozen=True, slots=True)
class BudgetPoint:
    """Value against spending: the expected gain per contact when `spent` (currency units in all) may be spent."""

    spent: float
    treated: float  # share of contacts
    value: Estimate
    plug_in: float | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """One treatment against control: how well the model ranks contacts by their effect.

    `autoc` and `qini` are rank-weighted average treatment effects (Yadlowsky et al. 2025) on held-out contacts;
    pooled over folds they are shown without an interval. `p_value` is that of sequential validation. `slope` is the
    BLP slope: 1 when predicted effects are right on average, 0 when they say nothing.
    """

    treatment: str
    contacts: int
    effect: Estimate
    autoc: Estimate
    qini: Estimate
    top_share: float
    uplift_at_top: Estimate
    slope: Estimate
    p_value: float | None
    p_adjusted: float | None
    curve: tuple[CurvePoint, ...] = ()
    groups: tuple[GroupEffect, ...] = ()
    importance: tuple[Importance, ...] = ()
    shares: ResponseShares | None = None


@dataclass(frozen=True, slots=True)
class OutcomeReading:
    """Everything about one outcome. `arm` is that of the verdict: the one to send to everyone, or to rank for."""

    outcome: str
    title: str
    format: Literal["number", "percent", "money"]
    currency: str | None
    action: Action
    arm: str | None
    contacts_needed: int | None
    codes: tuple[str, ...]
    model: str  # constant | ridge | boosted | …: what won the race
    rankings: tuple[Ranking, ...]
    policies: tuple[PolicyReading, ...]
    rule: tuple[RuleLeaf, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetingReading:
    """What `uplift target` found: one reading per outcome, the one that decides first."""

    contacts: int
    features: tuple[str, ...]
    folds: int
    seed: int
    outcomes: tuple[OutcomeReading, ...]
    model_id: str | None = None
    versions: tuple[tuple[str, str], ...] = ()  # library → version
    budget: tuple[BudgetPoint, ...] = ()
    exploratory: bool = False  # nothing was locked before the data were seen

    @property
    def primary(self) -> OutcomeReading:
        """The outcome that decides."""
        return self.outcomes[0]
