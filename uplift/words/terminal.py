"""The words of the table that a terminal, a notebook and a data frame show."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.words.language import Language


@dataclass(frozen=True, slots=True)
class TableWords:
    """Column heads and cell words of the result table in one language."""

    metric: str
    control: str
    arm: str
    uplift: str
    interval: str
    verdict: str
    better: str
    worse: str
    open: str
    refused: str
    undefined: str
    as_of: str
    contacts: str
    recommendation: str
    ship: str
    ship_arm: str
    stop: str
    wait: str
    early: str
    breached: str
    conditional: str
    none: str
    attention: str
    not_evaluated: str
    primary: str


TABLE: dict[Language, TableWords] = {
    "de": TableWords(
        metric="Metrik",
        control="Kontrolle",
        arm="Gruppe",
        uplift="Relativer Uplift",
        interval="Intervall",
        verdict="Urteil",
        better="besser",
        worse="schlechter",
        open="unklar",
        refused="kein Urteil",
        undefined="nicht bestimmbar",
        as_of="Stand",
        contacts="Kontakte",
        recommendation="Empfehlung",
        ship="ausrollen",
        ship_arm="ausrollen: {arm}",
        stop="nicht ausrollen",
        wait="noch nicht entscheiden; keine Regel ist erfüllt",
        early="noch nicht entscheiden; das Zeitfenster läuft noch für manche Kontakte",
        breached="nicht ausrollen; eine Leitplanke ist verletzt",
        conditional="noch nicht ausrollen; die Regel ist nur mit einer beschreibenden Metrik erfüllt",
        none="keine; den Zahlen ist nicht zu trauen oder es sind zu wenige",
        attention="Achtung",
        not_evaluated="gelesen, aber noch nicht ausgewertet",
        primary="* Hauptmetrik",
    ),
    "en": TableWords(
        metric="Metric",
        control="Control",
        arm="Arm",
        uplift="Relative uplift",
        interval="Interval",
        verdict="Verdict",
        better="better",
        worse="worse",
        open="unclear",
        refused="no verdict",
        undefined="undefined",
        as_of="as of",
        contacts="contacts",
        recommendation="Recommendation",
        ship="roll out",
        ship_arm="roll out: {arm}",
        stop="do not roll out",
        wait="don't decide yet; no rule is met",
        early="don't decide yet; the window is still running for some contacts",
        breached="do not roll out; a guardrail is breached",
        conditional="do not roll out yet; the rule is met by a descriptive metric only",
        none="none; the numbers can't be trusted or are too few",
        attention="Attention",
        not_evaluated="read, but not evaluated yet",
        primary="* primary metric",
    ),
}
