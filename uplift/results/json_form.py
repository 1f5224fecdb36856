"""A result as versioned JSON: the same bytes for the same result, and back without loss."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uplift.errors import Place, Problem, StateError
from uplift.results.result import SCHEMA, Result
from uplift.results.targeting import ListReading, TargetingReading

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@cache
def _adapter() -> TypeAdapter[Result]:
    from pydantic import TypeAdapter

    return TypeAdapter(Result)


def to_json(result: Result) -> str:
    """The result as indented JSON in field order; no run id, no clock, no path is in it."""
    return _adapter().dump_json(result, indent=2).decode() + "\n"


def targeting_json(reading: TargetingReading | ListReading) -> str:
    """What targeting found, or a list by a kept model, as indented JSON in field order."""
    from pydantic import TypeAdapter

    return TypeAdapter(type(reading)).dump_json(reading, indent=2).decode() + "\n"


def targeting_from_json(text: str | bytes, *, origin: str = "targeting.json") -> TargetingReading:
    """A reading of targeting from its JSON; StateError (UP736) when it is none."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(TargetingReading).validate_json(text)
    except ValidationError as error:
        message = f"this is not a reading of targeting that can be read: {error.errors()[0]['msg']}"
        fix = "make it again with `uplift target EXPERIMENT`, or delete the file"
        raise StateError(Problem("UP736", message, fix=fix, place=Place(origin))) from error


def fingerprint(result: Result) -> str:
    """The sha256 of what was measured.

    What people decide about it, or `uplift target` learns from it, afterwards does not change it.
    """
    import hashlib
    from dataclasses import replace

    return hashlib.sha256(to_json(replace(result, record=None, targeting=None)).encode()).hexdigest()


def from_json(text: str, *, origin: str = "result.json") -> Result:
    """A result from its JSON; StateError when it is none, or was written by a newer version."""
    import json

    from pydantic import ValidationError

    try:
        raw: Any = json.loads(text)
    except ValueError as error:
        raise _unreadable(origin, f"it is not JSON ({error})") from error
    schema = raw.get("schema") if isinstance(raw, dict) else None
    if schema != SCHEMA:
        raise _unreadable(origin, f"its schema is {schema!r}, this version reads {SCHEMA!r}")
    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise _unreadable(origin, f"{where}: {first['msg']}") from error


def read(path: Path) -> Result:
    """A result from a file."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(str(path), str(error)) from error
    return from_json(text, origin=str(path))


def _unreadable(origin: str, why: str) -> StateError:
    return StateError(
        Problem(
            "UP901",
            f"this is not a result that can be read: {why}",
            fix="run `uplift analyze EXPERIMENT` again and give the result.json that it writes",
            place=Place(origin),
        )
    )
