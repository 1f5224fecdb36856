"""What the treatment added in all: buyers, orders, money, in total and per 1,000 contacts."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.report.figures import shown_increment
from uplift.report.voice import Voice
from uplift.results import Increment, MetricResult


@dataclass(frozen=True, slots=True)
class IncrementRow:
    """One metric of one treatment, summed up."""

    metric: str
    arm: str
    total: str
    bounds: str
    per_thousand: str
    per_thousand_bounds: str


def increments(voice: Voice) -> tuple[IncrementRow, ...]:
    """Every metric that adds up over contacts and has a verdict; guardrails too, since harm adds up as well."""
    rows = []
    for metric in voice.result.metrics:
        for uplift in metric.uplifts:
            increment = shown_increment(voice, metric, uplift.treatment.arm)
            if increment is not None:
                rows.append(_row(voice, metric, increment, uplift.treatment.n))
    return tuple(rows)


def _row(voice: Voice, metric: MetricResult, increment: Increment, contacts: int) -> IncrementRow:
    thousand = _scaled(increment, 1000 / contacts) if contacts else Increment(increment.treatment, None, None)
    return IncrementRow(
        metric=voice.title(metric),
        arm=voice.arm(increment.treatment),
        total=voice.total(metric, increment.value),
        bounds=voice.total_bounds(metric, increment.interval),
        per_thousand=voice.total(metric, thousand.value, decimals=1),
        per_thousand_bounds=voice.total_bounds(metric, thousand.interval, decimals=1),
    )


def _scaled(increment: Increment, factor: float) -> Increment:
    interval = None if increment.interval is None else increment.interval.scaled(factor)
    value = None if increment.value is None else increment.value * factor
    return Increment(increment.treatment, value, interval)
