"""What is said of customers: states, reasons, gates, and what to expect of them."""

from __future__ import annotations

from uplift.words import numbers
from uplift.words.language import Language, say


def next_basket(value: float, currency: str, language: Language) -> str:
    """«wird voraussichtlich 160 € für den nächsten Einkauf ausgeben»."""
    amount = numbers.money_total(value, currency, language)
    return say(
        language,
        de=f"wird voraussichtlich {amount} für den nächsten Einkauf ausgeben",
        en=f"will probably spend {amount} on the next purchase",
    )


def rhythm(days: float, language: Language) -> str:
    """«kauft etwa alle 90 Tage»."""
    n = numbers.count(round(days), language)
    if round(days) <= 1:
        return say(language, de="kauft fast täglich", en="buys almost every day")
    return say(language, de=f"kauft etwa alle {n} Tage", en=f"buys about every {n} days")


def frequency(name: str, language: Language) -> str:
    """The row of the grid: how often somebody has bought so far."""
    words = {
        "any": ("mindestens ein Kauf", "at least one purchase"),
        "more": ("mehr als ein Kauf", "more than one purchase"),
        "one": ("genau ein Kauf", "exactly one purchase"),
        "lead": ("noch kein Kauf", "no purchase yet"),
        "new": ("vor einem Monat unbekannt", "unknown a month ago"),
    }
    de, en = words[name]
    return say(language, de=de, en=en)


def state(name: str, language: Language, *, lead: bool = False) -> str:
    """The state of the next 30 days in a word or two."""
    words = {
        "convert": ("kauft voraussichtlich", "will probably buy"),
        "churn": ("wandert voraussichtlich ab", "will probably leave"),
        "inactive": ("bleibt voraussichtlich inaktiv", "will probably stay inactive"),
        "steady": ("aktiv, noch nicht fällig", "active, not due yet"),
        "open": ("keine Vorhersage", "no prediction"),
    }
    if lead and name == "churn":
        return say(language, de="Interesse lässt nach", en="interest is waning")
    de, en = words[name]
    return say(language, de=de, en=en)


def segment(name: str, language: Language) -> str:
    """A segment by its name: `more.churn`, `lead.convert`, `new`."""
    row, _, column = name.partition(".")
    if not column:
        return frequency(row, language)
    return f"{frequency(row, language)}, {state(column, language, lead=row == 'lead')}"


def reason(feature: str, *, raises: bool, language: Language) -> str:
    """Why a contact's probability to buy is higher (or lower) than the average contact's."""
    higher = {
        "frequency": ("hat oft gekauft", "has bought often"),
        "recency": ("hat vor Kurzem gekauft", "bought recently"),
        "age": ("die Dauer der Beziehung spricht dafür", "the length of the relationship speaks for it"),
        "value": ("die Höhe der Einkäufe spricht dafür", "the size of the baskets speaks for it"),
        "lately": ("hat im letzten Quartal mehrmals gekauft", "bought several times in the last quarter"),
        "rhythm": ("der nächste Kauf liegt im eigenen Rhythmus", "the next purchase is within the own rhythm"),
        "interest": ("reagiert oft auf Nachrichten", "often responds to messages"),
        "silence": ("hat zuletzt reagiert", "responded recently"),
    }
    lower = {
        "frequency": ("hat selten gekauft", "has bought rarely"),
        "recency": ("hat lange nicht gekauft", "has not bought for long"),
        "age": ("die Dauer der Beziehung spricht dagegen", "the length of the relationship speaks against it"),
        "value": ("die Höhe der Einkäufe spricht dagegen", "the size of the baskets speaks against it"),
        "lately": ("hat im letzten Quartal kaum gekauft", "hardly bought in the last quarter"),
        "rhythm": ("ist nach dem eigenen Rhythmus überfällig", "is overdue by the own rhythm"),
        "interest": ("reagiert kaum auf Nachrichten", "hardly responds to messages"),
        "silence": ("hat lange nicht reagiert", "has not responded for long"),
    }
    de, en = (higher if raises else lower)[feature]
    return say(language, de=de, en=en)


def gate(reason: str | None, worst_auc: float | None, worst_ratio: float | None, language: Language) -> str:
    """Whether a prediction may be used, with the figures of its backtests."""
    auc = "–" if worst_auc is None else numbers.number(worst_auc, language, significant=None, decimals=2)
    ratio = "–" if worst_ratio is None else numbers.number(worst_ratio, language, significant=None, decimals=2)
    if reason is None:
        return say(
            language,
            de=f"bestanden: AUC in jedem Monat mindestens {auc}, vorhergesagt zu beobachtet schlechtestenfalls {ratio}",
            en=f"passed: AUC at least {auc} in every month, predicted over observed at worst {ratio}",
        )
    words = {
        "months": (
            "abgelehnt: weniger als sieben Monate Daten, also keine sechs Rückblicke",
            "refused: less than seven months of data, so no six backtests",
        ),
        "events": (
            "abgelehnt: in mindestens einem Monat weniger als 30 Fälle, zu wenig für ein Urteil",
            "refused: fewer than 30 cases in at least one month, too few to judge",
        ),
        "auc": (
            f"abgelehnt: AUC im schlechtesten Monat {auc}, nötig sind 0,60; Raten ergibt 0,50",
            f"refused: AUC {auc} in the worst month, 0.60 is needed; guessing gives 0.50",
        ),
        "ratio": (
            f"abgelehnt: im schlechtesten Monat {ratio}-mal so viele vorhergesagt wie beobachtet",
            f"refused: {ratio} times as many predicted as observed in the worst month",
        ),
    }
    de, en = words[reason]
    return say(language, de=de, en=en)


def left_out(reason: str, rows: int, language: Language) -> str:
    """Why rows of the purchases were not used."""
    n = numbers.count(rows, language)
    words = {
        "no_id": ("ohne Kennung", "without an id"),
        "no_time": ("ohne Zeit", "without a time"),
        "no_value": ("ohne Wert", "without a value"),
        "negative": ("mit negativem Wert", "with a negative value"),
        "nothing": ("mit Wert null", "with the value zero"),
        "later": ("nach dem Stichtag", "after the day of the score"),
        "twice": ("doppelt", "there twice"),
    }
    de, en = words[reason]
    return say(language, de=f"{n} {de}", en=f"{n} {en}")
