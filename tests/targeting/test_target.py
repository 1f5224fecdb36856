"""The whole circle: a finished test, a verdict, a list, the next experiment."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.targeting.projects import ON, project
from uplift.analysis import analyze, save
from uplift.analysis.targeting import kept_targeting
from uplift.cli.app import app
from uplift.design.checkup import check_paths
from uplift.errors import Problem, UpliftError
from uplift.report.targeting import targeting_chapter
from uplift.report.voice import Voice
from uplift.results import Result
from uplift.results.json_form import fingerprint, read, targeting_json
from uplift.results.targeting_table import text
from uplift.spec import Study, load_study
from uplift.spec.quantities import parse_money
from uplift.store.places import targeting_path
from uplift.targeting.learner import Settings
from uplift.targeting.newcomers import list_newcomers
from uplift.targeting.saved import save_model, save_reading
from uplift.targeting.target import Targeted, target
from uplift.targeting.target_files import read_list

QUICK = Settings(seed=1, threads=1, folds=2, outcomes="ridge", candidates=("constant", "ridge"))
STRATEGY = "  outcome: net_value\n  strategy: {budget: 500 EUR}\n  keep_learning: {treated_among_rest: 2%}\n"


def run(study: Study, **changes: object) -> Targeted:
    return target(study, on=ON, settings=QUICK, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def circle(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Targeted]:
    study = project(tmp_path_factory.mktemp("circle"), targeting=STRATEGY)
    return study, run(study)


def test_a_test_with_proven_differences_leads_to_a_list_of_those_for_whom_it_pays(
    circle: tuple[Study, Targeted],
) -> None:
    _, found = circle
    assert found.verdict.recommended
    assert found.sent is not None
    assert found.reading.allocation is not None
    targeted = found.sent.planned > 0
    # 500 € at 62 cents are 806 contacts; a quarter of 6,000 has three orders, and for them alone the mail pays.
    assert 600 < targeted.sum() <= 806
    orders = _orders(circle[0])
    assert (orders[found.sent.ids[targeted].astype(int) - 1] == 3).mean() > 0.95


def test_the_budget_holds_for_what_is_sent_to_the_cent(circle: tuple[Study, Targeted]) -> None:
    _, found = circle
    assert found.sent is not None
    assert found.reading.allocation is not None
    mailed = dict(found.sent.counts)["mail"]
    assert found.reading.allocation.spend == pytest.approx(mailed * 0.62)
    assert found.reading.allocation.spend <= 500
    assert found.reading.allocation.budget == pytest.approx(500)
    assert found.reading.allocation.tried_out > 0
    assert found.reading.allocation.held_back > 0


def test_the_honest_value_is_near_the_truth(circle: tuple[Study, Targeted]) -> None:
    """40 points more buyers × 40 € × 40 % − 62 cents, for the share of contacts on the list."""
    _, found = circle
    assert found.reading.allocation is not None
    honest = found.reading.allocation.honest
    truth = (0.4 * 40 * 0.4 - 0.62) * found.reading.allocation.planned / 6_000
    assert honest.standard_error is not None
    assert abs(honest.value - truth) < 4 * honest.standard_error


def test_the_files_say_what_was_found_and_the_next_experiment_passes_its_check(circle: tuple[Study, Targeted]) -> None:
    study, found = circle
    assert found.files is not None
    assert found.sent is not None
    assert found.next is not None
    back = read_list(found.files.csv, arms=found.sent.arms)
    assert (back.arm == found.sent.arm).all()
    assert found.files.csv.parent == study.root / "lists" / "sale" / "2026-11-22"
    checked = check_paths([found.next.experiment], today=ON)
    assert [p for file in checked for p in file.problems if p.level == "error"] == []
    following = load_study(found.next.experiment).experiment
    assert following.arms["control"].weight == found.next.campaign.control >= Fraction(1, 10)
    assert following.audience.expected_size == (found.sent.planned > 0).sum()


def test_outcomes_that_are_columns_of_the_audience_are_called_for(circle: tuple[Study, Targeted]) -> None:
    _, found = circle
    assert found.next is not None
    text = found.next.experiment.read_text("utf-8")
    assert "give the source target_list a file that holds bought, revenue beside the columns of the list" in text


def test_the_same_data_make_the_same_list(circle: tuple[Study, Targeted], tmp_path: Path) -> None:
    study, found = circle
    assert found.files is not None
    again = run(study, out=tmp_path)
    assert again.files is not None
    assert again.files.csv.read_bytes() == found.files.csv.read_bytes()
    assert targeting_json(again.reading) == targeting_json(found.reading)


def test_the_terminal_shows_verdict_policies_incentives_budget_and_list_in_both_languages(
    circle: tuple[Study, Targeted],
) -> None:
    _, found = circle
    english, german = text(found.reading, "EUR", "en"), text(found.reading, "EUR", "de")
    for said in (
        "targeting is worth it",
        "send nothing",
        "Value by budget",
        "The list",
        "€500.00",
        "held back by chance",
    ):
        assert said in english, said
    for said in (
        "Eine Auswahl lohnt sich",
        "nichts senden",
        "Wert nach Budget",
        "500,00\N{NO-BREAK SPACE}€",
        "zurückgehalten",
    ):
        assert said in german, said
    assert "UP" in english
    assert str(found) == english


def test_without_proven_differences_no_list_is_written(tmp_path: Path) -> None:
    study = project(tmp_path, effect=0.0, targeting=STRATEGY)
    found = run(study)
    assert found.verdict.action in {"no_one", "test_again"}
    assert found.files is None
    assert not (tmp_path / "lists").exists()


def test_a_list_against_the_advice_says_so_in_every_row(tmp_path: Path) -> None:
    study = project(tmp_path, effect=0.0, targeting="  strategy: {coverage: 10%}\n")
    found = run(study, anyway=True, language="de")
    assert found.files is not None
    lines = found.files.csv.read_text("utf-8").splitlines()
    assert all("Gegen den Rat der Prüfung erstellt." in line for line in lines[1:])


def test_a_list_on_which_nobody_gets_anything_has_no_next_experiment(tmp_path: Path) -> None:
    """There is nothing to measure, by a fit as by a kept model."""
    study, nothing = project(tmp_path, effect=0.0, size=1_500, targeting="  outcome: net_value\n"), parse_money("0 EUR")
    found = run(study, anyway=True, budget=nothing)
    assert found.model is not None
    kept = save_model(study, found.model, found.as_of)
    listed = list_newcomers(study, kept, on=ON, anyway=True, budget=nothing)
    for made in (found, listed):
        assert made.sent is not None
        assert (made.sent.planned == 0).all()
        assert made.next is None


def test_a_kept_model_of_a_test_that_proved_nothing_writes_no_list(tmp_path: Path) -> None:
    study = project(tmp_path, effect=0.0, size=1_500)
    found = run(study)
    assert found.model is not None
    listed = list_newcomers(study, save_model(study, found.model, found.as_of), on=ON)
    assert (listed.files, listed.next) == (None, None)
    assert "has not proven that a selection is worth it" in str(listed)


def test_a_budget_given_by_hand_wins(circle: tuple[Study, Targeted], tmp_path: Path) -> None:
    found = run(circle[0], budget=parse_money("155 EUR"), out=tmp_path)
    assert found.reading.allocation is not None
    assert found.reading.allocation.spend <= 155
    assert found.reading.allocation.planned <= 250


def test_excluded_contacts_are_on_the_list_without_an_arm(tmp_path: Path) -> None:
    study = project(tmp_path, targeting="  strategy: {exclude: {mail: age < 40}}\n")
    found = run(study)
    assert found.sent is not None
    young = _ages(study)[found.sent.ids.astype(int) - 1] < 40
    assert found.sent.of_role("excluded")[young].all()
    assert not found.sent.of_role("excluded")[~young].any()
    assert (found.sent.arm[young] == 0).all()


@pytest.mark.parametrize(
    ("strategy", "code"), [("{allow: [none]}", "UP758"), ("{budget: 5 USD}", "UP751"), ("{caps: {mial: 5%}}", "UP216")]
)
def test_what_can_never_be_kept_is_refused_at_its_line_before_anything_is_learned(
    tmp_path: Path, strategy: str, code: str
) -> None:
    def never(stage: str) -> None:
        raise AssertionError(stage)

    with pytest.raises(UpliftError) as refused:
        run(project(tmp_path, size=200, targeting=f"  strategy: {strategy}\n"), progress=never)
    problem = refused.value.problems[0]
    assert problem.code == code
    assert problem.place is not None
    assert problem.place.line == 20


def test_a_strategy_that_can_not_be_kept_is_refused(tmp_path: Path) -> None:
    study = project(tmp_path, targeting="  strategy: {budget: 10 EUR, coverage: 50%}\n")
    with pytest.raises(UpliftError) as refused:
        run(study)
    assert refused.value.problems[0].code == "UP754"


def test_the_reading_joins_the_result_of_the_same_day(tmp_path: Path) -> None:
    study = project(tmp_path, targeting=STRATEGY)
    found = run(study)
    alone = save_reading(study, found.reading, found.as_of)
    assert alone.name == "targeting.json"
    result = save(study, analyze(study, as_of=found.as_of))
    save_reading(study, found.reading, found.as_of)
    assert read(result).targeting == found.reading


def test_a_later_analysis_keeps_the_reading_and_the_report_says_that_it_is_older(
    circle: tuple[Study, Targeted], tmp_path: Path
) -> None:
    study, found = circle
    save_reading(study, found.reading, found.as_of)
    same = analyze(study, as_of=found.as_of)
    assert same.targeting == found.reading
    assert not any("rests on the data" in line for line in lead(same))
    later = analyze(study, as_of=found.as_of + datetime.timedelta(days=7))
    assert later.targeting == found.reading
    assert "rests on the data of 2\N{NO-BREAK SPACE}March 2026; the result is younger" in lead(later)[0]
    yesterday = found.as_of - datetime.timedelta(days=1)
    assert kept_targeting(study, as_of=yesterday, notice=lambda _: None) is None  # it knows more than such a result
    assert fingerprint(same) == fingerprint(replace(same, targeting=None))


def test_a_reading_of_other_data_or_another_decision_says_so(circle: tuple[Study, Targeted]) -> None:
    study, found = circle
    result = replace(analyze(study, as_of=found.as_of), targeting=found.reading)
    sources = tuple(replace(s, fingerprint="0" * 64) for s in result.provenance.sources)
    other = replace(result, provenance=replace(result.provenance, sources=sources))
    assert "the data have changed" in lead(other)[0]
    other = replace(result, experiment=replace(result.experiment, spec_hash="another"))
    assert "the experiment's YAML was changed" in lead(other)[0]


@pytest.mark.parametrize("content", [b"{}", b"\xff\xfe{}"])
def test_a_damaged_reading_is_left_out_with_a_word(tmp_path: Path, content: bytes) -> None:
    study = project(tmp_path, size=400)
    path = targeting_path(study.root, "sale", datetime.date(2026, 3, 2))
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    told: list[Problem] = []
    assert analyze(study, notice=told.append).targeting is None
    assert "UP736" in {p.code for p in told}


def lead(result: Result) -> tuple[str, ...]:
    chapter = targeting_chapter(Voice(result, "en"))
    assert chapter is not None
    return tuple(chapter.lead)


@pytest.mark.slow
def test_the_verb_prints_writes_and_ends_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = project(tmp_path, targeting=STRATEGY, size=4_000)
    monkeypatch.chdir(study.root)
    done = CliRunner().invoke(app, ["target", "sale", "--budget", "200 EUR", "--out", "elsewhere"])
    assert done.exit_code == 0, done.output
    assert "targeting is worth it" in done.stdout
    assert "next    elsewhere/lists/sale/" in done.stdout
    assert "model   results/sale/" in done.stdout
    assert (tmp_path / "elsewhere" / "lists" / "sale").is_dir()


@pytest.mark.slow
def test_a_mere_no_ends_well_and_says_how_to_insist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = project(tmp_path, effect=0.0, size=1_500)
    monkeypatch.chdir(study.root)
    done = CliRunner().invoke(app, ["target", "sale", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["contacts"] == 1_500
    assert "--anyway" in done.stderr
    assert not (tmp_path / "lists").exists()


def test_a_budget_that_is_none_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project(tmp_path, size=200).root)
    done = CliRunner().invoke(app, ["target", "sale", "--budget", "-5 EUR"])
    assert done.exit_code == 2


def _orders(study: Study) -> np.ndarray:
    return np.loadtxt(study.root / "data" / "contacts.csv", delimiter=",", skiprows=1, usecols=2)


def _ages(study: Study) -> np.ndarray:
    return np.loadtxt(study.root / "data" / "contacts.csv", delimiter=",", skiprows=1, usecols=1)
