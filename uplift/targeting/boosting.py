"""Boosted trees by LightGBM: one binning of the features, shared by every fit; same seed, same trees.

Binning the same matrix for each of the many fits of a cross-fitted learner is most of their time elsewhere. LightGBM is
imported on first use only.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uplift.errors import Problem, ProjectError
from uplift.targeting.contracts import Feature, Features
from uplift.targeting.influence import Floats, Integers

MOST_BINS = 63


@dataclass(frozen=True, slots=True)
class Growth:
    """How trees grow: their number, leaves, step, contacts per leaf and the ridge penalty on leaf values."""

    trees: int
    leaves: int
    rate: float
    smallest_leaf: int
    penalty: float


def require(package: str, *, extra: str) -> None:
    """Raise ProjectError (UP711) with the extra to install when a package is missing."""
    if importlib.util.find_spec(package) is None:
        raise ProjectError(
            Problem(
                "UP711",
                f"this learner needs {package}, which is not installed",
                fix=f"in the folder of the checkout: pip install '.[{extra}]'",
            )
        )


def _lightgbm() -> ModuleType:
    require("lightgbm", extra="targeting")
    import lightgbm

    module: ModuleType = lightgbm
    return module


class Bins:
    """The features in bins, once; `fit` grows trees on any rows of them with any label."""

    def __init__(self, features: Features, *, seed: int, threads: int | None = None) -> None:
        self._lightgbm = _lightgbm()
        self.features = features
        self._common: dict[str, Any] = {
            "verbosity": -1,
            "seed": seed,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": threads or 0,
            "max_bin": MOST_BINS,
            "min_data_in_bin": 3,
            "feature_pre_filter": False,
        }
        categories = [i for i, column in enumerate(features.columns) if column.kind == "category"]
        self._data = self._lightgbm.Dataset(
            features.matrix,
            label=np.zeros(len(features.matrix)),
            categorical_feature=categories,
            params=self._common,
            free_raw_data=False,
        ).construct()

    def fit(self, rows: Integers, label: Floats, growth: Growth, *, weights: Floats | None = None) -> Trees:
        """Grow trees (squared error) on some rows; `label` and `weights` have one value per row of these."""
        data = self._data if len(rows) == len(self.features.matrix) else self._data.subset(rows)
        data = data.construct()
        data.set_label(label)
        data.set_weight(weights)
        parameters = self._common | {
            "objective": "regression",
            "num_leaves": growth.leaves,
            "learning_rate": growth.rate,
            "min_data_in_leaf": growth.smallest_leaf,
            "lambda_l2": growth.penalty,
            "cat_l2": growth.penalty,
            "min_sum_hessian_in_leaf": 0.0,
        }
        booster = self._lightgbm.train(parameters, data, num_boost_round=growth.trees)
        return Trees(booster, self.features.columns, threads=self._common["num_threads"])


class Trees:
    """Grown trees: they predict, and they are text."""

    def __init__(self, booster: Any, columns: tuple[Feature, ...], *, threads: int = 0) -> None:
        self._booster = booster
        self._threads = threads  # 0: as many as there are
        self.columns = columns

    @classmethod
    def from_text(cls, text: str, columns: tuple[Feature, ...]) -> Trees:
        """Trees from LightGBM's own text form."""
        return cls(_lightgbm().Booster(model_str=text), columns)

    def predict(self, matrix: NDArray[np.float32]) -> Floats:
        """The prediction for each row of a feature matrix."""
        if not len(matrix):
            return np.empty(0)
        return np.asarray(self._booster.predict(matrix, num_threads=self._threads), dtype=np.float64)

    def text(self) -> str:
        """LightGBM's own text form, which other systems can read too."""
        return str(self._booster.model_to_string())

    def described(self) -> Mapping[str, Any]:
        """The trees as LightGBM describes them."""
        found: Mapping[str, Any] = self._booster.dump_model()
        return found
