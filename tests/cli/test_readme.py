"""The README tells the truth: its YAML gives the output beside it, its commands and options exist, its links lead on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from uplift.cli.app import app
from uplift.starter import write_starter

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_starter(tmp_path)
    (yaml,) = (text for kind, text in BLOCKS if kind == "yaml")
    path = tmp_path / yaml.splitlines()[0].removeprefix("# ")
    path.write_text(yaml, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return path


def check(exit_code: int) -> list[str]:
    done = CliRunner().invoke(app, ["check", "experiments/"])
    assert done.exit_code == exit_code, done.output
    return done.output.splitlines()


def test_its_experiment_passes_with_the_very_words_below_it(started: Path) -> None:
    (shown,) = (text for _, text in BLOCKS if text.startswith("$ uplift check"))
    assert check(0) == shown.splitlines()[1:]


def test_a_smaller_effect_is_refused_with_the_very_words_below_it(started: Path) -> None:
    started.write_text(started.read_text(encoding="utf-8").replace("mde: 1.0pp", "mde: 0.5pp"), encoding="utf-8")
    (shown,) = (text for _, text in BLOCKS if "UP310" in text)
    assert check(1)[:2] == shown.splitlines()


def test_every_command_and_option_exists() -> None:
    told = re.findall(r"(?:^\$ |`)uplift ([a-z]+)([^#`\n]*)", README, re.MULTILINE)
    assert {verb for verb, _ in told} > {
        "init",
        "check",
        "plan",
        "lock",
        "assign",
        "audit",
        "analyze",
        "target",
        "score",
    }
    for verb, rest in told:
        done = CliRunner().invoke(app, [verb, "--help"], env={"COLUMNS": "200"})
        assert done.exit_code == 0, verb
        for option in re.findall(r"(?<!\S)(--[a-z-]+)", rest):
            assert option in done.output, (verb, option)


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#\s]+)\)", README)
    assert len(links) > 15
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []
