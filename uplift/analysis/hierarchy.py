"""The secondary metrics behind the primary one: which of their differences are proven together, and not each alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from uplift.analysis.comparison import Terms
from uplift.results import MetricResult
from uplift.stats.multiplicity import Decided, hierarchy


def with_hierarchy(metrics: Sequence[MetricResult], terms: Terms) -> tuple[MetricResult, ...]:
    """The secondary metrics with the treatments in which their difference is proven as part of the whole.

    A serial gate: only where the primary metric differs provably in every arm, and then Holm over all comparisons of
    all secondary metrics. The verdict of each metric by itself stands beside it. At a planned look nothing is said:
    there each metric is read at the level that the look has.
    """
    if terms.levels:
        return tuple(metrics)
    family = [(at, u) for at, metric in enumerate(metrics) if metric.role == "secondary" for u in metric.uplifts]
    primary = [
        Decided(u.p_value, u.p_adjusted, u.direction in ("up", "down"), 1 - u.confidence)
        for metric in metrics
        if metric.role == "primary"
        for u in metric.uplifts
    ]
    told = [u.p_value if u.direction != "refused" else None for _, u in family]
    read = hierarchy(primary, told, alpha=terms.alpha)
    proven = {
        (at, u.treatment.arm)
        for (at, u), decided in zip(family, read.secondary, strict=True)
        if read.confirmatory and decided.rejected
    }
    return tuple(
        replace(m, confirmed=tuple(u.treatment.arm for u in m.uplifts if (at, u.treatment.arm) in proven))
        if m.role == "secondary"
        else m
        for at, m in enumerate(metrics)
    )
