"""Finding codes UP700–UP749: the data, learners and evaluation of targeting, and what its gate says."""

from uplift.words.codes.entry import Entry

TARGETING: tuple[Entry, ...] = (
    Entry(
        code="UP701",
        title_en="scores that rank nobody",
        title_de="Punktwerte, die niemanden ordnen",
        why_en="A ranking needs a finite score for every contact. A missing one would silently become the first or the "
        "last place.",
        why_de="Eine Rangfolge braucht für jeden Kontakt einen endlichen Wert. Ein fehlender würde stillschweigend zum "
        "ersten oder zum letzten Platz.",
        fix_en="Give every contact a score, or leave it out in all arms alike.",
        fix_de="Geben Sie jedem Kontakt einen Wert, oder lassen Sie ihn in allen Armen gleichermaßen weg.",
    ),
    Entry(
        code="UP702",
        title_en="too few contacts for a standard error",
        title_de="zu wenige Kontakte für einen Standardfehler",
        why_en="Spread can't be seen in one contact or one cluster.",
        why_de="An einem einzigen Kontakt oder Haushalt lässt sich keine Streuung ablesen.",
        fix_en="Use more contacts.",
        fix_de="Nehmen Sie mehr Kontakte.",
    ),
    Entry(
        code="UP703",
        title_en="a share that is none",
        title_de="Anteil, der keiner ist",
        why_en="The best-ranked share of the contacts lies above 0 and at most at 1.",
        why_de="Der bestplatzierte Anteil der Kontakte liegt über 0 und höchstens bei 1.",
        fix_en="Give a number in (0, 1], for instance 0.3.",
        fix_de="Geben Sie eine Zahl aus (0, 1] an, zum Beispiel 0,3.",
    ),
    Entry(
        code="UP704",
        title_en="an arm without contacts among the best-ranked",
        title_de="Arm ohne Kontakte unter den Bestplatzierten",
        why_en="An uplift compares two means; where one arm has nobody there is none, and 0 would be a lie.",
        why_de="Ein Uplift vergleicht zwei Mittelwerte; wo ein Arm niemanden hat, gibt es keinen, und 0 wäre gelogen.",
        fix_en="Choose a larger share or use more contacts.",
        fix_de="Wählen Sie einen größeren Anteil oder mehr Kontakte.",
    ),
    Entry(
        code="UP705",
        title_en="outcomes, scores or weights that don't fit together",
        title_de="Zielgrößen, Punktwerte oder Gewichte, die nicht zusammenpassen",
        why_en="Evaluation needs one finite outcome, score and weight per contact.",
        why_de="Die Bewertung braucht je Kontakt eine endliche Zielgröße, einen Punktwert und ein Gewicht.",
        fix_en="Give one value per contact; leave contacts without an outcome out, alike in all arms.",
        fix_de="Geben Sie je Kontakt einen Wert an; Kontakte ohne Zielgröße fallen in allen Armen gleichermaßen weg.",
    ),
    Entry(
        code="UP706",
        title_en="a contact in an arm that it could not get",
        title_de="Kontakt in einem Arm, den er nicht bekommen konnte",
        why_en="Contacts are weighted by how likely their arm was. A probability of 0 for an arm that was drawn means "
        "that the design and the data don't agree.",
        why_de="Kontakte zählen nach der Wahrscheinlichkeit ihres Arms. Die Wahrscheinlichkeit 0 für einen Arm, der "
        "gezogen wurde, heißt: Plan und Daten widersprechen sich.",
        fix_en="Give the probabilities of the design, per stratum, wave and epoch.",
        fix_de="Geben Sie die Wahrscheinlichkeiten des Plans an, je Schicht, Welle und Epoche.",
    ),
    Entry(
        code="UP707",
        title_en="an arm without contacts",
        title_de="Arm ohne Kontakte",
        why_en="What an arm brings can't be learned from contacts of other arms.",
        why_de="Was ein Arm bringt, lässt sich nicht an Kontakten anderer Arme lernen.",
        fix_en="Leave the arm out, or wait until it has contacts whose window is over.",
        fix_de="Lassen Sie den Arm weg, oder warten Sie, bis er Kontakte mit abgelaufenem Fenster hat.",
    ),
    Entry(
        code="UP708",
        title_en="a policy that is none",
        title_de="Regel, die keine ist",
        why_en="A policy gives every contact one arm of the experiment, or probabilities that sum to one.",
        why_de="Eine Regel gibt jedem Kontakt einen Arm des Experiments oder Wahrscheinlichkeiten mit der Summe eins.",
        fix_en="Give one arm per contact.",
        fix_de="Geben Sie je Kontakt einen Arm an.",
    ),
    Entry(
        code="UP709",
        title_en="predictions that are all the same",
        title_de="Vorhersagen, die alle gleich sind",
        why_en="A constant prediction ranks nobody, so neither its order nor its slope can be judged.",
        why_de="Eine konstante Vorhersage ordnet niemanden; weder ihre Rangfolge noch ihre Steigung lassen sich "
        "beurteilen.",
        fix_en="Nothing is wrong: the effect is the same for all, as far as the data show.",
        fix_de="Das ist kein Fehler: Soweit die Daten es zeigen, ist die Wirkung für alle gleich.",
    ),
    Entry(
        code="UP710",
        title_en="a number that the other library does not define here",
        title_de="Kennzahl, die die andere Bibliothek hier nicht definiert",
        why_en="The «normalised» areas of other libraries depend on the order of equal scores or on binary outcomes.",
        why_de="Die «normierten» Flächen anderer Bibliotheken hängen von der Reihenfolge gleicher Werte ab oder setzen "
        "Zielgrößen 0 und 1 voraus.",
        fix_en="Quote AUTOC or QINI instead.",
        fix_de="Nennen Sie stattdessen AUTOC oder QINI.",
    ),
    Entry(
        code="UP711",
        title_en="a library that is not installed",
        title_de="Bibliothek nicht installiert",
        why_en="Machine learning libraries are large, so they come with extras and are loaded on first use only.",
        why_de="Bibliotheken für maschinelles Lernen sind groß; sie kommen mit Extras und laden erst bei Bedarf.",
        fix_en="Install the extra that is named: in the checkout, pip install '.[targeting]'.",
        fix_de="Installieren Sie das genannte Extra, im Ordner des Projekts von uplift: pip install '.[targeting]'.",
    ),
    Entry(
        code="UP712",
        title_en="no features declared",
        title_de="keine Merkmale angegeben",
        why_en="A model may use only what somebody has declared and can answer for.",
        why_de="Ein Modell darf nur verwenden, was jemand angegeben hat und verantwortet.",
        fix_en="Write a block `targeting: {features: [...]}` with columns of the contacts.",
        fix_de="Schreiben Sie einen Block `targeting: {features: [...]}` mit Spalten der Kontakte.",
    ),
    Entry(
        code="UP713",
        title_en="weights that nobody wrote down",
        title_de="Gewichte, die niemand festgehalten hat",
        why_en="Each contact counts by how likely its arm was. The catalog holds the weights of each epoch; estimating "
        "them instead would turn risk into effect.",
        why_de="Jeder Kontakt zählt nach der Wahrscheinlichkeit seines Arms. Der Katalog kennt die Gewichte jeder "
        "Epoche; geschätzt würden sie Risiko in Wirkung verwandeln.",
        fix_en="Restore the catalog of the state folder.",
        fix_de="Stellen Sie den Katalog des Zustandsordners wieder her.",
    ),
    Entry(
        code="UP714",
        title_en="a column that is no feature",
        title_de="Spalte, die kein Merkmal ist",
        why_en="An outcome, the arm or the contact's id tells a model what it is supposed to predict.",
        why_de="Zielgröße, Arm oder Kennung verraten dem Modell, was es vorhersagen soll.",
        fix_en="Take it off the list.",
        fix_de="Streichen Sie sie von der Liste.",
    ),
    Entry(
        code="UP715",
        title_en="a feature from the future",
        title_de="Merkmal aus der Zukunft",
        why_en="A feature that is dated after the assignment can be a consequence of the treatment. A model that uses "
        "it looks brilliant in the test and fails afterwards.",
        why_de="Ein Merkmal, das nach der Zuteilung liegt, kann eine Folge der Behandlung sein. Ein Modell damit "
        "glänzt im Test und versagt danach.",
        fix_en="Export the features as they were on the day of assignment.",
        fix_de="Exportieren Sie die Merkmale mit dem Stand vom Tag der Zuteilung.",
    ),
    Entry(
        code="UP716",
        title_en="a feature that is the same for all",
        title_de="Merkmal, das bei allen gleich ist",
        why_en="What does not vary tells nobody apart; often the export has failed.",
        why_de="Was nicht variiert, unterscheidet niemanden; oft ist der Export misslungen.",
        fix_en="Take it off the list, or repair the export.",
        fix_de="Streichen Sie es von der Liste, oder reparieren Sie den Export.",
    ),
    Entry(
        code="UP717",
        title_en="an outcome that can't be maximised",
        title_de="Zielgröße, die sich nicht maximieren lässt",
        why_en="Targeting needs one number per contact of which more is better: a share, a mean, a count, or the net "
        "value from margin, revenue and costs.",
        why_de="Die Zielgruppenwahl braucht je Kontakt eine Zahl, von der mehr besser ist: Anteil, Mittelwert, Anzahl "
        "oder den Nettowert aus Marge, Umsatz und Kosten.",
        fix_en="Name such a metric of the experiment, or declare what the net value needs.",
        fix_de="Nennen Sie eine solche Kennzahl des Experiments, oder geben Sie an, was der Nettowert braucht.",
    ),
    Entry(
        code="UP718",
        title_en="a category with too many values",
        title_de="Kategorie mit zu vielen Werten",
        why_en="With more than 200 different texts most of them stand for a handful of contacts; trees learn those by "
        "heart.",
        why_de="Bei mehr als 200 verschiedenen Texten stehen die meisten für eine Handvoll Kontakte; Bäume lernen sie "
        "auswendig.",
        fix_en="Use a coarser column (a region, a group), or a number.",
        fix_de="Nehmen Sie eine gröbere Spalte (Region, Gruppe) oder eine Zahl.",
    ),
    Entry(
        code="UP719",
        title_en="contacts that nothing can be learned from yet",
        title_de="Kontakte, aus denen sich noch nichts lernen lässt",
        why_en="Contacts whose window is not over, or whose outcome is missing, are left out in all arms alike.",
        why_de="Kontakte, deren Fenster noch läuft oder deren Zielgröße fehlt, bleiben in allen Armen gleichermaßen "
        "außen vor.",
        fix_en="Wait, or choose a later day.",
        fix_de="Warten Sie, oder wählen Sie einen späteren Tag.",
    ),
    Entry(
        code="UP720",
        title_en="contacts differ, and the model sees how",
        title_de="Kontakte unterscheiden sich, und das Modell sieht wie",
        why_en="On contacts that the model had not seen, those it ranked first gained more than the others; chance "
        "does not explain that, nor does the number of outcomes and treatments that were looked at.",
        why_de="Bei Kontakten, die das Modell nicht kannte, gewannen die vorn eingestuften mehr als die übrigen; der "
        "Zufall erklärt das nicht, auch nicht die Zahl der geprüften Zielgrößen und Behandlungen.",
        fix_en="Use the ranking, within budget and capacity, and keep a random part to measure it.",
        fix_de="Nutzen Sie die Rangfolge im Rahmen von Budget und Kapazität, und messen Sie sie mit einem zufälligen "
        "Teil nach.",
    ),
    Entry(
        code="UP721",
        title_en="the effect is positive and nobody can tell for whom it is larger",
        title_de="die Wirkung ist positiv, und niemand kann sagen, bei wem sie größer ist",
        why_en="The treatment works on average, and no difference between contacts is proven. A model would only leave "
        "out people for whom it works too.",
        why_de="Die Behandlung wirkt im Mittel, und kein Unterschied zwischen Kontakten ist belegt. Ein Modell würde "
        "nur Menschen auslassen, bei denen sie auch wirkt.",
        fix_en="Send it to everyone.",
        fix_de="Senden Sie sie an alle.",
    ),
    Entry(
        code="UP722",
        title_en="the effect is negative and nobody can tell for whom it is not",
        title_de="die Wirkung ist negativ, und niemand kann sagen, bei wem nicht",
        why_en="The treatment does harm on average, and no group that gains is proven.",
        why_de="Die Behandlung schadet im Mittel, und keine Gruppe, die gewinnt, ist belegt.",
        fix_en="Send it to no one.",
        fix_de="Senden Sie sie an niemanden.",
    ),
    Entry(
        code="UP723",
        title_en="the data can't tell",
        title_de="die Daten können es nicht sagen",
        why_en="Neither an average effect nor differences between contacts are proven.",
        why_de="Weder eine mittlere Wirkung noch Unterschiede zwischen Kontakten sind belegt.",
        fix_en="Test again with the number of contacts that is said, or with a stronger treatment.",
        fix_de="Testen Sie noch einmal mit der genannten Zahl von Kontakten oder mit einer stärkeren Behandlung.",
    ),
    Entry(
        code="UP724",
        title_en="choosing an arm per contact is no better than one arm for all",
        title_de="ein Arm je Kontakt ist nicht besser als ein Arm für alle",
        why_en="One treatment can be ranked, but another one is better for everybody: on held-out contacts the model's "
        "choice is not worth more than the best single arm.",
        why_de="Eine Behandlung lässt sich zwar staffeln, aber eine andere ist für alle besser: Bei zurückgehaltenen "
        "Kontakten ist die Wahl des Modells nicht mehr wert als der beste einzelne Arm.",
        fix_en="Send the best arm to everyone; use the ranking only where its treatment alone is to be sent.",
        fix_de="Senden Sie allen den besten Arm; die Rangfolge nützt nur, wenn allein ihre Behandlung verschickt wird.",
    ),
    Entry(
        code="UP725",
        title_en="no model ranked anybody",
        title_de="kein Modell hat jemanden geordnet",
        why_en="Every model predicted the same effect for all, so there was no ranking to test.",
        why_de="Jedes Modell sagte für alle dieselbe Wirkung voraus; es gab keine Rangfolge zu prüfen.",
        fix_en="Declare other features, or accept that effects don't differ by these.",
        fix_de="Geben Sie andere Merkmale an, oder nehmen Sie hin, dass sich die Wirkung danach nicht unterscheidet.",
    ),
    Entry(
        code="UP726",
        title_en="unknown learner",
        title_de="unbekannter Lerner",
        why_en="Only learners that were tried and fenced in are offered.",
        why_de="Angeboten werden nur Lerner, die erprobt und abgesichert sind.",
        fix_en="Name one of s, t, x, r, dr, uplift_forest, causal_forest.",
        fix_de="Nennen Sie einen von s, t, x, r, dr, uplift_forest, causal_forest.",
    ),
    Entry(
        code="UP727",
        title_en="a classifier where a regressor belongs",
        title_de="Klassifikator statt Regressor",
        why_en="causalml's learners take a classifier's labels (0 or 1) for probabilities; for rare outcomes every "
        "effect is then 0.",
        why_de="Die Lerner von causalml halten die Klassen 0 und 1 eines Klassifikators für Wahrscheinlichkeiten; bei "
        "seltenen Ereignissen ist dann jede Wirkung 0.",
        fix_en="Give a regressor; it suits shares as well.",
        fix_de="Geben Sie einen Regressor an; er taugt auch für Anteile.",
    ),
    Entry(
        code="UP728",
        title_en="amounts in an uplift forest",
        title_de="Beträge in einem Uplift-Wald",
        why_en="Uplift forests compare shares. They accept amounts and return numbers that mean nothing.",
        why_de="Uplift-Wälder vergleichen Anteile. Beträge nehmen sie an und geben Zahlen ohne Bedeutung zurück.",
        fix_en="Use another learner for amounts.",
        fix_de="Nehmen Sie für Beträge einen anderen Lerner.",
    ),
    Entry(
        code="UP729",
        title_en="scores that don't fit the contacts",
        title_de="Punktwerte, die nicht zu den Kontakten passen",
        why_en="A competing model has to score every contact of the experiment exactly once, or the comparison is not "
        "fair.",
        why_de="Ein Wettbewerber muss jeden Kontakt des Experiments genau einmal bewerten, sonst ist der Vergleich "
        "nicht fair.",
        fix_en="Give one finite score per contact.",
        fix_de="Geben Sie je Kontakt einen endlichen Wert an.",
    ),
    Entry(
        code="UP731",
        title_en="a model file that can't be read",
        title_de="Modelldatei nicht lesbar",
        why_en="The file is damaged, was changed, or is a pickle, which would run code when it is opened.",
        why_de="Die Datei ist beschädigt, wurde verändert oder ist ein Pickle, der beim Öffnen Code ausführen würde.",
        fix_en="Fit the model again: `uplift target`.",
        fix_de="Trainieren Sie das Modell neu: `uplift target`.",
    ),
    Entry(
        code="UP732",
        title_en="features that are not those of the model",
        title_de="Merkmale, die nicht die des Modells sind",
        why_en="A model reads its columns by their place. Others in their place would give scores that look right.",
        why_de="Ein Modell liest seine Spalten nach ihrem Platz. Andere an ihrer Stelle ergäben Werte, die richtig "
        "aussehen.",
        fix_en="Read the contacts with the model's own columns.",
        fix_de="Lesen Sie die Kontakte mit den Spalten des Modells.",
    ),
    Entry(
        code="UP733",
        title_en="trees of another version",
        title_de="Bäume einer anderen Version",
        why_en="The text form of trees is stable within a major version of LightGBM; between them it usually is.",
        why_de="Die Textform der Bäume ist innerhalb einer Hauptversion von LightGBM stabil, dazwischen meistens.",
        fix_en="Compare a few scores with the old list, or fit the model again.",
        fix_de="Vergleichen Sie einige Werte mit der alten Liste, oder trainieren Sie neu.",
    ),
    Entry(
        code="UP734",
        title_en="a model of another decision",
        title_de="Modell zu einer anderen Entscheidung",
        why_en="The experiment's YAML was changed after the model was fitted: arms, metrics or features may differ.",
        why_de="Die YAML des Experiments wurde nach dem Training geändert: Arme, Kennzahlen oder Merkmale können "
        "andere sein.",
        fix_en="Fit the model again: `uplift target`.",
        fix_de="Trainieren Sie das Modell neu: `uplift target`.",
    ),
    Entry(
        code="UP735",
        title_en="categories that the model has not seen",
        title_de="Kategorien, die das Modell nicht kennt",
        why_en="A new region or channel has no history. It counts as missing, not as some other category.",
        why_de="Eine neue Region oder ein neuer Kanal hat keine Geschichte. Sie zählen als fehlend, nicht als eine "
        "andere Kategorie.",
        fix_en="Nothing, if they are few; else fit the model on newer data.",
        fix_de="Nichts, wenn es wenige sind; sonst trainieren Sie mit neueren Daten.",
    ),
    Entry(
        code="UP736",
        title_en="a reading of targeting that can't be read",
        title_de="Auswertung der Zielgruppe nicht lesbar",
        why_en="The report shows what `uplift target` found last. This file is damaged or of another version, so it is "
        "left out.",
        why_de="Der Bericht zeigt, was `uplift target` zuletzt gefunden hat. Diese Datei ist beschädigt oder stammt "
        "von einer anderen Version; deshalb bleibt sie weg.",
        fix_en="Run `uplift target` again, or delete the file.",
        fix_de="Rufen Sie `uplift target` noch einmal auf, oder löschen Sie die Datei.",
    ),
    Entry(
        code="UP737",
        title_en="a model that can't make a list here",
        title_de="Modell, das hier keine Liste ergeben kann",
        why_en="A saved model knows the arms, costs and levels of the test that it was fitted for. For another "
        "experiment's arms they mean nothing.",
        why_de="Ein gespeichertes Modell kennt Gruppen, Kosten und Wirkungshöhe seines Tests. Für die Gruppen eines "
        "anderen Experiments bedeuten sie nichts.",
        fix_en="Give the model that `uplift target` wrote for this experiment.",
        fix_de="Geben Sie das Modell an, das `uplift target` für dieses Experiment geschrieben hat.",
    ),
)
