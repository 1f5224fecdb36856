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
)
