"""A study: one experiment with its project, its text and the place of every key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from uplift.errors import Place, Problem
from uplift.spec.experiment import Experiment
from uplift.spec.project import MetricDefinition, Project, Source

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file as read: its text and where each key and value stands."""

    path: Path
    text: str
    keys: Mapping[KeyPath, Place]
    values: Mapping[KeyPath, Place]

    def place(self, *path: str | int, of: str = "value") -> Place:
        """The place of a value (or, with of="key", of its key); of the nearest parent when it is not written."""
        table = self.keys if of == "key" else self.values
        while path and path not in table:
            path = path[:-1]
        return table.get(path) or self.values.get(()) or Place(str(self.path), 1, 1)


@dataclass(frozen=True, slots=True)
class Study:
    """Everything that was decided about one experiment; `experiment.design` already holds the project's defaults."""

    experiment: Experiment
    project: Project
    document: Document
    project_document: Document
    problems: tuple[Problem, ...] = ()  # warnings and notes; a study with errors does not come into being

    @property
    def folder(self) -> Path:
        """The folder of project.yml: paths of sources are relative to it."""
        return self.project_document.path.parent

    @property
    def root(self) -> Path:
        """The project's root, one above the folder of project.yml: state, results and reports live here."""
        return self.folder.parent

    def source(self, name: str) -> Source:
        """A source by its name (a KeyError is a bug: the loader has checked every reference)."""
        return self.project.sources[name]

    def metric(self, name: str) -> MetricDefinition:
        """A metric by its name."""
        return self.project.metrics[name]
