"""The effect among those who could be reached, beside the verdict over everybody who was assigned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from uplift.analysis.comparison import Terms
from uplift.engine import Measurement
from uplift.engine.reached import EARLY, EARLY_DAYS, RECEIVED
from uplift.errors import StatisticsError
from uplift.results import Check, MetricResult, Reached, Uplift
from uplift.spec import Study
from uplift.stats.complier import complier_effect
from uplift.stats.decision import Level
from uplift.stats.moments import Moments, Sums

EXPOSED_CONTROL = "UP643"
EARLY_EXPOSURE = "UP626"
EARLY_ALPHA = 0.001


def reached_of(study: Study, metric: MetricResult, measurement: Measurement, *, terms: Terms) -> tuple[Reached, ...]:
    """One reading per treatment of a metric that is declared for it; none where it can't be read.

    It needs contacts as units, one weight epoch, and a control that nobody reached.
    """
    key = _key(measurement, metric)
    sums = None if key is None else _three(measurement, key)
    if sums is None or study.experiment.unit.cluster is not None or _epochs(measurement) > 1:
        return ()
    reached, unreached, received = sums
    control = study.experiment.control
    found = []
    for uplift in metric.uplifts:
        arm, level = uplift.treatment.arm, Level(1 - uplift.confidence, terms.sides, metric.better)
        if control not in reached or arm not in reached:
            continue
        one = _reached(
            uplift,
            control=_all(reached[control], unreached[control]),
            reached=_part(reached[arm], _count(received[arm])),
            unreached=_part(unreached[arm], received[arm].n - _count(received[arm])),
            control_reached=_count(received[control]),
            level=level,
        )
        if one is not None:
            found.append(one)
    return tuple(found)


def _reached(
    uplift: Uplift, *, control: Moments, reached: Moments, unreached: Moments, control_reached: int, level: Level
) -> Reached | None:
    if uplift.direction == "refused" or control_reached > 0:
        return None
    try:
        effect = complier_effect(control, reached, unreached, level=level, direction=uplift.direction)
    except StatisticsError:  # fewer than two contacts in an arm: there is nothing to say, and other checks say why
        return None
    return Reached(
        treatment=uplift.treatment.arm,
        share=effect.share,
        baseline=effect.baseline,
        relative=effect.relative,
        relative_interval=effect.relative_interval,
        absolute=effect.absolute,
        absolute_interval=effect.absolute_interval,
    )


def exposure_checks(study: Study, measurement: Measurement) -> tuple[Check, ...]:
    """Messages that control contacts got, and messages from before the assignment that only some arms got."""
    return (*_exposed_control(study, measurement), *_early(study, measurement))


def _exposed_control(study: Study, measurement: Measurement) -> tuple[Check, ...]:
    """UP643: the control is not what it is called; the effect is of being assigned, not of being reached."""
    keys = [key for key in measurement.metrics if key.startswith(f"{RECEIVED} ")]
    if not keys:
        return ()
    own = measurement.metrics[max(keys, key=lambda key: measurement.metrics[key].window_days or 0)]
    control = own.by_arm().get(study.experiment.control)
    if control is None or control.n == 0:
        return ()
    reached = _count(control)
    facts = (("reached", reached), ("total", control.n))
    return (Check(EXPOSED_CONTROL, "warn", facts),) if reached else ()


def _early(study: Study, measurement: Measurement) -> tuple[Check, ...]:
    """UP626: in the week before the assignment the arms got unequally many messages, so some were sent too early.

    Messages of other campaigns reach all arms alike; a test at alpha 0.001 over the arms tells the two apart.
    """
    if EARLY not in measurement.metrics or study.experiment.unit.cluster is not None:
        return ()
    from scipy.special import chdtrc

    arms = {arm: sums for arm, sums in measurement.metrics[EARLY].by_arm().items() if sums.n}
    total, hit = sum(s.n for s in arms.values()), sum(_count(s) for s in arms.values())
    if len(arms) < 2 or not 0 < hit < total:
        return ()
    share = hit / total
    statistic = sum((_count(s) - s.n * share) ** 2 / (s.n * share * (1 - share)) for s in arms.values())
    p_value = float(chdtrc(len(arms) - 1, statistic))
    if p_value >= EARLY_ALPHA or min(s.n * share for s in arms.values()) < 5:
        return ()
    shares = sorted((_count(s) / s.n, arm) for arm, s in arms.items())
    facts = (("p", p_value), ("days", EARLY_DAYS), ("most", shares[-1][1]), ("share", shares[-1][0]))
    return (Check(EARLY_EXPOSURE, "warn", (*facts, ("least_share", shares[0][0]))),)


def _key(measurement: Measurement, metric: MetricResult) -> str | None:
    name = f"{metric.name} {metric.window_days}d"
    return next((key for key in (name, metric.name) if f"{key}.received" in measurement.metrics), None)


def _three(measurement: Measurement, key: str) -> tuple[dict[str, Sums], dict[str, Sums], dict[str, Sums]]:
    reached, unreached, received = (measurement.metrics[f"{key}.{w}"] for w in ("reached", "unreached", "received"))
    return reached.by_arm(), unreached.by_arm(), received.by_arm()


def _epochs(measurement: Measurement) -> int:
    return len({cell.weight_epoch for cell in measurement.assigned_cells})


def _count(flags: Sums) -> int:
    return flags.powers.get((1,), 0)


def _part(sums: Sums, n: int) -> Moments:
    """Moments of n contacts of whom these are the sums: the others of the arm added only zeros."""
    powers = {exponents: value for exponents, value in sums.powers.items() if sum(exponents) <= 2}
    return Sums(sums.columns, n, powers, sums.decimals, sums.shift, sums.nonzero).moments()


def _all(reached: Sums, unreached: Sums) -> Moments:
    """Both parts of an arm: each is over all its contacts, with zeros for the other part."""
    powers = {e: v + unreached.powers.get(e, 0) for e, v in reached.powers.items() if sum(e) <= 2}
    return Sums(
        reached.columns, reached.n, powers, reached.decimals, reached.shift, reached.nonzero + unreached.nonzero
    ).moments()


def with_reached(
    study: Study, metrics: Sequence[MetricResult], measurement: Measurement, *, terms: Terms
) -> tuple[MetricResult, ...]:
    """The primary and secondary metrics with their readings of who was reached."""
    return tuple(
        m if m.role == "guardrail" else replace(m, reached=reached_of(study, m, measurement, terms=terms))
        for m in metrics
    )
