"""What a check brings along for its sentence: numbers and names by their key, and how they are read."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping

from uplift.words import numbers
from uplift.words.dates import day
from uplift.words.language import Language

Fact = str | int | float | None
Facts = Mapping[str, Fact]

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def fits(facts: Facts) -> bool:
    """Whether the test found nothing: p is not below α, or was not computed."""
    p, alpha = facts.get("p"), facts.get("alpha")
    return not (isinstance(p, float) and isinstance(alpha, float) and p < alpha)


def p_of(facts: Facts, language: Language) -> str:
    """«p = 0,03»."""
    p = facts.get("p")
    return numbers.p_text(p, language) if isinstance(p, float) else "p —"


def count_of(facts: Facts, name: str, language: Language) -> str:
    """A count, or a dash where it is not known."""
    value = facts.get(name)
    return numbers.count(value, language) if isinstance(value, int) else "—"


def day_of(fact: Fact, language: Language) -> str | None:
    """A day in words, where the fact is one."""
    if not isinstance(fact, str) or not _ISO_DAY.fullmatch(fact):
        return None
    return day(datetime.date.fromisoformat(fact), language)


def by_arm(facts: Facts, name: str) -> dict[str, Fact]:
    """The facts that there are of each arm.

    >>> by_arm({"p": 0.5, "share a": 0.1, "share b": 0.2}, "share")
    {'a': 0.1, 'b': 0.2}
    """
    return {key.removeprefix(f"{name} "): fact for key, fact in facts.items() if key.startswith(f"{name} ")}
