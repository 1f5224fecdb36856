"""Headlines and what stands below them: the verdict for somebody who reads nothing else."""

from __future__ import annotations

import re

from uplift.words import numbers
from uplift.words.codes import CODES
from uplift.words.grammar import listed
from uplift.words.language import Language, say

_INFLECTED = re.compile(r"^\w+(?:e|er|es) [A-ZÄÖÜ]")


def moved(
    title: str, amount: str, language: Language, *, rises: bool, mass: bool, arm: str | None, breached: bool
) -> str:
    """A proven effect: «Die Aktion bringt 9,41 % mehr Umsatz je Kontakt.»

    `mass` says that the title names something there can be more of (revenue per contact); shares and averages are
    higher or lower instead. `arm` names the treatment where there are several. With `breached` the same sentence says
    that a guardrail is hurt.
    """
    if language == "en":
        who, verb = arm or "The campaign", "lifts" if rises else "lowers"
        return f"{who} {verb} {title} by {amount}{', but breaches a guardrail' if breached else ''}."
    if mass and not _INFLECTED.match(title):
        who, direction = arm or "Die Aktion", "mehr" if rises else "weniger"
        tail = ", verletzt aber eine Leitplanke" if breached else ""
        return f"{who} bringt {amount} {direction} {title}{tail}."
    who, direction = f"mit {arm}" if arm else "durch die Aktion", "höher" if rises else "niedriger"
    return f"{title}: {who} {amount} {direction}{', aber eine Leitplanke ist verletzt' if breached else ''}."


def differs(title: str, amount: str, language: Language, *, higher: bool, arm: str | None, breached: bool) -> str:
    """A proven difference that is no effect, because it compares buyers with buyers."""
    where_de, where_en = (f"mit {arm}", f"with {arm}") if arm else ("in der Treatmentgruppe", "in the treatment group")
    return say(
        language,
        de=f"{title}: {where_de} {amount} {'höher' if higher else 'niedriger'}{_and_breached(language, breached)}.",
        en=f"{title} is {amount} {'higher' if higher else 'lower'} {where_en}{_and_breached(language, breached)}.",
    )


def interim(headline: str, language: Language) -> str:
    """Some contacts are not evaluated yet: what the headline says is how it stands today."""
    return say(language, de=f"Zwischenstand: {headline}", en=f"Interim result: {headline}")


def no_difference(title: str, language: Language, *, several: bool, breached: bool) -> str:
    """Nothing is proven for the primary metric."""
    if several:
        return say(
            language,
            de=f"{title}: kein Unterschied zur Kontrollgruppe nachweisbar{_and_breached(language, breached)}.",
            en=f"No proven difference from control in {title}{_and_breached(language, breached)}.",
        )
    return say(
        language,
        de=f"{title}: kein Unterschied nachweisbar{_and_breached(language, breached)}.",
        en=f"No proven difference in {title}{_and_breached(language, breached)}.",
    )


def _and_breached(language: Language, breached: bool) -> str:
    if not breached:
        return ""
    return say(language, de=", aber eine Leitplanke ist verletzt", en=", but a guardrail is breached")


def none_better(title: str, worse: list[str], language: Language) -> str:
    """Several treatments, none of them better and at least one proven worse."""
    names = listed(worse, language)
    are = "ist" if len(worse) == 1 else "sind"
    are_en = "is" if len(worse) == 1 else "are"
    return say(
        language,
        de=f"{title}: keine Variante ist besser als die Kontrollgruppe, {names} {are} nachweisbar schlechter.",
        en=f"No variant beats control in {title}, and {names} {are_en} proven worse.",
    )


