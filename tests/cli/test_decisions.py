"""Signing on the command line: lock, amend, decide, and an experiment explained."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.analysis.projects import EXPERIMENT, draw

UPLIFT = [sys.executable, "-m", "uplift"]
BASELINE = "design: {baselines: {buyers: {value: 30%, source: typed, date: 2026-02-20}}}\n"


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "GIT_AUTHOR_NAME": ""}
    return subprocess.run([*UPLIFT, *arguments], cwd=cwd, capture_output=True, text=True, env=env, check=False)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A test whose contacts are assigned and have bought; its YAML is a draft again."""
    project = draw(tmp_path / "shop", experiment=EXPERIMENT + BASELINE)
    project.order(
        (unit, "2026-03-05 10:00:00", "20.00")
        for arm, buyers in (("control", 600), ("treatment", 800))
        for unit in project.members(arm)[:buyers]
    )
    path = project.study.document.path
    path.write_text(path.read_text().replace("status: running", "status: draft  # for now"), encoding="utf-8")
    return project.study.root


def yaml_of(shop: Path) -> Path:
    return shop / "experiments" / "sale.yml"


def lock_of(shop: Path) -> Path:
    return shop / "experiments" / "sale.lock.json"


def test_lock_writes_the_file_and_the_status(shop: Path) -> None:
    done = run("lock", "sale", "--by", "Mara Beck", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert "by Mara Beck" in done.stdout
    assert "status  locked" in done.stdout
    assert "status: locked  # for now" in yaml_of(shop).read_text(encoding="utf-8")
    assert json.loads(lock_of(shop).read_text(encoding="utf-8"))["locked"]["signed"]["by"] == "Mara Beck"
    checked = run("check", cwd=shop)
    assert checked.returncode == 0, checked.stdout
    again = run("lock", "sale", "--by", "Mara Beck", cwd=shop)
    assert (again.returncode, again.stdout) == (2, "")
    assert "UP406" in again.stderr


def test_a_silent_change_fails_the_check_until_it_is_amended(shop: Path) -> None:
    run("lock", "sale", "--by", "Mara Beck", cwd=shop)
    text = yaml_of(shop).read_text(encoding="utf-8")
    yaml_of(shop).write_text(text.replace("mde: 20%", "mde: 21%"), encoding="utf-8")
    failed = run("check", cwd=shop)
    assert failed.returncode == 1
    line = next(i for i, x in enumerate(text.splitlines(), start=1) if "mde" in x)
    assert f"experiments/sale.yml:{line}:" in failed.stdout
    assert "error UP401 metrics.primary.mde changed 20% → 21% after the lock of" in failed.stdout
    done = run("amend", "sale", "--reason", "the year was better", "--by", "Jo Klein", cwd=shop)
    assert done.returncode == 0, done.stderr
    assert "metrics.primary.mde changed 20% → 21%" in done.stdout
    assert run("check", cwd=shop).returncode == 0
    again = run("amend", "sale", "--reason", "x", "--by", "Jo Klein", cwd=shop)
    assert again.returncode == 2
    assert "UP408" in again.stderr


def test_a_design_that_fails_the_check_is_not_locked(shop: Path) -> None:
    text = yaml_of(shop).read_text(encoding="utf-8")
    yaml_of(shop).write_text(text.replace("mde: 20%", "mde: 2%"), encoding="utf-8")
    done = run("lock", "sale", "--by", "me", cwd=shop)
    assert done.returncode == 1
    assert "UP310" in done.stderr
    assert not lock_of(shop).exists()


def test_decide_keeps_the_result_that_was_seen(shop: Path) -> None:
    run("lock", "sale", "--by", "Mara Beck", cwd=shop)
    early = run("decide", "sale", "--ship", "--reason", "x", "--by", "me", cwd=shop)
    assert early.returncode == 2
    assert "UP409" in early.stderr
    assert run("analyze", "sale", "--as-of", "2026-04-01", cwd=shop).returncode == 0
    done = run("decide", "sale", "--ship", "--reason", "passt zum Vorjahr", "--by", "Jo Klein", cwd=shop)
    assert done.returncode == 0, done.stderr
    (decision,) = json.loads(lock_of(shop).read_text(encoding="utf-8"))["decisions"]
    assert decision["action"] == "ship"
    assert decision["reason"] == "passt zum Vorjahr"
    assert decision["result"]["as_of"] == "2026-04-01"
    assert decision["result"]["recommended"] == "ship"
    report = (shop / "reports" / "sale.en.html").read_text(encoding="utf-8")
    assert report.count("(Jo Klein): roll out. Reason: passt zum Vorjahr") == 2  # below the advice and in the appendix
    kept = json.loads((shop / "results" / "sale" / "2026-04-01" / "result.json").read_text(encoding="utf-8"))
    assert [d["reason"] for d in kept["record"]["decisions"]] == ["passt zum Vorjahr"]
    second = run("decide", "sale", "--repeat", "--reason", "sicher ist sicher", "--by", "Jo Klein", cwd=shop)
    assert second.returncode == 0, second.stderr
    decisions = json.loads(lock_of(shop).read_text(encoding="utf-8"))["decisions"]
    assert [d["action"] for d in decisions] == ["ship", "repeat"]
    assert decisions[0]["result"]["fingerprint"] == decisions[1]["result"]["fingerprint"]


def test_nobody_decides_on_the_result_of_another_definition(shop: Path) -> None:
    run("lock", "sale", "--by", "me", cwd=shop)
    run("analyze", "sale", "--as-of", "2026-04-01", cwd=shop)
    text = yaml_of(shop).read_text(encoding="utf-8")
    yaml_of(shop).write_text(text.replace("mde: 20%", "mde: 21%"), encoding="utf-8")
    run("amend", "sale", "--reason", "x", "--by", "me", cwd=shop)
    done = run("decide", "sale", "--ship", "--reason", "x", "--by", "me", cwd=shop)
    assert done.returncode == 1
    assert "UP409" in done.stderr
    assert "another definition" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("decide", "sale", "--reason", "x"), "--ship"),
        (("decide", "sale", "--ship", "--stop", "--reason", "x"), "--ship"),
        (("decide", "sale", "--ship"), "--reason"),
        (("amend", "sale"), "--reason"),
        (("amend", "sale", "--reason", "x", "--by", "me"), "UP407"),
        (("lock", "nosuch"), "UP902"),
        (("explain", "nosuch"), "UP902"),
        (("explain", "UP999"), "UP902"),
    ],
)
def test_what_can_not_run_exits_2_and_says_why(arguments: tuple[str, ...], said: str, shop: Path) -> None:
    done = run(*arguments, cwd=shop)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_explain_tells_an_experiment_in_both_languages(shop: Path) -> None:
    english = run("explain", "sale", cwd=shop)
    assert english.returncode == 0, english.stderr
    assert "What happens to whom" in english.stdout
    german = run("explain", "experiments/sale.yml", "-l", "de", cwd=shop)
    assert "Was mit wem geschieht" in german.stdout
    assert "Hypothese: The sale mail raises" in german.stdout


def test_today_is_a_day_of_the_project(shop: Path) -> None:
    run("lock", "sale", "--by", "me", cwd=shop)
    signed = datetime.date.fromisoformat(json.loads(lock_of(shop).read_text("utf-8"))["locked"]["signed"]["on"])
    assert abs((signed - datetime.datetime.now(datetime.UTC).date()).days) <= 1
