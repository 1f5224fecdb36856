"""Always-on programmes in words: titles and heads, and what forecast, send time and recommendations say."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from uplift.words import numbers
from uplift.words.dates import day
from uplift.words.language import Language, say


@dataclass(frozen=True, slots=True)
class AlwaysOnWords:
    """Heads, labels and titles in one language."""

    title: str
    skip: str
    forecast: str
    segments: str
    segment: str
    customers: str
    revenue: str
    newcomers: str
    total: str
    past: str
    quarter_from: str
    told: str
    came: str
    error: str
    naive: str
    send_time: str
    slots: str
    slot: str
    slot_axis: str
    by_chance: str
    reacted: str
    rate: str
    own: str
    beliefs: str
    bits: str
    campaigns: str
    campaign: str
    chosen: str
    uplift: str
    monitor: str
    lately: str
    day: str
    value: str
    judgement: str
    ok: str
    note: str
    alarm: str
    recommend: str
    way: str
    recall: str
    hit: str
    own_frequency: str
    popular: str


ALWAYS_ON: dict[Language, AlwaysOnWords] = {
    "de": AlwaysOnWords(
        title="Dauerprogramme",
        skip="Zum Inhalt",
        forecast="Was bringt das kommende Quartal?",
        segments="Wer den Umsatz bringt",
        segment="Gruppe",
        customers="Kunden",
        revenue="Umsatz",
        newcomers="Neukunden",
        total="Summe",
        past="Frühere Quartale: vorhergesagt und gekommen",
        quarter_from="Quartal ab",
        told="Prognose",
        came="gekommen",
        error="Fehler",
        naive="Fehler von «wie zuvor»",
        send_time="Wann erreicht die E-Mail wen?",
        slots="Reaktionen nach Uhrzeit (Zeit durch Zufall gezogen)",
        slot="Uhrzeit",
        slot_axis="Uhrzeit (zwei Stunden ab)",
        by_chance="Mails durch Zufall",
        reacted="Reaktionen",
        rate="Anteil",
        own="Kontakte mit dieser Zeit",
        beliefs="Wie die Überzeugung wächst",
        bits="Unentschiedenheit in Bit",
        campaigns="Kampagnen: gewählte gegen zufällige Zeit",
        campaign="Kampagne",
        chosen="Mails mit gewählter Zeit",
        uplift="relativer Uplift",
        monitor="Ist der Test {title} noch gesund?",
        lately="{name}: die letzten Tage",
        day="Tag",
        value="Wert",
        judgement="Befund",
        ok="in Ordnung",
        note="Hinweis",
        alarm="Alarm",
        recommend="Was wird als Nächstes gekauft?",
        way="Verfahren",
        recall="getroffen",
        hit="Kunden mit einem Treffer",
        own_frequency="eigene Häufigkeit",
        popular="für alle das Beliebteste",
    ),
    "en": AlwaysOnWords(
        title="Always-on programmes",
        skip="Skip to content",
        forecast="What will the coming quarter bring?",
        segments="Who brings the revenue",
        segment="Group",
        customers="Customers",
        revenue="Revenue",
        newcomers="newcomers",
        total="Total",
        past="Earlier quarters: what was told and what came",
        quarter_from="Quarter from",
        told="told",
        came="came",
        error="error",
        naive="error of «as before»",
        send_time="When does the mail reach whom?",
        slots="Reactions by hour (hour drawn by chance)",
        slot="Hour",
        slot_axis="Hour (two hours from)",
        by_chance="Mails by chance",
        reacted="Reactions",
        rate="Share",
        own="Contacts with this hour",
        beliefs="How the belief grows",
        bits="indecision in bits",
        campaigns="Campaigns: chosen against random hour",
        campaign="Campaign",
        chosen="Mails with a chosen hour",
        uplift="relative uplift",
        monitor="Is the test {title} still sound?",
        lately="{name}: the last days",
        day="Day",
        value="Value",
        judgement="Finding",
        ok="sound",
        note="note",
        alarm="alarm",
        recommend="What will be bought next?",
        way="Way",
        recall="found",
        hit="customers with a hit",
        own_frequency="own frequency",
        popular="the most popular for all",
    ),
}


def forecast(days: int, start: datetime.date, total: str, bounds: str | None, sure: float, language: Language) -> str:
    """The revenue that is told, with its interval or why there is none."""
    on, level = day(start, language), numbers.percent(sure, language, decimals=0)
    if bounds is None:
        return say(
            language,
            de=f"In den {days} Tagen ab {on} sind {total} Umsatz zu erwarten. Ein Intervall fehlt: Noch zeigen keine "
            "zwei vergangenen Quartale, wie weit die Prognose danebenliegt.",
            en=f"In the {days} days from {on}, {total} of revenue is to be expected. There is no interval: no two past "
            "quarters show yet how far the forecast is off.",
        )
    return say(
        language,
        de=f"In den {days} Tagen ab {on} sind {total} Umsatz zu erwarten; mit {level} Sicherheit {bounds}.",
        en=f"In the {days} days from {on}, {total} of revenue is to be expected; with {level} confidence {bounds}.",
    )


def forecast_past(own: float, naive: float, quarters: int, language: Language) -> str:
    """How far the same forecast was off in the past, beside «as in the quarter before»."""
    mine, theirs = numbers.percent(own, language), numbers.percent(naive, language)
    n = numbers.count(quarters, language)
    return say(
        language,
        de=f"In {n} vergangenen Quartalen lag die Prognose im Mittel {mine} daneben, «wie im Quartal davor» {theirs}.",
        en=f"In {n} past quarters the forecast was off by {mine} on average, «as in the quarter before» by {theirs}.",
    )


def season(factor: float, language: Language) -> str:
    """The season in the forecast."""
    told = numbers.percent(factor - 1, language, signed=True)
    return say(language, de=f"Darin die Saison: {told}.", en=f"With the season in it: {told}.")


def send_time(gain: float, gain_of_one: float, hours: str, language: Language) -> str:
    """What the chosen hours are expected to bring: a promise of the model, not a measurement."""
    own, one = (numbers.percent(value, language, signed=True) for value in (gain, gain_of_one))
    return say(
        language,
        de=f"Nach dem Modell bringt die eigene Zeit {own} Reaktionen gegenüber einer zufälligen, eine gemeinsame "
        f"({hours} Uhr) {one}. Das sind Erwartungen; gemessen wird an der Kontrollgruppe mit zufälliger Zeit.",
        en=f"By the model, everyone's own hour brings {own} reactions against a random one, a common hour "
        f"({hours}) {one}. These are expectations; the control group with random hours measures.",
    )


def slot_chart(best: str, rate: str, language: Language) -> str:
    """The slot with most reactions by chance."""
    return say(
        language,
        de=f"Am häufigsten reagieren Kontakte auf Mails von {best} Uhr: {rate}. Die Striche sind Intervalle zu "
        f"95{numbers.NBSP}%.",
        en=f"Contacts react most often to mails of {best}: {rate}. The lines are 95% intervals.",
    )


def belief_chart(first: float, last: float, mails: int, language: Language) -> str:
    """How the belief narrows."""
    early, late = numbers.number(first, language), numbers.number(last, language)
    n = numbers.count(mails, language)
    if mails <= 1:
        return say(
            language,
            de=f"Nach der ersten Mail ist noch wenig bekannt: {early} Bit Unentschiedenheit (3,58: gar nichts).",
            en=f"After the first mail little is known: {early} bits of indecision (3.58: nothing at all).",
        )
    return say(
        language,
        de=f"Die Unentschiedenheit geht von {early} Bit nach der ersten auf {late} Bit nach der {n}. Mail (3,58: gar "
        "nichts bekannt).",
        en=f"Indecision goes from {early} bits after the first mail to {late} bits after mail {n} (3.58: nothing).",
    )


def belief_line(mails: int, language: Language) -> str:
    """The name of a line: 1., 10. or 25. mail."""
    return say(language, de=f"{mails}. Mail", en=f"mail {mails}")


def send_log(by_chance: int, mails: int, not_used: int, language: Language) -> str:
    """What was learned from."""
    drawn, everything, left = (numbers.count(n, language) for n in (by_chance, mails, not_used))
    text = say(
        language,
        de=f"Gelernt aus {everything} Mails, davon {drawn} mit gezogener Zeit.",
        en=f"Learned from {everything} mails, {drawn} of them with a drawn hour.",
    )
    if not_used:
        text += " " + say(
            language,
            de=f"{left} Mails aus Kampagnen ohne Zufall sind nicht verwendet.",
            en=f"{left} mails of campaigns without chance are not used.",
        )
    return text


def no_history(contacts: int, language: Language) -> str:
    """Contacts without mails in the log."""
    n = numbers.count(contacts, language)
    return say(
        language,
        de=f"{n} Kontakte haben noch keine Mail im Protokoll und bekommen die beste Zeit für alle.",
        en=f"{n} contacts have no mail in the log yet and get the best hour for all.",
    )


def deadline(hour: str, language: Language) -> str:
    """The deadline of a short sale."""
    return say(
        language,
        de=f"Der Verkauf ist kurz: Alle Mails sind bis {hour} Uhr verschickt, in beiden Gruppen.",
        en=f"The sale is short: all mails have left by {hour}, in both arms.",
    )


def recommended(own: float, popular: float, most: int, days: int, judged: int, language: Language) -> str:
    """What the lists would have been worth."""
    mine, theirs = (numbers.percent(share, language) for share in (own, popular))
    n, k = numbers.count(judged, language), numbers.count(most, language)
    return say(
        language,
        de=f"Von dem, was {n} Kunden in den folgenden {days} Tagen kauften, stand auf Listen mit {k} Plätzen aus der "
        f"eigenen Häufigkeit {mine}; die {k} beliebtesten Artikel trafen {theirs}.",
        en=f"Of what {n} customers bought in the {days} days after, lists of {k} by own frequency held {mine}; "
        f"the {k} most popular items {theirs}.",
    )


def not_judged(language: Language) -> str:
    """Nobody bought in the week that would judge."""
    return say(
        language,
        de="In der Woche davor hat kein bekannter Kunde gekauft; was die Listen taugen, ist offen.",
        en="No known customer bought in the week before; what the lists are worth is open.",
    )


def recall_meaning(language: Language) -> str:
    """How to read the figure, and what it is not."""
    return say(
        language,
        de="Getroffen: gekaufte Artikel auf der Liste, von so vielen, wie sie fassen kann. Ein Treffer ist keine "
        "Wirkung: Ob eine Empfehlung mehr Käufe bringt, misst nur ein Test mit Kontrollgruppe.",
        en="Found: items bought that were on the list, of as many as it can hold. A hit is no effect: whether "
        "recommending brings more purchases is measured by a test with a control group only.",
    )


def not_over(rows: int, over_on: datetime.date, language: Language) -> str:
    """A file that keeps the contract, whose days are not over."""
    n, on = numbers.count(rows, language), day(over_on, language)
    return say(
        language,
        de=f"Die Datei hält den Vertrag ein ({n} Zeilen). Was sie taugt, zeigt sich ab {on}.",
        en=f"The file keeps the contract ({n} rows). What it is worth can be seen from {on} on.",
    )


def forecast_chart(language: Language) -> str:
    """How to read the chart of quarters."""
    return say(
        language,
        de="Die Linie ist die Prognose, die Punkte sind, was kam; rechts das kommende Quartal mit seinem Intervall.",
        en="The line is the forecast, the dots are what came; on the right the coming quarter with its interval.",
    )


def belief_of(hour: str, contacts: int, language: Language) -> str:
    """Whose belief the chart shows."""
    n = numbers.count(contacts, language)
    return say(
        language,
        de=f"Wie wahrscheinlich jede Zeit die beste ist, im Mittel der Kontakte, die heute {hour} Uhr bekommen; die "
        f"Bits gelten für alle {n} Kontakte mit so vielen Mails.",
        en=f"How probable it is that each hour is the best, on average over the contacts who now get {hour}; the bits "
        f"are those of all {n} contacts with so many mails.",
    )


def lists(on: datetime.date, customers: int, items: int, language: Language) -> str:
    """What the lists are made from."""
    told, n, k = day(on, language), numbers.count(customers, language), numbers.count(items, language)
    return say(
        language,
        de=f"Listen vom {told}: {n} Kunden, {k} Artikel; nur Käufe vor diesem Tag.",
        en=f"Lists of {told}: {n} customers, {k} items; only purchases before that day.",
    )


def moved(factor: float, language: Language) -> str:
    """How the forecast moved measured baselines."""
    told = numbers.percent(factor - 1, language, signed=True)
    return say(
        language,
        de=f"Metriken auf Käufen sind um {told} verschoben: so viel mehr oder weniger bringt ein bekannter Kunde nach "
        "der Prognose im kommenden Quartal als im letzten.",
        en=f"Metrics on purchases are moved by {told}: so much more or less will a known customer bring in the coming "
        "quarter than in the last one, by the forecast.",
    )
