"""Were as many contacts of every arm merged since their assignment?"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from typing import Literal

from uplift.assignment.bounded import bounded_engine
from uplift.assignment.erasure import name_contacts
from uplift.engine.adapter import Engine
from uplift.engine.assigned import unit_key_sql
from uplift.engine.merges import MERGED, MergedArm, merged_by_arm, open_merges
from uplift.results import Check
from uplift.spec import Study
from uplift.stats.srm import SRM_ALPHA, srm_test

MERGE_RATE = "UP636"
SHARE_THAT_FAILS = 0.01
"""Merge rates further apart than one point make arms that are no longer alike; less is told."""


def merges(engine: Engine, study: Study) -> tuple[Check, ...]:
    """UP636 over everybody in the relation `ledger`; nothing where the project has no list of merges.

    Raises DataError as the list is read.
    """
    if open_merges(engine, study) is None:
        return ()
    arms = merged_by_arm(engine, study, unit_key_sql(study, "l.unit_id"), until=datetime.date.max)
    return (rate_check(tuple(study.experiment.arms), arms, cluster=study.experiment.unit.cluster),)


def ids_of_persons(study: Study, contacts: Collection[str]) -> frozenset[str]:
    """All other ids of the persons to whom these belong, by the project's list of merges; none where it has none.

    Who asks to be forgotten names the id of today; rows of the ledger may stand under an older one.
    """
    with bounded_engine() as engine:
        if open_merges(engine, study) is None:
            return frozenset()
        name_contacts(engine, "asked", contacts)
        today = (
            f"SELECT unit_id FROM asked UNION SELECT kept_id FROM {MERGED} AS m JOIN asked AS a ON a.unit_id = m.old_id"
        )
        rows = engine.run(
            f"SELECT unit_id FROM ({today}) AS t UNION"
            f" SELECT m.old_id FROM {MERGED} AS m JOIN ({today}) AS t ON t.unit_id = m.kept_id"
        )
    return frozenset(str(unit) for (unit,) in rows) - frozenset(contacts)


def rate_check(names: Sequence[str], arms: Sequence[MergedArm], *, cluster: str | None = None) -> Check:
    """UP636: whether as large a share of every arm was merged, in each weight epoch (Bonferroni over the epochs).

    A treatment that makes people log in, or order under another address, merges its own arm: those contacts bring the
    orders of two ids, and the others of one.
    """
    p_values = [
        p for epoch in sorted({arm.weight_epoch for arm in arms}) if (p := _homogeneity(arms, epoch)) is not None
    ]
    p_value = min(1.0, len(p_values) * min(p_values)) if p_values else None
    units, merged = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for arm in arms:
        units[arm.arm] = units.get(arm.arm, 0) + arm.units
        merged[arm.arm] = merged.get(arm.arm, 0) + arm.merged
    shares = {name: merged[name] / n for name, n in units.items() if n}
    apart = max(shares.values()) - min(shares.values()) if shares else 0.0
    status: Literal["ok", "warn", "fail"] = "ok"
    if p_value is not None and p_value < SRM_ALPHA:
        status = "fail" if apart >= SHARE_THAT_FAILS else "warn"
    facts = (
        ("p", p_value),
        ("alpha", SRM_ALPHA),
        ("merged", sum(merged.values())),
        ("total", sum(units.values())),
        ("conflicts", sum(arm.conflicts for arm in arms)),
        *(() if cluster is None else (("counted", cluster),)),
        *((f"share {name}", share) for name, share in shares.items()),
    )
    return Check(MERGE_RATE, status, facts)


def _homogeneity(arms: Sequence[MergedArm], epoch: int) -> float | None:
    """p of as many merges as the sizes of the arms give; None where an epoch has no merge, or one arm."""
    here = [arm for arm in arms if arm.weight_epoch == epoch and arm.units]
    if len(here) < 2 or not any(arm.merged for arm in here):
        return None
    return srm_test([arm.merged for arm in here], [arm.units for arm in here]).p_value
