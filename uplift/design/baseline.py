"""What the metrics of an experiment are today, measured by the engine that will measure the test.

The eligible audience is taken as if all of it had been assigned to the control on one day of the past: the last one
whose windows, data lags and returns are complete for every metric. So a baseline has the test's own definition, window
and audience. With rolling entry each contact starts on its own entry date, as in the test, and as many days of entry
are looked at as the test will last. What this can't repair: `audience.where` is judged on today's facts, so contacts
who were eligible then and no longer are today are not among them.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from uplift.design.measured_past import explained_by_the_past
from uplift.design.timeline import ONE_DAY
from uplift.errors import DataError, Problem, ProjectError
from uplift.results.effects import Kind
from uplift.spec.past import past_of, with_the_past
from uplift.spec.quantities import Duration
from uplift.spec.rules.timing import last_assignment
from uplift.spec.study import Study

if TYPE_CHECKING:
    from uplift.engine.adapter import Engine
    from uplift.engine.measurement import Measurement, MetricSums
    from uplift.engine.plan import MetricPlan
    from uplift.stats.moments import Moments


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric of the eligible audience; spread and shape are those of contacts (of a ratio: linearised per contact).

    `kurtosis` is 3 for a normal distribution. `r_squared` is the share of the variance that variance reduction would
    take away with `explained_by`: of contacts, or of households where these are drawn. What the data can't say is None.
    `missing` contacts are not in the metric's source; they are in no number.
    """

    metric: str
    title: str
    kind: Kind
    form: Literal["number", "percent", "money"]
    currency: str | None
    window_days: int | None
    contacts: int
    missing: int
    value: float | None
    sd: float | None
    skewness: float | None
    kurtosis: float | None
    icc: float | None
    r_squared: float | None
    explained_by: tuple[str, ...]
    source: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Clusters:
    """Households of the eligible audience: how many, and the coefficient of variation of their sizes."""

    count: int
    size_cv: float


@dataclass(frozen=True, slots=True)
class Baselines:
    """What was measured: the audience of today, and every metric over windows that begin on `day`.

    `eligible` contacts are there today; `measured` of them have complete windows; `recent` entered too late for that,
    `earlier` before the days that are looked at, `undated` have no entry date. `expected` is what the audience will be
    over the whole enrolment, where that can be said; `seen_days` of entry it rests on.
    """

    experiment: str
    as_of: datetime.date
    day: datetime.date
    eligible: int
    measured: int
    recent: int
    earlier: int
    undated: int
    expected: int | None
    seen_days: int | None
    enrolment_days: int | None
    clusters: Clusters | None
    metrics: tuple[Measured, ...]
    not_measured: tuple[str, ...]
    notices: tuple[Problem, ...]
    language: Literal["de", "en"]

    def __str__(self) -> str:
        from uplift.design.baseline_table import text

        return text(self, self.language)


