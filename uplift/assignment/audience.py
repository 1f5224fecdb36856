"""The audience as a draw reads it: one row per eligible contact, ids that can be hashed, strata as one text."""

from __future__ import annotations

from uplift.assignment.decide import AUDIENCE
from uplift.assignment.plan import Plan
from uplift.engine.adapter import Engine, quoted
from uplift.engine.audience import NUMBER, Audience, audience, id_problems
from uplift.engine.merges import MERGED, open_merges
from uplift.engine.score_table import require_old_scores
from uplift.engine.strata import strata_findings
from uplift.errors import AssignmentError, Problem
from uplift.spec import Study


def open_audience(study: Study, plan: Plan, engine: Engine) -> tuple[Problem, ...]:
    """Define the relation that the decision reads; the notices of the source and its ids are returned.

    Raises AssignmentError for ids that can't be assigned: missing, twice, padded, stored as float (each with its
    code), UP503 for a cluster or another hashed unit that is stored as float or decimal, and UP669 or UP670 for scores
    that know what happens after the assignment.
    """
    require_old_scores(engine, study, on=plan.on)
    found = id_problems(engine, study)
    errors = tuple(problem for problem in found if problem.level == "error")
    if errors:
        raise AssignmentError(*errors)
    who = audience(engine, study)
    _check_hashed_columns(study, plan, who)
    unit = study.experiment.unit

    def column(name: str) -> str:
        """A column of the audience by its name in the source; blank texts are as good as missing."""
        own = {unit.id: "unit_id", unit.cluster: "cluster_id"}.get(name) or quoted(name)
        return f"nullif({own}, '')" if who.table.column(name).physical == "text" else own

    cluster = column(unit.cluster) if unit.cluster else "CAST(NULL AS VARCHAR)"
    holdout = column(plan.holdout.unit) if plan.holdout else "CAST(NULL AS VARCHAR)"
    layer = column(plan.layer.unit) if plan.layer else "CAST(NULL AS VARCHAR)"
    late = f"coalesce(CAST(eligible_at AS DATE) > DATE '{plan.on}', FALSE)" if plan.rolling else "FALSE"
    found += strata_findings(engine, study)
    columns = (
        f"{cluster} AS cluster_id, eligible_at, {_stratum(plan)} AS stratum, {holdout} AS holdout_unit,"
        f" {layer} AS layer_unit, {late} AS late"
    )
    key = NUMBER if unit.type == "integer" else "unit_id"
    merges = open_merges(engine, study)
    if merges is None:
        engine.define(AUDIENCE, f"SELECT unit_id, {key} AS unit_key, {columns} FROM {quoted(who.view)}")
        return (*who.notices, *found)
    engine.define(
        AUDIENCE,
        f"SELECT unit_id, {key} AS unit_key, {columns}, m.old_id IS NOT NULL AS gone FROM {quoted(who.view)}"
        f" LEFT JOIN {MERGED} AS m ON m.old_id = unit_id",
    )
    return (*who.notices, *found, *merges.notices)


def _stratum(plan: Plan) -> str:
    r"""The values of all strata columns as one text: `DE|high`.

    Every combination has a text of its own: backslash and bar inside a value are escaped, and a missing value is
    `\null`, a stratum like any other.
    """
    if not plan.strata:
        return "CAST(NULL AS VARCHAR)"
    parts = (rf"coalesce(replace(replace({quoted(name)}, '\', '\\'), '|', '\|'), '\null')" for name in plan.strata)
    return " || '|' || ".join(parts)


def _check_hashed_columns(study: Study, plan: Plan, who: Audience) -> None:
    """A number with a fraction has no one text, so nothing that is hashed may be stored as one."""
    keys = [("unit", "cluster")] if study.experiment.unit.cluster else []
    columns = [(study.experiment.unit.cluster, study.document.place(*key)) for key in keys]
    if plan.holdout is not None:
        columns.append((plan.holdout.unit, study.project_document.place("holdouts", plan.holdout.name, "unit")))
    if plan.layer is not None:
        columns.append((plan.layer.unit, study.project_document.place("layers", plan.layer.name, "unit")))
    problems = []
    for name, place in columns:
        column = who.table.column(str(name))
        if column.physical in ("float", "decimal"):
            message = (
                f"column '{name}' is hashed and is stored as {column.native}: such numbers have no one written form"
            )
            problems.append(Problem("UP503", message, fix="store it as BIGINT or text in the source", place=place))
    if problems:
        raise AssignmentError(*dict.fromkeys(problems))