def refused(code: str | None, title: str, language: Language) -> str:
    """No verdict may be given; the headline says why."""
    if code == "UP601":
        return say(
            language,
            de="Kein Urteil möglich: Die Aufteilung der Kontakte stimmt nicht.",
            en="No verdict: contacts were not split as planned.",
        )
    if code == "UP602":
        return say(
            language,
            de="Noch kein Urteil: Das Zeitfenster läuft noch für alle Kontakte.",
            en="No verdict yet: the window is still running for every contact.",
        )
    if code == "UP604":
        return say(
            language,
            de=f"Noch kein Urteil: zu wenige Ereignisse in der Kontrollgruppe für {title}.",
            en=f"No verdict yet: too few events in the control group for {title}.",
        )
    if code == "UP607":
        return say(
            language,
            de=f"Kein Urteil: Der relative Uplift ist nicht bestimmbar ({title}).",
            en=f"No verdict: the relative uplift of {title} is undefined.",
        )
    entry = CODES.get(code or "")
    if entry:
        return say(language, de=f"Kein Urteil möglich: {entry.title_de}.", en=f"No verdict: {entry.title_en}.")
    return say(
        language,
        de=f"Kein Urteil möglich für {title}.",
        en=f"No verdict can be given for {title}.",
    )


def interval(confidence: float, bounds: str, language: Language) -> str:
    """Where the uplift lies: «Das 95-%-Konfidenzintervall reicht von 1,79 % bis 17,0 %.»"""
    level = numbers.level(confidence, language)
    return say(
        language,
        de=f"Das {level}Konfidenzintervall reicht von {bounds}.",
        en=f"The {level}confidence interval runs from {bounds}.",
    )


def open_interval(confidence: float, bounds: str, language: Language) -> str:
    """An interval with only one bound, or none."""
    level = numbers.level(confidence, language)
    return say(language, de=f"{level}Konfidenzintervall: {bounds}.", en=f"{level}confidence interval: {bounds}.")


def ruled_out(fall: str | None, rise: str | None, language: Language) -> str:
    """What an open result does exclude; `fall` and `rise` are the amounts beyond which nothing fits the data."""
    if rise is not None and fall is not None:
        return say(
            language,
            de=f"Ausgeschlossen ist nur ein Plus über {rise} und ein Minus über {fall}; "
            "alles dazwischen ist mit den Daten vereinbar.",
            en=f"Only a rise of more than {rise} and a fall of more than {fall} are ruled out; "
            "anything in between fits the data.",
        )
    if rise is not None:
        return say(
            language,
            de=f"Ausgeschlossen ist nur ein Plus über {rise}.",
            en=f"Only a rise of more than {rise} is ruled out.",
        )
    if fall is not None:
        return say(
            language,
            de=f"Ausgeschlossen ist nur ein Minus über {fall}.",
            en=f"Only a fall of more than {fall} is ruled out.",
        )
    return say(
        language,
        de="Die Daten schließen noch nichts aus.",
        en="The data rule nothing out yet.",
    )


def difference(absolute: str, confidence: float, bounds: str, language: Language) -> str:
    """Where the relative uplift is undefined, the difference speaks."""
    level = numbers.level(confidence, language)
    return say(
        language,
        de=f"Der Unterschied beträgt {absolute} ({level}Konfidenzintervall: {bounds}); "
        "ein relativer Uplift ist nicht bestimmbar.",
        en=f"The difference is {absolute} ({level}confidence interval: {bounds}); the relative uplift is undefined.",
    )


def against_control(lines: list[str], confidence: float | None, language: Language) -> str:
    """Every treatment in one sentence: «Gegenüber der Kontrollgruppe, mit 95-%-Konfidenzintervall: A +5,00 % (…)»

    Without a confidence each comparison has a level of its own.
    """
    level, text = "" if confidence is None else numbers.level(confidence, language), "; ".join(lines)
    return say(
        language,
        de=f"Gegenüber der Kontrollgruppe, mit {level}Konfidenzintervall: {text}.",
        en=f"Against control, with {level}confidence intervals: {text}.",
    )


def preliminary(language: Language) -> str:
    """The primary metric is not settled."""
    return say(
        language,
        de="Das Ergebnis ist vorläufig: Retouren und Stornos können es noch ändern.",
        en="This result is preliminary: returns and cancellations can still change it.",
    )


def descriptive(title: str, language: Language) -> str:
    """A conditional ratio compares buyers with buyers."""
    return say(
        language,
        de=f"{title} vergleicht Käufer mit Käufern; das beschreibt, beweist aber keine Wirkung der Aktion.",
        en=f"{title} compares buyers with buyers; that describes, but does not prove an effect of the campaign.",
    )
