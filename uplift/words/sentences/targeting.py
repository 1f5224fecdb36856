"""Whom to write to: verdicts of the heterogeneity gate, curves, policies and their honest value, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from uplift.words import numbers
from uplift.words.grammar import listed
from uplift.words.language import Language, say

Action = Literal["target", "everyone", "no_one", "test_again"]
Behind = Literal["older", "later", "decision", "data"]


@dataclass(frozen=True, slots=True)
class TargetingWords:
    """Heads and titles in one language."""

    heading: str
    curve: str
    share_axis: str
    treated: str
    gain: str
    random: str
    model: str
    policies: str
    policy: str
    shares: str
    honest: str
    difference: str
    plug_in: str
    groups: str
    group: str
    predicted: str
    observed: str
    rule: str
    condition: str
    gets: str
    effect: str
    importance: str
    feature: str
    weight: str
    budget: str
    budget_axis: str
    spent: str
    everybody: str
    proof: str
    case: str
    average: str
    autoc: str
    slope: str
    p_value: str
    advice: str


TARGETING: dict[Language, TargetingWords] = {
    "de": TargetingWords(
        heading="Wen ansprechen?",
        curve="Wirkung nach Rangfolge des Modells: {title}",
        share_axis="Anteil angesprochener Kontakte",
        treated="angesprochen",
        gain="Wirkung je 1.000 Kontakte",
        random="zufällige Auswahl",
        model="Modell",
        policies="Was eine Auswahl wert ist",
        policy="Auswahl",
        shares="wer was bekommt",
        honest="ehrlicher Wert je 1.000 Kontakte",
        difference="gegen die beste einfache",
        plug_in="was das Modell glaubt",
        groups="Gruppen nach vorhergesagter Wirkung",
        group="Gruppe",
        predicted="vorhergesagt",
        observed="beobachtet",
        rule="Die Auswahl als Regel",
        condition="Wenn",
        gets="dann",
        effect="Wirkung",
        importance="Woran das Modell die Wirkung erkennt",
        feature="Merkmal",
        weight="Anteil",
        budget="Wert nach Budget",
        budget_axis="Ausgaben",
        spent="Ausgaben",
        everybody="alle übrigen",
        proof="Sind Unterschiede in der Wirkung nachgewiesen?",
        case="Kennzahl, Gruppe",
        average="Wirkung je 1.000 Kontakte",
        autoc="Rangfolge (AUTOC) je 1.000, Standardfehler",
        slope="Steigung (BLP)",
        p_value="p (Holm)",
        advice="Rat",
    ),
    "en": TargetingWords(
        heading="Whom to write to?",
        curve="Effect by the model's ranking: {title}",
        share_axis="Share of contacts written to",
        treated="written to",
        gain="Effect per 1,000 contacts",
        random="random choice",
        model="model",
        policies="What a selection is worth",
        policy="Selection",
        shares="who gets what",
        honest="honest value per 1,000 contacts",
        difference="against the best simple one",
        plug_in="what the model believes",
        groups="Groups by predicted effect",
        group="Group",
        predicted="predicted",
        observed="observed",
        rule="The selection as a rule",
        condition="If",
        gets="then",
        effect="Effect",
        importance="By what the model knows the effect",
        feature="Feature",
        weight="Share",
        budget="Value by budget",
        budget_axis="Spending",
        spent="Spending",
        everybody="all others",
        proof="Are differences in the effect proven?",
        case="Metric, arm",
        average="effect per 1,000 contacts",
        autoc="ranking (AUTOC) per 1,000, std. error",
        slope="slope (BLP)",
        p_value="p (Holm)",
        advice="advice",
    ),
}


def verdict(action: Action, arm: str | None, needed: int | None, title: str, language: Language) -> str:
    """What to do about the audience."""
    about = f"{title}: "
    if action == "target":
        return say(
            language,
            de=f"{about}Eine Auswahl lohnt sich; das Modell sortiert Kontakte nachweisbar nach ihrer Wirkung.",
            en=f"{about}targeting is worth it; the model provably ranks contacts by their effect.",
        )
    if action == "everyone":
        return say(
            language,
            de=f"{about}An alle senden{f' ({arm})' if arm else ''}; dass eine Auswahl mehr bringt, ist nicht "
            "nachgewiesen.",
            en=f"{about}send{f' {arm}' if arm else ''} to everyone; that a selection brings more is not proven.",
        )
    if action == "no_one":
        return say(
            language,
            de=f"{about}An niemanden senden; die Aktion bringt im Mittel nichts, und eine Gruppe, bei der sie es täte, "
            "ist nicht nachgewiesen.",
            en=f"{about}send to no one; on average the campaign brings nothing, and no group is proven where it would.",
        )
    more = "" if needed is None else numbers.count(needed, language)
    return say(
        language,
        de=f"{about}Noch nicht zu entscheiden; noch einmal testen" + (f", mit rund {more} Kontakten." if more else "."),
        en=f"{about}not to be decided yet; test again" + (f", with about {more} contacts." if more else "."),
    )


def advice(action: Action, language: Language) -> str:
    """A verdict in two words."""
    de, en = {
        "target": ("Auswahl lohnt sich", "select"),
        "everyone": ("an alle senden", "send to everyone"),
        "no_one": ("an niemanden senden", "send to no one"),
        "test_again": ("noch einmal testen", "test again"),
    }[action]
    return say(language, de=de, en=en)


def exploratory(language: Language) -> str:
    """Nothing was locked before the data were seen."""
    return say(
        language,
        de="Erkundend: Vor dem Blick auf die Daten war nichts festgeschrieben. Das regt an und beweist nichts.",
        en="Exploratory: nothing was locked before the data were seen. This suggests and proves nothing.",
    )


def behind(kind: Behind, on: str, language: Language) -> str:
    """How a reading of targeting differs from the result beside it; `on` is the day of its data."""
    seen = say(
        language, de=f"Dieser Abschnitt beruht auf den Daten vom {on}", en=f"This section rests on the data of {on}"
    )
    why = {
        "older": ("das Ergebnis ist jünger", "the result is younger"),
        "later": ("das Ergebnis ist älter", "the result is older"),
        "decision": (
            "seitdem wurde die YAML des Experiments geändert",
            "since then the experiment's YAML was changed",
        ),
        "data": ("seitdem haben sich die Daten geändert", "since then the data have changed"),
    }
    de, en = why[kind]
    return say(
        language,
        de=f"{seen}; {de}. Ein neuer Aufruf von «uplift target» bringt ihn auf den Stand des Ergebnisses.",
        en=f"{seen}; {en}. Running «uplift target» again brings it up to the result.",
    )


def top(share: str, part: str | None, uplift: str, language: Language) -> str:
    """«Die besten 25 % nach Modell bringen 57 % der Wirkung.»"""
    if part is not None:
        return say(
            language,
            de=f"Die besten {share} nach Modell bringen {part} der gesamten Wirkung ({uplift} je Kontakt dieser "
            "Gruppe).",
            en=f"The best {share} by the model bring {part} of the whole effect ({uplift} per contact of that group).",
        )
    return say(
        language,
        de=f"Bei den besten {share} nach Modell beträgt die Wirkung {uplift} je Kontakt.",
        en=f"Among the best {share} by the model the effect is {uplift} per contact.",
    )


def proven(p_value: float | None, language: Language) -> str:
    """Whether the ranking is more than chance."""
    if p_value is None:
        return say(
            language,
            de="Ob die Rangfolge mehr ist als Zufall, lässt sich hier nicht testen.",
            en="Whether the ranking is more than chance can't be tested here.",
        )
    p = numbers.p_text(p_value, language)
    return say(
        language,
        de=f"Test der Rangfolge (sequenzielle Validierung): {p}.",
        en=f"Test of the ranking (sequential validation): {p}.",
    )


def how_to_read_curve(language: Language) -> str:
    """Line, band and dots."""
    return say(
        language,
        de="Linie: Wirkung, wenn die vom Modell am höchsten gereihten Kontakte angesprochen werden; Fläche: "
        "Konfidenzintervall an jeder Stelle; gepunktet: dieselbe Zahl zufällig gewählter Kontakte.",
        en="Line: effect when the contacts that the model ranks highest are written to; area: confidence interval at "
        "each place; dotted: the same number of contacts chosen at random.",
    )


def winners_curse(believed: str, honest: str, language: Language, *, overrated: bool, explain: bool = True) -> str:
    """The plug-in value beside the honest one; what the difference is, where there is one to explain."""
    told = say(
        language,
        de=f"Das Modell hält seine eigene Auswahl für {believed} je 1.000 Kontakte wert; an Kontakten gemessen, die es "
        f"nicht kannte, sind es {honest}.",
        en=f"The model believes its own selection to be worth {believed} per 1,000 contacts; measured on contacts that "
        f"it did not know it is {honest}.",
    )
    if not explain:
        return told
    if not overrated:
        why = say(language, de="Es überschätzt sich hier nicht.", en="It does not overrate itself here.")
    else:
        why = say(
            language,
            de="Der Unterschied ist der Fluch des Gewinners: Wer sich das Beste aussucht, überschätzt es.",
            en="The difference is the winner's curse: whoever picks the best overrates it.",
        )
    return f"{told} {why}"


def policy(name: str, arm: str | None, language: Language) -> str:
    """The name of a policy."""
    if name.startswith("all:"):
        return say(language, de=f"alle bekommen {arm}", en=f"everybody gets {arm}")
    known = {
        "model": ("Auswahl des Modells", "the model's selection"),
        "none": ("niemand bekommt etwas", "nobody gets anything"),
        "risk": ("nach Risiko", "by risk"),
        "rfm": ("nach RFM", "by RFM"),
        "rule": ("die Regel", "the rule"),
        "random": ("Zufall", "at random"),
        "top:model": ("die vorderen nach Modell", "the best-ranked by the model"),
        "top:risk": ("die vorderen nach Risiko", "the best-ranked by risk"),
        "top:rfm": ("die vorderen nach RFM", "the best-ranked by RFM"),
        "top:random": ("ebenso viele nach Zufall", "as many at random"),
    }
    de, en = known.get(name, (name, name))
    return say(language, de=de, en=en)


def condition(feature: str, sign: str, value: str, language: Language) -> str:
    """One condition of the rule."""
    if sign == "in":
        return say(language, de=f"{feature} ist {value}", en=f"{feature} is {value}")
    if sign == "not in":
        return say(language, de=f"{feature} ist nicht {value}", en=f"{feature} is not {value}")
    if sign == "missing":
        return say(language, de=f"{feature} fehlt", en=f"{feature} is missing")
    return f"{feature} {'≤' if sign == '<=' else sign}{numbers.NBSP}{value}"


def conditions(parts: Sequence[str], language: Language) -> str:
    """All conditions of a leaf."""
    return listed(parts, language)


def responses(persuadable: str, sure: str, lost: str, sleeping: str, language: Language) -> str:
    """Four kinds of contacts, on average."""
    return say(
        language,
        de=f"Im Mittel, nie für eine einzelne Person: {persuadable} lassen sich überzeugen, {sure} kaufen ohnehin, "
        f"{lost} kaufen so oder so nicht, {sleeping} kaufen angesprochen eher weniger.",
        en=f"On average, never about one person: {persuadable} can be persuaded, {sure} buy anyway, {lost} don't buy "
        f"either way, {sleeping} rather buy less when written to.",
    )


def rule_note(language: Language) -> str:
    """What the rule is."""
    return say(
        language,
        de="Ein flacher Entscheidungsbaum, der die Auswahl nachzeichnet; die Wirkung je Blatt ist an Kontakten "
        "gemessen, aus denen er nicht gelernt hat.",
        en="A shallow decision tree that traces the selection; the effect of each leaf is measured on contacts that it "
        "did not learn from.",
    )


def budget_note(spent: str, value: str, language: Language) -> str:
    """The last step of the budget."""
    return say(
        language,
        de=f"Bei Ausgaben von {spent} sind {value} je 1.000 Kontakte zu erwarten.",
        en=f"With a spending of {spent}, {value} per 1,000 contacts is to be expected.",
    )


def how_to_read_budget(language: Language) -> str:
    """Line, band and dots."""
    return say(
        language,
        de="Linie: ehrlich gemessener Wert, Fläche: Konfidenzintervall; gepunktet: was das Modell selbst glaubt.",
        en="Line: value measured honestly, area: confidence interval; dotted: what the model itself believes.",
    )


def method(contacts: str, folds: int, seed: int, model: str, language: Language) -> str:
    """How the model was judged."""
    return say(
        language,
        de=f"{contacts} Kontakte, {folds} Teile: Jeder Kontakt ist nach einem Modell gereiht, das ihn nicht kannte "
        f"(Verfahren: {model}, Startwert {seed}). Über Teile gepoolte Rangmaße tragen kein Intervall.",
        en=f"{contacts} contacts, {folds} folds: every contact is ranked by a model that did not know it (learner: "
        f"{model}, seed {seed}). Rank measures pooled over folds carry no interval.",
    )
