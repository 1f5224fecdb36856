"""The effect among those who could be reached, beside the verdict over everybody who was assigned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from uplift.analysis.comparison import Terms
from uplift.analysis.parts import Parts, count, parts_of
from uplift.engine import Measurement
from uplift.engine.reached import BY_REACH, EARLY, EARLY_DAYS, RECEIVED
from uplift.errors import StatisticsError
from uplift.results import Check, Direction, MetricResult, Reached
from uplift.spec import Study
from uplift.stats.complier import ComplierEffect, complier_effect
from uplift.stats.complier_clusters import complier_effect_of_clusters
from uplift.stats.decision import Level

EXPOSED_CONTROL = "UP643"
EARLY_EXPOSURE = "UP626"
EARLY_ALPHA = 0.001


def reached_of(study: Study, metric: MetricResult, measurement: Measurement, *, terms: Terms) -> tuple[Reached, ...]:
    """One reading per treatment of a metric that is declared for it; none where it can't be read.

    It needs one weight epoch, and a control that nobody reached. Of households their totals are read.
    """
    parts = parts_of(measurement, metric, BY_REACH)
    control = study.experiment.control
    if parts is None or parts.flagged(control):
        return ()
    found = []
    for uplift in metric.uplifts:
        arm, level = uplift.treatment.arm, Level(1 - uplift.confidence, terms.sides, metric.better)
        if uplift.direction == "refused" or not parts.both(control, arm):
            continue
        try:
            effect = _effect(parts, control, arm, level=level, direction=uplift.direction)
        except StatisticsError:  # fewer than two units in an arm: there is nothing to say, and other checks say why
            continue
        found.append(
            Reached(
                treatment=arm,
                share=effect.share,
                baseline=effect.baseline,
                relative=effect.relative,
                relative_interval=effect.relative_interval,
                absolute=effect.absolute,
                absolute_interval=effect.absolute_interval,
            )
        )
    return tuple(found)


def _effect(parts: Parts, control: str, arm: str, *, level: Level, direction: Direction) -> ComplierEffect:
    if parts.joint is not None:
        return complier_effect_of_clusters(
            parts.joint[control].moments(), parts.joint[arm].moments(), level=level, direction=direction
        )
    return complier_effect(
        parts.whole(control), parts.inside(arm), parts.outside(arm), level=level, direction=direction
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
    reached, total = count(control), own.mature[study.experiment.control]
    facts = (("reached", reached), ("total", total))
    return (Check(EXPOSED_CONTROL, "warn", facts),) if reached else ()


def _early(study: Study, measurement: Measurement) -> tuple[Check, ...]:
    """UP626: in the week before the assignment the arms got unequally many messages, so some were sent too early.

    Messages of other campaigns reach all arms alike; a test at alpha 0.001 over the arms tells the two apart.
    """
    if EARLY not in measurement.metrics or study.experiment.unit.cluster is not None:
        return ()
    from scipy.special import chdtrc

    arms = {arm: sums for arm, sums in measurement.metrics[EARLY].by_arm().items() if sums.n}
    total, hit = sum(s.n for s in arms.values()), sum(count(s) for s in arms.values())
    if len(arms) < 2 or not 0 < hit < total:
        return ()
    share = hit / total
    statistic = sum((count(s) - s.n * share) ** 2 / (s.n * share * (1 - share)) for s in arms.values())
    p_value = float(chdtrc(len(arms) - 1, statistic))
    if p_value >= EARLY_ALPHA or min(s.n * share for s in arms.values()) < 5:
        return ()
    shares = sorted((count(s) / s.n, arm) for arm, s in arms.items())
    facts = (("p", p_value), ("days", EARLY_DAYS), ("most", shares[-1][1]), ("share", shares[-1][0]))
    return (Check(EARLY_EXPOSURE, "warn", (*facts, ("least_share", shares[0][0]))),)


def with_reached(
    study: Study, metrics: Sequence[MetricResult], measurement: Measurement, *, terms: Terms
) -> tuple[MetricResult, ...]:
    """The primary and secondary metrics with their readings of who was reached."""
    return tuple(
        m if m.role == "guardrail" else replace(m, reached=reached_of(study, m, measurement, terms=terms))
        for m in metrics
    )
