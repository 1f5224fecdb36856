"""Who signs a decision, and at which commit: told by the user, else by git."""

from __future__ import annotations

import datetime
import os
import subprocess
import unicodedata
from pathlib import Path

from uplift.errors import Problem, StateError
from uplift.spec.lock import Signature

_PATIENCE = 10.0  # seconds that git may take


def signature(by: str | None, *, on: datetime.date, folder: Path) -> Signature:
    """Today's signature: `by`, else the author that git knows in this folder; with the commit where there is one.

    Raises StateError (UP410) when nobody is named.
    """
    name = one_line(by or "") or one_line(os.environ.get("GIT_AUTHOR_NAME", "")) or _git(folder, "config", "user.name")
    if not name:
        raise StateError(
            Problem("UP410", "nobody has signed: no name was given and git knows none", fix='add --by "Your Name"')
        )
    return Signature(name, on, _git(folder, "rev-parse", "--verify", "--quiet", "HEAD") or None)


def reason_of(text: str) -> str:
    """A reason on one line; raises StateError (UP410) for an empty one."""
    reason = one_line(text)
    if not reason:
        raise StateError(Problem("UP410", "the reason is empty", fix='say why in a sentence: --reason "…"'))
    return reason


def one_line(text: str) -> str:
    """The text without line breaks, control characters and broken bytes: what can be kept and printed anywhere.

    >>> one_line(" Mara\\nBeck ")
    'Mara Beck'
    """
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text).split())


def _git(folder: Path, *arguments: str) -> str:
    """What git answers in a folder; nothing where it is not installed, no repository is there, or it takes too long."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return one_line(answer.stdout.decode("utf-8", "replace")) if answer.returncode == 0 else ""
