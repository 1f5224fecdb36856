from __future__ import annotations

import functools
import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.studies import write_text
from uplift.engine.csvfile import CsvTable, open_csv
from uplift.engine.duckdb_engine import DuckDBEngine
from uplift.errors import DataError, Problem
from uplift.spec.project import CsvDialect


@functools.cache
def one_engine() -> DuckDBEngine:
    return DuckDBEngine()


def opened(path: Path, needed: list[str] | None = None, **dialect: str) -> tuple[list[tuple[object, ...]], CsvTable]:
    """All rows of a file, in file order, and the table."""
    table = open_csv(
        one_engine(),
        path,
        shown=path.name,
        dialect=CsvDialect(**dialect) if dialect else None,  # type: ignore[arg-type]
        needed=needed,
        cache=path.parent / "cache",
    )
    one_engine().register_files("t", [table.parquet], numbered=True)
    return list(one_engine().run("SELECT * EXCLUDE (_row) FROM t ORDER BY _row")), table


def refused(path: Path, needed: list[str] | None = None, **dialect: str) -> Problem:
    with pytest.raises(DataError) as error:
        opened(path, needed, **dialect)
    problem = error.value.problems[0]
    assert problem.place is not None
    assert problem.place.file == path.name
    assert problem.fix
    return problem


def codes(table: CsvTable) -> set[str]:
    return {notice.code for notice in table.notices}


# ── right data ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_delimiter_and_line_end_gives_the_same_rows(tmp_path: Path, delimiter: str, end: str) -> None:
    text = end.join(delimiter.join(row) for row in (("id", "amount", "city"), ("1", "2.50", "Köln"), ("2", "", "Ulm")))
    rows, table = opened(write_text(tmp_path / "a.csv", text + end))
    assert rows == [("1", "2.50", "Köln"), ("2", None, "Ulm")]
    assert codes(table) == {"UP537"}


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
    ],
)
def test_unicode_files_need_no_declaration(tmp_path: Path, encoding: str, mark: bytes) -> None:
    text = "id;name;preis\n1;Grüße, Łódź;3,50 €\n2;ß;0\n"
    rows, _ = opened(write_text(tmp_path / "a.csv", mark + text.encode(encoding)))
    assert rows == [("1", "Grüße, Łódź", "3,50 €"), ("2", "ß", "0")]


def test_windows_files_are_read_as_cp1252_and_it_is_said(tmp_path: Path) -> None:
    rows, table = opened(write_text(tmp_path / "a.csv", "id;name\n1;Müller für 5 €\n", "cp1252"))
    assert rows == [("1", "Müller für 5 €")]
    (notice,) = [n for n in table.notices if n.code == "UP538"]
    assert notice.level == "warning"


def test_a_declared_encoding_is_not_announced(tmp_path: Path) -> None:
    rows, table = opened(write_text(tmp_path / "a.csv", "id;name\n1;Müller\n", "latin-1"), encoding="latin-1")
    assert rows == [("1", "Müller")]
    assert "UP538" not in codes(table)


