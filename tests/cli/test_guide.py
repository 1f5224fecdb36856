"""The guide tells the truth: its YAML passes the check, its commands exist, its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from uplift.cli.app import app
from uplift.starter import write_starter

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
GUIDE = (DOCS / "guide.md").read_text(encoding="utf-8")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_the_yaml_of_the_guide_passes_its_own_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_starter(tmp_path)
    blocks = re.findall(r"```yaml\n# experiments/(\S+)\n(.*?)```", GUIDE, re.DOTALL)
    assert [name for name, _ in blocks] == ["welcome-mail.yml"]
    for name, text in blocks:
        (tmp_path / "experiments" / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["check", "experiments/"])
    assert done.exit_code == 0, done.output
    assert "welcome-mail: power 89% for 1.0pp on buyers, 50,000 contacts, read-out 2027-02-12" in done.output


def test_every_command_and_option_of_the_guide_exists() -> None:
    verbs = re.findall(r"^\$ uplift ([a-z]+)(.*)$", GUIDE, re.MULTILINE)
    assert len(verbs) >= 10
    for verb, rest in verbs:
        done = CliRunner().invoke(app, [verb, "--help"], env={"COLUMNS": "200"})
        assert done.exit_code == 0, verb
        for option in re.findall(r"(?<!\S)(--[a-z-]+)", rest.split(" #")[0]):
            assert option in done.output, (verb, option)


@pytest.mark.parametrize("page", sorted(p.relative_to(ROOT).as_posix() for p in DOCS.rglob("*.md")))
def test_links_between_pages_lead_somewhere(page: str) -> None:
    for link in LINK.findall((ROOT / page).read_text(encoding="utf-8")):
        if "://" not in link:
            assert ((ROOT / page).parent / link).exists(), link


def test_every_page_can_be_reached_from_the_index() -> None:
    seen, waiting = set(), [DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        for link in LINK.findall(page.read_text(encoding="utf-8")):
            if "://" not in link:
                waiting.append((page.parent / link).resolve())
    assert {p.resolve() for p in DOCS.rglob("*.md")} - {p.resolve() for p in seen} == set()
