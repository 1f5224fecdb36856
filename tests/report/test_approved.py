"""The rendered report is what a person has read and approved."""

from __future__ import annotations

from tests.report.approved_report import received


def test_the_report_is_the_approved_one() -> None:
    for path, text in received().items():
        assert text == path.read_text(encoding="utf-8"), (
            "look at the report, then python -m tests.report.approved_report"
        )
