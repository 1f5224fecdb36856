"""Lists for the mail system: one CSV file per arm, the control's too."""

from __future__ import annotations

import codecs
import contextlib
import datetime
import shutil
from pathlib import Path

from uplift.assignment.bounded import bounded_engine
from uplift.assignment.decide import LEDGER
from uplift.engine.adapter import quoted, text_literal
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
    Held-out contacts are on no list. `bom` puts the mark before the text by which a spreadsheet knows UTF-8.

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
        ((listed,),) = engine.run(f"SELECT count(*) FROM {LEDGER} WHERE status = 'assigned' AND {day}")
        if not listed:
            return ()
        paths = []
        # All files are complete beside their places before the first one takes its name.
        for arm in experiment.arms:
            path = folder / f"{arm}{'' if only_new else '-all'}.csv"
            aside = lists.enter_context(written_aside(path))
            rows = (
                f"SELECT unit_id AS {quoted(_header(study))} FROM {LEDGER}"
                f" WHERE status = 'assigned' AND arm = {text_literal(arm)} AND {day} ORDER BY unit_id"
            )
            engine.run(
                f"COPY ({rows}) TO {text_literal(str(aside))} (FORMAT csv, HEADER, DELIMITER {text_literal(delimiter)})"
            )
            if bom:
                _mark(aside)
            paths.append(path)
    return tuple(paths)


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
