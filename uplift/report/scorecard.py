"""All metrics in one table, each with its interval drawn in the row."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.report.axis import Axis, Drawing, Span, axis_for
from uplift.report.chapter import Tick, ticks_of
from uplift.report.record import exploratory
from uplift.report.voice import Voice
from uplift.results import GuardrailStatus, MetricResult, Uplift, Verdict
from uplift.words import numbers
from uplift.words.sentences import charts, guardrails, methods


@dataclass(frozen=True, slots=True)
class Guard:
    """A guardrail's status with its sentence."""

    status: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One metric of one treatment."""

    verdict: Verdict
    metric: str
    arm: str
    notes: tuple[str, ...]
    guard: Guard | None
    estimate: str
    word: str
    below: str
    drawing: Drawing | None


@dataclass(frozen=True, slots=True)
class TableRow:
    """The same comparison with everything a statistician asks for."""

    metric: str
    arm: str
    control: str
    treatment: str
    estimate: str
    bounds: str
    difference: str
    difference_bounds: str
    p_value: str
    p_adjusted: str
    method: str
    word: str


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Rows, axis and the full table."""

    caption: str
    ticks: tuple[Tick, ...]
    rows: tuple[ScoreRow, ...]
    table: tuple[TableRow, ...]
    several: bool


def scorecard(voice: Voice) -> Scorecard:
    """Every metric against control, on one common axis."""
    pairs = [(metric, uplift) for metric in voice.result.metrics for uplift in metric.uplifts]
    spans = {id(u): span for m, u in pairs if (span := _span(voice, m, u))}
    always = [spans[id(u)] for m, u in pairs if m.role == "primary" and id(u) in spans]
    axis = axis_for(list(spans.values()), always=always)
    levels = {uplift.confidence for _, uplift in pairs}
    confidence = levels.pop() if len(levels) == 1 else None
    return Scorecard(
        caption=charts.how_to_read_scorecard(confidence, voice.language) if spans else voice.labels.all_metrics,
        ticks=ticks_of(axis, voice.language) if spans else (),
        rows=tuple(_row(voice, m, u, axis, spans.get(id(u))) for m, u in pairs),
        table=tuple(_full(voice, m, u) for m, u in pairs),
        several=voice.several,
    )


def _span(voice: Voice, metric: MetricResult, uplift: Uplift) -> Span | None:
    if uplift.relative is None or uplift.relative_interval is None or voice.verdict(metric, uplift) == "refused":
        return None
    return Span(uplift.relative, uplift.relative_interval.low, uplift.relative_interval.high)


def _row(voice: Voice, metric: MetricResult, uplift: Uplift, axis: Axis, span: Span | None) -> ScoreRow:
    labels, verdict = voice.labels, voice.verdict(metric, uplift)
    roles = {"primary": labels.role_primary, "guardrail": "", "secondary": ""}
    refused, treated = verdict == "refused", voice.value(metric, uplift.treatment.value)
    notes = (
        roles[metric.role],
        "" if refused else f"{voice.value(metric, uplift.control.value)} → {treated}",
        labels.lower_is_better if metric.better == "down" else "",
        labels.descriptive if metric.conditional else "",
        labels.preliminary if metric.preliminary else "",
        later := exploratory(metric, voice),
        "" if later else _together(voice, metric, uplift),
    )
    return ScoreRow(
        verdict=verdict,
        metric=voice.title(metric),
        arm=voice.arm(uplift.treatment.arm) if voice.several else "",
        notes=tuple(note for note in notes if note),
        guard=_guard(voice, metric, uplift),
        estimate="" if refused else voice.estimate(uplift),
        word=voice.word(verdict),
        below=voice.why_refused(uplift) if refused else voice.bounds(uplift) if uplift.relative_interval else "",
        drawing=axis.draw(span) if span else None,
    )


def _together(voice: Voice, metric: MetricResult, uplift: Uplift) -> str:
    """Whether a secondary difference is proven as part of the whole too; nothing where none is shown."""
    if metric.confirmed is None or voice.verdict(metric, uplift) not in ("better", "worse"):
        return ""
    return methods.together(voice.language, proven=uplift.treatment.arm in metric.confirmed)


def _guard(voice: Voice, metric: MetricResult, uplift: Uplift) -> Guard | None:
    found = next((status for arm, status in metric.guardrails if arm == uplift.treatment.arm), None)
    if found is None:
        return None
    status = found.status if voice.result.trusted else "refused"
    sentence = guardrails.sentence(status, _margin(voice, metric, found), voice.language, better=metric.better)
    return Guard(status, sentence)


def _margin(voice: Voice, metric: MetricResult, guardrail: GuardrailStatus) -> str:
    return guardrails.margin(
        guardrail.margin, guardrail.unit, form=metric.format, currency=metric.currency, language=voice.language
    )


def _full(voice: Voice, metric: MetricResult, uplift: Uplift) -> TableRow:
    verdict = voice.verdict(metric, uplift)
    refused = verdict == "refused"
    return TableRow(
        metric=voice.title(metric),
        arm=voice.arm(uplift.treatment.arm),
        control=voice.value(metric, uplift.control.value),
        treatment=voice.value(metric, uplift.treatment.value),
        estimate="" if refused else voice.estimate(uplift),
        bounds="" if refused else voice.bounds(uplift),
        difference="" if refused else voice.difference(metric, uplift.absolute),
        difference_bounds="" if refused else voice.difference_bounds(metric, uplift),
        p_value="" if refused or uplift.p_value is None else numbers.p_number(uplift.p_value, voice.language),
        p_adjusted="" if refused or uplift.p_adjusted is None else numbers.p_number(uplift.p_adjusted, voice.language),
        method=methods.name(uplift.method, voice.language),
        word=voice.word(verdict),
    )
