"""`uplift init`: whatever a newcomer answers, the project passes its own check or the answer says why it cannot."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.cli.test_commands import UPLIFT, run
from uplift.design import findings
from uplift.errors import ProjectError
from uplift.spec import load_study
from uplift.starter.answers import Answers, draft, header, holds_integers, id_column, rows


def asked(folder: Path, *answers: str, arguments: tuple[str, ...] = ()) -> tuple[int, str]:
    """Run `uplift init` on a terminal, type the answers, return the exit code and what stood on the screen."""
    leader, follower = pty.openpty()
    env = {**os.environ, "NO_COLOR": "1", "TERM": "dumb"}
    process = subprocess.Popen(
        [*UPLIFT, "init", "mine", *arguments], cwd=folder, stdin=follower, stdout=follower, stderr=follower, env=env
    )
    os.close(follower)
    os.write(leader, "".join(f"{answer}\n" for answer in answers).encode())
    screen = b""
    while True:
        try:
            got = os.read(leader, 65_536)
        except OSError:  # the other end is closed
            break
        if not got:
            break
        screen += got
    os.close(leader)
    return process.wait(), screen.decode().replace("\r\n", "\n")


def experiment(folder: Path, name: str) -> dict[str, object]:
    return dict(yaml.safe_load((folder / "mine" / "experiments" / f"{name}.yml").read_text(encoding="utf-8")))


def test_on_a_terminal_it_asks_five_questions(tmp_path: Path) -> None:
    code, screen = asked(tmp_path, "spring-mail", "data/people.csv", "6%", "80000", "15%")
    assert code == 0, screen
    for question in ("Name of the test", "File with the contacts", "today", "How many", "get nothing"):
        assert screen.count(question) == 1
    written = experiment(tmp_path, "spring-mail")
    assert written["audience"] == {"source": "contacts", "expected_size": 80_000}
    assert written["arms"]["control"]["weight"] == "15%"  # type: ignore[index]
    assert written["design"]["baselines"]["buyers"]["value"] == "6%"  # type: ignore[index]
    checked = run("check", "mine/experiments", cwd=tmp_path)
    assert checked.returncode == 0
    assert "0 errors, 0 warnings" in checked.stdout


def test_empty_answers_take_what_stands_in_brackets(tmp_path: Path) -> None:
    code, screen = asked(tmp_path, "", "", "", "", "")
    assert code == 0, screen
    assert "[welcome-mail]" in screen
    assert experiment(tmp_path, "welcome-mail")["metrics"]["primary"]["mde"] == "1pp"  # type: ignore[index]


def test_a_wrong_answer_is_asked_for_again(tmp_path: Path) -> None:
    code, screen = asked(tmp_path, "Spring Mail!", "spring", "", "8", "8%", "many", "60.000", "20%")
    assert code == 0, screen
    assert "'Spring Mail!' is no id" in screen
    assert "did you mean 8% ?" in screen
    assert "'many' is not a number of contacts" in screen
    assert experiment(tmp_path, "spring")["audience"]["expected_size"] == 60_000  # type: ignore[index]


def test_a_flag_answers_its_question_beforehand(tmp_path: Path) -> None:
    code, screen = asked(tmp_path, "", "", "", "", arguments=("--id", "spring"))
    assert code == 0, screen
    assert "Name of the test" not in screen
    assert experiment(tmp_path, "spring")["id"] == "spring"


def test_without_a_terminal_and_without_flags_it_writes_the_example(tmp_path: Path) -> None:
    done = run("init", "mine", cwd=tmp_path)
    assert done.returncode == 0
    assert experiment(tmp_path, "welcome-mail")["title"] == "Willkommensmail nach dem ersten Kauf"


def test_flags_alone_ask_nothing(tmp_path: Path) -> None:
    done = run("init", "mine", "--id", "spring", "--size", "80000", "--yes", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert run("check", "mine/experiments", cwd=tmp_path).returncode == 0


def test_a_test_that_would_be_too_small_looks_for_more_and_says_so(tmp_path: Path) -> None:
    done = run("init", "mine", "--id", "spring", "--size", "12000", "--control", "10%", cwd=tmp_path)
    assert "note: with 12,000 contacts and 10% withheld, 1pp is too little: only 20% of such tests" in done.stdout
    assert "mde is 2.7pp instead" in done.stdout
    assert "0 errors, 0 warnings" in run("check", "mine/experiments", cwd=tmp_path).stdout


def test_an_effect_that_was_named_stays_and_the_control_grows(tmp_path: Path) -> None:
    done = run("init", "mine", "--id", "spring", "--size", "50000", "--control", "5%", "--mde", "1.0pp", cwd=tmp_path)
    said = re.search(r"1.0pp is too little: only 40% .*; the control share is (1\d%) instead", done.stdout)
    assert said is not None, done.stdout
    written = experiment(tmp_path, "spring")
    assert written["metrics"]["primary"]["mde"] == "1.0pp"  # type: ignore[index]
    assert written["arms"]["control"]["weight"] == said[1]  # type: ignore[index]
    assert "0 errors, 0 warnings" in run("check", "mine/experiments", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--size", "100"), "UP314"),
        (("--control", "100%"), "--control"),
        (("--id", "Ä b"), "--id"),
        (("--mde", "5%"), "--mde"),
    ],
)
def test_an_impossible_answer_writes_nothing(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run("init", "mine", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "mine").exists()


def test_the_contacts_file_is_looked_at_when_it_is_there(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    lines = ["\ufeffkunden_nr;email_opt_in", *(f"K{i:05d};1" for i in range(30_000))]
    (tmp_path / "data" / "kunden.csv").write_text("\n".join(lines), encoding="utf-8")
    done = run("init", "mine", "--contacts", "data/kunden.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "is not there yet" not in done.stdout
    written = experiment(tmp_path, "welcome-mail")
    assert written["unit"] == {"id": "kunden_nr", "type": "string"}
    assert written["audience"] == {"source": "contacts", "where": "email_opt_in", "expected_size": 30_000}
    project = yaml.safe_load((tmp_path / "mine" / "experiments" / "project.yml").read_text(encoding="utf-8"))
    assert project["sources"]["contacts"]["file"] == "../../data/kunden.csv"
    assert project["sources"]["orders"]["file"] == "../../data/orders.csv"


def test_a_file_is_read_only_as_far_as_it_can_be(tmp_path: Path) -> None:
    assert header(tmp_path / "none.csv") == ()
    assert rows(tmp_path / "none.parquet") is None
    file = tmp_path / "a.csv"
    file.write_text("name,id\nx,007\n")
    assert id_column(header(file)) == "id"
    assert not holds_integers(file, "id")
    assert rows(file) == 1


@given(
    size=st.integers(200, 5_000_000),
    baseline=st.fractions(Fraction(1, 1000), Fraction(9, 10), max_denominator=1000),
    control=st.fractions(Fraction(1, 100), Fraction(9, 10), max_denominator=100),
)
@settings(max_examples=25, phases=(Phase.explicit, Phase.generate))
def test_whatever_is_answered_the_project_passes_or_is_refused(
    size: int, baseline: Fraction, control: Fraction
) -> None:
    import tempfile

    answers = Answers("a-test", Path("data/contacts.csv"), baseline, size, control)
    with tempfile.TemporaryDirectory() as folder:
        if size * min(baseline, 1 - baseline) < 60:  # too few on one side: may be refused, with a reason
            with contextlib.suppress(ProjectError):
                draft(answers, Path(folder))
            return
        drafted = draft(answers, Path(folder))
        (Path(folder) / "project.yml").write_text(drafted.project, encoding="utf-8")
        path = Path(folder) / "a-test.yml"
        path.write_text(drafted.experiment, encoding="utf-8")
        study = load_study(path)
        problems = (*study.problems, *findings(study, today=answers.today))
        assert not [p for p in problems if p.level == "error"], problems
        assert "UP312" not in {p.code for p in problems}
