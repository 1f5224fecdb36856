"""`import`: arm lists that another system has drawn become rows of the ledger; what contradicts it is refused."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from uplift.assignment.bounded import bounded_engine
from uplift.assignment.continuity import check_salt_epoch, opened_epoch
from uplift.assignment.decide import LEDGER
from uplift.assignment.foreign import Columns, columns_of, open_file, preset_of, with_file
from uplift.assignment.plan import Plan, plan_of
from uplift.engine.adapter import Engine, quoted, text_literal
from uplift.engine.snippets import did_you_mean
from uplift.engine.sources import SourceTable, stored
from uplift.engine.stored import Stored, example
from uplift.engine.text_forms import shown_value
from uplift.engine.typed import CANONICAL_INTEGER
from uplift.errors import AssignmentError, Place, Problem
from uplift.spec import Study
from uplift.spec.experiment import RowNumber
from uplift.store import CatalogWriter, Run, Store

GIVEN = "given"  # the algorithm of a row that another system has drawn
SALT = "imported"
_ROWS, _LISTED = "imported_rows", "listed_contacts"
_BLANK = "trim(coalesce({0}, ''), ' \t\n\r\u00a0') = ''"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import of lists did: contacts per arm that are new, and those whose row says the same already."""

    experiment_id: str
    on: datetime.date
    arms: tuple[tuple[str, int], ...]
    known: int
    repeated: int
    run_id: str | None
    notices: tuple[Problem, ...]

    def __str__(self) -> str:
        new = sum(count for _, count in self.arms)
        lines = [f"{self.experiment_id}: {new:,} contacts imported as assigned on {self.on}"]
        lines += [f"  {arm}: {count:,}" for arm, count in self.arms]
        if self.known:
            lines.append(f"  in the ledger already, in the same arm: {self.known:,}")
        if self.repeated:
            lines.append(f"  lines that repeat another one: {self.repeated:,}")
        return "\n".join(lines)


def import_lists(
    study: Study,
    file: Path,
    *,
    on: datetime.date,
    store: Store,
    arm: str | None = None,
    arms: Mapping[str, str] | None = None,
    columns: Mapping[str, str | None] | None = None,
    preset: str | None = None,
) -> ImportReport:
    """Add the contacts of a list to the ledger, with the arms that the list gives them, as assigned on the day `on`.

    `arm` says that the whole file is one arm; else a column holds it: `arms` maps its values to arms of the
    experiment (an arm's own name and its `observed` value are known). `columns` names columns by role: id, arm.
    Who has a row keeps it: the same arm is counted, another one refused.

    Raises AssignmentError and writes nothing: UP550, UP554 and UP555 ids, UP820 unknown arms, UP821 a contact in two
    arms of the file, UP822 contacts whose row says something else, UP823 columns, UP824 observed arms; DataError for
    the file.
    """
    _require_ledger(study)
    plan = plan_of(study, on=on, to_draw=False)
    plan = replace(plan, weight_epoch=opened_epoch(study, plan) or 1)
    with bounded_engine() as engine:
        given = with_file(study, file)
        table = open_file(engine, given)
        found = columns_of(table, preset_of(preset), columns or {}, str(study.experiment.unit.id))
        source = stored(engine, given, table, [found.id])
        _check_ids(study, source, found.id)
        _list_contacts(engine, study, source, table, found, arm, arms or {})
        with store.writing() as writer:
            return _into_ledger(study, plan, engine, store, writer, source, found, table)


def _require_ledger(study: Study) -> None:
    unit, method = study.experiment.unit.id, study.experiment.assignment.method
    if method == "observed" or isinstance(unit, RowNumber):
        message = f"the arms of '{study.experiment.id}' are observed in its source, so it has no ledger to import into"
        fix = "write `method: hash` with the arms' weights, or analyse the source as it is"
        raise AssignmentError(Problem("UP824", message, fix=fix, place=study.document.place("assignment", "method")))


