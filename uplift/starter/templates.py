"""The experiments that come with the program, as a start for one's own: one for each kind of programme."""

from __future__ import annotations

import re
from pathlib import Path

from uplift.resources import bundled
from uplift.spec.load import PROJECT_FILE
from uplift.starter import write_files, write_project


def templates() -> dict[str, Path]:
    """The drafts by the name of their programme: `win-back` for win-back-2027-01.yml."""
    drafts = (p for p in sorted(bundled("experiments").glob("*.yml")) if _is_draft(p))
    return {re.sub(r"-\d{4}-\d{2}$", "", path.stem): path for path in drafts}


def write_like(folder: Path, name: str, *, experiment_id: str | None = None) -> tuple[Path, ...]:
    """Write the draft into experiments/, and where no project is there yet, the project file that it reads.

    Raises KeyError for an unknown name, ProjectError where the experiment exists.
    """
    source = templates()[name]
    own = experiment_id or source.stem
    text = re.sub(rf"(?m)^id: {re.escape(source.stem)}\b", f"id: {own}", source.read_text("utf-8"), count=1)
    if (folder / "experiments" / PROJECT_FILE).exists():
        return write_files({folder / "experiments" / f"{own}.yml": text})
    project = bundled("experiments") / PROJECT_FILE
    return write_project(folder, {PROJECT_FILE: project.read_text("utf-8"), f"{own}.yml": text})


def _is_draft(path: Path) -> bool:
    return path.name != PROJECT_FILE and bool(re.search(r"(?m)^status: draft\b", path.read_text("utf-8")))
