"""What always-on programmes found, as plain text for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from uplift.results.recommendations import Hits, Recommendations
from uplift.results.send_time import SendTimes
from uplift.results.watch import Watch
from uplift.words import numbers, values
from uplift.words.codes import CODES
from uplift.words.language import Language
from uplift.words.names import shortened
from uplift.words.sentences import always_on as said
from uplift.words.sentences import customers as alarms
from uplift.words.sentences.always_on import ALWAYS_ON
from uplift.words.sentences.audit import found as found_by_audit

SLOT_HOURS = 2
CAMPAIGNS = 8  # the newest


def hours(slot: int) -> str:
    """«18–20», for a sentence that says what it is."""
    return f"{slot * SLOT_HOURS}–{(slot + 1) * SLOT_HOURS}"


def watch_lines(seen: Watch, language: Language) -> Iterator[tuple[str, str]]:
    """Status (ok, note, warn, fail, alarm) and sentence of everything that was looked at."""
    if seen.split is not None:
        yield seen.split.status, found_by_audit(seen.split.code, dict(seen.split.facts), language)
    else:
        yield "note", said.split_unknown(language)
    for source in seen.sources:
        if source.late:
            yield "alarm", said.late(source.source, source.newest, source.due, language)
        if source.losing:
            yield "alarm", said.losing(source.source, source.due, source.lost, source.usually_lost, language)
        if not source.late and not source.losing:
            yield "ok", said.logs(source.source, source.newest, language)
    for series in seen.series:
        name = said.series_name(series.name, series.of, language, counts=series.counts)
        if series.refused is not None:
            code, message = series.refused
            why = message if language == "en" else CODES[code].title_de
            yield "note", f"{name}: {why} ({code})"
            continue
        for alarm in series.alarms:
            yield "alarm", alarms.alarm(name, alarm.kind, alarm.day, alarm.expected, alarm.found, language)
        if not series.alarms and series.of != "part":
            raised = [alarm.day for alarm in series.before]
            quiet = alarms.quiet(name, series.last, series.days, language)
            yield "ok", alarms.quiet_since(name, raised, series.last, language) if raised else quiet


def send_time_text(found: SendTimes, language: Language) -> str:
    """The sentence, the slots and the campaigns."""
    words = ALWAYS_ON[language]
    lines = [said.send_time(found.gain, found.gain_of_one, hours(found.one_for_all), language)]
    lines += [said.send_log(found.by_chance, found.mails, found.not_used, language), ""]
    rows = [(words.slot, words.by_chance, words.rate, words.own)]
    for slot in found.slots:
        rate = values.MISSING if slot.rate is None else numbers.percent(slot.rate, language)
        rows.append((hours(slot.slot), numbers.count(slot.mails, language), rate, numbers.count(slot.own, language)))
    lines += _table(rows)
    told = [c for c in found.campaigns if c.relative is not None][: -CAMPAIGNS - 1 : -1]
    if told:
        lines += ["", words.campaigns]
        lines += [f"{shortened(c.campaign)}: {uplift(c.relative, c.low, c.high, language)}" for c in told]
    return "\n".join(lines)


def uplift(relative: float | None, low: float | None, high: float | None, language: Language) -> str:
    """«+9,4 % (+1,2 % bis +17,5 %)»."""
    if relative is None:
        return values.MISSING
    ends = [None if end is None else numbers.percent(end, language, signed=True) for end in (low, high)]
    return f"{numbers.percent(relative, language, signed=True)} ({values.bounds(ends[0], ends[1], language)})"


def way(hits: Hits, language: Language) -> str:
    """The name of a way of recommending."""
    words = ALWAYS_ON[language]
    return {"own": words.own_frequency, "popular": words.popular}.get(hits.name, shortened(hits.name))


def worth(found: Recommendations, language: Language) -> str:
    """The sentence about what the lists are worth."""
    by_name = {hits.name: hits for hits in found.hits}
    if "own" not in by_name or "popular" not in by_name:
        return said.not_judged(language)
    own, popular = by_name["own"].recall, by_name["popular"].recall
    return said.recommended(own, popular, found.most, found.days, found.judged, language)


def recommendations_text(found: Recommendations, language: Language) -> str:
    """The sentence and a row for each way."""
    words = ALWAYS_ON[language]
    rows = [(words.way, words.recall, words.hit)]
    rows += [
        (way(hits, language), numbers.percent(hits.recall, language), numbers.percent(hits.hit, language))
        for hits in found.hits
    ]
    return "\n".join([worth(found, language), said.recall_meaning(language), "", *(_table(rows) if found.hits else [])])


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]).rstrip()
        for row in rows
    ]
