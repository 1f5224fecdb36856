from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.studies import study_in, write_parquet, write_text
from uplift.engine import DuckDBEngine, eligible, id_problems, open_source
from uplift.engine.adapter import Rows
from uplift.errors import DataError, Problem, SpecError
from uplift.spec.study import Study


def study_of(folder: Path, text: str | None = None, sql: str | None = None, **more: Any) -> Study:
    """A study whose contacts are a CSV text or a Parquet query with the id column `id`."""
    if text is not None:
        file = write_text(folder / "contacts.csv", text)
    else:
        file = write_parquet(folder / "contacts.parquet", sql or "SELECT 1 AS id")
    settings = {
        "sources": {"contacts": {"file": f"../{file.name}", "id": "id"}},
        "metrics": {"n": {"kind": "mean", "column": "n"}},
        "use": [("n", None)],
        "unit": {"id": "id", "type": "integer"},
    }
    return study_in(folder, **(settings | more))


def contacts(study: Study) -> Rows:
    with DuckDBEngine() as engine:
        return engine.run(f"SELECT * FROM {eligible(engine, study, cache=study.root / 'cache')} ORDER BY unit_id")


def problems(study: Study) -> tuple[Problem, ...]:
    with DuckDBEngine() as engine:
        return id_problems(engine, study, cache=study.root / "cache")


def codes(study: Study) -> list[str]:
    return [problem.code for problem in problems(study)]


STRING = {"id": "id", "type": "string"}


def test_a_condition_that_is_null_is_not_satisfied(tmp_path: Path) -> None:
    study = study_of(tmp_path, "id;n\n1;5\n2;\n3;1\n", audience={"source": "contacts", "where": "n > 2"})
    assert [row[0] for row in contacts(study)] == ["1"]
    study = study_of(tmp_path, "id;n\n1;5\n2;\n3;1\n", audience={"source": "contacts", "where": "not n > 2"})
    assert [row[0] for row in contacts(study)] == ["3"]


def test_strata_clusters_and_entry_dates_come_along(tmp_path: Path) -> None:
    study = study_of(
        tmp_path,
        "id;household;since;country;band\n1;H1;05.03.2026;DE;07\n2;;06.03.2026;;1\n",
        unit={"id": "id", "type": "integer", "cluster": "household"},
        audience={"source": "contacts", "entry_date": "since"},
        assignment={"method": "stratified", "strata": ["country", "band"]},
    )
    found = [(u, c, str(t), *rest) for u, c, t, *rest in contacts(study)]
    assert found == [
        ("1", "H1", "2026-03-05 00:00:00", "DE", "07", 1),
        ("2", None, "2026-03-06 00:00:00", None, "1", 2),
    ]


def test_ids_keep_their_text_even_when_the_filter_reads_them_as_numbers(tmp_path: Path) -> None:
    study = study_of(tmp_path, "id;n\n007;1\n8;1\n", unit=STRING, audience={"source": "contacts", "where": "id < 100"})
    assert [row[0] for row in contacts(study)] == ["007", "8"]


@pytest.mark.parametrize(
    ("text", "unit", "code", "line"),
    [
        ("id;n\n1;1\n;1\n", None, "UP550", None),
        ("id;n\n1;1\n2;1\n1;1\n", None, "UP551", 2),
        ("id;n\n1;1\n 2;1\n", None, "UP553", 3),
        ("id;n\nA;1\nB\t;1\n", STRING, "UP553", 3),
        ("id;n\n1;1\nA7;1\n", None, "UP554", 3),
        ("id;n\n1;1\n2.0;1\n", None, "UP554", 3),
        ("id;n\n1;1\n99999999999999999999;1\n", None, "UP554", 3),
        ("id;n\n1;1\n002;1\n", None, "UP555", 3),
        ("id;n\n1;1\n+2;1\n", None, "UP555", 3),
        ("id;n\né;1\ne\u0301;1\n", STRING, "UP556", None),
    ],
)
def test_unfit_ids_are_named_with_their_line(
    tmp_path: Path, text: str, unit: dict[str, str] | None, code: str, line: int | None
) -> None:
    (problem,) = problems(study_of(tmp_path, text, **({"unit": unit} if unit else {})))
    assert problem.code == code
    assert problem.place is not None
    assert problem.place.file.endswith("test.yml")
    assert problem.level == ("warning" if code == "UP556" else "error")
    if line is not None:
        assert f"line {line} of" in problem.message


def test_ids_in_messages_are_masked(tmp_path: Path) -> None:
    (problem,) = problems(study_of(tmp_path, "id;n\nanna@example.org;1\nanna@example.org;1\n", unit=STRING))
    assert "anna" not in problem.message
    assert "'a•" in problem.message


