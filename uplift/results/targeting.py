"""What targeting found out, as a report prints it: is a model worth it, how well does it rank, what is it worth."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from uplift.results.effects import Interval
from uplift.words.language import Language, say

Action = Literal["target", "everyone", "no_one", "test_again"]
Behind = Literal["older", "later", "decision", "data"]


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

    `model` gives every contact the arm with the largest predicted effect, `rule` follows the policy tree, `top:…`
    gives the best single arm to the best-ranked `top_share` only. `shares`: arm → share of contacts. `plug_in` is what
    the model believes its own policy to be worth.
    """

    policy: str  # none | all:ARM | model | rule | top:model | top:risk | top:rfm | top:random
    shares: tuple[tuple[str, float], ...]
    value: Estimate
    difference: Estimate | None = None
    plug_in: float | None = None


@dataclass(frozen=True, slots=True)
class Importance:
    """How much a feature matters to the effect model: its part of what shuffling features one by one changes."""

    feature: str
    share: float


@dataclass(frozen=True, slots=True)
class RuleLeaf:
    """A leaf of the policy tree: the conditions that lead to it, the arm that it gives, and what is known of it.

    A condition is (feature, operator, value); the value of `missing` is `yes` or `no`.
    """

    conditions: tuple[tuple[str, Literal["<=", ">", "in", "not in", "missing"], str], ...]
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
    slope: Estimate | None  # None where the model predicts the same for all
    p_value: float | None
    p_adjusted: float | None
    curve: tuple[CurvePoint, ...] = ()
    groups: tuple[GroupEffect, ...] = ()
    importance: tuple[Importance, ...] = ()
    shares: ResponseShares | None = None
    action: Action = "test_again"  # for this treatment alone: rank contacts, or what to do instead
    contacts_needed: int | None = None
    rule: tuple[RuleLeaf, ...] = ()  # whom the treatment helps more than the average (control elsewhere), where proven


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

    def title_in(self, language: Language) -> str:
        """The title; net value is ours to name, metrics are the team's."""
        return say(language, de="Nettowert", en="net value") if self.outcome == "net_value" else self.title


@dataclass(frozen=True, slots=True)
class IncentiveReading:
    """One arm after the data: its effect before and after shrinkage, and what choosing it is worth per contact.

    `own_share` is the weight of the data against the prior (1: no prior). `conflict` is the probability of data as
    far from the prior as these (None without a prior), `conflicting` whether that is too small to believe both.
    `chance_best` counts doing nothing (arm `none`) as a choice; `loss` is what choosing this arm may cost per contact,
    on average over the posterior, against the best choice in each case.
    """

    arm: str
    raw: float | None
    uplift: float | None
    interval: Interval | None
    own_share: float | None
    conflict: float | None
    conflicting: bool
    net: float
    net_interval: Interval | None
    chance_best: float
    loss: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The best arm, and its expected net value, when the priors count with another weight (0: data alone)."""

    weight: float
    arm: str
    net: float


@dataclass(frozen=True, slots=True)
class IncentiveChoice:
    """The best single choice for everybody, all arms with `none` first, and how it depends on the priors.

    `metric` is what the effects are about; money is per contact.
    """

    best: str
    arms: tuple[IncentiveReading, ...]
    sensitivity: tuple[Sensitivity, ...] = ()
    metric: str = ""

    @property
    def sensitive(self) -> bool:
        """Whether another weight of the priors would choose another arm."""
        return len({line.arm for line in self.sensitivity}) > 1


@dataclass(frozen=True, slots=True)
class AllocatedArm:
    """How many contacts of the list get an arm, and what that costs (currency units)."""

    arm: str
    contacts: int
    spend: float


@dataclass(frozen=True, slots=True)
class AllocationReading:
    """Who gets what on the target list. Money in currency units; `value` and `bound` in the outcome's unit, in all.

    `arms` counts what is really sent (exploration included), control first. `value` is what the model expects of the
    plan, `bound` what no plan within the limits can exceed, `honest` the plan's value per contact over no treatment as
    the experiment shows it (None for a list of contacts that were in no test). `price` is what one more unit of
    currency would bring (None without a budget).
    """

    arms: tuple[AllocatedArm, ...]
    planned: int  # contacts that the plan treats, before exploration
    budget: float | None
    spend: float
    value: float
    bound: float
    honest: Estimate | None
    price: float | None
    held_back: int  # exploration: targeted contacts that get nothing all the same
    tried_out: int  # exploration: other contacts that are treated all the same


@dataclass(frozen=True, slots=True)
class ReadFrom:
    """What a reading of targeting was made from: the day of the data, the decision, the ledger and the files' contents.

    `sources` are (name, sha256) of what has one: tables of a warehouse have none.
    """

    as_of: datetime.date
    spec_hash: str
    ledger_hash: str | None = None
    sources: tuple[tuple[str, str], ...] = ()

    def behind(
        self, *, as_of: datetime.date, spec_hash: str, ledger_hash: str | None, sources: Mapping[str, str]
    ) -> Behind | None:
        """How this reading differs from a result of the same experiment; None where both saw the same."""
        if self.as_of != as_of:
            return "older" if self.as_of < as_of else "later"
        if self.spec_hash != spec_hash:
            return "decision"
        changed = any(sources.get(name, seen) != seen for name, seen in self.sources)
        return "data" if changed or self.ledger_hash != ledger_hash else None


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
    incentives: IncentiveChoice | None = None  # where costs and a margin are declared
    allocation: AllocationReading | None = None  # where a list was written
    read_from: ReadFrom | None = None

    @property
    def primary(self) -> OutcomeReading:
        """The outcome that decides."""
        return self.outcomes[0]


@dataclass(frozen=True, slots=True)
class ListReading:
    """A list of today's contacts by a kept model: where the model comes from, and what is sent to how many.

    `recommended` is the verdict of the test that the model learned from; without it, and without being asked all the
    same, there is no `allocation`.
    """

    experiment: str
    outcome: str
    model_id: str
    contacts: int
    recommended: bool
    allocation: AllocationReading | None = None
    list_id: str | None = None
