"""A forecast as a plain table for the terminal."""

from __future__ import annotations

from uplift.results.forecast import Forecast
from uplift.words.dates import day
from uplift.words.language import Language, say
from uplift.words.numbers import count, money_total, percent, span
from uplift.words.sentences import customers as words


def text(told: Forecast, currency: str, language: Language) -> str:
    """Segments, total with its interval, and how the same forecast did in the quarters before."""
    unit = 10**told.decimals

    def amount(minor: float) -> str:
        return money_total(minor / unit, currency, language)

    start = day(told.start, language)
    lines = [
        say(language, de=f"Umsatz der {told.days} Tage ab {start}", en=f"Revenue of the {told.days} days from {start}"),
        "",
    ]
    names = {"new": say(language, de="Neukunden", en="newcomers")}
    rows = []
    for segment in told.segments:
        name = names.get(segment.name) or words.frequency(segment.name, language)
        known = "" if segment.contacts is None else count(segment.contacts, language)
        rows.append((name, known, amount(segment.revenue)))
    rows.append((say(language, de="Summe", en="Total"), "", amount(told.total)))
    widths = [max(len(row[k]) for row in rows) for k in range(3)]
    lines += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    if told.low is not None and told.high is not None:
        between = span(amount(told.low), amount(told.high), language)
        level = percent(told.confidence, language, decimals=0)
        sure = say(language, de=f"Mit {level} Sicherheit: {between}.", en=f"With {level} confidence: {between}.")
        lines += ["", sure]
    else:
        missing = ("Kein Intervall: Es fehlen zwei vergangene Quartale.", "No interval: two past quarters are missing.")
        lines += ["", say(language, de=missing[0], en=missing[1])]
    if told.season is not None:
        factor = percent(told.season - 1, language, signed=True, decimals=0)
        lines.append(say(language, de=f"Darin die Saison: {factor}.", en=f"With the season in it: {factor}."))
    past = [q for q in told.past if q.error is not None and q.naive_error is not None]
    if past:
        lines += ["", say(language, de="Frühere Quartale: Fehler der Prognose (Fehler von «wie im Quartal davor»)",
                          en="Earlier quarters: error of the forecast (of «as in the quarter before»)")]  # fmt: skip
        for q in past:
            own = percent(q.error or 0.0, language, signed=True, decimals=1)
            naive = percent(q.naive_error or 0.0, language, signed=True, decimals=1)
            lines.append(f"{day(q.start, language)}  {own} ({naive})")
    return "\n".join(lines)
