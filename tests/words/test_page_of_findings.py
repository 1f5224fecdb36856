"""The pages of findings in docs are what the code says today (`make pages`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from uplift.words.codes import CODES, ENTRIES
from uplift.words.codes.page import page

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("name", "language"), [("findings.md", "en"), ("findings.de.md", "de")])
def test_the_page_of_findings_is_current(name, language) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == page(tuple(CODES.values()), language), "run `make pages`"


def test_no_code_means_two_things() -> None:
    codes = [entry.code for entry in ENTRIES]
    assert [code for code in codes if codes.count(code) > 1] == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_code_has_its_heading(language) -> None:
    headings = [
        line.split()[1] for line in page(tuple(CODES.values()), language).splitlines() if line.startswith("### ")
    ]
    assert headings == sorted(CODES)
