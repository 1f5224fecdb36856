"""The words of a plan: column heads, headings, values and sentences, for the terminal and for the page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from uplift.words import numbers
from uplift.words.language import Language, say

Unit = Literal["relative", "points", "absolute"]


@dataclass(frozen=True, slots=True)
class PlanWords:
    """Fixed words of a plan in one language."""

    skip: str
    plan: str
    arm: str
    control: str
    treatment: str
    arms: str
    share: str
    control_share: str
    contacts: str
    eligible: str
    power: str
    detectable: str
    effect: str
    read_out: str
    withheld: str
    baseline: str
    metric: str
    enrolment: str
    waves: str
    planned: str
    sufficient: str
    best: str
    no_verdict: str
    by_size: str
    by_share: str
    looks: str
    look: str
    last_look: str
    day: str
    information: str
    bound: str
    level: str
    gives_up: str
    reached: str
    ways: str
    rests_on: str
    numbers: str
    dashed: str
    window: str
    test: str
    alpha: str
    enrolment_weeks: str
    comparisons: str
    design_effect: str
    looks_cost: str
    explained: str


PLAN: dict[Language, PlanWords] = {
    "en": PlanWords(
        skip="Skip to the plan",
        plan="Plan",
        arm="Group",
        control="Control",
        treatment="Treatment",
        arms="Groups",
        share="Share",
        control_share="Control share",
        contacts="Contacts",
        eligible="Eligible contacts",
        power="Power",
        detectable="Smallest detectable effect",
        effect="Effect to find",
        read_out="Read-out",
        withheld="Withheld contacts",
        baseline="Baseline",
        metric="Metric",
        enrolment="Enrolment",
        waves="Waves",
        planned="planned",
        sufficient="enough",
        best="most power",
        no_verdict="no verdict",
        by_size="With more or fewer contacts",
        by_share="With another control share",
        looks="Looks",
        look="Look",
        last_look="read-out",
        day="Day",
        information="Information",
        bound="Bound (z)",
        level="Level",
        gives_up="Gives up below (z)",
        reached="Found by then",
        ways="Each of these is enough on its own",
        rests_on="What these numbers rest on",
        numbers="The numbers of this chart",
        dashed="Dashed: the power that is required. Dot: the design as planned.",
        window="Window",
        test="Test",
        alpha="Risk of a false positive",
        enrolment_weeks="Enrolment in weeks",
        comparisons="Comparisons",
        design_effect="Design effect of households",
        looks_cost="Price of the looks (contacts)",
        explained="Variance reduction",
    ),
    "de": PlanWords(
        skip="Zum Plan springen",
        plan="Plan",
        arm="Gruppe",
        control="Kontrolle",
        treatment="Treatment",
        arms="Gruppen",
        share="Anteil",
        control_share="Kontrollanteil",
        contacts="Kontakte",
        eligible="Geeignete Kontakte",
        power="Teststärke",
        detectable="Kleinster nachweisbarer Effekt",
        effect="Gesuchter Effekt",
        read_out="Auswertung",
        withheld="Zurückgehaltene Kontakte",
        baseline="Ausgangswert",
        metric="Metrik",
        enrolment="Zulauf",
        waves="Wellen",
        planned="geplant",
        sufficient="reicht aus",
        best="höchste Teststärke",
        no_verdict="kein Urteil",
        by_size="Mit mehr oder weniger Kontakten",
        by_share="Mit einem anderen Kontrollanteil",
        looks="Zwischenauswertungen",
        look="Auswertung",
        last_look="Endauswertung",
        day="Tag",
        information="Information",
        bound="Grenze (z)",
        level="Niveau",
        gives_up="Abbruch unter (z)",
        reached="Bis dahin gefunden",
        ways="Jeder dieser Wege reicht für sich allein",
        rests_on="Worauf diese Zahlen beruhen",
        numbers="Die Zahlen zu dieser Grafik",
        dashed="Gestrichelt: die verlangte Teststärke. Punkt: der Test wie geplant.",
        window="Fenster",
        test="Testverfahren",
        alpha="Risiko eines Fehlalarms",
        enrolment_weeks="Zulauf in Wochen",
        comparisons="Vergleiche",
        design_effect="Designeffekt der Haushalte",
        looks_cost="Preis der Zwischenauswertungen (Kontakte)",
        explained="Varianzreduktion",
    ),
}

_WANTING: dict[str, tuple[str, str]] = {
    "quantile": ("power is not computed for quantiles", "für Quantile wird keine Teststärke berechnet"),
    "audience": ("the size of the audience is missing", "die Größe der Zielgruppe fehlt"),
    "baseline": ("the baseline of the metric is missing", "der Ausgangswert der Metrik fehlt"),
    "spread": ("the standard deviation of the metric is missing", "die Standardabweichung der Metrik fehlt"),
    "clusters": (
        "the number of households or their correlation is missing",
        "die Zahl der Haushalte oder ihre Korrelation fehlt",
    ),
    "impossible": ("effect and baseline do not fit together", "Effekt und Ausgangswert passen nicht zusammen"),
}

_DAYS: dict[Language, tuple[str, str]] = {"de": ("Tag", "Tage"), "en": ("day", "days")}
_WEEKS: dict[Language, tuple[str, str]] = {"de": ("Woche", "Wochen"), "en": ("week", "weeks")}
_WAVES: dict[Language, tuple[str, str]] = {"de": ("Welle", "Wellen"), "en": ("wave", "waves")}


def whole_percent(share: float, language: Language) -> str:
    """Whole per cent, rounded down: a power of 79.96 % is not yet 80 %.

    >>> whole_percent(0.7996, "en"), whole_percent(0.84, "de")
    ('79%', '84\\xa0%')
    """
    return numbers.plain_percent(math.floor(100 * share + 1e-9) / 100, language)


def brief_effect(value: float, unit: Unit, currency: str | None, language: Language) -> str:
    """As `effect`, with percentage points cut short for a table: «1,58 Pp.»."""
    if unit == "points":
        return numbers.number(100 * value, language) + numbers.NBSP + say(language, de="Pp.", en="pp")
    if unit == "relative":
        return numbers.percent(value, language)
    return effect(value, unit, currency, language)


def rest(share: float) -> float:
    """What is missing to one beside `whole_percent`: 80 % and 20 %, not 80 % and 19 %."""
    return 1 - math.floor(100 * share + 1e-9) / 100


def effect(value: float, unit: Unit, currency: str | None, language: Language) -> str:
    """An effect in its unit: «5 %», «1 Prozentpunkt», «2,00 €»."""
    if unit == "relative":
        return numbers.plain_percent(value, language)
    if unit == "points":
        return numbers.plain_points(value, language)
    return numbers.money_mean(value, currency, language) if currency else numbers.plain_number(value, language)


def origin(source: str, since: str | None, language: Language, *, old: bool) -> str:
    """Where a baseline comes from: «typed, 20 November 2026», «measured on orders, …, out of date»."""
    if source == "typed":
        found = say(language, de="von Hand eingetragen", en="typed")
    else:
        found = say(language, de=f"gemessen an {source}", en=f"measured on {source}")
    age = say(language, de="veraltet", en="out of date") if old and since else None
    undated = None if since else say(language, de="ohne Datum", en="no date")
    return ", ".join(part for part in (found, since, age, undated) if part)


def headline(power: float | None, required: float, *, enough: bool | None, verdict: bool, language: Language) -> str:
    """Whether the design can answer its question."""
    if power is None or enough is None:
        return say(language, de="Noch lässt sich die Teststärke nicht berechnen", en="The power cannot be computed yet")
    has, needs = whole_percent(power, language), whole_percent(required, language)
    if enough:
        return say(language, de=f"Groß genug: {has} Teststärke", en=f"Large enough: {has} power")
    if not verdict:
        return say(
            language,
            de="Zu klein: Wahrscheinlich gibt es zu wenige Ereignisse für ein Urteil",
            en="Too small: there will probably be too few events for a verdict",
        )
    return say(
        language,
        de=f"Zu klein: {has} Teststärke, verlangt sind {needs}",
        en=f"Too small: {has} power, {needs} is required",
    )


def meaning(wanted: str, power: str, metric: str, *, missed: str, language: Language) -> str:
    """What the power means for this design."""
    return say(
        language,
        de=f"Wirkt die Maßnahme um {wanted} auf «{metric}», zeigt der Test es mit einer Wahrscheinlichkeit von "
        f"{power}; mit {missed} bleibt er offen.",
        en=f"If the treatment moves “{metric}” by {wanted}, the test shows it with a chance of {power}; with {missed} "
        "it stays open.",
    )


def finds(smallest: str, required: str, language: Language) -> str:
    """The smallest effect at the required power."""
    return say(
        language,
        de=f"Der kleinste Effekt, den er mit {required} Wahrscheinlichkeit findet: {smallest}.",
        en=f"The smallest effect that it finds with a chance of {required}: {smallest}.",
    )


_TESTS: dict[str, tuple[str, str]] = {
    "score": ("score test of two shares", "Score-Test zweier Anteile"),
    "log": ("log scale, as at the read-out", "Logarithmus, wie bei der Auswertung"),
    "fieller": ("Fieller", "Fieller"),
    "delta": ("delta method", "Delta-Methode"),
}


def test(name: str, sides: int, language: Language) -> str:
    """The test that is planned with, and its sides."""
    english, german = _TESTS[name]
    if language == "de":
        return f"{german}, {'zweiseitig' if sides == 2 else 'einseitig'}"
    return f"{english}, {'two-sided' if sides == 2 else 'one-sided'}"


def correction(comparisons: int, how: str, language: Language) -> str:
    """How several comparisons are accounted for."""
    without = say(language, de="ohne Korrektur", en="no correction")
    return f"{comparisons}, {without if how == 'none' else how.capitalize()}"


def wanting(what: str, language: Language) -> str:
    """Why nothing can be computed, as a sentence."""
    english, german = _WANTING[what]
    text = say(language, de=german, en=english)
    return text[:1].upper() + text[1:] + "."


def size_sentence(
    planned: str, power: str | None, required: str, sufficient: str | None, *, enough: bool, language: Language
) -> str:
    """What the chart by size shows."""
    if power is None:
        first = say(language, de=f"Mit {planned} gibt es kein Urteil", en=f"With {planned} there is no verdict")
    else:
        first = say(
            language,
            de=f"Mit {planned} beträgt die Teststärke {power}",
            en=f"With {planned} the power is {power}",
        )
    if enough:
        return say(language, de=f"{first}; verlangt sind {required}.", en=f"{first}; {required} is required.")
    if sufficient is not None:
        return say(
            language,
            de=f"{first}; {required} erreicht er mit {sufficient}.",
            en=f"{first}; {sufficient} give {required}.",
        )
    return say(
        language,
        de=f"{first}; {required} erreicht er auch mit zehnmal so vielen nicht.",
        en=f"{first}; even ten times as many do not give {required}.",
    )


def share_sentence(planned: str, power: str | None, best: str, best_power: str | None, language: Language) -> str:
    """What the chart by control share shows."""
    has = power or PLAN[language].no_verdict
    most = best_power or PLAN[language].no_verdict
    if planned == best:
        return say(
            language,
            de=f"Ein Kontrollanteil von {planned} gibt die höchste Teststärke: {has}.",
            en=f"A control share of {planned} gives the most power: {has}.",
        )
    return say(
        language,
        de=f"Ein Kontrollanteil von {planned} gibt {has}; die höchste Teststärke, {most}, gäbe ein Anteil von {best}.",
        en=f"A control share of {planned} gives {has}; a share of {best} would give the most: {most}.",
    )


def eligible(audience: int, language: Language) -> str:
    """«60.000 geeignete Kontakte» (also as dative: «… geeigneten Kontakten»)."""
    return f"{numbers.count(audience, language)} {say(language, de='geeigneten Kontakten', en='eligible contacts')}"


def way_of_share(was: str, share: str, withheld: str, language: Language) -> str:
    """Another control share."""
    return say(
        language,
        de=f"Kontrollanteil {share} statt {was} ({withheld})",
        en=f"a control share of {share} instead of {was} ({withheld})",
    )


def way_of_audience(size: str, how: str | None, price: str, language: Language) -> str:
    """A larger audience."""
    by = f", {how}" if how else ""
    return say(language, de=f"{size} geeignete Kontakte{by} ({price})", en=f"{size} eligible contacts{by} ({price})")


def explained(r_squared: float, language: Language) -> str:
    """What the contacts' past takes off the variance.

    >>> explained(0.2, "en")
    "the contacts' past explains 20.0%: as if 1.25 times the contacts"
    """
    share, factor = numbers.percent(r_squared, language), numbers.number(1 / (1 - r_squared), language)
    return say(
        language,
        de=f"die Vergangenheit der Kontakte erklärt {share}: das wirkt wie {factor}-mal so viele Kontakte",
        en=f"the contacts' past explains {share}: as if {factor} times the contacts",
    )


def way_of_past(r_squared: float, withheld: str, language: Language) -> str:
    """Variance reduction, where it was measured."""
    share = numbers.percent(r_squared, language)
    return say(
        language,
        de=f"die Vergangenheit der Kontakte einrechnen: `variance_reduction: cuped` (sie erklärt {share}; {withheld})",
        en=f"take the contacts' past into account: `variance_reduction: cuped` (it explains {share}; {withheld})",
    )


def way_of_effect(effect: str, language: Language) -> str:
    """A larger effect to find."""
    return say(
        language,
        de=f"einen Effekt ab {effect} suchen (niemand wird zusätzlich zurückgehalten)",
        en=f"look for an effect of {effect} or more (nobody more is withheld)",
    )


def more_withheld(count: int, language: Language) -> str:
    """The price in contacts."""
    shown = numbers.count(abs(count), language)
    if count == 0:
        return say(language, de="niemand wird zusätzlich zurückgehalten", en="nobody more is withheld")
    if count > 0:
        return say(
            language, de=f"{shown} Kontakte mehr werden zurückgehalten", en=f"{shown} more contacts are withheld"
        )
    return say(
        language, de=f"{shown} Kontakte weniger werden zurückgehalten", en=f"{shown} fewer contacts are withheld"
    )


def days_later(count: int, language: Language) -> str:
    """The price in days."""
    return f"{_many(count, _DAYS, language)} {say(language, de='später', en='later')}"


def until(day: str, language: Language) -> str:
    """A longer enrolment."""
    return say(language, de=f"Zulauf bis {day}", en=f"enrolment until {day}")


def waves(count: int, language: Language) -> str:
    """More waves."""
    return _many(count, _WAVES, language)


def days(count: int, language: Language) -> str:
    """A length of enrolment, in whole weeks where it is one.

    >>> days(14, "de"), days(15, "en")
    ('2\\xa0Wochen', '15\\xa0days')
    """
    return _many(count, _DAYS, language) if count % 7 else _many(count // 7, _WEEKS, language)


def _many(count: int, unit: dict[Language, tuple[str, str]], language: Language) -> str:
    one, several = unit[language]
    return f"{numbers.count(count, language)}{numbers.NBSP}{one if count == 1 else several}"
