"""The same result as slides, as Markdown, as a table for a spreadsheet, and in somebody else's templates."""

from __future__ import annotations

import csv as reader
import dataclasses
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.report import report_cases as cases
from tests.report import rich_cases as rich
from uplift.errors import StateError
from uplift.report import markdown, render, write_charts
from uplift.report.deck import slides
from uplift.report.slides import slide
from uplift.report.summary import plain
from uplift.results.forms import csv
from uplift.words.numbers import NBSP


def test_every_chart_of_the_page_becomes_a_slide_and_the_scorecard_too() -> None:
    result = rich.everything()
    names = [name for name, _ in slides(result, "de")]
    html = render(result, language="de")
    on_the_page = re.findall(r'aria-labelledby="([\w-]+)-t', html)
    assert set(on_the_page) <= set(names)
    assert {"all-metrics", "segments-1", "history-1"} <= set(names)
    assert len(names) == len(set(names))


def test_a_slide_as_svg_is_sixteen_to_nine_and_says_the_same() -> None:
    (name, first), *_ = slides(rich.pays_off(), "de")
    text = slide(first, "svg").decode()
    root = ElementTree.fromstring(text)
    assert name == "primary-chart"
    assert root.attrib["viewBox"] == "0 0 1600 900"
    words = " ".join("".join(root.itertext()).split())
    for told in ("5,12 €", "Relativer Uplift: 36,4 % (±15,4 %)", "Die Treatmentgruppe schneidet"):
        assert told in words
    assert "<script" not in text
    assert "--treat: #0b6e7f" in text


def test_a_slide_as_png_is_sixteen_to_nine_in_the_colours_of_the_page() -> None:
    pixels = pytest.importorskip("matplotlib.image")
    (_, first), *_ = slides(rich.pays_off(), "de")
    picture = pixels.imread(io.BytesIO(slide(first, "png")))[:, :, :3]
    assert picture.shape == (900, 1600, 3)
    teal = abs(picture - [0x0B / 255, 0x6E / 255, 0x7F / 255]).max(axis=2) < 0.02
    assert teal.sum() > 20_000


def test_drawing_a_slide_leaves_the_page_as_it_was() -> None:
    (_, first), *_ = slides(rich.pays_off(), "de")
    before = first.chart.svg
    slide(first, "png")
    assert first.chart.svg == before


@pytest.mark.parametrize("form", ["png", "svg"])
def test_equal_results_give_equal_slides(form: str) -> None:
    one, other = (slide(slides(cases.clear_win(), "en")[0][1], form) for _ in range(2))  # type: ignore[arg-type]
    assert one == other


def test_without_a_verdict_there_is_nothing_to_put_on_a_slide() -> None:
    assert slides(cases.srm_failed(), "de") == ()


def test_hostile_names_make_harmless_files_and_pictures(tmp_path: Path) -> None:
    written = write_charts(cases.hostile_names(), tmp_path, form="svg", language="de")
    assert {path.parent for path in written} == {tmp_path}
    for path in written:
        assert "<script" not in path.read_text(encoding="utf-8")
        ElementTree.fromstring(path.read_text(encoding="utf-8"))
    assert slide(slides(cases.hostile_names(), "de")[0][1], "png")[:4] == b"\x89PNG"


def test_markdown_holds_verdict_advice_and_a_row_per_metric() -> None:
    text = markdown(rich.pays_off(), language="de").replace(NBSP, " ")
    assert text.startswith("### ▲ Die Aktion bringt 36,4 % mehr Umsatz je Kontakt.")
    assert "**Empfehlung: ausrollen; die Entscheidungsregel ist erfüllt.**" in text
    assert "| Umsatz je Kontakt | 3,75 € | 5,12 € | 36,4 % (±15,4 %) |" in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 4
    assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1


def test_markdown_of_what_cannot_be_trusted_shows_no_uplift() -> None:
    text = markdown(cases.srm_failed(), language="en")
    assert "No verdict: contacts were not split as planned." in text
    assert re.search(r"[+−]\d", text) is None
    assert "(UP601)" in text


def test_names_cannot_format_or_mention_anybody_in_markdown() -> None:
    text = markdown(cases.hostile_names(), language="de")
    assert "<script" not in text
    assert plain("@team | [x](y) `z`") == "&#64;team &#124; \\[x\\](y) \\`z\\`"


def table(text: str, mark: str) -> list[list[str]]:
    return list(reader.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=mark))


def test_a_table_opens_in_a_german_and_in_an_english_spreadsheet() -> None:
    result = cases.clear_win()
    german, english = table(csv(result, "de"), ";"), table(csv(result, "en"), ",")
    assert len(german) == len(english) == 1 + len(result.metrics)
    assert german[0] == english[0]
    assert german[1][8] == english[1][8].replace(".", ",")
    assert float(english[1][10]) == result.primary.uplifts[0].relative


def test_no_cell_runs_as_a_formula() -> None:
    base = cases.clear_win()
    evil = dataclasses.replace(base.primary, title='=HYPERLINK("http://x";"y")')
    rows = table(csv(dataclasses.replace(base, metrics=(evil, *base.metrics[1:])), "de"), ";")
    assert rows[1][3].startswith("'=")


def test_a_refused_result_has_refused_rows() -> None:
    assert {row[20] for row in table(csv(cases.srm_failed(), "en"), ",")[1:]} == {"refused"}


def test_own_templates_stand_in_for_ours_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "sections").mkdir()
    (tmp_path / "sections" / "trust.html.j2").write_text("<p>{{ labels.trust }} own</p>", encoding="utf-8")
    (tmp_path / "report.css").write_text("h1 { color: red }", encoding="utf-8")
    html = render(cases.clear_win(), language="en", templates=tmp_path)
    assert "Can we trust this result? own" in html
    assert "<style>h1 { color: red }</style>" in html
    assert 'id="primary"' in html


@pytest.mark.parametrize("broken", ["{% if %}", "{{ content.nothing }}", '{% include "missing.j2" %}'])
def test_a_broken_template_is_named_with_a_fix(tmp_path: Path, broken: str) -> None:
    (tmp_path / "sections").mkdir()
    (tmp_path / "sections" / "trust.html.j2").write_text(broken, encoding="utf-8")
    with pytest.raises(StateError, match="UP908"):
        render(cases.clear_win(), templates=tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="UP908"):
        render(cases.clear_win(), templates=tmp_path / "nowhere")
