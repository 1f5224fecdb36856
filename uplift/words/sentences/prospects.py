"""What a test measures, can find and will decide, and what it costs those who get nothing: whole sentences."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Literal

from uplift.words import numbers
from uplift.words.dates import day, duration
from uplift.words.grammar import listed
from uplift.words.language import Language, say
from uplift.words.sentences.narrative import quoted

Kind = Literal["proportion", "mean", "count", "ratio", "quantile"]
Unanswered = Literal["quantile", "audience", "baseline", "spread", "clusters", "impossible"]

_KINDS: dict[Kind, tuple[str, str]] = {
    "proportion": ("ein Anteil aller Kontakte der Gruppe", "a share of all contacts of the group"),
    "mean": (
        "ein Mittelwert über alle Kontakte der Gruppe; wer nichts kauft, zählt mit 0",
        "a mean over all contacts of the group; who buys nothing counts as 0",
    ),
    "count": ("eine Anzahl je Kontakt der Gruppe", "a number per contact of the group"),
    "ratio": ("ein Verhältnis zweier Summen der Gruppe", "a ratio of two sums of the group"),
    "quantile": ("ein Quantil der Gruppe", "a quantile of the group"),
}
_WANTING: dict[Unanswered, tuple[str, str]] = {
    "quantile": ("für ein Quantil wird sie nicht berechnet", "it is not computed for a quantile"),
    "audience": (
        "die Größe der Zielgruppe ist nicht angegeben (audience.expected_size)",
        "the size of the audience is not given (audience.expected_size)",
    ),
    "baseline": (
        "der heutige Wert der Hauptmetrik ist nicht angegeben (design.baselines)",
        "today's value of the primary metric is not given (design.baselines)",
    ),
    "spread": (
        "die Standardabweichung der Hauptmetrik ist nicht angegeben (design.baselines)",
        "the standard deviation of the primary metric is not given (design.baselines)",
    ),
    "clusters": (
        "Anzahl oder Korrelation der Haushalte ist nicht angegeben",
        "the number of households or their correlation is not given",
    ),
    "impossible": (
        "Effekt und heutiger Wert passen nicht zusammen",
        "the effect does not fit today's value",
    ),
}


def primary(title: str, kind: Kind, window: int | None, language: Language) -> str:
    """The one metric that decides."""
    de, en = _KINDS[kind]
    name = quoted(title, language)
    days = "" if window is None else duration(window, language)
    return say(
        language,
        de=f"Entscheidend ist {name}" + (f" nach {days.replace('Tage', 'Tagen')}" if days else "") + f": {de}.",
        en=f"What decides is {name}" + (f" after {days}" if days else "") + f": {en}.",
    )


def secondary(titles: Sequence[str], language: Language) -> str:
    """Metrics that are reported and never decide alone."""
    names = listed([quoted(title, language) for title in titles], language)
    return say(
        language,
        de=f"Außerdem berichtet, aber allein nie entscheidend: {names}.",
        en=f"Also reported, but never deciding alone: {names}.",
    )


def guardrail(title: str, margin: str, language: Language, *, better: Literal["up", "down"]) -> str:
    """What must not get worse."""
    name = quoted(title, language)
    de, en = ("fallen", "fall") if better == "up" else ("steigen", "rise")
    return say(
        language,
        de=f"Leitplanke: {name} darf um höchstens {margin} {de}.",
        en=f"Guardrail: {name} may {en} by at most {margin}.",
    )


def segments(columns: Sequence[str], language: Language) -> str:
    """Splits that were declared before."""
    names = listed([f"`{column}`" for column in columns], language)
    return say(
        language,
        de=f"Aufgeteilt wird nach {names}; jede andere Aufteilung ist eine Erkundung und beweist nichts.",
        en=f"Results are split by {names}; any other split is exploratory and proves nothing.",
    )


def by_assignment(language: Language) -> str:
    """Intention to treat."""
    return say(
        language,
        de="Verglichen wird nach Zuteilung: Wer in einer Gruppe ist, zählt dort, auch wenn ihn nichts erreicht hat.",
        en="Groups are compared as assigned: whoever is in a group counts there, reached or not.",
    )


def power(effect: str, chance: float, confidence: float, language: Language, *, any_arm: bool, several: bool) -> str:
    """The chance to find the smallest effect of interest; rounded down to whole per cent."""
    shown, level = _whole(chance, language), numbers.plain_percent(1 - confidence, language)
    de = " in mindestens einer Gruppe" if any_arm else " in jeder Gruppe für sich" if several else ""
    en = " in at least one group" if any_arm else " in each single group" if several else ""
    return say(
        language,
        de=f"Beträgt die Wirkung wirklich {effect}, wird sie{de} mit einer Chance von {shown} nachgewiesen. Gibt es "
        f"keine Wirkung, wird mit einem Risiko von {level} trotzdem ein Unterschied gemeldet.",
        en=f"If the effect really is {effect}, it is shown with a chance of {shown}{en}. If there is no effect, a "
        f"difference is reported all the same with a risk of {level}.",
    )


def from_to(effect: str, before: str, after: str, language: Language) -> str:
    """An effect with the values that it means."""
    return say(language, de=f"{effect} (von {before} auf {after})", en=f"{effect} (from {before} to {after})")


def too_small(required: float, language: Language) -> str:
    """The gate refuses it."""
    share = numbers.plain_percent(required, language)
    return say(
        language,
        de=f"Das ist zu wenig: Verlangt sind {share}. `uplift check` sagt, welche Änderung genügt.",
        en=f"That is too little: {share} are required. `uplift check` says which change is enough.",
    )


def detectable(effect: str, required: float, language: Language) -> str:
    """The limit of what can be found."""
    share = numbers.plain_percent(required, language)
    return say(
        language,
        de=f"Die kleinste Wirkung, die er mit einer Chance von {share} findet, ist {effect}. Eine kleinere bleibt "
        "eher unentdeckt; «kein Unterschied gefunden» heißt dann nicht, dass es keinen gibt.",
        en=f"The smallest effect that it finds with a chance of {share} is {effect}. A smaller one rather stays "
        "hidden; 'no difference found' then does not mean that there is none.",
    )


def too_few(chance: float, language: Language) -> str:
    """Converters are too few for a verdict with a chance that matters."""
    share = _whole(chance, language)
    return say(
        language,
        de=f"Nur mit einer Chance von {share} gibt es in der kleinsten Gruppe genug Ereignisse für irgendein Urteil.",
        en=f"Only with a chance of {share} are there enough events in the smallest group for any verdict.",
    )


def unanswered(why: Unanswered, effect: str, language: Language) -> str:
    """Power is not known."""
    de, en = _WANTING[why]
    return say(
        language,
        de=f"Gesucht wird eine Wirkung von {effect}. Wie groß die Chance ist, sie zu finden, weiß niemand: {de}.",
        en=f"It looks for an effect of {effect}. Nobody knows the chance to find it: {en}.",
    )


def rests_on(value: str, typed: bool, source: str, on: datetime.date | None, language: Language) -> str:
    """Where today's value comes from."""
    when = "" if on is None else day(on, language)
    origin_de = "von Hand eingetragen" if typed else f"gemessen an {quoted(source, language)}"
    origin_en = "typed by hand" if typed else f"measured on {quoted(source, language)}"
    return say(
        language,
        de=f"Gerechnet ist mit einem heutigen Wert von {value} ({origin_de}"
        + (f", Stand {when})." if when else ", ohne Datum)."),
        en=f"This rests on a value of {value} today ({origin_en}" + (f", {when})." if when else ", without a date)."),
    )


