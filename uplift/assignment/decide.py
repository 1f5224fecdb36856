"""The decision about every new contact, as one DuckDB query over six million of them.

The order for one contact: ledger (who has a row keeps it) → eligibility → global holdout → layer → arm. Holdout and
layer hash their own unit with their own salt, whatever the experiment randomises, so two experiments hold out the
same people. The arm belongs to the randomised unit: the cluster where one is given, else the contact. A new member
of a cluster that has an arm gets that arm.

The relations that the query reads:

    audience   unit_id, unit_key, cluster_id, eligible_at, stratum, holdout_unit, layer_unit, late (and gone, where
               contacts were merged): one row per eligible contact; unit_key is a BIGINT where the id is an integer
    ledger     the rows so far, where there are any
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from uplift.assignment.dialects import arm_sql, bucket_sql, digits_sql, within_sql
from uplift.assignment.hashing import ALGORITHM, BUCKETS
from uplift.assignment.plan import Plan
from uplift.assignment.ranges import ArmRange
from uplift.engine.adapter import Engine
from uplift.engine.merges import MERGED

POOLED = "\\pooled"  # the stratum of all strata that are too small; a backslash in a value is doubled, so none is it


AUDIENCE, LEDGER, FRESH = "audience", "ledger", "fresh"  # the relations, as the engine knows them
_NEWCOMERS = "newcomers"


def fresh_sql(*, known: bool, merged: bool = False) -> str:
    """The eligible contacts without a row in the ledger; `known` says whether anybody has one yet.

    With `merged` an id that was merged into another is nobody, and who has a row under an older id has one.
    """
    there = "NOT late AND NOT gone" if merged else "NOT late"
    if not known:
        return f"SELECT * FROM {AUDIENCE} WHERE {there}"
    rows = f"{LEDGER} AS l ON a.unit_id = l.unit_id"
    if merged:
        rows = f"({persons_sql(LEDGER)}) AS l ON a.unit_id = l.person"
    return f"SELECT a.* FROM {AUDIENCE} AS a ANTI JOIN {rows} WHERE {there}"


def keep_fresh(engine: Engine, *, merged: bool, integer: bool) -> None:
    """Keep the eligible contacts without a row, where some have one; integer ids are compared as numbers."""
    if not integer:
        engine.materialize(FRESH, fresh_sql(known=True, merged=merged))
        return
    there = "NOT late AND NOT gone" if merged else "NOT late"
    rows, own = (f"({persons_sql(LEDGER)}) AS p", "person") if merged else (LEDGER, "unit_id")
    engine.keep_absent(
        _NEWCOMERS,
        f"SELECT unit_key AS number FROM {AUDIENCE} WHERE {there}",
        f"SELECT TRY_CAST({own} AS BIGINT) AS number FROM {rows}",  # the text of an erased row is no number
    )
    engine.materialize(
        FRESH, f"SELECT a.* FROM {AUDIENCE} AS a SEMI JOIN {_NEWCOMERS} AS n ON n.number = a.unit_key WHERE {there}"
    )


def persons_sql(relation: str) -> str:
    """The ids that the contacts of a relation have today: `person`, which is another one than theirs after a merge."""
    today = "SELECT coalesce(m.kept_id, c.unit_id) AS person"
    return f"{today} FROM {relation} AS c LEFT JOIN {MERGED} AS m ON m.old_id = c.unit_id"


def rows_sql(plan: Plan, run_id: str, *, fresh: str, ledger: str | None) -> str:
    """The ledger rows of the new contacts (`fresh`), sorted by `unit_id`; contacts outside the layer have none.

    The engine has to keep the order of the inner query: what is the same in every row is added after the sort.
    """
    families = plan.clustered and ledger is not None
    decided = _decided(plan, fresh=fresh, ledger=ledger)
    kept = ["unit_id", "cluster_id", "eligible_at", "held", "bucket", *(_FAMILY_COLUMNS if families else ())]
    if plan.min_stratum is None:
        placed, arm, stratum = decided, arm_sql("bucket", plan.ranges), "stratum"
        kept += ["stratum"]
    else:
        placed, arm, stratum = _permuted(plan, decided, kept, families=families), "drawn_arm", "block"
        kept += ["drawn_arm", "block"]

    def inherited(name: str, own: str) -> str:
        """A late member of a cluster has what the cluster's first row has."""
        return f"CASE WHEN family_arm IS NOT NULL THEN family_{name} ELSE {own} END" if families else own

    return f"""
        SELECT
            '{plan.experiment_id}' AS experiment_id,
            unit_id,
            cluster_id,
            CASE WHEN NOT held THEN {inherited("arm", arm)} END AS arm,
            CAST(bucket AS INTEGER) AS bucket,
            CASE WHEN held THEN '{plan.holdout.salt if plan.holdout else ""}' ELSE '{plan.salt}' END AS salt,
            '{ALGORITHM}' AS algo,
            CAST({plan.salt_epoch} AS INTEGER) AS salt_epoch,
            {inherited("weight_epoch", f"CAST({plan.weight_epoch} AS INTEGER)")} AS weight_epoch,
            TIMESTAMP '{plan.on.isoformat()} 00:00:00' AS assigned_at,
            eligible_at,
            CASE WHEN NOT held THEN {inherited("stratum", stratum)} END AS stratum,
            {inherited("weights_hash", f"'{plan.weights_hash}'")} AS weights_hash,
            '{plan.spec_hash}' AS spec_hash,
            '{run_id}' AS run_id,
            CASE WHEN held THEN 'held_out' ELSE 'assigned' END AS status
        FROM (
            SELECT {", ".join(kept)} FROM ({placed}) AS placed WHERE bucket IS NOT NULL ORDER BY unit_id
        ) AS sorted
    """


