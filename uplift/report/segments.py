"""Declared groups of contacts: an interval in each row, the test of whether they differ, shrunken values beside.

The analysis pools what is below the project's threshold of contacts. The report draws a second line of its own: a
named group of fewer contacts than `SMALLEST` is never shown, whatever a result holds.
"""

from __future__ import annotations

from uplift.report.axis import Axis, Span
from uplift.report.chapter import Cell, Chapter, Forest, ForestRow, Sheet, axis_of, row, ticks_of
from uplift.report.voice import Voice
from uplift.results import MetricResult, Segments, SegmentValue
from uplift.words import numbers, values
from uplift.words.names import shortened, tamed
from uplift.words.sentences import charts
from uplift.words.sentences import segments as sentences
from uplift.words.sentences.segments import SEGMENTS

SMALLEST = 20  # contacts


def segments_chapter(voice: Voice) -> Chapter | None:
    """All declared columns of all metrics that have them; None where no number may be trusted."""
    if not voice.result.trusted:
        return None
    found: dict[bool, list[Forest]] = {True: [], False: []}
    for metric in voice.result.metrics:
        for segments in metric.segments:
            if forest := _forest(voice, metric, segments):
                found[metric.role == "primary"].append(forest)
    if not found[True] and not found[False]:
        return None
    shrunk = any(v.shrunken is not None for m in voice.result.metrics for s in m.segments for v in s.values)
    words = SEGMENTS[voice.language]
    return Chapter(
        "segments",
        words.heading,
        forests=tuple(found[True] or found[False]),
        folded=tuple(found[False]) if found[True] else (),
        folded_title=words.others,
        notes=(sentences.how(voice.language),) if shrunk else (),
    )


def _forest(voice: Voice, metric: MetricResult, segments: Segments) -> Forest | None:
    shown = [v for v in segments.values if v.uplift.control.n + v.uplift.treatment.n >= SMALLEST]
    if not shown:
        return None
    words, language = SEGMENTS[voice.language], voice.language
    spans = {id(v): _span(voice, metric, v) for v in shown}
    overall = next((u for u in metric.uplifts if u.treatment.arm == segments.treatment), None)
    always = []
    if overall is not None and overall.relative is not None and overall.relative_interval is not None:
        always.append(Span(overall.relative, overall.relative_interval.low, overall.relative_interval.high))
    axis = axis_of(list(spans.values()), always=always)
    levels = {v.uplift.confidence for v in shown}
    adjusted = segments.p_interaction_adjusted is not None
    p_value = segments.p_interaction_adjusted if adjusted else segments.p_interaction
    told = [sentences.differ(p_value, voice.result.provenance.alpha, language, adjusted=adjusted)]
    if segments.exploratory:
        told.insert(0, sentences.exploratory(language))
    arm = voice.arm(segments.treatment) if voice.several else None
    title = sentences.title(shortened(segments.by), voice.short_title(metric), language, arm=arm)
    caption = charts.how_to_read_scorecard(levels.pop() if len(levels) == 1 else None, language) if axis else title
    return Forest(
        title=title,
        caption=caption,
        heads=(words.segment, voice.labels.uplift),
        ticks=ticks_of(axis, language) if axis else (),
        rows=tuple(_row(voice, metric, v, axis, spans[id(v)]) for v in shown),
        sheet=_sheet(voice, metric, shown, title),
        sentences=tuple(told),
    )


def _span(voice: Voice, metric: MetricResult, value: SegmentValue) -> Span | None:
    uplift = value.uplift
    if uplift.relative is None or uplift.relative_interval is None or voice.verdict(metric, uplift) == "refused":
        return None
    return Span(uplift.relative, uplift.relative_interval.low, uplift.relative_interval.high)


def _name(voice: Voice, value: SegmentValue) -> str:
    return SEGMENTS[voice.language].pooled if value.value is None else tamed(value.value)


def _row(voice: Voice, metric: MetricResult, value: SegmentValue, axis: Axis | None, span: Span | None) -> ForestRow:
    uplift, verdict = value.uplift, voice.verdict(metric, value.uplift)
    refused = verdict == "refused"
    contacts = f"n{numbers.NBSP}={numbers.NBSP}{numbers.count(uplift.control.n + uplift.treatment.n, voice.language)}"
    moved = f"{voice.value(metric, uplift.control.value)} → {voice.value(metric, uplift.treatment.value)}"
    shrunken = ""
    if value.shrunken is not None and not refused:
        drawn = voice.relative(value.shrunken, value.shrunken_interval)
        shrunken = f"{SEGMENTS[voice.language].shrunken}: {drawn}"
    return ForestRow(
        name=_name(voice, value),
        notes=tuple(note for note in (contacts, "" if refused else moved, shrunken) if note),
        estimate="" if refused else voice.estimate(uplift),
        word=voice.word(verdict),
        below=voice.why_refused(uplift) if refused else voice.bounds(uplift) if uplift.relative_interval else "",
        drawing=axis.draw(span) if axis and span else None,
        mood=verdict,
    )


def _sheet(voice: Voice, metric: MetricResult, shown: list[SegmentValue], caption: str) -> Sheet:
    words, labels = SEGMENTS[voice.language], voice.labels
    heads = (words.segment, labels.control, labels.treatment, labels.uplift, words.shrunken, labels.p_value)
    lines = []
    for value in shown:
        uplift = value.uplift
        refused = voice.verdict(metric, uplift) == "refused"
        p_value = uplift.p_value if uplift.p_adjusted is None else uplift.p_adjusted
        shrunken = Cell(values.MISSING)
        if value.shrunken is not None and not refused:
            bounds = voice.share_bounds(value.shrunken_interval) if value.shrunken_interval else ""
            shrunken = Cell(voice.relative(value.shrunken, value.shrunken_interval), bounds)
        lines.append(
            row(
                _name(voice, value),
                Cell(voice.value(metric, uplift.control.value), _contacts(voice, uplift.control.n)),
                Cell(voice.value(metric, uplift.treatment.value), _contacts(voice, uplift.treatment.n)),
                Cell(labels.no_verdict) if refused else Cell(voice.estimate(uplift), voice.bounds(uplift)),
                shrunken,
                values.MISSING if refused or p_value is None else numbers.p_number(p_value, voice.language),
            )
        )
    return Sheet(caption, heads, tuple(lines))


def _contacts(voice: Voice, n: int) -> str:
    return f"n{numbers.NBSP}={numbers.NBSP}{numbers.count(n, voice.language)}"
