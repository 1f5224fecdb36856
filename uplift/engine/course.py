"""The course of a metric: its sums as they stood on each day, and those of each week since assignment.

Read from the contact-days (what a contact did on each of its active days) alone. For days nothing is repeated: a power
of a running sum telescopes, cᵏ = Σ (cᵏ − pᵏ) over the active days with c the sum up to a day and p the sum before it,
so every active day adds its difference once, and the sums of any day are those of all days up to it. A grid of
contacts times days would say the same at fifty times the cost.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from uplift.engine.adapter import Engine, with_parameters
from uplift.engine.cluster_sums import RANDOMISED
from uplift.engine.measurement import Cell, CourseSums, EnrolledDay
from uplift.engine.sum_columns import (
    UNITS,
    Bounds,
    MetricColumns,
    SumColumn,
    exponents_of,
    monomial_sql,
    orders_that_fit,
)
from uplift.engine.sums import Group, sum_sql
from uplift.stats.moments import Exponents, Sums

DAYS = "contact_days"
STEPS = "course_steps"
MOST_DAYS = 120
MOST_WEEKS = 26
ONE_DAY = datetime.timedelta(days=1)
Joined = dict[Group, dict[datetime.date, int]]  # contacts by their day of assignment


@dataclass(frozen=True, slots=True)
class _Increments:
    """What each group gained at each step (a day, or the number of a week): one number per monomial, then nonzero."""

    exponents: tuple[Exponents, ...]
    at: Mapping[Group, Mapping[object, Sequence[int]]]


def joined_by_day(engine: Engine, as_of: datetime.date) -> Joined:
    """How many contacts were assigned on which day, up to and including `as_of`."""
    found: Joined = {}
    sql = (
        f"SELECT arm, weight_epoch, stratum, assigned_day, count(*) FROM {UNITS} "
        f"WHERE assigned_day <= CAST('{as_of.isoformat()}' AS DATE) GROUP BY arm, weight_epoch, stratum, assigned_day"
    )
    for arm, epoch, stratum, day, n in engine.run(sql):
        assert isinstance(day, datetime.date)
        key = (str(arm), int(str(epoch)), None if stratum is None else str(stratum))
        found.setdefault(key, {})[day] = int(str(n))
    return dict(sorted(found.items(), key=lambda item: (*item[0][:2], item[0][2] or "")))


def enrolled_by_day(engine: Engine, as_of: datetime.date, *, clustered: bool) -> tuple[EnrolledDay, ...]:
    """How many units were randomised into each arm and weight epoch, by day; a cluster joins with its first contact."""
    known = f"assigned_day <= CAST('{as_of.isoformat()}' AS DATE)"
    units = f"SELECT arm, weight_epoch, assigned_day AS day FROM {UNITS} WHERE {known}"
    if clustered:
        units = (
            f"SELECT arm, min(weight_epoch) AS weight_epoch, min(assigned_day) AS day FROM {UNITS} "
            f"WHERE {known} GROUP BY arm, {RANDOMISED}"
        )
    keys = "day, arm, weight_epoch"
    found = []
    for day, arm, epoch, n in engine.run(f"SELECT {keys}, count(*) FROM ({units}) AS joined GROUP BY {keys}"):
        assert isinstance(day, datetime.date)
        found.append(EnrolledDay(day, str(arm), int(str(epoch)), int(str(n))))
    return tuple(sorted(found, key=lambda e: (e.day, e.arm, e.weight_epoch)))


def course_of(engine: Engine, metric: MetricColumns, joined: Joined, *, as_of: datetime.date) -> CourseSums | None:
    """The course of one event metric up to the last day whose data are in; None before the first such day.

    A day counts everybody assigned by then with all that happened since, whether or not the window is over. A week
    counts those for whom it is over. At most 120 days are told (then every seventh), and 26 whole weeks.
    """
    window, days = metric.plan.window, sorted({day for counts in joined.values() for day in counts})
    if window is None or not days:
        return None
    known = as_of - (1 + metric.plan.lag) * ONE_DAY
    last = min(known, days[-1] + (window - 1) * ONE_DAY)
    if last < days[0]:
        return None
    gained = _by_day(engine, metric, last)
    told = _told(days[0], last)
    weeks = [w for w in range(1, min(window // 7, MOST_WEEKS) + 1) if _over(w, metric, as_of) >= days[0]]
    in_week = _by_week(engine, metric, weeks, last, as_of) if weeks else None
    return CourseSums(
        days=tuple((day, _cells(metric, gained, joined, until=day, steps=_up_to(day))) for day in told),
        weeks=tuple(
            (w, _cells(metric, in_week, joined, until=_over(w, metric, as_of), steps=_only(w)))
            for w in weeks
            if in_week is not None
        ),
    )


def _told(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """All days, or the last one and every seventh before it."""
    count = (last - first).days + 1
    step = 1 if count <= MOST_DAYS else 7
    return [last - k * ONE_DAY for k in range(0, count, step)][::-1]


def _over(week: int, metric: MetricColumns, as_of: datetime.date) -> datetime.date:
    """The last day of assignment whose week is over."""
    return as_of - (7 * week + metric.plan.lag) * ONE_DAY


# ── the statements ───────────────────────────────────────────────────────────────────────────────────────────────────


def _by_day(engine: Engine, metric: MetricColumns, last: datetime.date) -> _Increments:
    """Differences of powers of the running sums, per group and day."""
    frame = "PARTITION BY unit_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    sums = [
        f"CAST(sum({c.column}) OVER ({frame}) AS BIGINT) AS t{i}, {c.column} AS d{i}"
        for i, c in enumerate(metric.columns)
    ]
    running = f"SELECT arm, weight_epoch, stratum, day, {', '.join(sums)} FROM {DAYS} WHERE {_seen(metric, last)}"
    ends = [
        f"{_capped(f't{i}', cap)} AS c{i}, {_capped(f'(t{i} - d{i})', cap)} AS p{i}"
        for i, cap in enumerate(_caps(metric))
    ]
    _keep(engine, metric, f"SELECT arm, weight_epoch, stratum, day, {', '.join(ends)} FROM ({running}) AS running")
    after, before = _columns(engine, metric)
    exponents = _exponents(metric, after)
    wide = engine.capabilities().wide_integer
    changes = [f"({monomial_sql(after, e, wide)}) - ({monomial_sql(before, e, wide)})" for e in exponents]
    decisive = len(metric.columns) - 1
    changes.append(f"CASE WHEN c{decisive} <> 0 THEN 1 ELSE 0 END - CASE WHEN p{decisive} <> 0 THEN 1 ELSE 0 END")
    return _added(engine, exponents, changes, "day")


def _by_week(
    engine: Engine, metric: MetricColumns, weeks: Sequence[int], last: datetime.date, as_of: datetime.date
) -> _Increments:
    """Powers of what each contact did within one week, per group and week, of the contacts whose week is over."""
    whens = " ".join(f"WHEN day < CAST(assigned_day + INTERVAL '{7 * w}' DAY AS DATE) THEN {w}" for w in weeks)
    over = " OR ".join(
        f"(week = {w} AND assigned_day <= CAST('{_over(w, metric, as_of).isoformat()}' AS DATE))" for w in weeks
    )
    own = ", ".join(c.column for c in metric.columns)
    dated = (
        f"SELECT unit_id, arm, weight_epoch, stratum, assigned_day, CASE {whens} END AS week, {own} "
        f"FROM {DAYS} WHERE {_seen(metric, last)}"
    )
    sums = ", ".join(f"CAST(sum({c.column}) AS BIGINT) AS t{i}" for i, c in enumerate(metric.columns))
    weekly = (
        f"SELECT arm, weight_epoch, stratum, week, {sums} FROM ({dated}) AS dated WHERE {over} "
        f"GROUP BY unit_id, arm, weight_epoch, stratum, week"
    )
    ends = ", ".join(f"{_capped(f't{i}', cap)} AS c{i}, 0 AS p{i}" for i, cap in enumerate(_caps(metric)))
    _keep(engine, metric, f"SELECT arm, weight_epoch, stratum, week, {ends} FROM ({weekly}) AS weekly")
    after, _ = _columns(engine, metric)
    exponents = _exponents(metric, after)
    wide = engine.capabilities().wide_integer
    values = [monomial_sql(after, e, wide) for e in exponents]
    values.append(f"CASE WHEN c{len(metric.columns) - 1} <> 0 THEN 1 ELSE 0 END")
    return _added(engine, exponents, values, "week")


def _caps(metric: MetricColumns) -> list[str | None]:
    """What a sum over days is capped at; a contact that bought on two days is one buyer."""
    parts = zip(metric.plan.parts, metric.columns, strict=True)
    return ["1" if part.aggregate == "any" else f":{column.cap}" if column.cap else None for part, column in parts]


def _capped(value: str, cap: str | None) -> str:
    return value if cap is None else f"CASE WHEN {value} > {cap} THEN {cap} ELSE {value} END"


def _seen(metric: MetricColumns, last: datetime.date) -> str:
    """The active days of this metric up to the last one whose data are in."""
    window, day = metric.plan.window, f"CAST('{last.isoformat()}' AS DATE)"
    active = " OR ".join(f"{c.column} <> 0" for c in metric.columns)
    return f"day <= {day} AND day < CAST(assigned_day + INTERVAL '{window}' DAY AS DATE) AND ({active})"


def _keep(engine: Engine, metric: MetricColumns, sql: str) -> None:
    """Run once what is read twice: for its bounds, and for the sums."""
    engine.materialize(STEPS, with_parameters(sql, metric.caps))


def _columns(engine: Engine, metric: MetricColumns) -> tuple[tuple[SumColumn, ...], tuple[SumColumn, ...]]:
    """The sums up to a day and before it, with bounds wide enough for the difference of their powers."""
    numbers = range(len(metric.columns))
    asked = ", ".join(f"coalesce(min(c{i}), 0), coalesce(max(c{i}), 0)" for i in numbers)
    n, *ends = (int(str(v)) for v in engine.run(f"SELECT count(*), {asked} FROM {STEPS}")[0])
    limits = [2 * max(abs(low), abs(high), 1) for low, high in zip(ends[::2], ends[1::2], strict=True)]
    bounds = [Bounds(-limit, limit, n, n) for limit in limits]
    after, before = (tuple(SumColumn(f"{x}{i}", None, 0, (), bounds[i]) for i in numbers) for x in ("c", "p"))
    return after, before


def _exponents(metric: MetricColumns, columns: tuple[SumColumn, ...]) -> tuple[Exponents, ...]:
    orders = (1,) if metric.binary else orders_that_fit(metric.plan.name, columns, None)[0]
    return exponents_of(len(columns), orders)


def _added(engine: Engine, exponents: tuple[Exponents, ...], values: Sequence[str], step: str) -> _Increments:
    dialect = engine.capabilities()
    keys = f"arm, weight_epoch, stratum, {step}"
    sums = ", ".join(f"{sum_sql(value, dialect)} AS s{i}" for i, value in enumerate(values))
    found: dict[Group, dict[object, Sequence[int]]] = {}
    for arm, epoch, stratum, at, *numbers in engine.run(f"SELECT {keys}, {sums} FROM {STEPS} GROUP BY {keys}"):
        key = (str(arm), int(str(epoch)), None if stratum is None else str(stratum))
        where = at if isinstance(at, datetime.date) else int(str(at))
        found.setdefault(key, {})[where] = [int(str(number)) for number in numbers]
    return _Increments(exponents, found)


# ── from increments to cells ─────────────────────────────────────────────────────────────────────────────────────────


def _up_to(day: datetime.date) -> Callable[[object], bool]:
    return lambda at: isinstance(at, datetime.date) and at <= day


def _only(week: int) -> Callable[[object], bool]:
    return lambda at: at == week


def _cells(
    metric: MetricColumns,
    gained: _Increments,
    joined: Joined,
    *,
    until: datetime.date,
    steps: Callable[[object], bool],
) -> tuple[Cell, ...]:
    """The sums of everybody assigned up to and including `until`, over the given steps."""
    cells = []
    for group, counts in joined.items():
        n = sum(contacts for day, contacts in counts.items() if day <= until)
        if not n:
            continue
        rows = [numbers for at, numbers in gained.at.get(group, {}).items() if steps(at)]
        totals = [sum(column) for column in zip(*rows, strict=True)] or [0] * (len(gained.exponents) + 1)
        *values, nonzero = totals
        powers = dict(zip(gained.exponents, values, strict=True))
        if metric.binary:  # zeros and ones: every power is the value itself
            powers = {(order,): powers[(1,)] for order in (1, 2, 3, 4)}
        names = ("value",) if len(metric.columns) == 1 else ("numerator", "denominator")
        sums = Sums(names, n, powers, metric.decimals, (0,) * len(names), nonzero)
        cells.append(Cell(*group, sums, None, n))
    return tuple(cells)
