"""Lists for the mail system as files that lie there: which lines hold a contact, and the file without them."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection
from pathlib import Path

from uplift.store.files import written_aside

_DELIMITERS = ",;\t|"


def without_contacts(
    folder: Path, contacts: Collection[str], *, ids: Collection[str] = ()
) -> tuple[set[str], dict[Path, int]]:
    """Remove every line of every CSV file below a folder that has one of the contacts in an id column.

    `ids` are the names of such columns; in a file that has none of them every cell is looked at, since 17 may be a
    contact or a score. Returns the contacts that were found, and by file the lines that went. Other bytes stay.
    """
    found: set[str] = set()
    files = {
        path: _rewritten(path, frozenset(contacts), frozenset(ids), found) for path in sorted(folder.rglob("*.csv"))
    }
    return found, {path: removed for path, removed in files.items() if removed}


def _rewritten(path: Path, contacts: frozenset[str], ids: frozenset[str], found: set[str]) -> int:
    raw = path.read_bytes()
    text, encoding = _decoded(raw)
    lines = list(io.StringIO(text, newline=""))
    if not lines:
        return 0
    delimiter = max(_DELIMITERS, key=lines[0].count)
    header = next(csv.reader(lines[:1], delimiter=delimiter), [])
    columns = [n for n, name in enumerate(header) if name.lstrip("\ufeff") in ids]
    kept: list[str] = []
    record = ""
    removed = 0
    for line in lines:
        record += line
        if record.count('"') % 2:  # a quoted cell goes on in the next line
            continue
        rows = list(csv.reader(io.StringIO(record), delimiter=delimiter))
        looked = (
            [row[n] for row in rows for n in columns if n < len(row)] if columns else [c for row in rows for c in row]
        )
        if here := contacts.intersection(looked):
            found |= here
            removed += 1
        else:
            kept.append(record)
        record = ""
    if not removed:
        return 0
    with written_aside(path) as aside:
        aside.write_bytes("".join((*kept, record)).encode(encoding))
    return removed


def _decoded(raw: bytes) -> tuple[str, str]:
    """The text, and an encoding that gives the same bytes again."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16"), "utf-16"
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return raw.decode("latin-1"), "latin-1"
