"""Finding codes UP520–UP599: files and their contents, snippets, contact ids, sources and the engine."""

from uplift.words.codes.entry import Entry

DATA: tuple[Entry, ...] = (
    Entry(
        code="UP520",
        title_en="a file that is not there or can't be read",
        title_de="Datei fehlt oder ist nicht lesbar",
        why_en="A source names a file that does not exist, can't be opened or is neither CSV nor Parquet.",
        why_de="Eine Quelle nennt eine Datei, die es nicht gibt, die sich nicht öffnen lässt oder die weder CSV "
        "noch Parquet ist.",
        fix_en="Correct the path (relative to project.yml) or export the data as CSV or Parquet.",
        fix_de="Berichtigen Sie den Pfad (von project.yml aus) oder exportieren Sie die Daten als CSV oder Parquet.",
    ),
    Entry(
        code="UP521",
        title_en="characters that can't be decoded",
        title_de="Zeichen, die sich nicht lesen lassen",
        why_en="The bytes of the file fit no encoding that was declared or detected. Reading on would turn "
        "names and ids into other ones.",
        why_de="Die Bytes der Datei passen zu keiner angegebenen oder erkannten Zeichenkodierung. Weiterzulesen "
        "würde Namen und Kennungen verändern.",
        fix_en="Export the file as UTF-8, or declare its encoding: csv: {encoding: cp1252}.",
        fix_de="Exportieren Sie die Datei als UTF-8 oder geben Sie die Kodierung an: csv: {encoding: cp1252}.",
    ),
    Entry(
        code="UP522",
        title_en="a file without rows",
        title_de="Datei ohne Zeilen",
        why_en="The file is empty or holds nothing but its header. An export that failed looks like a shop "
        "without orders.",
        why_de="Die Datei ist leer oder enthält nur die Kopfzeile. Ein misslungener Export sieht aus wie ein "
        "Shop ohne Bestellungen.",
        fix_en="Export it again; delete the source if it is not needed.",
        fix_de="Exportieren Sie die Datei neu oder entfernen Sie die Quelle.",
    ),
    Entry(
        code="UP523",
        title_en="a header that names a column twice",
        title_de="Spaltenname doppelt vergeben",
        why_en="Two columns have the same name, or names that differ only in capitals. It would be chance which "
        "one is read.",
        why_de="Zwei Spalten heißen gleich oder unterscheiden sich nur in Groß- und Kleinschreibung. Es wäre "
        "Zufall, welche gelesen wird.",
        fix_en="Rename one of them in the export.",
        fix_de="Benennen Sie eine der beiden im Export um.",
    ),
    Entry(
        code="UP524",
        title_en="a row with too few or too many fields",
        title_de="Zeile mit zu wenigen oder zu vielen Feldern",
        why_en="The row does not fit the header, so its values would stand in the wrong columns.",
        why_de="Die Zeile passt nicht zur Kopfzeile; ihre Werte stünden in falschen Spalten.",
        fix_en="Repair the row, or put values that hold the delimiter in quotes.",
        fix_de="Reparieren Sie die Zeile oder setzen Sie Werte mit Trennzeichen in Anführungszeichen.",
    ),
    Entry(
        code="UP525",
        title_en="a quote that is not closed",
        title_de="Anführungszeichen nicht geschlossen",
        why_en="After an open quote everything up to the next one counts as one value: rows are swallowed "
        "without a trace.",
        why_de="Nach einem offenen Anführungszeichen gilt alles bis zum nächsten als ein Wert: Zeilen "
        "verschwinden spurlos.",
        fix_en="Close the quote, or double it inside a quoted value.",
        fix_de="Schließen Sie das Anführungszeichen oder verdoppeln Sie es innerhalb eines Wertes.",
    ),
    Entry(
        code="UP526",
        title_en="a delimiter or quote mark of several characters",
        title_de="Trennzeichen aus mehreren Zeichen",
        why_en="Delimiter and quote mark are one character each.",
        why_de="Trennzeichen und Anführungszeichen sind je ein einziges Zeichen.",
        fix_en='Write one of ; , | or tab, and " as the quote mark.',
        fix_de='Schreiben Sie eines von ; , | oder tab, als Anführungszeichen ".',
    ),
    Entry(
        code="UP527",
        title_en="a column that the source does not have",
        title_de="Spalte fehlt in der Quelle",
        why_en="The project or the experiment names a column that is not in the file.",
        why_de="Projekt oder Experiment nennen eine Spalte, die es in der Datei nicht gibt.",
        fix_en="Correct the name; capitals count.",
        fix_de="Berichtigen Sie den Namen; Groß- und Kleinschreibung zählt.",
    ),
    Entry(
        code="UP528",
        title_en="a value that does not fit its column",
        title_de="Wert passt nicht zur Spalte",
        why_en="A number, date or yes/no is needed and the file holds something else. Nothing is skipped "
        "silently: every row counts in an experiment.",
        why_de="Gebraucht wird eine Zahl, ein Datum oder ja/nein, in der Datei steht etwas anderes. Nichts wird "
        "stillschweigend übergangen: In einem Experiment zählt jede Zeile.",
        fix_en="Correct or empty the value, or declare the column's type.",
        fix_de="Berichtigen oder leeren Sie den Wert oder geben Sie den Typ der Spalte an.",
    ),
    Entry(
        code="UP529",
        title_en="a decimal mark that can't be told",
        title_de="Dezimaltrennzeichen nicht eindeutig",
        why_en="All numbers of the file can be read in two ways: 1.234 may be one thousand or one point two.",
        why_de="Alle Zahlen der Datei lassen sich auf zwei Arten lesen: 1.234 kann tausend oder eins Komma zwei sein.",
        fix_en='Declare the mark of the source: csv: {decimal: ","}.',
        fix_de='Geben Sie das Dezimaltrennzeichen der Quelle an: csv: {decimal: ","}.',
    ),
    Entry(
        code="UP530",
        title_en="dates that can be read in two ways",
        title_de="Datumsangaben nicht eindeutig",
        why_en="Every date of the column is valid with the day first and with the month first: 03/04/2026.",
        why_de="Jedes Datum der Spalte ist mit Tag oder Monat an erster Stelle gültig: 03/04/2026.",
        fix_en="Declare the format: columns: {ordered_at: {type: date, format: '%d/%m/%Y'}}.",
        fix_de="Geben Sie das Format an: columns: {ordered_at: {type: date, format: '%d/%m/%Y'}}.",
    ),
    Entry(
        code="UP531",
        title_en="times with and without a time zone",
        title_de="Zeiten mit und ohne Zeitzone",
        why_en="Some times of the column name their zone and some do not. A local day can't be told for both alike.",
        why_de="Manche Zeiten der Spalte nennen ihre Zeitzone, andere nicht. Der lokale Tag ist so nicht für "
        "alle gleich bestimmbar.",
        fix_en="Export all times with their zone, or none.",
        fix_de="Exportieren Sie alle Zeiten mit Zeitzone oder alle ohne.",
    ),
    Entry(
        code="UP532",
        title_en="more decimals than declared",
        title_de="Mehr Nachkommastellen als angegeben",
        why_en="Amounts are counted in whole units of their last decimal (cents), so that sums are exact. A "
        "value does not fit.",
        why_de="Beträge werden in ganzen Einheiten der letzten Nachkommastelle (Cent) gezählt, damit Summen "
        "genau sind. Ein Wert passt nicht.",
        fix_en="Declare the decimals of the column, or store amounts as DECIMAL.",
        fix_de="Geben Sie die Nachkommastellen der Spalte an oder speichern Sie Beträge als DECIMAL.",
    ),
    Entry(
        code="UP533",
        title_en="a number with too many digits",
        title_de="Zahl mit zu vielen Stellen",
        why_en="The number has more than 18 digits. It is probably an id, which is read as text.",
        why_de="Die Zahl hat mehr als 18 Stellen. Vermutlich ist sie eine Kennung, die als Text gelesen wird.",
        fix_en="Declare type: string for ids; correct amounts.",
        fix_de="Geben Sie für Kennungen type: string an; berichtigen Sie Beträge.",
    ),
    Entry(
        code="UP534",
        title_en="a missing value",
        title_de="Fehlender Wert",
        why_en="An empty amount may mean zero or unknown. Which one decides the result, so the YAML has to say it.",
        why_de="Ein leerer Betrag kann null oder unbekannt heißen. Davon hängt das Ergebnis ab, also muss es im "
        "YAML stehen.",
        fix_en="Write value: coalesce(amount, 0), or where: amount is not null; in a wide file write the 0 itself.",
        fix_de="Schreiben Sie value: coalesce(amount, 0) oder where: amount is not null; in einer breiten Datei "
        "die 0 selbst.",
    ),
    Entry(
        code="UP535",
        title_en="a yes/no column with other values than 0 and 1",
        title_de="Ja/Nein-Spalte mit anderen Werten als 0 und 1",
        why_en="A proportion counts contacts, so its column is 0 or 1. A 2 is perhaps a number of orders.",
        why_de="Ein Anteil zählt Kontakte, seine Spalte ist also 0 oder 1. Eine 2 ist vielleicht eine Anzahl "
        "von Bestellungen.",
        fix_en="Export a column of 0 and 1, or use kind: count.",
        fix_de="Exportieren Sie eine Spalte aus 0 und 1 oder verwenden Sie kind: count.",
    ),
    Entry(
        code="UP536",
        title_en="a column that is stored as another type",
        title_de="Spalte hat einen anderen Typ",
        why_en="The column can't serve as what the metric or the filter needs.",
        why_de="Die Spalte taugt nicht für das, was Metrik oder Filter brauchen.",
        fix_en="Store it as the needed type, or use another column.",
        fix_de="Speichern Sie sie im nötigen Typ oder verwenden Sie eine andere Spalte.",
    ),
    Entry(
        code="UP537",
        title_en="how a file was read",
        title_de="So wurde die Datei gelesen",
        why_en="Delimiter, encoding, decimal mark or date format were not declared but detected.",
        why_de="Trennzeichen, Kodierung, Dezimaltrennzeichen oder Datumsformat waren nicht angegeben und wurden "
        "erkannt.",
        fix_en="Nothing, if it is right; declare it under csv: or columns: to be sure.",
        fix_de="Nichts, wenn es stimmt; sicher ist die Angabe unter csv: oder columns:.",
    ),
    Entry(
        code="UP538",
        title_en="a file in the Windows encoding",
        title_de="Datei in Windows-Kodierung",
        why_en="The file is not UTF-8. It was read as cp1252, the usual encoding of Western European Windows programs.",
        why_de="Die Datei ist nicht UTF-8. Sie wurde als cp1252 gelesen, die übliche Kodierung westeuropäischer "
        "Windows-Programme.",
        fix_en="Declare it: csv: {encoding: cp1252}.",
        fix_de="Geben Sie sie an: csv: {encoding: cp1252}.",
    ),
    Entry(
        code="UP539",
        title_en="more lines than rows",
        title_de="Mehr Textzeilen als Datenzeilen",
        why_en="Blank lines or line breaks inside quoted values explain it; so would a quote left open by mistake.",
        why_de="Leerzeilen oder Zeilenumbrüche in Werten erklären es, ein versehentlich offenes "
        "Anführungszeichen auch.",
        fix_en="Compare the number of rows with the export.",
        fix_de="Vergleichen Sie die Zahl der Zeilen mit dem Export.",
    ),
    Entry(
        code="UP540",
        title_en="an expression that can't be read",
        title_de="Ausdruck nicht lesbar",
        why_en="The condition or value is not a valid SQL expression.",
        why_de="Bedingung oder Wert ist kein gültiger SQL-Ausdruck.",
        fix_en="Write it as in a SQL WHERE clause: not is_cancelled and net_amount > 0.",
        fix_de="Schreiben Sie ihn wie in einer SQL-WHERE-Klausel: not is_cancelled and net_amount > 0.",
    ),
    Entry(
        code="UP541",
        title_en="an expression over an unknown column",
        title_de="Ausdruck mit unbekannter Spalte",
        why_en="The expression names a column that its source does not have.",
        why_de="Der Ausdruck nennt eine Spalte, die seine Quelle nicht hat.",
        fix_en="Correct the name; an expression sees only the columns of its own source.",
        fix_de="Berichtigen Sie den Namen; ein Ausdruck sieht nur die Spalten seiner eigenen Quelle.",
    ),
    Entry(
        code="UP542",
        title_en="an expression that is not allowed",
        title_de="Ausdruck nicht erlaubt",
        why_en="Only what gives the same value on every database is allowed, and nothing that could write or "
        "read elsewhere.",
        why_de="Erlaubt ist nur, was auf jeder Datenbank denselben Wert ergibt, und nichts, was anderswo liest "
        "oder schreibt.",
        fix_en="Use columns, numbers, texts, + - *, comparisons, and/or/not, in, between, like, case, coalesce, "
        "least, greatest.",
        fix_de="Verwenden Sie Spalten, Zahlen, Texte, + - *, Vergleiche, and/or/not, in, between, like, case, "
        "coalesce, least, greatest.",
    ),
    Entry(
        code="UP543",
        title_en="an expression with another value on every run",
        title_de="Ausdruck mit wechselndem Wert",
        why_en="Today's date or a random number would change the result of the same data.",
        why_de="Das heutige Datum oder eine Zufallszahl würde das Ergebnis derselben Daten ändern.",
        fix_en="Write the value itself, e.g. date '2026-01-31'.",
        fix_de="Schreiben Sie den Wert selbst, etwa date '2026-01-31'.",
    ),
    Entry(
        code="UP544",
        title_en="types that do not go together",
        title_de="Typen passen nicht zusammen",
        why_en="Text is compared with a number, a date with a text, or it is not known what a column holds.",
        why_de="Text wird mit einer Zahl verglichen, ein Datum mit einem Text, oder der Inhalt einer Spalte ist "
        "unbekannt.",
        fix_en="Compare like with like, or declare the column's type in the source.",
        fix_de="Vergleichen Sie Gleiches mit Gleichem oder geben Sie den Typ der Spalte in der Quelle an.",
    ),
    Entry(
        code="UP550",
        title_en="contacts without an id",
        title_de="Kontakte ohne Kennung",
        why_en="Without an id a contact gets no arm, or all of them would share one.",
        why_de="Ohne Kennung bekommt ein Kontakt keine Gruppe, oder alle teilen sich eine.",
        fix_en="Fill the ids in the source, or filter them out.",
        fix_de="Ergänzen Sie die Kennungen in der Quelle oder filtern Sie diese Kontakte heraus.",
    ),
    Entry(
        code="UP551",
        title_en="ids that stand in several rows",
        title_de="Kennungen in mehreren Zeilen",
        why_en="The audience has one row per contact. Twins would be counted twice.",
        why_de="Die Zielgruppe hat eine Zeile je Kontakt. Doppelte würden zweimal gezählt.",
        fix_en="Deduplicate the source.",
        fix_de="Entfernen Sie doppelte Zeilen aus der Quelle.",
    ),
    Entry(
        code="UP552",
        title_en="ids stored as decimals or floats",
        title_de="Kennungen als Dezimal- oder Gleitkommazahl",
        why_en="Such numbers are written in different ways by different programs (12300000.0, 1.23E7), so the "
        "same contact would get different arms.",
        why_de="Solche Zahlen schreibt jedes Programm anders (12300000.0, 1.23E7), sodass derselbe Kontakt "
        "verschiedene Gruppen bekäme.",
        fix_en="Store ids as BIGINT or text.",
        fix_de="Speichern Sie Kennungen als BIGINT oder Text.",
    ),
    Entry(
        code="UP553",
        title_en="ids with blanks around them",
        title_de="Kennungen mit Leerzeichen",
        why_en="« 1» and «1» are hashed as two contacts.",
        why_de="« 1» und «1» werden als zwei Kontakte gehasht.",
        fix_en="Trim the ids in the source.",
        fix_de="Entfernen Sie die Leerzeichen in der Quelle.",
    ),
    Entry(
        code="UP554",
        title_en="ids that are no integers",
        title_de="Kennungen, die keine ganzen Zahlen sind",
        why_en="unit.type is integer, and some ids are not. A mixed column is usually two kinds of contacts.",
        why_de="unit.type ist integer, einige Kennungen sind es nicht. Eine gemischte Spalte enthält meist zwei "
        "Arten von Kontakten.",
        fix_en="Write type: string, or repair the ids.",
        fix_de="Schreiben Sie type: string oder berichtigen Sie die Kennungen.",
    ),
    Entry(
        code="UP555",
        title_en="ids with leading zeros",
        title_de="Kennungen mit führenden Nullen",
        why_en="As integers 00123 and 123 are the same contact, as text they are two.",
        why_de="Als ganze Zahl sind 00123 und 123 derselbe Kontakt, als Text sind es zwei.",
        fix_en="Write type: string if the zeros matter; else write all ids without them.",
        fix_de="Schreiben Sie type: string, wenn die Nullen zählen; sonst alle Kennungen ohne Nullen.",
    ),
    Entry(
        code="UP556",
        title_en="ids with letters composed of two characters",
        title_de="Kennungen mit zusammengesetzten Zeichen",
        why_en="An é made of e and an accent looks like the single é and hashes differently.",
        why_de="Ein é aus e und Akzent sieht aus wie das einzelne é und wird anders gehasht.",
        fix_en="Normalise the ids to NFC where they are made; nothing is changed here.",
        fix_de="Vereinheitlichen Sie die Kennungen auf NFC, wo sie entstehen; hier wird nichts geändert.",
    ),
    Entry(
        code="UP564",
        title_en="rows that belong to nobody",
        title_de="Zeilen, die niemandem gehören",
        why_en="Rows without a contact id or a time (guest orders, for instance) count in no arm.",
        why_de="Zeilen ohne Kontaktkennung oder Zeitpunkt (etwa Gastbestellungen) zählen in keiner Gruppe.",
        fix_en="Nothing, if that is right; else complete the export.",
        fix_de="Nichts, wenn das stimmt; sonst ergänzen Sie den Export.",
    ),
    Entry(
        code="UP565",
        title_en="a source in which no contact appears",
        title_de="Quelle, in der kein Kontakt vorkommt",
        why_en="No row falls into a window of an assigned contact. Usually the ids are written differently, or "
        "the file ends too early.",
        why_de="Keine Zeile fällt in das Zeitfenster eines zugeteilten Kontakts. Meist sind Kennungen anders "
        "geschrieben, oder die Datei endet zu früh.",
        fix_en="Compare ids and dates of both files.",
        fix_de="Vergleichen Sie Kennungen und Datumsangaben beider Dateien.",
    ),
    Entry(
        code="UP566",
        title_en="a contact with several rows in a contact source",
        title_de="Kontakt mit mehreren Zeilen",
        why_en="A wide file has one row per contact; it is not clear which one counts.",
        why_de="Eine breite Datei hat eine Zeile je Kontakt; unklar ist, welche zählt.",
        fix_en="Deduplicate the file.",
        fix_de="Entfernen Sie doppelte Zeilen.",
    ),
    Entry(
        code="UP567",
        title_en="assigned contacts that a source does not know",
        title_de="Zugeteilte Kontakte fehlen in der Quelle",
        why_en="Their value is unknown, so the metric leaves them out. If one arm misses more than the other, "
        "the comparison is biased.",
        why_de="Ihr Wert ist unbekannt, die Metrik lässt sie aus. Fehlen in einer Gruppe mehr als in der "
        "anderen, ist der Vergleich verzerrt.",
        fix_en="Export all assigned contacts.",
        fix_de="Exportieren Sie alle zugeteilten Kontakte.",
    ),
    Entry(
        code="UP570",
        title_en="a connection that can't be read",
        title_de="Verbindung, die nicht gelesen werden kann",
        why_en="Tables and queries are read from PostgreSQL, Spark and DuckDB files; the address names "
        "something else, or the package for it is not installed.",
        why_de="Tabellen und Abfragen werden aus PostgreSQL, Spark und DuckDB-Dateien gelesen; die Adresse "
        "nennt etwas anderes, oder das Paket dafür ist nicht installiert.",
        fix_en="Install the extra that the message names, or export the table to Parquet or CSV.",
        fix_de="Installieren Sie das genannte Extra oder exportieren Sie die Tabelle als Parquet oder CSV.",
    ),
    Entry(
        code="UP571",
        title_en="observed assignment without a column",
        title_de="Beobachtete Zuteilung ohne Spalte",
        why_en="Another system has split the contacts; the column that holds the arm is not named.",
        why_de="Ein anderes System hat die Kontakte aufgeteilt; die Spalte mit der Gruppe ist nicht genannt.",
        fix_en="Write assignment: {method: observed, column: segment}.",
        fix_de="Schreiben Sie assignment: {method: observed, column: segment}.",
    ),
    Entry(
        code="UP572",
        title_en="a connection without an address",
        title_de="Verbindung ohne Adresse",
        why_en="The address of a database holds a password, so it stands in an environment variable or a "
        "keyring, never in a file of the project.",
        why_de="Die Adresse einer Datenbank enthält ein Passwort; sie steht daher in einer Umgebungsvariablen "
        "oder im Schlüsselbund, nie in einer Datei des Projekts.",
        fix_en="Set the variable that the message names where uplift runs.",
        fix_de="Setzen Sie die genannte Variable dort, wo uplift läuft.",
    ),
    Entry(
        code="UP573",
        title_en="a database that can't be reached",
        title_de="Datenbank nicht erreichbar",
        why_en="Nobody answers at the address, or the login is refused. The address itself is not shown: it "
        "holds a password.",
        why_de="Unter der Adresse antwortet niemand, oder die Anmeldung wird abgelehnt. Die Adresse selbst "
        "wird nicht gezeigt: Sie enthält ein Passwort.",
        fix_en="Try the same address with the database's own tool from the same machine.",
        fix_de="Versuchen Sie dieselbe Adresse mit dem Werkzeug der Datenbank auf demselben Rechner.",
    ),
    Entry(
        code="UP574",
        title_en="nobody in any arm",
        title_de="Niemand in einer Gruppe",
        why_en="No contact of the ledger or the file is in an arm of this experiment.",
        why_de="Kein Kontakt des Ledgers oder der Datei gehört zu einer Gruppe dieses Experiments.",
        fix_en="Compare the values of the arm column with arms.<name>.observed, and look at the filter.",
        fix_de="Vergleichen Sie die Werte der Spalte mit arms.<name>.observed und prüfen Sie den Filter.",
    ),
    Entry(
        code="UP575",
        title_en="contacts without an entry date",
        title_de="Kontakte ohne Eintrittsdatum",
        why_en="With observed assignment the entry date is the first day of the window.",
        why_de="Bei beobachteter Zuteilung ist das Eintrittsdatum der erste Tag des Zeitfensters.",
        fix_en="Fill it in the source, or filter the contacts out.",
        fix_de="Ergänzen Sie es in der Quelle oder filtern Sie die Kontakte heraus.",
    ),
    Entry(
        code="UP576",
        title_en="an unknown table",
        title_de="Unbekannte Tabelle",
        why_en="The database has no table of this name, or this role may not see it.",
        why_de="Die Datenbank kennt keine Tabelle dieses Namens, oder diese Rolle darf sie nicht sehen.",
        fix_en="Correct the name: schema.table, letters large and small as the database has them.",
        fix_de="Berichtigen Sie den Namen: schema.tabelle, Groß- und Kleinschreibung wie in der Datenbank.",
    ),
    Entry(
        code="UP577",
        title_en="a statement that the database refuses",
        title_de="Datenbank lehnt die Abfrage ab",
        why_en="A column is unknown, a right is missing, or the query of the source is wrong.",
        why_de="Eine Spalte ist unbekannt, ein Recht fehlt, oder die Abfrage der Quelle ist falsch.",
        fix_en="Run the query in the database's own tool, with the same role.",
        fix_de="Führen Sie die Abfrage im Werkzeug der Datenbank mit derselben Rolle aus.",
    ),
    Entry(
        code="UP578",
        title_en="a query that is more than a question",
        title_de="Abfrage, die mehr ist als eine Frage",
        why_en="The query of a source is one SELECT that changes nothing: it runs every time somebody measures.",
        why_de="Die Abfrage einer Quelle ist ein einziges SELECT, das nichts ändert: Sie läuft bei jeder Messung.",
        fix_en="Write select … from …; put everything else into a view of the database.",
        fix_de="Schreiben Sie select … from …; alles andere gehört in eine Sicht der Datenbank.",
    ),
    Entry(
        code="UP579",
        title_en="a condition that engines read in different ways",
        title_de="Bedingung, die jede Datenbank anders liest",
        why_en="Outside of the letters a to z, what is a capital of what differs between databases, so ilike "
        "would count other rows on each.",
        why_de="Außerhalb von a bis z ist je Datenbank anders geregelt, was Groß- und was Kleinbuchstabe ist; "
        "ilike zählte überall andere Zeilen.",
        fix_en="Compare with like, = or in, or read the source from a file.",
        fix_de="Vergleichen Sie mit like, = oder in, oder lesen Sie die Quelle aus einer Datei.",
    ),
    Entry(
        code="UP580",
        title_en="not enough memory",
        title_de="Arbeitsspeicher reicht nicht",
        why_en="The engine reached its memory limit even with files on disk.",
        why_de="Die Rechenmaschine hat ihre Speichergrenze erreicht, auch mit Auslagerung auf die Platte.",
        fix_en="Raise engine.memory_limit in project.yml, lower engine.threads, or close other programs.",
        fix_de="Erhöhen Sie engine.memory_limit in project.yml, senken Sie engine.threads, oder schließen Sie andere "
        "Programme.",
    ),
    Entry(
        code="UP581",
        title_en="a file can't be read or written",
        title_de="Lesen oder Schreiben misslungen",
        why_en="The disk is full, a permission is missing or a file is damaged.",
        why_de="Die Platte ist voll, ein Recht fehlt oder eine Datei ist beschädigt.",
        fix_en="Check free space and permissions; nothing half-written is kept.",
        fix_de="Prüfen Sie Speicherplatz und Rechte; halb Geschriebenes bleibt nicht zurück.",
    ),
    Entry(
        code="UP582",
        title_en="interrupted",
        title_de="Abgebrochen",
        why_en="The run was stopped from outside.",
        why_de="Der Lauf wurde von außen beendet.",
        fix_en="Start it again; nothing half-done was kept.",
        fix_de="Starten Sie ihn erneut; halb Fertiges bleibt nicht zurück.",
    ),
    Entry(
        code="UP583",
        title_en="a number that does not fit",
        title_de="Zahl zu groß",
        why_en="A value, a sum or the square of a value has more digits than any engine holds exactly. It was "
        "detected; nothing was rounded or wrapped.",
        why_de="Ein Wert, eine Summe oder ein Quadrat hat mehr Stellen, als eine Datenbank genau fasst. Das "
        "wurde erkannt; nichts wurde gerundet.",
        fix_en="Declare fewer decimals, or cap extreme contacts: winsorise: {upper: 99.9%}.",
        fix_de="Geben Sie weniger Nachkommastellen an oder kappen Sie extreme Kontakte: winsorise: {upper: 99.9%}.",
    ),
    Entry(
        code="UP584",
        title_en="no third and fourth powers",
        title_de="Keine dritten und vierten Potenzen",
        why_en="They would not fit into 38 digits, so the interval can't take the skewness of the values into account.",
        why_de="Sie passten nicht in 38 Stellen; das Intervall kann die Schiefe der Werte daher nicht berücksichtigen.",
        fix_en="Declare fewer decimals, or cap extreme contacts.",
        fix_de="Geben Sie weniger Nachkommastellen an oder kappen Sie extreme Kontakte.",
    ),
    Entry(
        code="UP585",
        title_en="a cap that would remove everything",
        title_de="Kappung, die alles entfernte",
        why_en="So few contacts have a value that the quantile is zero. The metric was left uncapped.",
        why_de="So wenige Kontakte haben einen Wert, dass das Quantil null ist. Die Metrik blieb ungekappt.",
        fix_en="Raise winsorise.upper, or leave it out.",
        fix_de="Erhöhen Sie winsorise.upper oder lassen Sie es weg.",
    ),
    Entry(
        code="UP586",
        title_en="a metric that is not measured yet",
        title_de="Metrik wird noch nicht gemessen",
        why_en="Quantile metrics are read and checked, but not yet measured.",
        why_de="Quantil-Metriken werden gelesen und geprüft, aber noch nicht gemessen.",
        fix_en="Use a proportion, mean, count or ratio until then.",
        fix_de="Verwenden Sie so lange Anteil, Mittelwert, Anzahl oder Verhältnis.",
    ),
    Entry(
        code="UP587",
        title_en="the disk is full",
        title_de="Platte voll",
        why_en="What does not fit into memory is kept on disk while a query runs, and there is no room left.",
        why_de="Was nicht in den Arbeitsspeicher passt, liegt während einer Abfrage auf der Platte; dort fehlt Platz.",
        fix_en="Free some space, or name a folder on a larger disk: engine.temp_directory in project.yml.",
        fix_de="Schaffen Sie Platz, oder nennen Sie einen Ordner auf einer größeren Platte: engine.temp_directory in "
        "project.yml.",
    ),
    Entry(
        code="UP588",
        title_en="a segment column with too many values",
        title_de="Segmentspalte mit zu vielen Werten",
        why_en="Groups of a few contacts say nothing about the effect, and the more groups there are, the more of them "
        "look special by chance.",
        why_de="Gruppen aus wenigen Kontakten sagen nichts über die Wirkung, und je mehr Gruppen es gibt, desto mehr "
        "davon wirken zufällig auffällig.",
        fix_en="Name a column with few values, such as a band or a country.",
        fix_de="Nennen Sie eine Spalte mit wenigen Werten, etwa eine Klasse oder ein Land.",
    ),
    Entry(
        code="UP589",
        title_en="a table that can't be used as a source",
        title_de="Tabelle, die keine Quelle sein kann",
        why_en="A program gave a table for a source that the project does not have, or something that is no table.",
        why_de="Ein Programm hat eine Tabelle für eine Quelle übergeben, die das Projekt nicht kennt, oder etwas, das "
        "keine Tabelle ist.",
        fix_en="Use a name under sources in project.yml, and a pandas, polars, Arrow, Ibis or DuckDB table or a file.",
        fix_de="Verwenden Sie einen Namen unter sources in project.yml und eine Tabelle von pandas, polars, Arrow, "
        "Ibis oder DuckDB oder eine Datei.",
    ),
    Entry(
        code="UP590",
        title_en="a list of merged contacts that contradicts itself",
        title_de="Liste zusammengeführter Kontakte widerspricht sich",
        why_en="An id was merged into two different ones, or in a circle. Whose orders it brings, and which arm it "
        "has, can't be told.",
        why_de="Eine Kennung wurde in zwei verschiedene überführt oder im Kreis. Wem ihre Bestellungen gehören und "
        "welche Gruppe sie hat, lässt sich nicht sagen.",
        fix_en="Export one row per id that is gone, with the id that it ended in.",
        fix_de="Exportieren Sie je verschwundener Kennung eine Zeile mit der Kennung, in der sie aufgegangen ist.",
    ),
    Entry(
        code="UP591",
        title_en="a covariate from after the assignment",
        title_de="Kovariate von nach der Zuteilung",
        why_en="The source dates its rows, and some are from the day of assignment or later. What the treatment may "
        "have moved already takes the effect away together with the noise.",
        why_de="Die Quelle datiert ihre Zeilen, und manche stammen vom Tag der Zuteilung oder später. Was die Maßnahme "
        "schon bewegt haben kann, nimmt mit dem Rauschen auch die Wirkung weg.",
        fix_en="Export the contacts as they were on the day before the assignment.",
        fix_de="Exportieren Sie die Kontakte mit dem Stand vom Tag vor der Zuteilung.",
    ),
)
