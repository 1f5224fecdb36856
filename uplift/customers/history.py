"""One table of purchases (contact, time, value) and, where declared, one of engagement, read through the engine.

What comes out are two small files: a row per contact and local day with purchases, and one per contact and local day
with engagement. Everything later (recency, frequency, value, features at any past day) is added up from these.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from uplift.engine.adapter import Engine, quoted, text_literal
from uplift.engine.expression_sql import condition, number
from uplift.engine.plan import MONEY_DECIMALS
from uplift.engine.snippets import parse, snippet_at
from uplift.engine.sources import open_source
from uplift.engine.typed import DAY, UNIT, TypedSource, Use, columns_used, typed_source
from uplift.errors import DataError, Level, Place, Problem
from uplift.spec.experiment import Experiment, Unit
from uplift.spec.project import Customers, Project
from uplift.spec.study import Document, Study

Progress = Callable[[str], None]
MUCH = 0.05  # a larger share of left-out rows is a warning, not a note
SHORTEST = 28  # days of purchases without which nothing can be said about anybody

WORDS = {
    "no_id": "without a contact id",
    "no_time": "without a time",
    "no_value": "without a value",
    "negative": "with a negative value (returns?)",
    "nothing": "with the value zero",
    "later": "on that day or later",
    "twice": "that are there twice (same contact, same moment, same value)",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that are no usable purchase, by reason: no_id, no_time, no_value, negative, nothing, later, twice."""

    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class History:
    """The purchases before `as_of` (that day's own are not over yet) as files of whole numbers.

    `people`: n, unit (the id as text); `purchases`: n, day, value (units of 10**-decimals), gap (days since the
    contact's purchase day before; NULL for the first); `engagement`: n, day, events, or None. Sorted by n and day.
    """

    people: Path
    purchases: Path
    engagement: Path | None
    as_of: datetime.date
    first_day: datetime.date
    contacts: int
    buyers: int
    rows: int
    decimals: int
    left_out: tuple[LeftOut, ...]
    notices: tuple[Problem, ...]

    @property
    def days(self) -> int:
        """Days from the first purchase to `as_of`."""
        return (self.as_of - self.first_day).days


def study_of(project: Project, document: Document) -> Study:
    """The project as the engine reads sources: a study whose experiment says nothing but what the contact's id is.

    Raises DataError (UP664) when project.yml has no `customers` block.
    """
    wanted = required(project, document)
    source = project.sources[wanted.purchases.source]
    unit = Unit(id=str(source.id), type=wanted.id_type)
    says_nothing: dict[str, Any] = {"id": "customers", "unit": unit}
    experiment = Experiment.model_construct(**says_nothing)
    return Study(experiment, project, document, document)


def required(project: Project, document: Document) -> Customers:
    """The `customers` block. Raises DataError (UP664) when there is none."""
    if project.customers is None:
        fix = "add to project.yml: customers: {purchases: {source: orders, value: net_amount}}"
        raise DataError(Problem("UP664", "project.yml does not say which rows are purchases", fix, document.place()))
    return project.customers


