"""`plan`: one design seen from all sides: other sizes, other control shares, its looks, and what would be enough."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Literal

from uplift.design.assessment import Assessment, assess, question
from uplift.design.known import Known
from uplift.design.power import best_control_share
from uplift.design.question import Question, detectable, power, question_of
from uplift.design.sizing import sizes
from uplift.design.suggestions import (
    Change,
    ControlShare,
    LargerAudience,
    LargerEffect,
    UseThePast,
    apply,
    suggestions,
)
from uplift.design.timeline import ONE_DAY, read_out_date
from uplift.results.plan import (
    Axis,
    CurvePoint,
    Plan,
    PlannedArm,
    PlannedEffect,
    PlannedLook,
    PlannedMetric,
    ShareStep,
    SizeStep,
    Way,
)
from uplift.spec.quantities import Effect
from uplift.spec.scalars import titled
from uplift.spec.study import Study

_FACTORS = tuple(Fraction(k, 4) for k in (1, 2, 3, 4, 5, 6, 8, 12))
_SHARES = tuple(Fraction(percent, 100) for percent in (5, 10, 15, 20, 25, 30, 40, 50))
_CURVE = 36  # points: the curve is smooth, and each point is an integral


def plan(study: Study, *, today: datetime.date) -> Plan:
    """The plan of an experiment; what cannot be computed for want of a baseline or size is absent and named."""
    experiment = study.experiment
    assessment = assess(study, today=today)
    put = question(study, today=today)
    axis = _axis(study)
    steps: tuple[SizeStep, ...] = ()
    shares: tuple[ShareStep, ...] = ()
    size_curve: tuple[CurvePoint, ...] = ()
    share_curve: tuple[CurvePoint, ...] = ()
    ways: tuple[Way, ...] = ()
    looks: tuple[PlannedLook, ...] = ()
    if put is not None:
        asked, baseline = put
        found = () if assessment.enough else suggestions(study, asked, baseline, detectable=assessment.detectable)
        ways = tuple(_way(s.change, s.withheld, s.days) for s in found)
        steps = tuple(_size_steps(study, baseline, axis, [s.change for s in found]))
        size_curve = tuple(_size_curve(study, baseline, axis, steps))
        shares = tuple(_share_steps(study, baseline))
        share_curve = tuple(_share_curve(study, baseline, shares))
        looks = tuple(_looks(assessment, asked))
    return Plan(
        experiment=experiment.id,
        title=titled(experiment.title, experiment.id, study.project.language),
        hypothesis=experiment.hypothesis.in_language(study.project.language),
        language=study.project.language,
        today=today,
        metric=_metric(study, assessment),
        effect=_effect(assessment.mde),
        required=assessment.required,
        power_for=assessment.power_for,
        alpha=assessment.alpha,
        sides=assessment.sides,
        comparisons=assessment.comparisons,
        correction=assessment.correction,
        test=assessment.test,
        arms=tuple(_arms(study, assessment)),
        audience=assessment.audience,
        contacts=assessment.contacts,
        power=assessment.power,
        verdict_chance=assessment.verdict_chance,
        enough=assessment.enough,
        detectable=None if assessment.detectable is None else _effect(assessment.detectable),
        axis=axis,
        start=experiment.schedule.start,
        enrolment_ends=assessment.enrolment_ends,
        read_out=assessment.read_out,
        sizes=steps,
        size_curve=size_curve,
        shares=shares,
        share_curve=share_curve,
        best_share=assessment.best_control_share,
        design_effect=assessment.design_effect,
        looks=looks,
        looks_cost=assessment.looks_cost,
        ways=ways,
        unanswered=assessment.unanswered,
        explained=assessment.explained,
    )


def _axis(study: Study) -> Axis:
    """What an audience grows by: days of rolling entry, waves, or just more contacts."""
    entry = study.experiment.audience.entry
    if entry == "rolling" and study.experiment.schedule.enrol_until is not None:
        return "days"
    return "waves" if entry == "waves" and study.experiment.audience.waves is not None else "contacts"


def _now(study: Study, axis: Axis) -> int:
    """Where the design stands on the axis."""
    experiment = study.experiment
    if axis == "days":
        assert experiment.schedule.enrol_until is not None
        return (experiment.schedule.enrol_until - experiment.schedule.start).days + 1
    if axis == "waves":
        assert experiment.audience.waves is not None
        return experiment.audience.waves.count
    assert experiment.audience.expected_size is not None
    return experiment.audience.expected_size


def _audience(study: Study, axis: Axis, at: int) -> LargerAudience:
    """The audience at another point of the axis, when contacts arrive as they do."""
    size = study.experiment.audience.expected_size
    assert size is not None
    if axis == "contacts":
        return LargerAudience(at)
    grown = max(1, round(Fraction(size * at, _now(study, axis))))
    if axis == "days":
        return LargerAudience(grown, enrol_until=study.experiment.schedule.start + ONE_DAY * (at - 1))
    return LargerAudience(grown, waves=at)


def _size_steps(study: Study, known: Known, axis: Axis, enough: Iterable[Change]) -> Iterator[SizeStep]:
    now = _now(study, axis)
    sufficient = [change for change in enough if isinstance(change, LargerAudience)]
    changes = {_audience(study, axis, at): False for at in sorted(_grid(now, axis))}
    changes |= dict.fromkeys(sufficient, True)
    for change, is_enough in sorted(changes.items(), key=lambda item: item[0].expected_size):
        changed = apply(change, study)
        asked, have = _question(changed, known), sizes(changed)
        assert have is not None
        days = None if change.enrol_until is None else (change.enrol_until - study.experiment.schedule.start).days + 1
        yield SizeStep(
            audience=change.expected_size,
            contacts=have.contacts,
            withheld=have.control.contacts,
            days=days,
            waves=change.waves,
            read_out=read_out_date(changed),
            power=_power(asked),
            detectable=_detectable(asked),
            planned=change == _audience(study, axis, now),
            sufficient=is_enough,
        )


def _grid(now: int, axis: Axis) -> set[int]:
    """Round places on the axis around the design's own, which is among them."""
    if axis == "waves":
        return {max(1, round(now * factor)) for factor in _FACTORS} | {now}
    if axis == "days" and now >= 14:  # whole weeks
        return {max(7, 7 * round(now * factor / 7)) for factor in _FACTORS if factor != 1} | {now}
    return {max(1, round(now * factor)) for factor in _FACTORS} | {now}


