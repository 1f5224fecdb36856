"""Who will buy in the next 30 days, who is about to leave, who stays away: a model, its backtests and a gate per cell.

The model is a logistic regression on log recency, frequency, value and engagement, trained on what the contacts of a
day a month ago did since. It is tried six times on the past, each time trained one month earlier, and only the cells
of the grid in which it proved itself are used.

Words, fixed once: *active* is who bought within twice his own shrunken purchase cycle (the shop's long gap where there
is none); *convert*: the probability to buy lies above the threshold; *churn*: active, not expected to buy, and beyond
the line of activity within 30 days; *inactive*: beyond it already and not expected to buy; *steady*: whoever is left.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from uplift.customers import cycle, features
from uplift.customers.cycle import Cycle
from uplift.customers.history import History
from uplift.customers.logistic import Logistic, auc, fit, top_share
from uplift.customers.snapshots import LATELY, Snapshot, every, snapshot
from uplift.errors import StatisticsError
from uplift.results.customers import FREQUENCIES, STATES, Backtest, Frequency, Gate, State

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
MONTHS = 6  # backtests
DAYS_NEEDED = 210  # seven months
WORST_AUC, WORST_RATIO = 0.60, 2.0
FEWEST_EVENTS = 30  # per backtest, of those to whom it happened and of those to whom it did not
PATIENCE = 2.0  # own cycles without a purchase after which a customer is inactive


@dataclass(frozen=True, slots=True)
class Model:
    """Who buys within 30 days: the model, and the probability above which a contact counts as expected to buy."""

    logistic: Logistic
    threshold: float
    rhythm: Cycle | None
    engagement: bool

    def probabilities(self, buyers: Snapshot) -> Floats:
        """P(at least one purchase in the next 30 days)."""
        return self.logistic.probabilities(self.features(buyers))

    def features(self, buyers: Snapshot) -> Floats:
        """The features of buyers as this model was trained on."""
        return features.of_buyers(buyers, self.rhythm, engagement=self.engagement)[1]

    def states(self, buyers: Snapshot, probabilities: Floats) -> NDArray[np.str_]:
        """The state of each buyer: convert, churn, inactive or steady."""
        limit = activity_limit(buyers, self.rhythm)
        expected = probabilities >= self.threshold
        active, leaving = buyers.last <= limit, buyers.last + LATELY > limit
        return np.select([expected, ~active, active & leaving], ["convert", "inactive", "churn"], "steady")


@dataclass(frozen=True, slots=True)
class LeadModel:
    """Who of those without a purchase buys within 30 days."""

    logistic: Logistic
    threshold: float

    def probabilities(self, leads: Snapshot) -> Floats:
        """P(first purchase in the next 30 days)."""
        return self.logistic.probabilities(features.of_leads(leads)[1])

    def states(self, leads: Snapshot, probabilities: Floats) -> NDArray[np.str_]:
        """convert, churn (interest wanes: last seen this quarter, but not lately), inactive, or steady."""
        seen, before = leads.events_lately > 0, leads.events_quarter > 0
        return np.select([probabilities >= self.threshold, ~before, ~seen], ["convert", "inactive", "churn"], "steady")


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The models of today, what their backtests said, and the model of a month ago (for who moved since).

    `gates` has one gate per cell (frequency, state); `overall` is the one of P(buy) over all buyers.
    """

    model: Model | None
    before: Model | None
    leads: LeadModel | None
    gates: dict[tuple[Frequency, State], Gate]
    overall: Gate
    leads_gate: Gate | None


def activity_limit(buyers: Snapshot, rhythm: Cycle | None) -> Floats:
    """Days since the last purchase up to which a customer is active."""
    if rhythm is None:
        return np.full(len(buyers), float(np.quantile(buyers.last, 0.9)) if len(buyers) else 0.0)
    own = PATIENCE * cycle.days_between(rhythm, buyers.gaps, buyers.log_gaps)
    return np.where(buyers.gaps > 0, own, rhythm.long_gap)


