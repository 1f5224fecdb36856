"""From an experiment to the data that a model learns from: features, arms, known probabilities, outcomes.

Who is assigned, and what each contact did in its window, comes from the unit table that analysis reads too; features
are joined to it by contact and brought over column by column, as 32-bit numbers.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from uplift.engine.adapter import Engine, quoted, text_literal
from uplift.engine.assigned import Assigned, unit_key_sql
from uplift.engine.kept import make_cache
from uplift.engine.plan import MetricPlan, plan
from uplift.engine.score_table import SCORED_ON
from uplift.engine.units import UnitTable, unit_table
from uplift.engine.value import redemption_plan
from uplift.errors import DataError, Problem, SpecError
from uplift.results.targeting import ReadFrom
from uplift.spec import Study, spec_hash
from uplift.spec.targeting import Targeting
from uplift.store import Run
from uplift.targeting.chances import propensities, require_right_split, weights_of_epochs
from uplift.targeting.contracts import Feature, Features, Outcome, TargetingData
from uplift.targeting.feature_columns import KNOWN_ON, MOST_LEVELS, UNITS, FeatureSource, feature_source, joined_sql
from uplift.targeting.influence import Floats, codes_of
from uplift.targeting.outcomes import NET_VALUE, Measured, net_value_outcome, outcome_of, wanted_metrics

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str], None]
Notice = Callable[[Problem], None]
RANDOMISED = "coalesce(cluster_id, unit_id)"


def read_targeting(
    engine: Engine,
    study: Study,
    assigned: Assigned,
    *,
    as_of: datetime.date,
    cache: Path,
    runs: Sequence[Run] = (),
    progress: Progress = lambda _stage: None,
    notice: Notice = lambda _problem: None,
) -> TargetingData:
    """Everything that models learn from, for the contacts whose windows are over on the day `as_of`.

    `runs` are the draws as the catalog keeps them; from there come the weights of each epoch. The outcome that decides
    stands first in `outcomes`.

    Raises SpecError (UP712 no `targeting` block, UP541 an unknown column, UP714 a column that is no feature, UP717 an
    outcome that can't be one), DataError (a source, a value; UP601 a wrong split, UP707 an arm without contacts, UP713
    unknown weights, UP715 a feature from after the assignment, UP716 a constant one, UP718 too many categories).
    """
    targeting = required(study)
    make_cache(cache)
    plans = _plans(study)
    names = wanted_metrics(study, targeting)
    unit = unit_table(engine, study, assigned, plans, cache=cache, progress=progress)
    engine.register_files(UNITS, [unit.path])
    progress("read features")
    source = feature_source(engine, study, targeting, cache=cache)
    for problem in (*unit.notices, *source.notices):
        notice(problem)
    measured = [column.name for column in unit.columns]
    extra = ["u.unit_id", "u.cluster_id", "u.arm", "u.weight_epoch", "u.stratum", "u.assigned_day"]
    sql = joined_sql(
        source,
        unit_key=unit_key_sql(study, "u.unit_id") if isinstance(study.experiment.unit.id, str) else "u.unit_id",
        extra=[*extra, *(f"u.{name}" for name in measured)],
    )
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        path = Path(scratch) / "contacts.parquet"
        engine.save(sql, path)
        import duckdb

        with duckdb.connect() as local:
            local.execute(f"CREATE VIEW rows AS SELECT * FROM read_parquet({text_literal(str(path))})")
            data = _assembled(local, study, targeting, names, plans, unit, source, as_of, runs, notice)
    return replace(data, read_from=_read_from(study, assigned, unit, as_of))


def required(study: Study) -> Targeting:
    """The block `targeting` of the YAML. Raises SpecError (UP712) when there is none."""
    if study.experiment.targeting is None:
        raise SpecError(
            Problem(
                "UP712",
                f"'{study.experiment.id}' does not say what a model may use",
                fix="write a block `targeting: {features: [...]}` with columns of the contacts",
                place=study.document.place(),
            )
        )
    return study.experiment.targeting


def _read_from(study: Study, assigned: Assigned, unit: UnitTable, as_of: datetime.date) -> ReadFrom:
    """What a result of the same day is compared with; a warehouse's tables have no hash that two readings share."""
    files = tuple((s.name, s.fingerprint) for s in unit.sources if study.source(s.name).file is not None)
    return ReadFrom(as_of, spec_hash(study), assigned.fingerprint, files)


