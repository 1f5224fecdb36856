"""The report in a real browser: on a phone, on a desk, in the dark and on paper."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.report import browser, gallery, portfolio_cases
from tests.report import report_cases as cases
from tests.report.rich_cases import RICH
from uplift.report import write, write_portfolio

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = (
    "clear_win", "srm_failed", "three_arms", "five_arms", "guardrail_breached", "weights_changed", "hostile_names",
    "pays_off", "everything", "targeted", "thirty_segments",
)  # fmt: skip
ALL = cases.CASES | RICH


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[str, Path]:
    found = {
        f"{name}.{language}": write(ALL[name](), folder / f"{name}.{language}.html", language=language)
        for name in NAMES
        for language in ("de", "en")
    }
    index = write_portfolio(portfolio_cases.portfolio(), folder / "index.html", language="de")
    return {**found, "hostile index": index}


@pytest.fixture(scope="module")
def measured(folder: Path, pages: dict[str, Path]) -> tuple[browser.Layout, ...]:
    return browser.layouts(folder, pages.values(), widths=(320, 360, 768, 1200))


def test_no_report_scrolls_sideways_at_any_width(measured: tuple[browser.Layout, ...]) -> None:
    for one in measured:
        assert one.scroll_width <= one.width, one
        assert not one.too_wide, one


def test_a_long_reason_leaves_room_for_the_name_of_its_metric(measured: tuple[browser.Layout, ...]) -> None:
    for one in measured:
        assert not one.squeezed, one


def test_the_measure_notices_what_sticks_out(folder: Path) -> None:
    page = folder / "wide.html"
    page.write_text(
        '<!doctype html><meta charset="utf-8"><p class="culprit" style="width:500px">wide</p>', encoding="utf-8"
    )
    (measured,) = browser.layouts(folder, [page], widths=[360])
    assert measured.scroll_width > 360
    assert measured.too_wide == ("P.culprit: wide",)


def test_a_manager_sees_verdict_advice_and_figures_without_scrolling(measured: tuple[browser.Layout, ...]) -> None:
    wide = [
        one for one in measured if one.width == 1200 and not one.page.startswith(("srm", "weights", "hostile", "index"))
    ]
    assert len(wide) == 2 * (len(NAMES) - 3)
    for one in wide:
        assert 0 < one.figures_end < 640, one


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


def test_an_index_is_printed_without_its_filter(folder: Path, pages: dict[str, Path]) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext here: install the Debian package `poppler-utils` to read printed pages")
    pdf = browser.printed(folder, pages["hostile index"])
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    assert "Alle Ergebnisse, das neueste zuerst" in text
    assert "Zeigen" not in text


def test_the_filter_hides_all_other_verdicts(folder: Path, pages: dict[str, Path]) -> None:
    """Checked in the copy that is looked at: no script takes part."""
    html = pages["hostile index"].read_text(encoding="utf-8")
    chosen = html.replace('id="only-all" checked', 'id="only-all"').replace(
        'id="only-worse"', 'id="only-worse" checked'
    )
    page = folder / "filtered.html"
    page.write_text(chosen, encoding="utf-8")
    probe = folder / "filter.html"
    probe.write_text(
        '<!doctype html><meta charset="utf-8"><iframe id="f" src="filtered.html"></iframe><pre id="out"></pre><script>'
        "f.onload = () => { const rows = [...f.contentDocument.querySelectorAll('tr.result')]; out.textContent = 'SHOWN' + "
        "rows.filter(r => f.contentWindow.getComputedStyle(r).display !== 'none').map(r => r.className).join(',') + 'END'; };"
        "</script>",
        encoding="utf-8",
    )
    assert "SHOWNresult worseEND" in browser.run(folder, probe, "--virtual-time-budget=5000", "--dump-dom")


def test_every_state_of_the_gallery_can_be_looked_at(folder: Path) -> None:
    """One picture of all of them: each has ink on its paper."""
    frames = []
    for picture in gallery.PICTURES:
        page = write(picture.make(), folder / f"state-{picture.name}.html", language=picture.language)
        frames.append(f'<iframe src="{page.name}"></iframe>')
    sheet = folder / "states.html"
    style = "body{margin:0;display:grid;grid-template-columns:repeat(4,400px);gap:0}iframe{border:0;width:400px;height:500px}"
    sheet.write_text(f'<!doctype html><meta charset="utf-8"><style>{style}</style>{"".join(frames)}', encoding="utf-8")
    rows = -(-len(frames) // 4)
    pixels = _pixels(browser.screenshot(folder, sheet, width=1600, height=500 * rows))
    for number in range(len(frames)):
        y, x = 500 * (number // 4), 400 * (number % 4)
        tile = pixels[y : y + 500, x : x + 400]  # type: ignore[index]
        assert 0.01 < (tile < 0.6).any(axis=2).mean() < 0.5, gallery.PICTURES[number].name
