"""Why a contact gets what it gets: a sentence for the target list."""

from __future__ import annotations

from uplift.words.language import Language, say
from uplift.words.numbers import NBSP


def reason(role: str, *, arm: str, tenth: int | None, language: Language) -> str:
    """The reason for one contact; `arm` is what the plan gives it, `tenth` its part of the ranking (1: the best).

    >>> reason("targeted", arm="voucher_5", tenth=1, language="en")
    'Among the 10% with the largest expected gain; voucher_5 fits best.'
    """
    if role == "targeted":
        return _targeted(arm, tenth, language)
    if role == "held_back":
        return say(
            language,
            de=f"Zufällig zurückgehalten, damit die Kampagne messbar bleibt; geplant war {arm}.",
            en=f"Held back by chance so that the campaign can be measured; {arm} was planned.",
        )
    if role == "tried_out":
        return say(
            language,
            de="Zufällig trotzdem angeschrieben, damit auch über die übrigen Kontakte etwas bekannt wird.",
            en="Treated by chance all the same, so that something is learned about the other contacts too.",
        )
    if role == "excluded":
        return say(
            language,
            de="Ausgeschlossen: Die Regeln erlauben für diesen Kontakt nichts.",
            en="Excluded: the rules allow nothing for this contact.",
        )
    return say(
        language,
        de="Nicht ausgewählt: Der erwartete Gewinn deckt die Kosten nicht, oder andere bringen mehr.",
        en="Not chosen: the expected gain does not cover the cost, or others bring more.",
    )


def _targeted(arm: str, tenth: int | None, language: Language) -> str:
    if tenth is None:
        return say(language, de=f"{arm} bringt voraussichtlich mehr als nichts.", en=f"{arm} is expected to pay.")
    share = tenth * 10
    return say(
        language,
        de=f"Unter den {share}{NBSP}% mit dem größten erwarteten Gewinn; {arm} passt am besten.",
        en=f"Among the {share}% with the largest expected gain; {arm} fits best.",
    )
