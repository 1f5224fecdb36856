"""Do the arms have the sizes that their weights give: in all, in every weight epoch, stratum and on every day?

What was randomised is counted: contacts, or clusters by their first row. Each epoch is held against its own weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from uplift.assignment.decide import LEDGER
from uplift.engine.adapter import Engine
from uplift.results import Check
from uplift.spec import Study
from uplift.stats.srm import SRM_ALPHA, srm_check_of_epochs, srm_sequence_check, srm_test
from uplift.store import Run

Scope = Literal["epoch", "stratum", "day"]


@dataclass(frozen=True, slots=True)
class Split:
    """The arms of one part of the experiment: what was counted, what the weights expect, and the p-value."""

    scope: Scope
    weight_epoch: int
    name: str | None  # the stratum or the day; None for a whole epoch or contacts without a stratum
    arms: tuple[tuple[str, int, float], ...]
    p_value: float


def splits(engine: Engine, study: Study, runs: Sequence[Run]) -> tuple[tuple[Split, ...], tuple[Check, ...]]:
    """Every split of the relation `ledger`, and what is to be said about them.

    UP601 epochs, UP801 the worst stratum, UP802 the worst day (each times their number), UP618 the days as they came,
    with an anytime-valid test; UP803 erased contacts by arm.
    """
    weights = dict(_weights(runs))
    engine.define(_RANDOMISED, _randomised_sql(study))
    found = tuple(_splits(engine, study, weights))
    epochs = [s for s in found if s.scope == "epoch"]
    cluster = study.experiment.unit.cluster
    counted = () if cluster is None else (("counted", cluster),)
    checks = []
    if epochs:
        whole = srm_check_of_epochs([(_counts(s), weights[s.weight_epoch]) for s in epochs])
        checks.append(replace(whole, facts=(*whole.facts, *counted)))
    for code, scope in (("UP801", "stratum"), ("UP802", "day")):
        parts = [s for s in found if s.scope == scope]
        if len(parts) > 1:
            checks.append(_worst(code, parts))
    for split in epochs:
        days = [s for s in found if s.scope == "day" and s.weight_epoch == split.weight_epoch]
        if len(days) > 1:
            checks.append(_sequence(split, days, weights[split.weight_epoch]))
    return found, (*checks, *_erased(engine, study))


_RANDOMISED = "randomised_units"


def _weights(runs: Sequence[Run]) -> Iterator[tuple[int, Mapping[str, float]]]:
    """The shares of the arms in each weight epoch, as the runs have written them down."""
    for run in runs:
        epoch, ranges = run.facts.get("weight_epoch"), run.facts.get("ranges")
        if isinstance(epoch, int) and isinstance(ranges, list):
            yield epoch, {arm: (high - low) / 1_000_000 for arm, low, high in ranges}


def _randomised_sql(study: Study) -> str:
    if study.experiment.unit.cluster is None:
        return (
            f"SELECT arm, weight_epoch, stratum, CAST(assigned_at AS DATE) AS day FROM {LEDGER} WHERE arm IS NOT NULL"
        )
    # An erased member has no cluster any more; the cluster is counted by those who are left.
    first = "arg_min({'arm': arm, 'weight_epoch': weight_epoch, 'stratum': stratum}, (assigned_at, unit_id))"
    return (
        f"SELECT f['arm'] AS arm, f['weight_epoch'] AS weight_epoch, f['stratum'] AS stratum, day FROM ("
        f"SELECT {first} AS f, CAST(min(assigned_at) AS DATE) AS day FROM {LEDGER}"
        " WHERE status = 'assigned' GROUP BY coalesce(cluster_id, unit_id)) AS clusters"
    )


def _splits(engine: Engine, study: Study, weights: Mapping[int, Mapping[str, float]]) -> Iterator[Split]:
    """One pass over the units; days and strata only where there are several."""
    sets = "(weight_epoch, arm), (weight_epoch, day, arm)"
    if study.experiment.assignment.strata:
        sets += ", (weight_epoch, stratum, arm)"
    by_stratum = "grouping(stratum)" if study.experiment.assignment.strata else "1"
    stratum = "stratum" if study.experiment.assignment.strata else "CAST(NULL AS VARCHAR)"
    rows = engine.run(
        f"SELECT weight_epoch, grouping(day), {by_stratum}, CAST(day AS VARCHAR), {stratum}, arm, count(*)"
        f" FROM {_RANDOMISED} GROUP BY GROUPING SETS ({sets}) ORDER BY ALL"
    )
    parts: dict[tuple[int, Scope, str | None], dict[str, int]] = {}
    for epoch, no_day, no_stratum, day, name, arm, count in rows:
        scope: Scope = "day" if not no_day else "stratum" if not no_stratum else "epoch"
        part = day if scope == "day" else name if scope == "stratum" else None
        key = (int(str(epoch)), scope, None if part is None else str(part))
        parts.setdefault(key, {})[str(arm)] = int(str(count))
    for (epoch, scope, part), counts in parts.items():
        shares = weights.get(epoch)
        if shares is None:
            continue
        observed = [counts.get(arm, 0) for arm in shares]
        n = sum(observed)
        if n == 0:
            continue
        test = srm_test(observed, list(shares.values()))
        arms = tuple((arm, count, n * share) for count, (arm, share) in zip(observed, shares.items(), strict=True))
        yield Split(scope, epoch, part, arms, test.p_value)


def _counts(split: Split) -> dict[str, int]:
    return {arm: count for arm, count, _ in split.arms}


def _worst(code: str, parts: Sequence[Split]) -> Check:
    """The part that fits worst; its p-value times the number of parts."""
    worst = min(parts, key=lambda s: (s.p_value, s.name or ""))
    p_value = min(1.0, len(parts) * worst.p_value)
    facts = (("p", p_value), ("alpha", SRM_ALPHA), ("parts", len(parts)), ("worst", worst.name))
    return Check(code, "fail" if p_value < SRM_ALPHA else "ok", facts)


def _sequence(epoch: Split, days: Sequence[Split], weights: Mapping[str, float]) -> Check:
    running = dict.fromkeys(weights, 0)
    cumulated = []
    for day in sorted(days, key=lambda s: s.name or ""):
        for arm, count in _counts(day).items():
            running[arm] += count
        cumulated.append(tuple(running.values()))
    check = srm_sequence_check(cumulated, list(weights.values()))
    return replace(check, facts=(*check.facts, ("epoch", epoch.weight_epoch)))


def _erased(engine: Engine, study: Study) -> tuple[Check, ...]:
    """Whether as large a share of each arm was erased: else who is left is no longer comparable."""
    rows = engine.run(
        f"SELECT arm, count(*), count(*) FILTER (WHERE status = 'erased') FROM {LEDGER}"
        " WHERE arm IS NOT NULL GROUP BY arm ORDER BY arm"
    )
    erased = {str(arm): (int(str(n)), int(str(gone))) for arm, n, gone in rows}
    total = sum(gone for _, gone in erased.values())
    if not total:
        return ()
    test = srm_test([gone for _, gone in erased.values()], [n for n, _ in erased.values()])
    facts = (("p", test.p_value), ("alpha", SRM_ALPHA), ("erased", total))
    named = tuple((f"erased {arm}", erased.get(arm, (0, 0))[1]) for arm in study.experiment.arms)
    return (Check("UP803", "warn" if test.p_value < SRM_ALPHA else "ok", (*facts, *named)),)
