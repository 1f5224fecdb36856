"""Lists for the mail system: one CSV file per arm, the control's too."""

from __future__ import annotations

import codecs
import contextlib
import datetime
import shutil
from pathlib import Path

from uplift.assignment.bounded import bounded_engine
from uplift.assignment.decide import LEDGER
from uplift.assignment.dialects import bucket_sql
from uplift.assignment.plan import active_holdout
from uplift.engine.adapter import Engine, quoted, text_literal
from uplift.engine.sources import open_source
from uplift.errors import AssignmentError, Problem
from uplift.spec import Study
from uplift.store import Store, lists_folder, written_aside


def export_lists(
    study: Study,
    *,
    on: datetime.date,
    store: Store,
    only_new: bool = True,
    delimiter: str = ",",
    bom: bool = False,
) -> tuple[Path, ...]:
    """Write `lists/<id>/<on>/<arm>.csv` under the project's root, in the order of the arms; returns the paths.

    Each file has one column under the name of the id column, UTF-8, sorted, `\\n` line ends. `only_new` lists the
    contacts that were assigned on the day `on`; else everybody assigned up to that day, in files `<arm>-all.csv`.
    Held-out contacts are on no list: a holdout that began after a contact was assigned takes it off the list of all,
    though not out of the analysis. `bom` puts the mark before the text by which a spreadsheet knows UTF-8.

    Where nobody was assigned on the day (or up to it) no file is written and no path returned. Raises AssignmentError
    (UP504) when the experiment has no ledger yet.
    """
    experiment = study.experiment
    files = store.ledger.files(experiment.id)
    day = f"CAST(assigned_at AS DATE) {'=' if only_new else '<='} DATE '{on}'"
    if not files:
        raise _nobody(study)
    folder = lists_folder(study.root, experiment.id, on)
    with bounded_engine() as engine, contextlib.ExitStack() as lists:
        engine.register_files(LEDGER, files)
        engine.run("SET preserve_insertion_order = true")
        held = "" if only_new else _held_out_since(study, on, engine)
        engine.define(_LISTED, f"SELECT unit_id, arm FROM {LEDGER} WHERE status = 'assigned' AND {day}{held}")
        ((listed,),) = engine.run(f"SELECT count(*) FROM {_LISTED}")
        if not listed:
            return ()
        paths = []
        # All files are complete beside their places before the first one takes its name.
        for arm in experiment.arms:
            path = folder / f"{arm}{'' if only_new else '-all'}.csv"
            aside = lists.enter_context(written_aside(path))
            rows = (
                f"SELECT unit_id AS {quoted(_header(study))} FROM {_LISTED}"
                f" WHERE arm = {text_literal(arm)} ORDER BY unit_id"
            )
            engine.run(
                f"COPY ({rows}) TO {text_literal(str(aside))} (FORMAT csv, HEADER, DELIMITER {text_literal(delimiter)})"
            )
            if bom:
                _mark(aside)
            paths.append(path)
    return tuple(paths)


_LISTED, _HELD = "listed", "held_since"


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


def _mark(path: Path) -> None:
    """Put the UTF-8 mark before the text of a file."""
    marked = path.with_name(f"{path.name}-marked")
    try:
        with path.open("rb") as plain, marked.open("wb") as target:
            target.write(codecs.BOM_UTF8)
            shutil.copyfileobj(plain, target)
        marked.replace(path)
    finally:
        marked.unlink(missing_ok=True)


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
