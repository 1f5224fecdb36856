"""Finding codes of the YAML (UP0xx–UP2xx); see `uplift.words.codes`."""

from uplift.words.codes.entry import Entry

SPEC: tuple[Entry, ...] = (
    Entry(
        "UP001",
        "Not valid YAML",
        "Kein gültiges YAML",
        "The text breaks YAML's own rules, so nothing in it can be read. The place is where the reader gave "
        "up; the cause often stands one line above.",
        "Der Text verletzt die Regeln von YAML, daher lässt sich nichts darin lesen. Die Stelle ist die, an "
        "der das Lesen endete; die Ursache steht oft eine Zeile darüber.",
        "Indent with spaces, never tabs; quote values that contain ': ' or ' #'.",
        "Mit Leerzeichen einrücken, nie mit Tabulatoren; Werte mit ': ' oder ' #' in Anführungszeichen setzen.",
    ),
    Entry(
        "UP002",
        "Key given twice",
        "Schlüssel doppelt angegeben",
        "YAML readers silently keep the last of two equal keys; the first would be lost without a word.",
        "YAML behält von zwei gleichen Schlüsseln stillschweigend den letzten; der erste ginge wortlos verloren.",
        "Delete one of the two.",
        "Einen der beiden löschen.",
    ),
    Entry(
        "UP003",
        "File can't be read",
        "Datei lässt sich nicht lesen",
        "The path is missing, is a folder, may not be read, is far too large or is not UTF-8 text.",
        "Der Pfad fehlt, ist ein Ordner, darf nicht gelesen werden, ist viel zu groß oder kein UTF-8-Text.",
        "Check the path and its permissions; save the file as UTF-8.",
        "Pfad und Rechte prüfen; die Datei als UTF-8 speichern.",
    ),
    Entry(
        "UP004",
        "File has no keys",
        "Datei enthält keine Schlüssel",
        "A project or an experiment is a block of keys and values; this file is empty, a list or a single value.",
        "Ein Projekt oder Experiment ist ein Block aus Schlüsseln und Werten; diese Datei ist leer, eine "
        "Liste oder ein einzelner Wert.",
        "Start with `uplift: 1` and `id: …`; `uplift init` writes an example.",
        "Mit `uplift: 1` und `id: …` beginnen; `uplift init` schreibt ein Beispiel.",
    ),
    Entry(
        "UP005",
        "YAML feature that is not part of the language",
        "YAML-Funktion, die nicht zur Sprache gehört",
        "Anchors, aliases, merge keys, tags and several documents hide what a file says from the person who "
        "reviews it.",
        "Anker, Verweise, Merge-Schlüssel, Tags und mehrere Dokumente verbergen vor Prüfenden, was in der Datei steht.",
        "Write the values out, one document per file.",
        "Die Werte ausschreiben, ein Dokument je Datei.",
    ),
    Entry(
        "UP007",
        "No project.yml",
        "Keine project.yml",
        "An experiment names metrics and sources that project.yml defines; none lies beside or above the file.",
        "Ein Experiment nennt Metriken und Quellen, die project.yml definiert; neben oder über der Datei liegt keine.",
        "Put project.yml into the folder of the experiments; `uplift init` writes one.",
        "project.yml in den Ordner der Experimente legen; `uplift init` schreibt eine.",
    ),
    Entry(
        "UP101",
        "Unknown key",
        "Unbekannter Schlüssel",
        "A misspelt key would otherwise be ignored, and the experiment would run with a default that nobody chose.",
        "Ein falsch geschriebener Schlüssel würde sonst übergangen, und das Experiment liefe mit einer "
        "Vorgabe, die niemand gewählt hat.",
        "Correct the spelling or the indentation.",
        "Schreibweise oder Einrückung berichtigen.",
    ),
    Entry(
        "UP102",
        "Required key missing",
        "Pflichtangabe fehlt",
        "Without it the experiment is not defined.",
        "Ohne sie ist das Experiment nicht bestimmt.",
        "Add the key.",
        "Den Schlüssel ergänzen.",
    ),
    Entry(
        "UP103",
        "Value is not one of the choices",
        "Wert steht nicht zur Wahl",
        "The key takes one of a few words.",
        "Der Schlüssel nimmt nur bestimmte Wörter an.",
        "Take one of the allowed words.",
        "Eines der erlaubten Wörter verwenden.",
    ),
    Entry(
        "UP104",
        "Share is ambiguous",
        "Anteil ist mehrdeutig",
        "15 may be meant as 15 % or as fifteen times; a guess would change who is treated.",
        "15 kann 15\u00a0% oder das Fünfzehnfache meinen; Raten würde ändern, wer behandelt wird.",
        "Write `15%`, `0.15` or `1/3`.",
        "`15%`, `0.15` oder `1/3` schreiben.",
    ),
    Entry(
        "UP105",
        "Value of the wrong kind",
        "Wert der falschen Art",
        "A number, date, duration, amount, text, list or block was expected.",
        "Erwartet war eine Zahl, ein Datum, eine Dauer, ein Betrag, ein Text, eine Liste oder ein Block.",
        "Write the value in the form that the message names.",
        "Den Wert in der Form schreiben, die die Meldung nennt.",
    ),
    Entry(
        "UP106",
        "Unknown version of the language",
        "Unbekannte Fassung der Sprache",
        "A file of a newer version may mean something else; it is refused, never guessed.",
        "Eine Datei einer neueren Fassung kann etwas anderes bedeuten; sie wird abgelehnt, nicht erraten.",
        "Write `uplift: 1`, or install a newer version.",
        "`uplift: 1` schreiben oder eine neuere Version installieren.",
    ),
    Entry(
        "UP107",
        "Id or name has forbidden characters",
        "Kennung oder Name enthält unerlaubte Zeichen",
        "Ids are part of the salt and of file names; names are part of rules and columns.",
        "Kennungen sind Teil des Salzes und von Dateinamen; Namen sind Teil von Regeln und Spalten.",
        "Ids: lower-case letters, digits, hyphens. Names: letters, digits, underscores.",
        "Kennungen: Kleinbuchstaben, Ziffern, Bindestriche. Namen: Buchstaben, Ziffern, Unterstriche.",
    ),
    Entry(
        "UP201",
        "Weights do not add up to 100%",
        "Gewichte ergeben nicht 100\u00a0%",
        "Every contact gets exactly one arm; weights are added exactly, without rounding.",
        "Jeder Kontakt bekommt genau einen Arm; die Gewichte werden exakt addiert, ohne Rundung.",
        "Change one weight; write thirds as `1/3`.",
        "Ein Gewicht ändern; Drittel als `1/3` schreiben.",
    ),
    Entry(
        "UP202",
        "Not exactly one control",
        "Nicht genau eine Kontrollgruppe",
        "Every arm is compared with the control; with none or two there is no comparison.",
        "Jeder Arm wird mit der Kontrollgruppe verglichen; mit keiner oder zweien gibt es keinen Vergleich.",
        "Set `control: true` on the business-as-usual arm only.",
        "`control: true` nur beim Arm ohne Maßnahme setzen.",
    ),
    Entry(
        "UP203",
        "Id is not the file name",
        "Kennung ist nicht der Dateiname",
        "People look for an experiment by its file; two names for one thing get mixed up.",
        "Experimente werden über ihre Datei gesucht; zwei Namen für eine Sache werden verwechselt.",
        "Rename the file or the id (the id not after the lock).",
        "Datei oder Kennung umbenennen (die Kennung nicht nach der Sperre).",
    ),
    Entry(
        "UP204",
        "Rolling entry without its dates",
        "Laufende Aufnahme ohne Datumsangaben",
        "Contacts enter day by day: when each became eligible and when enrolment ends must be known.",
        "Kontakte kommen Tag für Tag hinzu: Ab wann jeder infrage kommt und wann die Aufnahme endet, muss feststehen.",
        "Add audience.entry_date and schedule.enrol_until.",
        "audience.entry_date und schedule.enrol_until ergänzen.",
    ),
    Entry(
        "UP205",
        "Metric not defined",
        "Metrik nicht definiert",
        "The experiment or a baseline names a metric that project.yml does not define.",
        "Das Experiment oder ein Ausgangswert nennt eine Metrik, die project.yml nicht definiert.",
        "Correct the name, or define the metric in project.yml.",
        "Den Namen berichtigen oder die Metrik in project.yml definieren.",
    ),
    Entry(
        "UP206",
        "Conditional ratio decides",
        "Bedingte Kennzahl entscheidet",
        "The treatment can change who is in the denominator: more buyers may bring smaller baskets, and the "
        "average falls although revenue rises.",
        "Die Maßnahme kann ändern, wer im Nenner steht: Mehr Käufer bringen vielleicht kleinere Warenkörbe, "
        "und der Durchschnitt fällt, obwohl der Umsatz steigt.",
        "Let a per-contact metric decide (such as revenue per contact); report the ratio beside it.",
        "Eine Metrik je Kontakt entscheiden lassen (etwa Umsatz je Kontakt); die Kennzahl daneben berichten.",
    ),
    Entry(
        "UP207",
        "Effect has no unit, or the wrong one",
        "Effekt ohne Einheit oder mit der falschen",
        "Five per cent of 9 % is 0.45 points; five points are more than ten times that. The sample size "
        "follows the square.",
        "Fünf Prozent von 9\u00a0% sind 0,45 Punkte; fünf Punkte sind mehr als das Zehnfache. Der "
        "Stichprobenumfang folgt dem Quadrat.",
        "Write `5%` (relative), `5pp` (points) or an amount in the metric's unit.",
        "`5%` (relativ), `5pp` (Punkte) oder einen Betrag in der Einheit der Metrik schreiben.",
    ),
    Entry(
        "UP208",
        "Audience by what happens after the assignment",
        "Zielgruppe nach dem, was erst nach der Zuteilung geschieht",
        "Who opens a mail or orders is changed by the mail itself. A filter on it leaves different people in the arms, "
        "and their difference is no longer the treatment's doing.",
        "Wer eine Mail öffnet oder bestellt, tut das auch wegen der Mail. Ein Filter darauf lässt in den Gruppen "
        "verschiedene Menschen übrig, und ihr Unterschied ist nicht mehr das Werk der Maßnahme.",
        "Filter on columns of the contact source that are known before the assignment; put who was reached under "
        "compliance.received.",
        "Nach Spalten der Kontaktquelle filtern, die vor der Zuteilung bekannt sind; wer erreicht wurde, gehört unter "
        "compliance.received.",
    ),
    Entry(
        "UP209",
        "Consent is tested only when it is sent",
        "Einwilligung wird erst beim Versand geprüft",
        "Contacts without consent get nothing in the treatment, but stay in the control: the arms differ, and those "
        "who could not be written to dilute the uplift.",
        "Kontakte ohne Einwilligung bekommen in der Treatmentgruppe nichts, bleiben aber in der Kontrolle: Die Gruppen "
        "unterscheiden sich, und wer nicht angeschrieben werden darf, verdünnt den Uplift.",
        "Add the consent column to audience.where; what a channel needs stands under `channels` in project.yml.",
        "Die Spalte der Einwilligung in audience.where aufnehmen; was ein Kanal braucht, steht unter `channels` in "
        "project.yml.",
    ),
    Entry(
        "UP210",
        "Look before anybody is mature",
        "Zwischenauswertung, bevor jemand ausgereift ist",
        "A contact counts once its window and the data lag are over. On the day of this look that holds for nobody, so "
        "there is nothing to see.",
        "Ein Kontakt zählt, sobald sein Fenster und der Datenverzug vorbei sind. Am Tag dieser Zwischenauswertung "
        "gilt das für niemanden; es gibt also nichts zu sehen.",
        "Take the look on the date that the message names, or later.",
        "Erst an dem Tag auswerten, den die Meldung nennt, oder später.",
    ),
    Entry(
        "UP211",
        "Layer booked twice",
        "Ebene doppelt belegt",
        "Experiments of one layer never share a contact; these two take the same part of it at the same time.",
        "Experimente einer Ebene teilen sich keinen Kontakt; diese beiden belegen zur gleichen Zeit denselben Teil.",
        "Take another range, or start after the other has ended.",
        "Einen anderen Bereich nehmen oder nach dem Ende des anderen beginnen.",
    ),
    Entry(
        "UP212",
        "Unit is not the layer's unit",
        "Einheit passt nicht zur Ebene",
        "The layer hashes another column than this experiment, so its contacts would overlap with those of others.",
        "Die Ebene verteilt nach einer anderen Spalte als dieses Experiment, daher überschnitten sich die "
        "Kontakte mit anderen.",
        "Set unit.cluster to the layer's unit.",
        "unit.cluster auf die Einheit der Ebene setzen.",
    ),
    Entry(
        "UP213",
        "Strata too fine",
        "Schichten zu fein",
        "Strata with fewer contacts than `min_stratum`, or than one of the smallest arm, can't be split as the weights "
        "say; the draw puts them together into one. With many of them little is left of the stratification, and the "
        "read-out by stratum rests on handfuls.",
        "Schichten mit weniger Kontakten als `min_stratum`, oder als einem der kleinsten Gruppe, lassen sich nicht "
        "nach den Gewichten teilen; die Ziehung legt sie zu einer zusammen. Sind es viele, bleibt von der Schichtung "
        "wenig, und die Auswertung nach Schicht beruht auf einer Handvoll.",
        "Drop a stratum column, or bin its values; give contacts without a value one of their own.",
        "Eine Schichtspalte weglassen oder ihre Werte zusammenfassen; Kontakten ohne Wert einen eigenen geben.",
    ),
    Entry(
        "UP214",
        "Source not defined",
        "Quelle nicht definiert",
        "A source is named that project.yml does not define.",
        "Es wird eine Quelle genannt, die project.yml nicht definiert.",
        "Correct the name, or define the source.",
        "Den Namen berichtigen oder die Quelle definieren.",
    ),
    Entry(
        "UP215",
        "Holdout or layer not defined",
        "Holdout oder Ebene nicht definiert",
        "Contacts would not be held out, or tests would overlap, without anybody noticing.",
        "Kontakte würden nicht zurückgehalten oder Tests überschnitten sich, ohne dass es jemand merkt.",
        "Correct the name, or define it in project.yml.",
        "Den Namen berichtigen oder in project.yml definieren.",
    ),
    Entry(
        "UP216",
        "Arm not defined",
        "Arm nicht definiert",
        "The strategy speaks of an arm that this experiment does not have.",
        "Die Strategie nennt einen Arm, den dieses Experiment nicht hat.",
        "Take the name of an arm, or `none`.",
        "Den Namen eines Arms oder `none` verwenden.",
    ),
    Entry(
        "UP217",
        "Window missing, or without meaning",
        "Fenster fehlt oder ist ohne Bedeutung",
        "Events count within a number of days from each contact's assignment, alike in all arms; a column of "
        "a wide file has no days.",
        "Ereignisse zählen innerhalb einer Anzahl von Tagen ab der Zuteilung, in allen Armen gleich; eine "
        "Spalte einer breiten Datei hat keine Tage.",
        "Add `window: 30d` for event metrics; delete it for columns.",
        "Bei Ereignismetriken `window: 30d` ergänzen; bei Spalten löschen.",
    ),
    Entry(
        "UP218",
        "Metric incomplete for its kind",
        "Metrik unvollständig für ihre Art",
        "Each kind needs its parts, and a part that the kind ignores would only look as if it did something.",
        "Jede Art braucht ihre Angaben, und eine Angabe, die die Art übergeht, sähe nur so aus, als bewirke sie etwas.",
        "Proportion and count: source or column. Mean: source with value, or column. Ratio: numerator and denominator.",
        "proportion und count: source oder column. mean: source mit value oder column. ratio: numerator und "
        "denominator.",
    ),
    Entry(
        "UP219",
        "Source incomplete or contradictory",
        "Quelle unvollständig oder widersprüchlich",
        "A source is exactly one of file, table and query; events need a time, tables and queries a connection.",
        "Eine Quelle ist genau eines von file, table und query; Ereignisse brauchen eine Zeit, Tabellen und "
        "Abfragen eine Verbindung.",
        "Give exactly what the message names.",
        "Genau das angeben, was die Meldung nennt.",
    ),
    Entry(
        "UP220",
        "Events without a contact",
        "Ereignisse ohne Kontakt",
        "Contacts are randomised, not orders: without the contact's id orders of one person count as "
        "independent and intervals are far too narrow.",
        "Verlost werden Kontakte, nicht Bestellungen: Ohne Kennung des Kontakts gelten Bestellungen einer "
        "Person als unabhängig, und Intervalle werden viel zu schmal.",
        "Add `id:` with the contact's column to the source.",
        "Bei der Quelle `id:` mit der Spalte des Kontakts ergänzen.",
    ),
    Entry(
        "UP221",
        "Schedule does not fit",
        "Zeitplan passt nicht",
        "Enrolment must end after it starts, and an end of enrolment only has a meaning for rolling entry.",
        "Die Aufnahme muss nach ihrem Beginn enden, und ein Ende der Aufnahme hat nur bei laufender Aufnahme "
        "eine Bedeutung.",
        "Correct the dates or the entry.",
        "Daten oder Art der Aufnahme berichtigen.",
    ),
    Entry(
        "UP222",
        "Waves and entry do not fit",
        "Wellen und Aufnahme passen nicht zusammen",
        "Waves say how many draws there are and how often; only entry by waves uses them.",
        "Wellen legen fest, wie viele Ziehungen es gibt und wie oft; nur die Aufnahme in Wellen nutzt sie.",
        "Write `entry: waves` with `waves: {count: 6, every: 2w}`, or leave both out.",
        "`entry: waves` mit `waves: {count: 6, every: 2w}` schreiben oder beides weglassen.",
    ),
    Entry(
        "UP223",
        "Observed assignment incomplete",
        "Beobachtete Zuteilung unvollständig",
        "Where another system split, the file must say which value stands for which arm.",
        "Wo ein anderes System zugeteilt hat, muss die Datei sagen, welcher Wert für welchen Arm steht.",
        "Give assignment.column and `observed:` for every arm.",
        "assignment.column und `observed:` für jeden Arm angeben.",
    ),
    Entry(
        "UP224",
        "Stratified draw impossible",
        "Geschichtete Ziehung nicht möglich",
        "A stratified draw ranks all contacts of a stratum at once; with rolling entry they are not all there.",
        "Eine geschichtete Ziehung ordnet alle Kontakte einer Schicht auf einmal; bei laufender Aufnahme sind"
        " sie nicht alle da.",
        "Use `method: hash`, or entry by snapshot or waves, and name the strata.",
        "`method: hash` verwenden oder als snapshot oder waves aufnehmen und die Schichten nennen.",
    ),
    Entry(
        "UP225",
        "Clusters not counted",
        "Anzahl der Cluster unbekannt",
        "When households are randomised, power depends on their number, not on that of their members.",
        "Werden Haushalte verlost, hängt die Teststärke von ihrer Zahl ab, nicht von der ihrer Mitglieder.",
        "Add audience.expected_clusters with count and size_cv.",
        "audience.expected_clusters mit count und size_cv ergänzen.",
    ),
    Entry(
        "UP226",
        "Layer range is empty",
        "Bereich der Ebene ist leer",
        "A range from 60 % to 40 % contains nobody.",
        "Ein Bereich von 60\u00a0% bis 40\u00a0% enthält niemanden.",
        "Write `{from: 0%, to: 60%}`.",
        "`{from: 0%, to: 60%}` schreiben.",
    ),
    Entry(
        "UP227",
        "Holdout does not fit",
        "Holdout passt nicht",
        "A holdout needs a share and a period; outside its period, or drawn within households, it does not "
        "protect the comparison.",
        "Ein Holdout braucht Anteil und Zeitraum; außerhalb des Zeitraums oder innerhalb von Haushalten "
        "gezogen schützt er den Vergleich nicht.",
        "Correct share and dates, or name the holdout of that time.",
        "Anteil und Daten berichtigen oder den Holdout dieser Zeit nennen.",
    ),
    Entry(
        "UP228",
        "Currencies differ",
        "Währungen weichen ab",
        "Nothing here converts money; adding euros to dollars would give a wrong number.",
        "Hier wird kein Geld umgerechnet; Euro und Dollar zu addieren ergäbe eine falsche Zahl.",
        "State all amounts in one currency.",
        "Alle Beträge in einer Währung angeben.",
    ),
    Entry(
        "UP229",
        "Unknown time zone",
        "Unbekannte Zeitzone",
        "Days and windows are local days; a wrong zone moves orders to the day before.",
        "Tage und Fenster sind Ortszeit; eine falsche Zone verschiebt Bestellungen auf den Vortag.",
        "Write it as `Europe/Berlin`.",
        "Als `Europe/Berlin` schreiben.",
    ),
    Entry(
        "UP230",
        "Decision rule can't be read",
        "Entscheidungsregel nicht lesbar",
        "Rules know names, numbers, comparisons, and/or/not, any() and all(); a name must be one that the result has.",
        "Regeln kennen Namen, Zahlen, Vergleiche, and/or/not, any() und all(); ein Name muss im Ergebnis vorkommen.",
        "Write for example `primary.low > 0 and all(guardrails.ok)`.",
        "Zum Beispiel `primary.low > 0 and all(guardrails.ok)` schreiben.",
    ),
    Entry(
        "UP231",
        "Listed twice",
        "Doppelt aufgeführt",
        "The second mention changes nothing, or contradicts the first.",
        "Die zweite Nennung ändert nichts oder widerspricht der ersten.",
        "Delete one of them.",
        "Eine der beiden löschen.",
    ),
    Entry(
        "UP233",
        "Id is taken",
        "Kennung ist vergeben",
        "Experiments, holdouts and layers share one namespace: equal ids are equal salts and draw the same contacts.",
        "Experimente, Holdouts und Ebenen teilen sich einen Namensraum: Gleiche Kennungen sind gleiche Salze "
        "und ziehen dieselben Kontakte.",
        "Choose another id.",
        "Eine andere Kennung wählen.",
    ),
    Entry(
        "UP235",
        "Looks can't be taken",
        "Zwischenauswertungen nicht möglich",
        "A look before the end needs contacts that entered early: waves or rolling entry, in order.",
        "Eine Zwischenauswertung braucht Kontakte, die früh aufgenommen wurden: Wellen oder laufende "
        "Aufnahme, der Reihe nach.",
        "Write looks as `wave 2` or as days, in order, or leave sequential out.",
        "Zwischenauswertungen als `wave 2` oder als Tage der Reihe nach schreiben oder sequential weglassen.",
    ),
    Entry(
        "UP236",
        "Net value without a margin",
        "Nettowert ohne Marge",
        "Net value is margin × revenue − cost; without a margin it can't be computed.",
        "Der Nettowert ist Marge × Umsatz − Kosten; ohne Marge lässt er sich nicht berechnen.",
        "Add `value: {margin: 38%}`.",
        "`value: {margin: 38%}` ergänzen.",
    ),
    Entry(
        "UP237",
        "Source of the wrong grain",
        "Quelle mit falscher Körnung",
        "An audience needs one row per contact; metrics, redemptions and deliveries need one row per event.",
        "Eine Zielgruppe braucht eine Zeile je Kontakt; Metriken, Einlösungen und Zustellungen brauchen eine "
        "Zeile je Ereignis.",
        "Name a source of the right grain, or correct `grain`.",
        "Eine Quelle der richtigen Körnung nennen oder `grain` berichtigen.",
    ),
    Entry(
        "UP238",
        "Row number as id",
        "Zeilennummer als Kennung",
        "The next export has another order: the same contact would get another arm.",
        "Der nächste Export hat eine andere Reihenfolge: Derselbe Kontakt bekäme einen anderen Arm.",
        "Name the column with the contact's id.",
        "Die Spalte mit der Kennung des Kontakts nennen.",
    ),
    Entry(
        "UP239",
        "Claim about an unmeasured metric",
        "Aussage über eine nicht gemessene Metrik",
        "A claim is checked against the result; what is not measured can't be checked.",
        "Eine Aussage wird am Ergebnis geprüft; was nicht gemessen wird, lässt sich nicht prüfen.",
        "Add the metric under metrics.secondary.",
        "Die Metrik unter metrics.secondary ergänzen.",
    ),
    Entry(
        "UP240",
        "Holdout passed over",
        "Holdout übergangen",
        "A holdout measures all programmes together; every experiment that writes to its contacts makes that "
        "measurement smaller and biased.",
        "Ein Holdout misst alle Programme zusammen; jedes Experiment, das seine Kontakte anschreibt, "
        "verkleinert und verzerrt diese Messung.",
        "Add `assignment: {holdout: …}`, or have the finding waived with a reason.",
        "`assignment: {holdout: …}` ergänzen oder den Befund mit Begründung ausnehmen lassen.",
    ),
    Entry(
        "UP245",
        "Strategy that leaves nothing to choose",
        "Strategie, die nichts zu wählen lässt",
        "A strategy needs a treatment that it may give; a cap or an exclusion for an arm that nobody gets has no "
        "effect, and a coverage above all caps can't be reached.",
        "Eine Strategie braucht eine Gruppe, die sie vergeben darf; eine Obergrenze oder ein Ausschluss für eine "
        "Gruppe, die niemand bekommt, wirkt nicht, und eine Abdeckung über allen Obergrenzen ist unerreichbar.",
        "Name treatments under `allow`, and limits only for these.",
        "Unter `allow` Gruppen nennen und Grenzen nur für diese setzen.",
    ),
    Entry(
        "UP246",
        "Prior assumption that can't be used",
        "Vorabannahme, die nicht zu verwenden ist",
        "A prior assumption is a relative uplift of a treatment with a distance within which it lies almost surely. "
        "Points or money differ between audiences and can't be carried over.",
        "Eine Vorabannahme ist ein relativer Uplift einer Gruppe mit einem Abstand, in dem er fast sicher liegt. "
        "Prozentpunkte oder Beträge hängen von der Zielgruppe ab und lassen sich nicht übertragen.",
        "Write `{uplift: 8%, half_width: 5%}` for a treatment.",
        "`{uplift: 8%, half_width: 5%}` für eine Gruppe schreiben.",
    ),
    Entry(
        "UP247",
        "Covariates that nothing uses",
        "Kovariaten, die nichts verwendet",
        "Covariates and lookback belong to variance reduction; without it they look like a decision and are none.",
        "Kovariaten und Lookback gehören zur Varianzreduktion; ohne sie wirken sie wie eine Festlegung und sind keine.",
        "Write `variance_reduction: cuped`, or delete them.",
        "`variance_reduction: cuped` schreiben oder die Angaben löschen.",
    ),
    Entry(
        "UP248",
        "Covariate that follows the assignment",
        "Kovariate, die der Zuteilung folgt",
        "What the treatment can move takes the effect away together with the noise: adjusting by an outcome, an "
        "opening or a click finds nothing where there is something.",
        "Was die Maßnahme bewegen kann, nimmt mit dem Rauschen auch die Wirkung weg: Wer nach einem Ergebnis, einer "
        "Öffnung oder einem Klick ausgleicht, findet nichts, wo etwas ist.",
        "Name columns with what was known before the assignment.",
        "Spalten mit dem nennen, was vor der Zuteilung bekannt war.",
    ),
    Entry(
        "UP249",
        "Earnings that can't be computed",
        "Ertrag, der sich nicht berechnen lässt",
        "What a treatment earned is margin × revenue less the cost of contacts and redemptions. Revenue is read from a "
        "metric per contact, and a redemption costs nothing until it is known which rows are redemptions.",
        "Was eine Maßnahme einbringt, ist Marge × Umsatz abzüglich der Kosten für Kontakte und Einlösungen. Der Umsatz "
        "kommt aus einer Metrik je Kontakt, und eine Einlösung lässt sich nur abrechnen, wenn bekannt ist, welche "
        "Zeilen Einlösungen sind.",
        "Add a metric of revenue per contact, and `value.redemptions` where redemptions cost something.",
        "Eine Metrik für den Umsatz je Kontakt ergänzen und `value.redemptions`, wo Einlösungen etwas kosten.",
    ),
    Entry(
        "UP250",
        "Two tests on the same people",
        "Zwei Tests mit denselben Menschen",
        "Both tests name the same audience, and they run at the same time or follow each other within the "
        "wash-out (project.yml, defaults.wash_out, 30 days unless stated otherwise). The draws are "
        "independent, so neither is biased on average; but each measures its effect on people who were "
        "also under the other one, and a coupon of the first test is still redeemed in the second.",
        "Beide Tests nennen dieselbe Zielgruppe und laufen gleichzeitig oder folgen einander innerhalb "
        "der Auswaschzeit (project.yml, defaults.wash_out, ohne Angabe 30\u00a0Tage). Die Ziehungen sind "
        "unabhängig, also ist keiner im Mittel verzerrt; aber jeder misst seine Wirkung an Menschen, die "
        "auch unter der anderen standen, und ein Gutschein aus dem ersten Test wird noch im zweiten "
        "eingelöst.",
        "Start the later one after the wash-out, or give both a range of one layer: then they never share a contact.",
        "Den späteren nach der Auswaschzeit beginnen, oder beiden einen Bereich einer Ebene (layer) "
        "geben: Dann teilen sie keinen Kontakt.",
    ),
)
