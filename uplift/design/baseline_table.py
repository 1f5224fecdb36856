"""Measured baselines in words, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from uplift.design.baseline import Baselines, Measured
from uplift.results.plan_table import aligned
from uplift.words import baselines as words
from uplift.words import numbers, values
from uplift.words.baselines import BASELINE
from uplift.words.dates import day
from uplift.words.language import Language
from uplift.words.names import tamed
from uplift.words.values import MISSING


def text(found: Baselines, language: Language) -> str:
    """The audience, who was measured and who could not be, and a row per metric."""
    heads = BASELINE[language]
    rolling = found.enrolment_days is not None
    lines = [f"{found.experiment} · {words.audience(found.eligible, day(found.as_of, language), language)}"]
    lines.append(words.measured(found.measured, day(found.day, language), language, rolling=rolling))
    if out := words.left_out(found.recent, found.earlier, found.undated, language):
        lines.append(out)
    if found.expected is None and not rolling:
        lines.append(words.waves(language))
    elif found.expected is not None and found.enrolment_days is not None and found.seen_days is not None:
        lines.append(words.expected(found.expected, found.enrolment_days, found.seen_days, language))
    if found.clusters is not None:
        cv = numbers.number(found.clusters.size_cv, language)
        lines.append(words.clusters(found.clusters.count, cv, language))
    head = [heads.metric, heads.window, heads.value, heads.sd, heads.skewness, heads.kurtosis, heads.contacts]
    clustered = found.clusters is not None
    if clustered:
        head.insert(-1, heads.icc)
    past = any(metric.r_squared is not None for metric in found.metrics)
    if past:
        head.insert(-1, heads.r_squared)
    missing = any(metric.missing for metric in found.metrics)
    if missing:
        head.append(heads.missing)
    rows = [tuple(_row(m, language, clustered=clustered, past=past, missing=missing)) for m in found.metrics]
    lines += ["", aligned((tuple(head), *rows))]
    if past:
        lines += ["", *_gains(found, language)]
    if found.not_measured:
        lines += ["", f"{heads.not_measured}: {', '.join(found.not_measured)}"]
    return "\n".join(lines)


def _gains(found: Baselines, language: Language) -> Iterator[str]:
    """What variance reduction would be worth to each metric."""
    for metric in found.metrics:
        if metric.r_squared is not None:
            days = next((int(part[5:-1]) for part in metric.explained_by if part.startswith("past ")), None)
            by = [part for part in metric.explained_by if not part.startswith("past ")]
            yield words.gain(tamed(metric.title), metric.r_squared, days, [tamed(name) for name in by], language)


def _row(metric: Measured, language: Language, *, clustered: bool, past: bool, missing: bool) -> list[str]:
    def shown(amount: float | None) -> str:
        return values.value(amount, form=metric.form, currency=metric.currency, language=language)

    def plain(amount: float | None) -> str:
        return MISSING if amount is None else numbers.number(amount, language)

    row = [
        tamed(metric.title),
        MISSING if metric.window_days is None else f"{metric.window_days} {'T' if language == 'de' else 'd'}",
        shown(metric.value),
        shown(metric.sd),
        plain(metric.skewness),
        plain(metric.kurtosis),
    ]
    if clustered:
        row.append(plain(metric.icc))
    if past:
        row.append(MISSING if metric.r_squared is None else numbers.percent(metric.r_squared, language))
    row.append(numbers.count(metric.contacts, language))
    if missing:
        row.append(numbers.count(metric.missing, language))
    return row
