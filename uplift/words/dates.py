"""Dates and spans of days as a native writer sets them."""

from __future__ import annotations

import datetime

from uplift.words.language import Language
from uplift.words.numbers import NBSP

_MONTHS: dict[Language, tuple[str, ...]] = {
    "de": (
        "Januar", "Februar", "März", "April", "Mai", "Juni",
        "Juli", "August", "September", "Oktober", "November", "Dezember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip


def day(date: datetime.date, language: Language, *, year: bool = True) -> str:
    """«22. November 2026» or «22 November 2026»; day and month never part at a line's end.

    >>> day(datetime.date(2026, 11, 22), "de"), day(datetime.date(2026, 11, 2), "en", year=False)
    ('22.\\xa0November 2026', '2\\xa0November')
    """
    number = f"{date.day}." if language == "de" else f"{date.day}"
    text = f"{number}{NBSP}{_MONTHS[language][date.month - 1]}"
    return f"{text} {date.year}" if year else text


def short_day(date: datetime.date, language: Language) -> str:
    """A day on an axis, without its year: «30.11.» or «30 Nov».

    >>> short_day(datetime.date(2026, 11, 30), "de"), short_day(datetime.date(2026, 3, 2), "en")
    ('30.11.', '2\\xa0Mar')
    """
    return f"{date.day}.{date.month}." if language == "de" else f"{date.day}{NBSP}{_MONTHS['en'][date.month - 1][:3]}"


def days_between(start: datetime.date, end: datetime.date, language: Language) -> str:
    """«30. November 2026 bis 24. Januar 2027»; the year is said once where it is the same."""
    if start == end:
        return day(end, language)
    to = "bis" if language == "de" else "to"
    return f"{day(start, language, year=start.year != end.year)} {to} {day(end, language)}"


def duration(days: int, language: Language) -> str:
    """«30 Tage» or «1 day»."""
    if language == "de":
        return f"{days}{NBSP}{'Tag' if days == 1 else 'Tage'}"
    return f"{days}{NBSP}{'day' if days == 1 else 'days'}"
