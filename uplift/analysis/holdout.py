"""`analyze holdout:ID`: what all programmes together are worth, as an experiment of the holdout against everybody else.

Who is held out is computed again from the hash, over all contacts of the source, so it needs no ledger and covers those
whom no experiment ever asked. Everybody counts from the holdout's first day (or a later day of entry) in both arms
alike. A new epoch draws the holdout anew: each epoch is a test of its own, and its days are those of the project file.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from uplift.analysis.analyze import analyze
from uplift.assignment.dialects import bucket_sql, within_sql
from uplift.assignment.hashing import salt
from uplift.assignment.ranges import arm_ranges, holdout_range, weights_hash
from uplift.engine import Assigned
from uplift.engine.adapter import quoted
from uplift.engine.duckdb_engine import DuckDBEngine
from uplift.engine.kept import is_whole, make_cache
from uplift.engine.readings import read_columns
from uplift.engine.sources import SourceTable, open_source, stored
from uplift.engine.stored import Need
from uplift.errors import DataError, Problem, SpecError
from uplift.results import Result
from uplift.spec import Document, Project, Study
from uplift.spec.load import load_project, study_of_text
from uplift.spec.project import Holdout
from uplift.spec.quantities import parse_duration
from uplift.store import Store
from uplift.words.language import say

HELD, OTHERS = "held_out", "programmes"
ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A metric to be compared, with its window in days (None: as long as the holdout has run)."""

    metric: str
    days: int | None = None


def wanted_of(text: str) -> Wanted:
    """A metric as the command line names it; raises SpecError (UP840) for a window that is none.

    >>> wanted_of("revenue:90d"), wanted_of("revenue")
    (Wanted(metric='revenue', days=90), Wanted(metric='revenue', days=None))
    """
    metric, sign, window = text.partition(":")
    if not sign:
        return Wanted(metric)
    try:
        return Wanted(metric, parse_duration(window).days)
    except ValueError as error:
        raise SpecError(Problem("UP840", f"'{window}' is no window: {error}", fix="write NAME:30d")) from None


def analyze_holdout(
    project: Path,
    name: str,
    *,
    as_of: datetime.date | None = None,
    metrics: Sequence[Wanted] = (),
    progress: Callable[[str], None] = lambda _stage: None,
    notice: Callable[[Problem], None] = lambda _problem: None,
) -> tuple[Study, Result]:
    """Compare a holdout's contacts with all others; `project` is the project file, `metrics` override its list.

    Returns the study that was put together, and its result. Raises SpecError: UP840 no such holdout, no metric, or
    more than one source of contacts; UP841 a day on which no day of the holdout is complete. DataError for the source.
    """
    found, document = load_project(project)
    holdout = _holdout(found, document, name)
    today = datetime.datetime.now(ZoneInfo(found.timezone)).date()
    day = as_of or min(today, holdout.until + ONE_DAY)
    wanted = tuple(metrics) or tuple(Wanted(m.metric, m.window.days if m.window else None) for m in holdout.metrics)
    path = document.path.with_name(f"holdout-{name}.yml")

    def study_with(source: str) -> Study:
        """The holdout as an experiment over a source."""
        return study_of_text(_yaml(found, document, name, holdout, source, wanted, day), path, found, document)

    source = _source(found, document, name, holdout, study_with)
    study = study_with(source)
    progress("find who is held out")
    store = Store.open(study.root / found.state)
    ledger = _held_out(study, holdout, name, source, store.path / "cache")
    result = analyze(study, as_of=day, assigned=Assigned.from_ledger([ledger]), progress=progress, notice=notice)
    return study, result


def _holdout(project: Project, document: Document, name: str) -> Holdout:
    found = project.holdouts.get(name)
    if found is None:
        known = ", ".join(project.holdouts) or "none"
        message = f"there is no holdout '{name}' in project.yml"
        raise SpecError(Problem("UP840", message, fix=f"known holdouts: {known}", place=document.place("holdouts")))
    return found


