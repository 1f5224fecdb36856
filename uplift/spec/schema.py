"""JSON Schema (draft 2020-12) of both files, for completion and descriptions in editors; made from the models."""

from __future__ import annotations

from typing import Any

from uplift.spec.experiment import Experiment
from uplift.spec.model import Model
from uplift.spec.project import Project

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def experiment_schema() -> dict[str, object]:
    """The schema of an experiment file; every property has a description and an example."""
    return _schema(Experiment, "An experiment of uplift")


def project_schema() -> dict[str, object]:
    """The schema of project.yml; every property has a description and an example."""
    return _schema(Project, "What all experiments of a team share (uplift)")


def _schema(model: type[Model], title: str) -> dict[str, object]:
    made = _tidy(model.model_json_schema(by_alias=True))
    made.pop("title", None)
    for block in (made, *made["$defs"].values()):
        for own in block.get("properties", {}).values():
            if "description" not in own and "$ref" in own:  # pydantic drops one that repeats the block's own
                own["description"] = made["$defs"][own["$ref"].rpartition("/")[2]]["description"]
    return {"$schema": DIALECT, "title": title, **made}


def _tidy(node: Any) -> Any:
    """Without titles that only repeat a key and defaults of null; keys outside a pattern are refused."""
    if isinstance(node, list):
        return [_tidy(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    tidy: dict[str, Any] = {}
    for key, inner in node.items():
        if (key == "title" and isinstance(inner, str)) or (key == "default" and inner is None):
            continue
        if key in ("examples", "default", "enum", "const"):
            tidy[key] = inner
        elif key in ("properties", "$defs"):
            tidy[key] = {name: _tidy(value) for name, value in inner.items()}
        else:
            tidy[key] = _tidy(inner)
    if "patternProperties" in tidy:
        tidy["additionalProperties"] = False
    return tidy
