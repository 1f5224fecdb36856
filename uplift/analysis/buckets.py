"""The second road to the interval: every comparison resampled over 1,000 random buckets of contacts.

No formula for a variance is on it, no covariance, no power sum: only how much buckets differ. Where it does not arrive
at the same standard error, something is wrong with the numbers and not with the experiment.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from uplift.analysis.comparison import (
    Question,
    Terms,
    adjustment,
    answer,
    groups_of,
    log_standard_error,
    questions_of,
)
from uplift.analysis.metrics import uses_of
from uplift.engine import Measurement, MetricSums
from uplift.engine.buckets import BUCKETS, BucketSums
from uplift.results import Check, MetricResult, Uplift
from uplift.spec import Study, spec_hash
from uplift.stats.arms import estimate_of
from uplift.stats.buckets import REPLICATES, Recipe, Weights, bucket_bootstrap, bucket_jackknife, bucket_weights

SECOND_ROAD = "UP638"
AGREES = 0.2
"""Standard errors further apart than this are told: nine times what 1,000 buckets stray (2.2%), for a few heavy
contacts of a small arm can share a bucket. An interval that is a fifth too short covers 88% instead of 95%."""


def second_road(
    study: Study, metrics: Sequence[MetricResult], measurement: Measurement, *, terms: Terms
) -> Iterator[Check]:
    """UP638: «ok» with the bootstrap interval of the primary metric, a warning for each comparison that disagrees.

    Comparisons without a verdict, quantiles, and uplifts that are not above −100% have no second road. The draws are
    seeded with the hash of what was decided: the same data give the same interval.
    """
    cube = measurement.buckets
    if cube is None:
        return
    seed = int(spec_hash(study)[:16], 16)
    draws = {
        arm: bucket_weights(BUCKETS, rng=np.random.default_rng([seed, number]))
        for number, arm in enumerate(study.experiment.arms)
    }
    uses = {use.metric: use for _, use in uses_of(study)}
    for metric in metrics:
        measured = measurement.metric(metric.name, metric.window_days)
        sums = cube.metrics.get(measured.key)
        if sums is None or metric.kind == "quantile":
            continue
        for question in questions_of(study, uses[metric.name], measured):
            found = metric.uplift(question.treatment_arm)
            if found.direction == "refused" or found.relative is None or not found.relative > -1:
                continue
            check = _check(metric, question, measured, sums, draws, found, terms)
            if check is not None:
                several = len(study.experiment.treatments) > 1
                yield check if several else replace(check, facts=check.facts[:1] + check.facts[2:])


def _check(
    metric: MetricResult,
    question: Question,
    measured: MetricSums,
    sums: BucketSums,
    draws: Mapping[str, Weights],
    uplift: Uplift,
    terms: Terms,
) -> Check | None:
    """The check of one comparison; None without a second road, or where another metric than the primary agrees."""
    formula = formula_error(question, terms)
    groups = groups_of(measured, control=question.control_arm, treatment=question.treatment_arm)
    recipe = recipe_of(question, terms)
    width = None if len(recipe.slopes[0]) else 1 + recipe.core  # without slopes the covariates' sums are not read
    arms = [
        sums.arm(name, [group.keys for group in groups])[..., :width]
        for name in (question.control_arm, question.treatment_arm)
    ]
    jackknife = bucket_jackknife(arms[0], arms[1], recipe)
    if formula is None or jackknife is None:
        return None
    apart = jackknife / formula - 1
    agrees = abs(math.log1p(apart)) <= math.log1p(AGREES)
    if agrees and metric.role != "primary":
        return None
    alpha = (1 - uplift.confidence) * (2 if terms.sides == 1 else 1)
    weights = draws[question.control_arm], draws[question.treatment_arm]
    interval = bucket_bootstrap(arms[0], arms[1], recipe, weights=weights, alpha=alpha).interval
    low, high = (None, None) if interval is None else (interval.low, interval.high)
    if terms.sides == 1:
        low, high = (low, None) if question.better == "up" else (None, high)
    facts = (
        ("metric", metric.title),
        ("arm", question.treatment_arm),
        ("low", low),
        ("high", high),
        ("apart", apart),
        ("tolerance", AGREES),
        ("buckets", BUCKETS),
        ("replicates", REPLICATES),
    )
    return Check(SECOND_ROAD, "ok" if agrees else "warn", facts)


def formula_error(question: Question, terms: Terms) -> float | None:
    """The standard error of the log ratio from power sums; None where a value isn't positive or nothing varies.

    Of contacts or clusters in one stratum from the variances of both arms, else from the width of the interval.
    """
    if len(question.strata) == 1 and adjustment(question, terms) is None:
        kind = "ratio" if question.clustered else question.kind
        found = [estimate_of(kind, moments) for moments in question.strata[0]]
        parts = [e.variance / e.value**2 for e in found if e is not None and e.value > 0]
        return math.sqrt(sum(parts)) if len(parts) == 2 and sum(parts) > 0 else None
    own = replace(terms, sides=2, interval="auto", levels={})
    return log_standard_error(answer(question, own, terms.alpha))


def recipe_of(question: Question, terms: Terms) -> Recipe:
    """How the comparison's value follows from sums: the weights of its strata and the slopes of its covariates."""
    core = 2 if question.clustered or question.kind == "ratio" else 1
    control, treatment = (np.array([m.n for m in arm], dtype=np.float64) for arm in zip(*question.strata, strict=True))
    adjusted = adjustment(question, terms)
    matched = question.kind == "proportion" and not question.clustered and adjusted is None
    size = control * treatment / (control + treatment) if matched else control + treatment
    nothing = np.zeros(0)
    slopes = (nothing, nothing) if adjusted is None else tuple(np.array(arm) for arm in adjusted.slopes)
    return Recipe(core, size / size.sum(), treatment / (control + treatment), (slopes[0], slopes[1]))
