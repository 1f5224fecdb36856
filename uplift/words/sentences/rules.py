"""A decision rule in words: what its names, comparisons and lists say to somebody who decides by it."""

from __future__ import annotations

from collections.abc import Sequence

from uplift.words import numbers
from uplift.words.language import Language, say

_BOUNDS: dict[str, tuple[str, str]] = {
    "low": ("die untere Grenze des Konfidenzintervalls {of}", "the lower bound of the confidence interval of {of}"),
    "high": ("die obere Grenze des Konfidenzintervalls {of}", "the upper bound of the confidence interval of {of}"),
    "value": ("der geschätzte Uplift {of}", "the estimated uplift of {of}"),
}
_SIGNS: dict[str, tuple[str, str]] = {
    ">": ("{left} liegt über {right}", "{left} is above {right}"),
    ">=": ("{left} beträgt mindestens {right}", "{left} is at least {right}"),
    "<": ("{left} liegt unter {right}", "{left} is below {right}"),
    "<=": ("{left} beträgt höchstens {right}", "{left} is at most {right}"),
    "==": ("{left} ist gleich {right}", "{left} equals {right}"),
    "!=": ("{left} ist nicht gleich {right}", "{left} does not equal {right}"),
}
_LISTS: dict[tuple[str, str], tuple[str, str]] = {
    ("all", "guardrails.ok"): (
        "alle Leitplanken sind nachweislich eingehalten",
        "all guardrails are proven to be kept",
    ),
    ("any", "guardrails.ok"): (
        "mindestens eine Leitplanke ist nachweislich eingehalten",
        "at least one guardrail is proven to be kept",
    ),
    ("all", "guardrails.breached"): (
        "alle Leitplanken sind nachweislich verletzt",
        "all guardrails are proven to be breached",
    ),
    ("any", "guardrails.breached"): (
        "mindestens eine Leitplanke ist nachweislich verletzt",
        "at least one guardrail is proven to be breached",
    ),
    ("all", "guardrails.open"): ("alle Leitplanken sind noch offen", "all guardrails are still open"),
    ("any", "guardrails.open"): ("mindestens eine Leitplanke ist noch offen", "at least one guardrail is still open"),
}
_TRUTHS: dict[str, tuple[str, str]] = {
    "sequential.efficacy": (
        "bei einer Zwischenauswertung ist die Schranke für einen Erfolg überschritten",
        "a look has crossed the bound of success",
    ),
    "sequential.futility": (
        "bei einer Zwischenauswertung ist ein Erfolg aussichtslos geworden",
        "a look has found success to be out of reach",
    ),
    "true": ("in jedem Fall", "in any case"),
    "false": ("in keinem Fall", "in no case"),
}


def quantity(subject: str, key: str, language: Language, *, best: bool) -> str:
    """A number of a metric: `primary.low`; `best` asks for the arm that does best. The subject is a title or «»."""
    de, en = _BOUNDS[key]
    main = say(language, de="der Hauptmetrik", en="the primary metric")
    of = f"«{subject}»" if language == "de" else f"'{subject}'"
    of = say(language, de=f"von {of}", en=of) if subject else main
    text = say(language, de=de, en=en).format(of=of)
    return f"{text} {say(language, de='in der besten Gruppe', en='in the best group')}" if best else text


def comparison(left: str, sign: str, right: str, language: Language) -> str:
    """Two quantities compared."""
    de, en = _SIGNS[sign]
    return say(language, de=de, en=en).format(left=left, right=right)


def amount(value: float, language: Language) -> str:
    """A number of a rule: uplifts are shares, so 0.02 is «2 %» and 0 is «0 %»."""
    return numbers.plain_percent(value, language)


def listed(word: str, name: str, language: Language) -> str:
    """`all(guardrails.ok)` and its like."""
    de, en = _LISTS[word, name]
    return say(language, de=de, en=en)


def truth(name: str, language: Language) -> str:
    """A name that is true or false by itself."""
    de, en = _TRUTHS[name]
    return say(language, de=de, en=en)


def negated(inner: str, language: Language) -> str:
    """`not …`"""
    return say(language, de=f"es trifft nicht zu, dass gilt: {inner}", en=f"it is not the case that {inner}")


def joined(word: str, parts: Sequence[str], language: Language) -> str:
    """Parts with «und» or «oder» between them."""
    de, en = {"and": (", und ", ", and "), "or": (", oder ", ", or ")}[word]
    return say(language, de=de, en=en).join(parts)
