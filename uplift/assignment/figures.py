"""What was known of all customers when the first contacts were assigned: kept, for the next scoring replaces it."""

from __future__ import annotations

import datetime
from pathlib import Path

from uplift.results.customers_json import as_json, figures_in
from uplift.spec import Study
from uplift.store.files import write_text_atomic
from uplift.store.places import figures_path, scores_path


def keep_figures(study: Study, *, until: datetime.date) -> Path | None:
    """Copy the figures of `uplift score` to the experiment's results; None where there are none of that time.

    Figures that have seen more than what lies before the day `until` are not its. The first copy stays.
    """
    target = figures_path(study.root, study.experiment.id)
    if target.exists():
        return None
    note = _beside_scores(study)
    figures = None if note is None else figures_in(note)
    if figures is None or figures.as_of > until:
        return None
    write_text_atomic(target, as_json(figures))
    return target


def _beside_scores(study: Study) -> Path | None:
    """The figures beside the scores of the audience, or beside those that `uplift score` writes."""
    name = study.experiment.audience.scores
    if name is None:
        return scores_path(study.root).with_suffix(".json")
    file = study.source(name).file
    return None if file is None else (study.folder / file).with_suffix(".json")
