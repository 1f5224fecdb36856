"""How the files of a report are called, whatever an experiment's id says."""

from __future__ import annotations

import re

from uplift.words.language import Language

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


def plain_name(name: str) -> str:
    """A name that no file system minds."""
    return _UNFIT.sub("-", name).lstrip(".-")[:80] or "report"


def stem(experiment: str, language: Language) -> str:
    """The name without its ending; no separator, colon or dot at the front survives.

    >>> stem("sale-2026", "de"), stem("holdout:global", "en"), stem("../../etc/passwd", "de")
    ('sale-2026.de', 'holdout-global.en', 'etc-passwd.de')
    """
    return f"{plain_name(experiment)}.{language}"


def file_name(experiment: str, language: Language) -> str:
    """The name of an HTML report."""
    return f"{stem(experiment, language)}.html"
