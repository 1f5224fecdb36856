"""A saved model scores the contacts of today as it scored those of the test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.engine.studies import START
from tests.targeting.test_reading import read, study_of
from uplift.engine import DuckDBEngine
from uplift.errors import Problem, StateError
from uplift.targeting.learner import Settings, learn
from uplift.targeting.model_file import read_model, saved_model, write_model
from uplift.targeting.new_contacts import score_contacts

FEATURES = ["recency", "spent", "opted", "colour", "first_order"]


def test_contacts_of_today_get_the_scores_of_the_model(tmp_path: Path) -> None:
    study = study_of(tmp_path, FEATURES)
    data = read(study)
    learned = learn(data, "spend", Settings(outcomes="ridge", candidates=("ridge",), folds=2))
    path = write_model(tmp_path / "model.json", saved_model(learned, data))
    model, warnings = read_model(path, spec_hash=data.spec_hash)
    assert warnings == ()
    told: list[Problem] = []
    with DuckDBEngine() as engine:
        found = score_contacts(engine, study, model, on=START, cache=study.root / "cache", notice=told.append)
    assert told == []
    assert found.model == model.id
    expected = dict(zip(data.ids.tolist(), model.score(data.features)[:, 0], strict=True))
    assert set(found.ids) == set(expected)
    assert found.effects[:, 0] == pytest.approx([expected[i] for i in found.ids.tolist()])
    assert np.ptp(found.effects) > 0


def test_features_that_are_no_longer_declared_are_named(tmp_path: Path) -> None:
    study = study_of(tmp_path, FEATURES)
    data = read(study)
    model = saved_model(learn(data, "visit", Settings(outcomes="ridge", candidates=("constant",), folds=2)), data)
    fewer = study_of(tmp_path / "fewer", ["recency"])
    with DuckDBEngine() as engine, pytest.raises(StateError, match="needs the columns spent, opted"):
        score_contacts(engine, fewer, model, on=START, cache=fewer.root / "cache")
