"""Finding codes UP501–UP519: who gets what, and what is kept of it."""

from uplift.words.codes.entry import Entry

ASSIGNMENT: tuple[Entry, ...] = (
    Entry(
        code="UP500",
        title_en="a place that holds another state",
        title_de="Ort mit einem anderen Stand",
        why_en="`uplift move` copies a state to an empty place. Two ledgers in one would assign contacts twice.",
        why_de="`uplift move` kopiert den Stand an einen leeren Ort. Zwei Zuteilungsbücher in einem würden dieselben "
        "Kontakte zweimal zuteilen.",
        fix_en="Name another folder, or another schema.",
        fix_de="Nennen Sie einen anderen Ordner oder ein anderes Schema.",
    ),
    Entry(
        code="UP501",
        title_en="a salt that is not allowed",
        title_de="unzulässiges Salt",
        why_en="The salt stands before the contact's id in the text that is hashed. With other characters than a-z, "
        "0-9 "
        "and . _ / - two different pairs could give the same text.",
        why_de="Das Salt steht vor der Kennung des Kontakts in dem Text, der gehasht wird. Mit anderen Zeichen als "
        "a-z, "
        "0-9 und . _ / - könnten zwei verschiedene Paare denselben Text ergeben.",
        fix_en="Shorten or rename the id of the experiment, holdout or layer.",
        fix_de="Kürzen Sie die Kennung des Experiments, des Holdouts oder des Layers, oder benennen Sie sie um.",
    ),
    Entry(
        code="UP502",
        title_en="shares that do not fit the buckets",
        title_de="Anteile, die nicht auf die Buckets passen",
        why_en="Contacts fall into one million buckets. Weights that do not add up to 100% would leave buckets without "
        "an arm, and a share below 0.0001% would get none.",
        why_de="Kontakte fallen in eine Million Buckets. Ergeben die Gewichte nicht 100\u00a0%, bleiben Buckets ohne "
        "Gruppe; ein Anteil unter 0,0001\u00a0% bekäme keinen.",
        fix_en="Write exact shares that add up to one: 15%, 1/3, 0.85.",
        fix_de="Schreiben Sie genaue Anteile, die zusammen eins ergeben: 15%, 1/3, 0.85.",
    ),
    Entry(
        code="UP503",
        title_en="contacts that are in the audience more than once",
        title_de="Kontakte, die mehrfach in der Zielgruppe stehen",
        why_en="A contact with two rows would be counted twice and could stand on two lists.",
        why_de="Ein Kontakt mit zwei Zeilen würde doppelt gezählt und könnte auf zwei Listen stehen.",
        fix_en="Keep one row per contact in the source. Nothing was written.",
        fix_de="Behalten Sie in der Quelle eine Zeile je Kontakt. Es wurde nichts geschrieben.",
    ),
    Entry(
        code="UP504",
        title_en="nothing to assign",
        title_de="nichts zuzuteilen",
        why_en="Either the audience has no contact, or the arms are read from a column and another system has "
        "assigned the contacts.",
        why_de="Entweder hat die Zielgruppe keinen Kontakt, oder die Gruppen stehen in einer Spalte, und ein anderes "
        "System hat die Kontakte zugeteilt.",
        fix_en="Look at `audience.where` and at the source; analyse a test with observed arms right away.",
        fix_de="Sehen Sie `audience.where` und die Quelle an; einen Test mit beobachteten Gruppen werten Sie gleich "
        "aus.",
    ),
    Entry(
        code="UP505",
        title_en="the experiment is closed",
        title_de="Experiment ist abgeschlossen",
        why_en="New contacts would join a test whose result is already known.",
        why_de="Neue Kontakte kämen in einen Test, dessen Ergebnis schon bekannt ist.",
        fix_en="Start a new experiment with a new id.",
        fix_de="Beginnen Sie ein neues Experiment mit einer neuen Kennung.",
    ),
    Entry(
        code="UP506",
        title_en="outside the enrolment period",
        title_de="außerhalb des Aufnahmezeitraums",
        why_en="The schedule says from when until when contacts may join. The read-out date follows from it.",
        why_de="Der Zeitplan sagt, von wann bis wann Kontakte dazukommen. Daraus folgt der Tag der Auswertung.",
        fix_en="Assign on a day inside the period, or change `schedule`.",
        fix_de="Teilen Sie an einem Tag in diesem Zeitraum zu, oder ändern Sie `schedule`.",
    ),
    Entry(
        code="UP507",
        title_en="contacts assigned to a draft",
        title_de="Zuteilung zu einem Entwurf",
        why_en="What a draft decides can still change. Once contacts are assigned, nobody can tell a decision made "
        "before from one made after a first look.",
        why_de="Was ein Entwurf festlegt, kann sich noch ändern. Sind Kontakte zugeteilt, lässt sich nicht mehr "
        "unterscheiden, was vor und was nach dem ersten Blick entschieden wurde.",
        fix_en="Run `uplift lock EXPERIMENT` before the first draw and commit both files.",
        fix_de="Führen Sie vor der ersten Zuteilung `uplift lock EXPERIMENT` aus, und legen Sie beide Dateien unter "
        "Versionsverwaltung.",
    ),
    Entry(
        code="UP508",
        title_en="weights changed after contacts were assigned",
        title_de="Gewichte nach der Zuteilung geändert",
        why_en="Contacts that join under new weights differ from earlier ones. Pooled with them they show an effect "
        "where there is none: going from 10% to 50% control can fake a loss of 17%.",
        why_de="Kontakte, die unter neuen Gewichten dazukommen, unterscheiden sich von den früheren. Zusammengeworfen "
        "zeigen sie einen Effekt, wo keiner ist: Von 10\u00a0% auf 50\u00a0% Kontrollgruppe kann einen Verlust von "
        "17\u00a0% vortäuschen.",
        fix_en="Put the old weights back, or sign the new ones: `uplift amend EXPERIMENT` opens a weight epoch. They "
        "then apply to newcomers only, and each epoch is analysed on its own.",
        fix_de="Setzen Sie die alten Gewichte wieder ein, oder unterschreiben Sie die neuen: `uplift amend EXPERIMENT` "
        "eröffnet eine Gewichtsepoche. Sie gelten dann nur für neue Kontakte, und jede Epoche wird für sich "
        "ausgewertet.",
    ),
    Entry(
        code="UP509",
        title_en="the draw is frozen",
        title_de="Ziehung ist eingefroren",
        why_en="With `entry: snapshot` everybody is drawn on one day, with waves on one day per wave. Contacts that "
        "become eligible later are not assigned.",
        why_de="Bei `entry: snapshot` werden alle an einem Tag gezogen, bei Wellen an einem Tag je Welle. Kontakte, "
        "die "
        "später dazukommen, werden nicht zugeteilt.",
        fix_en="Use `entry: rolling` in experiments that newcomers shall join.",
        fix_de="Verwenden Sie `entry: rolling`, wenn neue Kontakte dazukommen sollen.",
    ),
    Entry(
        code="UP510",
        title_en="the holdout is not active",
        title_de="Holdout ist nicht aktiv",
        why_en="The holdout that the experiment names does not run on this day, so nobody was held out.",
        why_de="Der Holdout, den das Experiment nennt, läuft an diesem Tag nicht; deshalb wurde niemand "
        "zurückgehalten.",
        fix_en="Prolong it in project.yml, or name the active one.",
        fix_de="Verlängern Sie ihn in project.yml, oder nennen Sie den aktiven.",
    ),
    Entry(
        code="UP511",
        title_en="an assignment that can't be recomputed",
        title_de="Zuteilung lässt sich nicht nachrechnen",
        why_en="Everybody can recompute an arm from the salt and the id. Where the ledger says something else, a "
        "row was "
        "changed after it was written.",
        why_de="Jeder kann die Gruppe aus Salt und Kennung nachrechnen. Steht im Register etwas anderes, wurde eine "
        "Zeile "
        "nachträglich geändert.",
        fix_en="Restore the ledger from a backup, and find out who can write to the state directory.",
        fix_de="Stellen Sie das Register aus einer Sicherung wieder her, und klären Sie, wer im Zustandsverzeichnis "
        "schreiben darf.",
    ),
    Entry(
        code="UP512",
        title_en="a salt epoch that is over",
        title_de="abgelaufene Salt-Epoche",
        why_en="A new salt epoch drew everybody anew. Rows of the old one no longer count.",
        why_de="Eine neue Salt-Epoche hat alle neu gezogen. Zeilen der alten zählen nicht mehr.",
        fix_en="Write the newest `salt_epoch`, or a higher one to draw everybody anew.",
        fix_de="Schreiben Sie die neueste `salt_epoch`, oder eine höhere, um alle neu zu ziehen.",
    ),
    Entry(
        code="UP513",
        title_en="a draw that one contact alone can't compute",
        title_de="Ziehung, die sich nicht je Kontakt nachrechnen lässt",
        why_en="Within strata the arm depends on the ranks of everybody else. Only the hash of an id gives the same "
        "answer in every warehouse.",
        why_de="Innerhalb von Schichten hängt die Gruppe von den Rängen aller anderen ab. Nur der Hash einer Kennung "
        "gibt in jedem Warehouse dieselbe Antwort.",
        fix_en="Use the lists that `uplift assign` writes, or draw by `method: hash`.",
        fix_de="Verwenden Sie die Listen von `uplift assign`, oder ziehen Sie mit `method: hash`.",
    ),
    Entry(
        code="UP514",
        title_en="another run is writing",
        title_de="ein anderer Lauf schreibt gerade",
        why_en="Only one run may write at a time: two draws at once could assign the same contact twice.",
        why_de="Es darf immer nur ein Lauf schreiben: Zwei Ziehungen zugleich könnten denselben Kontakt doppelt "
        "zuteilen.",
        fix_en="Wait until it is done and run this again.",
        fix_de="Warten Sie, bis er fertig ist, und starten Sie erneut.",
    ),
    Entry(
        code="UP515",
        title_en="a place that can't be written",
        title_de="Ablageort ist nicht beschreibbar",
        why_en="State, results and lists are written to the project's folder.",
        why_de="Zustand, Ergebnisse und Listen werden in den Ordner des Projekts geschrieben.",
        fix_en="Free space on the volume, or give this user the right to write there.",
        fix_de="Schaffen Sie Platz auf dem Laufwerk, oder geben Sie diesem Benutzer Schreibrechte.",
    ),
    Entry(
        code="UP516",
        title_en="a damaged catalog",
        title_de="beschädigter Katalog",
        why_en="The catalog says which ledger files count. Without it nobody can tell who was assigned.",
        why_de="Der Katalog sagt, welche Registerdateien gelten. Ohne ihn lässt sich nicht sagen, wer zugeteilt ist.",
        fix_en="Restore the state directory from a backup.",
        fix_de="Stellen Sie das Zustandsverzeichnis aus einer Sicherung wieder her.",
    ),
    Entry(
        code="UP517",
        title_en="state of a newer version",
        title_de="Zustand einer neueren Version",
        why_en="A newer uplift has written this state; an older one could damage it.",
        why_de="Ein neueres uplift hat diesen Zustand geschrieben; ein älteres könnte ihn beschädigen.",
        fix_en="Install the newer version.",
        fix_de="Installieren Sie die neuere Version.",
    ),
    Entry(
        code="UP518",
        title_en="a ledger file that was changed or is missing",
        title_de="veränderte oder fehlende Registerdatei",
        why_en="Ledger files are never changed after they were written. What the catalog names must be there, bit "
        "by bit.",
        why_de="Registerdateien werden nach dem Schreiben nie geändert. Was der Katalog nennt, muss Bit für Bit da "
        "sein.",
        fix_en="Restore the file from a backup.",
        fix_de="Stellen Sie die Datei aus einer Sicherung wieder her.",
    ),
    Entry(
        code="UP519",
        title_en="a place that can't hold state",
        title_de="ungeeigneter Ort für den Zustand",
        why_en="On network drives the locks of SQLite fail silently, and two writers can destroy the catalog.",
        why_de="Auf Netzlaufwerken versagen die Sperren von SQLite, ohne es zu melden, und zwei Schreiber können den "
        "Katalog zerstören.",
        fix_en="Name a directory on a local disk in project.yml.",
        fix_de="Nennen Sie in project.yml ein Verzeichnis auf einer lokalen Platte.",
    ),
)
