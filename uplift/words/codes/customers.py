"""Finding codes UP66x–UP69x: purchase histories, customer value, lifecycle, scores and always-on programmes."""

from uplift.words.codes.entry import Entry

CUSTOMERS: tuple[Entry, ...] = (
    Entry(
        code="UP660",
        title_en="purchase histories that can't be",
        title_de="unmögliche Kaufhistorien",
        why_en="A history counts purchases, and says when the first and the last of them were. Negative counts, a last "
        "purchase after the end of the data or baskets without a value fit no customer.",
        why_de="Eine Kaufhistorie zählt Käufe und nennt den ersten und den letzten. Negative Zahlen, ein letzter Kauf "
        "nach dem Ende der Daten oder Warenkörbe ohne Wert passen zu keinem Kunden.",
        fix_en="Look at the purchases from which the histories were made.",
        fix_de="Sehen Sie die Käufe durch, aus denen die Historien entstanden sind.",
    ),
    Entry(
        code="UP661",
        title_en="nobody bought twice",
        title_de="niemand hat zweimal gekauft",
        why_en="Whether a silent customer has left can only be learnt from customers who came back.",
        why_de="Ob ein stiller Kunde gegangen ist, lässt sich nur an Kunden lernen, die wiedergekommen sind.",
        fix_en="Give the model a longer history of purchases.",
        fix_de="Geben Sie dem Modell eine längere Kaufhistorie.",
    ),
    Entry(
        code="UP662",
        title_en="no best parameters",
        title_de="keine besten Parameter",
        why_en="The likelihood of the purchases has no highest point: they are too few, or all customers are alike.",
        why_de="Die Wahrscheinlichkeit der Käufe hat keinen höchsten Punkt: Es sind zu wenige, oder alle Kunden "
        "gleichen einander.",
        fix_en="Look at the purchases; a longer history or more customers help.",
        fix_de="Sehen Sie die Käufe durch; eine längere Historie oder mehr Kunden helfen.",
    ),
    Entry(
        code="UP663",
        title_en="too few customers to learn from",
        title_de="zu wenige Kunden zum Lernen",
        why_en="Basket values and purchase cycles are learnt from customers who bought several times; fewer than 30 of "
        "them say nothing about all the others.",
        why_de="Warenkorbwerte und Kaufzyklen werden an Kunden gelernt, die mehrmals gekauft haben; weniger als 30 "
        "sagen nichts über alle anderen.",
        fix_en="Give the model a longer history of purchases.",
        fix_de="Geben Sie dem Modell eine längere Kaufhistorie.",
    ),
    Entry(
        code="UP664",
        title_en="no purchases declared",
        title_de="keine Käufe angegeben",
        why_en="What to expect of a customer follows from his purchases, and project.yml does not say which rows of "
        "which source these are.",
        why_de="Was von einem Kunden zu erwarten ist, folgt aus seinen Käufen; project.yml sagt nicht, welche Zeilen "
        "welcher Quelle das sind.",
        fix_en="Add to project.yml: customers: {purchases: {source: orders, value: net_amount}}.",
        fix_de="Ergänzen Sie in project.yml: customers: {purchases: {source: orders, value: net_amount}}.",
    ),
    Entry(
        code="UP665",
        title_en="too short a history of purchases",
        title_de="zu kurze Kaufhistorie",
        why_en="A history of one day or of a few weeks holds no second purchases, so it can't say who comes back.",
        why_de="Eine Historie von einem Tag oder wenigen Wochen enthält kaum zweite Käufe; sie kann nicht sagen, wer "
        "wiederkommt.",
        fix_en="Export the purchases of a year or more; for lifecycle predictions at least seven months.",
        fix_de="Exportieren Sie die Käufe eines Jahres oder mehr; für Lebenszyklus-Vorhersagen mindestens sieben "
        "Monate.",
    ),
    Entry(
        code="UP666",
        title_en="purchases in several currencies",
        title_de="Käufe in mehreren Währungen",
        why_en="Euros and pounds don't add up, and an exchange rate is a decision that only you can take.",
        why_de="Euro und Pfund lassen sich nicht addieren, und ein Wechselkurs ist eine Entscheidung, die nur Sie "
        "treffen können.",
        fix_en="Convert the values in the source, or keep one currency: customers.purchases.where.",
        fix_de="Rechnen Sie die Werte in der Quelle um oder behalten Sie eine Währung: customers.purchases.where.",
    ),
    Entry(
        code="UP667",
        title_en="purchases or events left out",
        title_de="ausgelassene Käufe oder Ereignisse",
        why_en="Rows without an id, a time or a value, with a negative or no value, or there twice, are no usable "
        "purchases; events need an id and a time. They are counted and left out; the scores are of the others.",
        why_de="Zeilen ohne Kennung, Zeit oder Wert, mit negativem oder ohne Betrag oder doppelte sind keine "
        "brauchbaren Käufe; Ereignisse brauchen Kennung und Zeit. Sie werden gezählt und ausgelassen; die Werte gelten "
        "für die übrigen.",
        fix_en="Repair them in the source, or filter them by the condition (where) under customers.",
        fix_de="Reparieren Sie sie in der Quelle, oder filtern Sie sie mit der Bedingung (where) unter customers.",
    ),
    Entry(
        code="UP668",
        title_en="nothing to learn",
        title_de="nichts zu lernen",
        why_en="What shall be predicted happened to nobody, or to everybody, so nothing tells contacts apart.",
        why_de="Was vorhergesagt werden soll, ist niemandem oder allen passiert; nichts unterscheidet die Kontakte.",
        fix_en="Give the model a longer or a larger history.",
        fix_de="Geben Sie dem Modell eine längere oder größere Historie.",
    ),
    Entry(
        code="UP669",
        title_en="a score that knows the future",
        title_de="ein Wert, der die Zukunft kennt",
        why_en="The score used data from after the day of assignment. Contacts chosen by what they did later are no "
        "audience, and a model of the effect would learn from its own outcome.",
        why_de="Der Wert nutzt Daten nach dem Tag der Zuteilung. Kontakte, die nach ihrem späteren Verhalten gewählt "
        "sind, sind keine Zielgruppe, und ein Modell der Wirkung lernte aus seinem eigenen Ergebnis.",
        fix_en="Score as of the day of assignment or earlier: `uplift score --as-of DAY`.",
        fix_de="Berechnen Sie die Werte zum Tag der Zuteilung oder früher: `uplift score --as-of TAG`.",
    ),
    Entry(
        code="UP670",
        title_en="a score without a date",
        title_de="ein Wert ohne Datum",
        why_en="A table of scores has to say until when it has seen data (column scored_on: only earlier days were "
        "used); else nobody can tell whether it knows what happened after the assignment.",
        why_de="Eine Tabelle mit Werten muss sagen, bis wann sie Daten gesehen hat (Spalte scored_on: nur frühere Tage "
        "wurden benutzt); sonst weiß niemand, ob sie kennt, was nach der Zuteilung geschah.",
        fix_en="Add the column scored_on (a date), or let `uplift score` make the table.",
        fix_de="Ergänzen Sie die Spalte scored_on (ein Datum) oder lassen Sie `uplift score` die Tabelle machen.",
    ),
    Entry(
        code="UP671",
        title_en="a column in contacts and scores",
        title_de="eine Spalte in Kontakten und Werten",
        why_en="The audience reads a column that both the contacts and the scores have; they may say different things.",
        why_de="Die Zielgruppe liest eine Spalte, die es in den Kontakten und in den Werten gibt; beide können "
        "Verschiedenes sagen.",
        fix_en="Rename or drop one of the two columns.",
        fix_de="Benennen Sie eine der beiden Spalten um oder entfernen Sie sie.",
    ),
    Entry(
        code="UP672",
        title_en="predicted value is a surrogate",
        title_de="vorhergesagter Wert ist ein Ersatzmaß",
        why_en="The metric is what a model expects of each contact after the window, not what was earned. It is right "
        "as far as the treatment acts through purchases in the window and leaves later habits as the model knows them.",
        why_de="Die Metrik ist, was ein Modell nach dem Zeitfenster von jedem Kontakt erwartet, nicht was eingenommen "
        "wurde. Sie stimmt, soweit die Maßnahme über Käufe im Zeitfenster wirkt und spätere Gewohnheiten so lässt, wie "
        "das Modell sie kennt.",
        fix_en="Decide on a measured metric, and confirm the value by a holdout over the horizon.",
        fix_de="Entscheiden Sie nach einer gemessenen Metrik und bestätigen Sie den Wert mit einer Kontrollgruppe über "
        "den ganzen Zeitraum.",
    ),
    Entry(
        code="UP673",
        title_en="a prediction with two windows",
        title_de="eine Vorhersage mit zwei Zeitfenstern",
        why_en="A predicted value is computed once per contact, at the end of one window.",
        why_de="Ein vorhergesagter Wert wird je Kontakt einmal berechnet, am Ende eines Zeitfensters.",
        fix_en="Define a second metric with the same model for the other window.",
        fix_de="Legen Sie für das andere Zeitfenster eine zweite Metrik mit demselben Modell an.",
    ),
    Entry(
        code="UP674",
        title_en="too short a history for a forecast",
        title_de="zu kurze Historie für eine Prognose",
        why_en="What a quarter will bring is told from the quarters before; without one there is nothing to go by, and "
        "without two nothing says how far the forecast may be off.",
        why_de="Was ein Quartal bringt, wird aus den vorigen geschlossen; ohne eines gibt es keinen Anhalt, und ohne "
        "zwei sagt nichts, wie weit die Prognose danebenliegen kann.",
        fix_en="Export a longer history of purchases; with two years and a quarter the season is seen too.",
        fix_de="Exportieren Sie eine längere Kaufhistorie; mit zwei Jahren und einem Quartal ist auch die Saison zu "
        "sehen.",
    ),
    Entry(
        code="UP675",
        title_en="a series that can't be watched",
        title_de="eine Reihe, die sich nicht überwachen lässt",
        why_en="An alarm needs to know what is usual: more than 103 days in a row with one value each, nought or more. "
        "With less, every alarm would be a guess.",
        why_de="Ein Alarm muss wissen, was üblich ist: mehr als 103 Tage am Stück mit je einem Wert, null oder mehr. "
        "Mit weniger wäre jeder Alarm geraten.",
        fix_en="Export a longer period, or wait until it is long enough.",
        fix_de="Exportieren Sie einen längeren Zeitraum oder warten Sie, bis er lang genug ist.",
    ),
    Entry(
        code="UP676",
        title_en="no calendar of holidays",
        title_de="kein Feiertagskalender",
        why_en="On a public holiday a shop sells differently, and that is no alarm. The calendar comes with the extra "
        "`customers`, and knows countries and states by their codes.",
        why_de="An einem Feiertag verkauft ein Shop anders, und das ist kein Alarm. Der Kalender kommt mit dem Extra "
        "`customers` und kennt Länder und Bundesländer unter ihren Kürzeln.",
        fix_en="Install uplift-crm[customers]; write `holidays: DE-BY` in project.yml.",
        fix_de="Installieren Sie uplift-crm[customers]; schreiben Sie `holidays: DE-BY` in project.yml.",
    ),
    Entry(
        code="UP677",
        title_en="a day that differs",
        title_de="ein Tag, der abweicht",
        why_en="The day's value lies far outside what the level of the last week and its weekday let expect: a page "
        "that does not work, a product that is sold out, an export that did not run, or a campaign nobody told of. "
        "Changes below about a third are not seen.",
        why_de="Der Tageswert liegt weit außerhalb dessen, was das Niveau der letzten Woche und der Wochentag erwarten "
        "lassen: eine Seite, die nicht funktioniert, ein ausverkauftes Produkt, ein Export, der nicht lief, oder eine "
        "Kampagne, von der niemand wusste. Änderungen unter etwa einem Drittel bleiben unbemerkt.",
        fix_en="Find the cause before you read the test; both arms are hit alike, so the comparison may still hold.",
        fix_de="Klären Sie die Ursache, bevor Sie den Test lesen; beide Gruppen sind gleich betroffen, der Vergleich "
        "kann also weiter gelten.",
    ),
)
