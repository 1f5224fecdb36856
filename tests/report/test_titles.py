"""Titles in two languages: each report speaks its own, and one text is enough."""

from __future__ import annotations

import dataclasses

import pytest

from tests.report import report_cases as cases
from tests.report.test_render import first_screen, text_of
from uplift.report import render
from uplift.results import Check
from uplift.results.forms import text
from uplift.results.json_form import from_json, to_json
from uplift.spec.experiment import Arm
from uplift.spec.scalars import Title


def bilingual() -> object:
    base = cases.clear_win()
    primary = dataclasses.replace(base.primary, titles=(("de", "Umsatz je Kontakt"), ("en", "Revenue per contact")))
    arms = (
        dataclasses.replace(base.arms[0], title="Keine Mail", titles=(("de", "Keine Mail"), ("en", "No mail"))),
        base.arms[1],
    )
    experiment = dataclasses.replace(
        base.experiment,
        hypothesis="Sie hilft.",
        hypotheses=(("de", "Sie hilft."), ("en", "It helps.")),
        title="Wiederkauf",
        titles=(("de", "Wiederkauf"), ("en", "Second purchase")),
    )
    checks = (*base.checks, Check("UP612", "warn", (("metric", "Umsatz je Kontakt"),)))
    return dataclasses.replace(
        base, metrics=(primary, *base.metrics[1:]), arms=arms, experiment=experiment, checks=checks
    )


def test_each_report_speaks_its_language() -> None:
    result = bilingual()
    german, english = (render(result, language=language) for language in ("de", "en"))  # type: ignore[arg-type]
    assert "Die Aktion bringt 36,4 % mehr Umsatz je Kontakt." in first_screen(german)
    assert "The campaign lifts revenue per contact by 36.4%." in first_screen(english)
    assert "Second purchase" in english
    assert "Wiederkauf" not in english
    assert "It helps." in english
    assert "Sie hilft." not in english
    assert "Sie hilft." in german
    assert "No mail" in text_of(english)
    assert "Umsatz je Kontakt" not in text_of(english)


def test_the_terminal_speaks_it_too() -> None:
    assert "Revenue per contact *" in text(bilingual(), "en")  # type: ignore[arg-type]


def test_titles_survive_the_file() -> None:
    result = bilingual()
    assert from_json(to_json(result)) == result  # type: ignore[arg-type]


def test_a_title_is_a_text_or_one_per_language() -> None:
    arm = Arm.model_validate({"weight": "10%", "title": {"de": "Keine Mail", "en": "No mail"}})
    assert arm.title == "Keine Mail"
    assert isinstance(arm.title, Title)
    assert arm.title.in_language("en") == "No mail"
    one = Arm.model_validate({"weight": "10%", "title": "No mail"})
    assert isinstance(one.title, Title)
    assert one.title.in_language("de") == "No mail"


@pytest.mark.parametrize("wrong", [{"fr": "Rien"}, {}, {"de": ""}, {"de": 3}, ["de"]])
def test_other_titles_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="title"):
        Arm.model_validate({"weight": "10%", "title": wrong})