def _size_curve(study: Study, known: Known, axis: Axis, steps: tuple[SizeStep, ...]) -> Iterator[CurvePoint]:
    ends = _place(steps[0], axis) // 2, _place(steps[-1], axis)
    count = min(_CURVE, ends[1] - ends[0] + 1)
    grid = {round(ends[0] + (ends[1] - ends[0]) * i / max(count - 1, 1)) for i in range(count)}
    for at in sorted((grid | {_now(study, axis)}) - {0}):
        yield CurvePoint(at, _power(_question(apply(_audience(study, axis, at), study), known)))


def _place(step: SizeStep, axis: Axis) -> int:
    found = {"days": step.days, "waves": step.waves, "contacts": step.audience}[axis]
    assert found is not None
    return found


def _share_steps(study: Study, known: Known) -> Iterator[ShareStep]:
    experiment = study.experiment
    now = experiment.arms[experiment.control].weight
    best = Fraction(round(best_control_share(len(experiment.treatments)) * 1000), 1000)
    for share in sorted({*_SHARES, now, best}):
        changed = apply(ControlShare(share), study)
        asked, have = _question(changed, known), sizes(changed)
        assert have is not None
        yield ShareStep(
            share=float(share),
            withheld=have.control.contacts,
            power=_power(asked),
            detectable=_detectable(asked),
            planned=share == now,
            best=share == best,
        )


