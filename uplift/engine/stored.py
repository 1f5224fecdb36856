"""A stored relation as its columns are read: needs, readings, local times, and where a bad value stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from uplift.engine.adapter import EngineColumn, Queries, quoted, text_literal
from uplift.engine.expression_sql import ColumnType
from uplift.engine.expressions import Type
from uplift.engine.text_forms import shown_value
from uplift.errors import DataError, Place, Problem
from uplift.spec.project import Column, Source


@dataclass(frozen=True, slots=True)
class Found:
    """A value and the line of the file on which it first stands."""

    value: str
    line: int | None


Locate = Callable[[str, frozenset[str]], Found | None]


@dataclass(frozen=True, slots=True)
class Need:
    """A column that somebody reads: as which type, and for a number the decimals that are expected at least."""

    column: str
    type: Type
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A typed column: its SQL over the stored relation."""

    column: str
    type: ColumnType
    sql: str


@dataclass(slots=True)
class Stored:
    """A stored relation and how to say where a bad value stands."""

    engine: Queries
    relation: str
    name: str
    shown: str
    source: Source
    timezone: str
    columns: Mapping[str, EngineColumn]
    locate: Locate
    private: frozenset[str] = frozenset()
    notices: list[Problem] = field(default_factory=list)


def wanted_decimals(need: Need, declared: Column | None) -> int | None:
    """The decimals that a number has to have: declared, expected by its metric, or (None) to be found in the data."""
    if declared is not None and declared.type == "integer":
        return 0
    if declared is not None and declared.decimals is not None:
        return max(declared.decimals, need.decimals or 0)
    return need.decimals


def local_time(stored: Stored, sql: str, column: EngineColumn) -> str:
    """A time as the project's local time: zoned times are converted, naive ones belong to the source's zone."""
    project = text_literal(stored.timezone)
    own = stored.source.timezone or stored.timezone
    if column.physical == "timestamptz":
        return f"timezone({project}, {sql})"
    if column.physical == "date":
        return f"CAST({sql} AS TIMESTAMP)"
    naive = f"CAST({sql} AS TIMESTAMP)"
    return naive if own == stored.timezone else f"timezone({project}, timezone({text_literal(own)}, {naive}))"


REPAIR = "correct or empty the value in the file, or declare the column's type in the source"


def refuse_values(
    stored: Stored, column: str, shown: str, good: str, what: str, *, code: str = "UP528", fix: str = REPAIR
) -> None:
    """Raise DataError when a value that is there is not good; its place, the value and how many there are."""
    c = quoted(column)
    bad_sql = f"{c} IS NOT NULL AND ({good}) IS NOT TRUE"
    total, bad = stored.engine.run(
        f"SELECT count({c}), count(CASE WHEN {bad_sql} THEN 1 END) FROM {quoted(stored.relation)}"
    )[0]
    if not bad:
        return
    value, place = example(stored, column, shown, bad_sql)
    count = "" if bad == 1 else f" ({bad:,} of {total:,} values are not)"
    raise DataError(
        Problem(
            code,
            f"'{value}' in column '{column}' is not {what}{count}",
            fix=fix,
            place=place,
        )
    )


def example(stored: Stored, column: str, shown: str, bad: str) -> tuple[str | None, Place]:
    """One offending value (masked where it could be personal) and where it stands first among those looked for."""
    rows = stored.engine.run(
        f"SELECT DISTINCT {shown} AS v FROM {quoted(stored.relation)} WHERE {bad} ORDER BY v LIMIT 1000"
    )
    values = frozenset(str(row[0]) for row in rows if row[0] is not None)
    if not values:
        return None, Place(stored.shown)
    private = column in stored.private
    found = stored.locate(column, values) or Found(min(values), None)
    return shown_value(found.value, private=private), Place(stored.shown, found.line)
