"""What each validity check found; why it matters and what to do stand in the table of finding codes."""

from __future__ import annotations

from uplift.words import numbers
from uplift.words.codes import CODES
from uplift.words.dates import duration
from uplift.words.language import Language, say
from uplift.words.names import shortened
from uplift.words.sentences import merges, resampled, splits
from uplift.words.sentences.facts import Fact, Facts, day_of


def found(code: str, facts: Facts, language: Language) -> str:
    """The finding in one sentence; a code without a sentence of its own speaks through its title and its facts."""
    write = _SENTENCES.get(code)
    text = write(facts, language) if write else None
    return text or _generic(code, facts, language)


def passed_too(count: int, language: Language) -> str:
    """The line that holds the checks which only a statistician reads.

    >>> passed_too(1, "en"), passed_too(3, "de")
    ('1 more check passed', '3 weitere Prüfungen bestanden')
    """
    number = numbers.count(count, language)
    return say(
        language,
        de=f"{number} weitere {'Prüfung' if count == 1 else 'Prüfungen'} bestanden",
        en=f"{number} more {'check' if count == 1 else 'checks'} passed",
    )


def split(
    observed: str, planned: str, p_value: float | None, language: Language, *, fits: bool, counted: str | None = None
) -> str:
    """Sample ratio mismatch: the arms as counted against the arms as designed.

    `counted` is the column whose values were randomised (households), where that is not the contact.
    """
    test = "" if p_value is None else f", {numbers.p_text(p_value, language)}"
    if counted is not None:
        observed = say(language, de=f"{observed} (gezählt nach {counted})", en=f"{observed} (counted by {counted})")
    if fits:
        return say(
            language,
            de=f"Die Aufteilung {observed} passt zum Plan {planned} (SRM-Test{test}).",
            en=f"The split {observed} fits the plan {planned} (SRM test{test}).",
        )
    return say(
        language,
        de=f"Die Aufteilung {observed} passt nicht zum Plan {planned} (SRM-Test{test}).",
        en=f"The split {observed} does not fit the plan {planned} (SRM test{test}).",
    )


def _split_of(facts: Facts, language: Language) -> str | None:
    p_value, alpha = facts.get("p"), facts.get("alpha")
    counts: dict[str, list[str]] = {"observed": [], "expected": []}
    for name, fact in facts.items():
        kind, _, arm = name.partition(" ")
        if arm and kind in counts and isinstance(fact, int | float):
            counts[kind].append(numbers.count(round(fact), language))
    if not isinstance(p_value, float) or not isinstance(alpha, float) or not counts["observed"]:
        return None
    observed, expected = (" : ".join(these) for these in counts.values())
    return split(observed, expected, p_value, language, fits=p_value >= alpha)


def _immature(facts: Facts, language: Language) -> str | None:
    left_out, total = facts.get("left_out"), facts.get("total")
    if not isinstance(left_out, int) or not isinstance(total, int):
        return None
    missing, everybody = numbers.count(left_out, language), numbers.count(total, language)
    if left_out == 0:
        return say(
            language,
            de=f"Das Zeitfenster ist für alle {everybody} Kontakte abgeschlossen.",
            en=f"The window is over for all {everybody} contacts.",
        )
    if left_out == total:
        return say(
            language,
            de=f"Das Zeitfenster läuft noch für alle {everybody} Kontakte; keiner ist ausgewertet.",
            en=f"The window is still running for all {everybody} contacts; none is evaluated.",
        )
    return say(
        language,
        de=f"{missing} von {everybody} Kontakten sind noch nicht ausgewertet, weil ihr Zeitfenster läuft.",
        en=f"{missing} of {everybody} contacts are not evaluated yet because their window is still running.",
    )


def _few(facts: Facts, language: Language) -> str | None:
    metric, units = facts.get("metric"), _control_units(facts, language)
    if not isinstance(metric, str) or units is None:
        return None
    name = shortened(metric)
    return say(
        language,
        de=f"{name}: nur {units} mit einem Ereignis; das Intervall ist unsicher.",
        en=f"{name}: only {units} with an event; the interval is uncertain.",
    )


