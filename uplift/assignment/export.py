"""Lists for the mail system: one CSV file per arm, the control's too, or one file with the arm as a column."""

from __future__ import annotations

import contextlib
import datetime
from dataclasses import dataclass
from pathlib import Path

from uplift.assignment.bounded import bounded_engine
from uplift.assignment.decide import LEDGER
from uplift.assignment.dialects import bucket_sql
from uplift.assignment.plan import active_holdout
from uplift.engine.adapter import Engine, quoted, text_literal
from uplift.engine.assigned import unit_key_sql
from uplift.engine.merges import open_merges, person_rows
from uplift.engine.sources import open_source
from uplift.errors import AssignmentError, Problem
from uplift.spec import Study
from uplift.store import Store, lists_folder, written_aside


@dataclass(frozen=True, slots=True)
class Layout:
    """What lists look like: one file per arm, or `one_file` with a column `arm`; further columns of the source.

    `encoding` is one of ENCODINGS; utf-8-sig is UTF-8 with the mark by which a spreadsheet knows it.
    """

    columns: tuple[str, ...] = ()
    one_file: bool = False
    delimiter: str = ","
    encoding: str = "utf-8"


ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16")
PLAIN = Layout()


def export_lists(
    study: Study, *, on: datetime.date, store: Store, only_new: bool = True, layout: Layout = PLAIN
) -> tuple[Path, ...]:
    """Write `lists/<id>/<on>/<arm>.csv` under the project's root, in the order of the arms; returns the paths.

    Each file has the id under the name of the id column and the columns that the layout names, sorted by id, `\\n` line
    ends; the control has a list too. With `one_file` it is `lists.csv`, with the arm beside the id. `only_new` lists
    the contacts that were assigned on the day `on`; else everybody assigned up to that day, in `<arm>-all.csv`.
    Held-out contacts are on no list: a holdout that began after a contact was assigned takes it off the list of all,
    though not out of the analysis. Merged contacts are listed once, under the id that they have now, in the arm that
    was given first.

    Where nobody was assigned on the day (or up to it) no file is written and no path returned. Raises AssignmentError:
    UP504 when the experiment has no ledger yet, UP826 for a layout that can't be written; DataError for the source.
    """
    experiment = study.experiment
    files = store.ledger.files(experiment.id)
    if not files:
        raise _nobody(study)
    _check_layout(study, layout)
    folder = lists_folder(study.root, experiment.id, on)
    with bounded_engine() as engine, contextlib.ExitStack() as lists:
        engine.register_files(LEDGER, files)
        engine.run("SET preserve_insertion_order = true")
        rows = listed_sql(study, engine, on=on, only_new=only_new)
        engine.define(_LISTED, _with_columns(study, engine, rows, layout.columns))
        ((lines,),) = engine.run(f"SELECT count(*) FROM {_LISTED}")
        if not lines:
            return ()
        paths = []
        chosen = "".join(f", {quoted(name)}" for name in layout.columns)
        # All files are complete beside their places before the first one takes its name.
        for name, where in _parts(study, layout):
            path = folder / f"{name}{'' if only_new else '-all'}.csv"
            aside = lists.enter_context(written_aside(path))
            arm = ", arm" if layout.one_file else ""
            columns = f"unit_id AS {quoted(_header(study))}{arm}{chosen}"
            engine.run(
                f"COPY (SELECT {columns} FROM {_LISTED}{where} ORDER BY unit_id) TO {text_literal(str(aside))}"
                f" (FORMAT csv, HEADER, DELIMITER {text_literal(layout.delimiter)})"
            )
            if layout.encoding != "utf-8":
                _recode(aside, layout.encoding, path.name)
            paths.append(path)
    return tuple(paths)


def listed_sql(study: Study, engine: Engine, *, on: datetime.date, only_new: bool) -> str:
    """Who is written to (unit_id, arm), over the ledger that the engine knows as LEDGER: merged ids are one contact.

    Without `only_new` everybody assigned up to the day, but for those whom a later holdout has taken off the lists.
    """
    day = f"CAST(assigned_at AS DATE) {'=' if only_new else '<='} DATE '{on}'"
    held = "" if only_new else _held_out_since(study, on, engine)
    listed = LEDGER
    if open_merges(engine, study) is not None:
        listed = _PERSONS
        key = unit_key_sql(study, "l.unit_id")
        engine.define(
            _PERSONS,
            "SELECT r.* EXCLUDE (unit_id), CAST(r.person AS VARCHAR) AS unit_id"
            f" FROM ({person_rows(study, key)}) AS r WHERE place = 1",
        )
    return f"SELECT unit_id, arm FROM {listed} WHERE status = 'assigned' AND {day}{held}"


