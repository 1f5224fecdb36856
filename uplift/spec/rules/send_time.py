"""The block `send_time`: one treatment, so that it is clear whose hours are chosen."""

from __future__ import annotations

from collections.abc import Iterator

from uplift.errors import Problem
from uplift.spec.study import Study


def one_treatment_gets_its_own_slot(study: Study) -> Iterator[Problem]:
    """A control with slots by chance and one treatment with chosen ones."""
    experiment = study.experiment
    if experiment.send_time is not None and len(experiment.treatments) > 1:
        yield Problem(
            "UP680",
            f"a send-time campaign has one treatment, this one has {len(experiment.treatments)}",
            "keep two arms: the control with slots by chance, the treatment with chosen ones",
            study.document.place("send_time", of="key"),
        )


RULES = (one_treatment_gets_its_own_slot,)
