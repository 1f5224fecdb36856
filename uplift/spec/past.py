"""What variance reduction (CUPED) may use of a contact's past, as `design.baselines` names it."""

from __future__ import annotations

from dataclasses import replace

from uplift.spec.quantities import Duration
from uplift.spec.study import Study


def past_of(study: Study, window: Duration | None) -> tuple[str, ...]:
    """The metric's own past (`past 30d`) where it has one, then the declared covariates.

    A metric without a window is a column of a wide file: it has no past. The engine measures with the same
    (`uplift.engine.plan`), whether or not the design asks for variance reduction.
    """
    design = study.experiment.design
    days = (design.lookback or window) if window is not None else None
    own = () if days is None else (f"past {days.days}d",)
    return (*own, *design.covariates)


def with_the_past(study: Study) -> Study:
    """The same study with variance reduction, whether or not it asks for it: what would the past bring?"""
    design = study.experiment.design.model_copy(update={"variance_reduction": "cuped"})
    return replace(study, experiment=study.experiment.model_copy(update={"design": design}))