def _too_few(facts: Facts, language: Language) -> str | None:
    metric, units = facts.get("metric"), _control_units(facts, language)
    if not isinstance(metric, str) or units is None:
        return None
    name = shortened(metric)
    return say(
        language,
        de=f"{name}: kein Urteil, denn nur {units} haben ein Ereignis.",
        en=f"{name}: no verdict, because only {units} have an event.",
    )


def _control_units(facts: Facts, language: Language) -> str | None:
    """«1.204 Kontakte der Kontrollgruppe», or the clusters that were randomised instead."""
    converters, counted = facts.get("converters"), facts.get("counted")
    if not isinstance(converters, int):
        return None
    events = numbers.count(converters, language)
    if isinstance(counted, str):
        kind = shortened(counted)
        return say(
            language, de=f"{events} Einheiten ({kind}) der Kontrollgruppe", en=f"{events} control clusters ({kind})"
        )
    return say(language, de=f"{events} Kontakte der Kontrollgruppe", en=f"{events} control contacts")


def _preliminary(facts: Facts, language: Language) -> str | None:
    metric, days = facts.get("metric"), facts.get("settles_after")
    if not isinstance(metric, str):
        return None
    name = shortened(metric)
    if isinstance(days, int):
        span = duration(days, language)
        return say(
            language,
            de=f"{name} ist vorläufig: Retouren und Stornos zählen erst {span} nach dem Zeitfenster vollständig.",
            en=f"{name} is preliminary: returns and cancellations are complete only {span} after the window.",
        )
    return say(
        language,
        de=f"{name} ist vorläufig: Retouren und Stornos können den Wert noch ändern, in allen Gruppen gleich.",
        en=f"{name} is preliminary: returns and cancellations can still change it, alike in all groups.",
    )


def _unknown_arms(facts: Facts, language: Language) -> str | None:
    contacts = facts.get("contacts")
    if not isinstance(contacts, int):
        return None
    amount = numbers.count(contacts, language)
    if contacts == 0:
        return say(
            language,
            de="Alle Kontakte gehören zu einer Gruppe des Experiments.",
            en="All contacts belong to an arm of the experiment.",
        )
    values = facts.get("values")
    named = f" ({shortened(values)})" if isinstance(values, str) else ""
    if contacts == 1:
        return say(
            language,
            de=f"1 Kontakt gehört zu keiner Gruppe des Experiments und ist nicht ausgewertet{named}.",
            en=f"1 contact belongs to no arm of the experiment and is not evaluated{named}.",
        )
    return say(
        language,
        de=f"{amount} Kontakte gehören zu keiner Gruppe des Experiments und sind nicht ausgewertet{named}.",
        en=f"{amount} contacts belong to no arm of the experiment and are not evaluated{named}.",
    )


def _leaked_clusters(facts: Facts, language: Language) -> str | None:
    leaked, total, cluster = facts.get("leaked"), facts.get("total"), facts.get("cluster")
    if not isinstance(leaked, int) or not isinstance(total, int) or not isinstance(cluster, str):
        return None
    some, every, name = numbers.count(leaked, language), numbers.count(total, language), shortened(cluster)
    return say(
        language,
        de=f"{some} von {every} Einheiten ({name}) haben Kontakte in mehreren Gruppen.",
        en=f"{some} of {every} clusters ({name}) have contacts in several arms.",
    )


def _undefined(facts: Facts, language: Language) -> str | None:
    metric = facts.get("metric")
    if not isinstance(metric, str):
        return None
    name = shortened(metric)
    return say(
        language,
        de=f"{name}: Der relative Uplift ist nicht oder nur auf einer Seite begrenzt, weil sich der Wert der "
        "Kontrollgruppe nicht sicher von null trennt.",
        en=f"{name}: the relative uplift is unbounded on a side or undefined, because the control value is not "
        "separated from zero.",
    )


def _conditional(facts: Facts, language: Language) -> str | None:
    metric = facts.get("metric")
    if not isinstance(metric, str):
        return None
    name = shortened(metric)
    return say(
        language,
        de=f"{name} vergleicht Käufer mit Käufern; wer kauft, hängt aber selbst von der Aktion ab.",
        en=f"{name} compares buyers with buyers; but who buys depends on the campaign itself.",
    )