def measure_baselines(
    study: Study,
    *,
    as_of: datetime.date,
    cache: Path | None = None,
    progress: Callable[[str], None] = lambda _stage: None,
) -> Baselines:
    """Measure the audience and every metric of the experiment; `as_of` is a local day whose own hours do not count.

    Raises ProjectError (UP330) for tests that another system has split, DataError (UP331) when no contact has a
    complete window, and what the engine raises about sources and ids.
    """
    from uplift.engine.assigned import Assigned
    from uplift.engine.audience import audience, require_no_id_problems
    from uplift.engine.duckdb_engine import DuckDBEngine
    from uplift.engine.machine import settings_for
    from uplift.engine.measure import measure
    from uplift.engine.plan import plan
    from uplift.engine.sources import cache_folder
    from uplift.engine.strata import strata_findings

    _require_ours(study)
    folder = cache or cache_folder(study)
    folder.mkdir(parents=True, exist_ok=True)
    asked = with_the_past(study)
    plans, _ = plan(asked)
    day = as_of - ONE_DAY * max((_days_to_settle(p) for p in plans), default=0)
    with DuckDBEngine(settings_for(study, folder)) as engine:
        progress("read the audience")
        warnings = require_no_id_problems(engine, study, cache=folder)
        who = audience(engine, study, cache=folder)
        entry = _entries(engine, study, day=day, as_of=as_of)
        too_fine = strata_findings(engine, study)
        pretended = folder / f"baseline-{study.experiment.id}-{day}.parquet"
        engine.save(_as_if_assigned(study, day=day, first=entry.first), pretended)
        if not entry.measured:
            raise _nobody(study, day)
        ledger = Assigned.from_ledger([pretended])
        found = measure(
            _without_clusters(asked), ledger, as_of=as_of, cache_dir=folder, engine=engine, progress=progress
        )
        clusters, correlations, drawn = None, {}, found
        if study.experiment.unit.cluster is not None:
            from uplift.design.intracluster import correlations_of, sizes_of

            clusters = sizes_of(engine, keep_single=study.experiment.unit.cluster_fallback == "own_id")
            engine.register_files("baseline_units", [folder / found.unit_table])
            correlations = correlations_of(engine, plans, found)
            drawn = measure(asked, ledger, as_of=as_of, cache_dir=folder, engine=engine, progress=progress)
    pretended.unlink(missing_ok=True)
    past = {key: explained_by_the_past(sums) for key, sums in drawn.metrics.items()}
    metrics = _metrics(study, plans, found, correlations, past, whom=who.table.fingerprint, days=(day, as_of))
    expected = entry.expected
    if clusters is not None and expected is not None and entry.eligible:
        clusters = replace(clusters, count=max(1, round(Fraction(clusters.count * expected, entry.eligible))))
    return Baselines(
        experiment=study.experiment.id,
        as_of=as_of,
        day=day,
        eligible=entry.eligible,
        measured=entry.measured,
        recent=entry.recent,
        earlier=entry.earlier,
        undated=entry.undated,
        expected=expected,
        seen_days=entry.seen_days,
        enrolment_days=entry.enrolment_days,
        clusters=clusters,
        metrics=metrics,
        not_measured=found.not_measured,
        notices=tuple(dict.fromkeys((*warnings, *too_fine, *who.notices, *found.notices))),
        language=study.project.language,
    )


@dataclass(frozen=True, slots=True)
class _Entries:
    """Who is eligible, and how many of them the windows fit."""

    eligible: int
    measured: int
    recent: int = 0
    earlier: int = 0
    undated: int = 0
    expected: int | None = None
    seen_days: int | None = None
    enrolment_days: int | None = None
    first: datetime.date | None = None


@contextmanager
def pretended_ledger(engine: Engine, study: Study, *, as_of: datetime.date, folder: Path) -> Iterator[Path]:
    """A ledger in which everybody eligible joined early enough for all windows to be over by `as_of`; gone afterwards.

    Raises DataError (UP331) when no contact has a complete window.
    """
    from uplift.engine.audience import audience, require_no_id_problems
    from uplift.engine.plan import plan

    plans, _ = plan(study)
    day = as_of - ONE_DAY * max((_days_to_settle(p) for p in plans), default=0)
    require_no_id_problems(engine, study, cache=folder)
    audience(engine, study, cache=folder)
    entry = _entries(engine, study, day=day, as_of=as_of)
    if not entry.measured:
        raise _nobody(study, day)
    pretended = folder / f"pretended-{study.experiment.id}-{day}.parquet"
    engine.save(_as_if_assigned(study, day=day, first=entry.first), pretended)
    try:
        yield pretended
    finally:
        pretended.unlink(missing_ok=True)


def _require_ours(study: Study) -> None:
    if study.experiment.assignment.method == "observed":
        raise ProjectError(
            Problem(
                "UP330",
                "another system has split these contacts: their data are the test's own outcome, not its baseline",
                "write the baseline by hand: design.baselines with value, source and date",
                study.document.place("assignment", "method"),
            )
        )


def _days_to_settle(plan: MetricPlan) -> int:
    """Days from a contact's first day until its metric is final: window, then data lag or returns."""
    return 0 if plan.window is None else plan.window + max(plan.lag, plan.settles_after or 0)


