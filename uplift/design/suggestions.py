"""What would make an underpowered design pass: solved, priced, and tried on the study before it is offered."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from uplift.design.known import Known, explained
from uplift.design.power import best_control_share
from uplift.design.question import Question, power, question_of
from uplift.design.sizing import sizes
from uplift.design.timeline import ONE_DAY, read_out_date
from uplift.spec.past import with_the_past
from uplift.spec.quantities import Effect
from uplift.spec.study import Study

MOST_GROWTH = 10
"""An audience ten times as large is no advice."""
_GRAIN = Fraction(1, 1000)  # control shares are suggested in tenths of a per cent


@dataclass(frozen=True, slots=True)
class ControlShare:
    """Another share for the control; the treatments keep their proportions."""

    share: Fraction


@dataclass(frozen=True, slots=True)
class LargerAudience:
    """More eligible contacts: a longer enrolment, more waves, or a wider audience."""

    expected_size: int
    enrol_until: datetime.date | None = None
    waves: int | None = None


@dataclass(frozen=True, slots=True)
class LargerEffect:
    """A larger smallest effect worth finding."""

    mde: Effect


@dataclass(frozen=True, slots=True)
class UseThePast:
    """Variance reduction, by an R² that was measured."""

    r_squared: float


Change = ControlShare | LargerAudience | UseThePast | LargerEffect


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A change that makes the gate pass, its price and how it is said."""

    change: Change
    withheld: int  # contacts in control, more than now (negative: fewer)
    days: int  # until the read-out, more than now
    text: str


def suggestions(study: Study, question: Question, known: Known, *, detectable: Effect | None) -> tuple[Suggestion, ...]:
    """Every single change that is enough on its own; infeasible ones are left out."""
    effect = None if detectable is None else LargerEffect(detectable)
    changes = (_control_share(question), _audience(study, question), _past(study, known), effect)
    return tuple(s for change in changes if change is not None for s in _tried(study, change, known))


def apply(change: Change, study: Study) -> Study:
    """The study with the change written into it."""
    experiment = study.experiment
    match change:
        case ControlShare(share):
            before = experiment.arms[experiment.control].weight
            weights = {
                name: share if arm.control else arm.weight * (1 - share) / (1 - before)
                for name, arm in experiment.arms.items()
            }
            arms = {name: arm.model_copy(update={"weight": weights[name]}) for name, arm in experiment.arms.items()}
            changed = experiment.model_copy(update={"arms": arms})
        case LargerAudience(size, enrol_until, waves):
            audience, schedule = experiment.audience, experiment.schedule
            update: dict[str, object] = {"expected_size": size}
            if audience.expected_clusters is not None and audience.expected_size:
                count = math.ceil(audience.expected_clusters.count * size / audience.expected_size)
                update["expected_clusters"] = audience.expected_clusters.model_copy(update={"count": count})
            if waves is not None and audience.waves is not None:
                update["waves"] = audience.waves.model_copy(update={"count": waves})
            if enrol_until is not None:
                schedule = schedule.model_copy(update={"enrol_until": enrol_until})
            changed = experiment.model_copy(
                update={"audience": audience.model_copy(update=update), "schedule": schedule}
            )
        case UseThePast():
            return with_the_past(study)
        case LargerEffect(mde):
            primary = experiment.metrics.primary.model_copy(update={"mde": mde})
            changed = experiment.model_copy(
                update={"metrics": experiment.metrics.model_copy(update={"primary": primary})}
            )
    return replace(study, experiment=changed)


def _control_share(question: Question) -> ControlShare | None:
    """The share nearest to the present one that is enough, on the way to the best."""
    now = question.control
    best = Fraction(round(best_control_share(len(question.treatments)) / _GRAIN)) * _GRAIN
    towards = 1 if best > now else -1
    steps = int(abs(best - Fraction(now)) / _GRAIN)
    at = _first_enough(
        lambda step: power(_with_control(question, now + towards * step * float(_GRAIN))), steps, question
    )
    if at is None:
        return None
    grid = math.ceil(now / _GRAIN - 1e-9) if towards > 0 else math.floor(now / _GRAIN + 1e-9)
    return ControlShare((grid + towards * at) * _GRAIN)


