"""Looks of a group-sequential design: what each planned day said, and at which level today's numbers are read.

Earlier looks are read again from the same data on their own days (`as_of`), so one run tells the whole story and two
runs tell the same. Every comparison spends its own α. At a look all metrics are read at the level that the look has
for the primary one: they are looked at as often.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from uplift.analysis.comparison import Question, Terms, answer, log_standard_error, questions_of
from uplift.design.known import known
from uplift.design.question import question_of
from uplift.design.timeline import Look as PlannedLook
from uplift.design.timeline import looks as planned_looks
from uplift.design.timeline import read_out_date
from uplift.engine import Measurement
from uplift.results import Check, Interval, LookReading, Looks
from uplift.spec import Study
from uplift.stats.sequential import Futility, Look, Monitoring, Reading, closing_level, read_looks
from uplift.stats.spending import spending_function

UNPLANNED = "UP632"
NOTHING_TO_SPEND = "UP646"
READ_OUT = "read-out"
_NO_INFORMATION = 1e-12

Outcome = Literal["efficacy", "futility", "continue", "finished"]
MeasureOn = Callable[[datetime.date], Measurement]


@dataclass(frozen=True, slots=True)
class Sitting:
    """What the looks say today: their readings per treatment, and how today's comparisons are to be read.

    `levels` holds the α of each treatment's comparisons, `refusals` why a treatment's have no verdict.
    """

    looks: tuple[Looks, ...] = ()
    levels: Mapping[str, float] = field(default_factory=dict)
    refusals: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    read_out: bool = True


def due_look(study: Study, today: datetime.date) -> datetime.date | None:
    """The day of the latest planned look before the read-out; None where none is due yet or none is planned."""
    days = [look.day for look in _before_read_out(study) if look.day <= today]
    return days[-1] if days else None


def sit(study: Study, day: datetime.date, now: Measurement, *, terms: Terms, measure_on: MeasureOn) -> Sitting:
    """Read all looks up to `day`. Without planned looks nothing is said and nothing is refused.

    A day that is no planned look has no verdict, unless a look has already ended the test: then what came in since is
    over-running and is read with the rest.
    """
    early, read_out = _before_read_out(study), read_out_date(study)
    if not early:
        return Sitting()
    final = read_out is not None and day >= read_out
    due = [look for look in early if look.day <= day]
    measured = [now if look.day == day else measure_on(look.day) for look in due]
    on_plan = final or any(look.day == day for look in due)
    use, sitting = study.experiment.metrics.primary, Sitting()
    questions = [questions_of(study, use, m.metric(use.metric, use.window)) for m in (*measured, now)]
    found: list[_Arm] = []
    for number, arm in enumerate(study.experiment.treatments):
        asked = [of[number] for of in questions]
        plan = _Plan(study, terms, arm, early, read_out, day, final, planned_information(study, arm))
        found.append(_arm(plan, asked, on_plan=on_plan))
    sitting = Sitting(
        looks=tuple(arm.looks for arm in found),
        levels={arm.looks.treatment: arm.level for arm in found if arm.level is not None},
        refusals={arm.looks.treatment: arm.refusal for arm in found if arm.refusal is not None},
        read_out=final,
    )
    if all(arm.refusal == UNPLANNED for arm in found):
        last = due[-1].day if due else None
        following = next((look.day for look in early if look.day > day), read_out)
        facts = (
            ("read_out", None if read_out is None else read_out.isoformat()),
            ("last_look", None if last is None else last.isoformat()),
            ("next_look", None if following is None else following.isoformat()),
        )
        return replace(sitting, checks=(Check(UNPLANNED, "fail", facts),))
    return sitting


@dataclass(frozen=True, slots=True)
class _Plan:
    study: Study
    terms: Terms
    arm: str
    early: Sequence[PlannedLook]
    read_out: datetime.date | None
    day: datetime.date
    final: bool
    planned: float | None  # information at the end, by the design's baselines

    @property
    def alpha(self) -> float:
        """What one comparison may spend: with several arms each has its share, and so has each pair of them."""
        return self.terms.own_alpha(len(self.study.experiment.treatments))

    @property
    def sign(self) -> int:
        """Looks are read upwards: a metric that should fall is turned round."""
        return 1 if self.study.metric(self.study.experiment.metrics.primary.metric).better == "up" else -1


@dataclass(frozen=True, slots=True)
class _Arm:
    looks: Looks
    level: float | None
    refusal: str | None


def _arm(plan: _Plan, asked: Sequence[Question], *, on_plan: bool) -> _Arm:
    """All looks at one treatment; `asked` holds the question on each due day, and today's last."""
    due = [look for look in plan.early if look.day <= plan.day]
    seen = [_look(plan, question) for question in asked[: len(due)]]
    days = [look.day for look in due]
    labels = [look.name for look in due]
    questions = list(asked[: len(due)])
    monitored = None
    if plan.final:
        seen, days, labels = [*seen, _look(plan, asked[-1])], [*days, plan.day], [*labels, READ_OUT]
        questions.append(asked[-1])
    if seen:
        monitored = _read(plan, seen, due)
        if monitored.stopped_at is not None and not on_plan:  # over-running: what came in after the test had ended
            seen, days, labels = [*seen, _look(plan, asked[-1])], [*days, plan.day], [*labels, "over-run"]
            questions.append(asked[-1])
            monitored = _read(plan, seen, due)
    level, refusal = _level(plan, monitored, on_plan=on_plan)
    planned = _planned(plan, seen, due)
    readings = [
        _reading(plan, label, day, question, reading, planned=planned)
        for label, day, question, reading in zip(
            labels, days, questions, monitored.readings if monitored else (), strict=True
        )
    ]
    ahead = [LookReading(look.name, look.day) for look in plan.early if look.day > plan.day]
    if plan.read_out is not None and not plan.final:
        ahead.append(LookReading(READ_OUT, plan.read_out))
    inference = monitored.inference if monitored else None
    looks = Looks(
        treatment=plan.arm,
        spending=_spending_text(plan.study),
        outcome="continue" if monitored is None else _outcome(monitored),
        stopped_at=monitored.stopped_at if monitored else None,
        looks=(*readings, *ahead),
        estimate=None if inference is None else _turned(inference.estimate, plan.sign),
        interval=None if inference is None else _turned_interval(inference.interval, plan.sign),
        p_value=None if inference is None else inference.p_value,
    )
    return _Arm(looks, level, refusal)


