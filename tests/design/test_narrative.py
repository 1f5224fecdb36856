"""An experiment explained in plain words: what is said is what the YAML says, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.design.studies import HOUSEHOLDS, NO_END, SNAPSHOT, TODAY, WAVES, Change, sale
from uplift.design.lock import lock
from uplift.design.narrative import narrative
from uplift.design.rule_words import rule_in_words
from uplift.resources import bundled
from uplift.spec import Study, load_study
from uplift.words.language import Language

LANGUAGES: tuple[Language, ...] = ("de", "en")


def told(study: Study, language: Language) -> str:
    return str(narrative(study, today=TODAY, language=language)).replace("\u00a0", " ")


def test_the_story_of_a_rolling_test_in_german(tmp_path: Path) -> None:
    text = told(sale(tmp_path, ("source: contacts\n", "source: contacts\n  where: email_opt_in\n")), "de")
    for sentence in (
        "Geeignet sind Kontakte aus «contacts», für die vor der Zuteilung gilt: `email_opt_in`. Erwartet werden 60.000.",
        "«control» (15 %, rund 9.000 Kontakte) ist die Kontrollgruppe",
        "Vom 30. November 2026 bis 24. Januar 2027 wird jeden Tag zugeteilt",
        "die Daten kommen bis zu 3 Tage später an. Vollständig ist das Ergebnis am 26. Februar 2027",
        "Beträgt die Wirkung wirklich 1 Prozentpunkt (von 9,00 % auf 10,0 %), wird sie mit einer Chance von",
        "die untere Grenze des Konfidenzintervalls der Hauptmetrik liegt über 0 %",
        "Rund 9.000 Kontakte bekommen nichts von dem, was getestet wird, bis zur Auswertung am 26. Februar 2027.",
        "fehlen bei ihnen rund 90 Kontakte mit Ereignis",  # 9,000 times one point
        "Noch ist nichts festgeschrieben",
    ):
        assert sentence in text, sentence


def test_the_story_of_waves_with_looks_in_english(tmp_path: Path) -> None:
    looks = ("assignment:", "  sequential: {looks: [wave 2, wave 4]}\nassignment:")
    text = told(sale(tmp_path, WAVES, NO_END, looks), "en")
    assert "assigned in 6 draws, 14 days apart, from 30 November 2026 to 8 February 2027" in text
    # wave 2 on 14 December + 30 days + 3 days; wave 4 four weeks later
    assert "looked at on fixed days only, with stricter bounds: 16 January 2027 (wave 2) and 13 February 2027" in text


def test_a_design_that_is_too_small_is_said_to_be(tmp_path: Path) -> None:
    study = sale(tmp_path, ("expected_size: 60_000", "expected_size: 6_000"))
    assert "Das ist zu wenig: Verlangt sind 80 %." in told(study, "de")
    assert "That is too little: 80% are required." in told(study, "en")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ([("expected_size: 60_000", "entry: snapshot"), SNAPSHOT, NO_END], "the size of the audience is not given"),
        ([("repeat_purchase: {value: 9.0%,", "revenue: {value: 9.0 EUR,")], "today's value of the primary metric"),
        ([HOUSEHOLDS], "the number of households or their correlation is not given"),
        ([("mde: 1.0pp", "mde: 95pp")], "the effect does not fit today's value"),
    ],
)
def test_what_nobody_knows_has_no_number(tmp_path: Path, changes: list[Change], why: str) -> None:
    text = told(sale(tmp_path, *changes), "en")
    assert f"Nobody knows the chance to find it: {why}" in text
    assert "is shown with a chance of" not in text


def test_a_lock_and_what_differs_from_it_are_told(tmp_path: Path) -> None:
    lock(sale(tmp_path), by="Mara Beck", on=TODAY)
    assert "Signed on 22 November 2026 by Mara Beck." in told(sale(tmp_path), "en")
    changed = told(sale(tmp_path, ("mde: 1.0pp", "mde: 1.1pp")), "de")
    assert "Die Datei weicht davon ab, ohne dass es jemand unterschrieben hat: `metrics.primary.mde`." in changed


@pytest.mark.parametrize("path", sorted(bundled("experiments").glob("*-*.yml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_experiment_can_be_explained(path: Path, language: Language) -> None:
    study = load_study(path)
    text = told(study, language)
    for arm in study.experiment.arms.values():
        assert arm.title is not None
        assert arm.title.in_language(language) in text
    assert str(study.experiment.audience.where) in text
    assert "None" not in text
    assert not re.search(r"[{}]", text)
    own_words = text.split("\n\n", 2)[2]  # the hypothesis is the team's, in the team's language
    assert bool(re.search(r"\d %", own_words)) == (language == "de")
    assert bool(re.search(r"\d%", own_words)) == (language == "en")


@pytest.mark.parametrize(
    ("rule", "german", "english"),
    [
        ("primary.low > 2%", "die untere Grenze des Konfidenzintervalls der Hauptmetrik liegt über 2 %",
         "the lower bound of the confidence interval of the primary metric is above 2%"),
        ("revenue.value <= 0", "der geschätzte Uplift von «revenue» beträgt höchstens 0 %",
         "the estimated uplift of 'revenue' is at most 0%"),
        ("best.primary.high < 0.5%",
         "die obere Grenze des Konfidenzintervalls der Hauptmetrik in der besten Gruppe liegt unter 0,5 %",
         "the upper bound of the confidence interval of the primary metric in the best group is below 0.5%"),
        ("not any(guardrails.open)", "es trifft nicht zu, dass gilt: mindestens eine Leitplanke ist noch offen",
         "it is not the case that at least one guardrail is still open"),
        ("sequential.efficacy or sequential.futility and false",
         "bei einer Zwischenauswertung ist die Schranke für einen Erfolg überschritten, oder (bei einer "
         "Zwischenauswertung ist ein Erfolg aussichtslos geworden, und in keinem Fall)",
         "a look has crossed the bound of success, or (a look has found success to be out of reach, and in no case)"),
    ],
)  # fmt: skip
def test_rules_are_said_in_words(tmp_path: Path, rule: str, german: str, english: str) -> None:
    study = sale(tmp_path)
    assert rule_in_words(rule, study, "de").replace("\u00a0", " ") == german
    assert rule_in_words(rule, study, "en") == english


_NAMES = st.sampled_from(["primary.low", "best.revenue.high", "revenue.value"])
_ATOMS = st.one_of(
    st.builds("{} {} {}".format, _NAMES, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), st.integers(-9, 9)),
    st.sampled_from(["true", "false", "sequential.futility", "all(guardrails.ok)", "any(guardrails.breached)"]),
)
_RULES = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.builds("not ({})".format, inner), st.builds("({} and {})".format, inner, inner), st.builds("({} or {})".format, inner, inner)
    ),
    max_leaves=6,
)  # fmt: skip


@given(rule=_RULES)
def test_every_rule_of_the_language_has_words(rule: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    study = sale(tmp_path_factory.mktemp("narrative"))
    for language in LANGUAGES:
        text = rule_in_words(rule, study, language)
        assert text
        assert "primary." not in text
        assert text.count("(") == text.count(")")
