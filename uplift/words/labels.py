"""The short words of a report: headings, column heads, one-word verdicts."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.words.language import Language


@dataclass(frozen=True, slots=True)
class Labels:
    """Every fixed word that a report's templates set, in one language."""

    skip: str
    as_of: str
    start: str
    hypothesis: str
    owner: str
    status: str
    # key figures
    key_figures: str
    uplift: str
    relative_uplift: str
    total_effect: str
    contacts: str
    no_verdict: str
    # trust
    trust: str
    ok: str
    note: str
    failed: str
    why: str
    fix: str
    # primary metric
    primary: str
    chart_data: str
    group_values: str
    # scorecard
    all_metrics: str
    metric: str
    role_primary: str
    better: str
    worse: str
    open: str
    refused: str
    lower_is_better: str
    descriptive: str
    preliminary: str
    undefined: str
    full_table: str
    # tables
    group: str
    groups: str
    control: str
    treatment: str
    evaluated: str
    with_event: str
    value: str
    interval: str
    difference: str
    p_value: str
    p_adjusted: str
    method: str
    verdict: str
    # increments
    increments: str
    increments_lead: str
    increments_caption: str
    in_total: str
    per_thousand: str
    # appendix
    appendix: str
    how: str
    other_intervals: str
    decided: str
    not_evaluated: str
    window: str
    no_window: str
    waiting: str
    winsorised_at: str
    definition: str
    sql: str
    provenance: str
    sources: str
    source: str
    rows: str
    fingerprint: str
    alpha: str
    interval_setting: str
    engine: str
    version: str
    spec_hash: str
    ledger_hash: str
    rule: str
    timezone: str
    unadjusted: str


LABELS: dict[Language, Labels] = {
    "de": Labels(
        skip="Zum Ergebnis",
        as_of="Stand",
        start="Start",
        hypothesis="Hypothese",
        owner="Verantwortlich",
        status="Status",
        key_figures="Kennzahlen",
        uplift="Uplift",
        relative_uplift="Relativer Uplift",
        total_effect="Wirkung insgesamt",
        contacts="Kontakte",
        no_verdict="kein Urteil",
        trust="Können wir dem Ergebnis trauen?",
        ok="OK",
        note="Hinweis",
        failed="Fehler",
        why="Warum das zählt",
        fix="Was zu tun ist",
        primary="Hauptmetrik",
        chart_data="Daten zur Grafik",
        group_values="Werte je Gruppe",
        all_metrics="Alle Metriken",
        metric="Metrik",
        role_primary="Hauptmetrik",
        better="besser",
        worse="schlechter",
        open="unklar",
        refused="kein Urteil",
        lower_is_better="niedriger ist besser",
        descriptive="beschreibend: vergleicht Käufer mit Käufern",
        preliminary="vorläufig",
        undefined="nicht bestimmbar",
        full_table="Vollständige Tabelle",
        group="Gruppe",
        groups="Gruppen",
        control="Kontrollgruppe",
        treatment="Treatmentgruppe",
        evaluated="Kontakte",
        with_event="mit Ereignis",
        value="Wert",
        interval="Konfidenzintervall",
        difference="Unterschied",
        p_value="p",
        p_adjusted="angepasst",
        method="Methode",
        verdict="Urteil",
        increments="Was hat es insgesamt gebracht?",
        increments_lead="Wirkung je Kontakt × Kontakte der Gruppe, gegenüber der Kontrollgruppe.",
        increments_caption="Wirkung über alle Kontakte und je 1.000 Kontakte",
        in_total="Insgesamt",
        per_thousand="Je 1.000 Kontakte",
        appendix="Methode und Definition",
        how="So wurde gerechnet",
        other_intervals="Dieselben Vergleiche mit anderen Intervallen",
        decided="entscheidet",
        not_evaluated="Noch nicht ausgewertet",
        window="Zeitfenster",
        no_window="ohne",
        waiting="noch offen",
        winsorised_at="gekappt bei",
        definition="Experiment-Definition (YAML)",
        sql="SQL",
        provenance="Herkunft",
        sources="Quellen",
        source="Quelle",
        rows="Zeilen",
        fingerprint="Fingerabdruck",
        alpha="Irrtumswahrscheinlichkeit",
        interval_setting="Intervall laut Definition",
        engine="Engine",
        version="Version",
        spec_hash="Fingerabdruck der Definition",
        ledger_hash="Fingerabdruck der Zuteilung",
        rule="Entscheidungsregel",
        timezone="Zeitzone",
        unadjusted="Je Metrik: Kontakte, Zeitfenster und Methode",
    ),
    "en": Labels(
        skip="Skip to result",
        as_of="As of",
        start="Start",
        hypothesis="Hypothesis",
        owner="Owner",
        status="Status",
        key_figures="Key figures",
        uplift="Uplift",
        relative_uplift="Relative uplift",
        total_effect="Total effect",
        contacts="Contacts",
        no_verdict="no verdict",
        trust="Can we trust this result?",
        ok="OK",
        note="Note",
        failed="Failed",
        why="Why it matters",
        fix="What to do",
        primary="Primary metric",
        chart_data="Data behind this chart",
        group_values="Values of each group",
        all_metrics="All metrics",
        metric="Metric",
        role_primary="primary metric",
        better="better",
        worse="worse",
        open="unclear",
        refused="no verdict",
        lower_is_better="lower is better",
        descriptive="descriptive: compares buyers with buyers",
        preliminary="preliminary",
        undefined="undefined",
        full_table="Full table",
        group="Group",
        groups="groups",
        control="Control group",
        treatment="Treatment group",
        evaluated="Contacts",
        with_event="with event",
        value="Value",
        interval="Confidence interval",
        difference="Difference",
        p_value="p",
        p_adjusted="adjusted",
        method="Method",
        verdict="Verdict",
        increments="What did it bring in total?",
        increments_lead="Effect per contact × contacts of the group, against control.",
        increments_caption="Effect over all contacts and per 1,000 contacts",
        in_total="In total",
        per_thousand="Per 1,000 contacts",
        appendix="Method and definition",
        how="How this was computed",
        other_intervals="The same comparisons with other intervals",
        decided="decides",
        not_evaluated="Not evaluated yet",
        window="Window",
        no_window="none",
        waiting="still open",
        winsorised_at="capped at",
        definition="Experiment definition (YAML)",
        sql="SQL",
        provenance="Provenance",
        sources="Sources",
        source="Source",
        rows="Rows",
        fingerprint="Fingerprint",
        alpha="Significance level",
        interval_setting="Interval as defined",
        engine="Engine",
        version="Version",
        spec_hash="Fingerprint of the definition",
        ledger_hash="Fingerprint of the assignment",
        rule="Decision rule",
        timezone="Time zone",
        unadjusted="Contacts, window and method of each metric",
    ),
}
