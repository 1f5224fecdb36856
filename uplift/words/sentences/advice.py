"""What to do: the recommendation of the decision rule in words, with its reason."""

from __future__ import annotations

from uplift.words.grammar import listed
from uplift.words.language import Language, say


def ship(arm: str | None, language: Language) -> str:
    """The ship rule holds."""
    if arm:
        return say(
            language,
            de=f"Empfehlung: {arm} ausrollen; die Entscheidungsregel ist erfüllt.",
            en=f"Recommendation: roll out {arm}; the decision rule is met.",
        )
    return say(
        language,
        de="Empfehlung: ausrollen; die Entscheidungsregel ist erfüllt.",
        en="Recommendation: roll out; the decision rule is met.",
    )


def ship_on_description(per_contact: str | None, language: Language) -> str:
    """The ship rule holds, but on a metric that compares buyers with buyers; `per_contact` is a causal one."""
    if per_contact is None:
        return say(
            language,
            de="Empfehlung: noch nicht ausrollen. Die Entscheidungsregel ist erfüllt, aber nur mit einer "
            "beschreibenden Metrik; messen Sie einen Wert je Kontakt.",
            en="Recommendation: do not roll out yet. The decision rule is met, but only by a descriptive metric; "
            "measure a value per contact.",
        )
    return say(
        language,
        de="Empfehlung: vor dem Ausrollen den Wert je Kontakt lesen. Die Entscheidungsregel ist mit einer "
        f"beschreibenden Metrik erfüllt; {per_contact}.",
        en="Recommendation: read the value per contact before rolling out. The decision rule is met by a "
        f"descriptive metric; {per_contact}.",
    )


def stop(language: Language) -> str:
    """The stop rule holds."""
    return say(
        language,
        de="Empfehlung: nicht ausrollen; die Stoppregel ist erfüllt.",
        en="Recommendation: do not roll out; the stop rule is met.",
    )


def breached(guardrails: list[str], language: Language) -> str:
    """A guardrail is breached: nothing else counts."""
    names = listed(guardrails, language)
    one = len(guardrails) == 1
    return say(
        language,
        de=f"Empfehlung: nicht ausrollen, denn {names} {'verletzt die' if one else 'verletzen ihre'} Leitplanke.",
        en=f"Recommendation: do not roll out, because {names} {'breaches its' if one else 'breach their'} guardrail.",
    )


def guardrail_open(guardrails: list[str], language: Language) -> str:
    """The primary metric is better, but harm beyond a margin is not excluded yet."""
    names = listed(guardrails, language)
    return say(
        language,
        de=f"Empfehlung: noch nicht ausrollen; bei {names} ist ein Schaden jenseits der Leitplanke "
        "noch nicht ausgeschlossen.",
        en=f"Recommendation: do not roll out yet; harm beyond the guardrail is not excluded for {names}.",
    )


def wait(language: Language) -> str:
    """No rule applies."""
    return say(
        language,
        de="Empfehlung: noch nicht entscheiden; weder die Regel zum Ausrollen noch die zum Stoppen ist erfüllt.",
        en="Recommendation: do not decide yet; neither the rule to roll out nor the rule to stop is met.",
    )


def proven_loss(language: Language) -> str:
    """No rule stops it, but the primary metric is proven worse."""
    return say(
        language,
        de="Empfehlung: nicht ausrollen; die Hauptmetrik ist nachweisbar schlechter.",
        en="Recommendation: do not roll out; the primary metric is proven worse.",
    )


def find_the_cause(language: Language) -> str:
    """A check failed because something went wrong on the way."""
    return say(
        language,
        de="Empfehlung: nichts entscheiden, bis die Ursache gefunden ist.",
        en="Recommendation: decide nothing until the cause is found.",
    )


def wait_for_read_out(language: Language) -> str:
    """It is too early; time alone mends it."""
    return say(
        language,
        de="Empfehlung: abwarten und am geplanten Auswertungstag neu auswerten.",
        en="Recommendation: wait, and analyse again on the planned read-out day.",
    )


def wait_for_windows(language: Language) -> str:
    """Some contacts are not evaluated yet."""
    return say(
        language,
        de="Empfehlung: noch nicht entscheiden, sondern abwarten, bis das Zeitfenster aller Kontakte vorbei ist.",
        en="Recommendation: do not decide yet; wait until the window of every contact is over.",
    )


def nothing_to_decide_on(language: Language) -> str:
    """There is no verdict, and waiting would not bring one."""
    return say(
        language,
        de="Empfehlung: nichts entscheiden; ohne Urteil trägt das Ergebnis keine Entscheidung.",
        en="Recommendation: decide nothing; without a verdict the result carries no decision.",
    )


def keep_running(language: Language) -> str:
    """Verdicts are refused for want of data that more time brings."""
    return say(
        language,
        de="Empfehlung: weiterlaufen lassen; für ein Urteil reichen die Daten noch nicht.",
        en="Recommendation: keep it running; the data are not enough for a verdict.",
    )
