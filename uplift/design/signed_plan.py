"""The plan as it is signed: sizes, power, dates, the interval of each comparison and the bounds of each look."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from uplift.design.assessment import Assessment, assess
from uplift.design.question import asked_interval
from uplift.design.timeline import information_fractions
from uplift.spec.lock import ArmPlan, IntervalPlan, LookPlan, SignedPlan
from uplift.spec.rules.metrics import uses
from uplift.spec.study import Study

_DIGITS = 6  # significant: the last bits of a power differ between processors, and signed bytes must not


def signed_plan(study: Study, *, today: datetime.date) -> SignedPlan:
    """What the numbers of the design say today."""
    found = assess(study, today=today)
    have = {} if found.control is None else {found.control.arm: found.control.contacts}
    have |= {arm.arm: arm.contacts for arm in found.treatments}
    baseline = found.baseline
    return SignedPlan(
        metric=found.metric,
        mde=str(found.mde),
        required_power=found.required,
        power=_rounded(found.power),
        detectable=None if found.detectable is None else str(found.detectable),
        alpha=found.alpha,
        level=_rounded(found.level),
        baseline=None if baseline is None else _rounded(baseline.value),
        baseline_source=None if baseline is None else baseline.label,
        audience=found.audience,
        arms=tuple(ArmPlan(name, have.get(name)) for name in study.experiment.arms),
        enrolment_ends=found.enrolment_ends,
        read_out=found.read_out,
        intervals=tuple(_intervals(study)),
        looks=tuple(_looks(study, found)),
    )


def _intervals(study: Study) -> Iterator[IntervalPlan]:
    """The method of every comparison."""
    from uplift.stats.effects import preferred_method

    experiment = study.experiment
    arms, asked = experiment.arms, asked_interval(study)
    for metric in dict.fromkeys(use.metric for _, use in uses(study)):
        kind = study.metric(metric).kind
        for arm in experiment.treatments:
            low, high = sorted((arms[experiment.control].weight, arms[arm].weight))
            ratio = float(high / low) if low else None
            if kind != "quantile":
                yield IntervalPlan(metric, arm, preferred_method(kind, asked, ratio))


def _looks(study: Study, found: Assessment) -> Iterator[LookPlan]:
    """Every look with its bounds at the α of one comparison; the read-out is the last."""
    sequential = study.experiment.design.sequential
    if sequential is None or not found.looks:
        return
    import math

    from uplift.stats.boundaries import spending_boundaries
    from uplift.stats.spending import spending_function

    fractions = information_fractions(found.looks)
    alpha = found.alpha / found.comparisons if found.correction != "none" else found.alpha
    sides = study.experiment.design.sides
    bounds = spending_boundaries(spending_function(sequential.spending), fractions, alpha=alpha, sides=sides)
    for fraction, bound in zip(fractions, bounds, strict=True):
        look = next((look for look in found.looks if float(look.mature) == fraction), None)
        yield LookPlan(
            name=look.name if look else "read-out",
            on=look.day if look else found.read_out,
            information=_digits(fraction),
            upper=_digits(bound.upper) if math.isfinite(bound.upper) else None,
            lower=_digits(bound.lower) if math.isfinite(bound.lower) else None,
        )


def _digits(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")


def _rounded(number: float | None) -> float | None:
    return None if number is None else _digits(number)
