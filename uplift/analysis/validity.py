"""What else could make the arms unlike: spread, the time before, and splits within segments.

Each check asks something that a faultless experiment answers with «nothing» in all but one of a thousand runs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import ndtri

from uplift.analysis.comparison import Question, questions_of
from uplift.analysis.epochs import Epochs
from uplift.analysis.metrics import uses_of
from uplift.engine import Measurement, MetricSums
from uplift.results import Check, MetricResult
from uplift.spec import Study
from uplift.stats.arms import estimate_of
from uplift.stats.srm import srm_test

ALPHA = 0.001
UNLIKE_SPREAD = "UP627"
UNLIKE_BEFORE = "UP628"
SPLIT_IN_SEGMENT = "UP629"
LARGEST_RATIO = 4.0
"""Squared coefficients of variation of two arms further apart than this are told: one arm then decides the interval."""


def unlike_arms(
    study: Study, metrics: Sequence[MetricResult], measurement: Measurement, epochs: Epochs
) -> Iterator[Check]:
    """All checks of this module, in the order of the metrics."""
    for metric in metrics:
        use = next(use for role, use in uses_of(study) if (role, use.metric) == (metric.role, metric.name))
        questions = questions_of(study, use, measurement.metric(use.metric, use.window))
        yield from spread(metric, questions)
        if metric.role == "primary":
            yield from before(questions)
    primary = study.experiment.metrics.primary
    measured = measurement.metric(primary.metric, primary.window)
    yield from splits_in_segments(measured, epochs, smallest=study.project.defaults.privacy.smallest_group)


def spread(metric: MetricResult, questions: Sequence[Question]) -> Iterator[Check]:
    """UP627: the values of one arm vary far more than the other's, beyond what chance and the effect itself can do.

    Compared are coefficients of variation, which a treatment that raises everybody alike does not change. The ratio of
    their squares must be beyond four and beyond 3.3 of its standard errors (from the fourth moments).
    """
    if metric.kind in ("proportion", "quantile"):
        return
    for question in questions:
        control, treatment = (estimate_of(question.kind, m) for m in (question.control, question.treatment))
        if control is None or treatment is None or not (control.variance > 0 and treatment.variance > 0):
            continue
        if not (control.value > 0 and treatment.value > 0 and control.noise and treatment.noise):
            continue
        squared = [e.variance * e.n / e.value**2 for e in (control, treatment)]
        ratio = squared[1] / squared[0]
        error = math.sqrt(sum(e.noise / e.variance**2 for e in (control, treatment) if e.noise is not None))
        if abs(math.log(ratio)) > max(math.log(LARGEST_RATIO), error * -float(ndtri(ALPHA / 2))):
            wider = question.treatment_arm if ratio > 1 else question.control_arm
            facts = (("metric", metric.title), ("arm", wider), ("ratio", math.sqrt(max(ratio, 1 / ratio))))
            yield Check(UNLIKE_SPREAD, "warn", facts)


def before(questions: Sequence[Question]) -> Iterator[Check]:
    """UP628: the arms differed before the assignment in what the covariates measure.

    The difference of each covariate's mean within strata, tested at 0.001 over all covariates and arms. Contacts as
    units only: cluster totals of the past are not tested.
    """
    tested = sum(len(question.covariates) for question in questions)
    for question in questions:
        if question.clustered:
            continue
        for name in question.covariates:
            z = _difference(question, name)
            if z is not None and abs(z) > -float(ndtri(ALPHA / 2 / tested)):
                more = question.treatment_arm if z > 0 else question.control_arm
                yield Check(UNLIKE_BEFORE, "warn", (("covariate", name), ("arm", more), ("z", z)))


def _difference(question: Question, covariate: str) -> float | None:
    """z of the covariate's difference between the arms, strata weighted by n_c n_t / (n_c + n_t)."""
    top = bottom = 0.0
    for control, treatment in question.strata:
        if covariate not in control.columns or min(control.n, treatment.n) < 2:
            continue
        at = control.columns.index(covariate)
        weight = control.n * treatment.n / (control.n + treatment.n)
        variance = sum(float(m.second[at, at]) / (m.n - 1) / m.n for m in (control, treatment))
        top += weight * float(treatment.mean[at] - control.mean[at])
        bottom += weight**2 * variance
    return top / math.sqrt(bottom) if bottom > 0 and np.isfinite(top) else None


def splits_in_segments(measured: MetricSums, epochs: Epochs, *, smallest: int) -> Iterator[Check]:
    """UP629: within a declared segment the arms are not as large as planned, although they may be on the whole.

    Each group is tested against the weights, at 0.001 over all groups of all columns. Only contacts as units, in one
    weight epoch, and groups of at least `smallest` contacts.
    """
    if measured.clustered or epochs.number != 1 or not epochs.known:
        return
    weights = epochs.known[0][1]
    groups = []
    for column, values in measured.segments.items():
        for value, cells in values.items():
            counts = dict.fromkeys(weights, 0)
            for cell in cells:
                counts[cell.arm] += cell.contacts
            if sum(counts.values()) >= max(smallest, 2):
                groups.append((column, value, counts))
    for column, value, counts in groups:
        p_value = srm_test(list(counts.values()), list(weights.values())).p_value
        if p_value < ALPHA / len(groups):
            facts = (("segment", column), ("value", value or None), ("p", p_value))
            counted = tuple((f"observed {arm}", count) for arm, count in counts.items())
            yield Check(SPLIT_IN_SEGMENT, "warn", (*facts, *counted))
