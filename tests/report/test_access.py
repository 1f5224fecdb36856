"""WCAG 2.2 AA as far as axe-core can tell: no violation on a desk, in the dark, on a phone or on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report import axe, portfolio_cases
from tests.report import report_cases as cases
from tests.report import rich_cases as rich
from tests.report.test_always_on import EVERYTHING
from uplift.report import render
from uplift.report.document import html_of_always_on, html_of_portfolio

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("axe")


@pytest.fixture(scope="module")
def source(folder: Path) -> str:
    return axe.axe_source(folder)


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {
        "everything": render(rich.everything(), language="de"),
        "targeted": render(rich.targeted(), language="en"),
        "refused": render(cases.srm_failed(), language="de"),
        "hostile": render(cases.hostile_names(), language="en"),
        "index": html_of_portfolio(portfolio_cases.portfolio(), "de"),
        "always-on": html_of_always_on(EVERYTHING, "de"),
    }


@pytest.mark.parametrize("medium", axe.MEDIA)
def test_axe_finds_nothing(folder: Path, source: str, pages: dict[str, str], medium: str) -> None:
    wanted = pages if medium == "light" else {name: pages[name] for name in ("everything", "refused", "index")}
    found = axe.violations(folder, source, wanted, medium)
    assert {name: v for name, v in found.items() if v} == {}


def test_axe_notices_what_is_wrong(folder: Path, source: str, pages: dict[str, str]) -> None:
    pale = pages["refused"].replace("--ink: #1a1a1a", "--ink: #cccccc")
    found = axe.violations(folder, source, {"pale": pale}, "light")
    assert "color-contrast" in {v["rule"] for v in found["pale"]}
