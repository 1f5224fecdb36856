"""How the numbers were made, for a statistician, and what is not evaluated yet."""

from __future__ import annotations

from uplift.words.language import Language, say

_METHODS: dict[str, tuple[str, str]] = {
    "score": (
        "Intervall nach Miettinen und Nurminen für das Verhältnis zweier Anteile",
        "Miettinen–Nurminen score interval for the ratio of two proportions",
    ),
    "log": (
        "Intervall auf der Log-Skala des Verhältnisses, Freiheitsgrade an die Wölbung angepasst",
        "interval on the log scale of the ratio, degrees of freedom adjusted for kurtosis",
    ),
    "hall": (
        "Halls Transformation gegen die Schiefe, Freiheitsgrade an die Wölbung angepasst",
        "Hall's transformation against skewness, degrees of freedom adjusted for kurtosis",
    ),
    "fieller": ("Intervall nach Fieller", "Fieller interval"),
    "delta": (
        "Welchs t-Test auf linearisierten Werten je Kontakt, symmetrisch (±)",
        "Welch's t on values linearised per contact, symmetric (±)",
    ),
}

_NAMES: dict[str, tuple[str, str]] = {
    "score": ("Score", "score"),
    "log": ("Log", "log"),
    "hall": ("Hall", "Hall"),
    "fieller": ("Fieller", "Fieller"),
    "delta": ("Delta", "delta"),
}

# Where an estimator's coverage is tabulated: the page, and its section or column there. No numbers live here.
_CALIBRATION: dict[str, tuple[str, str]] = {
    "score": ("docs/calibration/proportions.md", "score"),
    "log": ("docs/calibration/means.md", "log"),
    "hall": ("docs/calibration/means.md", "hall"),
    "fieller": ("docs/calibration/means.md", "Fieller/Welch"),
    "delta": ("docs/calibration/means.md", "delta"),
    "strata": ("docs/calibration/estimators.md", "strata"),
    "cuped": ("docs/calibration/estimators.md", "cuped"),
    "clusters": ("docs/calibration/estimators.md", "clusters"),
    "group-sequential": ("docs/calibration/sequential.md", "group-sequential"),
    "confidence-sequence": ("docs/calibration/sequential.md", "confidence-sequence"),
}

_BLOCKS: dict[str, tuple[str, str]] = {
    "segments": (
        "Segmente sind vorab festgelegt, aber noch nicht ausgewertet.",
        "Segments are declared but not evaluated yet.",
    ),
    "claims": ("Aussagen über den Test sind noch nicht geprüft.", "Claims about the test are not checked yet."),
    "value": (
        "Marge und Kosten sind noch nicht in Geldwert umgerechnet.",
        "Margin and costs are not turned into money yet.",
    ),
    "value.redemptions": (
        "Einlösungen von Anreizen sind noch nicht ausgewertet.",
        "Redemptions of incentives are not evaluated yet.",
    ),
    "design.sequential": (
        "Der sequenzielle Plan wird noch nicht ausgewertet: Die Intervalle gelten für einen einzigen Blick "
        "am geplanten Auswertungstag.",
        "The sequential plan is not evaluated yet: intervals hold for a single look on the planned read-out day.",
    ),
    "design.variance_reduction": (
        "Die Varianzreduktion ist noch nicht angewandt; die Intervalle sind unbereinigt.",
        "Variance reduction is not applied yet; intervals are unadjusted.",
    ),
    "design.comparisons": (
        "Paarweise Vergleiche der Varianten sind noch nicht ausgewertet, nur die gegen die Kontrollgruppe.",
        "Comparisons between variants are not evaluated yet, only those against control.",
    ),
    "design.correction": (
        "Die Korrektur für mehrere Vergleiche ist noch nicht angewandt; jedes Intervall gilt für sich.",
        "The correction for several comparisons is not applied yet; each interval stands alone.",
    ),
    "assignment.strata": (
        "Schichten sind noch nicht berücksichtigt; die Intervalle sind eher zu breit.",
        "Strata are not taken into account yet; intervals are rather too wide.",
    ),
}


def name(method: str, language: Language) -> str:
    """The method in one word, for a table."""
    de, en = _NAMES.get(method, (method, method))
    return say(language, de=de, en=en)


def described(method: str, language: Language) -> str:
    """What an interval method is, with the name of its inventor."""
    word, (de, en) = name(method, language), _METHODS.get(method, ("", ""))
    return say(language, de=f"{word}: {de}." if de else f"{word}.", en=f"{word}: {en}." if en else f"{word}.")


