"""The memory of a programme, and what people say about a test."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.words import numbers
from uplift.words.language import Language, say


@dataclass(frozen=True, slots=True)
class HistoryWords:
    """Heads and row names in one language."""

    heading: str
    run: str
    this_run: str
    pooled: str
    prediction: str
    shrunken: str
    claims: str
    backed: str
    not_backed: str


HISTORY: dict[Language, HistoryWords] = {
    "de": HistoryWords(
        heading="Was wissen wir aus früheren Läufen?",
        run="Lauf",
        this_run="dieser Lauf",
        pooled="Alle Läufe zusammen",
        prediction="Nächster Lauf (Vorhersage)",
        shrunken="Dieser Lauf, geschrumpft",
        claims="Was über den Test gesagt wird",
        backed="Gedeckt",
        not_backed="Nicht gedeckt",
    ),
    "en": HistoryWords(
        heading="What do earlier runs tell?",
        run="Run",
        this_run="this run",
        pooled="All runs together",
        prediction="Next run (prediction)",
        shrunken="This run, shrunken",
        claims="What is said about the test",
        backed="Backed",
        not_backed="Not backed",
    ),
}


def pooled(runs: int, metric: str, estimate: str, bounds: str, language: Language) -> str:
    """All runs in one number."""
    return say(
        language,
        de=f"{numbers.count(runs, language)} Läufe des Programms zusammen heben «{metric}» um {estimate} ({bounds}).",
        en=f"{numbers.count(runs, language)} runs of the programme together move '{metric}' by {estimate} ({bounds}).",
    )


def predicted(bounds: str, language: Language) -> str:
    """Where a new run will probably lie."""
    return say(
        language,
        de=f"Ein weiterer Lauf dürfte zwischen {bounds.replace(' bis ', ' und ')} liegen.",
        en=f"Another run will probably lie between {bounds.replace(' to ', ' and ')}.",
    )


def shrunken(raw: str, estimate: str, bounds: str, language: Language) -> str:
    """This run in the light of the others."""
    return say(
        language,
        de=f"Im Licht der anderen Läufe schrumpft der gemessene Uplift von {raw} auf {estimate} ({bounds}).",
        en=f"In the light of the other runs the measured uplift of {raw} shrinks to {estimate} ({bounds}).",
    )


def chance(better: str, language: Language) -> str:
    """The Bayesian reading."""
    return say(
        language,
        de=f"Mit diesem Vorwissen ist die Aktion mit {better} Wahrscheinlichkeit besser als nichts zu tun.",
        en=f"With this prior the campaign is better than doing nothing with a probability of {better}.",
    )


def losses(shipped: str, stopped: str, language: Language) -> str:
    """What either decision costs in expectation, as a share of the control's value."""
    return say(
        language,
        de=f"Erwarteter Verlust, wenn man ausrollt: {shipped} des Vergleichswerts; wenn man es lässt: {stopped}.",
        en=f"Expected loss from rolling out: {shipped} of the control's value; from not doing so: {stopped}.",
    )


def young(runs: int, language: Language) -> str:
    """Too few runs for a prior."""
    return say(
        language,
        de=f"Aus {numbers.count(runs, language)} Läufen lässt sich noch kein Vorwissen bilden; der gemessene Uplift "
        "bleibt, wie er ist.",
        en=f"{numbers.count(runs, language)} runs are too few for a prior; the measured uplift stays as it is.",
    )


def how(language: Language) -> str:
    """How runs are pooled."""
    return say(
        language,
        de="Läufe sind mit zufälligen Effekten gepoolt (Hartung–Knapp); das Vorwissen eines Laufs stammt nur aus den "
        "anderen. Frühere Läufe ändern das Urteil dieses Tests nicht.",
        en="Runs are pooled with random effects (Hartung–Knapp); the prior of a run comes from the others only. "
        "Earlier runs do not change this test's verdict.",
    )


def claimed(text: str, language: Language) -> str:
    """The claim in quotation marks."""
    return say(language, de=f"«{text}»", en=f"‘{text}’")


def supported(language: Language) -> str:
    """Nothing speaks against it."""
    return say(
        language,
        de="Das Ergebnis deckt diese Aussage.",
        en="The result backs this statement.",
    )
