from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.studies import study_in, write_parquet, write_text
from uplift.engine.adapter import Value
from uplift.engine.audience import eligible
from uplift.engine.duckdb_engine import DuckDBEngine
from uplift.engine.expressions import Type
from uplift.engine.sources import open_source
from uplift.engine.typed import TypedSource, column_use, typed_source
from uplift.errors import DataError, Place, Problem, SpecError


def read(
    folder: Path, file: Path, kind: Type, *, decimals: int | None = None, source: dict[str, Any] | None = None,
    timezone: str = "Europe/Berlin",
) -> tuple[list[Value], TypedSource]:  # fmt: skip
    """The column x of a file, read as a type; one value per row, in file order."""
    study = study_in(
        folder,
        sources={"contacts": {"file": str(file), "id": "customer_id"} | (source or {})},
        metrics={"y": {"kind": "mean", "column": "x"}},
        use=[("y", None)],
        timezone=timezone,
    )
    with DuckDBEngine() as engine:
        table = open_source(engine, study, "contacts", needed=["x"], cache=folder / "cache", numbered=True)
        use = column_use("x", kind, Place("project.yml", 1, 1))
        use = use.__class__(use.expression, use.type, use.snippet, decimals)
        typed = typed_source(engine, study, table, [use], view="typed")
        rows = engine.run("SELECT x FROM typed ORDER BY CAST(_unit AS BIGINT)")
    return [row[0] for row in rows], typed


def read_texts(folder: Path, values: list[str], kind: Type, **more: Any) -> tuple[list[Value], TypedSource]:
    lines = "\n".join(f'{i};"{value}"' for i, value in enumerate(values))
    return read(folder, write_text(folder / "data" / "a.csv", f"customer_id;x\n{lines}\n"), kind, **more)


def refused(folder: Path, values: list[str], kind: Type, **more: Any) -> Problem:
    with pytest.raises(DataError) as error:
        read_texts(folder, values, kind, **more)
    return error.value.problems[0]


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("values", "wanted", "decimals"),
    [
        (["1", "-2", "+3"], [1, -2, 3], 0),
        (["1.5", "2.25", "3"], [150, 225, 300], 2),
        (["1,5", "2,25", "3"], [150, 225, 300], 2),
        (["1.234,50", "12.345.678", "7"], [12345, 123456780, 70], 1),
        (["1,234.50", "12,345,678", "7"], [12345, 123456780, 70], 1),
        (["5.00", "", "7.00"], [5, None, 7], 0),
        ([" 5 ", "6"], [5, 6], 0),
        (["0,000", "1,2"], [0, 12], 1),
        (["1.234", "1.5"], [1234, 1500], 3),
        (["1.234", "1.234.567"], [1234, 1234567], 0),
    ],
)
def test_numbers_are_whole_units_of_their_last_decimal(
    tmp_path: Path, values: list[str], wanted: list[int | None], decimals: int
) -> None:
    found, typed = read_texts(tmp_path, values, "number")
    assert found == wanted
    assert typed.columns["x"].decimals == decimals


def test_money_has_two_decimals_even_where_the_file_shows_fewer(tmp_path: Path) -> None:
    found, typed = read_texts(tmp_path, ["5", "7,5"], "number", decimals=2)
    assert (found, typed.columns["x"].decimals) == ([500, 750], 2)


def test_numbers_that_fit_both_marks_are_refused(tmp_path: Path) -> None:
    problem = refused(tmp_path, ["1.234", "5.678", "9"], "number")
    assert problem.code == "UP529"
    assert problem.place == Place(problem.place.file if problem.place else "", 2)
    assert "1.234" in problem.message


@pytest.mark.parametrize(("mark", "wanted", "decimals"), [(",", [1234, 5678], 0), (".", [1234, 5678], 3)])
def test_a_declared_mark_settles_them(tmp_path: Path, mark: str, wanted: list[int], decimals: int) -> None:
    found, typed = read_texts(tmp_path, ["1.234", "5.678"], "number", source={"csv": {"decimal": mark}})
    assert (found, typed.columns["x"].decimals) == (wanted, decimals)


