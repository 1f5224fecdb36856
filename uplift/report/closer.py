"""The comparison seen closer: what covariates brought, the effect on those who were reached, or could be changed."""

from __future__ import annotations

from uplift.report.chapter import Cell, Chapter, Sheet, row
from uplift.report.voice import Voice
from uplift.results import MetricResult, Uplift
from uplift.words import numbers, values
from uplift.words.names import tamed
from uplift.words.sentences import segments as sentences
from uplift.words.sentences.segments import SEGMENTS


def covariates_chapter(voice: Voice) -> Chapter | None:
    """ρ², effective sample, and the unadjusted uplift beside the adjusted one; None where nothing was adjusted."""
    words, language = SEGMENTS[voice.language], voice.language
    lines, leads = [], []
    for metric in voice.result.metrics:
        for found in metric.covariates:
            uplift = _shown(voice, metric, found.treatment)
            if uplift is None:
                continue
            explained, factor = values.MISSING, values.MISSING
            if found.r_squared is not None and found.effective_sample is not None:
                explained = numbers.percent(found.r_squared, language)
                factor = numbers.number(found.effective_sample, language)
                leads.append(sentences.sharper([tamed(n) for n in found.names], explained, factor, language))
                factor = f"× {factor}"
            lines.append(
                row(
                    Cell(voice.title(metric), voice.arm(found.treatment) if voice.several else ""),
                    explained,
                    factor,
                    Cell(voice.estimate(uplift), voice.bounds(uplift)),
                    _unadjusted(voice, metric, found.unadjusted),
                )
            )
    if not lines:
        return None
    heads = (voice.labels.metric, words.explained, words.sample, words.adjusted, words.unadjusted)
    lead = (leads or [sentences.no_covariates(language)])[:1]
    return Chapter("covariates", words.sharper, lead=tuple(lead), sheets=(Sheet(words.sharper, heads, tuple(lines)),))


def reached_chapter(voice: Voice) -> Chapter | None:
    """The complier effect and of whom it speaks; None where reach was not declared."""
    words, language = SEGMENTS[voice.language], voice.language
    lines, leads = [], []
    for metric in voice.result.metrics:
        for found in metric.reached:
            if _shown(voice, metric, found.treatment) is None:
                continue
            share = numbers.percent(found.share, language)
            arm = voice.arm(found.treatment) if voice.several else None
            estimate, bounds = voice.relative(found.relative, found.relative_interval), ""
            if found.relative is None and found.absolute is not None:
                estimate = voice.difference(metric, found.absolute)
            elif found.relative_interval is not None:
                bounds = voice.share_bounds(found.relative_interval)
            if metric.role == "primary" and found.relative is not None:
                title = voice.short_title(metric)
                leads.append(sentences.reached(share, estimate, bounds or values.MISSING, title, language, arm=arm))
            difference = values.MISSING if found.absolute is None else voice.difference(metric, found.absolute)
            lines.append(
                row(
                    Cell(voice.title(metric), arm or ""),
                    share,
                    voice.value(metric, found.baseline),
                    Cell(estimate if found.relative is not None else values.MISSING, bounds),
                    difference,
                )
            )
    if not lines:
        return None
    labels = voice.labels
    heads = (labels.metric, words.reached_share, words.baseline, labels.uplift, labels.difference)
    sheet = Sheet(words.reached, heads, tuple(lines))
    return Chapter("reached", words.reached, lead=(*leads, sentences.of_whom(language)), sheets=(sheet,))


def triggered_chapter(voice: Voice) -> Chapter | None:
    """What the triggered contacts say of everybody, beside the uplift as assigned; None without a trigger."""
    words, language = SEGMENTS[voice.language], voice.language
    lines, leads = [], []
    for metric in voice.result.metrics:
        for found in metric.triggered:
            uplift = _shown(voice, metric, found.treatment)
            if uplift is None:
                continue
            share = numbers.percent(found.share, language)
            arm = voice.arm(found.treatment) if voice.several else None
            estimate, bounds = voice.relative(found.relative, found.relative_interval), values.MISSING
            if found.relative_interval is not None:
                bounds = voice.share_bounds(found.relative_interval)
            if metric.role == "primary" and found.relative is not None:
                leads.append(sentences.triggered(share, estimate, bounds, voice.short_title(metric), language, arm=arm))
            counted = f"{numbers.count(found.control_n, language)} : {numbers.count(found.treatment_n, language)}"
            lines.append(
                row(
                    Cell(voice.title(metric), arm or ""),
                    Cell(share, counted),
                    Cell(estimate if found.relative is not None else values.MISSING, bounds),
                    Cell(voice.estimate(uplift), voice.bounds(uplift)),
                )
            )
    if not lines:
        return None
    heads = (voice.labels.metric, words.triggered_share, words.diluted, words.assigned)
    sheet = Sheet(words.triggered, heads, tuple(lines))
    return Chapter("triggered", words.triggered, lead=(*leads, sentences.of_what(language)), sheets=(sheet,))


def _shown(voice: Voice, metric: MetricResult, treatment: str) -> Uplift | None:
    """The comparison, unless its verdict is refused."""
    found = next((u for u in metric.uplifts if u.treatment.arm == treatment), None)
    return None if found is None or voice.verdict(metric, found) == "refused" else found


def _unadjusted(voice: Voice, metric: MetricResult, uplift: Uplift) -> Cell:
    if voice.verdict(metric, uplift) == "refused":
        return Cell(voice.labels.no_verdict)
    return Cell(voice.estimate(uplift), voice.bounds(uplift))
