"""What a sentence about a test says beside its number: about which customers, and on which level."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from uplift.spec.experiment import Experiment

Group = Literal["lead", "first", "repeat"]
# What «leads to more orders», or leads somebody back, is a verb.
_GROUPS: dict[Group, str] = {
    "lead": r"\bleads?\b(?!(?:\s+\w+){0,2}\s+(?:to|back)\b)|interessent\w*|nichtkäufer\w*|non-?buyers?|prospects?\b",
    "first": r"erst(?:käufer|kunde)\w*|neukund\w*|first[- ](?:time[- ])?(?:buyers?|customers?|purchasers?)"
    r"|new (?:buyers?|customers?)",
    "repeat": r"wiederholungskäufer\w*|wiederkäufer\w*|mehrfachkäufer\w*|stammkund\w*|bestandskund\w*"
    r"|(?:repeat|returning|existing|loyal) (?:buyers?|customers?|purchasers?)",
}
# «Erstkäufer zu Wiederholungskäufern machen» is about first buyers: what they become is no audience.
_BECOMES = re.compile(rf"\b(?:in|zu|zum|into|to)\s+(?:{'|'.join(_GROUPS.values())})", re.IGNORECASE)
_COUNTED = re.compile(
    r"\b(?:n|num|number|count|anzahl)_?(?:of_)?(?:orders?|purchases?|k(?:ä|ae)ufe|bestellungen)\s*(>=|<=|=|<|>)\s*(\d+)",
    re.IGNORECASE,
)
_BETWEEN = r"[-\u2010\u2011\s\u00a0\"'„“”«»‹›]*"
_PERCENT = rf"(\d+(?:[.,]\d+)?){_BETWEEN}(?:%|prozent|percent|per cent)"
_STATED = r"(?:confidence|konfidenz|signifikanz|significance|vertrauens|irrtums)\w*"
_LEVEL = re.compile(
    rf"{_PERCENT}{_BETWEEN}(?:{_STATED}|niveau\b|level\b)"
    rf"|{_STATED}(?:{_BETWEEN}(?:niveau|level))?(?: (?:von|of)|:)?{_BETWEEN}{_PERCENT}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Level:
    """A level that a sentence names: as confidence («95 %») or as the risk of error («5 %»); the same thing."""

    confidence: float
    form: Literal["confidence", "risk"]


def groups_in(text: str) -> frozenset[Group]:
    """The customers of whom a sentence speaks, by how often they have bought.

    >>> sorted(groups_in("Erstkäufer in Wiederholungskäufer konvertieren"))
    ['first']
    >>> sorted(groups_in("9,4 % mehr bei Wiederholungskäufern")), sorted(groups_in("Ein Viertel mehr Käufer"))
    (['repeat'], [])
    """
    bare = _BECOMES.sub(" ", text)
    return frozenset(group for group, words in _GROUPS.items() if re.search(words, bare, re.IGNORECASE))


def audience_of(experiment: Experiment) -> frozenset[Group]:
    """The customers of an experiment: from the number of purchases that its audience asks for, else from its words."""
    counted = [_meeting(sign, int(count)) for sign, count in _COUNTED.findall(experiment.audience.where or "")]
    known = [groups for groups in counted if groups]
    if known:
        return frozenset.intersection(*known)
    return groups_in(f"{experiment.title or ''}. {experiment.hypothesis}")


def _meeting(sign: str, count: int) -> frozenset[Group]:
    """Who meets a condition on the number of purchases."""
    sizes: dict[Group, tuple[int, ...]] = {"lead": (0,), "first": (1,), "repeat": (2, 3, 1_000)}
    meets = {
        ">=": lambda n: n >= count,
        "<=": lambda n: n <= count,
        "=": lambda n: n == count,
        "<": lambda n: n < count,
        ">": lambda n: n > count,
    }[sign]
    return frozenset(group for group, numbers in sizes.items() if any(map(meets, numbers)))


def levels_in(text: str) -> tuple[Level, ...]:
    """The levels that a sentence names.

    >>> levels_in("besser auf dem 95-Prozent-„Confidence“-Niveau"), levels_in("besser auf dem 5-Prozent-Niveau")
    ((Level(confidence=0.95, form='confidence'),), (Level(confidence=0.95, form='risk'),))
    """
    found = []
    for match in _LEVEL.finditer(text):
        share = float((match[1] or match[2]).replace(",", ".")) / 100
        if 0 < share < 1:
            found.append(Level(share, "confidence") if share > 0.5 else Level(round(1 - share, 12), "risk"))
    return tuple(found)
