"""From what a model refused to problems at the key or value that caused them, in words a marketer understands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from uplift.errors import Place, Problem
from uplift.spec.model import Model
from uplift.spec.names import in_english, nearest, suggestion
from uplift.spec.scalars import described
from uplift.spec.study import Document, KeyPath

_EXPECTED = {
    "model_type": "a block of keys",
    "model_attributes_type": "a block of keys",
    "dict_type": "a block of keys",
    "tuple_type": "a list",
}
_DERIVED = frozenset({"salt", "salts", "buckets", "read_out", "information", "bounds", "sample_size", "deff"})
"""Keys that people know from other tools; here they follow from the rest."""


def unknown_keys(error: ValidationError, data: Mapping[str, Any]) -> tuple[KeyPath, ...]:
    """The paths of keys that no model knows."""
    return tuple(_path(d["loc"], data) for d in error.errors(include_url=False) if d["type"] == "extra_forbidden")


def problems_of(
    error: ValidationError, root: type[Model], data: Mapping[str, Any], document: Document, *, only_keys: bool
) -> tuple[Problem, ...]:
    """One problem per mistake; with `only_keys` only those about unknown keys."""
    details = [d for d in error.errors(include_url=False) if not only_keys or d["type"] == "extra_forbidden"]
    return tuple(_problem(detail, _path(detail["loc"], data), root, document) for detail in details)


def as_meant(
    data: dict[str, Any], document: Document, paths: Sequence[KeyPath], root: type[Model]
) -> tuple[dict[str, Any], Document]:
    """The file with each of these unknown keys read as the key it resembles, or left out where it resembles none.

    The rest of the file can then be judged in the same run, and a misspelt key is one mistake, not two.
    """
    meant: dict[KeyPath, KeyPath | None] = {}
    for path in paths:
        model = model_at(path[:-1], root)
        free = [n for n in field_names(model) if (*path[:-1], n) not in document.keys] if model is not None else []
        near = nearest(str(path[-1]), free) or in_english(str(path[-1]), free)
        meant[path] = (*path[:-1], near) if near and (*path[:-1], near) not in meant.values() else None
    moved = [
        {new: place for path, place in table.items() if (new := _moved(path, meant)) is not None}
        for table in (document.keys, document.values)
    ]
    return _rebuilt(data, meant, ()), replace(document, keys=moved[0], values=moved[1])


def _moved(path: KeyPath, meant: Mapping[KeyPath, KeyPath | None]) -> KeyPath | None:
    for end in range(1, len(path) + 1):
        if path[:end] in meant:
            new = meant[path[:end]]
            return None if new is None else (*new, *path[end:])
    return path


def _rebuilt(data: Any, meant: Mapping[KeyPath, KeyPath | None], at: KeyPath) -> Any:
    if isinstance(data, dict):
        kept = {}
        for key, inner in data.items():
            new = meant.get((*at, key), (*at, key))
            if new is not None:
                kept[new[-1]] = _rebuilt(inner, meant, (*at, key))
        return kept
    if isinstance(data, list):
        return [_rebuilt(inner, meant, (*at, index)) for index, inner in enumerate(data)]
    return data


def _problem(detail: Any, path: KeyPath, root: type[Model], document: Document) -> Problem:
    kind, found = detail["type"], detail["input"]
    dotted = dotted_name(path)
    if kind == "extra_forbidden":
        return _unknown(path, root, document)
    if kind == "missing":
        field = _field(path, root)
        hint = f" ({field.description.rstrip('.')})" if field is not None and field.description else ""
        place = parent_place(path, document)
        return Problem(
            "UP102", f"required key '{path[-1]}' is missing{_inside(path)}", f"add {path[-1]}: …{hint}", place
        )
    if kind == "uplift":
        context = detail["ctx"]
        of = "key" if detail["loc"][-1] == "[key]" else "value"
        prefix = "" if context["code"] in ("UP104", "UP107") else f"{dotted}: "
        place = document.place(*path, of=of)
        comment = _comment_at(place, document) if found is None else None
        if comment is not None:
            fix = f'quote it: "{comment}"'
            return Problem("UP105", f"{dotted}: YAML takes '{comment}' for a comment", fix, place)
        return Problem(context["code"], prefix + context["message"], context["fix"], place)
    if kind == "literal_error":
        allowed = [str(choice) for choice in _choices(path, root)]
        text = str(found).lower() if isinstance(found, bool) else str(found)
        what = f"'{text}'" if isinstance(found, str) else described(found)
        return Problem("UP103", f"{what} is not allowed for {dotted}", suggestion(text, allowed), document.place(*path))
    expected = _EXPECTED.get(kind, "something else")
    field = _field(path, root)
    return Problem(
        "UP105",
        f"{dotted}: {described(found)} where {expected} belongs",
        _right_shape(found, expected, field),
        document.place(*path),
    )


def _comment_at(place: Place, document: Document) -> str | None:
    """What stands where a value is missing and begins with `#` without a blank behind: hardly meant as a comment."""
    if place.line is None:
        return None
    key, sign, rest = document.text.splitlines()[place.line - 1].partition(" #")
    return f"#{rest.strip()}" if sign and key.rstrip().endswith(":") and rest[:1].strip() else None


def _right_shape(found: Any, expected: str, field: FieldInfo | None) -> str:
    hint = f": {field.description.rstrip('.')}" if field is not None and field.description else ""
    if expected == "a block of keys" and isinstance(found, list) and all(isinstance(one, dict) for one in found):
        return f"delete the dashes, one key below the other{hint}"
    example = "[…]" if expected == "a list" else "{…}"
    shown = next(iter(field.examples or ()), None) if field is not None else None
    if isinstance(shown, dict) and not any(isinstance(value, (dict, list)) for value in shown.values()):
        example = f"{{{', '.join(f'{key}: {value}' for key, value in shown.items())}}}"
    return f"write {expected} {example}{hint}"


def _unknown(path: KeyPath, root: type[Model], document: Document) -> Problem:
    word = str(path[-1])
    model = model_at(path[:-1], root)
    names = field_names(model) if model is not None else []
    near = None if word in _DERIVED else nearest(word, names) or in_english(word, names)
    above = None if near else _empty_block_above(path, document)
    home = None if near else next((p for p in _places_of(word, root) if p[:-1] != path[:-1]), None)
    if word in _DERIVED:
        fix = "delete it: it is derived, never typed"
    elif above:
        fix = f"indent it by two spaces, if it belongs to '{above}' above"
    elif near:
        fix = f"did you mean '{near}'?"
    elif home:
        fix = f"it belongs into {dotted_name(home[:-1]) or 'the top level'}: check the indentation"
    else:
        fix = f"delete it; allowed here: {', '.join(names)}"
    return Problem("UP101", f"unknown key '{word}'{_inside(path)}", fix, document.place(*path, of="key"))


def _empty_block_above(path: KeyPath, document: Document) -> str | None:
    """The key with nothing behind it below which this one stands, unindented; keys in between are unknown too."""
    mine = document.keys.get(path)
    beside = [(p, place) for p, place in document.keys.items() if len(p) == len(path) and p[:-1] == path[:-1]]
    if mine is None or mine.line is None:
        return None
    before = [(p, place) for p, place in beside if place.line is not None and place.line < mine.line]
    for p, place in sorted(before, key=lambda pair: pair[1].line or 0, reverse=True):
        text = document.text.splitlines()[(place.line or 1) - 1].partition("#")[0].rstrip()
        if text.endswith(f"{p[-1]}:"):
            return str(p[-1])
        if p in document.values and not any(key[: len(p)] == p and len(key) > len(p) for key in document.keys):
            return None
    return None


def parent_place(path: KeyPath, document: Document) -> Place:
    """The place of the block in which a key is missing: its key where it has one, else its first character."""
    parent = path[:-1]
    return document.place(*parent, of="key") if parent in document.keys else document.place(*parent)


def dotted_name(path: KeyPath) -> str:
    """A path as people write it.

    >>> dotted_name(("metrics", "secondary", 0, "metric"))
    'metrics.secondary[1].metric'
    """
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def field_names(model: type[Model]) -> list[str]:
    """The keys of a model as YAML writes them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _inside(path: KeyPath) -> str:
    return f" in {dotted_name(path[:-1])}" if len(path) > 1 else ""


