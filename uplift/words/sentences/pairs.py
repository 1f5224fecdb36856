"""Treatment arms against each other."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.words.language import Language, say


@dataclass(frozen=True, slots=True)
class PairWords:
    """Heading and column heads in one language."""

    heading: str
    compared: str


PAIRS: dict[Language, PairWords] = {
    "de": PairWords(heading="Gruppen untereinander", compared="verglichen"),
    "en": PairWords(heading="Arms against each other", compared="compared"),
}


def versus(arm: str, other: str, language: Language) -> str:
    """«10 € gegen 5 €»."""
    return say(language, de=f"{arm} gegen {other}", en=f"{arm} against {other}")


def differ(metric: str, better: str, other: str, amount: str, language: Language, *, higher: bool) -> str:
    """One arm is proven to be better than another: by `amount`, the size of the uplift of the better one."""
    de, en = ("höher", "higher") if higher else ("niedriger", "lower")
    return say(
        language,
        de=f"«{metric}» ist mit {better} nachweisbar um {amount} {de} als mit {other}, also besser.",
        en=f"'{metric}' is provably {amount} {en} with {better} than with {other}, which is better.",
    )


def alike(metric: str, language: Language) -> str:
    """No pair is told apart."""
    return say(
        language,
        de=f"Dass sich zwei Treatmentgruppen bei «{metric}» unterscheiden, ist nicht nachweisbar.",
        en=f"That two treatment arms differ in '{metric}' is not proven.",
    )


def how(language: Language, *, corrected: bool) -> str:
    """The family that they belong to, and how they are read."""
    if not corrected:
        return say(
            language,
            de="Jeder Vergleich steht für sich; für die Zahl der Vergleiche ist nicht korrigiert.",
            en="Each comparison stands for itself; nothing is corrected for their number.",
        )
    return say(
        language,
        de="Alle Vergleiche einer Metrik, auch die mit der Kontrolle, teilen sich einen Fehler (Holm): Mit jeder "
        "Gruppe mehr werden ihre Intervalle breiter.",
        en="All comparisons of a metric, those with control too, share one error (Holm): with every further arm their "
        "intervals become wider.",
    )
