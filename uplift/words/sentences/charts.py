"""What a chart shows, in a title and a sentence; the titles follow those that marketers know."""

from __future__ import annotations

from uplift.words import numbers
from uplift.words.grammar import listed
from uplift.words.language import Language, say


def arms_title(title: str, language: Language, *, treatments: int) -> str:
    """«Anteil der Kontakte mit Käufen in der Kontroll- vs. der Treatmentgruppe»."""
    if treatments == 1:
        return say(
            language,
            de=f"{title} in der Kontroll- vs. der Treatmentgruppe",
            en=f"{title}: control vs. treatment group",
        )
    return say(
        language,
        de=f"{title} in der Kontroll- vs. den Treatmentgruppen",
        en=f"{title}: control vs. treatment groups",
    )


def chip(uplift: str, language: Language) -> str:
    """The label above the bars: «Relativer Uplift: 9,41 % (±7,62 %)»."""
    return say(language, de=f"Relativer Uplift: {uplift}", en=f"Relative uplift: {uplift}")


def significance(confidence: float, language: Language, *, verdict: str) -> str:
    """The sentence below a chart of control and treatment, with the level of the experiment."""
    level = numbers.plain_percent(confidence, language)
    hyphenated = numbers.level(confidence, language)
    if verdict == "better":
        return say(
            language,
            de=f"Die Treatmentgruppe schneidet auf dem {hyphenated}Konfidenzniveau besser als die Kontrollgruppe ab.",
            en=f"The treatment group does better than control at the {level} confidence level.",
        )
    if verdict == "worse":
        return say(
            language,
            de=f"Die Treatmentgruppe schneidet auf dem {hyphenated}Konfidenzniveau "
            "schlechter als die Kontrollgruppe ab.",
            en=f"The treatment group does worse than control at the {level} confidence level.",
        )
    return say(
        language,
        de=f"Die Treatmentgruppe unterscheidet sich auf dem {hyphenated}Konfidenzniveau "
        "nicht nachweisbar von der Kontrollgruppe.",
        en=f"The treatment group does not differ provably from control at the {level} confidence level.",
    )


def significance_of_several(
    confidence: float, language: Language, *, better: list[str], worse: list[str], open_: list[str]
) -> str:
    """The same for several treatments at once, each named where it belongs."""
    level, hyphenated = numbers.plain_percent(confidence, language), numbers.level(confidence, language)
    groups = [
        (better, "besser als die Kontrollgruppe", "better than control"),
        (worse, "schlechter als die Kontrollgruppe", "worse than control"),
        (open_, "nicht nachweisbar verschieden", "not provably different"),
    ]
    told_de = "; ".join(f"{de}: {listed(names, 'de')}" for names, de, _ in groups if names)
    told_en = "; ".join(f"{en}: {listed(names, 'en')}" for names, _, en in groups if names)
    return say(
        language,
        de=f"Auf dem {hyphenated}Konfidenzniveau {told_de}.",
        en=f"At the {level} confidence level {told_en}.",
    )


def how_to_read_bars(confidence: float, language: Language) -> str:
    """Whiskers that overlap prove nothing."""
    level = numbers.level(confidence, language)
    return say(
        language,
        de=f"Balken: Wert je Gruppe; Antennen: {level}Konfidenzintervall der Gruppe. Ob sich die Gruppen "
        "unterscheiden, sagt der Uplift, nicht die Überlappung der Antennen.",
        en=f"Bars: value of each group; whiskers: its own {level}confidence interval. Whether the groups differ is "
        "answered by the uplift, not by whether whiskers overlap.",
    )


def how_to_read_scorecard(confidence: float | None, language: Language) -> str:
    """Dot, line and fill of the drawings in the rows; no level where a correction gives each row its own."""
    level = "" if confidence is None else numbers.level(confidence, language)
    own_de = ", Niveau an die Zahl der Vergleiche angepasst" if confidence is None else ""
    own_en = ", level adjusted for the number of comparisons" if confidence is None else ""
    return say(
        language,
        de=f"Punkt: relativer Uplift; Linie: {level}Konfidenzintervall{own_de}. Gefüllt, wenn es null ausschließt; "
        "ein Pfeil zeigt, dass das Intervall weiterreicht.",
        en=f"Dot: relative uplift; line: {level}confidence interval{own_en}. Filled when it excludes zero; "
        "an arrow shows that the interval reaches further.",
    )


def no_chart(language: Language) -> str:
    """Without a verdict no bars are drawn: they would be read as a comparison."""
    return say(
        language,
        de="Ohne Urteil zeichnen wir keinen Vergleich. Die Werte je Gruppe stehen in der Tabelle; "
        "sie beweisen keinen Unterschied.",
        en="Without a verdict no comparison is drawn. The values of each group are in the table; "
        "they prove no difference.",
    )
