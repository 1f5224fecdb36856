"""An experiment's assignment as one SQL statement for somebody's own warehouse: holdout, layer and arm by the hash."""

from __future__ import annotations

import datetime

from uplift.assignment.dialects import (
    DIALECTS,
    DialectName,
    arm_sql,
    bucket_sql,
    identifier_sql,
    selftest_sql,
    text_sql,
    unit_text_sql,
    within_sql,
)
from uplift.assignment.plan import Plan, plan_of
from uplift.engine.snippets import parse, snippet_at
from uplift.errors import AssignmentError, Problem
from uplift.spec import Study


def experiment_sql(study: Study, dialect: DialectName, *, on: datetime.date, table: str | None = None) -> str:
    """The self-test of a dialect, then a statement with `unit_id, status, bucket, arm` of every eligible contact.

    `status` is `held_out`, `outside_layer` or `assigned`; only the last has an arm. `table` (default: the table of the
    audience's source, else the source's name) holds the columns that the experiment names. The statement knows no
    ledger: who has a row there keeps it, so it is for newcomers, for checks, and for other systems.

    Raises AssignmentError: UP513 for a draw that no single contact can compute (strata) or an id that is no column,
    and what `plan_of` says of a day on which nobody may be assigned; SpecError for a filter that can't be read.
    """
    plan = plan_of(study, on=on, to_draw=False)
    _require_hash(study, plan)
    source = study.source(study.experiment.audience.source)
    name = table or source.table or study.experiment.audience.source
    relation = ".".join(identifier_sql(dialect, part) for part in name.split("."))
    test = selftest_sql(dialect).removeprefix(DIALECTS[dialect].header)
    return "\n".join(
        (
            DIALECTS[dialect].header.rstrip(),
            "\n-- 1. Self-test: one row, and u1_is_right must be true. If it is not, use nothing of what follows.",
            f"{test.rstrip()};\n",
            *_told(study, plan),
            f"{_statement(study, plan, dialect, relation)};\n",
        )
    )


def _told(study: Study, plan: Plan) -> list[str]:
    """What a reader of the statement has to know, as comments."""
    weights = ", ".join(f"{r.arm} [{r.range.low}, {r.range.high})" for r in plan.ranges)
    lines = [
        f"-- 2. {plan.experiment_id} on {plan.on}: salt {plan.salt}, buckets {weights}",
        f"-- Contacts that have a row in the ledger keep it: leave them out. Spec {plan.spec_hash[:12]}.",
    ]
    named = study.experiment.assignment.holdout
    if named is not None and plan.holdout is None:
        lines.append(f"-- Holdout {named} holds nobody out on this day.")
    if plan.clustered:
        lines.append("-- A new member of a cluster that has an arm in the ledger gets that arm, whatever stands here.")
    return lines


def _statement(study: Study, plan: Plan, dialect: DialectName, relation: str) -> str:
    unit = study.experiment.unit
    id_ = unit_text_sql(dialect, identifier_sql(dialect, str(unit.id)), unit.type)

    def other(column: str) -> str:
        """Another hashed unit; contacts without one stand for themselves."""
        return id_ if column == unit.id else f"coalesce({text_sql(dialect, identifier_sql(dialect, column))}, {id_})"

    columns = [f"{id_} AS unit_id"]
    buckets = ["unit_id"]
    held, outside = "", ""
    if plan.holdout is not None:
        columns.append(f"{other(plan.holdout.unit)} AS holdout_unit")
        buckets.append(f"{bucket_sql(dialect, plan.holdout.salt, 'holdout_unit')} AS holdout_bucket")
        held = within_sql("holdout_bucket", plan.holdout.range)
    if plan.layer is not None and not plan.layer.range.everything:
        columns.append(f"{other(plan.layer.unit)} AS layer_unit")
        buckets.append(f"{bucket_sql(dialect, plan.layer.salt, 'layer_unit')} AS layer_bucket")
        outside = f"layer_bucket < {plan.layer.range.low} OR layer_bucket >= {plan.layer.range.high}"
    randomised = "unit_id"
    if plan.clustered and unit.cluster is not None:
        own = text_sql(dialect, identifier_sql(dialect, unit.cluster))
        columns.append(f"{own if plan.exclude_unclustered else f'coalesce({own}, {id_})'} AS randomised")
        randomised = "randomised"
    buckets.append(f"{bucket_sql(dialect, plan.salt, randomised)} AS arm_bucket")
    taken = [f"WHEN {held} THEN 'held_out'"] if held else []
    taken += [f"WHEN {outside} THEN 'outside_layer'"] if outside else []
    free = " OR ".join(part for part in (held, outside) if part)
    arms = arm_sql("arm_bucket", plan.ranges)
    kept = f"CASE WHEN {held} THEN holdout_bucket ELSE arm_bucket END" if held else "arm_bucket"
    status = f"CASE {' '.join(taken)} ELSE 'assigned' END" if taken else "'assigned'"
    columns_text = ",\n            ".join(columns)
    buckets_text = ",\n        ".join(buckets)
    return (
        f"SELECT unit_id, {status} AS status,\n"
        f"    {kept} AS bucket,\n"
        f"    {f'CASE WHEN NOT ({free}) THEN {arms} END' if free else arms} AS arm\n"
        f"FROM (\n    SELECT {buckets_text}\n    FROM (\n        SELECT {columns_text}\n        FROM {relation}\n"
        f"        WHERE {_eligible(study, plan, dialect, id_)}\n    ) AS contacts\n) AS hashed"
    )


def _eligible(study: Study, plan: Plan, dialect: DialectName, id_: str) -> str:
    """Who is asked at all: with an id, by the experiment's own filter, and not before their time.

    The filter is the one thing here that is translated: it is a plain condition on columns, and no hash.
    """
    conditions = [f"{id_} IS NOT NULL"]
    audience = study.experiment.audience
    if audience.where is not None:
        parse(snippet_at(study.document, "audience", "where", text=audience.where))  # refuses what no engine shares
        conditions.append(f"({_translated(audience.where, dialect)})")
    if plan.rolling and audience.entry_date is not None:
        day = DIALECTS[dialect].day.replace("{column}", identifier_sql(dialect, audience.entry_date))
        # Without a date nobody is too late, as in `uplift assign`.
        conditions.append(f"({day} IS NULL OR {day} <= CAST('{plan.on.isoformat()}' AS DATE))")
    if plan.exclude_unclustered and study.experiment.unit.cluster is not None:
        cluster = text_sql(dialect, identifier_sql(dialect, study.experiment.unit.cluster))
        conditions.append(f"{cluster} IS NOT NULL")
    return "\n            AND ".join(conditions)


def _translated(where: str, dialect: DialectName) -> str:
    import sqlglot

    return sqlglot.transpile(where, read="duckdb", write=DIALECTS[dialect].translation, comments=False)[0]


def _require_hash(study: Study, plan: Plan) -> None:
    if plan.min_stratum is not None:
        message = f"'{plan.experiment_id}' draws within strata: the arm depends on who else is in the audience"
        fix = f"run `uplift assign {plan.experiment_id}` and use its lists, or `method: hash`"
        raise AssignmentError(Problem("UP513", message, fix=fix, place=study.document.place("assignment", "method")))
    if not isinstance(study.experiment.unit.id, str):
        message = "rows without an id can't be assigned by their hash"
        fix = "name the id column: unit: {id: customer_id}"
        raise AssignmentError(Problem("UP513", message, fix=fix, place=study.document.place("unit", "id")))
