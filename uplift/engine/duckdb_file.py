"""A DuckDB file as a place where sources live: opened read-only, as it is."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from uplift.engine.adapter import Capabilities, Engine, EngineColumn, Period, Rows, quoted, text_literal
from uplift.engine.duckdb_engine import DuckDBEngine
from uplift.engine.native_sql import near_table, query_text, table_name
from uplift.errors import DataError, Problem
from uplift.spec.project import Source


class DuckDBFile:
    """The tables of a DuckDB file; what is sent to it or defined in it stays in memory."""

    def __init__(self, path: Path) -> None:
        import duckdb

        if not path.is_file():
            raise DataError(Problem("UP573", f"there is no DuckDB file '{path.name}'", fix="check the path"))
        self._engine = DuckDBEngine()
        self._sent: set[str] = set()
        try:
            self._engine.run(f"ATTACH {text_literal(str(path))} AS attached (READ_ONLY)")
            self._engine.run("USE attached")
        except (duckdb.Error, DataError) as error:
            self._engine.close()
            reason = "another process is writing it" if "lock" in str(error) else "it is damaged, or of a newer DuckDB"
            problem = Problem("UP573", f"'{path.name}' can't be opened: {reason}", fix="close the other program first")
            raise DataError(problem) from error

    def capabilities(self) -> Capabilities:
        """Name, version and types of this engine."""
        return self._engine.capabilities()

    def run(self, sql: str) -> Rows:
        """Run a statement."""
        return self._engine.run(sql)

    def define(self, name: str, sql: str) -> None:
        """Give a query a name."""
        self._engine.define(name, sql)

    def columns(self, name: str) -> tuple[EngineColumn, ...]:
        """The columns of a named relation."""
        return self._engine.columns(name)

    def relate(self, name: str, source: Source, between: Period | None) -> None:  # noqa: ARG002 - it skips blocks itself
        """Name the rows of a table or query of the file."""
        import duckdb

        native = f"SELECT * FROM {table_name(source.table)}" if source.table else query_text(source.query, "duckdb")
        try:
            self._engine.define(name, f"SELECT * FROM ({native}\n) AS q")
        except duckdb.CatalogException as error:
            known = self._engine.run(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'attached' UNION ALL "
                "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'attached' AND NOT internal"
            )
            first = str(error).splitlines()[0].removeprefix("Catalog Error: ")
            given = f'"{source.table}"' if source.table else first
            fix = near_table(given, [(str(s), str(t)) for s, t in known])
            raise DataError(Problem("UP576", f"the DuckDB file says: {first}", fix=fix)) from error
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise DataError(Problem("UP577", f"the DuckDB file refuses: {first}", fix="correct the query")) from error

    def bring(self, sql: str, columns: Sequence[EngineColumn], into: Engine, name: str) -> None:  # noqa: ARG002 - Parquet knows them
        """Run a query here and keep its rows in another engine."""
        with tempfile.TemporaryDirectory(prefix="uplift-") as folder:
            path = Path(folder) / "rows.parquet"
            self._engine.save(sql, path)
            into.register_files("brought_rows", [path])
            into.materialize(name, "SELECT * FROM brought_rows")

    def send(self, name: str, columns: Sequence[EngineColumn], sql: str, out_of: Engine) -> None:  # noqa: ARG002 - Parquet knows them
        """Keep the rows of another engine's query in memory beside the file."""
        with tempfile.TemporaryDirectory(prefix="uplift-") as folder:
            path = Path(folder) / "rows.parquet"
            out_of.save(sql, path)
            self._engine.register_files("sent_rows", [path])
            self._engine.run(f"CREATE OR REPLACE TEMP TABLE {quoted(name)} AS SELECT * FROM sent_rows")
        self._sent.add(name)

    def has(self, name: str) -> bool:
        """Whether a relation of this name was sent."""
        return name in self._sent

    def interrupt(self) -> None:
        """Stop the running statement."""
        self._engine.interrupt()

    def close(self) -> None:
        """Release the file."""
        self._engine.close()