def test_gzipped_files_are_unpacked(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv.gz", gzip.compress("id;name\n1;ä\n".encode()))
    assert opened(path)[0] == [("1", "ä")]


def test_the_sep_line_of_excel_names_the_delimiter(tmp_path: Path) -> None:
    rows, _ = opened(write_text(tmp_path / "a.csv", "sep=|\r\nid|text\r\n1|a;b;c\r\n"))
    assert rows == [("1", "a;b;c")]


def test_long_ids_and_leading_zeros_stay_text(tmp_path: Path) -> None:
    rows, _ = opened(write_text(tmp_path / "a.csv", "id;plz\n12345678901234567890123;01067\n"))
    assert rows == [("12345678901234567890123", "01067")]


def test_quoted_values_may_hold_delimiters_quotes_and_line_breaks(tmp_path: Path) -> None:
    rows, table = opened(write_text(tmp_path / "a.csv", 'id;text\n1;"a;b"\n2;"sag ""ja"""\n3;"zwei\nZeilen"\n4;x\n'))
    assert rows == [("1", "a;b"), ("2", 'sag "ja"'), ("3", "zwei\nZeilen"), ("4", "x")]
    assert "UP539" in codes(table)


def test_line_breaks_of_two_kinds_are_no_trouble(tmp_path: Path) -> None:
    rows, _ = opened(write_text(tmp_path / "a.csv", 'id;text\r\n1;"a\nb"\r\n2;c\n3;d\r\n'))
    assert rows == [("1", "a\nb"), ("2", "c"), ("3", "d")]


def test_two_thousand_columns_are_read(tmp_path: Path) -> None:
    header = ";".join(f"c{i}" for i in range(2000))
    rows, _ = opened(write_text(tmp_path / "a.csv", f"{header}\n{';'.join(map(str, range(2000)))}\n"), ["c1999", "c7"])
    assert rows == [("1999", "7")]


def test_unnamed_columns_do_no_harm(tmp_path: Path) -> None:
    rows, _ = opened(write_text(tmp_path / "a.csv", ",id,amount,\n0,7,1.5,\n"), ["id"])
    assert rows == [("7",)]


def test_blanks_around_column_names_do_no_harm(tmp_path: Path) -> None:
    assert opened(write_text(tmp_path / "a.csv", "id ; amount\n7;1\n"), ["amount"])[0] == [("1",)]


def test_the_delimiter_is_the_one_that_yields_the_needed_columns(tmp_path: Path) -> None:
    text = "id;amount, net;day, month\n1;2,5;3,4\n2;3,5;4,4\n"
    rows, _ = opened(write_text(tmp_path / "a.csv", text), ["id", "amount, net"])
    assert rows == [("2,5", "1"), ("3,5", "2")]


def test_one_column_needs_no_delimiter(tmp_path: Path) -> None:
    assert opened(write_text(tmp_path / "a.csv", "id\n5\n6\n"), ["id"])[0] == [("5",), ("6",)]


def test_a_missing_last_line_end_does_no_harm(tmp_path: Path) -> None:
    assert opened(write_text(tmp_path / "a.csv", "id;x\n1;2"))[0] == [("1", "2")]


def test_only_needed_columns_are_kept(tmp_path: Path) -> None:
    _, table = opened(write_text(tmp_path / "a.csv", "id;email\n1;anna@example.org\n"), ["id"])
    assert b"anna" not in table.parquet.read_bytes()


def test_a_header_without_rows_is_said(tmp_path: Path) -> None:
    rows, table = opened(write_text(tmp_path / "a.csv", "id;x\n"))
    assert rows == []
    assert "UP522" in codes(table)


def test_the_second_reading_comes_from_the_cache_with_the_same_notices(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", "id;name\n1;ä\n", "cp1252")
    first, second = opened(path), opened(path)
    assert first[0] == second[0]
    assert first[1] == second[1]
    path.write_bytes("id;name\n2;ä\n".encode("cp1252"))
    assert opened(path)[0] == [("2", "ä")]
    assert opened(path)[1].fingerprint != first[1].fingerprint


# ── located errors ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "UP522", None),
        ("\n\n", "UP522", None),
        ("id;a;b\n1;2;3\n4;5\n6;7;8\n", "UP524", 3),
        ("id;a;b\n1;2;3\n4;5;6;7\n6;7;8\n", "UP524", 3),
        ('id;a;b\n1;2;3\n4;"5;6\n6;7;8\n', "UP525", 3),
        ('id;a;b\n1;"2"x;3\n', "UP525", 2),
        ('id;"a;b\n1;2;3\n', "UP525", 1),
        ('id;a;b\n1;"zwei\nZeilen";3\n4;5\n', "UP524", 4),
        ("sep=;\nid;a\n1;2;3\n", "UP524", 3),
        ("id;a;id\n1;2;3\n", "UP523", 1),
        ("id;a;ID\n1;2;3\n", "UP523", 1),
        ("id;a\n1;x\x00y\n", "UP521", 2),
    ],
)
def test_broken_files_are_refused_at_their_line(tmp_path: Path, text: str, code: str, line: int | None) -> None:
    problem = refused(write_text(tmp_path / "a.csv", text))
    assert problem.code == code
    assert problem.place is not None
    assert problem.place.line == line


