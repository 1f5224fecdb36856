"""A model that was written and read again says the same."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.targeting.worlds import contacts
from uplift.errors import StateError
from uplift.targeting.contracts import Feature, Features, TargetingData
from uplift.targeting.learner import Settings, learn
from uplift.targeting.levels import Level, calibrated
from uplift.targeting.model_file import Usage, features_of, read_model, saved_model, write_model
from uplift.targeting.strategy import ArmCost


def world(seed: int = 1) -> TargetingData:
    rng = np.random.default_rng(seed)
    data = contacts(3_000, seed=seed, effects=(lambda x: 0.5 * x[:, 1],), width=3)
    matrix = data.features.matrix.copy()
    matrix[:, 2] = rng.integers(0, 3, data.n)
    matrix[::9, 0] = np.nan
    columns = (
        Feature("x0", "number"),
        Feature("x1", "number"),
        Feature("colour", "category", ("blue", "green", "red")),
    )
    return replace(data, features=Features(matrix, columns), spec_hash="abc", experiment="test")


@pytest.mark.parametrize("kind", ["constant", "ridge", "boosted"])
def test_a_model_says_the_same_after_a_round_trip(tmp_path: Path, kind) -> None:
    data = world()
    fitted = saved_model(learn(data, "y", Settings(threads=1, candidates=(kind,))), data)
    path = write_model(tmp_path / "model.json", fitted)
    again, warnings = read_model(path, spec_hash="abc")
    assert warnings == ()
    assert again.id == fitted.id
    assert np.array_equal(again.score(data.features), fitted.score(data.features))
    assert write_model(tmp_path / "again.json", again).read_bytes() == path.read_bytes()
    kept = json.loads(path.read_text())
    assert (kept["spec_hash"], kept["outcome"]) == ("abc", "y")
    assert dict(kept["versions"])["numpy"] == np.__version__


def test_new_contacts_are_scored_by_the_text_of_their_categories() -> None:
    data = world()
    fitted = saved_model(learn(data, "y", Settings(outcomes="ridge", candidates=("ridge",))), data)
    names = np.array(["blue", "green", "red"], dtype=object)
    raw = {
        "colour": names[data.features.column("colour").astype(int)],
        "x0": data.features.column("x0"),
        "x1": data.features.column("x1"),
    }
    features, notices = features_of(fitted.columns, raw)
    assert notices == ()
    assert np.array_equal(fitted.score(features), fitted.score(data.features))
    raw["colour"][:5] = ["violet", None, "blue", "violet", "red"]
    _, notices = features_of(fitted.columns, raw)
    assert notices[0].code == "UP735"
    assert notices[0].message.startswith("2 contacts")
    with pytest.raises(StateError, match="needs the columns x1"):
        features_of(fitted.columns, {"x0": raw["x0"], "colour": raw["colour"]})
    with pytest.raises(StateError, match="not those of the model"):
        fitted.score(Features(data.features.matrix[:, :2], data.features.columns[:2]))


def test_trees_of_another_major_version_are_warned_of_and_lines_are_not(tmp_path: Path) -> None:
    data = world()
    old = (("lightgbm", "3.3.5"), ("numpy", "1.26.4"))
    for kind, codes in (("boosted", ["UP733"]), ("ridge", [])):
        fitted = saved_model(learn(data, "y", Settings(threads=1, candidates=(kind,))), data)  # type: ignore[arg-type]
        path = write_model(tmp_path / f"{kind}.json", replace(fitted, versions=old))
        assert [p.code for p in read_model(path)[1]] == codes


def test_what_a_list_needs_travels_with_the_model(tmp_path: Path) -> None:
    data = world()
    usage = Usage((Level(0.1, 0.25, 0.8),), (ArmCost(0.01, 1.5),), recommended=True)
    learned = learn(data, "y", Settings(outcomes="ridge", candidates=("constant",)))
    path = write_model(tmp_path / "model.json", saved_model(learned, data, usage=usage))
    assert read_model(path)[0].usage == usage
    assert calibrated(np.array([[0.1], [0.6]]), usage.levels)[:, 0].tolist() == pytest.approx([0.25, 0.65])


def test_a_changed_or_foreign_file_is_refused(tmp_path: Path) -> None:
    data = world()
    fitted = saved_model(learn(data, "y", Settings(outcomes="ridge", candidates=("constant",))), data)
    path = write_model(tmp_path / "model.json", fitted)
    assert [p.code for p in read_model(path, spec_hash="other")[1]] == ["UP734"]
    path.write_text(path.read_text().replace('"value": ', '"value": 1'))
    with pytest.raises(StateError, match="changed after it was written"):
        read_model(path)
    path.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(StateError, match="a pickle, which would run code"):
        read_model(path)
    path.write_text("[]")
    with pytest.raises(StateError, match=r"uplift\.model/2"):
        read_model(path)
    with pytest.raises(StateError, match="can't be opened"):
        read_model(tmp_path / "absent.json")


@pytest.mark.slow
def test_spark_scores_contacts_as_memory_does(spark: Any, tmp_path: Path) -> None:
    import sys

    import pyarrow as pa
    import pyarrow.parquet as pq

    from uplift.targeting.spark_scores import score_on_spark

    data = world(2)
    names = np.array(["blue", "green", "red"], dtype=object)
    table = pa.table(
        {
            "customer_id": data.ids.tolist(),
            "x0": pa.array(data.features.column("x0"), from_pandas=True),
            "x1": data.features.column("x1"),
            "colour": names[data.features.column("colour").astype(int)].tolist(),
        }
    )
    pq.write_table(table, tmp_path / "contacts.parquet")
    spark.sparkContext.pythonExec = sys.executable  # workers run where uplift is installed
    frame = spark.read.parquet(str(tmp_path / "contacts.parquet"))
    for kind in ("ridge", "boosted"):
        model = saved_model(learn(data, "y", Settings(threads=1, candidates=(kind,))), data)  # type: ignore[arg-type]
        rows = score_on_spark(frame, model, id_column="customer_id").collect()
        found = {row["customer_id"]: row["arm1"] for row in rows}
        expected = dict(zip(data.ids.tolist(), model.score(data.features)[:, 0], strict=True))
        assert found.keys() == expected.keys()
        assert max(abs(found[i] - expected[i]) for i in found) < 1e-9
