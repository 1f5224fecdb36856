"""Carry-over: are contacts of an earlier experiment spread evenly over the arms of this one?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from uplift.assignment.decide import LEDGER
from uplift.engine.adapter import Engine
from uplift.results import Check
from uplift.spec import Study
from uplift.stats.srm import SRM_ALPHA
from uplift.store import Store


@dataclass(frozen=True, slots=True)
class CarryOver:
    """One earlier experiment: contacts of each arm here by what they were there (None: they took no part)."""

    earlier: str
    counts: tuple[tuple[str, str | None, int], ...]
    share: float
    p_value: float | None


def carry_over(engine: Engine, study: Study, store: Store) -> tuple[tuple[CarryOver, ...], tuple[Check, ...]]:
    """Every experiment of the ledger that drew before this one and shares contacts with it; UP810 for each.

    The chi-square test of independence compares old arms (and «took no part») with new ones, among the contacts of the
    first weight epoch: two experiments with salts of their own are independent, unless something went wrong.
    """
    found = tuple(_earlier(engine, study, store))
    return found, tuple(_check(one) for one in found)


def _earlier(engine: Engine, study: Study, store: Store) -> Iterator[CarryOver]:
    own = study.experiment.id
    began = {run.experiment_id: run.on for run in reversed(store.catalog.all_runs())}
    first_epoch = f"weight_epoch = (SELECT min(weight_epoch) FROM {LEDGER})"
    for earlier in store.ledger.experiments():
        if earlier == own or began[earlier] > began[own]:
            continue
        engine.register_files("earlier_rows", store.ledger.files(earlier))
        rows = engine.run(
            f"SELECT l.arm, e.arm, count(*) FROM {LEDGER} AS l LEFT JOIN"
            " (SELECT unit_id, arm FROM earlier_rows WHERE status = 'assigned') AS e ON e.unit_id = l.unit_id"
            f" WHERE l.status = 'assigned' AND {first_epoch} GROUP BY ALL ORDER BY ALL"
        )
        counts = tuple((str(new), None if old is None else str(old), int(str(n))) for new, old, n in rows)
        total = sum(n for *_, n in counts)
        shared = sum(n for _, old, n in counts if old is not None)
        if shared:
            yield CarryOver(earlier, counts, shared / total, _independence(counts))


def _independence(counts: tuple[tuple[str, str | None, int], ...]) -> float | None:
    """p of Pearson's test of independence; None where a margin is too small for it (below 5 expected)."""
    import numpy as np
    from scipy.special import chdtrc

    new = sorted({arm for arm, _, _ in counts})
    old = sorted({arm or "" for _, arm, _ in counts})
    table = np.zeros((len(new), len(old)))
    for arm, before, n in counts:
        table[new.index(arm), old.index(before or "")] += n
    expected = table.sum(axis=1, keepdims=True) @ table.sum(axis=0, keepdims=True) / table.sum()
    df = (len(new) - 1) * (len(old) - 1)
    if df == 0 or expected.min() < 5:
        return None
    return float(chdtrc(df, float(np.sum((table - expected) ** 2 / expected))))


def _check(found: CarryOver) -> Check:
    failed = found.p_value is not None and found.p_value < SRM_ALPHA
    facts = (("experiment", found.earlier), ("share", found.share), ("p", found.p_value), ("alpha", SRM_ALPHA))
    return Check("UP810", "warn" if failed else "ok", facts)
