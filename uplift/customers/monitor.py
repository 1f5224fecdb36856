"""`monitor`: is a running experiment still sound today? Its split, and the daily series of what it measures."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from uplift.customers.alarms import Alarm, alarms, public_holidays
from uplift.engine import DuckDBEngine
from uplift.engine.adapter import Engine, quoted
from uplift.engine.expression_sql import condition, number
from uplift.engine.machine import settings_for
from uplift.engine.plan import metric_uses
from uplift.engine.snippets import parse, snippet_at
from uplift.engine.sources import cache_folder, open_source
from uplift.engine.typed import DAY, Use, columns_used, typed_source
from uplift.errors import Problem, StatisticsError
from uplift.results import Check
from uplift.spec.study import Study
from uplift.stats.srm import srm_sequence_check
from uplift.store import Store


@dataclass(frozen=True, slots=True)
class Watched:
    """One metric's daily series: its last day, how many days, and the alarms of the last `within` days.

    `refused` says why a series can't be watched; it is no alarm.
    """

    metric: str
    source: str
    last: datetime.date | None
    days: int
    alarms: tuple[Alarm, ...]
    refused: Problem | None


@dataclass(frozen=True, slots=True)
class Watch:
    """What was seen: the split of the arms over all days, and every series."""

    as_of: datetime.date
    split: Check | None
    series: tuple[Watched, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing needs attention."""
        return (self.split is None or self.split.status != "fail") and not any(each.alarms for each in self.series)


def monitor(study: Study, *, as_of: datetime.date, store: Store, within: int = 1) -> Watch:
    """Look at the experiment on the morning of `as_of`; alarms are of the last `within` days that are complete.

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
        return Watch(as_of, split, tuple(_watched(engine, study, as_of, within)))


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


def _watched(engine: Engine, study: Study, as_of: datetime.date, within: int) -> Iterator[Watched]:
    for name in dict.fromkeys(name for name, _ in metric_uses(study)):
        definition = study.metric(name)
        if definition.source is None or definition.kind == "quantile":
            continue  # a ratio is watched by its parts, a wide file has no days
        series = _series(engine, study, name, as_of)
        if not series:
            continue
        days, values = [day for day, _ in series], [value for _, value in series]
        try:
            found = alarms(days, values, holidays=_holidays(study, days))
        except StatisticsError as error:
            if error.problems[0].code != "UP675":
                raise
            yield Watched(name, definition.source, days[-1], len(days), (), error.problems[0])
            continue
        recent = tuple(a for a in found if a.day > days[-1] - datetime.timedelta(days=within))
        yield Watched(name, definition.source, days[-1], len(days), recent, None)


def _holidays(study: Study, days: list[datetime.date]) -> frozenset[datetime.date]:
    if study.project.holidays is None:
        return frozenset()
    country, _, state = study.project.holidays.partition("-")
    return public_holidays(country, state or None, {day.year for day in days})


def _series(engine: Engine, study: Study, name: str, as_of: datetime.date) -> list[tuple[datetime.date, float]]:
    """One value per local day, up to the last day that must be complete; days without rows are 0."""
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
    needed = columns_used(uses) | {str(source.time), *source.columns}
    table = open_source(
        engine, study, definition.source, needed=needed, cache=cache_folder(study), relation=f"watched_{name}"
    )
    typed = typed_source(engine, study, table, uses, view=f"watching_{name}", day=source.time)
    decimals = 0
    for use in uses:
        if use.type == "boolean":
            counts = f"({condition(use.expression, typed.columns)})"
        else:
            found = number(use.expression, typed.columns)
            value, decimals = f"({found.sql})", found.decimals
    lag = source.data_lag.days if source.data_lag else 0
    end = as_of - datetime.timedelta(days=lag)
    rows = engine.run(
        f"SELECT {DAY}, CAST(coalesce(sum(CASE WHEN {counts} THEN {value} END), 0) AS BIGINT) "
        f"FROM {quoted(typed.view)} "
        f"WHERE {DAY} < DATE '{end}' GROUP BY 1 ORDER BY 1"
    )
    by_day = {day: int(str(n)) / 10**decimals for day, n in rows if isinstance(day, datetime.date)}
    if not by_day:
        return []
    first = min(by_day)
    every_day = [first + datetime.timedelta(days=k) for k in range((end - first).days)]
    return [(day, max(by_day.get(day, 0.0), 0.0)) for day in every_day]
