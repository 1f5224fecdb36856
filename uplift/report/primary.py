"""The primary metric: treatment against control as a chart, a sentence and a table."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.report.chart import Chart
from uplift.report.charts import Bar, bars
from uplift.report.svg import Caption
from uplift.report.voice import Voice
from uplift.results import ArmValue, MetricResult, Uplift, Verdict
from uplift.words import numbers, values
from uplift.words.sentences import charts


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One arm in the table behind the chart."""

    group: str
    contacts: str
    events: str
    value: str
    interval: str
    uplift: str
    uplift_interval: str


@dataclass(frozen=True, slots=True)
class PrimaryMetric:
    """What the section shows; without a verdict there is no chart (None), only the values of each group."""

    heading: str
    chart: Chart | None
    sentence: str
    how_to_read: str
    rows: tuple[GroupRow, ...]


def primary_metric(voice: Voice) -> PrimaryMetric:
    """Chart, sentence and table of the metric that decides."""
    return arms_compared(voice, voice.result.primary, key="primary-chart")


def arms_compared(voice: Voice, metric: MetricResult, *, key: str) -> PrimaryMetric:
    """Chart, sentence and table of one metric; `key` names the chart on the page."""
    compared = [u for u in metric.uplifts if voice.verdict(metric, u) != "refused"]
    drawable = [v for v in _arm_values(metric) if v.value is not None]
    heading = charts.arms_title(voice.title(metric), voice.language, treatments=len(metric.uplifts))
    rows = tuple(_row(voice, metric, arm, compared) for arm in _arm_values(metric))
    if not compared or len(drawable) < 2:
        return PrimaryMetric(heading, None, charts.no_chart(voice.language), "", rows)
    sentence = _sentence(voice, metric, drawable, compared)
    chip = None
    if not voice.several and compared[0].relative is not None:
        chip = charts.chip(voice.in_brief(compared[0]), voice.language)
    chart = bars(
        [_bar(voice, metric, arm, compared) for arm in drawable],
        Caption(key, heading, sentence),
        chip=chip,
    )
    return PrimaryMetric(heading, chart, sentence, charts.how_to_read_bars(voice.confidence, voice.language), rows)


def _arm_values(metric: MetricResult) -> list[ArmValue]:
    return [metric.uplifts[0].control, *(u.treatment for u in metric.uplifts)] if metric.uplifts else []


def _of(arm: ArmValue, compared: list[Uplift]) -> Uplift | None:
    return next((u for u in compared if u.treatment is arm), None)


def _bar(voice: Voice, metric: MetricResult, arm: ArmValue, compared: list[Uplift]) -> Bar:
    uplift = _of(arm, compared)
    notes = [f"n{numbers.NBSP}={numbers.NBSP}{numbers.count(arm.n, voice.language)}"]
    if voice.several and uplift and uplift.relative is not None:
        notes.append(voice.plus_minus(uplift) or voice.estimate(uplift))
    assert arm.value is not None
    return Bar(
        label=voice.arm(arm.arm, limit=40),
        value=arm.value,
        text=voice.value(metric, arm.value),
        low=arm.interval.low if arm.interval else None,
        high=arm.interval.high if arm.interval else None,
        control=arm is metric.uplifts[0].control,
        notes=tuple(notes),
    )


def _sentence(voice: Voice, metric: MetricResult, arms: list[ArmValue], compared: list[Uplift]) -> str:
    """What the chart says, for those who don't see it."""
    shown = ", ".join(f"{voice.arm(arm.arm)} {voice.value(metric, arm.value)}" for arm in arms)
    if not voice.several:
        verdict = voice.verdict(metric, compared[0])
        return f"{shown}. {charts.significance(voice.confidence, voice.language, verdict=verdict)}"
    named: dict[Verdict, list[str]] = {"better": [], "worse": [], "open": [], "refused": []}
    for uplift in compared:
        named[voice.verdict(metric, uplift)].append(voice.arm(uplift.treatment.arm))
    told = charts.significance_of_several(
        voice.confidence, voice.language, better=named["better"], worse=named["worse"], open_=named["open"]
    )
    return f"{shown}. {told}"


def _row(voice: Voice, metric: MetricResult, arm: ArmValue, compared: list[Uplift]) -> GroupRow:
    uplift = _of(arm, compared)
    is_control = bool(metric.uplifts) and arm is metric.uplifts[0].control
    without = "" if is_control else voice.labels.no_verdict
    interval = values.MISSING
    if arm.interval:
        low, high = (None if x is None else voice.value(metric, x) for x in (arm.interval.low, arm.interval.high))
        interval = values.bounds(low, high, voice.language)
    return GroupRow(
        group=voice.arm(arm.arm),
        contacts=numbers.count(arm.n, voice.language),
        events=numbers.count(arm.nonzero, voice.language),
        value=voice.value(metric, arm.value),
        interval=interval,
        uplift=voice.estimate(uplift) if uplift else without,
        uplift_interval=voice.bounds(uplift) if uplift else "",
    )
