"""The page of always-on programmes: the coming quarter, hours, running tests and the next purchase, a section each."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from uplift.report.axis import Axis, Span, axis_for
from uplift.report.chapter import Cell, Chapter, Item, Panel, Sheet, row
from uplift.report.charts import Bar, bars
from uplift.report.plot import Dot, Line, Plot, Word, plot
from uplift.report.svg import Caption
from uplift.results.always_on import AlwaysOn
from uplift.results.always_on_text import CAMPAIGNS, hours, watched, way, worth
from uplift.results.forecast import Forecast
from uplift.results.recommendations import Recommendations
from uplift.results.send_time import Belief, CampaignReading, SendTimes, SlotReading
from uplift.results.watch import Watch, WatchedSeries
from uplift.version import __version__
from uplift.words import numbers, values
from uplift.words.dates import day, short_day
from uplift.words.language import Language
from uplift.words.names import shortened
from uplift.words.sentences import always_on as said
from uplift.words.sentences import customers, monitor
from uplift.words.sentences.always_on import ALWAYS_ON

_DATES = 4
_SHOWN = 3  # charts of a monitor: the primary series, and what alarms


@dataclass(frozen=True, slots=True)
class AlwaysOnPage:
    """Everything that the template sets."""

    language: str
    chapters: tuple[Chapter, ...]
    generator: str
    style: str
    style_hash: str


def always_on_page(found: AlwaysOn, language: Language, *, style: str, style_hash: str) -> AlwaysOnPage:
    """A section for everything that was found."""
    chapters = [
        *([] if found.forecast is None else [_forecast(found.forecast, found.currency, language)]),
        *(_send_time(one, language) for one in found.send_times),
        *(_watch(one, language) for one in found.watches),
        *([] if found.recommendations is None else [_recommendations(found.recommendations, language)]),
    ]
    return AlwaysOnPage(language, tuple(chapters), f"uplift {__version__}", style, style_hash)


def _forecast(told: Forecast, currency: str, language: Language) -> Chapter:
    words, unit = ALWAYS_ON[language], 10**told.decimals

    def amount(minor: float) -> str:
        return numbers.money_total(minor / unit, currency, language)

    bounds = None
    if told.low is not None and told.high is not None:
        bounds = numbers.span(amount(told.low), amount(told.high), language)
    lead = [said.forecast(told.days, told.start, amount(told.total), bounds, told.confidence, language)]
    if told.season is not None:
        lead.append(said.season(told.season, language))
    names = {"new": words.newcomers}
    rows = [
        row(
            names.get(segment.name) or customers.frequency(segment.name, language),
            values.MISSING if segment.contacts is None else numbers.count(segment.contacts, language),
            amount(segment.revenue),
        )
        for segment in told.segments
    ]
    rows.append(row(words.total, "", amount(told.total)))
    sheet = Sheet(words.segments, (words.segment, words.customers, words.revenue), tuple(rows))
    panel = _quarters(told, amount, language)
    return Chapter("forecast", words.forecast, tuple(lead), (panel,) if panel else (), sheets=(sheet,))


def _quarters(told: Forecast, amount: Callable[[float], str], language: Language) -> Panel | None:
    """What was told of past quarters (line) and what came (dots), and the coming one with its interval."""
    words, unit = ALWAYS_ON[language], 10**told.decimals
    past = [q for q in reversed(told.past) if q.error is not None and q.naive_error is not None]
    if not past:
        return None
    last = float(len(past))
    ends = [v for v in (told.total, told.low, told.high) if v is not None]
    top = max(*(q.told for q in past), *(q.actual for q in past), *ends) / unit
    axis = axis_for([Span(top, 0.0, top)])
    line = Line(
        tuple((float(k), value / unit) for k, value in enumerate([*(q.told for q in past), told.total])), "line"
    )
    dots = [Dot(float(k), q.actual / unit) for k, q in enumerate(past)]
    low, high = (None if end is None else end / unit for end in (told.low, told.high))
    dots.append(Dot(last, told.total / unit, low, high, role="better"))
    shown = sorted({0, len(past) // 2, len(past)})
    starts = [*(q.start for q in past), told.start]
    content = Plot(
        x_range=(-0.4, last + 0.4),
        y_range=(0.0, axis.high),
        x_ticks=tuple((float(k), _month(starts[k])) for k in shown),
        y_ticks=tuple((tick, amount(tick * unit)) for tick in axis.ticks if tick >= 0)[-4:],
        axis="",
        lines=(line,),
        dots=tuple(dots),
    )
    own = sum(abs(q.error or 0.0) for q in past) / len(past)
    naive = sum(abs(q.naive_error or 0.0) for q in past) / len(past)
    sentence = said.forecast_past(own, naive, len(past), language)
    chart = plot(content, Caption("forecast-past", words.past, sentence))
    rows = tuple(
        row(
            day(q.start, language),
            amount(q.told),
            amount(q.actual),
            numbers.percent(q.error or 0.0, language, signed=True),
            numbers.percent(q.naive_error or 0.0, language, signed=True),
        )
        for q in past
    )
    heads = (words.quarter_from, words.told, words.came, words.error, words.naive)
    foot = said.forecast_chart(language)
    return Panel(words.past, chart, sentence, foot, Sheet(words.past, heads, rows))


def _month(start: datetime.date) -> str:
    return f"{start.month:02d}/{start.year % 100:02d}"


def _send_time(found: SendTimes, language: Language) -> Chapter:
    words = ALWAYS_ON[language]
    lead = [said.send_time(found.gain, found.gain_of_one, hours(found.one_for_all), language)]
    if found.not_after is not None:
        lead.append(said.deadline(found.not_after, language))
    notes = [said.send_log(found.by_chance, found.mails, found.not_used, language)]
    if found.without_history:
        notes.append(said.no_history(found.without_history, language))
    heading = f"{words.send_time} ({shortened(found.title)})"
    panels = tuple(p for p in (_slots(found, language), _beliefs(found, language)) if p)
    told = [c for c in found.campaigns if c.chosen_mails]
    sheets: tuple[Sheet, ...] = ()
    if told:
        heads = (words.campaign, words.by_chance, words.reacted, words.chosen, words.reacted, words.uplift)
        rows = tuple(
            row(
                Cell(shortened(c.campaign), day(c.first_day, language)),
                numbers.count(c.chance_mails, language),
                numbers.count(c.chance_reactions, language),
                numbers.count(c.chosen_mails, language),
                numbers.count(c.chosen_reactions, language),
                _uplift(c, language),
            )
            for c in told[: -CAMPAIGNS - 1 : -1]
        )
        sheets = (Sheet(words.campaigns, heads, rows),)
    return Chapter(f"send-time-{found.experiment}", heading, tuple(lead), panels, sheets=sheets, notes=tuple(notes))


def _uplift(c: CampaignReading, language: Language) -> Cell:
    if c.relative is None:
        return Cell(values.MISSING)
    ends = [None if end is None else numbers.percent(end, language, signed=True) for end in (c.low, c.high)]
    return Cell(numbers.percent(c.relative, language, signed=True), values.bounds(ends[0], ends[1], language))


def _slots(found: SendTimes, language: Language) -> Panel | None:
    words = ALWAYS_ON[language]
    seen = [slot for slot in found.slots if slot.rate is not None]
    if not seen:
        return None
    top = max(slot.high or 0.0 for slot in seen)
    axis = axis_for([Span(top, 0.0, top)])
    best = max(seen, key=lambda slot: (slot.rate or 0.0, -slot.slot))
    content = Plot(
        x_range=(-0.6, 11.6),
        y_range=(0.0, axis.high),
        x_ticks=_clock(),
        y_ticks=_shares(axis, language),
        axis=words.slot_axis,
        dots=tuple(_slot_dot(slot, best) for slot in seen),
    )
    sentence = said.slot_chart(hours(best.slot), numbers.percent(best.rate or 0.0, language), language)
    title = words.slots
    chart = plot(content, Caption(f"slots-{found.experiment}", title, sentence))
    heads = (words.slot, words.by_chance, words.reacted, words.rate, words.own)
    rows = tuple(
        row(
            hours(slot.slot),
            numbers.count(slot.mails, language),
            numbers.count(slot.reactions, language),
            values.MISSING
            if slot.rate is None
            else Cell(numbers.percent(slot.rate, language), values.uplift_range(slot.low, slot.high, language)),
            numbers.count(slot.own, language),
        )
        for slot in found.slots
    )
    return Panel(title, chart, sentence, "", Sheet(title, heads, rows))


def _slot_dot(slot: SlotReading, best: SlotReading) -> Dot:
    return Dot(float(slot.slot), slot.rate or 0.0, slot.low, slot.high, "better" if slot is best else "open")


def _beliefs(found: SendTimes, language: Language) -> Panel | None:
    words = ALWAYS_ON[language]
    if not found.beliefs:
        return None
    top = max(max(one.shares) for one in found.beliefs)
    axis = axis_for([Span(top, 0.0, top)])
    roles = ("random", "bound", "line")[-len(found.beliefs) :]
    lines, labels = [], []
    for one, role in zip(found.beliefs, roles, strict=True):
        lines.append(Line(tuple((float(slot), share) for slot, share in enumerate(one.shares)), role))
        peak = max(range(len(one.shares)), key=lambda slot: one.shares[slot])
        labels.append(_label(peak, one, axis, language))
    content = Plot(
        x_range=(0.0, 11.0),
        y_range=(0.0, axis.high),
        x_ticks=_clock(),
        y_ticks=_shares(axis, language),
        axis=words.slot_axis,
        lines=tuple(lines),
        words=tuple(labels),
    )
    first, last = found.beliefs[0], found.beliefs[-1]
    sentence = said.belief_chart(first.bits, last.bits, last.mails, language)
    chart = plot(content, Caption(f"beliefs-{found.experiment}", words.beliefs, sentence))
    heads = (words.slot, *(said.belief_line(one.mails, language) for one in found.beliefs))
    rows = [
        row(hours(slot), *(numbers.percent(one.shares[slot], language) for one in found.beliefs)) for slot in range(12)
    ]
    rows.append(row(words.bits, *(numbers.number(one.bits, language) for one in found.beliefs)))
    foot = said.belief_of(hours(found.favourite), first.contacts, language)
    return Panel(words.beliefs, chart, sentence, foot, Sheet(words.beliefs, heads, tuple(rows)))


def _label(peak: int, one: Belief, axis: Axis, language: Language) -> Word:
    """The line's name beside its peak, on the side where there is room."""
    ends = peak > 6
    lift = 0.02 * (axis.high - axis.low)
    return Word(peak + (-0.25 if ends else 0.25), one.shares[peak] + lift, said.belief_line(one.mails, language), ends)


