"""The page of a plan keeps the promises of a report: one file, no script, real text, both languages, same bytes."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import html5lib
import pytest

from tests.design.studies import HOUSEHOLDS, NO_END, TODAY, WAVES, sale
from tests.report.browser import layouts
from tests.report.test_render import ALLOWED_ELEMENTS, text_of
from uplift.design.planning import plan
from uplift.report import write_plan
from uplift.report.document import html_of_plan

LOOKS = ("assignment:", "  sequential: {looks: [wave 2, wave 4], futility: nonbinding}\nassignment:")
CASES = {
    "enough": (),
    "small": (("weight: 15%, control", "weight: 5%, control"), ("weight: 85%", "weight: 95%")),
    "looks": (WAVES, NO_END, LOOKS),
    "few": (("60_000", "600"),),
    "unknown": (HOUSEHOLDS,),
    "hostile": (("owner: crm", 'owner: crm\ntitle: "<script>alert(1)</script> & $x$ sale"'),),
}
EVERY = pytest.mark.parametrize(("name", "language"), [(name, language) for name in CASES for language in ("de", "en")])


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    found = {}
    for name, changes in CASES.items():
        planned = plan(sale(tmp_path_factory.mktemp(name), *changes), today=TODAY)
        for language in ("de", "en"):
            found[name, language] = html_of_plan(planned, language)
    return found


@EVERY
def test_it_is_valid_html_of_known_elements_that_loads_nothing(
    pages: dict[tuple[str, str], str], name: str, language: str
) -> None:
    html = pages[name, language]
    html5lib.HTMLParser(strict=True).parse(html)
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    for element in tree.iter():
        if isinstance(element.tag, str):
            assert element.tag.rsplit("}", 1)[-1] in ALLOWED_ELEMENTS, element.tag
            assert not {"src", "style", "srcset", "action"} & set(element.attrib)
            assert element.attrib.get("href", "#plan") == "#plan"
    assert not re.search(r"https?://|url\(|@import", html)
    ids = [e.attrib["id"] for e in tree.iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids))


@EVERY
def test_the_policy_allows_exactly_its_style_sheet(pages: dict[tuple[str, str], str], name: str, language: str) -> None:
    style = re.search(r"(?s)<style>(.*?)</style>", pages[name, language])
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in pages[name, language]


@EVERY
def test_every_chart_has_a_sentence_and_a_table(pages: dict[tuple[str, str], str], name: str, language: str) -> None:
    tree = html5lib.parse(pages[name, language], namespaceHTMLElements=False)
    figures = tree.findall(".//figure")
    assert len(figures) == (0 if name == "unknown" else 2)
    for section in tree.findall(".//section"):
        if section.find("figure") is not None:
            assert "".join(section.find("figure/figcaption/p").itertext()).endswith(".")
            assert len(section.findall("details/div/table/tbody/tr")) >= 8


def test_the_words_are_those_of_the_language(pages: dict[tuple[str, str], str]) -> None:
    german, english = text_of(pages["small", "de"]), text_of(pages["small", "en"])
    assert "Zu klein: 43 % Teststärke, verlangt sind 80 %" in german
    assert "mit einer Wahrscheinlichkeit von 43 %; mit 57 % bleibt er offen" in german
    assert "144.300 geeignete Kontakte, Zulauf bis 13. April 2027" in german
    assert "with a chance of 43%; with 57% it stays open" in english
    assert "Too small: 43% power, 80% is required" in english
    assert "geplant" not in english
    assert "planned" not in german


def test_without_a_baseline_no_number_is_made_up(pages: dict[tuple[str, str], str]) -> None:
    assert "Die Zahl der Haushalte oder ihre Korrelation fehlt." in text_of(pages["unknown", "de"])
    assert "<svg" not in pages["unknown", "de"]


def test_hostile_names_stay_text(pages: dict[tuple[str, str], str]) -> None:
    assert "<script" not in pages["hostile", "en"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; $x$ sale" in pages["hostile", "en"]


def test_charts_hold_real_text_no_styles_and_the_planned_place(pages: dict[tuple[str, str], str]) -> None:
    html = pages["small", "de"]
    assert html.count('class="curve"') == 2
    assert html.count('class="planned" d=') == 2
    assert html.count('class="required"') == 2
    assert not re.search(r"<svg[^>]*style|<use|<defs", html)
    assert pages["few", "de"].count('class="planned" d=') == 0  # no verdict there, so no place on the curve


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path) -> None:
    planned = plan(sale(tmp_path), today=TODAY)
    first = write_plan(planned, tmp_path / "a.html").read_bytes()
    assert write_plan(planned, tmp_path / "b.html").read_bytes() == first


@pytest.mark.browser
@pytest.mark.slow
def test_no_plan_scrolls_sideways_at_any_width(pages: dict[tuple[str, str], str], tmp_path: Path) -> None:
    files = []
    for (name, language), html in pages.items():
        files.append(tmp_path / f"{name}.{language}.html")
        files[-1].write_text(html, encoding="utf-8")
    for layout in layouts(tmp_path, files, widths=(320, 390, 768, 1280)):
        assert layout.scroll_width <= layout.width, layout
        assert not layout.too_wide, layout
