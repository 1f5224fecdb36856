"""What `uplift score` found, as a plain table for the terminal."""

from __future__ import annotations

from uplift.results.customers import CustomersResult, Move, matrix_of
from uplift.words.dates import day
from uplift.words.language import Language, say
from uplift.words.numbers import count, money_total, span
from uplift.words.sentences import customers as words


def text(result: CustomersResult, language: Language) -> str:
    """Head, segments with their value, the lifecycle grid with its gates, and what was left out."""
    unit = 10**result.decimals
    lines = [
        say(
            language,
            de=f"{result.model} · Stand {day(result.as_of, language)} · {count(result.contacts, language)} Kontakte, "
            f"davon {count(result.buyers, language)} mit Käufen seit {day(result.first_day, language)}",
            en=f"{result.model} · as of {day(result.as_of, language)} · {count(result.contacts, language)} contacts, "
            f"{count(result.buyers, language)} with purchases since {day(result.first_day, language)}",
        ),
        "",
    ]

    def amount(minor: float) -> str:
        return money_total(minor / unit, result.currency, language)

    head = say(language, de="Segment|Kontakte|Erwarteter Umsatz|90 %", en="Segment|Contacts|Expected revenue|90%")
    rows = [tuple(head.split("|"))]
    for segment in result.segments:
        around = segment.range
        between = (
            "–" if around is None or not segment.value else span(amount(around.low), amount(around.high), language)
        )
        rows.append(
            (words.segment(segment.name, language), count(segment.contacts, language), amount(segment.value), between)
        )
    rows.append((say(language, de="Summe", en="Total"), count(result.contacts, language), amount(result.value), ""))
    lines += _table(rows)
    lines += [
        say(
            language,
            de=f"Umsatz der nächsten {result.horizon_days} Tage, abgezinst; das Intervall kennt nur die Unsicherheit "
            "der Parameter.",
            en=f"Revenue of the next {result.horizon_days} days, discounted; the interval knows the uncertainty of the "
            "parameters only.",
        ),
        "",
    ]
    head = say(language, de="Lebenszyklus, 30 Tage|Kontakte|Prüfung", en="Lifecycle, 30 days|Contacts|Gate")
    rows = [tuple(head.split("|"))]
    for cell in result.lifecycle:
        name = f"{words.frequency(cell.frequency, language)}, {words.state(cell.state, language)}"
        told = words.gate(cell.gate.reason, cell.gate.worst_auc, cell.gate.worst_ratio, language)
        rows.append((name, count(cell.contacts, language), told))
    leads = sum(segment.contacts for segment in result.segments if segment.name.startswith("lead."))
    if result.leads is not None and leads:
        told = words.gate(result.leads.reason, result.leads.worst_auc, result.leads.worst_ratio, language)
        rows.append((words.frequency("lead", language), count(leads, language), told))
    lines += _table(rows)
    if result.moves:
        lines += ["", *_moves(result, language)]
    if result.left_out:
        parts = "; ".join(words.left_out(reason, n, language) for reason, n in result.left_out)
        lines += ["", say(language, de=f"Ausgelassene Käufe: {parts}", en=f"Purchases left out: {parts}")]
    return "\n".join(lines)


def _moves(result: CustomersResult, language: Language) -> list[str]:
    """Who was where a month ago and is where now: contacts, and what they bought for in that month."""
    before, now = matrix_of(result.moves)
    numbered = {name: str(k) for k, name in enumerate(now, start=1)}
    found = {(move.before, move.now): move for move in result.moves}

    def cell(move: Move | None) -> str:
        if move is None or not move.contacts:
            return "–"
        amount = money_total(move.revenue / 10**result.decimals, result.currency, language)
        return f"{count(move.contacts, language)} ({amount})"

    head = say(language, de="Vor einem Monat; jetzt (Spalten)", en="A month ago; now (columns)")
    rows = [(head, *(numbered[name] for name in now))]
    for name in before:
        label = f"{numbered.get(name, ' ')} {words.segment(name, language)}"
        rows.append((label, *(cell(found.get((name, to))) for to in now)))
    note = say(
        language,
        de="Kontakte, in Klammern ihr Umsatz der letzten 30 Tage; die Nummern der Spalten sind die der Zeilen.",
        en="Contacts, in brackets their revenue of the last 30 days; the columns have the numbers of the rows.",
    )
    return [*_table(rows), note]


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return [lines[0], "  ".join("─" * width for width in widths), *lines[1:]]
