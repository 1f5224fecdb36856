"""The treatment arms against each other, where the design compares all pairs."""

from __future__ import annotations

from collections.abc import Iterator

from uplift.report.chapter import Cell, Chapter, Sheet, row
from uplift.report.voice import Voice
from uplift.results import MetricResult, Uplift
from uplift.words import numbers, values
from uplift.words.sentences import pairs as sentences
from uplift.words.sentences.pairs import PAIRS


def pairs_chapter(voice: Voice) -> Chapter | None:
    """One row per metric and pair; None where the design compares with the control alone."""
    found = [(metric, pair) for metric in voice.result.metrics for pair in metric.pairs]
    if not found:
        return None
    language, labels, words = voice.language, voice.labels, PAIRS[voice.language]
    heads = (labels.metric, words.compared, labels.uplift, labels.p_value, labels.p_adjusted, labels.verdict)
    sheet = Sheet(words.heading, heads, tuple(_row(voice, metric, pair) for metric, pair in found), frozenset({1, 5}))
    corrected = any(pair.p_adjusted is not None for _, pair in found)
    lead = (*_lead(voice, voice.result.primary), sentences.how(language, corrected=corrected))
    return Chapter("pairs", words.heading, lead=lead, sheets=(sheet,))


def _lead(voice: Voice, metric: MetricResult) -> Iterator[str]:
    """Who is proven to be better than whom, by the primary metric; nothing where no pair has a verdict."""
    told = [pair for pair in metric.pairs if voice.verdict(metric, pair) != "refused"]
    proven = [pair for pair in told if voice.verdict(metric, pair) in ("better", "worse")]
    title = voice.short_title(metric)
    for pair in proven:
        first, second = voice.arm(pair.control.arm), voice.arm(pair.treatment.arm)
        ahead = voice.verdict(metric, pair) == "better"
        better, other = (second, first) if ahead else (first, second)
        amount = _amount(voice, metric, pair)
        yield sentences.differ(title, better, other, amount, voice.language, higher=metric.better == "up")
    if told and not proven:
        yield sentences.alike(title, voice.language)


def _amount(voice: Voice, metric: MetricResult, pair: Uplift) -> str:
    """How far apart they are, of the one that is not better; the difference where the ratio is undefined."""
    ahead = voice.verdict(metric, pair) == "better"
    if pair.relative is None or pair.relative <= -1:
        return voice.difference(metric, abs(pair.absolute)) if pair.absolute is not None else values.MISSING
    size = pair.relative if ahead else 1 / (1 + pair.relative) - 1
    return numbers.percent(abs(size), voice.language)


def _row(voice: Voice, metric: MetricResult, pair: Uplift) -> tuple[Cell, ...]:
    verdict, language = voice.verdict(metric, pair), voice.language
    compared = sentences.versus(voice.arm(pair.treatment.arm), voice.arm(pair.control.arm), language)
    if verdict == "refused":
        cells = (Cell(voice.title(metric)), compared, values.MISSING, values.MISSING, values.MISSING)
        return row(*cells, Cell(voice.word(verdict), voice.why_refused(pair)))
    p_value, adjusted = (
        values.MISSING if p is None else numbers.p_number(p, language) for p in (pair.p_value, pair.p_adjusted)
    )
    estimate = Cell(voice.estimate(pair), voice.bounds(pair))
    return row(Cell(voice.title(metric)), compared, estimate, p_value, adjusted, voice.word(verdict))
