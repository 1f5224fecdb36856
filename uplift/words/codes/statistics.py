"""Finding codes UP64x: what sequential reading, several tests, reach and the history of programmes can't use."""

from uplift.words.codes.entry import Entry

STATISTICS: tuple[Entry, ...] = (
    Entry(
        code="UP640",
        title_en="unknown spending function",
        title_de="unbekannte Ausgabenfunktion",
        why_en="The spending function says how much of the error probability each look may use up. Without it no look "
        "has a bound.",
        why_de="Die Ausgabenfunktion sagt, wie viel der Irrtumswahrscheinlichkeit jeder Zwischenblick verbrauchen "
        "darf. Ohne sie hat kein Blick eine Schranke.",
        fix_en="Write obrien_fleming, pocock, hsd(gamma) or power(rho).",
        fix_de="Schreiben Sie obrien_fleming, pocock, hsd(gamma) oder power(rho).",
    ),
    Entry(
        code="UP641",
        title_en="look without new information",
        title_de="Zwischenblick ohne neue Information",
        why_en="A look is worth its share of the information. When the standard error has not fallen since the last "
        "look, there is nothing new to decide on, and the look is not taken.",
        why_de="Ein Zwischenblick zählt nach seinem Anteil an der Information. Ist der Standardfehler seit dem letzten "
        "Blick nicht gesunken, gibt es nichts Neues zu entscheiden, und der Blick entfällt.",
        fix_en="Wait until more contacts are mature, then look again.",
        fix_de="Warten Sie, bis mehr Kontakte ausgereift sind, und schauen Sie dann wieder.",
    ),
    Entry(
        code="UP642",
        title_en="look too early",
        title_de="Zwischenblick zu früh",
        why_en="With fewer than 60 converters in control the test statistic is not yet close to normal, and early "
        "bounds lie in the tails, where that matters most. The look is not taken and costs nothing.",
        why_de="Bei weniger als 60 Käufern in der Kontrollgruppe ist die Prüfgröße noch nicht annähernd "
        "normalverteilt, und frühe Schranken liegen in den Rändern, wo es am meisten zählt. Der Blick entfällt und "
        "kostet nichts.",
        fix_en="Wait until the control group has 60 converters, or give it a larger share.",
        fix_de="Warten Sie, bis die Kontrollgruppe 60 Käufer hat, oder geben Sie ihr einen größeren Anteil.",
    ),
    Entry(
        code="UP643",
        title_en="control contacts were reached",
        title_de="Kontakte der Kontrollgruppe wurden erreicht",
        why_en="The effect on those who were reached is computed under the assumption that nobody in control was. "
        "Comparing reached contacts with all of control instead is no way out: people who open mails also buy more.",
        why_de="Die Wirkung bei den Erreichten setzt voraus, dass in der Kontrollgruppe niemand erreicht wurde. "
        "Erreichte mit der ganzen Kontrollgruppe zu vergleichen ist kein Ausweg: Wer Mails öffnet, kauft auch sonst "
        "mehr.",
        fix_en="Find out how control contacts came to be reached (list, journey, other campaign), and report the "
        "effect by intention to treat.",
        fix_de="Klären Sie, wie Kontakte der Kontrollgruppe erreicht wurden (Liste, Strecke, andere Kampagne), und "
        "berichten Sie die Wirkung über alle zugeteilten Kontakte.",
    ),
    Entry(
        code="UP644",
        title_en="too few runs to learn from",
        title_de="zu wenige Durchläufe, um daraus zu lernen",
        why_en="How much runs of a programme differ can't be told from fewer than five of them, so a result is not "
        "pulled towards their mean.",
        why_de="Wie stark sich die Durchläufe eines Programms unterscheiden, lässt sich aus weniger als fünf nicht "
        "ablesen; deshalb wird ein Ergebnis nicht zu ihrem Mittel hin gezogen.",
        fix_en="Read the result on its own until the programme has run five times.",
        fix_de="Lesen Sie das Ergebnis für sich, bis das Programm fünfmal gelaufen ist.",
    ),
    Entry(
        code="UP645",
        title_en="numbers that can't be",
        title_de="unmögliche Zahlen",
        why_en="A standard error above zero and a p-value between 0 and 1 are needed; with anything else there is no "
        "answer to give.",
        why_de="Nötig sind ein Standardfehler über null und ein p-Wert zwischen 0 und 1; mit anderem gibt es keine "
        "Antwort.",
        fix_en="Leave out comparisons without an estimate, or pass them as absent (None).",
        fix_de="Lassen Sie Vergleiche ohne Schätzwert weg, oder übergeben Sie sie als fehlend (None).",
    ),
    Entry(
        code="UP646",
        title_en="a look that may not decide",
        title_de="Zwischenblick ohne Entscheidung",
        why_en="The plan spends practically no error probability at this look, or earlier looks have spent all of it: "
        "no difference, however large, would be proof.",
        why_de="Der Plan gibt an diesem Zwischenblick so gut wie keine Irrtumswahrscheinlichkeit aus, oder frühere "
        "Blicke haben sie aufgebraucht: Kein noch so großer Unterschied wäre ein Beweis.",
        fix_en="Wait for the next planned look. Next time plan the first look later, or a spending function that "
        "spends earlier.",
        fix_de="Warten Sie auf den nächsten geplanten Zwischenblick. Planen Sie den ersten Blick beim nächsten Mal "
        "später oder mit einer Ausgabenfunktion, die früher ausgibt.",
    ),
    Entry(
        code="UP647",
        title_en="too few data to simulate on",
        title_de="zu wenige Daten für eine Simulation",
        why_en="Simulated experiments are made of the contacts that are there. With too few of them, or with an effect "
        "that needs more buyers than contacts, they would say something about nothing.",
        why_de="Simulierte Versuche bestehen aus den vorhandenen Kontakten. Sind es zu wenige, oder bräuchte die "
        "Wirkung mehr Käufer als Kontakte, sagen sie über nichts etwas aus.",
        fix_en="Name a later day, wait until more contacts are mature, or choose a smaller effect.",
        fix_de="Nennen Sie einen späteren Tag, warten Sie, bis mehr Kontakte ausgereift sind, oder wählen Sie eine "
        "kleinere Wirkung.",
    ),
)
