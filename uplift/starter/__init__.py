"""`uplift init`: a commented project that passes its own check."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from uplift.errors import Place, Problem, ProjectError
from uplift.spec.schema import experiment_schema, project_schema
from uplift.store.files import write_text_atomic

_HERE = Path(__file__).parent


def write_starter(folder: Path) -> tuple[Path, ...]:
    """Write experiments/ and schema/ into `folder`; refuses, and writes nothing, where one of the files exists."""
    read = {name: (_HERE / name).read_text(encoding="utf-8") for name in ("project.yml", "welcome-mail.yml")}
    return write_project(folder, read)


def write_project(folder: Path, experiments: Mapping[str, str]) -> tuple[Path, ...]:
    """Write these files into experiments/, and the schemas for editors; refuses like `write_starter`."""
    files = {
        **{folder / "experiments" / name: text for name, text in experiments.items()},
        folder / "schema" / "experiment.v1.schema.json": _pretty(experiment_schema()),
        folder / "schema" / "project.v1.schema.json": _pretty(project_schema()),
    }
    return write_files(files)


def write_files(files: Mapping[Path, str]) -> tuple[Path, ...]:
    """Write all of them, or none where one exists already (ProjectError, UP903)."""
    for path in files:
        if path.exists():
            raise ProjectError(
                Problem(
                    "UP903",
                    "this file exists already; nothing was written",
                    fix="choose an empty folder: `uplift init my-project`",
                    place=Place(str(path)),
                )
            )
    for path, text in files.items():
        write_text_atomic(path, text)
    return tuple(files)


def _pretty(schema: dict[str, object]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
