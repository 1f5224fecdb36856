"""All finding codes as one page of Markdown."""

from __future__ import annotations

from uplift.words.codes.entry import Entry
from uplift.words.language import Language

_HEAD = {
    "en": (
        "Findings",
        "Everything that `uplift` can find fault with, by code. `uplift explain CODE` prints a single one. A code "
        "means the same in the check, the analysis, the audit and the report, and never changes its meaning.",
    ),
    "de": (
        "Befunde",
        "Alles, was `uplift` bemängeln kann, nach Code. `uplift explain CODE --language de` zeigt einen einzelnen. Ein "
        "Code bedeutet in Prüfung, Auswertung, Audit und Report dasselbe und ändert seine Bedeutung nie.",
    ),
}
_GROUPS = (
    ("UP0", "The YAML file", "Die YAML-Datei"),
    ("UP1", "Keys and values", "Schlüssel und Werte"),
    ("UP2", "What belongs together", "Was zusammenpassen muss"),
    ("UP3", "Design and power", "Plan und Teststärke"),
    ("UP4", "Lock and decisions", "Festlegung und Entscheidungen"),
    ("UP5", "Data, assignment and what is kept", "Daten, Zuteilung und was aufbewahrt wird"),
    ("UP6", "Analysis, validity and customers", "Auswertung, Gültigkeit und Kunden"),
    ("UP7", "Targeting", "Auswahl der Empfänger"),
    ("UP8", "Proof, import and erasure", "Nachweis, Import und Löschen"),
    ("UP9", "The program", "Das Programm"),
)


def page(entries: tuple[Entry, ...], language: Language) -> str:
    """The page in one language: a table of contents by group, then every code with what it means and what to do."""
    title, lead = _HEAD[language]
    text = [f"# {title}", "", lead, ""]
    for prefix, english, german in _GROUPS:
        own = sorted((e for e in entries if e.code.startswith(prefix)), key=lambda e: e.code)
        if not own:
            continue
        text += [f"## {german if language == 'de' else english}", ""]
        for e in own:
            parts = (e.title_de, e.why_de, e.fix_de) if language == "de" else (e.title_en, e.why_en, e.fix_en)
            name, why, fix = (part.strip() for part in parts)
            text += [
                f"### {e.code} {name[0].upper()}{name[1:]}",
                "",
                why,
                "",
                f"**{'Abhilfe' if language == 'de' else 'Fix'}:** {fix}",
                "",
            ]
    return "\n".join(text).rstrip() + "\n"