def train(history: History) -> Lifecycle:
    """Train, try on the past and judge each cell."""
    if history.days < DAYS_NEEDED:
        return _too_short(history)
    step = every(history)
    engagement = history.engagement is not None
    days = [history.as_of - datetime.timedelta(days=LATELY * k) for k in range(MONTHS + 2)]
    past = [snapshot(history, day, step=step) for day in days]
    models = [_train(each.buyers, engagement=engagement) for each in past]
    lead_models = [_train_leads(each.leads) if engagement else None for each in past]
    # past[k] knows what happened in the month after it, so models[k + 1] is what could have been used on day k.
    tried: dict[tuple[Frequency, State], list[Backtest]] = {(f, s): [] for f in FREQUENCIES for s in STATES}
    whole: list[Backtest] = []
    tried_leads: list[Backtest] = []
    for k in range(MONTHS, 0, -1):
        model, buyers = models[k + 1], past[k].buyers
        if model is not None and len(buyers):
            scores = model.probabilities(buyers)
            whole.append(_backtest(days[k], scores, buyers.bought > 0))
            for (frequency, state), told in _cells(model, buyers, scores):
                tried[frequency, state].append(_backtest(days[k], *told))
        lead_model, leads = lead_models[k + 1], past[k].leads
        if lead_model is not None and len(leads):
            tried_leads.append(_backtest(days[k], lead_model.probabilities(leads), leads.bought > 0))
    return Lifecycle(
        model=models[1],
        before=models[2],
        leads=lead_models[1],
        gates={cell: _gate(tests) for cell, tests in tried.items()},
        overall=_gate(whole),
        leads_gate=_gate(tried_leads) if engagement else None,
    )


def _train(buyers: Snapshot, *, engagement: bool) -> Model | None:
    """The model of one month; None where it can't be trained (nobody, or everybody, bought)."""
    if not len(buyers):
        return None
    rhythm = cycle.rhythm_of(buyers)
    names, x = features.of_buyers(buyers, rhythm, engagement=engagement)
    try:
        found = fit(x, buyers.bought > 0, names)
    except StatisticsError:
        return None
    return Model(found, _threshold(found.probabilities(x)), rhythm, engagement)


def _train_leads(leads: Snapshot) -> LeadModel | None:
    if not len(leads):
        return None
    names, x = features.of_leads(leads)
    try:
        found = fit(x, leads.bought > 0, names)
    except StatisticsError:
        return None
    return LeadModel(found, _threshold(found.probabilities(x)))


def _threshold(probabilities: Floats) -> float:
    """The probability above which as many contacts lie as are expected to buy."""
    return float(np.quantile(probabilities, 1 - probabilities.mean()))


def rows_of(frequency: Frequency, buyers: Snapshot) -> Flags:
    """The contacts of a row of the grid: at least one purchase day, more than one, exactly one."""
    rows: dict[Frequency, Flags] = {"any": buyers.days >= 1, "more": buyers.days > 1, "one": buyers.days == 1}
    return rows[frequency]


def _cells(
    model: Model, buyers: Snapshot, scores: Floats
) -> Iterator[tuple[tuple[Frequency, State], tuple[Floats, Flags]]]:
    """For each cell, among the contacts to whom it could happen: the score for it and whether it happened."""
    limit = activity_limit(buyers, model.rhythm)
    bought = buyers.bought > 0
    active, leaving = buyers.last <= limit, buyers.last + LATELY > limit
    able: dict[State, tuple[Flags, Floats, Flags]] = {
        "convert": (np.ones(len(buyers), dtype=bool), scores, bought),
        "churn": (active & leaving, 1 - scores, ~bought),
        "inactive": (~active, 1 - scores, ~bought),
    }
    for frequency in FREQUENCIES:
        row = rows_of(frequency, buyers)
        for state in STATES:
            at_risk, score, happened = able[state]
            keep = row & at_risk
            yield (frequency, state), (score[keep], happened[keep])


def _backtest(month: datetime.date, scores: Floats, happened: Flags) -> Backtest:
    return Backtest(
        month=month,
        contacts=len(scores),
        observed=int(happened.sum()),
        predicted=float(scores.sum()),
        auc=auc(scores, happened),
        top_fifth=top_share(scores, happened),
    )


def _gate(tests: list[Backtest]) -> Gate:
    """All six months have to be there, to hold enough events, to sort contacts and to get their number about right."""
    areas = [test.auc for test in tests if test.auc is not None]
    ratios = [test.ratio for test in tests if test.ratio]
    worst_auc = min(areas) if areas else None
    worst_ratio = max(ratios, key=lambda ratio: max(ratio, 1 / ratio)) if ratios else None
    reason = None
    if len(tests) < MONTHS:
        reason = "months"
    elif any(min(test.observed, test.contacts - test.observed) < FEWEST_EVENTS for test in tests):
        reason = "events"
    elif worst_auc is None or worst_auc < WORST_AUC:
        reason = "auc"
    elif worst_ratio is None or max(worst_ratio, 1 / worst_ratio) > WORST_RATIO:
        reason = "ratio"
    return Gate(reason is None, reason, worst_auc, worst_ratio, tuple(tests))


def _too_short(history: History) -> Lifecycle:
    refused = Gate(passed=False, reason="months", worst_auc=None, worst_ratio=None, backtests=())
    gates: dict[tuple[Frequency, State], Gate] = {(f, s): refused for f in FREQUENCIES for s in STATES}
    return Lifecycle(None, None, None, gates, refused, refused if history.engagement else None)
