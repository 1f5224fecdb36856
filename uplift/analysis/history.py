"""This run in the light of the programme's earlier ones: pooled, shrunken, and as a bet."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import replace

from uplift.analysis.comparison import log_standard_error
from uplift.design.programme import past_runs, run_of
from uplift.results import ExperimentFacts, History, MetricResult, ProgrammeRun, Uplift
from uplift.spec import Study
from uplift.stats.bayes import posterior, read_belief
from uplift.stats.meta import FEWEST_RUNS, TOO_FEW_RUNS, pool, programme_belief, shrink


def history_of(
    study: Study, facts: ExperimentFacts, primary: MetricResult, *, as_of: datetime.date
) -> tuple[History, ...]:
    """One history per treatment that the programme has tried before; none without earlier closed runs."""
    if facts.programme is None:
        return ()
    past = past_runs(study, by=as_of)
    only = len(study.experiment.treatments) == 1
    found = []
    for uplift in primary.uplifts:
        earlier = [run for one in past if (run := one.like(uplift.treatment.arm, only=only)) is not None]
        if earlier:
            found.append(_history(facts, primary, uplift, earlier, as_of))
    return tuple(found)


def _history(
    facts: ExperimentFacts,
    primary: MetricResult,
    uplift: Uplift,
    earlier: Sequence[ProgrammeRun],
    as_of: datetime.date,
) -> History:
    assert facts.programme is not None
    current = _current(facts, uplift, as_of)
    runs = (*earlier, *([current] if current else []))
    effects, errors = [run.log_ratio for run in runs], [run.standard_error for run in runs]
    pooled = pool(effects, errors) if len(runs) > 1 else None
    told = History(
        programme=facts.programme,
        metric=primary.name,
        runs=runs,
        treatment=uplift.treatment.arm,
        pooled=None if pooled is None else math.expm1(pooled.mean),
        pooled_interval=None if pooled is None else pooled.relative_interval,
        prediction_interval=None if pooled is None else pooled.relative_prediction,
        between_runs_sd=None if pooled is None else math.sqrt(pooled.tau2),
    )
    if current is None:
        return replace(told, refusal=uplift.refusal)
    belief = programme_belief(effects[:-1], errors[:-1])
    if len(runs) < FEWEST_RUNS or belief is None:
        return replace(told, refusal=TOO_FEW_RUNS)
    own = shrink(effects, errors)[-1]
    after = posterior(belief, estimate=current.log_ratio, standard_error=current.standard_error)
    bet = read_belief(after, better=primary.better)
    return replace(
        told,
        shrunken=own.uplift,
        shrunken_interval=own.interval,
        chance_better=bet.chance_better,
        loss_if_shipped=bet.loss_if_shipped,
        loss_if_stopped=bet.loss_if_stopped,
    )


def _current(facts: ExperimentFacts, uplift: Uplift, as_of: datetime.date) -> ProgrammeRun | None:
    """This run as one of the programme's; None while it has no verdict or no two-sided interval."""
    error = log_standard_error(uplift)
    if uplift.direction == "refused" or error is None or uplift.relative is None:
        return None
    return run_of(
        experiment=facts.id,
        title=facts.title,
        version=facts.version,
        start=facts.start,
        as_of=as_of,
        relative=uplift.relative,
        interval=uplift.relative_interval if abs(uplift.confidence - 0.95) < 1e-9 else None,
        standard_error=error,
        current=True,
    )
