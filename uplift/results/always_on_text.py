"""What always-on programmes found, as plain text for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from uplift.results.recommendations import Hits, Recommendations
from uplift.results.send_time import SendTimes
from uplift.results.watch import Watch
from uplift.words import numbers, values
from uplift.words.codes import CODES
from uplift.words.language import Language
from uplift.words.names import shortened
from uplift.words.sentences import always_on as said
from uplift.words.sentences import monitor
from uplift.words.sentences.always_on import ALWAYS_ON
from uplift.words.sentences.audit import found as found_by_audit

SLOT_HOURS = 2
CAMPAIGNS = 8  # the newest


def hours(slot: int) -> str:
    """«18–20», for a sentence that says what it is."""
    return f"{slot * SLOT_HOURS}–{(slot + 1) * SLOT_HOURS}"


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that a monitor looked at: ok, note, warn, fail or alarm, its sentence, and the code of an alarm."""

    status: str
    text: str
    code: str = ""


def watched(found: Watch, language: Language) -> Iterator[Seen]:
    """Everything that was looked at."""
    if found.split is not None:
        yield Seen(found.split.status, found_by_audit(found.split.code, dict(found.split.facts), language))
    else:
        yield Seen("note", monitor.split_unknown(language))
    for source in found.sources:
        if source.late:
            yield Seen("alarm", monitor.late(source.source, source.newest, source.due, language), "UP687")
        if source.losing:
            lost, usually = source.lost, source.usually_lost
            yield Seen("alarm", monitor.losing(source.source, source.due, lost, usually, language), "UP688")
        if not source.late and not source.losing:
            yield Seen("ok", monitor.logs(source.source, source.newest, language))
    for series in found.series:
        name = monitor.series_name(series.name, series.of, language, counts=series.counts)
        if series.refused is not None:
            code, message = series.refused
            why = message if language == "en" else CODES[code].title_de
            yield Seen("note", f"{name}: {why} ({code})")
            continue
        for a in series.alarms:
            yield Seen("alarm", monitor.alarm(name, a.kind, a.day, a.expected, a.found, language), "UP677")
        if not series.alarms and series.of != "part":
            raised = [alarm.day for alarm in series.before]
            quiet = monitor.quiet(name, series.last, series.days, language)
            yield Seen("ok", monitor.quiet_since(name, raised, series.last, language) if raised else quiet)


def watch_lines(found: Watch, language: Language) -> Iterator[tuple[str, str]]:
    """Status and sentence of everything that was looked at, an alarm with its code: for the terminal."""
    for seen in watched(found, language):
        yield seen.status, f"{seen.code} {seen.text}".lstrip()


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
