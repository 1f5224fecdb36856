"""The default engine: DuckDB in this process, nothing to start."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from uplift.engine.adapter import (
    BrokenCsvError,
    CancelledError,
    Capabilities,
    CsvLayout,
    EngineColumn,
    NumberTooLargeError,
    Physical,
    Rows,
    Settings,
    Warehouse,
    quoted,
    text_literal,
)
from uplift.engine.kept import make_cache
from uplift.errors import DataError, Problem
from uplift.store.files import ASIDE, aside_of

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    from numpy.typing import NDArray

Done = TypeVar("Done")

PHYSICAL: dict[str, Physical] = {
    "BOOLEAN": "boolean",
    "FLOAT": "float",
    "DOUBLE": "float",
    "VARCHAR": "text",
    "UUID": "text",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), "integer"),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), "integer"),
}
KEPT: dict[Physical, str] = {
    "boolean": "BOOLEAN", "integer": "BIGINT", "float": "DOUBLE", "text": "VARCHAR", "date": "DATE",
    "timestamp": "TIMESTAMP", "timestamptz": "TIMESTAMPTZ", "other": "VARCHAR",
}  # fmt: skip
DECIMAL = re.compile(r"DECIMAL\(\d+,(\d+)\)")
QUICK = "zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 3000"  # a third less time than zstd's usual level, same size
LONGEST_LINE = 64 * 1024 * 1024
PATIENCE = 2  # times 50 ms
AT_ONCE = 8_000_000  # numbers that are sorted in memory, 64 MB


class DuckDBEngine:
    """DuckDB in memory; files are read where they are, sums of products are HUGEINT (exact through `fetchall`)."""

    def __init__(self, settings: Settings | None = None) -> None:
        import duckdb

        self._connection: duckdb.DuckDBPyConnection = duckdb.connect(":memory:")
        self._version = duckdb.__version__
        # A statement runs in a thread of its own: while it runs, DuckDB does not listen to Ctrl-C, but we do.
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="duckdb")
        self._warehouses: dict[str, Warehouse] = {}
        self._left: Future[Any] | None = None
        settings = settings or Settings()
        for name, value in (
            ("threads", settings.threads),
            ("memory_limit", settings.memory_limit),
            ("temp_directory", settings.temp_directory),
        ):
            if value is not None:
                self.run(f"SET {name} = {text_literal(str(value))}")
        self.run("SET preserve_insertion_order = false")
        self.run("SET TimeZone = 'UTC'")
        self.run("SET autoinstall_known_extensions = false")
        self.run("SET autoload_known_extensions = false")

    def __enter__(self) -> DuckDBEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def capabilities(self) -> Capabilities:
        """Name, version and types of this engine."""
        return Capabilities("duckdb", self._version, wide_integer="HUGEINT", reads_files=True)

    def run(self, sql: str) -> Rows:
        """Run a statement and fetch all rows (never through a data frame: that would make HUGEINT a float)."""
        if self._left_alone and isinstance(sys.exc_info()[1], KeyboardInterrupt):
            return []  # tidying up after Ctrl-C, behind a statement that has not heard it yet
        return self._done(self._fetch, sql)

    def _done(self, work: Callable[..., Done], *given: str) -> Done:
        """What a piece of work gives, done by the engine's thread; Ctrl-C and what a user can mend are heard."""
        with _plain_errors():
            running = self._worker.submit(work, *given)
            try:
                return running.result()
            except KeyboardInterrupt:
                # Nearly every statement hears it at once. The last part of a large COPY does not, for seconds: then
                # nobody waits, and `close` leaves the statement to end alone.
                for _ in range(PATIENCE):
                    self.interrupt()
                    wait([running], timeout=0.05)
                self._left = running
                raise

    def _fetch(self, sql: str) -> Rows:
        rows: list[tuple[Any, ...]] = self._connection.execute(sql).fetchall()
        return rows

    def define(self, name: str, sql: str) -> None:
        """Give a query a name (a view), replacing what had it."""
        self.run(f"CREATE OR REPLACE TEMP VIEW {quoted(name)} AS {sql}")

    def reach(self, connection: str) -> Warehouse:
        """The database behind a connection's name, opened once and closed with this engine."""
        if connection not in self._warehouses:
            from uplift.engine.connections import open_warehouse

            self._warehouses[connection] = open_warehouse(connection)
        return self._warehouses[connection]

    def load_csv(self, name: str, columns: Sequence[EngineColumn], path: Path) -> None:
        """Keep the rows of a CSV file that a warehouse wrote: values quoted, NULL bare, no header, one more column."""
        types = ", ".join(f"{text_literal(c.name)}: {text_literal(kept_as(c))}" for c in columns)
        end = ", ".join([types, "'_end': 'INTEGER'"] if types else ["'_end': 'INTEGER'"])
        reader = (
            f"read_csv({text_literal(_no_glob(path))}, auto_detect = false, header = false, delim = ',', quote = '\"', "
            f"escape = '\"', columns = {{{end}}}, nullstr = '', allow_quoted_nulls = false, strict_mode = true, "
            f"max_line_size = {LONGEST_LINE})"
        )
        self.materialize(name, f"SELECT * EXCLUDE (_end) FROM {reader}")

    def dump_csv(self, sql: str, path: Path) -> None:
        """Write the rows of a query as a CSV file: values quoted, NULL bare, no header."""
        self.run(f"COPY ({sql}) TO {text_literal(str(path))} (FORMAT csv, HEADER false, FORCE_QUOTE *, NULLSTR '')")

    def load(self, name: str, table: object) -> None:
        """Keep the rows of a table in memory: Arrow, pandas, polars, or a relation of another DuckDB connection."""
        self._connection.register("uplift_given", table)
        try:
            self.materialize(name, "SELECT * FROM uplift_given")
        finally:
            self._connection.unregister("uplift_given")

    def arrow(self, sql: str) -> Any:
        """The rows of a query as an Arrow table (needs pyarrow)."""
        return self._connection.sql(sql).to_arrow_table()

    def twins(self, relation: str, key: str) -> bool:
        """Whether two rows share a key; NULL is no key. False is certain; of texts True says that two hashes agree.

        Sorting in numpy takes a quarter of what counting different values takes here.
        """
        ((rows, kind),) = self.run(f"SELECT count({key}), typeof(any_value({key})) FROM {quoted(relation)}")
        number = f"CAST({key} AS BIGINT)" if kind in ("BIGINT", "INTEGER") else f"hash({key})"
        parts = int(str(rows)) // AT_ONCE + 1
        return any(
            self._done(
                self._any_twins,
                f"SELECT {number} AS number FROM {quoted(relation)} WHERE {key} IS NOT NULL"
                + (f" AND hash({key}) % {parts} = {part}" if parts > 1 else ""),
            )
            for part in range(parts)
        )

    def _any_twins(self, sql: str) -> bool:
        numbers = self._sorted(sql)
        return bool((numbers[1:] == numbers[:-1]).any())

    def keep_absent(self, name: str, wanted: str, known: str) -> None:
        """Keep the numbers (BIGINT) of one query that another lacks; all three have one column, `number`.

        Two sorted arrays are compared in half the time of a hash join with millions of rows on either side.
        """
        ((rows,),) = self.run(f"SELECT greatest((SELECT count(*) FROM ({wanted})), (SELECT count(*) FROM ({known})))")
        parts = int(str(rows)) // AT_ONCE + 1
        self.materialize(name, f"SELECT number FROM ({wanted}) AS w LIMIT 0")
        for part in range(parts):
            own = "WHERE number IS NOT NULL" + (f" AND hash(number) % {parts} = {part}" if parts > 1 else "")
            sqls = (f"SELECT number FROM ({query}) AS q {own}" for query in (wanted, known))
            self._done(self._append_absent, name, *sqls)

    def _append_absent(self, name: str, wanted: str, known: str) -> None:
        there = self._sorted(known)
        numbers = self._sorted(wanted)
        if there.size:
            numbers = numbers[there[there.searchsorted(numbers).clip(max=there.size - 1)] != numbers]
        self._connection.register("uplift_absent", {"number": numbers})
        try:
            self._connection.execute(f"INSERT INTO {quoted(name)} SELECT number FROM uplift_absent")
        finally:
            self._connection.unregister("uplift_absent")

    def _sorted(self, sql: str) -> NDArray[np.int64]:
        import numpy as np

        numbers = np.asarray(self._connection.execute(sql).fetchnumpy()["number"])
        numbers.sort()
        return numbers

    def materialize(self, name: str, sql: str) -> None:
        """Run a query once and keep its rows under a name until the engine closes."""
        self.run(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS {sql}")

    def save(self, sql: str, path: Path) -> None:
        """Run a query and write its rows to a Parquet file: written aside, then renamed."""
        self._save(sql, path, QUICK)

    def _save(self, sql: str, path: Path, compression: str) -> None:
        make_cache(path.parent)
        aside = aside_of(path)
        try:
            self.run(f"COPY ({sql}) TO {text_literal(str(aside))} (FORMAT parquet, COMPRESSION {compression})")
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)

    def register_files(self, name: str, paths: Sequence[Path], *, numbered: bool = False) -> None:
        """Give Parquet files of one schema a name; `numbered` adds `_row`, the position in the file from 1."""
        names = ", ".join(text_literal(_no_glob(path)) for path in paths)
        sql = f"SELECT * FROM read_parquet([{names}])"
        if numbered:
            sql = (
                "SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS _row "
                f"FROM read_parquet([{names}], file_row_number = true)"
            )
        import duckdb

        try:
            self.define(name, sql)
        except duckdb.Error as error:
            raise _unreadable(", ".join(path.name for path in paths), error) from error

    def convert_csv(self, layout: CsvLayout, columns: Sequence[str], path: Path) -> None:
        """Write the named columns as text to Parquet, in file order; a ragged row or a broken quote raises."""
        import duckdb

        types = ", ".join(f"{text_literal(name)}: 'VARCHAR'" for name in layout.header)
        quote = text_literal(layout.quote)
        reader = (
            f"read_csv({text_literal(_no_glob(layout.path))}, auto_detect = false, "
            f"delim = {text_literal(layout.delimiter)}, quote = {quote}, escape = {quote}, header = true, "
            f"skip = {layout.skip}, columns = {{{types}}}, strict_mode = true, null_padding = false, nullstr = '', "
            f"max_line_size = {LONGEST_LINE})"
        )
        wanted = ", ".join(map(quoted, columns))
        self.run("SET preserve_insertion_order = true")
        try:
            self._save(f"SELECT {wanted} FROM {reader}", path, "lz4")
        except duckdb.InvalidInputException as error:
            line = re.search(r"CSV Error on Line: (\d+)", str(error))
            raise BrokenCsvError(int(line[1]) if line else None, _first_line(error)) from error
        finally:
            self.run("SET preserve_insertion_order = false")

    def columns(self, name: str) -> tuple[EngineColumn, ...]:
        """The columns of a named relation."""
        return tuple(_column(str(row[0]), str(row[1])) for row in self.run(f"DESCRIBE {quoted(name)}"))

    def interrupt(self) -> None:
        """Stop the running statement (from another thread)."""
        self._connection.interrupt()

    def close(self) -> None:
        """Release everything."""
        for warehouse in self._warehouses.values():
            warehouse.close()
        self._worker.shutdown(wait=not self._left_alone)
        if not self._left_alone:
            self._connection.close()

    @property
    def _left_alone(self) -> bool:
        """Whether a statement still runs that was told to stop."""
        return self._left is not None and not self._left.done()


