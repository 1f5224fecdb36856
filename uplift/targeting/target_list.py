"""The list of the next campaign: who gets what, with which probability, and why.

A plan that everybody follows teaches nothing. So a share of the targeted contacts gets nothing all the same, and a
share of the others is treated all the same; the draw is `u1`, the hash that assigns experiments, with salts of the
next campaign. Every contact's probability of getting what it got stands on the list. With these the campaign can be
judged without a model: what was the list worth, and what would another one have been worth?
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from uplift.assignment.hashing import bucket, salt
from uplift.assignment.ranges import boundary
from uplift.errors import Problem
from uplift.targeting.allocation import Allocation, allocate
from uplift.targeting.allocation_problem import Limits, Options, TargetingError, unkept
from uplift.targeting.contracts import PolicyValue
from uplift.targeting.influence import Statistic, codes_of
from uplift.targeting.policy_value import aipw, policy_value
from uplift.targeting.scores import arm_scores

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Texts = NDArray[np.str_]

Role = Literal["targeted", "held_back", "tried_out", "rest", "excluded"]
ROLES: tuple[Role, ...] = ("targeted", "held_back", "tried_out", "rest", "excluded")
TRIES = 12


@dataclass(frozen=True, slots=True)
class Exploration:
    """How much of the list is left to chance, and the name of the campaign whose salts draw it."""

    campaign: str
    control_among_targeted: Fraction = Fraction(0)
    treated_among_rest: Fraction = Fraction(0)

    @property
    def control_salt(self) -> str:
        """The salt of the campaign itself: `uplift assign` of the next experiment draws the same contacts."""
        return salt(self.campaign, 1)

    @property
    def rest_salt(self) -> str:
        """A salt of its own for those whom the plan leaves out."""
        return salt(f"{self.campaign}/rest", 1)


@dataclass(frozen=True, slots=True, eq=False)
class TargetList:
    """One row per contact. Arms are indices into `arms`, where 0 is the control (nothing is sent).

    `arm` is what the contact gets, with `probability`; with the remaining probability it would have got
    `alternative`. `planned` is what the plan alone would have given. `score` is the expected gain of the planned arm
    (for the rest: of its best arm) over nothing, `net` that of the arm which it gets. Where households are drawn
    together, `household` is theirs (empty: none); `carried` are further columns that the next draw reads, by name.
    """

    arms: tuple[str, ...]
    ids: Texts
    arm: Integers
    probability: Floats
    alternative: Integers
    planned: Integers
    role: Integers  # index into ROLES
    score: Floats
    net: Floats
    model: str
    household: Texts | None = None
    carried: tuple[tuple[str, Texts], ...] = ()

    @property
    def drawn_by(self) -> Texts:
        """What the draw hashes: the household, or the contact where it has none."""
        return drawn_by(self.ids, self.household)

    @property
    def clusters(self) -> Integers | None:
        """Codes of what was drawn together, for standard errors; None where single contacts were."""
        return None if self.household is None else codes_of(self.drawn_by)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def propensity(self) -> Floats:
        """The probability of every arm for every contact (rows sum to one): what later evaluation needs."""
        rows = np.arange(len(self))
        matrix = np.zeros((len(self), len(self.arms)))
        matrix[rows, self.alternative] = 1 - self.probability
        matrix[rows, self.arm] = self.probability  # where nothing else was possible it is 1
        return matrix

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """Contacts per arm that really get it."""
        found = np.bincount(self.arm, minlength=len(self.arms))
        return tuple((arm, int(n)) for arm, n in zip(self.arms, found, strict=True))

    def of_role(self, role: Role) -> NDArray[np.bool_]:
        """Which contacts have a role."""
        return np.asarray(self.role == ROLES.index(role))


def target_list(
    ids: Texts,
    options: Options,
    limits: Limits,
    exploration: Exploration,
    *,
    control: str,
    model: str,
    allocation: Allocation | None = None,
    household: Texts | None = None,
    carried: tuple[tuple[str, Texts], ...] = (),
) -> tuple[TargetList, Allocation]:
    """Plan and draw: the list, and the plan that it follows. Every limit holds for what is really sent.

    What is tried out among the rest costs money and takes places too. Where it would break a limit, the plan is made
    again with as much less. What the held-back contacts would have cost stays unspent: spent on others, the campaign
    would measure another plan than the one that was made. With `household` whole households are held back (of their
    targeted members) or tried out.

    Raises TargetingError as `allocate` does, and UP755 when exploration alone breaks a limit.
    """
    within = limits
    plan = allocation
    for _ in range(TRIES):
        plan = plan or allocate(options, within)
        drawn = _drawn(ids, options, plan, exploration, control=control, model=model, household=household)
        excess = _excess(drawn, options, limits)
        if not excess:
            return replace(drawn, carried=carried), plan
        within, plan = _tightened(within, excess), None
    raise unkept(", ".join(excess))


def campaign_value(
    sent: TargetList,
    outcome: Floats,
    *,
    policy: Integers | None = None,
    mu: Floats | None = None,
    confidence: float = 0.95,
) -> PolicyValue:
    """What the campaign was worth per contact, from the logged probabilities: AIPW, with its interval.

    `policy` is the arm per contact to be judged, by default the plan of the list itself. Only arms that a contact
    could get can be judged: 0 (nothing) needs control among the targeted. `mu` (contacts × arms) only adds precision.
    """
    chosen = sent.planned if policy is None else policy
    statistic = campaign_statistic(sent, outcome, chosen, mu)
    name = "list" if policy is None else "other"
    return policy_value(name, statistic, chosen, sent.arms, clusters=sent.clusters, confidence=confidence)


def campaign_statistic(sent: TargetList, outcome: Floats, policy: Integers, mu: Floats | None = None) -> Statistic:
    """The same with the influence of each contact, so that two policies can be subtracted from each other."""
    propensity = sent.propensity
    possible = propensity[np.arange(len(sent)), policy] > 0
    if not possible.all():
        raise unkept_policy(int((~possible).sum()))
    present = np.unique(sent.arm)
    # Arms that nobody got say nothing and are not needed: the policy uses only arms with a positive probability.
    scores = np.zeros(propensity.shape) if mu is None else np.array(mu, dtype=np.float64)
    narrow = arm_scores(
        outcome,
        np.searchsorted(present, sent.arm).astype(np.int64),
        propensity[:, present],
        None if mu is None else np.asarray(mu[:, present], dtype=np.float64),
    )
    scores[:, present] = narrow
    return aipw(scores, policy)


def model_id(experiment: str, effects: Floats) -> str:
    """A name that changes when a single score changes: `<experiment>-<8 hex digits>`."""
    digest = hashlib.sha256(np.ascontiguousarray(effects, dtype="<f8").tobytes()).hexdigest()
    return f"{experiment}-{digest[:8]}"


def unkept_policy(contacts: int) -> TargetingError:
    """The error for a policy that the list gave no chance."""
    return TargetingError(
        Problem(
            "UP756",
            f"{contacts:,} contacts had no chance of the arm that the policy gives them",
            fix="judge the list's own plan; hold back some of the targeted contacts to judge «nothing» too",
        )
    )


def drawn_by(ids: Texts, household: Texts | None) -> Texts:
    """What a draw hashes for each contact: its household where it has one, else its id."""
    return ids if household is None else np.where(household == "", ids, household)


def _drawn(
    ids: Texts,
    options: Options,
    plan: Allocation,
    exploration: Exploration,
    *,
    control: str,
    model: str,
    household: Texts | None,
) -> TargetList:
    n = options.contacts
    planned = plan.choice.astype(np.int64)
    best, best_gain, open_ = _best_of_each(options, plan.price)
    targeted = planned > 0
    units = drawn_by(ids, household)
    held = _below(units, exploration.control_salt, exploration.control_among_targeted, targeted)
    tried = _below(units, exploration.rest_salt, exploration.treated_among_rest, ~targeted & open_)
    p_control, p_treated = float(exploration.control_among_targeted), float(exploration.treated_among_rest)

    arm = np.where(held, 0, np.where(tried, best, planned))
    chance = np.ones(n)
    alternative = arm.copy()
    if p_control:
        chance = np.where(targeted, np.where(held, p_control, 1 - p_control), chance)
        alternative = np.where(targeted, np.where(held, planned, 0), alternative)
    if p_treated:
        rest = ~targeted & open_
        chance = np.where(rest, np.where(tried, p_treated, 1 - p_treated), chance)
        alternative = np.where(rest, np.where(tried, 0, best), alternative)
    role = np.select([held, targeted, tried, open_], [1, 0, 2, 3], default=4).astype(np.int64)
    rows = np.arange(n)
    gain_planned = options.gain[rows, np.maximum(planned - 1, 0)].astype(np.float64)
    score = np.where(targeted, gain_planned, best_gain)
    net = np.where(held, 0.0, np.where(targeted, gain_planned, np.where(tried, best_gain, 0.0)))
    arms = (control, *options.arms)
    return TargetList(arms, ids, arm, chance, alternative, planned, role, score, net, model, household)


def _best_of_each(options: Options, price: float) -> tuple[Integers, Floats, NDArray[np.bool_]]:
    """The arm that each contact would get next (1, 2, …), its gain, and whether it may get any at all."""
    best = np.zeros(options.contacts, dtype=np.int64)
    gain = np.zeros(options.contacts)
    open_ = np.zeros(options.contacts, dtype=np.bool_)
    for part in options.chunks():
        gains = options.gains(part)
        choice = (gains - price * options.costs(part)).argmax(axis=1)
        best[part] = choice + 1
        found = gains[np.arange(len(choice)), choice]
        open_[part] = np.isfinite(found)
        gain[part] = np.where(np.isfinite(found), found, 0.0)
    return best, gain, open_


def _below(units: Texts, salt_: str, share: Fraction, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whose bucket lies in [0, share), of those who are asked."""
    drawn = np.zeros(len(units), dtype=np.bool_)
    high = boundary(share)
    if high:
        asked = np.flatnonzero(among)
        drawn[asked] = [bucket(salt_, unit) < high for unit in units[asked].tolist()]
    return drawn


