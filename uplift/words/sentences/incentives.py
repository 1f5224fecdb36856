"""Incentives and the plan of the target list, in words."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.words.language import Language


@dataclass(frozen=True, slots=True)
class IncentiveWords:
    """Heads, titles and sentences in one language."""

    title: str
    arm: str
    raw: str
    uplift: str
    net: str
    chance: str
    loss: str
    nothing: str
    best: str
    conflict: str
    sensitive: str
    steady: str
    list_title: str
    contacts: str
    spend: str
    kept: str
    gap: str
    perfect: str
    worth: str
    untested: str
    chance_note: str
    nothing_learned: str
    refused: str
    against: str
    limited: str
    by_model: str
    unproven: str


INCENTIVES: dict[Language, IncentiveWords] = {
    "de": IncentiveWords(
        title="Ein Anreiz für alle: was bleibt nach Kosten?",
        arm="Gruppe",
        raw="gemessen",
        uplift="mit Vorwissen",
        net="Nettowert je 1.000 Kontakte",
        chance="am besten",
        loss="erwarteter Verlust",
        nothing="nichts senden",
        best="Bester Anreiz für alle nach erwartetem Nettowert: {arm}.",
        conflict="{arm}: Messung und Vorannahme widersprechen sich; eine von beiden gilt hier nicht.",
        sensitive="Die Wahl hängt am Gewicht der Vorannahmen ({lines}).",
        steady="Ohne Vorannahmen fiele die Wahl auf denselben Anreiz.",
        list_title="Die Liste",
        contacts="Kontakte",
        spend="erwartete Kosten",
        kept="Erwartete Kosten {spend} bei einem Budget von {budget}.",
        gap="Keine andere Verteilung innerhalb der Grenzen bringt nach dem Modell über {share} mehr.",
        perfect="Kein anderer Plan innerhalb der Grenzen ist nach dem Modell besser.",
        worth="Ehrlicher Wert des Plans gegen «nichts senden» je 1.000 Kontakte: {value}.",
        untested="Einen ehrlichen Wert gibt es hier nicht: Diese Kontakte hat der Test nicht gesehen. Was die Liste "
        "wert ist, misst das nächste Experiment.",
        chance_note="Zum Weiterlernen: {held} Kontakte der Liste zufällig zurückgehalten (ihr Geld bleibt "
        "unausgegeben), {tried} andere zufällig angeschrieben.",
        nothing_learned="Ohne `keep_learning` lehrt diese Kampagne nichts: Niemand wird zurückgehalten.",
        refused="Keine Liste geschrieben: Eine Auswahl ist nicht nachweislich besser. `--anyway` erzwingt sie.",
        against="Gegen den Rat der Prüfung erstellt.",
        limited="Für alle reichen Budget oder Plätze nicht. Dass sich die Kontakte in ihrer Wirkung unterscheiden, ist "
        "nachgewiesen; deshalb nennt die Liste die, bei denen das Geld am meisten bringt.",
        by_model="{contacts} Kontakte, die heute zur Zielgruppe gehören, nach dem Modell {model} aus «{experiment}».",
        unproven="Jener Test hat nicht nachgewiesen, dass sich eine Auswahl lohnt.",
    ),
    "en": IncentiveWords(
        title="One incentive for everybody: what is left after costs?",
        arm="Arm",
        raw="measured",
        uplift="with priors",
        net="net value per 1,000 contacts",
        chance="best",
        loss="expected loss",
        nothing="send nothing",
        best="Best incentive for everybody by expected net value: {arm}.",
        conflict="{arm}: the measurement and the prior contradict each other; one of them does not hold here.",
        sensitive="The choice depends on the weight of the priors ({lines}).",
        steady="Without priors the same incentive would be chosen.",
        list_title="The list",
        contacts="Contacts",
        spend="expected cost",
        kept="Expected cost {spend} of a budget of {budget}.",
        gap="No other allocation within the limits brings more than {share} more by the model.",
        perfect="No other plan within the limits is better by the model.",
        worth="Honest value of the plan over «send nothing» per 1,000 contacts: {value}.",
        untested="There is no honest value here: the test has not seen these contacts. What the list is worth, the "
        "next experiment measures.",
        chance_note="To keep learning: {held} contacts of the list are held back by chance (their money stays "
        "unspent), {tried} others are treated by chance.",
        nothing_learned="Without `keep_learning` this campaign teaches nothing: nobody is held back.",
        refused="No list was written: a selection is not proven to be better. `--anyway` writes it all the same.",
        against="Made against the advice of the gate.",
        limited="Budget or places don't suffice for everyone. That contacts differ in their effect is proven, so the "
        "list names those for whom the money brings most.",
        by_model="{contacts} contacts who are eligible today, by the model {model} of «{experiment}».",
        unproven="That test has not proven that a selection is worth it.",
    ),
}