def _no_higher_moments(facts: Facts, language: Language) -> str | None:
    metric = facts.get("metric")
    if not isinstance(metric, str):
        return None
    name = shortened(metric)
    return say(
        language,
        de=f"{name}: Die Beträge sind zu groß für exakte dritte und vierte Potenzen; "
        "das Intervall kennt die Schiefe nicht.",
        en=f"{name}: its amounts are too large for exact third and fourth powers; the interval ignores the skew.",
    )


def _weight_epochs(facts: Facts, language: Language) -> str | None:
    epochs, unsigned = facts.get("epochs"), facts.get("unsigned")
    if not isinstance(epochs, int):
        return None
    times = numbers.count(epochs - 1, language)
    changed = say(
        language,
        de=f"Die Gewichte der Gruppen haben sich während des Tests {'einmal' if epochs == 2 else f'{times}-mal'} "
        "geändert",
        en=f"The weights of the arms changed {'once' if epochs == 2 else f'{times} times'} while the test ran",
    )
    if unsigned == 0:
        return say(
            language,
            de=f"{changed}; jede Gewichtsepoche ist für sich verglichen.",
            en=f"{changed}; each weight epoch is compared within itself.",
        )
    if isinstance(unsigned, int):
        return say(
            language,
            de=f"{changed}, und nicht alle Änderungen sind unterschrieben: Zu {unsigned} von {epochs} Gewichtsepochen "
            "fehlen die Gewichte.",
            en=f"{changed}, and not every change was signed: the weights of {unsigned} of {epochs} epochs are unknown.",
        )
    return f"{changed}."


def _look(facts: Facts, language: Language) -> str | None:
    following, last, read_out = (day_of(facts.get(name), language) for name in ("next_look", "last_look", "read_out"))
    if read_out is None:
        return None
    ahead = following or read_out
    if last is None:
        return say(
            language,
            de=f"Heute ist kein geplanter Zwischenblick; der nächste ist am {ahead}, der Auswertungstag am {read_out}.",
            en=f"Today is not one of the planned looks; the next is on {ahead}, the read-out on {read_out}.",
        )
    return say(
        language,
        de=f"Heute ist kein geplanter Zwischenblick; der letzte war am {last}, der nächste ist am {ahead}, der "
        f"Auswertungstag am {read_out}.",
        en=f"Today is not one of the planned looks; the last was on {last}, the next is on {ahead}, the read-out on "
        f"{read_out}.",
    )


def _missing_contacts(facts: Facts, language: Language) -> str | None:
    missing, total = facts.get("missing"), facts.get("total")
    if not isinstance(missing, int) or not isinstance(total, int):
        return None
    some, everybody = numbers.count(missing, language), numbers.count(total, language)
    german, english = ("fehlt", "is") if missing == 1 else ("fehlen", "are")
    return say(
        language,
        de=f"{some} von {everybody} zugeteilten Kontakten {german} in der Kontaktquelle.",
        en=f"{some} of {everybody} assigned contacts {english} missing from the contact source.",
    )


def _changed_in_silence(facts: Facts, language: Language) -> str | None:
    field, fields = facts.get("field"), facts.get("fields")
    if not isinstance(field, str) or not isinstance(fields, int):
        return None
    if fields == 1:
        return say(
            language,
            de=f"{shortened(field)} wurde nach der Festschreibung geändert, ohne dass es jemand unterschrieben hat.",
            en=f"{shortened(field)} was changed after the lock, and nobody has signed it.",
        )
    return say(
        language,
        de=f"{shortened(field)} und weitere Angaben ({fields} insgesamt) wurden nach der Festschreibung geändert, ohne "
        "dass es jemand unterschrieben hat.",
        en=f"{shortened(field)} and others ({fields} in all) were changed after the lock, and nobody has signed it.",
    )


def _exposed_control(facts: Facts, language: Language) -> str | None:
    reached, total = facts.get("reached"), facts.get("total")
    if not isinstance(reached, int) or not isinstance(total, int):
        return None
    some, everybody = numbers.count(reached, language), numbers.count(total, language)
    return say(
        language,
        de=f"{some} von {everybody} Kontakten der Kontrollgruppe wurden erreicht.",
        en=f"{some} of {everybody} control contacts were reached.",
    )


