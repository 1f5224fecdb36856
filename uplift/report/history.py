"""The memory of the programme as a forest of runs, and the claims about this one with their findings."""

from __future__ import annotations

from dataclasses import replace

from uplift.report.axis import Axis, Span
from uplift.report.chapter import Chapter, Forest, ForestRow, Item, Sheet, axis_of, row, ticks_of
from uplift.report.voice import Voice
from uplift.results import ClaimReading, History, Interval, ProgrammeRun
from uplift.words import numbers
from uplift.words.codes import CODES
from uplift.words.dates import day
from uplift.words.language import Language, say
from uplift.words.names import shortened, tamed
from uplift.words.sentences import charts
from uplift.words.sentences import history as sentences
from uplift.words.sentences.history import HISTORY
from uplift.words.values import uplift_range


def history_chapter(voice: Voice) -> Chapter | None:
    """A forest per treatment; None without earlier runs, or where this run can't be trusted."""
    metric = voice.result.primary
    readable = any(voice.verdict(metric, u) != "refused" for u in metric.uplifts)
    found = [h for h in voice.result.history if len(h.runs) > 1]
    if not found or not voice.result.trusted or not readable:
        return None
    forests = tuple(programme_forest(history, voice.language, title=_title(voice, history)) for history in found)
    words = HISTORY[voice.language]
    return Chapter("history", words.heading, forests=forests, notes=(sentences.how(voice.language),))


def _title(voice: Voice, history: History) -> str:
    metric = next((m for m in voice.result.metrics if m.name == history.metric), None)
    return voice.short_title(metric) if metric else shortened(history.metric)


def programme_forest(history: History, language: Language, *, title: str, heading: str = "") -> Forest:
    """Runs in order of time, the pooled line, the prediction and this run shrunken; sentences above."""
    runs = sorted(history.runs, key=lambda run: (run.start, run.experiment))
    spans = [Span(run.relative, run.interval.low, run.interval.high) for run in runs]
    special = [_line(history.pooled, history.pooled_interval), _line(history.pooled, history.prediction_interval)]
    special.append(_line(history.shrunken, history.shrunken_interval))
    axis = axis_of([*spans, *special], always=[*special[:2], *spans[-1:]])
    assert axis is not None
    rows = [_run(run, axis, language) for run in runs]
    names = HISTORY[language]
    ends = (names.pooled, names.prediction, names.shrunken)
    intervals = (history.pooled_interval, history.prediction_interval, history.shrunken_interval)
    values = (history.pooled, None, history.shrunken)
    for name, value, interval, span in zip(ends, values, intervals, special, strict=True):
        if span is not None and interval is not None:
            rows.append(_summary(name, value, interval, axis, span, language))
    return Forest(
        title=heading,
        caption=charts.how_to_read_scorecard(0.95, language),
        heads=(names.run, say(language, de="Uplift", en="Uplift")),
        ticks=ticks_of(axis, language),
        rows=tuple(rows),
        sheet=_sheet(runs, history, language),
        sentences=_sentences(history, language, title=title),
    )


def _sentences(history: History, language: Language, *, title: str) -> tuple[str, ...]:
    told, number = [], len(history.runs)
    if history.pooled is not None and history.pooled_interval is not None:
        estimate = numbers.percent(history.pooled, language, signed=True)
        told.append(sentences.pooled(number, title, estimate, _range(history.pooled_interval, language), language))
    whole = history.prediction_interval
    if whole is not None and whole.low is not None and whole.high is not None:
        told.append(sentences.predicted(_range(whole, language), language))
    this = next((run for run in history.runs if run.current), None)
    if history.shrunken is not None and history.shrunken_interval is not None and this is not None:
        raw, drawn = (numbers.percent(x, language, signed=True) for x in (this.relative, history.shrunken))
        told.append(sentences.shrunken(raw, drawn, _range(history.shrunken_interval, language), language))
    elif history.refusal is not None:
        told.append(sentences.young(number, language))
    if history.chance_better is not None:
        told.append(sentences.chance(_probability(history.chance_better, language), language))
    if history.loss_if_shipped is not None and history.loss_if_stopped is not None:
        shipped, stopped = (numbers.percent(x, language) for x in (history.loss_if_shipped, history.loss_if_stopped))
        told.append(sentences.losses(shipped, stopped, language))
    return (" ".join(told),) if told else ()