def _source(
    project: Project, document: Document, name: str, holdout: Holdout, study_with: Callable[[str], Study]
) -> str:
    """The source of all contacts: the named one, else the only one with an id and the column that is hashed."""
    if holdout.source is not None and holdout.source in project.sources:
        return holdout.source
    candidates = [n for n, s in project.sources.items() if s.grain == "contact" and s.id is not None]
    if len(candidates) > 1:
        candidates = [n for n in candidates if _has_unit(study_with(n), n, holdout.unit)]
    if holdout.source is None and len(candidates) == 1:
        return candidates[0]
    message = f"which source holds all contacts of holdout '{name}'?"
    listed = ", ".join(candidates) or f"none has grain contact, an id and a column {holdout.unit}"
    fix = f"name it: holdouts.{name}.source, one of: {listed}"
    raise SpecError(Problem("UP840", message, fix=fix, place=document.place("holdouts", name)))


def _has_unit(study: Study, source: str, unit: str) -> bool:
    try:
        with DuckDBEngine() as engine:
            open_source(engine, study, source, needed={unit, str(study.experiment.unit.id)})
    except DataError:
        return False
    return True


def _yaml(
    project: Project,
    document: Document,
    name: str,
    holdout: Holdout,
    source: str,
    wanted: Sequence[Wanted],
    day: datetime.date,
) -> str:
    """The holdout as an experiment in YAML; what the report shows as its definition."""
    place = document.place("holdouts", name)
    if not wanted:
        message = f"holdout '{name}' names no metric"
        fix = f"list them: holdouts.{name}.metrics, or name one: --metric NAME"
        raise SpecError(Problem("UP840", message, fix=fix, place=place))
    unknown = next((w.metric for w in wanted if w.metric not in project.metrics), None)
    if unknown is not None:
        fix = f"metrics of the project: {', '.join(project.metrics)}"
        raise SpecError(Problem("UP840", f"there is no metric '{unknown}'", fix=fix, place=place))
    uses = []
    for use in wanted:
        definition = project.metrics[use.metric]
        parts = (definition.numerator, definition.denominator) if definition.kind == "ratio" else (definition,)
        lags = [lag.days for p in parts if p and p.source and (lag := project.sources[p.source].data_lag)]
        days = use.days if use.days is not None else (day - holdout.from_).days - max(lags, default=0)
        if definition.reads_events and days < 1:
            message = f"on {day} no day of holdout '{name}' is complete for metric {use.metric}"
            raise SpecError(Problem("UP841", message, fix="choose a later day with --as-of", place=place))
        uses.append(f"{{metric: {use.metric}{f', window: {days}d' if definition.reads_events else ''}")
    speech = project.language
    title = say(speech, de=f"Holdout {name}: alle Programme zusammen", en=f"Holdout {name}: all programmes together")
    claim = say(
        speech,
        de="Wer angeschrieben werden darf, ist mehr wert als wer von nichts etwas bekommt.",
        en="Contacts who may be written to are worth more than those who get nothing.",
    )
    others = say(speech, de="alle anderen", en="all others")
    held = say(speech, de="zurückgehalten", en="held out")
    share = f"{holdout.share.numerator}/{holdout.share.denominator}"
    rest = f"{(1 - holdout.share).numerator}/{(1 - holdout.share).denominator}"
    own_id = project.sources[source].id
    cluster = f", cluster: {holdout.unit}" if holdout.unit != own_id else ""
    second = "".join(f"\n    - {use}}}" for use in uses[1:])
    return (
        "uplift: 1\n"
        f"id: holdout-{name}\n"
        f"title: '{title}'\n"
        "owner: holdout\n"
        f"hypothesis: {claim}\n"
        "status: running\n"
        f"unit: {{id: {own_id}, type: string{cluster}}}\n"
        f"audience: {{source: {source}}}\n"
        "arms:\n"
        f"  {HELD}: {{weight: {share}, control: true, title: '{held}'}}\n"
        f"  {OTHERS}: {{weight: {rest}, title: '{others}'}}\n"
        f"schedule: {{start: {holdout.from_}}}\n"
        "metrics:\n"
        f"  primary: {uses[0]}, mde: 1%}}\n"
        + (f"  secondary:{second}\n" if second else "")
        + f"assignment: {{method: hash, salt_epoch: {holdout.epoch}}}\n"
    )


