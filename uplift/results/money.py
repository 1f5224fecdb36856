"""What a treatment earned: incremental contribution margin, net of what it cost."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.results.effects import Interval


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its interval, in the project's currency unless said otherwise; None: it cannot be said."""

    value: float | None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """One treatment against the control, over all its contacts and the metric's window.

    `contribution` = margin × `revenue` − contact cost − redemption cost: what is left. `per_euro` is margin × revenue
    per euro spent, `forgone` the margin that the control's contacts did not bring because they were left out,
    `break_even` the relative uplift of `metric` at which the cost is just covered, `per_thousand` the contribution per
    1,000 treated contacts.
    """

    treatment: str
    metric: str  # the revenue metric (per contact) that it is read from
    contacts: int
    margin: float
    revenue: Amount
    contact_cost: float
    redemption_cost: Amount
    redemptions: int | None
    contribution: Amount
    per_thousand: Amount
    per_euro: Amount
    forgone: Amount
    break_even: float | None
