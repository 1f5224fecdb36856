"""What was signed before, changed in the open and decided in the end: sentences for the report."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Literal

from uplift.words.dates import day
from uplift.words.grammar import listed
from uplift.words.language import Language, say

Action = Literal["ship", "stop", "repeat"]
_ACTIONS: dict[Action, tuple[str, str]] = {
    "ship": ("ausrollen", "roll out"),
    "stop": ("nicht ausrollen", "do not roll out"),
    "repeat": ("noch einmal testen", "test again"),
}


def heading(language: Language) -> str:
    """The heading of the block."""
    return say(language, de="Festgeschrieben und entschieden", en="Signed and decided")


def not_locked(language: Language) -> str:
    """Nobody can tell plan from afterthought."""
    return say(
        language,
        de="Vorab festgeschrieben wurde nichts: Ob Metriken und Regeln vor dem ersten Blick auf die Daten feststanden, "
        "lässt sich nicht belegen.",
        en="Nothing was signed beforehand: whether metrics and rules stood before the first look at the data cannot be "
        "shown.",
    )


def locked(on: datetime.date, by: str, commit: str | None, language: Language, *, after_start: bool) -> str:
    """When and by whom, and whether that was in time."""
    date, at = day(on, language), f" (Commit {commit[:7]})" if commit else ""
    if after_start:
        return say(
            language,
            de=f"Festgeschrieben am {date} von {by}{at}, erst nach dem Start: Was davor feststand, lässt sich nicht "
            "belegen.",
            en=f"Signed on {date} by {by}{at.replace('Commit', 'commit')}, only after the start: what stood before "
            "cannot be shown.",
        )
    return say(
        language,
        de=f"Metriken, Gruppen, Plan und Entscheidungsregel wurden am {date} von {by}{at} festgeschrieben, vor dem "
        "Start.",
        en=f"Metrics, groups, plan and decision rule were signed on {date} by {by}{at.replace('Commit', 'commit')}, "
        "before the start.",
    )


def unchanged(language: Language) -> str:
    """No amendment."""
    return say(language, de="Seitdem ist daran nichts geändert.", en="Nothing of it has been changed since.")


def amended(on: datetime.date, by: str, reason: str, changes: Sequence[str], language: Language) -> str:
    """One amendment."""
    date, made = day(on, language), "; ".join(changes)
    return say(
        language,
        de=f"Nachtrag vom {date} ({by}): {made}. Grund: {reason}",
        en=f"Amended on {date} ({by}): {made}. Reason: {reason}",
    )


def change(field: str, old: str | None, new: str | None, language: Language) -> str:
    """One field of an amendment; «…» stands for a whole block."""
    if old is None:
        what = "" if new in (None, "…") else f" ({new})"
        return say(language, de=f"{field} ergänzt{what}", en=f"{field} added{what}")
    if new is None:
        what = "" if old == "…" else f" ({old})"
        return say(language, de=f"{field} gestrichen{what}", en=f"{field} removed{what}")
    return f"{field} {old} → {new}"


def opened_epoch(epoch: int, language: Language) -> str:
    """New weights."""
    return say(
        language,
        de=f"neue Gewichte nur für Kontakte, die danach dazukamen (Gewichtsepoche {epoch})",
        en=f"new weights only for contacts who joined afterwards (weight epoch {epoch})",
    )


def unsigned(fields: Sequence[str], language: Language) -> str:
    """Changed without an amendment."""
    names = listed(fields, language)
    return say(
        language,
        de=f"Ohne Nachtrag geändert: {names}. Diese Fassung hat niemand unterschrieben.",
        en=f"Changed without an amendment: {names}. Nobody has signed this version.",
    )


def exploratory(names: Sequence[str], language: Language) -> str:
    """What came or changed after the lock."""
    what = listed(names, language)
    return say(
        language,
        de=f"Nachträglich ergänzt oder geändert und darum nur erkundend: {what}.",
        en=f"Added or changed after the lock and so exploratory only: {what}.",
    )


def later(what: Literal["added", "changed"], language: Language) -> str:
    """The mark beside a metric or segment."""
    if what == "added":
        return say(language, de="nachträglich ergänzt (erkundend)", en="added after the lock (exploratory)")
    return say(language, de="nachträglich geändert (erkundend)", en="changed after the lock (exploratory)")


def decision(on: datetime.date, by: str, action: Action, reason: str, language: Language, *, against: bool) -> str:
    """What a person decided, and whether the rules had said something else."""
    date, (de, en) = day(on, language), _ACTIONS[action]
    but_de = ", entgegen der Empfehlung der Regel" if against else ""
    but_en = ", against what the rule recommended" if against else ""
    return say(
        language,
        de=f"Entscheidung vom {date} ({by}): {de}{but_de}. Grund: {reason}",
        en=f"Decision of {date} ({by}): {en}{but_en}. Reason: {reason}",
    )


def standing(language: Language, *, signed: bool, final: bool) -> str:
    """Beside the day of the result: numbers are final when a person has signed them, and not before."""
    if final:
        return say(language, de="endgültig: unterschrieben", en="final: signed")
    if signed:
        return say(language, de="vorläufig: es fehlen noch Daten", en="not final: data are still missing")
    return say(language, de="vorläufig: nicht unterschrieben", en="not final: not signed")


def not_signed(language: Language) -> str:
    """Closed, yet nobody has decided."""
    return say(
        language,
        de="Noch hat niemand unterschrieben, was aus diesem Ergebnis folgt (`uplift decide`).",
        en="Nobody has signed yet what follows from this result (`uplift decide`).",
    )