def _held_out(study: Study, holdout: Holdout, name: str, source: str, cache: Path) -> Path:
    """Every contact of the source with its arm, in the columns of a ledger; kept with the caches, made again when the
    source or the holdout changes.
    """
    make_cache(cache)
    unit = str(study.experiment.unit.id)
    with DuckDBEngine() as engine:
        needed = {unit, holdout.unit, *([holdout.entry_date] if holdout.entry_date else [])}
        table = open_source(engine, study, source, needed=needed)
        _refuse_repeated(engine, study, table, unit)
        key = "|".join((table.fingerprint, name, holdout.model_dump_json(), unit))
        path = cache / f"holdout-{hashlib.sha256(key.encode()).hexdigest()[:40]}.parquet"
        if table.fingerprint and is_whole(path):
            return path
        engine.save(_ledger_sql(engine, study, holdout, name, table, unit), path)
    return path


def _ledger_sql(engine: DuckDBEngine, study: Study, holdout: Holdout, name: str, table: SourceTable, unit: str) -> str:
    first = f"DATE '{holdout.from_}'"
    entry = first
    if holdout.entry_date is not None:
        opened = stored(engine, study, table, [unit, holdout.unit])
        read = read_columns(opened, [Need(holdout.entry_date, "timestamp", None)])[holdout.entry_date]
        entry = f"greatest({first}, coalesce(CAST({read.sql} AS DATE), {first}))"
    of_id = f"CAST({quoted(unit)} AS VARCHAR)"
    of_unit = of_id if holdout.unit == unit else f"nullif(CAST({quoted(holdout.unit)} AS VARCHAR), '')"
    own_salt = salt(name, holdout.epoch)
    weights = arm_ranges({HELD: holdout.share, OTHERS: 1 - holdout.share})
    held = within_sql("bucket", holdout_range(holdout.share))
    return f"""
        SELECT '{study.experiment.id}' AS experiment_id, unit_id, cluster_id,
            CASE WHEN {held} THEN '{HELD}' ELSE '{OTHERS}' END AS arm, CAST(bucket AS INTEGER) AS bucket,
            '{own_salt}' AS salt, 'u1' AS algo, CAST({holdout.epoch} AS INTEGER) AS salt_epoch,
            CAST(1 AS INTEGER) AS weight_epoch, CAST(day AS TIMESTAMP) AS assigned_at,
            CAST(NULL AS TIMESTAMP) AS eligible_at, CAST(NULL AS VARCHAR) AS stratum,
            '{weights_hash(weights)}' AS weights_hash, '' AS spec_hash, '' AS run_id, 'assigned' AS status
        FROM (
            SELECT {of_id} AS unit_id, {"CAST(NULL AS VARCHAR)" if holdout.unit == unit else of_unit} AS cluster_id,
                {bucket_sql("duckdb", own_salt, f"coalesce({of_unit}, {of_id})")} AS bucket, {entry} AS day
            FROM {quoted(table.relation)} WHERE {of_id} IS NOT NULL AND {of_id} <> ''
        ) AS contacts WHERE day <= DATE '{holdout.until}' ORDER BY unit_id"""


def _refuse_repeated(engine: DuckDBEngine, study: Study, table: SourceTable, unit: str) -> None:
    id_ = f"CAST({quoted(unit)} AS VARCHAR)"
    ((twice,),) = engine.run(f"SELECT count({id_}) - count(DISTINCT {id_}) FROM {quoted(table.relation)}")
    if twice:
        message = f"{twice:,} rows of {table.name} repeat a contact's id"
        place = study.project_document.place("sources", table.name)
        raise DataError(Problem("UP551", message, fix="one row per contact: deduplicate the source", place=place))
