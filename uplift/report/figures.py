"""The key figures of the first screen."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.report.voice import Voice
from uplift.results import Increment, MetricResult, Uplift
from uplift.words import numbers

_MOST_ARMS = 3  # of more treatments only the leading one is shown; the tables have them all


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its name and what has to stand beside it."""

    name: str
    value: str
    notes: tuple[str, ...]


def key_figures(voice: Voice) -> tuple[Figure, ...]:
    """Uplift, effect in total and contacts; what has no verdict shows no number."""
    return (*_uplifts(voice), *_totals(voice), _contacts(voice))


def _uplifts(voice: Voice) -> tuple[Figure, ...]:
    metric = voice.result.primary
    if len(metric.uplifts) <= _MOST_ARMS:
        return tuple(_uplift(voice, metric, uplift) for uplift in metric.uplifts)
    leading = voice.leading(metric)
    return (_uplift(voice, metric, leading),) if leading else ()


def _uplift(voice: Voice, metric: MetricResult, uplift: Uplift) -> Figure:
    name = voice.arm(uplift.treatment.arm, limit=30) if voice.several else voice.labels.relative_uplift
    title = voice.short_title(metric)
    if voice.verdict(metric, uplift) == "refused":
        return Figure(name, voice.labels.no_verdict, (title,))
    symmetric = voice.plus_minus(uplift)
    bounds = () if uplift.relative_interval is None else (voice.bounds(uplift),)
    return Figure(name, symmetric or voice.estimate(uplift), (title, *bounds))


def _totals(voice: Voice) -> tuple[Figure, ...]:
    """The primary metric in total and, beside it, the first metric in money; only where one treatment has them."""
    if voice.several:
        return ()
    adding = [metric for metric in voice.result.metrics if metric.role != "guardrail" and _total(voice, metric)]
    primary = [metric for metric in adding if metric.role == "primary"]
    money = [metric for metric in adding if metric.format == "money" and metric not in primary][:1]
    found = (_total(voice, metric) for metric in (*primary, *money))
    return tuple(figure for figure in found if figure)


def _total(voice: Voice, metric: MetricResult) -> Figure | None:
    increment = shown_increment(voice, metric, voice.treatments[0].arm) if voice.treatments else None
    if increment is None:
        return None
    notes = (voice.short_title(metric), voice.total_bounds(metric, increment.interval))
    return Figure(voice.labels.total_effect, voice.total(metric, increment.value), notes)


def shown_increment(voice: Voice, metric: MetricResult, arm: str) -> Increment | None:
    """The increment of one arm, unless its comparison is refused or has no number."""
    found = next((i for i in metric.increments if i.treatment == arm and i.value is not None), None)
    compared = next((u for u in metric.uplifts if u.treatment.arm == arm), None)
    if found is None or compared is None or voice.verdict(metric, compared) == "refused":
        return None
    return found


def _contacts(voice: Voice) -> Figure:
    arms = voice.result.arms
    total = numbers.count(sum(arm.assigned for arm in arms), voice.language)
    if len(voice.treatments) > _MOST_ARMS:
        return Figure(voice.labels.contacts, total, (f"{len(arms)} {voice.labels.groups}",))
    notes = (f"{voice.arm(arm.arm, limit=30)}: {numbers.count(arm.assigned, voice.language)}" for arm in arms)
    return Figure(voice.labels.contacts, total, tuple(notes))
