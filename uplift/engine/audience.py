"""Who is eligible: the audience source after its filter, one row per contact; and what is wrong with its ids."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from uplift.engine.adapter import Engine, quoted, text_literal
from uplift.engine.expression_sql import condition
from uplift.engine.expression_types import TypeConflictError
from uplift.engine.score_table import open_scores, with_scores
from uplift.engine.snippets import parse, snippet_at
from uplift.engine.sources import SourceTable, open_source
from uplift.engine.stored import Found
from uplift.engine.text_forms import shown_value
from uplift.engine.typed import (
    CANONICAL_INTEGER,
    UNIT,
    Use,
    as_text,
    column_use,
    columns_used,
    type_problem,
    typed_source,
)
from uplift.errors import DataError, Place, Problem
from uplift.spec.experiment import RowNumber
from uplift.spec.study import Study

ELIGIBLE = "eligible"
NUMBER = "_unit_number"
RESERVED = ("unit_id", "cluster_id", "eligible_at")
NUMBERS = ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT")
"""Types whose values are 64-bit integers as they stand: their column is compared instead of its texts."""


@dataclass(frozen=True, slots=True)
class Audience:
    """The eligible contacts: `view` has unit_id, cluster_id, eligible_at (texts and a timestamp), then the strata and
    the units of holdout and layer as text under their own names; `observed` for assignment by a column. `_unit_number`
    is the id as a BIGINT where it is one.
    """

    view: str
    table: SourceTable
    columns: tuple[str, ...]
    notices: tuple[Problem, ...]


def eligible(engine: Engine, study: Study, *, cache: Path | None = None) -> str:
    """The name of a view of eligible contacts: see `Audience`. Ids are passed on as they are: see `id_problems`."""
    return audience(engine, study, cache=cache).view


def audience(engine: Engine, study: Study, *, cache: Path | None = None) -> Audience:
    """Open the audience source, apply `audience.where` (NULL is not satisfied) and name the view."""
    experiment = study.experiment
    spec, unit = experiment.audience, experiment.unit
    uses = []
    if spec.where is not None:
        snippet = snippet_at(study.document, "audience", "where", text=spec.where)
        uses.append(Use(parse(snippet), "boolean", snippet))
    texts = list(dict.fromkeys(_text_columns(study)))
    needed = {*columns_used(uses), *texts, *_id_columns(study), *([spec.entry_date] if spec.entry_date else [])}
    numbered = isinstance(unit.id, RowNumber)
    scores = open_scores(engine, study, cache=cache)
    own_columns = needed if scores is None else needed - set(scores.names)
    table = open_source(
        engine,
        study,
        spec.source,
        needed=own_columns,
        cache=cache,
        relation=f"audience_{spec.source}",
        numbered=numbered,
    )
    if scores is not None:
        table = with_scores(engine, study, table, scores)
    times = [spec.entry_date] if spec.entry_date else []
    number = _number_of(study, table)
    typed = typed_source(
        engine,
        study,
        table,
        [*uses, *number],
        view="typed_audience",
        texts=[*texts, *(c for c in _id_columns(study) if c not in texts)],
        times=times,
    )
    own = UNIT if numbered else quoted(as_text(str(unit.id)))
    cluster = quoted(as_text(unit.cluster)) if unit.cluster else "CAST(NULL AS VARCHAR)"
    entry = f"CAST({quoted(spec.entry_date)} AS TIMESTAMP)" if spec.entry_date else "CAST(NULL AS TIMESTAMP)"
    selected = [f"{own} AS unit_id", f"{cluster} AS cluster_id", f"{entry} AS eligible_at"]
    if experiment.assignment.method == "observed" and experiment.assignment.column:
        selected.append(f"{quoted(as_text(experiment.assignment.column))} AS observed")
    kept = [name for name in texts if name not in RESERVED]
    selected += [f"{quoted(as_text(name))} AS {quoted(name)}" for name in kept]
    if unit.type == "integer":
        as_number = quoted(str(unit.id)) if number else f"TRY_CAST({own} AS BIGINT)"
        selected.append(f"{as_number} AS {NUMBER}")
    sql = f"SELECT {', '.join(selected)} FROM {quoted(typed.view)}"
    for use in uses:
        try:
            sql += f" WHERE {condition(use.expression, typed.columns)}"
        except TypeConflictError as conflict:
            raise type_problem(use.snippet, conflict) from None
    engine.define(ELIGIBLE, sql)
    return Audience(ELIGIBLE, table, ("unit_id", "cluster_id", "eligible_at", *kept), typed.notices)


def _number_of(study: Study, table: SourceTable) -> list[Use]:
    """The id column as a number, where it is stored as one and nobody declared something else."""
    unit = study.experiment.unit
    if isinstance(unit.id, RowNumber) or unit.type != "integer" or unit.id in study.source(table.name).columns:
        return []
    if table.column(unit.id).native not in NUMBERS:
        return []
    return [column_use(unit.id, "number", study.document.place("unit", "id"))]


def _id_columns(study: Study) -> list[str]:
    unit = study.experiment.unit
    return [c for c in (unit.id if isinstance(unit.id, str) else None, unit.cluster) if c]


def _text_columns(study: Study) -> list[str]:
    """Strata, and the units of holdout and layer: frozen at assignment, so read as text as they stand."""
    assignment = study.experiment.assignment
    names = list(assignment.strata)
    if assignment.holdout and (holdout := study.project.holdouts.get(assignment.holdout)):
        names.append(holdout.unit)
    if assignment.layer and (layer := study.project.layers.get(assignment.layer.name)):
        names.append(layer.unit)
    if assignment.method == "observed" and assignment.column:
        names.append(assignment.column)
    return names


def id_problems(engine: Engine, study: Study, *, cache: Path | None = None) -> tuple[Problem, ...]:
    """What is wrong with the ids of the eligible contacts: nothing is assigned while this holds an error.

    UP550 missing, UP551 twice, UP552 stored as float or decimal, UP553 padded, UP554 no integer, UP555 leading zeros;
    UP556 is a warning: letters composed in two ways look alike and hash apart.
    """
    who = audience(engine, study, cache=cache)
    unit = study.experiment.unit
    if isinstance(unit.id, RowNumber):
        return ()
    place = study.document.place("unit", "id")
    column = who.table.column(unit.id)
    if column.physical in ("float", "decimal"):
        fix = f"store {unit.id} as BIGINT or text in the source"
        message = (
            f"id column '{unit.id}' is stored as {column.native}: 12300000 is '12300000.0' here, '1.23E7' elsewhere"
        )
        return (Problem("UP552", message, fix=fix, place=place),)
    problems = []
    blank = "unit_id IS NULL OR trim(unit_id, ' \t\n\r\u00a0') = ''"
    padded = "unit_id <> trim(unit_id, ' \t\n\r\u00a0')"
    zeros = "regexp_full_match(unit_id, '[+-]?0[0-9]+|\\+[0-9]+')"
    other = f"NOT regexp_full_match(unit_id, '{CANONICAL_INTEGER}') OR TRY_CAST(unit_id AS BIGINT) IS NULL"
    integer = unit.type == "integer"
    key = NUMBER if integer else "unit_id"
    checks = [
        ("UP550", blank, "no id", "fill them in the source, or filter: where: {} is not null"),
        ("UP553", padded, "blanks around the id", "trim the ids in the source: ' 1' and '1' are two contacts"),
    ]
    if integer:
        checks += [
            ("UP555", zeros, "leading zeros or a sign, under unit.type integer", "write type: string, if zeros matter"),
            ("UP554", other, "an id that is no integer", "write type: string, or repair the ids"),
        ]
    if column.physical == "integer":  # an integer has one written form; nothing but its absence can be wrong
        checks = [("UP550", f"{key} IS NULL", *checks[0][2:])]
    # One pass: the first condition that an id meets names its problem; a sound integer is settled by the first test.
    sound = f"WHEN NOT ({other}) THEN NULL" if integer and column.physical != "integer" else ""
    named = f"CASE {sound} {' '.join(f'WHEN {bad} THEN {text_literal(code)}' for code, bad, *_ in checks)} END"
    counts = engine.run(f"SELECT {named} AS code, count(*) FROM {quoted(who.view)} GROUP BY code")
    found = {str(code): int(str(n)) for code, n in counts}
    for code, _, what, fix in checks:
        if n := found.get(code):
            example = _example(engine, who, unit.id, f"({named}) = {text_literal(code)}")
            contacts = "1 eligible contact has" if n == 1 else f"{n:,} eligible contacts have"
            problems.append(Problem(code, f"{contacts} {what}{example}", fix=fix.format(unit.id), place=place))
    twice: object = 0
    if engine.twins(who.view, key):
        (twice,) = engine.run(
            f"SELECT count(*) FROM (SELECT unit_id FROM {quoted(who.view)} WHERE unit_id IS NOT NULL "
            "GROUP BY unit_id HAVING count(*) > 1) AS d"
        )[0]
    if twice:
        bad = f"unit_id IN (SELECT unit_id FROM {quoted(who.view)} GROUP BY unit_id HAVING count(*) > 1)"
        ids = "1 id stands" if twice == 1 else f"{twice:,} ids stand"
        message = f"{ids} in more than one row{_example(engine, who, unit.id, bad)}"
        problems.append(Problem("UP551", message, fix="one row per contact: deduplicate the source", place=place))
    if column.physical == "text" and not integer:
        problems += _composed(engine, who, place)
    return tuple(problems)


def _composed(engine: Engine, who: Audience, place: Place) -> list[Problem]:
    (loose,) = engine.run(f"SELECT count(*) FROM {quoted(who.view)} WHERE unit_id <> nfc_normalize(unit_id)")[0]
    if not loose:
        return []
    ids = "1 id holds" if loose == 1 else f"{loose:,} ids hold"
    message = f"{ids} letters composed of two characters (é as e + ´): such letters hash apart from their twins"
    fix = "normalise the ids to NFC where they are made; nothing is changed here"
    return [Problem("UP556", message, fix=fix, place=place, level="warning")]


def _example(engine: Engine, who: Audience, column: str, bad: str) -> str:
    """« (e.g. '1••••8' in line 12)» for the first offending id, masked."""
    rows = engine.run(f"SELECT DISTINCT unit_id FROM {quoted(who.view)} WHERE {bad} ORDER BY 1 LIMIT 100")
    values = frozenset(str(row[0]) for row in rows if row[0] is not None)
    if not values:
        return ""
    found = who.table.locate(column, values) or Found(min(values), None)
    where = f" in line {found.line} of {who.table.shown}" if found.line else ""
    return f" (e.g. '{shown_value(found.value, private=True)}'{where})"


def require_no_id_problems(engine: Engine, study: Study, *, cache: Path | None = None) -> tuple[Problem, ...]:
    """Raise DataError for id problems that are errors; the warnings are returned."""
    problems = id_problems(engine, study, cache=cache)
    errors = [p for p in problems if p.level == "error"]
    if errors:
        raise DataError(*errors)
    return problems
