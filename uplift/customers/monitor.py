"""`monitor`: is a running experiment still sound today? Its split, and the daily series of what it measures."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from uplift.customers.alarms import LIMIT, alarms, public_holidays
from uplift.engine import DuckDBEngine
from uplift.engine.adapter import Engine, quoted, text_literal
from uplift.engine.expression_sql import condition, number
from uplift.engine.machine import settings_for
from uplift.engine.plan import metric_uses
from uplift.engine.snippets import parse, snippet_at
from uplift.engine.sources import cache_folder, open_source
from uplift.engine.typed import DAY, UNIT, Use, as_text, columns_used, typed_source
from uplift.errors import StatisticsError
from uplift.results import Check
from uplift.results.watch import Watch, WatchedSeries, WatchedSource
from uplift.spec.scalars import titled
from uplift.spec.study import Study
from uplift.stats.srm import srm_sequence_check
from uplift.store import Store

LATELY = 60  # days of a series that a page shows
LOST, LOST_TIMES = 0.01, 3.0  # rows without a contact: alarmed above both, a share and a multiple of what is usual
MEMORY = 28  # days that say what is usual
PARTS = 20  # of the column by which a metric is watched: the largest
PART_LIMIT = 6.0  # so many series would raise false alarms at the limit of one
Series = list[tuple[datetime.date, float]]


def monitor(study: Study, *, as_of: datetime.date, store: Store, within: int = 1) -> Watch:
    """Look at the experiment on the morning of `as_of`; alarms are of the last `within` days that are complete.

    Nothing is written: looking twice on a day finds the same.

    Raises DataError for the sources, StateError for the ledger, StatisticsError (UP676) for an unknown calendar.
    """
    with (
        tempfile.TemporaryDirectory(prefix="uplift-monitor-") as work,
        DuckDBEngine(settings_for(study, Path(work))) as engine,
    ):
        files = store.ledger.files(study.experiment.id)
        split = None
        if files:
            store.ledger.verify(study.experiment.id)
            engine.register_files("ledger", files)
            split = _split(engine, study, as_of)
        experiment = study.experiment
        title = titled(experiment.title, experiment.id, study.project.language)
        series = (*_watched(engine, study, as_of, within), *_volumes(engine, study, as_of, within))
        logs = tuple(_logging(engine, study, as_of))
        return Watch(experiment.id, title, as_of, within, split, series, logs)


def _split(engine: Engine, study: Study, as_of: datetime.date) -> Check | None:
    """The arms' contacts cumulated over the days of assignment, by a test that may be looked at every day."""
    arms = list(study.experiment.arms)
    found = engine.run(
        "SELECT CAST(assigned_at AS DATE) AS day, arm, count(*) FROM ledger WHERE status = 'assigned' "
        f"AND CAST(assigned_at AS DATE) <= DATE '{as_of}' GROUP BY 1, 2 ORDER BY 1"
    )
    total, cumulated = dict.fromkeys(arms, 0), []
    for day in sorted({str(row[0]) for row in found}):
        for _, arm, n in (row for row in found if str(row[0]) == day and row[1] in total):
            total[str(arm)] += int(str(n))
        cumulated.append(list(total.values()))
    weights = [float(arm.weight) for arm in study.experiment.arms.values()]
    return srm_sequence_check(cumulated, weights) if cumulated else None


def _watched(engine: Engine, study: Study, as_of: datetime.date, within: int) -> Iterator[WatchedSeries]:
    """Each metric over all contacts, and by the column of `watch_by` where it has one."""
    for name in dict.fromkeys(name for name, _ in metric_uses(study)):
        definition = study.metric(name)
        if definition.source is None or definition.kind == "quantile":
            continue  # a ratio is watched by its parts, a wide file has no days
        title, counts = titled(definition.title, name, study.project.language), definition.value is None
        for part, series in _series(engine, study, name, as_of).items():
            if part is None:
                yield _judged(study, title, "metric", definition.source, series, within, counts=counts)
            else:
                yield _judged(study, f"{title}: {part}", "part", definition.source, series, within, counts=counts)


def _volumes(engine: Engine, study: Study, as_of: datetime.date, within: int) -> Iterator[WatchedSeries]:
    """The rows per day of each source that the metrics read, whatever the metrics make of them."""
    for source in _sources(study):
        rows = engine.run(
            f"SELECT {DAY}, count(*) FROM {quoted(_view(source))} WHERE {DAY} < DATE '{_end(study, source, as_of)}' "
            "GROUP BY 1"
        )
        if series := _every_day({day: float(str(n)) for day, n in rows}, _end(study, source, as_of)):
            yield _judged(study, source, "rows", source, series, within, counts=True)


def _logging(engine: Engine, study: Study, as_of: datetime.date) -> Iterator[WatchedSource]:
    """Is a source as new as it should be, and do its rows still have contacts?"""
    for source in _sources(study):
        view, end = quoted(_view(source)), _end(study, source, as_of)
        due = end - datetime.timedelta(days=1)
        begin = due - datetime.timedelta(days=MEMORY)
        lost = f"count(*) FILTER (WHERE {UNIT} IS NULL) * 1.0 / nullif(count(*), 0)"
        ((newest, now, usual),) = engine.run(
            f"SELECT max({DAY}), (SELECT {lost} FROM {view} WHERE {DAY} = DATE '{due}'), "
            f"(SELECT {lost} FROM {view} WHERE {DAY} >= DATE '{begin}' AND {DAY} < DATE '{due}') "
            f"FROM {view} WHERE {DAY} < DATE '{as_of}'"
        )
        if not isinstance(newest, datetime.date):
            continue
        share, usually = float(str(now or 0)), float(str(usual or 0))
        losing = share > LOST and share > LOST_TIMES * usually
        yield WatchedSource(source, newest, due, newest < due, share, usually, losing)


