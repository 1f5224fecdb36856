"""From a test of households to a list, from the list to a campaign, and from the campaign to what the list was worth."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.targeting.households import LISTED, START, buying, draw, export, order, shop
from uplift.analysis import analyze
from uplift.cli.app import app
from uplift.design.assessment import assess
from uplift.design.checkup import check_paths
from uplift.errors import Problem, StateError
from uplift.results import Result
from uplift.spec import Study, load_study
from uplift.spec.quantities import parse_money
from uplift.targeting.learner import Settings
from uplift.targeting.newcomers import list_newcomers
from uplift.targeting.saved import save_model
from uplift.targeting.target import Targeted, target
from uplift.targeting.target_files import read_list
from uplift.targeting.target_list import TargetList, campaign_statistic

QUICK = Settings(seed=1, threads=1, folds=2, outcomes="ridge", candidates=("constant", "ridge"))
NEXT = LISTED + datetime.timedelta(days=1)
CONTACTS = 6_000


@dataclass(frozen=True)
class Circle:
    study: Study
    found: Targeted
    sent: TargetList
    campaign: Study
    drawn: dict[int, str]
    result: Result
    model: Path


@pytest.fixture(scope="module")
def circle(tmp_path_factory: pytest.TempPathFactory) -> Circle:
    study = shop(tmp_path_factory.mktemp("circle"), CONTACTS)
    order(study, buying(draw(study, START), seed=1, day=START + datetime.timedelta(days=3)))
    found = target(study, on=LISTED, settings=QUICK)
    assert found.files is not None
    assert found.next is not None
    assert found.model is not None
    model = save_model(study, found.model, found.as_of)
    sent = read_list(found.files.parquet, arms=("control", "voucher_5", "voucher_10"), household="household_id")
    campaign = load_study(found.next.experiment)
    drawn = draw(campaign, NEXT)
    got = dict(zip(sent.ids.astype(int).tolist(), np.array(sent.arms)[sent.arm].tolist(), strict=True))
    order(study, buying({i: got[i] for i in drawn}, seed=2, day=NEXT + datetime.timedelta(days=3)))
    result = analyze(campaign, as_of=NEXT + datetime.timedelta(days=40))
    return Circle(study, found, sent, campaign, drawn, result, model)


def test_the_next_experiment_draws_households_and_knows_how_alike_they_are(circle: Circle) -> None:
    experiment = circle.campaign.experiment
    assert (experiment.unit.cluster, experiment.unit.cluster_fallback) == ("household_id", "own_id")
    targeted = circle.sent.planned > 0
    clusters = experiment.audience.expected_clusters
    assert clusters is not None
    assert clusters.count == len(set(circle.sent.drawn_by[targeted].tolist()))
    assert experiment.design.baselines["buyers"].icc is not None
    assert circle.found.next is not None
    checked = check_paths([circle.found.next.experiment], today=LISTED)
    assert [p for file in checked for p in file.problems if p.level == "error"] == []
    judged = assess(circle.campaign, today=LISTED)
    assert judged.unanswered is None


def test_a_household_is_held_back_or_tried_out_as_a_whole(circle: Circle) -> None:
    sent, homes = circle.sent, circle.sent.drawn_by
    assert not set(homes[sent.of_role("targeted")].tolist()) & set(homes[sent.of_role("held_back")].tolist())
    assert not set(homes[sent.of_role("rest")].tolist()) & set(homes[sent.of_role("tried_out")].tolist())
    sizes = np.unique(homes[sent.planned > 0], return_counts=True)[1]
    assert sizes.max() > 1  # so the above says something


def test_the_ledger_of_the_campaign_is_the_list(circle: Circle) -> None:
    sent = circle.sent
    held = {int(i) for i in sent.ids[sent.of_role("held_back")]}
    assert {i for i, arm in circle.drawn.items() if arm == "control"} == held
    assert set(circle.drawn) == {int(i) for i in sent.ids[sent.planned > 0]}


def test_whom_a_later_holdout_took_gets_nothing(circle: Circle) -> None:
    """The holdout began after the test: its contacts were tested, and are on no list any more."""
    out = circle.sent.of_role("excluded")
    assert 0.02 < out.mean() < 0.08
    accounts = dict(circle.sent.carried)["account_id"]
    assert not set(accounts[out].tolist()) & set(accounts[~out].tolist())
    assert circle.result.trusted


def test_the_campaign_reproduces_the_value_that_the_logged_probabilities_give(circle: Circle) -> None:
    """Per targeted contact. With the arm means as `mu`, AIPW is the difference of the arms' means, to the last digit."""
    sent = circle.sent
    targeted = sent.planned > 0
    bought = {int(i) for i, day in _orders(circle.study) if day >= NEXT}
    y = np.array([float(int(i) in bought) for i in sent.ids])
    got = sent.arm > 0
    mu = np.zeros((len(sent), 3))
    mu[targeted, 0] = y[targeted & ~got].mean()
    mu[targeted, 1:] = y[targeted & got].mean()
    nothing = np.zeros(len(sent), dtype=np.int64)
    aipw = campaign_statistic(sent, y, sent.planned, mu) - campaign_statistic(sent, y, nothing, mu)
    weighted = campaign_statistic(sent, y, sent.planned) - campaign_statistic(sent, y, nothing)
    uplift = circle.result.primary.uplift("target_list")
    per_targeted = len(sent) / targeted.sum()
    assert uplift.absolute == pytest.approx(aipw.value * per_targeted, rel=1e-12)
    error = weighted.standard_error(sent.clusters) * per_targeted
    assert weighted.value * per_targeted == pytest.approx(uplift.absolute, abs=4 * error)


