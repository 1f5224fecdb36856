"""Change single values in a YAML text: every other byte (comments, blanks, quotes, line ends) stays as it is.

The parser says where each value stands, and only that stretch is replaced. A round trip through a document model would
re-set lines that nobody asked to change: `[{metric: visit}]` comes back from ruamel.yaml as `[metric: visit]`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import yaml


def put(text: str, path: Sequence[str], value: str) -> str:
    """The text with `value` (as YAML writes it) at a path of keys; keys that are missing are added.

    >>> put("audience: {source: contacts}  # who\\n", ("audience", "expected_size"), "60_000")
    'audience: {source: contacts, expected_size: 60_000}  # who\\n'
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    for depth, key in enumerate(path):
        found = _entry(node, key)
        if found is None:
            return _added(text, node, path[depth:], value)
        name, child = found
        rest = path[depth + 1 :]
        if rest and not isinstance(child, yaml.MappingNode):  # `design:` with nothing behind it
            return _replaced(text, name, child, _flow(rest, value))
        if not rest:
            return _replaced(text, name, child, value)
        node = child
    return text


def drop(text: str, path: Sequence[str]) -> str:
    """The text without a key and its value; unchanged where the key is not there.

    >>> drop("a: {b: 1, c: 2}\\n", ("a", "b"))
    'a: {c: 2}\\n'
    """
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    for key in path[:-1]:
        found = _entry(node, key)
        node = found[1] if found else None
    found = _entry(node, path[-1])
    if found is None or not isinstance(node, yaml.MappingNode):
        return text
    name, child = found
    start, end = name.start_mark.index, _end(child)
    if not node.flow_style:
        return text[: text.rfind("\n", 0, start) + 1] + text[_line_end(text, end) :]
    names = [key for key, _ in node.value]
    position = names.index(name)
    if position + 1 < len(names):
        return text[:start] + text[names[position + 1].start_mark.index :]
    before = _end(node.value[position - 1][1]) if position else start
    return text[:before] + text[end:]


def put_all(text: str, values: Mapping[tuple[str, ...], str]) -> str:
    """Several values, in their order."""
    for path, value in values.items():
        text = put(text, path, value)
    return text


def _entry(node: yaml.Node | None, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next(((name, value) for name, value in node.value if name.value == key), None)


def _replaced(text: str, name: yaml.Node, old: yaml.Node, value: str) -> str:
    start, end = old.start_mark.index, _end(old)
    if start == end:  # nothing is written there yet
        start = end = text.index(":", name.end_mark.index) + 1
        value = f" {value}"
    return text[:start] + value + text[end:]


def _added(text: str, node: yaml.Node | None, path: Sequence[str], value: str) -> str:
    if isinstance(node, yaml.MappingNode) and node.flow_style:
        pair = f"{path[0]}: {_flow(path[1:], value)}"
        if not node.value:
            at = node.start_mark.index + 1
            return text[:at] + pair + text[at:]
        at = _end(node.value[-1][1])
        if at == node.value[-1][1].start_mark.index:  # `{a: }`
            at = node.end_mark.index - 1
        return f"{text[:at]}, {pair}{text[at:]}"
    line_end = "\r\n" if "\r\n" in text else "\n"
    indent = node.value[0][0].start_mark.column if isinstance(node, yaml.MappingNode) else 0
    at = _line_end(text, _last(node)) if node is not None else len(text)
    added = "".join(f"{' ' * column}{line}{line_end}" for column, line in _block(path, value, indent))
    gap = "" if not text[:at] or text[:at].endswith("\n") else line_end
    return text[:at] + gap + added + text[at:]


def _block(path: Sequence[str], value: str, indent: int) -> list[tuple[int, str]]:
    """Lines with their indentation; the innermost mapping stands on one line."""
    if len(path) <= 2:
        return [(indent, f"{path[0]}: {_flow(path[1:], value)}")]
    return [(indent, f"{path[0]}:"), *_block(path[1:], value, indent + 2)]


def _flow(path: Sequence[str], value: str) -> str:
    return f"{{{path[0]}: {_flow(path[1:], value)}}}" if path else value


def _last(node: yaml.Node) -> int:
    """Where the last thing that is written inside a node ends."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        name, value = last if isinstance(last, tuple) else (None, last)
        return max(_last(value), name.end_mark.index if name is not None else 0)
    return _end(node)


def _end(node: yaml.Node) -> int:
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        return _last(node)
    return int(node.end_mark.index)


def _line_end(text: str, at: int) -> int:
    """Behind the line in which the last written character before `at` stands."""
    written = len(text[:at].rstrip())
    end = text.find("\n", written)
    return len(text) if end < 0 else end + 1
