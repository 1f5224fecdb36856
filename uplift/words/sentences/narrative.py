"""What an experiment will do, as a story: whole sentences for people who have never seen its YAML."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Literal

from uplift.words import numbers
from uplift.words.dates import day, days_between, duration
from uplift.words.grammar import listed
from uplift.words.language import Language, say

Heading = Literal["about", "who", "what", "when", "measured", "finds", "decided", "withheld", "signed"]

_HEADINGS: dict[Heading, tuple[str, str]] = {
    "about": ("Worum es geht", "What it is about"),
    "who": ("Wer", "Who"),
    "what": ("Was mit wem geschieht", "What happens to whom"),
    "when": ("Wann", "When"),
    "measured": ("Was gemessen wird", "What is measured"),
    "finds": ("Was der Test finden kann", "What the test can find"),
    "decided": ("Was dann entschieden wird", "What is decided then"),
    "withheld": ("Was den Zurückgehaltenen entgeht", "What the withheld contacts miss"),
    "signed": ("Was festgeschrieben ist", "What is signed"),
}


def heading(name: Heading, language: Language) -> str:
    """The heading of one part."""
    de, en = _HEADINGS[name]
    return say(language, de=de, en=en)


def quoted(name: str, language: Language) -> str:
    """A name that somebody else chose, in the quotation marks of the language."""
    return say(language, de=f"«{name}»", en=f"'{name}'")


def hypothesis(text: str, language: Language) -> str:
    """What is to be shown."""
    return say(language, de=f"Hypothese: {text}", en=f"Hypothesis: {text}")


def owner(name: str, language: Language) -> str:
    """Who answers for it."""
    return say(language, de=f"Verantwortlich ist {name}.", en=f"{name} answers for it.")


def audience(source: str, where: str | None, size: int | None, language: Language) -> str:
    """Who is eligible."""
    about = "" if size is None else numbers.count(size, language)
    name = quoted(source, language)
    if where is None:
        return say(
            language,
            de=f"Geeignet sind alle Kontakte aus {name}" + (f", erwartet werden {about}." if about else "."),
            en=f"All contacts of {name} are eligible" + (f"; {about} are expected." if about else "."),
        )
    return say(
        language,
        de=f"Geeignet sind Kontakte aus {name}, für die vor der Zuteilung gilt: `{where}`."
        + (f" Erwartet werden {about}." if about else ""),
        en=f"Contacts of {name} are eligible for whom this holds before assignment: `{where}`."
        + (f" {about} are expected." if about else ""),
    )


def holdout(name: str, share: float, exempt: Sequence[str], language: Language) -> str:
    """Contacts that no experiment writes to."""
    part = numbers.plain_percent(share, language)
    but = listed(exempt, language)
    return say(
        language,
        de=f"{part} aller Kontakte gehören zum Holdout {quoted(name, language)} und bekommen von keinem Experiment "
        "etwas" + (f" (ausgenommen: {but})." if but else "."),
        en=f"{part} of all contacts belong to the holdout {quoted(name, language)} and get nothing from any experiment"
        + (f" (except: {but})." if but else "."),
    )


def layer(name: str, low: float, high: float, language: Language) -> str:
    """The part of a layer that this experiment takes."""
    start, end = numbers.plain_percent(low, language), numbers.plain_percent(high, language)
    return say(
        language,
        de=f"In der Ebene {quoted(name, language)} nimmt es den Teil von {start} bis {end}; wer darin liegt, ist in "
        "keinem anderen Experiment dieser Ebene.",
        en=f"In the layer {quoted(name, language)} it takes the part from {start} to {end}; whoever is in it is in no "
        "other experiment of that layer.",
    )


def cluster(column: str, language: Language) -> str:
    """What stays together."""
    return say(
        language,
        de=f"Kontakte mit demselben Wert in `{column}` kommen in dieselbe Gruppe.",
        en=f"Contacts with the same `{column}` are put into the same group.",
    )


def observed(column: str, language: Language) -> str:
    """Another system made the split."""
    return say(
        language,
        de=f"Die Gruppen hat ein anderes System gebildet; sie stehen in der Spalte `{column}`.",
        en=f"Another system has made the groups; they stand in the column `{column}`.",
    )


def drawn(language: Language, *, strata: Sequence[str]) -> str:
    """How arms are drawn."""
    within = listed([f"`{column}`" for column in strata], language)
    return say(
        language,
        de="Wer in welche Gruppe kommt, bestimmt ein Hash der Kennung"
        + (f", ausgeglichen innerhalb von {within}" if within else "")
        + "; jeder kann es nachrechnen, und niemand wechselt die Gruppe.",
        en="A hash of the id decides who gets into which group"
        + (f", balanced within {within}" if within else "")
        + "; anybody can recompute it, and nobody changes groups.",
    )


def control(name: str, share: float, contacts: int | None, language: Language) -> str:
    """The arm all others are compared with."""
    size = _size(share, contacts, language)
    return say(
        language,
        de=f"{quoted(name, language)} ({size}) ist die Kontrollgruppe: Sie wird behandelt wie ohne den Test.",
        en=f"{quoted(name, language)} ({size}) is the control: it is treated as if there were no test.",
    )


def treatment(
    name: str,
    share: float,
    contacts: int | None,
    language: Language,
    *,
    what: str,
    details: Sequence[str],
    channels: Sequence[str],
) -> str:
    """What an arm gets, and how."""
    size = _size(share, contacts, language)
    given = quoted(what, language) + (f" ({', '.join(details)})" if details else "")
    by = listed(channels, language)
    return say(
        language,
        de=f"{quoted(name, language)} ({size}) bekommt {given}" + (f", und zwar per {by}." if by else "."),
        en=f"{quoted(name, language)} ({size}) gets {given}" + (f", by {by}." if by else "."),
    )


def cost(each: str, total: str | None, redeemed: str | None, language: Language) -> str:
    """What an arm costs; each part may be absent."""
    de = [f"{each} je Kontakt" + (f" (zusammen rund {total})" if total else "")] if each else []
    en = [f"{each} per contact" + (f" (about {total} in all)" if total else "")] if each else []
    if redeemed:
        de.append(f"{redeemed} je Einlösung")
        en.append(f"{redeemed} per redemption")
    return say(language, de=f"Das kostet {' und '.join(de)}.", en=f"That costs {' and '.join(en)}.")


def _size(share: float, contacts: int | None, language: Language) -> str:
    part = numbers.plain_percent(share, language)
    if contacts is None:
        return part
    number = numbers.count(contacts, language)
    return say(language, de=f"{part}, rund {number} Kontakte", en=f"{part}, about {number} contacts")


def entry_at_once(start: datetime.date, language: Language) -> str:
    """One draw."""
    first = day(start, language)
    return say(
        language,
        de=f"Alle werden auf einmal zugeteilt, am {first}; wer später geeignet ist, kommt nicht mehr dazu.",
        en=f"Everybody is assigned at once, on {first}; whoever becomes eligible later does not join.",
    )


def entry_in_waves(start: datetime.date, count: int, every: int, last: datetime.date, language: Language) -> str:
    """Dated draws."""
    first, final, step = day(start, language), day(last, language), duration(every, language)
    return say(
        language,
        de=f"Zugeteilt wird in {count} Ziehungen im Abstand von {step.replace('Tage', 'Tagen')}, von der ersten am "
        f"{first} bis zur letzten am {final}.",
        en=f"Contacts are assigned in {count} draws, {step} apart, from {first} to {final}.",
    )


def entry_rolling(start: datetime.date, last: datetime.date, column: str, language: Language) -> str:
    """New contacts every day."""
    period = days_between(start, last, language)
    return say(
        language,
        de=f"Vom {period} wird jeden Tag zugeteilt, wer seit dem Vortag dazugekommen ist (Spalte `{column}`).",
        en=f"From {period}, whoever has joined since the day before is assigned every day (column `{column}`).",
    )


def read_out(window: int, lag: int, date: datetime.date, language: Language) -> str:
    """When everything is complete."""
    days, late, on = duration(window, language), duration(lag, language), day(date, language)
    return say(
        language,
        de=f"Bei jedem Kontakt zählt, was ab dem Tag der Zuteilung in {days.replace('Tage', 'Tagen')} geschieht"
        + (f"; die Daten kommen bis zu {late} später an" if lag else "")
        + f". Vollständig ist das Ergebnis am {on}: Das ist der Tag der Auswertung.",
        en=f"What counts for each contact is what happens within {days} from the day of assignment"
        + (f"; data arrive up to {late} late" if lag else "")
        + f". The result is complete on {on}: that is the day of the read-out.",
    )


def no_read_out(language: Language) -> str:
    """Enrolment without an end."""
    return say(
        language,
        de="Einen Tag der Auswertung gibt es noch nicht, weil die Aufnahme kein Ende hat.",
        en="There is no day of the read-out yet, because enrolment has no end.",
    )


def looks(names: Sequence[tuple[str, datetime.date]], language: Language) -> str:
    """Interim read-outs."""
    told = listed([f"{day(on, language)} ({name})" for name, on in names], language)
    return say(
        language,
        de=f"Vorher wird nur zu festen Terminen hineingesehen, mit strengeren Schranken: am {told}.",
        en=f"Before that the data are looked at on fixed days only, with stricter bounds: {told}.",
    )


def no_looks(language: Language) -> str:
    """A fixed horizon."""
    return say(
        language,
        de="Vorher wird nicht entschieden: Wer öfter hinsieht und beim ersten guten Tag aufhört, findet Wirkungen, "
        "die es nicht gibt.",
        en="Nothing is decided before: whoever looks often and stops on the first good day finds effects that are "
        "not there.",
    )