@pytest.mark.parametrize(
    "bad", ["n/a", "1e5", "1_000", "0x10", "12abc", "1.2.3", "--1", "1,23,4", ".", "NaN", "inf", "5 €", "１", "NULL"]
)
def test_what_is_no_number_is_refused_with_its_line(tmp_path: Path, bad: str) -> None:
    problem = refused(tmp_path, ["1.5", "2.5", bad, "3.5"], "number")
    assert problem.code == "UP528"
    assert problem.place is not None
    assert problem.place.line == 4
    assert bad in problem.message


def test_more_decimals_than_declared_are_refused_not_rounded(tmp_path: Path) -> None:
    problem = refused(tmp_path, ["1.50", "2.505"], "number", decimals=2)
    assert (problem.code, problem.place.line if problem.place else 0) == ("UP532", 3)


def test_a_declared_integer_refuses_fractions(tmp_path: Path) -> None:
    problem = refused(tmp_path, ["1", "2.5"], "number", source={"columns": {"x": {"type": "integer"}}})
    assert problem.code == "UP532"


def test_a_number_of_23_digits_is_refused_not_rounded(tmp_path: Path) -> None:
    assert refused(tmp_path, ["1", "12345678901234567890123"], "number").code == "UP533"


@settings(max_examples=40)
@given(st.lists(st.decimals(-(10**11), 10**11, places=3, allow_nan=False), min_size=1, max_size=10))
def test_german_and_english_notation_say_the_same(tmp_path_factory: pytest.TempPathFactory, values: list[Any]) -> None:
    english = [f"{v:,.3f}" for v in values]
    german = [t.translate(str.maketrans(",.", ".,")) for t in english]
    wanted = [int(v * 1000) for v in values]
    for mark, texts in ((".", english), (",", german)):
        folder = tmp_path_factory.mktemp("numbers")
        declared = {"csv": {"decimal": mark}, "columns": {"x": {"type": "decimal", "decimals": 3}}}
        assert read_texts(folder, texts, "number", source=declared)[0] == wanted


def test_floats_of_parquet_become_whole_cents(tmp_path: Path) -> None:
    file = write_parquet(
        tmp_path / "a.parquet", "SELECT 1 AS customer_id, unnest([0.1+0.2, 19.99, 1e6+0.01, NULL]) AS x"
    )
    found, typed = read(tmp_path, file, "number")
    assert (found, typed.columns["x"].decimals) == ([30, 1999, 100000001, None], 2)


@pytest.mark.parametrize("value", ["0.005", "'nan'::double", "'inf'::double", "1/3.0"])
def test_floats_that_are_no_whole_cents_are_refused(tmp_path: Path, value: str) -> None:
    file = write_parquet(tmp_path / "a.parquet", f"SELECT 1 AS customer_id, unnest([1.5::double, {value}]) AS x")
    with pytest.raises(DataError) as error:
        read(tmp_path, file, "number", decimals=2)
    assert error.value.problems[0].code == "UP532"


def test_exact_decimals_of_parquet_keep_their_scale(tmp_path: Path) -> None:
    file = write_parquet(tmp_path / "a.parquet", "SELECT 1 AS customer_id, unnest([1.2345, 2]::decimal(18,4)[]) AS x")
    found, typed = read(tmp_path, file, "number")
    assert (found, typed.columns["x"].decimals) == ([12345, 20000], 4)


# ── yes and no ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_yes_and_no_in_german_english_and_excel(tmp_path: Path) -> None:
    words = ["true", "FALSE", "1", "0", "ja", "Nein", "WAHR", "FALSCH", "yes", "no", ""]
    assert read_texts(tmp_path, words, "boolean")[0] == [True, False] * 5 + [None]


