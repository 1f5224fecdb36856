"""The words of measured baselines, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uplift.words import numbers
from uplift.words.grammar import listed
from uplift.words.language import Language, say


@dataclass(frozen=True, slots=True)
class BaselineWords:
    """Column heads in one language."""

    metric: str
    window: str
    value: str
    sd: str
    skewness: str
    kurtosis: str
    icc: str
    r_squared: str
    contacts: str
    missing: str
    not_measured: str


BASELINE: dict[Language, BaselineWords] = {
    "en": BaselineWords(
        metric="Metric",
        window="Window",
        value="Value",
        sd="Standard deviation",
        skewness="Skewness",
        kurtosis="Kurtosis",
        icc="Correlation in households",
        r_squared="R² of the past",
        contacts="Contacts",
        missing="not in the source",
        not_measured="Not measured",
    ),
    "de": BaselineWords(
        metric="Metrik",
        window="Fenster",
        value="Wert",
        sd="Standardabweichung",
        skewness="Schiefe",
        kurtosis="Wölbung",
        icc="Korrelation im Haushalt",
        r_squared="R² der Vergangenheit",
        contacts="Kontakte",
        missing="nicht in der Quelle",
        not_measured="Nicht gemessen",
    ),
}


def audience(eligible: int, day: str, language: Language) -> str:
    """How many contacts are eligible today."""
    count = numbers.count(eligible, language)
    return say(language, de=f"{count} geeignete Kontakte am {day}", en=f"{count} eligible contacts on {day}")


def measured(count: int, since: str, language: Language, *, rolling: bool) -> str:
    """Over which windows was measured."""
    shown = numbers.count(count, language)
    if rolling:
        return say(
            language,
            de=f"gemessen an {shown}, deren Fenster bis zum {since} begannen",
            en=f"measured on {shown} whose windows began by {since}",
        )
    return say(
        language,
        de=f"gemessen an {shown}, mit Fenstern ab dem {since}",
        en=f"measured on {shown}, with windows from {since} on",
    )


def left_out(recent: int, earlier: int, undated: int, language: Language) -> str:
    """Contacts that can't be measured, by reason; empty where there are none."""
    reasons = (
        (recent, say(language, de="kamen zu spät für ein ganzes Fenster", en="entered too late for a whole window")),
        (earlier, say(language, de="kamen früher als betrachtet", en="entered before the days that are looked at")),
        (undated, say(language, de="haben kein Datum", en="have no entry date")),
    )
    return "; ".join(f"{numbers.count(count, language)} {reason}" for count, reason in reasons if count)


def expected(count: int, days: int, seen: int, language: Language) -> str:
    """The audience over the whole enrolment, and what that rests on."""
    shown = numbers.count(count, language)
    return say(
        language,
        de=f"erwartet über {days} Tage Zulauf: {shown} (nach {seen} Tagen, die zu sehen sind)",
        en=f"expected over {days} days of entry: {shown} (from the {seen} days that are seen)",
    )


def waves(language: Language) -> str:
    """Why no audience size is derived for waves."""
    return say(
        language,
        de="wie viele in allen Wellen zusammen kommen, sagen die Daten nicht: audience.expected_size bleibt",
        en="how many come in all waves together the data cannot say: audience.expected_size stays",
    )


def clusters(count: int, size_cv: str, language: Language) -> str:
    """Households and how uneven they are."""
    shown = numbers.count(count, language)
    return say(
        language,
        de=f"{shown} Haushalte, Variationskoeffizient ihrer Größe {size_cv}",
        en=f"{shown} households, coefficient of variation of their size {size_cv}",
    )


def gain(metric: str, r_squared: float, days: int | None, columns: Sequence[str], language: Language) -> str:
    """What variance reduction (CUPED) would be worth to one metric.

    >>> gain("Buyers", 0.2, 30, [], "en")
    'Buyers: with the 30 days before, CUPED takes away 20.0% of the variance: as if 1.25 times the contacts'
    """
    own = None if days is None else say(language, de=f"den {days} Tagen davor", en=f"the {days} days before")
    with_ = listed([*([own] if own else []), *columns], language)
    removed, factor = numbers.percent(r_squared, language), numbers.number(1 / (1 - r_squared), language)
    return say(
        language,
        de=f"{metric}: mit {with_} nimmt CUPED {removed} der Varianz weg; das wirkt wie {factor}-mal so viele Kontakte",
        en=f"{metric}: with {with_}, CUPED takes away {removed} of the variance: as if {factor} times the contacts",
    )
