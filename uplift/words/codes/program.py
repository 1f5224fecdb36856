"""Finding codes of the program itself; see `uplift.words.codes`."""

from uplift.words.codes.entry import Entry

PROGRAM: tuple[Entry, ...] = (
    Entry(
        "UP901",
        "Result file can't be read",
        "Ergebnisdatei ist nicht lesbar",
        "A report is drawn from a result.json of a version that this program knows.",
        "Ein Bericht entsteht aus einer result.json in einer Fassung, die dieses Programm kennt.",
        "Run `uplift analyze EXPERIMENT` again.",
        "`uplift analyze EXPERIMENT` noch einmal ausführen.",
    ),
    Entry(
        "UP902",
        "Experiment not found",
        "Experiment nicht gefunden",
        "A command takes the id of an experiment or the path of its YAML file.",
        "Ein Befehl erwartet die Kennung eines Experiments oder den Pfad seiner YAML-Datei.",
        "Check the spelling, or run the command in the project's folder.",
        "Schreibweise prüfen oder den Befehl im Ordner des Projekts aufrufen.",
    ),
    Entry(
        "UP903",
        "File or folder can't be written",
        "Datei oder Ordner lässt sich nicht schreiben",
        "Something is in the way: a missing permission, a full disk, a folder that already has other files.",
        "Etwas steht im Weg: fehlende Rechte, ein voller Datenträger, ein Ordner mit anderen Dateien.",
        "Choose another folder or mend the permission; nothing was left half-written.",
        "Einen anderen Ordner wählen oder die Rechte anpassen; es blieb nichts halb Geschriebenes zurück.",
    ),
    Entry(
        "UP904",
        "No contacts are assigned yet",
        "Noch keine Kontakte zugeteilt",
        "An analysis reads the ledger; nobody is in it for this experiment.",
        "Die Auswertung liest das Zuteilungsregister; für dieses Experiment steht dort niemand.",
        "Run `uplift assign EXPERIMENT` first, or declare `assignment: {method: observed}`.",
        "Zuerst `uplift assign EXPERIMENT` ausführen oder `assignment: {method: observed}` angeben.",
    ),
    Entry(
        "UP905",
        "Interrupted",
        "Abgebrochen",
        "The run was stopped by Ctrl-C; files are written whole or not at all.",
        "Der Lauf wurde mit Strg-C beendet; Dateien werden ganz oder gar nicht geschrieben.",
        "Run the same command again.",
        "Denselben Befehl noch einmal ausführen.",
    ),
    Entry(
        "UP906",
        "The operating system refused",
        "Das Betriebssystem hat abgelehnt",
        "A file could not be opened, read or written: a missing permission, a full disk, something in the way.",
        "Eine Datei ließ sich nicht öffnen, lesen oder schreiben: fehlende Rechte, ein voller Datenträger, etwas im "
        "Weg.",
        "Mend what the message names and run the command again; files are written whole or not at all.",
        "Beheben, was die Meldung nennt, und den Befehl wiederholen; Dateien werden ganz oder gar nicht geschrieben.",
    ),
    Entry(
        "UP907",
        "The day lies ahead",
        "Der Tag liegt in der Zukunft",
        "An analysis takes every day before `--as-of` for over. Days that are still to come hold no orders yet, so the "
        "numbers of all arms are too small.",
        "Eine Auswertung hält jeden Tag vor `--as-of` für vergangen. Künftige Tage haben noch keine Bestellungen; die "
        "Zahlen aller Gruppen sind dann zu klein.",
        "Leave `--as-of` out, or give today or an earlier day.",
        "`--as-of` weglassen oder heute oder einen früheren Tag angeben.",
    ),
    Entry(
        "UP908",
        "A template can't be used",
        "Eine Vorlage ist nicht zu gebrauchen",
        "A folder of own templates replaces those of the report file by file. One that can't be read, or names what "
        "does not exist, gives no report.",
        "Ein Ordner mit eigenen Vorlagen ersetzt die des Berichts Datei für Datei. Eine, die sich nicht lesen lässt "
        "oder etwas nennt, das es nicht gibt, ergibt keinen Bericht.",
        "Mend the template at the place that the message names, or take it out of the folder: ours is used then.",
        "Die Vorlage an der genannten Stelle berichtigen oder aus dem Ordner nehmen: Dann gilt unsere.",
    ),
)
