"""One row of the table of finding codes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding code in both languages: its title, why it matters and what to do."""

    code: str
    title_en: str
    title_de: str
    why_en: str
    why_de: str
    fix_en: str
    fix_de: str
