"""The index of all experiments in words."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

from uplift.words import numbers
from uplift.words.dates import day
from uplift.words.grammar import listed
from uplift.words.language import Language, say
from uplift.words.plans import whole_percent


@dataclass(frozen=True, slots=True)
class PortfolioWords:
    """Heads, labels and titles in one language."""

    title: str
    skip: str
    experiments: str
    running: str
    running_heading: str
    programmes: str
    all_experiments: str
    by_owner: str
    holdouts: str
    show: str
    everything: str
    better: str
    worse: str
    open: str
    refused: str
    date: str
    experiment: str
    owner: str
    verdict: str
    contribution: str
    recommendation: str
    decision: str
    status: str
    design: str
    read_out: str
    left: str
    total: str
    holdout_total: str
    none: str


PORTFOLIO: dict[Language, PortfolioWords] = {
    "de": PortfolioWords(
        title="Alle Experimente",
        skip="Zur Übersicht",
        experiments="Experimente",
        running="Geplante und laufende Tests",
        running_heading="Was läuft, und was ist geplant?",
        programmes="Was wissen wir über unsere Programme?",
        all_experiments="Alle Ergebnisse, das neueste zuerst",
        by_owner="Nach Verantwortlichen",
        holdouts="Was die globale Kontrollgruppe sagt",
        show="Zeigen",
        everything="alle",
        better="besser",
        worse="schlechter",
        open="unklar",
        refused="ohne Urteil",
        date="Stand",
        experiment="Experiment",
        owner="Verantwortlich",
        verdict="Hauptmetrik",
        contribution="Deckungsbeitrag nach Kosten",
        recommendation="Empfehlung",
        decision="Entscheidung",
        status="Status",
        design="Aufbau",
        read_out="Auswertung",
        left="Noch",
        total="Zusatzumsatz aller Tests (nicht addierbar)",
        holdout_total="Zusatzumsatz laut globaler Kontrollgruppe",
        none="noch keine",
    ),
    "en": PortfolioWords(
        title="All experiments",
        skip="Skip to the overview",
        experiments="Experiments",
        running="Planned and running tests",
        running_heading="What is running, and what is planned?",
        programmes="What do we know about our programmes?",
        all_experiments="All results, the latest first",
        by_owner="By owner",
        holdouts="What the global holdout says",
        show="Show",
        everything="all",
        better="better",
        worse="worse",
        open="unclear",
        refused="no verdict",
        date="As of",
        experiment="Experiment",
        owner="Owner",
        verdict="Primary metric",
        contribution="Contribution after cost",
        recommendation="Recommendation",
        decision="Decision",
        status="Status",
        design="Design",
        read_out="Read-out",
        left="Left",
        total="Added revenue of all tests (not additive)",
        holdout_total="Added revenue by the global holdout",
        none="none yet",
    ),
}

_STATUS: dict[str, tuple[str, str]] = {
    "draft": ("Entwurf", "draft"),
    "locked": ("festgeschrieben", "locked"),
    "running": ("läuft", "running"),
    "closed": ("abgeschlossen", "closed"),
}


def headline(better: int, worse: int, unclear: int, refused: int, language: Language) -> str:
    """«12 Experimente: 5 besser, 1 schlechter, 4 unklar, 2 ohne Urteil.»"""
    words, total = PORTFOLIO[language], better + worse + unclear + refused
    counted = [
        (better, words.better),
        (worse, words.worse),
        (unclear, words.open),
        (refused, words.refused),
    ]
    told = listed([f"{numbers.count(n, language)} {word}" for n, word in counted if n], language)
    one_de, one_en = ("Experiment", "experiment") if total == 1 else ("Experimente", "experiments")
    shown = numbers.count(total, language)
    if not total:
        return say(language, de="Noch kein Experiment ist ausgewertet.", en="No experiment has been analysed yet.")
    return say(language, de=f"{shown} {one_de}: {told}.", en=f"{shown} {one_en}: {told}.")


def not_additive(amount: str, bounds: str, tests: int, language: Language) -> str:
    """Why the sum over tests is no total."""
    shown = numbers.count(tests, language)
    return say(
        language,
        de=f"Zusammengezählt brachten {shown} Tests {amount} Zusatzumsatz ({bounds}). Das ist keine Gesamtwirkung: "
        "Tests sprechen dieselben Kontakte an und teilen sich Kontrollgruppen. Die Grenzen sind deshalb so weit, als "
        "irrten alle Tests gemeinsam.",
        en=f"Counted together {shown} tests brought {amount} of added revenue ({bounds}). That is no total effect: "
        "tests address the same contacts and share controls. The bounds are therefore as wide as if all tests erred "
        "together.",
    )


def by_holdout(title: str, amount: str, bounds: str, confidence: float, language: Language) -> str:
    """The only total."""
    level = numbers.level(confidence, language)
    return say(
        language,
        de=f"Gesamtwirkung laut «{title}»: {amount} Zusatzumsatz ({level}Konfidenzintervall: {bounds}).",
        en=f"Total effect by '{title}': {amount} of added revenue ({level}confidence interval: {bounds}).",
    )


def no_holdout(language: Language) -> str:
    """Why there is no total."""
    return say(
        language,
        de="Was alles zusammen bringt, sagt nur eine globale Kontrollgruppe; von keiner liegt ein Ergebnis vor.",
        en="Only a global holdout tells what everything brings together; there is no result of one.",
    )


def days_left(left: int | None, on: datetime.date | None, language: Language) -> str:
    """Days until the read-out, or that it is due."""
    if left is None or on is None:
        return say(language, de="offen", en="open")
    if left > 0:
        unit = say(language, de="Tag" if left == 1 else "Tage", en="day" if left == 1 else "days")
        return f"{numbers.count(left, language)}{numbers.NBSP}{unit}"
    return say(language, de=f"fällig seit {day(on, language)}", en=f"due since {day(on, language)}")


Design = Literal["enough", "short", "unknown"]


def design(status: Design, power: float | None, required: float | None, language: Language) -> str:
    """Whether the test can answer its question."""
    if status == "unknown" or power is None or required is None:
        return say(language, de="Power nicht berechenbar", en="power can't be computed")
    shown, wanted = whole_percent(power, language), numbers.plain_percent(required, language)
    if status == "enough":
        return say(language, de=f"genug Power ({shown})", en=f"enough power ({shown})")
    return say(language, de=f"zu klein: Power {shown} statt {wanted}", en=f"too small: power {shown}, not {wanted}")


def status(name: str, language: Language) -> str:
    """The status of an experiment in a word."""
    de, en = _STATUS.get(name, (name, name))
    return say(language, de=de, en=en)


def runs(number: int, language: Language) -> str:
    """How many runs a programme has."""
    shown = numbers.count(number, language)
    return say(
        language, de=f"{shown} {'Lauf' if number == 1 else 'Läufe'}", en=f"{shown} {'run' if number == 1 else 'runs'}"
    )


def no_pool(language: Language) -> str:
    """Runs beside each other, not pooled."""
    return say(
        language,
        de="Die Läufe stehen nebeneinander; gepoolt sind sie nicht.",
        en="The runs stand side by side; they are not pooled.",
    )


def find(language: Language) -> str:
    """How to search a page without a script."""
    return say(
        language,
        de="Suchen: mit der Suche des Browsers (Strg F); sie öffnet auch zugeklappte Teile.",
        en="To search, use the browser's find (Ctrl F); it also opens folded parts.",
    )
