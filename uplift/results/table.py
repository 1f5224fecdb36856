"""The rows that a terminal, a notebook and a data frame show: one per metric and treatment arm, already in words."""

from __future__ import annotations

from dataclasses import dataclass, fields

from uplift.results.effects import Interval, Uplift
from uplift.results.result import MetricResult, Result
from uplift.words.language import Language
from uplift.words.numbers import half_width, money_mean, number, p_number, percent, span
from uplift.words.terminal import TABLE, TableWords


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
    """Every comparison of the result, metrics in their order, arms in bucket order."""
    words = TABLE[language]
    return tuple(_row(metric, uplift, language, words) for metric in result.metrics for uplift in metric.uplifts)


def head(language: Language) -> Row:
    """The column heads."""
    words = TABLE[language]
    return Row(words.metric, words.arm, words.control, "Treatment", words.uplift, words.interval, "p", words.verdict)


def cells(row: Row) -> tuple[str, ...]:
    """The row as a plain tuple."""
    return tuple(getattr(row, field.name) for field in fields(row))


def _row(metric: MetricResult, uplift: Uplift, language: Language, words: TableWords) -> Row:
    star = " *" if metric.role == "primary" else ""
    return Row(
        metric=metric.title + star,
        arm=uplift.treatment.arm,
        control=_value(metric, uplift.control.value, language),
        treatment=_value(metric, uplift.treatment.value, language),
        uplift=_estimate(uplift, language, words),
        interval=_interval(uplift.relative_interval, language, words),
        p="" if uplift.p_value is None else p_number(uplift.p_value, language),
        verdict=getattr(words, uplift.verdict(metric.better)),
    )


def _value(metric: MetricResult, value: float | None, language: Language) -> str:
    if value is None:
        return "–"
    if metric.format == "percent":
        return percent(value, language)
    if metric.format == "money" and metric.currency:
        return money_mean(value, metric.currency, language)
    return number(value, language)


def _estimate(uplift: Uplift, language: Language, words: TableWords) -> str:
    if uplift.relative is None:
        return words.undefined
    text = percent(uplift.relative, language)
    interval = uplift.relative_interval
    if uplift.method == "delta" and interval is not None and interval.half_width is not None:
        text += f" ({half_width(percent(interval.half_width, language))})"
    return text


def _interval(interval: Interval | None, language: Language, words: TableWords) -> str:
    if interval is None:
        return "–"
    low, high = (words.unbounded if x is None else percent(x, language) for x in (interval.low, interval.high))
    return span(low, high, language)
