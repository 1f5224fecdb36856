"""Value as a measure of success: what each contact is expected to spend after the window, as a metric.

After the window of a contact is over, his purchases up to then go into one model for all arms together; the column of
the arm is never read. The values stand in a small table of their own, one event per contact on his day of assignment,
and from there on they are measured like any other metric. They are a surrogate: right as far as the treatment acts
through what was bought within the window (Prentice 1989, Statistics in Medicine 8).
"""

from __future__ import annotations

import datetime
import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from uplift.customers import bgnbd, gammagamma
from uplift.customers.history import read_history, required
from uplift.customers.snapshots import Snapshot
from uplift.customers.value import ValueModels, values
from uplift.engine import Assigned, DuckDBEngine
from uplift.engine.assigned import ASSIGNED, open_assigned
from uplift.engine.plan import metric_uses
from uplift.engine.sources import cache_folder
from uplift.errors import DataError, Problem
from uplift.results import Check
from uplift.spec.project import Source
from uplift.spec.scalars import Title, titled
from uplift.spec.study import Study
from uplift.store.files import make_folder, written_aside
from uplift.words.language import Language

Progress = Callable[[str], None]
VALUE, ON, CONTACT = "predicted_value", "assigned_on", "contact_id"
LABEL: dict[Language, str] = {"de": "Ersatzmaß", "en": "surrogate"}


def predicted_metrics(study: Study) -> tuple[tuple[str, int], ...]:
    """The metrics of the experiment that are predictions, with their windows in days."""
    used = [(name, window) for name, window in metric_uses(study) if study.metric(name).model is not None]
    return tuple((name, window) for name, window in used if window is not None)


def surrogate_checks(study: Study) -> tuple[Check, ...]:
    """One UP672 per predicted metric: the report has to say what it is."""
    return tuple(
        Check("UP672", "warn", (("metric", study.metric(name).title or name),)) for name, _ in predicted_metrics(study)
    )


def with_predictions(
    study: Study,
    assigned: Assigned,
    *,
    as_of: datetime.date,
    folder: Path,
    progress: Progress = lambda _stage: None,
) -> Study:
    """The study with each predicted metric read from a table of predictions, which is made here.

    A study without such a metric is returned as it is. Raises DataError (UP673) for one metric with two windows, and
    what `read_history` and the models raise.
    """
    wanted = predicted_metrics(study)
    if not wanted:
        return study
    sources, metrics = dict(study.project.sources), dict(study.project.metrics)
    for name, window in wanted:
        if sum(other == name for other, _ in wanted) > 1:
            message = f"metric '{name}' is predicted after one window, and the experiment uses two"
            place = study.project_document.place("metrics", name)
            raise DataError(Problem("UP673", message, fix="define a second metric with the same model", place=place))
        progress("predict the value after the window")
        table = _predict(study, assigned, window, as_of=as_of, folder=folder)
        lag = study.source(required(study.project, study.project_document).purchases.source).data_lag
        source = Source(file=str(table), grain="event", id=CONTACT, time=ON, data_lag=lag)
        sources[name] = source
        title = _labelled(metrics[name].title, name, study.project.language)
        metrics[name] = metrics[name].model_copy(
            update={"source": name, "value": VALUE, "decimals": 2, "title": title, "format": "money"}
        )
    project = study.project.model_copy(update={"sources": sources, "metrics": metrics})
    return replace(study, project=project)


def _labelled(title: Title | None, name: str, language: Language) -> Title:
    """The title in each of its languages, with the word for a surrogate."""
    told = tuple((speech, f"{titled(title, name, speech)} ({LABEL[speech]})") for speech in LABEL)
    return Title(dict(told)[language], told)