def test_what_is_neither_yes_nor_no_is_refused(tmp_path: Path) -> None:
    problem = refused(tmp_path, ["ja", "nein", "vielleicht"], "boolean")
    assert (problem.code, problem.place.line if problem.place else 0) == ("UP528", 4)


# ── days and times ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "values",
    [
        ["2026-03-04", "2026-12-31"],
        ["04.03.2026", "31.12.2026"],
        ["4.3.2026", "31.12.2026"],
        ["04/03/2026", "31/12/2026"],
        ["03/04/2026", "12/31/2026"],
        ["04-03-2026", "31-12-2026"],
        ["2026-03-04 23:59", "2026-12-31T00:00:01"],
        ["04.03.2026 23:59:59", "31.12.2026 00:00"],
        ["2026-03-04T22:59:59Z", "2026-12-30 23:00:00+00:00"],
        ["2026-03-04 23:30:00+0100", "2026-12-31 12:00:00.250+01"],
    ],
)
def test_days_in_every_usual_form(tmp_path: Path, values: list[str]) -> None:
    assert read_texts(tmp_path, values, "date")[0] == [datetime.date(2026, 3, 4), datetime.date(2026, 12, 31)]


def test_days_that_fit_two_forms_are_refused(tmp_path: Path) -> None:
    problem = refused(tmp_path, ["03/04/2026", "05/06/2026"], "date")
    assert problem.code == "UP530"
    assert "03/04/2026" in problem.message


def test_days_that_fit_two_forms_alike_are_read(tmp_path: Path) -> None:
    assert read_texts(tmp_path, ["04/04/2026"], "date")[0] == [datetime.date(2026, 4, 4)]


def test_a_declared_form_settles_them(tmp_path: Path) -> None:
    declared = {"columns": {"x": {"type": "date", "format": "%m/%d/%Y"}}}
    found, _ = read_texts(tmp_path, ["03/04/2026"], "date", source=declared)
    assert found == [datetime.date(2026, 3, 4)]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (["2026-03-04", "04.03.2026"], "UP528"),
        (["2026-03-04", "2026-02-30"], "UP528"),
        (["31.12.2026", "31.02.2026"], "UP528"),
        (["04.03.26", "05.03.26"], "UP528"),
        (["13/13/2026", "01/01/2026"], "UP528"),
        (["2026-03-04 10:00", "2026-03-04 10:00Z"], "UP531"),
        (["2026-03-04", "gestern"], "UP528"),
        (["20260304", "20260305"], "UP528"),
        (["2026-03-04", "infinity"], "UP528"),
        (["2026-03-04", "2026-03-04 (BC)"], "UP528"),
        (["10:30", "11:00"], "UP528"),
    ],
)
def test_days_that_can_not_be_read_are_refused_with_their_line(tmp_path: Path, values: list[str], code: str) -> None:
    problem = refused(tmp_path, values, "date")
    assert problem.code == code
    assert problem.place is not None
    assert problem.place.line in (2, 3)


@pytest.mark.parametrize(
    ("utc", "local"),
    [
        ("2026-03-28 22:59:59", "2026-03-28"),  # winter: UTC+1
        ("2026-03-28 23:00:00", "2026-03-29"),
        ("2026-03-29 21:59:59", "2026-03-29"),  # summer time began at 01:00 UTC
        ("2026-03-29 22:00:00", "2026-03-30"),
        ("2026-10-24 22:00:00", "2026-10-25"),
        ("2026-10-25 22:59:59", "2026-10-25"),  # winter time is back: the day has 25 hours
        ("2026-10-25 23:00:00", "2026-10-26"),
    ],
)
@pytest.mark.parametrize("form", ["zoned text", "utc source", "timestamptz"])
def test_days_are_local_on_both_daylight_saving_days(tmp_path: Path, utc: str, local: str, form: str) -> None:
    if form == "zoned text":
        found, _ = read_texts(tmp_path, [utc.replace(" ", "T") + "Z"], "date")
    elif form == "utc source":
        found, _ = read_texts(tmp_path, [utc], "date", source={"timezone": "UTC"})
    else:
        sql = f"SELECT 1 AS customer_id, timezone('UTC', TIMESTAMP '{utc}') AS x"
        found, _ = read(tmp_path, write_parquet(tmp_path / "a.parquet", sql), "date")
    days = [value.date() if isinstance(value, datetime.datetime) else value for value in found]
    assert days == [datetime.date.fromisoformat(local)]


