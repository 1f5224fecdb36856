"""Did you mean …: the nearest of the names that would have been right."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name most like the word, or None when nothing is near.

    >>> nearest("gaurdrails", ["primary", "secondary", "guardrails"])
    'guardrails'
    """
    from difflib import get_close_matches

    by_lower = {name.lower(): name for name in names}
    found = get_close_matches(word[:100].lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def suggestion(word: str, names: Iterable[str], *, allowed: str = "allowed") -> str:
    """The fix for a wrong name: the nearest one, and all that are allowed while they fit on a line.

    >>> suggestion("roling", ["snapshot", "waves", "rolling"])
    "did you mean 'rolling'? allowed: snapshot, waves, rolling"
    """
    known = list(names)
    near = nearest(word, known)
    parts = [f"did you mean '{near}'?"] if near else []
    shown = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    if shown:
        parts.append(f"{allowed}: {shown}")
    return " ".join(parts) or "none is defined"


_GERMAN = {
    "audience": "zielgruppe empfänger empfaenger kontakte",
    "arms": "gruppen varianten arme testgruppen",
    "control": "kontrolle kontrollgruppe",
    "weight": "gewicht anteil verteilung",
    "metrics": "metriken kennzahlen kpis messgrößen",
    "metric": "metrik kennzahl kpi",
    "schedule": "zeitplan zeitraum laufzeit termine",
    "start": "beginn startdatum",
    "enrol_until": "ende enddatum bis",
    "hypothesis": "hypothese annahme",
    "owner": "verantwortlich eigentümer besitzer team",
    "title": "titel name",
    "unit": "einheit",
    "window": "fenster zeitfenster",
    "mde": "effekt mindesteffekt",
    "expected_size": "größe groesse umfang anzahl",
    "where": "filter bedingung wobei",
    "source": "quelle",
    "decision": "entscheidung",
    "segments": "segmente",
    "margin": "marge toleranz",
    "holdout": "kontrollpool",
    "value": "wert",
    "date": "datum",
}


def in_english(word: str, names: Iterable[str]) -> str | None:
    """The key behind a German word, where it is one of the names.

    >>> in_english("Gruppen", ["arms", "unit"]), in_english("Gruppen", ["unit"])
    ('arms', None)
    """
    known = {german: name for name, words in _GERMAN.items() for german in words.split()}
    found = known.get(word.lower())
    return found if found in set(names) else None
