"""A report is one self-contained, honest, harmless document, whatever the result says."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from functools import cache
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest

from tests.report import report_cases as cases
from tests.report.rich_cases import RICH
from uplift.errors import StateError
from uplift.report import render, write
from uplift.results import Recommendation
from uplift.words.language import Language

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES: tuple[Language, ...] = ("de", "en")
ALL = cases.CASES | RICH
IN_ENGLISH_TOO = ("everything", "everything_untrusted", "money_refused", "targeted", "stopped_for_futility")
PAIRS: list[tuple[str, Language]] = [
    *((name, language) for name in cases.CASES for language in LANGUAGES),
    *((name, "de") for name in RICH),
    *((name, "en") for name in IN_ENGLISH_TOO),
]
EVERY = pytest.mark.parametrize(("name", "language"), PAIRS)
ALLOWED_ELEMENTS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "a",
        "main",
        "header",
        "footer",
        "section",
        "p",
        "h1",
        "h2",
        "h3",
        "span",
        "b",
        "small",
        "dl",
        "dt",
        "dd",
        "div",
        "ul",
        "li",
        "figure",
        "figcaption",
        "details",
        "summary",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "pre",
        "code",
        "svg",
        "desc",
        "path",
        "text",
        "line",
        "circle",
    ]
)


@pytest.fixture(scope="module")
def reports() -> dict[tuple[str, str], str]:
    return {(name, language): render(ALL[name](), language=language) for name, language in PAIRS}


@cache
def parsed(html: str) -> Element:
    """The tree of a report; parsing takes longer than writing it."""
    return html5lib.parse(html, namespaceHTMLElements=False)


def text_of(html: str) -> str:
    """What a reader sees, with plain spaces."""
    tree = parsed(html)
    body = tree.find("body")
    assert body is not None
    return " ".join("".join(body.itertext()).replace("\N{NON-BREAKING HYPHEN}", "-").split())


def first_screen(html: str) -> str:
    tree = parsed(html)
    header = tree.find(".//header")
    assert header is not None
    return " ".join("".join(header.itertext()).replace("\N{NON-BREAKING HYPHEN}", "-").split())


@EVERY
def test_every_report_is_valid_html(reports: dict[tuple[str, str], str], name: str, language: str) -> None:
    parser = html5lib.HTMLParser(strict=True)
    parser.parse(reports[name, language])


@EVERY
def test_a_report_consists_of_known_elements_and_loads_nothing(
    reports: dict[tuple[str, str], str], name: str, language: str
) -> None:
    tree = parsed(reports[name, language])
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag.rsplit("}", 1)[-1] in ALLOWED_ELEMENTS, element.tag
        for attribute, value in element.attrib.items():
            assert not str(attribute).startswith("on")
            assert attribute not in ("src", "style", "srcset", "action")
            assert attribute != "href" or value == "#result"
    assert not re.search(r"https?://|url\(|@import", reports[name, language])


@EVERY
def test_a_report_has_one_h1_headings_in_order_and_unique_ids(
    reports: dict[tuple[str, str], str], name: str, language: str
) -> None:
    tree = parsed(reports[name, language])
    levels = [int(e.tag[1]) for e in tree.iter() if isinstance(e.tag, str) and re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [e.attrib["id"] for e in tree.iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids))
    for element in tree.iter():
        for reference in str(element.attrib.get("aria-labelledby", "")).split():
            assert reference in ids


@EVERY
def test_every_table_has_a_caption_and_scoped_headers(
    reports: dict[tuple[str, str], str], name: str, language: str
) -> None:
    tree = parsed(reports[name, language])
    for table in tree.iter("table"):
        assert table.find("caption") is not None
        for header in table.iter("th"):
            assert header.attrib.get("scope") in ("col", "row") or header.attrib.get("aria-hidden") == "true"
        for row in table.iter("tr"):
            assert sum(1 for cell in row if cell.tag in ("th", "td")) == sum(1 for _ in table.find(".//thead/tr"))


@EVERY
def test_every_report_stays_small(reports: dict[tuple[str, str], str], name: str, language: str) -> None:
    assert len(reports[name, language].encode()) <= 250_000


@pytest.mark.parametrize(("name", "language"), [("everything", "de"), ("three_arms", "en"), ("hostile_names", "de")])
def test_the_same_result_gives_the_same_bytes(
    reports: dict[tuple[str, str], str], name: str, language: Language
) -> None:
    assert render(ALL[name](), language=language) == reports[name, language]


def test_another_process_writes_the_same_bytes(reports: dict[tuple[str, str], str]) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import tests.report.report_cases as c; "
        "from uplift.report import render; sys.stdout.buffer.write(render(c.three_arms(), language='en').encode())"
    )
    out = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, env={"PYTHONHASHSEED": "7"})
    assert out.stdout.decode() == reports["three_arms", "en"]


@EVERY
def test_no_template_word_is_left_over(reports: dict[tuple[str, str], str], name: str, language: str) -> None:
    text = text_of(reports[name, language])
    assert "None" not in text
    assert "nan" not in text.split()
    if name != "hostile_names":
        assert not re.search(r"[{}]", text.split("uplift: 1")[0])


@EVERY
def test_numbers_use_the_marks_of_their_language(reports: dict[tuple[str, str], str], name: str, language: str) -> None:
    html = reports[name, language].replace("&#34;", '"')
    if language == "de":
        assert re.search(r"\d%", re.sub(r"(?s)<style>.*?</style>|<pre.*?</pre>", "", html)) is None
    else:
        assert "\N{NO-BREAK SPACE}%" not in html
    assert re.search(r"[ (>]-\d", text_of(html).split("uplift: 1")[0]) is None  # a true minus, never a hyphen


def test_the_published_line_stands_in_the_report_with_its_chart(reports: dict[tuple[str, str], str]) -> None:
    text = text_of(reports["published", "de"])
    assert "Relativer Uplift: 9,41 % (±7,62 %)" in text
    assert "Durchschnittlicher Bestellwert in der Kontroll- vs. der Treatmentgruppe" in text
    assert "9.41% (±7.62%)" in text_of(reports["published", "en"])


def test_a_metric_that_compares_buyers_with_buyers_is_never_an_effect(reports: dict[tuple[str, str], str]) -> None:
    german, english = first_screen(reports["published", "de"]), first_screen(reports["published", "en"])
    assert "Durchschnittlicher Bestellwert: in der Treatmentgruppe 9,41 % höher." in german
    assert "beweist aber keine Wirkung der Aktion" in german
    assert "Empfehlung: vor dem Ausrollen den Wert je Kontakt lesen." in german
    assert "Umsatz je Kontakt +9,41 % (−3,14 % bis 22,0 %): unklar" in german
    assert "roll out;" not in english


@pytest.mark.parametrize(
    ("name", "german", "english"),
    [
        ("clear_win", "Die Aktion bringt 36,4 % mehr Umsatz je Kontakt.", "The campaign lifts Umsatz je Kontakt by 36.4%."),
        ("clear_loss", "Die Aktion bringt 21,4 % weniger Umsatz je Kontakt.", "The campaign lowers Umsatz je Kontakt by 21.4%."),
        ("no_difference", "Umsatz je Kontakt: kein Unterschied nachweisbar.", "No proven difference in Umsatz je Kontakt."),
        ("srm_failed", "Kein Urteil möglich: Die Aufteilung der Kontakte stimmt nicht.", "No verdict: contacts were not split as planned."),
        ("too_early", "Noch kein Urteil: zu wenige Ereignisse in der Kontrollgruppe", "No verdict yet: too few events in the control group"),
        ("nobody_mature", "Noch kein Urteil: Das Zeitfenster läuft noch für alle Kontakte.", "No verdict yet: the window is still running for every contact."),
        ("guardrail_breached", "bringt 36,4 % mehr Umsatz je Kontakt, verletzt aber eine Leitplanke.", "by 36.4%, but breaches a guardrail."),
        ("three_arms", "Besuchsquote: mit Mail Herrenmode 72,1 % höher.", "Mail Herrenmode lifts Besuchsquote by 72.1%."),
        ("no_variant_better", "keine Variante ist besser als die Kontrollgruppe, Mail Herrenmode ist nachweisbar schlechter.", "No variant beats control in Besuchsquote, and Mail Herrenmode is proven worse."),
        ("zero_conversions", "Noch kein Urteil: zu wenige Ereignisse", "No verdict yet: too few events"),
        ("half_time", "Zwischenstand: Die Aktion bringt 36,4 % mehr", "Interim result: The campaign lifts"),
        ("half_time", "abwarten, bis das Zeitfenster aller Kontakte vorbei ist.", "wait until the window of every contact is over."),
        ("weights_changed", "Empfehlung: nichts entscheiden; ohne Urteil trägt das Ergebnis keine Entscheidung.", "No verdict: weights changed while the test ran"),
        ("undefined_uplift", "Die Aktion bringt 1,20 € mehr Deckungsbeitrag je Kontakt.", "The campaign lifts Deckungsbeitrag je Kontakt by €1.20."),
        ("undefined_uplift", "ein relativer Uplift ist nicht bestimmbar.", "the relative uplift is undefined."),
        ("unbounded", "95-%-Konfidenzintervall: mindestens −5,00 %.", "95% confidence interval: at least −5.00%."),
    ],
)  # fmt: skip
def test_the_first_screen_says_the_verdict(
    reports: dict[tuple[str, str], str], name: str, german: str, english: str
) -> None:
    assert german in first_screen(reports[name, "de"])
    assert english in first_screen(reports[name, "en"])


def test_levels_that_differ_by_row_are_not_printed_as_one(reports: dict[tuple[str, str], str]) -> None:
    text = text_of(reports["adjusted_levels", "de"])
    assert "Gegenüber der Kontrollgruppe, mit Konfidenzintervall:" in text
    assert "Niveau an die Zahl der Vergleiche angepasst" in text
    assert "angepasst 0,0123" in text


def test_findings_of_one_code_share_their_explanation(reports: dict[tuple[str, str], str]) -> None:
    text = text_of(reports["weights_changed", "de"])
    assert "Umsatz je Kontakt: weniger als 150 Käufer" in text
    assert "Durchschnittlicher Bestellwert: weniger als 150 Käufer" in text
    assert text.count("Beträge sind schief verteilt.") == 1


def test_an_open_result_says_what_it_rules_out(reports: dict[tuple[str, str], str]) -> None:
    screen = first_screen(reports["no_difference", "de"])
    assert re.search(r"Ausgeschlossen ist nur ein Plus über 2\d,\d % und ein Minus über \d,\d\d %;", screen)


@pytest.mark.parametrize(
    "name",
    [
        "srm_failed",
        "too_early",
        "nobody_mature",
        "zero_conversions",
        "weights_changed",
        "money_refused",
        "everything_untrusted",
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_verdict_no_uplift_is_printed_anywhere(
    reports: dict[tuple[str, str], str], name: str, language: str
) -> None:
    html = reports[name, language]
    assert re.search(r"[+−]\d", text_of(html)) is None
    assert '<svg class="chart' not in html
    assert 'class="whisker"' not in html
    result = ALL[name]()
    for uplift in (u for m in result.metrics for u in (*m.uplifts, *m.alternatives)):
        if uplift.relative is not None:
            shown = f"{uplift.relative * 100:.1f}".replace(".", "," if language == "de" else ".")
            assert f"{shown}" not in re.sub(r"\s", "", first_screen(html))


@pytest.mark.parametrize("language", LANGUAGES)
def test_trust_comes_first_when_a_check_failed(reports: dict[tuple[str, str], str], language: str) -> None:
    failed, fine = reports["srm_failed", language], reports["clear_win", language]
    assert failed.index('id="trust"') < failed.index('class="figures"')
    assert fine.index('class="figures"') < fine.index('id="trust"')
    assert failed.index('<li class="fail"') < failed.index('<li class="ok"')


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("action", ["ship", "wait", "stop"])
def test_no_recommendation_rolls_out_over_a_breached_guardrail(language: Language, action: str) -> None:
    broken = dataclasses.replace(cases.guardrail_breached(), recommendation=Recommendation(action, None, ("breached",)))  # type: ignore[arg-type]
    screen = first_screen(render(broken, language=language))
    assert ("nicht ausrollen, denn Abmeldequote verletzt" if language == "de" else "do not roll out, because") in screen
    assert "Empfehlung: ausrollen" not in screen
    assert "Recommendation: roll out" not in screen


def test_no_recommendation_rolls_out_what_cannot_be_trusted() -> None:
    told = dataclasses.replace(cases.srm_failed(), recommendation=cases.SHIP)
    assert "nichts entscheiden, bis die Ursache gefunden ist" in first_screen(render(told))


def test_an_open_guardrail_holds_the_roll_out_back(reports: dict[tuple[str, str], str]) -> None:
    screen = first_screen(reports["guardrail_open", "de"])
    assert "noch nicht ausrollen; bei Abmeldequote ist ein Schaden jenseits der Leitplanke" in screen


def test_guardrails_say_their_margin_as_it_was_written(reports: dict[tuple[str, str], str]) -> None:
    assert "ein Anstieg über 0,3 Prozentpunkte ist ausgeschlossen" in text_of(reports["clear_win", "de"])
    assert "the rise is proven to be beyond 0.3 percentage points" in text_of(reports["guardrail_breached", "en"])
    assert "a fall beyond 5% is not excluded" in text_of(reports["twelve_metrics", "en"])


def test_symmetric_forms_are_kept_for_symmetric_intervals(reports: dict[tuple[str, str], str]) -> None:
    delta, log = cases.clear_win().primary.uplifts[0], cases.no_difference().primary.uplifts[0]
    assert delta.method == "delta"
    assert "36,4 % (±15,4 %)" in text_of(reports["clear_win", "de"])
    assert log.method == "log"
    figures = text_of(reports["no_difference", "de"]).split("Wirkung insgesamt")[0]
    assert "±" not in figures


def test_other_intervals_stand_side_by_side_and_the_deciding_one_is_named(reports: dict[tuple[str, str], str]) -> None:
    text = text_of(reports["three_arms", "en"])
    assert "score (decides)" in text
    assert text.count("(decides)") == 6


def test_what_is_not_evaluated_is_said(reports: dict[tuple[str, str], str]) -> None:
    assert "Segmente sind vorab festgelegt, aber noch nicht ausgewertet." in text_of(reports["too_early", "de"])
    assert "intervals hold for a single look" in text_of(reports["too_early", "en"])


def test_an_unknown_code_is_told_with_its_facts(reports: dict[tuple[str, str], str]) -> None:
    assert "UP699 (metric =" in text_of(reports["hostile_names", "de"])


def test_hostile_names_stay_text(reports: dict[tuple[str, str], str]) -> None:
    for language in LANGUAGES:
        html = reports["hostile_names", language]
        assert "<script" not in html
        assert "\u202e" not in html
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", html)
        assert cases.SCRIPT in text_of(html)
        assert "{{ 7*7 }} {brace} $5 $6" in text_of(html)


def test_charts_hold_real_text_and_no_styles(reports: dict[tuple[str, str], str]) -> None:
    chart = re.search(r"(?s)<svg class=\"chart.*?</svg>", reports["three_arms", "de"])
    assert chart is not None
    root = ElementTree.fromstring(chart[0])
    assert root.attrib["role"] == "img"
    assert "Mail Damenmode" in "".join(root.itertext())
    assert all(set(e.attrib) <= {"class", "d", "x", "y", "text-anchor", "id"} for e in root)


@pytest.mark.parametrize("name", ["three_arms", "five_arms", "clear_win"])
def test_every_arm_has_its_bar_and_its_row(reports: dict[tuple[str, str], str], name: str) -> None:
    html, arms = reports[name, "de"], cases.CASES[name]().arms
    html = html[html.index('id="primary"') : html.index('id="all"')]
    assert html.count('class="bar control"') == 1
    assert html.count('class="bar treatment"') == len(arms) - 1


def test_the_policy_allows_exactly_the_style_sheet_that_is_there(reports: dict[tuple[str, str], str]) -> None:
    import base64
    import hashlib

    html = reports["clear_win", "de"]
    style = re.search(r"(?s)<style>(.*?)</style>", html)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in html
    assert "default-src 'none'" in html


def test_a_report_speaks_the_language_of_its_result_unless_told_otherwise() -> None:
    result = cases.clear_win()
    english = dataclasses.replace(result, experiment=dataclasses.replace(result.experiment, language="en"))
    assert '<html lang="de">' in render(result)
    assert '<html lang="en">' in render(english)
    assert '<html lang="de">' in render(english, language="de")


def test_english_titles_start_small_inside_a_sentence() -> None:
    result = cases.clear_win()
    named = dataclasses.replace(result.metrics[0], title="Revenue per contact")
    told = dataclasses.replace(
        result, metrics=(named, *result.metrics[1:]), experiment=dataclasses.replace(result.experiment, language="en")
    )
    assert "The campaign lifts revenue per contact by 36.4%." in first_screen(render(told))


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "reports" / "a.de.html"
    assert write(cases.clear_win(), target, language="de") == target
    assert target.read_text(encoding="utf-8") == render(cases.clear_win(), language="de")
    assert [p.name for p in target.parent.iterdir()] == ["a.de.html"]


def test_a_place_that_cannot_be_written_is_a_problem_with_a_fix(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file where a folder should be")
    with pytest.raises(StateError, match="UP903"):
        write(cases.clear_win(), tmp_path / "reports" / "a.html")


def test_the_function_and_the_room_of_one_name_do_not_hide_each_other(tmp_path: Path) -> None:
    import uplift
    from uplift.report import write as the_rooms_own

    for name in ("a.html", "b.html"):
        assert uplift.report(cases.clear_win(), tmp_path / name) == tmp_path / name
    assert the_rooms_own is write