def _rolls(study: Study) -> bool:
    audience = study.experiment.audience
    return audience.entry == "rolling" and audience.entry_date is not None


def _known(study: Study) -> str:
    """Which eligible contacts could be drawn at all."""
    excluded = study.experiment.unit.cluster is not None and study.experiment.unit.cluster_fallback == "exclude"
    return "cluster_id IS NOT NULL" if excluded else "TRUE"


def _entries(engine: Engine, study: Study, *, day: datetime.date, as_of: datetime.date) -> _Entries:
    """Count the eligible contacts; with rolling entry, those whose own windows are complete."""
    last = last_assignment(study)
    if not _rolls(study) or last is None:
        (row,) = engine.run(f"SELECT count(*) FROM eligible WHERE {_known(study)}")
        n = int(str(row[0]))
        return _Entries(n, n, expected=n if study.experiment.audience.entry == "snapshot" else None)
    days = (last - study.experiment.schedule.start).days + 1
    first, since = day - ONE_DAY * (days - 1), as_of - ONE_DAY * days
    entered = "CAST(eligible_at AS DATE)"
    new = f"{entered} >= {_date(since)} AND {entered} < {_date(as_of)}"
    row = engine.run(
        f"SELECT count(*), count(CASE WHEN {entered} BETWEEN {_date(first)} AND {_date(day)} THEN 1 END), "
        f"count(CASE WHEN {entered} > {_date(day)} THEN 1 END), "
        f"count(CASE WHEN {entered} < {_date(first)} THEN 1 END), "
        f"count(CASE WHEN {new} THEN 1 END), min(CASE WHEN {new} THEN {entered} END) "
        f"FROM eligible WHERE {_known(study)}"
    )[0]
    eligible, measured, recent, earlier, arrived = (int(str(value)) for value in row[:5])
    oldest = row[5]
    expected = seen = None
    if isinstance(oldest, datetime.date):
        seen = (as_of - oldest).days
        expected = round(Fraction(arrived * days, seen))
    return _Entries(
        eligible,
        measured,
        recent=recent,
        earlier=earlier,
        undated=eligible - measured - recent - earlier,
        expected=expected,
        seen_days=seen,
        enrolment_days=days,
        first=first,
    )


def _as_if_assigned(study: Study, *, day: datetime.date, first: datetime.date | None) -> str:
    """The rows of a ledger that never was: everybody in the control, nothing sent."""
    from uplift.engine.adapter import text_literal

    experiment = study.experiment
    assigned, among = _date(day), ""
    if first is not None:
        assigned = "CAST(eligible_at AS DATE)"
        among = f" AND {assigned} BETWEEN {_date(first)} AND {_date(day)}"
    return (
        f"SELECT {text_literal(experiment.id)} AS experiment_id, unit_id, cluster_id, "
        f"{text_literal(experiment.control)} AS arm, CAST(1 AS INTEGER) AS salt_epoch, "
        f"CAST(1 AS INTEGER) AS weight_epoch, CAST({assigned} AS TIMESTAMP) AS assigned_at, "
        f"CAST(NULL AS VARCHAR) AS stratum, 'assigned' AS status FROM eligible WHERE {_known(study)}{among} "
        "ORDER BY unit_id"
    )


def _nobody(study: Study, day: datetime.date) -> DataError:
    what = f"no eligible contact entered by {day}" if _rolls(study) else "no contact is eligible"
    return DataError(
        Problem(
            "UP331",
            f"nothing to measure: {what}, the last day whose windows are complete",
            "look at audience.where and at the dates in the source, or name an earlier day with --as-of",
            study.document.place("audience"),
        )
    )


def _without_clusters(study: Study) -> Study:
    """The same study with contacts as units: planning wants the spread of contacts, and the correlation beside it."""
    unit = study.experiment.unit.model_copy(update={"cluster": None})
    return replace(study, experiment=study.experiment.model_copy(update={"unit": unit}))


