"""The reference of the YAML as Markdown, made from the models: `python -m uplift.spec.reference docs/yaml.md`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from uplift.spec.schema import experiment_schema, project_schema

_INTRO = """\
# The YAML, key by key

Generated from the models by `python -m uplift.spec.reference docs/yaml.md`; what stands here is what `uplift check`
accepts. The same in your editor: `uplift schema` writes the JSON Schema, and a first line
`# yaml-language-server: $schema=…` gives completion and descriptions. How an experiment grows from these keys is told
in the [guide](guide.md).

Scalars are YAML 1.2 (`no` is a text, not false). Shares are written as `15%`, `0.15` or `1/3`; effects as `5%`
(relative) or `1.0pp` (points); durations as `30d` or `2w`; money as `0.62 EUR`; days as `2026-11-30`.

- [One experiment](#one-experiment): `experiments/<id>.yml`
- [The project](#the-project): `experiments/project.yml`
"""


def markdown() -> str:
    """The whole page."""
    parts = [_INTRO]
    for heading, place, schema in (
        ("One experiment", "`experiments/<id>.yml`, one file per experiment.", experiment_schema()),
        ("The project", "`experiments/project.yml`: what all experiments of a team share.", project_schema()),
    ):
        parts.append(f"## {heading}\n\n{place}\n\n{_table(schema, schema)}")
        for path, block in _blocks(schema):
            about = " ".join(str(block.get("description", "")).split())
            parts.append("\n\n".join(part for part in (f"### `{path}`", about, _table(block, schema)) if part))
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _blocks(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every named block that the file can reach, once, in the order of its first mention, with its dotted path."""
    seen: set[str] = set()
    waiting: list[tuple[str, dict[str, Any]]] = [("", schema)]
    while waiting:
        prefix, block = waiting.pop(0)
        found = []
        for key, value in block.get("properties", {}).items():
            for name, suffix in _references(value):
                if name in seen:
                    continue
                seen.add(name)
                path = f"{prefix}{key}{suffix}"
                inner = schema["$defs"][name]
                yield path, inner
                found.append((f"{path}.", inner))
        waiting = [*found, *waiting]


def _references(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Blocks that a value holds, with what stands behind the key: nothing, `[]` of a list or `.NAME` of a map."""
    if "$ref" in value:
        yield value["$ref"].rpartition("/")[2], ""
    for option in (*value.get("anyOf", ()), *value.get("oneOf", ())):
        yield from _references(option)
    if isinstance(value.get("items"), dict):
        yield from ((name, f"[]{suffix}") for name, suffix in _references(value["items"]))
    maps = [value["additionalProperties"]] if isinstance(value.get("additionalProperties"), dict) else []
    for inner in (*maps, *value.get("patternProperties", {}).values()):
        yield from ((name, f".NAME{suffix}") for name, suffix in _references(inner))


def _table(block: dict[str, Any], schema: dict[str, Any]) -> str:
    required = set(block.get("required", ()))
    lines = ["| Key | What it says | Value | Default |", "|---|---|---|---|"]
    for key, value in block.get("properties", {}).items():
        resolved = _resolved(value, schema)
        about = " ".join(str(value.get("description") or resolved.get("description", "")).split())
        example = next(iter(value.get("examples") or resolved.get("examples") or ()), None)
        shown = f" e.g. {_code(example)}" if example is not None and not isinstance(example, bool) else ""
        default = "required" if key in required else _code(value["default"]) if "default" in value else "–"
        lines.append(f"| `{key}` | {_cell(about)} | {_cell(_kind(value, schema))}{_cell(shown)} | {_cell(default)} |")
    return "\n".join(lines) + "\n" if len(lines) > 2 else ""


def _resolved(value: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in value:
        found: dict[str, Any] = schema["$defs"][value["$ref"].rpartition("/")[2]]
        return found
    return value


def _kind(value: dict[str, Any], schema: dict[str, Any]) -> str:
    """The type in a few words."""
    if "$ref" in value:
        inner = _resolved(value, schema)
        return "a block" if "properties" in inner else _kind(inner, schema)
    if "enum" in value:
        return ", ".join(_code(choice) for choice in value["enum"])
    if "const" in value:
        return _code(value["const"])
    if "anyOf" in value or "oneOf" in value:
        kinds = dict.fromkeys(
            _kind(option, schema)
            for option in value.get("anyOf", value.get("oneOf", ()))
            if option.get("type") != "null"
        )
        return " or ".join(kinds)
    if value.get("type") == "array":
        items = value.get("items")
        return f"a list of {_kind(items, schema)}" if isinstance(items, dict) else "a list"
    if value.get("type") == "object":
        return "names with their values" if "properties" not in value else "a block"
    kind = value.get("type", "a value")
    names = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    return " or ".join(names.get(one, one) for one in ([kind] if isinstance(kind, str) else kind))


def _code(value: object) -> str:
    """A value as YAML writes it in one line."""
    if isinstance(value, str):
        return f"`{value}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(markdown(), encoding="utf-8")
