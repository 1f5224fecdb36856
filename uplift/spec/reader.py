"""YAML text → plain values, with the place of every key and value.

The scalars are those of YAML 1.2 and no more: `NO`, `12:30`, `0123` and `2026-11-30` stay text, decimals are exact,
`60_000` is an integer. What makes YAML surprising is refused with its place: a key given twice, anchors, merge keys,
tags, several documents. The text is read as a stream of events, so no nesting can exhaust the stack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from uplift.errors import Place, Problem
from uplift.spec.study import Document, KeyPath

LARGEST_FILE = 1_000_000
"""Bytes; the longest study seen has 5,000."""
DEEPEST = 30

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # absent where PyYAML was built without libyaml
_INTEGER = re.compile(r"^[+-]?(0|[1-9][0-9]*(_[0-9]+)*)$")
_DECIMAL = re.compile(r"^[+-]?(0|[1-9][0-9]*(_[0-9]+)*)?(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?$")
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LONGEST_NUMBER = 40

Scalar = None | bool | int | Decimal | str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says: its values as plain dicts and lists, and its text with the place of each key and value."""

    data: dict[str, Any]
    document: Document


def read_file(path: Path) -> Reading | Problem:
    """The contents of a YAML file, or the one problem that keeps it from being read; places name the path as given."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except IsADirectoryError:
        return _unreadable(path, "this is a folder, not a YAML file", "name a file in it")
    except FileNotFoundError:
        return _unreadable(path, "there is no such file", "check the spelling of the path")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        return _unreadable(path, f"the file can't be read: {reason}", "check the path and its permissions")
    if len(raw) > LARGEST_FILE:
        return _unreadable(
            path, f"the file is larger than {LARGEST_FILE:,} bytes", "is this really a YAML file of ours?"
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        from uplift.spec.broken import not_utf8

        return not_utf8(raw, error, path)
    return read_text(text, path)


def read_text(text: str, path: Path) -> Reading | Problem:
    """The contents of a YAML text; `path` is only named in places."""
    try:
        return _Builder(path, text).read()
    except _RefusedError as refused:
        return refused.problem
    except yaml.YAMLError as error:
        from uplift.spec.broken import not_yaml

        return not_yaml(error, text, path)


def resolve(text: str) -> Scalar:
    """The value of an unquoted word by YAML 1.2's core schema, with exact decimals and `_` between digits.

    >>> resolve("60_000"), resolve("0.10"), resolve("NO"), resolve("0123"), resolve("12:30"), resolve("~")
    (60000, Decimal('0.10'), 'NO', '0123', '12:30', None)
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if len(text) > _LONGEST_NUMBER or text[0] not in "+-.0123456789" or not any(c.isdigit() for c in text):
        return text
    if _INTEGER.match(text):
        return int(text.replace("_", ""))
    if _DECIMAL.match(text) and text.lstrip("+-")[0] not in "eE":
        return Decimal(text.replace("_", ""))
    return text


