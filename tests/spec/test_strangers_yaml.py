"""What a marketer writes who has never seen YAML: the message alone mends it, in one try."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.design.studies import SALE, Change, write_sale
from uplift.errors import Problem
from uplift.spec import examine

ARMS = "  control: {weight: 15%, control: true}\n  treatment: {weight: 85%}\n"
PRIMARY = "  primary: {metric: repeat_purchase, window: 30d, mde: 1.0pp}"
# what is wrong; the line that was right; as it is written; where it is reported; the fix (a piece of it)
CASES: list[tuple[str, str, str, str, str]] = [
    ("a decimal comma between braces", "control: {weight: 15%,", "control: {weight: 15,0 %,", "13:21 UP105", "write 15.0 %"),
    ("a decimal comma in an effect", "mde: 1.0pp", "mde: 1,0pp", "17:56 UP105", "write 1.0pp"),
    ("a decimal comma in a level", "value: 9.0%", "value: 9,0%", "22:30 UP105", "write 9.0%"),
    ("a decimal comma and a euro sign", "{weight: 85%}", "{weight: 85%, contact_cost: 0,62 €}", "14:42 UP105", "write 0.62 EUR"),
    ("a euro sign", "{weight: 85%}", "{weight: 85%, contact_cost: 0.62€}", "14:42 UP105", "write 0.62 EUR"),
    ("a German date", "start: 2026-11-30", "start: 30.11.2026", "15:19 UP105", "write 2026-11-30"),
    ("a day that does not exist", "start: 2026-11-30", "start: 2026-11-31", "15:19 UP105", "write year-month-day: 2026-11-30"),
    ("weights of 99 per cent", "weight: 85%", "weight: 84%", "12:1 UP201", "change one weight by +1.00 points"),
    ("15 for 15 %", "weight: 15%", "weight: 15", "13:21 UP104", "write 15%"),
    ("5 for 5 %", "mde: 1.0pp", "mde: 5", "17:56 UP207", "write 5% (relative: 9.0 % → 9.45 %) or 5pp (points: 9.0 % → 14.0 %)"),
    ("80 for 80 %", "design:\n", "design:\n  power: 80\n", "21:10 UP104", "write 80%"),
    ("a point that groups thousands", "60_000", "60.000", "11:18 UP105", "write 60_000"),
    ("a comma that groups thousands", "60_000", "60,000", "11:18 UP105", "write 60_000"),
    ("a blank that groups thousands", "60_000", "60 000", "11:18 UP105", "write 60_000"),
    ("a window in German", "window: 30d, mde", "window: 30 Tage, mde", "17:46 UP105", "write 30d"),
    ("a window without unit", "window: 30d, mde", "window: 30, mde", "17:46 UP105", "write 30d (days)"),
    ("a tab", "  entry: rolling", "\tentry: rolling", "9:1 UP001", "indent with spaces"),
    ("a no-break space", "  source: contacts", "\u00a0 source: contacts", "8:1 UP001", "indent with plain spaces"),
    ("no colon", "owner: crm", "owner crm", "3:1 UP001", "write `owner: crm`"),
    ("no blank behind the colon", "owner: crm", "owner:crm", "3:1 UP001", "write `owner: crm`"),
    ("one blank too many", "  entry: rolling", "   entry: rolling", "9:4 UP001", "indent it by 2 too"),
    ("a block that is not indented", ARMS, ARMS.replace("  c", "c").replace("  t", "t"), "13:1 UP101", "indent it by two spaces, if it belongs to 'arms' above"),
    ("a colon in the text", "hypothesis: A mail", "hypothesis: Aim: a mail", "4:16 UP001", "quote it: hypothesis: 'Aim: a mail raises the share of buyers.'"),
    ("a quotation mark that is not closed", "owner: crm", 'owner: "crm', "3:8 UP001", 'add "'),
    ("a brace that is not closed", "{weight: 85%}", "{weight: 85%", "14:14 UP001", "add '}' at its end"),
    ("a hash that makes a comment", "owner: crm", "owner: #crm", "3:7 UP105", 'quote it: "#crm"'),
    ("a key twice", "owner: crm", "owner: crm\nowner: team", "4:1 UP002", "delete one of them"),
    ("yes for true", "control: true", "control: yes", "13:35 UP105", "write true"),
    ("an anchor", "owner: crm", "owner: &o crm", "3:8 UP005", "write the value out"),
    ("arms as a list", ARMS, ARMS.replace("  c", "  - c").replace("  t", "  - t"), "13:3 UP105", "delete the dashes"),
    ("the primary metric by its name only", PRIMARY, "  primary: repeat_purchase", "17:12 UP105", "{metric: repeat_purchase, window: 30d, mde: 1.0pp}"),
    ("keys in German", "metrics:", "Kennzahlen:", "16:1 UP101", "did you mean 'metrics'?"),
    ("no control", ", control: true", "", "12:1 UP202", "set `control: true` on the business-as-usual arm only"),
    ("two documents", "assignment: {method: hash}\n", "assignment: {method: hash}\n---\n" + SALE, "24:1 UP005", "keep one document per file"),
]  # fmt: skip


def errors(path: Path) -> list[Problem]:
    return [p for file in examine([path]) for p in file.problems if p.level == "error"]


def told(problem: Problem) -> str:
    assert problem.place is not None
    return f"{problem.place.line}:{problem.place.column} {problem.code}"


@pytest.mark.parametrize(("right", "wrong", "where", "fix"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_a_stranger_is_told_where_and_what_to_write(
    tmp_path: Path, right: str, wrong: str, where: str, fix: str
) -> None:
    found = errors(write_sale(tmp_path, (right, wrong)))
    assert where in [told(problem) for problem in found]
    assert fix in "\n".join(problem.fix for problem in found)
    assert len(found) <= 3


@pytest.mark.parametrize(
    ("wrong", "mended"),
    [
        (("id: sale", "id: Frühlings Aktion_2026"), "fruehlings-aktion-2026"),
        (("{metric: repeat_purchase, window: 30d, mde: 1.0pp}", "{metric: repeat_purchase, window: 30d, mde: 1,0pp}"), "1.0pp"),
        (("weight: 15%", "weight: 15,0 %"), "15.0 %"),
        (("60_000", "60.000"), "60_000"),
        (("start: 2026-11-30", "start: 30.11.2026"), "2026-11-30"),
    ],
)  # fmt: skip
def test_what_the_fix_says_is_what_is_accepted(tmp_path: Path, wrong: Change, mended: str) -> None:
    (problem,) = errors(write_sale(tmp_path, wrong))[:1]
    assert mended in problem.fix
    old, new = wrong
    bad = re.sub(r"^.*?: ", "", new) if new.startswith(("id", "start", "weight")) else "1,0pp" if "pp" in new else new
    path = write_sale(tmp_path, (old, new.replace(bad, mended)))
    named = path.with_name(f"{mended}.yml") if new.startswith("id") else path
    assert not errors(path.rename(named))


@pytest.mark.parametrize("arms", [("no", "yes"), ("on", "off"), ("kontrolle", "brief_und_mail")])
def test_words_that_other_yaml_takes_for_truth_values_name_arms(tmp_path: Path, arms: tuple[str, str]) -> None:
    path = write_sale(tmp_path, ("  control: {", f"  {arms[0]}: {{"), ("  treatment: {", f"  {arms[1]}: {{"))
    assert not errors(path)


def test_marks_and_line_ends_of_other_systems_are_read(tmp_path: Path) -> None:
    path = write_sale(tmp_path)
    text = path.read_bytes()
    for data in (b"\xef\xbb\xbf" + text, text.replace(b"\n", b"\r\n"), text.replace(b"\n", b"\r")):
        path.write_bytes(data)
        assert not errors(path)


@pytest.mark.parametrize(
    ("encoding", "what"),
    [("utf-16", "UTF-16, which Windows calls «Unicode»"), ("cp1252", "which is 'ß' in Windows-1252")],
)
def test_another_encoding_is_called_by_its_name(tmp_path: Path, encoding: str, what: str) -> None:
    path = write_sale(tmp_path)
    path.write_bytes(path.read_text(encoding="utf-8").replace("A mail", "Ein Gruß").encode(encoding))
    (problem,) = errors(path)
    assert (problem.code, what in problem.message) == ("UP003", True)
    assert "save the file as UTF-8" in problem.fix


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "\n\n"])
def test_an_empty_file_is_told_how_to_begin(tmp_path: Path, text: str) -> None:
    path = write_sale(tmp_path)
    path.write_text(text, encoding="utf-8")
    (problem,) = errors(path)
    assert (problem.code, problem.fix) == ("UP004", "start with `uplift: 1` and `id: …`")


def test_a_key_that_begins_with_a_digit_is_still_a_key(tmp_path: Path) -> None:
    """Only a number with nothing behind it is the rest of a decimal."""
    path = write_sale(tmp_path, ("{weight: 85%}", "{weight: 85%, params: {steps: 3,5_mails: yes}}"))
    assert not errors(path)
