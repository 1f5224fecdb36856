"""The four measures of a mail system, and where an uplift of revenue comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uplift.words.grammar import listed
from uplift.words.language import Language, say


@dataclass(frozen=True, slots=True)
class MeasureWords:
    """Names of factors in one language."""

    heading: str
    source: str
    factor: str
    buyers: str
    orders: str
    order_value: str
    buyer_value: str
    revenue: str
    change: str
    share: str


MEASURES: dict[Language, MeasureWords] = {
    "de": MeasureWords(
        heading="Die Maße nebeneinander",
        source="Woher kommt der Uplift?",
        factor="Faktor",
        buyers="Anteil der Käufer",
        orders="× Bestellungen je Käufer",
        order_value="× Wert je Bestellung",
        buyer_value="× Umsatz je Käufer",
        revenue="= {title}",
        change="Veränderung",
        share="Anteil am Uplift",
    ),
    "en": MeasureWords(
        heading="The measures side by side",
        source="Where does the uplift come from?",
        factor="Factor",
        buyers="Share of buyers",
        orders="× orders per buyer",
        order_value="× value per order",
        buyer_value="× revenue per buyer",
        revenue="= {title}",
        change="Change",
        share="Share of the uplift",
    ),
}

_SOURCES: dict[str, tuple[str, str]] = {
    "buyers": ("aus dem Anteil der Käufer", "from the share of buyers"),
    "orders": ("aus den Bestellungen je Käufer", "from orders per buyer"),
    "order_value": ("aus dem Wert je Bestellung", "from the value per order"),
    "buyer_value": ("aus dem Umsatz je Käufer", "from revenue per buyer"),
}


def sources(shares: Sequence[tuple[str, str]], language: Language, *, arm: str | None) -> str:
    """«Der Uplift stammt zu 72 % aus dem Anteil der Käufer, …»; shares are names of factors with their per cent."""
    told_de = listed([f"zu {share} {_SOURCES[name][0]}" for name, share in shares], "de")
    told_en = listed([f"{share} {_SOURCES[name][1]}" for name, share in shares], "en")
    return say(
        language,
        de=f"Der Uplift{f' von {arm}' if arm else ''} stammt {told_de}.",
        en=f"Of the uplift{f' of {arm}' if arm else ''}, {told_en}.",
    )


def how(language: Language) -> str:
    """How shares of a product are made, and what they are not."""
    return say(
        language,
        de="Anteile auf der Log-Skala: Sie addieren sich zu 100 %, auch wenn ein Faktor in die andere Richtung zieht. "
        "Nur der Anteil der Käufer und das Produkt vergleichen alle Kontakte; die anderen Faktoren vergleichen Käufer "
        "mit Käufern und beschreiben.",
        en="Shares on the log scale: they add up to 100% even where a factor pulls the other way. Only the share of "
        "buyers and the product compare all contacts; the other factors compare buyers with buyers and describe.",
    )


def open_sum(language: Language) -> str:
    """Why no shares are given."""
    return say(
        language,
        de="Der Uplift selbst ist nicht nachgewiesen; Anteile an ihm werden deshalb nicht genannt.",
        en="The uplift itself is not proven, so no shares of it are given.",
    )
