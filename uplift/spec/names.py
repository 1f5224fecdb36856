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
