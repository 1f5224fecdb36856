"""The uplift over time: cumulated days, weeks since assignment, planned looks."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from uplift.words import numbers
from uplift.words.dates import day
from uplift.words.language import Language, say


@dataclass(frozen=True, slots=True)
class CourseWords:
    """Heads and titles in one language."""

    heading: str
    by_day: str
    by_week: str
    day: str
    week: str
    week_axis: str
    control: str
    treatment: str
    each_day: str
    all_days: str
    looks: str
    look: str
    information: str
    information_axis: str
    z: str
    bound: str
    repeated: str
    not_due: str


COURSE: dict[Language, CourseWords] = {
    "de": CourseWords(
        heading="Verlauf",
        by_day="Kumulierter Uplift: {title}",
        by_week="Uplift nach Woche seit der Zuteilung: {title}",
        day="Tag",
        week="Woche",
        week_axis="Woche seit der Zuteilung",
        control="Kontrolle",
        treatment="Treatment",
        each_day="Konfidenzintervall des Tages",
        all_days="Grenzen für alle Tage",
        looks="Geplante Zwischenauswertungen",
        look="Auswertung",
        information="Information",
        information_axis="Anteil der geplanten Information",
        z="z",
        bound="Schranke",
        repeated="wiederholtes Konfidenzintervall",
        not_due="steht noch aus",
    ),
    "en": CourseWords(
        heading="Course",
        by_day="Cumulated uplift: {title}",
        by_week="Uplift by week since assignment: {title}",
        day="Day",
        week="Week",
        week_axis="Week since assignment",
        control="Control",
        treatment="Treatment",
        each_day="Confidence interval of the day",
        all_days="Bounds for all days",
        looks="Planned looks",
        look="Look",
        information="Information",
        information_axis="Share of the planned information",
        z="z",
        bound="Bound",
        repeated="repeated confidence interval",
        not_due="still to come",
    ),
}


def last_day(on: datetime.date, estimate: str, bounds: str, language: Language) -> str:
    """Where the cumulated uplift stands in the end."""
    return say(
        language,
        de=f"Am {day(on, language)} stand der kumulierte Uplift bei {estimate} ({bounds}).",
        en=f"On {day(on, language)} the cumulated uplift stood at {estimate} ({bounds}).",
    )


def since(on: datetime.date | None, language: Language) -> str:
    """From which day on the uplift is proven even to somebody who reads every day."""
    if on is None:
        return say(
            language,
            de="Wer täglich liest, muss die gestrichelten Grenzen nehmen: Nach ihnen ist am letzten Tag kein "
            "Unterschied nachgewiesen.",
            en="Whoever reads daily must use the dashed bounds: by them no difference is proven on the last day.",
        )
    return say(
        language,
        de="Wer täglich liest, muss die gestrichelten Grenzen nehmen: Nach ihnen ist der Unterschied seit dem "
        f"{day(on, language)} nachgewiesen.",
        en="Whoever reads daily must use the dashed bounds: by them the difference is proven since "
        f"{day(on, language)}.",
    )


def how_to_read_days(language: Language, *, bounds: bool) -> str:
    """Band and bounds."""
    dashed_de = "; gestrichelt: Grenzen, die für alle Tage zugleich gelten" if bounds else ""
    dashed_en = "; dashed: bounds that hold for all days at once" if bounds else ""
    return say(
        language,
        de=f"Linie: Uplift aus allem, was bis zum Abend des Tages geschehen war; Fläche: Konfidenzintervall für diesen "
        f"Tag allein{dashed_de}. Entschieden wird am geplanten Auswertungstag, nicht im Verlauf.",
        en="Line: uplift from all that had happened by the evening of the day; area: confidence interval for that day "
        f"alone{dashed_en}. The planned read-out day decides, not the course.",
    )


Trend = Literal["fades", "grows", "below", "steady"]


def weeks(trend: Trend, first: str, last: str, number: int, language: Language) -> str:
    """What the weeks since assignment show; `first` and `last` are the uplifts of week 1 and week `number`."""
    span_de, span_en = f"Woche 1: {first}, Woche {number}: {last}.", f"Week 1: {first}, week {number}: {last}."
    told: dict[Trend, tuple[str, str]] = {
        "fades": (
            "Der Effekt lässt nachweisbar nach.",
            "The effect fades provably.",
        ),
        "grows": ("Der Effekt wächst nachweisbar.", "The effect grows provably."),
        "below": (
            "In der letzten Woche liegt die Treatmentgruppe nachweisbar unter der Kontrollgruppe: Ein Teil der Käufe "
            "war nur vorgezogen.",
            "In the last week the treatment group is provably below control: some purchases were only pulled forward.",
        ),
        "steady": (
            "Ein Nachlassen oder Wachsen über die Wochen ist nicht nachweisbar.",
            "That the effect fades or grows over the weeks is not proven.",
        ),
    }
    de, en = told[trend]
    return say(language, de=f"{span_de} {de}", en=f"{span_en} {en}")


def how_to_read_weeks(language: Language) -> str:
    """Dots, and who is in them."""
    return say(
        language,
        de="Punkt: Uplift dieser Woche; Linie: Konfidenzintervall; gefüllt, wenn es null ausschließt. Jede Woche zählt "
        "nur Kontakte, für die sie vorbei ist.",
        en="Dot: uplift of that week; line: confidence interval; filled when it excludes zero. Each week counts only "
        "contacts whose week is over.",
    )


Outcome = Literal["efficacy", "futility", "continue", "finished"]


def looks(
    outcome: Outcome, stopped: str | None, taken: int, planned: int, language: Language, *, arm: str | None
) -> str:
    """What the plan of looks came to."""
    of_de, of_en = (f"{arm}: ", f"{arm}: ") if arm else ("", "")
    if outcome == "efficacy":
        return say(
            language,
            de=f"{of_de}Bei der Auswertung «{stopped}» ist die Schranke überschritten; der Test darf enden.",
            en=f"{of_en}The bound was crossed at the look '{stopped}'; the test may end.",
        )
    if outcome == "futility":
        return say(
            language,
            de=f"{of_de}Bei der Auswertung «{stopped}» war ein Erfolg aussichtslos; der Test darf enden.",
            en=f"{of_en}At the look '{stopped}' success was out of reach; the test may end.",
        )
    if outcome == "finished":
        return say(
            language,
            de=f"{of_de}Alle {planned} Auswertungen sind genommen; keine Schranke ist überschritten.",
            en=f"{of_en}All {planned} looks are taken; no bound was crossed.",
        )
    return say(
        language,
        de=f"{of_de}{taken} von {planned} Auswertungen sind genommen; keine Schranke ist überschritten, der Test läuft "
        "weiter.",
        en=f"{of_en}{taken} of {planned} looks are taken; no bound was crossed, the test goes on.",
    )


def after_stopping(
    estimate: str, bounds: str | None, p_value: float | None, language: Language, *, finished: bool
) -> str:
    """The estimate that knows that the test could have stopped earlier."""
    extra = [part for part in (bounds, None if p_value is None else numbers.p_text(p_value, language)) if part]
    inside = f" ({'; '.join(extra)})" if extra else ""
    return say(
        language,
        de=f"Mit Rücksicht auf die Zwischenauswertungen beträgt der Uplift {estimate}{inside}; geschätzt "
        f"{'nach der letzten Auswertung' if finished else 'beim Stopp'}, median-unverzerrt.",
        en=f"Taking the looks into account the uplift is {estimate}{inside}; estimated "
        f"{'after the last look' if finished else 'on stopping'}, median-unbiased.",
    )


_SPENDING = {"obrien_fleming": "O’Brien–Fleming", "pocock": "Pocock", "hsd": "Hwang–Shih–DeCani", "power": "Kim–DeMets"}


def spending(name: str, language: Language) -> str:
    """How the error is spread over the looks."""
    family, _, parameter = name.rstrip(")").partition("(")
    known = _SPENDING.get(family, name)
    if parameter:
        known = f"{known} ({parameter.replace('-', numbers.MINUS)})"
    return say(
        language,
        de=f"Punkte: z der Hauptmetrik bei jeder Auswertung; gestrichelt: Schranken nach {known}. Erst jenseits von "
        "ihnen gilt ein Unterschied als nachgewiesen.",
        en=f"Dots: z of the primary metric at each look; dashed: bounds by {known}. Only beyond them is a difference "
        "proven.",
    )
