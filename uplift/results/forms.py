"""A result as text for a terminal, as HTML for a notebook, as CSV for a spreadsheet and as a pandas DataFrame."""

from __future__ import annotations

import html
from functools import partial
from typing import TYPE_CHECKING

from uplift.results.money import Money
from uplift.results.result import Result
from uplift.results.table import cells, head, rows
from uplift.words.dates import day
from uplift.words.language import Language
from uplift.words.numbers import count, money_total
from uplift.words.sentences.money import MONEY, per_unit
from uplift.words.terminal import TABLE
from uplift.words.values import bounds

if TYPE_CHECKING:
    import pandas as pd


def text(result: Result, language: Language | None = None) -> str:
    """A plain table for a terminal: no colour, columns aligned, the recommendation and what needs attention below."""
    speech = language or result.experiment.language
    words = TABLE[speech]
    table = [cells(head(speech)), *(cells(row) for row in rows(result, speech))]
    if len(result.arms) == 2:  # one treatment: its name says nothing
        table = [line[:1] + line[2:] for line in table]
    widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
    lines = [title(result, speech), ""]
    for i, line in enumerate(table):
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
        if i == 0:
            lines.append("  ".join("─" * width for width in widths))
    lines += [words.primary, "", *earnings(result, speech), f"{words.recommendation}: {recommendation(result, speech)}"]
    if result.not_evaluated:
        lines.append(f"{words.not_evaluated}: {', '.join(result.not_evaluated)}")
    return "\n".join(lines)


def title(result: Result, language: Language) -> str:
    """The id, the arms with their contacts, and the day."""
    words = TABLE[language]
    arms = " · ".join(f"{arm.arm} {count(arm.assigned, language)}" for arm in result.arms)
    return f"{result.experiment.id} · {words.as_of} {day(result.as_of, language)} · {words.contacts}: {arms}"


def recommendation(result: Result, language: Language) -> str:
    """The recommended action in a few words."""
    words, advice = TABLE[language], result.recommendation
    if advice.action == "ship" and len(result.arms) > 2:
        return words.ship_arm.format(arm=advice.arm)
    reason = next((r for r in advice.reasons if r in ("early", "breached", "conditional")), None)
    return str(getattr(words, reason or advice.action))


def earnings(result: Result, language: Language) -> tuple[str, ...]:
    """What is left after all costs, one line per treatment that may be asked for it."""
    named = len(result.arms) > 2
    found = [account for arm in result.arms if (account := result.account(arm.arm))]
    return tuple(_earned(account, result.experiment.currency, language, named=named) for account in found)


def _earned(account: Money, currency: str, language: Language, *, named: bool) -> str:
    said, words = partial(money_total, currency=currency, language=language), MONEY[language]
    line = f"{words.contribution}: {said(account.contribution.value or 0.0, signed=True)}"
    if (interval := account.contribution.interval) is not None:
        low, high = (None if bound is None else said(bound) for bound in (interval.low, interval.high))
        line += f" ({bounds(low, high, language)})"
    if account.per_euro.value is not None:
        line += f" · {per_unit(currency, language)}: {said(account.per_euro.value)}"
    return f"{account.treatment}: {line}" if named else line


def notebook(result: Result) -> str:
    """An HTML table for a notebook; every text is escaped."""
    speech = result.experiment.language

    def tag(name: str, values: tuple[str, ...]) -> str:
        return "<tr>" + "".join(f"<{name}>{html.escape(value)}</{name}>" for value in values) + "</tr>"

    body = "".join(tag("td", cells(row)) for row in rows(result, speech))
    advice = f"{TABLE[speech].recommendation}: {recommendation(result, speech)}"
    return (
        f"<table><caption>{html.escape(title(result, speech))}</caption>"
        f"<thead>{tag('th', cells(head(speech)))}</thead><tbody>{body}</tbody></table><p>{html.escape(advice)}</p>"
    )


def csv(result: Result, language: Language | None = None) -> str:
    """One row per metric and treatment arm for a spreadsheet: unrounded, in the separators of the language.

    German: semicolons and decimal commas. A byte order mark tells spreadsheets that the text is UTF-8. A name that
    begins like a formula gets an apostrophe, so that no spreadsheet runs it.
    """
    import csv as writer
    import io

    speech = language or result.experiment.language
    sink = io.StringIO()
    out = writer.writer(sink, delimiter=";" if speech == "de" else ",", lineterminator="\r\n")
    out.writerow(_COLUMNS)
    for metric in result.metrics:
        for uplift in metric.uplifts:
            relative, absolute = uplift.relative_interval, uplift.absolute_interval
            out.writerow(
                _cell(value, speech)
                for value in (
                    result.experiment.id,
                    result.as_of.isoformat(),
                    metric.name,
                    metric.title,
                    metric.role,
                    uplift.treatment.arm,
                    uplift.control.n,
                    uplift.treatment.n,
                    uplift.control.value,
                    uplift.treatment.value,
                    uplift.relative,
                    relative.low if relative else None,
                    relative.high if relative else None,
                    uplift.absolute,
                    absolute.low if absolute else None,
                    absolute.high if absolute else None,
                    uplift.p_value,
                    uplift.p_adjusted,
                    uplift.confidence,
                    uplift.method,
                    result.verdict(metric, uplift),
                    uplift.refusal,
                )
            )
    return "\ufeff" + sink.getvalue()


_COLUMNS = (
    "experiment", "as_of", "metric", "title", "role", "arm", "control_n", "treatment_n", "control", "treatment",
    "relative", "relative_low", "relative_high", "absolute", "absolute_low", "absolute_high", "p_value", "p_adjusted",
    "confidence", "method", "verdict", "refusal",
)  # fmt: skip


def _cell(value: str | int | float | None, language: Language) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        flat = " ".join(value.split())
        return f"'{flat}" if flat[:1] in ("=", "+", "-", "@") else flat
    text = repr(value)
    return text.replace(".", ",") if language == "de" and isinstance(value, float) else text


def frame(result: Result) -> pd.DataFrame:
    """One row per metric and treatment arm with unrounded numbers; what is undefined or unbounded is missing (NaN)."""
    import pandas as pd

    records = [
        {
            "experiment": result.experiment.id,
            "as_of": pd.Timestamp(result.as_of),
            "metric": metric.name,
            "role": metric.role,
            "arm": uplift.treatment.arm,
            "control_n": uplift.control.n,
            "treatment_n": uplift.treatment.n,
            "control": uplift.control.value,
            "treatment": uplift.treatment.value,
            "relative": uplift.relative,
            "relative_low": uplift.relative_interval.low if uplift.relative_interval else None,
            "relative_high": uplift.relative_interval.high if uplift.relative_interval else None,
            "absolute": uplift.absolute,
            "absolute_low": uplift.absolute_interval.low if uplift.absolute_interval else None,
            "absolute_high": uplift.absolute_interval.high if uplift.absolute_interval else None,
            "p_value": uplift.p_value,
            "confidence": uplift.confidence,
            "method": uplift.method,
            "verdict": result.verdict(metric, uplift),
            "refusal": uplift.refusal,
        }
        for metric in result.metrics
        for uplift in metric.uplifts
    ]
    table = pd.DataFrame.from_records(records)
    numeric = [c for c in table.columns if c.startswith(("control", "treatment", "relative", "absolute", "p_"))]
    return table.astype(dict.fromkeys((c for c in numeric if not c.endswith("_n")), "float64"))
