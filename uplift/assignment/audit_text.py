"""An audit as text for a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

from uplift.assignment.audit import AuditReport
from uplift.assignment.balance import MISSING, REST
from uplift.assignment.messages import QUANTILES
from uplift.words import numbers
from uplift.words.language import Language, say
from uplift.words.sentences.audit import found

SHOWN = 12  # rows of the balance table: those that differ most
_MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}


def text(report: AuditReport, language: Language) -> str:
    """The audit as people read it: counts, one sentence per check, then the tables behind them."""
    return "\n".join((*_counts(report, language), *_checks(report, language), *_tables(report, language)))


def to_json(report: AuditReport) -> str:
    """The audit as JSON, with `passed`; days are ISO texts."""
    return json.dumps({**asdict(report), "passed": report.passed}, indent=2, ensure_ascii=False, default=str) + "\n"


def _counts(report: AuditReport, language: Language) -> Iterator[str]:
    done = report.recomputation

    def n(value: int) -> str:
        return numbers.count(value, language)

    yield say(
        language,
        de=f"{report.experiment_id}: {n(done.recomputed)} von {n(done.rows)} Zuteilungen nachgerechnet, "
        f"{n(done.wrong)} falsch",
        en=f"{report.experiment_id}: {n(done.recomputed)} of {n(done.rows)} assignments recomputed, "
        f"{n(done.wrong)} wrong",
    )
    for arm, count in report.arms:
        yield f"  {arm}: {n(count)}"
    labels = (
        ("zurückgehalten", "held out", report.held_out),
        ("nicht nachrechenbar", "can't be recomputed", done.taken_on_trust),
        ("gelöscht", "erased", done.erased),
    )
    for de, en, count in labels:
        if count:
            yield f"  {say(language, de=de, en=en)}: {n(count)}"


def _checks(report: AuditReport, language: Language) -> Iterator[str]:
    for check in report.checks:
        yield f"{_MARKS[check.status]} {check.code} {found(check.code, dict(check.facts), language)}"


def _tables(report: AuditReport, language: Language) -> Iterator[str]:
    if report.balance:
        yield ""
        yield say(language, de="Ausgewogenheit (die größten Abstände)", en="Balance (largest differences)")
        arms = [arm for arm, _ in report.balance[0].shares]
        yield f"  {'':<32}{''.join(f'{arm:>14}' for arm in arms)}{'SMD':>10}"
        for row in sorted(report.balance, key=lambda b: (-b.difference, b.column, b.value))[:SHOWN]:
            shares = "".join(f"{numbers.percent(share, language):>14}" for _, share in row.shares)
            name = f"{row.column} = {_value(row.value, language)}"[:31]
            yield f"  {name:<32}{shares}{numbers.number(row.difference, language):>10}"
    if report.messages is not None and report.messages.reach:
        yield ""
        heading = say(
            language,
            de="Nachrichten (Tage von der Zuteilung bis zur ersten)",
            en="Messages (days from assignment to the first)",
        )
        yield f"{heading}: {report.messages.source}"
        names = "".join(f"{name:>8}" for name, _ in QUANTILES)
        columns = (say(language, de="Kontakte", en="contacts"), say(language, de="erreicht", en="reached"))
        yield f"  {'':<16}{''.join(f'{column:>12}' for column in columns)}{names}"
        for reach in report.messages.reach:
            arm = reach.arm or say(language, de="zurückgehalten", en="held out")
            delays = "".join(f"{days:>8}" for _, days in reach.delay)
            counts = f"{numbers.count(reach.contacts, language):>12}{numbers.count(reach.mailed, language):>12}"
            yield f"  {arm[:15]:<16}{counts}{delays}"


def _value(value: str, language: Language) -> str:
    """A value of a column; those that were counted together by their name."""
    names = {REST: say(language, de="andere", en="others"), MISSING: say(language, de="fehlt", en="missing")}
    return names.get(value, value)
