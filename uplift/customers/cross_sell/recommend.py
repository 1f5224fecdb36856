"""`recommend`: lists of what each customer will probably buy next, and what such lists are worth."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from uplift.customers.cross_sell.bought import read_bought, refuse_short
from uplift.customers.cross_sell.file import GIVEN, GivenLists, read_lists
from uplift.customers.cross_sell.lists import OWN, POPULAR, judge, make_lists, popular_of
from uplift.customers.history import study_of
from uplift.engine import DuckDBEngine
from uplift.engine.adapter import Engine, quoted, text_literal
from uplift.engine.machine import settings_for
from uplift.results.recommendations import Hits, Recommendations
from uplift.spec.project import Project
from uplift.spec.study import Document, Study
from uplift.store import written_aside

DAYS, MOST = 7, 10
MODEL = "own-frequency-1"
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """The lists that were written, and what lists made the same way a week earlier would have been worth."""

    table: Path
    result: Recommendations


@dataclass(frozen=True, slots=True)
class Judged:
    """A file that keeps the contract; `result` is None while its days are not over."""

    given: GivenLists
    over_on: datetime.date
    result: Recommendations | None


def recommend(
    project: Project,
    document: Document,
    *,
    as_of: datetime.date,
    table: Path,
    days: int = DAYS,
    most: int = MOST,
    progress: Progress = lambda _stage: None,
) -> Made:
    """Write the lists of the day (.parquet or .csv: id, rank, item, score, scored_on, score_model).

    Raises DataError: UP664, UP684, UP685 for what project.yml or the data do not have.
    """
    study = study_of(project, document)
    with tempfile.TemporaryDirectory(prefix="uplift-recommend-") as work, _engine(study, work) as engine:
        progress("read what was bought")
        bought = read_bought(engine, study, end=as_of)
        tested = as_of - datetime.timedelta(days=days)
        refuse_short(study, bought, tested)
        progress(f"judge lists of {tested}")
        judged, hits = _judged(engine, tested, days=days, most=most)
        progress("make the lists")
        make_lists(engine, "lists", day=as_of, most=most)
        _write(engine, study, table, as_of, f"{MODEL}-{days}d")
        ((rows,),) = engine.run("SELECT count(*) FROM lists")
        known = (bought.customers, bought.items, int(str(rows)))
        return Made(table, Recommendations(as_of, days, most, *known, tested, judged, hits))


def judge_file(
    project: Project,
    document: Document,
    file: Path,
    *,
    as_of: datetime.date,
    days: int = DAYS,
    most: int = MOST,
    progress: Progress = lambda _stage: None,
) -> Judged:
    """Check a file of recommendations against the contract, and measure it beside the baseline on the days after.

    Raises DataError: UP686 with the lines that break the contract, and what `recommend` raises.
    """
    study = study_of(project, document)
    with tempfile.TemporaryDirectory(prefix="uplift-recommend-") as work, _engine(study, work) as engine:
        progress("read what was bought")
        bought = read_bought(engine, study, end=as_of)
        progress("check the file")
        given = read_lists(engine, study, file, Path(work), as_of=as_of)
        over = given.scored_on + datetime.timedelta(days=days)
        if over > as_of:
            return Judged(given, over, None)
        refuse_short(study, bought, given.scored_on)
        progress("judge the lists")
        day, known = given.scored_on, (bought.customers, bought.items, given.rows)
        judged, hits = _judged(engine, day, days=days, most=most, further={given.model: GIVEN})
        return Judged(given, over, Recommendations(day, days, most, *known, day, judged, hits))


def _engine(study: Study, work: str) -> DuckDBEngine:
    return DuckDBEngine(settings_for(study, Path(work)))


def _judged(
    engine: Engine,
    day: datetime.date,
    *,
    days: int,
    most: int,
    further: dict[str, str] | None = None,
) -> tuple[int, tuple[Hits, ...]]:
    make_lists(engine, "tested", day=day, most=most)
    lists = {**(further or {}), OWN: "tested", POPULAR: popular_of("tested")}
    return judge(engine, lists, day=day, days=days, most=most)


def _write(engine: Engine, study: Study, table: Path, as_of: datetime.date, model: str) -> None:
    products = study.project.customers.products if study.project.customers else None
    assert products is not None
    name = str(study.source(products.source).id)
    form = "FORMAT parquet" if table.suffix == ".parquet" else "FORMAT csv, HEADER"
    with written_aside(table) as aside:
        engine.run(
            f"COPY (SELECT unit AS {quoted(name)}, rank, item, round(score, 6) AS score, DATE '{as_of}' AS scored_on, "
            f"{text_literal(model)} AS score_model FROM lists ORDER BY unit, rank) "
            f"TO {text_literal(str(aside))} ({form})"
        )
