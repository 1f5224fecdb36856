"""Value and lifecycle of all customers when the programme began: projections, how well they were told, who moved."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from uplift.report.axis import Span, axis_for
from uplift.report.chapter import Cell, Chapter, Panel, Sheet, row
from uplift.report.charts import Bar, bars
from uplift.report.plot import Line, Plot, plot
from uplift.report.svg import Caption
from uplift.report.voice import Voice
from uplift.results.customers import CustomersReading, CustomersResult, Move, Range, SegmentFigures, matrix_of
from uplift.words import numbers, values
from uplift.words.dates import day, short_day
from uplift.words.names import tamed
from uplift.words.sentences import customers as names
from uplift.words.sentences import lifecycle as sentences
from uplift.words.sentences.lifecycle import LIFECYCLE

POOLED = "pooled"


def customers_chapter(voice: Voice) -> Chapter | None:
    """Projections, backtests, the grid and the moves; None where nothing was scored before, or nothing is trusted."""
    reading = voice.result.customers
    if reading is None or not voice.result.trusted:
        return None
    figures, words, language = reading.figures, LIFECYCLE[voice.language], voice.language
    shown = pooled(figures.segments, smallest=reading.smallest_group)
    lead = sentences.expected(
        figures.contacts,
        figures.buyers,
        _about(voice, figures, figures.value),
        figures.horizon_days,
        figures.as_of,
        language,
    )
    panels = [p for p in (_value(voice, figures, shown), _months(voice, figures)) if p is not None]
    notes = []
    if figures.overall is not None and not figures.overall.passed:
        notes.append(sentences.refused(_gate(voice, figures), language))
    if moved := _moved(voice, figures):
        notes.append(moved)
    left_out = "; ".join(names.left_out(reason, n, language) for reason, n in figures.left_out)
    notes.append(sentences.made_by(tamed(figures.model), left_out, language))
    sheets = [sheet for sheet in (_grid(voice, figures, shown), _matrix(voice, reading)) if sheet.rows]
    return Chapter(
        "customers",
        words.heading,
        lead=(f"{lead} {sentences.role(language, chosen=reading.chosen)}",),
        panels=tuple(panels),
        sheets=tuple(sheets),
        notes=tuple(notes),
    )


def pooled(segments: tuple[SegmentFigures, ...], *, smallest: int) -> tuple[SegmentFigures, ...]:
    """The segments by value, the most valuable first; those of fewer contacts as one, so that sums stay."""
    by_size = sorted(segments, key=lambda s: (s.contacts, s.name))
    small: list[SegmentFigures] = []
    while by_size and (by_size[0].contacts < smallest or 0 < sum(s.contacts for s in small) < smallest):
        small.append(by_size.pop(0))
    kept = sorted(by_size, key=lambda s: (-s.value, s.name))
    if not small:
        return tuple(kept)
    ranges = [s.range for s in small]
    whole = [r for r in ranges if r is not None]
    return (
        *kept,
        SegmentFigures(
            POOLED,
            sum(s.contacts for s in small),
            sum(s.purchases for s in small),
            sum(s.value for s in small),
            Range(sum(r.low for r in whole), sum(r.high for r in whole), whole[0].confidence)
            if len(whole) == len(ranges)
            else None,
        ),
    )


def _value(voice: Voice, figures: CustomersResult, shown: tuple[SegmentFigures, ...]) -> Panel | None:
    words, language = LIFECYCLE[voice.language], voice.language
    worth = [s for s in shown if s.value > 0]
    if not worth:
        return None
    first = worth[0]
    share = numbers.percent(first.value / figures.value, language)
    sentence = sentences.most(_name(voice, first.name), _about(voice, figures, first.value), share, language)
    unit = 10**figures.decimals
    drawn = bars(
        [
            Bar(
                _name(voice, s.name),
                s.value / unit,
                _about(voice, figures, s.value),
                None if s.range is None else s.range.low / unit,
                None if s.range is None else s.range.high / unit,
                control=False,
            )
            for s in worth
        ],
        Caption("customers-value", words.value, sentence),
    )
    lines = [
        row(
            Cell(_name(voice, s.name), _contacts(voice, s.contacts)),
            numbers.count(round(s.purchases), language),
            Cell(_exactly(figures, s.value, voice), _range(voice, figures, s)),
        )
        for s in shown
    ]
    purchases = numbers.count(round(sum(s.purchases for s in figures.segments)), language)
    whole = Cell(words.total, _contacts(voice, figures.contacts))
    lines.append(row(whole, purchases, _exactly(figures, figures.value, voice)))
    heads = (words.segment, words.purchases, words.expected)
    sheet = Sheet(words.value, heads, tuple(lines))
    return Panel(words.value, drawn, sentence, sentences.how_to_read_value(language), sheet)


def _months(voice: Voice, figures: CustomersResult) -> Panel | None:
    tests = figures.overall.backtests if figures.overall is not None else ()
    ratios = [t.ratio for t in tests if t.ratio is not None]
    areas = [t.auc for t in tests if t.auc is not None]
    if len(tests) < 2 or not ratios or not areas:
        return None
    words, language = LIFECYCLE[voice.language], voice.language
    axis = axis_for([Span(0.0, None, None), *(Span(x, None, None) for t in tests for x in (t.predicted, t.observed))])
    content = Plot(
        x_range=(-0.3, len(tests) - 0.7),
        y_range=(min(0.0, axis.low), axis.high),
        x_ticks=tuple((float(k), short_day(t.month, language)) for k, t in enumerate(tests)),
        y_ticks=tuple((tick, numbers.plain_number(tick, language)) for tick in axis.ticks),
        axis=words.month,
        lines=(
            Line(tuple((float(k), t.predicted) for k, t in enumerate(tests)), "random"),
            Line(tuple((float(k), float(t.observed)) for k, t in enumerate(tests)), "line"),
        ),
    )
    low, high, auc = (
        numbers.number(x, language, significant=None, decimals=2) for x in (min(ratios), max(ratios), min(areas))
    )
    sentence = sentences.told(len(tests), low, high, auc, language)
    lines = tuple(
        row(
            day(t.month, language),
            numbers.count(t.contacts, language),
            numbers.count(round(t.predicted), language),
            numbers.count(t.observed, language),
            *(
                values.MISSING if x is None else numbers.number(x, language, significant=None, decimals=2)
                for x in (t.ratio, t.auc)
            ),
            values.MISSING if t.top_fifth is None else numbers.percent(t.top_fifth, language),
        )
        for t in tests
    )
    heads = (words.month, words.contacts, words.predicted, words.observed, words.ratio, words.auc, words.top_fifth)
    chart = plot(content, Caption("customers-months", words.months, sentence))
    return Panel(
        words.months, chart, sentence, sentences.how_to_read_months(language), Sheet(words.months, heads, lines)
    )


def _grid(voice: Voice, figures: CustomersResult, shown: tuple[SegmentFigures, ...]) -> Sheet:
    """A cell that passed is the segment of its name: what is shown together above has no figures of its own here."""
    words, language = LIFECYCLE[voice.language], voice.language
    together = {segment.name for segment in figures.segments} - {segment.name for segment in shown}
    lines = []
    for cell in figures.lifecycle:
        contacts = value = values.MISSING
        if cell.gate.passed and f"{cell.frequency}.{cell.state}" in together:
            contacts = words.small
        elif cell.gate.passed:
            contacts, value = numbers.count(cell.contacts, language), _about(voice, figures, cell.value)
        name = f"{names.frequency(cell.frequency, language)}, {names.state(cell.state, language)}"
        told = names.gate(cell.gate.reason, cell.gate.worst_auc, cell.gate.worst_ratio, language)
        lines.append(row(name, contacts, value, told))
    heads = (words.group, words.contacts, words.expected, words.gate)
    return Sheet(words.grid, heads, tuple(lines), left=frozenset({3}))


def _matrix(voice: Voice, reading: CustomersReading) -> Sheet:
    """A row per segment of a month ago, a numbered column per segment of now; contacts, and their revenue below."""
    words, language, figures = LIFECYCLE[voice.language], voice.language, reading.figures
    before, now = matrix_of(figures.moves)
    numbered = {name: k for k, name in enumerate(now, start=1)}
    found = {(move.before, move.now): move for move in figures.moves}
    lines = []
    for name in before:
        label = f"{numbered[name]}{numbers.NBSP}{_name(voice, name)}" if name in numbered else _name(voice, name)
        lines.append(row(label, *(_cell(voice, reading, found.get((name, to))) for to in now)))
    heads = (words.before, *(numbers.count(numbered[name], language) for name in now))
    return Sheet(words.moves, heads, tuple(lines))


def _cell(voice: Voice, reading: CustomersReading, move: Move | None) -> Cell:
    if move is None or not move.contacts:
        return Cell(values.MISSING)
    if move.contacts < reading.smallest_group:
        smallest = numbers.count(reading.smallest_group, voice.language)
        return Cell(f"{LIFECYCLE[voice.language].not_shown}{numbers.NBSP}{smallest}")
    return Cell(numbers.count(move.contacts, voice.language), _about(voice, reading.figures, move.revenue))


def _moved(voice: Voice, figures: CustomersResult) -> str | None:
    known: defaultdict[bool, int] = defaultdict(int)
    for move in figures.moves:
        if move.before != "new":
            known[move.before == move.now] += move.contacts
    everybody = sum(known.values())
    if not everybody:
        return None
    share = numbers.percent(known[True] / everybody, voice.language)
    revenue = _about(voice, figures, sum(move.revenue for move in figures.moves))
    return sentences.stayed(share, revenue, voice.language)


def _gate(voice: Voice, figures: CustomersResult) -> str:
    assert figures.overall is not None
    gate = figures.overall
    return names.gate(gate.reason, gate.worst_auc, gate.worst_ratio, voice.language)


def _name(voice: Voice, name: str) -> str:
    return LIFECYCLE[voice.language].small if name == POOLED else names.segment(name, voice.language)


def _contacts(voice: Voice, n: int) -> str:
    return f"{numbers.count(n, voice.language)}{numbers.NBSP}{values.contacts_unit(voice.language)}"


def _range(voice: Voice, figures: CustomersResult, segment: SegmentFigures) -> str:
    """Between which values the segment's revenue lies as far as the parameters are unsure; empty where unknown."""
    around = segment.range
    if around is None or not segment.value:
        return ""
    level = numbers.plain_percent(around.confidence, voice.language)
    low, high = (_about(voice, figures, end) for end in (around.low, around.high))
    return f"{level}: {numbers.span(low, high, voice.language)}"


def _about(voice: Voice, figures: CustomersResult, minor: float) -> str:
    """An estimated amount, three digits."""
    return numbers.money_total(minor / 10**figures.decimals, figures.currency, voice.language)


def _exactly(figures: CustomersResult, minor: int, voice: Voice) -> str:
    """A sum to its last minor unit: whoever adds the rows finds the total."""
    return numbers.money(Decimal(minor).scaleb(-figures.decimals), figures.currency, voice.language)
