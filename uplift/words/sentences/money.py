"""What was earned and what it cost: labels and sentences about contribution margin."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.words import numbers
from uplift.words.language import Language, say


@dataclass(frozen=True, slots=True)
class MoneyWords:
    """Names of amounts in one language."""

    heading: str
    contribution: str
    revenue: str
    buyers: str
    orders: str
    per_thousand: str
    forgone: str
    break_even: str
    before_cost: str
    contact_cost: str
    redemption_cost: str
    amount: str
    what: str
    unknown: str


MONEY: dict[Language, MoneyWords] = {
    "de": MoneyWords(
        heading="Was bleibt nach allen Kosten?",
        contribution="Zusätzlicher Deckungsbeitrag",
        revenue="Zusätzlicher Umsatz",
        buyers="Zusätzliche Käufer",
        orders="Zusätzliche Bestellungen",
        per_thousand="je 1.000 Kontakte",
        forgone="Entgangen durch die Kontrollgruppe",
        break_even="Gedeckt ab einem Uplift von",
        before_cost="Deckungsbeitrag vor Kosten",
        contact_cost="− Kontaktkosten",
        redemption_cost="− Einlösekosten",
        amount="Betrag",
        what="Posten",
        unknown="nicht zu sagen",
    ),
    "en": MoneyWords(
        heading="What is left after all costs?",
        contribution="Added contribution margin",
        revenue="Added revenue",
        buyers="Added buyers",
        orders="Added orders",
        per_thousand="per 1,000 contacts",
        forgone="Forgone by the control group",
        break_even="Break-even uplift",
        before_cost="Contribution before cost",
        contact_cost="− contact cost",
        redemption_cost="− redemption cost",
        amount="Amount",
        what="Item",
        unknown="can't be said",
    ),
}


def per_unit(currency: str, language: Language) -> str:
    """The name of the return per unit of money spent: «Ertrag je 1 €»."""
    one = numbers.whole_money(1, currency, language)
    return say(language, de=f"Ertrag je {one} Kosten", en=f"Return per {one} spent")


def margin_applied(margin: float, language: Language) -> str:
    """The row of revenue turned into margin."""
    share = numbers.plain_percent(margin, language)
    return say(language, de=f"× Marge von {share} = Deckungsbeitrag", en=f"× margin of {share} = contribution")


def after_cost(language: Language) -> str:
    """The last line of the account."""
    return say(language, de="= Deckungsbeitrag nach Kosten", en="= contribution after cost")


def redemptions(count: int, language: Language) -> str:
    """How many incentives were redeemed."""
    number = numbers.count(count, language)
    return say(
        language,
        de=f"{number} {'Einlösung' if count == 1 else 'Einlösungen'}",
        en=f"{number} {'redemption' if count == 1 else 'redemptions'}",
    )


def pays(amount: str, confidence: float, bounds: str, language: Language, *, arm: str | None) -> str:
    """Margin is proven to be left after all costs."""
    level = numbers.level(confidence, language)
    return say(
        language,
        de=f"{arm or 'Die Aktion'} rechnet sich: Nach allen Kosten bleiben {amount} zusätzlicher Deckungsbeitrag "
        f"({level}Konfidenzintervall: {bounds}).",
        en=f"{arm or 'The campaign'} pays off: {amount} of added contribution margin is left after all costs "
        f"({level}confidence interval: {bounds}).",
    )


def loses(amount: str, confidence: float, bounds: str, language: Language, *, arm: str | None) -> str:
    """It is proven to cost more than it brings."""
    level = numbers.level(confidence, language)
    return say(
        language,
        de=f"{arm or 'Die Aktion'} kostet mehr, als sie bringt: Nach allen Kosten stehen {amount} Deckungsbeitrag "
        f"({level}Konfidenzintervall: {bounds}).",
        en=f"{arm or 'The campaign'} costs more than it brings: {amount} of contribution margin after all costs "
        f"({level}confidence interval: {bounds}).",
    )


def undecided(confidence: float, bounds: str, language: Language, *, arm: str | None) -> str:
    """Both a profit and a loss fit the data."""
    level = numbers.level(confidence, language)
    return say(
        language,
        de=f"Ob sich {arm or 'die Aktion'} rechnet, ist offen: Das {level}Konfidenzintervall des zusätzlichen "
        f"Deckungsbeitrags nach allen Kosten reicht von {bounds}.",
        en=f"Whether {arm or 'the campaign'} pays off is open: the {level}confidence interval of the added "
        f"contribution margin after all costs runs from {bounds}.",
    )


def unknown(language: Language, *, arm: str | None) -> str:
    """No amount may be named."""
    return say(
        language,
        de=f"Ob sich {arm or 'die Aktion'} rechnet, lässt sich nicht sagen.",
        en=f"Whether {arm or 'the campaign'} pays off can't be said.",
    )


def covered(break_even: str, title: str, measured: str, language: Language) -> str:
    """What uplift the costs need, beside the one that was measured."""
    return say(
        language,
        de=f"Die Kosten sind gedeckt, sobald «{title}» um {break_even} steigt; gemessen wurden {measured}.",
        en=f"The costs are covered once '{title}' rises by {break_even}; measured: {measured}.",
    )


def free(language: Language) -> str:
    """No cost was declared."""
    return say(
        language,
        de="Kosten sind im Experiment keine angegeben; was übrig bleibt, ist der Deckungsbeitrag vor Kosten.",
        en="The experiment declares no costs; what is left is the contribution before cost.",
    )


def price_of_knowing(amount: str, bounds: str, language: Language) -> str:
    """What the control cost, at the measured effect."""
    return say(
        language,
        de=f"Die Kontrollgruppe bekam nichts. Beim gemessenen Effekt entging dadurch ein Deckungsbeitrag von {amount} "
        f"({bounds}): der Preis dafür, es zu wissen.",
        en=f"The control group got nothing. At the measured effect that cost {amount} of contribution margin "
        f"({bounds}): the price of knowing.",
    )


def how(metric: str, language: Language) -> str:
    """What the account rests on."""
    return say(
        language,
        de=f"Gerechnet aus «{metric}», über alle Kontakte der Gruppe und das Zeitfenster der Metrik; Marge und "
        "Stückkosten gelten als bekannt. Die Grenzen sind die Konfidenzintervalle der Beträge.",
        en=f"Computed from '{metric}' over all contacts of the group and the metric's window; margin and unit costs "
        "are taken as known. The bounds are confidence intervals of the amounts.",
    )
