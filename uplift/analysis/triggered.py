"""The effect where the treatment could make a difference, diluted back to everybody: less noise, the same question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from scipy.special import chdtrc

from uplift.analysis.comparison import Terms
from uplift.analysis.parts import Parts, parts_of
from uplift.engine import Measurement
from uplift.engine.reached import BY_TRIGGER
from uplift.errors import StatisticsError
from uplift.results import Check, MetricResult, Triggered
from uplift.spec import Study
from uplift.stats.complier import DilutedEffect, diluted_effect
from uplift.stats.complier_clusters import CONTACTS, FLAGGED, diluted_effect_of_clusters
from uplift.stats.decision import Level

UNLIKE_TRIGGER = "UP619"
ALPHA = 0.001


def with_triggered(
    study: Study, metrics: Sequence[MetricResult], measurement: Measurement, *, terms: Terms
) -> tuple[tuple[MetricResult, ...], tuple[Check, ...]]:
    """The primary and secondary metrics with what the triggered contacts say, and the check that allows it (UP619).

    Where the arms meet the trigger unequally often nothing is read: then it is no matter of the assignment any more.
    """
    if study.experiment.trigger is None:
        return tuple(metrics), ()
    found: list[MetricResult] = []
    checked: Check | None = None
    for metric in metrics:
        parts = None if metric.role == "guardrail" else parts_of(measurement, metric, BY_TRIGGER)
        if parts is None:
            found.append(metric)
            continue
        check = _alike(parts, list(study.experiment.arms))
        if checked is None or (checked.status == "ok" and check.status != "ok"):
            checked = check
        readings = _readings(study, metric, parts, terms) if check.status == "ok" else ()
        found.append(replace(metric, triggered=readings))
    return tuple(found), () if checked is None else (checked,)


def _readings(study: Study, metric: MetricResult, parts: Parts, terms: Terms) -> tuple[Triggered, ...]:
    control, found = study.experiment.control, []
    for uplift in metric.uplifts:
        arm, level = uplift.treatment.arm, Level(1 - uplift.confidence, terms.sides, metric.better)
        if uplift.direction == "refused" or not parts.both(control, arm):
            continue
        try:
            effect = _effect(parts, control, arm, level)
        except StatisticsError:  # too few triggered contacts in an arm to compare
            continue
        found.append(
            Triggered(
                treatment=arm,
                share=effect.share,
                control_n=parts.flagged(control),
                treatment_n=parts.flagged(arm),
                relative=effect.relative,
                relative_interval=effect.relative_interval,
                absolute=effect.absolute,
                absolute_interval=effect.absolute_interval,
            )
        )
    return tuple(found)


def _effect(parts: Parts, control: str, arm: str, level: Level) -> DilutedEffect:
    if parts.joint is not None:
        return diluted_effect_of_clusters(parts.joint[control].moments(), parts.joint[arm].moments(), level=level)
    untriggered = parts.outside(control) + parts.outside(arm)
    return diluted_effect(parts.inside(control), parts.inside(arm), untriggered, level=level)


def _alike(parts: Parts, arms: Sequence[str]) -> Check:
    """UP619: do all arms meet the trigger equally often? The homogeneity of their shares, at 0.001.

    The variance of a share is pooled over the arms, so an arm that never meets it counts too; of households it is that
    of their totals.
    """
    there = [arm for arm in arms if parts.both(arm) and parts.contacts(arm)]
    flagged, contacts = [parts.flagged(arm) for arm in there], [parts.contacts(arm) for arm in there]
    total = sum(contacts)
    share = sum(flagged) / total if total else 0.0
    shown = tuple((f"share {arm}", n / m) for arm, n, m in zip(there, flagged, contacts, strict=True))
    if len(there) < 2 or not 0 < share < 1:
        return Check(UNLIKE_TRIGGER, "warn", (("p", None), ("alpha", ALPHA), *shown))
    unit = _variance(parts, there, share)
    statistic = sum((n / m - share) ** 2 * m / unit for n, m in zip(flagged, contacts, strict=True))
    p_value = float(chdtrc(len(there) - 1, statistic)) if unit > 0 else 0.0
    status: Literal["ok", "warn"] = "warn" if p_value < ALPHA or min(flagged) == 0 else "ok"
    return Check(UNLIKE_TRIGGER, status, (("p", p_value), ("alpha", ALPHA), *shown))


def _variance(parts: Parts, arms: Sequence[str], share: float) -> float:
    """Variance of a share times its contacts, had all arms the same share."""
    if parts.joint is None:
        return share * (1 - share)
    squares = contacts = 0.0
    for arm in arms:
        totals = parts.joint[arm].moments()
        if totals.n < 2:
            continue
        second = totals.second
        spread = (
            second[FLAGGED, FLAGGED] - 2 * share * second[FLAGGED, CONTACTS] + share**2 * second[CONTACTS, CONTACTS]
        )
        squares += float(spread) * totals.n / (totals.n - 1)
        contacts += totals.n * float(totals.mean[CONTACTS])
    return squares / contacts if contacts else 0.0
