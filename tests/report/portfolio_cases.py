"""A team's experiments as an index has to show them."""

from __future__ import annotations

import dataclasses
import datetime

from tests.report import report_cases as cases
from tests.report import rich_cases as rich
from uplift.results import Result
from uplift.results.portfolio import OpenTest, Portfolio

ON = datetime.date(2027, 3, 10)


def named(result: Result, name: str, *, owner: str, programme: str | None, days: int) -> Result:
    experiment = dataclasses.replace(
        result.experiment, id=name, title=name.replace("-", " ").title(), owner=owner, programme=programme
    )
    return dataclasses.replace(result, experiment=experiment, as_of=ON - datetime.timedelta(days))


def results() -> tuple[Result, ...]:
    return (
        named(rich.everything(), "repeat-buyers", owner="crm-lifecycle", programme="repeat-buyers", days=9),
        named(cases.no_difference(), "welcome-mail", owner="crm-lifecycle", programme="welcome", days=40),
        named(cases.clear_win(), "welcome-mail-2", owner="crm-lifecycle", programme="welcome", days=20),
        named(cases.clear_loss(), "letter", owner="offline", programme=None, days=90),
        named(cases.srm_failed(), "push", owner="app", programme=None, days=3),
        named(cases.three_arms(), "fashion", owner="brand", programme=None, days=200),
    )


def holdout() -> Result:
    return named(cases.clear_win(), "holdout-global-2026h2", owner="holdout", programme=None, days=1)


def open_tests() -> tuple[OpenTest, ...]:
    start = datetime.date(2027, 2, 1)
    return (
        OpenTest("summer", "Sommer", "crm", "running", start, ON + datetime.timedelta(12), "enough", 0.86, 0.8),
        OpenTest(
            "letter-2", "Brief an Inaktive", "offline", "draft", start, ON - datetime.timedelta(2), "short", 0.44, 0.8
        ),
        OpenTest("open", "Ohne Plan", "crm", "locked", start, None, "unknown"),
    )


def portfolio(*, with_holdout: bool = True) -> Portfolio:
    found = results()
    return Portfolio((*found, holdout()) if with_holdout else found, ON, open_tests())