def read_history(
    engine: Engine,
    study: Study,
    *,
    as_of: datetime.date,
    folder: Path,
    cache: Path | None = None,
    progress: Progress = lambda _stage: None,
) -> History:
    """Read the declared sources and write the files of a `History` into `folder`.

    Raises DataError: what is wrong with a source, UP665 no purchases or all on a few days, UP666 several currencies.
    """
    wanted = required(study.project, study.project_document)
    progress(f"read {wanted.purchases.source}")
    typed, value, counts, decimals = _open_purchases(engine, study, wanted, cache)
    _refuse_currencies(engine, study, wanted, typed, counts)
    rows, left_out = _count(engine, typed, value, counts, as_of)
    # One row per contact, moment and value. Equal rows at one time of day are one purchase that was exported twice;
    # where only the day is known they may well be two.
    time = quoted(str(study.source(wanted.purchases.source).time))
    engine.define(
        "purchase_moments",
        f"SELECT {UNIT} AS unit, {DAY} AS day, {value} AS value, count(*) AS n, "
        f"CASE WHEN CAST({time} AS TIMESTAMP) > CAST({DAY} AS TIMESTAMP) THEN 1 ELSE count(*) END AS kept "
        f"FROM {quoted(typed.view)} WHERE {counts} AND {UNIT} IS NOT NULL AND {DAY} < DATE '{as_of}' "
        f"AND {value} > 0 GROUP BY {UNIT}, {DAY}, {time}, {value}",
    )
    engine.materialize(
        "purchase_days",
        "SELECT unit, day, CAST(sum(value * kept) AS BIGINT) AS value, CAST(sum(n - kept) AS BIGINT) AS twice "
        "FROM purchase_moments GROUP BY unit, day",
    )
    (twice, first, last, buyers), *_ = engine.run(
        "SELECT coalesce(sum(twice), 0), min(day), max(day), count(DISTINCT unit) FROM purchase_days"
    )
    if twice:
        left_out = (*left_out, LeftOut("twice", int(str(twice))))
    _refuse_short(typed, first, last, as_of, left_out)
    seen = _open_engagement(engine, study, wanted, as_of, cache, progress) if wanted.engagement else None
    progress("sort purchases by contact")
    union = "SELECT unit FROM purchase_days" + (" UNION SELECT unit FROM engagement_days" if seen else "")
    engine.materialize(
        "people", f"SELECT row_number() OVER (ORDER BY unit) AS n, unit FROM (SELECT DISTINCT unit FROM ({union}) AS u)"
    )
    paths = [folder / f"{name}.parquet" for name in ("people", "purchases", "engagement")]
    engine.save("SELECT n, CAST(unit AS VARCHAR) AS unit FROM people ORDER BY n", paths[0])
    engine.save(
        "SELECT p.n, d.day, d.value, d.day - lag(d.day) OVER (PARTITION BY p.n ORDER BY d.day) AS gap "
        "FROM purchase_days AS d JOIN people AS p ON p.unit = d.unit ORDER BY p.n, d.day",
        paths[1],
    )
    if seen:
        engine.save(
            "SELECT p.n, d.day, d.events FROM engagement_days AS d JOIN people AS p ON p.unit = d.unit "
            "ORDER BY p.n, d.day",
            paths[2],
        )
    ((contacts,),) = engine.run("SELECT count(*) FROM people")
    assert isinstance(first, datetime.date)
    return History(
        people=paths[0],
        purchases=paths[1],
        engagement=paths[2] if seen else None,
        as_of=as_of,
        first_day=first,
        contacts=int(str(contacts)),
        buyers=int(str(buyers)),
        rows=rows,
        decimals=decimals,
        left_out=left_out,
        notices=(*typed.notices, *(seen.notices if seen else ()), *_told(typed, rows, left_out)),
    )


def _open_purchases(
    engine: Engine, study: Study, wanted: Customers, cache: Path | None
) -> tuple[TypedSource, str, str, int]:
    """The source as a view, with the SQL of a purchase's value and of whether a row counts, and the decimals."""
    spec, document = wanted.purchases, study.project_document
    source = study.source(spec.source)
    value = snippet_at(document, "customers", "purchases", "value", text=spec.value)
    uses = [Use(parse(value), "number", value, MONEY_DECIMALS)]
    if spec.where is not None:
        where = snippet_at(document, "customers", "purchases", "where", text=spec.where)
        uses.append(Use(parse(where), "boolean", where))
    texts = [spec.currency] if spec.currency else []
    needed = columns_used(uses) | {str(source.id), str(source.time), *texts, *source.columns}
    table = open_source(engine, study, spec.source, needed=needed, cache=cache, relation="customer_purchases")
    typed = typed_source(
        engine,
        study,
        table,
        uses,
        view="typed_purchases",
        unit=source.id,
        day=source.time,
        texts=texts,
    )
    found = number(uses[0].expression, typed.columns)
    counts = f"({condition(uses[1].expression, typed.columns)})" if len(uses) > 1 else "TRUE"
    return typed, f"({found.sql})", counts, found.decimals


def _count(
    engine: Engine, typed: TypedSource, value: str, counts: str, as_of: datetime.date
) -> tuple[int, tuple[LeftOut, ...]]:
    """How many rows are meant to count, and how many of them can't, each under the first reason that applies."""
    reasons = {
        "no_id": f"{UNIT} IS NULL",
        "no_time": f"{DAY} IS NULL",
        "no_value": f"{value} IS NULL",
        "negative": f"{value} < 0",
        "nothing": f"{value} = 0",
        "later": f"{DAY} >= DATE '{as_of}'",
    }
    named = " ".join(f"WHEN {test} THEN {text_literal(reason)}" for reason, test in reasons.items())
    found = engine.run(
        f"SELECT CASE {named} END AS reason, count(*) FROM {quoted(typed.view)} WHERE {counts} GROUP BY 1"
    )
    by_reason = {str(reason): int(str(n)) for reason, n in found}
    left_out = tuple(LeftOut(reason, by_reason[reason]) for reason in reasons if reason in by_reason)
    return sum(by_reason.values()), left_out


def _told(typed: TypedSource, rows: int, left_out: tuple[LeftOut, ...]) -> list[Problem]:
    """What was left out, in words; purchases after `as_of` are nothing odd."""
    odd = [(WORDS[each.reason], each.rows) for each in left_out if each.reason != "later"]
    return _left_out(f"purchases in {typed.name}", rows, odd, "customers.purchases.where", Place(typed.table.shown))