def _metrics(
    study: Study,
    plans: tuple[MetricPlan, ...],
    found: Measurement,
    correlations: dict[str, float | None],
    past: dict[str, float | None],
    *,
    whom: str,
    days: tuple[datetime.date, datetime.date],
) -> tuple[Measured, ...]:
    """Each metric once: of two windows the one of the more important role."""
    chosen = {plan.name: plan for plan in reversed(plans)}
    return tuple(
        _measured(study, plan, found, correlations.get(plan.key), past.get(plan.key), whom=whom, days=days)
        for plan in plans
        if chosen[plan.name] is plan
    )


def _measured(
    study: Study,
    plan: MetricPlan,
    found: Measurement,
    icc: float | None,
    r_squared: float | None,
    *,
    whom: str,
    days: tuple[datetime.date, datetime.date],
) -> Measured:
    definition, sums = study.metric(plan.name), found.metrics[plan.key]
    moments = sums.by_arm()[study.experiment.control].moments()
    value, sd, skewness, kurtosis = shape(moments, ratio=plan.kind == "ratio")
    form: Literal["number", "percent", "money"] = definition.format or (
        "percent" if plan.kind == "proportion" else "number"
    )
    return Measured(
        metric=plan.name,
        title=definition.title or plan.name,
        kind=plan.kind,
        form=form,
        currency=(definition.currency or study.project.currency) if form == "money" else None,
        window_days=plan.window,
        contacts=moments.n,
        missing=sum(sums.missing.values()),
        value=value,
        sd=sd,
        skewness=skewness,
        kurtosis=kurtosis,
        icc=icc,
        r_squared=r_squared,
        explained_by=() if r_squared is None else past_of(study, Duration(plan.window) if plan.window else None),
        source=", ".join(dict.fromkeys(part.source for part in plan.parts)),
        fingerprint=_fingerprint(study, plan, sums, found, whom=whom, days=days),
    )


def shape(moments: Moments, *, ratio: bool) -> tuple[float | None, float | None, float | None, float | None]:
    """Value, standard deviation, skewness and kurtosis; of a ratio R = Σy/Σx those of (y − R·x)/mean(x) per contact.

    >>> from uplift.stats.moments import Moments
    >>> shape(Moments.from_rows([1.0, 2.0, 3.0]), ratio=False)
    (2.0, 1.0, 0.0, 1.5)
    """
    import numpy as np

    n = moments.n
    if n == 0 or (ratio and moments.mean[1] == 0):
        return None, None, None, None
    if ratio:
        value = float(moments.mean[0] / moments.mean[1])
        weights = np.array([1.0, -value]) / moments.mean[1]
    else:
        value, weights = float(moments.mean[0]), np.array([1.0])
    k = len(weights)
    second = float(np.einsum("ij,i,j->", moments.second[:k, :k], weights, weights))
    if n < 2 or second <= 0:
        return value, None, None, None
    sd = math.sqrt(second / (n - 1))
    skewness = kurtosis = None
    if moments.third is not None and moments.fourth is not None:
        third = float(np.einsum("ijk,i,j,k->", moments.third[:k, :k, :k], *[weights] * 3))
        fourth = float(np.einsum("ijkl,i,j,k,l->", moments.fourth[:k, :k, :k, :k], *[weights] * 4))
        skewness = third / n / (second / n) ** 1.5
        kurtosis = fourth / n / (second / n) ** 2
    return value, sd, skewness, kurtosis


def _fingerprint(
    study: Study,
    plan: MetricPlan,
    sums: MetricSums,
    found: Measurement,
    *,
    whom: str,
    days: tuple[datetime.date, datetime.date],
) -> str:
    """A hash of what the baseline depends on: contents of the sources, definition, audience and days."""
    meaning = {
        "sources": sorted((read.name, read.fingerprint) for read in found.sources),
        "contacts": whom,
        "metric": study.metric(plan.name).model_dump(mode="json"),
        "window": plan.window,
        "cap": sums.cap,
        "audience": study.experiment.audience.model_dump(mode="json", include={"source", "where", "entry_date"}),
        "days": [day.isoformat() for day in days],
    }
    text = json.dumps(meaning, sort_keys=True, ensure_ascii=False, default=str)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _date(day: datetime.date) -> str:
    return f"CAST('{day.isoformat()}' AS DATE)"
