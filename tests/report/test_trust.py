"""Everybody sees the split and the window; what else passed is one line that unfolds; what did not pass never hides."""

from __future__ import annotations

import dataclasses

from tests.report import report_cases as cases
from uplift.report.trust import trust
from uplift.report.voice import Voice
from uplift.results import Check, Result

AGREES = (("metric", "Umsatz je Kontakt"), ("arm", "treatment"), ("low", 0.1), ("high", 0.3), ("apart", 0.01),
          ("tolerance", 0.2), ("buckets", 1_000), ("replicates", 2_000))  # fmt: skip


def checked(*statuses: str) -> Result:
    base = cases.clear_win()
    more = tuple(Check("UP638", status, AGREES) for status in statuses)  # type: ignore[arg-type]
    return dataclasses.replace(base, checks=(*base.checks, *more))


def test_what_else_passed_is_folded_into_one_line_that_counts_it() -> None:
    seen = trust(Voice(checked("ok", "ok"), "en"))
    assert [f.code for f in seen.shown] == [f.code for f in trust(Voice(checked(), "en")).shown]
    assert [f.code for f in seen.folded] == ["UP638"]
    assert seen.more == "2 more checks passed"


def test_what_did_not_pass_is_never_folded() -> None:
    seen = trust(Voice(checked("ok", "warn"), "de"))
    assert ("UP638", "warn") in [(f.code, f.status) for f in seen.shown]
    assert [(f.code, f.status) for f in seen.folded] == [("UP638", "ok")]