def _judged(
    study: Study,
    name: str,
    of: Literal["metric", "rows", "part"],
    source: str,
    series: Series,
    within: int,
    *,
    counts: bool,
) -> WatchedSeries:
    days, values = [day for day, _ in series], [value for _, value in series]
    lately = tuple(series[-LATELY:])
    try:
        found = alarms(days, values, holidays=_holidays(study, days), limit=PART_LIMIT if of == "part" else LIMIT)
    except StatisticsError as error:
        if error.problems[0].code != "UP675":
            raise
        why = (error.problems[0].code, error.problems[0].message)
        return WatchedSeries(name, of, counts, source, days[-1], len(days), (), why, lately)
    if of == "part":  # a product that sells well is no fault, one that stops is
        found = tuple(a for a in found if a.kind != "rise")
    today = days[-1] - datetime.timedelta(days=within)
    recent = tuple(a for a in found if a.day > today)
    before = tuple(a for a in found if lately[0][0] <= a.day <= today)
    return WatchedSeries(name, of, counts, source, days[-1], len(days), recent, None, lately, before)


def _sources(study: Study) -> list[str]:
    """The event sources of the metrics, in the order of the metrics."""
    named = (study.metric(name).source for name, _ in metric_uses(study) if study.metric(name).kind != "quantile")
    return list(dict.fromkeys(name for name in named if name is not None))


def _view(source: str) -> str:
    return f"rows_of_{source}"


def _end(study: Study, source: str, as_of: datetime.date) -> datetime.date:
    """The first day that need not be complete yet."""
    lag = study.source(source).data_lag
    return as_of - datetime.timedelta(days=lag.days if lag else 0)


def _holidays(study: Study, days: list[datetime.date]) -> frozenset[datetime.date]:
    if study.project.holidays is None:
        return frozenset()
    country, _, state = study.project.holidays.partition("-")
    return public_holidays(country, state or None, {day.year for day in days})


def _series(engine: Engine, study: Study, name: str, as_of: datetime.date) -> dict[str | None, Series]:
    """One value per local day, up to the last day that must be complete: of all rows (None), and of the largest parts.

    Days without rows are 0.
    """
    definition, document = study.metric(name), study.project_document
    assert definition.source is not None
    source = study.source(definition.source)
    uses, value, counts = [], "1", "TRUE"
    if definition.where is not None:
        where = snippet_at(document, "metrics", name, "where", text=definition.where)
        uses.append(Use(parse(where), "boolean", where))
    if definition.kind == "mean" and definition.value is not None:
        amount = snippet_at(document, "metrics", name, "value", text=definition.value)
        uses.append(Use(parse(amount), "number", amount, definition.decimals))
    by = [definition.watch_by] if definition.watch_by else []
    needed = columns_used(uses) | {str(source.id), str(source.time), *by, *source.columns}
    table = open_source(
        engine, study, definition.source, needed=needed, cache=cache_folder(study), relation=f"watched_{name}"
    )
    view = _view(definition.source)
    typed = typed_source(engine, study, table, uses, view=f"{view}_{name}", unit=source.id, day=source.time, texts=by)
    engine.define(view, f"SELECT {DAY}, {UNIT} FROM {quoted(typed.view)}")
    decimals = 0
    for use in uses:
        if use.type == "boolean":
            counts = f"({condition(use.expression, typed.columns)})"
        else:
            found = number(use.expression, typed.columns)
            value, decimals = f"({found.sql})", found.decimals
    end = _end(study, definition.source, as_of)
    worth = f"CAST(coalesce(sum(CASE WHEN {counts} THEN {value} END), 0) AS BIGINT)"
    within = f"FROM {quoted(typed.view)} WHERE {DAY} < DATE '{end}'"
    scale = 10**decimals
    rows = engine.run(f"SELECT {DAY}, {worth} {within} GROUP BY 1")
    whole = _every_day({day: int(str(n)) / scale for day, n in rows}, end)
    found_parts: dict[str | None, Series] = {None: whole} if whole else {}
    for column in by:
        part = quoted(as_text(column))
        lately = f"{DAY} >= DATE '{end - datetime.timedelta(days=MEMORY)}' AND {part} IS NOT NULL"
        largest = engine.run(
            f"SELECT {part} {within} AND {lately} GROUP BY 1 HAVING {worth} > 0 ORDER BY {worth} DESC, 1 LIMIT {PARTS}"
        )
        values: dict[str, dict[object, float]] = {str(label): {} for (label,) in largest}
        if values:
            named = f"{part} IN ({', '.join(map(text_literal, values))})"
            for label, day, n in engine.run(f"SELECT {part}, {DAY}, {worth} {within} AND {named} GROUP BY 1, 2"):
                values[str(label)][day] = int(str(n)) / scale
        found_parts |= {label: _every_day(by_day, end) for label, by_day in values.items()}
    return found_parts


def _every_day(found: Mapping[object, float], end: datetime.date) -> Series:
    """The days from the first one to the last before `end`, those without rows as 0."""
    by_day = {day: value for day, value in found.items() if isinstance(day, datetime.date)}
    if not by_day:
        return []
    first = min(by_day)
    every_day = [first + datetime.timedelta(days=k) for k in range((end - first).days)]
    return [(day, max(by_day.get(day, 0.0), 0.0)) for day in every_day]
