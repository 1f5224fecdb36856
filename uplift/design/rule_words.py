"""From a decision rule's tree to a sentence."""

from __future__ import annotations

from uplift.spec.decision import Compare, Expression, Junction, Name, Not, Number, Quantified, Truth, parse
from uplift.spec.scalars import titled
from uplift.spec.study import Study
from uplift.words.language import Language, say
from uplift.words.names import shortened
from uplift.words.sentences import rules


def rule_in_words(rule: str, study: Study, language: Language) -> str:
    """A rule as one would say it: «die untere Grenze … der Hauptmetrik liegt über 0 %, und alle Leitplanken …»."""
    return _told(parse(rule), study, language)


def _told(expression: Expression, study: Study, language: Language) -> str:
    match expression:
        case Truth(value):
            return rules.truth(str(value).lower(), language)
        case Name(name):
            return rules.truth(name, language)
        case Quantified(word, of):
            return rules.listed(word, of.name, language)
        case Not(of):
            return rules.negated(_grouped(of, study, language), language)
        case Compare(sign, left, right):
            sides = (_side(side, study, language) for side in (left, right))
            return rules.comparison(next(sides), sign, next(sides), language)
        case Junction(word, parts):
            return rules.joined(word, [_grouped(part, study, language) for part in parts], language)


def _grouped(expression: Expression, study: Study, language: Language) -> str:
    text = _told(expression, study, language)
    return f"({text})" if isinstance(expression, Junction) else text


def _side(side: Name | Number, study: Study, language: Language) -> str:
    if isinstance(side, Number):
        return rules.amount(side.value, language)
    best = side.name.startswith("best.")
    subject, _, key = side.name.removeprefix("best.").rpartition(".")
    return rules.quantity(_title(subject, study, language), key, language, best=best)


def _title(subject: str, study: Study, language: Language) -> str:
    if subject == "primary":
        return ""
    if subject == "net_value":
        return say(language, de="Deckungsbeitrag nach Kosten", en="net value")
    return shortened(titled(study.metric(subject).title, subject, language))