def _excess(drawn: TargetList, options: Options, limits: Limits) -> dict[str, int]:
    """By how much what is really sent breaks the limits."""
    counts = np.bincount(drawn.arm, minlength=len(options.arms) + 1)
    found: dict[str, int] = {}
    if limits.budget is not None:
        found["budget"] = spend_of(drawn, options) - limits.budget
    for index, arm in enumerate(options.arms):
        if arm in limits.caps:
            found[arm] = int(counts[index + 1]) - limits.caps[arm]
    if limits.capacity is not None:
        found["capacity"] = int(counts[1:].sum()) - limits.capacity
    return {name: over for name, over in found.items() if over > 0}


def _tightened(limits: Limits, excess: Mapping[str, int]) -> Limits:
    if all(_limit(limits, name) == 0 for name in excess):  # nobody is planned any more, and it is still too much
        raise unkept(", ".join(excess))
    left = {name: max(_limit(limits, name) - over, 0) for name, over in excess.items()}
    budget, capacity = left.pop("budget", limits.budget), left.pop("capacity", limits.capacity)
    caps = {**limits.caps, **left}
    return replace(limits, budget=budget, capacity=capacity, caps=caps)


def _limit(limits: Limits, name: str) -> int:
    own = {"budget": limits.budget, "capacity": limits.capacity}.get(name, limits.caps.get(name))
    return own or 0


def spend_of(drawn: TargetList, options: Options, *, among: NDArray[np.bool_] | None = None) -> int:
    """What is really sent costs, in units; `among` counts some of the contacts only."""
    return sum(spend_per_arm(drawn, options, among=among))


def spend_per_arm(drawn: TargetList, options: Options, *, among: NDArray[np.bool_] | None = None) -> tuple[int, ...]:
    """What each arm costs, in units."""
    costs = []
    for index in range(len(options.arms)):
        here = drawn.arm == index + 1
        got = np.flatnonzero(here if among is None else here & among)
        costs.append(
            int(options.cost[index]) * len(got) if options.cost.ndim == 1 else int(options.cost[got, index].sum())
        )
    return tuple(costs)
