"""`uplift init --like`: each shipped draft as a start, in a new project or beside other experiments."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from uplift.analysis.metrics import uses_of
from uplift.cli.app import app
from uplift.design.check import check_paths
from uplift.errors import ProjectError
from uplift.spec import load_study
from uplift.starter.templates import templates, write_like

TODAY = datetime.date(2026, 11, 22)


def test_each_kind_of_programme_has_a_template() -> None:
    assert {"second-order", "win-back", "channel", "frequency", "incentive"} <= set(templates())
    assert not any("brandalley" in name for name in templates()), "a closed test is no start"


@pytest.mark.parametrize("name", sorted(templates()))
def test_a_template_under_a_name_of_ones_own_passes_the_gate(name: str, tmp_path: Path) -> None:
    write_like(tmp_path, name, experiment_id="ours-2027")
    checked = check_paths([tmp_path / "experiments"], today=TODAY)
    assert [str(p) for each in checked for p in each.problems if p.level == "error"] == []
    assert load_study(tmp_path / "experiments" / "ours-2027.yml").experiment.id == "ours-2027"


@pytest.mark.parametrize("name", ["second-order", "win-back", "channel", "frequency", "incentive"])
def test_with_half_the_contacts_the_gate_refuses_it(name: str, tmp_path: Path) -> None:
    path = write_like(tmp_path, name, experiment_id="ours-2027")[1]
    text = path.read_text("utf-8")
    size = re.search(r"(?m)^  expected_size: ([\d_]+)", text)
    assert size is not None
    path.write_text(text.replace(size[0], f"  expected_size: {int(size[1]) // 2}", 1), "utf-8")
    checked = check_paths([tmp_path / "experiments"], today=TODAY)
    assert "UP310" in {p.code for each in checked for p in each.problems if p.level == "error"}


def test_the_dose_of_mails_is_read_with_unsubscribes_first(tmp_path: Path) -> None:
    """Written first, told first: in the result, and so in the report and on the terminal."""
    path = write_like(tmp_path, "frequency")[1]
    assert [role for role, _ in uses_of(load_study(path))] == ["guardrail", "primary", "secondary"]
    other = write_like(tmp_path, "channel")[0]
    assert next(role for role, _ in uses_of(load_study(other))) == "primary"


def test_a_template_joins_the_experiments_that_are_there(tmp_path: Path) -> None:
    first = write_like(tmp_path, "win-back")
    second = write_like(tmp_path, "channel", experiment_id="push-or-letter")
    assert {path.name for path in first} > {"project.yml", "win-back-2027-01.yml"}
    assert [path.name for path in second] == ["push-or-letter.yml"]
    with pytest.raises(ProjectError, match="UP903"):
        write_like(tmp_path, "channel", experiment_id="push-or-letter")


def test_the_command_names_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["init", "mine", "--like", "frequency", "--id", "less-mail"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "mine" / "experiments" / "less-mail.yml").is_file()
    unknown = CliRunner().invoke(app, ["init", "other", "--like", "winback"])
    assert unknown.exit_code == 2
    assert "win-back" in unknown.output
    mixed = CliRunner().invoke(app, ["init", "other", "--like", "win-back", "--size", "5000"])
    assert mixed.exit_code == 2
    assert not (tmp_path / "other").exists()