def _plans(study: Study) -> tuple[MetricPlan, ...]:
    plans, _ = plan(study)
    redemptions = redemption_plan(study)
    return plans if redemptions is None else (*plans, redemptions)


def _assembled(
    local: duckdb.DuckDBPyConnection,
    study: Study,
    targeting: Targeting,
    names: Sequence[str],
    plans: Sequence[MetricPlan],
    unit: UnitTable,
    source: FeatureSource,
    as_of: datetime.date,
    runs: Sequence[Run],
    notice: Notice,
) -> TargetingData:
    experiment = study.experiment
    arms = (experiment.control, *experiment.treatments)
    arm = _numbers(
        local, "CASE arm " + " ".join(f"WHEN {text_literal(name)} THEN {k}" for k, name in enumerate(arms)) + " END"
    ).astype(np.int64)
    epochs = _numbers(local, "weight_epoch").astype(np.int64)
    weights = weights_of_epochs(study, runs)
    chance = propensities(arms, epochs, weights)
    require_right_split(arms, _randomised(local, arm), _randomised(local, epochs), weights)
    day = _numbers(local, "epoch_us(CAST(assigned_day AS TIMESTAMP)) / 86400000000")
    measured = Measured({part: _column(local, unit, part) for part in unit.parts}, plans, day, as_of)
    outcomes: dict[str, Outcome] = {}
    there = np.ones(len(arm), dtype=bool)
    for name in names:
        if name == NET_VALUE:
            outcome, known = net_value_outcome(study, measured, arm=arm, arms=arms)
        else:
            outcome, known = outcome_of(study, measured, name)
        outcomes[name] = outcome
        there &= known
    _tell_left_out(there, as_of, notice)
    rows = np.flatnonzero(there)
    for k, name in enumerate(arms):
        if not (arm[rows] == k).any():
            raise DataError(
                Problem(
                    "UP707",
                    f"arm '{name}' has no contacts whose window is over on {as_of}",
                    fix="choose a later day, or wait",
                    place=study.document.place("arms", name, of="key"),
                )
            )
    matrix, features = _features(local, study, targeting, source, rows)
    return TargetingData(
        ids=_texts(local, "unit_id")[rows],
        features=Features(matrix, features),
        arms=arms,
        arm=arm[rows],
        propensity=chance[rows],
        outcomes={name: _cut(outcome, rows) for name, outcome in outcomes.items()},
        cluster=codes_of(_texts(local, RANDOMISED)[rows]) if experiment.unit.cluster else None,
        stratum=codes_of(_texts(local, "coalesce(stratum, '')")[rows]) if experiment.assignment.strata else None,
        wave=codes_of(epochs[rows]) if len(weights) > 1 else None,
        spec_hash=spec_hash(study),
        experiment=experiment.id,
        household=_texts(local, "coalesce(cluster_id, '')")[rows] if experiment.unit.cluster else None,
    )


def _cut(outcome: Outcome, rows: NDArray[np.int64]) -> Outcome:
    return Outcome(outcome.name, outcome.title, outcome.kind, outcome.values[rows], outcome.currency)


def _tell_left_out(there: NDArray[np.bool_], as_of: datetime.date, notice: Notice) -> None:
    left = int((~there).sum())
    if left:
        why = f"their window is not over on {as_of}, or a value is missing"
        notice(Problem("UP719", f"{left:,} of {len(there):,} contacts are left out: {why}", "", None, "note"))