def _early_exposure(facts: Facts, language: Language) -> str | None:
    days, most, share, least = (facts.get(name) for name in ("days", "most", "share", "least_share"))
    if not isinstance(days, int) or not isinstance(share, float) or not isinstance(least, float):
        return None
    high, low, arm = numbers.percent(share, language), numbers.percent(least, language), shortened(str(most))
    return say(
        language,
        de=f"In den {days} Tagen vor der Zuteilung wurden {high} der Gruppe «{arm}» erreicht, in einer anderen {low}.",
        en=f"In the {days} days before the assignment {high} of the arm “{arm}” were reached, in another {low}.",
    )


def _unlike_spread(facts: Facts, language: Language) -> str | None:
    metric, arm, ratio = (facts.get(name) for name in ("metric", "arm", "ratio"))
    if not isinstance(ratio, float):
        return None
    times = numbers.number(ratio, language)
    return say(
        language,
        de=f"{shortened(str(metric))}: Die Gruppe «{shortened(str(arm))}» streut {times}-mal so stark um ihren "
        "Mittelwert wie die andere.",
        en=f"{shortened(str(metric))}: the arm “{shortened(str(arm))}” varies {times} times as much around its mean as "
        "the other.",
    )


def _unlike_before(facts: Facts, language: Language) -> str | None:
    covariate, arm = facts.get("covariate"), facts.get("arm")
    if not isinstance(covariate, str):
        return None
    return say(
        language,
        de=f"{shortened(covariate)} war schon vor der Zuteilung höher in der Gruppe «{shortened(str(arm))}».",
        en=f"{shortened(covariate)} was higher in the arm “{shortened(str(arm))}” before the assignment already.",
    )


def _split_in_segment(facts: Facts, language: Language) -> str | None:
    segment, value, p_value = (facts.get(name) for name in ("segment", "value", "p"))
    if not isinstance(segment, str) or not isinstance(p_value, float):
        return None
    group = shortened(str(value)) if value is not None else say(language, de="ohne Angabe", en="not stated")
    counts = " : ".join(
        numbers.count(fact, language)
        for name, fact in facts.items()
        if name.startswith("observed ") and isinstance(fact, int)
    )
    test = numbers.p_text(p_value, language)
    return say(
        language,
        de=f"{shortened(segment)} «{group}»: Die Aufteilung {counts} passt nicht zum Plan (SRM-Test, {test}).",
        en=f"{shortened(segment)} “{group}”: the split {counts} does not fit the plan (SRM test, {test}).",
    )


_SENTENCES = {
    "UP401": _changed_in_silence,
    "UP601": _split_of,
    "UP602": _immature,
    "UP603": _few,
    "UP604": _too_few,
    "UP605": _preliminary,
    "UP606": _unknown_arms,
    "UP607": _undefined,
    "UP608": _conditional,
    "UP609": _no_higher_moments,
    "UP618": splits.sequence,
    "UP619": splits.trigger,
    "UP626": _early_exposure,
    "UP627": _unlike_spread,
    "UP628": _unlike_before,
    "UP629": _split_in_segment,
    "UP631": _weight_epochs,
    "UP632": _look,
    "UP633": _missing_contacts,
    "UP635": _leaked_clusters,
    "UP636": merges.rate,
    "UP637": merges.without_conflicts,
    "UP638": resampled.second_road,
    "UP643": _exposed_control,
    "UP802": splits.days,
}


def _generic(code: str, facts: Facts, language: Language) -> str:
    entry = CODES.get(code)
    title = say(language, de=entry.title_de, en=entry.title_en) if entry else code
    subject = facts.get("metric") or facts.get("source")
    if entry and isinstance(subject, str):
        return f"{shortened(subject)}: {title}."
    title = title[:1].upper() + title[1:]
    listed = ", ".join(f"{name} = {_fact(fact, language)}" for name, fact in facts.items() if fact is not None)
    return f"{title} ({listed})." if listed else f"{title}."


def _fact(fact: Fact, language: Language) -> str:
    if isinstance(fact, bool | str) or fact is None:
        return shortened(str(fact))
    return numbers.count(fact, language) if isinstance(fact, int) else numbers.number(fact, language)
