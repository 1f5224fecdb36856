"""Two hundred and more files as people send them: each gives the right numbers, or an error that says where."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.studies import study_in, write_text
from uplift.engine import DuckDBEngine, open_source
from uplift.engine.expressions import ColumnRef
from uplift.engine.snippets import Snippet
from uplift.engine.typed import DAY, UNIT, Use, typed_source
from uplift.errors import DataError, Place, Problem

HEADER = ["id", "tag", "betrag", "notiz"]
ROWS = [
    ["00000000000000000000017", "13.01.2026", "1.234,50", "Grüße; an „Karl“"],
    ["00000000000000000000018", "14.01.2026", "-0,75", 'sagt "nein"'],
    ["23456789012345678901234", "29.03.2026", "10,00", "5 €, sofort"],
    ["A-1", "25.10.2026", "0,00", ""],
    ["A-2", "31.12.2026", "99,99", "zwei\nZeilen"],
]
RIGHT = [(5, 5, 134374, "2026-01-13", "2026-12-31")]
"""Rows, different ids, cents, first and last day."""
Damage = Callable[[list[list[str]]], list[list[str]]]


def written(rows: list[list[str]], delimiter: str, end: str, *, every: bool = True) -> str:
    """CSV as spreadsheets write it; without `every` only what needs quotes has them."""

    def cell(value: str) -> str:
        needs = every or any(c in value for c in f'{delimiter}"\n\r')
        return '"' + value.replace('"', '""') + '"' if needs else value

    return "".join(delimiter.join(map(cell, row)) + end for row in rows)


def numbers(folder: Path, name: str = "orders.csv") -> list[tuple[object, ...]]:
    """What the engine reads: as the project's other files, nothing declared but the meaning of the columns."""
    source = {"file": f"../{name}", "grain": "event", "id": "id", "time": "tag"}
    study = study_in(
        folder,
        sources={"contacts": {"file": "../contacts.csv", "id": "id"}, "orders": source},
        metrics={"revenue": {"kind": "mean", "source": "orders", "value": "betrag", "format": "money"}},
        unit={"id": "id", "type": "string"},
    )
    amount = Use(ColumnRef("betrag"), "number", Snippet("betrag", Place("project.yml")), 2)
    with DuckDBEngine() as engine:
        table = open_source(engine, study, "orders", needed=["id", "tag", "betrag"], cache=folder / "cache")
        typed = typed_source(engine, study, table, [amount], view="v", unit="id", day="tag")
        assert typed.columns["betrag"].decimals == 2
        selected = f"count(*), count(DISTINCT {UNIT}), CAST(sum(betrag) AS BIGINT), min({DAY}), max({DAY})"
        return [(*row[:3], str(row[3]), str(row[4])) for row in engine.run(f"SELECT {selected} FROM v")]


# ── harmless differences: the numbers have to be right ───────────────────────────────────────────────────────────────

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252"]
DELIMITERS = [";", ",", "\t", "|"]
ENDS = ["\n", "\r\n", "\r"]
WAYS = ["all quoted", "few quoted", "gzipped", "sep line"]


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_numbers_are_right_however_the_file_is_written(tmp_path: Path, encoding: str, delimiter: str) -> None:
    """4 × 4 × 3 × 4 = 192 files."""
    for number, (end, way) in enumerate(itertools.product(ENDS, WAYS)):
        text = written([HEADER, *ROWS], delimiter, end, every=way != "few quoted")
        if way == "sep line":
            text = f"sep={delimiter}{end}" + text
        content = text.encode(encoding)
        name = f"{number}.csv" + (".gz" if way == "gzipped" else "")
        write_text(tmp_path / name, gzip.compress(content) if way == "gzipped" else content)
        assert numbers(tmp_path, name) == RIGHT, (encoding, delimiter, end, way)


# ── damage: right, or refused where it is ────────────────────────────────────────────────────────────────────────────


