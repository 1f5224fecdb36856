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
from uplift.results.customers import FREQUENCIES, STATES, Frequency
from uplift.words.language import Language
from uplift.words.sentences import customers as words

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.int8]
OPEN = "open"  # no prediction
EVERY_STATE: tuple[str, ...] = (OPEN, *STATES, "steady")
ROWS = ("lead", "one", "more")
SEGMENTS = tuple(f"{row}.{state}" for row in ROWS for state in EVERY_STATE)
NEW = len(SEGMENTS)  # the code of who was unknown a month ago


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of texts: each contact's position in `texts`, −1 where he has none."""

    codes: Codes
    texts: tuple[str, ...]


Columns = dict[str, NDArray[np.generic] | Coded]


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


def _predicted(lifecycle: Lifecycle, who: Snapshot, language: Language) -> tuple[Floats, Codes, Coded]:
    """P(purchase within 30 days), state and reason of each contact; NaN, `open` and none where no model says it."""
    probability = np.full(len(who), np.nan)
    states = np.zeros(len(who), dtype=np.int8)
    reasons = np.full(len(who), -1, dtype=np.int8)
    texts: tuple[str, ...] = ()
    buyer = who.days > 0
    for model, rows in ((lifecycle.model, buyer), (lifecycle.leads if lifecycle.leads_gate else None, ~buyer)):
        if model is None or not rows.any():
            continue
        chosen = who.where(rows)
        p = model.probabilities(chosen)
        probability[rows], states[rows] = p, _coded(model.states(chosen, p))
        own = _reasons(model, chosen, p, language)
        reasons[rows] = own.codes + len(texts)
        texts = (*texts, *own.texts)
    return probability, states, Coded(reasons, texts)


def _coded(states: NDArray[np.str_]) -> Codes:
    """The positions of states in EVERY_STATE."""
    return np.select([states == state for state in EVERY_STATE], range(len(EVERY_STATE))).astype(np.int8)


def _reasons(model: Model | LeadModel, who: Snapshot, probability: Floats, language: Language) -> Coded:
    """What moves a contact most in the direction of his prediction, in words."""
    from uplift.customers import features

    x = model.features(who) if isinstance(model, Model) else features.of_leads(who)[1]
    parts = model.logistic.contributions(x)
    up = probability >= model.threshold
    strongest = np.where(up, parts.argmax(axis=1), parts.argmin(axis=1))
    names = model.logistic.names
    texts = tuple(words.reason(name, raises=raises, language=language) for raises in (False, True) for name in names)
    return Coded((up * len(names) + strongest).astype(np.int8), texts)


def _labels(lifecycle: Lifecycle, who: Snapshot, states: Codes) -> Codes:
    """The segment of each contact as a position in SEGMENTS: `more.churn`, `one.open` (its cell did not pass)."""
    usable = np.zeros((len(ROWS), len(EVERY_STATE)), dtype=bool)
    if lifecycle.leads_gate is not None and lifecycle.leads_gate.passed:
        usable[0] = True
    pairs: tuple[tuple[int, Frequency], ...] = ((1, "one"), (2, "more"))
    for row, frequency in pairs:
        cells = [lifecycle.model is not None and lifecycle.gates[frequency, state].passed for state in STATES]
        usable[row] = [True, *cells, any(cells)]
    rows = np.minimum(who.days, 2)
    kept = np.where(usable[rows, states], states, 0)
    return (rows * len(EVERY_STATE) + kept).astype(np.int8)


def _add(totals: Totals, found: Values, labels: Codes) -> None:
    for code in np.unique(labels):
        rows, name = labels == code, SEGMENTS[code]
        totals.contacts[name] += int(rows.sum())
        totals.value[name] += int(found.value[rows].sum())
        totals.purchases[name] += float(np.nansum(found.purchases[rows]))


def _add_cells(totals: Totals, who: Snapshot, found: Values, states: Codes) -> None:
    for frequency in FREQUENCIES:
        row = rows_of(frequency, who)
        for state in STATES:
            cell = row & (states == EVERY_STATE.index(state))
            totals.cells[frequency, state] += int(cell.sum())
            totals.cell_value[frequency, state] += int(found.value[cell].sum())


def _add_moves(totals: Totals, lifecycle: Lifecycle, before: Snapshot, now: Snapshot, labels: Codes) -> None:
    """Where the contacts of a month ago are now; who was unknown then comes from `new`."""
    assert lifecycle.before is not None
    states = np.zeros(len(before), dtype=np.int8)
    buyer = before.days > 0
    for model, rows in ((lifecycle.before, buyer), (lifecycle.leads, ~buyer)):
        if model is not None and rows.any():
            chosen = before.where(rows)
            states[rows] = _coded(model.states(chosen, model.probabilities(chosen)))
    was = np.full(len(now), NEW, dtype=np.int64)
    revenue = now.value.copy()  # of newcomers: all they ever spent lies in this month
    where = np.searchsorted(now.n, before.n)
    was[where] = _labels(lifecycle, before, states)
    revenue[where] = before.revenue
    moves = was * len(SEGMENTS) + labels
    for move in np.unique(moves):
        rows = moves == move
        start, end = divmod(int(move), len(SEGMENTS))
        pair = ("new" if start == NEW else SEGMENTS[start], SEGMENTS[end])
        totals.moves[pair] += int(rows.sum())
        totals.revenue[pair] += int(revenue[rows].sum())


def _columns(
    models: Models, who: Snapshot, found: Values, probability: Floats, labels: Codes, reasons: Coded
) -> Columns:
    """What is written of each contact; NaN and missing texts become NULL."""
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
    state = (labels % len(EVERY_STATE)).astype(np.int8)
    known = state != EVERY_STATE.index(OPEN)
    moved = known & (state != EVERY_STATE.index("steady"))
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
        "state": Coded(np.where(known, state, -1).astype(np.int8), EVERY_STATE),
        "reason": Coded(np.where(moved, reasons.codes, -1).astype(np.int8), reasons.texts),
    }
