"""Would the scores of the audience know the future? Judged from the note that `uplift score` leaves beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from uplift.errors import Problem
from uplift.spec.study import Study


def newer_scores(study: Study) -> Iterator[Problem]:
    """UP669 when the table was scored after the one day on which contacts are drawn; rolling entry is judged then."""
    experiment = study.experiment
    name = experiment.audience.scores
    if name is None or experiment.audience.entry != "snapshot" or experiment.status in ("running", "closed"):
        return
    file = study.source(name).file
    if file is None:
        return
    try:
        told = json.loads((study.folder / file).with_suffix(".json").read_text("utf-8"))
        scored_on = str(told["as_of"])
    except (OSError, ValueError, KeyError, TypeError):
        return  # not scored yet, or by another system: the assignment looks at the rows themselves
    start = experiment.schedule.start.isoformat()
    if scored_on > start:
        yield Problem(
            "UP669",
            f"the scores of source {name} are of {scored_on}: they know what happened after the assignment on {start}",
            f"score as of that day: uplift score --as-of {start}; or move schedule.start",
            study.document.place("audience", "scores"),
        )
