"""Open a source of the project: a CSV or Parquet file, or a table or query of a connection, as a named relation."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from uplift.engine.adapter import Engine, EngineColumn, Period, Queries, Warehouse, quoted
from uplift.engine.csvfile import CsvText, open_csv
from uplift.engine.encodings import fingerprint
from uplift.engine.pushdown import content_of
from uplift.engine.snippets import did_you_mean
from uplift.engine.stored import Found, Locate, Stored
from uplift.errors import DataError, Place, Problem
from uplift.spec.project import Source
from uplift.spec.study import Study

PARQUET = (".parquet", ".pq")
TEXT = (".csv", ".tsv", ".txt")
EXCEL = (".xlsx", ".xls", ".xlsm", ".ods")


@dataclass(frozen=True, slots=True)
class SourceTable:
    """An open source: `relation` is its name in the engine; columns are as stored (a CSV's are all text).

    `fingerprint` is the sha256 of the contents; it names no path. Notices say how the file was read. `home` is the
    warehouse that holds the relation, where its rows were left there; they have no fingerprint then.
    """

    name: str
    relation: str
    columns: tuple[EngineColumn, ...]
    rows: int
    fingerprint: str
    notices: tuple[Problem, ...] = ()
    text: CsvText | None = None
    shown: str = ""
    home: Warehouse | None = None

    def column(self, name: str) -> EngineColumn:
        """A column by its name; UP527 with a suggestion when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        fix = did_you_mean(name, [column.name for column in self.columns])
        raise DataError(
            Problem("UP527", f"source {self.name} has no column '{name}'", fix=fix, place=Place(self.shown))
        )

    def locate(self, column: str, values: frozenset[str]) -> Found | None:
        """Where one of the values stands first in a CSV file; None where rows have no lines."""
        found = self.text.line_of(column, values) if self.text else None
        return Found(found[1], found[0]) if found else None


def cache_folder(study: Study) -> Path:
    """Where converted files and unit tables are kept when the caller names no folder."""
    state = study.project.state
    return study.root / (".uplift" if state.startswith(("postgresql:", "postgres:")) else state) / "cache"


def open_source(
    engine: Engine,
    study: Study,
    name: str,
    *,
    needed: Iterable[str] | None = None,
    cache: Path | None = None,
    relation: str | None = None,
    numbered: bool = False,
    in_place: Period | None = None,
) -> SourceTable:
    """Open a source under the relation `source_<name>`. `needed` None keeps all columns of a CSV file.

    `numbered` adds a column `_row` with the position of each row in the (one) file. The rows of a connection's table
    are brought here, or left where they are when `in_place` says which days of them can matter.

    Raises DataError: UP520 no such file, UP521–UP527 what is wrong with it; of connections UP570, UP572, UP573, and
    UP576–UP578 about the table or query.
    """
    source = study.source(name)
    place = study.project_document.place("sources", name)
    if source.file is None:
        if numbered:
            message = f"the rows of source {name} have no number: a database keeps no order"
            raise DataError(Problem("UP520", message, fix="name an id: unit: {id: …}", place=place))
        with _placed(place):
            return _connected(engine, source, name, needed, relation or f"source_{name}", in_place)
    wanted = None if needed is None else sorted({*needed})
    paths = _files(study, source.file, name)
    shown = shown_path(study, source.file)
    relation = relation or f"source_{name}"
    if numbered and len(paths) > 1:
        raise DataError(
            Problem("UP520", f"'{shown}' are several files: rows have no number", fix="name an id", place=place)
        )
    kinds = {_kind(path) for path in paths}
    if kinds == {"parquet"}:
        engine.register_files(relation, paths, numbered=numbered)
        content = _fingerprint_of(paths)
        table = _table(engine, name, relation, content, (), None, shown)
        if table.rows == 0:
            nothing = Problem("UP522", "the file has no rows", "export it again", Place(shown), "warning")
            table = replace(table, notices=(nothing,))
    elif kinds == {"text"} and len(paths) == 1:
        csv = open_csv(
            engine, paths[0], shown=shown, dialect=source.csv, needed=wanted, cache=cache or cache_folder(study)
        )
        engine.register_files(relation, [csv.parquet], numbered=numbered)
        table = _table(engine, name, relation, csv.fingerprint, csv.notices, csv.text, shown)
    else:
        fix = "export it as CSV or Parquet; several files of one source must be Parquet"
        if any(path.suffix.lower() in EXCEL for path in paths):
            fix = f"save it as CSV, or from Python: sources={{'{name}': pandas.read_excel(…, dtype=str)}}"
        raise DataError(Problem("UP520", f"'{shown}' is neither a CSV nor a Parquet file", fix=fix, place=place))
    for column in wanted or ():
        table.column(column)
    return table


def stored(engine: Queries, study: Study, table: SourceTable, private: Sequence[str]) -> Stored:
    """What the readings need to know of an open source."""
    source = study.source(table.name)
    locate: Locate = table.locate
    return Stored(
        table.home or engine,
        table.relation,
        table.name,
        table.shown,
        source,
        study.project.timezone,
        {column.name: column for column in table.columns},
        locate,
        frozenset(private),
    )


def _table(
    engine: Engine,
    name: str,
    relation: str,
    content: str,
    notices: tuple[Problem, ...],
    text: CsvText | None,
    shown: str,
) -> SourceTable:
    (rows,) = engine.run(f"SELECT count(*) FROM {quoted(relation)}")[0]
    return SourceTable(name, relation, engine.columns(relation), int(str(rows)), content, notices, text, shown)


def shown_path(study: Study, file: str) -> str:
    """A file as messages name it: as the user would type it, where project.yml was named so."""
    return os.path.normpath(Path(study.project_document.place().file).parent / file)


def source_files(study: Study, name: str) -> list[Path]:
    """The files behind a source; none for a table or a query."""
    file = study.source(name).file
    return _files(study, file, name) if file is not None else []


def _files(study: Study, file: str, name: str) -> list[Path]:
    """The files of a source, relative to project.yml; a pattern (*, ?) may name several Parquet files."""
    place = study.project_document.place("sources", name, "file")
    path = Path(file)
    path = path if path.is_absolute() else study.folder / path
    try:
        found = _found(path)
        for each in found:
            each.open("rb").close()
    except OSError as error:
        message, fix = f"'{file}' can't be read: {error.strerror}", "give this user the right to read it"
        raise DataError(Problem("UP520", message, fix=fix, place=place)) from error
    if not found and path.is_dir():
        fix = "name one file, or put Parquet files into it"
        raise DataError(Problem("UP520", f"'{file}' is a folder without Parquet files", fix=fix, place=place))
    if not found:
        siblings = [p.name for p in path.parent.iterdir() if p.is_file()] if path.parent.is_dir() else []
        fix = did_you_mean(path.name, siblings) if siblings else "paths are relative to project.yml"
        raise DataError(Problem("UP520", f"there is no file '{file}'", fix=fix, place=place))
    return found


def _found(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if path.is_dir():
        return sorted(path.glob("**/*.parquet"))
    return sorted(p for p in path.parent.glob(path.name) if p.is_file()) if set("*?") & set(path.name) else []


def _kind(path: Path) -> str:
    suffixes = [s.lower() for s in path.suffixes]
    last = suffixes[-2] if len(suffixes) > 1 and suffixes[-1] == ".gz" else (suffixes[-1] if suffixes else "")
    if last in PARQUET:
        return "parquet"
    if last in TEXT:
        return "text"
    with path.open("rb") as file:
        return "parquet" if file.read(4) == b"PAR1" else ("other" if last in EXCEL else "text")


def _fingerprint_of(paths: Sequence[Path]) -> str:
    parts = [fingerprint(path) for path in paths]
    return parts[0] if len(parts) == 1 else hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _connected(
    engine: Engine, source: Source, name: str, needed: Iterable[str] | None, relation: str, in_place: Period | None
) -> SourceTable:
    """A table or query of a connection: brought here, or left in place."""
    assert source.connection is not None
    warehouse = engine.reach(source.connection)
    shown = f"{source.connection}: {source.table}" if source.table else f"{source.connection}: the query of {name}"
    warehouse.relate(relation, source, in_place)
    found = SourceTable(name, relation, warehouse.columns(relation), 0, "", shown=shown, home=warehouse)
    wanted = [found.column(column) for column in sorted({*needed})] if needed is not None else list(found.columns)
    if in_place is not None:
        (rows,) = warehouse.run(f"SELECT count(*) FROM {quoted(relation)}")[0]
        return replace(found, rows=int(str(rows)))
    selected = ", ".join(quoted(column.name) for column in wanted)
    warehouse.bring(f"SELECT {selected} FROM {quoted(relation)}", wanted, engine, relation)
    columns = engine.columns(relation)
    nothing = Problem("UP522", "the table has no rows", "look at the table", Place(shown), "warning")
    (rows,) = engine.run(f"SELECT count(*) FROM {quoted(relation)}")[0]
    content = content_of(engine, relation, columns)
    return SourceTable(name, relation, columns, int(str(rows)), content, () if rows else (nothing,), None, shown)


@contextlib.contextmanager
def _placed(place: Place) -> Iterator[None]:
    """Problems of a connection stand at its source in project.yml."""
    try:
        yield
    except DataError as error:
        if all(problem.place is not None for problem in error.problems):
            raise
        placed = (problem if problem.place else replace(problem, place=place) for problem in error.problems)
        raise type(error)(*placed) from error.__cause__