class _RefusedError(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read; `key` is the mapping's key that waits for its value."""

    into: dict[str, Any] | list[Any]
    path: KeyPath
    key: str | None = None


class _Builder:
    """Turns the events of one document into values and places, with a stack of its own instead of recursion."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text = path, text
        self.keys: dict[KeyPath, Place] = {}
        self.values: dict[KeyPath, Place] = {}
        self.stack: list[_Open] = []
        self.documents = 0
        self.last: tuple[str, int, int] | None = None  # the number in braces that was read last: key, where it ends
        self.split: tuple[str, str] | None = None  # the key before, and its number with the comma that cut it in two
        self.root: Any = None

    def read(self) -> Reading:
        for event in yaml.parse(self.text, Loader=_LOADER):
            self._take(event)
        if not isinstance(self.root, dict):
            found = "is empty" if self.root is None else f"holds {_kind(self.root)}, not keys and values"
            place = self.values.get((), Place(str(self.path), 1, 1))
            first = "`uplift: 1` and `sources:`" if self.path.name == "project.yml" else "`uplift: 1` and `id: …`"
            raise _RefusedError(Problem("UP004", f"the file {found}", f"start with {first}", place))
        return Reading(self.root, Document(self.path.absolute(), self.text, self.keys, self.values))

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, "an alias (*name)", "write the value out; aliases are not part of this language")
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._refuse(event, "a second document (---)", "keep one document per file")
        elif isinstance(event, yaml.NodeEvent):
            self._refuse_extras(event)
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            else:
                self._enter(event, {} if isinstance(event, yaml.MappingStartEvent) else [])
        elif isinstance(event, yaml.CollectionEndEvent):
            self.stack.pop()

    def _refuse_extras(self, event: Any) -> None:
        if event.anchor is not None:
            self._refuse(event, "an anchor (&name)", "write the value out; anchors are not part of this language")
        if event.tag is not None:
            self._refuse(event, f"a tag ({event.tag.replace('tag:yaml.org,2002:', '!!')})", "write the plain value")

    def _scalar(self, event: Any) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.into, dict) and top.key is None:
            self._key(event, top, top.into)
            return
        value = resolve(event.value) if event.implicit[0] else event.value
        key = top.key if top is not None else None
        self._put(event, value)
        number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
        self.last = (key, event.end_mark.line, event.end_mark.column) if key is not None and number else None

    def _key(self, event: Any, top: _Open, into: dict[str, Any]) -> None:
        key = str(event.value)
        if key == "<<":
            self._refuse(event, "a merge key (<<)", "write the keys out; merging is not part of this language")
        place = self._place(event)
        if key in into:
            first = self.keys[(*top.path, key)]
            raise _RefusedError(
                Problem(
                    "UP002",
                    f"key '{key}' is given twice (first in line {first.line}); YAML would silently keep the last one",
                    fix="delete one of them",
                    place=place,
                )
            )
        if self.last is not None and self.last[1:] == (event.start_mark.line, event.start_mark.column - 1):
            self._cut_by_a_comma(key, self.last[0], into)
        self.keys[(*top.path, key)] = place
        into[key] = None
        top.key = key

    def _cut_by_a_comma(self, key: str, before: str, into: dict[str, Any]) -> None:
        """`{weight: 3,5 %}` is a 3 and the key `5 %` to YAML: remember what was meant, until no value follows."""
        if key[:1].isdigit() and before in into:
            self.split = (before, f"{into[before]},{key}")

    def _enter(self, event: Any, into: dict[str, Any] | list[Any]) -> None:
        if self.stack and isinstance(self.stack[-1].into, dict) and self.stack[-1].key is None:
            self._refuse(event, f"{_kind(into)} as a key", "a key is one word")
        if len(self.stack) >= DEEPEST:
            self._refuse(event, f"more than {DEEPEST} levels of nesting", "nothing here needs more than eight")
        self.stack.append(_Open(into, self._put(event, into)))

    def _put(self, event: Any, value: Any) -> KeyPath:
        """Store a value where it belongs and return its path."""
        if not self.stack:
            self.root = value
            self.values[()] = self._place(event)
            return ()
        top = self.stack[-1]
        if isinstance(top.into, list):
            path: KeyPath = (*top.path, len(top.into))
            top.into.append(value)
        else:
            assert top.key is not None  # a key waits: `_scalar` and `_enter` have seen to it
            path = (*top.path, top.key)
            split, self.split = self.split, None
            if split is not None and value is None:
                del top.into[top.key], self.keys[path]
                path, value = (*top.path, split[0]), split[1]
                top.into[split[0]] = value
                top.key = None
                return path
            top.into[top.key] = value
            top.key = None
        self.values[path] = self._place(event)
        return path

    def _place(self, event: Any) -> Place:
        return Place(str(self.path), event.start_mark.line + 1, event.start_mark.column + 1)

    def _refuse(self, event: Any, what: str, fix: str) -> None:
        raise _RefusedError(Problem("UP005", f"{what} is not allowed here", fix=fix, place=self._place(event)))


def _unreadable(path: Path, message: str, fix: str) -> Problem:
    return Problem("UP003", message, fix=fix, place=Place(str(path)))


def _kind(value: object) -> str:
    return "a block of keys" if isinstance(value, dict) else "a list" if isinstance(value, list) else "one value"
