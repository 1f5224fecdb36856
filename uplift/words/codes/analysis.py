"""Finding codes UP6xx: what the analysis finds while it decides whether a result can be trusted."""

from uplift.words.codes.entry import Entry

ANALYSIS: tuple[Entry, ...] = (
    Entry(
        code="UP601",
        title_en="sample ratio mismatch",
        title_de="Aufteilung der Kontakte weicht vom Plan ab",
        why_en="When the arms are not as large as planned, contacts were lost or added in one arm only, and the arms "
        "are no longer alike. No interval can repair that.",
        why_de="Sind die Gruppen nicht so groß wie geplant, sind in einer Gruppe Kontakte verloren gegangen oder "
        "hinzugekommen, und die Gruppen sind nicht mehr vergleichbar. Kein Intervall kann das heilen.",
        fix_en="Compare the assigned contacts with the lists that were sent, look for filters that act in one arm only "
        "(bounces, opt-outs, duplicates), and analyse again once the cause is mended.",
        fix_de="Vergleichen Sie die zugeteilten Kontakte mit den versandten Listen, suchen Sie Filter, die nur in "
        "einer Gruppe wirken (Bounces, Abmeldungen, Dubletten), und werten Sie neu aus, wenn die Ursache behoben ist.",
    ),
    Entry(
        code="UP602",
        title_en="contacts whose window is still running",
        title_de="Kontakte mit laufendem Zeitfenster",
        why_en="A contact counts once its window and the lag of the data are over. Until then it is left out, in all "
        "arms alike.",
        why_de="Ein Kontakt zählt, sobald sein Zeitfenster und der Verzug der Daten vorbei sind. Bis dahin bleibt er "
        "außen vor, in allen Gruppen gleich.",
        fix_en="Wait until the last window is over, then analyse again.",
        fix_de="Warten Sie, bis das letzte Zeitfenster abgelaufen ist, und werten Sie dann neu aus.",
    ),
    Entry(
        code="UP603",
        title_en="few events in the control group",
        title_de="wenige Ereignisse in der Kontrollgruppe",
        why_en="With few events in control the interval holds its level only roughly.",
        why_de="Bei wenigen Ereignissen in der Kontrollgruppe hält das Intervall sein Niveau nur ungefähr ein.",
        fix_en="Let the test run longer, or give control a larger share next time.",
        fix_de="Lassen Sie den Test länger laufen, oder geben Sie der Kontrollgruppe beim nächsten Mal einen "
        "größeren Anteil.",
    ),
    Entry(
        code="UP604",
        title_en="too few events in the control group for a verdict",
        title_de="zu wenige Ereignisse in der Kontrollgruppe für ein Urteil",
        why_en="Below this number of events no method keeps its promise, so no verdict is given.",
        why_de="Unter dieser Zahl von Ereignissen hält keine Methode, was sie verspricht; deshalb gibt es kein Urteil.",
        fix_en="Let the test run longer, or give control a larger share next time.",
        fix_de="Lassen Sie den Test länger laufen, oder geben Sie der Kontrollgruppe beim nächsten Mal einen "
        "größeren Anteil.",
    ),
    Entry(
        code="UP605",
        title_en="preliminary metric",
        title_de="vorläufige Metrik",
        why_en="Returns and cancellations arrive late. They can still change the value, alike in all arms.",
        why_de="Retouren und Stornos kommen spät. Sie können den Wert noch ändern, in allen Gruppen gleich.",
        fix_en="Analyse again once `settles_after` has passed.",
        fix_de="Werten Sie neu aus, wenn die Frist `settles_after` vorbei ist.",
    ),
    Entry(
        code="UP606",
        title_en="contacts that belong to no arm",
        title_de="Kontakte ohne Gruppe",
        why_en="Their value in the arm column is none of the experiment's arms. If they come from one arm, the "
        "comparison is distorted.",
        why_de="Ihr Wert in der Gruppenspalte gehört zu keiner Gruppe des Experiments. Stammen sie aus einer "
        "einzigen Gruppe, verzerrt das den Vergleich.",
        fix_en="Look at the values of the arm column and complete `observed` of the arms.",
        fix_de="Sehen Sie sich die Werte der Gruppenspalte an und ergänzen Sie `observed` bei den Gruppen.",
    ),
    Entry(
        code="UP607",
        title_en="relative uplift undefined",
        title_de="relativer Uplift nicht bestimmbar",
        why_en="A ratio to a control value that is zero, or not separated from zero, has no meaning.",
        why_de="Ein Verhältnis zu einem Kontrollwert, der null ist oder sich nicht von null trennt, sagt nichts.",
        fix_en="Read the difference instead, or let the test run longer.",
        fix_de="Lesen Sie stattdessen den Unterschied, oder lassen Sie den Test länger laufen.",
    ),
    Entry(
        code="UP608",
        title_en="metric compares buyers with buyers",
        title_de="Metrik vergleicht Käufer mit Käufern",
        why_en="Who buys is changed by the campaign itself. A value per buyer or per order can rise although no "
        "contact spends more.",
        why_de="Wer kauft, hängt selbst von der Aktion ab. Ein Wert je Käufer oder je Bestellung kann steigen, "
        "obwohl kein Kontakt mehr ausgibt.",
        fix_en="Decide on a value per contact, such as revenue per contact, and read this one beside it.",
        fix_de="Entscheiden Sie nach einem Wert je Kontakt, etwa dem Umsatz je Kontakt, und lesen Sie diesen daneben.",
    ),
    Entry(
        code="UP609",
        title_en="no exact third and fourth powers",
        title_de="keine exakten dritten und vierten Potenzen",
        why_en="The amounts are too large for exact sums of their powers, so the interval cannot take account of skew.",
        why_de="Die Beträge sind zu groß für exakte Summen ihrer Potenzen; das Intervall kann die Schiefe nicht "
        "berücksichtigen.",
        fix_en="Declare fewer decimals for the column, or winsorise the metric.",
        fix_de="Deklarieren Sie weniger Nachkommastellen für die Spalte, oder winsorisieren Sie die Metrik.",
    ),
    Entry(
        code="UP610",
        title_en="an arm without contacts",
        title_de="Gruppe ohne Kontakte",
        why_en="Nothing can be compared with an arm in which nobody is.",
        why_de="Mit einer Gruppe, in der niemand ist, lässt sich nichts vergleichen.",
        fix_en="Check the assignment and the filters of the metric; wait until the first windows are over.",
        fix_de="Prüfen Sie Zuteilung und Filter der Metrik; warten Sie, bis die ersten Zeitfenster vorbei sind.",
    ),
    Entry(
        code="UP611",
        title_en="no variation in an arm",
        title_de="keine Streuung in einer Gruppe",
        why_en="When all contacts of an arm show the same value, or there is only one contact, the data do not say "
        "how far chance reaches.",
        why_de="Zeigen alle Kontakte einer Gruppe denselben Wert oder gibt es nur einen Kontakt, sagen die Daten "
        "nicht, wie weit der Zufall reicht.",
        fix_en="Let the test run longer; if the value can't vary, check the metric's source and filter.",
        fix_de="Lassen Sie den Test länger laufen; kann der Wert gar nicht streuen, prüfen Sie Quelle und Filter der "
        "Metrik.",
    ),
    Entry(
        code="UP612",
        title_en="fewer than 150 buyers in an arm",
        title_de="weniger als 150 Käufer in einer Gruppe",
        why_en="Amounts are skewed. The interval is shown to hold its level from about 150 buyers per arm on; below, "
        "it misses somewhat more often than it says.",
        why_de="Beträge sind schief verteilt. Dass das Intervall sein Niveau hält, ist ab etwa 150 Käufern je Gruppe "
        "gezeigt; darunter verfehlt es den wahren Wert etwas öfter als angegeben.",
        fix_en="Read a bound close to zero with care, and plan more control contacts next time.",
        fix_de="Lesen Sie eine Grenze nahe null mit Vorsicht, und planen Sie beim nächsten Mal mehr Kontrollkontakte.",
    ),
    Entry(
        code="UP613",
        title_en="another interval than asked for",
        title_de="anderes Intervall als verlangt",
        why_en="The interval that was asked for needs positive values that vary in both arms. Fieller's theorem (for a "
        "share: the score interval) needs neither and was used instead. A share in strata that contradict each other "
        "has no common ratio; it is weighted to the composition of all strata instead.",
        why_de="Das verlangte Intervall braucht in beiden Gruppen positive, streuende Werte. Der Satz von Fieller (bei "
        "Anteilen das Score-Intervall) kommt ohne aus und wurde stattdessen verwendet. Ein Anteil in Schichten, die "
        "sich widersprechen, hat kein gemeinsames Verhältnis; er wird auf die Zusammensetzung aller gewichtet.",
        fix_en="Nothing to do: the method is named beside the result.",
        fix_de="Nichts zu tun: Die Methode steht beim Ergebnis.",
    ),
    Entry(
        code="UP614",
        title_en="a proportion with values other than 0 and 1",
        title_de="Anteil mit anderen Werten als 0 und 1",
        why_en="A proportion counts each contact once: converted or not.",
        why_de="Ein Anteil zählt jeden Kontakt einmal: konvertiert oder nicht.",
        fix_en="Declare the metric as `kind: count` or `kind: mean`, or reduce the column to 0 and 1.",
        fix_de="Deklarieren Sie die Metrik als `kind: count` oder `kind: mean`, oder führen Sie die Spalte auf 0 und 1 "
        "zurück.",
    ),
    Entry(
        code="UP615",
        title_en="numbers that no experiment can have",
        title_de="Zahlen, die kein Experiment haben kann",
        why_en="Counts are whole and not negative, there are at most as many converters as contacts, and values are "
        "finite.",
        why_de="Anzahlen sind ganz und nicht negativ, es gibt höchstens so viele Konvertierte wie Kontakte, und Werte "
        "sind endlich.",
        fix_en="Check the source for duplicates and the query for joins that multiply rows.",
        fix_de="Prüfen Sie die Quelle auf Dubletten und die Abfrage auf Verknüpfungen, die Zeilen vervielfachen.",
    ),
    Entry(
        code="UP616",
        title_en="a ratio without a denominator",
        title_de="Verhältnis ohne Nenner",
        why_en="No contact of an arm has a denominator (no order, no mail), so there is nothing to divide by.",
        why_de="Kein Kontakt einer Gruppe hat einen Nenner (keine Bestellung, keine Mail); es gibt nichts zu teilen.",
        fix_en="Check source and filter of the denominator, or wait for the first events.",
        fix_de="Prüfen Sie Quelle und Filter des Nenners, oder warten Sie die ersten Ereignisse ab.",
    ),
    Entry(
        code="UP617",
        title_en="an error level that is none",
        title_de="unmögliches Fehlerniveau",
        why_en="alpha is the share of false alarms that is accepted: above 0 and below 0.5.",
        why_de="alpha ist der Anteil falscher Alarme, den man hinnimmt: über 0 und unter 0,5.",
        fix_en="Write 0.05 for the usual 95 % confidence.",
        fix_de="Schreiben Sie 0,05 für das übliche Niveau von 95 %.",
    ),
    Entry(
        code="UP618",
        title_en="sample ratio mismatch in the daily check",
        title_de="Aufteilung weicht in der täglichen Prüfung vom Plan ab",
        why_en="This check may be read every day without raising more false alarms than announced. Once it fails, "
        "contacts were lost or added in one arm only.",
        why_de="Diese Prüfung darf täglich gelesen werden, ohne öfter als angekündigt falschen Alarm zu geben. Schlägt "
        "sie an, sind in einer Gruppe Kontakte verloren gegangen oder hinzugekommen.",
        fix_en="Stop sending, and compare assigned contacts with sent lists from the first day on that it names.",
        fix_de="Halten Sie den Versand an und vergleichen Sie ab dem genannten Tag die zugeteilten mit den versandten "
        "Kontakten.",
    ),
    Entry(
        code="UP619",
        title_en="the trigger is not met alike in all arms",
        title_de="Auslöser tritt nicht in allen Gruppen gleich oft ein",
        why_en="Contacts in whom the treatment could make a difference are compared with the same kind of contacts in "
        "control. Where the arms meet the trigger unequally often (or one never does, because only the treatment logs "
        "it) they are not the same kind: openers of a mail buy more than all of control would, mail or no mail.",
        why_de="Kontakte, bei denen die Maßnahme etwas ändern konnte, werden mit ebensolchen Kontakten der Kontrolle "
        "verglichen. Tritt der Auslöser in den Gruppen verschieden oft ein (oder in einer nie, weil nur die Maßnahme "
        "ihn aufzeichnet), sind es nicht ebensolche: Wer eine Mail öffnet, kauft auch ohne sie mehr als der Schnitt "
        "der Kontrolle.",
        fix_en="Log the trigger by one rule in every arm, control included, before anything is shown or withheld. "
        "Until then read the uplift as assigned, and the effect on those who were reached (`compliance`).",
        fix_de="Zeichnen Sie den Auslöser in jeder Gruppe nach derselben Regel auf, auch in der Kontrolle, und bevor "
        "etwas gezeigt oder zurückgehalten wird. Bis dahin gelten der Uplift nach Zuteilung und die Wirkung bei den "
        "Erreichten (`compliance`).",
    ),
    Entry(
        code="UP631",
        title_en="weights changed while the test ran",
        title_de="Gewichte haben sich während des Tests geändert",
        why_en="Contacts from before and after a change of weights differ. Pooled, the difference looks like an "
        "effect: from 10% to 50% control it fakes a loss of 17%. So each weight epoch is compared within itself, and "
        "counted against its own weights. Where nobody has signed these, there is no verdict.",
        why_de="Kontakte von vor und nach einer Änderung der Gewichte unterscheiden sich. Zusammengeworfen sieht der "
        "Unterschied wie eine Wirkung aus: Von 10\u00a0% auf 50\u00a0% Kontrollgruppe täuscht er einen Verlust von "
        "17\u00a0% vor. Deshalb wird jede Gewichtsepoche für sich verglichen und an ihren eigenen Gewichten gemessen. "
        "Hat diese niemand unterschrieben, gibt es kein Urteil.",
        fix_en="Sign changed weights with `uplift amend` before anybody joins under them.",
        fix_de="Unterschreiben Sie geänderte Gewichte mit `uplift amend`, bevor jemand unter ihnen dazukommt.",
    ),
    Entry(
        code="UP632",
        title_en="a day that is not one of the planned looks",
        title_de="kein geplanter Zwischenblick",
        why_en="Whoever looks more often finds something by chance more often. The planned looks share the risk of a "
        "false positive among themselves; a day in between has no share of it, so there is no verdict.",
        why_de="Wer öfter hinsieht, findet öfter etwas aus Zufall. Die geplanten Zwischenblicke teilen sich das Risiko "
        "eines falschen Alarms; ein Tag dazwischen hat keinen Anteil daran, deshalb gibt es kein Urteil.",
        fix_en="Read the test on the day of its latest planned look (`--as-of`), or wait for the next one.",
        fix_de="Lesen Sie den Test am Tag des letzten geplanten Zwischenblicks (`--as-of`), oder warten Sie auf den "
        "nächsten.",
    ),
    Entry(
        code="UP633",
        title_en="assigned contacts that the contact source does not know",
        title_de="zugeteilte Kontakte, die die Kontaktquelle nicht kennt",
        why_en="They can't be measured by a metric that is a column of that source, and are left out of it.",
        why_de="Eine Metrik, die eine Spalte dieser Quelle ist, kann sie nicht messen; sie fehlen dort.",
        fix_en="Give a source that still holds everybody who was assigned.",
        fix_de="Geben Sie eine Quelle an, in der noch alle Zugeteilten stehen.",
    ),
    Entry(
        code="UP634",
        title_en="looks at a quantile",
        title_de="Zwischenblicke auf ein Quantil",
        why_en="Looks are planned by the information that each of them brings. For a quantile it can't be computed "
        "before the data are there, and neither can the power.",
        why_de="Zwischenblicke werden nach der Information geplant, die jeder bringt. Für ein Quantil lässt sie sich "
        "nicht vor den Daten berechnen, und die Power ebenso wenig.",
        fix_en="Choose a proportion, mean, count or ratio as primary, or plan no looks.",
        fix_de="Wählen Sie einen Anteil, einen Mittelwert, eine Anzahl oder ein Verhältnis als Hauptmetrik, oder "
        "planen Sie keine Zwischenblicke.",
    ),
    Entry(
        code="UP635",
        title_en="clusters with contacts in several arms",
        title_de="Einheiten mit Kontakten in mehreren Gruppen",
        why_en="Members of one household talk to each other and behave alike. Where they are in different arms, the "
        "effect leaks into the control, and the interval takes both halves for independent.",
        why_de="Mitglieder eines Haushalts sprechen miteinander und verhalten sich ähnlich. Sind sie in verschiedenen "
        "Gruppen, wirkt die Maßnahme bis in die Kontrolle, und das Intervall hält beide Teile für unabhängig.",
        fix_en="Assign whole clusters, and keep the cluster ids that were valid on the day of assignment.",
        fix_de="Teilen Sie ganze Einheiten zu, und behalten Sie die Kennungen vom Tag der Zuteilung.",
    ),
    Entry(
        code="UP636",
        title_en="merged contacts by arm",
        title_de="Zusammengeführte Kontakte je Gruppe",
        why_en="Two ids that are one person count once, in the arm that was given first, with the orders of both. A "
        "treatment that makes people log in or order under another address merges its own arm more often; the arms "
        "then differ in more than the treatment.",
        why_de="Zwei Kennungen einer Person zählen einmal, in der zuerst vergebenen Gruppe, mit den Bestellungen "
        "beider. Bringt die Maßnahme Menschen dazu, sich anzumelden oder unter einer anderen Adresse zu bestellen, "
        "wird in ihrer Gruppe öfter zusammengeführt; dann unterscheiden sich die Gruppen in mehr als der Maßnahme.",
        fix_en="Find out why one arm is merged more often, and read the result beside the one without conflicts "
        "(UP637). Merge in all arms alike, by a rule that knows no arm.",
        fix_de="Klären Sie, warum in einer Gruppe öfter zusammengeführt wird, und lesen Sie das Ergebnis neben dem "
        "ohne Widersprüche (UP637). Führen Sie in allen Gruppen nach derselben Regel zusammen.",
    ),
    Entry(
        code="UP637",
        title_en="the result without merged contacts of different arms",
        title_de="Ergebnis ohne zusammengeführte Kontakte aus verschiedenen Gruppen",
        why_en="Who had an id in two arms may have got both treatments, or was held out under one of them. They count "
        "in the arm that was given first; this line leaves them out.",
        why_de="Wer Kennungen in zwei Gruppen hatte, hat womöglich beide Behandlungen bekommen oder war unter einer "
        "Kennung zurückgehalten. Gezählt wird die zuerst vergebene Gruppe; diese Zeile lässt solche Kontakte weg.",
        fix_en="Nothing, while both say the same. Where the verdict changes, trust neither and repeat the test.",
        fix_de="Nichts, solange beide dasselbe sagen. Ändert sich das Urteil, trauen Sie keinem von beiden und "
        "wiederholen Sie den Test.",
    ),
    Entry(
        code="UP650",
        title_en="a covariate without variation",
        title_de="Kovariate ohne Streuung",
        why_en="All contacts of an arm have the same value, usually because the audience fixes it. It can't explain "
        "differences between contacts.",
        why_de="Alle Kontakte einer Gruppe haben denselben Wert, meist weil die Zielgruppe ihn festlegt. Unterschiede "
        "zwischen Kontakten kann er nicht erklären.",
        fix_en="Leave the covariate out, or choose one that varies within the audience.",
        fix_de="Lassen Sie die Kovariate weg, oder wählen Sie eine, die innerhalb der Zielgruppe streut.",
    ),
    Entry(
        code="UP651",
        title_en="covariates that repeat each other, or the metric",
        title_de="Kovariaten, die dasselbe sagen, oder die Metrik selbst",
        why_en="When one covariate follows from the others, their slopes are not determined. When the metric follows "
        "from them, they leave nothing to compare; nothing that was known before tells so much.",
        why_de="Folgt eine Kovariate aus den anderen, sind die Steigungen nicht bestimmt. Folgt die Metrik aus ihnen, "
        "bleibt nichts zu vergleichen; so viel sagt nichts, was vorher bekannt war.",
        fix_en="Keep one covariate of each group that says the same; of one that says the metric, look where it comes "
        "from.",
        fix_de="Behalten Sie je eine Kovariate von denen, die dasselbe sagen; von einer, die die Metrik selbst sagt, "
        "prüfen Sie die Herkunft.",
    ),
    Entry(
        code="UP652",
        title_en="covariates that differ between the arms",
        title_de="Kovariaten unterscheiden sich zwischen den Gruppen",
        why_en="Randomised arms differ this much in less than one of ten thousand tests. The covariates were probably "
        "measured after the treatment had begun; adjusting by them would remove part of the effect.",
        why_de="So stark unterscheiden sich zufällig gebildete Gruppen in weniger als einem von zehntausend Tests. Die "
        "Kovariaten wurden vermutlich erst nach Beginn der Maßnahme gemessen; ein Ausgleich nähme einen Teil der "
        "Wirkung weg.",
        fix_en="Use only what was known before the assignment day, and check the assignment itself.",
        fix_de="Verwenden Sie nur, was vor dem Tag der Zuteilung bekannt war, und prüfen Sie die Zuteilung selbst.",
    ),
    Entry(
        code="UP653",
        title_en="a stratum that is too small",
        title_de="zu kleine Schicht",
        why_en="Each stratum is compared with itself, which takes at least two contacts in either arm.",
        why_de="Jede Schicht wird mit sich selbst verglichen; dazu braucht sie je Gruppe mindestens zwei Kontakte.",
        fix_en="Merge small strata by a rule that knows no outcome, such as `min_stratum`.",
        fix_de="Legen Sie kleine Schichten nach einer Regel zusammen, die kein Ergebnis kennt, etwa `min_stratum`.",
    ),
    Entry(
        code="UP654",
        title_en="too few contacts for this quantile",
        title_de="zu wenige Kontakte für dieses Quantil",
        why_en="The interval of a quantile is read off the sorted values; here its ranks fall off the sample.",
        why_de="Das Intervall eines Quantils wird aus den sortierten Werten abgelesen; hier fallen seine Ränge aus der "
        "Stichprobe.",
        fix_en="Choose a quantile closer to the middle, or wait for more contacts.",
        fix_de="Wählen Sie ein Quantil näher an der Mitte, oder warten Sie auf mehr Kontakte.",
    ),
    Entry(
        code="UP655",
        title_en="a segment that was declared after the lock",
        title_de="nach der Festlegung ergänztes Segment",
        why_en="Whoever has seen the data finds a group with a large effect in every test. What was not declared "
        "before suggests a question for the next test; it proves nothing.",
        why_de="Wer die Daten gesehen hat, findet in jedem Test eine Gruppe mit großer Wirkung. Was nicht vorher "
        "festgelegt war, ist eine Frage für den nächsten Test, kein Beleg.",
        fix_en="Declare the segment in the next run of the programme, before its lock.",
        fix_de="Legen Sie das Segment im nächsten Durchgang des Programms fest, vor dem Lock.",
    ),
    Entry(
        code="UP656",
        title_en="a quantile of contacts that are not alike",
        title_de="Quantil über ungleiche Kontakte",
        why_en="The interval is read off the sorted contacts, each taken for independent of the others. Members of a "
        "household are not, and where weights changed on the way the arms hold contacts of different times.",
        why_de="Das Intervall wird aus den sortierten Kontakten abgelesen, die dafür unabhängig sein müssen. "
        "Mitglieder eines Haushalts sind es nicht, und wo sich Gewichte unterwegs änderten, stammen die Kontakte der "
        "Gruppen aus verschiedenen Zeiten.",
        fix_en="Read the metric as a mean, or winsorise that mean.",
        fix_de="Betrachten Sie die Metrik als Mittelwert, oder kappen Sie diesen.",
    ),
    Entry(
        code="UP620",
        title_en="claim about other customers than the audience",
        title_de="Aussage über andere Kunden als die Zielgruppe",
        why_en="The sentence speaks of first buyers where the audience consists of repeat buyers, or the other way "
        "round. The test has measured nothing about the customers that it names.",
        why_de="Der Satz spricht von Erstkäufern, wo die Zielgruppe aus Wiederholungskäufern besteht, oder umgekehrt. "
        "Über die Kunden, die er nennt, hat der Test nichts gemessen.",
        fix_en="Name the customers as the experiment's audience does.",
        fix_de="Nennen Sie die Kunden so, wie sie in der Zielgruppe des Experiments stehen.",
    ),
    Entry(
        code="UP621",
        title_en="claim without a control group",
        title_de="Aussage ohne Kontrollgruppe",
        why_en="The sentence compares with an earlier time, or speaks of something that this test has not measured "
        "against a control. What would have happened anyway is part of such a number.",
        why_de="Der Satz vergleicht mit früher oder spricht von etwas, das dieser Test nicht gegen eine Kontrollgruppe "
        "gemessen hat. In einer solchen Zahl steckt, was ohnehin geschehen wäre.",
        fix_en="State the uplift against the control group, or leave the number out of the report on this test.",
        fix_de="Nennen Sie den Uplift gegenüber der Kontrollgruppe, oder lassen Sie die Zahl in Berichten über diesen "
        "Test weg.",
    ),
    Entry(
        code="UP622",
        title_en="claim about another metric than the one measured",
        title_de="Aussage passt nicht zur gemessenen Metrik",
        why_en="The value is not the one that the result shows for this metric, or the sentence speaks of another "
        "metric than the one it names: buyers where a basket was measured, or the other way round.",
        why_de="Der Wert ist nicht der, den das Ergebnis für diese Metrik zeigt, oder der Satz spricht von einer "
        "anderen Metrik als der angegebenen: von Käufern, wo ein Bestellwert gemessen wurde, oder umgekehrt.",
        fix_en="Take metric and value from the same row of the result.",
        fix_de="Nehmen Sie Metrik und Wert aus derselben Zeile des Ergebnisses.",
    ),
    Entry(
        code="UP623",
        title_en="claim from an underpowered test",
        title_de="Aussage aus einem zu kleinen Test",
        why_en="If the claimed effect were the true one, this test would have found it less often than the design asks "
        "for. Such a find is often larger than the truth.",
        why_de="Wäre die behauptete Wirkung die wahre, hätte dieser Test sie seltener gefunden, als der Versuchsplan "
        "verlangt. Ein solcher Fund ist oft größer als die Wahrheit.",
        fix_en="State the interval beside the value, and repeat the test with more contacts.",
        fix_de="Nennen Sie das Intervall neben dem Wert, und wiederholen Sie den Test mit mehr Kontakten.",
    ),
    Entry(
        code="UP624",
        title_en="claim about a metric that compares buyers with buyers",
        title_de="Aussage über eine Metrik, die Käufer mit Käufern vergleicht",
        why_en="The treatment changes who buys. A difference between the buyers of both arms may come from that alone; "
        "it describes and does not prove.",
        why_de="Die Maßnahme verändert, wer kauft. Ein Unterschied zwischen den Käufern beider Gruppen kann allein "
        "daher kommen; er beschreibt, aber beweist nicht.",
        fix_en="State the revenue per contact, which counts everybody.",
        fix_de="Nennen Sie den Umsatz je Kontakt; er zählt alle.",
    ),
    Entry(
        code="UP625",
        title_en="claim with a value cut off instead of rounded",
        title_de="Aussage mit abgeschnittenem statt gerundetem Wert",
        why_en="24.9% rounds to 25%. Digits that are cut off make readers doubt the others.",
        why_de="24,9\u00a0% werden zu 25\u00a0% gerundet. Abgeschnittene Ziffern lassen Leser an den übrigen zweifeln.",
        fix_en="Round the value, or give one more digit.",
        fix_de="Runden Sie den Wert, oder geben Sie eine Ziffer mehr an.",
    ),
    Entry(
        code="UP626",
        title_en="messages from before the assignment in one arm",
        title_de="Nachrichten vor der Zuteilung in nur einer Gruppe",
        why_en="In the week before the assignment one arm got more messages than the others. Mails of other campaigns "
        "reach all arms alike; these were probably sent before the assignment was recorded, and what they brought on "
        "those days is in no window.",
        why_de="In der Woche vor der Zuteilung bekam eine Gruppe mehr Nachrichten als die anderen. Mails anderer "
        "Kampagnen erreichen alle Gruppen gleich; diese wurden wohl versandt, bevor die Zuteilung festgehalten war, "
        "und was sie an diesen Tagen brachten, liegt in keinem Zeitfenster.",
        fix_en="Record the assignment before anything is sent, and compare both dates in the send log.",
        fix_de="Halten Sie die Zuteilung vor dem Versand fest, und vergleichen Sie beide Tage im Versandprotokoll.",
    ),
    Entry(
        code="UP627",
        title_en="one arm varies far more than the other",
        title_de="Eine Gruppe streut viel stärker als die andere",
        why_en="Single contacts with very large values decide the mean of that arm and the width of the interval. "
        "Such values are often wholesale orders, tests or errors.",
        why_de="Einzelne Kontakte mit sehr großen Werten bestimmen den Mittelwert dieser Gruppe und die Breite des "
        "Intervalls. Solche Werte sind oft Großbestellungen, Testkäufe oder Fehler.",
        fix_en="Look at the largest values of that arm, leave out what is no purchase (`where`, in all arms), or "
        "declare `winsorise` for the next test.",
        fix_de="Sehen Sie sich die größten Werte dieser Gruppe an, nehmen Sie heraus, was kein Kauf ist (`where`, in "
        "allen Gruppen), oder legen Sie für den nächsten Test `winsorise` fest.",
    ),
    Entry(
        code="UP628",
        title_en="the arms differed before the test",
        title_de="Die Gruppen unterschieden sich schon vor dem Test",
        why_en="Before the assignment the test could not act. A difference this large means that the arms were not "
        "drawn alike, or that an earlier campaign still works in one of them.",
        why_de="Vor der Zuteilung konnte der Test nichts bewirken. Ein so großer Unterschied heißt, dass die Gruppen "
        "nicht gleich gezogen wurden oder dass eine frühere Kampagne in einer von ihnen nachwirkt.",
        fix_en="Check how the arms were drawn (`uplift audit`), and draw anew with another `salt_epoch` where an "
        "earlier test used the same split.",
        fix_de="Prüfen Sie, wie die Gruppen gezogen wurden (`uplift audit`), und ziehen Sie mit einer anderen "
        "`salt_epoch` neu, wenn ein früherer Test dieselbe Aufteilung hatte.",
    ),
    Entry(
        code="UP629",
        title_en="sample ratio mismatch in a segment",
        title_de="Aufteilung in einem Segment weicht vom Plan ab",
        why_en="In this group contacts were lost or added in one arm only. A filter that acts on one country or one "
        "device of one arm does that, and the group's uplift can't be trusted.",
        why_de="In dieser Gruppe sind nur auf einer Seite Kontakte verloren gegangen oder hinzugekommen. So wirkt ein "
        "Filter, der nur ein Land oder ein Gerät einer Gruppe trifft; dem Uplift dieses Segments ist nicht zu trauen.",
        fix_en="Compare assigned and sent contacts of this group, and mend the filter before the next run.",
        fix_de="Vergleichen Sie zugeteilte und angeschriebene Kontakte dieses Segments, und beheben Sie den Filter vor "
        "dem nächsten Durchlauf.",
    ),
    Entry(
        code="UP630",
        title_en="claim with another level than the test, or one level said in two ways",
        title_de="Aussage mit einem anderen Niveau als der Test, oder ein Niveau auf zweierlei Weise",
        why_en="'At the 95% level' and 'at the 5% level' are the same thing; side by side they look like two results. "
        "A level that the design does not use proves nothing.",
        why_de="«Auf dem 95-Prozent-Niveau» und «auf dem 5-Prozent-Niveau» ist dasselbe; nebeneinander sieht es nach "
        "zwei Ergebnissen aus. Ein Niveau, das der Versuchsplan nicht kennt, belegt nichts.",
        fix_en="Say it once, as the report does: the confidence that design.alpha gives.",
        fix_de="Sagen Sie es einheitlich wie der Bericht: das Konfidenzniveau, das aus design.alpha folgt.",
    ),
    Entry(
        code="UP638",
        title_en="interval cross-checked by resampling",
        title_de="Gegenprobe des Intervalls durch Neuziehung",
        why_en="The standard error behind the interval comes from formulas; it was estimated once more without "
        "them, from how much 1,000 random buckets of contacts differ. Both agree to a few per cent in "
        "sound data. Where they do not, the interval is too short or too long, and the verdict may rest "
        "on that.",
        why_de="Der Standardfehler hinter dem Intervall folgt aus Formeln; hier ist er ein zweites Mal ohne "
        "sie geschätzt, aus den Unterschieden zwischen 1.000 zufälligen Teilgruppen der Kontakte. In "
        "gesunden Daten stimmen beide auf wenige Prozent überein. Wo nicht, ist das Intervall zu kurz "
        "oder zu lang, und das Urteil kann davon abhängen.",
        fix_en="Look for a handful of contacts with enormous values (staff, resellers, test accounts) and cap "
        "the metric with `winsorise`. If there are none, please report it as a bug: both computations "
        "should agree.",
        fix_de="Suchen Sie nach einzelnen Kontakten mit riesigen Werten (Mitarbeiter, Wiederverkäufer, "
        "Testkonten), und begrenzen Sie die Metrik mit `winsorise`. Gibt es keine, melden Sie es bitte "
        "als Fehler: Beide Rechnungen sollten übereinstimmen.",
    ),
)
