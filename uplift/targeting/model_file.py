"""A fitted model as a file that anybody can read: JSON, with trees in LightGBM's own text form. Never a pickle.

A pickle runs code when it is opened and breaks with the next version of a library. Here everything is numbers and
text; the file says from which decision (spec hash), features, seed and library versions it came, and carries the hash
of its own contents.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from uplift.errors import Place, Problem, StateError
from uplift.store.files import write_text_atomic
from uplift.targeting.boosting import Trees
from uplift.targeting.contracts import Feature, Features, TargetingData
from uplift.targeting.effect_models import BoostedEffect, ConstantEffect, EffectModel, RidgeEffect
from uplift.targeting.influence import Floats
from uplift.targeting.learner import Learned
from uplift.targeting.levels import Level
from uplift.targeting.linear import Encoding, Line
from uplift.targeting.strategy import ArmCost

FORMAT = "uplift.model/2"
LIBRARIES = ("lightgbm", "numpy", "uplift-crm")


@dataclass(frozen=True, slots=True)
class Usage:
    """What a list of new contacts needs beyond predictions: levels and costs per treatment, and the gate's verdict."""

    levels: tuple[Level, ...]
    costs: tuple[ArmCost, ...]
    recommended: bool  # whether the test showed that a selection is worth it


@dataclass(frozen=True, slots=True)
class SavedModel:
    """Effect models per treatment with what they need to be used: feature columns, and where they come from."""

    experiment: str
    outcome: str
    spec_hash: str
    treatments: tuple[str, ...]
    columns: tuple[Feature, ...]
    models: tuple[EffectModel, ...]
    contacts: int
    seed: int
    versions: tuple[tuple[str, str], ...]
    usage: Usage | None = None

    def score(self, features: Features) -> Floats:
        """The effect of each treatment per contact (contacts × treatments).

        Raises StateError (UP732) when the features are not those that the model was fitted on.
        """
        if features.columns != self.columns:
            have, want = set(features.names), {column.name for column in self.columns}
            odd = sorted(have ^ want) or [a.name for a, b in zip(features.columns, self.columns, strict=True) if a != b]
            raise StateError(
                Problem(
                    "UP732",
                    f"the features are not those of the model: {', '.join(odd[:5])}",
                    fix="read them with the model's own columns, in their order",
                )
            )
        return np.column_stack([model.predict(features.matrix) for model in self.models])

    @property
    def id(self) -> str:
        """Twelve characters that name this model: the beginning of the hash of its contents."""
        return hashlib.sha256(json.dumps(_body(self), sort_keys=True).encode()).hexdigest()[:12]


def saved_model(
    learned: Learned, data: TargetingData, *, rankers: bool = False, usage: Usage | None = None
) -> SavedModel:
    """What is kept of a fit; with `rankers` the best candidates that are not constant, else the winners."""
    return SavedModel(
        experiment=data.experiment,
        outcome=learned.scores.outcome,
        spec_hash=data.spec_hash,
        treatments=data.treatments,
        columns=data.features.columns,
        models=learned.rankers if rankers else learned.models,
        contacts=data.n,
        seed=learned.settings.seed,
        versions=library_versions(),
        usage=usage,
    )


