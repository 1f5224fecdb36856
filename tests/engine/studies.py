"""Small projects on disk: a project file, one experiment, sources and a ledger, as a user would have them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import yaml

from uplift.engine import Assigned, DuckDBEngine, Measurement, Settings
from uplift.engine.measure import measure
from uplift.spec import load_study
from uplift.spec.study import Study
from uplift.store.ledger import LEDGER_COLUMNS

START = datetime.date(2026, 3, 2)
LATER = datetime.date(2026, 12, 31)


def study_in(
    folder: Path,
    *,
    sources: Mapping[str, Any],
    metrics: Mapping[str, Any],
    use: Iterable[tuple[str, str | None]] = (),
    unit: Mapping[str, Any] | None = None,
    audience: Mapping[str, Any] | None = None,
    assignment: Mapping[str, Any] | None = None,
    arms: Mapping[str, Any] | None = None,
    timezone: str = "Europe/Berlin",
    start: datetime.date = START,
    more: Mapping[str, Any] | None = None,
) -> Study:
    """Write project.yml and one experiment that uses every metric (in `use` with a window, else with 30 days).

    `more` are further blocks of the experiment, such as segments and design.
    """
    used = list(use) or [(name, "30d") for name in metrics]
    (first, window), *rest = used
    primary = {"metric": first, "mde": "5%"} | ({"window": window} if window else {})
    secondary = [{"metric": name} | ({"window": w} if w else {}) for name, w in rest]
    project = {"uplift": 1, "timezone": timezone, "sources": dict(sources), "metrics": dict(metrics)}
    experiment = {
        "uplift": 1,
        "id": "test",
        "owner": "crm",
        "hypothesis": "It works.",
        "unit": dict(unit or {"id": "customer_id", "type": "integer"}),
        "audience": dict(audience or {"source": "contacts"}),
        "arms": dict(arms or {"control": {"weight": "50%", "control": True}, "treatment": {"weight": "50%"}}),
        "schedule": {"start": start},
        "metrics": {"primary": primary, "secondary": secondary},
        "assignment": dict(assignment or {"method": "hash"}),
        **(more or {}),
    }
    experiments = folder / "experiments"
    experiments.mkdir(parents=True, exist_ok=True)
    for name, content in (("project", project), ("test", experiment)):
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)
        (experiments / f"{name}.yml").write_text(text, encoding="utf-8")
    return load_study(experiments / "test.yml")


def write_parquet(path: Path, sql: str) -> Path:
    """A Parquet file with the rows of a query."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        con.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")
    return path


def write_text(path: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    """A file with exactly these characters."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def ledger(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """A ledger file: each row names unit_id and arm; the rest has sensible values."""
    path.parent.mkdir(parents=True, exist_ok=True)
    usual = {
        "experiment_id": "test", "cluster_id": None, "bucket": 1, "salt": "test/1", "algo": "u1", "salt_epoch": 1,
        "weight_epoch": 1, "assigned_at": datetime.datetime(2026, 3, 2), "eligible_at": None, "stratum": None,
        "weights_hash": "", "spec_hash": "", "run_id": "r", "status": "assigned",
    }  # fmt: skip
    names = [name for name, _ in LEDGER_COLUMNS]
    columns = ", ".join(f"{name} {kind}" for name, kind in LEDGER_COLUMNS)
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE ledger ({columns})")
        values = [[(usual | dict(row))[name] for name in names] for row in rows]
        if values:
            con.executemany(f"INSERT INTO ledger VALUES ({', '.join('?' * len(names))})", values)
        con.execute(f"COPY ledger TO '{path}' (FORMAT parquet)")
    return path


def ledger_of(path: Path, sql: str) -> Path:
    """A ledger file from a query that yields unit_id, arm, assigned_at, weight_epoch and stratum."""
    return write_parquet(
        path,
        f"""SELECT 'test' AS experiment_id, unit_id, NULL::VARCHAR AS cluster_id, arm, 1::INTEGER AS bucket,
        'test/1' AS salt, 'u1' AS algo, 1::INTEGER AS salt_epoch, weight_epoch::INTEGER AS weight_epoch,
        assigned_at::TIMESTAMP AS assigned_at, NULL::TIMESTAMP AS eligible_at, stratum::VARCHAR AS stratum,
        '' AS weights_hash, '' AS spec_hash, 'r' AS run_id, 'assigned' AS status FROM ({sql})""",
    )


def measured(
    study: Study, assigned: Assigned, *, as_of: datetime.date = LATER, cache: str = "cache", threads: int = 2
) -> Measurement:
    """Measure with an engine of its own."""
    with DuckDBEngine(Settings(threads=threads)) as engine:
        return measure(study, assigned, as_of=as_of, cache_dir=study.root / cache, engine=engine)
