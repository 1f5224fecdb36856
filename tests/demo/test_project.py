from __future__ import annotations

import os
from pathlib import Path

import pytest

from uplift.demo import DEMO_EXPERIMENTS, at_its_start, prepare
from uplift.errors import StateError
from uplift.resources import bundled
from uplift.spec import load_study


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work") / "demo"
    prepare(folder)
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_demo_holds_the_shipped_experiments_and_the_data_that_they_name(demo: Path) -> None:
    for shipped in bundled("experiments").glob("*.yml"):
        assert (demo / "experiments" / shipped.name).read_bytes() == shipped.read_bytes()
    for experiment in DEMO_EXPERIMENTS:
        study = load_study(demo / "experiments" / f"{experiment}.yml")
        for name, source in study.project.sources.items():
            assert source.file is not None
            if name == "scores":  # `uplift score` makes it
                continue
            assert (study.folder / source.file).resolve().is_file()
        assert study.root.resolve() == demo.resolve()


def test_preparing_again_changes_no_byte(demo: Path) -> None:
    before = everything(demo)
    again = prepare(demo)
    assert everything(demo) == before
    assert again.kept == ()
    assert [path.stem for path in again.experiments] == list(DEMO_EXPERIMENTS)


def test_edited_experiments_are_kept_and_what_is_missing_or_damaged_comes_back(tmp_path: Path) -> None:
    orders = prepare(tmp_path).data.orders
    whole = orders.read_bytes()
    edited, deleted = (tmp_path / "experiments" / f"{name}.yml" for name in DEMO_EXPERIMENTS)
    edited.write_text("# mine\n", encoding="utf-8")
    deleted.unlink()
    orders.write_bytes(whole[: len(whole) // 2])

    assert prepare(tmp_path).kept == (edited,)
    assert edited.read_text(encoding="utf-8") == "# mine\n"
    assert deleted.is_file()
    assert orders.read_bytes() == whole


@pytest.mark.parametrize("content", ["", "{}", "not json", '{"data": 1, "experiments": 2}'])
def test_a_folder_that_is_no_demo_is_refused_and_left_alone(content: str, tmp_path: Path) -> None:
    (tmp_path / ("thesis.txt" if not content else ".uplift-demo.json")).write_text(content, encoding="utf-8")
    before = everything(tmp_path)
    with pytest.raises(StateError) as caught:
        prepare(tmp_path)
    (problem,) = caught.value.problems
    assert problem.code == "UP903"
    assert "not a demo" in problem.message
    assert str(problem.place) == str(tmp_path)
    assert everything(tmp_path) == before


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "demo"
    path.write_text("", encoding="utf-8")
    with pytest.raises(StateError, match="is a file"):
        prepare(path)


def test_a_demo_with_other_data_is_refused_since_its_contacts_are_assigned_already(demo: Path) -> None:
    before = everything(demo)
    with pytest.raises(StateError, match="other data"):
        prepare(demo, seed=8)
    assert everything(demo) == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_a_folder_without_the_right_to_write_is_an_error_without_a_traceback(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StateError):
        prepare(tmp_path / "demo")


def test_a_closed_test_can_be_replayed_from_its_start_and_stays_closed_in_its_file(demo: Path) -> None:
    study = load_study(demo / "experiments" / f"{DEMO_EXPERIMENTS[0]}.yml")
    assert study.experiment.status == "closed"
    replayed = at_its_start(study)
    assert replayed.experiment.status == "running"
    assert replayed.experiment.model_copy(update={"status": "closed"}) == study.experiment