def _read(plan: _Plan, seen: Sequence[Look], due: Sequence[PlannedLook]) -> Monitoring:
    design = plan.study.experiment.design
    assert design.sequential is not None
    effect = worth_finding(plan.study)
    gives_up = design.sequential.futility == "nonbinding" and effect is not None
    return read_looks(
        seen,
        spending=spending_function(design.sequential.spending),
        alpha=plan.alpha,
        planned=_planned(plan, seen, due),
        sides=plan.terms.sides,
        final=plan.final,
        futility=Futility(effect, 1 - design.power) if gives_up and effect is not None else None,
    )


def _planned(plan: _Plan, seen: Sequence[Look], due: Sequence[PlannedLook]) -> float:
    """The information at the planned end: by the design's baselines, or by what the first look brought, if more.

    Both are the same on every later day, so no bound is ever moved after the fact. The larger one spends less early.
    """
    first = next(
        (look.information / float(of.mature) for look, of in zip(seen, due, strict=False) if of.mature > 0), 0.0
    )
    known_end = max(plan.planned or 0.0, first)
    return known_end if known_end > 0 else max((look.information for look in seen), default=1.0)


def planned_information(study: Study, arm: str) -> float | None:
    """1/se² of the log ratio at full size without an effect, from the baselines; None where these are not given."""
    experiment = study.experiment
    own = known(study, experiment.metrics.primary.metric, today=experiment.schedule.start)
    if own is None or experiment.audience.expected_size is None:
        return None
    question = question_of(study, audience=experiment.audience.expected_size, known=own)
    spread = (1 - own.value) / own.value if question.is_share else None if own.cv is None else own.cv**2
    if spread is None or not spread > 0:
        return None
    weight = float(experiment.arms[arm].weight)
    per_contact = spread * question.design_effect * (1 / question.control + 1 / weight)
    return question.contacts / per_contact


