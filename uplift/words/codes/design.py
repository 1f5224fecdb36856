"""Finding codes of this range; see `uplift.words.codes`."""

from uplift.words.codes.entry import Entry

DESIGN: tuple[Entry, ...] = (
    Entry(
        code="UP301",
        title_en="No baseline",
        title_de="Kein Ausgangswert",
        why_en=(
            "How many contacts a test needs depends on where the metric stands today: a rise from 2% to 3% is found "
            "with far fewer contacts than one from 30% to 31%. Shares need their value; means, counts and ratios "
            "also their standard deviation over contacts. Without it nobody knows whether the test is large enough."
        ),
        why_de=(
            "Wie viele Kontakte ein Test braucht, hängt davon ab, wo die Metrik heute steht: Ein Anstieg von 2 % auf "
            "3 % zeigt sich mit weit weniger Kontakten als einer von 30 % auf 31 %. Anteile brauchen ihren Wert, "
            "Mittelwerte, Anzahlen und Verhältnisse auch die Standardabweichung über Kontakte. Ohne sie weiß niemand, "
            "ob der Test groß genug ist."
        ),
        fix_en="Add the metric to design.baselines with value (and sd), source and date.",
        fix_de="Die Metrik mit value (und sd), source und date unter design.baselines eintragen.",
    ),
    Entry(
        code="UP302",
        title_en="No audience size",
        title_de="Größe der Zielgruppe fehlt",
        why_en="Power is a matter of contacts per arm, and these follow from the size of the audience.",
        why_de=("Die Teststärke hängt an den Kontakten je Gruppe, und die ergeben sich aus der Größe der Zielgruppe."),
        fix_en=(
            "Add audience.expected_size: all eligible contacts over the whole enrolment; holdout and layer are "
            "deducted by the check."
        ),
        fix_de=(
            "audience.expected_size eintragen: alle geeigneten Kontakte über die ganze Laufzeit; Holdout und Ebene "
            "zieht die Prüfung selbst ab."
        ),
    ),
    Entry(
        code="UP303",
        title_en="Households without correlation or number",
        title_de="Haushalte ohne Korrelation oder Anzahl",
        why_en=(
            "Contacts of one household resemble each other and get the same arm, so they say less than as many "
            "strangers. How much less depends on their correlation, their number and how uneven they are; leaving it "
            "out overstates the power."
        ),
        why_de=(
            "Kontakte eines Haushalts ähneln sich und kommen in dieselbe Gruppe; sie sagen darum weniger aus als "
            "ebenso viele Fremde. Wie viel weniger, hängt von ihrer Korrelation, ihrer Anzahl und ihrer "
            "Ungleichheit ab; ohne diese Angaben wird die Teststärke überschätzt."
        ),
        fix_en="Add icc to the metric's baseline and audience.expected_clusters with count and size_cv.",
        fix_de="icc beim Ausgangswert der Metrik und audience.expected_clusters mit count und size_cv eintragen.",
    ),
    Entry(
        code="UP304",
        title_en="Effect and baseline do not fit",
        title_de="Effekt und Ausgangswert passen nicht zusammen",
        why_en=(
            "Together they lead to a value that the metric cannot have, for example a share above 100% or a mean "
            "below zero. Usually a unit is wrong: per cent (relative) for points, or the other way round."
        ),
        why_de=(
            "Zusammen führen sie zu einem Wert, den die Metrik nicht annehmen kann, etwa zu einem Anteil über 100 % "
            "oder einem Mittelwert unter null. Meist stimmt eine Einheit nicht: Prozent (relativ) statt "
            "Prozentpunkten oder umgekehrt."
        ),
        fix_en="Check value and unit of both: 9.0% and 5% (relative) or 1.0pp (points).",
        fix_de="Wert und Einheit von beiden prüfen: 9.0% und 5% (relativ) oder 1.0pp (Prozentpunkte).",
    ),
    Entry(
        code="UP305",
        title_en="Power is not computed here",
        title_de="Teststärke wird hier nicht berechnet",
        why_en=(
            "Quantiles have no power formula that holds without the data, and for a split that another system made "
            "the size of the audience is often not known in advance. The experiment is not refused for it."
        ),
        why_de=(
            "Für Quantile gibt es keine Formel, die ohne die Daten gilt, und bei einer Aufteilung durch ein anderes "
            "System ist die Größe der Zielgruppe oft nicht vorab bekannt. Das Experiment wird darum nicht abgelehnt."
        ),
        fix_en="Plan by a proportion or mean; give audience.expected_size where the experiment is still to come.",
        fix_de=(
            "Nach einem Anteil oder Mittelwert planen; audience.expected_size angeben, wenn das Experiment noch "
            "bevorsteht."
        ),
    ),
    Entry(
        code="UP306",
        title_en="Baseline may be out of date",
        title_de="Ausgangswert womöglich veraltet",
        why_en=(
            "It is older than 90 days or has no date. Rates move with season, assortment and mailing pressure; a "
            "power computed from last year's rate may be wrong by a lot."
        ),
        why_de=(
            "Er ist älter als 90 Tage oder trägt kein Datum. Raten ändern sich mit Saison, Sortiment und "
            "Versanddruck; eine Teststärke aus der Rate des letzten Jahres kann weit danebenliegen."
        ),
        fix_en="Look the value up again and write it with today's date.",
        fix_de="Den Wert neu ermitteln und mit dem heutigen Datum eintragen.",
    ),
    Entry(
        code="UP307",
        title_en="Variance reduction not counted on",
        title_de="Varianzreduktion nicht eingerechnet",
        why_en=(
            "How much of the variation a contact's past explains has to be measured on this audience, with the past "
            "and the columns that the design uses now. A figure that somebody typed, or that was measured with others, "
            "does not count: the plan does without it. The analysis still uses the past, and the interval can only "
            "become narrower."
        ),
        why_de=(
            "Wie viel der Streuung die Vergangenheit eines Kontakts erklärt, muss an dieser Zielgruppe gemessen "
            "werden, und zwar mit der Vergangenheit und den Spalten, die der Test heute nutzt. Eine von Hand "
            "eingetragene oder mit anderen gemessene Zahl gilt nicht: Die Planung rechnet ohne sie. Die Auswertung "
            "nutzt die Vergangenheit trotzdem, das Intervall kann nur schmaler werden."
        ),
        fix_en="Run `uplift baseline EXPERIMENT --write`: it measures the share and writes it beside the baseline.",
        fix_de=(
            "`uplift baseline EXPERIMENT --write` ausführen: Das misst den Anteil und schreibt ihn zum Ausgangswert."
        ),
    ),
    Entry(
        code="UP308",
        title_en="Dunnett's test does not cover all pairs",
        title_de="Dunnetts Test gilt nicht für alle Paare",
        why_en=(
            "Dunnett's correction is made for comparisons with one control. When treatments are also compared with "
            "each other, it promises too little; planning then uses Holm over all pairs."
        ),
        why_de=(
            "Dunnetts Korrektur ist für Vergleiche mit einer Kontrollgruppe gemacht. Werden auch die Maßnahmen "
            "untereinander verglichen, reicht sie nicht; geplant wird dann mit Holm über alle Paare."
        ),
        fix_en="Write correction: holm, or comparisons: vs_control.",
        fix_de="correction: holm oder comparisons: vs_control schreiben.",
    ),
    Entry(
        code="UP310",
        title_en="Underpowered",
        title_de="Zu geringe Teststärke",
        why_en=(
            "Even if the effect is as large as hoped, this test would often miss it. What it then finds significant "
            "is on average exaggerated, and «no difference found» means nothing. Contacts are withheld for an answer "
            "that does not come. The power is that of the test which the report uses, with the real, unequal arms, "
            "less holdout and layer, for all comparisons, households and looks."
        ),
        why_de=(
            "Selbst wenn der Effekt so groß ist wie erhofft, würde dieser Test ihn oft verfehlen. Was er dann als "
            "signifikant findet, ist im Mittel übertrieben, und «kein Unterschied gefunden» heißt nichts. Kontakte "
            "werden für eine Antwort zurückgehalten, die nicht kommt. Gerechnet wird mit dem Test, den der Bericht "
            "verwendet, mit den wirklichen, ungleichen Gruppen, abzüglich Holdout und Ebene, für alle Vergleiche, "
            "Haushalte und Zwischenauswertungen."
        ),
        fix_en="Take any one of the changes that the message lists; each was solved for and makes the check pass.",
        fix_de=(
            "Eine der Änderungen übernehmen, die die Meldung nennt; jede ist durchgerechnet und lässt die Prüfung "
            "bestehen."
        ),
    ),
    Entry(
        code="UP311",
        title_en="A guardrail will probably stay open",
        title_de="Eine Leitplanke bleibt wahrscheinlich offen",
        why_en=(
            "The margin is so narrow for this many contacts that its interval will reach beyond it although the "
            "treatment does no harm. A decision rule that asks for all guardrails then never says yes."
        ),
        why_de=(
            "Der Spielraum ist für so viele Kontakte so eng, dass das Intervall über ihn hinausreicht, obwohl die "
            "Maßnahme nicht schadet. Eine Entscheidungsregel, die alle Leitplanken verlangt, sagt dann nie Ja."
        ),
        fix_en="Accept a wider margin, or make the control or the audience larger.",
        fix_de="Einen größeren Spielraum zulassen oder Kontrollgruppe oder Zielgruppe vergrößern.",
    ),
    Entry(
        code="UP312",
        title_en="Close to the line",
        title_de="Knapp über der Grenze",
        why_en=(
            "The design passes, but would fail if the baseline or the audience were off by a tenth, which is common."
        ),
        why_de=(
            "Der Entwurf besteht, würde aber durchfallen, wenn Ausgangswert oder Zielgruppe um ein Zehntel daneben"
            "lägen, und das kommt häufig vor."
        ),
        fix_en="Leave some room: a larger control or audience, or a larger mde.",
        fix_de="Etwas Luft lassen: eine größere Kontroll- oder Zielgruppe oder ein größeres mde.",
    ),
    Entry(
        code="UP313",
        title_en="Too few converters at a look",
        title_de="Zu wenige Konversionen bei einer Zwischenauswertung",
        why_en=(
            "Below 60 converters in control the bounds of a sequential test do not hold, and early estimates are wild. "
            "The look will not be taken."
        ),
        why_de=(
            "Unter 60 Konversionen in der Kontrollgruppe gelten die Schranken eines sequenziellen Tests nicht, und "
            "frühe Schätzungen schwanken stark. Die Zwischenauswertung findet nicht statt."
        ),
        fix_en="Take the look later, or make the control larger.",
        fix_de="Später auswerten oder die Kontrollgruppe vergrößern.",
    ),
    Entry(
        code="UP314",
        title_en="Too few converters for any verdict",
        title_de="Zu wenige Konversionen für ein Urteil",
        why_en=(
            "With only a handful of converters in an arm no interval can be trusted, so the analysis gives no verdict, "
            "however large the effect is. The smallest arm is so small that this will probably happen."
        ),
        why_de=(
            "Bei nur einer Handvoll Konversionen in einer Gruppe ist auf kein Intervall Verlass; die Auswertung gibt "
            "dann kein Urteil ab, wie groß der Effekt auch ist. Die kleinste Gruppe ist so klein, dass das "
            "wahrscheinlich eintritt."
        ),
        fix_en="Make that arm or the audience larger.",
        fix_de="Diese Gruppe oder die Zielgruppe vergrößern.",
    ),
    Entry(
        code="UP315",
        title_en="an effect that the programme has never had",
        title_de="eine Wirkung, die das Programm noch nie hatte",
        why_en="The sample is sized for an effect that is larger than anything the programme's closed runs have shown "
        "once the luck of the best run is taken out. If the programme does what it did before, this test finds "
        "nothing.",
        why_de="Die Stichprobe ist für eine Wirkung geplant, die größer ist als alles, was die abgeschlossenen "
        "Durchläufe des Programms gezeigt haben, sobald man das Glück des besten Durchlaufs abzieht. Wirkt das "
        "Programm wie bisher, findet dieser Test nichts.",
        fix_en="Plan for a smaller effect, with more contacts or a larger control group.",
        fix_de="Planen Sie für eine kleinere Wirkung, mit mehr Kontakten oder einer größeren Kontrollgruppe.",
    ),
    Entry(
        code="UP320",
        title_en="A waiver ran out",
        title_de="Eine Ausnahme ist abgelaufen",
        why_en="Somebody accepted a finding until a date, and that date has passed.",
        why_de="Jemand hat einen Befund bis zu einem Datum hingenommen, und dieses Datum ist vorbei.",
        fix_en="Mend the finding and delete the waiver, or have it extended by whoever answers for it.",
        fix_de="Den Befund beheben und die Ausnahme löschen oder sie von den Verantwortlichen verlängern lassen.",
    ),
    Entry(
        code="UP330",
        title_en="No baseline from a test that another system has split",
        title_de="Kein Ausgangswert aus einem Test, den ein anderes System aufgeteilt hat",
        why_en=(
            "With assignment.method: observed the audience's file holds the outcome of the test itself. A baseline "
            "taken from it would be the result, not what was known before."
        ),
        why_de=(
            "Bei assignment.method: observed enthält die Datei der Zielgruppe bereits das Ergebnis des Tests. Ein "
            "Ausgangswert daraus wäre das Resultat und nicht das, was vorher bekannt war."
        ),
        fix_en="Write value, source and date under design.baselines by hand.",
        fix_de="value, source und date unter design.baselines von Hand eintragen.",
    ),
    Entry(
        code="UP331",
        title_en="Nobody whose windows are complete",
        title_de="Niemand mit vollständigem Fenster",
        why_en=(
            "A baseline is measured over the same window as the test. It needs eligible contacts whose window, data "
            "lag and returns lie wholly in the past."
        ),
        why_de=(
            "Ein Ausgangswert wird über dasselbe Fenster gemessen wie der Test. Dafür braucht es geeignete Kontakte, "
            "deren Fenster, Datenverzug und Retouren ganz in der Vergangenheit liegen."
        ),
        fix_en="Look at audience.where and the dates in the source, or name another day with --as-of.",
        fix_de="audience.where und die Daten der Quelle ansehen oder mit --as-of einen anderen Tag nennen.",
    ),
    Entry(
        code="UP332",
        title_en="Baselines are part of a design that is decided",
        title_de="Ausgangswerte gehören zu einem beschlossenen Design",
        why_en=(
            "Whether a test was large enough is judged by what was known before it began. Once the design is locked, "
            "new baselines would rewrite that."
        ),
        why_de=(
            "Ob ein Test groß genug war, bemisst sich an dem, was vor seinem Beginn bekannt war. Nach dem "
            "Festschreiben würden neue Ausgangswerte das nachträglich ändern."
        ),
        fix_en="Measure without --write; new values belong into the next test.",
        fix_de="Ohne --write messen; neue Werte gehören in den nächsten Test.",
    ),
    Entry(
        code="UP340",
        title_en="Changes can't be found with git",
        title_de="Änderungen lassen sich mit git nicht finden",
        why_en=(
            "`--since` asks git which experiments changed. It needs git, a repository and the history back to where "
            "both branches parted; a shallow clone of CI often lacks it."
        ),
        why_de=(
            "`--since` fragt git, welche Experimente sich geändert haben. Dafür braucht es git, ein Repository und die "
            "Historie bis zur gemeinsamen Basis beider Zweige; flache Klone in der CI haben sie oft nicht."
        ),
        fix_en="Fetch the branch and its history (GitHub: fetch-depth: 0, GitLab: GIT_DEPTH: 0), or leave --since out.",
        fix_de=(
            "Den Zweig mit seiner Historie holen (GitHub: fetch-depth: 0, GitLab: GIT_DEPTH: 0) oder --since weglassen."
        ),
    ),
    Entry(
        code="UP401",
        title_en="Changed after the lock",
        title_de="Nach der Festschreibung geändert",
        why_en=(
            "What was decided before anybody looked is worth something because it can't follow the data. A change"
            " is allowed, but in the open: it is signed with a reason, stays in the lock file and stands in the "
            "report. New weights hold for newcomers only, in an epoch of their own."
        ),
        why_de=(
            "Was festlag, bevor jemand hinsah, ist etwas wert, weil es den Daten nicht folgen kann. Eine Änderung"
            " ist erlaubt, aber offen: Sie wird mit Grund unterschrieben, bleibt in der Lock-Datei und steht im "
            "Bericht. Neue Gewichte gelten nur für neue Kontakte, in einer eigenen Epoche."
        ),
        fix_en='Put the old value back, or run `uplift amend EXPERIMENT --reason "…"`.',
        fix_de='Den alten Wert wieder eintragen oder `uplift amend EXPERIMENT --reason "…"` ausführen.',
    ),
    Entry(
        code="UP402",
        title_en="Id used before",
        title_de="Kennung schon einmal verwendet",
        why_en=(
            "The id is part of the hash that draws the arms. A new run under the old id and salt epoch gives the "
            "same people the same arms, and the after-effects of the first run are taken for effects of the "
            "second."
        ),
        why_de=(
            "Die Kennung steckt im Hash, der die Gruppen zieht. Ein neuer Lauf unter alter Kennung und Salt-"
            "Epoche gibt denselben Menschen dieselben Gruppen, und Nachwirkungen des ersten Laufs gelten als "
            "Wirkung des zweiten."
        ),
        fix_en="Give the new run an id (and file) of its own, or raise assignment.salt_epoch.",
        fix_de="Dem neuen Lauf eine eigene Kennung (und Datei) geben oder assignment.salt_epoch erhöhen.",
    ),
    Entry(
        code="UP403",
        title_en="Lock file is damaged",
        title_de="Lock-Datei ist beschädigt",
        why_en=(
            "The lock file says who decided what and when. Its seal is a hash of all the rest; it does not fit "
            "when the file was edited or merged by hand, cut off or copied from another experiment. What can't be"
            " believed is not read."
        ),
        why_de=(
            "Die Lock-Datei sagt, wer wann was entschieden hat. Ihr Siegel ist ein Hash über alles Übrige; es "
            "passt nicht, wenn die Datei von Hand geändert oder zusammengeführt, abgeschnitten oder von einem "
            "anderen Experiment kopiert wurde. Was nicht glaubwürdig ist, wird nicht gelesen."
        ),
        fix_en="Restore it from git; only `uplift lock`, `uplift amend` and `uplift decide` write it.",
        fix_de="Aus git wiederherstellen; nur `uplift lock`, `uplift amend` und `uplift decide` schreiben sie.",
    ),
    Entry(
        code="UP404",
        title_en="Status and lock disagree",
        title_de="Status und Festschreibung passen nicht zusammen",
        why_en=(
            "An experiment that runs needs a lock: without it nobody can tell a decision from an afterthought. "
            "Closed experiments from before are only told so. A draft that is locked is no draft any more."
        ),
        why_de=(
            "Ein laufendes Experiment braucht eine Festschreibung: Ohne sie lässt sich eine Entscheidung nicht "
            "von einem nachträglichen Einfall unterscheiden. Bei abgeschlossenen Experimenten von früher bleibt "
            "es ein Hinweis. Ein festgeschriebener Entwurf ist kein Entwurf mehr."
        ),
        fix_en="Run `uplift lock EXPERIMENT`, or write the status that is true.",
        fix_de="`uplift lock EXPERIMENT` ausführen oder den Status eintragen, der stimmt.",
    ),
    Entry(
        code="UP405",
        title_en="Locked after the start",
        title_de="Erst nach dem Start festgeschrieben",
        why_en=(
            "Contacts could already be assigned, and data seen, when it was signed. The lock then keeps what "
            "follows honest, but not what came before."
        ),
        why_de=(
            "Bei der Unterschrift konnten schon Kontakte zugeteilt und Daten gesehen sein. Ehrlich hält die "
            "Festschreibung dann nur, was danach kommt."
        ),
        fix_en="Lock the next experiment before it starts; the report says it of this one.",
        fix_de="Das nächste Experiment vor dem Start festschreiben; bei diesem sagt es der Bericht.",
    ),
    Entry(
        code="UP406",
        title_en="Locked already",
        title_de="Schon festgeschrieben",
        why_en="A second lock would erase what was decided first.",
        why_de="Eine zweite Festschreibung würde löschen, was zuerst entschieden war.",
        fix_en='Change it in the open: `uplift amend EXPERIMENT --reason "…"`.',
        fix_de='Offen ändern: `uplift amend EXPERIMENT --reason "…"`.',
    ),
    Entry(
        code="UP407",
        title_en="Not locked yet",
        title_de="Noch nicht festgeschrieben",
        why_en="An amendment changes what was signed, and a decision rests on it; here nothing was signed.",
        why_de=(
            "Ein Nachtrag ändert, was unterschrieben ist, und eine Entscheidung beruht darauf; hier ist nichts "
            "unterschrieben."
        ),
        fix_en="Run `uplift lock EXPERIMENT` first.",
        fix_de="Zuerst `uplift lock EXPERIMENT` ausführen.",
    ),
    Entry(
        code="UP408",
        title_en="Nothing to amend",
        title_de="Nichts nachzutragen",
        why_en="The YAML is what was signed last; titles, status and waivers are no decisions.",
        why_de=(
            "Die YAML-Datei ist, was zuletzt unterschrieben wurde; Titel, Status und Ausnahmen sind keine "
            "Entscheidungen."
        ),
        fix_en="Change the YAML first, then amend.",
        fix_de="Erst die YAML-Datei ändern, dann nachtragen.",
    ),
    Entry(
        code="UP409",
        title_en="Result of something else",
        title_de="Ergebnis gehört nicht dazu",
        why_en=(
            "A decision names the result that somebody had in front of them. This one is of another experiment, "
            "or of a definition that differs from the signed one."
        ),
        why_de=(
            "Eine Entscheidung nennt das Ergebnis, das jemand vor sich hatte. Dieses gehört zu einem anderen "
            "Experiment oder zu einer anderen Definition als der unterschriebenen."
        ),
        fix_en="Run `uplift analyze EXPERIMENT` again, look at the report, then decide.",
        fix_de="`uplift analyze EXPERIMENT` noch einmal ausführen, den Bericht ansehen, dann entscheiden.",
    ),
    Entry(
        code="UP410",
        title_en="Name or reason is missing",
        title_de="Name oder Grund fehlt",
        why_en="A decision without a name or a reason can't be asked about later.",
        why_de="Nach einer Entscheidung ohne Namen oder Grund kann später niemand fragen.",
        fix_en='Add --by "Your Name" (or set git\'s user.name) and --reason "…".',
        fix_de='--by "Ihr Name" angeben (oder user.name in git setzen) und --reason "…".',
    ),
)
