"""Contacts that were merged after their assignment: as often in every arm, and does the result depend on them?"""

from __future__ import annotations

from collections.abc import Callable

from uplift.assignment.merged import rate_check
from uplift.engine.merged_units import MergedContacts
from uplift.results import Check, MetricResult
from uplift.spec import Study

WITHOUT_CONFLICTS = "UP637"


def rates(study: Study, found: MergedContacts | None) -> tuple[Check, ...]:
    """UP636 the merge rates of the arms; nothing where the project has no list of merges."""
    return (
        ()
        if found is None
        else (rate_check(tuple(study.experiment.arms), found.arms, cluster=study.experiment.unit.cluster),)
    )


def without_conflicts(
    found: MergedContacts | None, primary: MetricResult, again: Callable[[str], MetricResult]
) -> tuple[Check, ...]:
    """UP637 the primary metric without contacts whose ids had different arms; `again` measures another unit table."""
    if found is None or found.without is None:
        return ()
    return (_sensitivity(primary, again(found.without), sum(arm.conflicts for arm in found.arms)),)


def _sensitivity(primary: MetricResult, without: MetricResult, conflicts: int) -> Check:
    """UP637: each uplift of the primary metric with and without them; a warning where a verdict changes."""
    facts: list[tuple[str, str | int | float | None]] = [("metric", primary.title), ("conflicts", conflicts)]
    changed = False
    for every, fewer in zip(primary.uplifts, without.uplifts, strict=True):
        arm, interval = every.treatment.arm, fewer.relative_interval
        changed |= every.direction != fewer.direction
        facts += [(f"every {arm}", every.relative), (f"without {arm}", fewer.relative)]
        ends = (None, None) if interval is None else (interval.low, interval.high)
        facts += [(f"low {arm}", ends[0]), (f"high {arm}", ends[1])]
    return Check(WITHOUT_CONFLICTS, "warn" if changed else "ok", tuple(facts))