def explained(r_squared: float, language: Language) -> str:
    """What the contacts' past is worth at the read-out."""
    share, factor = numbers.percent(r_squared, language), numbers.number(1 / (1 - r_squared), language)
    return say(
        language,
        de=f"Eingerechnet ist, was die Vergangenheit der Kontakte erklärt (gemessen: {share} der Streuung); das wirkt "
        f"wie {factor}-mal so viele Kontakte.",
        en=f"What the contacts' past explains is counted in (measured: {share} of the variance); it is as if there "
        f"were {factor} times the contacts.",
    )


def several_arms(comparisons: int, correction: str, language: Language) -> str:
    """How several comparisons are accounted for."""
    name = {"holm": "Holm", "dunnett": "Dunnett"}.get(correction)
    if name is None:
        return say(
            language,
            de=f"Es gibt {comparisons} Vergleiche, und keiner berücksichtigt die anderen: Das Risiko eines falschen "
            "Treffers ist größer.",
            en=f"There are {comparisons} comparisons, and none accounts for the others: the risk of a false find is "
            "larger.",
        )
    return say(
        language,
        de=f"Es gibt {comparisons} Vergleiche; damit mehr Gruppen nicht mehr falsche Treffer bringen, gilt eine "
        f"Korrektur nach {name}.",
        en=f"There are {comparisons} comparisons; so that more groups do not bring more false finds, they are "
        f"corrected by {name}'s method.",
    )


