"""Lists for the mail system as files that lie there: which lines hold a contact, and the file without them."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection
from pathlib import Path

from uplift.store.files import written_aside

_DELIMITERS = ",;\t|"


def without_contacts(folder: Path, contacts: Collection[str]) -> tuple[set[str], int, int]:
    """Remove every line of every CSV file below a folder that has one of the ids in any cell.

    Returns the ids that were found, the lines that were removed and the files that were rewritten. Other bytes stay.
    """
    found: set[str] = set()
    lines, files = 0, 0
    for path in sorted(folder.rglob("*.csv")):
        removed = _rewritten(path, frozenset(contacts), found)
        lines += removed
        files += removed > 0
    return found, lines, files


def _rewritten(path: Path, contacts: frozenset[str], found: set[str]) -> int:
    raw = path.read_bytes()
    text, encoding = _decoded(raw)
    lines = list(io.StringIO(text, newline=""))
    if not lines:
        return 0
    delimiter = max(_DELIMITERS, key=lines[0].count)
    kept: list[str] = []
    record = ""
    removed = 0
    for line in lines:
        record += line
        if record.count('"') % 2:  # a quoted cell goes on in the next line
            continue
        cells = {cell for row in csv.reader(io.StringIO(record), delimiter=delimiter) for cell in row}
        if here := cells & contacts:
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
