"""The reference of the YAML is made from the models, and current."""

from __future__ import annotations

import re
from pathlib import Path

from uplift.spec.reference import markdown
from uplift.spec.schema import experiment_schema, project_schema

PAGE = Path(__file__).resolve().parents[2] / "docs" / "yaml.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == markdown(), "run python -m uplift.spec.reference docs/yaml.md"


def test_every_key_of_every_block_stands_in_a_table() -> None:
    page = markdown()
    for schema in (experiment_schema(), project_schema()):
        for block in (schema, *schema["$defs"].values()):  # type: ignore[index]
            for key in block.get("properties", {}):  # type: ignore[union-attr]
                assert f"| `{key}` |" in page


def test_tables_keep_their_columns_whatever_an_example_holds() -> None:
    for line in markdown().splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 5, line


def test_each_block_has_one_section() -> None:
    headings = re.findall(r"^### `(.+)`$", markdown(), re.MULTILINE)
    project = headings.index("sources.NAME")
    assert len(set(headings[:project])) == project
    assert "metrics.primary" in headings
    assert "defaults.privacy" in headings