def ship(rule: str, language: Language) -> str:
    """When rolling out is recommended."""
    return say(language, de=f"Ausgerollt wird, wenn gilt: {rule}.", en=f"It is rolled out if: {rule}.")


def stop(rule: str, language: Language) -> str:
    """When stopping is recommended."""
    return say(language, de=f"Gestoppt wird, wenn gilt: {rule}.", en=f"It is stopped if: {rule}.")


def person(language: Language) -> str:
    """Rules recommend, people decide."""
    return say(
        language,
        de="Gilt keine der Regeln, bleibt es offen. Die Regeln empfehlen; entscheiden und unterschreiben muss ein "
        "Mensch (`uplift decide`), der prüft, ob die Zahlen zu allem passen, was man sonst weiß.",
        en="If no rule holds, it stays open. Rules recommend; a person has to decide and sign (`uplift decide`), who "
        "checks whether the numbers fit everything else that is known.",
    )


def withheld(contacts: int, until: datetime.date | None, language: Language) -> str:
    """What happens to those who get nothing."""
    amount = numbers.count(contacts, language)
    date = None if until is None else day(until, language)
    return say(
        language,
        de=f"Rund {amount} Kontakte bekommen nichts von dem, was getestet wird"
        + (f", bis zur Auswertung am {date}" if date else "")
        + ". Ohne sie wüsste niemand, was ohnehin geschehen wäre. Danach bekommen sie, was entschieden wird.",
        en=f"About {amount} contacts get nothing of what is tested"
        + (f" until the read-out on {date}" if date else "")
        + ". Without them nobody would know what would have happened anyway. Afterwards they get what is decided.",
    )


def price(effect: str, missed: str, language: Language) -> str:
    """What the control costs if the treatment works as hoped."""
    return say(
        language,
        de=f"Wirkt es wie erhofft ({effect}), fehlen bei ihnen rund {missed}: Das ist der Preis der Antwort.",
        en=f"If it works as hoped ({effect}), they miss about {missed}: that is the price of the answer.",
    )


def events(amount: float, language: Language) -> str:
    """An expected number of contacts with an event."""
    number = numbers.count(max(1, round(amount)), language)
    return say(language, de=f"{number} Kontakte mit Ereignis", en=f"{number} contacts with an event")


def signed(by: str, on: datetime.date, amendments: int, language: Language) -> str:
    """Locked."""
    date = day(on, language)
    return say(
        language,
        de=f"Festgeschrieben am {date} von {by}"
        + ("." if not amendments else f"; seitdem {amendments}-mal offen geändert."),
        en=f"Signed on {date} by {by}" + ("." if not amendments else f"; amended {amendments} times since."),
    )


def differs(fields: Sequence[str], language: Language) -> str:
    """The YAML is not what was signed."""
    names = listed([f"`{field}`" for field in fields], language)
    return say(
        language,
        de=f"Die Datei weicht davon ab, ohne dass es jemand unterschrieben hat: {names}.",
        en=f"The file differs from it, and nobody has signed that: {names}.",
    )


def unsigned(identifier: str, language: Language) -> str:
    """Not locked yet."""
    return say(
        language,
        de=f"Noch ist nichts festgeschrieben; das geschieht mit `uplift lock {identifier}`, bevor jemand Daten sieht.",
        en=f"Nothing is signed yet; `uplift lock {identifier}` does it before anybody sees data.",
    )


def _whole(share: float, language: Language) -> str:
    """Whole per cent, rounded down: 79.96 % is not yet 80 %."""
    return numbers.plain_percent(int(100 * share + 1e-9) / 100, language)
