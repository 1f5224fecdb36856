"""Names that somebody else chose (titles, arms, metrics), made safe to set into our sentences."""

from __future__ import annotations

import unicodedata

_ISOLATE = "\N{FIRST STRONG ISOLATE}"
_END_ISOLATE = "\N{POP DIRECTIONAL ISOLATE}"
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_EXPLICIT = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
ELLIPSIS = "…"
IN_A_SENTENCE = 80


def tamed(name: str) -> str:
    """The name on one line without control characters; right-to-left text cannot reorder what stands around it.

    >>> tamed("Winter\\nSale "), tamed("a\\u202eb")
    ('Winter Sale', 'ab')
    """
    kinds = [unicodedata.bidirectional(character) for character in name]
    kept = (c for c, kind in zip(name, kinds, strict=True) if kind not in _EXPLICIT)
    text = " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in kept).split())
    return f"{_ISOLATE}{text}{_END_ISOLATE}" if _RIGHT_TO_LEFT.intersection(kinds) else text


def shortened(name: str, limit: int = IN_A_SENTENCE) -> str:
    """The tamed name, cut with an ellipsis where it is longer than a sentence can carry.

    >>> shortened("Erstkäufer zu Wiederholungskäufern", 12)
    'Erstkäufer…'
    """
    plain = tamed(name).strip(_ISOLATE + _END_ISOLATE)
    if len(plain) <= limit:
        return tamed(name)
    cut = plain[: limit - 1]
    while cut and (unicodedata.combining(cut[-1]) or cut[-1] in " \N{ZERO WIDTH JOINER}\N{VARIATION SELECTOR-16}"):
        cut = cut[:-1]
    return tamed(cut + ELLIPSIS)


def mid_sentence(title: str) -> str:
    """An English title as it reads inside a sentence: «Revenue per contact» → «revenue per contact»; AOV stays AOV.

    >>> mid_sentence("Revenue per contact"), mid_sentence("AOV"), mid_sentence("E-mail opens")
    ('revenue per contact', 'AOV', 'e-mail opens')
    """
    first = title.split(" ", 1)[0]
    capitals = sum(character.isupper() for character in first)
    return title[:1].lower() + title[1:] if capitals == 1 and title[:1].isupper() and len(first) > 1 else title