def _check_ids(study: Study, source: Stored, column: str) -> None:
    """Ids that can't be a contact's: missing, no integer, written with zeros; with line and value, masked."""
    c = quoted(column)
    text = f"CAST({c} AS VARCHAR)"
    bad = [("UP550", _BLANK.format(text), "no id", "delete those lines or fill the ids in")]
    if source.columns[column].physical in ("float", "decimal"):
        bad.append(("UP552", "TRUE", "an id stored as a number with a fraction", "export it as text or as an integer"))
    elif study.experiment.unit.type == "integer":
        zeros = f"regexp_full_match({text}, '[+-]?0[0-9]+|\\+[0-9]+')"
        bad.append(("UP555", zeros, "leading zeros or a sign", "export the ids as the contacts have them"))
        other = f"NOT regexp_full_match({text}, '{CANONICAL_INTEGER}') AND NOT ({zeros})"
        bad.append(("UP554", other, "an id that is no integer", "export the ids as the contacts have them"))
    else:
        padded = f"{text} <> trim({text}, ' \t\n\r\u00a0')"
        bad.append(("UP553", padded, "blanks around the id", "trim the ids: ' 1' and '1' are two contacts"))
    problems = []
    for code, condition, what, fix in bad:
        ((count,),) = source.engine.run(f"SELECT count(*) FROM {quoted(source.relation)} WHERE {condition}")
        if count:
            value, place = example(source, column, text, condition)
            shown = f", for example '{value}'" if value else ""
            lines = "1 line has" if count == 1 else f"{count:,} lines have"
            problems.append(Problem(code, f"{lines} {what}{shown}; nothing was written", fix=fix, place=place))
    if problems:
        raise AssignmentError(*problems)


def _list_contacts(
    engine: Engine,
    study: Study,
    source: Stored,
    table: SourceTable,
    found: Columns,
    arm: str | None,
    arms: Mapping[str, str],
) -> None:
    """The relation of listed contacts: unit_id, cluster_id, arm; every contact once."""
    cluster = study.experiment.unit.cluster
    if cluster is not None and cluster not in source.columns:
        message = f"'{table.shown}' has no column '{cluster}', and {study.experiment.id} keeps households together"
        raise AssignmentError(Problem("UP823", message, fix=f"export {cluster} with the contacts"))
    home = f"nullif(CAST({quoted(cluster)} AS VARCHAR), '')" if cluster is not None else "CAST(NULL AS VARCHAR)"
    given = _arm_sql(study, source, table, found, arm, arms)
    engine.define(
        _ROWS,
        f"SELECT CAST({quoted(found.id)} AS VARCHAR) AS unit_id, {home} AS cluster_id, {given} AS arm"
        f" FROM {quoted(table.relation)}",
    )
    engine.materialize(
        _LISTED,
        "SELECT unit_id, arg_min(cluster_id, arm) AS cluster_id, min(arm) AS arm, max(arm) AS other, count(*) AS lines"
        f" FROM {_ROWS} GROUP BY unit_id",
    )
    _refuse(
        engine,
        source,
        found.id,
        f"SELECT unit_id FROM {_LISTED} WHERE arm <> other",
        code="UP821",
        what="stand in two arms of the file",
        fix="find out which list they were really on",
    )


def _arm_sql(
    study: Study, source: Stored, table: SourceTable, found: Columns, arm: str | None, arms: Mapping[str, str]
) -> str:
    """The arm of a line: the file's, or that of a value; a value that is no arm is refused (UP820)."""
    own = study.experiment.arms
    for name in (*([arm] if arm is not None else []), *arms.values()):
        if name not in own:
            fix = did_you_mean(name, list(own))
            raise AssignmentError(Problem("UP820", f"'{name}' is no arm of '{study.experiment.id}'", fix=fix))
    if arm is not None:
        return text_literal(arm)
    if found.arm is None:
        listed = ", ".join(sorted(column.name for column in table.columns))
        message = f"'{table.shown}' has no column that says the arm; there are: {listed}"
        fix = "name it: --arm-column COLUMN, or give the arm of the whole file: --arm ARM"
        raise AssignmentError(Problem("UP823", message, fix=fix))
    known = {name: name for name in own}
    known |= {str(a.observed): name for name, a in own.items() if a.observed is not None}
    known |= arms
    value = f"CAST({quoted(found.arm)} AS VARCHAR)"
    listed = ", ".join(map(text_literal, known))
    unknown = f"coalesce({value}, '') NOT IN ({listed})"
    ((lines,),) = source.engine.run(f"SELECT count(*) FROM {quoted(source.relation)} WHERE {unknown}")
    if lines:
        shown, place = example(source, found.arm, value, unknown)
        message = f"{lines:,} lines have a value in '{found.arm}' that is no arm, for example '{shown or ''}'"
        fix = f"say what it means: --map '{shown or ''}=ARM'; arms: {', '.join(own)}"
        raise AssignmentError(Problem("UP820", f"{message}; nothing was written", fix=fix, place=place))
    whens = " ".join(f"WHEN {text_literal(value)} THEN {text_literal(name)}" for value, name in known.items())
    return f"CASE {value} {whens} END"