def calibration(method: str) -> tuple[str, str] | None:
    """The calibration page of an estimator with its section or column there; None where nothing is tabulated."""
    return _CALIBRATION.get(method)


def calibration_heading(language: Language) -> str:
    """What the table is called."""
    return say(language, de="Wie oft solche Intervalle stimmen", en="How often such intervals are right")


def calibration_lead(language: Language) -> str:
    """What the table shows and what it does not."""
    return say(
        language,
        de="Je Vergleich der ähnlichste Aufbau aus den Kalibriertabellen: dieselbe Methode, ähnliche Gruppen und "
        "ähnlich viele Ereignisse in der Kontrollgruppe, mit bekannter Wahrheit simuliert oder durchgezählt. Ein "
        "95‑%‑Intervall soll sie in 95 von 100 Fällen enthalten und sie nach beiden Seiten gleich oft verfehlen.",
        en="For each comparison the most similar design of the calibration tables: the same method, similar groups and "
        "similarly many events in the control, simulated or enumerated with a known truth. A 95% interval should "
        "contain it in 95 of 100 cases and miss it equally often on either side.",
    )


def calibration_heads(language: Language) -> tuple[str, ...]:
    """Method, design, events, coverage, misses, without a verdict."""
    if language == "de":
        heads = ("Methode", "Gruppen", "Ereignisse", "Abdeckung", "darüber / darunter", "ohne Urteil")
    else:
        heads = ("Method", "Groups", "Events", "Coverage", "above / below", "no verdict")
    return heads


def calibrated(method: str, language: Language) -> str:
    """Where to read how often an estimator is right; empty where nothing is tabulated."""
    found = calibration(method)
    if found is None:
        return ""
    page, row = found
    return say(language, de=f"Kalibrierung: {page}, «{row}».", en=f"Calibration: {page}, '{row}'.")


def not_evaluated(block: str, language: Language) -> str:
    """What it means that a block of the YAML is read but not evaluated."""
    fallback = (
        f"Der Block «{block}» ist gelesen, aber noch nicht ausgewertet.",
        f"The block '{block}' is read but not evaluated yet.",
    )
    de, en = _BLOCKS.get(block, fallback)
    return say(language, de=de, en=en)


def clusters(column: str, language: Language) -> str:
    """What counts as independent where households or the like were randomised; `column` names them."""
    return say(
        language,
        de=f"Zugeteilt wurde nach {column}. Unabhängig voneinander sind deshalb diese Einheiten, nicht die Kontakte: "
        "Verglichen werden ihre Summen je Kontakt, und Standardfehler und Freiheitsgrade zählen Einheiten. Ein "
        "Ereignis zählt für die Belastbarkeit einmal je Einheit.",
        en=f"Assignment was by {column}. So these clusters are independent of each other, not the contacts: their "
        "totals per contact are compared, and standard errors and degrees of freedom count clusters. As evidence an "
        "event counts once per cluster.",
    )


def one_decision(language: Language) -> str:
    """Why interval, p-value and verdict never contradict each other."""
    return say(
        language,
        de="Intervall, p-Wert und Urteil jeder Zeile stammen aus einem einzigen umgekehrten Test und können sich "
        "nicht widersprechen. Ausgewertet wird nach Zuteilung (intention to treat): Wer zugeteilt war, zählt, auch "
        "wenn ihn keine Nachricht erreichte.",
        en="Interval, p-value and verdict of each row come from one inverted test and cannot contradict each other. "
        "Groups are compared as assigned (intention to treat): whoever was assigned counts, reached or not.",
    )


def alternatives(language: Language) -> str:
    """What the other intervals are for."""
    return say(
        language,
        de="Entschieden hat die hervorgehobene Methode. Die anderen stehen daneben, damit sichtbar ist, "
        "ob das Urteil an der Methode hängt.",
        en="The highlighted method decided. The others stand beside it to show whether the verdict depends on it.",
    )


def no_rounding(language: Language) -> str:
    """How numbers are printed."""
    return say(
        language,
        de="Gerundet wird nur für die Anzeige, auf drei geltende Ziffern.",
        en="Numbers are rounded for display only, to three significant digits.",
    )


def together(language: Language, *, proven: bool) -> str:
    """Whether a secondary metric's difference holds among all of them, behind a proven primary metric."""
    if proven:
        return say(language, de="auch zusammen mit allen Nebenmetriken", en="also together with all secondary metrics")
    return say(language, de="nur für sich betrachtet", en="by itself only")
