"""Finding codes UP80x–UP84x: proof of an assignment, what came from elsewhere, what is forgotten, holdouts."""

from uplift.words.codes.entry import Entry

PROOF: tuple[Entry, ...] = (
    Entry(
        code="UP801",
        title_en="arm sizes that do not fit the weights in a stratum",
        title_de="Gruppengrößen passen in einer Schicht nicht zu den Gewichten",
        why_en="Contacts were lost or added in one arm of that stratum only; comparisons inside it are not to be "
        "trusted.",
        why_de="In einer Gruppe dieser Schicht sind Kontakte verloren gegangen oder hinzugekommen; Vergleiche darin "
        "sind nicht verlässlich.",
        fix_en="Compare the ledger with the source and with what was sent in that stratum.",
        fix_de="Vergleichen Sie für diese Schicht das Register mit der Quelle und mit dem Versand.",
    ),
    Entry(
        code="UP802",
        title_en="arm sizes that do not fit the weights on a day",
        title_de="Gruppengrößen passen an einem Tag nicht zu den Gewichten",
        why_en="On a day that stands out, something happened to one arm only: a list that was cut off, a load that "
        "failed half way.",
        why_de="An einem Tag, der heraussticht, ist etwas nur einer Gruppe geschehen: eine abgeschnittene Liste, ein"
        " halb gescheiterter Ladelauf.",
        fix_en="Look at that day's draw, lists and loads.",
        fix_de="Sehen Sie sich Ziehung, Listen und Ladeläufe dieses Tages an.",
    ),
    Entry(
        code="UP803",
        title_en="contacts erased unevenly over the arms",
        title_de="Kontakte ungleich aus den Gruppen gelöscht",
        why_en="Who asks to be erased is left out of the analysis. If a mailing makes people ask, those who are left"
        " are no longer comparable.",
        why_de="Wer gelöscht werden will, fehlt in der Auswertung. Bringt eine Aussendung Menschen dazu, sind die "
        "Übrigen nicht mehr vergleichbar.",
        fix_en="Report the counts beside the result; a treatment that makes people leave has an effect of its own.",
        fix_de="Berichten Sie die Zahlen neben dem Ergebnis; eine Aktion, die Menschen vertreibt, hat eine eigene "
        "Wirkung.",
    ),
    Entry(
        code="UP804",
        title_en="arms that differ before the test",
        title_de="Gruppen, die sich schon vorher unterscheiden",
        why_en="Random arms are alike in everything that was known before. Columns are read as they are today: what "
        "the treatment can move, such as orders so far, differs for that reason.",
        why_de="Zufällige Gruppen gleichen sich in allem, was vorher bekannt war. Gelesen werden die Spalten von "
        "heute: Was die Aktion bewegen kann, etwa die Zahl der Bestellungen, unterscheidet sich deshalb.",
        fix_en="Compare with the columns as they were at assignment. If they differ there too, find out who changed "
        "the lists.",
        fix_de="Vergleichen Sie mit den Spalten vom Tag der Zuteilung. Unterscheiden sie sich auch dort, klären Sie,"
        " wer die Listen geändert hat.",
    ),
    Entry(
        code="UP805",
        title_en="messages to the control",
        title_de="Nachrichten an die Kontrollgruppe",
        why_en="Controls who got the treatment dilute the effect: it looks smaller than it is.",
        why_de="Kontakte der Kontrollgruppe, die die Aktion bekamen, verwässern die Wirkung: Sie sieht kleiner aus, "
        "als sie ist.",
        fix_en="Keep them in the control, where they were assigned, and mend the list in the mail system.",
        fix_de="Lassen Sie sie in der Kontrollgruppe, der sie zugeteilt sind, und berichtigen Sie die Liste im "
        "Mailsystem.",
    ),
    Entry(
        code="UP806",
        title_en="messages to held-out contacts",
        title_de="Nachrichten an zurückgehaltene Kontakte",
        why_en="The holdout measures what all programmes are worth together. Every message to it makes that number "
        "smaller.",
        why_de="Der Holdout misst, was alle Programme zusammen wert sind. Jede Nachricht an ihn macht diese Zahl "
        "kleiner.",
        fix_en="Exclude the holdout in the channel that is named; messages that must go out stand under `exempt`.",
        fix_de="Schließen Sie den Holdout in dem genannten Kanal aus; was hinausgehen muss, steht unter `exempt`.",
    ),
    Entry(
        code="UP807",
        title_en="controls who live with a treated contact",
        title_de="Kontrollkontakte, die mit Angeschriebenen zusammenleben",
        why_en="A letter or a voucher is read by the whole household, so its other members are no control any more.",
        why_de="Ein Brief oder Gutschein wird vom ganzen Haushalt gelesen; die anderen darin sind dann keine "
        "Kontrolle mehr.",
        fix_en="Randomise households next time: unit.cluster.",
        fix_de="Teilen Sie das nächste Mal Haushalte zu: unit.cluster.",
    ),
    Entry(
        code="UP808",
        title_en="treated contacts who never got a message",
        title_de="Kontakte der Treatmentgruppen ohne Nachricht",
        why_en="They dilute the effect. If one arm has more of them than another, the arms no longer differ by the "
        "treatment alone.",
        why_de="Sie verwässern die Wirkung. Hat eine Gruppe mehr davon als eine andere, unterscheiden sich die "
        "Gruppen nicht mehr nur durch die Aktion.",
        fix_en="Keep them in their arm, never filter them out; ask the mail system why they were left out (consent, "
        "bounce, frequency cap).",
        fix_de="Lassen Sie sie in ihrer Gruppe, filtern Sie sie nie heraus; fragen Sie das Mailsystem nach dem Grund"
        " (Einwilligung, Bounce, Frequenzgrenze).",
    ),
    Entry(
        code="UP809",
        title_en="messages that came later in one arm",
        title_de="Nachrichten, die in einer Gruppe später kamen",
        why_en="Windows begin on the day of assignment in all arms alike. Who gets the message later has fewer days "
        "left in which to buy.",
        why_de="Das Zeitfenster beginnt in allen Gruppen am Tag der Zuteilung. Wer die Nachricht später bekommt, hat"
        " weniger Tage zum Kaufen.",
        fix_en="Send all arms on the same day, soon after the assignment.",
        fix_de="Versenden Sie alle Gruppen am selben Tag, bald nach der Zuteilung.",
    ),
    Entry(
        code="UP810",
        title_en="contacts of an earlier test are unevenly spread",
        title_de="Kontakte eines früheren Tests sind ungleich verteilt",
        why_en="What an earlier test did to its contacts is still there. It does no harm while every arm has the "
        "same share of them.",
        why_de="Was ein früherer Test mit seinen Kontakten gemacht hat, wirkt nach. Es schadet nicht, solange jede "
        "Gruppe gleich viele davon hat.",
        fix_en="Wait until the earlier effect is over, or draw both in one layer.",
        fix_de="Warten Sie, bis die frühere Wirkung vorbei ist, oder ziehen Sie beide in einem Layer.",
    ),
    Entry(
        code="UP811",
        title_en="messages without contact or time",
        title_de="Nachrichten ohne Kontakt oder Zeit",
        why_en="To know who was written to, and when, the source of messages needs an id and a time.",
        why_de="Um zu wissen, wer wann angeschrieben wurde, braucht die Quelle der Nachrichten eine Kennung und eine"
        " Zeit.",
        fix_en="Name `id:` and `time:` under the source in project.yml.",
        fix_de="Nennen Sie `id:` und `time:` unter der Quelle in project.yml.",
    ),
    Entry(
        code="UP820",
        title_en="an arm that the experiment does not have",
        title_de="Gruppe, die das Experiment nicht hat",
        why_en="Every line of a list belongs to an arm. A value that is no arm's name could be a typo or a third list.",
        why_de="Jede Zeile einer Liste gehört zu einer Gruppe. Ein Wert, der keine Gruppe nennt, kann ein Tippfehler"
        " oder eine dritte Liste sein.",
        fix_en="Say what the value means: --map VALUE=ARM.",
        fix_de="Sagen Sie, was der Wert bedeutet: --map WERT=GRUPPE.",
    ),
    Entry(
        code="UP821",
        title_en="a contact in two arms of one file",
        title_de="Kontakt in zwei Gruppen einer Datei",
        why_en="A contact that got both treatments belongs to neither arm, and nobody can tell afterwards which came"
        " first.",
        why_de="Ein Kontakt, der beides bekam, gehört in keine Gruppe, und im Nachhinein lässt sich nicht sagen, was"
        " zuerst kam.",
        fix_en="Find out on which list the contact was really sent. Nothing was written.",
        fix_de="Klären Sie, auf welcher Liste der Kontakt wirklich versandt wurde. Es wurde nichts geschrieben.",
    ),
    Entry(
        code="UP822",
        title_en="a list that contradicts the ledger",
        title_de="Liste, die dem Register widerspricht",
        why_en="The first row of a contact stays for ever; otherwise anybody could move buyers to the arm that "
        "should win.",
        why_de="Die erste Zeile eines Kontakts gilt für immer; sonst könnte jeder Käufer in die Gruppe schieben, die"
        " gewinnen soll.",
        fix_en="Take those contacts off the file, or find out which list was really sent. Nothing was written.",
        fix_de="Nehmen Sie diese Kontakte aus der Datei, oder klären Sie, welche Liste wirklich versandt wurde. Es "
        "wurde nichts geschrieben.",
    ),
    Entry(
        code="UP823",
        title_en="a file without the column that is needed",
        title_de="Datei ohne die nötige Spalte",
        why_en="A list needs the contact's id and the arm, a send log the id and the time.",
        why_de="Eine Liste braucht die Kennung des Kontakts und die Gruppe, ein Versandprotokoll die Kennung und die"
        " Zeit.",
        fix_en="Name the columns: --id, --arm-column, --time.",
        fix_de="Nennen Sie die Spalten: --id, --arm-column, --time.",
    ),
    Entry(
        code="UP824",
        title_en="no ledger to import into",
        title_de="kein Register, in das importiert werden könnte",
        why_en="Arms that are observed in a column need no ledger: the column is the assignment.",
        why_de="Gruppen, die in einer Spalte stehen, brauchen kein Register: Die Spalte ist die Zuteilung.",
        fix_en="Write `method: hash` with the arms' weights, or analyse the source as it is.",
        fix_de="Schreiben Sie `method: hash` mit den Gewichten der Gruppen, oder werten Sie die Quelle aus, wie sie "
        "ist.",
    ),
    Entry(
        code="UP825",
        title_en="a send log whose contacts are not in the ledger",
        title_de="Versandprotokoll mit fremden Kontakten",
        why_en="Most contacts of the send log are not in the experiment. That may be right for a log of everything; "
        "often the mail system's internal id was exported instead of yours.",
        why_de="Die meisten Kontakte des Versandprotokolls sind nicht im Experiment. Bei einem Protokoll über alles "
        "kann das stimmen; oft wurde statt Ihrer Kennung die interne des Mailsystems exportiert.",
        fix_en="Export your own id (in Emarsys a field such as externalId) and name its column with --id.",
        fix_de="Exportieren Sie Ihre eigene Kennung (in Emarsys ein Feld wie externalId), und nennen Sie deren "
        "Spalte mit --id.",
    ),
    Entry(
        code="UP826",
        title_en="a list that can't be written in this form",
        title_de="Liste, die sich in dieser Form nicht schreiben lässt",
        why_en="The mail system has to read the list as it was meant: an encoding that lacks a letter, or a column "
        "that stands there twice, would change it.",
        why_de="Das Mailsystem muss die Liste so lesen, wie sie gemeint ist: Eine Kodierung, der ein Buchstabe "
        "fehlt, oder eine doppelte Spalte würde sie verändern.",
        fix_en="Choose utf-8 or utf-8-sig, one character as the delimiter, and columns that are not in the list "
        "already.",
        fix_de="Wählen Sie utf-8 oder utf-8-sig, ein einzelnes Zeichen als Trennzeichen und Spalten, die noch nicht "
        "in der Liste stehen.",
    ),
    Entry(
        code="UP830",
        title_en="no contact to erase",
        title_de="kein Kontakt zum Löschen",
        why_en="Erasing needs the ids of contacts, as the ledger and the lists write them.",
        why_de="Zum Löschen braucht es die Kennungen der Kontakte, so wie sie im Register und auf den Listen stehen.",
        fix_en="Name ids, or give a UTF-8 text file with one id per line.",
        fix_de="Nennen Sie Kennungen, oder geben Sie eine Textdatei in UTF-8 mit einer Kennung je Zeile an.",
    ),
    Entry(
        code="UP831",
        title_en="contacts that are not there",
        title_de="Kontakte, die nicht vorkommen",
        why_en="Some of the contacts to be erased stand in no ledger and on no list. That may be right, or the ids "
        "are written in another way than here.",
        why_de="Einige der zu löschenden Kontakte stehen in keinem Register und auf keiner Liste. Das kann stimmen, "
        "oder ihre Kennungen sind hier anders geschrieben.",
        fix_en="Compare letter by letter: 00123 is not 123.",
        fix_de="Vergleichen Sie Zeichen für Zeichen: 00123 ist nicht 123.",
    ),
    Entry(
        code="UP840",
        title_en="a holdout that can't be analysed as it is described",
        title_de="Holdout, der sich so nicht auswerten lässt",
        why_en="To compare a holdout with everybody else it takes a source of all contacts and at least one metric.",
        why_de="Um einen Holdout mit allen anderen zu vergleichen, braucht es eine Quelle aller Kontakte und "
        "mindestens eine Metrik.",
        fix_en="Write `metrics` (and `source`) under the holdout in project.yml, or name them on the command line.",
        fix_de="Schreiben Sie `metrics` (und `source`) unter den Holdout in project.yml, oder nennen Sie sie auf der"
        " Kommandozeile.",
    ),
    Entry(
        code="UP841",
        title_en="a holdout without a complete day",
        title_de="Holdout ohne vollständigen Tag",
        why_en="Days count once their data are in. On the day of this analysis none is complete.",
        why_de="Tage zählen, sobald ihre Daten vollständig sind. Am Tag dieser Auswertung ist es noch keiner.",
        fix_en="Choose a later day with --as-of.",
        fix_de="Wählen Sie mit --as-of einen späteren Tag.",
    ),
)
