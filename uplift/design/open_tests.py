"""The experiments that are not closed, as the index of all reports lists them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from uplift.design.assessment import assess
from uplift.results.portfolio import OpenTest
from uplift.spec.load import examine
from uplift.spec.scalars import titled


def open_tests(paths: Sequence[Path], *, today: datetime.date) -> tuple[OpenTest, ...]:
    """Every experiment below these paths that can be read and is not closed, in order of ids."""
    found = []
    for file in examine(paths):
        study = file.study
        if study is None or study.experiment.status == "closed":
            continue
        experiment, assessed = study.experiment, assess(study, today=today)
        status: Literal["enough", "short", "unknown"] = "unknown"
        if assessed.enough is not None:
            status = "enough" if assessed.enough else "short"
        found.append(
            OpenTest(
                experiment=experiment.id,
                title=titled(experiment.title, experiment.id, study.project.language),
                owner=experiment.owner,
                status=experiment.status,
                start=experiment.schedule.start,
                read_out=assessed.read_out,
                design=status,
                power=assessed.power,
                required=assessed.required,
            )
        )
    return tuple(sorted(found, key=lambda test: test.experiment))