def _predict(study: Study, assigned: Assigned, window: int, *, as_of: datetime.date, folder: Path) -> Path:
    """The table of predictions: contact, day of assignment, value. The arm takes no part."""
    wanted = required(study.project, study.project_document)
    make_folder(folder)
    with tempfile.TemporaryDirectory(prefix="uplift-value-") as work, DuckDBEngine() as engine:
        open_assigned(engine, study, assigned, cache=cache_folder(study))
        engine.materialize("who", f"SELECT CAST(unit_key AS VARCHAR) AS unit, unit_id, assigned_day FROM {ASSIGNED}")
        ((latest,),) = engine.run("SELECT max(assigned_day) FROM who")
        assert isinstance(latest, datetime.date)
        end = min(as_of, latest + datetime.timedelta(days=window))
        history = read_history(engine, study, as_of=end, folder=Path(work))
        engine.register_files("bought_people", [history.people])
        engine.register_files("bought", [history.purchases])
        # Ages count from the evening before the contact's own window ends, as they do in a snapshot of that day.
        engine.save(
            f"SELECT w.unit, w.unit_id, w.assigned_day, count(b.day) AS days, "
            f"coalesce(w.assigned_day + {window} - min(b.day) - 1, -1) AS first, "
            f"coalesce(w.assigned_day + {window} - max(b.day) - 1, -1) AS last, "
            "CAST(coalesce(sum(b.value), 0) AS BIGINT) AS value FROM who AS w "
            "LEFT JOIN bought_people AS p ON p.unit = w.unit "
            f"LEFT JOIN bought AS b ON b.n = p.n AND b.day < w.assigned_day + {window} "
            f"WHERE w.assigned_day + {window} <= DATE '{as_of}' GROUP BY w.unit, w.unit_id, w.assigned_day",
            Path(work) / "who.parquet",
        )
        terms = (wanted.horizon.days, float(wanted.discount), history.decimals)
        return _write(study, Path(work) / "who.parquet", folder, terms)


def _write(study: Study, who: Path, folder: Path, terms: tuple[int, float, int]) -> Path:
    import duckdb
    import pandas as pd

    horizon, discount, decimals = terms
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT * FROM read_parquet('{who}') ORDER BY unit_id").fetchnumpy()
        seen = _as_snapshot({name: np.asarray(found[name]) for name in ("days", "first", "last", "value")})
        cents = np.zeros(len(seen), dtype=np.int64)
        if len(seen):
            buyers = seen.buyers
            rate = bgnbd.fit(bgnbd.Histories.of(buyers.repeats, buyers.recency, buyers.first))
            baskets = gammagamma.fit(buyers.days, buyers.value / buyers.days)
            models = ValueModels(rate, baskets, None, None, decimals, horizon, discount)
            cents = values(models, seen).value
        unit = "BIGINT" if study.experiment.unit.type == "integer" else "VARCHAR"
        rows = pd.DataFrame({"unit": found["unit"], "day": found["assigned_day"], "cents": cents})
        connection.register("predicted", rows)
        name = hashlib.sha256(cents.tobytes() + "\n".join(map(str, found["unit"])).encode()).hexdigest()[:24]
        target = (folder / f"predicted-{name}.parquet").absolute()
        sql = (
            f"SELECT CAST(unit AS {unit}) AS {CONTACT}, CAST(day AS DATE) AS {ON}, "
            f"CAST(cents / {10**decimals} AS DECIMAL(18,{decimals})) AS {VALUE} FROM predicted"
        )
        with written_aside(target) as aside:
            connection.execute(f"COPY ({sql}) TO $${aside}$$ (FORMAT parquet)")
    return target


def _as_snapshot(found: dict[str, np.ndarray]) -> Snapshot:
    """The contacts as a snapshot knows them; what no model of value needs is nought."""
    nought = np.zeros(len(found["days"]), dtype=np.int64)
    whole = {name: column.astype(np.int64) for name, column in found.items()}
    real = nought.astype(np.float64)
    return Snapshot(
        n=np.arange(len(nought)), days=whole["days"], first=whole["first"], last=whole["last"], value=whole["value"],
        lately=nought, quarter=nought, gaps=nought, log_gaps=real, log_gaps_squared=real, events_lately=nought,
        events_quarter=nought, first_event=nought, last_event=nought, bought=nought, revenue=nought,
    )  # fmt: skip
