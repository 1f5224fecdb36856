"""Finding codes UP75x–UP77x: who gets what next, with which incentive, and what stands on the list."""

from uplift.words.codes.entry import Entry

ALLOCATION: tuple[Entry, ...] = (
    Entry(
        code="UP750",
        title_en="gains and costs do not fit together",
        title_de="Werte und Kosten passen nicht zusammen",
        why_en="Every contact needs one gain and one cost per arm. A missing or infinite gain, a negative cost or a "
        "cost with fractions of its unit would make a budget that nobody can keep.",
        why_de="Jeder Kontakt braucht je Gruppe einen Wert und einen Kostensatz. Ein fehlender oder unendlicher Wert, "
        "negative Kosten oder Bruchteile der Einheit ergäben ein Budget, das niemand einhalten kann.",
        fix_en="Score every contact or leave it out; give costs as whole numbers of one small unit.",
        fix_de="Bewerten Sie jeden Kontakt oder lassen Sie ihn weg; geben Sie Kosten in ganzen kleinen Einheiten an.",
    ),
    Entry(
        code="UP751",
        title_en="negative budget, cap or number of contacts",
        title_de="negatives Budget, negative Obergrenze oder Kontaktzahl",
        why_en="Less than nothing can't be spent, and fewer than no contacts can't be treated.",
        why_de="Weniger als nichts lässt sich nicht ausgeben, und weniger als niemand lässt sich nicht anschreiben.",
        fix_en="Give zero or more under `targeting.strategy`, or leave the limit out.",
        fix_de="Geben Sie unter `targeting.strategy` null oder mehr an, oder lassen Sie die Grenze weg.",
    ),
    Entry(
        code="UP752",
        title_en="cap for an arm that is not offered",
        title_de="Obergrenze für eine Gruppe, die nicht angeboten wird",
        why_en="A cap for an arm that nobody can get has no effect, so it is probably misspelt.",
        why_de="Eine Obergrenze für eine Gruppe, die niemand bekommen kann, hat keine Wirkung; vermutlich ist der "
        "Name falsch geschrieben.",
        fix_en="Correct the name, or add the arm to `targeting.strategy.allow`.",
        fix_de="Berichtigen Sie den Namen, oder nehmen Sie die Gruppe in `targeting.strategy.allow` auf.",
    ),
    Entry(
        code="UP753",
        title_en="minimum coverage out of reach",
        title_de="Mindestabdeckung nicht erreichbar",
        why_en="Caps, exclusions and capacity leave fewer places than contacts are to be treated.",
        why_de="Obergrenzen, Ausschlüsse und Kapazität lassen weniger Plätze, als Kontakte angeschrieben werden "
        "sollen.",
        fix_en="Lower `coverage`, or loosen caps, exclusions or capacity.",
        fix_de="Senken Sie `coverage`, oder lockern Sie Obergrenzen, Ausschlüsse oder Kapazität.",
    ),
    Entry(
        code="UP754",
        title_en="minimum coverage not paid by the budget",
        title_de="Budget reicht nicht für die Mindestabdeckung",
        why_en="Even the cheapest way to treat so many contacts costs more than the budget.",
        why_de="Selbst der billigste Weg, so viele Kontakte anzuschreiben, kostet mehr als das Budget.",
        fix_en="Raise the budget, lower `coverage`, or allow a cheaper arm.",
        fix_de="Erhöhen Sie das Budget, senken Sie `coverage`, oder erlauben Sie eine billigere Gruppe.",
    ),
    Entry(
        code="UP755",
        title_en="exploration breaks a limit",
        title_de="Ausprobieren sprengt eine Grenze",
        why_en="Contacts that are treated by chance cost money and take places too. Here they alone take more than a "
        "budget, cap or capacity allows.",
        why_de="Auch zufällig angeschriebene Kontakte kosten Geld und belegen Plätze. Hier überschreiten sie allein "
        "schon das Budget, eine Obergrenze oder die Kapazität.",
        fix_en="Lower `keep_learning.treated_among_rest`, or raise the limit.",
        fix_de="Senken Sie `keep_learning.treated_among_rest`, oder erhöhen Sie die Grenze.",
    ),
    Entry(
        code="UP756",
        title_en="a policy that the list gave no chance",
        title_de="Strategie, der die Liste keine Chance gab",
        why_en="What an arm would have done is known only from contacts that could have got it by chance. The list "
        "sent these contacts something else with certainty.",
        why_de="Was eine Gruppe bewirkt hätte, ist nur von Kontakten bekannt, die sie durch Zufall bekommen konnten. "
        "Die Liste gab diesen Kontakten mit Sicherheit etwas anderes.",
        fix_en="Judge the list's own plan, or set `keep_learning` before the next campaign.",
        fix_de="Beurteilen Sie den Plan der Liste selbst, oder setzen Sie vor der nächsten Kampagne `keep_learning`.",
    ),
    Entry(
        code="UP757",
        title_en="not a target list",
        title_de="keine Zielgruppenliste",
        why_en="A campaign is judged from the probabilities on its list. A list without them, or with arms that nobody "
        "knows, says nothing.",
        why_de="Eine Kampagne wird nach den Wahrscheinlichkeiten auf ihrer Liste beurteilt. Eine Liste ohne sie oder "
        "mit unbekannten Gruppen sagt nichts aus.",
        fix_en="Use the file that `uplift target` wrote; a mail system may add columns, but must not drop any.",
        fix_de="Verwenden Sie die Datei, die `uplift target` geschrieben hat; das Mailsystem darf Spalten ergänzen, "
        "aber keine weglassen.",
    ),
    Entry(
        code="UP758",
        title_en="a strategy that allows nothing",
        title_de="Strategie, die nichts erlaubt",
        why_en="Only `none` is allowed, so everybody would get nothing whatever the test has shown.",
        why_de="Nur `none` ist erlaubt; alle bekämen nichts, was immer der Test gezeigt hat.",
        fix_en="Allow at least one treatment, or leave `allow` out.",
        fix_de="Erlauben Sie mindestens eine Maßnahme, oder lassen Sie `allow` weg.",
    ),
    Entry(
        code="UP759",
        title_en="most of the money is spent on trials",
        title_de="das meiste Geld geht an Versuche",
        why_en="A small share of many contacts is many contacts. They are treated by chance, not because it pays, and "
        "leave less for those for whom it does.",
        why_de="Ein kleiner Anteil von vielen Kontakten sind viele Kontakte. Sie werden zufällig angeschrieben, nicht "
        "weil es sich lohnt, und lassen denen weniger, bei denen es sich lohnt.",
        fix_en="Lower targeting.keep_learning.treated_among_rest, or raise the budget.",
        fix_de="Senken Sie targeting.keep_learning.treated_among_rest, oder erhöhen Sie das Budget.",
    ),
    Entry(
        code="UP760",
        title_en="an incentive that can't be weighed",
        title_de="Anreiz, der sich nicht bewerten lässt",
        why_en="Effects are compared as ratios. An arm without buyers or without spread has none, and a prior needs a "
        "spread above zero and a weight between 0 and 1.",
        why_de="Wirkungen werden als Verhältnisse verglichen. Eine Gruppe ohne Käufer oder ohne Streuung hat keines, "
        "und eine Vorabannahme braucht eine Streuung über null und ein Gewicht zwischen 0 und 1.",
        fix_en="Wait for more contacts, leave the arm out, or correct the prior under `targeting.priors`.",
        fix_de="Warten Sie auf mehr Kontakte, lassen Sie die Gruppe weg, oder berichtigen Sie die Vorabannahme unter "
        "`targeting.priors`.",
    ),
)