def _run(run: ProgrammeRun, axis: Axis, language: Language) -> ForestRow:
    mood = "open" if not run.interval.excludes(0) else "better" if run.relative > 0 else "worse"
    notes = [tamed(run.version) if run.version else "", day(run.as_of, language)]
    if run.current:
        notes.append(HISTORY[language].this_run)
    span = Span(run.relative, run.interval.low, run.interval.high)
    estimate = numbers.percent(run.relative, language, signed=True)
    drawing = axis.draw(span)
    name = shortened(run.title)
    below = _range(run.interval, language)
    shown = tuple(n for n in notes if n)
    return ForestRow(name, shown, estimate, "", below, drawing, mood=mood, strong=run.current)


def _summary(
    name: str, value: float | None, interval: Interval, axis: Axis, span: Span, language: Language
) -> ForestRow:
    estimate = "" if value is None else numbers.percent(value, language, signed=True)
    mood = "open" if value is None or not interval.excludes(0) else "better" if value > 0 else "worse"
    drawing = replace(axis.draw(span), dot_shown=value is not None)
    return ForestRow(name, (), estimate, "", _range(interval, language), drawing, mood=mood, strong=True)


def _line(value: float | None, interval: Interval | None) -> Span | None:
    return None if value is None or interval is None else Span(value, interval.low, interval.high)


def _range(interval: Interval, language: Language) -> str:
    return uplift_range(interval.low, interval.high, language)


def _probability(value: float, language: Language) -> str:
    """A chance is never printed as certain."""
    if value > 0.999:
        return say(
            language, de=f"über {numbers.percent(0.999, language)}", en=f"over {numbers.percent(0.999, language)}"
        )
    if value < 0.001:
        tiny = numbers.percent(0.001, language, decimals=1)
        return say(language, de=f"unter {tiny}", en=f"under {tiny}")
    return numbers.percent(value, language)


def _sheet(runs: list[ProgrammeRun], history: History, language: Language) -> Sheet:
    names = HISTORY[language]
    heads = (
        names.run,
        say(language, de="Stand", en="As of"),
        say(language, de="Uplift", en="Uplift"),
        say(language, de="Konfidenzintervall", en="Confidence interval"),
    )
    lines = [
        row(
            shortened(run.title),
            day(run.as_of, language),
            numbers.percent(run.relative, language, signed=True),
            _range(run.interval, language),
        )
        for run in runs
    ]
    for name, value, interval in (
        (names.pooled, history.pooled, history.pooled_interval),
        (names.prediction, None, history.prediction_interval),
        (names.shrunken, history.shrunken, history.shrunken_interval),
    ):
        if interval is not None:
            estimate = "" if value is None else numbers.percent(value, language, signed=True)
            lines.append(row(name, "", estimate, _range(interval, language)))
    return Sheet(names.heading, heads, tuple(lines))


def claims_chapter(voice: Voice) -> Chapter | None:
    """Every claim with a verdict and the findings that it raises; None where nobody claims anything."""
    if not voice.result.claims:
        return None
    words = HISTORY[voice.language]
    return Chapter("claims", words.claims, items=tuple(_claim(voice, claim) for claim in voice.result.claims))


def _claim(voice: Voice, claim: ClaimReading) -> Item:
    words, language = HISTORY[voice.language], voice.language
    text = sentences.claimed(shortened(claim.text, 300), language)
    told = [_finding(code, language) for code in claim.findings]
    if told:
        return Item("warn", words.not_backed, text, tuple(told))
    if not voice.result.trusted:
        return Item("warn", voice.labels.no_verdict, text)
    return Item("ok", words.backed, text, (sentences.supported(language),))


def _finding(code: str, language: Language) -> str:
    """The finding as a sentence with its reason; an unknown code stands for itself."""
    entry = CODES.get(code)
    if entry is None:
        return shortened(code)
    title = say(language, de=entry.title_de, en=entry.title_en)
    why = say(language, de=entry.why_de, en=entry.why_en)
    return f"{title[:1].upper()}{title[1:]}: {why} ({code})"
