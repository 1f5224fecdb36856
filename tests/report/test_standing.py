"""A report is final when a person has signed its numbers, and not before."""

from __future__ import annotations

import dataclasses
import datetime

from tests.report import report_cases
from uplift.report import render
from uplift.results import Result
from uplift.results.record import Record, SignedDecision


def signed(result: Result, on_result_of: datetime.date | None) -> Result:
    decision = SignedDecision(datetime.date(2026, 12, 24), "head-of-crm", "stop", "as the rule says", on_result_of)
    record = Record(datetime.date(2026, 11, 20), "crm", None, "0" * 64, False, decisions=(decision,))
    return dataclasses.replace(result, record=record)


def test_numbers_that_nobody_signed_are_not_final() -> None:
    result = report_cases.clear_win()
    assert not result.final
    assert "vorläufig: nicht unterschrieben" in render(result, language="de")
    assert "not final: not signed" in render(result, language="en")


def test_signed_numbers_are_final_unless_data_are_missing() -> None:
    result = report_cases.clear_win()
    final = signed(result, result.as_of)
    assert final.final
    assert "endgültig: unterschrieben" in render(final, language="de")
    young = dataclasses.replace(final.metrics[0], preliminary=True)
    early = dataclasses.replace(final, metrics=(young, *final.metrics[1:]))
    assert early.signed
    assert not early.final
    assert "not final: data are still missing" in render(early, language="en")


def test_a_signature_below_an_earlier_result_is_none_below_this_one() -> None:
    result = report_cases.clear_win()
    assert not signed(result, result.as_of - datetime.timedelta(days=7)).final