def _left_out(what: str, rows: int, odd: list[tuple[str, int]], filtered: str, place: Place) -> list[Problem]:
    """One UP667 with the counts: a note, or a warning where it is more than a few."""
    if not odd:
        return []
    share = sum(n for _, n in odd) / rows
    parts = "; ".join(f"{n:,} {why}" for why, n in odd)
    fix = f"repair them in the source, or filter: {filtered}" if share > MUCH else ""
    level: Level = "warning" if share > MUCH else "note"
    return [Problem("UP667", f"of {rows:,} {what} these are left out: {parts}", fix, place, level)]


def _refuse_short(
    typed: TypedSource, first: object, last: object, as_of: datetime.date, left_out: tuple[LeftOut, ...]
) -> None:
    place = Place(typed.table.shown)
    if not isinstance(first, datetime.date) or not isinstance(last, datetime.date):
        found = "; ".join(f"{each.rows:,} {WORDS[each.reason]}" for each in left_out)
        message = f"{typed.name} has no usable purchase before {as_of}" + (f": {found}" if found else "")
        fix = "compare customers.purchases.where with the source, and its times with the day of the score"
        if any(each.reason == "no_id" for each in left_out):
            fix = "look at the ids: customers.id_type says whether they are numbers (integer) or texts (string)"
        raise DataError(Problem("UP665", message, fix, place))
    days = (last - first).days + 1
    if days < SHORTEST:
        message = f"the purchases in {typed.name} span {days} {'day' if days == 1 else 'days'} ({first} to {last})"
        fix = f"at least {SHORTEST} days are needed, for value a year or more is better"
        raise DataError(Problem("UP665", message, fix, place))


def _refuse_currencies(engine: Engine, study: Study, wanted: Customers, typed: TypedSource, counts: str) -> None:
    """Euros and pounds don't add up: every row that counts is in the project's currency (UP666)."""
    column = wanted.purchases.currency
    if column is None:
        return
    text = quoted(f"{column} as text")
    own = study.project.currency
    found = engine.run(
        f"SELECT coalesce(upper(trim({text})), 'none') AS c, count(*) FROM {quoted(typed.view)} WHERE {counts} "
        "GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    if all(currency == own for currency, _ in found):
        return
    shown = ", ".join(f"{currency} {n:,}" for currency, n in found[:5])
    raise DataError(
        Problem(
            "UP666",
            f"purchases in {typed.name} are in several currencies or not in {own} (rows: {shown})",
            fix=f"convert them in the source, or keep one: where: {column} = '{own}'",
            place=study.project_document.place("customers", "purchases", "currency"),
        )
    )


def _open_engagement(
    engine: Engine, study: Study, wanted: Customers, as_of: datetime.date, cache: Path | None, progress: Progress
) -> TypedSource | None:
    """Name the events per contact and day before `as_of`."""
    spec = wanted.engagement
    assert spec is not None
    progress(f"read {spec.source}")
    source = study.source(spec.source)
    uses = []
    if spec.where is not None:
        where = snippet_at(study.project_document, "customers", "engagement", "where", text=spec.where)
        uses.append(Use(parse(where), "boolean", where))
    needed = columns_used(uses) | {str(source.id), str(source.time), *source.columns}
    table = open_source(engine, study, spec.source, needed=needed, cache=cache, relation="customer_engagement")
    typed = typed_source(engine, study, table, uses, view="typed_engagement", unit=source.id, day=source.time)
    counts = f"({condition(uses[0].expression, typed.columns)})" if uses else "TRUE"
    engine.materialize(
        "engagement_days",
        f"SELECT {UNIT} AS unit, {DAY} AS day, count(*) AS events FROM {quoted(typed.view)} "
        f"WHERE {counts} AND {UNIT} IS NOT NULL AND {DAY} < DATE '{as_of}' GROUP BY {UNIT}, {DAY}",
    )
    return replace(typed, notices=(*typed.notices, *_told_of_events(engine, typed, counts)))


def _told_of_events(engine: Engine, typed: TypedSource, counts: str) -> list[Problem]:
    """Events that nobody can be credited with, and a source without any that counts."""
    reasons = f"CASE WHEN {UNIT} IS NULL THEN 'no_id' WHEN {DAY} IS NULL THEN 'no_time' END"
    sql = f"SELECT {reasons} AS reason, count(*) FROM {quoted(typed.view)} WHERE {counts} GROUP BY 1 ORDER BY 1"
    found = {reason: int(str(n)) for reason, n in engine.run(sql)}
    place = Place(typed.table.shown)
    if not found.get(None):
        message = f"no row of {typed.name} counts as engagement"
        fix = "compare customers.engagement.where with the source: without engagement no lead is known"
        return [Problem("UP667", message, fix, place, "warning")]
    odd = [(WORDS[str(reason)], n) for reason, n in found.items() if reason is not None]
    return _left_out(f"events in {typed.name}", sum(found.values()), odd, "customers.engagement.where", place)
