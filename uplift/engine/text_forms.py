"""The forms in which a text file writes numbers, dates and yes/no; and how a value may be shown in a message."""

from __future__ import annotations

from dataclasses import dataclass

from uplift.engine.adapter import text_literal

POINT = r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?"
COMMA = r"[+-]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+)(,[0-9]+)?"
ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?"
ZONED = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)? ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
BOOLEANS_TRUE = frozenset({"true", "1", "ja", "yes", "wahr", "t", "y", "j"})
BOOLEANS_FALSE = frozenset({"false", "0", "nein", "no", "falsch", "f", "n"})
LONGEST_SHOWN = 24


@dataclass(frozen=True, slots=True)
class DateForm:
    """A way to write days: its shape, the formats with and without a time of day, and its name for people."""

    shown: str
    shape: str
    formats: tuple[str, ...]

    def sql(self, value: str, *, strict: bool = True) -> str:
        """The timestamp that a text names; with strict=False NULL where it is of another form."""
        formats = ", ".join(map(text_literal, self.formats))
        if strict:
            return f"strptime({value}, [{formats}])"
        shape = f"regexp_full_match({value}, {text_literal(self.shape + CLOCK)})"
        return f"(CASE WHEN {shape} THEN try_strptime({value}, [{formats}]) END)"


CLOCK = r"( [0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)?"


def _form(shown: str, mark: str, order: tuple[str, str, str]) -> DateForm:
    escaped = r"\." if mark == "." else mark
    day = mark.join(order)
    shape = rf"[0-9]{{1,2}}{escaped}[0-9]{{1,2}}{escaped}[0-9]{{4}}"
    return DateForm(shown, shape, (day, f"{day} %H:%M", f"{day} %H:%M:%S"))


DATE_FORMS = (
    _form("31.01.2026", ".", ("%d", "%m", "%Y")),
    _form("31/01/2026", "/", ("%d", "%m", "%Y")),
    _form("01/31/2026", "/", ("%m", "%d", "%Y")),
    _form("31-01-2026", "-", ("%d", "%m", "%Y")),
    _form("01-31-2026", "-", ("%m", "%d", "%Y")),
)


def shown_value(value: str, *, private: bool = False) -> str:
    """A value as a message may show it: ids and what looks like an address keep only their shape.

    >>> shown_value("n/a"), shown_value("12345678", private=True), shown_value("anna@example.org")
    ('n/a', '1••••••8', 'a••••••••••••••g')
    """
    value = value.replace("\n", "⏎").replace("\t", "⇥")
    if private or "@" in value:
        inner = "•" * min(max(len(value) - 2, 1), 18)
        return f"{value[:1]}{inner}{value[-1:]}" if len(value) > 2 else "••"
    return value if len(value) <= LONGEST_SHOWN else value[: LONGEST_SHOWN - 1] + "…"