def library_versions() -> tuple[tuple[str, str], ...]:
    """The versions of the libraries that a fit depends on, of those that are installed."""
    found = []
    for name in LIBRARIES:
        try:
            found.append((name, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            continue
    return tuple(found)


def write_model(path: Path, model: SavedModel) -> Path:
    """Write the model, complete or not at all; the same model gives the same bytes."""
    body = _body(model)
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    write_text_atomic(path, json.dumps({"format": FORMAT, "sha256": digest, **body}, indent=1, sort_keys=True) + "\n")
    return path


def read_model(path: Path, *, spec_hash: str | None = None) -> tuple[SavedModel, tuple[Problem, ...]]:
    """A model and what is to be said about it.

    Warnings: UP733 another version of LightGBM's trees than is installed, UP734 another decision than `spec_hash`.
    Raises StateError (UP731) for a file that is none, is damaged, or is a pickle.
    """
    place = Place(str(path))
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _unreadable(place, f"it can't be opened ({error.strerror})") from error
    if raw[:1] == b"\x80":
        raise _unreadable(place, "it is a pickle, which would run code when it is opened")
    try:
        content: Any = json.loads(raw)
    except ValueError as error:
        raise _unreadable(place, "it is not JSON") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        written = content.get("format") if isinstance(content, dict) else None
        raise _unreadable(place, f"its form is {written!r}, this version reads {FORMAT!r}")
    body = {key: value for key, value in content.items() if key not in ("format", "sha256")}
    if hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest() != content.get("sha256"):
        raise _unreadable(place, "its contents were changed after it was written")
    model = _from_body(body)
    return model, tuple(_warnings(model, place, spec_hash))


def features_of(columns: Sequence[Feature], values: Mapping[str, NDArray[Any]]) -> tuple[Features, tuple[Problem, ...]]:
    """Raw columns of new contacts as the model's features: categories by their text, None or NaN for missing.

    A category that the model has not seen is missing; how many, is said (UP735). Raises StateError (UP732) for a
    column that is not there.
    """
    missing = [column.name for column in columns if column.name not in values]
    if missing:
        raise StateError(
            Problem("UP732", f"the model needs the columns {', '.join(missing)}", fix="give all of its features")
        )
    n = len(next(iter(values.values()))) if columns else 0
    matrix = np.empty((n, len(columns)), dtype=np.float32)
    notices = []
    for j, column in enumerate(columns):
        own = np.asarray(values[column.name])
        if column.kind != "category":
            matrix[:, j] = own.astype(np.float64)
            continue
        codes = {level: code for code, level in enumerate(column.levels)}
        gone = np.array([v is None or v != v for v in own])
        coded = np.array([np.nan if g else codes.get(str(v), np.nan) for v, g in zip(own, gone, strict=True)])
        unseen = int((np.isnan(coded) & ~gone).sum())
        if unseen:
            message = f"{unseen:,} contacts have a {column.name} that the model has not seen; it counts as missing"
            notices.append(Problem("UP735", message, "", None, "warning"))
        matrix[:, j] = coded
    return Features(matrix, tuple(columns)), tuple(notices)


def _body(model: SavedModel) -> dict[str, Any]:
    return {
        "experiment": model.experiment,
        "outcome": model.outcome,
        "spec_hash": model.spec_hash,
        "treatments": list(model.treatments),
        "columns": [{**asdict(column), "levels": list(column.levels)} for column in model.columns],
        "models": [_model_body(m) for m in model.models],
        "contacts": model.contacts,
        "seed": model.seed,
        "versions": [list(pair) for pair in model.versions],
        "usage": None if model.usage is None else asdict(model.usage),
    }


def _model_body(model: EffectModel) -> dict[str, Any]:
    match model:
        case ConstantEffect(value):
            return {"kind": "constant", "value": value}
        case RidgeEffect(encoding, line):
            return {
                "kind": "ridge",
                "means": list(encoding.means),
                "spreads": list(encoding.spreads),
                "missing": list(encoding.missing),
                "intercept": float(line.intercept[0]),
                "slopes": [float(slope) for slope in line.slopes[:, 0]],
            }
        case BoostedEffect(trees):
            return {"kind": "boosted", "trees": trees.text()}
    raise AssertionError(f"a model of kind {model.kind} can't be written")


def _from_body(body: Mapping[str, Any]) -> SavedModel:
    columns = tuple(Feature(c["name"], c["kind"], tuple(c["levels"]), c["dated"]) for c in body["columns"])
    return SavedModel(
        experiment=body["experiment"],
        outcome=body["outcome"],
        spec_hash=body["spec_hash"],
        treatments=tuple(body["treatments"]),
        columns=columns,
        models=tuple(_model_from(m, columns) for m in body["models"]),
        contacts=body["contacts"],
        seed=body["seed"],
        versions=tuple((name, version) for name, version in body["versions"]),
        usage=_usage_from(body["usage"]),
    )


def _usage_from(body: Mapping[str, Any] | None) -> Usage | None:
    if body is None:
        return None
    levels = tuple(Level(**level) for level in body["levels"])
    return Usage(levels, tuple(ArmCost(**cost) for cost in body["costs"]), body["recommended"])


def _model_from(body: Mapping[str, Any], columns: tuple[Feature, ...]) -> EffectModel:
    if body["kind"] == "constant":
        return ConstantEffect(body["value"])
    if body["kind"] == "ridge":
        encoding = Encoding(columns, tuple(body["means"]), tuple(body["spreads"]), tuple(body["missing"]))
        return RidgeEffect(encoding, Line(np.array([body["intercept"]]), np.array(body["slopes"])[:, None]))
    return BoostedEffect(Trees.from_text(body["trees"], columns))


def _warnings(model: SavedModel, place: Place, spec_hash: str | None) -> list[Problem]:
    found = []
    then, now = dict(model.versions).get("lightgbm"), dict(library_versions()).get("lightgbm")
    boosted = any(m.kind == "boosted" for m in model.models)
    if boosted and then is not None and now is not None and then.split(".")[0] != now.split(".")[0]:
        message = f"the trees were grown by LightGBM {then}, installed is {now}"
        found.append(Problem("UP733", message, "compare a few scores with the old list", place, "warning"))
    if spec_hash is not None and model.spec_hash != spec_hash:
        message = f"the model was fitted for another decision of '{model.experiment}'"
        found.append(Problem("UP734", message, "fit it again: `uplift target`", place, "warning"))
    return found


def _unreadable(place: Place, why: str) -> StateError:
    message = f"this is not a model that can be read: {why}"
    return StateError(Problem("UP731", message, fix="fit it again: `uplift target`", place=place))
