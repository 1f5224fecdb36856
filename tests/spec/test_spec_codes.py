"""Every code that this room emits is explained in both languages, and no code of its range is explained in vain."""

from __future__ import annotations

import re
from pathlib import Path

from uplift.words.codes import CODES
from uplift.words.codes.spec import SPEC


def emitted(root: Path, room: str = "spec") -> set[str]:
    return {
        code
        for path in (root / "uplift" / room).rglob("*.py")
        for code in re.findall(r'"(UP\d{3})"', path.read_text(encoding="utf-8"))
    }


def test_every_emitted_code_is_explained(root: Path) -> None:
    assert emitted(root) - set(CODES) == set()


def test_every_explained_code_is_emitted(root: Path) -> None:
    everywhere = emitted(root) | emitted(root, "design") | emitted(root, "engine") | emitted(root, "assignment")
    assert {entry.code for entry in SPEC} - everywhere == set()


def test_codes_are_explained_once_and_in_order() -> None:
    codes = [entry.code for entry in SPEC]
    assert codes == sorted(set(codes))


def test_both_languages_say_something_of_their_own() -> None:
    for entry in SPEC:
        for english, german in (
            (entry.title_en, entry.title_de),
            (entry.why_en, entry.why_de),
            (entry.fix_en, entry.fix_de),
        ):
            assert english.strip()
            assert german.strip()
            assert english != german


def test_german_per_cent_signs_stand_after_a_no_break_space() -> None:
    for entry in SPEC:
        prose = re.sub(r"`[^`]*`", "", f"{entry.title_de} {entry.why_de} {entry.fix_de}")
        assert re.search(r"\d %|\d%", prose) is None, entry.code
