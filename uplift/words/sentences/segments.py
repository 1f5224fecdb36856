"""Groups of contacts, adjustment by what was known before, and those who could be reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uplift.words import numbers
from uplift.words.grammar import listed
from uplift.words.language import Language, say


@dataclass(frozen=True, slots=True)
class SegmentWords:
    """Heads and titles in one language."""

    heading: str
    segment: str
    others: str
    pooled: str
    shrunken: str
    sharper: str
    covariates: str
    explained: str
    sample: str
    adjusted: str
    unadjusted: str
    reached: str
    reached_share: str
    baseline: str
    triggered: str
    triggered_share: str
    diluted: str
    assigned: str


SEGMENTS: dict[Language, SegmentWords] = {
    "de": SegmentWords(
        heading="Segmente",
        segment="Segment",
        others="Segmente der anderen Metriken",
        pooled="kleine Gruppen, zusammengefasst",
        shrunken="geschrumpft",
        sharper="Genauer durch die Vorgeschichte",
        covariates="Kovariaten",
        explained="erklärte Streuung (ρ²)",
        sample="Stichprobe wirkt wie",
        adjusted="bereinigt",
        unadjusted="unbereinigt",
        reached="Wirkung bei den Erreichten",
        reached_share="erreicht",
        baseline="Vergleichswert ohne Aktion",
        triggered="Wo die Aktion etwas ändern konnte",
        triggered_share="Auslöser erreicht",
        diluted="Uplift, auf alle zurückgerechnet",
        assigned="Uplift nach Zuteilung",
    ),
    "en": SegmentWords(
        heading="Segments",
        segment="Segment",
        others="Segments of the other metrics",
        pooled="small groups, pooled",
        shrunken="shrunken",
        sharper="Sharper by what was known before",
        covariates="Covariates",
        explained="variance explained (ρ²)",
        sample="sample works like",
        adjusted="adjusted",
        unadjusted="unadjusted",
        reached="Effect among those who were reached",
        reached_share="reached",
        baseline="Value without the campaign",
        triggered="Where the campaign could make a difference",
        triggered_share="met the trigger",
        diluted="Uplift, diluted back to all",
        assigned="Uplift as assigned",
    ),
}


def title(by: str, metric: str, language: Language, *, arm: str | None) -> str:
    """What the rows show: «Umsatz je Kontakt nach country»."""
    told = say(language, de=f"{metric} nach {by}", en=f"{metric} by {by}")
    return f"{told} ({arm})" if arm else told


def differ(p_value: float | None, alpha: float, language: Language, *, adjusted: bool) -> str:
    """Whether the groups differ at all: the test before any single group is looked at."""
    if p_value is None:
        return say(
            language,
            de="Ob sich der Uplift zwischen den Gruppen unterscheidet, lässt sich hier nicht testen.",
            en="Whether the uplift differs between the groups can't be tested here.",
        )
    p = numbers.p_text(p_value, language)
    after = say(language, de=", für alle Spalten angepasst", en=", adjusted for all columns") if adjusted else ""
    if p_value < alpha:
        return say(
            language,
            de=f"Die Gruppen unterscheiden sich nachweisbar im Uplift (Interaktionstest, {p}{after}).",
            en=f"The groups differ provably in their uplift (interaction test, {p}{after}).",
        )
    return say(
        language,
        de=f"Dass sich die Gruppen im Uplift unterscheiden, ist nicht nachweisbar (Interaktionstest, {p}{after}). Wer "
        "hier die beste Gruppe herausgreift, liest vermutlich Zufall.",
        en=f"That the groups differ in their uplift is not proven (interaction test, {p}{after}). Whoever picks the "
        "best group here is probably reading chance.",
    )


def exploratory(language: Language) -> str:
    """Declared after the lock."""
    return say(
        language,
        de="Erkundend: Diese Gruppen wurden erst nach dem Festschreiben genannt. Sie regen an und entscheiden nichts.",
        en="Exploratory: these groups were named only after the lock. They suggest and decide nothing.",
    )


def how(language: Language) -> str:
    """Level and shrinkage."""
    return say(
        language,
        de="Urteile nach Holm über alle vorab genannten Gruppen. «Geschrumpft» zieht jede Gruppe so weit zum Mittel "
        "aller, wie ihre Unsicherheit es nahelegt (empirisches Bayes-Verfahren); das ist die bessere Vorhersage.",
        en="Verdicts by Holm over all groups named beforehand. 'Shrunken' pulls each group towards the average of all "
        "as far as its uncertainty suggests (empirical Bayes); that is the better forecast.",
    )


def sharper(names: Sequence[str], r_squared: str, factor: str, language: Language) -> str:
    """What the covariates brought."""
    told = listed([f"«{name}»" if language == "de" else f"'{name}'" for name in names], language)
    return say(
        language,
        de=f"{told} aus der Zeit vor der Zuteilung {'erklärt' if len(names) == 1 else 'erklären'} {r_squared} der "
        f"Streuung. Ohne sie bräuchte dieselbe Genauigkeit {factor}-mal so viele Kontakte.",
        en=f"{told} from before the assignment {'explains' if len(names) == 1 else 'explain'} {r_squared} of the "
        f"variance. Without them the same precision would need {factor} times as many contacts.",
    )


def no_covariates(language: Language) -> str:
    """They bring nothing that can be said."""
    return say(
        language,
        de="Was die Kovariaten an Streuung erklären, lässt sich hier nicht sagen.",
        en="How much variance the covariates explain can't be said here.",
    )


def reached(share: str, estimate: str, bounds: str, metric: str, language: Language, *, arm: str | None) -> str:
    """The complier effect and of whom it speaks."""
    group_de = f"von {arm}" if arm else "der Treatmentgruppe"
    group_en = f"of {arm}" if arm else "of the treatment group"
    return say(
        language,
        de=f"{share} {group_de} wurden erreicht. Bei ihnen beträgt der Uplift von «{metric}» {estimate} ({bounds}).",
        en=f"{share} {group_en} were reached. Among them the uplift of '{metric}' is {estimate} ({bounds}).",
    )


def triggered(share: str, estimate: str, bounds: str, metric: str, language: Language, *, arm: str | None) -> str:
    """The effect of the triggered contacts, on everybody."""
    of_de, of_en = (f" von {arm} und Kontrolle", f" of {arm} and control") if arm else ("", "")
    return say(
        language,
        de=f"{share} der Kontakte{of_de} haben den Auslöser erreicht; nur bei ihnen konnte die Aktion etwas ändern. "
        f"Auf alle zurückgerechnet beträgt der Uplift von «{metric}» {estimate} ({bounds}).",
        en=f"{share} of the contacts{of_en} met the trigger; only in them could the campaign make a difference. "
        f"Diluted back to all, the uplift of '{metric}' is {estimate} ({bounds}).",
    )


def of_what(language: Language) -> str:
    """How it relates to the uplift as assigned."""
    return say(
        language,
        de="Das ist dieselbe Frage wie die nach dem Uplift nach Zuteilung, ohne das Rauschen der Kontakte, bei denen "
        "nichts anders war. Die Entscheidung fällt weiterhin nach Zuteilung.",
        en="It asks the same as the uplift as assigned, without the noise of contacts for whom nothing was different. "
        "The decision is still taken as assigned.",
    )


def of_whom(language: Language) -> str:
    """What must not be concluded."""
    return say(
        language,
        de="Das gilt für Kontakte, die sich erreichen lassen, nicht für alle; wer nicht erreicht wurde, gilt als "
        "unberührt. Ob sich der Versand lohnt, sagt weiterhin der Uplift nach Zuteilung.",
        en="This speaks of contacts who can be reached, not of all; whoever was not reached is taken as untouched. "
        "Whether sending is worth it is still answered by the uplift as assigned.",
    )
