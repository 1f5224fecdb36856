"""causalml's learners as competitors, so that its known traps can't be stepped into.

causalml 0.18 has good learners and treacherous surroundings. This adapter
- fits every treatment against control alone, with the known probability of the arm given that it was one of the two:
  its multi-arm learners read true marginal probabilities as something else and turn risk into effect;
- uses keywords only (the order of treatment and y changes in 1.0) and regressors only: with a classifier its DR learner
  takes hard labels for probabilities, or returns zero for everybody;
- refuses amounts in uplift forests, which accept them and return nonsense, and folds in which an arm has too few
  contacts, where they fill in a rate of zero;
- never asks it for an average effect, a curve, a RATE or a value: its R learner's interval divides by n instead of √n,
  its curves depend on the order of the rows, and its «autoc» is not the AUTOC;
- leaves matplotlib's style, the standard error stream and the warning filters as they were.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from uplift.errors import Problem, ProjectError, StatisticsError
from uplift.targeting.boosting import require
from uplift.targeting.contracts import TargetingData
from uplift.targeting.influence import Floats, Integers
from uplift.targeting.learner import Learned
from uplift.targeting.linear import encoding_of

Kind = Literal["s", "t", "x", "r", "dr", "uplift_forest", "causal_forest"]
FEWEST = 50  # contacts of each arm that a fit needs
_CLASSES = {"s": "BaseSRegressor", "t": "BaseTRegressor", "x": "BaseXRegressor", "r": "BaseRRegressor",
            "dr": "BaseDRRegressor"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CausalmlLearner:
    """One of causalml's learners; `base` is the regressor of a meta-learner (LightGBM with few leaves when None)."""

    kind: Kind
    seed: int = 1
    threads: int = 1
    trees: int = 50
    base: Any = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            allowed = f"allowed: {', '.join(get_args(Kind))}"
            raise ProjectError(Problem("UP726", f"'{self.kind}' is none of causalml's learners", fix=allowed))
        if self.base is not None and hasattr(self.base, "predict_proba"):
            raise ProjectError(
                Problem(
                    "UP727",
                    f"{type(self.base).__name__} is a classifier: causalml would take its labels for probabilities",
                    fix="give a regressor; it suits shares of 0 and 1 as well",
                )
            )

    def held_out(self, data: TargetingData, outcome: str, learned: Learned, seen: Integers, held: Integers) -> Floats:  # noqa: ARG002
        """Fit each treatment against control on `seen`, predict `held`."""
        encoding = encoding_of(data.features)
        y = data.outcomes[outcome].values
        if self.kind == "uplift_forest" and not np.isin(y, (0.0, 1.0)).all():
            raise StatisticsError(
                Problem(
                    "UP728",
                    f"an uplift forest compares shares; '{outcome}' has other values than 0 and 1",
                    fix="use s, t, x, r, dr or causal_forest for amounts",
                )
            )
        x = encoding.encode(data.features.matrix)
        columns = []
        for k, name in enumerate(data.arms):
            if k == 0:
                continue
            rows = seen[(data.arm[seen] == 0) | (data.arm[seen] == k)]
            treated = (data.arm[rows] == k).astype(np.int64)
            self._require_contacts(name, treated)
            chance = data.propensity[rows, k] / (data.propensity[rows, k] + data.propensity[rows, 0])
            later = data.propensity[held, k] / (data.propensity[held, k] + data.propensity[held, 0])
            with quiet():
                columns.append(self._effects(x[rows], treated, y[rows], chance, x[held], later))
        return np.column_stack(columns)

    def _require_contacts(self, name: str, treated: NDArray[np.int64]) -> None:
        fewest = int(min(treated.sum(), (1 - treated).sum()))
        if fewest < FEWEST:
            message = f"{name} against control has an arm of {fewest} contacts in a fold; causalml needs {FEWEST}"
            raise StatisticsError(Problem("UP707", message, fix="use fewer folds, or the default learner"))

    def _effects(
        self, x: Floats, treated: NDArray[np.int64], y: Floats, chance: Floats, later: Floats, later_chance: Floats
    ) -> Floats:
        if self.kind == "uplift_forest":
            forest = _from("causalml.inference.tree", "UpliftRandomForestClassifier")(
                control_name="control",
                n_estimators=self.trees,
                max_features=x.shape[1],
                min_samples_leaf=max(100, len(x) // 100),
                random_state=self.seed,
                n_jobs=self.threads,
            )
            labels = np.where(treated == 1, "treatment", "control")
            forest.fit(X=x, treatment=labels, y=y.astype(np.int64))
            return np.asarray(forest.predict(X=later), dtype=np.float64).reshape(len(later), -1)[:, 0]
        if self.kind == "causal_forest":
            model = _from("causalml.inference.tree", "CausalRandomForestRegressor")(
                n_estimators=self.trees, control_name=0, random_state=self.seed, n_jobs=self.threads,
                min_samples_leaf=max(100, len(x) // 100),
            )  # fmt: skip
            model.fit(X=x, treatment=treated, y=y)
            return np.asarray(model.predict(X=later), dtype=np.float64).reshape(len(later), -1)[:, 0]
        return self._meta(x, treated, y, chance, later, later_chance)

    def _meta(
        self, x: Floats, treated: NDArray[np.int64], y: Floats, chance: Floats, later: Floats, later_chance: Floats
    ) -> Floats:
        learner = _from("causalml.inference.meta", _CLASSES[self.kind])
        base = self.base if self.base is not None else _small_trees(len(x), self.seed, self.threads)
        extra = {"random_state": self.seed} if self.kind == "r" else {}
        model = learner(learner=base, control_name=0, **extra)
        # Own copies: a learner that changes its input must not change ours.
        model.fit(X=x.copy(), treatment=treated, y=y.copy(), p=chance)
        given = {"X": later.copy(), "p": later_chance} if self.kind in ("x", "dr") else {"X": later.copy()}
        shown = {} if self.kind == "r" else {"verbose": False}
        return np.asarray(model.predict(**given, **shown), dtype=np.float64).reshape(len(later), -1)[:, 0]


def _small_trees(contacts: int, seed: int, threads: int) -> Any:
    return _from("lightgbm", "LGBMRegressor")(
        n_estimators=80,
        num_leaves=8,
        learning_rate=0.06,
        min_child_samples=min(max(contacts // 80, 20), 300),
        reg_lambda=5.0,
        max_bin=63,
        random_state=seed,
        n_jobs=threads,
        deterministic=True,
        force_row_wise=True,
        verbosity=-1,
    )


def _from(module: str, name: str) -> Any:
    """A class of causalml or LightGBM, imported on first use. ProjectError (UP711) when the library is missing."""
    package = module.split(".", maxsplit=1)[0]
    require(package, extra="causalml" if package == "causalml" else "targeting")
    return getattr(importlib.import_module(module), name)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing printed, nothing warned, matplotlib's style as it was, and no processes started for a small fit."""
    import joblib
    import matplotlib

    with (
        warnings.catch_warnings(),
        matplotlib.rc_context(),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.redirect_stdout(io.StringIO()),
        joblib.parallel_config(backend="threading"),
    ):
        warnings.simplefilter("ignore")
        yield
