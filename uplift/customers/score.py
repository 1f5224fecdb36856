"""`score`: what to expect of every contact, written as a table whose columns an audience can use."""

from __future__ import annotations

import datetime
import hashlib
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uplift.customers import lifecycle, rfm, value
from uplift.customers.history import History, read_history, required, study_of
from uplift.customers.likelihood import Fit
from uplift.customers.scores import Coded, Columns, Models, Totals, scored
from uplift.customers.snapshots import every, snapshot
from uplift.engine import DuckDBEngine, Settings
from uplift.errors import Problem
from uplift.results.customers import (
    FREQUENCIES,
    STATES,
    CellFigures,
    CustomersResult,
    Move,
    Parameter,
    Range,
    SegmentFigures,
)
from uplift.spec.project import Project
from uplift.spec.study import Document, Study
from uplift.store.files import make_folder, written_aside
from uplift.store.places import scores_path
from uplift.words.language import Language

Progress = Callable[[str], None]
CONFIDENCE = 0.9
MEMORY = "600MB"  # of the engine, where project.yml says nothing; what does not fit goes to the disk
Z90 = 1.6448536269514722
INTEGERS = ("n_purchases", "days_since_purchase", "days_since_first_purchase")
GROUPS = ("recency_group", "frequency_group", "monetary_group")
MONEY = ("mean_basket", "next_basket", "next_basket_low", "next_basket_high", "predicted_value")
TEXTS = ("state", "reason")


@dataclass(frozen=True, slots=True)
class Scored:
    """What was found out, where it was written, and what was odd about the sources."""

    result: CustomersResult
    table: Path
    notices: tuple[Problem, ...]


def score(
    project: Project,
    document: Document,
    *,
    as_of: datetime.date,
    table: Path | None = None,
    language: Language | None = None,
    progress: Progress = lambda _stage: None,
) -> Scored:
    """Score every contact with what happened before `as_of`, and write the table (.parquet or .csv).

    Raises DataError for the sources (UP664 to UP666 among them) and StatisticsError (UP661, UP663) where too few
    customers bought twice.
    """
    study = study_of(project, document)
    wanted = required(project, document)
    memory = project.engine.memory_limit or MEMORY
    with tempfile.TemporaryDirectory(prefix="uplift-score-") as work:
        with DuckDBEngine(Settings(memory_limit=memory, temp_directory=Path(work) / "spill")) as engine:
            history = read_history(engine, study, as_of=as_of, folder=Path(work), progress=progress)
        progress("fit the models")
        models = train(history, horizon=wanted.horizon.days, discount=float(wanted.discount))
        name = model_id(models, as_of)
        totals = Totals()
        progress("score every contact")
        target = table or scores_path(study.root)
        parts = scored(history, models, totals, language or project.language)
        write_scores(history, parts, target, study=study, model=name)
        progress("add up")
        result = _result(history, models, totals, name, project.currency)
    return Scored(result, target, history.notices)


def train(history: History, *, horizon: int, discount: float) -> Models:
    """All models of a history."""
    buyers = snapshot(history, history.as_of, step=every(history)).buyers
    return Models(value.train(history, horizon=horizon, discount=discount), rfm.fit(buyers), lifecycle.train(history))


def model_id(models: Models, as_of: datetime.date) -> str:
    """`customers-<day>-<hash>`: the same data, day and terms give the same name."""
    fitted = [models.value.rate.fit.logs, models.value.baskets.fit.logs]
    for model in (models.lifecycle.model, models.lifecycle.leads):
        if model is not None:
            fitted.append(np.append(model.logistic.coefficients, [model.logistic.intercept, model.threshold]))
    terms = f"{as_of} {models.value.horizon} {models.value.discount}"
    numbers = " ".join(f"{number:.6g}" for number in np.concatenate(fitted))
    return f"customers-{as_of}-{hashlib.sha256(f'{terms} {numbers}'.encode()).hexdigest()[:10]}"