def _clock() -> tuple[tuple[float, str], ...]:
    return tuple((float(slot), str(slot * 2)) for slot in range(0, 12, 2))


def _shares(axis: Axis, language: Language) -> tuple[tuple[float, str], ...]:
    return tuple((tick, numbers.plain_percent(tick, language)) for tick in axis.ticks if tick >= 0)


def _watch(seen: Watch, language: Language) -> Chapter:
    words = ALWAYS_ON[language]
    marks = {"ok": ("ok", words.ok), "note": ("warn", words.note), "warn": ("warn", words.note)}
    items = tuple(
        Item(*marks.get(one.status, ("fail", words.alarm)), one.text)  # codes are for the terminal
        for one in watched(seen, language)
    )
    alarmed = [series for series in seen.series if series.alarms]
    shown = [*alarmed, *(s for s in seen.series if not s.alarms and s.of == "metric")][:_SHOWN]
    panels = tuple(_lately(seen, series, language) for series in shown if len(series.lately) > 1)
    return Chapter(
        f"monitor-{seen.experiment}",
        words.monitor.format(title=shortened(seen.title)),
        (f"{day(seen.as_of, language)}: {monitor.watched(seen.alarmed, language)}",),
        panels,
        items=items,
    )


def _lately(seen: Watch, series: WatchedSeries, language: Language) -> Panel:
    words = ALWAYS_ON[language]
    alarms = {alarm.day: alarm for alarm in (*series.before, *series.alarms)}
    top = max([value for _, value in series.lately] + [alarm.expected for alarm in alarms.values()]) or 1.0
    axis = axis_for([Span(top, 0.0, top)])
    first = series.lately[0][0]
    steps = sorted({round(i * (len(series.lately) - 1) / (_DATES - 1)) for i in range(_DATES)})
    content = Plot(
        x_range=(-0.5, len(series.lately) - 0.5),
        y_range=(0.0, axis.high),
        x_ticks=tuple((float(k), short_day(series.lately[k][0], language)) for k in steps),
        y_ticks=tuple((tick, numbers.plain_number(tick, language)) for tick in axis.ticks if tick >= 0),
        axis="",
        lines=(Line(tuple(((on - first).days, value) for on, value in series.lately), "line"),),
        dots=tuple(Dot((on - first).days, value, role="worse") for on, value in series.lately if on in alarms),
    )
    name = shortened(monitor.series_name(series.name, series.of, language, counts=series.counts))
    title = words.lately.format(name=name)
    sentence = _of_series(series, name, language)
    key = f"lately-{seen.experiment}-{seen.series.index(series)}"
    chart = plot(content, Caption(key, title, sentence))
    rows = tuple(
        row(day(on, language), numbers.number(value, language), words.alarm if on in alarms else "")
        for on, value in series.lately
    )
    return Panel(title, chart, sentence, "", Sheet(title, (words.day, words.value, words.judgement), rows))


