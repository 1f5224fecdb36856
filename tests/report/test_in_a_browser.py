"""The report in a real browser: on a phone, on a desk, in the dark and on paper."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.report import browser
from tests.report import report_cases as cases
from uplift.report import write

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = ("clear_win", "srm_failed", "three_arms", "five_arms", "guardrail_breached", "weights_changed", "hostile_names")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[str, Path]:
    return {
        f"{name}.{language}": write(cases.CASES[name](), folder / f"{name}.{language}.html", language=language)
        for name in NAMES
        for language in ("de", "en")
    }


def test_no_report_scrolls_sideways_at_any_width(folder: Path, pages: dict[str, Path]) -> None:
    for measured in browser.layouts(folder, pages.values(), widths=(320, 360, 768, 1200)):
        assert measured.scroll_width <= measured.width, measured
        assert not measured.too_wide, measured


def test_a_long_reason_leaves_room_for_the_name_of_its_metric(folder: Path, pages: dict[str, Path]) -> None:
    for measured in browser.layouts(folder, pages.values(), widths=(320, 360, 768, 1200)):
        assert not measured.squeezed, measured


def test_the_measure_notices_what_sticks_out(folder: Path) -> None:
    page = folder / "wide.html"
    page.write_text(
        '<!doctype html><meta charset="utf-8"><p class="culprit" style="width:500px">wide</p>', encoding="utf-8"
    )
    (measured,) = browser.layouts(folder, [page], widths=[360])
    assert measured.scroll_width > 360
    assert measured.too_wide == ("P.culprit: wide",)


def test_a_manager_sees_verdict_advice_and_figures_without_scrolling(folder: Path, pages: dict[str, Path]) -> None:
    trusted = [page for name, page in pages.items() if not name.startswith(("srm", "weights", "hostile"))]
    for measured in browser.layouts(folder, trusted, widths=[1200]):
        assert 0 < measured.figures_end < 640, measured


def _pixels(picture: Path) -> object:
    matplotlib_image = pytest.importorskip("matplotlib.image")
    return matplotlib_image.imread(picture)[:, :, :3]


def test_light_and_dark_are_two_pictures_of_one_page(folder: Path, pages: dict[str, Path]) -> None:
    page = pages["clear_win.de"]
    light = _pixels(browser.screenshot(folder, page, width=1200, height=900))
    dark = _pixels(browser.screenshot(folder, page, width=1200, height=900, dark=True))
    assert light.shape == dark.shape == (900, 1200, 3)  # type: ignore[attr-defined]
    assert light[-1, 0].mean() > 0.95  # type: ignore[index]
    assert dark[-1, 0].mean() < 0.2  # type: ignore[index]


def test_the_style_sheet_passes_the_security_policy(folder: Path, pages: dict[str, Path]) -> None:
    """Were the policy's hash wrong, no bar of colour would stand at the top."""
    picture = _pixels(browser.screenshot(folder, pages["clear_win.en"], width=360, height=800))
    teal = abs(picture - [0x0B / 255, 0x6E / 255, 0x7F / 255]).max(axis=2) < 0.02  # type: ignore[operator]
    assert teal.sum() > 500


def test_paper_shows_everything_that_a_screen_folds_away(folder: Path, pages: dict[str, Path]) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext here: install the Debian package `poppler-utils` to read printed pages")
    pdf = browser.printed(folder, pages["three_arms.de"])
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    assert "Besuchsquote: mit Mail Herrenmode 72,1 % höher." in " ".join(text.split())
    assert "Experiment-Definition (YAML)" in text
    assert "id: repeat-buyers-2026-11" in text
    assert "Zum Ergebnis" not in text
    assert text.count("\f") <= 6
