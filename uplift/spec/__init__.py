"""WHAT was decided: YAML → frozen models with the place of every key, JSON Schema, rules, fingerprint."""

from uplift.spec.experiment import Experiment
from uplift.spec.fingerprint import spec_hash
from uplift.spec.load import Examined, examine, load_project, load_study
from uplift.spec.project import Project
from uplift.spec.study import Document, Study

__all__ = [
    "Document",
    "Examined",
    "Experiment",
    "Project",
    "Study",
    "examine",
    "load_project",
    "load_study",
    "spec_hash",
]
