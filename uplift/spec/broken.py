"""What is wrong with a text that is no YAML, at the place where a person has to mend it.

The parser reports where it gave up; the mistake often stands before: the line without a colon, the brace or quotation
mark that was never closed.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from uplift.errors import Place, Problem

_ENTRY = re.compile(r"^(\s*)([A-Za-z_][\w-]*)(:?)\s*(\S.*)$")
_INDENT = "indent with spaces; quote values with ': ' or '#'"
_ODD_BLANKS = "\u00a0\u2007\u202f\u2003\u2002"


def not_yaml(error: yaml.YAMLError, text: str, path: Path) -> Problem:
    """The problem behind a parser's error."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    opened = getattr(error, "context_mark", None)
    told = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "it can't be read")
    lines = text.splitlines() or [""]
    if mark is None:  # a forbidden character: the reader knows only its position
        line, column = _position(error, text)
        return _problem(told, "delete the control character", path, line, column)
    line, column = mark.line + 1, mark.column + 1
    here = lines[line - 1] if line <= len(lines) else ""
    if here[column - 1 : column] == "\t":
        return _problem("found a tab character where spaces belong", _INDENT, path, line, column)
    for number in range(min(line, len(lines)), max(0, line - 2), -1):  # the parser may notice a line later
        start = lines[number - 1][: len(lines[number - 1]) - len(lines[number - 1].lstrip())]
        if blank := next((at for at, sign in enumerate(start, start=1) if sign in _ODD_BLANKS), None):
            what = "the line begins with a no-break space, as word processors and web pages write it"
            return _problem(what, "delete it and indent with plain spaces", path, number, blank)
    if opened is not None:
        found = _opened(error, told, lines, opened.line + 1, opened.column + 1, path)
        if found is not None:
            return found
    if "mapping values are not allowed" in told:
        return _second_colon(lines, path, line, column)
    if line > len(lines):  # the parser noticed only after the end
        line, column = len(lines), len(lines[-1]) + 1
    return _problem(told, _INDENT, path, line, column)


def _opened(error: yaml.YAMLError, told: str, lines: list[str], line: int, column: int, path: Path) -> Problem | None:
    """What began somewhere and never ended."""
    context = str(getattr(error, "context", ""))
    here = lines[line - 1] if line <= len(lines) else ""
    if "could not find expected ':'" in told:
        entry = _ENTRY.match(here)
        fix = f"write `{entry[2]}: {entry[4].removeprefix(':').lstrip()}`" if entry else "write `key: value`"
        return _problem("the line has no ': ' between key and value", fix, path, line, column)
    if "quoted scalar" in context and "end of stream" in told:
        sign = here[column - 1 : column]
        return _problem(f"the quotation mark {sign} is opened here and never closed", f"add {sign}", path, line, column)
    for close in "}]":
        if f"',' or '{close}'" in told:
            opening = here[column - 1 : column]
            fix = f"add '{close}' at its end; between two entries belongs a comma"
            return _problem(f"the '{opening}' that opens here is not closed", fix, path, line, column)
    return None


def _second_colon(lines: list[str], path: Path, line: int, column: int) -> Problem:
    """A colon where none may stand: in the middle of a text, or in a line that is indented by mistake."""
    here = lines[line - 1]
    entry = _ENTRY.match(here)
    if entry and entry[3] and here.index(":") + 1 < column:
        quote = '"' if "'" in entry[4] else "'"
        return _problem(
            f"the text behind '{entry[2]}:' holds a ': ' itself",
            f"quote it: {entry[2]}: {quote}{entry[4]}{quote}",
            path,
            line,
            column,
        )
    above = next((text for text in reversed(lines[: line - 1]) if text.strip() and text.lstrip()[0] != "#"), "")
    deep, wanted = (len(text) - len(text.lstrip()) for text in (here, above))
    if deep > wanted:
        what = f"the line is indented by {deep} spaces, the one above by {wanted}"
        return _problem(what, f"indent it by {wanted} too, if both belong to the same block", path, line, deep + 1)
    return _problem("mapping values are not allowed in this context", _INDENT, path, line, column)


def _position(error: yaml.YAMLError, text: str) -> tuple[int, int]:
    position = getattr(error, "position", 0)
    counts_bytes = getattr(error, "encoding", "") != "unicode"  # libyaml does, PyYAML's own reader does not
    before = text.encode()[:position].decode(errors="ignore") if counts_bytes else text[:position]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _problem(what: str, fix: str, path: Path, line: int, column: int) -> Problem:
    return Problem("UP001", f"not valid YAML: {what}", fix=fix, place=Place(str(path), line, column))


def not_utf8(raw: bytes, error: UnicodeDecodeError, path: Path) -> Problem:
    """Which encoding the file seems to have, and where it stops being ours."""
    line = raw.count(b"\n", 0, error.start) + 1
    column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
    what = f"byte 0x{raw[error.start]:02x}"
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        what = "it is UTF-16, which Windows calls «Unicode»"
    elif (sign := raw[error.start : error.start + 1].decode("cp1252", errors="ignore")).isalpha():
        what = f"byte 0x{raw[error.start]:02x}, which is '{sign}' in Windows-1252 (ANSI)"
    return Problem(
        "UP003",
        f"the file is not UTF-8: {what}",
        fix="save the file as UTF-8 (in most editors: save as, encoding)",
        place=Place(str(path), line, column),
    )
