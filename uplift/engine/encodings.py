"""Which encoding a text file has: UTF-8 (with or without mark), UTF-16, else cp1252 with a note. Never a silent guess.

Files may be gzipped. What comes out is a UTF-8 file with one kind of line end: the original where it already is one.
"""

from __future__ import annotations

import codecs
import functools
import gzip
import hashlib
import io
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NoReturn, cast

from uplift.errors import DataError, Place, Problem

CHUNK = 4 * 1024 * 1024
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file in UTF-8 with regular line ends: where it is, what it was, how many lines and quotes it has."""

    path: Path
    encoding: str
    detected: bool
    lines: int


def fingerprint(path: Path) -> str:
    """sha256 of a file's bytes, read once while the file is as it was. Raises DataError (UP520) where it can't be."""
    try:
        seen = path.stat()
        return _fingerprint(path, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino, seen.st_dev)
    except OSError as error:
        fix = "give this user the right to read it"
        raise DataError(Problem("UP520", f"'{path}' can't be read: {error.strerror}", fix=fix)) from error


@functools.lru_cache(maxsize=1024)
def _fingerprint(path: Path, *_as_it_was: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_bytes(path: Path) -> BinaryIO:
    """The file's bytes, unpacked when it is gzipped (by its first bytes, not by its name)."""
    return cast(BinaryIO, gzip.open(path, "rb")) if _packed(path) else path.open("rb")


def _packed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    """The file's text with its line ends as they are."""
    return io.TextIOWrapper(open_bytes(path), encoding=encoding, errors="strict", newline="")


def decode(path: Path, shown: str, declared: str | None, scratch: Path) -> Decoded:
    """The file as UTF-8; `scratch` is written only when the original is not yet plain UTF-8.

    Raises DataError: UP521 when a character can't be decoded, with its line and column.
    """
    encoding = _declared(declared, path, shown) if declared else detect(path, shown)
    lines, regular = _line_ends(path) if encoding == "utf-8" and not _packed(path) else (0, False)
    if regular:
        return Decoded(path, encoding, declared is None, lines)
    lines = _transcode(path, shown, encoding, scratch)
    return Decoded(scratch, encoding, declared is None, lines)


def detect(path: Path, shown: str, *, fallback: bool = True) -> str:
    """The encoding by its mark, by strict UTF-8, by the zeros of UTF-16, else (with `fallback`) cp1252."""
    with _readable(path, shown) as file:
        head = _read(file, shown, 4096)
        for mark, name in MARKS:
            if head.startswith(mark):
                return name
        if len(head) >= 4 and b"\x00" in head:
            return _utf16_without_mark(head, shown)
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        line, plain = 1, True
        chunk = head
        while True:
            final = not chunk
            try:
                text = decoder.decode(chunk, final)
            except UnicodeDecodeError as error:
                good = error.object[: error.start]
                if not fallback or not (plain and good.isascii()) or _has_utf8_after(error.object[error.end :]):
                    _undecodable(shown, "UTF-8", line + good.count(b"\n"), error)
                return "cp1252"
            if final:
                return "utf-8"
            plain = plain and text.isascii()
            line += chunk.count(b"\n")
            chunk = _read(file, shown)


def _utf16_without_mark(head: bytes, shown: str) -> str:
    zeros_even, zeros_odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if zeros_odd > 0.3 * half and zeros_even < 0.05 * half:
        return "utf-16-le"
    if zeros_even > 0.3 * half and zeros_odd < 0.05 * half:
        return "utf-16-be"
    line = head[: head.index(0)].count(b"\n") + 1
    raise DataError(
        Problem(
            "UP521", "the file holds NUL bytes: it is not a text file", fix="export it as CSV", place=Place(shown, line)
        )
    )


def _has_utf8_after(rest: bytes) -> bool:
    """Whether proper UTF-8 characters follow a broken one: then the file is damaged UTF-8, not cp1252."""
    text = rest.decode("utf-8", "replace")
    return any(c > "\x7f" and c != "\ufffd" for c in text)


def _declared(name: str, path: Path, shown: str) -> str:
    try:
        b"a".decode(name, "replace")
        found = codecs.lookup(name).name
    except LookupError:
        raise DataError(
            Problem(
                "UP521",
                f"'{name}' is not an encoding",
                fix="write utf-8, cp1252, latin-1 or utf-16",
                place=Place(shown),
            )
        ) from None
    return detect(path, shown, fallback=False) if found == "utf-8" else found


def _line_ends(path: Path) -> tuple[int, bool]:
    """How many lines, and whether all end alike (\\n or \\r\\n) and no NUL is among them."""
    feeds = returns = pairs = zeros = 0
    last = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            feeds += chunk.count(b"\n")
            returns += chunk.count(b"\r")
            pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            zeros += chunk.count(b"\x00")
            last = chunk[-1:]
    lines = feeds + (last not in (b"\n", b""))
    return lines, zeros == 0 and (returns == 0 or returns == pairs == feeds)


def _transcode(path: Path, shown: str, encoding: str, target: Path) -> int:
    """Write the text as UTF-8 with \\n line ends; the number of lines."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("strict"), translate=True)
    line, last = 1, ""
    with _readable(path, shown) as source, target.open("w", encoding="utf-8", newline="") as out:
        while True:
            chunk = _read(source, shown)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                good = error.object[: error.start].decode(encoding, "ignore")
                _undecodable(shown, encoding, line + good.count("\n"), error)
            if "\x00" in text:
                where = line + text[: text.index("\x00")].count("\n")
                _zero(shown, where)
            out.write(text)
            line += text.count("\n")
            last = text[-1:] or last
            if not chunk:
                break
        out.flush()
        os.fsync(out.fileno())
    return line - (last == "\n")


def _readable(path: Path, shown: str) -> BinaryIO:
    try:
        return open_bytes(path)
    except OSError as error:
        raise DataError(Problem("UP520", f"the file can't be read: {error.strerror}", place=Place(shown))) from error


def _read(file: BinaryIO, shown: str, size: int = CHUNK) -> bytes:
    try:
        return file.read(size)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(
            Problem(
                "UP521", "the gzipped file is cut off or damaged", fix="copy or export it again", place=Place(shown)
            )
        ) from error


def _zero(shown: str, line: int) -> NoReturn:
    raise DataError(
        Problem("UP521", "the file holds a NUL character", fix="export it again as plain CSV", place=Place(shown, line))
    )


def _undecodable(shown: str, encoding: str, line: int, error: UnicodeDecodeError) -> NoReturn:
    column = error.start - error.object.rfind(b"\n", 0, error.start)
    byte = error.object[error.start]
    raise DataError(
        Problem(
            "UP521",
            f"byte 0x{byte:02X} is not a character in {encoding.upper()}",
            fix="export the file as UTF-8, or declare its encoding: csv: {encoding: cp1252}",
            place=Place(shown, line, column),
        )
    ) from error