def _share_curve(study: Study, known: Known, steps: tuple[ShareStep, ...]) -> Iterator[CurvePoint]:
    low, high = Fraction(1, 100), max(Fraction(6, 10), Fraction(steps[-1].share).limit_denominator(1000))
    now = study.experiment.arms[study.experiment.control].weight
    places = {low + (high - low) * i / (_CURVE - 1) for i in range(_CURVE)} | {now}
    for share in sorted(places):
        yield CurvePoint(float(share), _power(_question(apply(ControlShare(share), study), known)))


def _question(study: Study, known: Known) -> Question:
    size = study.experiment.audience.expected_size
    assert size is not None
    return question_of(study, audience=size, known=known)


def _power(asked: Question) -> float | None:
    """The power, or None where the read-out would probably refuse a verdict."""
    return power(asked) or None


def _detectable(asked: Question) -> PlannedEffect | None:
    found = detectable(asked)
    return None if found is None else _effect(found)


def _looks(assessment: Assessment, asked: Question) -> Iterator[PlannedLook]:
    """Bounds at each look, at the α that one comparison has."""
    if not assessment.looks:
        return
    from uplift.stats.sequential_power import plan_sequential
    from uplift.stats.spending import spending_function

    level = asked.alpha / asked.hypotheses if asked.correction != "none" else asked.alpha
    found = plan_sequential(
        spending_function(asked.spending),
        asked.fractions,
        alpha=level,
        power=asked.required,
        sides=asked.sides,
        futility=asked.gives_up,
    )
    for bound, fraction, reached, stop in itertools.zip_longest(
        found.boundaries, asked.fractions, found.reached, found.futility or ()
    ):
        look = next((look for look in assessment.looks if float(look.mature) == fraction < 1), None)
        yield PlannedLook(
            name=look.name if look else None,
            day=look.day if look else assessment.read_out,
            information=fraction,
            bound=bound.upper,
            level=bound.nominal_alpha,
            gives_up=stop,
            reached=reached,
        )


def _metric(study: Study, assessment: Assessment) -> PlannedMetric:
    definition, baseline = study.metric(assessment.metric), assessment.baseline
    form: Literal["number", "percent", "money"] = definition.format or (
        "percent" if definition.kind == "proportion" else "number"
    )
    window = study.experiment.metrics.primary.window
    return PlannedMetric(
        name=assessment.metric,
        title=titled(definition.title, assessment.metric, study.project.language),
        kind=definition.kind,
        form=form,
        currency=(definition.currency or study.project.currency) if form == "money" else None,
        window_days=window.days if window else None,
        baseline=baseline.value if baseline else None,
        source=baseline.source if baseline else None,
        date=baseline.date if baseline else None,
        old=baseline.old if baseline else False,
    )


def _arms(study: Study, assessment: Assessment) -> Iterator[PlannedArm]:
    powers = {arm.arm: arm for arm in assessment.treatments}
    for name, arm in study.experiment.arms.items():
        have = assessment.control if arm.control else powers.get(name)
        yield PlannedArm(
            name=name,
            title=titled(arm.title, name, study.project.language),
            control=arm.control,
            weight=float(arm.weight),
            contacts=have.contacts if have else None,
            power=powers[name].power if name in powers else None,
        )


def _way(change: Change, withheld: int, days: int) -> Way:
    match change:
        case ControlShare(share):
            return Way("share", withheld, days, share=float(share))
        case LargerAudience(size, enrol_until, waves):
            return Way("audience", withheld, days, audience=size, enrol_until=enrol_until, waves=waves)
        case UseThePast(r_squared):
            return Way("past", withheld, days, r_squared=r_squared)
        case LargerEffect(mde):
            return Way("effect", withheld, days, effect=_effect(mde))


def _effect(effect: Effect) -> PlannedEffect:
    return PlannedEffect(float(effect.value), effect.unit, effect.currency)
