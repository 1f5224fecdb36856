"""Arms that do not have the sizes of their weights on a day or as the days came, or that meet a trigger unequally."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from uplift.words import numbers
from uplift.words.dates import day, duration
from uplift.words.language import Language, say
from uplift.words.names import shortened

Facts = Mapping[str, str | int | float | None]


def days(facts: Facts, language: Language) -> str:
    """The day that fits worst."""
    parts, p, alpha = _count(facts, "parts", language), facts.get("p"), facts.get("alpha")
    worst = _day(facts.get("worst"), language)
    if isinstance(p, float) and isinstance(alpha, float) and p < alpha:
        return say(
            language,
            de=f"Am {worst} passt die Aufteilung nicht (korrigiert über {parts} Tage {_p(facts, language)}).",
            en=f"On {worst} the split does not fit (corrected over {parts} days, {_p(facts, language)}).",
        )
    return say(
        language,
        de=f"Die Aufteilung passt an allen {parts} Tagen (schlechtester: {worst}; korrigiert {_p(facts, language)}).",
        en=f"The split fits on all {parts} days (the worst: {worst}; corrected {_p(facts, language)}).",
    )


def sequence(facts: Facts, language: Language) -> str:
    """Whether the days, read as they came, fit the plan; else from which one on they do not."""
    seen, first, p = facts.get("days"), facts.get("first_day"), _p(facts, language)
    told = duration(seen, language) if isinstance(seen, int) else "—"
    if not isinstance(first, int):
        return say(
            language,
            de=f"Auch laufend geprüft passt die Aufteilung ({told}, {p}).",
            en=f"Checked as the days came, the split fits too ({told}, {p}).",
        )
    since = facts.get("since")
    when = f", {_day(since, language)}," if isinstance(since, str) else ""
    return say(
        language,
        de=f"Laufend geprüft passt die Aufteilung ab dem {first}. Tag der Zuteilung{when} nicht mehr ({p}).",
        en=f"Checked as the days came, the split no longer fits from day {first} of assignment{when} on ({p}).",
    )


def trigger(facts: Facts, language: Language) -> str:
    """Whether the arms meet the trigger equally often."""
    shares = {name.removeprefix("share "): found for name, found in facts.items() if name.startswith("share ")}
    told = ", ".join(
        f"{shortened(arm)} {numbers.percent(float(share), language)}"
        for arm, share in shares.items()
        if isinstance(share, int | float)
    )
    p, alpha = facts.get("p"), facts.get("alpha")
    test = f"; {_p(facts, language)}" if isinstance(p, float) else ""
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


def _day(found: str | int | float | None, language: Language) -> str:
    try:
        return day(datetime.date.fromisoformat(str(found)), language)
    except ValueError:
        return "—"


def _p(facts: Facts, language: Language) -> str:
    p = facts.get("p")
    return numbers.p_text(p, language) if isinstance(p, float) else "p —"


def _count(facts: Facts, name: str, language: Language) -> str:
    value = facts.get(name)
    return numbers.count(value, language) if isinstance(value, int) else "—"
