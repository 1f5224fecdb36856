"""Every finding about choosing and listing is explained in both languages, and none is explained in vain."""

from __future__ import annotations

import re
from pathlib import Path

from uplift.words.codes.allocation import ALLOCATION


def test_every_code_of_the_range_is_emitted_and_explained(root: Path) -> None:
    emitted = {
        code
        for path in (root / "uplift" / "targeting").glob("*.py")
        for code in re.findall(r'"(UP7[5-7]\d)"', path.read_text("utf-8"))
    }
    assert emitted == {entry.code for entry in ALLOCATION}


def test_codes_stand_in_order_and_say_something_in_each_language() -> None:
    codes = [entry.code for entry in ALLOCATION]
    assert codes == sorted(set(codes))
    for entry in ALLOCATION:
        for english, german in (
            (entry.title_en, entry.title_de),
            (entry.why_en, entry.why_de),
            (entry.fix_en, entry.fix_de),
        ):
            assert english.strip()
            assert german.strip()
            assert english != german