def _path(loc: tuple[int | str, ...], data: Any) -> KeyPath:
    """The path in the file: without the names of alternatives and of pydantic's marks for keys."""
    path: list[int | str] = []
    for part in loc:
        known = isinstance(data, dict) and part in data
        if not known and isinstance(part, str) and (part == "[key]" or part in ("<row>", "<column>")):
            continue
        path.append(part)
        inside = known or (isinstance(data, list) and isinstance(part, int) and part < len(data))
        data = data[part] if inside else None
    return tuple(path)


def _field(path: KeyPath, root: type[Model]) -> FieldInfo | None:
    model = model_at(path[:-1], root)
    if model is None:
        return None
    return next((f for name, f in model.model_fields.items() if (f.alias or name) == path[-1]), None)


def _choices(path: KeyPath, root: type[Model]) -> tuple[Any, ...]:
    field = _field(path, root)
    alternatives = _alternatives(field.annotation) if field is not None else ()
    return tuple(c for a in alternatives if get_origin(a) is Literal for c in get_args(a))


def model_at(path: KeyPath, root: type[Model]) -> type[Model] | None:
    """The model that stands at a path."""
    here: tuple[Any, ...] = (root,)
    for part in path:
        here = tuple(_step(here, part))
    return next((h for h in here if isinstance(h, type) and issubclass(h, Model)), None)


def _step(annotations: tuple[Any, ...], part: int | str) -> Iterator[Any]:
    for annotation in annotations:
        origin = get_origin(annotation)
        if origin is dict:
            yield from _alternatives(get_args(annotation)[1])
        elif origin is tuple:
            yield from _alternatives(get_args(annotation)[0])
        elif isinstance(annotation, type) and issubclass(annotation, Model):
            for name, field in annotation.model_fields.items():
                if (field.alias or name) == part:
                    yield from _alternatives(field.annotation)


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _alternatives(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return tuple(a for part in get_args(annotation) for a in _alternatives(part))
    return (annotation,)


def _places_of(word: str, root: type[Model]) -> Iterator[KeyPath]:
    """Where a key of this name is known, outermost first (blocks with free names are not entered)."""
    level: list[tuple[KeyPath, type[Model]]] = [((), root)]
    while level:
        deeper: list[tuple[KeyPath, type[Model]]] = []
        for path, model in level:
            for name, field in model.model_fields.items():
                key = field.alias or name
                if key == word:
                    yield (*path, key)
                for a in _alternatives(field.annotation):
                    if isinstance(a, type) and issubclass(a, Model):
                        deeper.append(((*path, key), a))
        level = deeper