def write_scores(history: History, parts: Iterable[Columns], target: Path, *, study: Study, model: str) -> None:
    """The table: the contact's id under its own name, the scores, `scored_on` (no later data) and `score_model`."""
    import duckdb
    import pandas as pd

    id_name = str(study.experiment.unit.id).replace('"', '""')
    id_type = "BIGINT" if study.experiment.unit.type == "integer" else "VARCHAR"
    money = f"DECIMAL(18,{history.decimals})"
    kinds = dict.fromkeys(INTEGERS, "INTEGER") | dict.fromkeys(GROUPS, "TINYINT") | dict.fromkeys(MONEY, money)
    work = history.people.parent / "scores"
    make_folder(work)
    make_folder(target.parent)
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        for number, columns in enumerate(parts):
            selected = ", ".join(_typed(name, kinds) for name in columns if name != "n")
            who = columns["n"]
            assert isinstance(who, np.ndarray)
            low, high = int(who.min()), int(who.max())
            connection.register("chunk", pd.DataFrame({name: _plain(column) for name, column in columns.items()}))
            connection.execute(
                f'COPY (SELECT CAST(p.unit AS {id_type}) AS "{id_name}", {selected}, '
                f"DATE '{history.as_of}' AS scored_on, '{model}' AS score_model "
                f"FROM (SELECT * FROM read_parquet($${history.people}$$) WHERE n BETWEEN {low} AND {high}) AS p "
                f"JOIN chunk AS s ON s.n = p.n ORDER BY p.n) TO '{work}/{number:06d}.parquet' (FORMAT parquet)"
            )
            connection.unregister("chunk")
        sql = f"SELECT * FROM read_parquet('{work}/*.parquet')"  # in the order of their names, so of the contacts
        form = "FORMAT csv, HEADER" if target.suffix == ".csv" else "FORMAT parquet, COMPRESSION zstd"
        with written_aside(target) as aside:
            connection.execute(f"COPY ({sql}) TO $${aside}$$ ({form})")


def _plain(column: NDArray[np.generic] | Coded) -> Any:
    """What a data frame holds: numbers, or a text per code."""
    import pandas as pd

    if not isinstance(column, Coded):
        return column
    texts = list(dict.fromkeys(column.texts))
    position = np.array([*map(texts.index, column.texts), -1], dtype=np.int64)  # code −1 picks the last: none
    return pd.Categorical.from_codes(position[column.codes], categories=pd.Index(texts))


def _typed(name: str, kinds: dict[str, str]) -> str:
    if name in TEXTS:
        return f"CAST({name} AS VARCHAR) AS {name}"
    whole = f"CASE WHEN isnan({name}) THEN NULL ELSE {name} END"
    return f"CAST({whole} AS {kinds.get(name, 'DECIMAL(12,4)')}) AS {name}"


def _result(history: History, models: Models, totals: Totals, model: str, currency: str) -> CustomersResult:
    off = value.relative_range(models.value, history)
    grid = models.lifecycle
    bought = snapshot(history, history.as_of, step=every(history)).buyers
    return CustomersResult(
        as_of=history.as_of,
        model=model,
        currency=currency,
        decimals=history.decimals,
        horizon_days=models.value.horizon,
        discount=models.value.discount,
        first_day=history.first_day,
        contacts=history.contacts,
        buyers=history.buyers,
        purchases=history.rows,
        left_out=tuple((each.reason, each.rows) for each in history.left_out),
        parameters=(
            *_parameters(("r", "alpha", "a", "b"), models.value.rate.fit),
            *_parameters(("p", "q", "gamma"), models.value.baskets.fit),
        ),
        typical_cycle_days=None if models.value.rhythm is None else float(np.exp(models.value.rhythm.level)),
        mean_basket=float((bought.value.sum() / bought.days.sum()) / 10**history.decimals),
        segments=tuple(
            SegmentFigures(
                name=name,
                contacts=totals.contacts[name],
                purchases=float(totals.purchases[name]),
                value=totals.value[name],
                range=None if off is None else _scaled(off, totals.value[name]),
            )
            for name in sorted(totals.contacts)
        ),
        lifecycle=tuple(
            CellFigures(f, s, totals.cells[f, s], totals.cell_value[f, s], grid.gates[f, s])
            for f in FREQUENCIES
            for s in STATES
        ),
        leads=grid.leads_gate,
        moves=tuple(
            Move(before, now, totals.moves[before, now], totals.revenue[before, now])
            for before, now in sorted(totals.moves)
        ),
        overall=grid.overall,
    )


def _scaled(off: Range, amount: int) -> Range:
    return Range(off.low * amount, off.high * amount, off.confidence)


def _parameters(names: tuple[str, ...], fit: Fit) -> Iterable[Parameter]:
    for k, name in enumerate(names):
        middle = float(fit.logs[k])
        around = None
        if fit.covariance is not None:
            half = Z90 * float(np.sqrt(fit.covariance[k, k]))
            around = Range(float(np.exp(middle - half)), float(np.exp(middle + half)), CONFIDENCE)
        yield Parameter(name, float(np.exp(middle)), around)
