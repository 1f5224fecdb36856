"""Guardrails: what must not get worse by more than a margin, and whether it did."""

from __future__ import annotations

from typing import Literal

from uplift.words import numbers, values
from uplift.words.language import Language, say

Status = Literal["ok", "open", "breached", "refused"]


def margin(
    amount: float,
    unit: Literal["relative", "points", "absolute"],
    *,
    form: values.Format,
    currency: str | None,
    language: Language,
) -> str:
    """The margin as it was written: «0,3 Prozentpunkte», «5 %» or an amount."""
    if unit == "relative":
        return numbers.plain_percent(amount, language)
    if unit == "points":
        return numbers.plain_points(amount, language)
    if form == "money" and currency:
        return numbers.money(amount, currency, language)
    return numbers.plain_number(amount, language)


def word(status: Status, language: Language) -> str:
    """The status in one word."""
    words = {
        "ok": ("eingehalten", "kept"),
        "open": ("offen", "open"),
        "breached": ("verletzt", "breached"),
        "refused": ("kein Urteil", "no verdict"),
    }
    de, en = words[status]
    return say(language, de=de, en=en)


def sentence(status: Status, limit: str, language: Language, *, better: Literal["up", "down"]) -> str:
    """What the interval says about the margin."""
    harm_de, harm_en = ("Rückgang", "fall") if better == "up" else ("Anstieg", "rise")
    if status == "ok":
        return say(
            language,
            de=f"Leitplanke eingehalten: ein {harm_de} über {limit} ist ausgeschlossen.",
            en=f"Guardrail kept: a {harm_en} beyond {limit} is excluded.",
        )
    if status == "breached":
        return say(
            language,
            de=f"Leitplanke verletzt: der {harm_de} liegt nachweisbar über {limit}.",
            en=f"Guardrail breached: the {harm_en} is proven to be beyond {limit}.",
        )
    if status == "open":
        return say(
            language,
            de=f"Leitplanke offen: ein {harm_de} über {limit} ist nicht ausgeschlossen.",
            en=f"Guardrail open: a {harm_en} beyond {limit} is not excluded.",
        )
    return say(
        language,
        de=f"Leitplanke ({limit}): kein Urteil möglich.",
        en=f"Guardrail ({limit}): no verdict can be given.",
    )
