"""Buyers × orders per buyer × value per order = revenue per contact, and how much of the uplift each factor brought."""

from __future__ import annotations

import math
from dataclasses import dataclass

from uplift.report.chapter import Cell, Sheet, row
from uplift.report.measures import order_value, revenue_per_contact
from uplift.report.voice import Voice
from uplift.results import ArmValue, MetricResult, Uplift
from uplift.words import numbers, values
from uplift.words.sentences import measures as sentences
from uplift.words.sentences.measures import MEASURES

_SAME = 0.005  # how far two metrics may differ in the revenue that they sum up and still be the same revenue
_SHORTEST = 1e-9


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of revenue per contact: its values, its own ratio, and its share of the uplift on the log scale."""

    name: str
    control: float
    treatment: float
    share: float

    @property
    def change(self) -> float:
        """Treatment / control − 1."""
        return self.treatment / self.control - 1


@dataclass(frozen=True, slots=True)
class Decomposition:
    """The factors of one treatment; their shares add up to one."""

    sheet: Sheet
    sentence: str


def decompositions(voice: Voice) -> tuple[Decomposition, ...]:
    """One per treatment whose revenue has a verdict; none where the metrics don't say it."""
    revenue = revenue_per_contact(voice.result)
    if revenue is None or not voice.result.trusted:
        return ()
    found = []
    for uplift in revenue.uplifts:
        if voice.verdict(revenue, uplift) != "refused" and (factors := factors_of(voice, uplift)):
            found.append(_told(voice, revenue, uplift, factors))
    return tuple(found)


def factors_of(voice: Voice, revenue: Uplift) -> tuple[Factor, ...]:
    """Three factors where an order value fits the revenue, else two; none without buyers in both arms."""
    c, t = revenue.control, revenue.treatment
    if not _positive(c) or not _positive(t):
        return ()
    assert c.value is not None
    assert t.value is not None
    total = math.log(t.value / c.value)
    if abs(total) < _SHORTEST:
        return ()
    pairs = [("buyers", c.nonzero / c.n, t.nonzero / t.n)]
    ratio = _fitting_order_value(voice, revenue)
    if ratio is None:
        pairs.append(("buyer_value", c.value * c.n / c.nonzero, t.value * t.n / t.nonzero))
    else:
        vc, vt = ratio.control.value, ratio.treatment.value
        assert vc is not None
        assert vt is not None
        pairs.append(("orders", c.value * c.n / c.nonzero / vc, t.value * t.n / t.nonzero / vt))
        pairs.append(("order_value", vc, vt))
    return tuple(Factor(name, a, b, math.log(b / a) / total) for name, a, b in pairs)


def _positive(arm: ArmValue) -> bool:
    return arm.n > 0 and arm.nonzero > 0 and arm.value is not None and arm.value > 0


def _fitting_order_value(voice: Voice, revenue: Uplift) -> Uplift | None:
    """The order value of the same revenue, the same buyers and at least one order each."""
    metric = order_value(voice.result)
    window = revenue_per_contact(voice.result)
    if metric is None or window is None or metric.window_days != window.window_days:
        return None
    found = next((u for u in metric.uplifts if u.treatment.arm == revenue.treatment.arm), None)
    if found is None:
        return None
    for money, orders in ((revenue.control, found.control), (revenue.treatment, found.treatment)):
        if not orders.value or orders.value <= 0 or orders.total is None or money.value is None:
            return None
        if (money.n, money.nonzero) != (orders.n, orders.nonzero):
            return None
        if abs(orders.total / (money.value * money.n) - 1) > _SAME or orders.total / orders.value < money.nonzero * (
            1 - _SAME
        ):
            return None
    return found


def _told(voice: Voice, metric: MetricResult, uplift: Uplift, factors: tuple[Factor, ...]) -> Decomposition:
    words, language = MEASURES[voice.language], voice.language
    proven = voice.verdict(metric, uplift) in ("better", "worse")
    heads = [words.factor, voice.arm(uplift.control.arm), voice.arm(uplift.treatment.arm), words.change]
    if proven:
        heads.append(words.share)
    lines = [
        row(
            getattr(words, factor.name),
            _value(voice, metric, factor.name, factor.control),
            _value(voice, metric, factor.name, factor.treatment),
            numbers.percent(factor.change, language, signed=True),
            *([_share(factor.share, voice)] if proven else []),
        )
        for factor in factors
    ]
    lines.append(
        row(
            words.revenue.format(title=voice.short_title(metric)),
            voice.value(metric, uplift.control.value),
            voice.value(metric, uplift.treatment.value),
            Cell(voice.estimate(uplift), voice.bounds(uplift) if uplift.relative_interval else ""),
            *([_share(1.0, voice)] if proven else []),
        )
    )
    arm = voice.arm(uplift.treatment.arm) if voice.several else None
    caption = f"{words.source} {arm}" if arm else words.source
    shares = [(factor.name, _share(factor.share, voice)) for factor in factors]
    sentence = sentences.sources(shares, language, arm=arm) if proven else sentences.open_sum(language)
    return Decomposition(Sheet(caption, tuple(heads), tuple(lines)), sentence)


def _value(voice: Voice, metric: MetricResult, name: str, amount: float) -> str:
    if name == "buyers":
        return numbers.percent(amount, voice.language)
    if name == "orders":
        return numbers.number(amount, voice.language)
    return values.value(amount, form="money", currency=metric.currency, language=voice.language)


def _share(share: float, voice: Voice) -> str:
    return numbers.percent(share, voice.language, decimals=0)