@pytest.mark.parametrize("kind", ["DOUBLE", "FLOAT", "DECIMAL(18,0)"])
def test_ids_stored_as_floats_or_decimals_are_refused(tmp_path: Path, kind: str) -> None:
    assert codes(study_of(tmp_path, sql=f"SELECT 12300000::{kind} AS id, 1 AS n")) == ["UP552"]


@pytest.mark.parametrize("kind", ["INTEGER", "BIGINT", "UBIGINT", "VARCHAR"])
def test_sound_ids_have_no_problem(tmp_path: Path, kind: str) -> None:
    study = study_of(tmp_path, sql=f"SELECT unnest([1, 12300000, 42])::{kind} AS id, 1 AS n")
    assert problems(study) == ()
    assert [row[0] for row in contacts(study)] == ["1", "12300000", "42"]


def test_only_eligible_contacts_are_judged(tmp_path: Path) -> None:
    study = study_of(tmp_path, "id;n\n1;1\n;0\nX;0\n", audience={"source": "contacts", "where": "n = 1"})
    assert problems(study) == ()


def test_a_misspelt_column_of_the_filter_is_found_in_the_yaml(tmp_path: Path) -> None:
    study = study_of(tmp_path, "id;n\n1;1\n", audience={"source": "contacts", "where": "n = 1 and optin"})
    with pytest.raises((SpecError, DataError), match="optin"):
        contacts(study)


# ── sources ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def opened(study: Study, name: str = "contacts") -> Any:
    with DuckDBEngine() as engine:
        return open_source(engine, study, name, cache=study.root / "cache")


def test_a_missing_file_is_offered_its_neighbour(tmp_path: Path) -> None:
    study = study_of(tmp_path, "id;n\n1;1\n")
    (tmp_path / "contacts.csv").rename(tmp_path / "contact.csv")
    with pytest.raises(DataError, match=r"UP520(?s:.*)did you mean 'contact.csv'"):
        opened(study)


def test_many_parquet_files_are_one_source(tmp_path: Path) -> None:
    for i in range(3):
        write_parquet(tmp_path / "parts" / f"p{i}.parquet", f"SELECT {i} AS id, 1 AS n")
    by_pattern = opened(study_of(tmp_path, sources={"contacts": {"file": "../parts/p*.parquet", "id": "id"}}))
    by_folder = opened(study_of(tmp_path, sources={"contacts": {"file": "../parts", "id": "id"}}))
    assert by_pattern.rows == by_folder.rows == 3
    assert by_pattern.fingerprint == by_folder.fingerprint


@pytest.mark.parametrize("content", [b"", b"PAR1", b"hello;world\n"])
def test_a_damaged_parquet_file_is_refused_in_plain_words(tmp_path: Path, content: bytes) -> None:
    study = study_of(tmp_path)
    (tmp_path / "contacts.parquet").write_bytes(content)
    with pytest.raises(DataError, match="UP520"):
        opened(study)


def test_files_of_different_columns_are_refused_in_plain_words(tmp_path: Path) -> None:
    write_parquet(tmp_path / "parts" / "a.parquet", "SELECT 1 AS id, 1 AS n")
    write_parquet(tmp_path / "parts" / "b.parquet", "SELECT 1 AS id, 1 AS m")
    study = study_of(tmp_path, sources={"contacts": {"file": "../parts", "id": "id"}})
    with pytest.raises(DataError, match=r"UP520(?s:.*)same columns"):
        contacts_or_rows(study)


def contacts_or_rows(study: Study) -> None:
    with DuckDBEngine() as engine:
        table = open_source(engine, study, "contacts", cache=study.root / "cache")
        engine.run(f"SELECT max(id), max(n) FROM {table.relation}")


def test_a_workbook_is_refused_with_a_way_out(tmp_path: Path) -> None:
    study = study_of(tmp_path, sources={"contacts": {"file": "../c.xlsx", "id": "id"}})
    write_text(tmp_path / "c.xlsx", b"PK\x03\x04rest")
    with pytest.raises(DataError, match=r"UP520(?s:.*)save it as CSV"):
        opened(study)


def test_a_warehouse_of_an_unknown_kind_says_what_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLIFT_WAREHOUSE", "oracle://somebody:secret@example.org/shop")
    study = study_of(tmp_path, sources={"contacts": {"table": "marts.contacts", "connection": "warehouse", "id": "id"}})
    with pytest.raises(DataError, match=r"UP570(?s:.*)postgresql://") as error:
        opened(study)
    assert "secret" not in str(error.value)
