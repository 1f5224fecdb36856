"""Named queries of a database in which we may create nothing: each statement carries the relations that it reads.

A view would need a right that a reader does not have (nor a standby server gives). So a name stands for text, and a
statement begins with `WITH` the relations that it reads, and those that these read.
"""

from __future__ import annotations

from uplift.engine.adapter import quoted
from uplift.engine.dialects import relations_in, translated


class Relations:
    """Names and the queries behind them, in one dialect."""

    def __init__(self, dialect: str) -> None:
        self._dialect = dialect
        self._texts: dict[str, str] = {}
        self._reads: dict[str, tuple[str, ...]] = {}

    def name_native(self, name: str, text: str) -> None:
        """Name a query that is written in the dialect already; it reads nothing that is named here."""
        self._texts[name], self._reads[name] = text, ()

    def name(self, name: str, sql: str) -> None:
        """Name a query of the portable core, replacing what had the name."""
        self._texts[name], self._reads[name] = translated(sql, self._dialect), relations_in(sql)

    def statement(self, sql: str) -> str:
        """A statement of the portable core in the dialect, with every relation that it needs."""
        needed: dict[str, None] = {}

        def need(names: tuple[str, ...]) -> None:
            for name in names:
                if name in self._texts and name not in needed:
                    need(self._reads[name])
                    needed[name] = None

        need(relations_in(sql))
        text = translated(sql, self._dialect)
        if not needed:
            return text
        mark = "`" if self._dialect in ("spark", "databricks", "bigquery") else '"'
        named = (f"{quoted(name).replace(chr(34), mark)} AS ({self._texts[name]})" for name in needed)
        return f"WITH {', '.join(named)} {text}"