_FAMILY = ("arm", "weight_epoch", "stratum", "weights_hash")
_FAMILY_COLUMNS = tuple(f"family_{name}" for name in _FAMILY)


def _decided(plan: Plan, *, fresh: str, ledger: str | None) -> str:
    """Every new contact with its bucket: the holdout's where held out, NULL outside the layer, else the arm's."""
    unit = "coalesce(f.cluster_id, f.unit_id)" if plan.clustered else "f.unit_id"
    held, held_bucket = "FALSE", "CAST(NULL AS BIGINT)"
    if plan.holdout is not None:
        held_bucket = bucket_sql("duckdb", plan.holdout.salt, "coalesce(holdout_unit, unit_id)")
        held = within_sql("held_bucket", plan.holdout.range)
    inside = ""
    if plan.layer is not None and not plan.layer.range.everything:
        layer_bucket = bucket_sql("duckdb", plan.layer.salt, "coalesce(layer_unit, unit_id)")
        low, high = plan.layer.range.low, plan.layer.range.high
        inside = f"{layer_bucket} NOT BETWEEN {low} AND {high - 1}"  # BETWEEN: the hash is computed once
    families = plan.clustered and ledger is not None
    outside = " AND ".join(filter(None, ("family_arm IS NULL" if families else "", inside))) if inside else "FALSE"
    columns = "".join(f", h.{name} AS family_{name}" for name in _FAMILY) if families else ""
    # CASE computes a branch only for the rows that reach it: who is held out costs one hash instead of three.
    return f"""
        SELECT *, ({held}) AS held, CASE
                WHEN {held} THEN held_bucket
                WHEN {outside} THEN NULL
                ELSE {bucket_sql("duckdb", plan.salt, "randomised")}
            END AS bucket
        FROM (
            SELECT f.unit_id, f.cluster_id, f.eligible_at, f.stratum, f.layer_unit, {unit} AS randomised,
                {held_bucket} AS held_bucket{columns}
            FROM {fresh} AS f {_family_join(ledger) if families and ledger else ""}
            {"WHERE f.cluster_id IS NOT NULL" if plan.exclude_unclustered else ""}
        ) AS hashed
    """


def _family_join(ledger: str) -> str:
    """The earliest assigned row of each cluster: households that were merged keep the arm that was given first."""
    columns = ", ".join(f"arg_min({name}, (assigned_at, unit_id)) AS {name}" for name in _FAMILY if name != "stratum")
    # arg_min skips NULL values, and a stratum may be NULL: a struct never is.
    stratum = "arg_min({'stratum': stratum}, (assigned_at, unit_id))['stratum'] AS stratum"
    return f"""LEFT JOIN (
                SELECT cluster_id, {columns}, {stratum}
                FROM {ledger} WHERE status = 'assigned' AND cluster_id IS NOT NULL GROUP BY cluster_id
            ) AS h ON f.cluster_id = h.cluster_id"""


def _permuted(plan: Plan, decided: str, kept: Sequence[str], *, families: bool) -> str:
    """The arm by rank inside each stratum of this draw; strata below `min_stratum` units are pooled into one.

    A cluster belongs to the stratum of its first contact by id. Who is held out or inherits an arm takes no rank.
    """
    own = "first_value(stratum) OVER (PARTITION BY randomised ORDER BY unit_id)" if plan.clustered else "stratum"
    placed = "held OR family_arm IS NOT NULL" if families else "held"
    pooled = f"""
            SELECT free.*, CASE WHEN sizes.units < {plan.min_stratum} THEN '{POOLED}' ELSE free.own END AS block
            FROM free JOIN sizes ON free.own = sizes.own"""
    return f"""
        WITH decided AS MATERIALIZED ({decided}),
        free AS (SELECT *, {own} AS own FROM decided WHERE bucket IS NOT NULL AND NOT ({placed})),
        sizes AS (SELECT own, count(DISTINCT randomised) AS units FROM free GROUP BY own)
        SELECT {", ".join(kept)}, drawn_arm, block
        FROM ({permuted_sql(pooled, salt=plan.salt, on=plan.on, ranges=plan.ranges)}) AS drawn
        UNION ALL
        SELECT {", ".join(kept)}, NULL AS drawn_arm, NULL AS block
        FROM decided WHERE bucket IS NOT NULL AND ({placed})
    """


def permuted_sql(blocks: str, *, salt: str, on: datetime.date, ranges: Sequence[ArmRange]) -> str:
    """The rows of `blocks` (a query with `randomised` and `block`) with their `drawn_arm`.

    Units of a block stand in the order of their hash. The boundary between two arms is cumulative weight × units plus
    one offset in [0, 1) per block, from the hash of day and block, rounded down. So each arm gets its exact share of
    each block but for less than one unit, every unit's chance of an arm is exactly its weight, and the rounding of
    one block says nothing about another's.
    """
    offset = bucket_sql("duckdb", salt, f"'block {on.isoformat()} ' || block")
    whens = " ".join(
        f"WHEN place >= (units * {r.range.low} + shift) // {BUCKETS}"
        f" AND place < (units * {r.range.high} + shift) // {BUCKETS} THEN '{r.arm}'"
        for r in ranges
    )
    order = f"{digits_sql('duckdb', salt, 'randomised')}, randomised"
    return f"""
        SELECT *, CASE {whens} END AS drawn_arm FROM (
            SELECT *, max(place) OVER (PARTITION BY block) + 1 AS units, {offset} AS shift FROM (
                SELECT *, dense_rank() OVER (PARTITION BY block ORDER BY {order}) - 1 AS place FROM ({blocks}) AS b
            ) AS ranked
        ) AS counted"""
