"""What a report says of all customers at the start of a programme: value, lifecycle, and how well both were told."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from uplift.words import numbers
from uplift.words.dates import day
from uplift.words.language import Language, say


@dataclass(frozen=True, slots=True)
class LifecycleWords:
    """Heads and row names in one language."""

    heading: str
    value: str
    months: str
    grid: str
    moves: str
    segment: str
    contacts: str
    purchases: str
    expected: str
    total: str
    small: str
    month: str
    predicted: str
    observed: str
    ratio: str
    auc: str
    top_fifth: str
    group: str
    gate: str
    before: str
    not_shown: str


LIFECYCLE: dict[Language, LifecycleWords] = {
    "de": LifecycleWords(
        heading="Was war von den Kunden zu erwarten?",
        value="Erwarteter Umsatz nach Segment",
        months="Käufer je Monat, vorhergesagt und eingetroffen",
        grid="Lebenszyklus der nächsten 30 Tage",
        moves="Wanderung zwischen den Segmenten im Monat davor",
        segment="Segment",
        contacts="Kontakte",
        purchases="Erwartete Käufe",
        expected="Erwarteter Umsatz",
        total="Summe",
        small="kleine Segmente zusammen",
        month="30 Tage ab",
        predicted="Vorhergesagt",
        observed="Eingetroffen",
        ratio="Verhältnis",
        auc="AUC",
        top_fifth="im obersten Fünftel",
        group="Bisherige Käufe und Vorhersage",
        gate="Prüfung an sechs Monaten",
        before="Vor einem Monat",
        not_shown="unter",
    ),
    "en": LifecycleWords(
        heading="What was to be expected of the customers?",
        value="Expected revenue by segment",
        months="Buyers per month, predicted and observed",
        grid="Lifecycle of the next 30 days",
        moves="Moves between segments in the month before",
        segment="Segment",
        contacts="Contacts",
        purchases="Expected purchases",
        expected="Expected revenue",
        total="Total",
        small="small segments together",
        month="30 days from",
        predicted="Predicted",
        observed="Observed",
        ratio="Ratio",
        auc="AUC",
        top_fifth="in the highest fifth",
        group="Purchases so far and prediction",
        gate="Checked on six months",
        before="A month before",
        not_shown="under",
    ),
}


def expected(contacts: int, buyers: int, amount: str, horizon: int, on: datetime.date, language: Language) -> str:
    """How many customers, and what they will bring."""
    all_of_them, some = numbers.count(contacts, language), numbers.count(buyers, language)
    return say(
        language,
        de=f"Am {day(on, language)}, vor Beginn des Programms: {all_of_them} Kontakte, davon {some} mit Käufen. "
        f"Zu erwarten war von ihnen in {horizon} Tagen ein Umsatz von {amount}.",
        en=f"On {day(on, language)}, before the programme began: {all_of_them} contacts, {some} of them with "
        f"purchases. Revenue of {amount} was to be expected of them within {horizon} days.",
    )


def role(language: Language, *, chosen: bool) -> str:
    """What these figures are for: predictions, never the result."""
    if chosen:
        return say(
            language,
            de="Mit diesen Vorhersagen wurde die Zielgruppe gewählt. Was das Programm bewirkt hat, sagt allein der "
            "Vergleich mit der Kontrollgruppe.",
            en="These predictions chose the audience. What the programme has done is told by the comparison with the "
            "control group alone.",
        )
    return say(
        language,
        de="Es sind Vorhersagen für alle Kunden; die Zielgruppe wurde nicht mit ihnen gewählt. Was das Programm "
        "bewirkt hat, sagt allein der Vergleich mit der Kontrollgruppe.",
        en="These are predictions for all customers; they did not choose the audience. What the programme has done is "
        "told by the comparison with the control group alone.",
    )


def most(segment: str, amount: str, share: str, language: Language) -> str:
    """Where the value lies."""
    return say(
        language,
        de=f"Am meisten war vom Segment «{segment}» zu erwarten: {amount}, das sind {share} von allem.",
        en=f"Most was to be expected of the segment '{segment}': {amount}, which is {share} of all.",
    )


def how_to_read_value(language: Language) -> str:
    """Below the chart of values."""
    return say(
        language,
        de="Abgezinster Umsatz, keine Marge. Die Intervalle kennen nur die Unsicherheit der Modellparameter, nicht "
        "Saison und neue Gewohnheiten. Die Segmente ergeben zusammen die Summe, auf den Cent.",
        en="Discounted revenue, no margin. The intervals know the uncertainty of the models' parameters only, not "
        "season or new habits. The segments add up to the total, to the cent.",
    )


def told(months: int, low: str, high: str, auc: str, language: Language) -> str:
    """How well the months before were told."""
    n = numbers.count(months, language)
    return say(
        language,
        de=f"In {n} Monaten, jeweils vorhergesagt ohne Kenntnis des Monats, wurde das {low}- bis {high}-Fache der "
        f"wirklichen Käufer erwartet; Käufer standen in jedem Monat mit einer Chance von mindestens {auc} vor "
        "Nichtkäufern.",
        en=f"In {n} months, each predicted without knowing it, {low} to {high} times the real number of buyers was "
        f"expected; in every month a buyer ranked above a non-buyer with a chance of at least {auc}.",
    )


def how_to_read_months(language: Language) -> str:
    """Below the chart of months."""
    return say(
        language,
        de="Durchgezogen: wirkliche Käufer. Gestrichelt: die Summe der vorhergesagten Wahrscheinlichkeiten. "
        "0,5 wäre Raten.",
        en="Solid: real buyers. Dashed: the sum of the predicted probabilities. A chance of 0.5 would be guessing.",
    )


def refused(why: str, language: Language) -> str:
    """No prediction of the lifecycle."""
    return say(language, de=f"Der Lebenszyklus wurde nicht vorhergesagt: {why}.", en=f"No lifecycle prediction: {why}.")


def stayed(share: str, revenue: str, language: Language) -> str:
    """How much moved within a month."""
    return say(
        language,
        de=f"{share} der Kontakte sind im Monat vor dem Stichtag in ihrem Segment geblieben; alle zusammen haben in "
        f"diesem Monat für {revenue} gekauft. In der Matrix steht unter der Zahl der Kontakte ihr Umsatz dieses "
        "Monats; die Nummern der Spalten sind die der Zeilen.",
        en=f"{share} of the contacts stayed in their segment in the month before that day; all together bought for "
        f"{revenue} in this month. Below each number of contacts stands their revenue of this month; the numbers of "
        "the columns are those of the rows.",
    )


def made_by(model: str, left_out: str, language: Language) -> str:
    """The model's name, and what was left out."""
    return say(
        language,
        de=f"Modell {model}." + (f" Ausgelassene Käufe: {left_out}." if left_out else ""),
        en=f"Model {model}." + (f" Purchases left out: {left_out}." if left_out else ""),
    )