def _parts(study: Study, layout: Layout) -> list[tuple[str, str]]:
    """The files with the condition on their rows."""
    if layout.one_file:
        return [("lists", "")]
    return [(arm, f" WHERE arm = {text_literal(arm)}") for arm in study.experiment.arms]


def _with_columns(study: Study, engine: Engine, rows: str, columns: tuple[str, ...]) -> str:
    """The listed contacts with columns of the source as it is today; who has left it has none."""
    unit = study.experiment.unit.id
    if not columns or not isinstance(unit, str):
        return rows
    table = open_source(engine, study, study.experiment.audience.source, needed={unit, *columns}, relation="listing")
    shown = ", ".join(f"any_value(CAST({quoted(name)} AS VARCHAR)) AS {quoted(name)}" for name in columns)
    known = f"SELECT CAST({quoted(unit)} AS VARCHAR) AS own_id, {shown} FROM {quoted(table.relation)} GROUP BY own_id"
    return f"SELECT l.*, k.* EXCLUDE (own_id) FROM ({rows}) AS l LEFT JOIN ({known}) AS k ON k.own_id = l.unit_id"


def _check_layout(study: Study, layout: Layout) -> None:
    problem = None
    taken = {_header(study), "arm"} & set(layout.columns)
    if layout.encoding not in ENCODINGS:
        problem = f"'{layout.encoding}' is no encoding of lists", f"choose one of {', '.join(ENCODINGS)}"
    elif len(layout.delimiter) != 1 or layout.delimiter in '"\r\n':
        problem = f"{layout.delimiter!r} can't separate columns", "give one character: , ; | or a tab"
    elif taken or len(set(layout.columns)) != len(layout.columns):
        named = ", ".join(sorted(taken)) or "a column"
        problem = f"{named} would stand in the list twice", "the id and the arm are there anyway"
    if problem is not None:
        raise AssignmentError(Problem("UP826", problem[0], fix=problem[1]))


_LISTED, _HELD, _PERSONS = "listed", "held_since", "listed_persons"


def _held_out_since(study: Study, on: datetime.date, engine: Engine) -> str:
    """A condition that leaves out who is in the experiment's holdout today, by what the source says today."""
    holdout, _ = active_holdout(study, on)
    unit = study.experiment.unit.id
    if holdout is None or not isinstance(unit, str):
        return ""
    table = open_source(engine, study, study.experiment.audience.source, needed={unit, holdout.unit})
    bucket = bucket_sql("duckdb", holdout.salt, "coalesce(nullif(holdout_unit, ''), unit_id)")
    engine.define(
        _HELD,
        f"SELECT unit_id FROM (SELECT CAST({quoted(unit)} AS VARCHAR) AS unit_id,"
        f" CAST({quoted(holdout.unit)} AS VARCHAR) AS holdout_unit FROM {quoted(table.relation)}) AS contacts"
        f" WHERE {bucket} BETWEEN {holdout.range.low} AND {holdout.range.high - 1}",
    )
    return f" AND unit_id NOT IN (SELECT unit_id FROM {_HELD} WHERE unit_id IS NOT NULL)"


def _header(study: Study) -> str:
    unit = study.experiment.unit.id
    return unit if isinstance(unit, str) else "row_number"


def _recode(path: Path, encoding: str, shown: str) -> None:
    """Write a UTF-8 file anew in another encoding; a letter that it lacks is refused (UP826)."""
    other = path.with_name(f"{path.name}-recoded")
    written = 0
    try:
        with path.open(encoding="utf-8", newline="") as plain, other.open("w", encoding=encoding, newline="") as target:
            for line in plain:
                target.write(line)
                written += 1
        other.replace(path)
    except UnicodeEncodeError as error:
        message = f"line {written + 1} of {shown} holds '{error.object[error.start]}', which {error.encoding} lacks"
        raise AssignmentError(Problem("UP826", message, fix="choose utf-8-sig, or leave that column out")) from None
    finally:
        other.unlink(missing_ok=True)


def _nobody(study: Study) -> AssignmentError:
    name = study.experiment.id
    return AssignmentError(
        Problem(
            "UP504",
            f"nobody was assigned to '{name}' yet, so there is nothing to list",
            fix=f"run `uplift assign {name}` first",
            place=study.document.place("id"),
        )
    )