def _randomised(local: duckdb.DuckDBPyConnection, values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The values of what was drawn: one row per cluster, or per contact without one."""
    clusters = local.execute("SELECT count(cluster_id) FROM rows").fetchone()
    if clusters is None or not clusters[0]:
        return values
    first = np.unique(codes_of(_texts(local, RANDOMISED)), return_index=True)[1]
    return values[first]


def _column(local: duckdb.DuckDBPyConnection, unit: UnitTable, part: Any) -> tuple[Floats, int]:
    column = unit.column(part)
    return _numbers(local, quoted(column.name)), column.decimals


def _numbers(local: duckdb.DuckDBPyConnection, sql: str) -> Floats:
    """A column of numbers; NULL is NaN."""
    found: Any = local.execute(f"SELECT CAST({sql} AS DOUBLE) AS v FROM rows").fetchnumpy()["v"]
    values: Floats = np.ma.filled(found.astype(np.float64), np.nan)
    return values


def _texts(local: duckdb.DuckDBPyConnection, sql: str) -> NDArray[np.str_]:
    found = local.execute(f"SELECT CAST({sql} AS VARCHAR) AS v FROM rows").fetchnumpy()["v"]
    return np.asarray(found, dtype=np.str_)


def _features(
    local: duckdb.DuckDBPyConnection,
    study: Study,
    targeting: Targeting,
    source: FeatureSource,
    rows: NDArray[np.int64],
) -> tuple[NDArray[np.float32], tuple[Feature, ...]]:
    _refuse_later(local, study, targeting, source)
    columns = source.columns
    matrix = np.empty((len(rows), len(columns)), dtype=np.float32)
    features, problems = [], []
    for i, column in enumerate(columns):
        place = study.document.place("targeting", "features", i)
        levels: tuple[str, ...] = ()
        if column.kind == "category":
            found = local.execute(f"SELECT DISTINCT x{i} FROM rows WHERE x{i} IS NOT NULL ORDER BY 1").fetchall()
            levels = tuple(str(row[0]) for row in found)
            if len(levels) > MOST_LEVELS:
                message = f"feature '{column.name}' has {len(levels):,} different texts, more than {MOST_LEVELS}"
                fix = "use a coarser column, or a number"
                problems.append(Problem("UP718", message, fix, place))
                continue
            values = _coded(local, f"x{i}", levels)
        else:
            values = _numbers(local, f"x{i}")
        own = values[rows]
        there = own[~np.isnan(own)]
        if not len(there) or ((there == there[0]).all() and len(there) == len(own)):
            what = "has no value for any contact" if not len(there) else "is the same for all contacts"
            problems.append(Problem("UP716", f"feature '{column.name}' {what}", "take it off the list", place))
            continue
        matrix[:, i] = own
        kind = "number" if column.kind == "days" else column.kind
        features.append(Feature(column.name, kind, levels, dated=column.kind == "days"))
    if problems:
        raise DataError(*problems)
    return matrix, tuple(features)


def _coded(local: duckdb.DuckDBPyConnection, column: str, levels: Sequence[str]) -> Floats:
    """Categories as 0, 1, … in the order of their levels."""
    listed = ", ".join(map(text_literal, levels)) or "''"
    return _numbers(local, f"(list_position([{listed}], {column}) - 1)")


def _refuse_later(local: duckdb.DuckDBPyConnection, study: Study, targeting: Targeting, source: FeatureSource) -> None:
    """Refuse what was not known yet on the day of assignment (UP715): dates, rows, and scores of later days."""
    problems = []
    checked: list[tuple[str, str, tuple[str | int, ...]]] = []
    for i, (name, _) in enumerate(source.known_on):
        checked.append((f"{KNOWN_ON}{i}", name, ("as_of",) if name == targeting.as_of else ("features",)))
    for i, column in enumerate(source.columns):
        if column.kind == "days":
            checked.append((f"x{i}", column.name, ("features", i)))
    for column_sql, name, path in checked:
        found = local.execute(f"SELECT count(*) FROM rows WHERE {column_sql} < 0").fetchone()
        if found and found[0]:
            scored = name == SCORED_ON and name != targeting.as_of
            fix = "score as of the day of assignment: uplift score --as-of DAY" if scored else _EXPORT
            problems.append(
                Problem(
                    "UP715",
                    f"column '{name}' is later than the assignment ({found[0]:,} contacts): that is the future",
                    fix=fix,
                    place=study.document.place("targeting", *path),
                )
            )
    if problems:
        raise DataError(*problems)


_EXPORT = "export the features as they were on the day of assignment"