def _column(name: str, native: str) -> EngineColumn:
    if match := DECIMAL.fullmatch(native):
        return EngineColumn(name, "decimal", int(match[1]), native)
    return EngineColumn(name, PHYSICAL.get(native, "other"), None, native)


def kept_as(column: EngineColumn) -> str:
    """The type in which DuckDB keeps what another engine sends."""
    return f"DECIMAL(38, {column.decimals or 0})" if column.physical == "decimal" else KEPT[column.physical]


def _no_glob(path: Path) -> str:
    """The path as DuckDB reads it: characters that it would take for a pattern stand in brackets."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


@contextlib.contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn what a user can mend into plain words; what is left is a bug and keeps its traceback."""
    import duckdb

    try:
        yield
    except duckdb.InterruptException as error:
        raise CancelledError(
            Problem("UP582", "the query was interrupted", fix="run it again; nothing half-done was kept")
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise DataError(_disk_full() if "failed to offload" in str(error) else _out_of_memory()) from error
    except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
        raise NumberTooLargeError(
            Problem("UP583", f"a number does not fit: {_first_line(error)}", fix="declare fewer decimals")
        ) from error
    except duckdb.InvalidInputException as error:
        if found := re.search(r'Failed to read file "([^"]*)"', str(error)):
            raise _unreadable(Path(found[1]).name, error) from error
        raise
    except duckdb.IOException as error:
        if "No space left" in str(error):
            raise DataError(_disk_full(kept=ASIDE in str(error))) from error
        raise DataError(
            Problem(
                "UP581",
                f"a file can't be read or written: {_first_line(error)}",
                fix="check the file and the free disk space",
            )
        ) from error
    except duckdb.Error as error:
        if "TProtocolException" in str(error):  # the description at the end of a Parquet file makes no sense
            raise _unreadable("a file", error) from error
        raise


def _out_of_memory() -> Problem:
    return Problem(
        "UP580",
        "the engine needs more memory than it may use, even with files on disk",
        fix="allow it more in project.yml: engine: {memory_limit: 8GB}; or fewer threads: engine: {threads: 1}",
    )


def _disk_full(*, kept: bool = False) -> Problem:
    if kept:
        return Problem(
            "UP587",
            "the disk is full: a converted file or a table could not be written; nothing half is left of it",
            fix="free some space where the project's state is (`uplift gc --caches` removes what can be made again)",
        )
    return Problem(
        "UP587",
        "the disk is full: what did not fit into memory was to be kept there for a moment",
        fix="free some space, or name a folder on a larger disk in project.yml: engine: {temp_directory: /scratch}",
    )


def _unreadable(name: str, error: BaseException) -> DataError:
    """A Parquet file that is cut off, damaged or of another schema than its neighbours; no path is shown."""
    reason = "files of one source need the same columns" if "schema mismatch" in str(error) else "it is damaged"
    return DataError(Problem("UP520", f"{name} can't be read as Parquet: {reason}", fix="write the file again"))


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0]
