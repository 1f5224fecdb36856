"""The report says what is left of each incentive and who gets what, where `uplift target` found it out."""

from __future__ import annotations

import dataclasses

from tests.report import rich_cases as rich
from uplift.report.targeting import targeting_chapter
from uplift.report.voice import Voice
from uplift.results import Interval, Result
from uplift.results.targeting import (
    AllocatedArm,
    AllocationReading,
    Estimate,
    IncentiveChoice,
    IncentiveReading,
    Sensitivity,
)
from uplift.words.language import Language


def incentives() -> IncentiveChoice:
    none = IncentiveReading("none", None, None, None, None, None, False, 0.0, None, 0.2, 0.05)
    voucher = IncentiveReading(
        "treatment", 0.12, 0.08, Interval(0.02, 0.14), 0.6, 0.01, True, 0.031, Interval(-0.01, 0.07), 0.8, 0.004
    )
    return IncentiveChoice(
        "treatment", (none, voucher), (Sensitivity(0.0, "treatment", 0.05), Sensitivity(1.0, "none", 0.0)), "buyers"
    )


def allocation() -> AllocationReading:
    arms = (AllocatedArm("control", 900, 0.0), AllocatedArm("treatment", 100, 62.0))
    return AllocationReading(arms, 110, 70.0, 62.0, 12.0, 12.6, Estimate(0.01), 0.4, 10, 3)


def result() -> Result:
    found = rich.targeted()
    assert found.targeting is not None
    reading = dataclasses.replace(found.targeting, incentives=incentives(), allocation=allocation())
    return dataclasses.replace(found, targeting=reading)


def told(language: Language) -> str:
    chapter = targeting_chapter(Voice(result(), language))
    assert chapter is not None
    cells = [
        f"{cell.text} {cell.small}" if hasattr(cell, "small") else str(cell)
        for sheet in chapter.sheets
        for line in sheet.rows
        for cell in line
    ]
    return " ".join([*(s.caption for s in chapter.sheets), *cells, *chapter.notes])


def test_incentives_stand_with_their_net_value_chance_and_loss() -> None:
    german, english = told("de"), told("en")
    assert "Ein Anreiz für alle" in german
    assert "nichts senden" in german
    assert "One incentive for everybody" in english
    assert "contradict each other" in english
    assert "depends on the weight of the priors (0%: " in english


def test_the_list_stands_with_its_costs_and_its_distance_from_perfect() -> None:
    english = told("en")
    assert "The list" in english
    assert "brings more than 4.76% more" in english
    assert "10 contacts of the list are held back by chance (their money stays unspent), 3 others" in english


def test_without_them_nothing_is_said() -> None:
    chapter = targeting_chapter(Voice(rich.targeted(), "en"))
    assert chapter is not None
    assert all("incentive" not in sheet.caption for sheet in chapter.sheets)