def _of_series(series: WatchedSeries, name: str, language: Language) -> str:
    """Its alarms, else why there are none."""
    if series.alarms:
        told = (monitor.alarm(name, a.kind, a.day, a.expected, a.found, language) for a in series.alarms)
        return " ".join(f"{line}." for line in told)
    if series.refused is not None:
        return monitor.too_short(language)
    if series.before:
        return monitor.quiet_since(name, [a.day for a in series.before], series.last, language)
    return f"{monitor.quiet(name, series.last, series.days, language)}."


def _recommendations(found: Recommendations, language: Language) -> Chapter:
    words = ALWAYS_ON[language]
    title = words.recall.capitalize()
    panels: tuple[Panel, ...] = ()
    if found.hits:
        drawn = [
            Bar(
                way(h, language), h.recall, numbers.percent(h.recall, language), None, None, control=h.name == "popular"
            )
            for h in found.hits
        ]
        chart = bars(drawn, Caption("recommendations", title, worth(found, language)))
        heads = (words.way, words.recall, words.hit)
        rows = tuple(
            row(way(h, language), numbers.percent(h.recall, language), numbers.percent(h.hit, language))
            for h in found.hits
        )
        panels = (Panel("", chart, said.recall_meaning(language), "", Sheet(title, heads, rows)),)
    note = said.lists(found.as_of, found.customers, found.items, language)
    return Chapter("recommendations", words.recommend, (worth(found, language),), panels, notes=(note,))
