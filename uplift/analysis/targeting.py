"""What `uplift target` found last about an experiment: a later analysis keeps it, so that the report still shows it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

from uplift.errors import Problem, StateError
from uplift.results.json_form import targeting_from_json
from uplift.results.targeting import TargetingReading
from uplift.spec import Study
from uplift.store.places import targeting_path

Notice = Callable[[Problem], None]


def kept_targeting(study: Study, *, as_of: datetime.date, notice: Notice) -> TargetingReading | None:
    """The newest reading that saw no later data than the day `as_of`; None where there is none.

    What saw less than the result says so itself (`read_from`), and the report repeats it. A file that can't be read is
    a notice (UP736): the analysis does not depend on it.
    """
    folder = targeting_path(study.root, study.experiment.id, as_of).parent.parent
    days = sorted((day for path in folder.glob("*/targeting.json") if (day := _day(path)) is not None), reverse=True)
    for day in days:
        if day > as_of:
            continue
        path = targeting_path(study.root, study.experiment.id, day)
        try:
            return targeting_from_json(path.read_bytes(), origin=str(path.relative_to(study.root)))
        except StateError as error:
            for problem in error.problems:
                notice(Problem(problem.code, problem.message, problem.fix, problem.place, "warning"))
    return None


def _day(path: Path) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(path.parent.name)
    except ValueError:
        return None
