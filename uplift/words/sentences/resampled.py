"""The interval found a second time, by resampling random buckets of contacts."""

from __future__ import annotations

import math

from uplift.words import numbers
from uplift.words.language import Language, say
from uplift.words.names import shortened
from uplift.words.sentences.facts import Facts
from uplift.words.values import uplift_range


def second_road(facts: Facts, language: Language) -> str | None:
    """What the bucket bootstrap finds, and whether the standard error agrees."""
    metric, arm = facts.get("metric"), facts.get("arm")
    low, high, apart, tolerance = (
        fact if isinstance(fact, float) else None for fact in map(facts.get, ("low", "high", "apart", "tolerance"))
    )
    if not isinstance(metric, str) or apart is None or tolerance is None:
        return None
    span = uplift_range(low, high, language)
    name = shortened(metric) + (f" ({shortened(arm)})" if isinstance(arm, str) else "")
    draws, parts = (
        numbers.count(fact, language) if isinstance(fact, int) else ""
        for fact in map(facts.get, ("replicates", "buckets"))
    )
    size = numbers.percent(abs(apart), language)
    german = f"{name}: Gegenprobe mit {draws} Ziehungen aus {parts} zufälligen Teilgruppen: {span}; der Standardfehler"
    english = f"{name}: cross-check by {draws} draws from {parts} random buckets: {span}; its standard error"
    if abs(math.log1p(apart)) <= math.log1p(tolerance):
        return say(language, de=f"{german} stimmt überein ({size} Abstand).", en=f"{english} agrees ({size} apart).")
    wider = apart > 0
    return say(
        language,
        de=f"{german} ist um {size} {'größer' if wider else 'kleiner'} als der des Intervalls.",
        en=f"{english} is {size} {'larger' if wider else 'smaller'} than that of the interval.",
    )