def _refuse(engine: Engine, source: Stored, column: str, sql: str, *, code: str, what: str, fix: str) -> None:
    """Refuse contacts that a query finds: how many, the first with its line, some of them masked."""
    ((count,),) = engine.run(f"SELECT count(*) FROM ({sql}) AS bad")
    if not count:
        return
    some = [str(unit) for (unit,) in engine.run(f"SELECT unit_id FROM ({sql}) AS bad ORDER BY unit_id LIMIT 1000")]
    found = source.locate(column, frozenset(some))
    shown = ", ".join(shown_value(unit, private=True) for unit in some[:3])
    message = f"{count:,} contacts {what}, for example {shown}; nothing was written"
    place = Place(source.shown, found.line if found else None)
    raise AssignmentError(Problem(code, message, fix=fix, place=place))


def _into_ledger(
    study: Study,
    plan: Plan,
    engine: Engine,
    store: Store,
    writer: CatalogWriter,
    source: Stored,
    found: Columns,
    table: SourceTable,
) -> ImportReport:
    """Compare with the ledger and append, under the writer's lock."""
    name = plan.experiment_id
    check_salt_epoch(study, plan, store.ledger.salt_epochs(name))
    files = store.ledger.files(name, salt_epoch=plan.salt_epoch)
    store.ledger.verify(name, salt_epoch=plan.salt_epoch)
    known = 0
    new = f"SELECT * FROM {_LISTED}"
    if files:
        engine.register_files(LEDGER, files)
        other = "l.arm IS DISTINCT FROM c.arm OR l.status <> 'assigned'"
        joined = f"FROM {_LISTED} AS c JOIN {LEDGER} AS l ON l.unit_id = c.unit_id"
        _refuse(
            engine,
            source,
            found.id,
            f"SELECT c.unit_id {joined} WHERE {other}",
            code="UP822",
            what=f"have a row in the ledger of '{name}' that says something else",
            fix="the first row of a contact stays; take them off the file, or find out which list was really sent",
        )
        ((count,),) = engine.run(f"SELECT count(*) {joined}")
        known = int(str(count))
        new = f"SELECT c.* FROM {_LISTED} AS c ANTI JOIN {LEDGER} AS l ON l.unit_id = c.unit_id"
    ((lines, contacts),) = engine.run(f"SELECT sum(lines), count(*) FROM {_LISTED}")
    counts = engine.run(f"SELECT arm, count(*) FROM ({new}) AS n GROUP BY arm")
    by_arm = {str(arm): int(str(n)) for arm, n in counts}
    report = ImportReport(
        experiment_id=name,
        on=plan.on,
        arms=tuple((arm, by_arm.get(arm, 0)) for arm in study.experiment.arms),
        known=known,
        repeated=int(str(lines or 0)) - int(str(contacts)),
        run_id=None,
        notices=table.notices,
    )
    if not by_arm:
        return report
    run_id = plan.run_id(f"import {table.fingerprint} {store.ledger.fingerprint(name, salt_epoch=plan.salt_epoch)}")
    aside = store.ledger.aside(name)
    try:
        engine.run("SET preserve_insertion_order = true")
        engine.run(
            f"COPY ({_rows_sql(plan, run_id, new)}) TO {text_literal(str(aside))} (FORMAT parquet, COMPRESSION zstd)"
        )
        facts = {**plan.facts(), "min_stratum": None, "holdout": None, "file": table.fingerprint}
        run = Run(run_id, "import", name, plan.on.isoformat(), facts)
        store.ledger.append(writer, aside, run=run, salt_epoch=plan.salt_epoch, rows=sum(by_arm.values()))
    finally:
        aside.unlink(missing_ok=True)
    return replace(report, run_id=run_id)


def _rows_sql(plan: Plan, run_id: str, new: str) -> str:
    return f"""
        SELECT '{plan.experiment_id}' AS experiment_id, unit_id, cluster_id, arm, CAST(NULL AS INTEGER) AS bucket,
            '{SALT}' AS salt, '{GIVEN}' AS algo, CAST({plan.salt_epoch} AS INTEGER) AS salt_epoch,
            CAST({plan.weight_epoch} AS INTEGER) AS weight_epoch,
            TIMESTAMP '{plan.on.isoformat()} 00:00:00' AS assigned_at, CAST(NULL AS TIMESTAMP) AS eligible_at,
            CAST(NULL AS VARCHAR) AS stratum, '{plan.weights_hash}' AS weights_hash, '{plan.spec_hash}' AS spec_hash,
            '{run_id}' AS run_id, 'assigned' AS status
        FROM ({new}) AS new ORDER BY unit_id"""
