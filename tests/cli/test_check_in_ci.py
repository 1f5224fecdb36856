"""The commands of the templates in docs/ci and of the pre-commit hook run as they stand there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.test_commands import run
from tests.design.studies import write_sale
from tests.design.test_changed import SMALL, commit, git, repository  # noqa: F401 - a fixture

LOOKS_LIKE_AN_INDEX = ("pip install uplift\n", "pip install uplift ", "pipx run uplift", "pipx install uplift ")


@pytest.fixture
def shell(tmp_path: Path) -> Path:
    """A folder with the command `uplift`, as an installation would have it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "uplift"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m uplift "$@"\n')
    command.chmod(0o755)
    return folder


@pytest.fixture
def pull_request(repository: Path, tmp_path: Path) -> Path:  # noqa: F811
    """A clone on a branch that adds an experiment which is too small."""
    clone = tmp_path / "clone"
    git(repository, "switch", "-q", "main")
    git(tmp_path, "clone", "-q", repository.as_uri(), str(clone))
    git(clone, "switch", "-q", "-c", "feature")
    write_sale(clone / "experiments", *SMALL, name="brought")
    commit(clone, "An experiment")
    return clone


def execute(command: str, folder: Path, shell: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": f"{shell}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1", **variables}
    return subprocess.run(["sh", "-ec", command], cwd=folder, capture_output=True, text=True, env=env, check=False)


def template(root: Path, name: str) -> Any:
    return yaml.safe_load((root / name).read_text(encoding="utf-8"))


def test_the_workflow_for_github_annotates_the_line_and_writes_the_summary(
    root: Path, pull_request: Path, shell: Path, tmp_path: Path
) -> None:
    steps = template(root, "docs/ci/github.yml")["jobs"]["check"]["steps"]
    (command,) = [step["run"] for step in steps if step.get("run", "").startswith("uplift check")]
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    done = execute(command, pull_request, shell, GITHUB_BASE_REF="main", GITHUB_STEP_SUMMARY=str(summary))
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=experiments/brought.yml,line=17,col=56,title=UP310::underpowered")
    assert "small" not in done.stdout  # it was too small before
    assert summary.read_text().startswith("before\n### uplift check\n")
    assert "| fail | brought |" in summary.read_text()
    assert json.loads((pull_request / "uplift.json").read_text())["errors"] == 1
    (checkout,) = [step for step in steps if step.get("uses", "").startswith("actions/checkout")]
    assert checkout["with"]["fetch-depth"] == 0


def test_the_job_for_gitlab_writes_both_reports(root: Path, pull_request: Path, shell: Path) -> None:
    job = template(root, "docs/ci/gitlab.yml")["uplift"]
    fetch = next(line for line in job["before_script"] if line.startswith("git fetch"))
    command = "\n".join([fetch, *job["script"]])
    done = execute(command, pull_request, shell, CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main")
    assert done.returncode == 1, done.stderr
    assert "fail  brought: power 4" in done.stdout
    reports = job["artifacts"]["reports"]
    quality = json.loads((pull_request / reports["codequality"]).read_text())
    (found,) = [finding for finding in quality if finding["severity"] == "major"]
    assert found["check_name"] == "UP310"
    assert found["location"] == {"path": "experiments/brought.yml", "lines": {"begin": 17}}
    assert ET.parse(pull_request / reports["junit"]).getroot().attrib["failures"] == "1"


def test_the_hook_of_pre_commit_checks_all_experiments(root: Path, pull_request: Path, shell: Path) -> None:
    (hook,) = template(root, ".pre-commit-hooks.yaml")
    done = execute(hook["entry"], pull_request, shell)
    assert done.returncode == 1
    assert "fail  brought" in done.stdout
    assert "fail  small" in done.stdout
    assert hook["pass_filenames"] is False
    import re

    for name in ("experiments/sale.yml", "crm/experiments/a.yaml", "experiments/sale.lock.json"):
        assert re.search(hook["files"], name)
    for name in ("docs/ci/github.yml", "experiments.yml", "experiments/readme.md"):
        assert not re.search(hook["files"], name)


def test_the_commands_in_the_page_run(root: Path, pull_request: Path, shell: Path) -> None:
    page = (root / "docs" / "ci" / "README.md").read_text(encoding="utf-8")
    (command,) = [line for line in page.splitlines() if line.startswith("uplift check")]
    assert execute(command, pull_request, shell).returncode == 1
    assert (pull_request / "junit.xml").is_file()
    assert (pull_request / "quality.json").is_file()


def test_no_template_installs_a_stranger(root: Path) -> None:
    for path in (*sorted((root / "docs" / "ci").iterdir()), root / ".pre-commit-hooks.yaml"):
        text = path.read_text(encoding="utf-8")
        assert not any(wrong in text for wrong in LOOKS_LIKE_AN_INDEX), path


def test_a_summary_is_appended_and_a_format_is_written_beside_the_text(tmp_path: Path) -> None:
    write_sale(tmp_path)
    for _ in range(2):
        done = run("check", "sale.yml", "--summary", "s.md", "--format", "json", "--output", "out/c.json", cwd=tmp_path)
    assert done.returncode == 0
    assert "1 experiment: 0 errors" in done.stdout
    assert (tmp_path / "s.md").read_text().count("### uplift check") == 2
    assert json.loads((tmp_path / "out" / "c.json").read_text())["schema"] == "uplift.check/1"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--format", "json", "--format", "text"),
        ("--output", "a.txt", "--output", "b.txt"),
        ("--since", "nowhere"),
        ("--summary", "sale.yml/summary.md"),
    ],
)
def test_what_can_not_be_meant_exits_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    write_sale(tmp_path)
    done = run("check", "sale.yml", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_offline_is_what_a_check_always_is(tmp_path: Path) -> None:
    write_sale(tmp_path)
    assert run("check", "--offline", "sale.yml", cwd=tmp_path).stdout == run("check", "sale.yml", cwd=tmp_path).stdout