def damages() -> Iterator[tuple[str, bytes]]:
    """Files that are wrong in one way each."""
    for delimiter in (";", "\t", "|"):
        for end in ("\n", "\r\n"):
            name = f"{delimiter!r} {end!r}"
            whole = written([HEADER, *ROWS], delimiter, end)
            plain = written([HEADER, *([c.replace("\n", " ") for c in row] for row in ROWS)], delimiter, end)
            lines = plain.split(end)

            def line(number: int, text: str, lines: list[str] = lines, end: str = end) -> bytes:
                return end.join([*lines[:number], text, *lines[number + 1 :]]).encode()

            def cell(old: str, new: str, whole: str = whole) -> bytes:
                assert old in whole
                return whole.replace(old, new, 1).encode()

            yield f"a field too few {name}", line(2, delimiter.join(lines[2].split(delimiter)[:2]))
            yield f"a field too many {name}", line(2, lines[2] + delimiter + '"more"')
            yield f"an open quote {name}", line(2, lines[2][:-1])
            yield f"a stray quote {name}", line(3, lines[3].replace('"10,00"', '"10"00"'))
            yield f"a word for a number {name}", cell("10,00", "n/a")
            yield f"two commas {name}", cell("10,00", "1,0,00")
            yield f"three decimals {name}", cell("10,00", "10,001")
            yield f"a month 13 {name}", cell("29.03.2026", "29.13.2026")
            yield f"mixed dates {name}", cell("29.03.2026", "2026-03-29")
            yield f"a day of another year's length {name}", cell("29.03.2026", "29.02.2026")
            yield f"a NUL {name}", cell("A-1", "A\x00-1")
            yield f"blank lines {name}", (end * 2 + whole).encode()
            yield f"cut off in a character {name}", whole.encode()[: whole.encode().index("ü".encode()) + 1]
            yield f"bytes of two encodings {name}", whole.encode().replace("€".encode(), b"\x80")
            yield f"no header {name}", whole.split(end, 1)[1].encode()
            yield f"a column twice {name}", whole.replace('"notiz"', '"betrag"', 1).encode()
            yield f"header in capitals {name}", whole.replace('"betrag"', '"BETRAG"', 1).encode()
            yield f"a header only {name}", whole.split(end, 1)[0].encode()
    yield "nothing", b""
    yield "only a mark", "\ufeff".encode()
    yield "blanks", b"  \n \n"
    yield "a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
    yield "a workbook", b"PK\x03\x04" + bytes(200)
    yield "half a Parquet file", b"PAR1" + bytes(300)
    wide = [*HEADER, *(f"c{i}" for i in range(10_000))]
    yield "ten thousand columns", written([wide, *([*row, *["x"] * 10_000] for row in ROWS)], ";", "\n").encode()
    yield "a field of two megabytes", written([HEADER, *ROWS[:4], [*ROWS[4][:3], "x" * 2_000_000]], ";", "\n").encode()
    yield "utf-16 without a mark", written([HEADER, *ROWS], ";", "\n").encode("utf-16-le")


def outcome(folder: Path, name: str, content: bytes) -> list[tuple[object, ...]] | Problem:
    """The numbers that are read, or the problem that is told."""
    write_text(folder / name, content)
    try:
        return numbers(folder, name)
    except DataError as error:
        return error.problems[0]


@pytest.mark.slow
def test_a_damaged_file_gives_the_right_numbers_or_says_where_it_is_damaged(tmp_path: Path) -> None:
    outcomes = {what: outcome(tmp_path, f"{i}.csv", content) for i, (what, content) in enumerate(damages())}
    refused = {what for what, found in outcomes.items() if isinstance(found, Problem)}
    vague = [what for what in refused if not (outcomes[what].place and outcomes[what].fix)]  # type: ignore[union-attr]
    assert not vague
    right = {what for what, found in outcomes.items() if found == RIGHT}
    empty = {what for what, found in outcomes.items() if found == [(0, 0, None, "None", "None")]}
    wrong = {what: found for what, found in outcomes.items() if what not in refused | right | empty}
    assert not wrong
    assert {what.split(" '")[0] for what in empty} == {"a header only"}  # said by a warning: UP522
    assert len(right) + len(refused) > 110
    assert {what.split(" '")[0] for what in right} <= {
        "blank lines", "a NUL", "bytes of two encodings", "ten thousand columns", "a field of two megabytes",
        "utf-16 without a mark",
    }  # fmt: skip
