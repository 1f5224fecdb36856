"""Tables that a program hands over instead of files: pandas, polars, Arrow, Ibis, DuckDB relations; or other files.

Each becomes a Parquet file, named by its contents, and takes the place of the source's own file. What was decided is
not touched by it: the source keeps its columns, its grain and its time zone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from uplift.engine.encodings import fingerprint
from uplift.engine.kept import is_whole, make_cache
from uplift.engine.snippets import did_you_mean
from uplift.errors import DataError, Place, Problem
from uplift.spec.study import Study
from uplift.store.files import aside_of

DUCKDB_FILES = (".duckdb", ".ddb", ".db")
KINDS = "a pandas, polars or Arrow table, an Ibis table, a DuckDB relation, or the path of a file"


def with_sources(study: Study, sources: Mapping[str, object], *, cache: Path) -> Study:
    """The study with sources that read these tables instead of what project.yml names.

    Raises DataError (UP589) for a name that is no source of the project, and for what is no table.
    """
    if not sources:
        return study
    make_cache(cache)
    read = dict(study.project.sources)
    for name, table in sources.items():
        if name not in read:
            message = f"the project has no source '{name}'"
            raise DataError(Problem("UP589", message, fix=did_you_mean(name, sorted(read)), place=_place(study)))
        own = {"file": str(_file(study, name, table, cache)), "table": None, "query": None, "connection": None}
        read[name] = read[name].model_copy(update=own)
    return replace(study, project=study.project.model_copy(update={"sources": read}))


def _place(study: Study) -> Place:
    return study.project_document.place("sources")


def _file(study: Study, name: str, table: object, cache: Path) -> Path:
    """A file with the rows of the table: its own one, or one that is made."""
    if isinstance(table, str | os.PathLike):
        path = Path(table).resolve()
        return _kept(_from_duckdb_file(study, name, path), cache) if path.suffix in DUCKDB_FILES else path
    return _kept(_rows(study, name, table), cache)


def _from_duckdb_file(study: Study, name: str, path: Path) -> Any:
    """The table of the source's name in a DuckDB file."""
    import duckdb

    from uplift.engine.adapter import quoted

    try:
        connection = duckdb.connect(str(path), read_only=True)
        return connection.sql(f"SELECT * FROM {quoted(name)}")
    except duckdb.CatalogException:
        known = [str(row[0]) for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        message, fix = f"'{path.name}' has no table '{name}'", did_you_mean(name, known)
        raise DataError(Problem("UP589", message, fix=fix, place=_place(study))) from None
    except duckdb.Error as error:
        reason = "there is no such file" if not path.exists() else "another program has it open, or it is damaged"
        message = f"'{path.name}' can't be opened: {reason}"
        raise DataError(Problem("UP589", message, fix="close the other program", place=_place(study))) from error


def _rows(study: Study, name: str, table: object) -> Any:
    """A DuckDB relation over a table in memory."""
    import duckdb

    family = type(table).__module__.split(".", 1)[0]
    if family == "ibis":
        table = table.to_pyarrow()  # type: ignore[attr-defined]
    elif family == "polars" and hasattr(table, "collect"):
        table = table.collect()
    if isinstance(table, duckdb.DuckDBPyRelation):
        return table
    connection = duckdb.connect()
    try:
        connection.register("given", table)
        return connection.sql("SELECT * FROM given")
    except (duckdb.Error, ImportError) as error:
        what = f"{type(table).__module__}.{type(table).__qualname__}"
        why = f" ({error})" if isinstance(error, ImportError) else ""
        message = f"source {name} was given a {what}, which is no table{why}"
        raise DataError(Problem("UP589", message, fix=f"give {KINDS}", place=_place(study))) from error


def _kept(relation: Any, cache: Path) -> Path:
    """The rows as a Parquet file, whose name says what is in it."""
    aside = aside_of(cache / "given.parquet")
    try:
        relation.write_parquet(str(aside), compression="zstd")
        kept = cache / f"given-{fingerprint(aside)[:40]}.parquet"
        if not is_whole(kept):
            aside.replace(kept)
        return kept
    finally:
        aside.unlink(missing_ok=True)