def worth_finding(study: Study) -> float | None:
    """The mde as a log ratio in the good direction; None where an absolute one has no baseline."""
    primary = study.experiment.metrics.primary
    own = known(study, primary.metric, today=study.experiment.schedule.start)
    size = float(primary.mde.value)
    if primary.mde.unit != "relative":
        if own is None:
            return None
        size /= own.value
    if study.metric(primary.metric).better == "up":
        return math.log1p(size)
    return -math.log1p(-size) if size < 1 else None


def _look(plan: _Plan, question: Question) -> Look:
    """One look, turned so that up is good. Without an interval it has brought no information."""
    uplift = answer(question, replace(plan.terms, sides=2), 0.05)
    converters = uplift.control.nonzero
    error = log_standard_error(uplift)
    if error is None or uplift.p_value is None or uplift.relative is None or uplift.relative <= -1:
        return Look(_NO_INFORMATION, 0.0, converters)
    return Look.of(
        plan.sign * math.log1p(uplift.relative),
        standard_error=error,
        p_value=uplift.p_value,
        control_converters=converters,
    )


def _level(plan: _Plan, monitored: Monitoring | None, *, on_plan: bool) -> tuple[float | None, str | None]:
    """The level of today's comparisons, or why they have no verdict."""
    if monitored is None or (not on_plan and monitored.stopped_at is None):
        return None, UNPLANNED
    last = monitored.readings[-1]
    if monitored.stopped_at is not None and monitored.stopped_at < len(monitored.readings) - 1:
        taken = [reading for reading in monitored.readings if reading.boundary is not None]
        earlier = [r.boundary for r in monitored.readings[: monitored.stopped_at] if r.boundary is not None]
        information = taken[-1].boundary.information if taken[-1].boundary is not None else last.look.information
        return closing_level(earlier, information, alpha=plan.alpha, sides=plan.terms.sides), None
    if last.boundary is None:
        return None, last.refusal
    if not last.boundary.nominal_alpha > 0:
        return None, NOTHING_TO_SPEND
    return last.boundary.nominal_alpha, None


def _reading(
    plan: _Plan, label: str, day: datetime.date, question: Question, reading: Reading, *, planned: float
) -> LookReading:
    if reading.boundary is None:
        return LookReading(label, day, refusal=reading.refusal)
    bound = reading.boundary
    level = bound.nominal_alpha
    return LookReading(
        label=label,
        day=day,
        information=bound.information / planned,
        z=plan.sign * reading.look.z,
        bound=bound.upper if math.isfinite(bound.upper) else None,
        interval=answer(question, plan.terms, level).relative_interval if level > 0 else None,
    )


def _outcome(monitored: Monitoring) -> Outcome:
    match monitored.outcome:
        case "up" | "down":
            return "efficacy"
        case "futile":
            return "futility"
        case "open":
            return "finished"
        case _:
            return "continue"


def _turned(relative: float, sign: int) -> float:
    """A relative uplift on the other side of the log scale."""
    return relative if sign > 0 else 1 / (1 + relative) - 1


def _turned_interval(interval: Interval, sign: int) -> Interval:
    if sign > 0:
        return interval
    low, high = (None if b is None else _turned(b, sign) for b in (interval.high, interval.low))
    return Interval(-1.0 if low is None else low, high)


def _spending_text(study: Study) -> str:
    sequential = study.experiment.design.sequential
    return sequential.spending if sequential else ""


def _before_read_out(study: Study) -> list[PlannedLook]:
    """The planned looks before the read-out, by day."""
    end = read_out_date(study)
    return sorted((look for look in planned_looks(study) if end is None or look.day < end), key=lambda look: look.day)
