"""Editing YAML changes what was asked for and not one byte more."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from uplift.spec.edit import drop, put, put_all

TEXT = """\
# The head.
id: sale   # its name
audience:
  source: contacts
  expected_size: 60_000     # before the holdout

arms: {control: {weight: 15%, control: true}, treatment: {weight: 85%}}
design:
  alpha: 0.05
  baselines:                # what is known
    buyers: {value: 9.0%, source: typed}   # last year
    revenue:
      value: 10 EUR   # per contact
      cv: 3.2

# How arms are drawn.
assignment: {method: hash}
decision: {}
"""


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    return [x[2:] for x in lines if x.startswith("- ")], [x[2:] for x in lines if x.startswith("+ ")]


@pytest.mark.parametrize(
    ("path", "value", "removed", "added"),
    [
        (
            ("audience", "expected_size"),
            "61_480",
            ["  expected_size: 60_000     # before the holdout"],
            ["  expected_size: 61_480     # before the holdout"],
        ),
        (
            ("design", "baselines", "buyers", "value"),
            "9.31%",
            ["    buyers: {value: 9.0%, source: typed}   # last year"],
            ["    buyers: {value: 9.31%, source: typed}   # last year"],
        ),
        (
            ("design", "baselines", "buyers", "date"),
            "2026-11-22",
            ["    buyers: {value: 9.0%, source: typed}   # last year"],
            ["    buyers: {value: 9.0%, source: typed, date: 2026-11-22}   # last year"],
        ),
        (("design", "baselines", "revenue", "sd"), "31 EUR", [], ["      sd: 31 EUR"]),
        (("design", "baselines", "orders", "value"), "1.2", [], ["    orders: {value: 1.2}"]),
        (("audience", "expected_clusters", "count"), "400", [], ["  expected_clusters: {count: 400}"]),
        (("decision", "ship"), "primary.low > 0", ["decision: {}"], ["decision: {ship: primary.low > 0}"]),
        (("value", "margin"), "38%", [], ["value: {margin: 38%}"]),
        (("a", "b", "c", "d"), "1", [], ["a:", "  b:", "    c: {d: 1}"]),
    ],
)
def test_only_the_asked_line_changes(path: tuple[str, ...], value: str, removed: list[str], added: list[str]) -> None:
    after = put(TEXT, path, value)
    assert changed(TEXT, after) == (removed, added)
    node = yaml.safe_load(after)
    for key in path:
        node = node[key]
    assert str(node).replace("_", "") in (value.replace("_", ""), str(yaml.safe_load(value)))


def test_a_new_key_stands_before_the_comment_of_what_follows() -> None:
    after = put(TEXT, ("design", "baselines", "orders", "value"), "1.2")
    assert "      cv: 3.2\n    orders: {value: 1.2}\n\n# How arms are drawn.\n" in after


@pytest.mark.parametrize("empty", ["design:\n", "design: # later\n", "design: {}\n", ""])
def test_an_empty_block_is_filled(empty: str) -> None:
    after = put(f"id: a\n{empty}owner: b\n", ("design", "baselines", "x", "value"), "1%")
    assert yaml.safe_load(after) == {"id": "a", "owner": "b", "design": {"baselines": {"x": {"value": "1%"}}}}


def test_windows_line_ends_stay() -> None:
    text = TEXT.replace("\n", "\r\n")
    after = put_all(text, {("audience", "expected_size"): "1", ("design", "baselines", "new", "value"): "2"})
    assert "\n" not in after.replace("\r\n", "")


def test_a_file_without_a_last_line_end_gets_whole_lines() -> None:
    assert put("a: 1", ("b",), "2") == "a: 1\nb: 2\n"


@pytest.mark.parametrize(
    ("text", "path", "after"),
    [
        ("a: {b: 1, c: 2}\n", ("a", "c"), "a: {b: 1}\n"),
        ("a: {b: 1}\n", ("a", "b"), "a: {}\n"),
        ("a:\n  b: 1  # one\n  c: 2\n", ("a", "b"), "a:\n  c: 2\n"),
        ("a: 1\n", ("x", "y"), "a: 1\n"),
        ("a: 1\n", ("y",), "a: 1\n"),
    ],
)
def test_a_dropped_key_takes_only_itself(text: str, path: tuple[str, ...], after: str) -> None:
    assert drop(text, path) == after


@given(st.permutations([("a", "x"), ("a", "y"), ("b", "x"), ("c", "d", "e"), ("f",)]), st.booleans())
def test_what_is_put_is_read_again_and_the_rest_is_as_before(paths: list[tuple[str, ...]], flow: bool) -> None:
    text = "# top\na: {x: 0, z: 9}\nb:\n  y: 1   # one\n" if flow else "a:\n  x: 0\n\n  z: 9\n# end\n"
    expected = yaml.safe_load(text)
    for number, path in enumerate(paths, start=1):
        text = put(text, path, str(number))
        node = expected
        for key in path[:-1]:
            node = node.setdefault(key, {})
        node[path[-1]] = number
        assert yaml.safe_load(text) == expected
    assert ("# top" if flow else "# end") in text


def test_every_specimen_keeps_all_other_lines(shared: Path) -> None:
    for path in sorted((shared / "specimens").glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        if path.name == "project.yml":
            continue
        after = put_all(
            text, {("audience", "expected_size"): "12_345", ("design", "baselines", "new_metric", "value"): "9.1%"}
        )
        removed, added = changed(text, after)
        assert len(removed) <= 2, path
        assert len(added) <= 4, path
        assert yaml.safe_load(after)["design"]["baselines"]["new_metric"] == {"value": "9.1%"}
