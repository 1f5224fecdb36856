"""Finding codes UP680–UP699: always-on programmes (send time, recommendations, what a monitor sees)."""

from uplift.words.codes.entry import Entry

PROGRAMMES: tuple[Entry, ...] = (
    Entry(
        code="UP680",
        title_en="a send-time campaign that leaves no choice",
        title_de="eine Versandzeit-Kampagne ohne Wahl",
        why_en="The control gets its slot by chance and the one treatment its own; the difference is what the choice "
        "is worth. Without the block there is no log to learn from; with more treatments nobody knows whose hours to "
        "choose.",
        why_de="Die Kontrollgruppe bekommt ihren Zeitabschnitt durch Zufall, die eine Maßnahme den eigenen; der "
        "Unterschied ist der Wert der Wahl. Ohne den Block fehlt die Aufzeichnung, aus der gelernt wird; mit "
        "mehreren Maßnahmen ist unklar, für wen gewählt wird.",
        fix_en="Keep two arms and add the block send_time: {log, campaign, reacted, random}.",
        fix_de="Behalten Sie zwei Gruppen und ergänzen Sie den Block send_time: {log, campaign, reacted, random}.",
    ),
    Entry(
        code="UP681",
        title_en="a send log without random slots",
        title_de="ein Versandprotokoll ohne zufällige Zeiten",
        why_en="When all mails of a campaign leave at hours that somebody chose, those who were written to in the "
        "evening differ from the others in more than the hour. Only slots drawn by chance say what a slot is worth.",
        why_de="Wenn jemand alle Zeiten gewählt hat, unterscheiden sich abends Angeschriebene in mehr als der "
        "Uhrzeit von den anderen. Nur durch Zufall gezogene Zeiten sagen, was eine Zeit wert ist.",
        fix_en="Send one campaign with all slots drawn (`uplift sendtime EXPERIMENT --all-by-chance`), then keep 10 "
        "% of every campaign by chance.",
        fix_de="Verschicken Sie eine Kampagne ganz durch Zufall (`uplift sendtime EXPERIMENT --all-by-chance`), "
        "danach 10\u00a0% jeder Kampagne.",
    ),
    Entry(
        code="UP682",
        title_en="too short a send log",
        title_de="ein zu kurzes Versandprotokoll",
        why_en="Twelve slots need some hundred mails by chance and a hundred reactions before one can be told from "
        "another; with less, the choice would be noise.",
        why_de="Zwölf Zeitabschnitte brauchen einige hundert zufällig verschickte Mails und hundert Reaktionen, "
        "bevor sich einer vom anderen unterscheiden lässt; mit weniger wäre die Wahl Rauschen.",
        fix_en="Send another campaign by chance, or export a longer log.",
        fix_de="Verschicken Sie noch eine Kampagne durch Zufall oder exportieren Sie ein längeres Protokoll.",
    ),
    Entry(
        code="UP683",
        title_en="chance that is none",
        title_de="Zufall, der keiner ist",
        why_en="Drawn slots are equally frequent within a campaign. These are not, so somebody or something chose "
        "them, and what is learned from them would be about the choice.",
        why_de="Gezogene Zeiten kommen innerhalb einer Kampagne gleich häufig vor. Diese nicht; jemand oder etwas "
        "hat sie gewählt, und gelernt würde über die Wahl.",
        fix_en="Let send_time.random name only mails whose slot was drawn, and look at what happened to the others.",
        fix_de="Lassen Sie send_time.random nur Mails nennen, deren Zeit gezogen wurde, und klären Sie den Rest.",
    ),
    Entry(
        code="UP684",
        title_en="no products declared",
        title_de="keine Produkte angegeben",
        why_en="What a customer will need next follows from what he bought, and project.yml does not say which "
        "column of which source names it.",
        why_de="Was ein Kunde als Nächstes braucht, folgt aus dem, was er gekauft hat; project.yml sagt nicht, "
        "welche Spalte welcher Quelle es nennt.",
        fix_en="Add to project.yml: customers: {products: {source: order_lines, item: category}}.",
        fix_de="Ergänzen Sie in project.yml: customers: {products: {source: order_lines, item: category}}.",
    ),
    Entry(
        code="UP685",
        title_en="too short a history of products",
        title_de="zu kurze Produkthistorie",
        why_en="The scorer is judged on the days before the day of the list: it needs purchases of four weeks before "
        "them, of customers who then bought again.",
        why_de="Das Verfahren wird an den Tagen vor dem Stichtag geprüft: Es braucht Käufe aus vier Wochen davor, "
        "von Kunden, die dann wieder gekauft haben.",
        fix_en="Export a longer history of products.",
        fix_de="Exportieren Sie eine längere Produkthistorie.",
    ),
    Entry(
        code="UP686",
        title_en="a file of recommendations that breaks the contract",
        title_de="eine Empfehlungsdatei, die den Vertrag verletzt",
        why_en="Recommendations of any system are one row per contact and item: the id, `item`, `score` (more is "
        "better), `scored_on` (only earlier days were used), `score_model`. Everything else could be read in two "
        "ways.",
        why_de="Empfehlungen jedes Systems haben je Kontakt und Artikel eine Zeile: die Kennung, `item`, `score` "
        "(mehr ist besser), `scored_on` (nur frühere Tage wurden benutzt), `score_model`. Alles andere wäre "
        "zweideutig.",
        fix_en="Mend the rows that are named and run `uplift recommend --file FILE` again.",
        fix_de="Bessern Sie die genannten Zeilen aus und rufen Sie `uplift recommend --file DATEI` erneut auf.",
    ),
    Entry(
        code="UP687",
        title_en="a source that no longer speaks",
        title_de="eine Quelle, die schweigt",
        why_en="The newest row is older than `data_lag` allows. A test without new events looks like one in which "
        "nothing happens; arms are then compared on the days that arrived.",
        why_de="Die neueste Zeile ist älter, als `data_lag` erlaubt. Ein Test ohne neue Ereignisse sieht aus wie "
        "einer, in dem nichts geschieht; verglichen werden nur die Tage, die angekommen sind.",
        fix_en="Look at the export or the tracking of this source; correct data_lag if it is simply slower.",
        fix_de="Prüfen Sie Export oder Tracking dieser Quelle; ist sie nur langsamer, berichtigen Sie data_lag.",
    ),
    Entry(
        code="UP688",
        title_en="events that lose their contacts",
        title_de="Ereignisse, die ihre Kontakte verlieren",
        why_en="Many more rows than usual have no contact id. They belong to no arm, so both arms seem to do less; "
        "where the loss depends on the arm, the comparison is wrong.",
        why_de="Viel mehr Zeilen als üblich haben keine Kennung. Sie gehören zu keiner Gruppe; beide scheinen "
        "weniger zu tun, und hängt der Verlust von der Gruppe ab, ist der Vergleich falsch.",
        fix_en="Look at consent, log-in and tracking of this source since that day.",
        fix_de="Prüfen Sie Einwilligung, Anmeldung und Tracking dieser Quelle seit diesem Tag.",
    ),
)
