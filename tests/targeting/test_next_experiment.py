"""The circle closes: the campaign that follows a list is an experiment that passes its own check."""

from __future__ import annotations

import datetime
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.analysis.projects import EXPERIMENT, PROJECT
from uplift.assignment import assign
from uplift.design.checkup import check_paths
from uplift.spec import Study, load_study
from uplift.store import Store
from uplift.targeting.allocation import Limits, Options
from uplift.targeting.next_experiment import (
    Baseline,
    NextExperiment,
    campaign_id,
    planned_campaign,
    project_text,
    write_next,
)
from uplift.targeting.target_files import list_files, write_list
from uplift.targeting.target_list import Exploration, TargetList, target_list

ON = datetime.date(2026, 4, 2)
N = 20_000


def study_in(folder: Path, *, experiment: str = EXPERIMENT, project: str = PROJECT) -> Study:
    (folder / "experiments").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "experiments" / "project.yml").write_text(project, "utf-8")
    (folder / "experiments" / "sale.yml").write_text(experiment, "utf-8")
    return load_study(folder / "experiments" / "sale.yml")


def written(
    study: Study, *, expected: float | None, control: Fraction | None = None
) -> tuple[NextExperiment, TargetList]:
    ids = np.array([str(i) for i in range(N)])
    gain = np.random.default_rng(1).normal(0.05, 0.2, (N, 1))
    options = Options(("treatment",), gain, np.array([62]))
    files = list_files(study.root, "sale", ON)
    project = project_text(study, at=files.csv.parent / "next", list_file=files.parquet, unit="customer_id")
    plan = target_list(ids, options, Limits(capacity=12_000), Exploration("any"), control="control", model="m")[1]
    campaign = planned_campaign(
        study,
        on=ON,
        contacts=plan.treated,
        model="sale-1234abcd",
        control=control,
        baseline=Baseline(0.10, 0.3),
        expected=expected,
        project=project,
    )
    exploration = Exploration(campaign.id, campaign.control, Fraction(1, 50))
    sent, _ = target_list(
        ids, options, Limits(capacity=12_000), exploration, control="control", model=campaign.model, allocation=plan
    )
    write_list(sent, files, unit="customer_id", language="en")
    made = write_next(study, campaign, folder=files.csv.parent, list_file=files.parquet, unit="customer_id")
    return made, sent


def errors(path: Path) -> list[str]:
    return [str(p) for c in check_paths([path], today=ON) for p in c.problems if p.level == "error"]


@pytest.mark.parametrize("expected", [0.25, 0.02, 0.0001, None])
def test_the_next_experiment_passes_its_check_whatever_is_expected(tmp_path: Path, expected: float | None) -> None:
    made, sent = written(study_in(tmp_path), expected=expected)
    assert errors(made.experiment) == []
    found = load_study(made.experiment).experiment
    assert found.id == "sale-target-20260402"
    assert found.audience.expected_size == (sent.planned > 0).sum()
    assert found.metrics.primary.metric == "buyers"
    assert [use.metric for use in found.metrics.secondary] == ["revenue", "basket"]
    assert found.design.baselines["buyers"].source == "sale"


def test_its_assignment_draws_exactly_the_contacts_that_the_list_holds_back(tmp_path: Path) -> None:
    made, sent = written(study_in(tmp_path), expected=0.1)
    study = load_study(made.experiment)
    with Store.open(study.root / study.project.state) as store:
        report = assign(study, on=datetime.date(2026, 4, 3), store=store)
        import duckdb

        rows = duckdb.sql(
            f"SELECT unit_id, arm FROM read_parquet({[str(p) for p in store.ledger.files(study.experiment.id)]})"
        ).fetchall()
    held = {unit for unit, arm in rows if arm == "control"}
    assert held == set(sent.ids[sent.of_role("held_back")].tolist())
    assert len(rows) == (sent.planned > 0).sum()
    assert report is not None


def test_a_small_effect_gets_a_larger_control_and_a_large_one_the_usual_share(tmp_path: Path) -> None:
    study = study_in(tmp_path)
    large, _ = written(study, expected=0.4)
    shutil.rmtree(large.experiment.parent)
    small, _ = written(study, expected=0.19)
    assert large.campaign.control == Fraction(1, 10)
    assert small.campaign.control > Fraction(1, 10)
    assert not small.campaign.larger_than_expected


def test_an_effect_that_no_share_can_show_is_named_in_the_file(tmp_path: Path) -> None:
    made, _ = written(study_in(tmp_path), expected=0.02)
    assert made.campaign.larger_than_expected
    assert made.campaign.mde.value > Fraction(2, 100)
    assert "only +2.00% is expected; the list is too small to show that" in made.experiment.read_text("utf-8")


def test_the_control_share_of_the_yaml_stands(tmp_path: Path) -> None:
    made, sent = written(study_in(tmp_path), expected=0.02, control=Fraction(1, 20))
    assert made.campaign.control == Fraction(1, 20)
    share = sent.of_role("held_back").sum() / (sent.planned > 0).sum()
    assert share == pytest.approx(0.05, abs=5 * (0.0475 / 10_000) ** 0.5)


def test_paths_of_the_project_point_to_the_same_files_from_the_new_place(tmp_path: Path) -> None:
    study = study_in(tmp_path, project=PROJECT.replace("language: en", "language: de   # und ein Kommentar"))
    made, _ = written(study, expected=0.2)
    again = load_study(made.experiment)
    assert (again.folder / (again.source("orders").file or "")).resolve() == (
        tmp_path / "data" / "orders.csv"
    ).resolve()
    assert (again.folder / (again.source("target_list").file or "")).resolve() == list_files(
        tmp_path, "sale", ON
    ).parquet.resolve()
    text = made.project.read_text("utf-8")
    assert "# und ein Kommentar" in text
    assert "Kontakte der Liste" in made.experiment.read_text("utf-8")


def test_ids_stay_short_enough_for_a_salt() -> None:
    assert len(campaign_id("a" * 80, ON)) <= 70
    assert campaign_id("a" * 49 + "-b", ON).startswith("a" * 49 + "-target-")
