"""The contract for recommendations of any system: a file of (id, item, score, scored_on, score_model), checked."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from uplift.engine.adapter import Engine, quoted
from uplift.engine.csvfile import open_csv
from uplift.errors import DataError, Place, Problem
from uplift.spec.study import Study

NEEDED = ("item", "score", "scored_on", "score_model")
TOLD = 5  # problems of one kind that are shown
GIVEN, ROWS = "given_lists", "given_rows"


@dataclass(frozen=True, slots=True)
class GivenLists:
    """A file that keeps the contract: relation GIVEN (unit, item, score, rank), all of one day and one model."""

    scored_on: datetime.date
    model: str
    rows: int
    customers: int


def read_lists(engine: Engine, study: Study, file: Path, work: Path, *, as_of: datetime.date) -> GivenLists:
    """Check a CSV or Parquet file line by line and rank its items. Raises DataError (UP686) with the places."""
    wanted = study.project.customers
    assert wanted is not None
    assert wanted.products is not None
    name = str(study.source(wanted.products.source).id)
    shown = str(file)
    columns = _open(engine, file, shown, work)
    if missing := [column for column in (name, *NEEDED) if column not in columns]:
        message = f"missing: {', '.join(missing)}; the columns are {', '.join(columns)}"
        raise DataError(Problem("UP686", message, f"needed are {name}, {', '.join(NEEDED)}", Place(shown, 1)))
    tests = (
        (name, f"coalesce(trim({quoted(name)}), '') = ''", "no id", "every row names its contact"),
        ("item", "coalesce(trim(item), '') = ''", "no item", "every row names what it recommends"),
        (
            "score",
            "TRY_CAST(score AS DOUBLE) IS NULL OR NOT isfinite(TRY_CAST(score AS DOUBLE))",
            "is no number",
            "write the score with a decimal point; more is better",
        ),
        ("scored_on", "TRY_CAST(scored_on AS DATE) IS NULL", "is no date", "write the day as YYYY-MM-DD"),
        ("score_model", "coalesce(trim(score_model), '') = ''", "no model", "name the model and its version"),
    )
    problems: list[Problem] = []
    for column, wrong, what, fix in tests:
        at = columns.index(column) + 1
        rows = engine.run(f"SELECT line, {quoted(column)} FROM {ROWS} WHERE {wrong} ORDER BY line")
        for line, value in rows[:TOLD]:
            said = f"{column} {what}" if value in (None, "") else f"{column} '{value}' {what}"
            problems.append(Problem("UP686", said, fix, Place(shown, int(str(line)), at)))
        if len(rows) > TOLD:
            problems.append(Problem("UP686", f"and {len(rows) - TOLD:,} more rows: {column} {what}", fix, Place(shown)))
    if problems:
        raise DataError(*problems)
    twice = engine.run(
        f"SELECT max(line), min(line), {quoted(name)}, item FROM {ROWS} GROUP BY 3, 4 HAVING count(*) > 1 ORDER BY 1"
    )
    for line, before, unit, item in twice[:TOLD]:
        message = f"contact '{unit}' has item '{item}' here and in line {before}"
        problems.append(Problem("UP686", message, "one row per contact and item", Place(shown, int(str(line)))))
    days = engine.run(f"SELECT CAST(scored_on AS DATE) AS d, min(line) FROM {ROWS} GROUP BY d ORDER BY 2")
    models = engine.run(f"SELECT trim(score_model) AS m, min(line) FROM {ROWS} GROUP BY m ORDER BY 2")
    for found, column, fix in (
        (days, "scored_on", "one file is of one day"),
        (models, "score_model", "one file is of one model"),
    ):
        if len(found) > 1:
            message = f"{column} is {found[1][0]} here and {found[0][0]} before"
            place = Place(shown, int(str(found[1][1])), columns.index(column) + 1)
            problems.append(Problem("UP686", message, f"split the file: {fix}", place))
    if not days:
        problems.append(Problem("UP686", "the file has no rows", "export the lists again", Place(shown)))
    elif isinstance(days[0][0], datetime.date) and days[0][0] > as_of:
        message = f"scored_on {days[0][0]} lies after {as_of}"
        problems.append(Problem("UP686", message, "write the day whose morning the model knew", Place(shown, 2)))
    if problems:
        raise DataError(*problems)
    engine.materialize(
        GIVEN,
        f"SELECT trim({quoted(name)}) AS unit, trim(item) AS item, CAST(score AS DOUBLE) AS score, row_number() OVER "
        f"(PARTITION BY trim({quoted(name)}) ORDER BY CAST(score AS DOUBLE) DESC, item) AS rank FROM {ROWS}",
    )
    ((rows_, customers),) = engine.run(f"SELECT count(*), count(DISTINCT unit) FROM {GIVEN}")
    day = days[0][0]
    assert isinstance(day, datetime.date)
    return GivenLists(day, str(models[0][0]), int(str(rows_)), int(str(customers)))


def _open(engine: Engine, file: Path, shown: str, work: Path) -> list[str]:
    """All columns as text in the relation ROWS, each with its line (a CSV's header is line 1); the columns' names."""
    if not file.is_file():
        raise DataError(Problem("UP686", "there is no such file", "give a .csv or .parquet file", Place(shown)))
    first_line, parquet = 0, file
    if file.suffix != ".parquet":
        table = open_csv(engine, file, shown=shown, dialect=None, needed=None, cache=work)
        first_line, parquet = table.text.skip + 1, table.parquet
    engine.register_files("given_file", [parquet], numbered=True)
    names = [column.name for column in engine.columns("given_file") if column.name != "_row"]
    texts = ", ".join(f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}" for name in names)
    engine.materialize(ROWS, f"SELECT {texts}, _row + {first_line} AS line FROM given_file")
    return names