# ── contacts who were in no test ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def grown(circle: Circle) -> Iterator[Study]:
    """The same shop with a thousand more contacts."""
    export(circle.study.root, CONTACTS + 1_000)
    yield circle.study
    export(circle.study.root, CONTACTS)


def test_a_kept_model_lists_everybody_eligible_without_learning_again(
    circle: Circle, grown: Study, tmp_path: Path
) -> None:
    kept = circle.model.read_bytes()
    told: list[Problem] = []
    found = list_newcomers(grown, circle.model, on=LISTED, out=tmp_path, notice=told.append)
    assert told == []
    assert circle.model.read_bytes() == kept
    assert found.sent is not None
    ids = found.sent.ids.astype(int)
    assert set(ids) == {i for i in range(1, CONTACTS + 1_001) if i % 9}
    allocation = found.reading.allocation
    assert allocation is not None
    assert allocation.honest is None
    assert allocation.spend <= 900
    assert (found.sent.planned[ids > CONTACTS] > 0).any()
    late = ids * 13 % 400 > 200
    assert late[found.sent.planned > 0].mean() > 0.9  # vouchers help those alone
    assert not np.isin(found.sent.arms.index("voucher_10"), found.sent.planned[ids % 3 == 1])  # Austria is excluded
    assert found.next is not None
    assert [
        p for c in check_paths([found.next.experiment], today=LISTED) for p in c.problems if p.level == "error"
    ] == []
    assert "the test has not seen these contacts" in str(found)


def test_the_verb_lists_by_a_kept_model(
    circle: Circle, grown: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(grown.root)
    arguments = ["target", "voucher", "--model", str(circle.model), "--out", str(tmp_path)]
    done = CliRunner().invoke(app, [*arguments, "--budget", "200 EUR"])
    assert done.exit_code == 0, done.output
    assert "contacts who are eligible today, by the model" in done.stdout
    assert "next    " in done.stdout
    assert CliRunner().invoke(app, [*arguments, "--as-of", "2026-09-02"]).exit_code == 2


def test_a_list_whose_money_goes_to_trials_says_so(circle: Circle, grown: Study, tmp_path: Path) -> None:
    told: list[Problem] = []
    budget = parse_money("160 EUR")
    found = list_newcomers(grown, circle.model, on=LISTED, out=tmp_path, budget=budget, notice=told.append)
    assert found.reading.allocation is not None
    assert found.reading.allocation.spend <= 160
    assert [p.code for p in told] == ["UP759"]
    assert "contacts that are tried out by chance" in told[0].message


def test_a_model_that_does_not_fit_is_refused_and_says_why(circle: Circle, grown: Study, tmp_path: Path) -> None:
    def refused(study: Study) -> Problem:
        with pytest.raises(StateError) as error:
            list_newcomers(study, circle.model, on=LISTED, out=tmp_path)
        return error.value.problems[0]

    other = refused(circle.campaign)
    assert (other.code, "'voucher'" in other.message) == ("UP737", True)
    path = grown.root / "experiments" / "voucher.yml"
    yaml = path.read_text("utf-8")
    contacts = grown.root / "data" / "contacts.csv"
    rows = contacts.read_text("utf-8")
    try:
        path.write_text(yaml.replace("features: [recency, orders,", "features: [recency,"), "utf-8")
        fewer = refused(load_study(path))
        assert (fewer.code, "orders" in fewer.message) == ("UP732", True)
        more = yaml.replace("control: {weight: 34%", "voucher_20: {weight: 10%}\n  control: {weight: 24%")
        path.write_text(more, "utf-8")
        dearer = refused(load_study(path))
        assert (dearer.code, "it knows no effect of voucher_20" in dearer.message) == ("UP737", True)
        path.write_text(yaml, "utf-8")
        contacts.write_text(rows.replace("\n2,h1,a1,26,", "\n2,h1,a1,many,"), "utf-8")
        text = refused(load_study(path))
        assert (text.code, "was read as a number" in text.message) == ("UP732", True)
    finally:
        path.write_text(yaml, "utf-8")
        contacts.write_text(rows, "utf-8")


def test_another_decision_and_new_categories_are_said(circle: Circle, grown: Study, tmp_path: Path) -> None:
    path = grown.root / "experiments" / "voucher.yml"
    yaml = path.read_text("utf-8")
    contacts = grown.root / "data" / "contacts.csv"
    rows = contacts.read_text("utf-8")
    told: list[Problem] = []
    try:
        path.write_text(yaml.replace("hypothesis: A voucher", "hypothesis: Some voucher"), "utf-8")
        contacts.write_text(rows.replace(",CH,", ",LI,"), "utf-8")
        list_newcomers(load_study(path), circle.model, on=LISTED, out=tmp_path, notice=told.append)
    finally:
        path.write_text(yaml, "utf-8")
        contacts.write_text(rows, "utf-8")
    assert {p.code for p in told} == {"UP734", "UP735"}


def _orders(study: Study) -> Iterator[tuple[str, datetime.date]]:
    for line in (study.root / "data" / "orders.csv").read_text("utf-8").splitlines()[1:]:
        contact, at, *_ = line.split(",")
        yield contact, datetime.date.fromisoformat(at[:10])
