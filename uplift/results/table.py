"""The rows that a terminal, a notebook and a data frame show: one per metric and treatment arm, already in words."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial

from uplift.results.effects import Interval, Uplift
from uplift.results.result import MetricResult, Result, title_in
from uplift.words.language import Language
from uplift.words.numbers import half_width, p_number, percent
from uplift.words.terminal import TABLE, TableWords
from uplift.words.values import MISSING, estimate, uplift_range, value


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison in words."""

    metric: str
    arm: str
    control: str
    treatment: str
    uplift: str
    interval: str
    p: str
    verdict: str


def rows(result: Result, language: Language) -> tuple[Row, ...]:
    """Every comparison of the result, metrics in their order, arms in bucket order, then pairs of treatments."""
    return tuple(
        _row(result, metric, uplift, language)
        for metric in result.metrics
        for uplift in (*metric.uplifts, *metric.pairs)
    )


def head(language: Language) -> Row:
    """The column heads."""
    words = TABLE[language]
    return Row(words.metric, words.arm, words.control, "Treatment", words.uplift, words.interval, "p", words.verdict)


def cells(row: Row) -> tuple[str, ...]:
    """The row as a plain tuple."""
    return tuple(getattr(row, field.name) for field in fields(row))


def _row(result: Result, metric: MetricResult, uplift: Uplift, language: Language) -> Row:
    words = TABLE[language]
    p_value = uplift.p_value if uplift.p_adjusted is None else uplift.p_adjusted
    shown = partial(value, form=metric.format, currency=metric.currency, language=language)
    star = " *" if metric.role == "primary" else ""
    return Row(
        metric=title_in(metric, language) + star,
        arm=f"{uplift.treatment.arm} : {uplift.control.arm}" if uplift in metric.pairs else uplift.treatment.arm,
        control=shown(uplift.control.value),
        treatment=shown(uplift.treatment.value),
        uplift=_estimate(uplift, language, words),
        interval=_interval(uplift.relative_interval, language),
        p=MISSING if p_value is None else p_number(p_value, language),
        verdict=getattr(words, result.verdict(metric, uplift)),
    )


def _estimate(uplift: Uplift, language: Language, words: TableWords) -> str:
    if uplift.relative is None:
        return words.undefined
    interval = uplift.relative_interval
    half = interval.half_width if interval is not None and uplift.method == "delta" else None
    text = estimate(uplift.relative, half, language)
    return text if half is None else f"{text.removeprefix('+')} ({half_width(percent(half, language))})"


def _interval(interval: Interval | None, language: Language) -> str:
    return MISSING if interval is None else uplift_range(interval.low, interval.high, language)
