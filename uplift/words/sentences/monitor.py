"""What a monitor says of a running experiment: its split, its sources, and each series that it watches."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from uplift.words import dates, numbers
from uplift.words.grammar import listed
from uplift.words.language import Language, say


def split_unknown(language: Language) -> str:
    """Nobody is assigned yet."""
    return say(language, de="Noch ist niemand zugeteilt.", en="Nobody is assigned yet.")


def watched(alarms: int, language: Language) -> str:
    """How many things need attention."""
    n = numbers.count(alarms, language)
    if not alarms:
        return say(language, de="Nichts verlangt Aufmerksamkeit.", en="Nothing needs attention.")
    if alarms == 1:
        return say(
            language,
            de="Eines verlangt Aufmerksamkeit. Ein Alarm ist kein Urteil über den Test: erst die Ursache klären.",
            en="One thing needs attention. An alarm is no verdict on the test: find the cause first.",
        )
    return say(
        language,
        de=f"{n} Dinge verlangen Aufmerksamkeit. Ein Alarm ist kein Urteil über den Test: erst die Ursachen klären.",
        en=f"{n} things need attention. An alarm is no verdict on the test: find the causes first.",
    )


def series_name(name: str, of: str, language: Language, *, counts: bool) -> str:
    """A series as a reader calls it: a share of contacts is watched by the rows behind it."""
    if of == "rows":
        return say(language, de=f"Zeilen in {name}", en=f"rows of {name}")
    return say(language, de=f"Zeilen für «{name}»", en=f"rows for «{name}»") if counts else name


def late(source: str, newest: datetime.date, due: datetime.date, language: Language) -> str:
    """UP687: a source that is older than it may be."""
    found, wanted = dates.day(newest, language), dates.day(due, language)
    return say(
        language,
        de=f"{source}: die neueste Zeile ist vom {found}, da sein müsste der {wanted}",
        en=f"{source}: the newest row is of {found}, {wanted} should be there",
    )


def losing(source: str, due: datetime.date, lost: float, usually: float, language: Language) -> str:
    """UP688: rows without a contact."""
    now, before = (numbers.percent(share, language) for share in (lost, usually))
    on = dates.day(due, language)
    return say(
        language,
        de=f"{source}: am {on} haben {now} der Zeilen keine Kennung, üblich sind {before}",
        en=f"{source}: {now} of the rows of {on} have no contact, {before} is usual",
    )


def logs(source: str, newest: datetime.date, language: Language) -> str:
    """A source that logs as it should."""
    found = dates.day(newest, language)
    return say(
        language, de=f"{source}: Zeilen bis {found}, wie erwartet", en=f"{source}: rows until {found}, as expected"
    )


def alarm(metric: str, kind: str, day: datetime.date, expected: float, found: float, language: Language) -> str:
    """UP677: a day of a series that differs, with what was expected."""
    on = dates.day(day, language)
    usual, came = numbers.number(expected, language), numbers.number(found, language)
    if kind == "silence":
        return say(
            language,
            de=f"{metric}: am {on} kam nichts, erwartet waren etwa {usual}",
            en=f"{metric}: nothing came on {on}, about {usual} was expected",
        )
    return say(
        language,
        de=f"{metric}: am {on} {came}, erwartet waren etwa {usual}",
        en=f"{metric}: {came} on {on}, about {usual} was expected",
    )


def quiet_since(metric: str, alarmed: Sequence[datetime.date], last: datetime.date, language: Language) -> str:
    """A series that raised alarms some days ago and none since: its level may be another one now."""
    days, until = listed([dates.day(on, language) for on in alarmed], language), dates.day(last, language)
    return say(
        language,
        de=f"{metric}: auffällig am {days}; danach bis {until} unauffällig. Wer den Bruch nicht erklären kann, sollte "
        "ihm nachgehen.",
        en=f"{metric}: unusual on {days}; nothing since, until {until}. A break that nobody can explain deserves a "
        "look.",
    )


def quiet(metric: str, last: datetime.date, days: int, language: Language) -> str:
    """A series without an alarm."""
    on, n = dates.day(last, language), numbers.count(days, language)
    return say(
        language,
        de=f"{metric}: unauffällig bis {on} ({n} Tage gesehen)",
        en=f"{metric}: nothing unusual until {on} ({n} days seen)",
    )


def too_short(language: Language) -> str:
    """A series that can't be judged yet."""
    return say(
        language,
        de="Die Reihe ist noch zu kurz, um einen Tag zu beurteilen.",
        en="The series is too short yet to judge a day.",
    )
