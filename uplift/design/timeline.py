"""When contacts enter, when they are mature and when the experiment can be read."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from uplift.spec.experiment import Guardrail, Primary, Secondary
from uplift.spec.rules.metrics import uses
from uplift.spec.rules.timing import last_assignment
from uplift.spec.study import Study

ONE_DAY = datetime.timedelta(days=1)
_LEAST_NEW = 0.002  # of all contacts; less new information is no look


@dataclass(frozen=True, slots=True)
class Look:
    """An interim read-out: what the YAML calls it, its day, and the share of all contacts that are mature then."""

    name: str
    day: datetime.date
    mature: Fraction


def read_out_date(study: Study) -> datetime.date | None:
    """The first day on which every metric of every contact is complete; None where enrolment has no end.

    Last day of assignment + longest window + longest data lag of the sources that are read.
    """
    last = last_assignment(study)
    if last is None:
        return None
    windows = (use.window.days for _, use in uses(study) if use.window)
    lags = (lag for _, use in uses(study) for lag in _lags(study, use))
    return last + ONE_DAY * (max(windows, default=0) + max(lags, default=0))


def days_to_mature(study: Study) -> int:
    """Days from a contact's assignment until the primary metric is complete: its window and data lag."""
    primary = study.experiment.metrics.primary
    return (primary.window.days if primary.window else 0) + max(_lags(study, primary), default=0)


def enrolled_share(study: Study, *, by: datetime.date) -> Fraction:
    """The share of all contacts that are assigned by the end of a day; rolling entry is taken to be even."""
    experiment = study.experiment
    start, last = experiment.schedule.start, last_assignment(study)
    if by < start:
        return Fraction(0)
    if last is None or by >= last:
        return Fraction(int(last is not None))
    waves = experiment.audience.waves
    if experiment.audience.entry == "waves" and waves is not None:
        return Fraction((by - start).days // waves.every.days + 1, waves.count)
    return Fraction((by - start).days + 1, (last - start).days + 1)


def looks(study: Study) -> tuple[Look, ...]:
    """The planned looks with their information, derived from entry, window and data lag.

    A look after a wave is taken on the day that wave is mature; the read-out is not among them unless it is listed.
    """
    sequential = study.experiment.design.sequential
    return tuple(_looks(study, sequential.looks)) if sequential else ()


def information_fractions(looks: tuple[Look, ...]) -> tuple[float, ...]:
    """Rising fractions that end with the read-out (1); looks that bring nothing new are left out.

    >>> day = datetime.date(2027, 1, 1)
    >>> information_fractions((Look("wave 2", day, Fraction(1, 3)), Look("wave 6", day, Fraction(1))))
    (0.3333333333333333, 1.0)
    """
    found: list[float] = []
    for fraction in sorted(float(look.mature) for look in looks):
        if fraction > _LEAST_NEW and fraction - (found[-1] if found else 0.0) > _LEAST_NEW < 1 - fraction:
            found.append(fraction)
    return (*found, 1.0)


def _looks(study: Study, names: tuple[str, ...]) -> Iterator[Look]:
    start, waves, wait = study.experiment.schedule.start, study.experiment.audience.waves, days_to_mature(study)
    for name in names:
        if name.startswith("wave ") and waves is not None:
            number = int(name.removeprefix("wave "))
            day = start + ONE_DAY * ((number - 1) * waves.every.days + wait)
        else:
            day = datetime.date.fromisoformat(name)
        yield Look(name, day, enrolled_share(study, by=day - ONE_DAY * wait))


def _lags(study: Study, use: Primary | Secondary | Guardrail) -> list[int]:
    metric = study.metric(use.metric)
    named = {metric.source, *(part.source for part in (metric.numerator, metric.denominator) if part)}
    sources = [study.source(name) for name in named if name]
    return [source.data_lag.days for source in sources if source.data_lag]
