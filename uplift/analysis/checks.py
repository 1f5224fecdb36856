"""Can we trust it? Each check is a stable code, an outcome and the facts that its sentence needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from uplift.analysis.epochs import Epochs
from uplift.engine import UnknownArm
from uplift.errors import Problem
from uplift.results import ArmCount, Check, MetricResult
from uplift.spec import Study

SRM_ALPHA = 0.001


def srm(epochs: Epochs, *, cluster: str | None = None) -> tuple[Check, ...]:
    """Sample ratio mismatch: do the assigned units fit the weights of their epoch (chi-square, alpha 0.001)?

    What was randomised is counted: clusters (`cluster` names their column, in the fact `counted`), else contacts.
    Epochs whose weights nobody signed can't be checked; `weight_epochs` says so.
    """
    from uplift.stats.srm import srm_check_of_epochs

    if not epochs.known:
        return ()
    found = srm_check_of_epochs(epochs.known, alpha=SRM_ALPHA)
    return (found if cluster is None else replace(found, facts=(*found.facts, ("counted", cluster))),)


def leaked_clusters(leaked: int, arms: Sequence[ArmCount], *, cluster: str | None) -> tuple[Check, ...]:
    """Clusters with contacts in several arms: the arms are then neither apart nor independent."""
    total = sum(a.clusters or 0 for a in arms) - leaked
    facts = (("leaked", leaked), ("total", total), ("cluster", cluster))
    return (Check("UP635", "warn", facts),) if leaked else ()


def immature(metrics: Sequence[MetricResult]) -> Check:
    """How many contacts are left out of the primary metric because their window is not over yet."""
    primary = next(m for m in metrics if m.role == "primary")
    left_out = sum(n for _, n in primary.immature)
    total = left_out + sum(n for _, n in primary.mature)
    facts = (("left_out", left_out), ("total", total))
    if left_out == 0:
        return Check("UP602", "ok", facts)
    return Check("UP602", "fail" if left_out == total else "warn", facts)


def converters(metrics: Sequence[MetricResult], *, cluster: str | None = None) -> tuple[Check, ...]:
    """One check per metric whose comparison is refused or uncertain for want of control converters.

    Where clusters were randomised, they are what counts (`cluster` names their column, in the fact `counted`).
    """
    found = []
    counted = () if cluster is None else (("counted", cluster),)
    for metric in metrics:
        codes = {u.refusal for u in metric.uplifts} | {c for u in metric.uplifts for c in u.cautions}
        count = min((u.control.nonzero for u in metric.uplifts), default=0)
        facts = (("metric", metric.title), ("role", metric.role), ("converters", count), *counted)
        if "UP604" in codes:
            found.append(Check("UP604", "warn", facts))
        elif "UP603" in codes:
            found.append(Check("UP603", "warn", facts))
    return tuple(found)


def preliminary(metrics: Sequence[MetricResult]) -> tuple[Check, ...]:
    """Metrics that returns and cancellations can still change, alike in both arms."""
    return tuple(Check("UP605", "warn", (("metric", m.title),)) for m in metrics if m.preliminary)


def conditional(metrics: Sequence[MetricResult]) -> tuple[Check, ...]:
    """Primary metrics that compare buyers with buyers: descriptive, not causal without conditions."""
    return tuple(
        Check("UP608", "warn", (("metric", m.title),)) for m in metrics if m.conditional and m.role == "primary"
    )


def unknown_arms(unknown: Sequence[UnknownArm]) -> tuple[Check, ...]:
    """Contacts whose observed arm is none of the experiment's arms, with the most frequent of those values."""
    contacts = sum(arm.contacts for arm in unknown)
    values = [f"«{arm.value}»" for arm in unknown if arm.value]
    named = ", ".join([*values[:3], *(["…"] if len(values) > 3 else [])])
    return (Check("UP606", "warn", (("contacts", contacts), ("values", named or None))),) if contacts else ()


def weight_epochs(epochs: Epochs) -> tuple[Check, ...]:
    """Weights that changed on the way: each epoch is compared within itself, if somebody has signed its weights."""
    if epochs.number <= 1:
        return ()
    status: Literal["ok", "fail"] = "fail" if epochs.unsigned else "ok"
    return (Check("UP631", status, (("epochs", epochs.number), ("unsigned", epochs.unsigned))),)


def missing(missing: int, total: int) -> tuple[Check, ...]:
    """Assigned contacts that the contact source of a metric does not know."""
    return (Check("UP633", "warn", (("missing", missing), ("total", total))),) if missing else ()


def odd_sources(study: Study, notices: Sequence[Problem]) -> tuple[Check, ...]:
    """Sources that are empty, hold rows that belong to nobody, or in which no assigned contact appears."""
    names = {source.file: name for name, source in study.project.sources.items() if source.file}
    odd = [
        Check(n.code, "warn", (("source", names.get(n.place.file) if n.place else None),))
        for n in notices
        if n.code in ("UP522", "UP564", "UP565")
    ]
    return tuple(dict.fromkeys(odd))
