"""The JSON Schema that editors read: complete, described by examples that are right, and true to the models."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

from uplift.spec.diagnosis import field_names
from uplift.spec.experiment import Experiment
from uplift.spec.model import Model
from uplift.spec.project import Project
from uplift.spec.reader import Reading, read_file
from uplift.spec.schema import DIALECT, experiment_schema, project_schema

SCHEMAS: list[tuple[str, dict[str, Any]]] = [("experiment", experiment_schema()), ("project", project_schema())]


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for where, node in [("", schema), *schema["$defs"].items()]:
        for name, inner in node.get("properties", {}).items():
            yield f"{where}.{name}", inner


def as_json(value: Any) -> Any:
    """What a JSON reader would have read: exact decimals become plain numbers."""
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value


@pytest.mark.parametrize(("name", "schema"), SCHEMAS, ids=[n for n, _ in SCHEMAS])
def test_the_schema_is_valid_draft_2020_12(name: str, schema: dict[str, Any]) -> None:
    assert schema["$schema"] == DIALECT
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("name", "schema"), SCHEMAS, ids=[n for n, _ in SCHEMAS])
def test_every_property_has_a_description_and_an_example(name: str, schema: dict[str, Any]) -> None:
    seen = list(properties(schema))
    assert len(seen) > 60
    for where, inner in seen:
        assert inner.get("description", "").endswith((".", ").")), where
        assert inner.get("examples"), where


@pytest.mark.parametrize(("name", "schema"), SCHEMAS, ids=[n for n, _ in SCHEMAS])
def test_every_example_is_right(name: str, schema: dict[str, Any]) -> None:
    for where, inner in properties(schema):
        validator = Draft202012Validator({"$schema": DIALECT, "$defs": schema["$defs"], **inner})
        for example in inner["examples"]:
            assert list(validator.iter_errors(example)) == [], where


def _models(model: type[Model]) -> Iterator[type[Model]]:
    import uplift.spec.design
    import uplift.spec.experiment
    import uplift.spec.project

    for module in (uplift.spec.design, uplift.spec.experiment, uplift.spec.project):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Model) and value is not Model:
                yield value


def test_the_models_accept_the_examples_too() -> None:
    for model in _models(Experiment):
        for name, field in model.model_fields.items():
            adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation())
            for example in field.examples or []:
                adapter.validate_python(example, by_alias=True, by_name=False)
                assert name


@pytest.mark.parametrize("which", ["specimens", "experiments"])
def test_sound_files_validate(which: str, specimens: Path, root: Path) -> None:
    folder = specimens if which == "specimens" else root / "experiments"
    checked = 0
    for path in sorted(folder.glob("*.yml")):
        reading = read_file(path)
        assert isinstance(reading, Reading)
        schema = project_schema() if path.name == "project.yml" else experiment_schema()
        errors = [e.message for e in Draft202012Validator(schema).iter_errors(as_json(reading.data))]
        assert errors == [], path.name
        checked += 1
    assert checked >= 4


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("arms", "control", "weight"), 15),
        (("arms", "control", "weihgt"), "15%"),
        (("arms", "not a name"), {"weight": "15%"}),
        (("audience", "entry"), "roling"),
        (("metrics", "primary", "mde"), "5 pips"),
        (("schedule", "start"), "30.11.2026"),
        (("unit",), "customer_id"),
        (("uplift",), 2),
        (("id",), "Sale"),
        (("audience", "expected_size"), -1),
    ],
)
def test_editors_mark_what_the_loader_refuses(root: Path, path: tuple[str, ...], wrong: object) -> None:
    reading = read_file(root / "experiments" / "second-order-2026-12.yml")
    assert isinstance(reading, Reading)
    data: Any = as_json(reading.data)
    here = data
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = wrong
    assert list(Draft202012Validator(experiment_schema()).iter_errors(data)) != []


def test_editors_that_read_grouped_digits_as_text_are_content(root: Path) -> None:
    reading = read_file(root / "experiments" / "second-order-2026-12.yml")
    assert isinstance(reading, Reading)
    data = as_json(reading.data)
    data["audience"]["expected_size"] = "60_000"
    assert list(Draft202012Validator(experiment_schema()).iter_errors(data)) == []


def test_properties_are_those_of_the_models() -> None:
    assert list(experiment_schema()["properties"]) == field_names(Experiment)  # type: ignore[call-overload]
    assert list(project_schema()["properties"]) == field_names(Project)  # type: ignore[call-overload]


def test_the_schema_is_the_same_every_time() -> None:
    assert experiment_schema() == experiment_schema()
