"""Every assignment of a ledger, computed again from salt, id and weights, and compared."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from uplift.assignment.decide import LEDGER, permuted_sql
from uplift.assignment.dialects import digits_sql
from uplift.assignment.hashing import BUCKETS, HEX_DIGITS
from uplift.assignment.ranges import ArmRange, Range
from uplift.engine.adapter import Engine, text_literal
from uplift.engine.text_forms import shown_value
from uplift.errors import Problem
from uplift.spec import Study
from uplift.store import Run


@dataclass(frozen=True, slots=True)
class Recomputed:
    """`recomputed` rows were computed again from their ids, `wrong` of them came out differently.

    `taken_on_trust` rows can't be: they are held out by a unit that the ledger does not hold (a household, in an
    experiment on contacts), so only their bucket was compared with the holdout's share; or they came from elsewhere
    (imported); or they were drawn among contacts that are erased now. `erased` rows have no person any more.
    """

    rows: int
    recomputed: int
    taken_on_trust: int
    erased: int
    wrong: int
    problems: tuple[Problem, ...]


def recompute(engine: Engine, study: Study, runs: Sequence[Run], *, files: int) -> Recomputed:
    """Compare every row of the relation `ledger` with the rule that it names.

    A row is right when its bucket is the hash of its salt and unit, and its arm is the one that the weights of its
    epoch give to the bucket (with strata: to its rank inside the draw). `files` is the number of the ledger's files.
    """
    name = study.experiment.id
    rules = tuple(_rule(run) for run in runs if run.verb == "assign")
    imported = tuple(run.run_id for run in runs if run.verb == "import")
    ((rows, erased),) = engine.run(f"SELECT count(*), count(*) FILTER (WHERE status = 'erased') FROM {LEDGER}")
    engine.define(_ROWS, _rows_sql(study, [run.run_id for run in runs]))
    engine.define(_CHECKED, _checked_sql(study, rules, imported))
    ((known, incorrect),) = engine.run(
        f"SELECT count(*) FILTER (WHERE known), count(*) FILTER (WHERE NOT correct) FROM {_CHECKED}"
    )
    recomputed, wrong = int(str(known)), 0
    problems: list[Problem] = []
    if incorrect:
        wrong += _differing(engine, name, f"SELECT unit_id FROM {_CHECKED} WHERE NOT correct", problems)
    for rule in rules:
        if not rule.permuted:
            continue
        if not erased:
            wrong += _differing(engine, name, _misplaced_sql(rule), problems)
        elif study.experiment.unit.cluster is None:
            # Nobody knows any more in which place the erased contacts stood; the others stand in their order still.
            wrong += _differing(engine, name, _disordered_sql(rule), problems)
        else:
            ((drawn,),) = engine.run(f"SELECT count(*) FROM {_drawn(rule)}")
            recomputed -= int(str(drawn))
    # Two ids share a 64-bit number once in millions of ledgers; then the exact query finds nobody twice.
    quick = f"SELECT count(*) - count(DISTINCT hash(unit_id)) FROM {LEDGER}"
    if files > 1 and engine.run(quick)[0][0]:
        twice = f"SELECT unit_id FROM {LEDGER} GROUP BY unit_id HAVING count(*) > 1"
        wrong += _differing(engine, name, twice, problems, what="have two rows")
    return Recomputed(
        rows=int(str(rows)),
        recomputed=recomputed,
        taken_on_trust=int(str(rows)) - int(str(erased)) - recomputed,
        erased=int(str(erased)),
        wrong=wrong,
        problems=tuple(problems),
    )


_ROWS, _CHECKED = "ledger_rows", "checked_rows"


@dataclass(frozen=True, slots=True)
class _Rule:
    """By what a run assigned, as it wrote it down."""

    run_id: str
    on: datetime.date
    salt: str
    weights_hash: str
    ranges: tuple[ArmRange, ...]
    permuted: bool
    holdout: tuple[str, str, Range] | None  # salt, unit, range


def _rule(run: Run) -> _Rule:
    facts: Any = run.facts
    held = facts["holdout"]
    return _Rule(
        run_id=run.run_id,
        on=datetime.date.fromisoformat(run.on),
        salt=facts["salt"],
        weights_hash=facts["weights_hash"],
        ranges=tuple(ArmRange(arm, Range(low, high)) for arm, low, high in facts["ranges"]),
        permuted=facts["min_stratum"] is not None,
        holdout=(held["salt"], held["unit"], Range(held["low"], held["high"])) if held else None,
    )


def _rows_sql(study: Study, runs: Sequence[str]) -> str:
    """The ledger with what was hashed for the arm, and for late members of a cluster the arm of its first row."""
    if study.experiment.unit.cluster is None:
        return f"SELECT *, unit_id AS randomised, CAST(NULL AS VARCHAR) AS inherited FROM {LEDGER}"
    turns = " ".join(f"WHEN '{run}' THEN {turn}" for turn, run in enumerate(runs))
    return f"""
        SELECT l.*, coalesce(l.cluster_id, l.unit_id) AS randomised,
            CASE WHEN l.run_id <> f.first_run THEN f.first_arm END AS inherited
        FROM {LEDGER} AS l LEFT JOIN (
            SELECT cluster_id, arg_min(run_id, turn) AS first_run, arg_min(arm, turn) AS first_arm
            FROM (SELECT cluster_id, run_id, arm, CASE run_id {turns} END AS turn FROM {LEDGER}
                  WHERE status = 'assigned' AND cluster_id IS NOT NULL) AS a
            GROUP BY cluster_id
        ) AS f ON l.cluster_id = f.cluster_id"""


def _checked_sql(study: Study, rules: Sequence[_Rule], imported: Sequence[str]) -> str:
    """Each row: whether its hash is known again from the ledger alone, and whether everything about it is correct."""
    unit = study.experiment.unit
    columns = {unit.id: "unit_id", unit.cluster: "coalesce(cluster_id, unit_id)"}
    held = dict.fromkeys(rule.holdout for rule in rules if rule.holdout is not None)
    hashed = " ".join(
        f"WHEN status = 'held_out' AND salt = '{salt}' THEN {columns[name]}"
        for salt, name, _ in held
        if name in columns
    )
    within = " ".join(f"WHEN salt = '{salt}' THEN bucket >= {r.low} AND bucket < {r.high}" for salt, _, r in held)
    fits = dict.fromkeys((rule.weights_hash, arm) for rule in rules for arm in rule.ranges)
    arms = " ".join(
        f"WHEN weights_hash = '{weights}' AND arm = {text_literal(r.arm)}"
        f" THEN bucket >= {r.range.low} AND bucket < {r.range.high}"
        for weights, r in fits
    )
    permuted = ", ".join(f"'{rule.run_id}'" for rule in rules if rule.permuted)
    ranked = f"WHEN run_id IN ({permuted}) THEN TRUE" if permuted else ""
    foreign = ", ".join(f"'{run}'" for run in imported)
    own = f"status = 'assigned' AND run_id NOT IN ({foreign})" if foreign else "status = 'assigned'"
    trusted = f"WHEN run_id IN ({foreign}) THEN arm IS NOT NULL" if foreign else ""
    return f"""
        SELECT unit_id, hashed IS NOT NULL AS known, coalesce(
            CASE WHEN hashed IS NULL THEN TRUE ELSE
                bucket = CAST('0x' || substr(sha256(salt || '|' || hashed), 1, {HEX_DIGITS}) AS BIGINT) % {BUCKETS}
            END AND CASE
                {trusted}
                WHEN status = 'held_out' THEN CASE {within or "WHEN TRUE THEN FALSE"} END
                WHEN inherited IS NOT NULL THEN arm = inherited
                {ranked}
                ELSE CASE {arms or "WHEN TRUE THEN FALSE"} END
            END, FALSE) AS correct
        FROM (
            SELECT *, CASE WHEN {own} THEN randomised {hashed} END AS hashed FROM {_ROWS} WHERE status <> 'erased'
        ) AS h"""


def _misplaced_sql(rule: _Rule) -> str:
    """The contacts of a permuted draw whose arm is not that of their rank."""
    drawn = permuted_sql(f"SELECT * FROM {_drawn(rule)}", salt=rule.salt, on=rule.on, ranges=rule.ranges)
    return f"SELECT unit_id FROM ({drawn}) AS d WHERE drawn_arm IS DISTINCT FROM arm"


def _drawn(rule: _Rule) -> str:
    """The contacts of a permuted draw, as a relation."""
    return (
        f"(SELECT unit_id, randomised, stratum AS block, arm FROM {_ROWS}"
        f" WHERE run_id = '{rule.run_id}' AND status = 'assigned' AND inherited IS NULL) AS drawn"
    )


def _disordered_sql(rule: _Rule) -> str:
    """The contacts of a permuted draw that stand behind somebody of a later arm, in the order of the hash."""
    arms = " ".join(f"WHEN {text_literal(r.arm)} THEN {place}" for place, r in enumerate(rule.ranges))
    order = f"{digits_sql('duckdb', rule.salt, 'randomised')}, randomised"
    return (
        f"SELECT unit_id FROM (SELECT unit_id, place, max(place) OVER (PARTITION BY block ORDER BY {order}) AS latest"
        f" FROM (SELECT *, CASE arm {arms} END AS place FROM {_drawn(rule)}) AS placed) AS ordered"
        " WHERE place IS DISTINCT FROM latest"
    )


def _differing(
    engine: Engine, name: str, sql: str, problems: list[Problem], what: str = "are not what their salt and weights give"
) -> int:
    """How many contacts a query finds; if any, one problem that shows some of them, masked."""
    ((count,),) = engine.run(f"SELECT count(*) FROM ({sql}) AS w")
    if not count:
        return 0
    some = engine.run(f"SELECT unit_id FROM ({sql}) AS w ORDER BY unit_id LIMIT 3")
    shown = ", ".join(shown_value(str(unit), private=True) for (unit,) in some)
    problems.append(
        Problem(
            "UP511",
            f"{count:,} contacts of '{name}' {what}, for example {shown}",
            fix="restore the ledger from a backup, and find out who can write to the state directory",
        )
    )
    return int(str(count))