def _past(study: Study, known: Known) -> UseThePast | None:
    if study.experiment.design.variance_reduction != "none":
        return None
    found = explained(with_the_past(study), known, study.experiment.metrics.primary.window)
    return UseThePast(found) if found else None


def _audience(study: Study, question: Question) -> LargerAudience | None:
    experiment = study.experiment
    now = experiment.audience.expected_size
    assert now is not None
    enough = power(replace(question, contacts=question.contacts * MOST_GROWTH)) >= question.required
    if not enough:
        return None
    low, high = 1.0, float(MOST_GROWTH)
    while high / low > 1.0005:
        middle = math.sqrt(low * high)
        if power(replace(question, contacts=question.contacts * middle)) >= question.required:
            high = middle
        else:
            low = middle
    return _audience_of(study, _round_up(now * high))


def _audience_of(study: Study, size: int) -> LargerAudience:
    """The larger audience, with the days or waves it takes when contacts keep arriving as they do."""
    experiment = study.experiment
    audience, schedule = experiment.audience, experiment.schedule
    factor = Fraction(size, audience.expected_size or size)
    if audience.entry == "rolling" and schedule.enrol_until is not None:
        days = math.ceil(((schedule.enrol_until - schedule.start).days + 1) * factor)
        return LargerAudience(size, enrol_until=schedule.start + ONE_DAY * (days - 1))
    if audience.entry == "waves" and audience.waves is not None:
        return LargerAudience(size, waves=math.ceil(audience.waves.count * factor))
    return LargerAudience(size)


def _tried(study: Study, change: Change, known: Known) -> Iterator[Suggestion]:
    """The change as a suggestion if the study passes with it; roundings may ask for a little more of it."""
    for _ in range(20):
        changed = apply(change, study)
        size = changed.experiment.audience.expected_size
        assert size is not None
        question = question_of(changed, audience=size, known=known)
        if power(question) >= question.required:
            yield _priced(study, changed, change)
            return
        if not isinstance(change, LargerAudience):
            return
        change = _audience_of(study, _round_up(size * 1.01))


def _priced(study: Study, changed: Study, change: Change) -> Suggestion:
    before, after = sizes(study), sizes(changed)
    assert before is not None
    assert after is not None
    withheld = after.control.contacts - before.control.contacts
    then, now = read_out_date(changed), read_out_date(study)
    days = (then - now).days if then is not None and now is not None else 0
    match change:
        case ControlShare(share):
            was = study.experiment.arms[study.experiment.control].weight
            text = f"control share {_percent(was)} → {_percent(share)} ({_contacts(withheld)})"
        case LargerAudience(size, enrol_until, waves):
            how = ""
            if enrol_until is not None:
                how = f", enrolment until {enrol_until}"
            if waves is not None:
                how = f", {waves} waves"
            price = _contacts(withheld) + (f", {days} days later" if days else "")
            growth = size / before.audience
            text = f"audience {before.audience:,} → {size:,} (×{growth:.2f}{how}; {price})"
        case UseThePast(r_squared):
            text = f"variance_reduction: cuped (measured R² {r_squared:.2f}; {_contacts(withheld)})"
        case LargerEffect(mde):
            text = f"accept the detectable effect: mde {mde} ({_contacts(withheld)})"
    return Suggestion(change, withheld, days, text)


def _with_control(question: Question, share: float) -> Question:
    rest = (1 - share) / (1 - question.control)
    return replace(question, control=share, treatments=tuple(t * rest for t in question.treatments))


def _first_enough(power_after: Callable[[int], float], steps: int, question: Question) -> int | None:
    """The smallest number of steps that is enough, for power that rises on the way; None where the last is not."""
    if steps < 1 or power_after(steps) < question.required:
        return None
    low, high = 0, steps
    while high - low > 1:
        middle = (low + high) // 2
        if power_after(middle) >= question.required:
            high = middle
        else:
            low = middle
    return high


def _round_up(size: float) -> int:
    grain = 100 if size >= 10_000 else 10
    return math.ceil(size / grain - 1e-9) * grain


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.1f}".removesuffix(".0") + "%"


def _contacts(more: int) -> str:
    if more == 0:
        return "nobody more is withheld"
    return f"{abs(more):,} {'more' if more > 0 else 'fewer'} contacts withheld"
