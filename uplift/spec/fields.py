"""Every decision of a study as named fields (`arms.control.weight` is `15%`), so that a change can be named.

What `spec_hash` hashes is here in a form that people can read and compare: shares, effects, money and days as the YAML
writes them, whatever the notation was. Absent, null and empty are the same. Shared definitions that the experiment uses
begin with `project.`; of a source's columns only those are meant that some expression mentions, so that a declaration
for somebody else's test changes nothing here.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from uplift.errors import Place
from uplift.spec.fingerprint import SILENT, used_sources
from uplift.spec.model import Model
from uplift.spec.quantities import Duration, Effect, Money, effect_text, exact_decimal, share_text
from uplift.spec.rules.metrics import uses
from uplift.spec.study import Document, KeyPath, Study

Leaf = bool | int | float | str | tuple[bool | int | float | str, ...]

ORDER_OF_ARMS = "arms"
PROJECT = "project."
_COLUMN = re.compile(r"^project\.sources\.[^.]+\.columns\.(.+)\.[a-z_]+$")
_WORD = re.compile(r"\w+")
_SHARES = frozenset({"weight", "share", "from", "to", "margin", "upper"})


@dataclass(frozen=True, slots=True)
class Change:
    """A field with its value before and after; None where there is none."""

    field: str
    old: Leaf | None
    new: Leaf | None


@dataclass(frozen=True, slots=True)
class Field:
    """A value with where it may be written: the first of these places that exists is meant."""

    value: Leaf
    written: tuple[tuple[Document, KeyPath], ...]

    @property
    def is_written(self) -> bool:
        """Whether it stands in a file, rather than being a default."""
        return any(path in document.values for document, path in self.written)

    @property
    def place(self) -> Place:
        """Its own place, or that of the nearest block where it is not written."""
        for document, path in self.written:
            if path in document.values:
                return document.place(*path)
        document, path = self.written[0]
        return document.place(*path)


def fields_of(study: Study) -> dict[str, Field]:
    """All fields of a study, in the order of the names."""
    found = dict(sorted(_fields(study)))
    declared = {name: match[1] for name in found if (match := _COLUMN.match(name))}
    words = {
        word
        for name, field in found.items()
        if name not in declared
        for text in (field.value if isinstance(field.value, tuple) else (field.value,))
        for word in _WORD.findall(str(text).casefold())
    }
    return {
        name: field
        for name, field in found.items()
        if name not in declared or words.issuperset(_WORD.findall(declared[name].casefold()))
    }


def values_of(study: Study) -> dict[str, Leaf]:
    """All fields of a study without their places."""
    return {name: field.value for name, field in fields_of(study).items()}


def changes(before: Mapping[str, Leaf], study: Study) -> tuple[Change, ...]:
    """What differs from fields that were kept. A default that nobody wrote and nobody kept is no change.

    So a newer version may bring new settings without every locked experiment having been «changed».
    """
    now = fields_of(study)
    found = []
    for name in sorted({*before, *now}):
        field = now.get(name)
        if field is None:
            found.append(Change(name, before[name], None))
        elif name not in before and field.is_written:
            found.append(Change(name, None, field.value))
        elif name in before and before[name] != field.value:
            found.append(Change(name, before[name], field.value))
    return tuple(found)


def applied(before: Mapping[str, Leaf], made: tuple[Change, ...]) -> dict[str, Leaf]:
    """The fields after these changes."""
    after = dict(before)
    for change in made:
        if change.new is None:
            after.pop(change.field, None)
        else:
            after[change.field] = change.new
    return after


def place_of(study: Study, name: str) -> Place:
    """Where a field stands, or stood: of one that is gone, the nearest block that is left."""
    field = fields_of(study).get(name)
    if field is not None:
        return field.place
    if name.startswith(PROJECT):
        return study.project_document.place(*name.removeprefix(PROJECT).split("."))
    return study.document.place(*name.split("."))


def _fields(study: Study) -> Iterator[tuple[str, Field]]:
    experiment, project = study.experiment, study.project
    for name, path, leaf in _leaves(experiment, "", ()):
        written = [(study.document, path)]
        if path[0] == "design":
            written.append((study.project_document, ("defaults", *path)))
        yield name, Field(leaf, tuple(written))
    yield ORDER_OF_ARMS, Field(tuple(experiment.arms), ((study.document, ("arms",)),))
    metrics = {use.metric: project.metrics[use.metric] for _, use in uses(study) if use.metric in project.metrics}
    sources = {name: project.sources[name] for name in used_sources(study, metrics) if name in project.sources}
    holdout, layer = experiment.assignment.holdout, experiment.assignment.layer
    shared: dict[KeyPath, Any] = {
        ("timezone",): project.timezone,
        ("currency",): project.currency,
        **{("metrics", name): metric for name, metric in metrics.items()},
        **{("sources", name): source for name, source in sources.items()},
    }
    if holdout is not None and holdout in project.holdouts:
        shared["holdouts", holdout] = project.holdouts[holdout]
    if layer is not None and layer.name in project.layers:
        shared["layers", layer.name] = project.layers[layer.name]
    for start, value in shared.items():
        for name, path, leaf in _leaves(value, ".".join(map(str, start)), start):
            yield f"{PROJECT}{name}", Field(leaf, ((study.project_document, path),))


def _leaves(value: Any, name: str, path: KeyPath) -> Iterator[tuple[str, KeyPath, Leaf]]:
    if isinstance(value, Model):
        for key, field in type(value).model_fields.items():
            if key not in SILENT:
                yield from _below(getattr(value, key), field.alias or key, name, path)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _below(inner, str(key), name, path)
    elif isinstance(value, (tuple, list)):
        if value and isinstance(value[0], Model):
            for index, (title, item) in enumerate(_titled(value)):
                yield from _leaves(item, f"{name}.{title}", (*path, index))
        elif value:
            yield name, path, tuple(_leaf(item, "") for item in value)  # type: ignore[misc]
    elif value is not None:
        yield name, path, _leaf(value, str(path[-1]))


def _below(value: Any, key: str, name: str, path: KeyPath) -> Iterator[tuple[str, KeyPath, Leaf]]:
    return _leaves(value, f"{name}.{key}" if name else key, (*path, key))


def _titled(items: tuple[Any, ...] | list[Any]) -> Iterator[tuple[str, Any]]:
    """Uses of metrics are known by the metric, so that a new one in the middle moves no other; the rest by position."""
    seen: dict[str, int] = {}
    for index, item in enumerate(items):
        title = getattr(item, "metric", None) if not hasattr(item, "text") else None
        title = title or str(index + 1)
        seen[title] = seen.get(title, 0) + 1
        yield title if seen[title] == 1 else f"{title}[{seen[title]}]", item


def _leaf(value: Any, key: str) -> Leaf:
    if isinstance(value, Fraction):
        return share_text(value) if key in _SHARES else exact_decimal(value) or str(value)
    if isinstance(value, Effect):
        return effect_text(value)
    if isinstance(value, Money):
        return f"{exact_decimal(Fraction(value.amount))} {value.currency}"
    if isinstance(value, Duration):
        return f"{value.days}d"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if not isinstance(value, (bool, int, float, str)):
        raise AssertionError(f"no field holds a {type(value).__name__}")
    return value
