"""Every sentence exists in both languages, whole, and says what its facts say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uplift.words import names, values
from uplift.words.codes import CODES
from uplift.words.language import Language
from uplift.words.numbers import NBSP
from uplift.words.sentences import advice, charts, checks, guardrails, methods, verdicts

LANGUAGES: tuple[Language, ...] = ("de", "en")


def plain(text: str) -> str:
    return text.replace(NBSP, " ").replace("\N{NON-BREAKING HYPHEN}", "-")


@pytest.mark.parametrize("code", [code for code in CODES if code.startswith("UP6")])
def test_every_finding_of_the_analysis_has_a_sentence_in_both_languages(code: str) -> None:
    told = [checks.found(code, {"metric": "Umsatz", "converters": 5}, language) for language in LANGUAGES]
    assert all(text.endswith(".") and not text.startswith("UP") for text in told)
    assert told[0] != told[1]


def test_a_code_that_nobody_knows_is_told_with_its_facts() -> None:
    assert plain(checks.found("UP699", {"amount": 1234, "share": 0.5, "none": None}, "de")) == (
        "UP699 (amount = 1.234, share = 0,500)."
    )


@pytest.mark.parametrize(
    ("facts", "german", "english"),
    [
        ({"left_out": 0, "total": 1200}, "für alle 1.200 Kontakte abgeschlossen", "over for all 1,200 contacts"),
        ({"left_out": 200, "total": 1200}, "200 von 1.200 Kontakten sind noch nicht", "200 of 1,200 contacts are not"),
        ({"left_out": 1200, "total": 1200}, "keiner ist ausgewertet", "none is evaluated"),
        ({}, "Kontakte mit laufendem Zeitfenster.", "Contacts whose window is still running."),
    ],
)
def test_immature_contacts_are_counted(facts: dict[str, int], german: str, english: str) -> None:
    assert german in checks.found("UP602", dict(facts), "de")
    assert english in checks.found("UP602", dict(facts), "en")


def test_contacts_without_an_arm_agree_with_their_number() -> None:
    assert "1 Kontakt gehört" in checks.found("UP606", {"contacts": 1}, "de")
    assert "2 Kontakte gehören" in checks.found("UP606", {"contacts": 2}, "de")
    assert "Alle Kontakte gehören" in checks.found("UP606", {"contacts": 0}, "de")
    assert checks.found("UP606", {"contacts": 2, "values": "«Mail B»"}, "de").endswith("nicht ausgewertet («Mail B»).")


@pytest.mark.parametrize(
    ("code", "facts", "german", "english"),
    [
        (
            "UP601",
            {
                "p": 1e-60,
                "alpha": 0.001,
                "test": "exact",
                "observed a": 1205,
                "expected a": 160.4,
                "observed b": 1,
                "expected b": 240.0,
            },
            "1.205 : 1 passt nicht zum Plan 160 : 240 (SRM-Test, p < 0,001)",
            "1,205 : 1 does not fit the plan 160 : 240 (SRM test, p < 0.001)",
        ),
        ("UP631", {"epochs": 2}, "einmal geändert", "changed once"),
        ("UP631", {"epochs": 4}, "3-mal geändert", "changed 3 times"),
        ("UP632", {"read_out": "2027-04-24"}, "Auswertungstag am 24. April 2027", "read-out on 24 April 2027"),
        ("UP632", {"read_out": "None"}, "Zwischenblick", "look"),
        ("UP633", {"missing": 1, "total": 1200}, "1 von 1.200 zugeteilten Kontakten fehlt", "1 of 1,200"),
        ("UP633", {"missing": 2, "total": 1200}, "Kontakten fehlen", "2 of 1,200 assigned contacts are"),
        ("UP565", {"source": "orders"}, "orders: Quelle, in der kein Kontakt", "orders: a source in which no contact"),
    ],
)
def test_findings_about_design_and_sources_speak(
    code: str, facts: dict[str, int | float | str], german: str, english: str
) -> None:
    assert german in plain(checks.found(code, dict(facts), "de"))
    assert english in plain(checks.found(code, dict(facts), "en"))


def test_the_split_is_held_against_the_plan() -> None:
    assert plain(checks.split("6.588 : 26.350", "20 : 80", 0.53, "de", fits=True)) == (
        "Die Aufteilung 6.588 : 26.350 passt zum Plan 20 : 80 (SRM-Test, p = 0,530)."
    )
    assert "does not fit the plan" in checks.split("1 : 9", "20 : 80", None, "en", fits=False)


@pytest.mark.parametrize(
    ("title", "mass", "expected"),
    [
        ("Umsatz je Kontakt", True, "Die Aktion bringt 9,41 % mehr Umsatz je Kontakt."),
        ("Durchschnittlicher Umsatz", True, "Durchschnittlicher Umsatz: durch die Aktion 9,41 % höher."),
        ("Käuferquote", False, "Käuferquote: durch die Aktion 9,41 % höher."),
        ("Abmeldungen", False, "Abmeldungen: durch die Aktion 9,41 % höher."),
    ],
)
def test_a_german_headline_fits_the_grammar_of_its_title(title: str, mass: bool, expected: str) -> None:
    told = verdicts.moved(title, "9,41 %", "de", rises=True, mass=mass, arm=None, breached=False)
    assert told == expected


def test_a_loss_and_a_breach_stand_in_the_headline() -> None:
    assert verdicts.moved("revenue", "5%", "en", rises=False, mass=True, arm=None, breached=False) == (
        "The campaign lowers revenue by 5%."
    )
    assert verdicts.moved("Umsatz", "5 %", "de", rises=True, mass=True, arm="Mail A", breached=True) == (
        "Mail A bringt 5 % mehr Umsatz, verletzt aber eine Leitplanke."
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_ruled_out_names_only_sides_that_are(language: Language) -> None:
    both = verdicts.ruled_out("3 %", "8 %", language)
    assert "3 %" in both
    assert "8 %" in both
    assert "3 %" not in verdicts.ruled_out(None, "8 %", language)
    assert "8 %" not in verdicts.ruled_out("3 %", None, language)
    assert verdicts.ruled_out(None, None, language)


def test_margins_are_told_in_their_own_unit() -> None:
    def told(amount: float, unit: str, form: str = "money", language: Language = "de") -> str:
        return plain(guardrails.margin(amount, unit, form=form, currency="EUR", language=language))  # type: ignore[arg-type]

    assert told(0.003, "points") == "0,3 Prozentpunkte"
    assert told(0.05, "relative", language="en") == "5%"
    assert told(0.5, "absolute") == "0,50 €"
    assert told(0.5, "absolute", form="number") == "0,5"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", ["ok", "open", "breached", "refused"])
def test_guardrails_say_fall_or_rise_by_what_harms(language: Language, status: str) -> None:
    up = guardrails.sentence(status, "5 %", language, better="up")  # type: ignore[arg-type]
    down = guardrails.sentence(status, "5 %", language, better="down")  # type: ignore[arg-type]
    assert (up == down) == (status == "refused")


def test_chart_titles_follow_the_ones_that_marketers_know() -> None:
    assert charts.arms_title("Anteil der Kontakte mit Käufen", "de", treatments=1) == (
        "Anteil der Kontakte mit Käufen in der Kontroll- vs. der Treatmentgruppe"
    )
    assert plain(charts.significance(0.95, "de", verdict="better")) == (
        "Die Treatmentgruppe schneidet auf dem 95-%-Konfidenzniveau besser als die Kontrollgruppe ab."
    )


@pytest.mark.parametrize("block", ["segments", "claims", "design.sequential", "design.variance_reduction", "anything"])
def test_what_is_not_evaluated_is_a_sentence(block: str) -> None:
    assert methods.not_evaluated(block, "de").endswith(".")
    assert methods.not_evaluated(block, "en").endswith(".")


@pytest.mark.parametrize("method", ["score", "log", "hall", "fieller", "delta"])
def test_every_interval_method_is_described(method: str) -> None:
    assert methods.described(method, "de") != methods.described(method, "en")
    assert len(methods.described(method, "en")) > 20 or method == "fieller"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_recommendation_begins_as_one(language: Language) -> None:
    start = {"de": "Empfehlung: ", "en": "Recommendation: "}[language]
    for sentence in (
        advice.ship(None, language), advice.ship("A", language), advice.stop(language), advice.wait(language),
        advice.breached(["A"], language), advice.breached(["A", "B"], language), advice.guardrail_open(["A"], language),
        advice.proven_loss(language), advice.find_the_cause(language), advice.wait_for_read_out(language),
        advice.wait_for_windows(language), advice.nothing_to_decide_on(language), advice.keep_running(language),
        advice.ship_on_description(None, language), advice.ship_on_description("X", language),
    ):  # fmt: skip
        assert sentence.startswith(start)
        assert sentence.endswith(".")


@given(st.text(max_size=400))
def test_tamed_names_hold_no_control_characters_and_stay_tame(name: str) -> None:
    tame = names.tamed(name)
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in tame)
    assert not any(c in tame for c in "\u202a\u202b\u202c\u202d\u202e")
    assert names.tamed(tame) == tame


@given(st.text(max_size=400), st.integers(5, 80))
def test_shortened_names_fit(name: str, limit: int) -> None:
    assert len(names.shortened(name, limit).strip("\u2068\u2069")) <= limit


def test_right_to_left_names_are_isolated() -> None:
    assert names.tamed("حملة") == "\u2068حملة\u2069"


def test_bounds_may_be_open_on_either_side() -> None:
    assert plain(values.uplift_range(0.0179, 0.1703, "de")) == "1,79 % bis 17,0 %"
    assert plain(values.uplift_range(0.0179, None, "de")) == "mindestens 1,79 %"
    assert plain(values.uplift_range(None, 0.17, "en")) == "at most 17.0%"
    assert values.uplift_range(None, None, "en") == "unbounded"


def test_plus_minus_is_printed_only_where_both_sides_agree() -> None:
    assert plain(values.with_half_width(0.0941, 0.0179, 0.1703, "de") or "") == "9,41 % (±7,62 %)"
    assert values.with_half_width(0.0941, 0.0205, 0.1730, "de") is None
    assert values.with_half_width(0.0941, None, 0.17, "de") is None


@given(st.floats(-0.9, 3), st.floats(0.001, 2))
def test_an_interval_around_its_estimate_is_printed_symmetric(estimate: float, half: float) -> None:
    assert values.with_half_width(estimate, estimate - half, estimate + half, "en") is not None


def test_values_speak_in_the_unit_of_their_metric() -> None:
    money = {"form": "money", "currency": "USD", "language": "en"}
    assert values.value(0.6528, **money) == "$0.653"  # type: ignore[arg-type]
    assert values.value(None, **money) == "–"  # type: ignore[arg-type]
    assert plain(values.difference(0.0125, form="percent", currency=None, language="de")) == "+1,25 Prozentpunkte"
    assert values.total(1234.5, form="number", currency=None, language="en", signed=True) == "+1,230"
