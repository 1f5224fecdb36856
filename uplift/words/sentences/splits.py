"""Arms that do not have the sizes of their weights on a day or as the days came, or that meet a trigger unequally."""

from __future__ import annotations

from uplift.words import numbers
from uplift.words.dates import duration
from uplift.words.language import Language, say
from uplift.words.names import shortened
from uplift.words.sentences.facts import Facts, by_arm, count_of, day_of, fits, p_of


def days(facts: Facts, language: Language) -> str:
    """The day that fits worst."""
    parts, p = count_of(facts, "parts", language), p_of(facts, language)
    worst = day_of(facts.get("worst"), language) or "—"
    if not fits(facts):
        return say(
            language,
            de=f"Am {worst} passt die Aufteilung nicht (korrigiert über {parts} Tage {p}).",
            en=f"On {worst} the split does not fit (corrected over {parts} days, {p}).",
        )
    return say(
        language,
        de=f"Die Aufteilung passt an allen {parts} Tagen (schlechtester: {worst}; korrigiert {p}).",
        en=f"The split fits on all {parts} days (the worst: {worst}; corrected {p}).",
    )


def sequence(facts: Facts, language: Language) -> str:
    """Whether the days, read as they came, fit the plan; else from which one on they do not."""
    seen, first, p = facts.get("days"), facts.get("first_day"), p_of(facts, language)
    told = duration(seen, language) if isinstance(seen, int) else "—"
    if not isinstance(first, int):
        return say(
            language,
            de=f"Auch laufend geprüft passt die Aufteilung ({told}, {p}).",
            en=f"Checked as the days came, the split fits too ({told}, {p}).",
        )
    since = day_of(facts.get("since"), language)
    when = f", {since}," if since else ""
    return say(
        language,
        de=f"Laufend geprüft passt die Aufteilung ab dem {first}. Tag der Zuteilung{when} nicht mehr ({p}).",
        en=f"Checked as the days came, the split no longer fits from day {first} of assignment{when} on ({p}).",
    )


def trigger(facts: Facts, language: Language) -> str:
    """Whether the arms meet the trigger equally often."""
    shares = by_arm(facts, "share")
    told = ", ".join(
        f"{shortened(arm)} {numbers.percent(float(share), language)}"
        for arm, share in shares.items()
        if isinstance(share, int | float)
    )
    p, alpha = facts.get("p"), facts.get("alpha")
    test = f"; {p_of(facts, language)}" if isinstance(p, float) else ""
    never = any(not share for share in shares.values())
    if isinstance(p, float) and isinstance(alpha, float) and p >= alpha and not never:
        return say(
            language,
            de=f"Den Auslöser erreichen alle Gruppen gleich oft ({told}{test}).",
            en=f"All arms meet the trigger equally often ({told}{test}).",
        )
    return say(
        language,
        de=f"Den Auslöser erreichen die Gruppen nicht gleich oft ({told}{test}); die Wirkung bei diesen Kontakten wird "
        "nicht gezeigt.",
        en=f"The arms do not meet the trigger equally often ({told}{test}); the effect among these contacts is not "
        "shown.",
    )