# ── columns that Parquet has typed ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("stored", "kind", "wanted"),
    [
        ("[true, false, NULL]::BOOLEAN[]", "number", [1, 0, None]),
        ("[true, false]::BOOLEAN[]", "boolean", [True, False]),
        ("[DATE '2026-03-04']", "date", [datetime.date(2026, 3, 4)]),
        ("[TIMESTAMP '2026-03-04 10:00']", "timestamp", [datetime.datetime(2026, 3, 4, 10)]),
        ("[1, NULL]::UTINYINT[]", "number", [1, None]),
        ("['1,5', '2']", "number", [15, 20]),
    ],
)
def test_typed_columns_serve_as_what_they_are(tmp_path: Path, stored: str, kind: Type, wanted: list[Value]) -> None:
    file = write_parquet(tmp_path / "a.parquet", f"SELECT 1 AS customer_id, unnest({stored}) AS x")
    assert read(tmp_path, file, kind)[0] == wanted


@pytest.mark.parametrize("stored", ["'x'::BLOB", "[1]", "{'a': 1}", "TIME '10:00'"])
def test_columns_of_other_types_are_refused(tmp_path: Path, stored: str) -> None:
    file = write_parquet(tmp_path / "a.parquet", f"SELECT 1 AS customer_id, {stored} AS x")
    with pytest.raises(DataError, match="UP536"):
        read(tmp_path, file, "number")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_the_zone_of_the_project_decides_the_day(tmp_path: Path, zone: str) -> None:
    found, _ = read_texts(tmp_path, ["2026-07-01T02:00:00Z"], "timestamp", timezone=zone)
    hour = {"Europe/Berlin": datetime.datetime(2026, 7, 1, 4), "America/New_York": datetime.datetime(2026, 6, 30, 22)}
    assert found == [hour[zone]]


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_address_in_the_wrong_column_is_masked(tmp_path: Path) -> None:
    problem = refused(tmp_path, ["1", "anna@example.org"], "number")
    assert "anna" not in problem.message
    assert "a••••" in problem.message


def test_how_many_values_are_bad_is_said(tmp_path: Path) -> None:
    assert "(3 of 4 values are not)" in refused(tmp_path, ["1", "x", "q", "x"], "boolean").message


def test_a_type_that_two_uses_disagree_on_is_refused_at_its_place(tmp_path: Path) -> None:
    write_text(tmp_path / "data" / "a.csv", "customer_id;x\n1;5\n")
    study = study_in(
        tmp_path,
        sources={"contacts": {"file": "../data/a.csv", "id": "customer_id"}},
        metrics={"y": {"kind": "mean", "column": "x"}},
        use=[("y", None)],
        audience={"source": "contacts", "where": "x = 5 and x = 'a'"},
    )
    with DuckDBEngine() as engine, pytest.raises(SpecError) as error:
        eligible(engine, study, cache=tmp_path / "cache")
    (problem,) = error.value.problems
    assert problem.code == "UP544"
    assert problem.place is not None
    assert problem.place.file.endswith("test.yml")
    line = study.document.text.splitlines()[(problem.place.line or 0) - 1]
    assert line[(problem.place.column or 0) - 1 :].startswith("x = 'a'")


def test_orders_without_a_contact_are_refused(tmp_path: Path) -> None:
    sources = {
        "contacts": {"file": "../a.csv", "id": "customer_id"},
        "orders": {"file": "../o.csv", "grain": "event", "time": "at"},
    }
    with pytest.raises(SpecError, match="UP220"):
        study_in(tmp_path, sources=sources, metrics={"y": {"kind": "count", "source": "orders"}})
