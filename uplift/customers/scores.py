"""Every contact's scores as columns, some contacts at a time, and what they add up to."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from uplift.customers import rfm
from uplift.customers.history import History
from uplift.customers.lifecycle import LeadModel, Lifecycle, Model, rows_of
from uplift.customers.snapshots import CHUNK, LATELY, Snapshot, snapshot
from uplift.customers.value import ValueModels, Values, values
from uplift.results.customers import FREQUENCIES, STATES, Frequency, State
from uplift.words.language import Language
from uplift.words.sentences import customers as words

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Texts = NDArray[np.object_]
EVERY_STATE: tuple[State, ...] = (*STATES, "steady")
Columns = dict[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Models:
    """All that scores a contact."""

    value: ValueModels
    groups: rfm.Rfm
    lifecycle: Lifecycle


@dataclass(slots=True)
class Totals:
    """What the contacts add up to, collected chunk by chunk; money in whole minor units."""

    contacts: Counter[str] = field(default_factory=Counter)
    value: Counter[str] = field(default_factory=Counter)
    purchases: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    cells: Counter[tuple[str, str]] = field(default_factory=Counter)
    cell_value: Counter[tuple[str, str]] = field(default_factory=Counter)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    revenue: Counter[tuple[str, str]] = field(default_factory=Counter)


def scored(history: History, models: Models, totals: Totals, language: Language) -> Iterator[Columns]:
    """The score columns of all contacts, chunk by chunk; `totals` grows on the way."""
    month_ago = history.as_of - datetime.timedelta(days=LATELY)
    for low in range(0, history.contacts + 1, CHUNK):
        now = snapshot(history, history.as_of, low=low, high=low + CHUNK)
        if not len(now):
            continue
        found = values(models.value, now)
        probability, states, reasons = _predicted(models.lifecycle, now, language)
        labels = _labels(models.lifecycle, now, states)
        _add(totals, found, labels)
        _add_cells(totals, now, found, states)
        if models.lifecycle.before is not None:
            before = snapshot(history, month_ago, low=low, high=low + CHUNK)
            _add_moves(totals, models.lifecycle, before, now, labels)
        yield _columns(models, now, found, probability, labels, reasons)


def _predicted(lifecycle: Lifecycle, who: Snapshot, language: Language) -> tuple[Floats, Texts, Texts]:
    """P(purchase within 30 days), state and reason of each contact; NaN and None where no model says anything."""
    probability = np.full(len(who), np.nan)
    states = np.full(len(who), None, dtype=object)
    reasons = np.full(len(who), None, dtype=object)
    buyer = who.days > 0
    model = lifecycle.model
    if model is not None and buyer.any():
        chosen = who.where(buyer)
        p = model.probabilities(chosen)
        probability[buyer], states[buyer] = p, model.states(chosen, p)
        reasons[buyer] = _reasons(model, chosen, p, language)
    if lifecycle.leads is not None and lifecycle.leads_gate is not None and (~buyer).any():
        chosen = who.where(~buyer)
        p = lifecycle.leads.probabilities(chosen)
        probability[~buyer], states[~buyer] = p, lifecycle.leads.states(chosen, p)
        reasons[~buyer] = _reasons(lifecycle.leads, chosen, p, language)
    return probability, states, reasons


def _reasons(model: Model | LeadModel, who: Snapshot, probability: Floats, language: Language) -> Texts:
    """What moves a contact most in the direction of his prediction, in words."""
    from uplift.customers import features

    x = model.features(who) if isinstance(model, Model) else features.of_leads(who)[1]
    parts = model.logistic.contributions(x)
    up = probability >= model.threshold
    strongest = np.where(up, parts.argmax(axis=1), parts.argmin(axis=1))
    names = model.logistic.names
    texts = np.array(
        [[words.reason(name, raises=raises, language=language) for name in names] for raises in (False, True)],
        dtype=object,
    )
    return np.asarray(texts[up.astype(int), strongest])


def _labels(lifecycle: Lifecycle, who: Snapshot, states: Texts) -> Texts:
    """The segment of each contact: `more.churn`, `one.open` (its cell did not pass), `lead.convert`."""
    labels = np.full(len(who), "lead.open", dtype=object)
    leads_pass = lifecycle.leads_gate is not None and lifecycle.leads_gate.passed
    pairs: list[tuple[Frequency, NDArray[np.bool_]]] = [("one", who.days == 1), ("more", who.days > 1)]
    for frequency, rows in pairs:
        labels[rows] = f"{frequency}.open"
        for state in EVERY_STATE:
            some = lifecycle.model is not None and any(lifecycle.gates[frequency, s].passed for s in STATES)
            if some and lifecycle.usable(frequency, state):
                labels[rows & (states == state)] = f"{frequency}.{state}"
    if leads_pass:
        for state in EVERY_STATE:
            labels[(who.days == 0) & (states == state)] = f"lead.{state}"
    return labels


def _add(totals: Totals, found: Values, labels: Texts) -> None:
    for label in np.unique(labels.astype(str)):
        rows = labels == label
        totals.contacts[str(label)] += int(rows.sum())
        totals.value[str(label)] += int(found.value[rows].sum())
        totals.purchases[str(label)] += float(np.nansum(found.purchases[rows]))


def _add_cells(totals: Totals, who: Snapshot, found: Values, states: Texts) -> None:
    for frequency in FREQUENCIES:
        row = rows_of(frequency, who)
        for state in STATES:
            cell = row & (states == state)
            totals.cells[frequency, state] += int(cell.sum())
            totals.cell_value[frequency, state] += int(found.value[cell].sum())


def _add_moves(totals: Totals, lifecycle: Lifecycle, before: Snapshot, now: Snapshot, labels: Texts) -> None:
    """Where the contacts of a month ago are now; who was unknown then comes from `new`."""
    assert lifecycle.before is not None
    states = np.full(len(before), None, dtype=object)
    buyer = before.days > 0
    if buyer.any():
        chosen = before.where(buyer)
        states[buyer] = lifecycle.before.states(chosen, lifecycle.before.probabilities(chosen))
    if lifecycle.leads is not None and (~buyer).any():
        chosen = before.where(~buyer)
        states[~buyer] = lifecycle.leads.states(chosen, lifecycle.leads.probabilities(chosen))
    was = np.full(len(now), "new", dtype=object)
    revenue = now.value.copy()  # of newcomers: all they ever spent lies in this month
    where = np.searchsorted(now.n, before.n)
    was[where] = _labels(lifecycle, before, states)
    revenue[where] = before.revenue
    for pair in {(str(a), str(b)) for a, b in zip(was, labels, strict=True)}:
        rows = (was == pair[0]) & (labels == pair[1])
        totals.moves[pair] += int(rows.sum())
        totals.revenue[pair] += int(revenue[rows].sum())


def _columns(
    models: Models, who: Snapshot, found: Values, probability: Floats, labels: Texts, reasons: Texts
) -> Columns:
    """What is written of each contact; NaN and None become NULL."""
    buyer = who.days > 0
    unit = 10.0**models.value.decimals
    groups = np.full((3, len(who)), np.nan)
    if buyer.any():
        groups[:, buyer] = models.groups.groups(who.where(buyer))
    lifecycle = models.lifecycle
    leads_pass = lifecycle.leads_gate is not None and lifecycle.leads_gate.passed
    passed = np.select(
        [who.days > 1, who.days == 1],
        [lifecycle.gates["more", "convert"].passed, lifecycle.gates["one", "convert"].passed],
        leads_pass,
    ).astype(bool)
    state = np.array([label.partition(".")[2] for label in labels], dtype=object)
    known = state != "open"
    nothing = np.full(len(who), None, dtype=object)
    return {
        "n": who.n,
        "n_purchases": who.days,
        "days_since_purchase": np.where(buyer, who.last, np.nan),
        "days_since_first_purchase": np.where(buyer, who.first, np.nan),
        "mean_basket": np.where(buyer, who.value / np.maximum(who.days, 1) / unit, np.nan),
        "recency_group": groups[0],
        "frequency_group": groups[1],
        "monetary_group": groups[2],
        "cycle_days": found.cycle_days,
        "p_alive": found.alive,
        "expected_purchases": found.purchases,
        "next_basket": found.next_basket / unit,
        "next_basket_low": found.next_low / unit,
        "next_basket_high": found.next_high / unit,
        "predicted_value": np.where(buyer, found.value / unit, np.nan),
        "p_purchase_30d": np.where(passed, probability, np.nan),
        "state": np.where(known, state, nothing),
        "reason": np.where(known & (state != "steady"), reasons, nothing),
    }
