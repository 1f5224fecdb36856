"""YAML is read by version 1.2's scalars, with the place of everything, and its surprises are refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from uplift.errors import Place, Problem
from uplift.spec import reader
from uplift.spec.reader import Reading, read_file, read_text

HERE = Path("sale.yml")


@pytest.fixture(params=["libyaml", "python"])
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every test runs with libyaml and with PyYAML's own parser, which is used where libyaml is missing."""
    monkeypatch.setattr(reader, "_LOADER", yaml.CSafeLoader if request.param == "libyaml" else yaml.SafeLoader)
    return str(request.param)


def read(text: str) -> Reading:
    reading = read_text(text, HERE)
    assert isinstance(reading, Reading), reading
    return reading


def refused(text: str) -> Problem:
    problem = read_text(text, HERE)
    assert isinstance(problem, Problem)
    assert problem.place is not None
    return problem


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("12:30", "12:30"),
        ("0123", "0123"),
        ("00451", "00451"),
        ("2026-11-30", "2026-11-30"),
        ("1_000", 1000),
        ("60_000", 60_000),
        ("-7", -7),
        ("0", 0),
        ("0.10", Decimal("0.10")),
        ("1e-3", Decimal("0.001")),
        ("1e999", "1e999"),
        (".5", Decimal("0.5")),
        ("0x1F", "0x1F"),
        (".nan", ".nan"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("'15'", "15"),
        ('"true"', "true"),
        ("v1.0", "v1.0"),
        ("1_", "1_"),
        ("9" * 50, "9" * 50),
    ],
)
@pytest.mark.usefixtures("either_parser")
def test_scalars_are_those_of_yaml_1_2(written: str, value: object) -> None:
    found = read(f"key: {written}\n").data["key"]
    assert found == value
    assert type(found) is type(value)


def test_a_decimal_keeps_its_trailing_zeros() -> None:
    assert str(read("version: 1.10").data["version"]) == "1.10"


@pytest.mark.usefixtures("either_parser")
def test_every_key_and_value_has_its_place() -> None:
    document = read("a: 1\nb:\n  - {c: ü, d: x}\n  - e\n").document
    assert document.place("a") == Place("sale.yml", 1, 4)
    assert document.place("b", of="key") == Place("sale.yml", 2, 1)
    assert document.place("b", 0, "c", of="key") == Place("sale.yml", 3, 6)
    assert document.place("b", 0, "d") == Place("sale.yml", 3, 15)
    assert document.place("b", 1) == Place("sale.yml", 4, 5)


def test_what_is_not_written_has_the_place_of_its_parent() -> None:
    document = read("a: {b: 1}").document
    assert document.place("a", "missing", "deeper") == document.place("a")


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: 1\nb: 2\na: 3\n", "UP002", 3, 1),
        ("x: {a: 1, b: 2, a: 3}", "UP002", 1, 17),
        ("a: &x 1\nb: *x\n", "UP005", 1, 4),
        ("b: *x\n", "UP005", 1, 4),
        ("a: 1\n<<: {b: 2}\n", "UP005", 2, 1),
        ("a: !!python/object/apply:os.system [ls]\n", "UP005", 1, 4),
        ("a: !secret b\n", "UP005", 1, 4),
        ("a: 1\n---\nb: 2\n", "UP005", 2, 1),
        ("? [a, b]\n: 1\n", "UP005", 1, 3),
        ("- a\n- b\n", "UP004", 1, 1),
        ("just text\n", "UP004", 1, 1),
        ("", "UP004", 1, 1),
        ("# only a comment\n", "UP004", 1, 1),
        ("~\n", "UP004", 1, 1),
        ("a: 1\nb: x\ty\n\tc: d\n", "UP001", None, None),
        ("a: 'open\n", "UP001", None, None),
        ("a: 1\nb: bell \x07\n", "UP001", 2, 9),
        ("ü: 1\nb: bell \x07\n", "UP001", 2, 9),
    ],
)
@pytest.mark.usefixtures("either_parser")
def test_what_surprises_in_yaml_is_refused_with_its_place(
    text: str, code: str, line: int | None, column: int | None
) -> None:
    problem = refused(text)
    assert problem.code == code
    if line is not None:
        assert problem.place == Place("sale.yml", line, column)


def test_a_tab_is_found_where_it_stands() -> None:
    problem = refused("a: 1\nb:\n\tc: d\n")
    assert problem.place == Place("sale.yml", 3, 1)
    assert "tab" in problem.message
    assert "indent with spaces" in problem.fix


def test_a_doubled_key_is_told_as_in_the_language_guide() -> None:
    problem = refused("owner: a\nowner: b\n")
    assert problem.message.startswith("key 'owner' is given twice")
    assert problem.message.endswith("YAML would silently keep the last one")
    assert problem.fix == "delete one of them"


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
@pytest.mark.usefixtures("either_parser")
def test_deep_nesting_is_refused_and_exhausts_no_stack(opening: str) -> None:
    assert refused(opening * 5_000).code in ("UP001", "UP005")


def test_ten_megabytes_of_nesting_are_not_even_parsed(tmp_path: Path) -> None:
    path = tmp_path / "deep.yml"
    path.write_bytes(b"[" * 10_000_000)
    problem = read_file(path)
    assert isinstance(problem, Problem)
    assert problem.code == "UP003"


def test_a_bomb_of_aliases_stops_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True))
    assert refused(bomb).code == "UP005"


def test_bytes_that_are_not_utf_8_are_located(tmp_path: Path) -> None:
    path = tmp_path / "latin.yml"
    path.write_bytes("uplift: 1\ntitle: Käufer\n".encode("latin-1"))
    problem = read_file(path)
    assert isinstance(problem, Problem)
    assert problem.place == Place(str(path), 2, 9)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "bom.yml"
    path.write_bytes(b"\xef\xbb\xbfuplift: 1\n")
    reading = read_file(path)
    assert isinstance(reading, Reading)
    assert reading.data == {"uplift": 1}
    assert reading.document.place("uplift", of="key") == Place(str(path), 1, 1)


def test_windows_line_ends_do_not_move_places(tmp_path: Path) -> None:
    path = tmp_path / "crlf.yml"
    path.write_bytes(b"uplift: 1\r\nid: sale\r\n")
    reading = read_file(path)
    assert isinstance(reading, Reading)
    assert reading.document.place("id") == Place(str(path), 2, 5)


@pytest.mark.parametrize("name", ["missing.yml", ".", "nul\0.yml", "x" * 5000])
def test_a_path_that_is_no_file_is_a_problem(tmp_path: Path, name: str) -> None:
    problem = read_file(tmp_path / name)
    assert isinstance(problem, Problem)
    assert problem.code == "UP003"
