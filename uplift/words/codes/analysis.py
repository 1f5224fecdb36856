"""Finding codes UP6xx: what the analysis finds while it decides whether a result can be trusted."""

from uplift.words.codes.entry import Entry

ANALYSIS: tuple[Entry, ...] = (
    Entry(
        code="UP601",
        title_en="sample ratio mismatch",
        title_de="Aufteilung der Kontakte weicht vom Plan ab",
        why_en="When the arms are not as large as planned, contacts were lost or added in one arm only, and the arms "
        "are no longer alike. No interval can repair that.",
        why_de="Sind die Gruppen nicht so groß wie geplant, sind in einer Gruppe Kontakte verloren gegangen oder "
        "hinzugekommen, und die Gruppen sind nicht mehr vergleichbar. Kein Intervall kann das heilen.",
        fix_en="Compare the assigned contacts with the lists that were sent, look for filters that act in one arm only "
        "(bounces, opt-outs, duplicates), and analyse again once the cause is mended.",
        fix_de="Vergleichen Sie die zugeteilten Kontakte mit den versandten Listen, suchen Sie Filter, die nur in "
        "einer Gruppe wirken (Bounces, Abmeldungen, Dubletten), und werten Sie neu aus, wenn die Ursache behoben ist.",
    ),
    Entry(
        code="UP602",
        title_en="contacts whose window is still running",
        title_de="Kontakte mit laufendem Zeitfenster",
        why_en="A contact counts once its window and the lag of the data are over. Until then it is left out, in all "
        "arms alike.",
        why_de="Ein Kontakt zählt, sobald sein Zeitfenster und der Verzug der Daten vorbei sind. Bis dahin bleibt er "
        "außen vor, in allen Gruppen gleich.",
        fix_en="Wait until the last window is over, then analyse again.",
        fix_de="Warten Sie, bis das letzte Zeitfenster abgelaufen ist, und werten Sie dann neu aus.",
    ),
    Entry(
        code="UP603",
        title_en="few events in the control group",
        title_de="wenige Ereignisse in der Kontrollgruppe",
        why_en="With few events in control the interval holds its level only roughly.",
        why_de="Bei wenigen Ereignissen in der Kontrollgruppe hält das Intervall sein Niveau nur ungefähr ein.",
        fix_en="Let the test run longer, or give control a larger share next time.",
        fix_de="Lassen Sie den Test länger laufen, oder geben Sie der Kontrollgruppe beim nächsten Mal einen "
        "größeren Anteil.",
    ),
    Entry(
        code="UP604",
        title_en="too few events in the control group for a verdict",
        title_de="zu wenige Ereignisse in der Kontrollgruppe für ein Urteil",
        why_en="Below this number of events no method keeps its promise, so no verdict is given.",
        why_de="Unter dieser Zahl von Ereignissen hält keine Methode, was sie verspricht; deshalb gibt es kein Urteil.",
        fix_en="Let the test run longer, or give control a larger share next time.",
        fix_de="Lassen Sie den Test länger laufen, oder geben Sie der Kontrollgruppe beim nächsten Mal einen "
        "größeren Anteil.",
    ),
    Entry(
        code="UP605",
        title_en="preliminary metric",
        title_de="vorläufige Metrik",
        why_en="Returns and cancellations arrive late. They can still change the value, alike in all arms.",
        why_de="Retouren und Stornos kommen spät. Sie können den Wert noch ändern, in allen Gruppen gleich.",
        fix_en="Analyse again once `settles_after` has passed.",
        fix_de="Werten Sie neu aus, wenn die Frist `settles_after` vorbei ist.",
    ),
    Entry(
        code="UP606",
        title_en="contacts that belong to no arm",
        title_de="Kontakte ohne Gruppe",
        why_en="Their value in the arm column is none of the experiment's arms. If they come from one arm, the "
        "comparison is distorted.",
        why_de="Ihr Wert in der Gruppenspalte gehört zu keiner Gruppe des Experiments. Stammen sie aus einer "
        "einzigen Gruppe, verzerrt das den Vergleich.",
        fix_en="Look at the values of the arm column and complete `observed` of the arms.",
        fix_de="Sehen Sie sich die Werte der Gruppenspalte an und ergänzen Sie `observed` bei den Gruppen.",
    ),
    Entry(
        code="UP607",
        title_en="relative uplift undefined",
        title_de="relativer Uplift nicht bestimmbar",
        why_en="A ratio to a control value that is zero, or not separated from zero, has no meaning.",
        why_de="Ein Verhältnis zu einem Kontrollwert, der null ist oder sich nicht von null trennt, sagt nichts.",
        fix_en="Read the difference instead, or let the test run longer.",
        fix_de="Lesen Sie stattdessen den Unterschied, oder lassen Sie den Test länger laufen.",
    ),
    Entry(
        code="UP608",
        title_en="metric compares buyers with buyers",
        title_de="Metrik vergleicht Käufer mit Käufern",
        why_en="Who buys is changed by the campaign itself. A value per buyer or per order can rise although no "
        "contact spends more.",
        why_de="Wer kauft, hängt selbst von der Aktion ab. Ein Wert je Käufer oder je Bestellung kann steigen, "
        "obwohl kein Kontakt mehr ausgibt.",
        fix_en="Decide on a value per contact, such as revenue per contact, and read this one beside it.",
        fix_de="Entscheiden Sie nach einem Wert je Kontakt, etwa dem Umsatz je Kontakt, und lesen Sie diesen daneben.",
    ),
    Entry(
        code="UP609",
        title_en="no exact third and fourth powers",
        title_de="keine exakten dritten und vierten Potenzen",
        why_en="The amounts are too large for exact sums of their powers, so the interval cannot take account of skew.",
        why_de="Die Beträge sind zu groß für exakte Summen ihrer Potenzen; das Intervall kann die Schiefe nicht "
        "berücksichtigen.",
        fix_en="Declare fewer decimals for the column, or winsorise the metric.",
        fix_de="Deklarieren Sie weniger Nachkommastellen für die Spalte, oder winsorisieren Sie die Metrik.",
    ),
)
