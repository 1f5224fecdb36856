"""Contacts that were merged after their assignment: how often in each arm, and what the result is without some."""

from __future__ import annotations

from collections.abc import Iterator

from uplift.words import numbers
from uplift.words.language import Language, say
from uplift.words.names import shortened
from uplift.words.sentences.facts import Facts, by_arm, fits
from uplift.words.values import uplift_range


def rate(facts: Facts, language: Language) -> str | None:
    """How many contacts were merged, and whether as large a share of every arm."""
    merged, total, conflicts = facts.get("merged"), facts.get("total"), facts.get("conflicts")
    if not isinstance(merged, int) or not isinstance(total, int) or not isinstance(conflicts, int):
        return None
    every, apart = numbers.count(total, language), numbers.count(conflicts, language)
    some = numbers.percent(merged / total, language) if total else "—"
    who_de, who_en = f"{every} Kontakten", f"{every} contacts"
    if isinstance(counted := facts.get("counted"), str):
        who_de, who_en = f"{every} Einheiten ({shortened(counted)})", f"{every} clusters ({shortened(counted)})"
    if not merged:
        return say(
            language,
            de=f"Von {who_de} wurde seit der Zuteilung nichts zusammengeführt.",
            en=f"Of {who_en} none was merged since the assignment.",
        )
    shares = ", ".join(f"{arm} {share}" for arm, share in _shares(facts, language))
    p = facts.get("p")
    test = f"{shares}; {numbers.p_text(p, language)}" if isinstance(p, float) else shares
    if not fits(facts):
        return say(
            language,
            de=f"In den Gruppen wurde unterschiedlich oft zusammengeführt ({test}), insgesamt {some} von {who_de}; "
            f"Kennungen aus verschiedenen Gruppen: {apart}.",
            en=f"Unlike shares of the groups were merged ({test}), {some} of {who_en} in all; ids from different "
            f"groups: {apart}.",
        )
    return say(
        language,
        de=f"Von {who_de} wurden {some} zusammengeführt, in allen Gruppen ähnlich oft ({test}); Kennungen aus "
        f"verschiedenen Gruppen: {apart}.",
        en=f"{some} of {who_en} were merged, alike in all groups ({test}); ids from different groups: {apart}.",
    )


def without_conflicts(facts: Facts, language: Language) -> str | None:
    """The primary metric without the contacts whose ids were in different arms."""
    conflicts, metric = facts.get("conflicts"), facts.get("metric")
    if not isinstance(conflicts, int) or not isinstance(metric, str):
        return None
    left_out, name = numbers.count(conflicts, language), shortened(metric)
    told = "; ".join(_readings(facts, language))
    if not told:
        return None
    return say(
        language,
        de=f"{name} ohne {left_out} zusammengeführte Kontakte aus verschiedenen Gruppen: {told}.",
        en=f"{name} without {left_out} merged contacts from different groups: {told}.",
    )


def _shares(facts: Facts, language: Language) -> Iterator[tuple[str, str]]:
    for arm, share in by_arm(facts, "share").items():
        if isinstance(share, int | float):
            yield shortened(arm), numbers.percent(share, language)


def _readings(facts: Facts, language: Language) -> Iterator[str]:
    for arm, value in by_arm(facts, "without").items():
        every = facts.get(f"every {arm}")
        if not isinstance(value, float) or not isinstance(every, float):
            continue
        now, before = (numbers.percent(v, language, signed=True) for v in (value, every))
        low, high = facts.get(f"low {arm}"), facts.get(f"high {arm}")
        interval = ""
        if isinstance(low, float) and isinstance(high, float):
            interval = f" ({uplift_range(low, high, language)})"
        instead = say(language, de=f"statt {before}", en=f"instead of {before}")
        yield f"{shortened(arm)} {now}{interval} {instead}"
