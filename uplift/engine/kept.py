"""What is computed once and kept: converted files and unit tables, each with a record that says what it is.

Nothing here is truth: whatever is missing, damaged or written by another version is made again. A finished table is
never replaced, since another run may be reading it: the first writer wins, and all writers of one name write the same.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from uplift.engine.encodings import fingerprint
from uplift.errors import DataError
from uplift.store.files import aside_of, make_folder, unwritable

PARQUET_MARK = b"PAR1"


def make_cache(folder: Path) -> None:
    """Make the folder for what is kept. Raises StateError (UP515) when it can't be made or written."""
    make_folder(folder)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise unwritable(folder, OSError(errno.EACCES, os.strerror(errno.EACCES)))


@contextlib.contextmanager
def keeping(table: Path) -> Iterator[Path]:
    """A path to write a Parquet file to; when the block ends well it gets its name, unless a whole file has it."""
    aside = aside_of(table)
    try:
        yield aside
        if not is_whole(table):
            table.unlink(missing_ok=True)
        try:
            os.link(aside, table)
        except FileExistsError:
            pass  # another run was quicker
        except OSError:  # a volume without hard links
            aside.replace(table)
    finally:
        aside.unlink(missing_ok=True)


def is_whole(table: Path) -> bool:
    """Whether a Parquet file begins and ends as one."""
    try:
        with table.open("rb") as file:
            head = file.read(4)
            file.seek(-4, os.SEEK_END)
            return head == file.read(4) == PARQUET_MARK
    except OSError:
        return False


def remember(record: Path, facts: dict[str, Any], table: Path) -> None:
    """Write down what a kept table is, with the hash of its bytes."""
    aside = aside_of(record)
    try:
        aside.write_text(json.dumps({**facts, "sha256": fingerprint(table)}, ensure_ascii=False), "utf-8")
        aside.replace(record)
    except OSError as error:
        raise unwritable(record.parent, error) from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)


def recall(record: Path, table: Path) -> dict[str, Any] | None:
    """What was written down about a kept table; None when either is missing or damaged, and both are forgotten then."""
    try:
        facts = json.loads(record.read_text("utf-8"))
        if isinstance(facts, dict) and facts.pop("sha256", None) == fingerprint(table):
            return facts
    except FileNotFoundError:
        return None
    except (OSError, ValueError, DataError):
        pass
    with contextlib.suppress(OSError):
        record.unlink(missing_ok=True)
        table.unlink(missing_ok=True)
    return None
