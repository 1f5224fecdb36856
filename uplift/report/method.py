"""The appendix: how each number was made, and everything one needs to make it again."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.report.calibration import nearest
from uplift.report.record import record
from uplift.report.voice import Voice
from uplift.results import MetricResult, Uplift
from uplift.words import numbers, values
from uplift.words.dates import duration
from uplift.words.names import tamed
from uplift.words.sentences import methods
from uplift.words.sentences import record as record_sentences

_KEYWORDS = frozenset({"untrusted", "refused", "breached", "early", "conditional"})


@dataclass(frozen=True, slots=True)
class MetricNote:
    """How one metric was read: window, contacts, method."""

    metric: str
    window: str
    evaluated: str
    waiting: str
    methods: str
    extra: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """One comparison by one interval method."""

    metric: str
    arm: str
    method: str
    decided: bool
    estimate: str
    bounds: str
    p_value: str


@dataclass(frozen=True, slots=True)
class CalibrationRow:
    """What the calibration tables know of one comparison."""

    metric: str
    arm: str
    method: str
    design: str
    events: str
    coverage: str
    misses: str
    refused: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source that was read."""

    name: str
    rows: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Appendix:
    """Method, definition and provenance."""

    lead: tuple[str, ...]
    record_heading: str
    record: tuple[str, ...]
    metrics: tuple[MetricNote, ...]
    alternatives_lead: str
    alternatives: tuple[Alternative, ...]
    calibration_heading: str
    calibration_lead: str
    calibration_heads: tuple[str, ...]
    calibration: tuple[CalibrationRow, ...]
    several: bool
    not_evaluated: tuple[str, ...]
    yaml: str
    sql: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    sources: tuple[SourceRow, ...]


def appendix(voice: Voice) -> Appendix:
    """For a statistician and for an auditor."""
    result, language = voice.result, voice.language
    return Appendix(
        lead=(*_methods_used(voice), *_clusters(voice), methods.one_decision(language), methods.no_rounding(language)),
        record_heading=record_sentences.heading(language),
        record=record(voice),
        metrics=tuple(_note(voice, metric) for metric in result.metrics),
        alternatives_lead=methods.alternatives(language),
        alternatives=tuple(row for metric in result.metrics for row in _alternatives(voice, metric)),
        calibration_heading=methods.calibration_heading(language),
        calibration_lead=methods.calibration_lead(language),
        calibration_heads=methods.calibration_heads(language),
        calibration=tuple(row for metric in result.metrics for row in _calibration(voice, metric)),
        several=voice.several,
        not_evaluated=tuple(methods.not_evaluated(tamed(block), language) for block in result.not_evaluated),
        yaml=_printable(result.experiment.yaml),
        sql=tuple((tamed(stage), _printable(text)) for stage, text in result.provenance.sql),
        facts=_facts(voice),
        sources=tuple(
            SourceRow(tamed(source.name), numbers.count(source.rows, language), tamed(source.fingerprint))
            for source in result.provenance.sources
        ),
    )


def _methods_used(voice: Voice) -> tuple[str, ...]:
    used = dict.fromkeys(u.method for metric in voice.result.metrics for u in metric.uplifts)
    return tuple(methods.described(name, voice.language) for name in used)


def _clusters(voice: Voice) -> tuple[str, ...]:
    """What was randomised, where that is not the contact: the check of the split names it."""
    counted = (dict(c.facts).get("counted") for c in voice.result.checks if c.code == "UP601")
    return tuple(methods.clusters(tamed(c), voice.language) for c in counted if isinstance(c, str))


def _note(voice: Voice, metric: MetricResult) -> MetricNote:
    labels, language = voice.labels, voice.language
    capped = "" if metric.winsorised_at is None else voice.value(metric, metric.winsorised_at)
    used = dict.fromkeys(methods.name(u.method, language) for u in metric.uplifts)
    return MetricNote(
        metric=voice.title(metric),
        window=labels.no_window if metric.window_days is None else duration(metric.window_days, language),
        evaluated=numbers.count(sum(n for _, n in metric.mature), language),
        waiting=numbers.count(sum(n for _, n in metric.immature), language),
        methods=", ".join(used),
        extra=f"{labels.winsorised_at} {capped}" if capped else "",
    )


def _alternatives(voice: Voice, metric: MetricResult) -> tuple[Alternative, ...]:
    """Side by side per treatment; nothing where the verdict is refused."""
    rows = []
    for decided in metric.uplifts:
        if voice.verdict(metric, decided) == "refused":
            continue
        arm = decided.treatment.arm
        others = [u for u in metric.alternatives if u.treatment.arm == arm and u.method != decided.method]
        if others:
            rows += [_alternative(voice, metric, u, decided=u is decided) for u in (decided, *others)]
    return tuple(rows)


def _alternative(voice: Voice, metric: MetricResult, uplift: Uplift, *, decided: bool) -> Alternative:
    return Alternative(
        metric=voice.title(metric),
        arm=voice.arm(uplift.treatment.arm),
        method=methods.name(uplift.method, voice.language),
        decided=decided,
        estimate=voice.plus_minus(uplift) or voice.estimate(uplift),
        bounds=voice.bounds(uplift),
        p_value=values.MISSING if uplift.p_value is None else numbers.p_number(uplift.p_value, voice.language),
    )


def _calibration(voice: Voice, metric: MetricResult) -> tuple[CalibrationRow, ...]:
    """The nearest tabulated design per comparison; nothing where the verdict is refused or nothing is tabulated."""
    rows, language = [], voice.language
    for uplift in metric.uplifts:
        found = None if voice.verdict(metric, uplift) == "refused" else nearest(voice.result, metric, uplift)
        if found is None:
            continue
        above, below = (numbers.percent(x, language, decimals=1) for x in (found.above, found.below))
        page = methods.calibration(found.section) or methods.calibration(found.method)
        rows.append(
            CalibrationRow(
                metric=voice.title(metric),
                arm=voice.arm(uplift.treatment.arm) if voice.several else "",
                method=f"{methods.name(uplift.method, language)} ({page[0]})" if page else uplift.method,
                design=f"{numbers.count(found.control, language)} : {numbers.count(found.treatment, language)}",
                events=numbers.count(found.events, language),
                coverage=numbers.percent(found.coverage, language, decimals=1),
                misses=f"{above} / {below}",
                refused=numbers.percent(found.refused, language, decimals=1),
            )
        )
    return tuple(rows)


def _facts(voice: Voice) -> tuple[tuple[str, str], ...]:
    result, labels, language = voice.result, voice.labels, voice.language
    experiment, provenance = result.experiment, result.provenance
    rules = [tamed(reason) for reason in result.recommendation.reasons if reason not in _KEYWORDS]
    facts = (
        (labels.owner, tamed(experiment.owner)),
        (labels.status, tamed(experiment.status)),
        (labels.rule, "; ".join(rules)),
        (labels.alpha, numbers.plain_percent(provenance.alpha, language)),
        (labels.interval_setting, tamed(provenance.interval)),
        (labels.timezone, tamed(experiment.timezone)),
        (labels.engine, tamed(provenance.engine)),
        (labels.version, f"uplift {tamed(provenance.uplift_version)}"),
        (labels.spec_hash, tamed(experiment.spec_hash)),
        (labels.ledger_hash, tamed(provenance.ledger_hash or "")),
    )
    return tuple((name, fact) for name, fact in facts if fact)


def _printable(text: str) -> str:
    """The text as it is, but for control characters that HTML forbids."""
    return "".join(c for c in text.replace("\r\n", "\n") if c in "\n\t" or c.isprintable() or c == "\N{NO-BREAK SPACE}")
