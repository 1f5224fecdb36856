"""What each check of an audit found, in one sentence."""

from __future__ import annotations

from uplift.words import numbers
from uplift.words.language import Language, say
from uplift.words.names import shortened
from uplift.words.sentences.checks import found as found_by_analysis
from uplift.words.sentences.facts import Facts, by_arm, count_of, fits, p_of


def found(code: str, facts: Facts, language: Language) -> str:
    """The finding of an audit in one sentence; codes that the analysis knows too speak as they do there."""
    write = _SENTENCES.get(code)
    return (write(facts, language) if write else None) or found_by_analysis(code, facts, language)


def _strata(facts: Facts, language: Language) -> str:
    worst = shortened(str(facts.get("worst") or "—"))
    parts, p = count_of(facts, "parts", language), p_of(facts, language)
    if fits(facts):
        return say(
            language,
            de=f"Die Aufteilung passt in allen {parts} Schichten (die schlechteste: {worst}; korrigiert {p}).",
            en=f"The split fits in all {parts} strata (the worst: {worst}; corrected {p}).",
        )
    return say(
        language,
        de=f"In der Schicht {worst} passt die Aufteilung nicht (korrigiert über {parts} Schichten {p}).",
        en=f"In stratum {worst} the split does not fit (corrected over {parts} strata, {p}).",
    )


def _erased(facts: Facts, language: Language) -> str:
    count, p = count_of(facts, "erased", language), p_of(facts, language)
    if fits(facts):
        return say(
            language,
            de=f"Gelöschte Kontakte: {count}, auf die Gruppen verteilt wie alle ({p}).",
            en=f"Erased contacts: {count}, spread over the arms like everybody ({p}).",
        )
    return say(
        language,
        de=f"Gelöschte Kontakte: {count}, anders auf die Gruppen verteilt als alle ({p}).",
        en=f"Erased contacts: {count}, spread over the arms unlike everybody ({p}).",
    )


def _balance(facts: Facts, language: Language) -> str:
    columns, p = count_of(facts, "columns", language), p_of(facts, language)
    difference = facts.get("difference")
    apart = numbers.number(difference, language) if isinstance(difference, float) else "—"
    worst = shortened(str(facts.get("worst") or "—"))
    how = say(
        language,
        de=f"größter Abstand {apart} Standardabweichungen bei {worst}",
        en=f"largest difference {apart} standard deviations, at {worst}",
    )
    if fits(facts):
        return say(
            language,
            de=f"Die Gruppen sind in {columns} bekannten Merkmalen ausgewogen ({p}; {how}).",
            en=f"The arms are balanced in {columns} known columns ({p}; {how}).",
        )
    return say(
        language,
        de=f"Die Gruppen unterscheiden sich in den {columns} bekannten Merkmalen, wie sie heute in der Quelle stehen "
        f"({p}; {how}).",
        en=f"The arms differ in the {columns} known columns, as the source shows them today ({p}; {how}).",
    )


def _leak(facts: Facts, language: Language, *, nobody: str, some: str, en: str) -> str:
    contacts, total = count_of(facts, "contacts", language), count_of(facts, "total", language)
    channels = facts.get("channels")
    by = f"; {shortened(channels)}" if isinstance(channels, str) else ""
    if facts.get("contacts") == 0:
        return say(
            language,
            de=f"Keiner der {total} {nobody} hat eine Nachricht bekommen.",
            en=f"None of the {total} {en} got a message.",
        )
    sent = count_of(facts, "messages", language)
    return say(
        language,
        de=f"{contacts} von {total} {some} haben Nachrichten bekommen ({sent} Nachrichten{by}).",
        en=f"{contacts} of {total} {en} got messages ({sent} messages{by}).",
    )


def _control(facts: Facts, language: Language) -> str:
    return _leak(
        facts,
        language,
        nobody="Kontakte der Kontrollgruppe",
        some="Kontakten der Kontrollgruppe",
        en="control contacts",
    )


def _held_out(facts: Facts, language: Language) -> str:
    return _leak(
        facts,
        language,
        nobody="zurückgehaltenen Kontakte",
        some="zurückgehaltenen Kontakten",
        en="held-out contacts",
    )


def _household(facts: Facts, language: Language) -> str:
    contacts, total = count_of(facts, "contacts", language), count_of(facts, "total", language)
    return say(
        language,
        de=f"{contacts} von {total} Kontakten der Kontrollgruppe leben mit jemandem zusammen, der Nachrichten bekam.",
        en=f"{contacts} of {total} control contacts live with somebody who got messages.",
    )


def _never(facts: Facts, language: Language) -> str:
    contacts, total = count_of(facts, "contacts", language), count_of(facts, "total", language)
    arms = ", ".join(
        f"{shortened(arm)} {numbers.count(n, language)}"
        for arm, n in by_arm(facts, "never").items()
        if isinstance(n, int)
    )
    p = f"; {p_of(facts, language)}" if isinstance(facts.get("p"), float) else ""
    return say(
        language,
        de=f"{contacts} von {total} Kontakten der Treatmentgruppen haben nie eine Nachricht bekommen ({arms}{p}).",
        en=f"{contacts} of {total} treated contacts never got a message ({arms}{p}).",
    )


def _delay(facts: Facts, language: Language) -> str:
    arms = ", ".join(
        f"{shortened(name.removeprefix('median '))} {numbers.count(n, language)}"
        for name, n in facts.items()
        if name.startswith("median ") and isinstance(n, int)
    )
    return say(
        language,
        de=f"Tage von der Zuteilung bis zur ersten Nachricht, im Median: {arms}.",
        en=f"Days from assignment to the first message, at the median: {arms}.",
    )


def _carry_over(facts: Facts, language: Language) -> str:
    earlier, share = shortened(str(facts.get("experiment"))), facts.get("share")
    part = numbers.percent(share, language) if isinstance(share, float) else "—"
    p = (
        p_of(facts, language)
        if isinstance(facts.get("p"), float)
        else say(language, de="zu wenige für einen Test", en="too few for a test")
    )
    if fits(facts):
        return say(
            language,
            de=f"{part} der Kontakte waren schon in {earlier}, in allen Gruppen gleich verteilt ({p}).",
            en=f"{part} of the contacts were in {earlier} before, spread evenly over the arms ({p}).",
        )
    return say(
        language,
        de=f"{part} der Kontakte waren schon in {earlier}, und ungleich auf die Gruppen verteilt ({p}).",
        en=f"{part} of the contacts were in {earlier} before, and not spread evenly over the arms ({p}).",
    )


_SENTENCES = {
    "UP801": _strata,
    "UP803": _erased,
    "UP804": _balance,
    "UP805": _control,
    "UP806": _held_out,
    "UP807": _household,
    "UP808": _never,
    "UP809": _delay,
    "UP810": _carry_over,
}