def test_a_ragged_row_deep_in_a_large_file_is_found(tmp_path: Path) -> None:
    good = "".join(f"{i};x;{i}\n" for i in range(120_000))
    problem = refused(write_text(tmp_path / "a.csv", "id;a;b\n" + good + "7;8\n" + good))
    assert (problem.code, problem.place.line if problem.place else 0) == ("UP524", 120_002)


def test_a_broken_character_in_a_utf8_file_is_not_taken_for_cp1252(tmp_path: Path) -> None:
    problem = refused(
        write_text(
            tmp_path / "a.csv",
            "id;n\n1;Grüße\n2;M\xfcller\n".encode("latin-1").replace(b"Gr\xfc\xdfe", "Grüße".encode()),
        )
    )
    assert problem.code == "UP521"
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (3, 4)


def test_bytes_that_cp1252_does_not_know_are_refused(tmp_path: Path) -> None:
    problem = refused(write_text(tmp_path / "a.csv", b"id;n\n1;a\n2;\x81\n"))
    assert (problem.code, problem.place.line if problem.place else 0) == ("UP521", 3)


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13"])
def test_unknown_encodings_are_refused(tmp_path: Path, encoding: str) -> None:
    assert refused(write_text(tmp_path / "a.csv", "id\n1\n"), encoding=encoding).code == "UP521"


def test_a_file_that_breaks_its_declared_encoding_is_refused(tmp_path: Path) -> None:
    problem = refused(write_text(tmp_path / "a.csv", "id;n\n1;Müller\n", "latin-1"), encoding="utf-8")
    assert (problem.code, problem.place.line if problem.place else 0) == ("UP521", 2)


def test_a_gzip_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(b"id;x\n" + b"1;2\n" * 10_000)
    assert refused(write_text(tmp_path / "a.csv.gz", packed[: len(packed) // 2])).code == "UP521"


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    assert refused(write_text(tmp_path / "a.csv", bytes(range(256)) * 20)).code == "UP521"


def test_a_missing_column_is_offered_its_neighbour(tmp_path: Path) -> None:
    problem = refused(write_text(tmp_path / "a.csv", "id;net_amuont\n1;2\n"), ["id", "net_amount"])
    assert problem.code == "UP527"
    assert "net_amuont" in problem.fix


# ── whatever comes ───────────────────────────────────────────────────────────────────────────────────────────────────

CELLS = st.text(alphabet=st.sampled_from("ab1 ;,|\t\"'\n\rä€.-"), max_size=6)


@settings(max_examples=60)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8))
def test_what_a_csv_writer_wrote_is_read_back(tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]]) -> None:
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([["id", "a", "b"], *cells])
    folder = tmp_path_factory.mktemp("csv")
    rows, _ = opened(write_text(folder / "a.csv", out.getvalue()), delimiter=";")
    # line ends inside values are unified when a file mixes them; empty is NULL
    wanted = [tuple(cell.replace("\r\n", "\n").replace("\r", "\n") or None for cell in row) for row in cells]
    found = [
        tuple(None if v is None else str(v).replace("\r\n", "\n").replace("\r", "\n") for v in row) for row in rows
    ]
    assert found == wanted


@settings(max_examples=150)
@given(st.binary(max_size=80))
def test_any_bytes_give_rows_or_a_located_problem(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = write_text(tmp_path_factory.mktemp("csv") / "a.csv", b"id;a\n" + content)
    problems: tuple[Problem, ...] = ()
    try:
        opened(path)
    except DataError as error:
        problems = error.problems
    assert all(problem.place is not None for problem in problems)


def test_a_gzipped_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(b"id;x\n" + b"".join(b"%d;%d\n" % (i, i * i) for i in range(1000)))
    for share in (0.1, 0.5, 0.95):
        path = tmp_path / "a.csv.gz"
        path.write_bytes(whole[: int(share * len(whole))])
        problem = refused(path, ["id"])
        assert (problem.code, problem.message) == ("UP521", "the gzipped file is cut off or damaged")
