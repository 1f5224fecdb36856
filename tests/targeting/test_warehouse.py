"""Features, sums and scores come out of PostgreSQL and Spark as they come out of files and memory."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.conformance.tables import into_postgres
from tests.engine.studies import START, study_in, write_parquet
from tests.servers import PostgresServer
from tests.targeting.test_reading import CONTACTS, METRICS, read, study_of
from uplift.engine import DuckDBEngine
from uplift.engine.connections import open_warehouse
from uplift.spec.project import Source
from uplift.spec.study import Study
from uplift.targeting.binned import autoc_of_bins, bins_from_rows, bins_sql, qini_of_bins
from uplift.targeting.contracts import Features
from uplift.targeting.curves import qini_curve
from uplift.targeting.learner import Settings, learn
from uplift.targeting.linear import encoding_of, gram_of
from uplift.targeting.linear_sql import gram_from_row, gram_sql
from uplift.targeting.model_file import saved_model
from uplift.targeting.new_contacts import score_contacts
from uplift.targeting.rate import autoc

FEATURES = ["recency", "spent", "opted", "colour", "first_order"]
OBSERVED = {
    "control": {"weight": "50%", "control": True, "observed": "a"},
    "mail": {"weight": "50%", "observed": "b", "contact_cost": "0.10 EUR"},
}


def study_there(folder: Path, table: str) -> Study:
    """The study of `test_reading`, its contacts in a warehouse."""
    return study_in(
        folder,
        sources={"contacts": {"table": table, "connection": "warehouse", "grain": "contact", "id": "customer_id"}},
        metrics=METRICS,
        use=[("visit", None), ("spend", None)],
        assignment={"method": "observed", "column": "split"},
        arms=OBSERVED,
        more={"targeting": {"features": FEATURES}},
    )


@pytest.fixture(params=["postgres", pytest.param("spark", marks=pytest.mark.slow)])
def there(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The contacts as a table of the engine behind the connection `warehouse`; the table's name."""
    path = write_parquet(tmp_path / "loaded" / "contacts.parquet", CONTACTS)
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        into_postgres(server.dsn, "targeting", path.parent, ("contacts",))
        monkeypatch.setenv("UPLIFT_WAREHOUSE", server.reader)
        return "targeting.contacts"
    spark: Any = request.getfixturevalue("spark")
    spark.read.parquet(str(path)).createOrReplaceGlobalTempView("targeting_contacts")
    monkeypatch.setenv("UPLIFT_WAREHOUSE", "spark:local[2]")
    return "global_temp.targeting_contacts"


def test_features_arms_and_outcomes_are_those_of_a_file(there: str, tmp_path: Path) -> None:
    in_files, found = read(study_of(tmp_path / "files", FEATURES)), read(study_there(tmp_path / "there", there))
    assert found.features.columns == in_files.features.columns
    assert found.features.matrix.dtype == np.float32
    assert np.array_equal(found.features.matrix, in_files.features.matrix, equal_nan=True)
    assert np.array_equal(found.ids, in_files.ids)
    assert np.array_equal(found.arm, in_files.arm)
    assert np.array_equal(found.propensity, in_files.propensity)
    for name, outcome in in_files.outcomes.items():
        assert np.array_equal(found.outcomes[name].values, outcome.values), name


def test_a_kept_model_scores_the_table_as_it_scores_a_file(there: str, tmp_path: Path) -> None:
    if there.startswith("global_temp"):
        pytest.skip("on Spark scores are made where the contacts are: tests/targeting/test_model_file.py")
    in_files, study = study_of(tmp_path / "files", FEATURES), study_there(tmp_path / "there", there)
    data = read(in_files)
    learned = learn(data, "spend", Settings(outcomes="ridge", candidates=("ridge",), folds=2))
    model = saved_model(learned, data)
    with DuckDBEngine() as engine:
        expected = score_contacts(engine, in_files, model, on=START, cache=tmp_path / "a")
    with DuckDBEngine() as engine:
        found = score_contacts(engine, study, model, on=START, cache=tmp_path / "b")
    assert np.array_equal(found.ids, expected.ids)
    assert np.array_equal(found.effects, expected.effects)


def test_rankings_are_judged_and_ridges_fitted_by_sums_that_the_engine_makes(there: str, tmp_path: Path) -> None:
    data = read(study_of(tmp_path / "files", FEATURES))
    score, treated = data.features.column("recency").astype(float), data.arm == 1
    bought, spent = data.outcomes["visit"].values, data.outcomes["spend"].values
    visit = "CASE WHEN bought THEN 1 ELSE 0 END"
    kinds = tuple(column for column in data.features.columns if not column.dated)
    features = Features(np.ascontiguousarray(data.features.matrix[:, : len(kinds)]), kinds)
    encoding = encoding_of(features)
    columns = {name: name for name in FEATURES} | {"opted": "(CASE WHEN opted THEN 1 WHEN NOT opted THEN 0 END)"}
    judged = bins_sql("SELECT * FROM c", score_bin="recency", outcome=visit, treated="split = 'b'", weight="2")
    fitted = gram_sql("SELECT * FROM c", encoding, columns, [visit, "revenue"])
    source = Source.model_validate({"table": there, "connection": "warehouse", "grain": "contact"})
    with contextlib.closing(open_warehouse("warehouse")) as engine:
        engine.relate("c", source, None)
        bins = bins_from_rows(engine.run(judged))
        (row,) = engine.run(fitted)
    effect = np.where(treated, bought / 0.5, -bought / 0.5)
    found, expected = autoc_of_bins(bins), autoc(effect, score)
    assert found.value == pytest.approx(expected.value, abs=1e-9)
    assert found.standard_error == pytest.approx(expected.standard_error(), rel=1e-9)
    assert qini_of_bins(bins).value == pytest.approx(qini_curve(bought, treated, score).value, abs=1e-9)

    gram = gram_from_row(row, width=encoding.width, outcomes=2)
    in_memory = gram_of(encoding, features.matrix, np.column_stack([bought, spent]))
    assert gram.zz == pytest.approx(in_memory.zz, rel=1e-6, abs=1e-6)  # the matrix holds 32-bit numbers
    assert gram.solve(0.1).slopes == pytest.approx(in_memory.solve(0.1).slopes, abs=1e-6)
