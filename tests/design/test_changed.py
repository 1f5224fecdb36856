"""A pull request is judged by what it brings; what shows between files is judged for all."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.design.studies import TODAY, write_sale
from uplift.design.check import check_changed, check_paths, exit_code
from uplift.errors import ProjectError

SMALL = (("weight: 15%, control", "weight: 5%, control"), ("weight: 85%", "weight: 95%"))


def git(folder: Path, *arguments: str) -> str:
    names = {f"GIT_{who}_{what}": f"{who}@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **names, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, env=environment, check=True)
    return done.stdout


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose main branch holds one experiment that passes and one that is too small."""
    folder = tmp_path / "repository"
    (folder / "experiments").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    write_sale(folder / "experiments", name="fine")
    write_sale(folder / "experiments", *SMALL, name="small")
    commit(folder, "Two experiments")
    git(folder, "switch", "-q", "-c", "branch")
    return folder


def names(report: object) -> list[str]:
    return [checkup.path.name for checkup in report if checkup.path.name != "project.yml"]  # type: ignore[attr-defined]


def test_without_changes_there_is_nothing_to_judge(repository: Path) -> None:
    report = check_changed([repository / "experiments"], ref="main", today=TODAY)
    assert report == ()
    assert exit_code(report) == 0
    assert exit_code(check_paths([repository / "experiments"], today=TODAY)) == 1


def test_a_new_file_is_judged_before_and_after_its_commit(repository: Path) -> None:
    write_sale(repository / "experiments", *SMALL, name="new")
    for _ in range(2):
        report = check_changed([repository / "experiments"], ref="main", today=TODAY)
        assert names(report) == ["new.yml"]
        assert "UP310" in {p.code for p in report[0].problems}
        commit(repository, "One more") if git(repository, "status", "--porcelain") else None


def test_what_main_has_changed_meanwhile_is_not_ours(repository: Path) -> None:
    write_sale(repository / "experiments", name="ours")
    commit(repository, "Ours")
    git(repository, "switch", "-q", "main")
    write_sale(repository / "experiments", *SMALL, name="theirs")
    commit(repository, "Theirs")
    git(repository, "switch", "-q", "branch")
    assert names(check_changed([repository / "experiments"], ref="main", today=TODAY)) == ["ours.yml"]


def test_a_changed_project_changes_all_its_experiments(repository: Path) -> None:
    path = repository / "experiments" / "project.yml"
    path.write_text(path.read_text() + "# more\n")
    assert names(check_changed([repository / "experiments"], ref="main", today=TODAY)) == ["fine.yml", "small.yml"]


def test_a_changed_lock_changes_its_experiment(repository: Path) -> None:
    (repository / "experiments" / "fine.lock.json").write_text("{}")
    assert names(check_changed([repository / "experiments"], ref="main", today=TODAY)) == ["fine.yml"]


def test_what_shows_between_files_is_judged_for_all(repository: Path) -> None:
    layer = ("{method: hash}", "{method: hash, layer: {name: incentives, from: 0%, to: 60%}}")
    for name in ("fine", "zero"):
        write_sale(repository / "experiments", layer, name=name)
    commit(repository, "Both in one layer")
    git(repository, "branch", "-q", "-f", "main")
    path = repository / "experiments" / "fine.yml"  # the finding is reported in the later file, which is unchanged
    path.write_text(path.read_text().replace("owner: crm", "owner: crm-team"))
    report = check_changed([repository / "experiments"], ref="main", today=TODAY)
    assert names(report) == ["fine.yml", "zero.yml"]
    assert [p.code for p in report[1].problems] == ["UP211"]
    assert exit_code(report) == 1


def test_an_unknown_ref_says_how_to_fetch_it(repository: Path) -> None:
    with pytest.raises(ProjectError, match=r"UP340 git knows no 'origin/nowhere'.*\n.*git fetch origin nowhere"):
        check_changed([repository / "experiments"], ref="origin/nowhere", today=TODAY)


def test_a_ref_is_never_an_option_of_git(repository: Path) -> None:
    with pytest.raises(ProjectError, match="git knows no '--output=x'"):
        check_changed([repository / "experiments"], ref="--output=x", today=TODAY)
    assert not list(repository.glob("x*"))


def test_a_shallow_clone_says_what_is_missing(repository: Path, tmp_path: Path) -> None:
    write_sale(repository / "experiments", name="ours")
    commit(repository, "Ours")
    git(repository, "switch", "-q", "main")
    write_sale(repository / "experiments", name="theirs")
    commit(repository, "Theirs")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "1", "--no-single-branch", repository.as_uri(), str(clone))
    git(clone, "switch", "-q", "branch")
    with pytest.raises(ProjectError, match=r"UP340 the history is cut off before it meets 'origin/main'"):
        check_changed([clone / "experiments"], ref="origin/main", today=TODAY)


def test_outside_a_repository_git_cannot_tell(tmp_path: Path) -> None:
    write_sale(tmp_path)
    with pytest.raises(ProjectError, match=r"UP340 .* is in no git repository"):
        check_changed([tmp_path], ref="main", today=TODAY)


def test_without_git_it_says_so(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ProjectError, match="UP340 git can't be run"):
        check_changed([repository / "experiments"], ref="main", today=TODAY)
