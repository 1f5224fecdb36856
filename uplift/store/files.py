"""Files that are either whole or not there: written aside, flushed, renamed, and the folder flushed too."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from uplift.errors import Problem, StateError

ASIDE = ".aside-"
_UNTOUCHED = 60.0  # seconds
_FORGOTTEN_AFTER = 86_400  # seconds


def aside_of(target: Path) -> Path:
    """A fresh name in the target's folder, on the same volume, that nobody takes for a finished file."""
    return target.with_name(f"{ASIDE}{os.getpid()}-{secrets.token_hex(6)}-{target.name}")


def is_abandoned(aside: Path) -> bool:
    """Whether the run that was writing this file is gone: its process, or a day has passed since the last byte."""
    try:
        return _idle(aside) > _FORGOTTEN_AFTER or not _writer_lives(aside)
    except FileNotFoundError:  # it has got its name meanwhile
        return False


def publish(aside: Path, target: Path) -> None:
    """Give a finished file its name: after this call a power cut leaves it whole, before it leaves the old state."""
    _flush(aside)
    aside.replace(target)
    _flush_folder(target.parent)


@contextlib.contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """A path to write to; the file takes the target's name when the block ends well, else nothing is left.

    Raises StateError (UP515) when the folder or the file can't be written.
    """
    make_folder(target.parent)
    _sweep(target)
    aside = aside_of(target)
    try:
        yield aside
        publish(aside, target)
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        aside.unlink(missing_ok=True)


def write_text_atomic(path: Path, text: str) -> None:
    """Write a UTF-8 text with `\\n` line ends, whole or not at all."""
    with written_aside(path) as aside:
        aside.write_bytes(text.encode())


@contextlib.contextmanager
def alone_in(folder: Path, *, patience: float = 30.0) -> Iterator[None]:
    """Let one process at a time read, change and write what lies in a folder; a killed one lets go by itself.

    Waits up to `patience` seconds, then raises StateError (UP514). Where folders can't be locked (not on POSIX) it does
    nothing.
    """
    if os.name != "posix":
        yield
        return
    import fcntl

    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise unreadable(folder, error) from error
    try:
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StateError(
                        Problem(
                            "UP514",
                            f"another run is changing '{folder}' and has not finished",
                            fix="wait until it is done and run this again; nothing was changed",
                        )
                    ) from None
                time.sleep(0.02)
            except OSError:  # a volume without locks: then there is no other way than to go on
                break
        yield
    finally:
        os.close(handle)


def content_hash(path: Path) -> str:
    """The sha256 of a file's bytes, as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sweep(target: Path) -> None:
    """Remove what killed runs left beside a file: of a process that is no more, and untouched for a minute.

    The minute spares writers on other machines, whose processes can't be seen from here.
    """
    for leftover in target.parent.glob(f"{ASIDE}*-{glob.escape(target.name)}"):
        with contextlib.suppress(OSError):
            if not _writer_lives(leftover) and _idle(leftover) > _UNTOUCHED:
                leftover.unlink()


def _idle(aside: Path) -> float:
    """Seconds since the last byte."""
    return time.time() - aside.stat().st_mtime


def _writer_lives(aside: Path) -> bool:
    """Whether a process of this machine has the number in the file's name; where that can't be told, it has."""
    number = aside.name.removeprefix(ASIDE).partition("-")[0]
    if os.name != "posix" or not number.isdecimal():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def remove_asides(folder: Path) -> None:
    """Remove what a killed writer left; only the one who holds the writer's lock may do so."""
    for leftover in folder.glob(f"{ASIDE}*"):
        leftover.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, each of them flushed to the disk.

    Raises StateError (UP515) when it can't be made.
    """
    missing = [f for f in (folder, *folder.parents) if not f.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for made in reversed(missing):
            _flush_folder(made.parent)
    except OSError as error:
        raise unwritable(folder, error) from error


def unwritable(path: Path, error: OSError) -> StateError:
    """The error for a place that can't be written."""
    return StateError(
        Problem(
            "UP515",
            f"'{path}' can't be written: {error.strerror or error}",
            fix="free space on the volume, or give this user the right to write there",
        )
    )


def unreadable(path: Path, error: OSError) -> StateError:
    """The error for a place that can't be read."""
    return StateError(
        Problem(
            "UP515", f"'{path}' can't be read: {error.strerror or error}", fix="give this user the right to read there"
        )
    )


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":  # elsewhere a folder can't be opened, and the rename is durable by itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
