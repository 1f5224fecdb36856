"""Finding codes UP80x–UP84x: proof of an assignment, what came from elsewhere, what is forgotten, holdouts."""

from uplift.words.codes.entry import Entry

PROOF: tuple[Entry, ...] = (
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
)
