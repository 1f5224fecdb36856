"""Every reference case, and every value that it expects, is asked for by some test; what is not has its reason here."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
READERS = ("golden(", "golden_case(")

NOT_ASKED: Mapping[tuple[str, str], str] = {
    ("prop-P3-exact-pvalues", "boschloo|g_test|pearson_yates"): "other tests of a 2 × 2 table; ours is the score test, "
    "whose exact form is Barnard's",
    ("prop-P1-diff-cis", "agresti_caffo"): "a pseudo-count interval inverts no test; the score interval decides",
    ("cuped-revenue-rel-unadjusted-denominator", "ci|se"): "they divide by the raw control mean, which is the mistake",
    ("confseq-P.*", "statsig_msprt_zstar"): "mixture SPRT with a fixed prior is not offered; it has half the power",
    ("srm-2arm", "p_continuity"): "Yates' correction makes the test of the split conservative and is not used",
}
"""Values of peers that we do not compute, by patterns of case and field, each with its reason."""


def _names(tree: ast.AST) -> Iterator[re.Pattern[str]]:
    """Every string of a test file, and every f-string with anything in its holes, as a pattern of a whole name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 60:
            yield re.compile(re.escape(node.value) + r"\Z")
        elif isinstance(node, ast.JoinedStr):
            parts = (re.escape(p.value) if isinstance(p, ast.Constant) else ".+" for p in node.values)
            yield re.compile("".join(parts) + r"\Z")


@pytest.fixture(scope="module")
def asked() -> list[tuple[list[re.Pattern[str]], str]]:
    """The test files that read reference cases: the names in them, and their text."""
    found = []
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if path != Path(__file__) and any(reader in text for reader in READERS):
            found.append((list(_names(ast.parse(text))), text))
    return found


def test_every_expected_value_of_every_case_is_asked_for_or_left_out_for_a_reason(
    shared: Path, asked: list[tuple[list[re.Pattern[str]], str]]
) -> None:
    cases = json.loads((shared / "golden/statistics.json").read_text(encoding="utf-8"))["cases"]
    open_ = []
    for case in cases:
        texts = [text for names, text in asked if any(name.match(case["id"]) for name in names)]
        for field in case["expected"]:
            covered = any(f'"{field}"' in text for text in texts)
            excused = any(re.fullmatch(name, case["id"]) and re.fullmatch(of, field) for name, of in NOT_ASKED)
            if covered == excused:
                open_.append((case["id"], field, "asked for and excused" if covered else "never asked for"))
    assert not open_


def test_every_excuse_is_of_a_case_that_exists(shared: Path) -> None:
    cases = json.loads((shared / "golden/statistics.json").read_text(encoding="utf-8"))["cases"]
    for (name, field), reason in NOT_ASKED.items():
        assert any(re.fullmatch(name, c["id"]) and any(re.fullmatch(field, f) for f in c["expected"]) for c in cases)
        assert len(reason) > 20
