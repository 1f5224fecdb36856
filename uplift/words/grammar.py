"""Joining words: lists in running text."""

from __future__ import annotations

from collections.abc import Sequence

from uplift.words.language import Language


def listed(items: Sequence[str], language: Language) -> str:
    """«a, b und c» or «a, b and c».

    >>> listed(["a", "b", "c"], "de"), listed(["a", "b"], "en"), listed([], "en")
    ('a, b und c', 'a and b', '')
    """
    if len(items) < 2:
        return "".join(items)
    last = " und " if language == "de" else " and "
    return ", ".join(items[:-1]) + last + items[-1]
